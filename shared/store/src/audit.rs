//! Audit rows: who changed what, written in the same transaction as the change.

use crate::{TenantTx, db};
use kernel::{Principal, Result};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

/// One change, as the audit log shows it.
#[derive(Debug, Clone)]
pub struct AuditEvent {
    /// Who did it: `user:default/jane`, `service:catalog`, `system`.
    pub actor: String,
    /// What was done, verb last: `member.invite`, `location.register`.
    pub action: &'static str,
    /// To what: an entity ref, a member's mail, a plugin id.
    pub target: String,
    /// The state before, without secrets.
    pub before: Option<Value>,
    /// The state after, without secrets.
    pub after: Option<Value>,
}

impl AuditEvent {
    /// An event by this principal.
    #[must_use]
    pub fn by(principal: &Principal, action: &'static str, target: impl Into<String>) -> Self {
        Self::named(principal.label(), action, target)
    }

    /// An event by a named actor that is no principal, such as `system` or `sign-up`.
    #[must_use]
    pub fn named(actor: impl Into<String>, action: &'static str, target: impl Into<String>) -> Self {
        Self { actor: actor.into(), action, target: target.into(), before: None, after: None }
    }

    /// Adds the state before.
    #[must_use]
    pub fn before(mut self, before: Value) -> Self {
        self.before = Some(before);
        self
    }

    /// Adds the state after.
    #[must_use]
    pub fn after(mut self, after: Value) -> Self {
        self.after = Some(after);
        self
    }
}

/// An audit row as it is read back.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct AuditRow {
    /// UUIDv7: sorts by time.
    pub event_id: Uuid,
    /// When.
    pub at: OffsetDateTime,
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
    /// To what.
    pub target: String,
    /// The state before.
    pub before: Option<Value>,
    /// The state after.
    pub after: Option<Value>,
}

pub(crate) async fn insert(tx: &mut TenantTx, event: AuditEvent) -> Result<()> {
    sqlx::query(
        "insert into audit_event (tenant_id, event_id, at, actor, action, target, before, after)
         values ($1, $2, now(), $3, $4, $5, $6, $7)",
    )
    .bind(tx.id())
    .bind(Uuid::now_v7())
    .bind(event.actor)
    .bind(event.action)
    .bind(event.target)
    .bind(event.before)
    .bind(event.after)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// The newest rows before `before` (exclusive; `None` = from the newest), newest first, at most `limit`.
///
/// # Errors
/// Those of the database.
pub async fn audit_page(tx: &mut TenantTx, before: Option<Uuid>, limit: i64) -> Result<Vec<AuditRow>> {
    sqlx::query_as(
        "select event_id, at, actor, action, target, before, after from audit_event
         where tenant_id = $1 and event_id < $2 order by event_id desc limit $3",
    )
    .bind(tx.id())
    .bind(before.unwrap_or(Uuid::max()))
    .bind(limit)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}
