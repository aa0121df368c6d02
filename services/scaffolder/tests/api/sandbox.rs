//! What hostile templates do to the engine: nothing. Each is contained within a second of processor time and 128 MiB,
//! and what is rendered next, by the same engine or by another, is right.

use scaffolder::domain::engine::{Engine, FileOptions, Limits};
use serde_json::{Value, json};
use std::time::Duration;

fn engine() -> Engine {
    Engine::new(Limits::default()).unwrap()
}

/// Processor time that this thread has used: other work of the machine does not count.
fn processor_time() -> Duration {
    nix::time::clock_gettime(nix::time::ClockId::CLOCK_THREAD_CPUTIME_ID).unwrap().into()
}

/// The limit of a second, and what a debug build adds. It is processor time of the thread that renders: what else the
/// machine does must not count, neither here nor for people's templates.
const CONTAINED: Duration = Duration::from_millis(if cfg!(debug_assertions) { 1300 } else { 1000 });

/// A figure of this process's memory, in MiB.
fn memory_mib(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap() >> 10
}

/// Most that the process held since [`resident_mib_from_now`], in MiB.
fn peak_mib() -> u64 {
    memory_mib("VmHWM:")
}

/// What the process holds; its peak counts from here.
fn resident_mib_from_now() -> u64 {
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    memory_mib("VmRSS:")
}

/// A template renders as it should in an engine of its own.
fn assert_next_is_right() {
    let engine = engine();
    let context = engine.open(&json!({"parameters": {"a": [1, 2]}})).unwrap();
    let rendered = engine.render(&json!("${{ parameters.a | length }}"), context).unwrap();
    assert_eq!(rendered, Some(json!(2)));
}

/// Sources that need more than they may have, and what each tries.
fn greedy() -> Vec<(&'static str, String)> {
    vec![
        ("a loop without end", "{% for i in range(0,100000000) %}{% for j in range(0,100000) %}x{% endfor %}{% endfor %}".to_owned()),
        ("a pattern that backtracks", "${{ \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\" | replace(r/^(a+)+$/, \"\") }}".to_owned()),
        ("a second such pattern", "${{ \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\" | replace(r/(x+x+)+y/g, \"\") }}".to_owned()),
        ("a macro that calls itself", "{% macro f(x) %}${{ f(x) }}{% endmacro %}${{ f(1) }}".to_owned()),
        ("a text that doubles", "{% set s = \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\" %}{% for i in range(40) %}{% set s = s + s %}{% endfor %}${{ s }}".to_owned()),
        ("a gigabyte of output", "{% set s = \"x\" | center(100000) %}{% for i in range(10000) %}${{ s }}{% endfor %}".to_owned()),
        ("a list that grows", "{% set l = [] %}{% for i in range(3000) %}{% set l = (l.push(\"y\" | center(200000)), l) %}{% endfor %}${{ l | length }}".to_owned()),
        ("deep brackets", format!("${{{{ {}1{} }}}}", "(".repeat(20_000), ")".repeat(20_000))),
        ("deep lists", format!("${{{{ {}1{} }}}}", "[".repeat(20_000), "]".repeat(20_000))),
        ("deep conditions", format!("{}x{}", "{% if true %}".repeat(20_000), "{% endif %}".repeat(20_000))),
    ]
}

/// Names the attack that a process of its own makes.
const ATTACK: &str = "PROSCENIUM_TEST_ATTACK";

/// Every attack as a file and as a value, each in a process of its own: what it takes of memory is then its own too.
#[test]
fn each_attack_is_contained_in_a_second_and_128_mib_and_the_next_render_is_right() {
    let program = std::env::current_exe().unwrap();
    let attack = |number: &usize| {
        let mut command = std::process::Command::new(&program);
        command.args(["--exact", "sandbox::one_attack", "--nocapture", "--test-threads=1"]);
        let output = command.env(ATTACK, number.to_string()).output().unwrap();
        let said = || String::from_utf8_lossy(&[output.stdout.clone(), output.stderr.clone()].concat()).into_owned();
        (!output.status.success() || !said().contains("1 passed")).then(said)
    };
    let numbers: Vec<usize> = (0..greedy().len() + 2).collect();
    // Two at a time: each uses a processor.
    let (left, right): (Vec<usize>, Vec<usize>) = numbers.iter().partition(|number| *number % 2 == 0);
    let failures: Vec<String> = std::thread::scope(|scope| {
        let right = scope.spawn(|| right.iter().filter_map(attack).collect::<Vec<_>>());
        let mut failures: Vec<String> = left.iter().filter_map(attack).collect();
        failures.extend(right.join().unwrap());
        failures
    });
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// One of the attacks, when [`ATTACK`] says which: only the test above says so, in a process of its own.
#[test]
#[expect(clippy::disallowed_methods, reason = "how it is told which")]
fn one_attack() {
    let Ok(number) = std::env::var(ATTACK) else { return };
    let number: usize = number.parse().unwrap();
    let attacks = greedy();
    assert_next_is_right();
    let before = resident_mib_from_now();
    match attacks.get(number) {
        Some((what, source)) => {
            attack_by_file(what, source);
            attack_by_value(what, source);
        }
        None if number == attacks.len() => attack_by_escapes(),
        None => attack_by_what_is_left_behind(),
    }
    let grown = peak_mib().saturating_sub(before);
    eprintln!("grew by {grown} MiB");
    assert!(grown <= 128, "the process grew by {grown} MiB");
}

fn attack_by_file(what: &str, source: &str) {
    let engine = engine();
    let files = engine.open_files(FileOptions::default(), None).unwrap();
    let began = processor_time();
    let result = engine.render_file(files, source);
    let took = processor_time() - began;
    eprintln!("{what} in a file: {took:?}");
    assert!(result.is_err(), "{what}");
    assert!(took < CONTAINED, "{what} took {took:?}");
    assert_next_is_right();
}

fn attack_by_value(what: &str, source: &str) {
    let engine = engine();
    let context = engine.open(&json!({})).unwrap();
    let began = processor_time();
    // An expression that cannot be rendered stays as its text; one that used everything up is an error.
    let result = engine.render(&json!(source), context);
    let took = processor_time() - began;
    eprintln!("{what} in a value: {took:?}");
    assert!(took < CONTAINED, "{what} took {took:?}");
    assert!(result.is_err() || result == Ok(Some(json!(source))), "{what}");
    if result.is_ok() {
        let next =
            engine.render(&json!({"a": "${{ [3, 1] | sort | join }}", "b": "${{ range(2) | length }}"}), context);
        assert_eq!(next, Ok(Some(json!({"a": "13", "b": 2}))), "after {what}");
    }
    assert_next_is_right();
}

#[test]
fn expressions_that_take_too_long_again_and_again_end_the_run() {
    let engine = Engine::new(Limits { time: Duration::from_millis(50), ..Limits::default() }).unwrap();
    let context = engine.open(&json!({})).unwrap();
    let slow = json!("${{ range(300000) | length }}");
    assert_eq!(engine.render(&slow, context), Ok(Some(slow.clone())));
    assert_eq!(engine.render(&slow, context), Ok(Some(slow.clone())));
    assert!(engine.render(&slow, context).unwrap_err().message.contains("more than 0.05 s"));
    assert!(engine.render(&json!("${{ 1 }}"), context).is_err());
}

#[test]
fn values_come_back_as_javascript_writes_them() {
    let engine = engine();
    let context = engine.open(&json!({"s": "a😀b", "l": [1, null]})).unwrap();
    let source: Value = serde_json::from_str(
        r#"{"b": 1.0, "2": "x", "1": "${{ l }}", "f": 1.5, "none": "${{ nope }}", "list": ["${{ nope }}", -0.0]}"#,
    )
    .unwrap();
    let rendered = engine.render(&source, context).unwrap().unwrap();
    assert_eq!(rendered.to_string(), r#"{"1":[1,null],"2":"x","b":1,"f":1.5,"list":[null,0]}"#);
    // Half of a character is no text outside of JavaScript.
    assert_eq!(engine.render(&json!("${{ s[1] }}"), context).unwrap(), Some(json!("\u{fffd}")));
    assert_eq!(engine.render(&json!("${{ s | reverse }}"), context).unwrap(), Some(json!("b\u{fffd}\u{fffd}a")));
    assert_eq!(engine.render(&json!("${{ s }}\\"), context).unwrap(), Some(json!("a😀b\\")));
}

#[test]
fn memory_is_limited() {
    let engine = Engine::new(Limits { memory: 24 << 20, ..Limits::default() }).unwrap();
    let files = engine.open_files(FileOptions::default(), None).unwrap();
    let source = "{% set l = [] %}{% for i in range(300) %}{% set l = (l.push(\"y\" | center(200000)), l) %}{% endfor %}${{ l | length }}";
    assert!(engine.render_file(files, source).is_err());
}

/// Ways out of the engine, and ways to leave something behind for what is rendered next.
const ESCAPES: [&str; 22] = [
    "${{ \"\".constructor.constructor(\"return 1\")() }}",
    "${{ range.constructor(\"return 1\")() }}",
    "${{ [].constructor.constructor(\"return globalThis\")() }}",
    "${{ (1).constructor.constructor(\"return 1\")() }}",
    "${{ parameters.constructor }}",
    "${{ parameters[\"constructor\"][\"constructor\"](\"return 1\")() }}",
    "${{ parameters.__proto__ }}",
    "${{ parameters[\"__proto__\"] }}",
    "${{ parameters.__proto__.polluted }}",
    "${{ parameters | pick(\"__proto__.polluted\") }}",
    "${{ parameters | pick(\"constructor.prototype\") }}",
    "${{ \"x\" | pick(\"constructor.constructor\") }}",
    "${{ hostUrl(\"a\", \"\") }}",
    "${{ hostRandom() }}",
    "${{ globalThis }}",
    "${{ engine }}",
    "${{ this }}",
    "${{ process.env }}",
    "${{ require(\"fs\") }}",
    "${{ import(\"fs\") }}",
    "${{ cycler.constructor.constructor(\"return 1\")() }}",
    "${{ joiner.constructor(\"return 1\")() }}",
];

#[test]
fn nothing_of_the_engine_is_in_reach() {
    attack_by_escapes();
}

fn attack_by_escapes() {
    let engine = engine();
    let context = engine.open(&json!({"parameters": {"a": "x"}})).unwrap();
    for expression in ESCAPES {
        let began = processor_time();
        let rendered = engine.render(&json!({"value": expression}), context).unwrap().unwrap();
        assert!(processor_time() - began < CONTAINED, "{expression}");
        let value = rendered.get("value");
        assert!(value.is_none_or(|value| value == expression), "{expression} gave {value:?}");
        assert_eq!(engine.render(&json!("${{ parameters.a }}"), context), Ok(Some(json!("x"))), "after {expression}");
    }
}

#[test]
fn nothing_is_left_behind_for_the_next_render() {
    attack_by_what_is_left_behind();
}

fn attack_by_what_is_left_behind() {
    let engine = engine();
    let context = engine.open(&json!({"parameters": {"a": "x", "o": {}}})).unwrap();
    for attempt in [
        "{% set parameters.__proto__.polluted = 1 %}",
        "{% set x = parameters.o.__proto__ %}{% set x.polluted = 1 %}${{ x }}",
        "{% set __proto__ = 1 %}",
        "{% set constructor = 1 %}",
        "{% set range = 1 %}",
        "{% set parameters = 1 %}",
        "{% set a = [] %}${{ a.push(a) }}",
        "${{ parameters.o.__defineGetter__(\"polluted\", range) }}",
        "${{ [].push.call(parameters, 1) }}",
    ] {
        drop(engine.render(&json!({"value": attempt}), context).unwrap());
    }
    let files = engine.open_files(FileOptions::default(), Some(&json!({"o": {}}))).unwrap();
    for attempt in
        ["{% set values.o.__proto__.polluted = 1 %}", "{% macro range() %}{% endmacro %}", "{% set values = 1 %}"]
    {
        drop(engine.render_file(files, attempt));
    }
    let after = json!({"a": "${{ parameters.a }}", "b": "${{ {}.polluted }}", "c": "${{ range(2) | length }}",
        "d": "${{ [].polluted }}", "e": "${{ parameters.o.polluted }}", "f": "${{ x }}"});
    let expected: Value = json!({"a": "x", "c": 2});
    assert_eq!(engine.render(&after, context).unwrap(), Some(expected));
    assert_eq!(engine.render_file(files, "${{ range(2) | length }}${{ values.o.polluted }}").unwrap(), "2");
    assert_next_is_right();
}

#[test]
fn values_with_names_that_reach_prototypes_are_refused() {
    let engine = engine();
    for values in [r#"{"parameters": {"__proto__": {"polluted": true}}}"#, r#"{"__proto__": {"polluted": true}}"#] {
        let values: Value = serde_json::from_str(values).unwrap();
        assert!(engine.open(&values).is_err());
    }
    let context = engine.open(&json!({})).unwrap();
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

#[test]
fn patterns_for_files_and_schemas_are_limited_too() {
    let engine = Engine::new(Limits { time: Duration::from_millis(200), ..Limits::default() }).unwrap();
    let name = "a".repeat(40);
    let began = processor_time();
    let schema = json!({"type": "string", "pattern": "^(a+)+$"});
    assert!(engine.check(&json!(format!("{name}!")), &schema).is_err());
    let engine = Engine::new(Limits { time: Duration::from_millis(200), ..Limits::default() }).unwrap();
    let entries = [(format!("{name}!"), false)];
    for pattern in ["+(+(a))", "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", "{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{1..100000}"]
    {
        drop(engine.match_patterns(&[(pattern.to_owned(), false)], &entries));
    }
    let took = processor_time() - began;
    assert!(took < CONTAINED, "{took:?}");
}
