//! The operator's commands. Each prints its result on stdout and nothing else there.

use crate::cli::{AuditCommand, KeysCommand, OperatorCommand, PluginCommand, RolloutCommand, TenantCommand};
use crate::platform::Platform;
use anyhow::Context as _;
use runtime::config::SecretUrl;
use runtime::{Config, Tasks};
use serde_json::{Value, json};
use std::io::Write as _;
use std::time::Duration;
use tenant_admin::{Closing, TenantAdmin};

/// How long a command waits for its background work at the end.
const LINGER: Duration = Duration::from_secs(2);

/// Makes roles and tables in the configured database.
pub async fn migrate(config: Config) -> anyhow::Result<()> {
    let url = config.database.url.as_ref().map(SecretUrl::masked).context("DATABASE_URL is not set")?;
    let platform = Platform::join(config, Tasks::new()).await?;
    platform.migrate().await?;
    platform.stop(LINGER).await;
    print(&json!({ "migrated": url, "migrations": store::MIGRATIONS.iter().count() }))
}

/// Serves the embedded S3 until it is told to stop.
pub async fn dev_s3(config: Config) -> anyhow::Result<()> {
    let tasks = Tasks::new();
    tasks.shutdown_on_signals(Duration::ZERO)?;
    let folder = runtime::data_dir::DataDir::open(&config.data_dir)?;
    let endpoint = runtime::embedded::s3::serve(&config.s3, folder.path(), &tasks).await?;
    print(&json!({
        "url": endpoint.url, "bucket": endpoint.bucket, "region": endpoint.region,
        "accessKey": endpoint.access_key, "secretKey": endpoint.secret_key.expose(),
    }))?;
    tasks.shutdown_token().cancelled().await;
    tasks.shutdown(LINGER).await;
    Ok(())
}

/// Serves Postgres, Redis and S3 until it is told to stop.
pub async fn dev_backends(config: Config) -> anyhow::Result<()> {
    let tasks = Tasks::new();
    tasks.shutdown_on_signals(Duration::ZERO)?;
    let folder = runtime::data_dir::DataDir::claim(&config.data_dir)?;
    let backends = runtime::embedded::Backends::start(&config, &folder, &tasks).await?;
    print(&json!({
        "databaseUrl": backends.database_url.expose(), "redisUrl": backends.redis_url.as_ref().map(SecretUrl::expose),
        "s3Url": backends.s3.url, "s3AccessKey": backends.s3.access_key, "s3SecretKey": backends.s3.secret_key.expose(),
    }))?;
    tasks.shutdown_token().cancelled().await;
    tasks.shutdown(LINGER).await;
    backends.stop().await;
    Ok(())
}

/// Organisations.
pub async fn tenant(config: Config, command: TenantCommand) -> anyhow::Result<()> {
    let platform = Platform::beside(config, Tasks::new()).await?;
    let state = crate::roles::tenant_admin(&platform)?;
    match command {
        TenantCommand::Create { slug, name, admin, user_ref, plan } => {
            let new = tenant_admin::NewTenant { slug, name, plan, admin_email: admin, admin_name: None, user_ref };
            print(&crate::demo::create_tenant(&platform, new).await?)?;
        }
        TenantCommand::List => {
            for listed in tenant_admin::list_tenants(&state).await? {
                print(&serde_json::to_value(listed)?)?;
            }
        }
        TenantCommand::Suspend { slug } => close(&state, &slug, Closing::Suspend).await?,
        TenantCommand::Resume { slug } => close(&state, &slug, Closing::Resume).await?,
        TenantCommand::Delete { slug, now: false } => close(&state, &slug, Closing::Delete).await?,
        TenantCommand::Delete { slug, now: true } => close(&state, &slug, Closing::DeleteNow).await?,
        TenantCommand::Plan { slug, plan } => {
            print(&serde_json::to_value(tenant_admin::set_plan(&state, &slug, &plan).await?)?)?;
        }
    }
    // What was published to the gateways must be on its way before we go.
    platform.tasks.request_shutdown();
    drop(platform.tasks.shutdown(LINGER).await);
    finish(platform).await
}

/// The audit log.
pub async fn audit(config: Config, command: AuditCommand) -> anyhow::Result<()> {
    let AuditCommand::Verify { tenant, kept } = command;
    let platform = Platform::beside(config, Tasks::new()).await?;
    let admin = crate::roles::tenant_admin(&platform)?;
    let id = tenant_admin::find_tenant(&admin, &tenant).await?;
    let found = tenant_admin::verify(&admin, id, kept.as_deref()).await?;
    writeln!(std::io::stdout(), "{}", serde_json::to_string(&found)?)?;
    finish(platform).await?;
    anyhow::ensure!(found.is_intact(), "the audit log of {tenant} is not as it was written");
    Ok(())
}

async fn close(state: &TenantAdmin, slug: &str, what: Closing) -> anyhow::Result<()> {
    print(&serde_json::to_value(tenant_admin::close_tenant(state, slug, what).await?)?)
}

/// Plugins.
pub async fn plugin(config: Config, command: PluginCommand) -> anyhow::Result<()> {
    match command {
        PluginCommand::Isolation => print(&json!(plugin_host::isolation(&config)?)),
        PluginCommand::Install { package, tenant } => {
            let platform = Platform::beside(config, Tasks::new()).await?;
            print(&crate::demo::install_plugin(&platform, &tenant, &package).await?)?;
            finish(platform).await
        }
        PluginCommand::Upload { file, tenant, publish } => {
            let platform = Platform::beside(config, Tasks::new()).await?;
            print(&crate::demo::upload_plugin(&platform, &tenant, &file, publish).await?)?;
            finish(platform).await
        }
        PluginCommand::Versions => {
            let platform = Platform::beside(config, Tasks::new()).await?;
            print_all(plugin_host::list_versions(&platform.db).await?)?;
            finish(platform).await
        }
    }
}

/// Rollouts.
pub async fn rollout(config: Config, command: RolloutCommand) -> anyhow::Result<()> {
    let platform = Platform::beside(config, Tasks::new()).await?;
    match command {
        RolloutCommand::Start { package, version, canary, waves, parallel, soak, min_requests, longest } => {
            let admin = crate::roles::tenant_admin(&platform)?;
            let mut canaries = Vec::new();
            for slug in canary {
                canaries.push(tenant_admin::find_tenant(&admin, &slug).await?);
            }
            let allow = plugin_host::AllowList::new(&platform.config.plugins.allow)?;
            let gate = plugin_host::Gate {
                soak_seconds: soak,
                min_requests,
                longest_seconds: longest.max(soak),
                ..plugin_host::Gate::default()
            };
            let new = plugin_host::NewRollout { package, version, canaries, waves, parallel, gate, only: None };
            let id = plugin_host::start_rollout(&platform.db, &platform.clock, &allow, new).await?;
            print(&json!({ "id": id }))?;
        }
        RolloutCommand::List => print_all(plugin_host::list_rollouts(&platform.db, None).await?)?,
        RolloutCommand::Show { id } => print_all(plugin_host::list_rollouts(&platform.db, Some(id)).await?)?,
        RolloutCommand::Stop { id } => plugin_host::wish(&platform.db, id, plugin_host::Wish::Stop).await?,
        RolloutCommand::Revert { id } => plugin_host::wish(&platform.db, id, plugin_host::Wish::Revert).await?,
    }
    finish(platform).await
}

/// The operator's way into a browser, and out.
pub async fn operator(config: Config, command: OperatorCommand) -> anyhow::Result<()> {
    let platform = Platform::beside(config, Tasks::new()).await?;
    let (db, clock) = (&platform.db, &platform.clock);
    let done = match command {
        OperatorCommand::Link { name } => {
            json!(gateway::operator_link(db, clock, &platform.config.apex_url(), &name).await?)
        }
        OperatorCommand::SignOut => json!({ "ended": gateway::operator_sign_out(db, clock).await? }),
    };
    print(&done)?;
    finish(platform).await
}

fn print_all(values: Vec<Value>) -> anyhow::Result<()> {
    values.iter().try_for_each(print)
}

/// Keys that wrap data keys.
pub async fn keys(config: Config, command: KeysCommand) -> anyhow::Result<()> {
    let platform = Platform::beside(config, Tasks::new()).await?;
    let admin = crate::roles::tenant_admin(&platform)?;
    let wrapper = platform.db.keys().current().clone();
    let done = match command {
        KeysCommand::Status => {
            let health = wrapper.health().await;
            json!({ "wrapper": wrapper.kind(), "healthy": health.is_ok(), "problem": health.err().map(|it| it.message) })
        }
        KeysCommand::Rewrap => json!({ "wrapper": wrapper.kind(), "done": tenant_admin::rewrap_all(&admin).await? }),
        KeysCommand::Rotate { tenant } => {
            let id = tenant_admin::find_tenant(&admin, &tenant).await?;
            json!({ "tenant": tenant, "key": tenant_admin::jobs::upkeep::rotate_data_key(&admin, id, "operator").await? })
        }
    };
    print(&done)?;
    finish(platform).await
}

/// Keys without an owner.
pub async fn check_keys(config: Config) -> anyhow::Result<()> {
    let platform = Platform::beside(config, Tasks::new()).await?;
    let scan = runtime::key_scan::KeyScan::of(&platform.cache, &platform.objects).await?;
    print(&serde_json::to_value(&scan)?)?;
    finish(platform).await?;
    anyhow::ensure!(scan.strange.is_empty(), "there are keys that say no owner: {}", scan.strange.join(", "));
    Ok(())
}

/// Jobs that were given up, one JSON object a line.
pub async fn dead_jobs(config: Config, limit: i64) -> anyhow::Result<()> {
    let platform = Platform::beside(config, Tasks::new()).await?;
    for job in store::queue::list_dead(&platform.db, limit).await? {
        print(&json!({
            "tenantId": job.tenant_id, "queue": job.queue, "key": job.key, "attempts": job.attempts,
            "lastError": job.last_error,
            "createdAt": job.created_at.format(&time::format_description::well_known::Rfc3339)?,
        }))?;
    }
    finish(platform).await
}

/// A command beside a server must not remove the server's run file, so it only lets go of its connections.
async fn finish(platform: Platform) -> anyhow::Result<()> {
    platform.tasks.request_shutdown();
    platform.db.close().await;
    Ok(())
}

fn print(value: &Value) -> anyhow::Result<()> {
    Ok(writeln!(std::io::stdout(), "{value}")?)
}
