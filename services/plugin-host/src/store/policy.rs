//! What an organisation says about upgrades of a plugin.

use kernel::Result;
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use store::{TenantTx, db};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// When upgrades come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "lowercase")]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum Channel {
    /// After those on the early channel.
    #[default]
    Stable,
    /// Before all others.
    Early,
}

/// Hours of the day in UTC; `to` may be smaller than `from`, for a night.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// The first hour, 0 to 23.
    pub from: u8,
    /// The hour in which they end, 0 to 23.
    pub to: u8,
}

impl QuietHours {
    /// Whether this hour is one of them.
    #[must_use]
    pub const fn has(self, hour: u8) -> bool {
        if self.from <= self.to { self.from <= hour && hour < self.to } else { hour >= self.from || hour < self.to }
    }
}

/// What an organisation says about upgrades of a plugin.
#[derive(Debug, Clone, PartialEq, Eq, Default, sqlx::FromRow)]
pub struct Policy {
    /// When upgrades come.
    pub channel: Channel,
    /// It stays on the version that it has.
    pub pinned: bool,
    /// No upgrade before that.
    pub frozen_until: Option<OffsetDateTime>,
    /// When upgrades may hold requests for longer than seconds.
    pub quiet_hours: Option<Json<QuietHours>>,
}

impl Policy {
    /// Why no upgrade may come now.
    #[must_use]
    pub fn refusal(&self, now: OffsetDateTime) -> Option<String> {
        if self.pinned {
            return Some("Its administrator has pinned the version.".to_owned());
        }
        let until = self.frozen_until.filter(|until| now < *until)?;
        Some(format!("Its administrator wants no upgrade before {}.", until.date()))
    }

    /// Whether this is one of its quiet hours.
    #[must_use]
    pub fn is_quiet(&self, now: OffsetDateTime) -> bool {
        self.quiet_hours.is_some_and(|hours| hours.0.has(now.hour()))
    }
}

/// What the organisation says; the defaults when it said nothing.
///
/// # Errors
/// Those of the database.
pub async fn get(tx: &mut TenantTx, plugin_id: &str) -> Result<Policy> {
    let found = sqlx::query_as(
        "select channel, pinned, frozen_until, quiet_hours from plugin_policy where tenant_id = $1 and plugin_id = $2",
    )
    .bind(tx.id())
    .bind(plugin_id)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)?;
    Ok(found.unwrap_or_default())
}

/// Replaces what the organisation says.
///
/// # Errors
/// Those of the database.
pub async fn set(tx: &mut TenantTx, plugin_id: &str, policy: &Policy, now: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "insert into plugin_policy (tenant_id, plugin_id, channel, pinned, frozen_until, quiet_hours, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict on constraint plugin_policy_pk do update set channel = excluded.channel, pinned = excluded.pinned,
           frozen_until = excluded.frozen_until, quiet_hours = excluded.quiet_hours, changed_at = excluded.changed_at",
    )
    .bind(tx.id())
    .bind(plugin_id)
    .bind(policy.channel)
    .bind(policy.pinned)
    .bind(policy.frozen_until)
    .bind(&policy.quiet_hours)
    .bind(now)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_hours_may_cross_midnight() {
        let hours = |from, to| (0..24).filter(|hour| QuietHours { from, to }.has(*hour)).count();
        assert_eq!((hours(1, 4), hours(22, 4), hours(5, 5)), (3, 6, 0));
        assert!(QuietHours { from: 22, to: 4 }.has(23) && !QuietHours { from: 22, to: 4 }.has(4));
    }

    #[test]
    fn pinned_and_frozen_plugins_are_left_alone() {
        let now = OffsetDateTime::UNIX_EPOCH;
        assert_eq!(Policy::default().refusal(now), None);
        assert!(Policy { pinned: true, ..Policy::default() }.refusal(now).is_some());
        let frozen = Policy { frozen_until: Some(now + time::Duration::days(1)), ..Policy::default() };
        assert!(frozen.refusal(now).is_some_and(|text| text.contains("1970-01-02")));
        assert_eq!(frozen.refusal(now + time::Duration::days(2)), None);
    }
}
