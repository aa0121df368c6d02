//! Running templates under a condition: policies can give the permission for some templates only.

use crate::house::House;
use http::{Method, StatusCode};
use http_shell::Caller;
use kernel::Principal;
use serde_json::{Value, json};
use store::policy::{NewRule, NewVersion, publish};
use testkit::{member, request};

const RUN: &str = "scaffolder.task.create";

async fn allow_only(house: &House, version: i64, template: &str) {
    let rule = json!({"rule": "IS", "resourceType": "catalog-entity", "params": {"ref": template}});
    let condition = json!({"pluginId": "catalog", "resourceType": "catalog-entity", "conditions": rule});
    let rule = NewRule { role: "r".into(), permission: RUN.into(), effect: "allow", condition: Some(condition) };
    let new = NewVersion {
        version,
        document: json!({"roles": []}),
        bindings: vec![("member".into(), "r".into())],
        rules: vec![rule],
        note: String::new(),
        published_by: "user:default/admin".into(),
        published_at: time::OffsetDateTime::UNIX_EPOCH,
    };
    let mut tx = house.db.db.tenant(house.tenant).await.unwrap();
    publish(&mut tx, &new).await.unwrap();
    tx.commit().await.unwrap();
}

/// A member as the gateway describes them while that rule holds.
fn joe(house: &House) -> Caller {
    let mut joe = member(house.tenant);
    if let Principal::User(user) = &mut joe.principal {
        user.grants.conditional = vec![RUN.to_owned()];
    }
    joe
}

async fn begin(house: &House, by: &Caller, template: &str) -> StatusCode {
    let body: Value = json!({"templateRef": format!("template:default/{template}"), "values": {}});
    request(&house.router, Some(by), Method::POST, "/api/scaffolder/v2/tasks", Some(body)).await.status
}

#[tokio::test]
async fn a_condition_on_running_is_about_the_template() {
    let house = House::without_worker(|_| {}).await;
    house.template("mine", json!({"steps": []}));
    house.template("yours", json!({"steps": []}));
    allow_only(&house, 1, "template:default/mine").await;
    let joe = joe(&house);
    assert_eq!(begin(&house, &joe, "mine").await, StatusCode::CREATED);
    assert_eq!(begin(&house, &joe, "yours").await, StatusCode::FORBIDDEN);
    assert_eq!(
        begin(&house, &house.caller, "yours").await,
        StatusCode::CREATED,
        "nothing is taken from administrators"
    );
    allow_only(&house, 2, "template:default/yours").await;
    assert_eq!(begin(&house, &joe, "yours").await, StatusCode::CREATED, "what was published last counts");
    assert_eq!(begin(&house, &joe, "mine").await, StatusCode::FORBIDDEN);
}
