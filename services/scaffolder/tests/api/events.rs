//! The event stream, cancelling, and starting again.

use crate::house::{House, messages};
use http::StatusCode;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

fn waiting(seconds: u32) -> Value {
    json!({"steps": [
        {"id": "wait", "name": "Wait", "action": "debug:wait", "input": {"seconds": seconds}},
        {"id": "after", "name": "After", "action": "debug:log", "input": {"message": "after"}},
    ]})
}

#[tokio::test]
async fn a_stream_gives_every_event_and_ends_after_the_last() {
    let house = House::open().await;
    house.template(
        "wait",
        json!({"steps": [{"id": "w", "name": "W", "action": "debug:wait", "input": {"milliseconds": 300}}]}),
    );
    let id = house.begin("wait", json!({}), json!({})).await;
    let stream = house.get(&format!("/v2/tasks/{id}/eventstream")).await;
    assert_eq!(stream.headers["content-type"], "text/event-stream");
    let text = stream.text();
    let frames: Vec<&str> = text.split("\n\n").filter(|frame| !frame.is_empty()).collect();
    assert!(frames.iter().all(|frame| frame.starts_with("event: ") && frame.contains("\ndata: {")), "{text}");
    assert!(frames.last().unwrap().starts_with("event: completion"), "{text}");
    assert_eq!(frames.len(), 4, "{text}");
}

#[tokio::test]
async fn events_after_a_number_are_new_ones_and_the_completion() {
    let house = House::open().await;
    house.template("say", json!({"steps": [{"action": "debug:log", "input": {"message": "x"}}]}));
    let id = house.begin("say", json!({}), json!({})).await;
    house.wait_for(&id, "completed").await;
    let all = house.events(&id).await;
    let ids: Vec<i64> = all.iter().map(|event| event["id"].as_i64().unwrap()).collect();
    assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
    let later = house.get(&format!("/v2/tasks/{id}/events?after={}", ids[2])).await.json();
    assert_eq!(later.as_array().unwrap().len(), all.len() - 3);
    let end = house.get(&format!("/v2/tasks/{id}/events?after=999999")).await.json();
    assert_eq!(end[0]["type"], "completion");
    assert_eq!(house.get(&format!("/v2/tasks/{id}/events?after=1.5")).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_cancelled_task_stops_soon_and_fails() {
    let house = House::open().await;
    house.template("wait", waiting(60));
    let id = house.begin("wait", json!({}), json!({})).await;
    house.wait_for(&id, "processing").await;
    let began = Instant::now();
    assert_eq!(house.post(&format!("/v2/tasks/{id}/cancel"), json!({})).await.json(), json!({"status": "cancelled"}));
    house.wait_for(&id, "failed").await;
    assert!(began.elapsed() < Duration::from_secs(5));
    let events = house.events(&id).await;
    assert!(events.iter().any(|event| event["type"] == "cancelled"));
    assert!(messages(&events).contains(&"Skipping step after because a previous step failed".to_owned()));
}

#[tokio::test]
async fn an_ended_task_can_be_started_again_and_a_running_one_cannot() {
    let house = House::open().await;
    house.template("fails", json!({"steps": [{"id": "bad", "name": "Bad", "action": "no:such"}]}));
    let id = house.begin("fails", json!({}), json!({})).await;
    house.wait_for(&id, "failed").await;
    let again = house.post(&format!("/v2/tasks/{id}/retry"), json!({})).await;
    assert_eq!((again.status, again.json()), (StatusCode::CREATED, json!({ "id": id })));
    house.wait_for(&id, "failed").await;
    let events = house.events(&id).await;
    assert_eq!(events.iter().filter(|event| event["type"] == "recovered").count(), 1);
    assert_eq!(events.iter().filter(|event| event["type"] == "completion").count(), 1);
    assert_eq!(messages(&events).iter().filter(|text| *text == "Starting up task with 1 steps").count(), 2);

    house.template("wait", waiting(60));
    let id = house.begin("wait", json!({}), json!({})).await;
    house.wait_for(&id, "processing").await;
    assert_eq!(house.post(&format!("/v2/tasks/{id}/retry"), json!({})).await.status, StatusCode::CONFLICT);
    house.state.tasks.request_shutdown();
}
