//! What the edge leaves in the audit log: sign-ins, refused ones within bounds, and where each came from.

use crate::bench::{Edge, Org, generous};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use gateway::Attempts;
use store::AuditRow;

async fn rows(edge: &Edge, org: &Org, action: &str) -> Vec<AuditRow> {
    let mut tx = edge.db.db.tenant(org.id).await.unwrap();
    let rows = store::audit_page(&mut tx, None, 1_000).await.unwrap();
    rows.into_iter().filter(|row| row.action == action).collect()
}

#[tokio::test]
async fn refused_sign_ins_are_in_the_log_but_cannot_fill_it() {
    let edge = Edge::with(|config| config.attempts = Attempts { sign_in_per_account: 12, ..generous() }).await;
    let org = edge.org("acme").await;
    for _ in 0..30 {
        edge.sign_in(&org, &org.email, "not the password").await;
    }
    let refused = rows(&edge, &org, "session.refuse").await;
    let told: Vec<_> = refused
        .iter()
        .rev()
        .map(|row| {
            let after = row.after.as_ref().unwrap();
            (
                row.actor.as_str(),
                row.target.as_str(),
                after["reason"].as_str().unwrap(),
                after["count"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("nobody", "user:default/jane", "wrong mail address or password", 1),
            ("nobody", "user:default/jane", "wrong mail address or password", 10),
            ("nobody", "unknown account", "too many attempts", 1),
            ("nobody", "unknown account", "too many attempts", 10),
        ]
    );
    // An attacker with many accounts writes a bounded number of rows, and nothing of what was typed.
    for n in 0..100 {
        edge.sign_in(&org, &format!("hunter2-{n}@acme.example"), "hunter2").await;
    }
    let refused = rows(&edge, &org, "session.refuse").await;
    assert_eq!(refused.len(), 60);
    assert!(!format!("{refused:?}").contains("hunter2"));
}

#[tokio::test]
async fn rows_say_where_the_request_came_from_whatever_the_client_claims() {
    let edge = Edge::start().await;
    let org = edge.org("acme").await;
    let request = Request::post("/api/tenant-admin/v1/tokens")
        .header("host", &org.host)
        .header("authorization", format!("Bearer {}", org.api_token))
        .header("content-type", "application/json")
        .header("user-agent", "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0")
        .header("x-proscenium-client", "198.51.100.1;forged")
        .body(Body::from(r#"{"name":"ci"}"#))
        .unwrap();
    assert_eq!(edge.call(request).await.status, StatusCode::CREATED);
    let made = rows(&edge, &org, "token.create").await.remove(0);
    assert_eq!(made.source_address.as_deref(), Some("127.0.0.1"));
    assert_eq!(made.agent.as_deref(), Some("Firefox on Linux"));
    edge.sign_in(&org, &org.email, &org.password).await;
    let signed_in = rows(&edge, &org, "session.start").await.remove(0);
    assert_eq!(signed_in.source_address.as_deref(), Some("127.0.0.1"));
    assert_eq!(signed_in.agent.as_deref(), Some("unknown program"));
}
