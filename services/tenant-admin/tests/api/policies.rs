//! Roles and policies: draft, review, publication, history, import, and why.

use crate::bench::{Bench, Org, person};
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::Reply;

fn role(name: &str, rules: &Value, subjects: &Value) -> Value {
    json!({"name": name, "rules": rules, "subjects": subjects})
}

fn cleaners() -> Value {
    let rules = json!([{"permission": "catalog.entity.delete", "effect": "allow"},
        {"permission": "catalog.location.create", "effect": "deny"}]);
    json!({"roles": [role("cleaners", &rules, &json!(["user:default/joe"]))]})
}

struct Scene {
    bench: Bench,
    org: Org,
    joe: String,
}

impl Scene {
    async fn set() -> Self {
        let bench = Bench::start().await;
        let org = bench.org("acme").await;
        let joe = json!({ "name": "Joe", "email": "joe@acme.example", "role": "member" });
        let joe = bench.post(&org.admin, "/members", joe).await.json()["member"]["id"].as_str().unwrap().to_owned();
        Self { bench, org, joe }
    }

    async fn get(&self, path: &str) -> Reply {
        self.bench.get(&self.org.admin, path).await
    }

    async fn draft(&self, revision: i64, document: &Value) -> Reply {
        let body = json!({"revision": revision, "document": document});
        self.bench.call(&self.org.admin, Method::PUT, "/policies/draft", Some(body)).await
    }

    async fn publish(&self, document: &Value) -> i64 {
        assert_eq!(self.draft(0, document).await.status, StatusCode::OK);
        let made = self.bench.post(&self.org.admin, "/policies/publish", json!({"revision": 1, "note": "x"})).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
        made.json()["version"].as_i64().unwrap()
    }
}

#[tokio::test]
async fn a_draft_is_reviewed_published_kept_and_taken_back() {
    let scene = Scene::set().await;
    let fresh = scene.get("/policies").await.json();
    assert_eq!(fresh, json!({"version": 0, "document": {"roles": []}}));
    let written = scene.draft(0, &cleaners()).await;
    assert_eq!((written.status, &written.json()["revision"]), (StatusCode::OK, &json!(1)), "{}", written.text());
    assert_eq!(scene.get("/policies").await.json()["version"], 0, "a draft holds for nobody");

    let review = scene.get("/policies/review").await.json();
    assert_eq!(review["rolesAdded"], json!(["cleaners"]));
    let flips: Vec<(&str, &str, &str, u64)> = review["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let word = |side: &str| one[side]["decision"].as_str().unwrap();
            (one["permission"].as_str().unwrap(), word("before"), word("after"), one["count"].as_u64().unwrap())
        })
        .collect();
    assert_eq!(flips, [("catalog.entity.delete", "deny", "allow", 1), ("catalog.location.create", "allow", "deny", 1)]);
    assert_eq!(review["changes"][0]["members"], json!([{"name": "Joe", "userEntityRef": "user:default/joe"}]));

    let made = scene.bench.post(&scene.org.admin, "/policies/publish", json!({"revision": 1, "note": " First "})).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let actor = ("user:default/jane".to_owned(), "policy.publish".to_owned(), "roles and policies".to_owned());
    assert_eq!(scene.bench.last_audit(scene.org.tenant).await, actor);
    let holds = scene.get("/policies").await.json();
    assert_eq!((&holds["version"], &holds["document"], holds.get("draft")), (&json!(1), &cleaners(), None));

    assert_eq!(scene.publish(&json!({"roles": []})).await, 2);
    let back = scene.get("/policies/versions/1/review").await.json();
    assert_eq!(back["changes"].as_array().unwrap().len(), 2, "{back}");
    let back = scene.bench.post(&scene.org.admin, "/policies/versions/1/revert", json!({})).await;
    assert_eq!((back.status, &back.json()["version"]), (StatusCode::CREATED, &json!(3)));
    assert_eq!(scene.get("/policies").await.json()["document"], cleaners());
    let history = scene.get("/policies/versions").await.json();
    let notes: Vec<_> = history["items"].as_array().unwrap().iter().map(|one| one["note"].clone()).collect();
    assert_eq!(notes, ["Back to version 1", "x", "First", "The built-in roles alone"]);
    let start = scene.bench.post(&scene.org.admin, "/policies/versions/0/revert", json!({})).await;
    assert_eq!((start.status, &start.json()["version"]), (StatusCode::CREATED, &json!(4)));
    assert_eq!(scene.get("/policies").await.json()["document"], json!({"roles": []}));
    assert_eq!(scene.get("/policies/versions/2").await.json()["document"], json!({"roles": []}));
    assert_eq!(scene.get("/policies/versions/9").await.status, StatusCode::NOT_FOUND);
    let again = scene.bench.post(&scene.org.admin, "/policies/versions/4/revert", json!({})).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn nobody_writes_or_publishes_over_what_they_have_not_seen() {
    let scene = Scene::set().await;
    assert_eq!(scene.draft(0, &cleaners()).await.status, StatusCode::OK);
    assert_eq!(scene.draft(0, &cleaners()).await.status, StatusCode::CONFLICT);
    assert_eq!(scene.draft(7, &cleaners()).await.status, StatusCode::CONFLICT);
    let publish =
        |revision: i64| scene.bench.post(&scene.org.admin, "/policies/publish", json!({"revision": revision}));
    assert_eq!(publish(2).await.status, StatusCode::CONFLICT);
    assert_eq!(publish(1).await.status, StatusCode::CREATED);
    assert_eq!(publish(1).await.status, StatusCode::NOT_FOUND, "the draft is gone");
    // A draft that was begun before somebody else published.
    assert_eq!(scene.draft(0, &cleaners()).await.status, StatusCode::OK);
    let back = scene.bench.post(&scene.org.admin, "/policies/versions/1/revert", json!({})).await;
    assert_eq!(back.status, StatusCode::CONFLICT, "it holds");
    assert_eq!(scene.get("/policies/review").await.json()["outdated"], false);
    let discard = scene.bench.call(&scene.org.admin, Method::DELETE, "/policies/draft", None).await;
    assert_eq!((discard.status, scene.get("/policies").await.json().get("draft")), (StatusCode::NO_CONTENT, None));
}

#[tokio::test]
async fn what_has_a_mistake_is_refused_whole_with_its_place() {
    let scene = Scene::set().await;
    let rules = json!([{"permission": "tenant.member.viewAs", "effect": "allow"}]);
    let wrong = json!({"roles": [role("a", &rules, &json!(["admin"]))]});
    let refused = scene.draft(0, &wrong).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    let fields = refused.json()["error"]["fields"].clone();
    let paths: Vec<&String> = fields.as_object().unwrap().keys().collect();
    assert_eq!(paths, ["roles.0.rules.0.permission", "roles.0.subjects.0"]);
    let import = |format: &str, text: &str| {
        scene.bench.post(&scene.org.admin, "/policies/import", json!({"format": format, "text": text}))
    };
    let csv = "p, role:default/a, catalog-entity, read, allow\np, role:default/a, nonsense, read, allow\n";
    let refused = import("csv", csv).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(refused.json()["error"]["fields"]["line 2"].as_str().unwrap().contains("nonsense"));
    assert_eq!(scene.get("/policies").await.json().get("draft"), None, "nothing is half imported");

    assert_eq!(scene.publish(&cleaners()).await, 1);
    let yaml = scene.get("/policies/export").await;
    assert_eq!(yaml.headers["content-type"], "application/yaml");
    let merged = import("csv", "p, role:default/readers, catalog-entity, read, allow\n").await.json();
    let names = |document: &Value| -> Vec<String> {
        document["roles"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&merged["document"]), ["cleaners", "readers"]);
    let text = yaml.text();
    let body = json!({"format": "yaml", "text": text, "mode": "replace"});
    let replaced = scene.bench.post(&scene.org.admin, "/policies/import", body).await;
    assert_eq!(replaced.json()["document"], cleaners(), "{}", replaced.text());
}

#[tokio::test]
async fn every_decision_can_be_explained() {
    let scene = Scene::set().await;
    scene.publish(&cleaners()).await;
    let why = async |permission: &str| {
        let path = format!("/policies/explain?member={}&permission={permission}", scene.joe);
        scene.get(&path).await.json()
    };
    let denied = why("catalog.location.create").await;
    assert_eq!(denied["decision"], "deny");
    let reason = json!({"role": "cleaners", "subject": "user:default/joe", "effect": "deny", "decides": true});
    assert_eq!(denied["reasons"][0], reason);
    assert_eq!(denied["reasons"][1], json!({"subject": "member", "effect": "allow", "decides": false}));
    assert_eq!(why("catalog.entity.delete").await["decision"], "allow");
    assert_eq!(
        why("tenant.update").await["reasons"],
        json!([{"subject": "member", "effect": "deny", "decides": true}])
    );
}

#[tokio::test]
async fn whoever_looks_after_members_without_being_an_administrator_makes_none() {
    let scene = Scene::set().await;
    let mut deputy = person(scene.org.tenant, scene.joe.parse().unwrap(), "member");
    if let kernel::Principal::User(user) = &mut deputy.principal {
        user.grants.allowed = vec!["tenant.member.update".to_owned()];
    }
    let change = |id: String, role: &str| {
        let path = format!("/members/{id}");
        let (bench, deputy, body) = (&scene.bench, deputy.clone(), json!({ "role": role }));
        async move { bench.call(&deputy, Method::PATCH, &path, Some(body)).await.status }
    };
    assert_eq!(change(scene.joe.clone(), "admin").await, StatusCode::FORBIDDEN);
    assert_eq!(change(scene.joe.clone(), "viewer").await, StatusCode::OK);
    let jane = scene.org.admin_id.to_string();
    assert_eq!(change(jane.clone(), "viewer").await, StatusCode::CONFLICT, "she is the last one");
    let invite = json!({ "name": "Eve", "email": "eve@acme.example", "role": "admin" });
    assert_eq!(scene.bench.post(&deputy, "/members", invite).await.status, StatusCode::FORBIDDEN);
}
