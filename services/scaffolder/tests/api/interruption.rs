//! Processes that stop in the middle of a task, and what the next one makes of it.

use crate::house::{House, messages, tree};
use http::StatusCode;
use scaffolder::start;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

fn waiting() -> Value {
    json!({"steps": [
        {"id": "say", "name": "Say", "action": "debug:log", "input": {"message": "begun"}},
        {"id": "wait", "name": "Wait", "action": "debug:wait", "input": {"seconds": "${{ parameters.seconds }}"}},
    ]})
}

/// Makes a task look as a process leaves it that is killed in its second step: the first has ended, the lease runs out.
async fn kill_in_second_step(house: &House, template: &str, values: Value, first_output: &'static str) -> String {
    let id = house.begin(template, values, json!({"TOKEN": "hunter2-hunter2"})).await;
    house.execute("update task set status = 'processing', holder = gen_random_uuid(), attempts = 1, last_event = 2 where tenant_id = $1").await;
    house.execute("insert into task_event (tenant_id, task_id, event_id, type, body) select tenant_id, task_id, n, 'log', '{\"message\":\"x\"}' from task, generate_series(1, 2) n where tenant_id = $1").await;
    let mut tx = house.db.db.tenant(house.tenant).await.unwrap();
    sqlx::query(
        "insert into task_step (tenant_id, task_id, position, step_id, status, output)
         select tenant_id, task_id, n, 'step', case when n = 0 then 'completed' else 'processing' end, $2::json
         from task, generate_series(0, 1) n where tenant_id = $1",
    )
    .bind(tx.id())
    .bind(first_output)
    .execute(tx.conn())
    .await
    .unwrap();
    tx.commit().await.unwrap();
    house.execute("update job set lease = gen_random_uuid(), attempts = 1, run_at = clock_timestamp() + interval '300 ms' where tenant_id = $1").await;
    id
}

#[tokio::test]
async fn a_task_whose_process_was_killed_goes_on_at_its_step_and_says_so() {
    let house = House::without_worker(|_| {}).await;
    house.template("two", json!({"steps": [
        {"id": "first", "name": "First", "action": "debug:log", "input": {"message": "not again"}},
        {"id": "second", "name": "Second", "action": "debug:log", "input": {"message": "got ${{ steps.first.output.x }}"}},
    ], "output": {"x": "${{ steps.first.output.x }}"}}));
    let id = kill_in_second_step(&house, "two", json!({}), r#"{"x": "from before"}"#).await;
    start(house.state.clone());
    house.wait_for(&id, "completed").await;
    let events = house.events(&id).await;
    let said = messages(&events);
    assert!(said.contains(&"Resuming the task: the process that ran it stopped".to_owned()), "{said:?}");
    assert!(said.contains(&"Retrying step Second (attempt 2): the process that ran it stopped".to_owned()), "{said:?}");
    assert!(said.contains(&"info: got from before".to_owned()), "the first step's output is still there: {said:?}");
    assert!(!said.iter().any(|line| line.contains("not again")), "an ended step is not run again: {said:?}");
    assert_eq!(events.last().unwrap()["body"]["output"]["x"], "from before");
    let run = house.get(&format!("/v1/runs/{id}")).await.json();
    assert_eq!((run["steps"][0]["attempts"].clone(), run["steps"][1]["attempts"].clone()), (json!(1), json!(2)));
}

#[tokio::test]
async fn an_action_that_runs_at_most_once_is_not_run_again_by_itself() {
    let house = House::without_worker(|_| {}).await;
    house.template("once", json!({"steps": [
        {"id": "first", "name": "First", "action": "debug:log"},
        {"id": "pay", "name": "Pay", "action": "debug:log", "atMostOnce": true, "input": {"message": "paid"}},
        {"id": "clean", "name": "Clean", "if": "${{ always() }}", "action": "debug:log", "input": {"message": "cleaned"}},
    ]}));
    let id = kill_in_second_step(&house, "once", json!({}), "{}").await;
    start(house.state.clone());
    house.wait_for(&id, "failed").await;
    let events = house.events(&id).await;
    let said = messages(&events);
    assert!(!said.contains(&"info: paid".to_owned()) && said.contains(&"info: cleaned".to_owned()), "{said:?}");
    let error = &events.last().unwrap()["body"]["error"];
    assert_eq!(error["name"], "InterruptedError");
    assert!(error["message"].as_str().unwrap().contains("runs at most once"), "{error}");

    house.post(&format!("/v2/tasks/{id}/retry"), json!({})).await;
    house.wait_for(&id, "completed").await;
    assert!(messages(&house.events(&id).await).contains(&"info: paid".to_owned()), "a person may run it again");
}

#[tokio::test]
async fn a_step_that_stops_its_process_each_time_is_given_up() {
    let house = House::without_worker(|_| {}).await;
    house.template("wait", waiting());
    let id = kill_in_second_step(&house, "wait", json!({"seconds": 0}), "{}").await;
    house.execute("update task_step set attempts = 10 where tenant_id = $1 and position = 1").await;
    start(house.state.clone());
    house.wait_for(&id, "failed").await;
    let events = house.events(&id).await;
    assert!(events.last().unwrap()["body"]["error"]["message"].as_str().unwrap().contains("begun 10 times"));
}

#[tokio::test]
async fn ended_repetitions_are_not_repeated() {
    let house = House::without_worker(|_| {}).await;
    house.template(
        "each",
        json!({"steps": [
        {"id": "first", "name": "First", "action": "debug:log"},
        {"id": "each", "name": "Each", "each": ["a", "b", "c"], "action": "debug:log",
            "input": {"message": "item ${{ each.value }}"}},
    ], "output": {"n": "${{ steps.each.output.n }}"}}),
    );
    let id = kill_in_second_step(&house, "each", json!({}), "{}").await;
    house.execute("insert into task_part (tenant_id, task_id, position, part, output) select tenant_id, task_id, 1, n, ('{\"n\": ' || n || '}')::json from task, generate_series(0, 1) n where tenant_id = $1").await;
    start(house.state.clone());
    house.wait_for(&id, "completed").await;
    let said = messages(&house.events(&id).await);
    assert!(said.contains(&"info: item c".to_owned()), "{said:?}");
    assert!(!said.contains(&"info: item a".to_owned()) && !said.contains(&"info: item b".to_owned()), "{said:?}");
    assert_eq!(house.events(&id).await.last().unwrap()["body"]["output"]["n"], json!([0, 1]));
}

#[tokio::test]
async fn a_task_goes_on_in_another_process_with_its_files_and_its_secret_outputs() {
    let house = House::without_worker(|config| config.grace = Duration::from_millis(100)).await;
    house.world.0.lock().unwrap().trees.insert(
        "http://git.test/o/r/raw/main/skeleton".to_owned(),
        tree(&[("a.txt", b"alpha"), ("bin/run.sh", b"#!/bin/sh")]),
    );
    house.world.0.lock().unwrap().entities.insert(
        "component:default/known".to_owned(),
        json!({"kind": "Component", "metadata": {"name": "known", "title": "hunter2-hunter2"}}),
    );
    house.template("files", json!({"steps": [
        {"id": "fetch", "name": "Fetch", "action": "fetch:plain", "input": {"url": "./skeleton"}},
        {"id": "secret", "name": "Secret", "action": "catalog:fetch", "input": {"entityRef": "component:default/known"}},
        {"id": "wait", "name": "Wait", "action": "debug:wait", "input": {"seconds": 3}},
        {"id": "list", "name": "List", "action": "debug:log",
            "if": "${{ steps.secret.output.entity.metadata.title == 'hunter2-hunter2' }}",
            "input": {"message": "it is whole", "listWorkspace": "with-contents"}},
    ]}));
    start(house.state.clone());
    let id = house.begin("files", json!({}), json!({"TOKEN": "hunter2-hunter2"})).await;
    house
        .until("the wait begins", async || {
            messages(&house.events(&id).await).contains(&"Beginning step Wait".to_owned())
        })
        .await;
    assert!(house.state.tasks.shutdown(Duration::from_secs(5)).await.is_empty());
    let task = house.get(&format!("/v2/tasks/{id}")).await.json();
    assert_eq!(task["status"], "processing", "it is not over");
    assert!(house.objects().await.iter().any(|key| key.contains(&format!("{}/workspaces/{id}/", house.tenant))));

    let other = house.another(|_| {});
    start(other.clone());
    house.wait_for(&id, "completed").await;
    let events = house.events(&id).await;
    let said = messages(&events).join("\n");
    assert!(said.contains("Retrying step Wait (attempt 2)"), "{said}");
    assert!(said.contains("it is whole"), "a masked output would not be equal: {said}");
    assert!(said.contains("a.txt:\n\n  alpha") && said.contains("run.sh"), "{said}");
    assert!(!Value::Array(events).to_string().contains("hunter2"));
    let mut tx = house.db.db.tenant(house.tenant).await.unwrap();
    let left: i64 = sqlx::query_scalar(
        "select (select count(*) from task_sealed where tenant_id = $1)
           + (select count(*) from task_step where tenant_id = $1 and output::text like '%hunter2%')",
    )
    .bind(tx.id())
    .fetch_one(tx.conn())
    .await
    .unwrap();
    assert_eq!(left, 0, "nothing secret is left of an ended task");
    drop(tx);
    house
        .until("snapshots are deleted", async || !house.objects().await.iter().any(|key| key.contains("/workspaces/")))
        .await;
    other.tasks.shutdown(Duration::from_secs(5)).await;
}

#[tokio::test]
async fn a_live_process_keeps_its_lease_beyond_the_leases_length() {
    let house = House::without_worker(|config| config.lease = Duration::from_millis(400)).await;
    house.template("wait", waiting());
    start(house.state.clone());
    // A second process would take the job over if the lease ran out.
    start(house.another(|_| {}));
    let id = house.begin("wait", json!({"seconds": 2}), json!({})).await;
    house.wait_for(&id, "completed").await;
    assert!(!messages(&house.events(&id).await).iter().any(|line| line.starts_with("Resuming")));
}

#[tokio::test]
async fn a_process_that_lost_its_lease_writes_nothing_more() {
    let house = House::open().await;
    house.template("wait", waiting());
    let id = house.begin("wait", json!({"seconds": 1}), json!({})).await;
    house.wait_for(&id, "processing").await;
    house
        .until("the wait begins", async || {
            messages(&house.events(&id).await).contains(&"Beginning step Wait".to_owned())
        })
        .await;
    let before = house.events(&id).await.len();
    house.execute("update task set holder = gen_random_uuid() where tenant_id = $1").await;
    house.execute("update job set lease = gen_random_uuid(), run_at = clock_timestamp() + interval '1 hour' where tenant_id = $1").await;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let task = house.get(&format!("/v2/tasks/{id}")).await.json();
    assert_eq!(task["status"], "processing");
    assert_eq!(house.events(&id).await.len(), before);
}

#[tokio::test]
async fn a_cancellation_reaches_the_step_at_once() {
    let house = House::without_worker(|config| config.heartbeat = Duration::from_secs(30)).await;
    start(house.state.clone());
    house.template("wait", waiting());
    let id = house.begin("wait", json!({"seconds": 60}), json!({})).await;
    house
        .until("the wait begins", async || {
            messages(&house.events(&id).await).contains(&"Beginning step Wait".to_owned())
        })
        .await;
    let asked = Instant::now();
    house.post(&format!("/v2/tasks/{id}/cancel"), json!({})).await;
    house.wait_for(&id, "failed").await;
    assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
}

#[tokio::test]
async fn a_step_and_a_run_end_when_their_time_is_over() {
    let house = House::without_worker(|config| config.step_limit = Duration::from_millis(300)).await;
    start(house.state.clone());
    house.template("wait", waiting());
    let said = messages(&house.run("wait", json!({"seconds": 60}), "failed").await).join("\n");
    assert!(said.contains("TimeoutError: Step Wait took longer than"), "{said}");

    let house = House::without_worker(|config| config.task_limit = Duration::from_millis(500)).await;
    start(house.state.clone());
    house.template("clean", json!({"steps": [
        {"id": "wait", "name": "Wait", "action": "debug:wait", "input": {"seconds": 60}},
        {"id": "clean", "name": "Clean", "if": "${{ always() }}", "action": "debug:log", "input": {"message": "cleaned"}},
    ]}));
    let said = messages(&house.run("clean", json!({}), "failed").await).join("\n");
    assert!(said.contains("The run took longer than it may") && said.contains("cleaned"), "{said}");
}

#[tokio::test]
async fn tenants_take_turns_and_none_takes_more_than_its_share() {
    let house = House::without_worker(|config| {
        config.concurrency = 3;
        config.tenant_concurrency = 2;
    })
    .await;
    house.template("wait", waiting());
    let mut mine = Vec::new();
    for _ in 0..6 {
        mine.push(house.begin("wait", json!({"seconds": 2}), json!({})).await);
    }
    let rival = testkit::admin(house.db.tenant("rival").await);
    let body = json!({"templateRef": "template:default/wait", "values": {"seconds": 0}});
    let reply = house.send(Some(&rival), http::Method::POST, "/v2/tasks", Some(body)).await;
    assert_eq!(reply.status, StatusCode::CREATED);
    let theirs = reply.json()["id"].as_str().unwrap().to_owned();
    start(house.state.clone());
    house
        .until("the rival's task ends", async || {
            let task = house.send(Some(&rival), http::Method::GET, &format!("/v2/tasks/{theirs}"), None).await;
            task.json()["status"] == "completed"
        })
        .await;
    let running = house.get("/v2/tasks?status=processing").await.json()["totalTasks"].as_i64().unwrap();
    let waiting = house.get("/v2/tasks?status=open").await.json()["totalTasks"].as_i64().unwrap();
    assert!(running <= 2 && waiting >= 3, "{running} run and {waiting} wait");
}

#[tokio::test]
async fn what_a_person_waits_for_comes_before_what_a_schedule_started() {
    let house = House::without_worker(|config| config.concurrency = 1).await;
    house.template("wait", waiting());
    let background = house.begin("wait", json!({"seconds": 0}), json!({})).await;
    house.execute("update job set run_at = clock_timestamp() - interval '1 minute' where tenant_id = $1").await;
    let person = house.begin("wait", json!({"seconds": 0}), json!({})).await;
    start(house.state.clone());
    house.wait_for(&background, "completed").await;
    house.wait_for(&person, "completed").await;
    let first = async |id: &str| house.events(id).await[0]["createdAt"].as_str().unwrap().to_owned();
    assert!(first(&person).await < first(&background).await);
}
