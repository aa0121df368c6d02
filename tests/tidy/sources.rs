//! Sizes and names of source files, and what may be where inside a service.

use super::{files, relative};
use std::path::PathBuf;

const MAX_LINES: usize = 600;
const VAGUE_NAMES: [&str; 8] = ["utils", "util", "common", "helpers", "helper", "manager", "types", "misc"];

fn sources() -> Vec<PathBuf> {
    ["services", "shared", "tests", "loadtest"]
        .into_iter()
        .flat_map(|dir| files(dir, &["rs", "ts", "tsx", "mjs"]))
        .filter(|path| !relative(path).contains("/engine/") && !relative(path).contains("/generated/"))
        .collect()
}

fn rust_of_services() -> Vec<(String, String)> {
    files("services", &["rs"])
        .into_iter()
        .map(|path| (relative(&path), std::fs::read_to_string(&path).unwrap()))
        .filter(|(path, _)| path.contains("/src/"))
        .collect()
}

/// The part of a file before its unit tests.
fn product(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or_default()
}

#[test]
fn no_file_is_longer_than_the_cap() {
    let mut lengths = Vec::new();
    for path in sources() {
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= MAX_LINES, "{} has {lines} lines, the cap is {MAX_LINES}", relative(&path));
        lengths.push(lines);
    }
    lengths.sort_unstable();
    let p90 = lengths[lengths.len() * 9 / 10];
    assert!(p90 <= 400, "the 90th percentile of file length is {p90} lines");
}

#[test]
fn no_file_has_a_name_that_says_nothing() {
    for path in sources() {
        let stem = path.file_stem().unwrap().to_string_lossy().to_lowercase();
        let generated = relative(&path).contains("/api/generated/");
        assert!(
            generated || !VAGUE_NAMES.contains(&stem.as_str()) || stem == "types" && relative(&path).ends_with(".ts"),
            "{} says nothing about what is in it",
            relative(&path)
        );
    }
}

#[test]
fn every_rust_module_says_what_it_owns() {
    for path in sources().into_iter().filter(|path| path.extension().is_some_and(|end| end == "rs")) {
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("//!"), "{} does not begin with what it owns", relative(&path));
    }
}

#[test]
fn sql_is_in_store_modules_and_axum_in_http_modules() {
    for (path, text) in rust_of_services() {
        let in_store = path.contains("/store/") || path.ends_with("/store.rs");
        let sql = ["sqlx::query", "QueryBuilder", "sqlx::raw_sql"].iter().any(|sign| product(&text).contains(sign));
        assert!(in_store || !sql, "{path} has SQL outside store/");
        let pure = path.contains("/domain/") || path.ends_with("/domain.rs");
        if pure {
            for sign in ["axum::", "sqlx::", "tokio::", ".await", "async fn", "reqwest::", "std::fs", "runtime::"] {
                assert!(!product(&text).contains(sign), "{path} is domain code, yet it says `{sign}`");
            }
        }
    }
}

#[test]
fn migrations_are_numbered_once_and_in_order() {
    let mut numbers: Vec<String> = files("migrations", &["sql"])
        .iter()
        .map(|path| path.file_name().unwrap().to_string_lossy().split('_').next().unwrap().to_owned())
        .collect();
    let count = numbers.len();
    numbers.dedup();
    assert_eq!(numbers.len(), count, "two migrations share a number");
    assert!(numbers.iter().all(|number| number.len() == 4 && number.parse::<u16>().is_ok()));
}

#[test]
fn no_lint_is_switched_off_without_a_reason() {
    for path in sources().into_iter().filter(|path| path.extension().is_some_and(|end| end == "rs")) {
        if path.ends_with("tidy/sources.rs") {
            continue;
        }
        for line in std::fs::read_to_string(&path).unwrap().lines() {
            assert!(!line.trim_start().starts_with("#[allow("), "{}: {line}", relative(&path));
            assert!(!line.trim_start().starts_with("#[ignore"), "{}: {line}", relative(&path));
        }
    }
}

/// Names that only fixtures have: of the demo repositories, and of the browser tests' own.
const FIXTURE_NAMES: [&str; 9] = [
    "node-service",
    "shop-web",
    "orders-api",
    "orders-db",
    "storefront",
    "seat-planner",
    "price-book",
    "box-office",
    "door-keeper",
];

#[test]
fn no_product_code_knows_a_fixture() {
    let all = ["services", "shared"].into_iter().flat_map(|dir| files(dir, &["rs", "ts", "tsx", "mjs", "toml", "sql"]));
    for path in all.chain(files("migrations", &["sql"])) {
        let name = relative(&path);
        let may_know = ["services/integrations/src/demo_git/", "services/integrations/demo/", "shared/testkit/"];
        let is_test = name.contains("/tests/") || name.contains(".test.") || name.contains("/examples/");
        if is_test || may_know.iter().any(|place| name.starts_with(place)) {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for fixture in FIXTURE_NAMES {
            assert!(!product(&text).contains(fixture), "{name} knows the fixture {fixture}");
        }
    }
}
