//! The demo organisation and its sample repositories, and what commands make in a running installation.

use crate::platform::Platform;
use crate::roles::tenant_admin;
use axum::body::Body;
use http_shell::{Caller, ServiceName, read_json};
use integrations::Integrations;
use integrations::demo_git::Sample;
use kernel::ErrorKind;
use runtime::Config;
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

/// How long a command waits for a package to be installed.
const INSTALL_PATIENCE: Duration = Duration::from_secs(600);

/// Makes the sample repositories where there is a demo git host; the first is the one that the onboarding page offers.
pub async fn samples(integrations: &Integrations, config: &Config) -> anyhow::Result<Vec<Sample>> {
    match &integrations.demo {
        Some(host) => Ok(integrations::demo_git::samples(host, &config.apex_url()).await?),
        None => Ok(Vec::new()),
    }
}

/// Makes the demo organisation with its samples; returns lines to print. Nothing without `demo`.
pub async fn prepare(platform: &Platform, samples: &[Sample]) -> anyhow::Result<Vec<String>> {
    if !platform.config.demo {
        return Ok(Vec::new());
    }
    let demo = ::tenant_admin::demo_tenant(&tenant_admin(platform)?).await?;
    if demo.created.is_some() {
        for sample in samples {
            register(platform, demo.tenant.id, &sample.location).await?;
        }
    }
    Ok(vec![
        format!("Sign up an organisation there, or look at the demo first: {}", demo.url),
        "The link signs in once, as the demo's administrator.".to_owned(),
    ])
}

async fn register(platform: &Platform, tenant: kernel::TenantId, url: &str) -> anyhow::Result<()> {
    let request = axum::http::Request::post("/api/catalog/locations")
        .header("content-type", "application/json")
        .body(Body::from(json!({ "type": "url", "target": url }).to_string()))?;
    let caller = Caller::service(tenant, "demo");
    match read_json::<Value>(platform.client.call(ServiceName::Catalog, &caller, request).await?).await {
        Err(error) if error.kind != ErrorKind::Conflict => Err(error.into()),
        _ => Ok(()),
    }
}

/// `proscenium tenant create`.
pub async fn create_tenant(platform: &Platform, new: ::tenant_admin::NewTenant) -> anyhow::Result<Value> {
    let made = ::tenant_admin::create_tenant(&tenant_admin(platform)?, new).await?;
    Ok(serde_json::to_value(made)?)
}

/// `proscenium plugin install`.
pub async fn install_plugin(platform: &Platform, slug: &str, package: &str) -> anyhow::Result<Value> {
    let tenant = ::tenant_admin::find_tenant(&tenant_admin(platform)?, slug).await?;
    let allow = plugin_host::AllowList::new(&platform.config.plugins.allow)?;
    let installed =
        plugin_host::install(&platform.db, &platform.clock, &allow, tenant, package, INSTALL_PATIENCE).await?;
    Ok(serde_json::to_value(installed)?)
}

/// Uploads a plugin of an organisation's own, waits until a running server has built it, and publishes it if that is asked.
pub async fn upload_plugin(platform: &Platform, slug: &str, file: &Path, publish: bool) -> anyhow::Result<Value> {
    let tenant = ::tenant_admin::find_tenant(&tenant_admin(platform)?, slug).await?;
    let desk = plugin_host::Desk {
        db: platform.db.clone(),
        objects: platform.objects.clone(),
        clock: platform.clock.clone(),
        allow: plugin_host::AllowList::new(&platform.config.plugins.allow)?,
        plans: platform.config.plans.clone(),
        incoming: platform.config.data_dir.join("incoming"),
    };
    let found = plugin_host::upload(&desk, tenant, file, publish, INSTALL_PATIENCE).await?;
    Ok(found)
}
