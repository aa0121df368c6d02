//! Rollouts: a row for each organisation that takes part, with what concerns the whole in each of them.

use crate::domain::advisory::Advisories;
use crate::domain::compat::Difference;
use crate::domain::gate::{Figures, Gate};
use crate::domain::rendering::Rendering;
use crate::domain::rollout::{Member, Phase, Rollout, Step};
use crate::store::package::{Backend, Frontend};
use kernel::{Error, Result, TenantId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::types::Json;
use std::time::Duration;
use store::plugin_copies::Written;
use store::{SystemTx, TenantTx, db};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// How a rollout goes about it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Plan {
    /// Shares of the organisations that are not canaries, in per cent: `[10, 50, 100]`.
    pub waves: Vec<u32>,
    /// So many organisations are worked on at once.
    pub parallel: usize,
    /// When the gate closes.
    pub gate: Gate,
    /// Who began it.
    pub by: String,
}

/// One side of an upgrade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Side {
    /// The exact version.
    pub version: String,
    /// The package's own words.
    pub description: Option<String>,
    /// Its back end.
    pub backend: Option<Backend>,
    /// Its front end.
    pub frontend: Option<Frontend>,
    /// The organisation's own upload that it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upload: Option<Uuid>,
}

/// The gate's figures of both versions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Both {
    /// The former version, until it was replaced.
    pub old: Figures,
    /// The new version, since then.
    pub new: Figures,
}

/// What was found out on the way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Report {
    /// Between the two versions.
    pub differences: Vec<Difference>,
    /// Recorded requests that both were asked.
    pub replayed: usize,
    /// Pages in a browser, where the front end changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rendering: Option<Rendering>,
    /// What the registry warned of in the new version's bundle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advisories: Option<Advisories>,
    /// Rows that the version wrote before it was taken back.
    pub written: Vec<Written>,
    /// Where those rows are kept.
    pub kept_schema: Option<String>,
    /// How long requests were held, in ms.
    pub held_ms: Option<u64>,
}

/// A row.
#[derive(Debug, Clone, sqlx::FromRow)]
#[expect(missing_docs, reason = "the migration says what each column is")]
pub struct Row {
    pub tenant_id: Uuid,
    pub rollout_id: Uuid,
    pub plugin_id: String,
    pub package: String,
    pub version: String,
    pub plan: Json<Plan>,
    pub phase: String,
    pub reason: Option<String>,
    pub ring: i32,
    pub started_at: OffsetDateTime,
    pub ended_at: Option<OffsetDateTime>,
    pub wanted: Option<String>,
    pub member_ring: i32,
    pub step: String,
    pub step_reason: Option<String>,
    pub step_since: OffsetDateTime,
    pub former: Json<Side>,
    pub next: Option<Json<Side>>,
    pub data: Option<String>,
    pub former_schema: Option<String>,
    pub next_schema: Option<String>,
    pub figures: Option<Json<Both>>,
    pub beacons: i32,
    pub beacon: Option<String>,
    pub report: Option<Json<Report>>,
}

/// A rollout that begins.
#[derive(Debug, Clone)]
pub struct New<'a> {
    /// Its id.
    pub rollout_id: Uuid,
    /// Which plugin.
    pub plugin_id: &'a str,
    /// Which package.
    pub package: &'a str,
    /// To which version.
    pub version: &'a str,
    /// How.
    pub plan: &'a Plan,
    /// When.
    pub now: OffsetDateTime,
}

/// Reads a word that serde wrote.
fn word<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_value(Value::String(text.to_owned())).map_err(Error::internal)
}

impl Row {
    /// Whose row it is.
    #[must_use]
    pub const fn tenant(&self) -> TenantId {
        TenantId::new(self.tenant_id)
    }

    /// How far it is.
    ///
    /// # Errors
    /// `Internal` when the word is unknown.
    pub fn step(&self) -> Result<Step> {
        word(&self.step)
    }

    /// What the whole is doing.
    ///
    /// # Errors
    /// `Internal` when the word is unknown.
    pub fn phase(&self) -> Result<Phase> {
        word(&self.phase)
    }
}

/// A rollout of its rows, which are all of one rollout and at least one.
///
/// # Errors
/// `Internal` when a word is unknown.
pub fn rollout_of(rows: &[Row]) -> Result<Rollout> {
    let first = rows.first().ok_or_else(|| Error::internal("a rollout without rows"))?;
    let member = |row: &Row| {
        let ring = u32::try_from(row.member_ring).unwrap_or(0);
        Ok(Member { tenant: row.tenant(), ring, step: row.step()?, reason: row.step_reason.clone() })
    };
    Ok(Rollout {
        phase: first.phase()?,
        reason: first.reason.clone(),
        ring: u32::try_from(first.ring).unwrap_or(0),
        parallel: first.plan.parallel.max(1),
        members: rows.iter().map(member).collect::<Result<_>>()?,
    })
}

/// Statements that begin alike.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select tenant_id, rollout_id, plugin_id, package, version, plan, phase, reason, ring, started_at, ended_at, ",
            "wanted, member_ring, step, step_reason, step_since, former, next, data, former_schema, next_schema, ",
            "figures, beacons, beacon, report from plugin_rollout ",
            $rest
        )
    };
}

/// Writes that an organisation takes part; `skipped` says why it does not after all.
///
/// # Errors
/// Those of the database.
pub async fn insert(
    tx: &mut SystemTx,
    new: &New<'_>,
    (tenant, ring, skipped): (TenantId, u32, Option<&str>),
    former: &Side,
) -> Result<()> {
    sqlx::query(
        "insert into plugin_rollout (tenant_id, rollout_id, plugin_id, package, version, plan, phase, open, started_at,
           member_ring, step, step_reason, step_since, former)
         values ($1, $2, $3, $4, $5, $6, 'preparing', true, $7, $8, $9, $10, $7, $11)",
    )
    .bind(tenant.as_uuid())
    .bind(new.rollout_id)
    .bind(new.plugin_id)
    .bind(new.package)
    .bind(new.version)
    .bind(Json(new.plan))
    .bind(new.now)
    .bind(i32::try_from(ring).unwrap_or(i32::MAX))
    .bind(if skipped.is_some() { Step::Skipped.word() } else { Step::Waiting.word() })
    .bind(skipped)
    .bind(Json(former))
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Open rollouts that this process may carry out: its own, and those whose process is gone.
///
/// # Errors
/// Those of the database.
pub async fn lease(tx: &mut SystemTx, process: Uuid, lease: Duration) -> Result<Vec<Row>> {
    sqlx::query(
        "update plugin_rollout set lease = $1, leased_until = clock_timestamp() + make_interval(secs => $2)
         where open and (lease is null or leased_until < clock_timestamp()
           or lease = $1 and leased_until < clock_timestamp() + make_interval(secs => $2 * 0.7))",
    )
    .bind(process)
    .bind(lease.as_secs_f64())
    .execute(tx.conn())
    .await
    .map_err(db)?;
    sqlx::query_as(select!("where open and lease = $1 order by rollout_id, member_ring, tenant_id"))
        .bind(process)
        .fetch_all(tx.conn())
        .await
        .map_err(db)
}

/// Whether the package has an open rollout, for `only` this organisation if there is one: what others call theirs is
/// nothing to it. Until the transaction ends, nobody else begins one of it.
///
/// # Errors
/// Those of the database.
pub async fn is_open(tx: &mut SystemTx, package: &str, only: Option<TenantId>) -> Result<bool> {
    sqlx::query("select pg_advisory_xact_lock(hashtext('rollout'), hashtext($1))")
        .bind(package)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    sqlx::query_scalar(
        "select exists (select from plugin_rollout where open and package = $1 and ($2::uuid is null or tenant_id = $2))",
    )
        .bind(package)
        .bind(only.map(TenantId::as_uuid))
        .fetch_one(tx.conn())
        .await
        .map_err(db)
}

/// Rollouts, the latest first, with all their rows.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut SystemTx, most: i64) -> Result<Vec<Row>> {
    sqlx::query_as(select!(
        "where rollout_id in (select distinct rollout_id from plugin_rollout order by rollout_id desc limit $1)
         order by rollout_id desc, member_ring, tenant_id"
    ))
    .bind(most)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// The rows of one rollout.
///
/// # Errors
/// Those of the database.
pub async fn list_members(tx: &mut SystemTx, rollout: Uuid) -> Result<Vec<Row>> {
    sqlx::query_as(select!("where rollout_id = $1 order by member_ring, tenant_id"))
        .bind(rollout)
        .fetch_all(tx.conn())
        .await
        .map_err(db)
}

/// Organisations that a rollout, which has ended well within the last 30 days, left out for the time being.
///
/// # Errors
/// Those of the database.
pub async fn list_deferred(tx: &mut SystemTx) -> Result<Vec<Row>> {
    sqlx::query_as(select!(
        "where step = 'deferred' and phase = 'done' and not open and ended_at > clock_timestamp() - interval '30 days'
         order by rollout_id, tenant_id"
    ))
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// Notes that a deferred organisation is tried again in another rollout.
///
/// # Errors
/// Those of the database.
pub async fn set_tried_again(tx: &mut TenantTx, rollout: Uuid, other: Uuid) -> Result<()> {
    sqlx::query(
        "update plugin_rollout set step = 'skipped', step_reason = 'It is tried again in rollout ' || $3::text || '.'
         where tenant_id = $1 and rollout_id = $2 and step = 'deferred'",
    )
    .bind(tx.id())
    .bind(rollout)
    .bind(other)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Notes what the operator wants. `false`: there is no such rollout.
///
/// # Errors
/// Those of the database.
pub async fn want(tx: &mut SystemTx, rollout: Uuid, wanted: &str) -> Result<bool> {
    let updated = sqlx::query("update plugin_rollout set wanted = $2, open = true where rollout_id = $1")
        .bind(rollout)
        .bind(wanted)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(updated.rows_affected() > 0)
}

/// Writes a rollout's new state, before its actions are carried out.
///
/// # Errors
/// Those of the database.
pub async fn save(tx: &mut SystemTx, id: Uuid, before: &Rollout, after: &Rollout, now: OffsetDateTime) -> Result<()> {
    let open = after.phase.is_open();
    sqlx::query(
        "update plugin_rollout set phase = $2, reason = $3, ring = $4, open = $5, wanted = null,
           ended_at = case when $5 then null else coalesce(ended_at, $6) end
         where rollout_id = $1",
    )
    .bind(id)
    .bind(after.phase.word())
    .bind(&after.reason)
    .bind(i32::try_from(after.ring).unwrap_or(i32::MAX))
    .bind(open)
    .bind(now)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    for member in after.members.iter().filter(|member| !before.members.contains(member)) {
        let from = before.members.iter().find(|other| other.tenant == member.tenant).map(|other| other.step.word());
        // Whoever switched an organisation has written that with the switch itself.
        sqlx::query(
            "update plugin_rollout set step = $3, step_reason = $4, step_since = case when step = $3 then step_since else $5 end
             where tenant_id = $1 and rollout_id = $2 and step in ($3, $6)",
        )
        .bind(member.tenant.as_uuid())
        .bind(id)
        .bind(member.step.word())
        .bind(&member.reason)
        .bind(now)
        .bind(from)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    }
    Ok(())
}

/// The organisation's part of a rollout.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut TenantTx, rollout: Uuid) -> Result<Option<Row>> {
    sqlx::query_as(select!("where tenant_id = $1 and rollout_id = $2"))
        .bind(tx.id())
        .bind(rollout)
        .fetch_optional(tx.conn())
        .await
        .map_err(db)
}

/// The organisation's part of every rollout, the latest first.
///
/// # Errors
/// Those of the database.
pub async fn list_own(tx: &mut TenantTx) -> Result<Vec<Row>> {
    sqlx::query_as(select!("where tenant_id = $1 order by rollout_id desc limit 100"))
        .bind(tx.id())
        .fetch_all(tx.conn())
        .await
        .map_err(db)
}

/// Refuses to go on unless the organisation is still at this step; nobody else moves it until the transaction ends.
///
/// # Errors
/// `Conflict` when another process has moved it; those of the database.
pub async fn hold_at(tx: &mut TenantTx, rollout: Uuid, step: Step) -> Result<()> {
    let now: Option<String> =
        sqlx::query_scalar("select step from plugin_rollout where tenant_id = $1 and rollout_id = $2 for update")
            .bind(tx.id())
            .bind(rollout)
            .fetch_optional(tx.conn())
            .await
            .map_err(db)?;
    if now.as_deref() == Some(step.word()) {
        return Ok(());
    }
    Err(Error::conflict("Another process has gone on with this rollout."))
}

/// Writes what a check found.
///
/// # Errors
/// Those of the database.
pub async fn set_checked(tx: &mut TenantTx, rollout: Uuid, next: &Side, data: &str, report: &Report) -> Result<()> {
    sqlx::query("update plugin_rollout set next = $3, data = $4, report = $5 where tenant_id = $1 and rollout_id = $2")
        .bind(tx.id())
        .bind(rollout)
        .bind(Json(next))
        .bind(data)
        .bind(Json(report))
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}

/// Moves the organisation on, with the rows that its new version is made of.
///
/// # Errors
/// Those of the database.
pub async fn set_step(
    tx: &mut TenantTx,
    rollout: Uuid,
    step: Step,
    schemas: (Option<&str>, Option<&str>),
    now: OffsetDateTime,
) -> Result<()> {
    sqlx::query(
        "update plugin_rollout set step = $3, step_since = $4, former_schema = coalesce($5, former_schema),
           next_schema = coalesce($6, next_schema)
         where tenant_id = $1 and rollout_id = $2",
    )
    .bind(tx.id())
    .bind(rollout)
    .bind(step.word())
    .bind(now)
    .bind(schemas.0)
    .bind(schemas.1)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Writes the gate's figures.
///
/// # Errors
/// Those of the database.
pub async fn set_figures(tx: &mut TenantTx, rollout: Uuid, figures: &Both) -> Result<()> {
    sqlx::query("update plugin_rollout set figures = $3 where tenant_id = $1 and rollout_id = $2")
        .bind(tx.id())
        .bind(rollout)
        .bind(Json(figures))
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}

/// Writes the report.
///
/// # Errors
/// Those of the database.
pub async fn set_report(tx: &mut TenantTx, rollout: Uuid, report: &Report) -> Result<()> {
    sqlx::query("update plugin_rollout set report = $3 where tenant_id = $1 and rollout_id = $2")
        .bind(tx.id())
        .bind(rollout)
        .bind(Json(report))
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}

/// Counts a broken front end against the version that is watched. `false`: none of this plugin is.
///
/// # Errors
/// Those of the database.
pub async fn count_beacon(tx: &mut TenantTx, plugin_id: &str, digest: Option<&str>, text: &str) -> Result<bool> {
    let updated = sqlx::query(
        "update plugin_rollout set beacons = beacons + 1, beacon = $4
         where tenant_id = $1 and plugin_id = $2 and step = 'watching' and open
           and ($3::text is null or next -> 'frontend' ->> 'digest' = $3)",
    )
    .bind(tx.id())
    .bind(plugin_id)
    .bind(digest)
    .bind(text)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(updated.rows_affected() > 0)
}
