//! What a configuration may be, what of it browsers get, and how schemas become one.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

fn schema() -> Value {
    json!({
        "type": "object",
        "required": ["stage"],
        "properties": { "stage": {
            "type": "object",
            "required": ["baseUrl"],
            "properties": {
                "baseUrl": { "type": "string", "visibility": "frontend" },
                "token": { "type": "string", "visibility": "secret" },
                "seats": { "type": "integer", "minimum": 1 },
                "dark": { "type": "boolean" },
                "mode": { "enum": ["matinee", "evening"] },
                "halls": { "type": "array", "items": { "$ref": "#/definitions/Hall" } },
                "hosts": { "type": "object", "additionalProperties": { "$ref": "#/definitions/Hall" } },
                "source": { "anyOf": [
                    { "type": "object", "required": ["path"], "properties": {
                        "kind": { "const": "file" }, "path": { "type": "string", "visibility": "frontend" } } },
                    { "type": "object", "required": ["url"], "properties": {
                        "kind": { "const": "url" }, "url": { "type": "string" }, "key": { "visibility": "secret" } } },
                ] },
            },
        } },
        "definitions": { "Hall": { "type": "object", "required": ["name"], "properties": {
            "name": { "type": "string", "minLength": 2, "pattern": "^[a-z]+$" }, "next": { "$ref": "#/definitions/Hall" },
        } } },
    })
}

fn mistakes(config: &Value) -> Vec<(String, String)> {
    judge(&schema(), config).mistakes.into_iter().map(|mistake| (mistake.pointer, mistake.text)).collect()
}

#[test]
fn each_mistake_is_named_with_its_place() {
    for (stage, pointer, text) in [
        (json!({}), "/stage/baseUrl", "It is needed."),
        (json!({ "baseUrl": null }), "/stage/baseUrl", "It is needed."),
        (json!({ "baseUrl": ["x"] }), "/stage/baseUrl", "It must be a text."),
        (json!({ "baseUrl": "x", "seats": "many" }), "/stage/seats", "It must be a whole number."),
        (json!({ "baseUrl": "x", "seats": 1.5 }), "/stage/seats", "It must be a whole number."),
        (json!({ "baseUrl": "x", "seats": 0 }), "/stage/seats", "It must be at least 1."),
        (json!({ "baseUrl": "x", "dark": "maybe" }), "/stage/dark", "It must be true or false."),
        (json!({ "baseUrl": "x", "mode": "noon" }), "/stage/mode", "It must be one of: matinee, evening."),
        (json!({ "baseUrl": "x", "halls": {} }), "/stage/halls", "It must be a list."),
        (json!({ "baseUrl": "x", "halls": "${{ secrets.A }}" }), "/stage/halls", "It must be a list."),
        (json!({ "baseUrl": "x", "halls": [{ "name": "great" }, {}] }), "/stage/halls/1/name", "It is needed."),
        (
            json!({ "baseUrl": "x", "halls": [{ "name": "a" }] }),
            "/stage/halls/0/name",
            "It must have at least 2 characters.",
        ),
        (
            json!({ "baseUrl": "x", "halls": [{ "name": "ab", "next": { "name": "A1" } }] }),
            "/stage/halls/0/next/name",
            "It does not match ^[a-z]+$.",
        ),
        (json!({ "baseUrl": "x", "hosts": { "a/b": {} } }), "/stage/hosts/a~1b/name", "It is needed."),
        (json!({ "baseUrl": "x", "source": { "kind": "url" } }), "/stage/source/url", "It is needed."),
        (json!({ "baseUrl": "x", "source": 7 }), "/stage/source", "It must be a group of settings."),
    ] {
        let found = mistakes(&json!({ "stage": stage }));
        assert_eq!(found, [(pointer.to_owned(), text.to_owned())], "{stage}");
    }
    assert_eq!(mistakes(&json!({})), [("/stage".to_owned(), "It is needed.".to_owned())]);
    let two = mistakes(&json!({ "stage": { "seats": 0 } }));
    assert_eq!(two.len(), 2, "{two:?}");
}

#[test]
fn what_backstage_takes_is_taken() {
    for stage in [
        json!({ "baseUrl": "x", "unknown": { "key": 1 } }),
        json!({ "baseUrl": 7, "seats": "12", "dark": "true" }),
        json!({ "baseUrl": "${{ secrets.A }}", "seats": "${{ secrets.B }}", "mode": "${{ secrets.C }}" }),
        json!({ "baseUrl": "x", "seats": null, "source": { "url": "y" } }),
        json!({ "baseUrl": "x", "halls": [{ "name": "${{ secrets.HALL }}" }] }),
    ] {
        assert_eq!(mistakes(&json!({ "stage": stage, "other": 1 })), [], "{stage}");
    }
}

/// What is configured, its schema, its value, and what browsers see of it.
type Seen = (&'static str, Value, Value, Option<Value>);

fn text(more: Value) -> Value {
    let mut schema = json!({ "type": "string" });
    schema.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    schema
}

fn frontend() -> Value {
    text(json!({ "visibility": "frontend" }))
}

fn group(properties: Value) -> Value {
    json!({ "type": "object", "properties": properties })
}

fn values_and_groups() -> Vec<Seen> {
    let deep =
        |how: &str, properties: Value| json!({ "type": "object", "deepVisibility": how, "properties": properties });
    vec![
        ("a marked text", frontend(), json!("v"), Some(json!("v"))),
        ("one without a mark", text(json!({})), json!("v"), None),
        ("one for the back end", text(json!({ "visibility": "backend" })), json!("v"), None),
        ("a secret", text(json!({ "visibility": "secret" })), json!("v"), None),
        ("a mark that nobody knows", text(json!({ "visibility": "public" })), json!("v"), None),
        ("a reference to a secret", frontend(), json!("Bearer ${{ secrets.A }}"), None),
        ("nothing", frontend(), json!(null), None),
        ("a number", json!({ "type": "number", "visibility": "frontend" }), json!(1), Some(json!(1))),
        ("false", json!({ "type": "boolean", "visibility": "frontend" }), json!(false), Some(json!(false))),
        (
            "a group of which a part is marked",
            group(json!({ "a": frontend(), "b": text(json!({})) })),
            json!({ "a": "1", "b": "2", "c": "3" }),
            Some(json!({ "a": "1" })),
        ),
        (
            "a marked group, which marks nothing in it",
            json!({ "type": "object", "visibility": "frontend", "properties": { "a": text(json!({})) } }),
            json!({ "a": "1", "b": "2" }),
            Some(json!({})),
        ),
        (
            "a group that is marked with all that is in it",
            deep("frontend", json!({ "a": { "type": "object" } })),
            json!({ "a": { "b": [1, { "c": 2 }] }, "d": "3" }),
            Some(json!({ "a": { "b": [1, { "c": 2 }] }, "d": "3" })),
        ),
        (
            "exceptions in it",
            deep(
                "frontend",
                json!({ "a": text(json!({ "visibility": "secret" })), "b": text(json!({ "visibility": "backend" })), "c": deep("secret", json!({})) }),
            ),
            json!({ "a": "1", "b": "2", "c": { "d": "3" }, "e": "${{ secrets.E }}", "f": "6" }),
            Some(json!({ "c": {}, "f": "6" })),
        ),
        (
            "a mark within what is secret with all that is in it",
            deep("secret", json!({ "a": frontend() })),
            json!({ "a": "1" }),
            None,
        ),
        (
            "a deep mark of a value, which is about what is below",
            text(json!({ "deepVisibility": "frontend" })),
            json!("v"),
            None,
        ),
    ]
}

fn lists_maps_and_choices() -> Vec<Seen> {
    vec![
        (
            "a marked list of texts",
            json!({ "type": "array", "visibility": "frontend", "items": text(json!({})) }),
            json!(["a", "${{ secrets.B }}", "c"]),
            Some(json!(["a", "c"])),
        ),
        (
            "a list whose texts are marked",
            json!({ "type": "array", "items": frontend() }),
            json!(["a"]),
            Some(json!(["a"])),
        ),
        (
            "a marked list of groups, of which a part is marked",
            json!({ "type": "array", "visibility": "frontend", "items": group(json!({ "a": frontend() })) }),
            json!([{ "a": "1", "b": "2" }, { "b": "3" }]),
            Some(json!([{ "a": "1" }])),
        ),
        (
            "a map",
            json!({ "type": "object", "additionalProperties": group(json!({ "a": frontend() })) }),
            json!({ "x": { "a": "1", "b": "2" }, "y": {} }),
            Some(json!({ "x": { "a": "1" } })),
        ),
        (
            "keys by a pattern",
            json!({ "type": "object", "patternProperties": { "^x-": frontend() } }),
            json!({ "x-a": "1", "y": "2" }),
            Some(json!({ "x-a": "1" })),
        ),
        ("a branch that fits", json!({ "anyOf": [frontend(), { "type": "array" }] }), json!("v"), Some(json!("v"))),
        (
            "a branch that does not fit",
            json!({ "anyOf": [{ "type": "object", "required": ["k"], "properties": { "a": frontend() } }, { "type": "object" }] }),
            json!({ "a": "1" }),
            None,
        ),
        (
            "a secret in a branch that does not fit",
            json!({ "oneOf": [{ "type": "array", "visibility": "secret" }, frontend()] }),
            json!("v"),
            None,
        ),
        (
            "what one package marks and another calls a secret",
            json!({ "allOf": [frontend(), text(json!({ "visibility": "secret" }))] }),
            json!("v"),
            None,
        ),
    ]
}

#[test]
fn browsers_see_what_is_marked_for_them_and_nothing_else() {
    for (what, schema, value, seen) in values_and_groups().into_iter().chain(lists_maps_and_choices()) {
        let whole = json!({ "type": "object", "properties": { "own": schema } });
        let part = frontend_part(&whole, &json!({ "own": value, "backend": { "secret": value } }));
        assert_eq!(part, seen.map(|seen| json!({ "own": seen })), "{what}");
    }
}

#[test]
fn secrets_that_were_typed_in_are_found_wherever_they_are() {
    let schema = json!({ "type": "object", "properties": {
        "token": { "type": "string", "visibility": "secret" },
        "keys": { "type": "array", "visibility": "secret", "items": { "type": "string" } },
        "account": { "type": "object", "deepVisibility": "secret" },
        "flag": { "type": "boolean", "visibility": "secret" },
        "plain": { "type": "string" },
    } });
    let config = json!({
        "token": "abc", "keys": ["a", "${{ secrets.B }}"], "account": { "x/y": { "pin": 1234 }, "z": "" },
        "flag": true, "plain": "abc",
    });
    let found = plain_secrets(&judge(&schema, &config), &config);
    let places: Vec<&str> = found.iter().map(|mistake| mistake.pointer.as_str()).collect();
    assert_eq!(places, ["/token", "/keys/0", "/account/x~1y/pin"]);
    assert!(found[0].text.contains("secrets.NAME"));
    let referred = json!({ "token": "Bearer ${{ secrets.A }}", "account": { "pin": "${{secrets.PIN}}" } });
    assert_eq!(plain_secrets(&judge(&schema, &referred), &referred), []);
}

#[test]
fn schemas_of_several_packages_add_up_and_keep_their_definitions_apart() {
    let one = |kind: &str| {
        json!({ "type": "object", "properties": { kind: { "$ref": "#/definitions/T" }, "shared": { "type": "object",
            "properties": { kind: { "type": "string", "visibility": "frontend" } } } },
            "definitions": { "T": { "type": "object", "required": [kind] } } })
    };
    let both = combine(vec![one("a"), one("b")]).unwrap();
    let config = json!({ "a": { "a": 1 }, "b": {}, "shared": { "a": "1", "b": "2", "c": "3" } });
    let judgement = judge(&both, &config);
    assert_eq!(judgement.mistakes, [Mistake { pointer: "/b/b".into(), text: "It is needed.".into() }]);
    assert_eq!(frontend_part(&both, &config), Some(json!({ "shared": { "a": "1", "b": "2" } })));
    assert_eq!(combine(vec![]), None);
    assert_eq!(combine(vec![one("a")]), Some(one("a")));
}

#[test]
fn a_schema_without_an_end_is_given_up_and_shows_nothing() {
    for schema in [
        json!({ "$ref": "#" }),
        json!({ "allOf": [{ "$ref": "#/definitions/a" }, { "$ref": "#/definitions/a" }], "visibility": "frontend",
            "definitions": { "a": { "allOf": [{ "$ref": "#/definitions/b" }, { "$ref": "#/definitions/b" }] },
                "b": { "allOf": [{ "$ref": "#/definitions/a" }, { "$ref": "#/definitions/a" }] } } }),
    ] {
        let judgement = judge(&schema, &json!({ "a": 1 }));
        assert!(judgement.unfinished && judgement.mistakes.is_empty());
        assert_eq!(frontend_part(&schema, &json!({ "a": 1 })), None);
    }
    // What is no schema demands nothing.
    for schema in
        [json!(7), json!({ "type": 7, "properties": [], "items": true, "enum": "x", "$ref": "../x", "pattern": "(" })]
    {
        assert_eq!(judge(&schema, &json!({ "a": [1] })).mistakes, []);
    }
}
