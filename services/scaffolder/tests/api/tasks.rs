//! Tasks from the form to the end.

use crate::house::{House, messages, tree};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::{member, request};

fn log(message: &str) -> Value {
    json!({"steps": [{"id": "say", "name": "Say it", "action": "debug:log", "input": {"message": message}}],
        "output": {"said": message}})
}

#[tokio::test]
async fn a_template_shows_its_form() {
    let house = House::without_worker(|_| {}).await;
    house.template(
        "form",
        json!({"steps": [], "parameters": [{"title": "P", "properties": {"name": {"type": "string"}}}]}),
    );
    let form = house.get("/v2/templates/default/template/form/parameter-schema").await;
    assert_eq!(form.status, StatusCode::OK, "{}", form.text());
    assert_eq!(form.json()["title"], "The form");
    assert_eq!(form.json()["steps"][0]["schema"]["properties"]["name"]["type"], "string");
    let missing = house.get("/v2/templates/default/template/none/parameter-schema").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    assert_eq!(missing.json()["error"]["message"], "Template template:default/none not found");
}

#[tokio::test]
async fn a_task_runs_and_tells_what_happens() {
    let house = House::open().await;
    house.template("hello", log("Hello ${{ parameters.name }}"));
    let id = house.begin("hello", json!({"name": "World"}), json!({})).await;
    let task = house.wait_for(&id, "completed").await;
    assert_eq!(task["createdBy"], "user:default/admin");
    assert_eq!(task["spec"]["templateInfo"]["entityRef"], "template:default/hello");
    let events = house.events(&id).await;
    assert_eq!(
        messages(&events),
        [
            "Starting up task with 1 steps",
            "Beginning step Say it",
            "info: {\n  \"message\": \"Hello World\"\n}",
            "info: Hello World",
            "Finished step Say it",
            "Run completed with status: completed"
        ]
    );
    assert_eq!(events.last().unwrap()["type"], "completion");
    assert_eq!(events.last().unwrap()["body"]["output"], json!({"said": "Hello World"}));
    assert_eq!(house.db.audit_rows(house.tenant).await, 1);
}

#[tokio::test]
async fn values_that_break_the_form_are_refused_in_the_usual_shape() {
    let house = House::without_worker(|_| {}).await;
    house.template(
        "strict",
        json!({"steps": [], "parameters": {"required": ["name"],
        "properties": {"name": {"type": "string", "minLength": 2}}}}),
    );
    let body = json!({"templateRef": "template:default/strict", "values": {"name": "x"}});
    let reply = house.post("/v2/tasks", body).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        reply.json()["errors"],
        json!([{"path": ["name"], "property": "instance.name", "message": "does not meet minimum length of 2",
            "schema": {"type": "string", "minLength": 2}, "instance": "x", "name": "minLength", "argument": 2,
            "stack": "instance.name does not meet minimum length of 2"}])
    );
}

#[tokio::test]
async fn after_a_failure_only_steps_that_ask_for_it_run() {
    let house = House::open().await;
    house.template("breaks", json!({"steps": [
        {"id": "bad", "name": "Bad", "action": "fs:rename", "input": {"files": [{"from": "nope", "to": "x"}]}},
        {"id": "next", "name": "Next", "action": "debug:log", "input": {"message": "next"}},
        {"id": "clean", "name": "Clean", "if": "${{ always() }}", "action": "debug:log", "input": {"message": "cleaned"}},
    ]}));
    let events = house.run("breaks", json!({}), "failed").await;
    let said = messages(&events);
    assert!(said.contains(&"Skipping step next because a previous step failed".to_owned()), "{said:?}");
    assert!(said.contains(&"info: cleaned".to_owned()), "{said:?}");
    let end = &events.last().unwrap()["body"];
    assert_eq!(end["message"], "Run completed with status: failed");
    assert!(
        end["error"]["message"].as_str().unwrap().starts_with("ENOENT: no such file or directory, lstat '"),
        "{end}"
    );
}

#[tokio::test]
async fn a_skeleton_is_rendered_pushed_and_registered() {
    let house = House::open().await;
    let skeleton = tree(&[
        ("catalog-info.yaml", b"name: ${{ values.name }}\n"),
        ("src/${{ values.name }}.txt", b"from ${{ values.name | upper }}"),
        ("logo.png", &[0x89, b'P', b'N', b'G', 0, 1, 2]),
    ]);
    house.world.0.lock().unwrap().trees.insert("http://git.test/o/r/raw/main/skeleton".to_owned(), skeleton);
    house.template("service", json!({
        "steps": [
            {"id": "fetch", "name": "Fetch", "action": "fetch:template",
                "input": {"url": "./skeleton", "values": {"name": "${{ parameters.name }}"}}},
            {"id": "push", "name": "Push", "action": "proscenium:git:push",
                "input": {"remoteUrl": "http://git.test/o/${{ parameters.name }}.git"}},
            {"id": "register", "name": "Register", "action": "catalog:register",
                "input": {"repoContentsUrl": "${{ steps.push.output.repoContentsUrl }}", "catalogInfoPath": "/catalog-info.yaml"}},
        ],
        "output": {"links": [{"title": "Repository", "url": "${{ steps.push.output.remoteUrl }}"},
            {"title": "In the catalog", "entityRef": "${{ steps.register.output.entityRef }}"}]},
    }));
    let events = house.run("service", json!({"name": "pay"}), "completed").await;
    let world = house.world.0.lock().unwrap();
    let files = world.pushes[0]["files"].as_array().unwrap();
    let paths: Vec<_> = files.iter().map(|file| file["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["catalog-info.yaml", "logo.png", "src/pay.txt"]);
    assert_eq!(files[2]["content"], "ZnJvbSBQQVk=", "from PAY");
    assert_eq!(files[1]["content"], "iVBORwABAg==", "bytes as they were");
    assert_eq!(world.locations, ["http://git.test/o/pay/raw/main/catalog-info.yaml"]);
    assert_eq!(events.last().unwrap()["body"]["output"]["links"][1]["entityRef"], "component:default/created");
}

#[tokio::test]
async fn a_secret_reaches_the_step_and_nothing_else() {
    let house = House::open().await;
    house.template("secret", json!({"steps": [
        {"id": "use", "name": "Use", "action": "debug:log", "input": {"message": "token is ${{ secrets.TOKEN }}!"}},
        {"id": "derived", "name": "Derived", "action": "debug:log", "input": {"message": "${{ secrets.TOKEN | upper }}"}},
        {"id": "fails", "name": "Fails", "action": "fs:readdir", "input": {"paths": ["${{ secrets.TOKEN }}"]}},
    ], "output": {"leak": "${{ secrets.TOKEN }}"}}));
    let id = house.begin("secret", json!({}), json!({"TOKEN": "sq-hunter2-xy"})).await;
    let task = house.wait_for(&id, "failed").await;
    let events = house.events(&id).await;
    let all = format!("{}{task}", Value::Array(events.clone()));
    assert!(!all.to_lowercase().contains("hunter2"), "{all}");
    assert!(
        messages(&events).contains(&"info: token is ***!".to_owned())
            || messages(&events).contains(&"info: ***".to_owned())
    );
    let mut tx = house.db.db.tenant(house.tenant).await.unwrap();
    let left: i64 = sqlx::query_scalar("select count(*) from task where tenant_id = $1 and secrets is not null")
        .bind(tx.id())
        .fetch_one(tx.conn())
        .await
        .unwrap();
    assert_eq!(left, 0, "secrets of an ended task are forgotten");
}

#[tokio::test]
async fn tasks_are_listed_with_filters_and_a_total() {
    let house = House::open().await;
    house.template("ok", log("x"));
    house.template("bad", json!({"steps": [{"action": "no:such"}]}));
    house.run("ok", json!({}), "completed").await;
    house.run("ok", json!({}), "completed").await;
    house.run("bad", json!({}), "failed").await;
    let list = house.get("/v2/tasks?status=completed&limit=1").await.json();
    assert_eq!((list["totalTasks"].as_i64(), list["tasks"].as_array().unwrap().len()), (Some(2), 1));
    let mine = house.get("/v2/tasks?createdBy=user:default/admin&order=asc:created_at").await.json();
    assert_eq!(mine["totalTasks"], 3);
    assert_eq!(mine["tasks"][2]["spec"]["templateInfo"]["entityRef"], "template:default/bad");
    assert_eq!(house.get("/v2/tasks?createdBy=user:default/other").await.json()["totalTasks"], 0);
    for (query, message) in [
        ("limit=-1", "request/query/limit must be >= 0"),
        ("limit=x", "request/query/limit must be integer"),
        ("order=asc:id", "Invalid order field \"id\""),
        ("status=", "Empty value found for query parameter 'status'"),
    ] {
        let reply = house.get(&format!("/v2/tasks?{query}")).await;
        assert_eq!((reply.status, &reply.json()["error"]["message"]), (StatusCode::BAD_REQUEST, &json!(message)));
    }
}

#[tokio::test]
async fn the_order_of_keys_survives_the_database() {
    let house = House::open().await;
    house.template("dump", json!({"steps": [], "output": {"all": "${{ parameters | dump }}"}}));
    let events = house.run("dump", json!({"zebra": 1, "ant": {"longer": 1, "b": 2}}), "completed").await;
    assert_eq!(events.last().unwrap()["body"]["output"]["all"], r#"{"zebra":1,"ant":{"longer":1,"b":2}}"#);
}

#[tokio::test]
async fn another_organisation_sees_no_task() {
    let house = House::open().await;
    house.template("ok", log("x"));
    let id = house.begin("ok", json!({}), json!({})).await;
    house.wait_for(&id, "completed").await;
    let other = testkit::admin(house.db.tenant("rival").await);
    for path in ["", "/events", "/eventstream"] {
        let path = format!("/api/scaffolder/v2/tasks/{id}{path}");
        let reply = request(&house.router, Some(&other), Method::GET, &path, None).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}");
    }
    for verb in ["cancel", "retry"] {
        let path = format!("/api/scaffolder/v2/tasks/{id}/{verb}");
        let reply = request(&house.router, Some(&other), Method::POST, &path, Some(json!({}))).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{path}");
    }
    let list = request(&house.router, Some(&other), Method::GET, "/api/scaffolder/v2/tasks", None).await;
    assert_eq!(list.json()["totalTasks"], 0);
}

#[tokio::test]
async fn an_id_that_is_none_is_answered_as_the_real_one_answers_it() {
    let house = House::without_worker(|_| {}).await;
    assert_eq!(house.get("/v2/tasks/nope").await.status, StatusCode::INTERNAL_SERVER_ERROR);
    let nobody = request(&house.router, None, Method::GET, "/api/scaffolder/v2/tasks", None).await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
    let viewer = testkit::caller(house.tenant, testkit::user("viewer"));
    let reply = request(&house.router, Some(&viewer), Method::POST, "/api/scaffolder/v2/tasks", Some(json!({}))).await;
    assert_eq!(reply.status, StatusCode::FORBIDDEN);
    let reply =
        request(&house.router, Some(&member(house.tenant)), Method::POST, "/api/scaffolder/v2/tasks", Some(json!({})))
            .await;
    assert_eq!(reply.json()["error"]["message"], "request/body must have required property 'templateRef'");
}
