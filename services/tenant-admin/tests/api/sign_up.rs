//! What sign-up leaves behind when it fails. Its forms are tested through the gateway.

use crate::bench::{BASE, Bench, PASSWORD};
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::{Reply, request};

async fn sign_up(bench: &Bench, slug: &str) -> Reply {
    let form: Value = json!({ "organization": { "name": "Acme", "slug": slug },
        "admin": { "name": "Jane", "email": "jane@acme.example", "password": PASSWORD } });
    request(&bench.router, None, Method::POST, &format!("{BASE}/signup"), Some(form)).await
}

#[tokio::test]
async fn a_sign_up_that_fails_in_the_middle_leaves_nothing_and_can_be_repeated() {
    let bench = Bench::start().await;
    bench.db.execute_as_admin("alter table password add constraint broken check (hash = '')").await;
    let failed = sign_up(&bench, "acme").await;
    assert_eq!(failed.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!failed.text().contains("broken"), "the database's words stay inside: {}", failed.text());
    bench.db.execute_as_admin("alter table password drop constraint broken").await;
    assert_eq!(sign_up(&bench, "acme").await.status, StatusCode::CREATED);
}

#[tokio::test]
async fn an_operator_can_close_sign_up() {
    let bench = Bench::with(|config| config.signup_enabled = false).await;
    assert_eq!(sign_up(&bench, "acme").await.status, StatusCode::FORBIDDEN);
}
