//! No text, however odd, makes reading and judging descriptors panic, take over 200 ms or hold over 64 MB.
#![expect(clippy::unwrap_used, reason = "tests")]

mod bounds;
mod yaml;

use model::bundle::Bundle;
use model::yaml::{Document, Limits, locate, parse_descriptor, parse_single, to_text};
use model::{normalise, placeholder, relations, validate};
use std::hint::black_box;
use yaml::MAX;

/// What the catalog does with a file, without reading others.
fn process(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let Ok(documents) = parse_descriptor(bytes, &Limits::default()) else { return };
    for mut document in documents {
        if let Some(pointer) = judge(&mut document) {
            black_box(locate(&text, document.start, &pointer));
        }
    }
}

/// Where the document is wrong.
fn judge(document: &mut Document) -> Option<String> {
    let entity = &mut document.value;
    black_box(placeholder::find(entity));
    let refusal = validate::validate(entity).map(|_| normalise::sort_relation_fields(entity)).err();
    let refusal = refusal.or_else(|| relations::relations(entity).err())?;
    black_box(refusal.to_json());
    Some(refusal.pointer().unwrap_or_default().to_owned())
}

#[test]
fn no_descriptor_costs_more_than_its_bounds() {
    let seeds = yaml::seeds();
    let report = bounds::run("descriptors", |random, earlier| yaml::make(random, &seeds, earlier), process);
    assert!(report.inputs > 20, "{report:?}");
}

/// What becomes of a description that refers to itself and to two other files, each with the same text.
fn bundle(bytes: &[u8]) {
    let Ok(mut bundle) = Bundle::new("https://host/a.yaml", bytes) else { return };
    for _ in 0..3 {
        let Some(wanted) = bundle.wanted().map(str::to_owned) else { break };
        if bundle.give(&wanted, bytes).is_err() {
            return;
        }
    }
    let _ = black_box(bundle.finish());
}

#[test]
fn no_description_costs_more_than_its_bounds() {
    let mut seeds = yaml::seeds();
    seeds.push(
        b"openapi: 3.0.3\na: {$ref: './b.yaml#/c'}\nc: [{$ref: 'd.yaml'}, {$ref: '#/a'}, {$ref: 'b.yaml#/c/0'}]\n"
            .to_vec(),
    );
    bounds::run("descriptions", |random, earlier| yaml::make(random, &seeds, earlier), bundle);
}

#[test]
fn what_is_written_as_yaml_reads_as_it_was() {
    for seed in yaml::seeds() {
        for document in parse_descriptor(&seed, &Limits::default()).unwrap_or_default() {
            let text = to_text(&document.value);
            assert_eq!(parse_single(&text, &Limits::default()).as_ref(), Ok(&document.value), "{text}");
        }
    }
}

#[test]
fn every_file_of_the_corpus_is_far_from_the_bounds() {
    for seed in yaml::seeds() {
        let memory = allocation_counter::measure(|| process(&seed));
        assert!(memory.bytes_max < 16_000_000, "{} bytes for a file of {}", memory.bytes_max, seed.len());
    }
}

/// How long heavy texts are: as long as a file may be, and short enough to be waited for without optimisation.
const FILL: usize = if cfg!(debug_assertions) { MAX / 8 } else { MAX };

/// Texts that use up one budget each.
fn heavy() -> Vec<(&'static str, String)> {
    let fill = |unit: &str| unit.repeat(FILL / unit.len());
    let numbered = |unit: &str| (0..FILL / (unit.len() + 7)).map(|n| unit.replace('#', &n.to_string())).collect();
    let nested = |open: &str, close: &str| open.repeat(99) + &close.repeat(99);
    vec![
        ("items", fill("- a\n")),
        ("flow items", format!("[{}]", fill("a,"))),
        ("empty flow maps", format!("[{}]", fill("{},"))),
        ("nested flow", fill(&format!("- {}\n", nested("[", "]")))),
        ("nested flow maps", fill(&format!("- {}\n", nested("{a: ", "}")))),
        ("members", numbered("a#: b\n")),
        ("keys without values", numbered("a#:\n")),
        ("flow members", format!("{{{}}}", numbered("a#, ") as String)),
        ("numbers as keys", numbered("#: 1\n")),
        ("collections as keys", format!("a:\n{}", numbered("  ? [b#]\n  : c\n") as String)),
        ("unrendered", numbered("a#: {{ x }}\n")),
        ("documents", fill("a: b\n---\n")),
        ("empty documents", fill("---\n")),
        (
            "entities",
            fill(
                "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: n, tags: [a, b]}\nspec: {type: t, lifecycle: l, owner: o}\n---\n",
            ),
        ),
        (
            "entities without owner",
            fill(
                "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: n}\nspec: {type: t, lifecycle: l}\n---\n",
            ),
        ),
        (
            "dependencies",
            format!(
                "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{name: n}}\nspec: {{type: t, lifecycle: l, owner: o, dependsOn: [{}]}}\n",
                fill("'a:b',")
            ),
        ),
        ("anchors", numbered("- &a# b\n")),
        (
            "anchored trees",
            format!("{}x{}", (0..99).map(|n| format!("&a{n} [[")).take(49).collect::<String>(), "]]".repeat(49)),
        ),
        ("aliases", format!("- &a [{}]\n{}", "x,".repeat(19), fill("- *a\n"))),
        ("aliases of long texts", format!("- &a '{}'\n{}", "x".repeat(100_000), "- *a\n".repeat(20_000))),
        (
            "aliases as keys",
            format!(
                "a: &a '{}'\nb:\n{}",
                "x".repeat(100_000),
                (0..20_000).map(|n| format!(" - *a : {n}\n")).collect::<String>()
            ),
        ),
        ("anchors within anchors", (0..900).map(|n| format!("{}&a{n} a:\n", " ".repeat(n))).collect()),
        ("tags", fill("- !!str a\n")),
        ("long tags", fill(&format!("- !<{}> a\n", "t".repeat(200)))),
        ("comments", fill("# a\n")),
        ("spaces", fill(" ")),
        ("line ends", fill("\n")),
        ("folded", format!("a: >\n{}", fill("  b\n\n"))),
        ("literal", format!("a: |\n{}", fill("  b\n"))),
        ("double quoted", format!("a: \"{}\"", fill("\\u0041"))),
        ("double quoted lines", format!("a: \"{}\"", fill("x\n\n"))),
        ("single quoted", format!("a: '{}'", fill("''"))),
        ("plain over lines", fill("a\n")),
        ("plain", fill("a ")),
        ("odd characters", fill("\u{1F600}")),
        ("open quotes", fill("\"a\" ")),
        ("colons", fill("a:")),
        ("questions", fill("? ")),
        ("question lines", fill("? a\n")),
        ("dashes", fill("- ")),
        ("directives", fill("%YAML 1.2\n---\n")),
        ("tag directives", numbered("%TAG !a#! b\n")),
        ("placeholders", numbered("a#: {$text: b}\n")),
        ("byte order marks", fill("\u{feff}")),
    ]
}

#[test]
fn the_heaviest_texts_that_we_know_stay_within_the_bounds() {
    for (name, text) in heavy() {
        let text = text.into_bytes();
        bounds::hold(name, &text[..text.len().min(FILL)], process);
    }
}

#[test]
fn the_heaviest_descriptions_that_we_know_stay_within_the_bounds() {
    let numbered =
        |unit: &str| -> String { (0..FILL / (unit.len() + 7)).map(|n| unit.replace('#', &n.to_string())).collect() };
    let fill = |unit: &str| unit.repeat(FILL / unit.len());
    let key = "k".repeat(100_000);
    for (name, text) in [
        ("references to files", numbered("- {$ref: f#.yaml}\n")),
        ("references to parts", format!("p: [1]\nr:\n{}", numbered("- {$ref: 'b.yaml~/r/#'}\n").replace('~', "#"))),
        ("references to one part", format!("p: 1\nr:\n{}", fill("- {$ref: 'b.yaml#/p'}\n"))),
        ("one file by many names", fill("- {$ref: ./b.yaml}\n- {$ref: ././b.yaml}\n")),
        ("a long reference", format!("$ref: b.yaml{}", fill("x "))),
        (
            "a reference over lines",
            format!("$ref: b.yaml{}", (0..1_500).map(|n| format!(">+\n{}", " ".repeat(n + 1))).collect::<String>()),
        ),
        ("references below a long key", format!("? {key}\n:\n{}", fill("  - {$ref: 'b.yaml#/p'}\n"))),
        ("asyncapi", format!("asyncapi: 3.0.0\noperations: {{o: {{messages: [{}]}}}}", fill("{$ref: 'b.yaml#/p'},"))),
        ("components", format!("components:\n  a:\n{}", numbered("    n#: {$ref: 'b.yaml'}\n"))),
    ] {
        let text = text.into_bytes();
        bounds::hold(name, &text[..text.len().min(FILL)], bundle);
    }
}
