//! No address that leads inside is connected to, on any path that takes one from a tenant.

use crate::ground;
use crate::scene::{HOSTS, READ, SEARCH, TREE};
use axum::Router;
use http::{Method, StatusCode};
use http_shell::Caller;
use integrations::{Integrations, World};
use kernel::TenantId;
use runtime::Tasks;
use serde_json::{Value, json};
use testkit::ssrf::{Canary, Tried, battery, canary_sings, vectors};
use testkit::{Reply, TestDb, admin, key, request};

struct Paths {
    router: Router,
    tenant: TenantId,
}

impl Paths {
    async fn inside(&self, path: &str, body: Value) -> Reply {
        let caller = Caller::service(self.tenant, "catalog");
        request(&self.router, Some(&caller), Method::POST, path, Some(body)).await
    }

    async fn asked(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        request(&self.router, Some(&admin(self.tenant)), method, path, body).await
    }
}

/// Refusals are 400 and 403; whoever was asked and did not answer is 503, and a success is one.
fn judged(reply: &Reply) -> Tried {
    match reply.status {
        StatusCode::BAD_REQUEST | StatusCode::FORBIDDEN | StatusCode::UNPROCESSABLE_ENTITY => Tried::Refused,
        _ => Tried::Went,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_path_connects_to_an_inner_address_in_any_disguise() {
    let (canary, tasks, test) = (Canary::start().await, Tasks::new(), TestDb::new().await);
    canary_sings(&canary).await;
    let tenant = test.tenant("acme").await;
    let world = World { outbound: canary.outbound(), public: Vec::new(), demo: None };
    let state = Integrations::in_world(world, ground(&test, &tasks));
    let paths = Paths { router: integrations::service(state, &key()).router, tenant };
    assert!(vectors(1).len() >= 200);

    let read =
        battery(&canary, "reading a file", async |url| judged(&paths.inside(READ, json!({ "url": url })).await)).await;
    let tree =
        battery(&canary, "reading a folder", async |url| judged(&paths.inside(TREE, json!({ "url": url })).await))
            .await;
    let search = async |url: &str| judged(&paths.inside(SEARCH, json!({ "url": url })).await);
    let search = battery(&canary, "searching files", search).await;
    let push = async |url: &str| {
        let body =
            json!({ "remoteUrl": url, "branch": "main", "message": "m", "files": [{ "path": "a", "content": "" }] });
        judged(&paths.inside("/internal/integrations/v1/push", body).await)
    };
    let push = battery(&canary, "pushing", push).await;
    let webhook = async |url: &str| {
        let body = json!({ "method": "POST", "url": url, "headers": {}, "body": "" });
        judged(&paths.inside("/internal/integrations/v1/deliver", body).await)
    };
    let webhook = battery(&canary, "a webhook", webhook).await;
    let bucket = async |url: &str| {
        let body = json!({ "method": "PUT", "url": format!("{url}bucket/key"), "headers": {}, "body": "" });
        judged(&paths.inside("/internal/integrations/v1/deliver", body).await)
    };
    let bucket = battery(&canary, "a bucket's endpoint", bucket).await;
    let source_host = async |url: &str| {
        let form = json!({ "kind": "gitlab", "host": "git.acme.example", "apiBaseUrl": url });
        let connected = paths.asked(Method::POST, HOSTS, Some(form)).await;
        if connected.status != StatusCode::CREATED {
            return judged(&connected);
        }
        let host = format!("{HOSTS}/{}", connected.json()["id"].as_str().unwrap());
        let tested = paths.asked(Method::POST, &format!("{host}/test"), None).await.json();
        paths.asked(Method::DELETE, &host, None).await;
        let message = tested["message"].as_str().unwrap_or_default();
        let refused = message.contains("is not allowed") || message.contains("cannot be read");
        if refused { Tried::Refused } else { Tried::Went }
    };
    let source_host = battery(&canary, "a source host's API", source_host).await;
    // Discovery, keys and tokens: what is not https is refused anyhow, so each is asked for as https.
    let provider = async |url: &str| {
        let redirects = url.starts_with(&canary.redirecting_to(""));
        let url = if redirects { url.to_owned() } else { url.replacen("http:", "https:", 1) };
        judged(&paths.inside("/internal/integrations/v1/exchange", json!({ "url": url, "maxBytes": 1_000 })).await)
    };
    let provider = battery(&canary, "an identity provider", provider).await;
    for tried in [read, tree, search, push, webhook, bucket, source_host, provider] {
        assert!(tried >= 400, "{tried} vectors");
    }
    tasks.request_shutdown();
}
