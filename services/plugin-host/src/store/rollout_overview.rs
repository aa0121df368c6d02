//! Rollouts as the operator sees them: counted by the database, and organisations a page at a time.

use super::rollout::{Both, Plan, Report};
use kernel::Result;
use sqlx::types::Json;
use store::{SystemTx, db};
use time::OffsetDateTime;
use uuid::Uuid;

/// What concerns the whole.
#[derive(Debug, Clone, sqlx::FromRow)]
#[expect(missing_docs, reason = "the migration says what each column is")]
pub struct Head {
    pub rollout_id: Uuid,
    pub plugin_id: String,
    pub package: String,
    pub version: String,
    pub plan: Json<Plan>,
    pub phase: String,
    pub reason: Option<String>,
    pub ring: i32,
    pub wanted: Option<String>,
    pub started_at: OffsetDateTime,
    pub ended_at: Option<OffsetDateTime>,
    pub open: bool,
}

/// How many organisations of a ring are at a step.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
#[expect(missing_docs, reason = "names say it")]
pub struct StepCount {
    pub rollout_id: Uuid,
    pub member_ring: i32,
    pub step: String,
    pub organizations: i64,
}

/// One organisation's part.
#[derive(Debug, Clone, sqlx::FromRow)]
#[expect(missing_docs, reason = "the migration says what each column is")]
pub struct Part {
    pub tenant_id: Uuid,
    pub slug: String,
    pub name: String,
    pub member_ring: i32,
    pub step: String,
    pub step_reason: Option<String>,
    pub step_since: OffsetDateTime,
    pub from_version: String,
    pub data: Option<String>,
    pub plan: Json<Plan>,
    pub figures: Option<Json<Both>>,
    pub beacons: i32,
    pub beacon: Option<String>,
    pub report: Option<Json<Report>>,
    pub picture_bytes: i64,
}

/// Rollouts that began before this one, the latest first.
///
/// # Errors
/// Those of the database.
pub async fn list_heads(tx: &mut SystemTx, before: Option<Uuid>, most: i64) -> Result<Vec<Head>> {
    sqlx::query_as(
        "select distinct on (rollout_id) rollout_id, plugin_id, package, version, plan, phase, reason, ring, wanted,
           started_at, ended_at, open
         from plugin_rollout where $1::uuid is null or rollout_id < $1 order by rollout_id desc, tenant_id limit $2",
    )
    .bind(before)
    .bind(most)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// One rollout.
///
/// # Errors
/// Those of the database.
pub async fn find_head(tx: &mut SystemTx, rollout: Uuid) -> Result<Option<Head>> {
    sqlx::query_as(
        "select rollout_id, plugin_id, package, version, plan, phase, reason, ring, wanted, started_at, ended_at, open
         from plugin_rollout where rollout_id = $1 limit 1",
    )
    .bind(rollout)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// How far the organisations of these rollouts are, by ring.
///
/// # Errors
/// Those of the database.
pub async fn count_steps(tx: &mut SystemTx, rollouts: &[Uuid]) -> Result<Vec<StepCount>> {
    sqlx::query_as(
        "select rollout_id, member_ring, step, count(*) as organizations from plugin_rollout
         where rollout_id = any($1) group by rollout_id, member_ring, step order by rollout_id, member_ring, step",
    )
    .bind(rollouts)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// The parts of organisations after this ring and organisation, those at one step or all.
///
/// # Errors
/// Those of the database.
pub async fn list_parts(
    tx: &mut SystemTx,
    rollout: Uuid,
    step: Option<&str>,
    after: Option<(i32, Uuid)>,
    most: i64,
) -> Result<Vec<Part>> {
    let (ring, tenant) = after.unzip();
    sqlx::query_as(
        "select r.tenant_id, t.slug, t.name, r.member_ring, r.step, r.step_reason, r.step_since,
           r.former ->> 'version' as from_version, r.data, r.plan, r.figures, r.beacons, r.beacon, r.report,
           r.picture_bytes
         from plugin_rollout r join tenant t on t.tenant_id = r.tenant_id
         where r.rollout_id = $1 and ($2::text is null or r.step = $2)
           and ($3::integer is null or (r.member_ring, r.tenant_id) > ($3, $4::uuid))
         order by r.member_ring, r.tenant_id limit $5",
    )
    .bind(rollout)
    .bind(step)
    .bind(ring)
    .bind(tenant)
    .bind(most)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}
