//! Beginning, stopping and taking back rollouts. Each leaves a row in the operator's log; what then changes in an
//! organisation leaves one in that organisation's.

use crate::State;
use crate::domain::gate::Gate;
use crate::rollouts::{NewRollout, Wish, start_rollout_by, wish_by};
use crate::store::overview;
use axum::extract;
use http::StatusCode;
use http_shell::{Json, Operator, Path, Result};
use kernel::{Error, TenantId};
use serde::{Deserialize, Serialize};
use store::{Db, SystemReason};
use utoipa::ToSchema;
use uuid::Uuid;

/// Most organisations that are named as canaries.
const CANARIES: usize = 100;
/// Most organisations at once.
const PARALLEL: usize = 64;
/// Longest time of watching.
const LONGEST_SECONDS: u64 = 30 * 24 * 3600;

/// A rollout to begin.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewOperatorRollout {
    /// An npm package that organisations have.
    package: String,
    /// The exact version, such as `1.2.3`.
    version: String,
    /// Addresses of the organisations that get it first, at most 100; else those on the early channel, else one of all.
    #[serde(default)]
    canaries: Vec<String>,
    /// Shares of the others in per cent, one wave after the other; at most 20. The rest follows.
    #[serde(default = "waves")]
    waves: Vec<u32>,
    /// So many organisations at once, 1 to 64.
    #[serde(default = "parallel")]
    parallel: usize,
    /// When the gate closes.
    #[serde(default)]
    gate: Gate,
}

fn waves() -> Vec<u32> {
    vec![10, 50, 100]
}

const fn parallel() -> usize {
    4
}

/// A rollout that was begun.
#[derive(Debug, Serialize, ToSchema)]
pub struct BegunRollout {
    id: Uuid,
}

/// Begins a rollout; the plugin host carries it out.
#[utoipa::path(post, path = "/api/plugins/v1/operator/rollouts", tag = "operator",
    operation_id = "start_operator_rollout", request_body = NewOperatorRollout,
    responses((status = 201, body = BegunRollout), (status = 400), (status = 403, description = "Not on the list"),
        (status = 409, description = "The package is being rolled out")))]
pub async fn start_rollout(
    extract::State(state): extract::State<State>,
    by: Operator,
    Json(body): Json<NewOperatorRollout>,
) -> Result<(StatusCode, Json<BegunRollout>)> {
    check(&body)?;
    let canaries = canaries(&state.db, &body.canaries).await?;
    let new = NewRollout {
        package: body.package.trim().to_owned(),
        version: body.version.trim().to_owned(),
        canaries,
        waves: body.waves,
        parallel: body.parallel,
        gate: body.gate,
        only: None,
    };
    let id = start_rollout_by(&state.db, &state.clock, &state.config.allow, new, &by.label()).await?;
    Ok((StatusCode::CREATED, Json(BegunRollout { id })))
}

fn check(body: &NewOperatorRollout) -> kernel::Result<()> {
    let gate = &body.gate;
    let rules = [
        ("canaries", body.canaries.len() <= CANARIES, "At most 100 organisations."),
        ("parallel", (1..=PARALLEL).contains(&body.parallel), "Between 1 and 64."),
        ("gate.soakSeconds", gate.soak_seconds <= LONGEST_SECONDS, "At most 30 days."),
        (
            "gate.longestSeconds",
            (gate.soak_seconds..=LONGEST_SECONDS).contains(&gate.longest_seconds),
            "Between the soak time and 30 days.",
        ),
        ("gate.minRequests", gate.min_requests <= 1_000_000_000, "At most a billion."),
        ("gate.errorRate", (0.0..=1.0).contains(&gate.error_rate), "A share between 0 and 1."),
        ("gate.latencyFactor", (1.0..=1000.0).contains(&gate.latency_factor), "Between 1 and 1000."),
        ("gate.latencyFloorMs", gate.latency_floor_ms <= 600_000, "At most 600000 ms."),
        ("gate.beacons", (1..=1_000_000).contains(&gate.beacons), "Between 1 and a million."),
    ];
    match rules.into_iter().find(|(_, holds, _)| !holds) {
        Some((field, _, text)) => Err(Error::input(text).with_field(field, text)),
        None => Ok(()),
    }
}

/// The organisations at these addresses.
async fn canaries(db: &Db, slugs: &[String]) -> kernel::Result<Vec<TenantId>> {
    if slugs.is_empty() {
        return Ok(Vec::new());
    }
    let slugs: Vec<String> = slugs.iter().map(|slug| slug.trim().to_lowercase()).collect();
    let mut tx = db.system(SystemReason::Operator).await?;
    let found = overview::find_by_slugs(&mut tx, &slugs).await?;
    tx.commit().await?;
    let tenant = |slug: &String| {
        let own = found.iter().find(|named| named.slug == *slug);
        own.map(|named| TenantId::new(named.tenant_id)).ok_or_else(|| {
            let told = format!("There is no organisation at \"{}\".", slug.chars().take(60).collect::<String>());
            Error::input(told.clone()).with_field("canaries", told)
        })
    };
    slugs.iter().map(tenant).collect()
}

/// Stops a rollout now: nobody else gets the version, and whoever is still watched goes back.
#[utoipa::path(post, path = "/api/plugins/v1/operator/rollouts/{id}/stop", tag = "operator",
    operation_id = "stop_operator_rollout", params(("id" = Uuid, Path)),
    responses((status = 202), (status = 404), (status = 409, description = "It has ended")))]
pub async fn stop_rollout(
    extract::State(state): extract::State<State>,
    by: Operator,
    Path(id): Path<Uuid>,
) -> Result<StatusCode> {
    wish_by(&state.db, id, Wish::Stop, &by.label()).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Takes a rollout back: everybody who has the version from it goes back, also when it has ended.
#[utoipa::path(post, path = "/api/plugins/v1/operator/rollouts/{id}/revert", tag = "operator",
    operation_id = "revert_operator_rollout", params(("id" = Uuid, Path)),
    responses((status = 202), (status = 404)))]
pub async fn revert_rollout(
    extract::State(state): extract::State<State>,
    by: Operator,
    Path(id): Path<Uuid>,
) -> Result<StatusCode> {
    wish_by(&state.db, id, Wish::Revert, &by.label()).await?;
    Ok(StatusCode::ACCEPTED)
}
