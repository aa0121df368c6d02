//! Packages from npm, unmodified. These tests download, so they run on request: `cargo test -p plugin-host -- --ignored`.

use crate::host::Host;
use axum::extract::State as Extracted;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use credential::plugin_token::{Bearer, Issuer};
use credential::signing::PublicKey;
use http::{HeaderMap, Method, StatusCode, Uri};
use http_shell::Caller;
use kernel::{Clock as _, SystemClock, TenantId};
use plugin_host::config::Tools;
use serde_json::json;
use std::time::Duration;
use store::Db;
use testkit::{admin, caller};

/// Node and the programs as `make up` finds them.
fn found() -> Tools {
    Tools::Found(Box::new(runtime::Config::load(runtime::config::Sources::default()).unwrap()))
}

/// The platform as a worker sees it: one entity, for whoever shows a token that was made for this plugin.
async fn serve_catalog(db: Db, tenant: TenantId, host: String, listener: tokio::net::TcpListener) {
    async fn answer(
        Extracted((db, tenant, host)): Extracted<(Db, TenantId, String)>,
        uri: Uri,
        headers: HeaderMap,
    ) -> Response {
        assert_eq!(headers["host"], host.as_str());
        let token = headers["authorization"].to_str().unwrap().strip_prefix("Bearer ").unwrap();
        let mut tx = db.tenant(tenant).await.unwrap();
        let keys = store::signing_keys::list_public(&mut tx).await.unwrap();
        let keys: Vec<PublicKey> = keys.into_iter().map(|(id, point)| PublicKey { id, point }).collect();
        let origin = format!("http://{host}");
        let issuer = Issuer { tenant, origin: &origin };
        let bearer = issuer.verify(token, &keys, SystemClock.now());
        assert!(
            matches!(&bearer, Some(Bearer::UserThroughPlugin { plugin_id, .. } | Bearer::Worker { plugin_id }) if plugin_id == "badges"),
            "{bearer:?}"
        );
        let entity = json!({
            "apiVersion": "backstage.io/v1alpha1", "kind": "Component",
            "metadata": { "name": "payments", "namespace": "default", "uid": "1" },
            "spec": { "type": "service", "lifecycle": "production", "owner": "team-a" }, "relations": [],
        });
        match uri.path() {
            "/api/catalog/entities/by-name/component/default/payments" => Json(entity).into_response(),
            "/api/catalog/entities/by-refs" => Json(json!({ "items": [entity] })).into_response(),
            "/api/catalog/entities/by-query" => {
                Json(json!({ "items": [entity], "totalItems": 1, "pageInfo": {} })).into_response()
            }
            "/api/catalog/entities" => Json(json!([entity])).into_response(),
            other => panic!("unexpected call: {other}"),
        }
    }
    let router = Router::new().fallback(answer).with_state((db, tenant, host));
    axum::serve(listener, router).await.unwrap();
}

#[tokio::test]
#[ignore = "downloads from npm"]
async fn an_unmodified_back_end_answers_with_its_own_schema_in_postgres() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gateway = format!("http://{}", listener.local_addr().unwrap());
    let host = Host::with(|config| {
        config.tools = found();
        config.gateway_url = gateway;
        config.limits.start = Duration::from_secs(60);
        config.health_timeout = Duration::from_secs(10);
    });
    let host = host.await;
    let url = host.plugins_url.clone();
    let (db, tenant) = (host.test.db.clone(), host.tenant);
    host.tasks.spawn("catalog", {
        let stop = host.tasks.shutdown_token();
        async move {
            stop.run_until_cancelled(serve_catalog(db, tenant, "acme.localhost:7007".into(), listener)).await;
        }
    });
    let installed = host.install("@backstage-community/plugin-badges-backend").await.unwrap();
    assert_eq!(installed["pluginId"], "badges");
    host.configure("badges", json!({ "app": { "badges": { "obfuscate": true } } })).await;
    let reply = host.get("/api/badges/entity/default/component/payments/obfuscated").await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    let uuid = reply.json()["uuid"].as_str().unwrap().to_owned();
    let mut connection = <sqlx::PgConnection as sqlx::Connection>::connect(&url).await.unwrap();
    let schema: String =
        sqlx::query_scalar("select table_schema::text from information_schema.tables where table_name = 'badges'")
            .fetch_one(&mut connection)
            .await
            .unwrap();
    assert_eq!(schema, format!("t_{}_badges", host.tenant.as_uuid().simple()));
    let specs = host.get(&format!("/api/badges/entity/{uuid}/badge-specs")).await;
    assert_eq!(specs.status, StatusCode::OK, "{}", specs.text());
    assert!(specs.text().contains("lifecycle"), "{}", specs.text());
    host.stop().await;
}

#[tokio::test]
#[ignore = "downloads from npm; needs the built portal"]
async fn an_unmodified_front_end_becomes_a_remote_that_every_process_serves() {
    let host = Host::with(|config| config.tools = found()).await;
    let installed = host.install("@backstage-community/plugin-tech-radar").await.unwrap();
    assert_eq!((&installed["pluginId"], &installed["hasFrontend"]), (&json!("tech-radar"), &json!(true)));
    assert_eq!(installed["worker"], serde_json::Value::Null);
    let gateway = Caller::service(host.tenant, "gateway");
    let features = host.request(Some(&gateway), Method::GET, "/internal/plugins/v1/portal-features", None).await.json();
    let entry = features[0]["entry"].as_str().unwrap().to_owned();
    assert_eq!(features[0]["modules"], json!([{ "expose": "./alpha" }]));
    let nobody = caller(host.tenant, kernel::Principal::Nobody);
    let manifest = host.request(Some(&nobody), Method::GET, &entry, None).await;
    assert_eq!(manifest.status, StatusCode::OK);
    assert_eq!(manifest.headers["content-type"], "application/json");
    assert_eq!(manifest.headers["cache-control"], "public, max-age=31536000, immutable");
    assert_eq!(manifest.headers["x-content-type-options"], "nosniff");
    let script =
        entry.replace("mf-manifest.json", manifest.json()["metaData"]["remoteEntry"]["name"].as_str().unwrap());
    let script = host.request(Some(&nobody), Method::GET, &script, None).await;
    assert_eq!(script.headers["content-type"], "text/javascript; charset=utf-8");
    let globex = admin(host.test.tenant("globex").await);
    assert_eq!(host.request(Some(&globex), Method::GET, &entry, None).await.status, StatusCode::NOT_FOUND);
    let refused = host.get("/api/tech-radar/data").await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND, "{}", refused.text());
    host.stop().await;
}
