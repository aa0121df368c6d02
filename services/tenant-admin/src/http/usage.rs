//! What the organisation uses of what its plan allows.

use crate::domain::usage::{Counted, Usage, last_minute};
use crate::state::TenantAdmin;
use crate::store::{member, tenant};
use axum::body::Body;
use axum::extract::State;
use axum::http::Request;
use http_shell::{Caller, Json, Result, ServiceName, read_json};
use kernel::{Error, TenantId};
use runtime::cache::CacheKey;
use serde::Serialize;
use serde_json::Value;
use std::time::Duration;
use utoipa::ToSchema;

/// How long another service may take to say how much there is.
const PATIENCE: Duration = Duration::from_secs(2);

/// The plan, and a line for each of its limits.
#[derive(Serialize, ToSchema)]
pub(crate) struct UsageReport {
    plan: String,
    items: Vec<Usage>,
}

/// Shows how much of what the plan allows is used.
#[utoipa::path(get, path = "/api/tenant-admin/v1/usage", tag = "organisation",
    responses((status = 200, body = UsageReport)))]
pub(crate) async fn get_usage(State(admin): State<TenantAdmin>, caller: Caller) -> Result<Json<UsageReport>> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let plan = tenant::get(&mut tx).await?.plan;
    let members = u64::try_from(member::count(&mut tx).await?).ok();
    tx.rollback().await?;
    let allowed = admin.config.plans.get(&plan);
    let entities = ask(&admin, caller.tenant, ServiceName::Catalog, "/api/catalog/entities/by-query?limit=0");
    let workers = ask(&admin, caller.tenant, ServiceName::PluginHost, "/api/plugins/v1/installed");
    let (entities, workers, requests) = tokio::join!(entities, workers, requests(&admin, caller.tenant));
    let entities = entities.and_then(|answer| answer["totalItems"].as_u64());
    let workers = workers.and_then(|answer| answer["items"].as_array().map(|items| with_back_end(items)));
    let items = vec![
        Usage::new(Counted::Members, members, allowed.members),
        Usage::new(Counted::Entities, entities, allowed.entities),
        Usage::new(Counted::Workers, workers, allowed.workers),
        Usage::new(Counted::RequestsPerMinute, requests, allowed.requests_per_minute),
    ];
    Ok(Json(UsageReport { plan, items }))
}

fn with_back_end(plugins: &[Value]) -> u64 {
    plugins.iter().filter(|plugin| plugin["hasBackend"] == true).count().try_into().unwrap_or(u64::MAX)
}

/// What another service says; nothing when it does not answer in time.
async fn ask(admin: &TenantAdmin, tenant: TenantId, service: ServiceName, path: &str) -> Option<Value> {
    let client = admin.services.as_ref()?;
    let asked = async {
        let request = Request::get(path).body(Body::empty()).map_err(Error::internal)?;
        read_json(client.call(service, &Caller::service(tenant, "tenant-admin"), request).await?).await
    };
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok(answer)) => Some(answer),
        Ok(Err(error)) => {
            tracing::debug!(%tenant, %error, path, "no count");
            None
        }
        Err(_) => None,
    }
}

async fn requests(admin: &TenantAdmin, tenant: TenantId) -> Option<u64> {
    let now = admin.clock.now().unix_timestamp();
    let minute = now.div_euclid(60);
    let keys = [CacheKey::requests(tenant, minute), CacheKey::requests(tenant, minute - 1)];
    match admin.ground.cache.counts(&keys).await?[..] {
        [present, before] => Some(last_minute(present, before, u64::try_from(now.rem_euclid(60)).unwrap_or_default())),
        _ => None,
    }
}
