//! The committed OpenAPI documents are those of the routes.

use super::installation::documents;
use super::{documented, name_of};
use http_shell::{Audience, write_openapi};
use serde_json::Value;
use std::path::PathBuf;

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi"))
}

#[test]
fn the_committed_documents_are_current() {
    let mut known = Vec::new();
    for (name, _, document) in documents() {
        let committed = std::fs::read_to_string(folder().join(format!("{name}.json"))).unwrap_or_default();
        let current = write_openapi(&document).unwrap();
        assert!(committed == current, "openapi/{name}.json is stale; run `make openapi`");
        known.push(format!("{name}.json"));
    }
    for entry in std::fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        let stray = name.ends_with(".json") && !known.contains(&name);
        assert!(!stray, "openapi/{name} is no service's");
    }
}

#[test]
fn every_operation_has_an_id_of_its_own() {
    for (name, _, document) in documents() {
        let document: Value = serde_json::to_value(&document).unwrap();
        let mut seen = std::collections::HashSet::new();
        let items = document["paths"].as_object().into_iter().flat_map(|paths| paths.values());
        for operation in items.filter_map(Value::as_object).flat_map(|item| item.values()) {
            let Some(id) = operation["operationId"].as_str() else { continue };
            assert!(seen.insert(id.to_owned()), "{name} has two operations with the id {id}");
        }
    }
}

#[test]
fn public_operations_say_that_they_need_no_token_and_all_others_that_they_do() {
    for (name, table, document) in documents() {
        let document: Value = serde_json::to_value(&document).unwrap();
        let mut known = 0;
        for entry in table {
            let operation = &document["paths"][documented(&entry)][entry.method.to_lowercase()];
            if entry.path.starts_with("/internal/") {
                assert!(operation.is_null(), "{} is in the public document of {name}", name_of(&entry));
                continue;
            }
            let security = operation["security"].as_array();
            let security = security.unwrap_or_else(|| panic!("{} has no security in {name}", name_of(&entry)));
            let public = entry.access.audience() == Audience::Public;
            assert_eq!(security.is_empty(), public, "{} in {name}", name_of(&entry));
            known += 1;
        }
        let operations = document["paths"].as_object().map_or(0, |paths| {
            let methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
            paths.values().map(|path| methods.iter().filter(|method| !path[**method].is_null()).count()).sum()
        });
        assert_eq!(known, operations, "{name} documents what is not in its table");
    }
}
