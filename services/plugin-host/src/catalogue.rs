//! The packages that may be installed, with what the registry says of them. It is asked in the background, one package
//! after the other, when somebody looks; what it said is kept for a day, and a failure for ten minutes.

use crate::State;
use crate::domain::package::{Source, Wanted};
use crate::jobs::tool;
use crate::leaflets::About;
use kernel::{Error, ErrorKind};
use std::collections::HashMap;
use std::ffi::OsStr;
use std::sync::{Arc, Mutex, PoisonError};
use time::{Duration, OffsetDateTime};

/// Most packages of the operator's list that are shown.
pub const MOST_PACKAGES: usize = 500;
/// What asking about one package may take.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);
/// After so many packages in a row without an answer the registry is taken to be away.
const TRIES: usize = 2;
const FRESH: Duration = Duration::hours(24);
const FRESH_FAILURE: Duration = Duration::minutes(10);

/// What is known of a package that may be installed.
#[derive(Debug, Clone)]
pub enum Entry {
    /// The registry's words.
    Known(Arc<About>),
    /// Why there are none.
    Failed(String),
}

/// What the registry said. Clones share it.
#[derive(Clone, Default)]
pub struct Catalogue(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    known: HashMap<String, (OffsetDateTime, Entry)>,
    asking: bool,
}

impl Catalogue {
    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, package: &str, entry: Entry, until: OffsetDateTime) {
        self.lock().known.insert(package.to_owned(), (until, entry));
    }

    /// What is known of a package, however old; `None` before it was asked about.
    #[must_use]
    pub fn find(&self, package: &str) -> Option<Entry> {
        self.lock().known.get(package).map(|(_, entry)| entry.clone())
    }
}

impl State {
    /// Asks about the packages of which nothing fresh is known, in the background and once at a time.
    pub(crate) fn refresh_catalogue(&self) {
        let now = self.clock.now();
        let mut inner = self.catalogue.lock();
        let is_stale = |name: &&str| inner.known.get(*name).is_none_or(|(until, _)| *until <= now);
        let is_npm = |name: &&str| Wanted::new(name, None).is_ok_and(|wanted| wanted.source == Source::Npm);
        let stale: Vec<String> =
            self.config.allow.names().take(MOST_PACKAGES).filter(is_npm).filter(is_stale).map(str::to_owned).collect();
        if stale.is_empty() || inner.asking {
            return;
        }
        inner.asking = true;
        drop(inner);
        let (state, shutdown) = (self.clone(), self.tasks.shutdown_token());
        self.tasks.spawn("plugins.catalogue", async move {
            shutdown.run_until_cancelled(ask(&state, &stale)).await;
            state.catalogue.lock().asking = false;
        });
    }
}

async fn ask(state: &State, packages: &[String]) {
    let mut silent = 0;
    for package in packages {
        let now = state.clock.now();
        let answer = if silent < TRIES { ask_about(state, package).await } else { Err(away()) };
        match answer {
            Ok(about) => {
                silent = 0;
                state.catalogue.put(package, Entry::Known(Arc::new(about)), now + FRESH);
            }
            Err(error) => {
                silent += usize::from(error.kind == ErrorKind::Unavailable);
                tracing::debug!(package, %error, "nothing is known of a package that may be installed");
                // Yesterday's words are better than none.
                let kept = state.catalogue.find(package).filter(|entry| matches!(entry, Entry::Known(_)));
                let entry = kept.unwrap_or_else(|| Entry::Failed(words(&error)));
                state.catalogue.put(package, entry, now + FRESH_FAILURE);
            }
        }
    }
}

async fn ask_about(state: &State, package: &str) -> kernel::Result<About> {
    let args: [&OsStr; 2] = ["about".as_ref(), package.as_ref()];
    let asked = tokio::time::timeout(PATIENCE, tool::run(&state.config, "bundle.js", &args)).await;
    asked.unwrap_or_else(|_| Err(away()))
}

fn away() -> Error {
    Error::unavailable("The package registry does not answer.")
}

fn words(error: &Error) -> String {
    match error.kind {
        ErrorKind::Internal => "An internal error occurred; the platform's log has the cause.".to_owned(),
        _ => error.message.clone(),
    }
}
