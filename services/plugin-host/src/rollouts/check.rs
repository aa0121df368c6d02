//! The check before a switch: the version is started beside the former one, on a copy of the data, and compared.

use super::data::{self, Plan};
use super::upkeep;
use crate::State;
use crate::bundles::Place;
use crate::domain::advisory::Advisories;
use crate::domain::bundle::{is_inside, sha256};
use crate::domain::compat::{Replay, differences, refusal};
use crate::domain::package::Wanted;
use crate::domain::rendering::Wish;
use crate::domain::rollout::Event;
use crate::jobs::install;
use crate::render::render;
use crate::store::package::Backend;
use crate::store::rollout::{self, Report, Row, Side};
use crate::store::{installation, package, policy, recording, schema, upload};
use crate::supervisor::launch::{Running, Variant};
use crate::supervisor::{Lease, Staged};
use axum::body::Body;
use http::Request;
use http_body_util::BodyExt as _;
use kernel::{Error, Principal, Result, TenantId};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use store::plugin_copies::{self as copies, Access};
use store::plugins::{SchemaName, drop_schema};
use uuid::Uuid;

/// What a description, and the answer to a recorded request, may take.
const ANSWER: Duration = Duration::from_secs(10);
/// How much of an answer is read.
const ANSWER_BYTES: usize = 1 << 20;

/// Checks the version for one organisation.
///
/// # Errors
/// When a part of the platform did not answer.
pub async fn check(state: &State, id: Uuid, tenant: TenantId) -> Result<Event> {
    let Some(row) = member(state, id, tenant).await? else {
        return Ok(Event::Deferred(tenant, "The organisation is gone.".to_owned()));
    };
    data::tidy(state, tenant, &row.plugin_id).await?;
    if let Some(reason) = obstacle(state, &row).await? {
        return Ok(Event::Deferred(tenant, reason));
    }
    let next = match next(state, &row).await {
        Ok(next) => next,
        Err(error) if error.kind == kernel::ErrorKind::Input => return Ok(Event::Refused(tenant, error.message)),
        Err(error) => return Err(error),
    };
    let (plan, reason) = data::plan(state, &row, &next).await?;
    if plan == Plan::Later {
        return Ok(Event::Deferred(tenant, reason));
    }
    let tried = match &next.backend {
        Some(_) => try_out(state, &row, &next, plan).await?,
        None => {
            let rendering = render(state, &row, &next, None).await?;
            Ok((Report { rendering, ..Report::default() }, "none"))
        }
    };
    data::tidy(state, tenant, &row.plugin_id).await?;
    let (mut report, data) = match tried {
        Ok(tried) => tried,
        Err(reason) => return Ok(Event::Refused(tenant, reason)),
    };
    report.advisories = advisories(state, &row, &next).await;
    let event = verdict(state, tenant, &report);
    let mut tx = state.db.tenant(tenant).await?;
    match &event {
        Event::Checked(_) => rollout::set_checked(&mut tx, id, &next, data, &report).await?,
        _ => rollout::set_report(&mut tx, id, &report).await?,
    }
    tx.commit().await?;
    Ok(event)
}

/// What the pages in the browser say of the version.
fn verdict(state: &State, tenant: TenantId, report: &Report) -> Event {
    let Some(rendering) = &report.rendering else { return Event::Checked(tenant) };
    match (rendering.refusal(), &rendering.not_rendered) {
        (Some(reason), _) => Event::Refused(tenant, reason),
        (None, Some(reason)) if state.config.rendering.wish == Wish::Required => {
            Event::Deferred(tenant, format!("Its pages could not be rendered. {reason}"))
        }
        _ => Event::Checked(tenant),
    }
}

/// The organisation's row.
pub async fn member(state: &State, id: Uuid, tenant: TenantId) -> Result<Option<Row>> {
    let mut tx = state.db.tenant(tenant).await?;
    let row = rollout::find(&mut tx, id).await?;
    tx.commit().await?;
    Ok(row)
}

/// Why the organisation is not to be touched now.
async fn obstacle(state: &State, row: &Row) -> Result<Option<String>> {
    let mut tx = state.db.tenant(row.tenant()).await?;
    let installed = package::find_package(&mut tx, &row.package).await?;
    let here = installation::find_installation(&mut tx, &row.plugin_id).await?.is_some();
    let policy = policy::get(&mut tx, &row.plugin_id).await?;
    tx.commit().await?;
    Ok(match installed {
        Some(installed) if here && installed.version.as_deref() == Some(&row.former.version) => {
            policy.refusal(state.clock.now())
        }
        _ => Some("The plugin was removed, or its version changed, since the rollout began.".to_owned()),
    })
}

/// The new version as this organisation gets it.
async fn next(state: &State, row: &Row) -> Result<Side> {
    if row.former.upload.is_some() {
        return next_upload(state, row).await;
    }
    let wanted = Wanted::new(&row.package, Some(&row.version))?;
    let bundle = install::install_bundle(state, &wanted).await?;
    if bundle.described.plugin_id != row.plugin_id {
        return Err(Error::input(format!("It is the plugin \"{}\" now.", bundle.described.plugin_id)));
    }
    Ok(Side {
        version: bundle.described.version.clone(),
        description: bundle.described.description.clone(),
        backend: bundle.backend(),
        frontend: bundle.frontend(state, row.tenant()).await?,
        upload: None,
    })
}

/// What the registry warned of in the version's bundle, which is on this machine by now.
async fn advisories(state: &State, row: &Row, next: &Side) -> Option<Advisories> {
    let name = Place::of(row.tenant(), next.upload).folder(&row.package, &next.version);
    let described = install::read_description(&state.config.bundles().join(name)).await?;
    described.leaflet.advisories.map(Advisories::limited)
}

/// The organisation's own version, which was built when it was uploaded.
async fn next_upload(state: &State, row: &Row) -> Result<Side> {
    if let Some(refusal) = state.uploads_refusal() {
        return Err(Error::input(refusal));
    }
    let mut tx = state.db.tenant(row.tenant()).await?;
    let found = upload::find_version(&mut tx, &row.package, &row.version).await?;
    tx.commit().await?;
    let found = found.ok_or_else(|| Error::input("The upload was deleted."))?;
    if found.plugin_id != row.plugin_id {
        return Err(Error::input(format!("It is the plugin \"{}\" now.", found.plugin_id)));
    }
    Ok(Side {
        version: found.version,
        description: found.description,
        backend: found.backend.map(|backend| backend.0),
        frontend: found.frontend.map(|frontend| frontend.0),
        upload: Some(found.upload_id),
    })
}

/// One side as something to be started.
pub fn variant(package: &str, side: &Side, schema: Option<SchemaName>) -> Option<Variant> {
    let (package, version) = (package.to_owned(), side.version.clone());
    let backend = side.backend.clone()?;
    Some(Variant { running: Running { package, version, backend }, schema, preview: false })
}

/// Starts the version and compares it; the inner error says what is wrong with the version.
async fn try_out(state: &State, row: &Row, next: &Side, plan: Plan) -> Result<Result<(Report, &'static str), String>> {
    let (tenant, url) = (row.tenant(), state.config.plugins_url.as_deref().unwrap_or_default());
    let mut tx = state.db.tenant(tenant).await?;
    let live = schema::live(&mut tx, &row.plugin_id).await;
    tx.commit().await?;
    let copy = match plan {
        Plan::Try => {
            let copy = data::make(state, row, "check").await?;
            copies::copy(url, &live?, &copy, Access::Shared, state.config.upgrades.quiet_hold).await?;
            Some(copy)
        }
        _ => None,
    };
    let before = match &copy {
        Some(copy) => copies::fingerprint(url, copy).await?,
        None => String::new(),
    };
    let Some(variant) = variant(&row.package, next, copy.clone()) else { return Ok(Err("It has no back end.".into())) };
    let staged = match state.supervisor.stage(tenant, &row.plugin_id, variant).await {
        Ok(staged) => Arc::new(staged),
        Err(error) => return Ok(Err(error.message)),
    };
    let mut compared = compare(state, row, next, &staged).await?;
    if let Ok(report) = &mut compared {
        report.rendering = render(state, row, next, Some(&staged)).await?;
    }
    let changed = match &copy {
        Some(copy) => copies::fingerprint(url, copy).await? != before,
        None => false,
    };
    drop(staged);
    if let Some(copy) = &copy {
        drop_schema(url, copy).await?;
    }
    let data = if changed { "migrate" } else { "share" };
    Ok(compared.map(|report| (report, data)))
}

async fn compare(state: &State, row: &Row, next: &Side, staged: &Staged) -> Result<Result<Report, String>> {
    let tenant = row.tenant();
    upkeep::write_down(state).await;
    let mut tx = state.db.tenant(tenant).await?;
    let paths = recording::list(&mut tx, &row.plugin_id).await?;
    tx.commit().await?;
    let asker = Asker::new(state, row).await?;
    // A former version that does not even start is no measure.
    let Ok(former) = state.supervisor.lease(tenant, &row.plugin_id, 0).await else {
        return Ok(Ok(Report::default()));
    };
    let (old, new) = (former.describe(ANSWER).await, staged.lease().await?.describe(ANSWER).await);
    let Some(new) = new else { return Ok(Err("It does not say what it hosts.".to_owned())) };
    drop(former);
    let mut replays = Vec::new();
    for path in paths {
        let before = asker.ask(state.supervisor.lease(tenant, &row.plugin_id, 0).await?, &path).await;
        let now = asker.ask(staged.lease().await?, &path).await;
        replays.push(Replay { path, old: before, new: now });
    }
    if let Some(reason) = refusal(&replays) {
        return Ok(Err(reason));
    }
    let (before, now) = (config_schema(state, row, &row.former).await, config_schema(state, row, next).await);
    let differences = match &old {
        Some(old) => differences(old, &new, (&before, &now), &replays),
        None => Vec::new(),
    };
    Ok(Ok(Report { differences, replayed: replays.len(), ..Report::default() }))
}

/// The schema of a version's configuration. One that is written in TypeScript is known by its hash only.
async fn config_schema(state: &State, row: &Row, side: &Side) -> Value {
    let Some(Backend::Node { bundle, .. }) = &side.backend else { return Value::Null };
    let folder = state.config.bundles().join(bundle).join("node_modules").join(&row.package);
    let manifest: Value =
        serde_json::from_slice(&tokio::fs::read(folder.join("package.json")).await.unwrap_or_default())
            .unwrap_or_default();
    match manifest.get("configSchema") {
        Some(Value::String(name)) if is_inside(name) => {
            let text = tokio::fs::read(folder.join(name)).await.unwrap_or_default();
            let written = serde_json::from_slice(&text).ok();
            written.unwrap_or_else(|| json!({ "properties": { name: { "type": sha256(&text) } } }))
        }
        Some(schema @ Value::Object(_)) => schema.clone(),
        _ => Value::Null,
    }
}

/// Asks both versions the same, as the platform itself.
struct Asker {
    host: String,
    token: Option<String>,
}

impl Asker {
    async fn new(state: &State, row: &Row) -> Result<Self> {
        let signer = state.launching.signer(row.tenant()).await?;
        let us = Principal::Service { name: "rollout".to_owned() };
        let token = state.launching.token(&signer, &row.plugin_id, &us)?;
        Ok(Self { host: signer.host.to_string(), token })
    }

    /// The status; 599 when there is no answer.
    async fn ask(&self, lease: Lease, path: &str) -> u16 {
        let Ok(request) = Request::get(path).body(Body::empty()) else { return 599 };
        let Ok(answer) = lease.send(request, &self.host, self.token.as_deref(), ANSWER).await else { return 599 };
        let status = answer.status().as_u16();
        let body = http_body_util::Limited::new(answer.into_body(), ANSWER_BYTES).collect();
        // A body that never ends, or is long, is one as well: the status is what counts.
        drop(tokio::time::timeout(Duration::from_secs(2), body).await);
        status
    }
}
