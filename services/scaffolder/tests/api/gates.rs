//! Steps that wait: for people, for a time, for a call from outside, for an entity.

use crate::house::{House, messages};
use http::{Method, StatusCode};
use http_shell::Caller;
use kernel::{Principal, TenantId, User};
use scaffolder::start;
use serde_json::{Value, json};
use std::time::Duration;

/// A person with these refs.
fn person(tenant: TenantId, refs: &[&str]) -> Caller {
    let user = User {
        entity_ref: refs[0].to_owned(),
        ownership_refs: refs.iter().map(|text| (*text).to_owned()).collect(),
        ..testkit::member(tenant).principal.user().unwrap().clone()
    };
    Caller { tenant, principal: Principal::User(user) }
}

fn approval(input: Value) -> Value {
    json!({"steps": [
        {"id": "ask", "name": "Ask", "action": "gate:approval", "input": input},
        {"id": "say", "name": "Say", "action": "debug:log",
            "input": {"message": "approved ${{ steps.ask.output.approved }} by ${{ steps.ask.output.decidedBy | first }}: ${{ steps.ask.output.reason }}"}},
    ]})
}

/// Starts a template and gives its task and the gate at which it waits.
async fn reach(house: &House, template: &str) -> (String, String) {
    let id = house.begin(template, json!({}), json!({})).await;
    house
        .until("it waits", async || !house.get(&format!("/v1/runs/{id}")).await.json()["waiting"]["gateId"].is_null())
        .await;
    let gate = house.get(&format!("/v1/runs/{id}")).await.json()["waiting"]["gateId"].as_str().unwrap().to_owned();
    (id, gate)
}

async fn decide(house: &House, by: &Caller, gate: &str, verb: &str, body: Value) -> testkit::Reply {
    house.send(Some(by), Method::POST, &format!("/v1/gates/{gate}/{verb}"), Some(body)).await
}

/// The admin of the tests who starts the runs is a member, so that the run goes on as them.
async fn with_starter(house: &House) {
    let user = house.caller.principal.user().unwrap();
    let mut tx = house.db.db.tenant(house.tenant).await.unwrap();
    sqlx::query(
        "insert into member (tenant_id, member_id, name, email, email_key, role, user_ref, status, created_at)
         values ($1, $2, 'Admin', 'a@acme.test', 'a@acme.test', 'admin', $3, 'active', now())
         on conflict do nothing",
    )
    .bind(tx.id())
    .bind(user.id)
    .bind(&user.entity_ref)
    .execute(tx.conn())
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_run_waits_for_an_approval_without_a_slot_and_goes_on_in_another_process() {
    let house = House::without_worker(|config| config.concurrency = 1).await;
    with_starter(&house).await;
    start(house.state.clone());
    house.template("ask", approval(json!({"approvers": ["group:default/ops", "jane"], "message": "A database"})));
    house.template("ok", json!({"steps": [{"id": "s", "action": "debug:log"}]}));
    let (id, gate) = reach(&house, "ask").await;
    house.run("ok", json!({}), "completed").await;
    assert!(house.state.tasks.shutdown(Duration::from_secs(5)).await.is_empty());

    let mine = house.get("/v1/gates?waitingForMe=true").await.json();
    assert_eq!(mine["items"], json!([]), "whoever started it is not asked");
    let ops = person(house.tenant, &["user:default/joe", "group:default/ops"]);
    let mine = house.send(Some(&ops), Method::GET, "/v1/gates?waitingForMe=true", None).await.json();
    assert_eq!(mine["items"][0]["id"], json!(gate));
    assert_eq!(mine["items"][0]["message"], "A database");
    assert_eq!(mine["items"][0]["canDecide"], true);

    start(house.another(|_| {}));
    let reply = decide(&house, &ops, &gate, "approve", json!({"reason": "fine"})).await;
    assert_eq!((reply.status, reply.json()["state"].clone()), (StatusCode::OK, json!("approved")), "{}", reply.text());
    house.wait_for(&id, "completed").await;
    let said = messages(&house.events(&id).await);
    assert!(said.contains(&"Approved by user:default/joe: fine".to_owned()), "{said:?}");
    assert!(said.contains(&"info: approved true by user:default/joe: fine".to_owned()), "{said:?}");
    assert_eq!(said.iter().filter(|line| line.starts_with("Waiting for the approval")).count(), 1, "{said:?}");
    assert_eq!(decide(&house, &ops, &gate, "approve", json!({})).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn only_those_who_are_asked_decide() {
    let house = House::open().await;
    with_starter(&house).await;
    house.template("ask", approval(json!({"approvers": ["jane", "admin"], "reasonRequired": true})));
    let (id, gate) = reach(&house, "ask").await;
    let joe = person(house.tenant, &["user:default/joe"]);
    assert_eq!(decide(&house, &joe, &gate, "approve", json!({"reason": "x"})).await.status, StatusCode::FORBIDDEN);
    let own = decide(&house, &house.caller, &gate, "approve", json!({"reason": "x"})).await;
    assert_eq!(own.status, StatusCode::FORBIDDEN, "named, but it is their own run");
    let jane = person(house.tenant, &["user:default/jane"]);
    let reply = decide(&house, &jane, &gate, "reject", json!({})).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{}", reply.text());
    let viewer = Caller {
        tenant: house.tenant,
        principal: Principal::User(User { role: "viewer".to_owned(), ..jane.principal.user().unwrap().clone() }),
    };
    assert_eq!(decide(&house, &viewer, &gate, "reject", json!({"reason": "x"})).await.status, StatusCode::FORBIDDEN);
    let rival = person(house.db.tenant("rival").await, &["user:default/jane"]);
    assert_eq!(decide(&house, &rival, &gate, "reject", json!({"reason": "x"})).await.status, StatusCode::NOT_FOUND);
    assert_eq!(decide(&house, &jane, &gate, "reject", json!({"reason": "no money"})).await.status, StatusCode::OK);
    house.wait_for(&id, "failed").await;
    let end = house.events(&id).await.last().unwrap().clone();
    assert_eq!(end["body"]["error"]["message"], "Step Ask was rejected by user:default/jane: no money");
}

#[tokio::test]
async fn all_must_approve_where_all_are_asked_and_a_rejection_may_be_gone_on_from() {
    let house = House::open().await;
    with_starter(&house).await;
    house.template("all", approval(json!({"approvers": ["jane", "joe"], "require": "all"})));
    let (id, gate) = reach(&house, "all").await;
    let (jane, joe) = (person(house.tenant, &["user:default/jane"]), person(house.tenant, &["user:default/joe"]));
    let reply = decide(&house, &jane, &gate, "approve", json!({})).await;
    assert_eq!(reply.json()["state"], "waiting", "{}", reply.text());
    assert_eq!(decide(&house, &jane, &gate, "approve", json!({})).await.status, StatusCode::CONFLICT);
    decide(&house, &joe, &gate, "approve", json!({})).await;
    house.wait_for(&id, "completed").await;

    house.template("on", approval(json!({"approvers": ["jane"], "onReject": "continue"})));
    let (id, gate) = reach(&house, "on").await;
    decide(&house, &jane, &gate, "reject", json!({"reason": "no"})).await;
    house.wait_for(&id, "completed").await;
    assert!(messages(&house.events(&id).await).contains(&"info: approved false by user:default/jane: no".to_owned()));
}

#[tokio::test]
async fn a_waiting_run_can_be_cancelled_and_its_time_can_be_over() {
    let house = House::open().await;
    with_starter(&house).await;
    house.template("ask", approval(json!({"approvers": ["jane"]})));
    let (id, gate) = reach(&house, "ask").await;
    house.post(&format!("/v2/tasks/{id}/cancel"), json!({})).await;
    house.wait_for(&id, "failed").await;
    assert_eq!(house.get(&format!("/v1/gates/{gate}")).await.json()["state"], "cancelled");

    house.template("short", approval(json!({"approvers": ["jane"], "timeout": {"seconds": 1}})));
    let said = messages(&house.run("short", json!({}), "failed").await).join("\n");
    assert!(said.contains("waited in vain"), "{said}");
}

#[tokio::test]
async fn a_run_ends_when_whoever_started_it_is_gone() {
    let house = House::open().await;
    with_starter(&house).await;
    house.template("ask", approval(json!({"approvers": ["jane"]})));
    let (id, gate) = reach(&house, "ask").await;
    house.execute("update member set status = 'deactivated' where tenant_id = $1").await;
    decide(&house, &person(house.tenant, &["user:default/jane"]), &gate, "approve", json!({})).await;
    house.wait_for(&id, "failed").await;
    let end = house.events(&id).await.last().unwrap().clone();
    assert_eq!(end["body"]["error"]["name"], "NotAllowedError");
}

#[tokio::test]
async fn a_timer_lets_the_run_go_on() {
    let house = House::open().await;
    with_starter(&house).await;
    house.template(
        "timer",
        json!({"steps": [
            {"id": "t", "name": "T", "action": "gate:timer", "input": {"duration": "PT1S"}},
            {"id": "u", "name": "U", "action": "gate:timer", "input": {"until": "2020-01-01T00:00:00Z"}},
        ]}),
    );
    let said = messages(&house.run("timer", json!({}), "completed").await);
    assert!(!said.iter().any(|line| line.starts_with("Resuming") || line.starts_with("Retrying")), "{said:?}");
}

#[tokio::test]
async fn a_call_from_outside_opens_its_gate_once() {
    let house = House::open().await;
    with_starter(&house).await;
    // The address goes to where a step sends it: here into a file of the workspace that is pushed.
    house.template("hook", json!({"steps": [
        {"id": "open", "name": "Open", "action": "gate:webhook:open"},
        {"id": "write", "name": "Write", "action": "catalog:write",
            "input": {"entity": {"kind": "X", "metadata": {"name": "${{ steps.open.output.url }}"}}}},
        {"id": "push", "name": "Push", "action": "proscenium:git:push", "input": {"remoteUrl": "http://git.test/o/r.git"}},
        {"id": "wait", "name": "Wait", "action": "gate:webhook", "input": {"id": "${{ steps.open.output.id }}"}},
        {"id": "say", "name": "Say", "action": "debug:log", "input": {"message": "came ${{ steps.wait.output.payload.ok }}"}},
    ]}));
    let (id, _) = reach(&house, "hook").await;
    let file = house.world.0.lock().unwrap().pushes[0]["files"][0]["content"].as_str().unwrap().to_owned();
    use base64::Engine as _;
    let text = String::from_utf8(base64::engine::general_purpose::STANDARD.decode(file).unwrap()).unwrap();
    let url =
        text.split_whitespace().find(|word| word.contains("/v1/hooks/")).unwrap().trim_matches(['"', '\'']).to_owned();
    assert!(url.starts_with("http://acme.localhost/api/scaffolder/v1/hooks/"), "{url}");
    let token = url.rsplit('/').next().unwrap();
    assert!(!Value::Array(house.events(&id).await).to_string().contains(token), "the log does not tell it");

    let rival = person(house.db.tenant("rival").await, &["user:default/jane"]);
    let path = format!("/v1/hooks/{token}");
    assert_eq!(house.send(Some(&rival), Method::POST, &path, Some(json!({}))).await.status, StatusCode::NOT_FOUND);
    assert_eq!(house.post("/v1/hooks/wrong", json!({})).await.status, StatusCode::NOT_FOUND);
    assert_eq!(house.post(&path, json!({"ok": "well"})).await.status, StatusCode::OK);
    assert_eq!(house.post(&path, json!({})).await.status, StatusCode::NOT_FOUND, "once");
    house.wait_for(&id, "completed").await;
    assert!(messages(&house.events(&id).await).contains(&"info: came well".to_owned()));
}

#[tokio::test]
async fn a_run_waits_for_an_entity() {
    let house = House::open().await;
    with_starter(&house).await;
    house.template("entity", json!({"steps": [
        {"id": "w", "name": "W", "action": "gate:entity", "input": {"entityRef": "component:default/pay", "every": "PT5S"}},
        {"id": "say", "name": "Say", "action": "debug:log", "input": {"message": "found ${{ steps.w.output.entityRef }}"}},
    ]}));
    let (id, _) = reach(&house, "entity").await;
    let entity = json!({"kind": "Component", "metadata": {"name": "pay"}});
    house.world.0.lock().unwrap().entities.insert("component:default/pay".to_owned(), entity);
    house.execute("update task_gate set due_at = clock_timestamp() where tenant_id = $1").await;
    house.execute("update job set run_at = clock_timestamp() where tenant_id = $1").await;
    house.wait_for(&id, "completed").await;
    assert!(messages(&house.events(&id).await).contains(&"info: found component:default/pay".to_owned()));
}
