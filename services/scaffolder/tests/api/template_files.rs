//! The folder of a template, as an editor gets it.

use crate::house::{House, tree};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use serde_json::{Value, json};

const FILE: &[u8] = b"kind: Template\nmetadata: {name: pay}\n";
const FOLDER: &str = "http://git.test/o/r/raw/main/";

async fn house() -> House {
    let house = House::without_worker(|_| {}).await;
    house.template("pay", json!({"type": "service", "steps": []}));
    house
}

fn place(house: &House, annotations: Value) {
    let mut known = house.world.0.lock().unwrap();
    known.entities.get_mut("template:default/pay").unwrap()["metadata"]["annotations"] = annotations;
}

fn hold(house: &House, files: &[(&str, &[u8])]) {
    let mut folder = tree(files);
    folder["etag"] = json!("c0ffee");
    house.world.0.lock().unwrap().trees.insert(FOLDER.to_owned(), folder);
}

fn names(answer: &Value) -> Vec<&str> {
    answer["files"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_template_is_read_with_its_folder() {
    let house = house().await;
    let large = vec![b'x'; (1 << 20) + 1];
    hold(&house, &[("film.bin", large.as_slice()), ("skeleton/a", &[0, 255]), ("template.yaml", FILE)]);
    let reply = house.get("/v1/templates/default/pay/files").await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    let answer = reply.json();
    assert_eq!(names(&answer), ["skeleton/a", "template.yaml"]);
    assert_eq!(answer["files"][0]["base64Content"], STANDARD.encode([0, 255]));
    assert_eq!(answer["leftOut"], json!([{"path": "film.bin", "bytes": large.len()}]));
    let facts =
        [&answer["entityRef"], &answer["templatePath"], &answer["url"], &answer["commit"], &answer["wholeFolder"]];
    assert_eq!(
        facts.map(Value::to_string),
        [r#""template:default/pay""#, r#""template.yaml""#, &json!(FOLDER).to_string(), r#""c0ffee""#, "true"]
    );
}

#[tokio::test]
async fn where_no_folder_can_be_read_there_is_the_file_alone() {
    let house = house().await;
    let url = "http://files.test/pay.yaml";
    place(&house, json!({"backstage.io/managed-by-location": format!("url:{url}")}));
    house.world.0.lock().unwrap().files.insert(url.to_owned(), String::from_utf8(FILE.to_vec()).unwrap());
    let answer = house.get("/v1/templates/default/pay/files").await.json();
    assert_eq!(
        (names(&answer), &answer["wholeFolder"], &answer["url"]),
        (vec!["pay.yaml"], &json!(false), &json!(url))
    );
}

#[tokio::test]
async fn what_the_catalog_holds_itself_comes_as_a_file() {
    let house = house().await;
    place(&house, json!({"backstage.io/managed-by-location": "managed:portal/template/default/pay"}));
    let written = json!({"apiVersion": "scaffolder.backstage.io/v1beta3", "kind": "Template",
        "metadata": {"name": "pay"}, "spec": {"type": "service", "steps": []}});
    house.world.0.lock().unwrap().sets.insert("portal".to_owned(), vec![written]);
    let answer = house.get("/v1/templates/default/pay/files").await.json();
    assert_eq!((&answer["set"], names(&answer)), (&json!("portal"), vec!["template.yaml"]));
    let text = STANDARD.decode(answer["files"][0]["base64Content"].as_str().unwrap()).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains("name: pay") && !text.contains("annotations"), "{text}");
}

#[tokio::test]
async fn what_cannot_be_edited_is_said() {
    let house = house().await;
    let refused = async |status: StatusCode, says: &str| {
        let reply = house.get("/v1/templates/default/pay/files").await;
        assert_eq!(reply.status, status, "{}", reply.text());
        assert!(reply.text().contains(says), "{}", reply.text());
    };
    hold(&house, &[("README.md", b"# Nothing here")]);
    refused(StatusCode::NOT_FOUND, "describes it any more").await;
    let many: Vec<(String, Vec<u8>)> = (0..9).map(|n| (format!("{n}"), vec![b'x'; 1 << 20])).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
    hold(&house, &many);
    refused(StatusCode::PAYLOAD_TOO_LARGE, "more than 7 MiB").await;
    place(&house, json!({}));
    refused(StatusCode::NOT_FOUND, "where template:default/pay comes from").await;
    assert_eq!(house.get("/v1/templates/default/nobody/files").await.status, StatusCode::NOT_FOUND);
}
