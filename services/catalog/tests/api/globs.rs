//! Targets that are patterns.

use super::harness::{Catalog, component, location, url};

#[tokio::test]
async fn a_pattern_brings_what_it_finds_now_and_costs_one_request_while_that_stays() {
    let catalog = Catalog::new().await;
    let pattern = "https://files.test/o/r/blob/main/*/catalog-info.yaml";
    for name in ["a", "b"] {
        catalog
            .files
            .put(&format!("o/r/blob/main/{name}/catalog-info.yaml"), component(name, ", x: {$text: ./note.txt}"));
        catalog.files.put(&format!("o/r/blob/main/{name}/note.txt"), format!("note of {name}"));
    }
    let id = catalog.register(pattern).await;
    let b = catalog.wait_for("component:default/b", |_| true).await;
    assert_eq!(b["spec"]["x"], "note of b");
    let own = url("o/r/blob/main/b/catalog-info.yaml");
    assert_eq!(b["metadata"]["annotations"]["backstage.io/managed-by-location"], format!("url:{own}"));
    catalog.settle().await;

    catalog.files.take_log();
    catalog.refresh("component:default/a").await;
    catalog.settle().await;
    let mut log = catalog.files.take_log();
    log.sort();
    let note = |name: &str| (url(&format!("o/r/blob/main/{name}/note.txt")), 304);
    assert_eq!(log, [(pattern.to_owned(), 304), note("a"), note("b")]);

    catalog.files.put("o/r/blob/main/c/catalog-info.yaml", component("c", ""));
    catalog.files.put("o/r/blob/main/a/note.txt", "changed");
    catalog.refresh("component:default/a").await;
    catalog.wait_for("component:default/c", |_| true).await;
    catalog.wait_for("component:default/a", |entity| entity["spec"]["x"] == "changed").await;
    // Only what a placeholder names has changed: the file itself is asked for.
    catalog.files.put("o/r/blob/main/b/note.txt", "changed as well");
    catalog.refresh("component:default/b").await;
    catalog.wait_for("component:default/b", |entity| entity["spec"]["x"] == "changed as well").await;

    catalog.files.remove("o/r/blob/main/b/catalog-info.yaml");
    catalog.refresh("component:default/a").await;
    catalog.wait_until_gone("component:default/b").await;
    let progress = catalog.progress(&id).await;
    let files: Vec<(&str, &str)> = progress["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| (file["url"].as_str().unwrap(), file["pattern"].as_str().unwrap()))
        .collect();
    let found = [
        pattern,
        "https://files.test/o/r/blob/main/a/catalog-info.yaml",
        "https://files.test/o/r/blob/main/c/catalog-info.yaml",
    ];
    assert_eq!(files, found.map(|url| (url, pattern)));
}

#[tokio::test]
async fn a_pattern_that_finds_nothing_or_cannot_be_searched_is_a_failure_that_says_so() {
    let catalog = Catalog::new().await;
    for (target, text) in [
        ("https://files.test/nothing/*/x.yaml", "no matching files found for https://files.test/nothing/*/x.yaml"),
        ("https://plain.test/a/*/x.yaml", "Unsupported search pattern URL"),
    ] {
        let id = catalog.register(target).await;
        let failed = catalog.wait(async || {
            let progress = catalog.progress(&id).await;
            progress["state"] == "failed" && progress["problems"][0]["message"].as_str().unwrap().contains(text)
        });
        assert!(failed.await, "{target}: {}", catalog.progress(&id).await);
    }
}

#[tokio::test]
async fn relative_patterns_are_taken_from_the_file_that_names_them() {
    let catalog = Catalog::new().await;
    catalog.files.put("o/root.yaml", location("root", &["'./parts/*.yaml'", "./b.yaml"]));
    catalog.files.put("o/parts/a.yaml", component("a", ""));
    catalog.files.put("o/b.yaml", component("b", ""));
    catalog.register("o/root.yaml").await;
    catalog.wait_for("component:default/a", |_| true).await;
    assert!(catalog.entity("component:default/b").await.is_some());
}
