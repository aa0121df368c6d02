//! Tests of templates that are run without anybody asking.

use crate::house::{House, tree};
use http::StatusCode;
use serde_json::{Value, json};
use store::queue::{self, Urgency};

const FOLDER: &str = "http://git.test/o/r/raw/main/";
const PATH: &str = "/v1/templates/default/pay/tests";
const TEMPLATE: &str = r"apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {name: pay}
spec:
  type: service
  steps:
    - id: fill
      action: fetch:template
      input: {url: ./skeleton, values: {name: '${{ parameters.name }}'}}
";
const TESTS: &str = r"cases:
  - name: makes a service
    values: {name: pay}
    expect: {files: {README.md: {contains: Made pay}}}
";

fn put(house: &House, commit: &str, readme: &str, tests: Option<&str>) {
    let mut files: Vec<(&str, &[u8])> =
        vec![("skeleton/README.md", readme.as_bytes()), ("template.yaml", TEMPLATE.as_bytes())];
    files.extend(tests.map(|tests| ("template.test.yaml", tests.as_bytes())));
    let mut folder = tree(&files);
    folder["etag"] = json!(commit);
    house.world.0.lock().unwrap().trees.insert(FOLDER.to_owned(), folder);
}

/// As the catalog does when the template changes.
async fn ask(house: &House) {
    let mut tx = house.db.db.tenant(house.tenant).await.unwrap();
    let keys = ["template:default/pay".to_owned()];
    queue::enqueue_all(&mut tx, queue::TEMPLATE_TESTS, &keys, Urgency::Background).await.unwrap();
    tx.commit().await.unwrap();
}

/// Whether the next look is a while away.
async fn waits(house: &House) -> bool {
    let mut tx = house.db.db.tenant(house.tenant).await.unwrap();
    let waits = "select lease is null and run_at > clock_timestamp() from job
        where tenant_id = $1 and queue = 'scaffolder.template-tests'";
    sqlx::query_scalar(waits).bind(tx.id()).fetch_one(tx.conn()).await.unwrap()
}

async fn until(house: &House, holds: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..400 {
        let seen = house.get(PATH).await.json();
        if holds(&seen) {
            return seen;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("it did not come to this: {}", house.get(PATH).await.text());
}

#[tokio::test]
async fn a_changed_template_is_tried_and_an_unchanged_one_is_not() {
    let house = House::open().await;
    house.template("pay", json!({"type": "service", "steps": []}));
    put(&house, "one", "Made ${{ values.name }}", Some(TESTS));
    assert_eq!(house.get(PATH).await.json()["state"], "pending");
    ask(&house).await;
    let passed = until(&house, |seen| seen["state"] == "passed").await;
    assert_eq!((&passed["cases"], &passed["failed"], &passed["findings"]), (&json!(1), &json!(0), &json!([])));

    ask(&house).await;
    let checked = until(&house, |seen| seen["checkedAt"] != passed["checkedAt"]).await;
    assert_eq!(checked["ranAt"], passed["ranAt"], "nothing has changed");
    let asked = house.world.0.lock().unwrap().unchanged;
    assert_eq!(asked, 1, "the host was told which commit is known");

    put(&house, "two", "Broke ${{ values.name }}", Some(TESTS));
    ask(&house).await;
    let failed = until(&house, |seen| seen["state"] == "failed").await;
    assert_eq!((&failed["cases"], &failed["failed"]), (&json!(1), &json!(1)));
    let finding = &failed["findings"][0];
    assert_eq!((&finding["file"], &finding["line"]), (&json!("template.test.yaml"), &json!(4)));
    assert!(finding["message"].as_str().unwrap().starts_with("makes a service: README.md"), "{finding}");
    assert_eq!(house.get("/v1/template-tests").await.json()["items"], json!([failed]));

    // A source host that does not answer takes nothing away.
    let known = house.world.0.lock().unwrap().trees.remove(FOLDER);
    house.world.0.lock().unwrap().trees.insert(FOLDER.to_owned(), json!(null));
    ask(&house).await;
    house.until("it was looked", async || waits(&house).await).await;
    assert_eq!(house.get(PATH).await.json(), failed);
    house.world.0.lock().unwrap().trees.insert(FOLDER.to_owned(), known.unwrap());

    put(&house, "three", "x", None);
    ask(&house).await;
    until(&house, |seen| seen["state"] == "none").await;
    put(&house, "four", "x", Some("cases: [{name: x, wrong: 1}]"));
    ask(&house).await;
    let wrong = until(&house, |seen| seen["state"] == "failed").await;
    assert_eq!(wrong["cases"], 1, "a mistake in the file counts as one");
}

#[tokio::test]
async fn what_cannot_be_read_is_said_and_what_is_gone_is_forgotten() {
    let house = House::open().await;
    house.template("pay", json!({"type": "service", "steps": []}));
    ask(&house).await;
    let seen = until(&house, |seen| seen["state"] == "unreadable").await;
    assert!(!seen["problem"].as_str().unwrap().is_empty());
    assert_eq!(house.get("/v1/template-tests").await.json()["items"].as_array().unwrap().len(), 1);
    let gone = house.world.0.lock().unwrap().entities.remove("template:default/pay");
    assert_eq!(house.get("/v1/template-tests").await.json()["items"], json!([]), "who may not see it hears nothing");
    assert_eq!(house.get(PATH).await.status, StatusCode::NOT_FOUND);
    ask(&house).await;
    house
        .until("the row is deleted", async || {
            let mut tx = house.db.db.tenant(house.tenant).await.unwrap();
            scaffolder::store::template_test::list(&mut tx, 9).await.unwrap().is_empty()
        })
        .await;
    house.world.0.lock().unwrap().entities.insert("template:default/pay".to_owned(), gone.unwrap());
}

#[tokio::test]
async fn somebody_who_asks_has_them_run_whatever_has_changed() {
    let house = House::open().await;
    house.template("pay", json!({"type": "service", "steps": []}));
    put(&house, "one", "Made ${{ values.name }}", Some(TESTS));
    let reply = house.post(PATH, json!({})).await;
    assert_eq!((reply.status, &reply.json()["state"]), (StatusCode::ACCEPTED, &json!("pending")));
    let first = until(&house, |seen| seen["state"] == "passed").await;
    house.post(PATH, json!({})).await;
    until(&house, |seen| seen["state"] == "passed" && seen["ranAt"] != first["ranAt"]).await;
    assert_eq!(house.post("/v1/templates/default/nobody/tests", json!({})).await.status, StatusCode::NOT_FOUND);
}
