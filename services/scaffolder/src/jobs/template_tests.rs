//! Runs the tests of templates that changed, without anybody asking, and keeps what came of them.
//!
//! The catalog asks for a template in the transaction that changes it, and the plugin host for all when actions changed.
//! Beside that each template is looked at once an hour, for what lies beside its file: a source host that says that the
//! commit is the same is not asked for anything else. Organisations take turns, and one test file follows the other.

use crate::State;
use crate::actions::{Action, Services};
use crate::domain::stored::test_files;
use crate::domain::template::Template;
use crate::store::template_test::{self, Outcome, TemplateTest};
use crate::stored::{self, Origin, Reader, Stored};
use crate::trial::{Finding, Report, run_sent};
use aws_lc_rs::digest::{Context, SHA256};
use http_shell::Caller;
use kernel::{EntityRef, Error, ErrorKind, RefDefaults, Result};
use serde_json::json;
use std::time::Duration;
use store::queue::{self, Job};

/// A run of one template's tests is over before: ten test files of half a minute each, and the reading.
const LEASE: Duration = Duration::from_secs(480);
const EVERY: Duration = Duration::from_secs(1);
/// When a template is looked at again that nobody asks for.
const AGAIN: Duration = Duration::from_secs(3600);
/// When a source host is asked again that did not answer.
const SOON: Duration = Duration::from_secs(120);
/// Test files of one template.
const MAX_FILES: usize = 10;
/// Findings that are kept, and how long each may be.
const MAX_FINDINGS: usize = 20;
const MAX_MESSAGE: usize = 1000;

/// Runs what is due until shutdown, one template at a time: nobody waits for it.
pub(super) async fn work(state: State) {
    let shutdown = state.tasks.shutdown_token();
    while !shutdown.is_cancelled() {
        match queue::claim(&state.db, queue::TEMPLATE_TESTS, 1, LEASE).await {
            Ok(jobs) => {
                let is_idle = jobs.is_empty();
                for job in jobs {
                    tokio::select! {
                        () = shutdown.cancelled() => return,
                        done = look(&state, &job) => if let Err(error) = done {
                            tracing::warn!(%error, template = job.key, "tests could not be looked at; the lease runs out");
                        }
                    }
                }
                if !is_idle {
                    continue;
                }
            }
            Err(error) => tracing::warn!(%error, "the queue of templates' tests cannot be read"),
        }
        tokio::select! {
            () = shutdown.cancelled() => {}
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// What came of looking.
enum Seen {
    /// There is no such template.
    Gone,
    /// Files and actions are the same as before.
    Unchanged(Option<String>),
    /// Its tests were run, or there are none.
    Tried(Tried),
}

/// What came of running the tests.
struct Tried {
    reports: Vec<Report>,
    content: String,
    actions: String,
    commit: Option<String>,
}

async fn look(state: &State, job: &Job) -> Result<()> {
    let entity_ref = EntityRef::parse(&job.key, RefDefaults::kind("template"))?;
    let mut tx = state.db.tenant(job.tenant()).await?;
    let before = template_test::find(&mut tx, &job.key).await?;
    tx.rollback().await?;
    let seen = try_out(state, job, &entity_ref, before.as_ref()).await;
    let mut tx = state.db.tenant(job.tenant()).await?;
    let mut again = AGAIN;
    match &seen {
        Ok(Seen::Gone) => {
            template_test::delete(&mut tx, &job.key).await?;
            queue::complete(&mut tx, job).await?;
            return tx.commit().await;
        }
        Ok(Seen::Unchanged(commit)) => template_test::set_checked(&mut tx, &job.key, commit.as_deref()).await?,
        Ok(Seen::Tried(tried)) => template_test::set_outcome(&mut tx, &job.key, &tried.outcome()).await?,
        // What is known stays known while somebody does not answer.
        Err(error) if error.is_transient() && before.is_some() => again = SOON,
        Err(error) => {
            if error.is_transient() {
                again = SOON;
            }
            let problem = Some(error.message.as_str());
            let outcome = Outcome { state: "unreadable", problem, ..Outcome::default() };
            template_test::set_outcome(&mut tx, &job.key, &outcome).await?;
        }
    }
    // Without its lease another process has looked, or looks.
    if queue::reschedule(&mut tx, job, again).await? { tx.commit().await } else { tx.rollback().await }
}

async fn try_out(state: &State, job: &Job, entity_ref: &EntityRef, before: Option<&TemplateTest>) -> Result<Seen> {
    let services = state.services(Caller::service(job.tenant(), "scaffolder"));
    let Some(entity) = services.entity(entity_ref).await? else { return Ok(Seen::Gone) };
    let template = Template::of_entity(entity).map_err(|failure| Error::input(failure.message))?;
    let found = services.added().await?.actions;
    let actions = digest_of_actions(&found);
    let is_same = |before: &&TemplateTest| before.actions_digest.as_ref() == Some(&actions);
    let before = before.filter(is_same);
    let reader = Reader::Job(before.and_then(|before| before.commit.as_deref()));
    let Some(stored) = read(&services, &template, entity_ref, reader).await? else { return Ok(Seen::Unchanged(None)) };
    let content = digest_of_files(&stored);
    let commit = match &stored.origin {
        Origin::Folder { commit, .. } => commit.clone(),
        Origin::File { .. } | Origin::Set(_) => None,
    };
    if before.is_some_and(|before| before.content_digest.as_ref() == Some(&content)) {
        return Ok(Seen::Unchanged(commit));
    }
    let paths = stored.files.iter().map(|file| file.path.as_str());
    let mut tests = test_files(paths, &stored.path);
    tests.truncate(MAX_FILES);
    let files = stored.files.into_iter().map(|file| (file.path, file.bytes)).collect();
    let reports = match tests.is_empty() {
        true => Ok(Vec::new()),
        false => run_sent(&state.bench(found), files, &tests).await,
    };
    let reports = reports.map_err(|failure| Error::input(failure.message))?;
    Ok(Seen::Tried(Tried { reports, content, actions, commit }))
}

/// As [`stored::read`]; a file that is not there any more is no news of the template itself, which the catalog still has.
async fn read(
    services: &Services,
    template: &Template,
    entity_ref: &EntityRef,
    reader: Reader<'_>,
) -> Result<Option<Stored>> {
    stored::read(services, template, entity_ref, reader).await.map_err(|error| match error.kind {
        ErrorKind::Internal => Error::unavailable("Its files could not be read"),
        _ => error,
    })
}

impl Tried {
    fn outcome(&self) -> Outcome<'_> {
        let cases = || self.reports.iter().flat_map(|report| &report.cases);
        let mistakes = self.reports.iter().flat_map(|report| &report.mistakes);
        let failed = cases().filter(|case| !case.passed).count() + mistakes.clone().count();
        let state = match (self.reports.is_empty(), failed) {
            (true, _) => "none",
            (false, 0) => "passed",
            (false, _) => "failed",
        };
        let of_cases = cases().flat_map(|case| {
            case.failures
                .iter()
                .map(|failure| Finding { message: format!("{}: {}", case.name, failure.message), ..failure.clone() })
        });
        let count = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        Outcome {
            state,
            cases: count(cases().count() + mistakes.clone().count()),
            failed: count(failed),
            findings: mistakes.cloned().chain(of_cases).take(MAX_FINDINGS).map(shortened).collect(),
            content_digest: Some(&self.content),
            actions_digest: Some(&self.actions),
            commit: self.commit.as_deref(),
            problem: None,
        }
    }
}

fn shortened(mut finding: Finding) -> Finding {
    if let Some((at, _)) = finding.message.char_indices().nth(MAX_MESSAGE) {
        finding.message.truncate(at);
        finding.message.push('…');
    }
    // Postgres takes no null characters in JSON.
    finding.message = finding.message.replace('\0', "\u{fffd}");
    finding
}

fn digest_of_files(stored: &Stored) -> String {
    let mut digest = Context::new(&SHA256);
    let mut add = |bytes: &[u8]| {
        digest.update(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        digest.update(bytes);
    };
    add(stored.path.as_bytes());
    for file in &stored.files {
        add(file.path.as_bytes());
        add(&file.bytes);
    }
    written(digest)
}

fn written(digest: Context) -> String {
    digest.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Of this version's own actions, and those of plugins with their schemas.
fn digest_of_actions(of_plugins: &[Action]) -> String {
    let mut known: Vec<String> =
        of_plugins.iter().map(|action| json!([action.id, action.plugin, action.schema]).to_string()).collect();
    known.sort();
    let mut digest = Context::new(&SHA256);
    digest.update(env!("CARGO_PKG_VERSION").as_bytes());
    for action in known {
        digest.update(action.as_bytes());
    }
    written(digest)
}
