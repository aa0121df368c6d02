//! How the services are put together: all in one process, or one role by itself.

use crate::demo;
use crate::openapi::documents;
use crate::platform::Platform;
use crate::serve::{READINESS, bind, listen};
use anyhow::Context as _;
use axum::Router;
use credential::LinkKey;
use http_shell::ServiceName;
use integrations::Integrations;
use runtime::mail::Mailer;
use runtime::{Config, Tasks};
use std::io::Write as _;
use std::time::Duration;
use tenant_admin::TenantAdmin;

/// How long shutdown waits for requests and background work.
const SHUTDOWN: Duration = Duration::from_secs(15);

/// A role that can be a process of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The public edge.
    Gateway,
    /// Entities, locations, search.
    Catalog,
    /// Templates and tasks.
    Scaffolder,
    /// Reading the outside world.
    Integrations,
    /// Organisations and their people.
    TenantAdmin,
    /// Plugins and their workers.
    PluginHost,
}

/// Every role in this process, with embedded defaults.
pub async fn run_all(config: Config) -> anyhow::Result<()> {
    let tasks = Tasks::new();
    tasks.shutdown_on_signals(config.drain)?;
    // Before anything is started: a taken port is the likeliest reason to give up.
    let listener = bind(config.listen).await?;
    let platform = Platform::start(config, tasks.clone()).await?;
    let served = serve_all(&platform, listener).await;
    tasks.request_shutdown();
    platform.stop(SHUTDOWN).await;
    served
}

async fn serve_all(platform: &Platform, listener: tokio::net::TcpListener) -> anyhow::Result<()> {
    let integrations = integrations_state(platform)?;
    let client = &platform.client;
    client.attach(ServiceName::Integrations, integrations::service(integrations.clone(), &platform.key).router);
    client.attach(ServiceName::TenantAdmin, tenant_admin_role(platform)?);
    client.attach(ServiceName::Catalog, catalog_role(platform));
    client.attach(ServiceName::Scaffolder, scaffolder_role(platform));
    client.attach(ServiceName::PluginHost, plugin_host_role(platform)?);
    let samples = demo::samples(&integrations, &platform.config).await?;
    let edge = gateway_role(platform, samples.first().map(|sample| sample.location.clone()))?;
    let greeting = demo::prepare(platform, &samples);
    let announce = async {
        match greeting.await {
            Ok(lines) => announce(platform, &lines),
            Err(error) => tracing::error!(error = format!("{error:#}"), "the demo organisation could not be made"),
        }
    };
    let (served, ()) = tokio::join!(listen(listener, edge, &platform.tasks), announce);
    served
}

/// One role by itself; the others are at the configured addresses.
pub async fn run_one(role: Role, config: Config) -> anyhow::Result<()> {
    let tasks = Tasks::new();
    tasks.shutdown_on_signals(config.drain)?;
    let listener = bind(config.listen).await?;
    let platform = Platform::join(config, tasks.clone()).await?;
    platform.db.probe().await.context("the database does not answer")?;
    point_to_others(&platform)?;
    let router = match role {
        Role::Gateway => gateway_role(&platform, None)?,
        Role::Catalog => catalog_role(&platform),
        Role::Scaffolder => scaffolder_role(&platform),
        Role::TenantAdmin => tenant_admin_role(&platform)?,
        Role::PluginHost => plugin_host_role(&platform)?,
        Role::Integrations => {
            let state = integrations_state(&platform)?;
            demo::samples(&state, &platform.config).await?;
            integrations::service(state, &platform.key).router
        }
    };
    let router = if role == Role::Gateway { router } else { with_health(router) };
    let served = listen(listener, router, &tasks).await;
    tasks.request_shutdown();
    platform.stop(SHUTDOWN).await;
    served
}

/// Roles behind the gateway answer the same probes as it does.
fn with_health(router: Router) -> Router {
    let ok = || async { axum::Json(serde_json::json!({ "status": "ok" })) };
    Router::new()
        .route(READINESS, axum::routing::get(ok))
        .route("/.backstage/health/v1/liveness", axum::routing::get(ok))
        .fallback_service(router)
}

fn point_to_others(platform: &Platform) -> anyhow::Result<()> {
    let services = &platform.config.services;
    let addresses = [
        (ServiceName::Catalog, &services.catalog_url),
        (ServiceName::Scaffolder, &services.scaffolder_url),
        (ServiceName::Integrations, &services.integrations_url),
        (ServiceName::TenantAdmin, &services.tenant_admin_url),
        (ServiceName::PluginHost, &services.plugin_host_url),
    ];
    for (service, urls) in addresses {
        if let Some(urls) = urls {
            let urls: Vec<String> = urls.split(',').map(|url| url.trim().to_owned()).collect();
            platform.client.point_to(service, &urls)?;
        }
    }
    Ok(())
}

fn integrations_state(platform: &Platform) -> anyhow::Result<Integrations> {
    let ground = integrations::Ground {
        db: platform.db.clone(),
        clock: platform.clock.clone(),
        cache: platform.cache.clone(),
        bus: platform.bus.clone(),
        tasks: platform.tasks.clone(),
    };
    Integrations::new(&platform.config, ground)
}

/// The service's state, which commands use without serving it.
pub fn tenant_admin(platform: &Platform) -> anyhow::Result<TenantAdmin> {
    let config = tenant_admin::Config::from_settings(&platform.config);
    let ground = tenant_admin::Ground {
        mailer: Mailer::new(&platform.config.smtp)?,
        cache: platform.cache.clone(),
        objects: Some(platform.objects.clone()),
        plugins_url: Some(platform.plugins_url.clone()),
        link_key: LinkKey::of(&platform.internal_secret),
        tasks: platform.tasks.clone(),
    };
    let admin = TenantAdmin::new(config, platform.db.clone(), platform.clock.clone(), platform.bus.clone(), ground);
    Ok(admin.with_services(platform.client.clone()))
}

fn tenant_admin_role(platform: &Platform) -> anyhow::Result<Router> {
    let state = tenant_admin(platform)?;
    tenant_admin::jobs::start(&state, &platform.client, &platform.tasks);
    Ok(tenant_admin::routes().build(state, &platform.key).router)
}

fn catalog_role(platform: &Platform) -> Router {
    let state = catalog::State::new(
        platform.db.clone(),
        platform.client.clone(),
        catalog::Config { plans: platform.config.plans.clone(), ..catalog::Config::new(&platform.config.catalog) },
        &platform.internal_secret,
        platform.clock.clone(),
    );
    catalog::jobs::start(&state, &platform.tasks);
    catalog::routes().build(state, &platform.key).router
}

fn scaffolder_role(platform: &Platform) -> Router {
    let config = scaffolder::Config::of_settings(platform.folder.path(), &platform.config);
    let state = scaffolder::State::new(platform.db.clone(), platform.client.clone(), config, platform.tasks.clone())
        .with(platform.objects.clone(), platform.bus.clone());
    scaffolder::start(state.clone());
    scaffolder::routes().build(state, &platform.key).router
}

fn plugin_host_role(platform: &Platform) -> anyhow::Result<Router> {
    let plugins_url = Some(platform.plugins_url.expose().to_owned());
    let config = plugin_host::Config::of_process(&platform.config, plugins_url, platform.bundle_seeds.clone())?;
    let (db, objects, clock) = (platform.db.clone(), platform.objects.clone(), platform.clock.clone());
    let state = plugin_host::State::new(db, platform.client.clone(), objects, config, clock, &platform.tasks);
    state.hear_of_secrets(&platform.bus, &platform.tasks);
    state.hear_of_previews(&platform.bus, &platform.tasks);
    plugin_host::jobs::spawn(&state, &platform.tasks);
    Ok(plugin_host::routes().build(state, &platform.key).router)
}

fn gateway_role(platform: &Platform, demo_sample_url: Option<String>) -> anyhow::Result<Router> {
    let config = gateway::Config { demo_sample_url, ..gateway::Config::from_settings(&platform.config)? };
    let gateway = gateway::Gateway::new(gateway::Parts {
        config,
        db: platform.db.clone(),
        clock: platform.clock.clone(),
        services: platform.client.clone(),
        cache: platform.cache.clone(),
        bus: platform.bus.clone(),
        tasks: platform.tasks.clone(),
        documents: documents()?,
    });
    Ok(gateway::edge(gateway, &platform.key))
}

/// Tells the person at the terminal what runs and where.
fn announce(platform: &Platform, demo: &[String]) {
    let mut text = String::new();
    for note in platform.notes() {
        text += &format!("  {note}\n");
    }
    text += &format!("\nProscenium is ready at {}\n", platform.config.apex_url());
    for line in demo {
        text += &format!("  {line}\n");
    }
    // A terminal that went away is no reason to stop serving.
    drop(std::io::stdout().write_all(text.as_bytes()));
}
