//! Kinds that an organisation defines itself: what their definitions may say, and what they make of entities.
#![expect(clippy::unwrap_used, reason = "tests")]

use model::CustomKind;
use model::custom::{Definition, RelationRule};
use model::schema::Schema;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

fn rule(field: &str, forward: &str, reverse: &str) -> RelationRule {
    RelationRule {
        field: field.into(),
        forward: forward.into(),
        reverse: reverse.into(),
        default_kind: Some("Group".into()),
        target_kind: None,
        in_default_namespace: false,
        multiple: false,
    }
}

fn machine(schema: Value, relations: Vec<RelationRule>) -> Definition {
    Definition { kind: "Machine".into(), api_versions: vec![], schema, relations }
}

fn entity(spec: Value) -> Value {
    json!({"apiVersion": "example.com/v1", "kind": "Machine", "metadata": {"name": "m1", "namespace": "floor"}, "spec": spec})
}

#[test]
fn an_entity_is_judged_by_the_schema_of_its_kind_in_the_words_of_ajv() {
    let schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": "MachineV1",
        "allOf": [
            {"$ref": "Entity"},
            {
                "type": "object",
                "required": ["spec"],
                "properties": {"spec": {
                    "type": "object",
                    "required": ["owner", "power"],
                    "additionalProperties": false,
                    "properties": {
                        "owner": {"type": "string", "minLength": 1},
                        "power": {"type": "integer", "minimum": 1, "maximum": 400},
                        "state": {"enum": ["on", "off"]},
                        "serial": {"type": "string", "pattern": "^[A-Z]{2}-\\d+$"},
                        "built": {"type": "string", "format": "date"},
                        "parts": {"type": "array", "uniqueItems": true, "items": {"$ref": "#/definitions/part"}}
                    }
                }}
            }
        ],
        "definitions": {"part": {"type": "object", "required": ["name"], "properties": {
            "name": {"type": "string"}, "parts": {"type": "array", "items": {"$ref": "#/definitions/part"}}}}}
    });
    let kind = CustomKind::new(machine(schema, vec![])).unwrap();
    let good = json!({"owner": "a", "power": 3, "state": "on", "serial": "AB-12", "built": "2026-02-28",
        "parts": [{"name": "arm", "parts": [{"name": "hand"}]}]});
    kind.check(&entity(good.clone())).unwrap();
    for (pointer, value, text) in [
        ("owner", json!(7), "/spec/owner must be string - type: string"),
        ("owner", json!(""), "/spec/owner must NOT have fewer than 1 characters - limit: 1"),
        ("power", json!(2.5), "/spec/power must be integer - type: integer"),
        ("power", json!(401), "/spec/power must be <= 400 - comparison: <=, limit: 400"),
        ("state", json!("idle"), "/spec/state must be equal to one of the allowed values - allowedValues: on,off"),
        ("serial", json!("ab"), "/spec/serial must match pattern \"^[A-Z]{2}-\\d+$\" - pattern: ^[A-Z]{2}-\\d+$"),
        ("built", json!("2026-02-30"), "/spec/built must match format \"date\" - format: date"),
        (
            "parts",
            json!([{"name": "a", "parts": [{}]}]),
            "/spec/parts/0/parts/0 must have required property 'name' - missingProperty: name",
        ),
        (
            "parts",
            json!([{"name": "a"}, {"name": "a"}]),
            "/spec/parts must NOT have duplicate items (items ## 0 and 1 are identical) - i: 1, j: 0",
        ),
        ("colour", json!("red"), "/spec must NOT have additional properties - additionalProperty: colour"),
    ] {
        let mut spec = good.clone();
        spec[pointer] = value;
        let refusal = kind.check(&entity(spec)).unwrap_err();
        assert_eq!(refusal.reason(), text);
        assert!(refusal.message().starts_with(
            "Processor CustomKindsProcessor threw an error while validating the entity machine:floor/m1; caused by TypeError: "
        ));
    }
}

#[test]
fn a_schema_that_is_wrong_is_refused_with_the_place() {
    for (schema, pointer, text) in [
        (json!([]), "", "must be an object, true or false"),
        (json!({"type": "text"}), "/type", "one or more of null, boolean"),
        (json!({"properties": {"spec": {"requird": ["a"]}}}), "/properties/spec/requird", "not a keyword"),
        (json!({"properties": {"a/b": {"minLength": -1}}}), "/properties/a~1b/minLength", "not negative"),
        (json!({"allOf": []}), "/allOf", "not empty"),
        (json!({"anyOf": [true, 3]}), "/anyOf/1", "must be an object"),
        (json!({"pattern": "(?=x)"}), "/pattern", "look-around"),
        (json!({"patternProperties": {"(": {}}}), "/patternProperties/(", "unclosed group"),
        (json!({"format": "colour"}), "/format", "is none of date"),
        (json!({"$ref": "https://example.com/a.json"}), "/$ref", "leads out of the schema"),
        (json!({"$ref": "#/$defs/a"}), "/$ref", "nothing at #/$defs/a"),
        (json!({"$ref": "#"}), "", "refers to itself"),
        (
            json!({"$defs": {"a": {"not": {"$ref": "#/$defs/b"}}, "b": {"anyOf": [{"$ref": "#/$defs/a"}]}}}),
            "/$defs",
            "refers to itself",
        ),
        (json!({"$schema": "http://json-schema.org/draft-04/schema#"}), "/$schema", "no dialect"),
        (json!({"properties": {"a": {"$id": "x"}}}), "/properties/a/$id", "only the whole schema"),
        (json!({"unevaluatedProperties": false}), "/unevaluatedProperties", "not a keyword"),
        (json!({"description": "x".repeat(70_000)}), "", "65536 are allowed"),
        (json!({"$defs": {"unused": {"required": "a"}}}), "/$defs/unused/required", "a list of strings"),
    ] {
        let error = Schema::compile(&schema).unwrap_err();
        assert!(error.pointer.starts_with(pointer) && error.message.contains(text), "{error:?}");
    }
    let mut deep = json!({});
    for _ in 0..60 {
        deep = json!({"not": deep});
    }
    assert!(Schema::compile(&deep).unwrap_err().message.contains("deeper"));
    let many: Vec<Value> = (0..3000).map(|_| json!({})).collect();
    assert!(Schema::compile(&json!({"anyOf": many})).unwrap_err().message.contains("2000"));
}

#[test]
fn a_schema_that_would_take_for_ever_is_given_up_within_its_budget() {
    let mut definitions = json!({"a0": {"type": "object"}});
    for level in 1..40 {
        let below = json!({"$ref": format!("#/$defs/a{}", level - 1)});
        definitions[format!("a{level}")] = json!({"allOf": [below, below]});
    }
    let doubling = json!({"$defs": definitions, "$ref": "#/$defs/a39"});
    let mut nested = json!({});
    for _ in 0..90 {
        nested = json!({"a": nested});
    }
    let recursive = json!({"properties": {"a": {"allOf": [{"$ref": "#"}, {"$ref": "#"}]}}});
    let words = json!({"properties": {"a": {"type": "string", "pattern": "(\\w+\\s?)*x(\\w{1,50}y)*$"}}});
    for (name, schema, value) in [
        ("doubling", doubling, json!({})),
        ("recursive", recursive, nested),
        ("pattern", words, json!({"a": "é a".repeat(1_000_000)})),
        (
            "unique",
            json!({"properties": {"a": {"uniqueItems": true}}}),
            json!({"a": vec![json!({"b": "c"}); 200_000].into_iter().enumerate().map(|(i, _)| json!([i])).collect::<Vec<_>>()}),
        ),
    ] {
        let schema = Schema::compile(&schema).unwrap();
        let begun = Instant::now();
        let _ = schema.holds(&value);
        assert!(begun.elapsed() < Duration::from_secs(3), "{name} took {:?}", begun.elapsed());
    }
}

#[test]
fn fields_become_relations_both_ways_with_the_defaults_of_their_rule() {
    let rules = vec![
        rule("spec.owner", "ownedBy", "ownerOf"),
        RelationRule {
            multiple: true,
            default_kind: None,
            target_kind: Some("Machine".into()),
            ..rule("spec.feeds", "feeds", "fedBy")
        },
        RelationRule { in_default_namespace: true, ..rule("spec.shifts.lead", "leadBy", "leads") },
    ];
    let kind = CustomKind::new(machine(json!({}), rules)).unwrap();
    let edges = |spec: Value| {
        kind.relations(&entity(spec)).map(|found| {
            found.into_iter().map(|edge| format!("{} {} {}", edge.source, edge.kind, edge.target)).collect::<Vec<_>>()
        })
    };
    assert_eq!(
        edges(
            json!({"owner": "Ops", "feeds": ["m2", "other/m3"], "shifts": [{"lead": "user:ann"}, {"lead": null}, {}]})
        )
        .unwrap(),
        [
            "machine:floor/m1 ownedBy group:floor/ops",
            "group:floor/ops ownerOf machine:floor/m1",
            "machine:floor/m1 feeds machine:floor/m2",
            "machine:floor/m2 fedBy machine:floor/m1",
            "machine:floor/m1 feeds machine:other/m3",
            "machine:other/m3 fedBy machine:floor/m1",
            "machine:floor/m1 leadBy user:default/ann",
            "user:default/ann leads machine:floor/m1",
        ]
    );
    assert!(edges(json!({"feeds": "m2", "owner": ""})).unwrap().len() == 2);
    for (spec, pointer, text) in [
        (json!({"owner": ["a"]}), "/spec/owner", "must be a text"),
        (json!({"owner": 7}), "/spec/owner", "must be a text"),
        (json!({"feeds": ["m2", "component:x"]}), "/spec/feeds/1", "must name an entity of kind Machine"),
        (json!({"owner": "a:"}), "/spec/owner", "was not on the form"),
    ] {
        let refusal = edges(spec).unwrap_err();
        assert_eq!(refusal.pointer(), Some(pointer));
        assert!(refusal.message().contains(text), "{refusal}");
    }
}

#[test]
fn a_definition_says_where_it_is_wrong_and_takes_no_built_in_kind() {
    let wrong = |change: fn(&mut Definition)| {
        let mut definition = machine(json!({}), vec![rule("spec.owner", "ownedBy", "ownerOf")]);
        change(&mut definition);
        CustomKind::new(definition).unwrap_err().place
    };
    assert_eq!(wrong(|kind| kind.kind = "component".into()), "kind");
    assert_eq!(wrong(|kind| kind.kind = "No-Dashes".into()), "kind");
    assert_eq!(wrong(|kind| kind.api_versions = vec![String::new()]), "apiVersions/0");
    assert_eq!(wrong(|kind| kind.relations[0].field = "owner".into()), "relations/0/field");
    assert_eq!(wrong(|kind| kind.relations[0].field = "spec..x".into()), "relations/0/field");
    assert_eq!(wrong(|kind| kind.relations[0].forward = "owned by".into()), "relations/0/type");
    assert_eq!(wrong(|kind| kind.relations[0].default_kind = Some("a b".into())), "relations/0/defaultKind");
    assert_eq!(wrong(|kind| kind.schema = json!({"properties": {"spec": {"type": 1}}})), "schema/properties/spec/type");
    let kind = CustomKind::new(Definition { api_versions: vec!["a/v1".into()], ..machine(json!({}), vec![]) }).unwrap();
    let refusal = kind.check(&entity(json!({}))).unwrap_err();
    assert_eq!(refusal.pointer(), Some("/apiVersion"));
}
