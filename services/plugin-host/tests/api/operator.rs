//! The operator's routes: all organisations' versions, rollouts with the gate's figures, and a stop that stops.

use crate::host::Host;
use crate::notes::{Fault, PACKAGE, Traffic, host, lay_down};
use http::{Method, StatusCode};
use http_shell::TOKEN_HEADER;
use kernel::{Principal, TenantId};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use testkit::{Reply, admin, caller, key};

const BASE: &str = "/api/plugins/v1/operator";

impl Host {
    /// As the gateway sends what the operator asks: of no organisation.
    pub async fn operator(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        let token = key().issue(None, &Principal::Operator { name: "Ada".to_owned() }).unwrap();
        let mut request = http::Request::builder().method(method).uri(format!("{BASE}{path}"));
        request = request.header(TOKEN_HEADER, token).header("content-type", "application/json");
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        testkit::send(&self.router, request.body(axum::body::Body::from(body)).unwrap()).await
    }

    pub async fn shown(&self, path: &str) -> Value {
        let reply = self.operator(Method::GET, path, None).await;
        assert_eq!(reply.status, StatusCode::OK, "{path}: {}", reply.text());
        reply.json()
    }

    /// An organisation with a package as if it had been installed.
    async fn holds(&self, slug: &str, package: &str, version: &str) -> TenantId {
        let tenant = self.test.tenant(slug).await;
        self.test
            .execute_as_admin(&format!(
                "insert into plugin_package (tenant_id, package, plugin_id, source, version, state, backend,
                   requested_at, changed_at)
                 values ('{tenant}', '{package}', 'badges', 'npm', '{version}', 'installed',
                   '{{\"kind\":\"node\",\"bundle\":\"b\",\"features\":[\"b\"]}}', now(), now());
                 insert into plugin_installation (tenant_id, plugin_id, installed_at)
                   values ('{tenant}', 'badges', now());
                 insert into plugin_history (tenant_id, history_id, plugin_id, package, version, cause, since)
                   values ('{tenant}', '{}', 'badges', '{package}', '{version}', 'install', now())",
                uuid::Uuid::now_v7()
            ))
            .await;
        tenant
    }

    async fn pin(&self, tenant: TenantId) {
        self.test
            .execute_as_admin(&format!(
                "insert into plugin_policy (tenant_id, plugin_id, channel, pinned, changed_at)
                 values ('{tenant}', 'badges', 'early', true, now())"
            ))
            .await;
    }
}

#[tokio::test]
async fn nobody_but_the_operator_is_let_in() {
    let host = Host::at_rest().await;
    let id = "01900000-0000-7000-8000-000000000000";
    let routes = [
        (Method::GET, "/plugins".to_owned()),
        (Method::GET, format!("/organizations?package={PACKAGE}")),
        (Method::GET, "/history".to_owned()),
        (Method::GET, "/rollouts".to_owned()),
        (Method::POST, "/rollouts".to_owned()),
        (Method::GET, format!("/rollouts/{id}")),
        (Method::GET, format!("/rollouts/{id}/organizations")),
        (Method::GET, format!("/rollouts/{id}/organizations/{id}/pictures/a.jpg")),
        (Method::POST, format!("/rollouts/{id}/stop")),
        (Method::POST, format!("/rollouts/{id}/revert")),
        (Method::GET, "/workers".to_owned()),
        (Method::GET, "/isolation".to_owned()),
        (Method::GET, "/deeds".to_owned()),
    ];
    let others = [
        (None, StatusCode::UNAUTHORIZED),
        (Some(admin(host.tenant)), StatusCode::FORBIDDEN),
        (Some(testkit::member(host.tenant)), StatusCode::FORBIDDEN),
        (Some(caller(host.tenant, Principal::Worker { plugin_id: "notes".into() })), StatusCode::FORBIDDEN),
        (Some(caller(host.tenant, Principal::Service { name: "catalog".into() })), StatusCode::FORBIDDEN),
        (Some(caller(host.tenant, Principal::Provisioner { name: "Okta".into() })), StatusCode::FORBIDDEN),
    ];
    for (method, path) in &routes {
        for (by, status) in &others {
            let path = format!("{BASE}{path}");
            let body = (*method == Method::POST).then(|| json!({ "package": PACKAGE, "version": "1.0.0" }));
            let reply = host.request(by.as_ref(), method.clone(), &path, body).await;
            assert_eq!(reply.status, *status, "{method} {path} by {by:?}");
        }
        let own = host.operator(method.clone(), path, Some(json!({ "package": PACKAGE, "version": "1.0.0" }))).await;
        assert!(![401, 403].contains(&own.status.as_u16()) || path == "/rollouts", "{method} {path}: {}", own.text());
    }
    // And the operator is nobody in an organisation.
    let ada = caller(host.tenant, Principal::Operator { name: "Ada".into() });
    for path in ["/api/plugins/v1/installed", "/api/notes/version", "/internal/plugins/v1/portal-features"] {
        let reply = host.request(Some(&ada), Method::GET, path, None).await;
        assert_eq!(reply.status, StatusCode::FORBIDDEN, "{path}");
    }
    host.stop().await;
}

#[tokio::test]
async fn versions_are_counted_listed_and_paged_across_organisations() {
    let host = Host::at_rest().await;
    for (slug, version) in [("blue", "1.0.0"), ("green", "1.0.0"), ("red", "1.1.0")] {
        host.holds(slug, "badges", version).await;
    }
    let pinned = host.holds("white", "badges", "1.0.0").await;
    host.pin(pinned).await;
    host.holds("yellow", "zebra", "3.0.0").await;
    let all = host.shown("/plugins").await;
    assert_eq!(all["items"][0]["package"], "badges");
    assert_eq!(all["items"][0]["organizations"], 4);
    let first = &all["items"][0]["versions"][0];
    assert_eq!(
        first,
        &json!({ "version": "1.0.0", "organizations": 3, "installing": 0, "failed": 0, "early": 1, "held": 1 })
    );
    assert_eq!(all["items"][1]["package"], "zebra");
    let page = host.shown("/plugins?limit=1").await;
    assert_eq!((page["items"].as_array().unwrap().len(), &page["nextCursor"]), (1, &json!("badges")));
    let page = host.shown("/plugins?limit=1&cursor=badges").await;
    assert_eq!((&page["items"][0]["package"], &page["nextCursor"]), (&json!("zebra"), &Value::Null));
    let who = host.shown("/organizations?package=badges&version=1.0.0&limit=2").await;
    let slugs: Vec<&str> = who["items"].as_array().unwrap().iter().filter_map(|one| one["slug"].as_str()).collect();
    assert_eq!((slugs, &who["nextCursor"]), (vec!["blue", "green"], &json!("green")));
    let who = host.shown("/organizations?package=badges&version=1.0.0&limit=2&cursor=green").await;
    let white = &who["items"][0];
    assert_eq!((&white["slug"], &white["pinned"], &white["channel"]), (&json!("white"), &json!(true), &json!("early")));
    let history = host.shown("/history?package=badges&limit=3").await;
    assert_eq!(history["items"][0]["slug"], "white");
    let cursor = history["nextCursor"].as_str().unwrap();
    let rest = host.shown(&format!("/history?package=badges&limit=3&cursor={cursor}")).await;
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["items"][0]["slug"]), (1, &json!("blue")));
    assert_eq!(host.shown("/history?organization=red").await["items"].as_array().unwrap().len(), 1);
    for (path, field) in [
        ("/plugins?limit=0", "limit"),
        ("/plugins?limit=501", "limit"),
        ("/organizations", "package"),
        ("/history?cursor=x", "cursor"),
        ("/rollouts?cursor=x", "cursor"),
    ] {
        let reply = host.operator(Method::GET, path, None).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{path}");
        assert!(reply.json()["error"]["fields"][field].is_string(), "{path}: {}", reply.text());
    }
    let isolation = host.shown("/isolation").await;
    assert!(isolation["level"].is_string() && isolation["notContained"].is_array(), "{isolation}");
    assert_eq!(host.shown("/workers").await, json!({ "items": [], "total": 0, "awake": 0 }));
    host.stop().await;
}

#[tokio::test]
async fn a_rollout_that_cannot_begin_says_why_at_its_field() {
    let host = Host::at_rest().await;
    host.holds("blue", "badges", "1.0.0").await;
    let start = |change: Value| {
        let mut body = json!({ "package": "badges", "version": "1.1.0" });
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        host.operator(Method::POST, "/rollouts", Some(body))
    };
    for (change, field) in [
        (json!({ "version": "latest" }), "version"),
        (json!({ "version": "1.0.0" }), "package"),
        (json!({ "canaries": ["nobody"] }), "canaries"),
        (json!({ "canaries": ["acme"] }), "canaries"),
        (json!({ "waves": [0] }), "waves"),
        (json!({ "parallel": 0 }), "parallel"),
        (json!({ "gate": { "soakSeconds": 100, "longestSeconds": 50 } }), "gate.longestSeconds"),
        (json!({ "gate": { "errorRate": 2.0 } }), "gate.errorRate"),
        (json!({ "gate": { "latencyFactor": 0.5 } }), "gate.latencyFactor"),
    ] {
        let reply = start(change.clone()).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{change}: {}", reply.text());
        assert!(reply.json()["error"]["fields"][field].is_string(), "{change}: {}", reply.text());
    }
    assert_eq!(start(json!({ "package": "left-pad" })).await.status, StatusCode::FORBIDDEN);
    let begun = start(json!({ "canaries": [" Blue "] })).await;
    assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.text());
    assert_eq!(start(json!({})).await.status, StatusCode::CONFLICT, "one at a time");
    let id = begun.json()["id"].as_str().unwrap().to_owned();
    let shown = host.shown("/rollouts").await["items"][0].clone();
    assert_eq!((&shown["id"], &shown["phase"]), (&json!(id), &json!("preparing")));
    assert_eq!(shown["plan"]["by"], "operator:Ada");
    let deeds = host.shown("/deeds").await;
    let deed = &deeds["items"][0];
    assert_eq!((&deed["actor"], &deed["action"]), (&json!("operator:Ada"), &json!("rollout.start")));
    assert_eq!((&deed["target"], &deed["details"]["version"]), (&json!(id), &json!("1.1.0")));
    for path in
        ["/rollouts/01900000-0000-7000-8000-000000000000/stop", "/rollouts/01900000-0000-7000-8000-000000000000"]
    {
        let method = if path.ends_with("stop") { Method::POST } else { Method::GET };
        assert_eq!(host.operator(method, path, None).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    host.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stop_stops_a_rollout_and_everybody_is_where_they_were() {
    let Some(host) = host().await else { return };
    let tenant = host.tenant;
    // What the plugin hosts is asked for when it is installed; that start has made the organisation's key.
    host.wait_for("notes", "ready").await;
    assert_eq!(host.answers(tenant).await, "1.0.0");
    let globex = host.test.tenant("globex").await;
    host.install_for(globex, &format!("{PACKAGE}@1.0.0")).await.unwrap();
    lay_down(host.folder.path(), "1.1.0", 1, Fault::None);
    let traffic = Traffic::begin(&host, tenant, 3);
    tokio::time::sleep(Duration::from_secs(2)).await;
    // Watched for an hour: it would not end by itself while this test waits.
    let body = json!({ "package": PACKAGE, "version": "1.1.0", "canaries": ["acme"], "waves": [100],
        "gate": { "soakSeconds": 3600, "longestSeconds": 3600, "latencyFactor": 50.0 } });
    let begun = host.operator(Method::POST, "/rollouts", Some(body)).await;
    assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.text());
    let path = format!("/rollouts/{}", begun.json()["id"].as_str().unwrap());
    let watching = until(&host, &format!("{path}/organizations"), |list| {
        list["items"][0]["step"] == "watching" && list["items"][0]["new"]["requests"].as_u64() > Some(20)
    })
    .await;
    assert_eq!(host.answers(tenant).await, "1.1.0");
    let (acme, other) = (&watching["items"][0], &watching["items"][1]);
    assert_eq!((&acme["slug"], &acme["from"], &acme["ring"]), (&json!("acme"), &json!("1.0.0"), &json!(0)));
    assert_eq!((&other["slug"], &other["step"], &other["ring"]), (&json!("globex"), &json!("waiting"), &json!(1)));
    let old = acme["old"]["p95Ms"].as_f64().unwrap();
    let limit = acme["limits"]["p95Ms"].as_f64().unwrap();
    assert!((limit / old - 50.0).abs() < 1.5, "{acme:#}");
    assert!(acme["new"]["requests"].as_u64() > Some(20) && acme["limits"]["beacons"] == 3, "{acme:#}");
    let only = host.shown(&format!("{path}/organizations?step=waiting")).await;
    assert_eq!(only["items"].as_array().unwrap().len(), 1);
    // The other organisation's may still run from when it was asked what it hosts.
    let workers = host.shown("/workers").await;
    let worker = workers["items"].as_array().unwrap().iter().find(|worker| worker["slug"] == "acme");
    let worker = worker.unwrap_or_else(|| panic!("{workers:#}"));
    assert_eq!(worker["pluginId"], "notes", "{worker:#}");
    assert!(worker["memoryBytes"].as_u64() > Some(1 << 20) && worker["cpuMs"].as_u64() > Some(0), "{worker:#}");

    let stopped = host.operator(Method::POST, &format!("{path}/stop"), None).await;
    assert_eq!(stopped.status, StatusCode::ACCEPTED, "{}", stopped.text());
    let ended = until(&host, &path, |rollout| rollout["phase"] == "rolled-back").await;
    assert_eq!(ended["reason"], "The operator stopped it.");
    let steps = json!([
        { "ring": 0, "organizations": 1, "steps": [{ "step": "restored", "organizations": 1 }] },
        { "ring": 1, "organizations": 1, "steps": [{ "step": "skipped", "organizations": 1 }] },
    ]);
    assert_eq!(ended["rings"], steps);
    assert_eq!(host.answers(tenant).await, "1.0.0");
    assert_eq!(host.answers(globex).await, "1.0.0");
    assert_eq!(traffic.end().await.failed, Vec::<String>::new());
    // Each organisation whose version changed has it in its own log; the operator's has who asked for what.
    let audited = audited(&host, tenant).await;
    assert!(audited.contains(&"plugin.upgrade".to_owned()) && audited.contains(&"plugin.rollback".to_owned()));
    let deeds = host.shown("/deeds").await;
    let did: Vec<&str> = deeds["items"].as_array().unwrap().iter().filter_map(|deed| deed["action"].as_str()).collect();
    assert_eq!(did, ["rollout.stop", "rollout.start"]);
    let again = host.operator(Method::POST, &format!("{path}/stop"), None).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.text());
    let history = host.shown("/history?organization=acme").await;
    let ran: Vec<&str> = history["items"].as_array().unwrap().iter().filter_map(|it| it["cause"].as_str()).collect();
    assert_eq!(ran, ["rollback", "rollout", "install"]);
    host.stop().await;
}

async fn until(host: &Host, path: &str, good: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let shown = host.shown(path).await;
        if good(&shown) {
            return shown;
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "never: {shown:#}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn audited(host: &Host, tenant: TenantId) -> Vec<String> {
    let mut tx = host.test.db.tenant(tenant).await.unwrap();
    let rows = store::audit_page(&mut tx, None, 50).await.unwrap();
    rows.into_iter().map(|row| row.action).collect()
}
