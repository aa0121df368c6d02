//! Where the present request came from, so that every row says so although no handler passes it on.
//!
//! Set once around each handler by the routes' access check, from a header that only the gateway can set. Background
//! work has none.

use std::future::Future;

const LONGEST: usize = 100;

/// Where a request came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The client's address.
    pub address: Option<String>,
    /// The kind of program: `Firefox on Linux`, `curl`.
    pub agent: Option<String>,
}

tokio::task_local! {
    static ORIGIN: Origin;
}

impl Origin {
    /// As one line for a header between our services: `203.0.113.7; Firefox on Linux`.
    #[must_use]
    pub fn line(&self) -> String {
        let part = |part: &Option<String>| part.clone().unwrap_or_default().replace([';', '\n', '\r'], " ");
        format!("{};{}", part(&self.address), part(&self.agent))
    }

    /// Reads what [`line`](Self::line) wrote; texts are cut to what a row holds.
    #[must_use]
    pub fn read(line: &str) -> Self {
        let (address, agent) = line.split_once(';').unwrap_or((line, ""));
        let part = |part: &str| {
            let part: String = part.trim().chars().take(LONGEST).collect();
            (!part.is_empty()).then_some(part)
        };
        Self { address: part(address), agent: part(agent) }
    }

    /// That of the request which is being answered, if there is one.
    #[must_use]
    pub fn current() -> Option<Self> {
        current()
    }
}

pub(super) fn current() -> Option<Origin> {
    ORIGIN.try_with(Clone::clone).ok()
}

/// Runs `work` as the answer to a request from there.
pub async fn within<F: Future>(origin: Origin, work: F) -> F::Output {
    ORIGIN.scope(origin, work).await
}

#[cfg(test)]
mod tests {
    use super::Origin;

    #[test]
    fn a_line_comes_back_as_it_was_and_no_part_can_pass_for_another() {
        let origin = Origin { address: Some("2001:db8::1".into()), agent: Some("Firefox; on Linux".into()) };
        let read = Origin::read(&origin.line());
        assert_eq!(read.address.as_deref(), Some("2001:db8::1"));
        assert_eq!(read.agent.as_deref(), Some("Firefox  on Linux"));
        assert_eq!(Origin::read(&Origin::default().line()), Origin::default());
    }
}
