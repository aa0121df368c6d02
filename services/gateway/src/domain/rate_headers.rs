//! `RateLimit` and `RateLimit-Policy`, as draft-ietf-httpapi-ratelimit-headers (version 8 and later) spells them: lists of
//! named limits with their parameters.

use super::window::Verdict;
use std::fmt::Write as _;

/// The two values: what applies, and how much of it is left. The limit that refuses, or of which least is left, is the
/// one that is told; policies are told all.
#[must_use]
pub fn rate_headers(verdicts: &[(&'static str, Verdict)]) -> Option<(String, String)> {
    let (name, tightest) = verdicts.iter().min_by_key(|(_, verdict)| (verdict.allowed, verdict.remaining))?;
    let mut policy = String::with_capacity(48);
    for (name, verdict) in verdicts {
        let separator = if policy.is_empty() { "" } else { ", " };
        // Writing to a text cannot fail.
        let _ = write!(policy, "{separator}\"{name}\";q={};w=60", verdict.limit);
    }
    Some((policy, format!("\"{name}\";r={};t={}", tightest.remaining, tightest.reset_s)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tightest_limit_is_told_and_every_policy() {
        let wide = Verdict { allowed: true, limit: 3_000, remaining: 2_900, reset_s: 30 };
        let tight = Verdict { allowed: true, limit: 1_200, remaining: 7, reset_s: 30 };
        let (policy, left) = rate_headers(&[("tenant", wide), ("token", tight)]).unwrap_or_default();
        assert_eq!(policy, "\"tenant\";q=3000;w=60, \"token\";q=1200;w=60");
        assert_eq!(left, "\"token\";r=7;t=30");
        let refused = Verdict { allowed: false, remaining: 0, reset_s: 12, ..wide };
        assert_eq!(rate_headers(&[("tenant", refused), ("token", tight)]).unwrap_or_default().1, "\"tenant\";r=0;t=12");
        assert_eq!(rate_headers(&[]), None);
    }
}
