//! Suspending, deleting and bringing back an organisation, and what is left of one in the end.

use crate::bench::Bench;
use axum::http::StatusCode;
use serde_json::json;
use tenant_admin::jobs::erase_due;
use tenant_admin::{Closing, close_tenant, find_tenant, list_tenants};
use time::Duration;

async fn state_of(bench: &Bench, slug: &str) -> &'static str {
    list_tenants(&bench.state).await.unwrap().into_iter().find(|tenant| tenant.slug == slug).unwrap().state
}

#[tokio::test]
async fn an_administrator_deletes_their_own_organisation_by_typing_its_address_and_their_password() {
    let bench = Bench::start().await;
    let made = bench.created("acme").await;
    let id = bench.member_ids(made.tenant.id).await[0];
    let admin = crate::bench::person(made.tenant.id, id, "admin");
    let delete = async |slug: &str, password: &str| {
        bench.post(&admin, "/tenant/deletion", json!({ "slug": slug, "password": password })).await
    };
    let wrong = delete("globex", &made.admin.password).await;
    assert_eq!(wrong.json()["error"]["fields"]["slug"], "Type acme to confirm.");
    assert_eq!(delete("acme", "not this one").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(state_of(&bench, "acme").await, "active");
    let deleted = delete("acme", &made.admin.password).await;
    assert_eq!(
        (deleted.status, &deleted.json()["deleteAfter"]),
        (StatusCode::ACCEPTED, &json!("2027-01-29T08:00:00Z"))
    );
    assert_eq!(bench.last_audit(made.tenant.id).await.1, "tenant.delete");
    assert!(find_tenant(&bench.state, "acme").await.is_err(), "closed at once");

    assert_eq!(erase_due(&bench.state).await.unwrap(), 0, "the grace is not over");
    close_tenant(&bench.state, "acme", Closing::Resume).await.unwrap();
    assert_eq!(bench.get(&admin, "/me").await.status, StatusCode::OK, "everything is there again");
    bench.clock.advance(Duration::days(30));
    assert_eq!(erase_due(&bench.state).await.unwrap(), 0, "it was brought back");
}

#[tokio::test]
async fn after_the_grace_nothing_is_left_but_the_address_and_nothing_brings_it_back() {
    let bench = Bench::start().await;
    let (acme, globex) = (bench.org("acme").await, bench.org("globex").await);
    let mut tx = bench.db.db.tenant(acme.tenant).await.unwrap();
    let sealed = tx.seal("secret", "token", b"hunter2").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(close_tenant(&bench.state, "acme", Closing::Suspend).await.unwrap().state, "suspended");
    assert_eq!(close_tenant(&bench.state, "acme", Closing::Delete).await.unwrap().state, "deleted");
    bench.clock.advance(Duration::days(14));
    assert_eq!(erase_due(&bench.state).await.unwrap(), 1);
    assert_eq!(state_of(&bench, "acme").await, "erased");
    assert_eq!(erase_due(&bench.state).await.unwrap(), 0, "once");

    let mut tx = bench.db.db.tenant(acme.tenant).await.unwrap();
    assert!(tx.open("secret", "token", &sealed).await.is_err(), "what a backup holds stays closed");
    assert_eq!(store::left_over(&mut tx).await.unwrap(), Vec::<String>::new());
    drop(tx);
    assert_eq!(bench.db.audit_rows(acme.tenant).await, 0);
    let back = close_tenant(&bench.state, "acme", Closing::Resume).await.unwrap_err();
    assert!(back.message.contains("nothing brings it back"), "{}", back.message);
    assert_eq!(bench.member_ids(globex.tenant).await.len(), 1, "the neighbour is whole");
    let again = tenant_admin::NewTenant {
        slug: "acme".to_owned(),
        name: "Somebody else".to_owned(),
        admin_email: "eve@evil.example".to_owned(),
        admin_name: None,
        user_ref: None,
        plan: "internal".to_owned(),
    };
    assert!(tenant_admin::create_tenant(&bench.state, again).await.is_err(), "nobody else gets the address");
}

#[tokio::test]
async fn usage_says_what_is_used_and_allowed_and_warns_in_time() {
    let bench = Bench::with(|config| {
        let plan = runtime::config::Plan { members: 2, requests_per_minute: 10, ..runtime::config::Plan::default() };
        config.plans = runtime::config::Plans::default().with("internal", plan).with("free", plan);
    })
    .await;
    let org = bench.org("acme").await;
    let minute = 1_800_000_000 / 60;
    let counted = [(runtime::cache::CacheKey::requests(org.tenant, minute), 8)];
    bench.state.ground.cache.add_all(&counted, std::time::Duration::from_secs(60)).await.unwrap();
    let usage = bench.get(&org.admin, "/usage").await.json();
    let expected = json!({ "plan": "internal", "items": [
        { "counted": "members", "used": 1, "allowed": 2, "level": "fine" },
        { "counted": "entities", "level": "fine" },
        { "counted": "workers", "level": "fine" },
        { "counted": "requests-per-minute", "used": 8, "allowed": 10, "level": "near-limit" },
    ] });
    assert_eq!(usage, expected);
    let unknown = tenant_admin::set_plan(&bench.state, "acme", "gold").await.unwrap_err();
    assert_eq!(unknown.message, "There is no plan gold; the plans are free, internal");
    assert_eq!(tenant_admin::set_plan(&bench.state, "acme", "free").await.unwrap().plan, "free");
}
