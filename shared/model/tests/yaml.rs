//! What the YAML reader takes, refuses, and never does.
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

use model::yaml::{Limits, Position, Start, locate, parse, parse_descriptor};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

fn one(text: &str) -> Value {
    let mut documents = parse(text, &Limits::default()).expect(text);
    assert_eq!(documents.len(), 1, "{text:?}");
    documents.remove(0).value
}

fn refusal(text: &str) -> String {
    parse_descriptor(text.as_bytes(), &Limits::default()).expect_err(text).to_string()
}

#[test]
fn values_are_those_of_the_npm_package() {
    for (text, expected) in [
        ("a: yes\nb: 010\nc: 1_0\nd: .inf\ne:", json!({"a": "yes", "b": 10, "c": "1_0", "d": null, "e": null})),
        ("<<: {x: 1}\ny: 2", json!({"<<": {"x": 1}, "y": 2})),
        ("? ~\n: 1\ntrue: 2\n0x1F: 3", json!({"": 1, "true": 2, "31": 3})),
        ("a: {{ x }}", json!({"a": {"{ x }": null}})),
        ("a: {{ x | y }}", json!({"a": {"{ x | y }": null}})),
        ("[a, b]: 1", json!({"[ a, b ]": 1})),
        ("a: !foo bar\nb: !!str 5\nc: '5'", json!({"a": "bar", "b": "5", "c": "5"})),
        ("a: &x {n: 1}\nb: *x\nc: [*x]", json!({"a": {"n": 1}, "b": {"n": 1}, "c": [{"n": 1}]})),
        ("\u{feff}a: 1\r\nb: |\r\n  x\r\n  y\r\n", json!({"a": 1, "b": "x\ny\n"})),
        ("1: a\n'1': b", json!({"1": "b"})),
        ("- 1\n- text", json!([1, "text"])),
    ] {
        assert_eq!(one(text), expected, "{text:?}");
    }
}

#[test]
fn empty_documents_are_left_out_and_lines_are_known() {
    let text = "---\n# nothing\n---\na: 1\n---\n---\n\n# c\nb: 2\n...\n---\n# end\n";
    let documents = parse(text, &Limits::default()).unwrap();
    let seen: Vec<_> = documents.iter().map(|document| (document.index, document.line, &document.value)).collect();
    assert_eq!(seen, [(1, 4, &json!({"a": 1})), (3, 9, &json!({"b": 2}))]);
    assert!(parse("", &Limits::default()).unwrap().is_empty());
}

#[test]
fn mistakes_name_their_line_and_say_what_to_do() {
    for (text, part) in [
        ("a: 1\n\tb: 2", "Unexpected tab. Use spaces at line 2"),
        ("a: 1\nb: 2\na: 3", "Map keys must be unique; \"a\" is repeated at line 3, column 1"),
        ("a: [1", "`[` is opened and never closed at line 1, column 4"),
        ("a: \"x", "A quote is opened and never closed"),
        ("a: %x", "A value cannot begin with `%`. Put it in quotes at line 1, column 4"),
        ("a: b: c", "Unexpected colon"),
        ("a: *b", "This alias names an anchor that is not defined above at line 1, column 4"),
        ("a: &x [*x]", "An alias cannot stand inside the node that it refers to at line 1"),
        ("a: 1\n---\njust text", "Expected object at root, got string at line 3, column 1"),
        ("<!DOCTYPE html><html>", "This is a web page (HTML), not YAML; use the address of the raw file"),
        ("\n <HTML lang=en>", "web page"),
    ] {
        let message = refusal(text);
        assert!(message.contains(part), "{text:?}: {message}");
    }
}

#[test]
fn budgets_hold() {
    let limits = Limits { bytes: 100, nodes: 10, depth: 3, documents: 2, alias_nodes: 4, copied_bytes: 500 };
    for (text, part) in [
        ("a".repeat(101), "larger than"),
        ("[1,2,3,4,5,6,7,8,9,10]".to_owned(), "more than 10 nodes"),
        ("[[[[]]]]".to_owned(), "nested deeper than 3"),
        ("{{{{x}}}}".to_owned(), "nested deeper than 3"),
        ("a\n---\nb\n---\nc".to_owned(), "more than 2 documents"),
        ("[&a {}, *a, *a, *a]".to_owned(), "aliases that add more than 4 nodes"),
        (format!("- &a {}\n- *a\n- *a\n- *a", "x".repeat(62)), "copy more than 0 MB"),
    ] {
        let message = parse(&text, &limits).expect_err(&text).to_string();
        assert!(message.contains(part), "{text:?}: {message}");
    }
}

#[test]
fn bombs_are_refused_at_once() {
    let mut laughs = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned();
    for level in 1..12 {
        let below = format!("*a{}", level - 1);
        laughs.push_str(&format!("a{level}: &a{level} [{}]\n", vec![below; 9].join(",")));
    }
    let quadratic = format!("a: &a [{}]\nb: [{}]", vec!["x"; 4000].join(","), vec!["*a"; 4000].join(","));
    let deep = "[".repeat(200_000);
    let deep_blocks: String = (0..3000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    let keys = "{".repeat(200_000);
    for (name, text) in
        [("laughs", laughs), ("quadratic", quadratic), ("deep", deep), ("deep blocks", deep_blocks), ("keys", keys)]
    {
        let begun = Instant::now();
        assert!(parse(&text, &Limits::default()).is_err(), "{name}");
        assert!(begun.elapsed() < Duration::from_secs(2), "{name} took {:?}", begun.elapsed());
    }
}

#[test]
fn no_damage_to_a_descriptor_makes_the_reader_panic() {
    let text = "apiVersion: v1\nkind: \"A\\u00e9\"\nmetadata: &m {name: 'x', tags: [a, b]}\nspec:\n  - |\n    é\n  - >-\n   b\n  - *m\n---\n? [k]\n: !t v\n";
    let characters: Vec<char> = text.chars().collect();
    for at in 0..characters.len() {
        for put in [
            "", "\t", ":", "{", "}", "[", "]", "\"", "'", "&", "*", "!", "|", ">", "%", "\0", "\u{feff}", "\n", "- ",
            "? ",
        ] {
            let damaged: String =
                characters[..at].iter().collect::<String>() + put + &characters[at + 1..].iter().collect::<String>();
            let _ = parse(&damaged, &Limits::default());
            let _ = locate(&damaged, Start::default(), "/spec/2/name");
        }
    }
}

#[test]
fn a_value_is_found_again_in_its_text() {
    let text =
        "a: 1\n---\nmetadata:\n  name: x\n  tags:\n    - ok\n    - Bad\nspec: {owner: '', list: [1, {b/c: 2}]}\n";
    for (document, pointer, line, column) in [
        (1, "", 3, 1),
        (1, "/metadata/name", 4, 3),
        (1, "/metadata/tags/1", 7, 7),
        (1, "/spec/owner", 8, 8),
        (1, "/spec/list/1/b~1c", 8, 30),
        (1, "/spec/missing", 8, 1),
        (1, "/nothing/at/all", 3, 1),
        (0, "/a", 1, 1),
    ] {
        let start = parse(text, &Limits::default()).unwrap()[document].start;
        assert_eq!(locate(text, start, pointer), Some(Position { line, column }), "{document} {pointer}");
    }
    assert_eq!(locate(text, Start { offset: 1_000, lines: 9 }, "/a"), None);
}

#[test]
fn thousands_of_entities_in_one_file_are_read() {
    let entity = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: n, tags: [a, b]}\nspec: {type: t, owner: o}\n---\n";
    let text = entity.repeat(10_000);
    assert_eq!(parse(&text, &Limits::default()).unwrap().len(), 10_000);
}
