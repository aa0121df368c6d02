//! The audit log: pages with filters, export, whether it is intact, how long rows are kept, taking changes back.

use super::{members, reading, tenant};
use crate::state::TenantAdmin;
use ::store::audit::{self, AuditFilter, chain};
use ::store::{AuditEvent, AuditRow, TenantTx};
use authz::{Decision, Permission, decide};
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::stream;
use http_shell::{Caller, Json, Path, Query, Result};
use kernel::{Error, TenantId};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

const DEFAULT_LIMIT: usize = 50;
const MAX_LIMIT: usize = 200;
const MAX_FILTER_CHARS: usize = 300;
const EXPORTED_AT_ONCE: usize = 1_000;
/// Most rows of one export; its last line says where to go on.
const MAX_EXPORTED: usize = 100_000;
const RETENTION_DAYS: std::ops::RangeInclusive<i32> = 30..=3650;

/// An event of the log.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuditEntry {
    id: Uuid,
    /// Its number in the chain: the order in which changes became real.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    seq: Option<i64>,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    at: OffsetDateTime,
    /// Who: `user:default/jane`, `service:catalog`, `system`.
    actor: String,
    /// What, verb last: `member.invite`.
    action: String,
    /// To what.
    target: String,
    /// The state before, secrets hidden.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    before: Option<Value>,
    /// The state after, secrets hidden.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    after: Option<Value>,
    /// Where the request came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    source_address: Option<String>,
    /// The kind of program: `Firefox on Linux`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    agent: Option<String>,
    /// The event whose change this one took back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    undoes: Option<Uuid>,
    /// Whether its change can be taken back, unless something has changed since.
    undoable: bool,
}

impl From<AuditRow> for AuditEntry {
    fn from(row: AuditRow) -> Self {
        let undoable = Undoable::of(&row).is_some();
        let AuditRow { event_id: id, at, actor, action, target, before, after, source_address, agent, undoes, seq } =
            row;
        Self { id, seq, at, actor, action, target, before, after, source_address, agent, undoes, undoable }
    }
}

/// Which events are wanted.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct AuditQuery {
    /// Exactly this actor: `user:default/jane`.
    actor: Option<String>,
    /// Actions that begin so: `member.`.
    action: Option<String>,
    /// Exactly this target.
    target: Option<String>,
    /// From this moment on (RFC 3339).
    from: Option<String>,
    /// Before this moment (RFC 3339).
    until: Option<String>,
    /// This text anywhere in the event, in any letter case.
    text: Option<String>,
    /// Go on after this event: `next` of the page before.
    before: Option<Uuid>,
    /// At most so many, up to 200; 50 unless given.
    limit: Option<usize>,
}

fn moment(name: &'static str, text: Option<&str>) -> kernel::Result<Option<OffsetDateTime>> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let wrong = || {
        let problem = "Give a moment such as 2026-11-30T09:00:00Z.";
        Error::input(problem).with_field(name, problem)
    };
    OffsetDateTime::parse(text, &Rfc3339).map(Some).map_err(|_| wrong())
}

impl AuditQuery {
    fn filter(&self) -> kernel::Result<AuditFilter> {
        let given = |text: &Option<String>| {
            let text = text.as_deref().map(str::trim).filter(|text| !text.is_empty());
            match text {
                Some(text) if text.chars().count() > MAX_FILTER_CHARS => {
                    Err(Error::input(format!("A filter has at most {MAX_FILTER_CHARS} characters.")))
                }
                text => Ok(text.map(str::to_owned)),
            }
        };
        Ok(AuditFilter {
            actor: given(&self.actor)?,
            action: given(&self.action)?,
            target: given(&self.target)?,
            from: moment("from", self.from.as_deref())?,
            until: moment("until", self.until.as_deref())?,
            text: given(&self.text)?,
        })
    }
}

/// Events, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditList {
    items: Vec<AuditEntry>,
    /// Give it as `before` for the next page. A page with it may be short or empty: a search for a text looks at 20,000
    /// events at a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next: Option<Uuid>,
}

/// Lists events of the audit log, newest first.
#[utoipa::path(get, path = "/api/tenant-admin/v1/audit", tag = "audit", params(AuditQuery),
    responses((status = 200, body = AuditList), (status = 400, description = "A filter is malformed")))]
pub(crate) async fn list_audit(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Query(query): Query<AuditQuery>,
) -> Result<Json<AuditList>> {
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let page = audit::search_audit(&mut tx, &query.filter()?, query.before, limit).await?;
    Ok(Json(AuditList { items: page.rows.into_iter().map(AuditEntry::from).collect(), next: page.next }))
}

/// Streams the events that match as lines of JSON, newest first, at most 100,000.
///
/// When there are more, the last line is `{"next": ID}`: give it as `before` to go on. The export itself is audited.
#[utoipa::path(get, path = "/api/tenant-admin/v1/audit/export", tag = "audit", params(AuditQuery),
    responses((status = 200, content_type = "application/x-ndjson", body = String)))]
pub(crate) async fn export_audit(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Query(query): Query<AuditQuery>,
) -> Result<Response> {
    let filter = query.filter()?;
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let asked = json!({ "actor": filter.actor, "action": filter.action, "target": filter.target, "from": query.from,
        "until": query.until, "text": filter.text });
    tx.record(AuditEvent::by(&caller.principal, "audit.export", "audit log").after(asked)).await?;
    tx.commit().await?;
    let name = format!("attachment; filename=\"audit-{}.ndjson\"", admin.clock.now().date());
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_str(&name).map_err(Error::internal)?),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    let export = Export { admin, tenant: caller.tenant, filter, place: Place::At(query.before), left: MAX_EXPORTED };
    let lines = stream::unfold(export, Export::next);
    Ok((headers, Body::from_stream(lines)).into_response())
}

/// An export under way: a page is read when the one before was taken.
struct Export {
    admin: TenantAdmin,
    tenant: TenantId,
    filter: AuditFilter,
    place: Place,
    left: usize,
}

enum Place {
    At(Option<Uuid>),
    End,
}

impl Export {
    /// The next lines; after an error nothing follows, so that a broken export cannot pass for a whole one.
    async fn next(mut self) -> Option<(kernel::Result<Bytes>, Self)> {
        let Place::At(before) = std::mem::replace(&mut self.place, Place::End) else { return None };
        if self.left == 0 {
            let line = format!("{}\n", json!({ "next": before }));
            return Some((Ok(Bytes::from(line)), self));
        }
        let lines = self.page(before).await;
        Some((lines, self))
    }

    async fn page(&mut self, before: Option<Uuid>) -> kernel::Result<Bytes> {
        let mut tx = self.admin.db.tenant(self.tenant).await?;
        let page = audit::search_audit(&mut tx, &self.filter, before, EXPORTED_AT_ONCE.min(self.left)).await?;
        self.left -= page.rows.len().min(self.left);
        if page.next.is_some() {
            self.place = Place::At(page.next);
        }
        let mut lines = Vec::new();
        for row in page.rows {
            serde_json::to_writer(&mut lines, &AuditEntry::from(row)).map_err(Error::internal)?;
            lines.push(b'\n');
        }
        Ok(lines.into())
    }
}

/// A number and its hash that somebody kept elsewhere.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(crate) struct Kept {
    /// `SEQ:HASH` of an earlier verification.
    kept: Option<String>,
}

/// Where the log breaks.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Broken {
    /// At which number.
    seq: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    event_id: Option<Uuid>,
    /// `link-missing`, `row-missing`, `changed`, `end-missing`, `begin-missing`, `unchained` or `other-than-kept`.
    fault: &'static str,
    /// A sentence.
    message: String,
}

/// Whether the log is as it was written.
#[derive(Serialize, ToSchema)]
pub struct Verification {
    intact: bool,
    /// How many events verified.
    rows: u64,
    /// The number before the first of them: those up to it were pruned.
    after: i64,
    /// The last number that verified.
    seq: i64,
    /// `SEQ:HASH` of it. Whoever keeps it elsewhere can tell later that nothing up to there was written anew.
    fingerprint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    broken: Option<Broken>,
}

impl From<audit::Verification> for Verification {
    fn from(found: audit::Verification) -> Self {
        let broken = found.broken.map(|at| Broken {
            seq: at.seq,
            event_id: at.event_id,
            fault: at.fault.word(),
            message: at.to_string(),
        });
        let fingerprint = format!("{}:{}", found.seq, audit::hex(&found.hash));
        Self { intact: broken.is_none(), rows: found.rows, after: found.after, seq: found.seq, fingerprint, broken }
    }
}

/// Reads `SEQ:HASH`.
fn fingerprint(text: &str) -> kernel::Result<(i64, Vec<u8>)> {
    let read = || {
        let (seq, hash) = text.trim().split_once(':')?;
        let digits: Vec<u8> = hash.chars().map(|c| c.to_digit(16)?.try_into().ok()).collect::<Option<_>>()?;
        let hash: Vec<u8> =
            digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, digit| byte * 16 + digit)).collect();
        (digits.len() == 2 * chain::GENESIS.len()).then_some((seq.parse().ok()?, hash))
    };
    let problem = "A fingerprint is a number, a colon and 64 hexadecimal digits.";
    read().ok_or_else(|| Error::input(problem).with_field("kept", problem))
}

/// Verifies a log, for the API and for the command line.
///
/// # Errors
/// `Input` when what was kept is no fingerprint; those of the database.
pub async fn verify(admin: &TenantAdmin, tenant: TenantId, kept: Option<&str>) -> kernel::Result<Verification> {
    let kept = kept.filter(|kept| !kept.trim().is_empty()).map(fingerprint).transpose()?;
    let mut tx = admin.db.snapshot(tenant).await?;
    let found = audit::verify_audit(&mut tx, kept.as_ref().map(|(seq, hash)| (*seq, hash.as_slice()))).await?;
    Ok(found.into())
}

impl Verification {
    /// Whether nothing is wrong.
    #[must_use]
    pub const fn is_intact(&self) -> bool {
        self.intact
    }
}

/// Tells whether every event is as it was written and none is missing.
#[utoipa::path(get, path = "/api/tenant-admin/v1/audit/verification", tag = "audit", params(Kept),
    responses((status = 200, body = Verification), (status = 400, description = "No fingerprint")))]
pub(crate) async fn verify_audit(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Query(query): Query<Kept>,
) -> Result<Json<Verification>> {
    Ok(Json(verify(&admin, caller.tenant, query.kept.as_deref()).await?))
}

/// How the log is kept.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AuditSettings {
    /// Days after which events are removed; null: never.
    retention_days: Option<i32>,
}

/// Shows how long events are kept.
#[utoipa::path(get, path = "/api/tenant-admin/v1/audit/settings", tag = "audit",
    responses((status = 200, body = AuditSettings)))]
pub(crate) async fn get_audit_settings(
    State(admin): State<TenantAdmin>,
    caller: Caller,
) -> Result<Json<AuditSettings>> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    Ok(Json(AuditSettings { retention_days: audit::retention(&mut tx).await? }))
}

/// What is to change.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AuditSettingsChange {
    /// 30 to 3650 days; null keeps events for ever.
    #[serde(deserialize_with = "present")]
    retention_days: Option<i32>,
}

/// A field that must be there, though it may be null.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<i32>, D::Error> {
    Option::deserialize(deserializer)
}

/// Changes how long events are kept.
#[utoipa::path(patch, path = "/api/tenant-admin/v1/audit/settings", tag = "audit", request_body = AuditSettingsChange,
    responses((status = 200, body = AuditSettings), (status = 400, description = "Says per field what is wrong")))]
pub(crate) async fn change_audit_settings(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Json(change): Json<AuditSettingsChange>,
) -> Result<Json<AuditSettings>> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let before = json!({ "retentionDays": audit::retention(&mut tx).await? });
    set_retention(&mut tx, change.retention_days).await?;
    let after = json!({ "retentionDays": change.retention_days });
    tx.record(AuditEvent::by(&caller.principal, "audit.settings.update", "audit log").before(before).after(after))
        .await?;
    tx.commit().await?;
    Ok(Json(AuditSettings { retention_days: change.retention_days }))
}

async fn set_retention(tx: &mut TenantTx, days: Option<i32>) -> kernel::Result<()> {
    if days.is_some_and(|days| !RETENTION_DAYS.contains(&days)) {
        let problem = "Choose between 30 and 3650 days, or keep events for ever.";
        return Err(Error::input(problem).with_field("retentionDays", problem));
    }
    audit::set_retention(tx, days).await?;
    match days {
        Some(_) => crate::jobs::prune_soon(tx).await,
        None => Ok(()),
    }
}

/// What can be taken back, each through the rules that its change went through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Undoable {
    Tenant,
    MemberRole,
    AuditSettings,
    Reading,
}

impl Undoable {
    fn of(row: &AuditRow) -> Option<Self> {
        row.before.as_ref().and(row.after.as_ref())?;
        match row.action.as_str() {
            "tenant.update" => Some(Self::Tenant),
            "member.update" => Some(Self::MemberRole),
            "audit.settings.update" => Some(Self::AuditSettings),
            "reading.update" => Some(Self::Reading),
            _ => None,
        }
    }

    const fn permission(self) -> Permission {
        match self {
            Self::Tenant => Permission::TENANT_UPDATE,
            Self::MemberRole => Permission::TENANT_MEMBER_UPDATE,
            Self::AuditSettings => Permission::TENANT_AUDIT_UPDATE,
            Self::Reading => Permission::SOURCE_HOST_UPDATE,
        }
    }

    const fn action(self) -> &'static str {
        match self {
            Self::Tenant => "tenant.update",
            Self::MemberRole => "member.update",
            Self::AuditSettings => "audit.settings.update",
            Self::Reading => "reading.update",
        }
    }

    /// Puts the state back; what it was and what it is now.
    async fn put_back(self, tx: &mut TenantTx, row: &AuditRow, now: OffsetDateTime) -> kernel::Result<(Value, Value)> {
        match self {
            Self::Tenant => tenant::put_back(tx, row).await,
            Self::Reading => reading::put_back(tx, row, now).await,
            Self::MemberRole => members::put_back(tx, row).await,
            Self::AuditSettings => {
                let current = json!({ "retentionDays": audit::retention(tx).await? });
                let state = super::taken_back(&current, row)?;
                let days = state["retentionDays"].as_i64().and_then(|days| days.try_into().ok());
                set_retention(tx, days).await?;
                Ok((current, state))
            }
        }
    }
}

/// Takes a change of settings back: what it changed becomes as it was before, through the same rules and audited as a
/// change of its own.
#[utoipa::path(post, path = "/api/tenant-admin/v1/audit/{id}/undo", tag = "audit",
    params(("id" = Uuid, Path, description = "The event")),
    responses((status = 204), (status = 400, description = "Cannot be taken back"), (status = 404),
        (status = 409, description = "Something was changed again since")))]
pub(crate) async fn undo_change(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<StatusCode> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let row = audit::find_audit(&mut tx, id).await?.ok_or_else(|| Error::not_found("There is no such event"))?;
    let undoable = Undoable::of(&row)
        .ok_or_else(|| Error::input("This kind of change cannot be taken back here. Change it where it was made."))?;
    if decide(&caller.principal, undoable.permission()) != Decision::Allow {
        let permission = undoable.permission();
        return Err(Error::not_allowed(format!("Taking this back needs the permission {permission}.")).into());
    }
    let (before, after) = undoable.put_back(&mut tx, &row, admin.clock.now()).await?;
    let event = AuditEvent::by(&caller.principal, undoable.action(), row.target).before(before).after(after);
    tx.record(event.undoing(id)).await?;
    tx.commit().await?;
    admin.tenant_changed(caller.tenant);
    admin.identities_changed(caller.tenant);
    admin.reading_changed(caller.tenant);
    Ok(StatusCode::NO_CONTENT)
}
