//! The secrets that this process holds at the moment, so that none of them reaches its log.
//!
//! Whoever has a secret in hand [`hold`]s it; until a minute after that is dropped, every line of this process's log and
//! every span that it exports is masked by value ([`kernel::Redaction`]). Lines are masked as they are written, so it does
//! not matter which crate writes them; the minute is for errors that are logged, and spans that are sent, a moment later.

use kernel::Redaction;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

static KNOWN: Mutex<Known> = Mutex::new(Known { held: BTreeMap::new(), next: 0, ready: None });

/// How long a value is still masked when nobody holds it any more.
const LINGER: Duration = Duration::from_secs(60);

struct Known {
    /// Values, and until when they linger where nobody holds them any more.
    held: BTreeMap<u64, (Vec<String>, Option<Instant>)>,
    next: u64,
    /// Made at the first line after a change.
    ready: Option<Arc<Redaction>>,
}

impl Known {
    /// Forgets whose time is over.
    fn tidy(&mut self) {
        let (now, before) = (Instant::now(), self.held.len());
        self.held.retain(|_, (_, until)| until.is_none_or(|until| now < until));
        if self.held.len() != before {
            self.ready = None;
        }
    }
}

/// Values that are masked until a minute after this is dropped.
#[derive(Debug)]
#[must_use = "values are masked for as long as this lives"]
pub struct Held(u64);

impl Drop for Held {
    fn drop(&mut self) {
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, until)) = known.held.get_mut(&self.0) {
            *until = Some(Instant::now() + LINGER);
        }
    }
}

/// Masks these values in the log and the traces of this process until a minute after the answer is dropped.
pub fn hold<'a>(values: impl IntoIterator<Item = &'a str>) -> Held {
    let values = values.into_iter().map(str::to_owned).collect();
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let id = known.next;
    known.next += 1;
    known.tidy();
    known.held.insert(id, (values, None));
    known.ready = None;
    Held(id)
}

/// The text without any value that is held.
#[must_use]
pub fn redact(text: &str) -> Cow<'_, str> {
    let redaction = {
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        known.tidy();
        if known.held.is_empty() {
            return Cow::Borrowed(text);
        }
        let Known { held, ready, .. } = &mut *known;
        let made = ready.get_or_insert_with(|| {
            let mut redaction = Redaction::default();
            redaction.extend(held.values().flat_map(|(values, _)| values).map(String::as_str));
            Arc::new(redaction)
        });
        Arc::clone(made)
    };
    Cow::Owned(redaction.apply(text))
}

/// Where log lines go, masked. Each write is a whole line or several, as the formatter of `tracing` writes them.
#[derive(Debug)]
pub struct Masked<W>(pub W);

impl<W: Write> Write for Masked<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(buffer);
        self.0.write_all(redact(&text).as_bytes())?;
        Ok(buffer.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "tests")]

    use super::*;
    use tracing_subscriber::layer::SubscriberExt as _;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("kept").write(buffer)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_log_is_masked_while_a_value_is_held() {
        let kept = Kept::default();
        let into = kept.clone();
        let layer = tracing_subscriber::fmt::layer().json().with_writer(move || Masked(into.clone()));
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
            let held = hold(["planted-canary-0001"]);
            let span = tracing::info_span!("request", address = "https://h/?t=planted-canary-0001");
            span.in_scope(|| {
                tracing::warn!(header = "Basic cGxhbnRlZC1jYW5hcnktMDAwMQ==", "it said planted-canary-0001")
            });
            drop(held);
            tracing::info!("afterwards planted-canary-0001");
        });
        let text = String::from_utf8(kept.0.lock().expect("kept").clone()).expect("text");
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(!text.contains("planted-canary") && !text.contains("cGxhbnRlZC1jYW5hcn"), "{text}");
        assert!(text.contains("it said ***") && text.contains("Basic ***"), "{text}");
    }
}
