//! Front ends: the files of remotes, and which of them the portal loads.

use crate::State;
use crate::domain::media_type;
use crate::domain::settings::frontend_part;
use crate::store::installation::{self, Installation};
use crate::store::package::{self, Frontend, Package};
use axum::body::Body;
use axum::extract;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use http_shell::{Caller, Json, OptionalCaller, Path, Result};
use kernel::{Error, TenantId};
use runtime::objects::{KeyPrefix, LARGEST_OBJECT, ObjectKey};
use serde::Serialize;
use serde_json::Value;

/// Most bytes of configuration in one organisation's page.
const MAX_CONFIG_BYTES: usize = 512 * 1024;

/// A front-end plugin as the gateway announces it to the portal.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PortalFeature {
    plugin_id: String,
    /// Name of the module-federation container.
    name: String,
    /// The same, as module federation calls it.
    remote: String,
    /// Path on the organisation's origin.
    entry: String,
    modules: Vec<ExposedModule>,
}

/// What the organisation's portal loads, and what its page says to that.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PortalFeatures {
    items: Vec<PortalFeature>,
    /// Parts of the page's configuration, by plugin; the platform's own comes after them and wins.
    config: Vec<FrontendConfig>,
}

/// What browsers may see of one plugin's configuration.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct FrontendConfig {
    /// `plugin:<id>`.
    context: String,
    /// Exactly what the schemas of its packages mark as visible for the front end.
    #[schema(value_type = Object)]
    data: Value,
}

/// One module of a container.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ExposedModule {
    /// For example `./alpha`.
    expose: String,
}

/// One file of a built front end. Its address names its content, so it never changes.
#[utoipa::path(get, path = "/api/plugins/v1/remotes/{digest}/{*path}",
    params(("digest" = String, Path), ("path" = String, Path)), responses((status = 200), (status = 304), (status = 404)))]
pub async fn get_remote_file(
    extract::State(state): extract::State<State>,
    caller: OptionalCaller,
    Path((digest, path)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response> {
    let tenant = caller.tenant.ok_or_else(|| Error::not_found("There is no such file"))?;
    let etag = format!("\"{digest}\"");
    if headers.get(header::IF_NONE_MATCH).is_some_and(|value| value.as_bytes() == etag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, etag)]).into_response());
    }
    Ok(remote_file(&state, tenant, &digest, &path).await?)
}

/// A file of a remote, as it is sent.
///
/// # Errors
/// `NotFound`; `Unavailable` when object storage does not answer.
pub async fn remote_file(state: &State, tenant: TenantId, digest: &str, path: &str) -> kernel::Result<Response> {
    let missing = || Error::not_found("There is no such file");
    let key = remote_prefix(tenant, digest).and_then(|prefix| prefix.path(path)).map_err(|_| missing())?;
    let object = state.objects.get(&key, LARGEST_OBJECT).await?.ok_or_else(missing)?;
    let headers = [
        (header::CONTENT_TYPE, media_type::of(path).to_owned()),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::ETAG, format!("\"{digest}\"")),
    ];
    Ok((headers, Body::from(object.body)).into_response())
}

/// The front ends that the organisation's portal loads, and the configuration that is meant for browsers.
#[utoipa::path(get, path = "/internal/plugins/v1/portal-features", responses((status = 200, body = PortalFeatures)))]
pub async fn list_portal_features(
    extract::State(state): extract::State<State>,
    caller: Caller,
) -> Result<Json<PortalFeatures>> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    let packages = package::list_packages(&mut tx).await?;
    let installations = installation::list_installations(&mut tx).await?;
    tx.commit().await?;
    let mut config = Vec::new();
    let mut bytes = 0;
    for found in installations {
        let Some(part) = frontend_config(&state, caller.tenant, &packages, &found).await else { continue };
        bytes += part.data.to_string().len();
        if bytes > MAX_CONFIG_BYTES {
            tracing::warn!(tenant = %caller.tenant, plugin = found.plugin_id, "the configuration for browsers is too long");
            break;
        }
        config.push(part);
    }
    let items =
        packages.into_iter().filter_map(|package| Some(feature(package.plugin_id, package.frontend?.0))).collect();
    Ok(Json(PortalFeatures { items, config }))
}

async fn frontend_config(
    state: &State,
    tenant: TenantId,
    packages: &[Package],
    found: &Installation,
) -> Option<FrontendConfig> {
    // Most plugins have none, and then nothing is read.
    found.config.as_object().filter(|config| !config.is_empty())?;
    let own: Vec<Package> = packages.iter().filter(|package| package.plugin_id == found.plugin_id).cloned().collect();
    let mut data = frontend_part(&state.config_schema(tenant, &own).await?, &found.config)?;
    // Where the gateway tells the portal about the organisation, nobody else speaks.
    let parts = data.as_object_mut()?;
    parts.shift_remove("proscenium");
    if parts.is_empty() {
        return None;
    }
    Some(FrontendConfig { context: format!("plugin:{}", found.plugin_id), data })
}

/// A front end as the portal is told of it.
pub fn feature(plugin_id: String, frontend: Frontend) -> PortalFeature {
    PortalFeature {
        plugin_id,
        entry: format!("/api/plugins/v1/remotes/{}/{}", frontend.digest, frontend.entry),
        name: frontend.remote.clone(),
        remote: frontend.remote,
        modules: frontend.modules.into_iter().map(|expose| ExposedModule { expose }).collect(),
    }
}

/// Where a remote's files are.
///
/// # Errors
/// `Input` when the digest is not SHA-256 in hex.
pub fn remote_prefix(tenant: TenantId, digest: &str) -> kernel::Result<KeyPrefix> {
    if digest.len() != 64 || !digest.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
        return Err(Error::input("This is not the address of a remote"));
    }
    ObjectKey::tenant(tenant).segment("remotes")?.segment(digest)
}
