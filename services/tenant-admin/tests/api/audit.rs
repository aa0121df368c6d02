//! The audit log as its readers see it: filters, export, verification, retention, taking changes back.

use crate::bench::{Bench, person};
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

async fn newest(bench: &Bench, org: &crate::bench::Org, action: &str) -> Value {
    let path = format!("/audit?action={action}&limit=1");
    bench.get(&org.admin, &path).await.json()["items"][0].clone()
}

#[tokio::test]
async fn a_reader_finds_events_by_who_what_and_when_page_by_page() {
    let bench = Bench::start().await;
    let org = bench.org("acme").await;
    for n in 0..7 {
        let form = json!({ "name": "P", "email": format!("p{n}@acme.example"), "role": "viewer" });
        assert_eq!(bench.post(&org.admin, "/members", form).await.status, StatusCode::CREATED);
    }
    let first = bench.get(&org.admin, "/audit?limit=3&action=member.invite").await.json();
    let second = bench
        .get(&org.admin, &format!("/audit?limit=3&action=member.invite&before={}", first["next"].as_str().unwrap()))
        .await
        .json();
    let targets = |page: &Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|item| item["target"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(targets(&first), ["user:default/p6", "user:default/p5", "user:default/p4"]);
    assert_eq!(targets(&second), ["user:default/p3", "user:default/p2", "user:default/p1"]);
    let one = bench.get(&org.admin, "/audit?text=P4@ACME.example").await.json();
    assert_eq!(targets(&one), ["user:default/p4"]);
    assert_eq!(one["items"][0]["after"]["role"], "viewer");
    assert!(one["items"][0]["seq"].as_i64().unwrap() > 3);
    for odd in ["from=yesterday", "before=x", &format!("text={}", "x".repeat(301))] {
        assert_eq!(bench.get(&org.admin, &format!("/audit?{odd}")).await.status, StatusCode::BAD_REQUEST, "{odd}");
    }
    let member = person(org.tenant, org.admin_id, "maintainer");
    assert_eq!(bench.get(&member, "/audit").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn an_export_is_lines_of_json_and_is_itself_in_the_log() {
    let bench = Bench::start().await;
    let org = bench.org("acme").await;
    let exported = bench.get(&org.admin, "/audit/export?action=member.").await;
    assert_eq!(exported.headers["content-type"], "application/x-ndjson");
    let lines: Vec<Value> = exported.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 1, "{}", exported.text());
    assert_eq!(lines[0]["action"], "member.create");
    let event = newest(&bench, &org, "audit.export").await;
    assert_eq!((&event["actor"], &event["after"]["action"]), (&json!("user:default/jane"), &json!("member.")));
}

#[tokio::test]
async fn a_log_verifies_until_somebody_touches_it_and_a_kept_fingerprint_tells_of_rewriting() {
    let bench = Bench::start().await;
    let org = bench.org("acme").await;
    let verify = async |kept: &str| bench.get(&org.admin, &format!("/audit/verification?kept={kept}")).await.json();
    let whole = verify("").await;
    assert_eq!(
        (&whole["intact"], &whole["rows"], &whole["broken"]),
        (&json!(true), &json!(3), &Value::Null),
        "{whole}"
    );
    let kept = whole["fingerprint"].as_str().unwrap().to_owned();
    assert_eq!(verify(&kept).await["intact"], true);
    assert_eq!(bench.get(&org.admin, "/audit/verification?kept=3:xyz").await.status, StatusCode::BAD_REQUEST);
    let other = format!("3:{}", "0".repeat(64));
    assert_eq!(verify(&other).await["broken"]["fault"], "other-than-kept");
    bench.db.execute_as_admin("update audit_event set actor = 'nobody' where action = 'member.create'").await;
    let broken = verify("").await;
    assert_eq!(
        (&broken["intact"], &broken["broken"]["seq"], &broken["broken"]["fault"]),
        (&json!(false), &json!(2), &json!("changed"))
    );
    assert_eq!(broken["broken"]["message"], "Row 2 was changed, or does not stand where it was written.");
}

#[tokio::test]
async fn retention_is_set_within_bounds_and_audited() {
    let bench = Bench::start().await;
    let org = bench.org("acme").await;
    let set =
        |days: Value| bench.call(&org.admin, Method::PATCH, "/audit/settings", Some(json!({ "retentionDays": days })));
    assert_eq!(bench.get(&org.admin, "/audit/settings").await.json(), json!({ "retentionDays": null }));
    let short = set(json!(29)).await;
    assert_eq!(
        (short.status, short.json()["error"]["fields"]["retentionDays"].is_string()),
        (StatusCode::BAD_REQUEST, true)
    );
    assert_eq!(set(json!(365)).await.json(), json!({ "retentionDays": 365 }));
    assert_eq!(set(Value::Null).await.json(), json!({ "retentionDays": null }));
    let event = newest(&bench, &org, "audit.settings.update").await;
    assert_eq!((&event["before"]["retentionDays"], &event["after"]["retentionDays"]), (&json!(365), &Value::Null));
}

#[tokio::test]
async fn a_change_of_settings_is_taken_back_unless_something_changed_since() {
    let bench = Bench::start().await;
    let org = bench.org("acme").await;
    let patch = |body: Value| bench.call(&org.admin, Method::PATCH, "/tenant", Some(body));
    let undo = async |event: &Value| {
        bench.call(&org.admin, Method::POST, &format!("/audit/{}/undo", event["id"].as_str().unwrap()), None).await
    };
    patch(json!({ "name": "Rockets", "branding": { "accent": "#111111" } })).await;
    let renaming = newest(&bench, &org, "tenant.update").await;
    assert_eq!(renaming["undoable"], true);
    patch(json!({ "onboarding": { "dismissed": true } })).await;
    assert_eq!(undo(&renaming).await.status, StatusCode::NO_CONTENT);
    let now = bench.get(&org.admin, "/tenant").await.json();
    assert_eq!(
        (&now["name"], &now["branding"], &now["onboarding"]["dismissed"]),
        (&json!("acme"), &json!({}), &json!(true))
    );
    let undoing = newest(&bench, &org, "tenant.update").await;
    assert_eq!((&undoing["undoes"], &undoing["actor"]), (&renaming["id"], &json!("user:default/jane")));
    assert_eq!(undo(&renaming).await.status, StatusCode::CONFLICT, "it is taken back already");
    assert_eq!(undo(&undoing).await.status, StatusCode::NO_CONTENT, "and forward again");
    assert_eq!(bench.get(&org.admin, "/tenant").await.json()["name"], "Rockets");
    let creation = newest(&bench, &org, "tenant.create").await;
    assert_eq!((creation["undoable"].as_bool(), undo(&creation).await.status), (Some(false), StatusCode::BAD_REQUEST));
}

#[tokio::test]
async fn taking_a_role_back_keeps_the_last_administrator_and_another_organisations_event_is_none() {
    let bench = Bench::start().await;
    let (org, other) = (bench.org("acme").await, bench.org("globex").await);
    let added = bench
        .post(&org.admin, "/members", json!({ "name": "Joe", "email": "joe@acme.example", "role": "viewer" }))
        .await;
    let joe = format!("/members/{}", added.json()["member"]["id"].as_str().unwrap());
    bench.call(&org.admin, Method::PATCH, &joe, Some(json!({ "role": "maintainer" }))).await;
    let event = newest(&bench, &org, "member.update").await;
    let undo = format!("/audit/{}/undo", event["id"].as_str().unwrap());
    assert_eq!(bench.call(&other.admin, Method::POST, &undo, None).await.status, StatusCode::NOT_FOUND);
    assert_eq!(bench.call(&org.admin, Method::POST, &undo, None).await.status, StatusCode::NO_CONTENT);
    let members = bench.get(&org.admin, "/members").await.json();
    let roles: Vec<&Value> = members["items"].as_array().unwrap().iter().map(|member| &member["role"]).collect();
    assert_eq!(roles, ["admin", "viewer"]);
    // Jane was no administrator once, so the log could say; taking that back would leave none.
    bench.db.execute_as_admin("insert into audit_event (tenant_id, event_id, at, actor, action, target, before, after)
        select tenant_id, gen_random_uuid(), now(), 'x', 'member.update', user_ref, '{\"role\":\"member\"}', '{\"role\":\"admin\"}'
        from member where role = 'admin' and email like 'jane@acme%' and set_config('proscenium.tenant', tenant_id::text, false) <> ''").await;
    let text = bench.get(&org.admin, "/audit?actor=x").await.json();
    let undo = format!("/audit/{}/undo", text["items"][0]["id"].as_str().unwrap());
    let refused = bench.call(&org.admin, Method::POST, &undo, None).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text());
}

#[tokio::test]
async fn what_is_read_is_checked_put_in_order_and_taken_back() {
    let bench = Bench::start().await;
    let org = bench.org("acme").await;
    let set = async |body: Value| bench.call(&org.admin, Method::PUT, "/reading", Some(body)).await;
    let read = async || bench.get(&org.admin, "/reading").await.json();
    let all = json!({ "onlyListed": false, "places": [] });
    assert_eq!(read().await, all, "everything public to begin with");
    let wrong = set(json!({ "onlyListed": true, "places": ["example.com", "https://example.com/"] })).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert!(wrong.json()["error"]["fields"]["places"].as_str().unwrap().contains("\"https://example.com/\""));
    let many: Vec<String> = (0..201).map(|number| format!("h{number}.example")).collect();
    assert_eq!(set(json!({ "onlyListed": true, "places": many })).await.status, StatusCode::BAD_REQUEST);
    let listed = set(json!({ "onlyListed": true, "places": ["Z.example", "*.a.example", "z.example"] })).await;
    let expected = json!({ "onlyListed": true, "places": ["*.a.example", "z.example"] });
    assert_eq!((listed.json(), read().await), (expected.clone(), expected.clone()));
    let event = newest(&bench, &org, "reading.update").await;
    assert_eq!((&event["before"], &event["after"], &event["undoable"]), (&all, &expected, &json!(true)));
    let undo = format!("/audit/{}/undo", event["id"].as_str().unwrap());
    assert_eq!(bench.call(&org.admin, Method::POST, &undo, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(read().await, all);
}
