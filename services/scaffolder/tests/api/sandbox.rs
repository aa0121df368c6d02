//! What hostile templates do to the engine: nothing.

use scaffolder::domain::engine::{Engine, FileOptions, Limits};
use serde_json::json;
use std::time::{Duration, Instant};

fn engine() -> Engine {
    Engine::new(Limits::default()).unwrap()
}

#[test]
fn loops_patterns_and_depth_are_stopped_within_the_limit() {
    let depth = format!("${{{{ {}1{} }}}}", "(".repeat(20_000), ")".repeat(20_000));
    for source in [
        "{% for i in range(0,100000000) %}{% for j in range(0,100000) %}x{% endfor %}{% endfor %}",
        "${{ \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\" | replace(r/^(a+)+$/, \"\") }}",
        "{% macro f(x) %}${{ f(x) }}{% endmacro %}${{ f(1) }}",
        "{% set s = \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\" %}{% for i in range(40) %}{% set s = s + s %}{% endfor %}${{ s }}",
        &depth,
    ] {
        let engine = engine();
        let files = engine.open_files(FileOptions::default(), None).unwrap();
        let began = Instant::now();
        let result = engine.render_file(files, source);
        assert!(result.is_err(), "{}", &source[..40]);
        assert!(began.elapsed() < Duration::from_secs(10), "{} took {:?}", &source[..40], began.elapsed());
    }
}

#[test]
fn memory_is_limited() {
    let engine = Engine::new(Limits { memory: 24 << 20, ..Limits::default() }).unwrap();
    let files = engine.open_files(FileOptions::default(), None).unwrap();
    let source = "{% set l = [] %}{% for i in range(300) %}{% set l = (l.push(\"y\" | center(200000)), l) %}{% endfor %}${{ l | length }}";
    assert!(engine.render_file(files, source).is_err());
}

#[test]
fn nothing_of_the_engine_is_in_reach() {
    let engine = engine();
    let context = engine.open(&json!({"parameters": {"a": "x"}})).unwrap();
    for expression in [
        "${{ \"\".constructor.constructor(\"return 1\")() }}",
        "${{ range.constructor(\"return 1\")() }}",
        "${{ parameters.__proto__.polluted }}",
        "${{ hostUrl(\"a\", \"\") }}",
        "${{ globalThis }}",
        "${{ engine }}",
    ] {
        let rendered = engine.render(&json!({"value": expression}), context).unwrap().unwrap();
        let value = rendered.get("value");
        assert!(value.is_none_or(|value| value == expression), "{expression} gave {value:?}");
    }
    assert!(engine.open(&json!({"parameters": {"__proto__": {"polluted": true}}})).is_err());
    let clean = engine.render(&json!("${{ {}.polluted }}"), context).unwrap();
    assert!(clean.is_none_or(|value| value != json!(true)));
}

#[test]
fn an_exhausted_engine_refuses_further_work() {
    let engine = Engine::new(Limits { time: Duration::from_millis(50), ..Limits::default() }).unwrap();
    let files = engine.open_files(FileOptions::default(), None).unwrap();
    let source = "{% for i in range(0,100000000) %}{% for j in range(0,100000) %}x{% endfor %}{% endfor %}";
    assert!(engine.render_file(files, source).unwrap_err().message.contains("more than 0.05 s"));
    assert!(engine.render_file(files, "x").is_err());
}
