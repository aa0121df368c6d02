//! What the operator makes.

use crate::bench::Bench;
use kernel::ErrorKind;
use tenant_admin::{NewTenant, create_tenant, demo_tenant};

fn new(slug: &str, user_ref: Option<&str>) -> NewTenant {
    NewTenant {
        slug: slug.to_owned(),
        name: "Acme".to_owned(),
        admin_email: "Jane.Doe@acme.example".to_owned(),
        admin_name: None,
        user_ref: user_ref.map(str::to_owned),
        plan: "internal".to_owned(),
    }
}

#[tokio::test]
async fn it_prints_an_organisation_an_administrator_and_a_token() {
    let bench = Bench::start().await;
    let made = create_tenant(&bench.state, new("acme", None)).await.unwrap();
    let json = serde_json::to_value(&made).unwrap();
    assert_eq!(json["tenant"], serde_json::json!({ "id": made.tenant.id, "slug": "acme", "name": "Acme" }));
    assert_eq!(json["url"], "http://acme.localhost:7007");
    assert_eq!(json["admin"]["email"], "Jane.Doe@acme.example");
    assert_eq!(json["admin"]["password"].as_str().unwrap().len(), 24);
    let prefix = format!("pro_{}_", made.tenant.id.as_uuid().simple());
    assert!(made.token.starts_with(&prefix), "{}", made.token);
    assert_eq!(bench.db.audit_rows(made.tenant.id).await, 3, "organisation, member, token");
    let id = bench.member_ids(made.tenant.id).await[0];
    let me = bench.get(&crate::bench::person(made.tenant.id, id, "admin"), "/me").await.json();
    assert_eq!((&me["userEntityRef"], &me["name"]), (&"user:default/jane.doe".into(), &"Jane.Doe".into()));
}

#[tokio::test]
async fn the_operator_chooses_the_administrators_entity_and_reserved_addresses() {
    let bench = Bench::start().await;
    let made = create_tenant(&bench.state, new("www", Some("User:Development/Guest"))).await.unwrap();
    let id = bench.member_ids(made.tenant.id).await[0];
    let me = bench.get(&crate::bench::person(made.tenant.id, id, "admin"), "/me").await.json();
    assert_eq!(me["userEntityRef"], "user:development/guest");
    let taken = create_tenant(&bench.state, new("www", None)).await.unwrap_err();
    assert_eq!(taken.kind, ErrorKind::Conflict);
    assert_eq!(create_tenant(&bench.state, new("No Slug", None)).await.unwrap_err().kind, ErrorKind::Input);
    assert_eq!(create_tenant(&bench.state, new("acme", Some("a:b:c/d/e"))).await.unwrap_err().kind, ErrorKind::Input);
}

#[tokio::test]
async fn the_demo_organisation_is_made_once_and_its_link_anew_each_time() {
    let bench = Bench::start().await;
    let (first, second) = (demo_tenant(&bench.state).await.unwrap(), demo_tenant(&bench.state).await.unwrap());
    assert_eq!(first.tenant.id, second.tenant.id);
    assert!(first.created.is_some() && second.created.is_none());
    assert!(first.url.starts_with("http://demo.localhost:7007/api/auth/v1/handoff?code="));
    assert_ne!(first.url, second.url);
}
