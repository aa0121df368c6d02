//! Processes that stop in the middle of a task.

use crate::house::{House, messages};
use scaffolder::start;
use serde_json::{Value, json};
use std::time::Duration;

fn waiting() -> Value {
    json!({"steps": [
        {"id": "say", "name": "Say", "action": "debug:log", "input": {"message": "begun"}},
        {"id": "wait", "name": "Wait", "action": "debug:wait", "input": {"seconds": "${{ parameters.seconds }}"}},
    ]})
}

/// What a process leaves behind that is killed: a task and its job, both begun, and a lease that runs out.
async fn kill_in_the_middle(house: &House) -> String {
    let id = house.begin("wait", json!({"seconds": 0}), json!({"TOKEN": "hunter2-hunter2"})).await;
    let mut tx = house.db.db.tenant(house.tenant).await.unwrap();
    for statement in [
        "update task set status = 'processing', last_event = 2 where tenant_id = $1 and task_id = $2",
        "insert into task_event (tenant_id, task_id, event_id, type, body) values
         ($1, $2, 1, 'log', '{\"message\":\"Starting up task with 2 steps\"}'),
         ($1, $2, 2, 'log', '{\"message\":\"Beginning step Wait\",\"stepId\":\"wait\",\"status\":\"processing\"}')",
        "insert into task_step (tenant_id, task_id, position, step_id, status) values ($1, $2, 1, 'wait', 'processing')",
    ] {
        let id = uuid::Uuid::parse_str(&id).unwrap();
        sqlx::query(statement).bind(tx.id()).bind(id).execute(tx.conn()).await.unwrap();
    }
    sqlx::query("update job set lease = gen_random_uuid(), attempts = 1, run_at = clock_timestamp() + interval '300 ms' where tenant_id = $1")
        .bind(tx.id()).execute(tx.conn()).await.unwrap();
    tx.commit().await.unwrap();
    id
}

#[tokio::test]
async fn a_task_whose_process_was_killed_is_shown_as_interrupted_and_can_be_retried() {
    let house = House::without_worker(|_| {}).await;
    house.template("wait", waiting());
    let id = kill_in_the_middle(&house).await;
    start(house.state.clone());
    house.wait_for(&id, "failed").await;
    let events = house.events(&id).await;
    let end = events.last().unwrap();
    assert_eq!(end["type"], "completion");
    assert_eq!(end["body"]["message"], "interrupted: the process that ran it stopped");
    assert_eq!(end["body"]["error"]["name"], "InterruptedError");
    let step = events.iter().find(|event| event["body"]["status"] == "failed").unwrap();
    assert_eq!(step["body"]["stepId"], "wait");

    house.post(&format!("/v2/tasks/{id}/retry"), json!({})).await;
    house.wait_for(&id, "completed").await;
    let events = house.events(&id).await;
    assert!(events.iter().any(|event| event["type"] == "recovered"), "{events:?}");
    assert!(messages(&events).contains(&"info: begun".to_owned()), "it ran from its beginning");
}

#[tokio::test]
async fn a_live_process_keeps_its_lease_beyond_the_leases_length() {
    let house = House::without_worker(|config| config.lease = Duration::from_millis(400)).await;
    house.template("wait", waiting());
    start(house.state.clone());
    // A second process would take the job over if the lease ran out.
    start(house.state.clone());
    let id = house.begin("wait", json!({"seconds": 2}), json!({})).await;
    house.wait_for(&id, "completed").await;
}

#[tokio::test]
async fn a_process_that_is_asked_to_stop_says_so_in_its_tasks() {
    let house = House::open().await;
    house.template("wait", waiting());
    let id = house.begin("wait", json!({"seconds": 60}), json!({})).await;
    house.wait_for(&id, "processing").await;
    assert!(house.state.tasks.shutdown(Duration::from_secs(5)).await.is_empty());
    house.wait_for(&id, "failed").await;
    let events = house.events(&id).await;
    assert_eq!(events.last().unwrap()["body"]["message"], "interrupted: the process that ran it stopped");
}

#[tokio::test]
async fn a_process_that_lost_its_lease_writes_nothing_more() {
    let house = House::open().await;
    house.template("wait", waiting());
    let id = house.begin("wait", json!({"seconds": 1}), json!({})).await;
    house.wait_for(&id, "processing").await;
    let mut tx = house.db.db.tenant(house.tenant).await.unwrap();
    sqlx::query(
        "update job set lease = gen_random_uuid(), run_at = clock_timestamp() + interval '1 hour' where tenant_id = $1",
    )
    .bind(tx.id())
    .execute(tx.conn())
    .await
    .unwrap();
    tx.commit().await.unwrap();
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let task = house.get(&format!("/v2/tasks/{id}")).await.json();
    assert_eq!(task["status"], "processing");
    assert!(house.events(&id).await.iter().all(|event| event["type"] != "completion"));
}
