//! Twenty secrets, half sent along and half granted, go through every native action: afterwards no event, no answer, no
//! row of any table and no file on disk holds one, in whatever spelling.

use crate::house::{House, tree};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use sqlx::{Connection as _, PgConnection};

/// The secrets, each with something that an encoding changes.
fn canaries() -> Vec<(String, String)> {
    let odd =
        ["/slash", "+plus", " blank", "\"quote", "\\back", "&amp", "%25", "ünïcode", "\nline two of it", "'single"];
    let value = |at: usize| format!("canary-{at:02}-{}-{}", 7919 * (at + 1), odd[at % odd.len()]);
    (0..20).map(|at| (format!("C{at}"), value(at))).collect()
}

/// What a text would show of a canary: the number in its middle survives every encoding but base64.
fn needles(at: usize) -> [String; 3] {
    let core = format!("canary-{at:02}-{}", 7919 * (at + 1));
    let mut encoded = STANDARD.encode(&core);
    encoded.truncate(core.len() / 3 * 4);
    let upper = core.to_uppercase();
    [core, encoded, upper]
}

fn hits(text: &str) -> Vec<usize> {
    (0..20).filter(|at| needles(*at).iter().any(|needle| text.contains(needle.as_str()))).collect()
}

/// Every native action with secrets wherever its input takes text.
fn steps() -> Value {
    let all = (0..20).map(|at| format!("${{{{ secrets.C{at} }}}}")).collect::<Vec<_>>().join(" ");
    let values = json!({"a": "${{ secrets.C0 }}", "b": ["${{ secrets.C11 }}"], "c": {"d": "x${{ secrets.C8 }}"}});
    let mut steps = json!([
        {"action": "debug:log", "input": {"message": format!("{all} ${{{{ secrets | dump }}}} ${{{{ secrets.C1 | urlencode }}}}")}},
        {"action": "debug:log", "each": "${{ secrets }}", "input": {"message": "${{ each.key }}=${{ each.value }}"}},
        {"action": "debug:log", "if": "${{ secrets.C2 }}", "input": {"message": "never"}},
        {"action": "debug:wait", "input": {"milliseconds": 1}},
        {"action": "catalog:write", "input": {"entity": {"kind": "Component", "metadata": {"name": "${{ secrets.C3 }}"}}}},
        {"action": "fetch:plain", "input": {"url": "http://git.test/tree/${{ secrets.C10 | urlencode }}", "targetPath": "plain"}},
        {"action": "fetch:plain:file", "input": {"url": "http://git.test/file", "targetPath": "of-${{ secrets.C4 | length }}.txt", "token": "${{ secrets.C5 }}"}},
        {"action": "fetch:template", "input": {"url": "http://git.test/tree/${{ secrets.C10 | urlencode }}", "targetPath": "made", "values": values}},
        {"action": "fetch:template:file", "input": {"url": "http://git.test/file", "targetPath": "one.txt", "values": values}},
        {"action": "workspace:template", "input": {"sourcePath": "plain", "targetPath": "again", "copyWithoutTemplating": ["${{ secrets.C6 }}"], "values": values}},
        {"action": "workspace:template:file", "input": {"sourcePath": "plain/a.txt", "targetPath": "two.txt", "values": values}},
        {"action": "fs:rename", "input": {"files": [{"from": "two.txt", "to": "${{ secrets.C7 }}.txt"}]}},
        {"id": "list", "action": "fs:readdir", "input": {"paths": ["."], "recursive": true}},
        {"action": "debug:log", "input": {"listWorkspace": "with-contents", "message": "${{ steps.list.output | dump }}"}},
        {"action": "fs:delete", "input": {"files": ["${{ secrets.C7 }}.txt", "**/*.${{ secrets.C9 }}"]}},
        {"id": "entity", "action": "catalog:fetch", "input": {"entityRef": "component:default/${{ secrets.C12 }}", "optional": true}},
        {"id": "registered", "action": "catalog:register", "input": {"catalogInfoUrl": "http://git.test/o/r/raw/main/c.yaml"}},
        {"id": "pushed", "action": "proscenium:git:push", "input": {"remoteUrl": "http://git.test/${{ secrets.C14 }}.git", "gitCommitMessage": "${{ secrets.C15 }} ${{ secrets.C13 }}"}},
        {"action": "debug:log", "input": {"message": "${{ steps.registered.output.catalogInfoUrl }} ${{ steps.pushed.output | dump }}"}},
    ]);
    for (at, step) in steps.as_array_mut().unwrap().iter_mut().enumerate() {
        let step = step.as_object_mut().unwrap();
        step.entry("id").or_insert_with(|| json!(format!("s{at}")));
        step.entry("name").or_insert_with(|| json!(format!("Step {at}")));
    }
    steps
}

/// Everything that is in the database, as text.
async fn all_rows(house: &House) -> String {
    let mut connection = PgConnection::connect(&house.db.admin_url()).await.unwrap();
    let tables: Vec<String> = sqlx::query_scalar(
        "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname not in ('pg_catalog', 'information_schema')",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert!(tables.len() > 20, "{tables:?}");
    let mut text = String::new();
    for table in tables {
        let rows: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select t::text from {table} t")))
            .fetch_all(&mut connection)
            .await
            .unwrap();
        text.extend(rows);
    }
    text
}

fn plant(house: &House, template: &str) -> Map<String, Value> {
    let mut sent = Map::new();
    let mut known = house.world.0.lock().unwrap();
    for (at, (name, value)) in canaries().into_iter().enumerate() {
        if at % 2 == 0 {
            sent.insert(name, json!(value));
        } else {
            known.grants.insert((format!("template:default/{template}"), name), value);
        }
    }
    let encoded: String = url::form_urlencoded::byte_serialize(canaries()[10].1.as_bytes()).collect();
    let folder = tree(&[("a.txt", b"A ${{ values.a }} ${{ values.b }} ${{ values.c | dump }}"), ("d/b.txt", b"B")]);
    known.trees.insert(format!("http://git.test/tree/{}", encoded.replace('+', "%20")), folder);
    known.files.insert("http://git.test/file".to_owned(), "F ${{ values.a }}".to_owned());
    sent
}

#[tokio::test]
async fn twenty_canaries_go_through_every_action_and_are_heard_nowhere() {
    let house = House::open().await;
    let outputs = json!({"at": "${{ steps.registered.output.catalogInfoUrl }}", "to": "${{ steps.pushed.output.remoteUrl }}",
        "not": "${{ secrets.C0 }}", "files": "${{ steps.list.output.files | dump }}"});
    house.template("canaries", json!({"type": "x", "steps": steps(), "output": outputs}));
    let sent = plant(&house, "canaries");
    let id = house.begin("canaries", json!({}), Value::Object(sent)).await;
    let task = house.wait_for(&id, "completed").await;
    let mut told = vec![("task", task.to_string())];
    for path in ["/v2/tasks".to_owned(), format!("/v2/tasks/{id}/events"), format!("/v2/tasks/{id}/eventstream")] {
        told.push(("answer", house.get(&path).await.text()));
    }
    assert!(told[2].1.contains("***"), "{}", told[2].1);
    told.push(("rows", all_rows(&house).await));
    told.push(("files", files_below(&house.state.config.workspaces)));
    for (what, text) in &told {
        assert_eq!(hits(text), Vec::<usize>::new(), "{what}: {text}");
    }
    // They did reach the actions.
    let known = house.world.0.lock().unwrap();
    let world = format!("{:?} {:?}", known.pushes, known.locations);
    assert!(hits(&world).len() >= 3, "{world}");
}

#[tokio::test]
async fn canaries_in_failures_are_heard_nowhere() {
    for (action, input) in [
        ("fs:rename", json!({"files": [{"from": "${{ secrets.C1 }}", "to": "x"}]})),
        ("fetch:plain:file", json!({"url": "http://git.test/none/${{ secrets.C3 }}", "targetPath": "x"})),
        ("fetch:plain", json!({"url": "http://git.test/none/${{ secrets.C5 }}"})),
        ("fetch:template", json!({"url": "ftp://${{ secrets.C7 }}/x"})),
        ("catalog:fetch", json!({"entityRef": "component:default/${{ secrets.C12 }}"})),
        ("fs:readdir", json!({"paths": "${{ secrets.C2 }}"})),
        ("fs:delete", json!({"files": ["../${{ secrets.C4 }}"]})),
        ("debug:wait", json!({"seconds": "${{ secrets.C6 }}"})),
        // The catalog would keep and show it.
        ("catalog:register", json!({"catalogInfoUrl": "http://git.test/o/${{ secrets.C13 }}/raw/main/c.yaml"})),
        ("catalog:register", json!({"catalogInfoUrl": "http://git.test/c.yaml?token=${{ secrets.C1 | urlencode }}"})),
    ] {
        let house = House::open().await;
        let steps = json!([{"id": "s", "name": "S", "action": action, "input": input}]);
        house.template("failing", json!({"type": "x", "steps": steps}));
        let sent = plant(&house, "failing");
        let id = house.begin("failing", json!({}), Value::Object(sent)).await;
        house.wait_for(&id, "failed").await;
        let events = house.get(&format!("/v2/tasks/{id}/events")).await.text();
        assert_eq!(hits(&events), Vec::<usize>::new(), "{action}: {events}");
        assert_eq!(hits(&all_rows(&house).await), Vec::<usize>::new(), "{action}");
    }
}

/// Names and contents of all files below a folder.
fn files_below(folder: &std::path::Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        text.push_str(&entry.path().to_string_lossy());
        if entry.path().is_dir() {
            text.push_str(&files_below(&entry.path()));
        } else {
            text.push_str(&String::from_utf8_lossy(&std::fs::read(entry.path()).unwrap_or_default()));
        }
    }
    text
}
