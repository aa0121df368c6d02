//! YAML that is nearly right, nearly wrong, or large in one respect only.

use super::bounds::Random;
use std::path::{Path, PathBuf};

/// Longer texts are refused before they are looked at.
pub const MAX: usize = 4_000_000;

const SAMPLES: [&str; 4] = [
    "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: a\n  tags: [x, y]\n  annotations: {a.b/c: 'd'}\nspec:\n  type: service\n  lifecycle: production\n  owner: team-a\n  dependsOn: ['resource:db']\n",
    "apiVersion: scaffolder.backstage.io/v1beta3\nkind: Template\nmetadata: {name: t}\nspec:\n  type: x\n  parameters:\n    - $yaml: ./p.yaml\n  steps:\n    - id: a\n      action: debug:log\n      if: ${{ parameters.x }}\n      input: {message: |\n        x\n      }\n",
    "a: &x [1, 0x1F, .inf, ~, \"\\u00e9\", 'it''s']\nb: *x\n? [k, {v: w}]\n: !!str 5\nc: >-\n  folded\n\n  text\nd: {{ x }}\n---\n# none\n---\n%x\n...\n",
    "kind: Location\napiVersion: backstage.io/v1alpha1\nmetadata: {name: l}\nspec: {targets: [./a.yaml, ./b/*.yaml]}\n",
];

/// What YAML is made of.
const TOKENS: [&str; 74] = [
    "a",
    "a: ",
    "a:",
    ": ",
    ":",
    "- ",
    "-",
    "? ",
    "?",
    "[",
    "]",
    "{",
    "}",
    ",",
    ", ",
    "'",
    "\"",
    "''",
    "\\",
    "\\u0041",
    "&a ",
    "*a ",
    "&",
    "*",
    "!",
    "!!str ",
    "!<x> ",
    "!e!t ",
    "|",
    ">",
    "|2-",
    ">+",
    "%",
    "%YAML 1.2",
    "%TAG !e! x",
    "#",
    " #",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "\t",
    " ",
    "  ",
    "    ",
    "---\n",
    "...\n",
    "~",
    "null",
    "0x1",
    "1e9",
    ".inf",
    "${{ x }}",
    "{{ x }}",
    "$text: ",
    "$yaml: ",
    "\u{feff}",
    "\0",
    "é",
    "\u{1F600}",
    "\u{2028}",
    "\u{85}",
    "a b",
    "- a\n",
    "a: b\n",
    "a: 1\n ",
    "[a, b]",
    "{a: b}",
    "&a [",
    "*a, ",
    "- *a\n",
    "a: &a {b: ",
    "? a\n: b\n",
    "\"a\": ",
];

/// Real descriptors, where they lie beside the repository, and samples that are always there.
pub fn seeds() -> Vec<Vec<u8>> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let mut found: Vec<Vec<u8>> = SAMPLES.iter().map(|sample| sample.as_bytes().to_vec()).collect();
    let mut folders: Vec<PathBuf> = ["descriptors", "templates", "app-configs"].map(|name| corpus.join(name)).into();
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(folder) else { continue };
        let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        // The order of a folder is the file system's; a run should be repeatable.
        paths.sort();
        for path in paths {
            if path.is_dir() { folders.push(path) } else { found.extend(std::fs::read(path)) }
        }
    }
    found
}

/// One more input: a changed one, one pumped up, or one of nothing but tokens.
pub fn make(random: &mut Random, seeds: &[Vec<u8>], earlier: Option<&[u8]>) -> Vec<u8> {
    let mut input = match (earlier, random.below(4)) {
        (Some(earlier), _) => changed(random, earlier.to_vec(), seeds),
        (None, 0) => pumped(random),
        (None, 1) => tokens(random),
        (None, _) => {
            let seed = random.pick(seeds).clone();
            changed(random, seed, seeds)
        }
    };
    input.truncate(MAX);
    input
}

/// A few tokens, again and again, between others.
fn pumped(random: &mut Random) -> Vec<u8> {
    let few = |random: &mut Random, most: usize| -> String {
        (0..random.below(most + 1)).map(|_| *random.pick(&TOKENS)).collect()
    };
    let (begin, end) = (few(random, 4), few(random, 4));
    let unit = few(random, 4) + *random.pick::<&str>(&TOKENS);
    let times = random.size(MAX / unit.len());
    let mut text = begin;
    if random.chance(4) {
        // Each deeper than the one before, as far as that goes.
        for depth in 0..times.min(2_000) {
            text.push_str(&" ".repeat(depth));
            text.push_str(&unit);
        }
    } else if random.chance(4) {
        for number in 0..times.min(MAX / (unit.len() + 8)) {
            text.push_str(&unit.replace('a', &format!("a{number}")));
        }
    } else {
        text.push_str(&unit.repeat(times));
    }
    (text + &end).into_bytes()
}

fn tokens(random: &mut Random) -> Vec<u8> {
    let count = random.size(20_000);
    (0..count).map(|_| *random.pick(&TOKENS)).collect::<String>().into_bytes()
}

fn changed(random: &mut Random, mut input: Vec<u8>, seeds: &[Vec<u8>]) -> Vec<u8> {
    for _ in 0..random.size(6) {
        let at = random.below(input.len() + 1);
        let until = (at + random.size(64)).min(input.len());
        match random.below(8) {
            0 => {
                input.drain(at..until);
            }
            1 => {
                let token = random.pick(&TOKENS).as_bytes();
                input.splice(at..at, token.iter().copied());
            }
            2 => {
                let token = random.pick(&TOKENS).as_bytes();
                input.splice(at..until, token.iter().copied());
            }
            3 if at < input.len() => input[at] = random.next().to_le_bytes()[0],
            4 => {
                // A part of it many times over.
                let part = input[at..until].to_vec();
                let room = MAX.saturating_sub(input.len()) / part.len().max(1);
                let times = if room == 0 { 0 } else { random.size(room) };
                input.splice(at..at, part.repeat(times));
            }
            5 => {
                let other = random.pick(seeds);
                let from = random.below(other.len() + 1);
                let part = &other[from..(from + random.size(400)).min(other.len())];
                input.splice(at..until, part.iter().copied());
            }
            6 if input.len() < MAX / 2 => {
                let all = input.clone();
                input.extend(b"\n---\n");
                input.extend(all);
            }
            _ => {
                // The same line, indented further.
                let line = input[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |found| found + 1);
                let spaces = random.below(6);
                input.splice(line..line, std::iter::repeat_n(b' ', spaces));
            }
        }
    }
    input
}
