//! Secrets: written, never read back; granted, resolved, rotated, sealed again, shredded.

use crate::bench::{Bench, Org};
use axum::http::{Method, StatusCode};
use http_shell::Caller;
use runtime::Tasks;
use serde_json::{Value, json};
use std::time::Duration;
use store::SystemReason;
use testkit::{Reply, request};

const VALUE: &str = "planted-canary-7f3a";

impl Bench {
    async fn secret(&self, org: &Org, name: &str, value: &str) -> String {
        let made = self.post(&org.admin, "/secrets", json!({ "name": name, "value": value })).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
        assert!(!made.text().contains(value), "{}", made.text());
        made.json()["id"].as_str().unwrap().to_owned()
    }

    async fn grant(&self, org: &Org, secret: &str, kind: &str, id: &str) -> Reply {
        self.post(&org.admin, &format!("/secrets/{secret}/grants"), json!({ "kind": kind, "id": id })).await
    }

    async fn resolve(&self, org: &Org, kind: &str, id: &str, names: &[&str]) -> Reply {
        let body = json!({ "grantee": { "kind": kind, "id": id }, "names": names });
        let by = Caller::service(org.tenant, "scaffolder");
        request(&self.router, Some(&by), Method::POST, "/internal/secrets/v1/resolve", Some(body)).await
    }

    async fn value(&self, org: &Org, name: &str) -> Value {
        self.resolve(org, "plugin", "badges", &[name]).await.json()["secrets"][0]["value"].clone()
    }

    async fn count(&self, org: &Org, sql: &'static str) -> i64 {
        let mut tx = self.db.db.tenant(org.tenant).await.unwrap();
        sqlx::query_scalar(sql).bind(org.tenant.as_uuid()).fetch_one(tx.conn()).await.unwrap()
    }
}

#[tokio::test]
async fn a_value_goes_in_and_never_comes_back() {
    let bench = Bench::start().await;
    let org = bench.org("acme").await;
    let id = bench.secret(&org, "DEPLOY_TOKEN", VALUE).await;
    assert_eq!(bench.last_audit(org.tenant).await.1, "secret.create");
    for path in ["/secrets".to_owned(), format!("/secrets/{id}")] {
        let shown = bench.get(&org.admin, &path).await;
        assert_eq!(shown.status, StatusCode::OK);
        assert!(!shown.text().contains(VALUE) && !shown.text().contains("sealed"), "{}", shown.text());
    }
    let shown = bench.get(&org.admin, &format!("/secrets/{id}")).await.json();
    assert_eq!((&shown["version"], &shown["scope"]), (&json!(1), &json!("any")));
    assert_eq!(shown["fingerprint"].as_str().unwrap().len(), 8);
    let again = bench.post(&org.admin, "/secrets", json!({ "name": "DEPLOY_TOKEN", "value": VALUE })).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.json()["error"]["fields"]["name"].is_string(), "{}", again.text());
    let mut tx = bench.db.db.tenant(org.tenant).await.unwrap();
    let rows = store::audit_page(&mut tx, None, 100).await.unwrap();
    assert!(!format!("{rows:?}").contains(VALUE), "an audit row has the value");
}

#[tokio::test]
async fn a_wrong_form_is_answered_per_field_and_repeats_no_value() {
    let bench = Bench::start().await;
    let org = bench.org("acme").await;
    let wrong = json!({ "name": "a-b", "scope": "world", "value": "x7" });
    let refused = bench.post(&org.admin, "/secrets", wrong).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    let fields = refused.json()["error"]["fields"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(fields, ["name", "scope", "value"]);
    for value in [json!(918_273_645), json!({ "inner": VALUE }), json!([VALUE])] {
        let refused = bench.post(&org.admin, "/secrets", json!({ "name": "A", "value": value })).await;
        assert!(refused.status.is_client_error(), "{}", refused.text());
        assert!(!refused.text().contains(VALUE) && !refused.text().contains("918273645"), "{}", refused.text());
    }
}

#[tokio::test]
async fn only_a_grantee_is_given_the_value_and_its_use_is_noted() {
    let bench = Bench::start().await;
    let org = bench.org("acme").await;
    let id = bench.secret(&org, "TOKEN", VALUE).await;
    let before = bench.resolve(&org, "plugin", "badges", &["TOKEN"]).await.json();
    assert_eq!(before, json!({ "secrets": [], "missing": ["TOKEN"] }));
    assert_eq!(bench.grant(&org, &id, "plugin", "badges").await.status, StatusCode::CREATED);
    assert_eq!(bench.last_audit(org.tenant).await.1, "secret.grant");
    let given = bench.resolve(&org, "plugin", "badges", &["TOKEN", "NONE"]).await.json();
    let secret = json!({ "name": "TOKEN", "version": 1, "value": VALUE, "older": [] });
    assert_eq!(given, json!({ "secrets": [secret], "missing": ["NONE"] }));
    assert_eq!(bench.last_audit(org.tenant).await, ("service:scaffolder".into(), "secret.use".into(), "TOKEN".into()));
    for (kind, other) in [("plugin", "other"), ("template", "template:default/badges"), ("proxy", "badges")] {
        let nothing = bench.resolve(&org, kind, other, &["TOKEN"]).await.json();
        assert_eq!(nothing["secrets"], json!([]), "{kind} {other}");
    }
    let shown = bench.get(&org.admin, &format!("/secrets/{id}")).await.json();
    assert_eq!((&shown["lastUsedBy"], &shown["lastUsedAt"]), (&json!("plugin:badges"), &json!("2027-01-15T08:00:00Z")));
    assert_eq!(shown["grants"][0]["lastUsedAt"], "2027-01-15T08:00:00Z");
    let stranger = bench.org("globex").await;
    assert_eq!(bench.resolve(&stranger, "plugin", "badges", &["TOKEN"]).await.json()["secrets"], json!([]));
    let path = format!("/secrets/{id}/grants?kind=plugin&id=badges");
    assert_eq!(bench.call(&org.admin, Method::DELETE, &path, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(bench.value(&org, "TOKEN").await, Value::Null);
    assert_eq!(bench.call(&org.admin, Method::DELETE, &path, None).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_scope_and_a_name_keep_grants_apart() {
    let bench = Bench::start().await;
    let org = bench.org("acme").await;
    let form = |scope: &str| json!({ "name": "TOKEN", "scope": scope, "value": VALUE });
    let plugin = bench.post(&org.admin, "/secrets", form("plugin")).await.json()["id"].as_str().unwrap().to_owned();
    let any = bench.post(&org.admin, "/secrets", form("any")).await.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(bench.grant(&org, &plugin, "template", "starter").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(bench.grant(&org, &plugin, "plugin", "badges").await.status, StatusCode::CREATED);
    assert_eq!(bench.grant(&org, &plugin, "plugin", "badges").await.status, StatusCode::CREATED, "again is no error");
    let both = bench.grant(&org, &any, "plugin", "badges").await;
    assert_eq!(both.status, StatusCode::CONFLICT, "two secrets of one name for one plugin: {}", both.text());
    assert_eq!(bench.grant(&org, &any, "template", "Starter").await.status, StatusCode::CREATED);
    let shown = bench.get(&org.admin, &format!("/secrets/{any}")).await.json();
    assert_eq!(shown["grants"][0]["id"], "template:default/starter");
}

#[tokio::test]
async fn a_rotated_value_is_readable_for_the_overlap_and_then_gone() {
    let bench = Bench::start().await;
    let org = bench.org("acme").await;
    let id = bench.secret(&org, "TOKEN", "first-value").await;
    bench.grant(&org, &id, "plugin", "badges").await;
    let rotate = |value: &str, hours: i64| json!({ "value": value, "overlapHours": hours });
    let path = format!("/secrets/{id}/versions");
    let rotated = bench.post(&org.admin, &path, rotate("second-value", 2)).await;
    assert_eq!(rotated.status, StatusCode::CREATED, "{}", rotated.text());
    assert_eq!(rotated.json()["versions"].as_array().unwrap().len(), 2);
    let given = bench.resolve(&org, "plugin", "badges", &["TOKEN"]).await.json();
    assert_eq!(given["secrets"][0]["value"], "second-value");
    assert_eq!(given["secrets"][0]["older"], json!(["first-value"]));
    bench.clock.advance(time::Duration::hours(2));
    let given = bench.resolve(&org, "plugin", "badges", &["TOKEN"]).await.json();
    assert_eq!(given["secrets"][0]["older"], json!([]), "the overlap has ended");
    bench.post(&org.admin, &path, rotate("third-value", 0)).await;
    let rows = "select count(*) from secret_version where tenant_id = $1";
    assert_eq!(bench.count(&org, rows).await, 1, "superseded values are not kept");
    for _ in 0..4 {
        assert_eq!(bench.post(&org.admin, &path, rotate("more-values", 1)).await.status, StatusCode::CREATED);
    }
    assert_eq!(bench.post(&org.admin, &path, rotate("too-many", 1)).await.status, StatusCode::CONFLICT);
    assert_eq!(bench.value(&org, "TOKEN").await, "more-values");
}

#[tokio::test]
async fn a_granted_secret_is_deleted_by_force_only() {
    let bench = Bench::start().await;
    let org = bench.org("acme").await;
    let id = bench.secret(&org, "TOKEN", VALUE).await;
    bench.grant(&org, &id, "template", "starter").await;
    let refused = bench.call(&org.admin, Method::DELETE, &format!("/secrets/{id}"), None).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.text().contains("template:default/starter"), "{}", refused.text());
    let forced = bench.call(&org.admin, Method::DELETE, &format!("/secrets/{id}?force=true"), None).await;
    assert_eq!(forced.status, StatusCode::NO_CONTENT);
    assert_eq!(bench.last_audit(org.tenant).await.1, "secret.delete");
    assert_eq!(bench.get(&org.admin, &format!("/secrets/{id}")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(bench.count(&org, "select count(*) from secret_version where tenant_id = $1").await, 0);
}

#[tokio::test]
async fn a_row_in_the_place_of_another_never_opens() {
    let bench = Bench::start().await;
    let (org, other) = (bench.org("acme").await, bench.org("globex").await);
    for owner in [&org, &other] {
        for (name, scope) in [("A", "any"), ("B", "any"), ("A", "plugin"), ("C", "plugin")] {
            let form = json!({ "name": name, "scope": scope, "value": format!("value of {name} in {scope}") });
            let id = bench.post(&owner.admin, "/secrets", form).await.json()["id"].as_str().unwrap().to_owned();
            let plugin = format!("holder-{}-{scope}", name.to_lowercase());
            bench.grant(owner, &id, "plugin", &plugin).await;
            let again = json!({ "value": format!("value of {name} in {scope}, again"), "overlapHours": 5 });
            bench.post(&owner.admin, &format!("/secrets/{id}/versions"), again).await;
        }
    }
    let holders = ["a-any", "b-any", "a-plugin", "c-plugin"].map(|which| (format!("holder-{which}"), &which[..1]));
    let given = |reply: Reply| reply.json()["secrets"][0]["value"].as_str().map(str::to_owned);
    for owner in [&org, &other] {
        for (holder, name) in &holders {
            let name = name.to_uppercase();
            assert!(given(bench.resolve(owner, "plugin", holder, &[&name]).await).is_some());
        }
    }
    // Each sealed value put into the place of each other one: across organisations, names, scopes and versions.
    bench
        .db
        .execute_as_admin("create table place as select v.*, row_number() over () as n from secret_version v")
        .await;
    let swaps = 15;
    for shift in 1..=swaps {
        bench
            .db
            .execute_as_admin(&format!(
                "update secret_version v set sealed = f.sealed from place t
                 join place f on f.n = (t.n - 1 + {shift}) % 16 + 1
                 where v.tenant_id = t.tenant_id and v.secret_id = t.secret_id and v.version = t.version"
            ))
            .await;
        for owner in [&org, &other] {
            for (holder, name) in &holders {
                let reply = bench.resolve(owner, "plugin", holder, &[&name.to_uppercase()]).await;
                assert_eq!(reply.status, StatusCode::INTERNAL_SERVER_ERROR, "shift {shift}: {}", reply.text());
                assert!(!reply.text().contains("value of"), "{}", reply.text());
            }
        }
    }
}

#[tokio::test]
async fn an_organisations_keys_once_destroyed_make_everything_unreadable() {
    let bench = Bench::start().await;
    let (org, other) = (bench.org("acme").await, bench.org("globex").await);
    for owner in [&org, &other] {
        let id = bench.secret(owner, "TOKEN", VALUE).await;
        bench.grant(owner, &id, "plugin", "badges").await;
        assert_eq!(bench.value(owner, "TOKEN").await, VALUE);
    }
    let mut system = bench.db.db.system(SystemReason::ShredKeys).await.unwrap();
    assert_eq!(store::shred_key(&mut system, org.tenant, None).await.unwrap(), 1);
    system.commit().await.unwrap();
    // At once, although the key was in memory a moment ago.
    let reply = bench.resolve(&org, "plugin", "badges", &["TOKEN"]).await;
    assert_eq!(reply.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(bench.value(&other, "TOKEN").await, VALUE);
}

#[tokio::test]
async fn a_new_data_key_takes_over_while_everything_stays_readable() {
    let bench = Bench::start().await;
    let org = bench.org("acme").await;
    let id = bench.secret(&org, "TOKEN", VALUE).await;
    bench.grant(&org, &id, "plugin", "badges").await;
    let key = tenant_admin::jobs::upkeep::rotate_data_key(&bench.state, org.tenant, "operator").await.unwrap();
    assert_eq!(bench.value(&org, "TOKEN").await, VALUE, "what the old key sealed");
    let late = bench.secret(&org, "LATE", "sealed-under-the-new-key").await;
    bench.grant(&org, &late, "plugin", "badges").await;
    assert_eq!(bench.value(&org, "LATE").await, "sealed-under-the-new-key");
    assert_eq!(bench.count(&org, "select count(*) from tenant_key where tenant_id = $1").await, 2);
    let tasks = Tasks::new();
    tenant_admin::jobs::upkeep::start(&bench.state, &tasks);
    let keys = "select count(*) from tenant_key where tenant_id = $1";
    for _ in 0..200 {
        if bench.count(&org, keys).await == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(bench.count(&org, keys).await, 1, "the old key is gone");
    assert_eq!(bench.value(&org, "TOKEN").await, VALUE, "what was sealed again");
    assert_eq!(bench.value(&org, "LATE").await, "sealed-under-the-new-key");
    let mut tx = bench.db.db.tenant(org.tenant).await.unwrap();
    assert_eq!(store::list_wrapped(&mut tx).await.unwrap()[0].key_id, key);
    drop(tx);
    assert!(tasks.shutdown(Duration::from_secs(10)).await.is_empty());
}
