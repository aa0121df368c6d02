//! An organisation's own plugins: uploading a version, looking at how it fares, sharing its preview, publishing it.

use super::view::Worker;
use crate::State;
use crate::domain::bundle::Checks;
use crate::domain::own_plugins::{MOST_BYTES, MOST_MEMBERS, MOST_VERSIONS};
use crate::domain::upload::{MOST_PACKED, MOST_UNPACKED};
use crate::store::preview;
use crate::store::upload::{self, State as Build, Upload};
use crate::supervisor::Status;
use crate::uploads::{self, Actor, Desk, Incoming};
use axum::body::Body;
use axum::extract::{self, Request};
use futures::StreamExt as _;
use http::{StatusCode, header};
use http_shell::{Caller, Json, Path, Result};
use kernel::{Error, Principal};
use runtime::sandbox::Level;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::AuditEvent;
use time::OffsetDateTime;
use tokio::io::AsyncWriteExt as _;
use utoipa::ToSchema;
use uuid::Uuid;

/// Media types under which archives come.
const ARCHIVES: [&str; 5] = [
    "application/gzip",
    "application/octet-stream",
    "application/x-compressed-tar",
    "application/x-gzip",
    "application/x-tgz",
];

/// The organisation's own plugins.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UploadList {
    /// Every version, the latest first.
    items: Vec<UploadedVersion>,
    /// Why nothing can be uploaded, where it cannot.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    refusal: Option<String>,
    /// What is possible.
    limits: UploadLimits,
}

/// How much an organisation may upload.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UploadLimits {
    /// Bytes of one archive.
    archive_bytes: u64,
    /// Bytes that it may unpack to.
    unpacked_bytes: u64,
    /// Versions together.
    versions: usize,
    /// Bytes of all archives together.
    bytes: u64,
}

/// What a version is to the organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum UploadState {
    /// Its dependencies are being installed and its front end is being built.
    Building,
    /// It cannot be built; see the message.
    Failed,
    /// Only those who turned its preview on meet it.
    Preview,
    /// It is being brought in: checked, switched to, watched.
    Publishing,
    /// The whole organisation has it.
    Published,
    /// It was published once; another version, or none, is now.
    Former,
    /// It was to be published, and was not taken, or taken back; see the message.
    Refused,
}

/// One version of an organisation's own plugin.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UploadedVersion {
    id: Uuid,
    package: String,
    version: String,
    /// Under which it is, or would be, installed.
    plugin_id: String,
    /// Backstage's word: `backend-plugin`, `frontend-plugin`, or either with `-module`.
    role: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    description: Option<String>,
    state: UploadState,
    /// Why it is so, in plain words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    message: Option<String>,
    has_backend: bool,
    has_frontend: bool,
    /// What is in its bundle, once that is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    checks: Option<Checks>,
    /// Length of the archive.
    bytes: i64,
    /// SHA-256 of the archive as it is kept, in hex.
    sha256: String,
    uploaded_by: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    uploaded_at: OffsetDateTime,
    /// When it was published last.
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime, nullable = false)]
    published_at: Option<OffsetDateTime>,
    /// Who may look at its preview.
    previewers: Vec<Previewer>,
    /// Whether the caller looks at it.
    previewed: bool,
    /// The preview's own worker, as far as this process knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    worker: Option<Worker>,
}

/// A member who may look at a preview.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Previewer {
    member_id: Uuid,
    /// Whether they do.
    on: bool,
}

/// Who may look at a preview.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewMembers {
    /// Ids of members, at most 50. They turn it on themselves.
    members: Vec<Uuid>,
}

/// The organisation's own plugins, with every version that is kept.
#[utoipa::path(get, path = "/api/plugins/v1/uploads", responses((status = 200, body = UploadList)))]
pub async fn list_uploads(extract::State(state): extract::State<State>, caller: Caller) -> Result<Json<UploadList>> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    let found = upload::list(&mut tx).await?;
    let members = preview::list_members(&mut tx).await?;
    tx.commit().await?;
    let items = found.into_iter().map(|found| view(&state, &caller, found, &members)).collect();
    let limits = UploadLimits {
        archive_bytes: MOST_PACKED,
        unpacked_bytes: MOST_UNPACKED,
        versions: MOST_VERSIONS,
        bytes: MOST_BYTES,
    };
    Ok(Json(UploadList { items, refusal: state.uploads_refusal(), limits }))
}

/// One version.
#[utoipa::path(get, path = "/api/plugins/v1/uploads/{id}", params(("id" = Uuid, Path)),
    responses((status = 200, body = UploadedVersion), (status = 404)))]
pub async fn get_upload(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<UploadedVersion>> {
    Ok(Json(shown(&state, &caller, id).await?))
}

/// Uploads a version: what `npm pack` makes, at most 32 MB. Everything that is wrong with it is told at once, by place.
#[utoipa::path(post, path = "/api/plugins/v1/uploads",
    request_body(content = String, content_type = "application/gzip", description = "The archive (.tgz)"),
    responses((status = 202, body = UploadedVersion), (status = 400), (status = 403, description = "Not permitted here"),
        (status = 409, description = "The version is there already, or there is no room"), (status = 413)))]
pub async fn upload_plugin(
    extract::State(state): extract::State<State>,
    caller: Caller,
    request: Request,
) -> Result<(StatusCode, Json<UploadedVersion>)> {
    if let Some(refusal) = state.uploads_refusal() {
        return Err(Error::not_allowed(refusal).into());
    }
    check_media_type(&request)?;
    let taking_in = state.taking_in.clone();
    let _turn = taking_in.acquire_owned().await.map_err(Error::internal)?;
    let archive = Incoming::new(&state.config.incoming()).await?;
    receive(request.into_body(), &archive).await?;
    let id = Desk::of(&state).accept(caller.tenant, archive.path(), &actor(&caller.principal)).await?;
    state.wake.notify_one();
    Ok((StatusCode::ACCEPTED, Json(shown(&state, &caller, id).await?)))
}

/// Deletes a version that the organisation does not run, and ends its preview.
#[utoipa::path(delete, path = "/api/plugins/v1/uploads/{id}", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404), (status = 409, description = "It is in use")))]
pub async fn delete_upload(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<StatusCode> {
    uploads::delete(&state, caller.tenant, id, &actor(&caller.principal)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a version to the whole organisation.
#[utoipa::path(post, path = "/api/plugins/v1/uploads/{id}/publish", params(("id" = Uuid, Path)),
    responses((status = 202, body = UploadedVersion), (status = 404), (status = 409)))]
pub async fn publish_upload(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<(StatusCode, Json<UploadedVersion>)> {
    if let Some(refusal) = state.uploads_refusal() {
        return Err(Error::not_allowed(refusal).into());
    }
    let found = Desk::of(&state).publish(caller.tenant, id, &actor(&caller.principal)).await?;
    if found.installed {
        // Where a rollout brings it in, that tells when it has.
        state.changed(caller.tenant, &found.plugin_id);
    }
    Ok((StatusCode::ACCEPTED, Json(shown(&state, &caller, id).await?)))
}

/// Says who may look at a version before it is published. Whoever is left out looks at it no more.
#[utoipa::path(put, path = "/api/plugins/v1/uploads/{id}/previewers", params(("id" = Uuid, Path)),
    request_body = PreviewMembers, responses((status = 200, body = UploadedVersion), (status = 400), (status = 404)))]
pub async fn set_previewers(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(body): Json<PreviewMembers>,
) -> Result<Json<UploadedVersion>> {
    let mut members = body.members;
    members.sort_unstable();
    members.dedup();
    if members.len() > MOST_MEMBERS {
        let text = format!("A preview is shared with at most {MOST_MEMBERS} members. Publish it.");
        return Err(Error::input(text.as_str()).with_field("members", text).into());
    }
    let mut tx = state.db.tenant(caller.tenant).await?;
    let found = upload::get_for_update(&mut tx, id).await?;
    let known = preview::set_members(&mut tx, id, &members, state.clock.now()).await?;
    if known != members.len() as u64 {
        let text = "Somebody of these is no member of your organisation.";
        return Err(Error::input(text).with_field("members", text).into());
    }
    let event = AuditEvent::by(&caller.principal, "plugin.share-preview", &found.package);
    tx.record(event.after(json!({ "version": found.version, "upload": id, "members": members }))).await?;
    tx.commit().await?;
    state.previews_changed(caller.tenant);
    Ok(Json(shown(&state, &caller, id).await?))
}

/// The last lines that a preview's worker wrote.
#[utoipa::path(get, path = "/api/plugins/v1/uploads/{id}/logs", params(("id" = Uuid, Path)),
    responses((status = 200, body = super::configure::Logs), (status = 404)))]
pub async fn get_upload_logs(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<super::configure::Logs>> {
    shown(&state, &caller, id).await?;
    Ok(Json(super::configure::Logs::of(state.supervisor.preview_logs(caller.tenant, id))))
}

/// Who asks, for rows.
pub(super) fn actor(principal: &Principal) -> Actor {
    let member = principal.user().filter(|user| user.is_member()).map(|user| user.id);
    Actor { label: principal.label(), member }
}

fn check_media_type(request: &Request) -> kernel::Result<()> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if ARCHIVES.contains(&kind.as_str()) {
        return Ok(());
    }
    Err(Error::input("Send the archive itself as application/gzip.")
        .with_field("archive", "It is sent as another type."))
}

/// Writes the body to a file, as far as an archive may be long.
async fn receive(body: Body, archive: &Incoming) -> kernel::Result<()> {
    let mut file = tokio::fs::File::create(archive.path()).await.map_err(Error::internal)?;
    let mut body = body.into_data_stream();
    let mut length = 0;
    while let Some(part) = body.next().await {
        let part = part.map_err(|error| Error::input("The upload broke off.").with_source(error))?;
        length += part.len() as u64;
        if length > MOST_PACKED {
            return Err(Error::too_large(format!("An archive has at most {} MB.", MOST_PACKED >> 20)));
        }
        file.write_all(&part).await.map_err(Error::internal)?;
    }
    file.flush().await.map_err(Error::internal)
}

async fn shown(state: &State, caller: &Caller, id: Uuid) -> kernel::Result<UploadedVersion> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    let found = upload::find(&mut tx, id).await?.ok_or_else(upload::unknown)?;
    let members = preview::list_members(&mut tx).await?;
    tx.commit().await?;
    Ok(view(state, caller, found, &members))
}

fn view(state: &State, caller: &Caller, found: Upload, members: &[(Uuid, Uuid, bool)]) -> UploadedVersion {
    let own = actor(&caller.principal).member;
    let (now, message) = state_of(&found);
    let previewers = members.iter().filter(|(upload, ..)| *upload == found.upload_id);
    let previewers: Vec<Previewer> =
        previewers.map(|(_, member, on)| Previewer { member_id: *member, on: *on && !found.installed }).collect();
    let status = state.supervisor.preview_status(caller.tenant, found.upload_id).filter(|_| !found.installed);
    UploadedVersion {
        id: found.upload_id,
        state: now,
        message,
        has_backend: found.backend.is_some(),
        has_frontend: found.frontend.is_some(),
        checks: found.checks.map(|checks| checks.0),
        package: found.package,
        version: found.version,
        plugin_id: found.plugin_id,
        role: found.role,
        description: found.description,
        bytes: found.bytes,
        sha256: found.sha256,
        uploaded_by: found.uploaded_by,
        uploaded_at: found.uploaded_at,
        published_at: found.published_at,
        previewed: previewers.iter().any(|one| one.on && Some(one.member_id) == own),
        previewers,
        worker: status.map(|status| worker(status, state.launching.isolation.level())),
    }
}

fn state_of(found: &Upload) -> (UploadState, Option<String>) {
    let step = found.step.as_deref();
    match found.state {
        Build::Building => (UploadState::Building, None),
        Build::Failed => (UploadState::Failed, found.message.clone()),
        Build::Ready if step.is_some() && found.rolling => (UploadState::Publishing, None),
        Build::Ready if found.installed => (UploadState::Published, None),
        Build::Ready if matches!(step, Some("refused" | "restored" | "deferred" | "skipped")) => {
            (UploadState::Refused, found.step_reason.clone())
        }
        Build::Ready if found.published_at.is_some() => (UploadState::Former, None),
        Build::Ready => (UploadState::Preview, None),
    }
}

fn worker(status: Status, level: Level) -> Worker {
    Worker {
        state: status.state,
        message: status.message,
        since: status.since,
        restarts: status.restarts,
        isolation_level: Some(level.as_str().to_owned()),
    }
}
