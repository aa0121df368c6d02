//! What happened to an entity.

use super::params::Params;
use super::reply;
use crate::State;
use crate::domain::cause::{Cause, CauseKind};
use crate::domain::diff::{Difference, Op};
use crate::domain::filter::Filter;
use crate::domain::history::{Change, Event};
use crate::store::history::events::{self, Made};
use crate::store::history::moment::{self, Present};
use crate::store::history::versions;
use ::store::TenantTx;
use axum::extract::{RawQuery, State as Shared};
use axum::response::Response;
use http::StatusCode;
use http_shell::{Caller, Path, Result};
use kernel::{EntityRef, Error};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

const DEFAULT_LIMIT: i64 = 20;
const MAX_LIMIT: i64 = 200;
/// Differences shown of one change.
const MAX_DIFFERENCES: usize = 200;

/// A page of a history, newest first.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct History {
    /// What happened.
    pub items: Vec<HistoryItem>,
    /// Give it as `cursor` for what was before. A page may be short although there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub next_cursor: Option<String>,
}

/// One change of an entity.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryItem {
    /// Number of the change; grows with time.
    pub version: i64,
    /// Give it as `asOf` to see the entity as it was from then on.
    pub changed_at: String,
    /// Why it changed.
    pub cause: ChangeCause,
    /// What happened.
    pub change: ChangeType,
    /// What is different, path by path; empty when it was created, deleted or restored.
    pub diff: Vec<ChangedField>,
    /// How many differences were left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub more_differences: Option<usize>,
}

/// What happened to an entity.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum ChangeType {
    /// It was not there before.
    Created,
    /// Its content changed, and perhaps its relations.
    Changed,
    /// Nothing but its relations changed.
    Relations,
    /// It was removed.
    Deleted,
    /// It was brought back.
    Restored,
}

impl From<Change> for ChangeType {
    fn from(change: Change) -> Self {
        match change {
            Change::Created => Self::Created,
            Change::Changed => Self::Changed,
            Change::Relations => Self::Relations,
            Change::Deleted => Self::Deleted,
            Change::Restored => Self::Restored,
        }
    }
}

/// Why the catalog changed.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangeCause {
    /// What set it off.
    pub kind: ChangeCauseKind,
    /// The Location entity that was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub location: Option<String>,
    /// The provider that sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub provider: Option<String>,
    /// The commit that was read, where the source host says.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub commit: Option<String>,
    /// Who asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub actor: Option<String>,
}

/// What set a change off.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum ChangeCauseKind {
    /// A registered location was read.
    Location,
    /// An entity provider sent a mutation.
    Provider,
    /// A person, or a program with a person's token.
    Person,
    /// The platform itself.
    Platform,
}

impl From<&Cause> for ChangeCause {
    fn from(cause: &Cause) -> Self {
        Self {
            kind: match cause.kind {
                CauseKind::Location => ChangeCauseKind::Location,
                CauseKind::Provider => ChangeCauseKind::Provider,
                CauseKind::Person => ChangeCauseKind::Person,
                CauseKind::Platform => ChangeCauseKind::Platform,
            },
            location: cause.location.clone(),
            provider: cause.provider.clone(),
            commit: cause.commit.clone(),
            actor: cause.actor.clone(),
        }
    }
}

/// What is different at one path.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChangedField {
    /// For example `spec.owner`, `metadata.annotations["a.io/b"]`, `relations.ownedBy`.
    pub path: String,
    /// What happened there.
    pub op: FieldChange,
    /// The value before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub before: Option<Value>,
    /// The value after.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub after: Option<Value>,
    /// Whether a long text was cut down to the lines around what differs.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub excerpt: bool,
}

/// What happened to one field.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum FieldChange {
    /// A value came.
    Add,
    /// A value went.
    Remove,
    /// A value took the place of another.
    Replace,
}

impl From<Difference> for ChangedField {
    fn from(difference: Difference) -> Self {
        Self {
            path: difference.path,
            op: match difference.op {
                Op::Add => FieldChange::Add,
                Op::Remove => FieldChange::Remove,
                Op::Replace => FieldChange::Replace,
            },
            before: difference.before,
            after: difference.after,
            excerpt: difference.excerpt,
        }
    }
}

impl HistoryItem {
    fn new(event: Event, made: &Made) -> Self {
        let more = event.differences.len().saturating_sub(MAX_DIFFERENCES);
        Self {
            version: event.seq,
            changed_at: moment::text(made.changed_at),
            cause: ChangeCause::from(&made.cause.0),
            change: event.change.into(),
            diff: event.differences.into_iter().take(MAX_DIFFERENCES).map(ChangedField::from).collect(),
            more_differences: (more > 0).then_some(more),
        }
    }
}

/// What happened to an entity, newest first; also to one that was deleted.
#[utoipa::path(get, path = "/api/catalog/v1/entities/{kind}/{namespace}/{name}/history", tag = "history",
    params(("kind" = String, Path), ("namespace" = String, Path), ("name" = String, Path),
        ("limit" = Option<i64>, Query, description = "Changes on a page, 20 by default, at most 200"),
        ("cursor" = Option<String>, Query, description = "From `nextCursor`")),
    responses((status = 200, body = History), (status = 404)))]
pub async fn get_history(
    Shared(state): Shared<State>,
    caller: Caller,
    Path((kind, namespace, name)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let params = Params::parse(query.as_deref(), &["limit", "cursor"])?;
    let limit = params.count("limit")?.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
    let key = EntityRef::new(&kind, &namespace, &name).key().replace('\0', " ");
    let list = format!("history of {key}");
    let before = match params.one("cursor") {
        Some(cursor) => state
            .cursors
            .open(caller.tenant, &list, cursor)
            .ok_or_else(|| Error::input("Malformed cursor: it was not made by this list"))?,
        None => i64::MAX,
    };
    let mut tx = state.db.tenant(caller.tenant).await?;
    let present = moment::present(&mut tx).await?;
    let condition = state.scope_in(&mut tx, &caller).await?.condition;
    if !is_known(&mut tx, &key, present, &condition).await? {
        let what = format!("No entity named '{name}' is known, with kind '{kind}' in namespace '{namespace}'");
        return Err(Error::not_found(what).into());
    }
    let mut seqs = events::list_seqs(&mut tx, &key, before, limit + 1).await?;
    let more = i64::try_from(seqs.len()).is_ok_and(|found| found > limit);
    if more {
        seqs.pop();
    }
    let items = items(&mut tx, &key, &seqs, present, &condition).await?;
    let next_cursor = seqs.last().filter(|_| more).map(|seq| state.cursors.seal(caller.tenant, &list, seq));
    Ok(reply::value(StatusCode::OK, &History { items, next_cursor })?)
}

/// Whether there is an entity, or was one, that the caller may know of.
async fn is_known(tx: &mut TenantTx, key: &str, present: Present, condition: &Filter) -> kernel::Result<bool> {
    let Some(seq) = events::find_last_seen(tx, key, present.seq).await? else { return Ok(false) };
    let asked = [key.to_owned()];
    let seen = versions::list_documents_at(tx, seq, &asked, &Filter::everything(), condition).await?;
    Ok(!seen.is_empty())
}

async fn items(
    tx: &mut TenantTx,
    key: &str,
    seqs: &[i64],
    present: Present,
    condition: &Filter,
) -> kernel::Result<Vec<HistoryItem>> {
    let (Some(last), Some(first)) = (seqs.first(), seqs.last()) else { return Ok(Vec::new()) };
    let past = events::find_past(tx, key, *first, *last, present.pruned_seq).await?;
    let made = events::list_made(tx, seqs).await?;
    let item = |seq: &i64| {
        let made = made.get(seq)?;
        let event = past.event(*seq, made.cause.restoring, condition)?;
        Some(HistoryItem::new(event, made))
    };
    Ok(seqs.iter().filter_map(item).collect())
}
