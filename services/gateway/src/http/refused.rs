//! Refused sign-ins in the audit log: enough to see an attack and to follow it, too few to fill the table.
//!
//! Of one account's refusals from one address in five minutes, the first, the tenth, the hundredth and so on are
//! written, with their count; and of all of an organisation's, at most a bounded number. What was typed is never
//! written: people type passwords into the wrong field.

use super::auth::Visit;
use crate::state::Gateway;
use ::store::AuditEvent;
use credential::Digest;
use kernel::{Result, TenantId};
use runtime::cache::CacheKey;
use serde_json::json;
use std::time::Duration;

const WINDOW: Duration = Duration::from_secs(5 * 60);
/// Rows of refused sign-ins that an organisation's log takes in five minutes.
const ROWS_PER_WINDOW: u64 = 60;

/// Why somebody was not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Unknown account or wrong password.
    Wrong,
    /// Too many attempts.
    TooMany,
}

impl Refusal {
    const fn word(self) -> &'static str {
        match self {
            Self::Wrong => "wrong mail address or password",
            Self::TooMany => "too many attempts",
        }
    }
}

/// Whether the n-th refusal is written.
const fn is_written(count: u64) -> bool {
    let mut rest = count;
    while rest > 1 && rest.is_multiple_of(10) {
        rest /= 10;
    }
    rest == 1
}

impl Gateway {
    /// Records that a sign-in of this account (its member's ref, if there is one) was refused. `attempted` tells accounts
    /// apart and is not kept.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn record_refusal(
        &self,
        tenant: TenantId,
        visit: &Visit,
        attempted: &str,
        user_ref: Option<&str>,
        refusal: Refusal,
    ) -> Result<()> {
        let what = Digest::of(&format!("{attempted} {} {}", visit.address, refusal.word()));
        let what: String = what.as_bytes().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let count = self.parts.cache.increment(&CacheKey::tenant(tenant, "refused", what), WINDOW).await;
        if !is_written(count) {
            return Ok(());
        }
        let rows = self.parts.cache.increment(&CacheKey::tenant(tenant, "refused-rows", "all"), WINDOW).await;
        if rows > ROWS_PER_WINDOW {
            return Ok(());
        }
        let after = json!({ "reason": refusal.word(), "count": count, "lastInThisWindow": rows == ROWS_PER_WINDOW });
        let event = AuditEvent::named("nobody", "session.refuse", user_ref.unwrap_or("unknown account")).after(after);
        let mut tx = self.parts.db.tenant(tenant).await?;
        tx.record(event).await?;
        tx.commit().await
    }
}

#[cfg(test)]
mod tests {
    use super::is_written;

    #[test]
    fn of_a_thousand_refusals_four_are_written() {
        let written: Vec<u64> = (1..=1_000).filter(|count| is_written(*count)).collect();
        assert_eq!(written, [1, 10, 100, 1_000]);
    }
}
