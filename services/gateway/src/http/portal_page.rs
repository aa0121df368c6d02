//! What the portal is told about the host that it was opened at.

use crate::domain::page::inject;
use crate::domain::preview::plugins_of;
use crate::state::{Gateway, SHORT, Surface};
use crate::store::tenant::Tenant;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use http_shell::{Caller, ServiceName, read_json};
use kernel::{Error, Result, TenantId};
use serde_json::{Map, Value, json};
use std::time::Duration;

/// How long the page waits for the list of plugins before it goes out without them.
const PLUGINS_PATIENCE: Duration = Duration::from_secs(2);
/// The portal's name where no organisation gives it one.
const PRODUCT: &str = "Proscenium";

/// `index.html` for this surface.
///
/// # Errors
/// Those of the database.
pub async fn render(gateway: &Gateway, index: &str, surface: &Surface, headers: &HeaderMap) -> Result<String> {
    let config = &gateway.parts.config;
    let tenant = match surface {
        Surface::Tenant(tenant) => Some(tenant),
        _ => None,
    };
    let (title, origin) = match tenant {
        Some(tenant) => (tenant.name.as_str(), config.origin_at(&tenant.host)),
        None => (PRODUCT, config.apex_origin()),
    };
    let mut proscenium = Map::new();
    proscenium.insert("surface".into(), json!(if tenant.is_some() { "tenant" } else { "apex" }));
    proscenium.insert("domain".into(), json!(config.domain));
    proscenium.insert("apexUrl".into(), json!(config.apex_origin()));
    proscenium.insert("demo".into(), json!(config.demo));
    proscenium.insert("mail".into(), json!(config.mail));
    if let Some(url) = config.demo_sample_url.as_ref().filter(|_| config.demo) {
        proscenium.insert("demoSampleUrl".into(), json!(url));
    }
    let config = match tenant {
        Some(tenant) => describe_tenant(gateway, tenant, headers, &mut proscenium).await?,
        None => {
            proscenium.insert("plugins".into(), json!([]));
            Vec::new()
        }
    };
    let data = json!({
        "app": { "title": title, "baseUrl": origin },
        "backend": { "baseUrl": origin },
        "organization": { "name": title },
        "auth": {},
        "permission": { "enabled": tenant.is_some() },
        "proscenium": proscenium,
    });
    Ok(inject(index, title, &config, &data))
}

/// Tells the page of its organisation and of whoever asks; what plugins' configuration says to browsers comes back.
async fn describe_tenant(
    gateway: &Gateway,
    tenant: &Tenant,
    headers: &HeaderMap,
    proscenium: &mut Map<String, Value>,
) -> Result<Vec<Value>> {
    let session = gateway.session_of_cookie(tenant.id, headers).await?;
    proscenium.insert("session".into(), json!(session.is_some()));
    let (id, slug, name) = (tenant.id, &tenant.slug, &tenant.name);
    proscenium.insert("tenant".into(), json!({ "id": id, "slug": slug, "name": name }));
    proscenium.insert("branding".into(), Value::Object(branding(&tenant.settings)));
    let member = session.map(|session| session.acting().member_id.to_string());
    let known = Plugins::of(gateway, tenant.id).await;
    let (plugins, previews) = plugins_of(&known.items, &known.previews, member.as_deref());
    proscenium.insert("plugins".into(), plugins);
    if previews.as_array().is_some_and(|list| !list.is_empty()) {
        proscenium.insert("previews".into(), previews);
    }
    Ok(known.config)
}

/// Colours as they are, pictures as their addresses.
fn branding(settings: &Value) -> Map<String, Value> {
    let stored = |name: &str| settings.pointer("/branding")?.get(name)?.as_str();
    let mut branding = Map::new();
    for name in ["accent", "accentDark"] {
        if let Some(colour) = stored(name) {
            branding.insert(name.into(), json!(colour));
        }
    }
    for (name, shown) in [("logo", "logoUrl"), ("favicon", "faviconUrl")] {
        if let Some(file) = stored(name) {
            branding.insert(shown.into(), json!(format!("/api/tenant-admin/v1/branding/files/{file}")));
        }
    }
    branding
}

/// What the plugin host tells the organisation's page; nothing while it is away, for a portal without its plugins is
/// better than no portal.
struct Plugins {
    /// The front ends that are loaded.
    items: Value,
    /// Who looks at which others instead.
    previews: Value,
    /// What plugins' configuration says to browsers, `{context, data}` each.
    config: Vec<Value>,
}

impl Plugins {
    async fn of(gateway: &Gateway, tenant: TenantId) -> Self {
        if let Some(known) = gateway.features.get(&tenant) {
            return Self::read(&known);
        }
        let answer = tokio::time::timeout(PLUGINS_PATIENCE, ask_for_plugins(gateway, tenant)).await;
        let told = match answer {
            Ok(Ok(told)) => told,
            Ok(Err(error)) => {
                tracing::debug!(%tenant, %error, "no list of plugins");
                Value::Null
            }
            Err(_) => Value::Null,
        };
        let plugins = Self::read(&told);
        gateway.features.put(tenant, told, SHORT);
        plugins
    }

    fn read(told: &Value) -> Self {
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let features = &told["features"];
        // A plugin host from before there was configuration sends a bare list.
        let items = if features.is_array() { features } else { &features["items"] };
        Self {
            items: Value::Array(list(items)),
            previews: Value::Array(list(&told["previews"])),
            config: list(&features["config"]),
        }
    }
}

/// `{features, previews}`, as the plugin host answers for each.
async fn ask_for_plugins(gateway: &Gateway, tenant: TenantId) -> Result<Value> {
    let ask = async |path: &str| -> Result<Value> {
        let request = Request::get(path).body(Body::empty()).map_err(Error::internal)?;
        let caller = Caller::service(tenant, "gateway");
        read_json(gateway.parts.services.call(ServiceName::PluginHost, &caller, request).await?).await
    };
    let (features, previews) =
        tokio::join!(ask("/internal/plugins/v1/portal-features"), ask("/internal/plugins/v1/portal-previews"));
    // A plugin host of the version before has no previews.
    Ok(json!({ "features": features?, "previews": previews.unwrap_or_else(|_| json!([])) }))
}
