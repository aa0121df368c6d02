//! What the operator sees and does, from the command line beside a running server: it writes rows, a plugin host acts.

use crate::domain::allow_list::AllowList;
use crate::domain::gate::Gate;
use crate::domain::package::{Source, Wanted};
use crate::domain::rollout::rings;
use crate::store::policy::{self, Channel};
use crate::store::rollout::{self, New, Plan, Row, Side};
use crate::store::{package, rollout_overview, tenant};
use kernel::{Error, Result, SharedClock, TenantId};
use serde_json::{Value, json};
use store::operator::{COMMAND_LINE, Deed, record};
use store::{Db, SystemReason};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

/// Rollouts that are listed.
const SHOWN: i64 = 100;
/// For so many seconds an organisation's own version is watched.
const OWN_SOAK: u64 = 30;

/// A rollout to begin.
#[derive(Debug, Clone)]
pub struct NewRollout {
    /// An npm package.
    pub package: String,
    /// The exact version.
    pub version: String,
    /// Who gets it first; empty: those on the early channel, else one of all.
    pub canaries: Vec<TenantId>,
    /// Shares of the others, in per cent.
    pub waves: Vec<u32>,
    /// So many organisations at once.
    pub parallel: usize,
    /// When the gate closes.
    pub gate: Gate,
    /// Nobody but this organisation.
    pub only: Option<TenantId>,
}

/// What the operator wants of a rollout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Whoever is not promoted goes back.
    Stop,
    /// Everybody goes back, also when it has ended.
    Revert,
}

/// Begins a rollout; a plugin host carries it out.
///
/// # Errors
/// `NotAllowed` when the package is not on the operator's list; `Input` when the version is not exact or nobody has the
/// plugin; `Conflict` when the package is being rolled out.
pub async fn start_rollout(db: &Db, clock: &SharedClock, allow: &AllowList, new: NewRollout) -> Result<Uuid> {
    start_rollout_by(db, clock, allow, new, COMMAND_LINE).await
}

/// As [`start_rollout`], by somebody else than the command line.
///
/// # Errors
/// As [`start_rollout`].
pub async fn start_rollout_by(
    db: &Db,
    clock: &SharedClock,
    allow: &AllowList,
    new: NewRollout,
    by: &str,
) -> Result<Uuid> {
    allow.check(&new.package)?;
    begin(db, clock, new, (by, false)).await
}

/// Begins to bring an organisation's own version of its own package in, for `by`.
///
/// # Errors
/// `Conflict` when another version of it is being brought in, or the plugin's version is pinned or frozen.
pub async fn start_own_rollout(
    db: &Db,
    clock: &SharedClock,
    tenant: TenantId,
    (package, version): (&str, &str),
    by: &str,
) -> Result<Uuid> {
    // Whoever publishes looks at it: there may be few requests, and they are not waited for.
    let gate = Gate { soak_seconds: OWN_SOAK, min_requests: 0, ..Gate::default() };
    let (package, version) = (package.to_owned(), version.to_owned());
    let new = NewRollout { package, version, canaries: vec![], waves: vec![], parallel: 1, gate, only: Some(tenant) };
    begin(db, clock, new, (by, true)).await
}

async fn begin(db: &Db, clock: &SharedClock, new: NewRollout, (by, own): (&str, bool)) -> Result<Uuid> {
    let wanted = Wanted::new(&new.package, Some(&new.version))?;
    let exact = new.version.split(['.', '-', '+']).take(3).filter(|part| part.parse::<u64>().is_ok()).count() == 3;
    if wanted.source == Source::Native || !exact {
        return Err(Error::input("Name the exact version, such as 1.2.3.").with_field("version", "not exact"));
    }
    if new.waves.iter().any(|wave| !(1..=100).contains(wave)) || new.waves.len() > 20 {
        return Err(
            Error::input("Waves are at most 20 shares between 1 and 100 per cent.").with_field("waves", "wrong")
        );
    }
    let mut tx = db.system(SystemReason::Rollouts).await?;
    let mut tenants = tenant::list_active_tenants(&mut tx).await?;
    tx.commit().await?;
    tenants.retain(|tenant| new.only.is_none_or(|only| only == *tenant));
    let members = candidates(db, &tenants, (&new, own), clock.now()).await?;
    let with_it: Vec<&Candidate> = members.iter().filter(|member| member.skipped.is_none()).collect();
    let Some(first) = with_it.first() else {
        let skipped = members.iter().find_map(|member| member.skipped.as_ref()).filter(|_| own);
        let told = "No organisation has this plugin in another version, or all have pinned theirs.";
        return Err(skipped.map_or_else(
            || Error::input(told).with_field("package", told),
            |reason| Error::conflict(reason.as_str()),
        ));
    };
    if let Some(stranger) = new.canaries.iter().find(|canary| !with_it.iter().any(|member| member.tenant == **canary)) {
        let told = format!("{} has no other version of it, or has pinned its own.", slug(db, *stranger).await?);
        return Err(Error::input(told.clone()).with_field("canaries", told));
    }
    let early: Vec<TenantId> = with_it.iter().filter(|member| member.early).map(|member| member.tenant).collect();
    let canaries = match (new.canaries.is_empty(), early.is_empty()) {
        (false, _) => new.canaries.clone(),
        (true, false) => early,
        (true, true) => vec![first.tenant],
    };
    let rest: Vec<(TenantId, bool)> = with_it
        .iter()
        .filter(|member| !canaries.contains(&member.tenant))
        .map(|member| (member.tenant, member.early))
        .collect();
    let dealt = rings(&canaries, &new.waves, &rest);
    let plan = Plan { waves: new.waves, parallel: new.parallel.clamp(1, 64), gate: new.gate, by: by.to_owned() };
    let rollout_id = Uuid::now_v7();
    let (package, version) = (new.package.as_str(), new.version.as_str());
    let head = New { rollout_id, plugin_id: &first.plugin_id, package, version, plan: &plan, now: clock.now() };
    let mut tx = db.system(SystemReason::Rollouts).await?;
    if rollout::is_open(&mut tx, package, new.only.filter(|_| own)).await? {
        let text = if own {
            "A version of this package is being brought in. Wait until it has been watched for a moment."
        } else {
            "This package is being rolled out. Stop that rollout first."
        };
        return Err(Error::conflict(text));
    }
    for member in &members {
        let ring = dealt.iter().find(|(tenant, _)| *tenant == member.tenant).map_or(0, |(_, ring)| *ring);
        let skipped = member.skipped.as_deref();
        rollout::insert(&mut tx, &head, (member.tenant, ring, skipped), &member.former).await?;
    }
    if !own {
        let details = json!({ "package": package, "version": version, "organizations": members.len() });
        let target = rollout_id.to_string();
        record(&mut tx, &Deed { actor: by, action: "rollout.start", target: &target, details }).await?;
    }
    tx.commit().await?;
    Ok(rollout_id)
}

async fn slug(db: &Db, tenant: TenantId) -> Result<String> {
    let mut tx = db.tenant(tenant).await?;
    let found = tenant::get_tenant(&mut tx).await?;
    tx.commit().await?;
    Ok(found.slug)
}

/// An organisation that has the plugin in another version.
struct Candidate {
    tenant: TenantId,
    plugin_id: String,
    former: Side,
    early: bool,
    skipped: Option<String>,
}

async fn candidates(
    db: &Db,
    tenants: &[TenantId],
    (new, own): (&NewRollout, bool),
    now: OffsetDateTime,
) -> Result<Vec<Candidate>> {
    let mut found = Vec::new();
    for tenant in tenants {
        let mut tx = db.tenant(*tenant).await?;
        if let Some(has) = package::find_package(&mut tx, &new.package).await?
            && has.upload_id.is_some() == own
            && let Some(version) = has.version.filter(|version| *version != new.version)
        {
            let policy = policy::get(&mut tx, &has.plugin_id).await?;
            found.push(Candidate {
                tenant: *tenant,
                plugin_id: has.plugin_id,
                former: Side {
                    version,
                    description: has.description,
                    backend: has.backend.map(|backend| backend.0),
                    frontend: has.frontend.map(|frontend| frontend.0),
                    upload: has.upload_id,
                },
                early: policy.channel == Channel::Early,
                skipped: policy.refusal(now),
            });
        }
        tx.commit().await?;
    }
    Ok(found)
}

/// Says what the operator wants; a plugin host hears it within a second.
///
/// # Errors
/// `NotFound` when there is no such rollout; `Conflict` when one that has ended is to be stopped.
pub async fn wish(db: &Db, rollout: Uuid, wish: Wish) -> Result<()> {
    wish_by(db, rollout, wish, COMMAND_LINE).await
}

/// As [`wish`], by somebody else than the command line.
///
/// # Errors
/// As [`wish`].
pub async fn wish_by(db: &Db, rollout: Uuid, wish: Wish, by: &str) -> Result<()> {
    let (wanted, action) = match wish {
        Wish::Stop => ("stop", "rollout.stop"),
        Wish::Revert => ("revert", "rollout.revert"),
    };
    let mut tx = db.system(SystemReason::Rollouts).await?;
    let head = rollout_overview::find_head(&mut tx, rollout).await?;
    let head = head.ok_or_else(|| Error::not_found("There is no such rollout"))?;
    if wish == Wish::Stop && !head.open {
        return Err(Error::conflict("This rollout has ended. What it brought can still be taken back."));
    }
    rollout::want(&mut tx, rollout, wanted).await?;
    let details = json!({ "package": head.package, "version": head.version });
    let target = rollout.to_string();
    record(&mut tx, &Deed { actor: by, action, target: &target, details }).await?;
    tx.commit().await
}

/// Rollouts as JSON, the latest first, or one of them with all that is known.
///
/// # Errors
/// `NotFound` when there is no such rollout; those of the database.
pub async fn list_rollouts(db: &Db, only: Option<Uuid>) -> Result<Vec<Value>> {
    let mut tx = db.system(SystemReason::Rollouts).await?;
    let rows = match only {
        Some(id) => rollout::list_members(&mut tx, id).await?,
        None => rollout::list(&mut tx, SHOWN).await?,
    };
    tx.commit().await?;
    if rows.is_empty() && only.is_some() {
        return Err(Error::not_found("There is no such rollout"));
    }
    Ok(rows.chunk_by(|a, b| a.rollout_id == b.rollout_id).map(|rows| rollout_view(rows, only.is_some())).collect())
}

fn rollout_view(rows: &[Row], whole: bool) -> Value {
    let Some(first) = rows.first() else { return Value::Null };
    let time = |at: OffsetDateTime| at.format(&Rfc3339).unwrap_or_default();
    let count = |step: &str| rows.iter().filter(|row| row.step == step).count();
    let steps: serde_json::Map<String, Value> =
        rows.iter().map(|row| (row.step.clone(), json!(count(&row.step)))).collect();
    let mut view = json!({
        "id": first.rollout_id, "package": first.package, "pluginId": first.plugin_id, "version": first.version,
        "phase": first.phase, "reason": first.reason, "ring": first.ring, "startedAt": time(first.started_at),
        "endedAt": first.ended_at.map(time), "plan": first.plan.0, "organisations": rows.len(), "steps": steps,
    });
    if whole {
        let members = rows.iter().map(|row| {
            let figures = row.figures.as_ref().map(|figures| {
                let one = |side: &crate::domain::gate::Figures| {
                    json!({ "requests": side.requests, "errors": side.errors, "failures": side.failures,
                        "p95Ms": side.percentile(95).map(|p95| p95.as_millis()) })
                };
                json!({ "old": one(&figures.old), "new": one(&figures.new) })
            });
            json!({ "tenantId": row.tenant_id, "ring": row.member_ring, "step": row.step, "reason": row.step_reason,
                "since": time(row.step_since), "from": row.former.version, "data": row.data, "figures": figures,
                "beacons": row.beacons, "lastBeacon": row.beacon, "report": row.report.as_ref().map(|report| &report.0) })
        });
        view["members"] = members.collect();
    }
    view
}

/// Every plugin of every organisation with its version, as JSON.
///
/// # Errors
/// Those of the database.
pub async fn list_versions(db: &Db) -> Result<Vec<Value>> {
    let mut tx = db.system(SystemReason::ListTenants).await?;
    let tenants = tenant::list_active_tenants(&mut tx).await?;
    tx.commit().await?;
    let mut found = Vec::new();
    for id in tenants {
        let mut tx = db.tenant(id).await?;
        let slug = tenant::get_tenant(&mut tx).await?.slug;
        for package in package::list_packages(&mut tx).await? {
            let policy = policy::get(&mut tx, &package.plugin_id).await?;
            let digest = package.backend.as_ref().and_then(|backend| match &backend.0 {
                package::Backend::Node { digest, .. } => digest.clone(),
                package::Backend::Native { .. } => None,
            });
            found.push(json!({
                "tenantId": id, "tenant": slug, "pluginId": package.plugin_id, "package": package.package,
                "version": package.version, "state": package.state, "digest": digest, "channel": policy.channel,
                "pinned": policy.pinned, "frozenUntil": policy.frozen_until.map(|at| at.format(&Rfc3339).unwrap_or_default()),
            }));
        }
        tx.commit().await?;
    }
    Ok(found)
}
