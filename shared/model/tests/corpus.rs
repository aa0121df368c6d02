//! Differential test: our verdict on every document of the corpus against that of the real Backstage code.
//!
//! The corpus lies beside the repository and is not part of it; without it the test says so and passes.
#![expect(clippy::expect_used, clippy::print_stderr, reason = "tests")]

use model::validate::{Layer, Stage};
use model::yaml::{self, Limits};
use model::{placeholder, validate};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn corpus() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    folder.join("index.json").is_file().then_some(folder)
}

/// Puts contents in as the judge did: text is a stub, data is read where the corpus has it, else `{}`.
fn resolve(entity: &mut Value, file: &Path) {
    for found in placeholder::find(entity) {
        let content = match found.resolver {
            placeholder::Resolver::Json | placeholder::Resolver::Yaml => found
                .value
                .as_str()
                .and_then(|target| std::fs::read(file.parent()?.join(target)).ok())
                .and_then(|bytes| found.content(&bytes).ok())
                .unwrap_or_else(|| json!({})),
            _ => json!("stub"),
        };
        placeholder::replace(entity, &found, content);
    }
}

/// Whether the document includes a data file that the judge had and the corpus has not; such a verdict cannot be
/// reproduced.
fn includes_absent_data(entity: &Value, file: &Path, row: &Value) -> bool {
    let marked = row["placeholders"].as_array().is_some_and(|marks| marks.iter().any(|mark| mark == "unresolved"));
    !marked
        && placeholder::find(entity).iter().any(|found| {
            matches!(found.resolver, placeholder::Resolver::Json | placeholder::Resolver::Yaml)
                && !found.value.as_str().is_some_and(|target| file.with_file_name(target).is_file())
        })
}

/// Our verdict in the judge's words, and the text of the refusal.
fn verdict(entity: &mut Value, file: &Path) -> (&'static str, String) {
    resolve(entity, file);
    let checked = validate::check_policy(entity).and_then(|()| validate::check_kind(entity));
    match checked {
        Ok(Layer::Model) => ("ok-model-layer", String::new()),
        Ok(_) => ("ok", String::new()),
        Err(refusal) => {
            let word = match refusal.stage() {
                Stage::Envelope | Stage::Policy => "policy-error",
                Stage::Kind | Stage::Relation => "kind-error",
                Stage::UnknownKind => "no-processor",
            };
            (word, refusal.reason().to_owned())
        }
    }
}

/// The documents of a file, or the text of the refusal.
fn read(path: &Path) -> Result<Vec<Value>, String> {
    let bytes = std::fs::read(path).expect("a corpus file");
    match yaml::parse_descriptor(&bytes, &Limits::default()) {
        Err(error) => Err(error.to_string()),
        Ok(documents) => Ok(documents.into_iter().map(|document| document.value).collect()),
    }
}

#[derive(Default)]
struct Tally {
    /// Per verdict of the judge: agreed, all.
    agreed: BTreeMap<String, (usize, usize)>,
    differences: Vec<String>,
    unjudgeable: usize,
}

impl Tally {
    fn file(&mut self, folder: &Path, name: &str, judged: &[Value]) {
        let path = folder.join(name);
        let rows: Vec<_> = judged.iter().filter(|row| row["verdict"] != "null-document").collect();
        let mut documents = match read(&path) {
            Ok(documents) => documents,
            Err(error) => return self.row(name, rows[0], ("yaml-error", error)),
        };
        if documents.len() != rows.len() {
            self.differences.push(format!("{name}: {} documents, expected {}", documents.len(), rows.len()));
        }
        for (document, row) in documents.iter_mut().zip(rows) {
            if includes_absent_data(document, &path, row) {
                self.unjudgeable += 1;
            } else {
                let ours = verdict(document, &path);
                self.row(name, row, ours);
            }
        }
    }

    fn row(&mut self, name: &str, row: &Value, (ours, our_text): (&str, String)) {
        let expected = row["verdict"].as_str().expect("verdict");
        let text = row["error"].as_str().unwrap_or_default();
        let count = self.agreed.entry(expected.to_owned()).or_default();
        count.1 += 1;
        // The index cuts texts short; those of the YAML parser are not meant to be equal.
        if expected == ours && (expected == "yaml-error" || our_text.starts_with(text)) {
            count.0 += 1;
        } else {
            self.differences.push(format!("{name}: expected {expected} {text:?}, got {ours} {our_text:?}"));
        }
    }
}

#[test]
fn every_document_of_the_corpus_gets_the_verdict_of_the_real_backstage() {
    let Some(folder) = corpus() else {
        eprintln!("skipped: no corpus beside this repository");
        return;
    };
    let index = std::fs::read(folder.join("index.json")).expect("index");
    let index: Value = serde_json::from_slice(&index).expect("index");
    let mut tally = Tally::default();
    for file in index["files"].as_array().expect("files") {
        if let Some(judged) = file["judge"].as_array() {
            tally.file(&folder, file["file"].as_str().expect("file"), judged);
        }
    }
    eprintln!("agreement per verdict (agreed, all): {:?}; not reproducible: {}", tally.agreed, tally.unjudgeable);
    let all: usize = tally.agreed.values().map(|(_, all)| all).sum();
    assert!(all > 1300 && tally.unjudgeable < 5, "the corpus has shrunk: {all} documents");
    assert!(tally.differences.is_empty(), "{} differences:\n{}", tally.differences.len(), tally.differences.join("\n"));
}
