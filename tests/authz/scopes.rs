//! A token that is limited to one permission opens the routes that ask for it, and no other.

use super::examples::examples;
use super::installation::{Installation, request};
use super::organisation::Organisation;
use authz::Permission;
use http::StatusCode;
use http_shell::Audience;
use serde_json::json;

impl Installation {
    /// An administrator's token, or one of the organisation's own with that role, with this permission alone.
    async fn limited_token(&self, of: &Organisation, permission: Permission, service: bool) -> String {
        let (list, name) = if service {
            ("service-tokens", permission.name().replace('.', "-").to_lowercase())
        } else {
            ("tokens", permission.name().to_owned())
        };
        let form = json!({ "name": name, "role": "admin", "scopes": [permission.name()] });
        let made = self.by_admin(of, "POST", &format!("/api/tenant-admin/v1/{list}"), &form).await;
        made["token"].as_str().unwrap().to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_with_one_permission_is_refused_on_every_route_that_asks_for_another() {
    let installation = Installation::start().await;
    let org = installation.organisation("acme").await;
    let resources = installation.resources(&org).await;
    let mut tokens = Vec::new();
    for (number, permission) in Permission::ALL.iter().enumerate() {
        tokens.push((*permission, installation.limited_token(&org, *permission, number % 2 == 1).await));
    }
    let (mut wrong, mut refused, mut let_in) = (Vec::new(), 0, 0);
    for (permission, token) in &tokens {
        let bearer = format!("Bearer {token}");
        for (entry, example) in examples(&installation.routes) {
            let asks_for = match (entry.access.audience(), entry.access.permission()) {
                (Audience::User | Audience::UserOrWorker, Some(asks_for)) => asks_for,
                _ => continue,
            };
            let (path, body) = (example.path_with(&resources), example.body_with(&resources));
            let headers = [("authorization", bearer.as_str()), ("origin", org.origin.as_str())];
            let reply = installation.call(request(example.method(), &org.host, &path, &body, &headers)).await;
            let lacks = reply.text().contains(&format!("You lack the permission {asks_for}."));
            let closed = reply.status == StatusCode::FORBIDDEN && (lacks || example.method() == "HEAD");
            if closed == (asks_for == *permission) {
                wrong.push(format!("{} with {permission}: {} {}", example.route, reply.status, reply.text()));
            }
            if closed { refused += 1 } else { let_in += 1 }
        }
    }
    assert!(wrong.is_empty(), "{} wrong answers:\n{}", wrong.len(), wrong.join("\n"));
    assert!(refused > 2_000 && let_in > 100, "{refused} refused, {let_in} let in");
    installation.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_token_acts_as_itself_and_stops_at_once_when_it_is_deleted() {
    let installation = Installation::start().await;
    let org = installation.organisation("acme").await;
    let list = "/api/tenant-admin/v1/service-tokens";
    let form = json!({ "name": "ci", "role": "admin", "scopes": ["tenant.update", "tenant.read"] });
    let made = installation.by_admin(&org, "POST", list, &form).await;
    let bearer = format!("Bearer {}", made["token"].as_str().unwrap());
    let ask = async |method: &str, path: &str, body: &str| {
        installation.call(request(method, &org.host, path, body, &[("authorization", bearer.as_str())])).await
    };
    let me = ask("GET", "/api/tenant-admin/v1/me", "").await.json();
    assert_eq!(me["userEntityRef"], "service:default/ci");
    assert_eq!(me["permissions"], json!(["tenant.read", "tenant.update"]));
    let changed = ask("PATCH", "/api/tenant-admin/v1/tenant", r#"{"name":"By the pipeline"}"#).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text());
    let mut tx = installation.test.db.tenant(org.id).await.unwrap();
    let newest = store::audit_page(&mut tx, None, 1).await.unwrap().pop().unwrap();
    drop(tx);
    assert_eq!((newest.actor.as_str(), newest.action.as_str()), ("service:default/ci", "tenant.update"));
    let shown = installation.by_admin(&org, "GET", list, &serde_json::Value::Null).await["items"][0].clone();
    assert!(shown["lastUsedAt"].is_string() && shown["lastUsedFrom"] == "127.0.0.1", "{shown}");
    let path = format!("{list}/{}", made["id"].as_str().unwrap());
    let bearer_of_admin = format!("Bearer {}", org.admin);
    let deleted = request("DELETE", &org.host, &path, "", &[("authorization", bearer_of_admin.as_str())]);
    assert_eq!(installation.call(deleted).await.status, StatusCode::NO_CONTENT);
    let mut status = StatusCode::OK;
    for _ in 0..40 {
        status = ask("GET", "/api/tenant-admin/v1/me", "").await.status;
        if status == StatusCode::UNAUTHORIZED {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(status, StatusCode::UNAUTHORIZED, "it works two seconds after its deletion");
    installation.stop().await;
}
