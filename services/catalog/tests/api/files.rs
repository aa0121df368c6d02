//! Files are read one by one: what did not change costs a conditional request, whatever else its location names.

use super::harness::{Catalog, File, component, location, url};
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn described(name: &str, text: &str) -> String {
    component(name, &format!(", note: {text}"))
}

fn state_of(progress: &Value, path: &str) -> (String, usize) {
    let files = progress["files"].as_array().unwrap();
    let file = files.iter().find(|file| file["url"] == url(path)).unwrap_or_else(|| panic!("{path} in {progress}"));
    (file["state"].as_str().unwrap().to_owned(), file["problems"].as_array().unwrap().len())
}

#[tokio::test]
async fn one_changed_file_of_many_is_the_only_one_that_is_processed() {
    let catalog = Catalog::new().await;
    let targets: Vec<String> = (0..12).map(|i| format!("./{i}.yaml")).collect();
    let targets: Vec<&str> = targets.iter().map(String::as_str).collect();
    catalog.files.put("root.yaml", location("root", &targets));
    for i in 0..12 {
        catalog.files.put(&format!("{i}.yaml"), described(&format!("c-{i}"), "one"));
    }
    let id = catalog.register("root.yaml").await;
    catalog.wait_for("component:default/c-11", |_| true).await;
    catalog.settle().await;
    let mut before = Vec::new();
    for i in 0..12 {
        before.push(catalog.seq(&format!("component:default/c-{i}")).await);
    }
    catalog.files.take_log();
    catalog.files.put("7.yaml", described("c-7", "two"));
    catalog.refresh("component:default/c-7").await;
    catalog.wait_for("component:default/c-7", |entity| entity["spec"]["note"] == "two").await;
    catalog.settle().await;
    let log = catalog.files.take_log();
    let whole: Vec<_> = log.iter().filter(|(_, status)| *status == 200).collect();
    assert_eq!(whole, [&(url("7.yaml"), 200)], "{log:?}");
    assert_eq!(log.len(), 13, "{log:?}");
    for (i, seq) in before.into_iter().enumerate() {
        assert_eq!(catalog.seq(&format!("component:default/c-{i}")).await == seq, i != 7, "{i}");
    }
    let progress = catalog.progress(&id).await;
    assert_eq!(progress["files"].as_array().unwrap().len(), 13);
    assert_eq!(state_of(&progress, "7.yaml"), ("done".into(), 0));
}

#[tokio::test]
async fn an_entity_that_another_file_kept_from_an_unchanged_one_is_its_own_again() {
    let catalog = Catalog::new().await;
    catalog.files.put("root.yaml", location("root", &["./a.yaml", "./b.yaml", "./c.yaml"]));
    catalog.files.put("a.yaml", described("x", "from-a") + &component("a", ""));
    catalog.files.put("b.yaml", described("x", "from-b") + &component("b", ""));
    catalog.files.put("c.yaml", component("c", ""));
    catalog.register("root.yaml").await;
    let is = |text: &'static str| move |entity: &Value| entity["spec"]["note"] == text;
    let first = catalog.wait_for("component:default/x", is("from-b")).await;
    catalog.files.put("b.yaml", component("b", ""));
    catalog.refresh("component:default/x").await;
    let second = catalog.wait_for("component:default/x", is("from-a")).await;
    assert_eq!(first["metadata"]["uid"], second["metadata"]["uid"]);
    catalog.files.put("c.yaml", component("c", "") + &described("x", "from-c"));
    catalog.refresh("component:default/x").await;
    catalog.wait_for("component:default/x", is("from-c")).await;
    // A file that is changed and comes before the one that wins changes nothing.
    catalog.files.put("a.yaml", described("x", "again") + &component("a", ", note: new"));
    catalog.refresh("component:default/a").await;
    catalog.wait_for("component:default/a", is("new")).await;
    assert_eq!(catalog.entity("component:default/x").await.unwrap()["spec"]["note"], "from-c");
    catalog.files.put("root.yaml", location("root", &["./a.yaml", "./b.yaml"]));
    catalog.refresh("component:default/x").await;
    catalog.wait_for("component:default/x", is("again")).await;
    catalog.wait_until_gone("component:default/c").await;
}

#[tokio::test]
async fn a_location_with_one_broken_file_keeps_what_it_brought_and_says_how_each_file_is() {
    let catalog = Catalog::new().await;
    catalog.files.put("root.yaml", location("root", &["./a.yaml", "./b.yaml", "./c.yaml"]));
    for name in ["a", "b", "c"] {
        catalog.files.put(&format!("{name}.yaml"), component(name, ""));
    }
    let id = catalog.register("root.yaml").await;
    catalog.wait_for("component:default/c", |_| true).await;
    catalog.settle().await;
    catalog.files.put("a.yaml", component("a", ", note: two"));
    catalog.files.put("b.yaml", component("b", "") + "---\nkind: [unclosed\n");
    catalog.refresh("component:default/a").await;
    let failed = catalog.wait(async || state_of(&catalog.progress(&id).await, "b.yaml").0 == "failed");
    assert!(failed.await);
    let progress = catalog.progress(&id).await;
    assert_eq!(state_of(&progress, "a.yaml"), ("done".into(), 0));
    assert_eq!(state_of(&progress, "c.yaml"), ("done".into(), 0));
    let broken = progress["files"].as_array().unwrap().iter().find(|file| file["url"] == url("b.yaml")).unwrap();
    assert!(broken["problems"][0]["line"].as_u64().is_some_and(|line| line >= 6), "{broken}");
    assert_eq!(broken["entities"], 1);
    assert_eq!(catalog.entity("component:default/a").await.unwrap()["spec"].get("note"), None);
    catalog.files.put("b.yaml", component("b", ""));
    catalog.refresh("component:default/a").await;
    catalog.wait_for("component:default/a", |entity| entity["spec"]["note"] == "two").await;
    let healed = catalog.wait(async || state_of(&catalog.progress(&id).await, "b.yaml") == ("done".to_owned(), 0));
    assert!(healed.await);
}

#[tokio::test]
async fn a_missing_optional_file_is_no_failure_and_comes_when_it_comes() {
    let catalog = Catalog::new().await;
    let optional = "---\napiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: {name: root}\nspec: {presence: optional, targets: [./a.yaml, ./b.yaml]}\n";
    catalog.files.put("root.yaml", optional);
    catalog.files.put("a.yaml", component("a", ""));
    let id = catalog.register("root.yaml").await;
    catalog.wait_for("component:default/a", |_| true).await;
    catalog.settle().await;
    assert_eq!(state_of(&catalog.progress(&id).await, "b.yaml"), ("missing".into(), 0));
    catalog.files.put("b.yaml", component("b", ""));
    catalog.refresh("component:default/a").await;
    catalog.wait_for("component:default/b", |_| true).await;
    catalog.files.remove("b.yaml");
    catalog.refresh("component:default/a").await;
    catalog.wait_until_gone("component:default/b").await;
}

#[tokio::test]
async fn a_placeholder_that_could_not_be_read_is_tried_again_although_its_file_did_not_change() {
    let catalog = Catalog::new().await;
    catalog
        .files
        .put("a.yaml", component("shop", ", x: {$text: 'https://notes.test/n.txt'}") + &component("other", ""));
    catalog.files.set("https://notes.test/n.txt", File::Status(503));
    let id = catalog.register("a.yaml").await;
    catalog.wait_for("component:default/other", |_| true).await;
    catalog.settle().await;
    assert!(catalog.entity("component:default/shop").await.is_none());
    assert_eq!(state_of(&catalog.progress(&id).await, "a.yaml"), ("done".into(), 0));
    catalog.files.put("https://notes.test/n.txt", "hello");
    catalog.files.take_log();
    catalog.refresh("component:default/shop").await;
    let shop = catalog.wait_for("component:default/shop", |_| true).await;
    assert_eq!(shop["spec"]["x"], "hello");
    let log = catalog.files.take_log();
    assert!(log.contains(&(url("a.yaml"), 304)), "{log:?}");
}

#[tokio::test]
async fn news_about_a_file_make_everything_due_that_reads_it() {
    let catalog = Catalog::new().await;
    catalog.files.put("a.yaml", component("a", ", x: {$text: ./note.txt}"));
    catalog.files.put("b.yaml", component("b", ""));
    catalog.files.put("note.txt", "one");
    catalog.register("a.yaml").await;
    catalog.register("b.yaml").await;
    catalog.wait_for("component:default/b", |_| true).await;
    catalog.wait_for("component:default/a", |_| true).await;
    catalog.settle().await;
    catalog.files.put("note.txt", "two");
    catalog.files.put("b.yaml", component("b", ", note: unseen"));
    let keys = json!({"keys": [url("note.txt"), url("nobody-reads.txt")]});
    let path = "/internal/catalog/v1/refresh";
    assert_eq!(catalog.post(path, keys.clone()).await.status.as_u16(), 403);
    let service = http_shell::Caller::service(catalog.tenant, "integrations");
    let reply = testkit::request(&catalog.router, Some(&service), http::Method::POST, path, Some(keys)).await;
    assert_eq!(reply.json(), json!({"units": 1}), "{}", reply.text());
    catalog.wait_for("component:default/a", |entity| entity["spec"]["x"] == "two").await;
    catalog.settle().await;
    assert_eq!(catalog.entity("component:default/b").await.unwrap()["spec"].get("note"), None);
}

/// A number that follows from a seed, as if by chance.
fn chance(seed: &mut u64, below: u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 33) % below
}

#[tokio::test]
async fn whatever_changes_in_whatever_order_the_last_file_that_lists_an_entity_has_it() {
    const FILES: usize = 5;
    const NAMES: u64 = 6;
    let catalog = Catalog::new().await;
    let targets: Vec<String> = (0..FILES).map(|i| format!("./{i}.yaml")).collect();
    catalog.files.put("root.yaml", location("root", &targets.iter().map(String::as_str).collect::<Vec<_>>()));
    let mut seed = 20_261_122;
    let mut contents: Vec<BTreeMap<u64, u64>> = vec![BTreeMap::new(); FILES];
    let text = |content: &BTreeMap<u64, u64>| {
        let one = |(name, note): (&u64, &u64)| {
            component(&format!("n{name}"), &format!(", note: v{note}, dependsOn: ['component:n{note}']"))
        };
        content.iter().map(one).collect::<String>() + "---\n"
    };
    for (i, content) in contents.iter().enumerate() {
        catalog.files.put(&format!("{i}.yaml"), text(content));
    }
    catalog.register("root.yaml").await;
    catalog.wait_for("location:default/root", |_| true).await;
    for step in 0..25 {
        for _ in 0..=chance(&mut seed, 3) {
            let file = usize::try_from(chance(&mut seed, FILES as u64)).unwrap();
            let name = chance(&mut seed, NAMES);
            if contents[file].remove(&name).is_none() || chance(&mut seed, 2) == 0 {
                contents[file].insert(name, chance(&mut seed, NAMES));
            }
            catalog.files.put(&format!("{file}.yaml"), text(&contents[file]));
        }
        catalog.refresh("location:default/root").await;
        catalog.settle().await;
        let mut expected: BTreeMap<u64, (u64, usize)> = BTreeMap::new();
        for (i, content) in contents.iter().enumerate() {
            expected.extend(content.iter().map(|(name, note)| (*name, (*note, i))));
        }
        for name in 0..NAMES {
            let found = catalog.entity(&format!("component:default/n{name}")).await;
            let Some((note, file)) = expected.get(&name) else {
                assert!(found.is_none(), "step {step}: n{name} is still there");
                continue;
            };
            let found = found.unwrap_or_else(|| panic!("step {step}: n{name} is missing"));
            assert_eq!(found["spec"]["note"], format!("v{note}"), "step {step}");
            let location = format!("url:{}", url(&format!("{file}.yaml")));
            assert_eq!(found["metadata"]["annotations"]["backstage.io/managed-by-location"], location, "step {step}");
            let mut dependents: Vec<String> = expected
                .iter()
                .filter(|(_, (note, _))| *note == name)
                .map(|(other, _)| format!("component:default/n{other}"))
                .collect();
            dependents.sort();
            let shown: Vec<&str> = found["relations"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|relation| relation["type"] == "dependencyOf")
                .map(|relation| relation["targetRef"].as_str().unwrap())
                .collect();
            assert_eq!(shown, dependents, "step {step}: n{name}");
        }
    }
    super::consistency::check(&catalog.test, catalog.tenant).await;
}
