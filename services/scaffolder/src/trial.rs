//! Tries a template with the cases of its test file: the engine of dry runs in a world that is written down.
//!
//! Needs no database and no other service, so the command line runs it as it is. Nothing leaves the folder that is
//! given, and each case has a workspace of its own that ends with it.

use crate::actions::recorded::Recorded;
use crate::actions::{Action, Services, TreeFile};
use crate::domain::engine::Limits;
use crate::domain::failure::{Failure, Outcome};
use crate::domain::spec::{Initiator, run_spec};
use crate::domain::stored::is_test_file;
use crate::domain::suite::{Case, Content, FileExpectation, Mistake, Suite};
use crate::domain::template::Template;
use crate::domain::verdict::{self, judge};
use crate::domain::{paths, platform_token};
use crate::runner::journal::Journal;
use crate::runner::{Base, Durable, EngineHandle, Run, blocking, execute};
use crate::workspace::{Workspace, WorkspaceLimits, is_executable, walk, write_file};
use kernel::{EntityRef, RefDefaults};
use model::yaml;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Where cases run, and what they may use.
#[derive(Debug, Clone)]
pub struct Bench {
    /// Folder below which each case has its own.
    pub workspaces: PathBuf,
    /// What rendering may use.
    pub engine: Limits,
    /// What a case may keep on disk.
    pub workspace: WorkspaceLimits,
    /// No case is begun after so long.
    pub patience: Duration,
    /// A case that takes longer has failed.
    pub case_limit: Duration,
    /// Actions of plugins, where it is known which there are: the inputs of recorded ones are held against their schemas.
    pub actions: Arc<[Action]>,
}

/// So many lines of a case's log are reported.
const MAX_LOG_LINES: usize = 500;

/// What came of a test file.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The file, relative to the folder.
    pub file: String,
    /// Whether all is as expected.
    pub passed: bool,
    /// What is wrong with the file itself or with the template; then no case was run.
    pub mistakes: Vec<Finding>,
    /// In the order of the file.
    pub cases: Vec<CaseReport>,
}

/// What came of a case.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CaseReport {
    /// As the file names it.
    pub name: String,
    /// Where it begins in the file.
    pub line: Option<usize>,
    /// Whether all is as expected.
    pub passed: bool,
    /// What is not.
    pub failures: Vec<Finding>,
    /// What the run said, without colours.
    pub log: Vec<String>,
    /// How long it took.
    pub duration_ms: u64,
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The file that is meant, relative to the folder.
    pub file: String,
    /// The line in it.
    pub line: Option<usize>,
    /// In plain words.
    pub message: String,
}

/// Runs test files that are among `contents`, in a folder of their own that ends with it.
///
/// # Errors
/// Those of the file system; `InputError` for a path that leads out of the folder.
pub async fn run_sent(bench: &Bench, contents: Vec<(String, Vec<u8>)>, files: &[String]) -> Outcome<Vec<Report>> {
    let name = format!("trial-content-{}", Uuid::now_v7());
    let folder = Workspace::create(&bench.workspaces, &name, bench.workspace)
        .map_err(|error| Failure::file(&error, "mkdir", &bench.workspaces))?;
    let folder = blocking(move || {
        for (path, bytes) in &contents {
            write_file(&folder.child(path)?, bytes, false)?;
        }
        Ok(folder)
    })
    .await?;
    let mut reports = Vec::new();
    for file in files {
        reports.push(run_file(bench, folder.root(), file).await);
    }
    Ok(reports)
}

/// Runs the cases of the test file `file` in `folder`.
pub async fn run_file(bench: &Bench, folder: &Path, file: &str) -> Report {
    let mut report = Report { file: file.to_owned(), passed: false, mistakes: Vec::new(), cases: Vec::new() };
    let opened = {
        let (folder, file) = (folder.to_path_buf(), file.to_owned());
        blocking(move || Ok(open(&folder, &file))).await
    };
    let material = match opened {
        Ok(Ok(material)) => material,
        Ok(Err(finding)) => {
            report.mistakes.push(finding);
            return report;
        }
        Err(failure) => {
            report.mistakes.push(Finding { file: file.to_owned(), line: None, message: failure.message });
            return report;
        }
    };
    let began = Instant::now();
    for index in 0..material.suite.cases.len() {
        report.cases.push(run_case(bench, &material, index, began).await);
    }
    report.passed = report.cases.iter().all(|case| case.passed);
    report
}

/// The test files below a folder, relative to it; folders of tools are left out.
///
/// # Errors
/// Those of the file system.
pub fn find_files(folder: &Path) -> Outcome<Vec<String>> {
    let mut found = Vec::new();
    let mut waiting = vec![(String::new(), 0)];
    while let Some((inside, depth)) = waiting.pop() {
        let path = folder.join(&inside);
        let entries = fs::read_dir(&path).map_err(|error| Failure::file(&error, "scandir", &path))?;
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let relative = if inside.is_empty() { name.clone() } else { format!("{inside}/{name}") };
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() && depth < 12 && !matches!(name.as_str(), ".git" | "node_modules" | "target") {
                waiting.push((relative, depth + 1));
            } else if kind.is_file() && is_test_file(&name) {
                found.push(relative);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// A test file with its template.
struct Material {
    file: String,
    suite: Suite,
    template: Template,
    /// The template's file.
    document: PathBuf,
    /// The folder of the test file.
    beside: PathBuf,
}

fn open(folder: &Path, file: &str) -> Result<Material, Finding> {
    let about = |file: &str, line: Option<usize>, message: String| Finding { file: file.to_owned(), line, message };
    let path = paths::child(folder, file).map_err(|failure| about(file, None, failure.message))?;
    let text = fs::read_to_string(&path).map_err(|error| about(file, None, format!("It cannot be read: {error}")))?;
    let suite = Suite::read(&text).map_err(|Mistake { line, message }| about(file, line, message))?;
    let beside = path.parent().unwrap_or(folder).to_path_buf();
    let named = &suite.template;
    let document = paths::child(&beside, named).map_err(|failure| about(named, None, failure.message))?;
    let text = fs::read_to_string(&document)
        .map_err(|error| about(named, None, format!("The template cannot be read: {error}")))?;
    let documents = yaml::parse(&text, &yaml::Limits::default())
        .map_err(|error| about(named, error.position.map(|at| at.line), error.message))?;
    let Some(found) = documents.into_iter().find(|document| document.value["kind"] == "Template") else {
        return Err(about(named, None, "No document of kind Template is in this file".to_owned()));
    };
    let start = found.start;
    let template = Template::of_document(found.value).map_err(|failure| {
        let pointer = failure.message.split(' ').next().filter(|place| place.starts_with('/')).unwrap_or_default();
        let line = yaml::locate(&text, start, pointer).map(|position| position.line);
        about(named, line, failure.message.clone())
    })?;
    Ok(Material { file: file.to_owned(), suite, template, document, beside })
}

async fn run_case(bench: &Bench, material: &Material, index: usize, began: Instant) -> CaseReport {
    let case = &material.suite.cases[index];
    let line = material.suite.line(index, "");
    let about = |line: Option<usize>, message: String| Finding { file: material.file.clone(), line, message };
    let mut report = CaseReport {
        name: case.name.clone(),
        line,
        passed: false,
        failures: Vec::new(),
        log: Vec::new(),
        duration_ms: 0,
    };
    if began.elapsed() > bench.patience {
        let message = format!("Not run: the tests before it took more than {} s", bench.patience.as_secs());
        report.failures.push(about(line, message));
        return report;
    }
    let started = Instant::now();
    let tried = async {
        let recorded = prepare(bench, material, case).await?;
        let outcome = attempt(bench, material, case, Arc::clone(&recorded)).await?;
        let beside = expected_files(material, case).await?;
        Ok::<_, Failure>((outcome, beside))
    };
    let tried = tokio::time::timeout(bench.case_limit, tried)
        .await
        .unwrap_or_else(|_| Err(Failure::error(format!("Not over after {} s", bench.case_limit.as_secs()))));
    match tried {
        Ok((outcome, beside)) => {
            let unmet = judge(case, &outcome, &beside);
            report.failures = unmet
                .into_iter()
                .map(|unmet| about(material.suite.line(index, &unmet.pointer).or(line), unmet.message))
                .collect();
            report.log = shortened(outcome.log);
        }
        Err(failure) => report.failures.push(about(line, failure.message)),
    }
    report.passed = report.failures.is_empty();
    report.duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    report
}

fn shortened(mut log: Vec<String>) -> Vec<String> {
    if log.len() > MAX_LOG_LINES {
        let more = log.len() - MAX_LOG_LINES;
        log.truncate(MAX_LOG_LINES);
        log.push(format!("… and {more} more lines"));
    }
    log
}

/// The world that the case writes down.
async fn prepare(bench: &Bench, material: &Material, case: &Case) -> Outcome<Arc<Recorded>> {
    let mut recorded = Recorded::default();
    for entity in &case.entities {
        let text = |pointer: &str| entity.pointer(pointer).and_then(Value::as_str);
        let (Some(kind), Some(name)) = (text("/kind"), text("/metadata/name")) else {
            return Err(Failure::input("An entity of the test needs a kind and metadata.name"));
        };
        let namespace = text("/metadata/namespace").unwrap_or("default");
        recorded.entities.insert(EntityRef::new(kind, namespace, name).key(), entity.clone());
    }
    recorded.set_actions(case.actions.clone(), &bench.actions);
    let (urls, beside) = (case.urls.clone(), material.beside.clone());
    blocking(move || {
        for (url, content) in urls {
            match content {
                Content::Text(text) => {
                    recorded.files.insert(url, text.into_bytes());
                }
                Content::File { file } => {
                    let path = paths::child(&beside, &file)?;
                    recorded.files.insert(url, read(&path)?);
                }
                Content::Folder { folder } => {
                    let path = paths::child(&beside, &folder)?;
                    let files = walk(&path)?.into_iter().filter(|entry| !entry.is_dir).map(|entry| {
                        let file = path.join(&entry.path);
                        Ok(TreeFile::new(entry.path, is_executable(&file), &read(&file)?))
                    });
                    let files = files.collect::<Outcome<Vec<_>>>()?;
                    recorded.folders.insert(url, files);
                }
            }
        }
        Ok(Arc::new(recorded))
    })
    .await
}

fn read(path: &Path) -> Outcome<Vec<u8>> {
    fs::read(path).map_err(|error| Failure::file(&error, "open", path))
}

/// The files that expectations compare with.
async fn expected_files(material: &Material, case: &Case) -> Outcome<BTreeMap<String, Vec<u8>>> {
    let named = case.expect.files.values().flatten().filter_map(|expected| match expected {
        FileExpectation::Same { matches } => Some(matches.clone()),
        _ => None,
    });
    let (named, beside) = (named.collect::<Vec<_>>(), material.beside.clone());
    blocking(move || {
        let mut files = BTreeMap::new();
        for name in named {
            let path = paths::child(&beside, &name)?;
            if let Ok(bytes) = fs::read(&path) {
                files.insert(name, bytes);
            }
        }
        Ok(files)
    })
    .await
}

async fn attempt(
    bench: &Bench,
    material: &Material,
    case: &Case,
    recorded: Arc<Recorded>,
) -> Outcome<verdict::Outcome> {
    let engine = EngineHandle::load(bench.engine).await?;
    let mut secrets: Map<String, Value> =
        case.secrets.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let findings = check_form(&engine, &material.template, case, &secrets).await?;
    if !findings.is_empty() {
        return Ok(verdict::Outcome { findings, ..verdict::Outcome::default() });
    }
    platform_token::add(&mut secrets);
    let name = format!("trial-{}", Uuid::now_v7());
    let workspace = Workspace::create(&bench.workspaces, &name, bench.workspace)
        .map_err(|error| Failure::file(&error, "mkdir", &bench.workspaces))?;
    let root = workspace.root().to_path_buf();
    let mut spec = run_spec(&material.template, Value::Object(case.values.clone()), &initiator(case, &recorded)?);
    let metadata = material.template.metadata();
    let entity_ref = EntityRef::new("template", "default", metadata["name"].as_str().unwrap_or_default()).key();
    spec["templateInfo"] = json!({"entityRef": entity_ref, "entity": {"metadata": metadata}});
    let journal = Journal::recorded();
    let run = Run {
        spec: &spec,
        secrets: &secrets,
        name: &name,
        journal: &journal,
        engine,
        workspace,
        services: Services::recorded(Arc::clone(&recorded)),
        base: Base::Directory(material.document.clone()),
        durable: Durable::default(),
        dry_run: true,
        cancelled: CancellationToken::new(),
    };
    let executed = execute(&run).await;
    let files = blocking(move || contents(&root)).await?;
    drop(run);
    let mut outcome = verdict::Outcome { files, calls: recorded.calls(), ..verdict::Outcome::default() };
    match executed {
        Ok(output) => outcome.output = output,
        Err(failure) => outcome.error = Some(failure.message),
    }
    for line in journal.into_lines() {
        let body = &line["body"];
        if let (Some(id), Some(status)) = (body["stepId"].as_str(), body["status"].as_str()) {
            outcome.steps.insert(id.to_owned(), status.to_owned());
        }
        outcome.log.push(without_colours(body["message"].as_str().unwrap_or_default()));
    }
    Ok(outcome)
}

async fn check_form(
    engine: &EngineHandle,
    template: &Template,
    case: &Case,
    secrets: &Map<String, Value>,
) -> Outcome<Vec<String>> {
    let pages: Vec<Value> = template.parameters().into_iter().cloned().collect();
    let schema = template.secrets_schema().cloned();
    let (values, secrets) = (Value::Object(case.values.clone()), Value::Object(secrets.clone()));
    engine
        .with(move |engine| {
            for page in &pages {
                let found = engine.check(&values, page)?.texts;
                if !found.is_empty() {
                    return Ok(found);
                }
            }
            schema.map_or_else(|| Ok(Vec::new()), |schema| engine.check(&secrets, &schema).map(|found| found.texts))
        })
        .await
}

fn initiator(case: &Case, recorded: &Recorded) -> Outcome<Initiator> {
    let Some(user) = &case.user else { return Ok(Initiator::default()) };
    let entity_ref =
        EntityRef::parse(&user.entity_ref, RefDefaults::kind("user")).map_err(|error| Failure::error(error.message))?;
    let known = recorded.entities.get(&entity_ref.key()).cloned();
    Ok(Initiator { entity_ref: Some(entity_ref.key()), entity: user.entity.clone().or(known) })
}

fn contents(root: &Path) -> Outcome<BTreeMap<String, Vec<u8>>> {
    let files = walk(root)?.into_iter().filter(|entry| !entry.is_dir);
    files.map(|entry| read(&root.join(&entry.path)).map(|bytes| (entry.path, bytes))).collect()
}

/// A line of the log without the codes that colour it in a terminal.
fn without_colours(line: &str) -> String {
    let mut parts = line.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').map_or(part, |(_, rest)| rest))
}
