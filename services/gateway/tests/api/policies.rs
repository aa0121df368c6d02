//! What published policies make of callers: in the principal that services see, in decisions that clients ask for,
//! and when an administrator looks at the portal as somebody else.

use crate::bench::{APEX, Edge, Org, get_at};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::Reply;

const BASE: &str = "/api/tenant-admin/v1";

async fn send(edge: &Edge, org: &Org, token: &str, method: Method, path: &str, body: Option<&Value>) -> Reply {
    let request = get_at(&org.host, path).method(method).header("authorization", format!("Bearer {token}"));
    let request = match body {
        Some(body) => request.header("content-type", "application/json").body(Body::from(body.to_string())),
        None => request.body(Body::empty()),
    };
    edge.call(request.unwrap()).await
}

async fn publish(edge: &Edge, org: &Org, document: &Value) {
    let draft = json!({"revision": 0, "document": document});
    let path = format!("{BASE}/policies/draft");
    let reply = send(edge, org, &org.api_token, Method::PUT, &path, Some(&draft)).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    let path = format!("{BASE}/policies/publish");
    let reply = send(edge, org, &org.api_token, Method::POST, &path, Some(&json!({"revision": 1}))).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
}

/// A second person, with a session of their own: their cookie and a user token.
async fn joe(edge: &Edge, org: &Org) -> (String, String, String) {
    let new = json!({"name": "Joe", "email": "joe@acme.example", "role": "member"});
    let added = send(edge, org, &org.api_token, Method::POST, &format!("{BASE}/members"), Some(&new)).await.json();
    let url = added["invitation"]["url"].as_str().unwrap().to_owned();
    let code = url.rsplit('/').next().unwrap();
    let password = json!({"password": "tulip-bronze-canoe"});
    let accept = get_at(&org.host, &format!("{BASE}/invitations/{code}/accept"))
        .method(Method::POST)
        .header("content-type", "application/json")
        .header("origin", &org.origin);
    let accepted = edge.call(accept.body(Body::from(password.to_string())).unwrap()).await;
    assert!(accepted.status.is_success(), "{} {}", accepted.status, accepted.text());
    let signed = edge.sign_in(org, "joe@acme.example", "tulip-bronze-canoe").await;
    assert_eq!(signed.status, StatusCode::NO_CONTENT, "{}", signed.text());
    let cookie = crate::bench::cookie_of(&signed);
    let token = edge.user_token(org, &cookie).await;
    (added["member"]["id"].as_str().unwrap().to_owned(), cookie, token)
}

fn rockets() -> Value {
    let owned =
        json!({"rule": "IS_ENTITY_OWNER", "resourceType": "catalog-entity", "params": {"claims": ["$ownerRefs"]}});
    let condition = json!({"pluginId": "catalog", "resourceType": "catalog-entity", "conditions": owned});
    json!({"roles": [{"name": "rocketeers", "subjects": ["group:default/rockets"], "rules": [
        {"permission": "catalog.entity.delete", "effect": "allow", "condition": condition},
        {"permission": "catalog.location.create", "effect": "deny"},
        {"permission": "tenant.audit.read", "effect": "allow"}]}]})
}

#[tokio::test]
async fn a_publication_holds_at_once_here_and_within_two_seconds_in_a_process_that_hears_no_news() {
    let edge = Edge::start().await;
    let org = edge.org("acme").await;
    let (_, _, token) = joe(&edge, &org).await;
    let deaf = edge.deaf_sibling();
    let path = "/api/catalog/echo";
    let seen = async |router: &axum::Router| {
        let request = get_at(&org.host, path).header("authorization", format!("Bearer {token}"));
        testkit::send(router, request.body(Body::empty()).unwrap()).await.json()["principal"].clone()
    };
    assert_eq!((seen(&edge.router).await.get("grants"), seen(&deaf).await.get("grants")), (None, None));
    publish(&edge, &org, &rockets()).await;
    let grants = json!({"allowed": ["tenant.audit.read"], "denied": ["catalog.location.create"],
        "conditional": ["catalog.entity.delete"]});
    for _ in 0..50 {
        if seen(&edge.router).await["grants"] == grants {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(seen(&edge.router).await["grants"], grants, "news reached this process");
    edge.clock.advance(time::Duration::seconds(2));
    assert_eq!(seen(&deaf).await["grants"], grants, "without news it takes two seconds");
    assert_eq!(
        send(&edge, &org, &org.api_token, Method::GET, path, None).await.json()["principal"].get("grants"),
        None
    );
}

#[tokio::test]
async fn permission_clients_are_answered_as_backstage_answers_them() {
    let edge = Edge::start().await;
    let org = edge.org("acme").await;
    let (_, _, token) = joe(&edge, &org).await;
    publish(&edge, &org, &rockets()).await;
    edge.clock.advance(time::Duration::seconds(2));
    let basic =
        |id: &str, name: &str| json!({"id": id, "permission": {"type": "basic", "name": name, "attributes": {}}});
    let resource = json!({"type": "resource", "name": "catalog.entity.delete", "attributes": {"action": "delete"},
        "resourceType": "catalog-entity"});
    let asked = json!({"items": [
        basic("1", "catalog.entity.create"),
        basic("2", "catalog.location.create"),
        basic("3", "badges.badge.create"),
        {"id": "4", "permission": resource},
        {"id": "5", "permission": resource, "resourceRef": "component:default/x"},
        {"id": "6", "permission": {"type": "resource", "name": "catalog.entity.read", "attributes": {},
            "resourceType": "catalog-entity"}, "resourceRef": ["component:default/x", "component:default/y"]},
    ]});
    let answer = send(&edge, &org, &token, Method::POST, "/api/permission/authorize", Some(&asked)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let claims = json!(["user:default/joe", "group:default/rockets"]);
    let owned = json!({"rule": "IS_ENTITY_OWNER", "resourceType": "catalog-entity", "params": {"claims": claims}});
    assert_eq!(
        answer.json(),
        json!({"items": [
            {"id": "1", "result": "ALLOW"},
            {"id": "2", "result": "DENY"},
            {"id": "3", "result": "ALLOW"},
            {"id": "4", "result": "CONDITIONAL", "pluginId": "catalog", "resourceType": "catalog-entity",
                "conditions": owned},
            // The neighbour that stands for the catalog applies no conditions: no answer is no.
            {"id": "5", "result": "DENY"},
            {"id": "6", "result": ["ALLOW", "ALLOW"]},
        ]})
    );
    let nobody = get_at(&org.host, "/api/permission/authorize").method(Method::POST);
    let nobody = nobody.header("content-type", "application/json").body(Body::from(asked.to_string())).unwrap();
    let nobody = edge.call(nobody).await.json();
    assert!(nobody["items"].as_array().unwrap().iter().all(|item| !item.to_string().contains("ALLOW")), "{nobody}");
    for wrong in [json!({}), json!({"items": [{"id": "1"}]}), json!({"items": [{"permission": {"name": "x"}}]})] {
        let refused = send(&edge, &org, &token, Method::POST, "/api/permission/authorize", Some(&wrong)).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

/// The token that the plugin for rooms is shown when this person calls it.
async fn through_rooms(edge: &Edge, org: &Org, token: &str) -> String {
    use kernel::Clock as _;
    let mut tx = edge.db.db.tenant(org.id).await.unwrap();
    let stored = store::signing_keys::find_newest(&mut tx).await.unwrap().unwrap();
    let key = credential::signing::SigningKey::stored(stored.id, stored.private, stored.public);
    let issuer = credential::plugin_token::Issuer { tenant: org.id, origin: &org.origin };
    let person = send(edge, org, token, Method::GET, "/api/catalog/echo", None).await.json()["principal"].clone();
    let person = serde_json::from_value(person).unwrap();
    issuer.towards_plugin(&key, "rooms", &person, edge.clock.now()).unwrap().unwrap()
}

/// Members book what is theirs, and do not see the plan; of a plugin that is gone there is a rule too.
fn rooms() -> Value {
    let of = |plugin: &str, kind: &str| {
        let called = json!({"rule": "IS_OF", "resourceType": kind, "params": {"refs": ["$ownerRefs"]}});
        json!({"pluginId": plugin, "resourceType": kind, "conditions": called})
    };
    json!({"roles": [{"name": "bookers", "subjects": ["member"], "rules": [
        {"permission": "rooms.room.book", "effect": "allow", "condition": of("rooms", "room")},
        {"permission": "rooms.plan.read", "effect": "deny"},
        {"permission": "gone.thing.do", "effect": "allow", "condition": of("gone", "thing")}]}]})
}

#[tokio::test]
async fn a_plugin_is_told_what_whoever_called_it_may_do_of_its_own() {
    let edge = Edge::start().await;
    let org = edge.org("acme").await;
    let (_, _, token) = joe(&edge, &org).await;
    publish(&edge, &org, &rooms()).await;
    edge.clock.advance(time::Duration::seconds(2));
    let token = through_rooms(&edge, &org, &token).await;
    let basic =
        |id: &str, name: &str| json!({"id": id, "permission": {"type": "basic", "name": name, "attributes": {}}});
    let resource = |id: &str, name: &str, kind: &str, rooms: Value| {
        let mut item = json!({"id": id, "permission":
            {"type": "resource", "name": name, "attributes": {}, "resourceType": kind}});
        if !rooms.is_null() {
            item["resourceRef"] = rooms;
        }
        item
    };
    let asked = json!({"items": [
        basic("1", "rooms.plan.read"),
        resource("2", "rooms.room.book", "room", Value::Null),
        resource("3", "rooms.room.book", "room", json!("7")),
        resource("4", "rooms.room.book", "room", json!(["7", "8"])),
        resource("5", "rooms.room.paint", "room", json!("8")),
        resource("6", "gone.thing.do", "thing", json!("7")),
    ]});
    let answer = send(&edge, &org, &token, Method::POST, "/api/permission/authorize", Some(&asked)).await;
    let refs = json!(["user:default/joe", "group:default/rockets"]);
    assert_eq!(
        answer.json(),
        json!({"items": [
            {"id": "1", "result": "DENY"},
            {"id": "2", "result": "CONDITIONAL", "pluginId": "rooms", "resourceType": "room",
                "conditions": {"rule": "IS_OF", "resourceType": "room", "params": {"refs": refs}}},
            {"id": "3", "result": "ALLOW"},
            {"id": "4", "result": ["ALLOW", "DENY"]},
            // No rule speaks of it: what the built-in role comes with.
            {"id": "5", "result": "ALLOW"},
            // Nobody is there who could apply it.
            {"id": "6", "result": "DENY"},
        ]}),
        "{}",
        answer.text()
    );
    // Administrators hold every permission, also through a plugin.
    let jane = edge.user_token(&org, &edge.session(&org).await).await;
    let jane = through_rooms(&edge, &org, &jane).await;
    let answer = send(&edge, &org, &jane, Method::POST, "/api/permission/authorize", Some(&asked)).await.json();
    assert!(answer["items"].as_array().unwrap().iter().all(|item| !item.to_string().contains("DENY")), "{answer}");
}

#[tokio::test]
async fn an_administrator_looks_as_somebody_else_and_changes_nothing() {
    let edge = Edge::start().await;
    let org = edge.org("acme").await;
    let (joe_id, _, joe_token) = joe(&edge, &org).await;
    let cookie = edge.session(&org).await;
    let view = async |method: Method, path: &str, body: Option<Value>| {
        let request = get_at(&org.host, path).method(method).header("cookie", &cookie).header("origin", &org.origin);
        let request = request.header("content-type", "application/json");
        edge.call(request.body(body.map_or_else(Body::empty, |body| Body::from(body.to_string()))).unwrap()).await
    };
    let as_joe = json!({ "memberId": joe_id });
    let refused = send(&edge, &org, &joe_token, Method::POST, "/api/auth/v1/view-as", Some(&as_joe)).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let begun = view(Method::POST, "/api/auth/v1/view-as", Some(as_joe.clone())).await;
    assert_eq!(begun.status, StatusCode::OK, "{}", begun.text());

    let me = view(Method::GET, &format!("{BASE}/me"), None).await.json();
    assert_eq!((&me["name"], &me["viewedBy"]), (&json!("Joe"), &json!("user:default/jane")));
    assert!(!me["permissions"].as_array().unwrap().contains(&json!("tenant.update")));
    let seen = view(Method::GET, "/api/catalog/echo", None).await.json();
    assert_eq!(
        seen["principal"]["entity_ref"].as_str().or(seen["principal"]["entityRef"].as_str()),
        Some("user:default/joe")
    );
    assert_eq!(seen["principal"]["viewedBy"], "user:default/jane");
    let token = edge.user_token(&org, &cookie).await;
    let with_token =
        send(&edge, &org, &token, Method::POST, &format!("{BASE}/tokens"), Some(&json!({"name": "x"}))).await;
    assert_eq!(with_token.status, StatusCode::FORBIDDEN, "a viewer makes no token for whom they view");
    for (method, path) in [(Method::POST, "/tokens"), (Method::PATCH, "/tenant"), (Method::POST, "/members")] {
        let refused = view(method.clone(), &format!("{BASE}{path}"), Some(json!({"name": "x"}))).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{method} {path}");
    }
    assert_eq!(
        view(Method::POST, "/api/permission/authorize", Some(json!({"items": []}))).await.status,
        StatusCode::OK
    );

    assert_eq!(view(Method::DELETE, "/api/auth/v1/view-as", None).await.status, StatusCode::NO_CONTENT);
    let me = view(Method::GET, &format!("{BASE}/me"), None).await.json();
    assert_eq!((&me["name"], me.get("viewedBy")), (&json!("Jane"), None));
    let mut tx = edge.db.db.tenant(org.id).await.unwrap();
    let rows = store::audit_page(&mut tx, None, 2).await.unwrap();
    let told: Vec<_> = rows.iter().map(|row| (row.actor.as_str(), row.action.as_str(), row.target.as_str())).collect();
    let (jane, joe) = ("user:default/jane", "user:default/joe");
    assert_eq!(told, [(jane, "member.viewAs.end", joe), (jane, "member.viewAs.begin", joe)]);
    // It ends by itself.
    view(Method::POST, "/api/auth/v1/view-as", Some(as_joe)).await;
    edge.clock.advance(time::Duration::minutes(61));
    assert_eq!(view(Method::GET, &format!("{BASE}/me"), None).await.json()["name"], "Jane", "{APEX}");
}
