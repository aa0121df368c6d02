//! Installing, configuring and removing, by those who may.

use crate::host::Host;
use http::{Method, StatusCode};
use plugin_host::AllowList;
use plugin_host::config::Tools;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use testkit::{admin, caller, user};

#[tokio::test]
async fn a_native_plugin_is_installed_shown_configured_and_removed() {
    let host = Host::start().await;
    let by = admin(host.tenant);
    let body = json!({ "package": "proscenium:probe" });
    let reply = host.request(Some(&by), Method::POST, "/api/plugins/v1/installed", Some(body)).await;
    assert_eq!(reply.status, StatusCode::ACCEPTED, "{}", reply.text());
    assert_eq!(reply.json()["worker"]["state"], "installing");
    let installed = host.install("proscenium:probe").await.unwrap();
    assert_eq!((&installed["pluginId"], &installed["hasBackend"]), (&json!("probe"), &json!(true)));
    let shown = host.get("/api/plugins/v1/installed").await.json();
    let item = &shown["items"][0];
    assert_eq!(item["title"], "Probe");
    assert_eq!(item["source"], "native");
    assert_eq!(item["config"], json!({}));
    assert_eq!((&item["worker"]["state"], &item["worker"]["isolationLevel"]), (&json!("stopped"), &json!("L0")));
    host.configure("probe", json!({ "probe": { "colour": "red" } })).await;
    assert_eq!(host.get("/api/probe/echo").await.json()["settings"]["colour"], "red");
    let removed = host.request(Some(&by), Method::DELETE, "/api/plugins/v1/installed/probe", None).await;
    assert_eq!(removed.status, StatusCode::NO_CONTENT);
    for path in ["/api/plugins/v1/installed/probe", "/api/probe/echo", "/api/plugins/v1/installed/probe/logs"] {
        assert_eq!(host.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    // Installed twice, configured, removed.
    assert_eq!(host.test.audit_rows(host.tenant).await, 4);
    host.stop().await;
}

#[tokio::test]
async fn only_administrators_change_plugins() {
    let host = Host::start().await;
    host.install("proscenium:probe").await.unwrap();
    let before = host.test.audit_rows(host.tenant).await;
    let table = [
        (Method::POST, "/api/plugins/v1/installed", Some(json!({ "package": "proscenium:probe" }))),
        (Method::PUT, "/api/plugins/v1/installed/probe/config", Some(json!({ "config": {} }))),
        (Method::POST, "/api/plugins/v1/installed/probe/restart", None),
        (Method::GET, "/api/plugins/v1/installed/probe/logs", None),
        (Method::DELETE, "/api/plugins/v1/installed/probe", None),
    ];
    for role in ["viewer", "member", "maintainer"] {
        let by = caller(host.tenant, user(role));
        for (method, path, body) in table.clone() {
            let reply = host.request(Some(&by), method.clone(), path, body).await;
            assert_eq!(reply.status, StatusCode::FORBIDDEN, "{role} {method} {path}");
        }
        let seen = host.request(Some(&by), Method::GET, "/api/plugins/v1/installed/probe", None).await;
        assert_eq!(seen.status, StatusCode::OK);
    }
    let globex = admin(host.test.tenant("globex").await);
    for (method, path, body) in table.into_iter().skip(1) {
        let reply = host.request(Some(&globex), method.clone(), path, body).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{method} {path}");
    }
    assert_eq!(host.test.audit_rows(host.tenant).await, before);
    host.stop().await;
}

#[tokio::test]
async fn bad_input_is_explained_at_its_field() {
    let host = Host::start().await;
    host.install("proscenium:probe").await.unwrap();
    let by = admin(host.tenant);
    for (body, field) in [
        (json!({ "package": "../evil" }), "package"),
        (json!({ "package": "left pad" }), "package"),
        (json!({ "package": "left-pad", "version": "file:/etc" }), "version"),
        (json!({ "package": "proscenium:probe", "version": "1" }), "version"),
    ] {
        let reply = host.request(Some(&by), Method::POST, "/api/plugins/v1/installed", Some(body.clone())).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{body}");
        assert!(reply.json()["error"]["fields"][field].is_string(), "{body}: {}", reply.text());
    }
    let path = "/api/plugins/v1/installed/probe/config";
    for config in [json!([]), json!("x"), Value::Null, json!({ "x": "y".repeat(300_000) })] {
        let reply = host.request(Some(&by), Method::PUT, path, Some(json!({ "config": config }))).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    }
    let message = host.install("proscenium:ghost").await.unwrap_err();
    assert_eq!(message, "There is no native plugin \"ghost\" beside the platform's executable.");
    assert_eq!(host.worker("ghost").await["state"], "failed");
    assert_eq!(host.get("/api/ghost/x").await.status, StatusCode::SERVICE_UNAVAILABLE);
    host.stop().await;
}

#[tokio::test]
async fn without_node_an_npm_package_is_not_installed_and_the_reason_is_shown() {
    let host = Host::start().await;
    let message = host.install("@backstage-community/plugin-badges-backend").await.unwrap_err();
    assert_eq!(message, "Node 22 or newer was not found. Install it or set PROSCENIUM_WORKER__NODE.");
    let shown = host.get("/api/plugins/v1/installed/badges").await.json();
    assert_eq!(shown["worker"]["state"], "failed");
    assert!(shown["worker"]["message"].as_str().unwrap().contains("Node 22 or newer"), "{shown}");
    host.stop().await;
}

#[tokio::test]
async fn only_packages_on_the_operators_list_are_installed() {
    let host = Host::start().await;
    let by = admin(host.tenant);
    for package in ["@backstage-community/plugin-todo-backend", "left-pad", "proscenium:other"] {
        let expected = format!(
            "{package} is not on this installation's list of plugins. At isolation level L0 a plugin runs with the \
             server's rights, so the operator names what may be installed (plugins.allow)."
        );
        for body in [json!({ "package": package }), json!({ "package": format!(" {package} ") })] {
            let reply = host.request(Some(&by), Method::POST, "/api/plugins/v1/installed", Some(body)).await;
            assert_eq!(reply.status, StatusCode::FORBIDDEN, "{}", reply.text());
            let error = &reply.json()["error"];
            assert_eq!((&error["name"], &error["message"]), (&json!("NotAllowedError"), &json!(expected)));
            assert_eq!(error["fields"]["package"], expected);
        }
        assert_eq!(host.install(package).await.unwrap_err(), expected, "the command line");
    }
    assert_eq!(host.get("/api/plugins/v1/installed").await.json()["items"], json!([]));
    assert_eq!(host.test.audit_rows(host.tenant).await, 0);
    assert_eq!(jobs_of(&host).await, 0);
    // On the list: refused by what comes later, here that there is no such program.
    let message = host.install("proscenium:ghost").await.unwrap_err();
    assert!(message.starts_with("There is no native plugin"), "{message}");
    host.stop().await;
}

async fn jobs_of(host: &Host) -> i64 {
    let mut tx = host.test.db.tenant(host.tenant).await.unwrap();
    sqlx::query_scalar("select count(*) from job where tenant_id = $1")
        .bind(tx.id())
        .fetch_one(tx.conn())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_package_that_left_the_operators_list_is_neither_installed_nor_started() {
    let mut host = Host::with(|config| config.allow = AllowList::new(["proscenium:probe"]).unwrap()).await;
    installed_back_end(&host).await;
    let refusal = "badges is not on this installation's list of plugins. At isolation level L0 a plugin runs with the \
                   server's rights, so the operator names what may be installed (plugins.allow).";
    let expected = format!("Its worker cannot start: {refusal}");
    let reply = host.get("/api/badges/x").await;
    assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(reply.json()["error"]["message"], expected);
    let worker = host.worker("badges").await;
    assert_eq!((&worker["state"], &worker["message"]), (&json!("failed"), &json!(expected)));
    host.install("proscenium:probe").await.unwrap();
    assert_eq!(host.get("/api/probe/echo").await.status, StatusCode::OK, "another plugin suffered");
    // Asked for by a process whose list still has it.
    host.allow = AllowList::new(["badges"]).unwrap();
    assert_eq!(host.install("badges").await.unwrap_err(), refusal);
    host.stop().await;
}

/// An npm back end as if it had been installed, without anything that could run.
async fn installed_back_end(host: &Host) {
    let (tenant, bundle) = (host.tenant, "badges@1");
    std::fs::create_dir_all(host.folder.path().join("bundles").join(bundle).join("node_modules")).unwrap();
    host.test
        .execute_as_admin(&format!(
            "insert into plugin_package (tenant_id, package, plugin_id, source, version, state, backend, requested_at, changed_at)
             values ('{tenant}', 'badges', 'badges', 'npm', '1', 'installed',
               '{{\"kind\":\"node\",\"bundle\":\"{bundle}\",\"features\":[\"badges\"]}}', now(), now());
             insert into plugin_installation (tenant_id, plugin_id, installed_at) values ('{tenant}', 'badges', now())"
        ))
        .await;
}

fn script(folder: &Path, text: &str) -> PathBuf {
    let path = folder.join("node");
    std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    path
}

#[tokio::test]
async fn without_a_suitable_node_the_plugin_says_so_and_the_rest_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let node = folder.path().join("node");
    std::fs::create_dir_all(folder.path().join("dist")).unwrap();
    std::fs::write(folder.path().join("dist/main.js"), "").unwrap();
    let host = Host::with(|config| {
        let worker_dir = Some(folder.path().to_owned());
        config.tools = Tools::At { node: Some(node.clone()), worker_dir, shell_versions: None };
    });
    let host = host.await;
    installed_back_end(&host).await;
    host.install("proscenium:probe").await.unwrap();
    let missing = "Its worker cannot start: Node 22 or newer was not found. Install it or set PROSCENIUM_WORKER__NODE.";
    let old = format!(
        "Its worker cannot start: Node 22 or newer is needed, and {} is v20.20.2. \
         Install a newer one or set PROSCENIUM_WORKER__NODE.",
        node.display()
    );
    for (text, expected) in [(None, missing), (Some("echo v20.20.2"), old.as_str())] {
        if let Some(text) = text {
            script(folder.path(), text);
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        let reply = host.get("/api/badges/entity/default/component/x/badge-specs").await;
        assert_eq!(reply.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(reply.json()["error"]["message"], expected);
        let worker = host.worker("badges").await;
        assert_eq!((&worker["state"], &worker["message"]), (&json!("failed"), &json!(expected)));
        assert_eq!(host.get("/api/probe/echo").await.status, StatusCode::OK, "another plugin suffered");
    }
    script(folder.path(), "case $1 in --version) echo v24.0.0;; *) exit 7;; esac");
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    let reply = host.get("/api/badges/x").await.json();
    assert_eq!(
        reply["error"]["message"], "Its worker stopped unexpectedly (exit code 7).",
        "found as soon as it is there"
    );
    host.stop().await;
}

#[tokio::test]
async fn remotes_are_public_and_nothing_else_is() {
    let host = Host::start().await;
    let digest = "a".repeat(64);
    for path in [
        format!("/api/plugins/v1/remotes/{digest}/mf-manifest.json"),
        "/api/plugins/v1/remotes/../x".to_owned(),
        format!("/api/plugins/v1/remotes/{digest}/..%2f..%2fsecret"),
        "/api/plugins/v1/remotes/ABC/x".to_owned(),
    ] {
        assert_eq!(host.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let closed = host.request(None, Method::GET, "/api/plugins/v1/installed", None).await;
    assert_eq!(closed.status, StatusCode::UNAUTHORIZED);
    let internal = "/internal/plugins/v1/portal-features";
    assert_eq!(host.get(internal).await.status, StatusCode::FORBIDDEN);
    host.stop().await;
}

#[tokio::test]
async fn a_plan_has_room_for_so_many_workers() {
    let host = Host::with(|config| {
        let plan = runtime::config::Plan { workers: 1, ..runtime::config::Plan::default() };
        config.plans = runtime::config::Plans::default().with("free", plan);
        // A second native plugin: the same program under another name, which is never started.
        config.native.insert("tech-radar".to_owned(), config.native["probe"].clone());
    })
    .await;
    host.install("proscenium:probe").await.unwrap();
    host.install("proscenium:probe").await.unwrap();
    let refused = host.install("proscenium:tech-radar").await.unwrap_err();
    assert!(refused.contains("room for 1 plugins"), "{refused}");
}
