//! Through the service's router, with a web server and git of our own on loopback.
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod budgets;
mod demo_git;
mod exchange;
mod fakes;
mod github;
mod gitlab;
mod glob;
mod read;
mod reading;
mod scene;
mod source_hosts;
mod ssrf;

use axum::Router;
use http::Method;
use http_shell::Caller;
use integrations::{Ground, Integrations, World};
use kernel::TenantId;
use runtime::Tasks;
use runtime::bus::Bus;
use runtime::cache::Cache;
use serde_json::Value;
use testkit::{Reply, TestDb, key, request};

/// Serves a router on a free port of 127.0.0.1 until the tasks end.
pub(crate) async fn serve(tasks: &Tasks, router: Router) -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let token = tasks.shutdown_token();
    tasks.spawn("server", async move {
        let _ = axum::serve(listener, router).with_graceful_shutdown(token.cancelled_owned()).await;
    });
    port
}

/// The service in a world of a test's own, with a database of its own.
pub(crate) async fn router(world: World, tasks: &Tasks) -> Router {
    let ground = ground(&TestDb::new().await, tasks);
    integrations::service(Integrations::in_world(world, ground), &key()).router
}

pub(crate) fn ground(test: &TestDb, tasks: &Tasks) -> Ground {
    Ground {
        db: test.db.clone(),
        clock: kernel::system_clock(),
        cache: Cache::new(None).unwrap(),
        bus: Bus::start(None, tasks).unwrap(),
        tasks: tasks.clone(),
    }
}

/// Another service, acting for some tenant.
pub(crate) fn service() -> Caller {
    Caller::service(TenantId::generate(), "catalog")
}

pub(crate) async fn post(router: &Router, path: &str, body: Value) -> Reply {
    request(router, Some(&service()), Method::POST, path, Some(body)).await
}

pub(crate) fn message(reply: &Reply) -> String {
    reply.json()["error"]["message"].as_str().unwrap_or_default().to_owned()
}
