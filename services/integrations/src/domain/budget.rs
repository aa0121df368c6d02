//! What a host lets one credential ask, and who may spend it.
//!
//! Hosts count requests per credential and hour or minute. A part of each window is kept for what a person waits for;
//! background work leaves it alone and comes back when the window is over.

use serde::{Deserialize, Serialize};

/// One part in so many is kept for people.
const RESERVED_PART: u32 = 10;
/// What is waited when a host says "slow down" and not how long.
const UNSAID_PAUSE: i64 = 60;
/// No host's word keeps us away for longer, in seconds.
const LONGEST_PAUSE: i64 = 3_600;

/// For whom something is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Priority {
    /// A person waits for it.
    User,
    /// Nobody does.
    #[default]
    Background,
}

/// What is known of a credential's window. Moments are seconds of Unix time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Budget {
    /// Requests in a window.
    pub limit: u32,
    /// Requests left in this one.
    pub remaining: u32,
    /// When the next begins; 0 when the host has said nothing yet.
    pub resets_at: i64,
    /// Until when the host wants no request at all.
    pub blocked_until: i64,
}

/// The host's words about its limits, from one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Told {
    /// Limit, remaining requests and end of the window.
    pub window: Option<(u32, u32, i64)>,
    /// Seconds to keep away.
    pub retry_after: Option<i64>,
    /// Whether this answer is a refusal because of a limit.
    pub refused: bool,
}

/// The two dialects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// `x-ratelimit-…`, and 403 as well as 429.
    GitHub,
    /// `ratelimit-…`, and 429.
    GitLab,
}

impl Told {
    /// Reads an answer's headers, and the text of a refusal.
    pub fn read<'a>(dialect: Dialect, status: u16, header: impl Fn(&str) -> Option<&'a str>, text: &str) -> Self {
        let prefix = if dialect == Dialect::GitHub { "x-ratelimit-" } else { "ratelimit-" };
        let number = |name: &str| header(&format!("{prefix}{name}"))?.trim().parse::<i64>().ok();
        // GitHub counts search and other resources apart from the one that we use.
        let counted_here = header("x-ratelimit-resource").is_none_or(|resource| resource == "core");
        let window = match (number("limit"), number("remaining"), number("reset")) {
            (Some(limit), Some(remaining), Some(reset)) if counted_here => {
                Some((u32::try_from(limit).ok(), u32::try_from(remaining).ok(), reset))
            }
            _ => None,
        };
        let window = window.and_then(|(limit, remaining, reset)| Some((limit?, remaining?, reset)));
        let retry_after = header("retry-after").and_then(|text| text.trim().parse().ok());
        let spent = window.is_some_and(|(_, remaining, _)| remaining == 0);
        let refused = match (dialect, status) {
            (_, 429) => true,
            (Dialect::GitHub, 403) => spent || retry_after.is_some() || text.contains("rate limit"),
            _ => false,
        };
        Self { window, retry_after, refused }
    }
}

impl Budget {
    /// Lets a request through, or says after how many seconds to come back.
    ///
    /// # Errors
    /// The seconds, at least one.
    pub fn admit(&self, now: i64, priority: Priority) -> Result<(), u64> {
        let wait = |until: i64| Err(u64::try_from((until - now).clamp(1, LONGEST_PAUSE)).unwrap_or(1));
        if self.blocked_until > now {
            return wait(self.blocked_until);
        }
        let reserve = match priority {
            Priority::User => 0,
            Priority::Background => self.limit / RESERVED_PART,
        };
        if self.resets_at > now && self.remaining <= reserve { wait(self.resets_at) } else { Ok(()) }
    }

    /// The budget after an answer.
    #[must_use]
    pub fn after(self, now: i64, told: &Told) -> Self {
        let mut next = self;
        if let Some((limit, remaining, resets_at)) = told.window {
            // Answers of requests that ran side by side come in any order: within a window what is left only shrinks.
            let same_window = self.resets_at == resets_at && self.limit == limit;
            let remaining = if same_window { remaining.min(self.remaining) } else { remaining };
            next = Self { limit, remaining, resets_at, ..next };
        }
        if told.refused {
            let spent =
                told.window.filter(|(_, remaining, _)| *remaining == 0).map(|(_, _, resets_at)| resets_at - now);
            let pause = told.retry_after.or(spent).unwrap_or(UNSAID_PAUSE).clamp(1, LONGEST_PAUSE);
            next.blocked_until = next.blocked_until.max(now + pause);
        }
        next
    }

    /// How long it is worth remembering, in seconds.
    #[must_use]
    pub fn lasts(&self, now: i64) -> u64 {
        u64::try_from((self.resets_at.max(self.blocked_until) - now).clamp(1, LONGEST_PAUSE)).unwrap_or(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(dialect: Dialect, status: u16, headers: &[(&str, &'static str)], text: &str) -> Told {
        let find = |name: &str| headers.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        Told::read(dialect, status, find, text)
    }

    #[test]
    fn background_work_leaves_a_tenth_to_people() {
        let budget = Budget { limit: 5_000, remaining: 501, resets_at: 1_600, blocked_until: 0 };
        assert_eq!(budget.admit(1_000, Priority::Background), Ok(()));
        let low = Budget { remaining: 500, ..budget };
        assert_eq!(low.admit(1_000, Priority::Background), Err(600));
        assert_eq!(low.admit(1_000, Priority::User), Ok(()));
        assert_eq!(Budget { remaining: 0, ..budget }.admit(1_000, Priority::User), Err(600));
        assert_eq!(low.admit(1_600, Priority::Background), Ok(()), "a new window");
        assert_eq!(Budget::default().admit(0, Priority::Background), Ok(()), "nothing is known yet");
    }

    #[test]
    fn a_pause_that_the_host_asks_for_holds_for_everybody() {
        let headers = [
            ("retry-after", "30"),
            ("x-ratelimit-limit", "60"),
            ("x-ratelimit-remaining", "50"),
            ("x-ratelimit-reset", "9000"),
        ];
        let budget = Budget::default().after(1_000, &told(Dialect::GitHub, 403, &headers, "secondary rate limit"));
        assert_eq!(budget.admit(1_000, Priority::User), Err(30));
        assert_eq!(budget.admit(1_030, Priority::User), Ok(()));
        let unsaid = Budget::default()
            .after(1_000, &told(Dialect::GitHub, 403, &[], "You have exceeded a secondary rate limit"));
        assert_eq!(unsaid.admit(1_000, Priority::User), Err(60));
        let no_limit = told(Dialect::GitHub, 403, &[], "Resource not accessible by personal access token");
        assert!(!no_limit.refused);
        let mad = told(Dialect::GitLab, 429, &[("retry-after", "99999999")], "");
        assert_eq!(Budget::default().after(0, &mad).admit(0, Priority::User), Err(3_600));
    }

    #[test]
    fn both_dialects_are_understood_and_other_resources_left_out() {
        let gitlab = [("ratelimit-limit", "2000"), ("ratelimit-remaining", "1999"), ("ratelimit-reset", "77")];
        assert_eq!(told(Dialect::GitLab, 200, &gitlab, "").window, Some((2_000, 1_999, 77)));
        assert_eq!(told(Dialect::GitHub, 200, &gitlab, "").window, None);
        let search = [
            ("x-ratelimit-limit", "30"),
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", "77"),
            ("x-ratelimit-resource", "search"),
        ];
        assert_eq!(told(Dialect::GitHub, 200, &search, "").window, None);
    }

    #[test]
    fn late_answers_do_not_give_back_what_was_spent() {
        let of = |remaining| Told { window: Some((60, remaining, 500)), ..Told::default() };
        let budget = Budget::default().after(0, &of(10)).after(0, &of(12));
        assert_eq!(budget.remaining, 10);
        let next = Told { window: Some((60, 59, 900)), ..Told::default() };
        assert_eq!(budget.after(0, &next).remaining, 59);
    }
}
