//! Templates that are started by the clock, and the history of runs.

use crate::house::House;
use http::{Method, StatusCode};
use http_shell::Caller;
use kernel::{Principal, User};
use serde_json::{Value, json};

fn input(cron: &str) -> Value {
    json!({"name": "Nightly", "templateRef": "template:default/ok", "values": {"a": "xy"}, "cron": cron})
}

async fn with_template(house: &House) {
    house.template(
        "ok",
        json!({"steps": [{"id": "s", "action": "debug:log"}],
        "parameters": {"properties": {"a": {"type": "string", "minLength": 2}}}}),
    );
    let user = house.caller.principal.user().unwrap();
    let mut tx = house.db.db.tenant(house.tenant).await.unwrap();
    sqlx::query(
        "insert into member (tenant_id, member_id, name, email, email_key, role, user_ref, status, created_at)
         values ($1, $2, 'Admin', 'a@acme.test', 'a@acme.test', 'admin', $3, 'active', now())",
    )
    .bind(tx.id())
    .bind(user.id)
    .bind(&user.entity_ref)
    .execute(tx.conn())
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

/// Makes every schedule due now.
async fn due(house: &House) {
    house
        .execute(
            "update task_schedule set next_run_at = date_trunc('milliseconds', clock_timestamp()) where tenant_id = $1",
        )
        .await;
    house
        .execute("update job set run_at = clock_timestamp() where tenant_id = $1 and queue = 'scaffolder.schedule'")
        .await;
}

#[tokio::test]
async fn a_schedule_starts_its_template_as_its_owner() {
    let house = House::open().await;
    with_template(&house).await;
    let made = house.post("/v1/schedules", input("0 3 * * *")).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let id = made.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(made.json()["owner"], "user:default/admin");
    assert!(made.json()["nextRunAt"].is_string() && made.json()["canChange"] == true);
    due(&house).await;
    let runs = format!("/v1/runs?scheduleId={id}");
    house.until("it ran", async || house.get(&runs).await.json()["items"][0]["status"] == "completed").await;
    let run = house.get(&runs).await.json()["items"][0].clone();
    assert_eq!(run["createdBy"], "user:default/admin");
    let now = house.get(&format!("/v1/schedules/{id}")).await.json();
    assert_eq!(now["lastTaskId"], run["id"]);
    assert!(now["nextRunAt"].as_str().unwrap() > now["lastRunAt"].as_str().unwrap());
}

#[tokio::test]
async fn a_schedule_whose_owner_may_not_any_more_says_so_and_rests_in_the_end() {
    let house = House::open().await;
    with_template(&house).await;
    let id = house.post("/v1/schedules", input("0 3 * * *")).await.json()["id"].as_str().unwrap().to_owned();
    house.execute("update member set role = 'viewer' where tenant_id = $1").await;
    let path = format!("/v1/schedules/{id}");
    for _ in 0..2 {
        due(&house).await;
        house
            .until("it was due", async || {
                house.get(&path).await.json()["nextRunAt"].as_str().is_some_and(|at| at.ends_with(":00:00.000Z"))
            })
            .await;
    }
    let now = house.get(&path).await.json();
    assert!(now["lastError"].as_str().unwrap().contains("scaffolder.task.create"), "{now}");
    due(&house).await;
    house.until("it rests", async || house.get(&path).await.json()["paused"] == true).await;
    assert_eq!(house.get("/v1/runs").await.json()["items"], json!([]));
    assert_eq!(house.post(&format!("{path}/resume"), json!({})).await.json()["paused"], false);
}

#[tokio::test]
async fn a_schedule_is_changed_by_its_owner_and_by_those_who_look_after_templates() {
    let house = House::without_worker(|_| {}).await;
    with_template(&house).await;
    let id = house.post("/v1/schedules", input("0 3 * * *")).await.json()["id"].as_str().unwrap().to_owned();
    let user = User { id: uuid::Uuid::now_v7(), ..testkit::member(house.tenant).principal.user().unwrap().clone() };
    let member = Caller { tenant: house.tenant, principal: Principal::User(user) };
    let path = format!("/v1/schedules/{id}");
    let send =
        async |method: Method, path: &str, body: Option<Value>| house.send(Some(&member), method, path, body).await;
    assert_eq!(send(Method::GET, &path, None).await.json()["canChange"], false);
    for (method, path, body) in [
        (Method::PUT, path.clone(), Some(input("0 4 * * *"))),
        (Method::DELETE, path.clone(), None),
        (Method::POST, format!("{path}/pause"), Some(json!({}))),
        (Method::POST, format!("{path}/run"), Some(json!({}))),
    ] {
        assert_eq!(send(method, &path, body).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(house.post(&format!("{path}/pause"), json!({})).await.json()["paused"], true);
    let changed = house.send(Some(&house.caller), Method::PUT, &path, Some(input("0 4 * * *"))).await.json();
    assert_eq!((changed["cron"].clone(), changed["paused"].clone()), (json!("0 4 * * *"), json!(true)));
    assert_eq!(house.post(&format!("{path}/run"), json!({})).await.status, StatusCode::CREATED);
    assert_eq!(house.send(Some(&house.caller), Method::DELETE, &path, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(house.get(&path).await.status, StatusCode::NOT_FOUND);
    let rival = testkit::admin(house.db.tenant("rival").await);
    assert_eq!(house.send(Some(&rival), Method::GET, &path, None).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_wrong_with_a_schedule_is_said() {
    let house = House::without_worker(|_| {}).await;
    with_template(&house).await;
    let reply = house.post("/v1/schedules", input("61 * * * *")).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    assert!(reply.json()["error"]["fields"]["cron"].is_string(), "{}", reply.text());
    let mut wrong = input("0 3 * * *");
    wrong["values"] = json!({"a": "x"});
    assert_eq!(house.post("/v1/schedules", wrong).await.json()["errors"][0]["name"], "minLength");
    let next = house.post("/v1/schedules/preview", json!({"cron": "0 3 * * *", "timeZone": "Europe/Berlin"})).await;
    assert_eq!(next.json()["next"].as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn the_history_tells_from_where_a_run_was_started_and_what_came_of_it() {
    let house = House::open().await;
    house.template("make", json!({"steps": [
        {"id": "r", "name": "R", "action": "catalog:register", "input": {"catalogInfoUrl": "http://git.test/x.yaml"}}]}));
    let body = json!({"templateRef": "template:default/make", "values": {}, "entityRef": "System:default/Shop"});
    let id = house.post("/v2/tasks", body).await.json()["id"].as_str().unwrap().to_owned();
    house.wait_for(&id, "completed").await;
    for query in [
        "entityRef=component:default/created&relation=made",
        "entityRef=system:default/shop&relation=startedFrom",
        "entityRef=Component:default/Created",
        "template=template:default/make&limit=1",
    ] {
        let items = house.get(&format!("/v1/runs?{query}")).await.json()["items"].clone();
        assert_eq!(items[0]["id"], json!(id), "{query}");
        assert_eq!(
            (items[0]["made"].clone(), items[0]["startedFrom"].clone()),
            (json!(["component:default/created"]), json!("system:default/shop"))
        );
    }
    let none = house.get("/v1/runs?entityRef=component:default/created&relation=startedFrom").await.json();
    assert_eq!(none["items"], json!([]));
}
