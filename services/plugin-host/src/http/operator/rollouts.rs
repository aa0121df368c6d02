//! Rollouts with their progress, and what the gate saw in each organisation beside its limits.

use super::{Paging, page};
use crate::State;
use crate::domain::advisory::Advisories;
use crate::domain::compat::Difference;
use crate::domain::gate::{ENOUGH, ERRORS, Figures, Gate};
use crate::domain::rendering::Rendering;
use crate::domain::rollout::{Phase, Step};
use crate::http::upgrades::{Measured, measured};
use crate::store::rollout::Plan;
use crate::store::rollout_overview::{self, Head, Part, StepCount};
use axum::extract;
use http_shell::{Json, Path, Query, Result};
use kernel::Error;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::str::FromStr;
use store::SystemReason;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// A rollout as a whole.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OperatorRollout {
    id: Uuid,
    package: String,
    plugin_id: String,
    /// The version that is rolled out.
    version: String,
    #[schema(value_type = Phase)]
    phase: String,
    /// Why, where that needs saying.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reason: Option<String>,
    /// What was asked of it and not done yet: `stop` or `revert`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    wanted: Option<String>,
    /// The ring whose turn it is; 0 is the canaries'.
    ring: i32,
    plan: Plan,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    started_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime, nullable = false)]
    ended_at: Option<OffsetDateTime>,
    /// Organisations that take part.
    organizations: i64,
    /// How far they are, ring after ring.
    rings: Vec<RolloutRing>,
}

/// A ring of a rollout.
#[derive(Debug, Serialize, ToSchema)]
pub struct RolloutRing {
    /// 0 is the canaries', the others are waves.
    ring: i32,
    organizations: i64,
    /// Only steps at which somebody is.
    steps: Vec<RingStep>,
}

/// How many organisations of a ring are at a step.
#[derive(Debug, Serialize, ToSchema)]
pub struct RingStep {
    #[schema(value_type = Step)]
    step: String,
    organizations: i64,
}

/// A page of rollouts, the latest first.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OperatorRolloutList {
    items: Vec<OperatorRollout>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next_cursor: Option<String>,
}

/// One organisation's part of a rollout.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RolloutOrganization {
    tenant_id: Uuid,
    /// Its address below the domain.
    slug: String,
    name: String,
    ring: i32,
    #[schema(value_type = Step)]
    step: String,
    /// Why, in plain words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reason: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    since: OffsetDateTime,
    /// The version before.
    from: String,
    /// What became of its data: `none`, `share` or `migrate`; missing before the check.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    data: Option<String>,
    /// The former version's figures, until it was replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    old: Option<Measured>,
    /// The new version's figures.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    new: Option<Measured>,
    /// Where the gate closes for it.
    limits: GateLimits,
    /// Reports of broken front ends.
    beacons: i32,
    /// The last of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    last_beacon: Option<String>,
    /// What the compatibility run found.
    differences: Vec<Difference>,
    /// Recorded requests that both versions were asked.
    replayed: usize,
    /// Pages that were rendered in a browser under both versions, where the front end changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    rendering: Option<Rendering>,
    /// What the npm registry warned of in the new version's bundle when that was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    advisories: Option<Advisories>,
    /// Rows that the version wrote before it was taken back, counted; which ones, its own administrators see.
    written: Vec<WrittenCount>,
    /// How long requests were held while data was migrated, in ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    held_ms: Option<u64>,
}

/// What the new version may come to in one organisation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GateLimits {
    /// Share of failed requests, 0 to 1.
    error_rate: f64,
    /// 95th percentile, in ms; missing while the former version's figures say nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    p95_ms: Option<u64>,
    /// Reports of broken front ends.
    beacons: u32,
    /// With fewer requests than that, shares and percentiles are not judged.
    requests: u64,
    /// Fewer failed requests than that are not judged.
    errors: u64,
}

/// Rows of one table that a version wrote before it was taken back.
#[derive(Debug, Serialize, ToSchema)]
pub struct WrittenCount {
    table: String,
    /// Inserted or changed.
    rows: i64,
    /// Deleted.
    missing: i64,
}

/// A page of organisations, ring after ring.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RolloutOrganizationList {
    items: Vec<RolloutOrganization>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next_cursor: Option<String>,
}

/// Which organisations of a rollout.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct WhichPart {
    step: Option<String>,
    limit: Option<i64>,
    cursor: Option<String>,
}

/// `RING:ORGANISATION`.
struct After(i32, Uuid);

impl FromStr for After {
    type Err = ();

    fn from_str(text: &str) -> std::result::Result<Self, ()> {
        let (ring, tenant) = text.split_once(':').ok_or(())?;
        Ok(Self(ring.parse().map_err(|_| ())?, tenant.parse().map_err(|_| ())?))
    }
}

/// Lists rollouts with their progress.
#[utoipa::path(get, path = "/api/plugins/v1/operator/rollouts", tag = "operator", operation_id = "list_operator_rollouts",
    params(("limit" = Option<i64>, Query, description = "1 to 500, else 100"),
        ("cursor" = Option<String>, Query, description = "From `nextCursor`")),
    responses((status = 200, body = OperatorRolloutList), (status = 400)))]
pub async fn list_rollouts(
    extract::State(state): extract::State<State>,
    Query(paging): Query<Paging>,
) -> Result<Json<OperatorRolloutList>> {
    let (limit, before) = (paging.limit()?, paging.after::<Uuid>()?);
    let mut tx = state.db.system(SystemReason::Operator).await?;
    let heads = rollout_overview::list_heads(&mut tx, before, limit + 1).await?;
    let (heads, next_cursor) = page(heads, limit, |head| head.rollout_id.to_string());
    let ids: Vec<Uuid> = heads.iter().map(|head| head.rollout_id).collect();
    let steps = rollout_overview::count_steps(&mut tx, &ids).await?;
    tx.commit().await?;
    Ok(Json(OperatorRolloutList { items: heads.into_iter().map(|head| whole(head, &steps)).collect(), next_cursor }))
}

/// Shows a rollout's progress.
#[utoipa::path(get, path = "/api/plugins/v1/operator/rollouts/{id}", tag = "operator",
    operation_id = "get_operator_rollout", params(("id" = Uuid, Path)),
    responses((status = 200, body = OperatorRollout), (status = 404)))]
pub async fn get_rollout(
    extract::State(state): extract::State<State>,
    Path(id): Path<Uuid>,
) -> Result<Json<OperatorRollout>> {
    let mut tx = state.db.system(SystemReason::Operator).await?;
    let head = rollout_overview::find_head(&mut tx, id).await?.ok_or_else(unknown)?;
    let steps = rollout_overview::count_steps(&mut tx, &[id]).await?;
    tx.commit().await?;
    Ok(Json(whole(head, &steps)))
}

pub(super) fn unknown() -> Error {
    Error::not_found("There is no such rollout")
}

fn whole(head: Head, steps: &[StepCount]) -> OperatorRollout {
    let own: Vec<&StepCount> = steps.iter().filter(|count| count.rollout_id == head.rollout_id).collect();
    let ring = |counts: &[&StepCount]| RolloutRing {
        ring: counts.first().map_or(0, |count| count.member_ring),
        organizations: counts.iter().map(|count| count.organizations).sum(),
        steps: counts
            .iter()
            .map(|count| RingStep { step: count.step.clone(), organizations: count.organizations })
            .collect(),
    };
    OperatorRollout {
        id: head.rollout_id,
        package: head.package,
        plugin_id: head.plugin_id,
        version: head.version,
        phase: head.phase,
        reason: head.reason,
        wanted: head.wanted,
        ring: head.ring,
        plan: head.plan.0,
        started_at: head.started_at,
        ended_at: head.ended_at,
        organizations: own.iter().map(|count| count.organizations).sum(),
        rings: own.chunk_by(|a, b| a.member_ring == b.member_ring).map(ring).collect(),
    }
}

/// Lists the organisations of a rollout with what the gate saw and where it closes.
#[utoipa::path(get, path = "/api/plugins/v1/operator/rollouts/{id}/organizations", tag = "operator",
    params(("id" = Uuid, Path), ("step" = Option<Step>, Query, description = "Those at this step only"),
        ("limit" = Option<i64>, Query, description = "1 to 500, else 100"),
        ("cursor" = Option<String>, Query, description = "From `nextCursor`")),
    responses((status = 200, body = RolloutOrganizationList), (status = 400), (status = 404)))]
pub async fn list_rollout_organizations(
    extract::State(state): extract::State<State>,
    Path(id): Path<Uuid>,
    Query(which): Query<WhichPart>,
) -> Result<Json<RolloutOrganizationList>> {
    let paging = Paging { limit: which.limit, cursor: which.cursor };
    let (limit, after) = (paging.limit()?, paging.after::<After>()?);
    let step = which.step.as_deref().map(step).transpose()?;
    let mut tx = state.db.system(SystemReason::Operator).await?;
    rollout_overview::find_head(&mut tx, id).await?.ok_or_else(unknown)?;
    let after = after.map(|After(ring, tenant)| (ring, tenant));
    let parts = rollout_overview::list_parts(&mut tx, id, step.map(Step::word), after, limit + 1).await?;
    tx.commit().await?;
    let (parts, next_cursor) = page(parts, limit, |part| format!("{}:{}", part.member_ring, part.tenant_id));
    Ok(Json(RolloutOrganizationList { items: parts.into_iter().map(part).collect(), next_cursor }))
}

fn step(word: &str) -> kernel::Result<Step> {
    let wrong = |_| Error::input("There is no such step.").with_field("step", "unknown");
    serde_json::from_value(Value::String(word.to_owned())).map_err(wrong)
}

fn part(part: Part) -> RolloutOrganization {
    let figures = part.figures.map(|figures| figures.0);
    let report = part.report.map(|report| report.0).unwrap_or_default();
    let written = report.written.into_iter();
    let mut rendering = report.rendering;
    if let Some(rendering) = rendering.as_mut().filter(|_| part.picture_bytes == 0) {
        rendering.lose_pictures("Its pictures were deleted: they are kept for 30 days after the rollout.");
    }
    RolloutOrganization {
        tenant_id: part.tenant_id,
        slug: part.slug,
        name: part.name,
        ring: part.member_ring,
        step: part.step,
        reason: part.step_reason,
        since: part.step_since,
        from: part.from_version,
        data: part.data,
        limits: limits(&part.plan.gate, figures.as_ref().map(|figures| &figures.old)),
        old: figures.as_ref().map(|figures| measured(&figures.old)),
        new: figures.as_ref().map(|figures| measured(&figures.new)),
        beacons: part.beacons,
        last_beacon: part.beacon,
        differences: report.differences,
        replayed: report.replayed,
        rendering,
        advisories: report.advisories,
        written: written.map(|of| WrittenCount { table: of.table, rows: of.rows, missing: of.missing }).collect(),
        held_ms: report.held_ms,
    }
}

fn limits(gate: &Gate, old: Option<&Figures>) -> GateLimits {
    let bounds = gate.bounds(old.unwrap_or(&Figures::default()));
    let p95_ms = bounds.p95.map(|p95| u64::try_from(p95.as_millis()).unwrap_or(u64::MAX));
    let (error_rate, beacons) = (bounds.error_rate, bounds.beacons);
    GateLimits { error_rate, p95_ms, beacons, requests: ENOUGH, errors: ERRORS }
}
