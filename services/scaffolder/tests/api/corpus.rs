//! Templates of real repositories: our verdict against that of the real Backstage, and their forms.
//!
//! The corpus lies beside the checkout and is not part of it; without it the test says so and passes.

use crate::house::House;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::yaml::{Document, Limits as YamlLimits, parse_descriptor};
use scaffolder::domain::engine::{Engine, Limits};
use scaffolder::domain::template::Template;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::time::Duration;

/// What the judge says of a document, and its text.
fn recorded(judged: &Value) -> (String, String) {
    let text = |name: &str| judged[name].as_str().unwrap_or_default().to_owned();
    (text("verdict"), text("error"))
}

/// What we say.
fn ours(document: &Value) -> (String, String) {
    match Template::of_document(document.clone()) {
        Ok(_) => ("ok".to_owned(), String::new()),
        Err(failure) if failure.name == "TypeError" => ("kind-error".to_owned(), failure.message),
        Err(_) => ("no-processor".to_owned(), String::new()),
    }
}

#[test]
fn real_templates_get_the_verdict_of_the_real_code_and_a_form() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let Ok(index) = fs::read(folder.join("index.json")) else {
        eprintln!("skipped: the corpus is not at {}", folder.display());
        return;
    };
    let index: Value = serde_json::from_slice(&index).unwrap();
    // How long an honest answer may take is another test's question.
    let engine = Engine::new(Limits { time: Duration::from_secs(30), ..Limits::default() }).unwrap();
    let (mut compared, mut unread, mut wrong) = (0, 0, Vec::new());
    for entry in index["files"].as_array().unwrap().iter().filter(|entry| entry["category"] == "templates") {
        let file = entry["file"].as_str().unwrap();
        let judged = entry["judge"].as_array().unwrap();
        let documents = parse_descriptor(&fs::read(folder.join(file)).unwrap(), &YamlLimits::default());
        let Ok(documents) = documents else {
            let refused = judged.iter().any(|judged| judged["verdict"] == "yaml-error");
            if !refused {
                wrong.push(format!("{file}: not YAML for us"));
            }
            unread += 1;
            continue;
        };
        for (document, judged) in documents.iter().zip(judged) {
            // An included part that is not in the corpus was in front of the judge.
            if judged["kind"] != "Template" || judged.get("placeholders").is_some() {
                continue;
            }
            compared += 1;
            let (got, expected) = (ours(&document.value), recorded(judged));
            if got != expected {
                wrong.push(format!("{file}: {got:?}, recorded {expected:?}"));
            }
            if got.0 == "ok" {
                wrong.extend(form_faults(&engine, &document.value).into_iter().map(|fault| format!("{file}: {fault}")));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {compared}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared > 200 && unread < 10, "{compared} were compared, {unread} could not be read");
}

/// What is wrong with a template's form: it has a page for each schema, and each schema can be held against values.
fn form_faults(engine: &Engine, document: &Value) -> Vec<String> {
    let template = Template::of_entity(document.clone()).unwrap();
    let form = template.form();
    let pages = form["steps"].as_array().unwrap();
    let mut faults = Vec::new();
    if pages.len() != template.parameters().len() || !form["title"].is_string() {
        faults.push(format!("{} pages, title {}", pages.len(), form["title"]));
    }
    for page in pages {
        if let Err(failure) = engine.check(&json!({}), &page["schema"]) {
            faults.push(format!("the schema of {} cannot be used: {failure}", page["title"]));
        }
    }
    faults
}

/// How many of the recorded runs are replayed; all of them take a few minutes in a debug build.
#[expect(clippy::disallowed_methods, reason = "how somebody asks a test for more of them")]
fn replayed() -> usize {
    std::env::var("PROSCENIUM_TEST_TEMPLATES").ok().and_then(|text| text.parse().ok()).unwrap_or(40)
}

/// Dry runs of the same templates as the real scaffolder ran them (`tests/recorded/corpus.json`): steps with actions of
/// others taken out, values made from the forms. Compared are status, error, and the content of each file.
#[tokio::test]
async fn real_templates_run_as_the_real_scaffolder_ran_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    if !folder.join("index.json").is_file() {
        eprintln!("skipped: the corpus is not at {}", folder.display());
        return;
    }
    let recorded: Value = serde_json::from_str(include_str!("../recorded/corpus.json")).unwrap();
    let cases = recorded["cases"].as_array().unwrap();
    let house = House::without_worker(|config| config.engine.time = Duration::from_secs(30)).await;
    let (mut wrong, mut compared) = (Vec::new(), 0);
    let step = (cases.len() / replayed().max(1)).max(1);
    for case in cases.iter().step_by(step) {
        let path = folder.join(case["template"].as_str().unwrap());
        let documents = read_as_recorded(&fs::read_to_string(&path).unwrap());
        let templates = documents.into_iter().filter(|document| document.value["kind"] == "Template");
        let index = usize::try_from(case["doc"].as_u64().unwrap()).unwrap();
        let mut template = templates.map(|document| document.value).nth(index).unwrap();
        let kept = recorded["keep"].as_array().unwrap();
        template["spec"]["steps"].as_array_mut().unwrap().retain(|step| kept.contains(&step["action"]));
        let body = json!({"template": template, "values": case["values"], "directoryContents": files_of(path.parent().unwrap())});
        let reply = house.post("/v2/dry-run", body).await;
        compared += 1;
        if let Some(difference) = difference(case, reply.status.as_u16(), &reply.json()) {
            wrong.push(format!("{} {}: {difference}", case["template"], case["values"]));
        }
    }
    assert!(wrong.is_empty(), "{} of {compared}:\n{}", wrong.len(), wrong.join("\n"));
}

/// The documents of a file as the recording read them, which took keys that are repeated: the last one counts.
fn read_as_recorded(text: &str) -> Vec<Document> {
    let mut lines: Vec<&str> = text.lines().collect();
    loop {
        let error = match parse_descriptor(format!("{}\n", lines.join("\n")).as_bytes(), &YamlLimits::default()) {
            Ok(documents) => return documents,
            Err(error) => error,
        };
        let repeated = error.message.strip_suffix("\" is repeated").and_then(|text| text.rsplit('"').next());
        let (Some(key), Some(place)) = (repeated, error.position) else { panic!("{error:?}") };
        let depth = |line: &str| line.len() - line.trim_start().len();
        let again = place.line - 1;
        let same = |line: &str| line.trim_start().starts_with(&format!("{key}:")) && depth(line) == depth(lines[again]);
        let first = (0..again).rev().find(|at| same(lines[*at])).unwrap();
        let inside = lines[first + 1..].iter().take_while(|line| depth(line) > depth(lines[first])).count();
        lines.drain(first..=first + inside);
    }
}

/// The files of a folder as a request carries them.
fn files_of(folder: &Path) -> Vec<Value> {
    let entries = scaffolder::workspace::walk(folder).unwrap().into_iter().filter(|entry| !entry.is_dir);
    entries
        .map(|entry| {
            let bytes = fs::read(folder.join(&entry.path)).unwrap();
            json!({"path": entry.path, "base64Content": STANDARD.encode(bytes)})
        })
        .collect()
}

fn difference(case: &Value, status: u16, answer: &Value) -> Option<String> {
    if case["status"] != status {
        return Some(format!("status {status}, recorded {}: {answer}", case["status"]));
    }
    if status != 200 {
        let said = match answer["errors"].as_array() {
            Some(errors) => errors.iter().map(|error| error["stack"].clone()).collect(),
            None => json!(format!("{}: {}", answer["error"]["name"].as_str()?, answer["error"]["message"].as_str()?)),
        };
        // Folders of runs have other names there.
        let plain = |text: &Value| text.to_string().replace("<workspace>", "");
        let (got, recorded) = (plain(&said), plain(&case["error"]));
        let same = got == recorded
            || case["error"].as_str().is_some_and(|text| {
                text.split_once("<workspace>")
                    .is_some_and(|(before, after)| got.contains(before) && got.contains(after.trim_end_matches('\'')))
            });
        return (!same).then(|| format!("{got}, recorded {recorded}"));
    }
    let files: serde_json::Map<String, Value> = answer["directoryContents"]
        .as_array()?
        .iter()
        .map(|file| {
            let bytes = STANDARD.decode(file["base64Content"].as_str().unwrap()).unwrap();
            let hash =
                digest(&SHA256, &bytes).as_ref()[..8].iter().map(|byte| format!("{byte:02x}")).collect::<String>();
            (file["path"].as_str().unwrap().to_owned(), json!(hash))
        })
        .collect();
    let lines = answer["log"].as_array()?.len();
    if json!(lines) != case["log"] {
        return Some(format!("{lines} lines of log, recorded {}", case["log"]));
    }
    (Value::Object(files.clone()) != case["files"]).then(|| format!("files {files:?}, recorded {}", case["files"]))
}
