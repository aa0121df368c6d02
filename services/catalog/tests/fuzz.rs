//! No filter, predicate, list of fields or cursor, however odd, makes the catalog panic, take over 200 ms or hold over
//! 64 MB.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "../../../shared/model/tests/fuzz/bounds.rs"]
mod bounds;

use bounds::Random;
use catalog::domain::cursor::{CursorKey, EntityList};
use catalog::domain::fields::Fields;
use catalog::domain::filter::Filter;
use catalog::domain::predicate;
use kernel::TenantId;
use serde_json::{Value, json};
use std::hint::black_box;

/// Longest query string that the server reads.
const ADDRESS: usize = 65_534;
/// Longest body that the catalog reads.
const BODY: usize = 2 << 20;

const WORDS: [&str; 40] = [
    "kind",
    "=",
    ",",
    "&",
    ".",
    "[",
    "]",
    "metadata.name",
    "spec.type",
    "relations.ownedby",
    "component",
    "a",
    " ",
    "%",
    "$all",
    "$any",
    "$not",
    "$exists",
    "$in",
    "$contains",
    "$hasPrefix",
    "{\"",
    "\":",
    "\":\"",
    "\":{\"",
    "\"},",
    "}}",
    "[{\"",
    "\"]",
    "true",
    "null",
    "1e9",
    "-0",
    "\\u0000",
    "é",
    "\u{1F600}",
    "İ",
    "\0",
    "a.a",
    "==",
];

/// The first byte says what the rest is.
const TARGETS: u8 = 5;

fn make(random: &mut Random, earlier: Option<&[u8]>) -> Vec<u8> {
    let mut input = match earlier {
        Some(earlier) => changed(random, earlier.to_vec()),
        None => {
            let target = random.next().to_le_bytes()[0] % TARGETS;
            let most = if matches!(target, 0 | 3) { ADDRESS } else { BODY };
            let mut input = vec![target];
            match random.below(3) {
                0 => input.extend(predicate_text(random, 6).into_bytes()),
                1 => input.extend(pumped(random, most).into_bytes()),
                _ => (0..random.size(most / 16)).for_each(|_| input.extend(random.pick::<&str>(&WORDS).as_bytes())),
            }
            input
        }
    };
    input.truncate(BODY);
    input
}

fn pumped(random: &mut Random, most: usize) -> String {
    let few = |random: &mut Random| -> String { (0..random.below(5)).map(|_| *random.pick::<&str>(&WORDS)).collect() };
    let (begin, unit, end) = (few(random), few(random) + "a", few(random));
    let times = random.size(most / unit.len());
    if random.chance(3) {
        return begin + &(0..times / 2).map(|n| unit.replace('a', &format!("a{n}"))).collect::<String>() + &end;
    }
    begin + &unit.repeat(times) + &end
}

/// A predicate, or nearly one.
fn predicate_text(random: &mut Random, depth: usize) -> String {
    let key =
        |random: &mut Random| random.pick(&["kind", "KIND", "relations", "metadata.tags", "$x", "é", ""]).to_string();
    let scalar =
        |random: &mut Random| random.pick(&["\"a\"", "1", "true", "null", "\"\"", "1e400", "\"İ\""]).to_string();
    let list = |random: &mut Random| {
        let count = random.size(20_000);
        let item = random.pick(&["\"a\"", "7", "null"]).to_string();
        format!("[{}]", vec![item; count].join(","))
    };
    match random.below(if depth == 0 { 4 } else { 8 }) {
        0 => format!("{{\"{}\":{}}}", key(random), scalar(random)),
        1 => format!("{{\"{}\":{{\"$in\":{}}}}}", key(random), list(random)),
        2 => format!("{{\"{}\":{{\"$hasPrefix\":{}}}}}", key(random), scalar(random)),
        3 => format!(
            "{{\"{}\":{{\"$contains\":{{\"type\":{},\"targetRef\":{{\"$in\":{}}}}}}}}}",
            key(random),
            scalar(random),
            list(random)
        ),
        4 => format!("{{\"$not\":{}}}", predicate_text(random, depth - 1)),
        5 => {
            let times = random.size(100);
            format!("{}{}{}", "{\"$not\":".repeat(times), predicate_text(random, depth - 1), "}".repeat(times))
        }
        _ => {
            let operator = *random.pick(&["$all", "$any", "$all", "$nope"]);
            let (count, part) = (random.size(3_000), predicate_text(random, depth - 1));
            let count = count.min(1 + BODY / (part.len() + 1));
            format!("{{\"{operator}\":[{}]}}", vec![part; count].join(","))
        }
    }
}

fn changed(random: &mut Random, mut input: Vec<u8>) -> Vec<u8> {
    for _ in 0..random.size(5) {
        let at = 1 + random.below(input.len());
        let until = (at + random.size(40)).min(input.len()).max(at);
        match random.below(4) {
            0 => {
                input.drain(at..until);
            }
            1 => {
                let word = random.pick::<&str>(&WORDS).as_bytes();
                input.splice(at..at, word.iter().copied());
            }
            2 if at < input.len() => input[at] = random.next().to_le_bytes()[0],
            _ => {
                let part = input[at..until].to_vec();
                let room = BODY.saturating_sub(input.len()) / part.len().max(1);
                let times = if room == 0 { 0 } else { random.size(room) };
                input.splice(at..at, part.repeat(times));
            }
        }
    }
    input
}

struct Catalog {
    key: CursorKey,
    tenant: TenantId,
    entity: Value,
}

impl Catalog {
    fn new() -> Self {
        // Each level can be read in two ways.
        let mut entity = json!({"a": 1});
        for _ in 0..60 {
            entity = json!({"a": entity, "a.a": entity["a"], "é": [entity["a"]]});
            if entity.to_string().len() > 200_000 {
                entity = json!({"a": {"a": {"a": 1}}, "a.a": {"a": 1}});
            }
        }
        Self { key: CursorKey::derive(b"fuzz"), tenant: TenantId::generate(), entity }
    }

    fn attempt(&self, input: &[u8]) {
        let Some((target, rest)) = input.split_first() else { return };
        let text = String::from_utf8_lossy(rest);
        match target % TARGETS {
            0 => {
                let parameters: Vec<String> = text.split('&').map(str::to_owned).collect();
                let _ = black_box(Filter::from_parameters(&parameters));
            }
            1 => {
                let Ok(value) = model::json::parse(rest) else { return };
                let _ = black_box(predicate::parse(&value));
            }
            2 => {
                black_box(self.key.open::<EntityList>(self.tenant, "entities", &text));
            }
            3 => {
                let Ok(fields) = Fields::new(text.split(',')) else { return };
                black_box(fields.project(&self.entity));
            }
            _ => {
                // As if the key were known: what a cursor holds is then anything at all.
                let Ok(value) = model::json::parse(rest) else { return };
                let sealed = self.key.seal(self.tenant, "entities", &value);
                black_box(self.key.open::<EntityList>(self.tenant, "entities", &sealed));
            }
        }
    }
}

#[test]
fn no_query_costs_more_than_its_bounds() {
    let catalog = Catalog::new();
    let report = bounds::run("queries", make, |input| catalog.attempt(input));
    assert!(report.inputs > 100, "{report:?}");
}

#[test]
fn the_heaviest_queries_that_we_know_stay_within_the_bounds() {
    let catalog = Catalog::new();
    let fill = |unit: &str, most: usize| unit.repeat(most / unit.len());
    let numbered = |unit: &str, most: usize| -> String {
        (0..most / (unit.len() + 6)).map(|n| unit.replace('#', &n.to_string())).collect()
    };
    for (name, target, text) in [
        ("keys", 0, numbered("#,", ADDRESS)),
        ("one key", 0, fill("a=b,", ADDRESS)),
        ("alternatives", 0, numbered("#&", ADDRESS)),
        ("values", 1, format!("{{\"a\":{{\"$in\":[{}1]}}}}", fill("1,", BODY - 20))),
        ("empty lists", 1, format!("[{}1]", fill("[],", BODY - 20))),
        ("members", 1, format!("{{{}\"a\":1}}", numbered("\"#\":1,", BODY - 20))),
        ("not", 1, fill("{\"$not\":", BODY)),
        ("alternatives of predicates", 1, format!("{{\"$any\":[{}{{}}]}}", fill("{\"a\":1},", BODY - 20))),
        ("long texts", 1, format!("{{\"a\":\"{}\"}}", fill("İ", BODY - 20))),
        ("a long cursor", 2, fill("AAAA", BODY)),
        ("fields", 3, numbered("a#,", ADDRESS)),
        ("one field in many ways", 3, format!("{}x", fill("a.", 1_900))),
        ("many fields in many ways", 3, format!("{}x,", fill("a.", 300)).repeat(100)),
        ("a long field", 3, fill("a.", ADDRESS)),
        ("a cursor of lists", 4, fill("[", BODY)),
    ] {
        let input: Vec<u8> = std::iter::once(target).chain(text.bytes()).collect();
        bounds::hold(name, &input, |input| catalog.attempt(input));
    }
}
