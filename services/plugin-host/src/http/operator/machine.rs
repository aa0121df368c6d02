//! The workers that run, how far they are separated from the machine, and what the operator did.

use super::{Paging, page};
use crate::State;
use crate::store::overview;
use crate::supervisor::isolation::View;
use crate::supervisor::{Running, WorkerState};
use axum::extract;
use http_shell::{Json, Query, Result};
use kernel::Error;
use serde::Serialize;
use serde_json::Value;
use std::collections::HashMap;
use store::SystemReason;
use store::operator::{self, DeedRow};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// Most workers that are shown; those that take most memory come first.
const WORKERS: usize = 500;

/// A worker that runs, starts, or failed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OperatorWorker {
    tenant_id: Uuid,
    /// The organisation's address below the domain.
    slug: String,
    plugin_id: String,
    state: WorkerState,
    /// What is wrong, in plain words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    message: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    since: OffsetDateTime,
    /// How often it was started again after a failure.
    restarts: u32,
    /// Requests that it works on.
    in_flight: usize,
    /// Requests that it answered since the plugin host or this version began.
    requests: u64,
    /// Memory of its processes now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    memory_bytes: Option<u64>,
    /// CPU time since it started.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    cpu_ms: Option<u64>,
}

/// Workers of the plugin host.
#[derive(Debug, Serialize, ToSchema)]
pub struct OperatorWorkerList {
    /// Those that take most memory first, at most 500.
    items: Vec<OperatorWorker>,
    /// How many there are.
    total: usize,
    /// How many are awake, or on their way.
    awake: usize,
}

/// Something that the operator did.
#[derive(Debug, Serialize, ToSchema)]
pub struct OperatorDeed {
    id: Uuid,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    at: OffsetDateTime,
    /// `operator`: by the command line; `operator:NAME`: in the browser; `system`: by itself, as was asked before.
    actor: String,
    /// For example `rollout.stop`.
    action: String,
    target: String,
    #[schema(value_type = Object)]
    details: Value,
}

/// A page of deeds, the latest first.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OperatorDeedList {
    items: Vec<OperatorDeed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next_cursor: Option<String>,
}

/// Lists the workers that run now, of all organisations, with what they take.
#[utoipa::path(get, path = "/api/plugins/v1/operator/workers", tag = "operator", operation_id = "list_operator_workers",
    responses((status = 200, body = OperatorWorkerList)))]
pub async fn list_workers(extract::State(state): extract::State<State>) -> Result<Json<OperatorWorkerList>> {
    let supervisor = state.supervisor.clone();
    let listed = tokio::task::spawn_blocking(move || supervisor.list()).await;
    let mut running = listed.map_err(Error::internal)?;
    running.sort_by_key(|one| std::cmp::Reverse(one.usage.map_or(0, |usage| usage.memory_bytes)));
    let total = running.len();
    running.truncate(WORKERS);
    let tenants: Vec<Uuid> = running.iter().map(|one| one.tenant.as_uuid()).collect();
    let mut tx = state.db.system(SystemReason::Operator).await?;
    let names = overview::list_names(&mut tx, &tenants).await?;
    tx.commit().await?;
    let slugs: HashMap<Uuid, String> = names.into_iter().map(|named| (named.tenant_id, named.slug)).collect();
    let items = running.into_iter().map(|one| worker(one, &slugs)).collect();
    Ok(Json(OperatorWorkerList { items, total, awake: state.supervisor.awake() }))
}

fn worker(running: Running, slugs: &HashMap<Uuid, String>) -> OperatorWorker {
    OperatorWorker {
        slug: slugs.get(&running.tenant.as_uuid()).cloned().unwrap_or_default(),
        tenant_id: running.tenant.as_uuid(),
        plugin_id: running.plugin_id,
        state: running.status.state,
        message: running.status.message,
        since: running.status.since,
        restarts: running.status.restarts,
        in_flight: running.in_flight,
        requests: running.figures.requests,
        memory_bytes: running.usage.map(|usage| usage.memory_bytes),
        cpu_ms: running.usage.map(|usage| u64::try_from(usage.cpu.as_millis()).unwrap_or(u64::MAX)),
    }
}

/// Tells how far workers are separated from this machine, and what is not contained.
#[utoipa::path(get, path = "/api/plugins/v1/operator/isolation", tag = "operator",
    responses((status = 200, body = View)))]
pub async fn get_operator_isolation(extract::State(state): extract::State<State>) -> Result<Json<View>> {
    Ok(Json(state.supervisor.isolation()))
}

/// Lists what the operator did, in the browser and by commands.
#[utoipa::path(get, path = "/api/plugins/v1/operator/deeds", tag = "operator", operation_id = "list_operator_deeds",
    params(("limit" = Option<i64>, Query, description = "1 to 500, else 100"),
        ("cursor" = Option<String>, Query, description = "From `nextCursor`")),
    responses((status = 200, body = OperatorDeedList), (status = 400)))]
pub async fn list_deeds(
    extract::State(state): extract::State<State>,
    Query(paging): Query<Paging>,
) -> Result<Json<OperatorDeedList>> {
    let (limit, before) = (paging.limit()?, paging.after::<Uuid>()?);
    let mut tx = state.db.system(SystemReason::Operator).await?;
    let found = operator::list(&mut tx, before, limit + 1).await?;
    tx.commit().await?;
    let (found, next_cursor) = page(found, limit, |deed| deed.event_id.to_string());
    Ok(Json(OperatorDeedList { items: found.into_iter().map(deed).collect(), next_cursor }))
}

fn deed(row: DeedRow) -> OperatorDeed {
    let DeedRow { event_id, happened_at, actor, action, target, details } = row;
    OperatorDeed { id: event_id, at: happened_at, actor, action, target, details }
}
