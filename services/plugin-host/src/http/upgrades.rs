//! What an organisation sees of upgrades and says about them: its own part of rollouts, the history of its versions, its
//! policy; and the front ends' reports of what broke in browsers.

use super::installed::unknown;
use crate::State;
use crate::domain::compat::Difference;
use crate::domain::gate::Figures;
use crate::domain::rendering::Rendering;
use crate::store::policy::{self, Channel, Policy, QuietHours};
use crate::store::rollout::{self, Row};
use crate::store::{history, package};
use axum::extract;
use http::StatusCode;
use http_shell::{Caller, Json, Path, Result};
use kernel::Error;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::types::Json as Column;
use store::AuditEvent;
use time::{Duration, OffsetDateTime};
use utoipa::ToSchema;
use uuid::Uuid;

/// Longest freeze.
const LONGEST_FREEZE: Duration = Duration::days(366);
/// Longest text of a beacon that is kept.
const BEACON: usize = 500;

/// An organisation's part of a rollout.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Upgrade {
    /// The rollout.
    id: Uuid,
    plugin_id: String,
    package: String,
    /// The version before.
    from: String,
    /// The version that is rolled out.
    to: String,
    /// How far this organisation is: `waiting`, `checking`, `switching`, `watching`, `promoted`, `restoring`, `restored`,
    /// `refused`, `deferred` or `skipped`.
    step: String,
    /// Why, in plain words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reason: Option<String>,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    since: OffsetDateTime,
    /// The whole: `preparing`, `running`, `rolling-back`, `done`, `rolled-back` or `stopped`.
    phase: String,
    /// Reports of broken front ends.
    beacons: i32,
    /// The former version's figures, until it was replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    old: Option<Measured>,
    /// The new version's figures.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    new: Option<Measured>,
    /// What the compatibility run found.
    differences: Vec<Difference>,
    /// Recorded requests that both versions were asked.
    replayed: usize,
    /// Pages that were rendered in a browser under both versions, where the front end changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    rendering: Option<Rendering>,
    /// Rows that the version wrote before it was taken back: kept for 30 days.
    written: Vec<WrittenRows>,
    /// How long requests were held while data was migrated, in ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    held_ms: Option<u64>,
}

/// Figures of one version.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Measured {
    /// Answered requests.
    requests: u64,
    /// Of these failed.
    errors: u64,
    /// Processes that ended, hung or did not start.
    failures: u64,
    /// 95th percentile of the time to the first byte, in ms.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    p95_ms: Option<u64>,
}

/// Rows of one table that a version wrote before it was taken back.
#[derive(Debug, Serialize, ToSchema)]
pub struct WrittenRows {
    /// The table.
    table: String,
    /// Inserted or changed.
    rows: i64,
    /// In the former data and not in this: deleted by the version or its migrations.
    missing: i64,
    /// Primary keys, the first thousand.
    #[schema(value_type = Vec<Object>)]
    keys: Vec<Value>,
}

/// A list of upgrades.
#[derive(Debug, Serialize, ToSchema)]
pub struct UpgradeList {
    /// The latest first.
    items: Vec<Upgrade>,
}

/// The versions of one plugin.
#[derive(Debug, Serialize, ToSchema)]
pub struct VersionHistory {
    /// The latest first, at most 200.
    items: Vec<RanVersion>,
}

/// A version that ran.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RanVersion {
    package: String,
    version: String,
    /// The bundle's content address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    digest: Option<String>,
    /// `install`, `rollout` or `rollback`.
    cause: String,
    /// The rollout, if it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    rollout: Option<Uuid>,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    since: OffsetDateTime,
}

/// What the organisation says about upgrades of a plugin.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpgradePolicy {
    /// `early` comes before `stable`.
    #[serde(default)]
    channel: Channel,
    /// It stays on the version that it has.
    #[serde(default)]
    pinned: bool,
    /// No upgrade before that; at most a year ahead.
    #[serde(default, with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime, nullable = false)]
    frozen_until: Option<OffsetDateTime>,
    /// Hours of the day in UTC in which an upgrade may hold requests for longer than seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    quiet_hours: Option<QuietHours>,
}

/// A report that a plugin's front end broke in a browser.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Beacon {
    /// Which plugin.
    plugin_id: String,
    /// The remote's digest, as its address has it; absent: whichever is loaded now.
    digest: Option<String>,
    /// What was thrown.
    message: String,
}

/// The organisation's part of rollouts.
#[utoipa::path(get, path = "/api/plugins/v1/upgrades", responses((status = 200, body = UpgradeList)))]
pub async fn list_upgrades(extract::State(state): extract::State<State>, caller: Caller) -> Result<Json<UpgradeList>> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    let rows = rollout::list_own(&mut tx).await?;
    tx.commit().await?;
    Ok(Json(UpgradeList { items: rows.into_iter().map(upgrade).collect() }))
}

/// The organisation's part of one rollout, with its report.
#[utoipa::path(get, path = "/api/plugins/v1/upgrades/{id}", params(("id" = Uuid, Path)),
    responses((status = 200, body = Upgrade), (status = 404)))]
pub async fn get_upgrade(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<Upgrade>> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    let row = rollout::find(&mut tx, id).await?.ok_or_else(|| Error::not_found("There is no such upgrade"))?;
    tx.commit().await?;
    Ok(Json(upgrade(row)))
}

/// Which versions of a plugin ran from when on.
#[utoipa::path(get, path = "/api/plugins/v1/installed/{plugin_id}/history", params(("plugin_id" = String, Path)),
    responses((status = 200, body = VersionHistory), (status = 404)))]
pub async fn get_version_history(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(plugin_id): Path<String>,
) -> Result<Json<VersionHistory>> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    let here = !package::list_packages_of(&mut tx, &plugin_id).await?.is_empty();
    let entries = history::list(&mut tx, &plugin_id).await?;
    tx.commit().await?;
    if !here {
        return Err(unknown(&plugin_id).into());
    }
    let item = |entry: history::Entry| RanVersion {
        package: entry.package,
        version: entry.version,
        digest: entry.digest,
        cause: entry.cause,
        rollout: entry.rollout_id,
        since: entry.since,
    };
    Ok(Json(VersionHistory { items: entries.into_iter().map(item).collect() }))
}

/// What the organisation says about upgrades of a plugin.
#[utoipa::path(get, path = "/api/plugins/v1/installed/{plugin_id}/upgrade-policy", params(("plugin_id" = String, Path)),
    responses((status = 200, body = UpgradePolicy), (status = 404)))]
pub async fn get_upgrade_policy(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(plugin_id): Path<String>,
) -> Result<Json<UpgradePolicy>> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    let here = !package::list_packages_of(&mut tx, &plugin_id).await?.is_empty();
    let policy = policy::get(&mut tx, &plugin_id).await?;
    tx.commit().await?;
    if !here {
        return Err(unknown(&plugin_id).into());
    }
    Ok(Json(policy_view(&policy)))
}

/// Replaces what the organisation says about upgrades of a plugin.
#[utoipa::path(put, path = "/api/plugins/v1/installed/{plugin_id}/upgrade-policy", params(("plugin_id" = String, Path)),
    request_body = UpgradePolicy, responses((status = 200, body = UpgradePolicy), (status = 400), (status = 404)))]
pub async fn set_upgrade_policy(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(plugin_id): Path<String>,
    Json(body): Json<UpgradePolicy>,
) -> Result<Json<UpgradePolicy>> {
    let now = state.clock.now();
    let policy = checked(body, now)?;
    let mut tx = state.db.tenant(caller.tenant).await?;
    if package::list_packages_of(&mut tx, &plugin_id).await?.is_empty() {
        return Err(unknown(&plugin_id).into());
    }
    let before = policy::get(&mut tx, &plugin_id).await?;
    policy::set(&mut tx, &plugin_id, &policy, now).await?;
    let event = AuditEvent::by(&caller.principal, "plugin.set-upgrade-policy", &plugin_id);
    tx.record(event.before(json!(policy_view(&before))).after(json!(policy_view(&policy)))).await?;
    tx.commit().await?;
    Ok(Json(policy_view(&policy)))
}

/// Reports that a plugin's front end broke; it counts against a version that is being watched, and else for nothing.
#[utoipa::path(post, path = "/api/plugins/v1/beacons", request_body = Beacon, responses((status = 202), (status = 400)))]
pub async fn report_beacon(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Json(body): Json<Beacon>,
) -> Result<StatusCode> {
    let text: String = body.message.chars().map(|c| if c.is_control() { ' ' } else { c }).take(BEACON).collect();
    let mut tx = state.db.tenant(caller.tenant).await?;
    rollout::count_beacon(&mut tx, &body.plugin_id, body.digest.as_deref(), &text).await?;
    tx.commit().await?;
    // The same whether it counted or not: the browser can do nothing about it.
    Ok(StatusCode::ACCEPTED)
}

fn checked(body: UpgradePolicy, now: OffsetDateTime) -> kernel::Result<Policy> {
    let wrong = |field: &str, text: &str| Err(Error::input(text).with_field(field, text));
    if body.frozen_until.is_some_and(|until| until > now + LONGEST_FREEZE) {
        return wrong("frozenUntil", "At most a year ahead.");
    }
    if body.quiet_hours.is_some_and(|hours| hours.from > 23 || hours.to > 23 || hours.from == hours.to) {
        return wrong("quietHours", "Two different hours between 0 and 23.");
    }
    let quiet_hours = body.quiet_hours.map(Column);
    Ok(Policy { channel: body.channel, pinned: body.pinned, frozen_until: body.frozen_until, quiet_hours })
}

fn policy_view(policy: &Policy) -> UpgradePolicy {
    UpgradePolicy {
        channel: policy.channel,
        pinned: policy.pinned,
        frozen_until: policy.frozen_until,
        quiet_hours: policy.quiet_hours.map(|hours| hours.0),
    }
}

fn upgrade(row: Row) -> Upgrade {
    let figures = row.figures.map(|figures| figures.0);
    let report = row.report.map(|report| report.0).unwrap_or_default();
    let written = report.written.into_iter();
    Upgrade {
        id: row.rollout_id,
        plugin_id: row.plugin_id,
        package: row.package,
        from: row.former.0.version,
        to: row.version,
        step: row.step,
        reason: row.step_reason,
        since: row.step_since,
        phase: row.phase,
        beacons: row.beacons,
        old: figures.as_ref().map(|figures| measured(&figures.old)),
        new: figures.as_ref().map(|figures| measured(&figures.new)),
        differences: report.differences,
        replayed: report.replayed,
        // Pictures are the operator's: they were taken for whoever switches versions.
        rendering: report.rendering.map(Rendering::without_pictures),
        written: written
            .map(|of| WrittenRows { table: of.table, rows: of.rows, missing: of.missing, keys: of.keys })
            .collect(),
        held_ms: report.held_ms,
    }
}

pub(super) fn measured(figures: &Figures) -> Measured {
    let p95 = figures.percentile(95).map(|p95| u64::try_from(p95.as_millis()).unwrap_or(u64::MAX));
    Measured { requests: figures.requests, errors: figures.errors, failures: figures.failures, p95_ms: p95 }
}
