//! One event, on its way into the log.

use super::origin::{self, Origin};
use super::redact::{bounded, redacted_text};
use crate::{TenantTx, db};
use kernel::{Principal, Result};
use serde_json::{Value, json};
use uuid::Uuid;

/// One change, sign-in or look at something sensitive, as the audit log shows it.
#[derive(Debug, Clone)]
pub struct AuditEvent {
    /// Who did it: `user:default/jane`, `service:catalog`, `system`.
    pub actor: String,
    /// What was done, verb last: `member.invite`, `location.register`.
    pub action: &'static str,
    /// To what: an entity ref, a member's mail, a plugin id.
    pub target: String,
    /// The state before. Secrets in it are hidden when it is written.
    pub before: Option<Value>,
    /// The state after. Secrets in it are hidden when it is written.
    pub after: Option<Value>,
    /// Where the request came from; without it, where the present request came from.
    pub origin: Option<Origin>,
    /// The event whose change this one takes back.
    pub undoes: Option<Uuid>,
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
        Self {
            actor: actor.into(),
            action,
            target: target.into(),
            before: None,
            after: None,
            origin: None,
            undoes: None,
        }
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

    /// Says where the request came from, for events that are written outside its handler.
    #[must_use]
    pub fn sent_from(mut self, origin: Origin) -> Self {
        self.origin = Some(origin);
        self
    }

    /// Says that this change takes another one back.
    #[must_use]
    pub fn undoing(mut self, event: Uuid) -> Self {
        self.undoes = Some(event);
        self
    }
}

/// A secret's value was handed to something. Whoever hands one out records it in the same transaction:
/// `tx.record(SecretUse { … }.event())`.
#[derive(Debug, Clone, Copy)]
pub struct SecretUse<'a> {
    /// The secret's name, with its scope.
    pub secret: &'a str,
    /// Which version of it.
    pub version: i64,
    /// Who got it: `plugin:badges`, `proxy:github`, `template:default/service`.
    pub used_by: &'a str,
    /// On whose behalf, if a person's.
    pub on_behalf_of: Option<&'a str>,
}

impl SecretUse<'_> {
    /// The event, without the value.
    #[must_use]
    pub fn event(self) -> AuditEvent {
        let after = json!({ "version": self.version, "onBehalfOf": self.on_behalf_of });
        AuditEvent::named(self.used_by, "secret.use", self.secret).after(after)
    }
}

pub(crate) async fn insert(tx: &mut TenantTx, event: AuditEvent) -> Result<Uuid> {
    let id = Uuid::now_v7();
    let origin = event.origin.or_else(origin::current).unwrap_or_default();
    sqlx::query(
        "insert into audit_event
           (tenant_id, event_id, at, actor, action, target, before, after, source_address, agent, undoes)
         values ($1, $2, now(), $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(tx.id())
    .bind(id)
    .bind(event.actor)
    .bind(event.action)
    .bind(redacted_text(&event.target))
    .bind(event.before.map(bounded))
    .bind(event.after.map(bounded))
    .bind(origin.address)
    .bind(origin.agent)
    .bind(event.undoes)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(id)
}
