//! Differential test: our verdict on every document of the corpus against that of the real Backstage code, with its text.
//!
//! There is no difference. Texts of the YAML parser are our own; of them the line is compared. Three templates include
//! files that the judge had and the corpus has not: they are judged with [`STAND_INS`].
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

/// Included files that the corpus lacks, with what they hold at least: the verdict was `ok`, so the one that is included
/// as `steps` is a list.
const STAND_INS: [(&str, &str); 6] = [
    ("template.parameters.project.yaml", "{}"),
    ("template.parameters.team.yaml", "{}"),
    ("template.parameters.administration.yaml", "{}"),
    ("template.parameters.budget.yaml", "{}"),
    ("template.parameters.pr.yaml", "{}"),
    ("template.steps.yaml", "[]"),
];
/// The only repository that needs them.
const INCOMPLETE: &str = "templates/PHACDataHub__sci-portal/";

/// The bytes of an included file, or its stand-in.
fn included(file: &Path, target: &str) -> Option<Vec<u8>> {
    let path = file.parent()?.join(target);
    let stand_in = || {
        let name = path.file_name()?.to_str()?;
        let (_, text) = STAND_INS.iter().find(|(known, _)| *known == name)?;
        file.to_str()?.contains(INCOMPLETE).then(|| text.as_bytes().to_vec())
    };
    std::fs::read(&path).ok().or_else(stand_in)
}

/// Puts contents in as the judge did: text is a stub, data is read where the corpus has it, else `{}`.
fn resolve(entity: &mut Value, file: &Path) {
    for found in placeholder::find(entity) {
        let content = match found.resolver {
            placeholder::Resolver::Json | placeholder::Resolver::Yaml => found
                .value
                .as_str()
                .and_then(|target| included(file, target))
                .and_then(|bytes| found.content(&bytes).ok())
                .unwrap_or_else(|| json!({})),
            _ => json!("stub"),
        };
        placeholder::replace(entity, &found, content);
    }
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

/// The number after `at line`.
fn line(text: &str) -> Option<usize> {
    text.split("at line ").nth(1)?.split(',').next()?.parse().ok()
}

#[derive(Default)]
struct Tally {
    /// Per verdict of the judge: agreed, all.
    agreed: BTreeMap<String, (usize, usize)>,
    differences: Vec<String>,
    /// YAML errors that we report on another line than the judge.
    other_line: usize,
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
            let ours = verdict(document, &path);
            self.row(name, row, ours);
        }
    }

    fn row(&mut self, name: &str, row: &Value, (ours, our_text): (&str, String)) {
        let expected = row["verdict"].as_str().expect("verdict");
        let text = row["error"].as_str().unwrap_or_default();
        let count = self.agreed.entry(expected.to_owned()).or_default();
        count.1 += 1;
        if expected == "yaml-error" && line(text) != line(&our_text) {
            self.other_line += 1;
        }
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
    eprintln!(
        "agreement per verdict (agreed, all): {:?}; YAML errors on another line: {}",
        tally.agreed, tally.other_line
    );
    let all: usize = tally.agreed.values().map(|(_, all)| all).sum();
    assert!(all > 1300, "the corpus has shrunk: {all} documents");
    assert!(tally.differences.is_empty(), "{} differences:\n{}", tally.differences.len(), tally.differences.join("\n"));
}
