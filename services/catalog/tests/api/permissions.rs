//! Conditions: what permission frameworks are told, and what people with conditions may do.

use super::harness::{Catalog, component, group};
use authz::{Document, Effect, Permission, PolicyRule};
use http::Method;
use http_shell::Caller;
use kernel::{Grants, Principal, SignedInBy, User};
use serde_json::{Value, json};
use store::policy::{self, NewRule, NewVersion};
use testkit::{Reply, request};
use uuid::Uuid;

const READ: Permission = Permission::CATALOG_ENTITY_READ;
const REFRESH: Permission = Permission::CATALOG_ENTITY_REFRESH;
const DELETE: Permission = Permission::CATALOG_ENTITY_DELETE;

/// A maintainer: everything but administration.
pub fn jane(catalog: &Catalog) -> Caller {
    let user = User {
        id: Uuid::now_v7(),
        entity_ref: "user:default/jane".into(),
        ownership_refs: vec!["user:default/jane".into(), "group:default/team-a".into()],
        role: "maintainer".into(),
        grants: Grants::default(),
        via: SignedInBy::Session,
        viewed_by: None,
        scopes: None,
    };
    Caller { tenant: catalog.tenant, principal: Principal::User(user) }
}

pub fn rule(name: &str, params: &Value) -> Value {
    json!({"rule": name, "resourceType": "catalog-entity", "params": params})
}

/// Publishes an allow under a condition for a subject, in place of the one that it had for this permission.
pub async fn allow(catalog: &Catalog, permission: Permission, subject: &str, criteria: &Value) {
    publish(catalog, permission, subject, Some((Effect::Allow, criteria))).await;
}

/// The same for any rule, or for none.
pub async fn publish(catalog: &Catalog, permission: Permission, subject: &str, rule: Option<(Effect, &Value)>) {
    let mut tx = catalog.test.db.tenant(catalog.tenant).await.unwrap();
    let (version, document) = policy::find_published(&mut tx).await.unwrap().unwrap_or((0, json!({"roles": []})));
    let mut document: Document = serde_json::from_value(document).unwrap();
    let name = format!("{permission} of {subject}");
    document.roles.retain(|role| role.name != name);
    if let Some((effect, criteria)) = rule {
        let condition = json!({"pluginId": "catalog", "resourceType": "catalog-entity", "conditions": criteria});
        let rule = json!({"permission": permission.name(), "effect": effect.word(), "condition": condition});
        let role = json!({"name": name, "rules": [rule], "subjects": [subject]});
        document.roles.push(serde_json::from_value(role).unwrap());
    }
    let row = |(role, rule): (&str, &PolicyRule)| NewRule {
        role: role.to_owned(),
        permission: rule.permission.clone(),
        effect: rule.effect.word(),
        condition: rule.condition.clone().map(Value::from),
    };
    let new = NewVersion {
        version: version + 1,
        bindings: document.bindings(),
        rules: document.rules().map(row).collect(),
        document: serde_json::to_value(&document).unwrap(),
        note: String::new(),
        published_by: "user:default/admin".into(),
        published_at: time::OffsetDateTime::UNIX_EPOCH,
    };
    policy::publish(&mut tx, &new).await.unwrap();
    tx.commit().await.unwrap();
}

async fn ask(catalog: &Catalog, method: Method, path: &str, body: Option<Value>) -> Reply {
    request(&catalog.router, Some(&jane(catalog)), method, path, body).await
}

async fn shop_and_stock() -> Catalog {
    let catalog = Catalog::new().await;
    let stock = component("stock", "").replace("owner: team-a", "owner: team-b");
    catalog.files.put("a.yaml", component("shop", "") + &stock + &group("team-a"));
    catalog.register("a.yaml").await;
    catalog.wait_for("component:default/stock", |_| true).await;
    catalog.settle().await;
    catalog
}

const APPLY: &str = "/api/catalog/.well-known/backstage/permissions/apply-conditions";

async fn apply(catalog: &Catalog, by: &Caller, items: Value) -> Reply {
    request(&catalog.router, Some(by), Method::POST, APPLY, Some(json!({"items": items}))).await
}

#[tokio::test]
async fn a_permission_framework_is_told_the_rules_and_asks_whether_they_hold() {
    let catalog = shop_and_stock().await;
    let told = catalog.get("/api/catalog/.well-known/backstage/permissions/metadata").await.json();
    let names = |list: &Value| list.as_array().unwrap().iter().map(|one| one["name"].clone()).collect::<Vec<_>>();
    let rules = ["HAS_ANNOTATION", "HAS_LABEL", "HAS_METADATA", "HAS_SPEC", "IS_ENTITY_KIND", "IS_ENTITY_OWNER"];
    assert_eq!(names(&told["rules"]), rules);
    assert_eq!(told["rules"][4]["paramsSchema"]["properties"]["kinds"]["items"]["type"], "string");
    assert_eq!(told["permissions"].as_array().unwrap().len(), 11);

    let of_team_a = rule("IS_ENTITY_OWNER", &json!({"claims": ["group:default/team-a"]}));
    let item = |id: &str, refs: Value, conditions: &Value| json!({"id": id, "resourceRef": refs, "resourceType": "catalog-entity", "conditions": conditions});
    let shop = json!("component:default/shop");
    let refs = json!(["component:default/shop", "component:default/stock", "component:default/none"]);
    let none = json!("component:default/none");
    let items = json!([
        item("1", shop, &of_team_a),
        item("2", refs.clone(), &of_team_a),
        item("3", refs, &json!({"not": of_team_a})),
        item("4", none, &json!({"not": of_team_a})),
    ]);
    let answer = apply(&catalog, &catalog.admin(), items).await.json();
    let expected = json!({"items": [
        {"id": "1", "result": "ALLOW"},
        {"id": "2", "result": ["ALLOW", "DENY", "DENY"]},
        {"id": "3", "result": ["DENY", "ALLOW", "DENY"]},
        {"id": "4", "result": "DENY"},
    ]});
    assert_eq!(answer, expected);
    // What one may not read is answered like what is not there.
    allow(&catalog, READ, "maintainer", &rule("IS_ENTITY_KIND", &json!({"kinds": ["group"]}))).await;
    let hidden = json!([item("1", json!("component:default/shop"), &of_team_a)]);
    assert_eq!(apply(&catalog, &jane(&catalog), hidden).await.json()["items"][0]["result"], "DENY");
}

#[tokio::test]
async fn conditions_that_are_none_are_refused() {
    let catalog = Catalog::new().await;
    let item = |kind: &str, conditions: Value| json!([{"id": "1", "resourceRef": "a:b/c", "resourceType": kind, "conditions": conditions}]);
    let fine = || rule("IS_ENTITY_KIND", &json!({"kinds": []}));
    for items in [
        json!({}),
        json!([{}]),
        json!([{"id": "1", "resourceRef": [], "resourceType": "catalog-entity", "conditions": fine()}]),
        item("scaffolder-template", fine()),
        item("catalog-entity", json!({"anyOf": []})),
        item("catalog-entity", rule("NOPE", &json!({}))),
        item("catalog-entity", rule("IS_ENTITY_KIND", &json!({"kinds": "x"}))),
        item("catalog-entity", json!({"anyOf": [fine()], "not": fine()})),
    ] {
        let reply = apply(&catalog, &catalog.admin(), items.clone()).await;
        assert_eq!(reply.status.as_u16(), 400, "{items}: {}", reply.text());
        assert_eq!(reply.json()["error"]["name"], "InputError", "{items}");
    }
    assert_eq!(apply(&catalog, &catalog.admin(), json!([])).await.json(), json!({"items": []}));
}

#[tokio::test]
async fn what_one_may_see_but_not_touch_is_refused_and_what_one_may_not_see_is_not_there() {
    let catalog = shop_and_stock().await;
    let refresh = async |name: &str| {
        let body = json!({"entityRef": format!("component:default/{name}")});
        ask(&catalog, Method::POST, "/api/catalog/refresh", Some(body)).await.status.as_u16()
    };
    assert_eq!(refresh("stock").await, 200, "nobody has a condition");
    let mine = rule("IS_ENTITY_OWNER", &json!({"claims": ["$ownerRefs"]}));
    allow(&catalog, REFRESH, "maintainer", &mine).await;
    allow(&catalog, DELETE, "maintainer", &mine).await;
    assert_eq!((refresh("shop").await, refresh("stock").await, refresh("none").await), (200, 403, 404));
    let uid = async |name: &str| {
        let entity = catalog.entity(&format!("component:default/{name}")).await.unwrap();
        entity["metadata"]["uid"].as_str().unwrap().to_owned()
    };
    let delete = async |uid: &str| {
        let path = format!("/api/catalog/entities/by-uid/{uid}");
        ask(&catalog, Method::DELETE, &path, None).await.status.as_u16()
    };
    let (shop, stock) = (uid("shop").await, uid("stock").await);
    assert_eq!(delete(&stock).await, 403);
    allow(&catalog, READ, "maintainer", &mine).await;
    assert_eq!((refresh("shop").await, refresh("stock").await), (200, 404));
    assert_eq!(delete(&stock).await, 204, "as for a uid that there never was");
    assert!(catalog.entity("component:default/stock").await.is_some());
    assert_eq!(delete(&shop).await, 204);
    let by_entity = async |name: &str| {
        let path = format!("/api/catalog/locations/by-entity/component/default/{name}");
        ask(&catalog, Method::GET, &path, None).await.status.as_u16()
    };
    assert_eq!(by_entity("stock").await, 404);
    // The administrator is under no condition.
    assert_eq!(catalog.get("/api/catalog/locations/by-entity/component/default/stock").await.status.as_u16(), 200);
}

#[tokio::test]
async fn several_conditions_of_one_person_are_alternatives_and_a_senseless_one_holds_for_nothing() {
    let catalog = shop_and_stock().await;
    let named = |name: &str| rule("HAS_METADATA", &json!({"key": "name", "value": name}));
    let refreshed = async || {
        let mut statuses = Vec::new();
        for name in ["shop", "stock"] {
            let body = json!({"entityRef": format!("component:default/{name}")});
            statuses.push(ask(&catalog, Method::POST, "/api/catalog/refresh", Some(body)).await.status.as_u16());
        }
        statuses
    };
    let senseless = json!({"rule": "NOPE", "resourceType": "x"});
    allow(&catalog, REFRESH, "maintainer", &senseless).await;
    assert_eq!(refreshed().await, [403, 403]);
    allow(&catalog, REFRESH, "group:default/team-a", &named("stock")).await;
    assert_eq!(refreshed().await, [403, 200]);
    allow(&catalog, REFRESH, "group:default/team-b", &named("shop")).await;
    assert_eq!(refreshed().await, [403, 200], "jane is not of that team");
    allow(&catalog, REFRESH, "user:default/jane", &named("shop")).await;
    assert_eq!(refreshed().await, [200, 200]);
    publish(&catalog, REFRESH, "user:default/jane", None).await;
    assert_eq!(refreshed().await, [403, 200], "a change counts at once");
    publish(&catalog, REFRESH, "maintainer", None).await;
    assert_eq!(refreshed().await, [200, 200], "an allow on a group adds to what the role comes with");
    publish(&catalog, REFRESH, "group:default/team-a", Some((Effect::Deny, &named("shop")))).await;
    assert_eq!(refreshed().await, [403, 200], "a deny wins, whatever allows");
    publish(&catalog, REFRESH, "user:default/jane", Some((Effect::Deny, &senseless))).await;
    assert_eq!(refreshed().await, [403, 403], "a senseless deny holds for everything");
}

#[tokio::test]
async fn the_progress_of_a_location_tells_of_no_entity_that_one_may_not_read() {
    let catalog = Catalog::new().await;
    let never = component("never", "").replace("owner: team-a", "owner: \"\"");
    catalog.files.put("a.yaml", component("shop", "") + &component("stock", "").replace("team-a", "team-b") + &never);
    let id = catalog.register("a.yaml").await;
    catalog.wait_for("component:default/stock", |_| true).await;
    catalog.settle().await;
    let progress =
        async || ask(&catalog, Method::GET, &format!("/api/catalog/v1/locations/{id}/progress"), None).await.json();
    assert_eq!(progress().await["entities"].as_array().unwrap().len(), 2);
    allow(&catalog, READ, "maintainer", &rule("IS_ENTITY_OWNER", &json!({"claims": ["$ownerRefs"]}))).await;
    let seen = progress().await;
    assert_eq!(seen["entities"].as_array().unwrap().len(), 1, "{seen}");
    assert!(!seen.to_string().contains("stock"), "{seen}");
    assert_eq!(seen["problems"].as_array().unwrap().len(), 1, "what is wrong with the file is told: {seen}");
    let list = ask(&catalog, Method::GET, "/api/catalog/v1/locations", None).await.json();
    assert_eq!(list["items"][0]["entityCount"], 1, "{list}");
}

#[tokio::test]
async fn nobody_removes_by_a_provider_what_they_may_not_remove_themselves() {
    let catalog = Catalog::new().await;
    let path = "/api/catalog/v1/providers/org/mutations";
    let entity = json!({
        "apiVersion": "backstage.io/v1alpha1", "kind": "Component", "metadata": {"name": "stock"},
        "spec": {"type": "service", "lifecycle": "production", "owner": "team-b"},
    });
    let given = json!({"type": "full", "entities": [{"entity": entity}]});
    assert_eq!(ask(&catalog, Method::POST, path, Some(given.clone())).await.status.as_u16(), 200);
    let mine = rule("IS_ENTITY_OWNER", &json!({"claims": ["$ownerRefs"]}));
    for permission in [READ, DELETE] {
        allow(&catalog, permission, "maintainer", &mine).await;
        let gone = json!({"type": "delta", "added": [], "removed": [{"entityRef": "component:default/stock"}]});
        assert_eq!(ask(&catalog, Method::POST, path, Some(gone)).await.status.as_u16(), 403, "{permission}");
        publish(&catalog, permission, "maintainer", None).await;
    }
    assert!(catalog.entity("component:default/stock").await.is_some());
    assert_eq!(ask(&catalog, Method::POST, path, Some(given)).await.status.as_u16(), 200);
}
