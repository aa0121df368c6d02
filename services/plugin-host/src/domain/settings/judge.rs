//! Walks through a configuration and the subschemas that speak of each of its values.

use super::scalar::{equal, in_words, is, is_scalar, number, refers};
use super::{STEPS, below};
use regex::{Regex, RegexBuilder};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap};

/// How deep subschemas are entered; bounds the stack.
const MAX_DEPTH: usize = 160;
/// Most mistakes that are named.
const MOST_MISTAKES: usize = 50;
/// What a compiled pattern may need, in bytes.
const PATTERN_BYTES: usize = 128 << 10;

/// Something that a schema does not permit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// JSON pointer into the configuration.
    pub pointer: String,
    /// What is wrong, in a sentence.
    pub text: String,
}

/// Who sees a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Visibility {
    Backend,
    Frontend,
    Secret,
}

impl Visibility {
    fn read(value: Option<&Value>) -> Option<Self> {
        match value?.as_str()? {
            "frontend" => Some(Self::Frontend),
            "secret" => Some(Self::Secret),
            _ => Some(Self::Backend),
        }
    }
}

/// What schemas say about one value: about itself, and about everything below it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) own: Option<Visibility>,
    pub(super) deep: Option<Visibility>,
}

/// What was found out about a configuration.
#[derive(Debug, Clone, Default)]
pub struct Judgement {
    /// What no schema permits; empty when all is well, or when finding out took too long.
    pub mistakes: Vec<Mistake>,
    /// By JSON pointer; what has none is for the back end.
    pub(super) marks: BTreeMap<String, Mark>,
    /// Whether it was not looked through to the end: then nothing is known of any value.
    pub(super) unfinished: bool,
}

/// Judges a configuration by a schema.
#[must_use]
pub fn judge(schema: &Value, config: &Value) -> Judgement {
    let mut walk = Walk { root: schema, steps: STEPS, depth: 0, patterns: HashMap::new() };
    let mut found = Found::default();
    if walk.visit(schema, config, "", &mut found).is_none() {
        return Judgement { unfinished: true, ..Judgement::default() };
    }
    found.mistakes.truncate(MOST_MISTAKES);
    Judgement { mistakes: found.mistakes, marks: found.marks, unfinished: false }
}

#[derive(Debug, Default)]
struct Found {
    mistakes: Vec<Mistake>,
    marks: BTreeMap<String, Mark>,
}

impl Found {
    fn wrong(&mut self, pointer: &str, text: impl Into<String>) {
        if self.mistakes.len() < MOST_MISTAKES {
            self.mistakes.push(Mistake { pointer: pointer.to_owned(), text: text.into() });
        }
    }

    fn mark(&mut self, pointer: &str, mark: Mark) {
        let known = self.marks.entry(pointer.to_owned()).or_default();
        known.own = known.own.max(mark.own);
        known.deep = known.deep.max(mark.deep);
    }

    fn take_marks(&mut self, other: Self) {
        for (pointer, mark) in other.marks {
            self.mark(&pointer, mark);
        }
    }

    /// What was tried and did not fit makes nothing visible, but what it calls a secret is treated as one.
    fn take_secrets(&mut self, other: &Self) {
        for (pointer, mark) in &other.marks {
            let secret = |visibility: Option<Visibility>| visibility.filter(|found| *found == Visibility::Secret);
            let mark = Mark { own: secret(mark.own), deep: secret(mark.deep) };
            if mark != Mark::default() {
                self.mark(pointer, mark);
            }
        }
    }
}

struct Walk<'s> {
    root: &'s Value,
    steps: u32,
    depth: usize,
    patterns: HashMap<&'s str, Option<Regex>>,
}

impl<'s> Walk<'s> {
    /// Looks at one value with one subschema. `None`: it takes too long.
    fn visit(&mut self, schema: &'s Value, value: &Value, at: &str, found: &mut Found) -> Option<()> {
        self.steps = self.steps.checked_sub(1)?;
        let Value::Object(map) = schema else { return Some(()) };
        if self.depth >= MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let mark = Mark {
            own: Visibility::read(map.get("visibility")),
            deep: Visibility::read(map.get("deepVisibility")).filter(|deep| *deep != Visibility::Backend),
        };
        if mark != Mark::default() {
            found.mark(at, mark);
        }
        self.own_rules(map, value, at, found);
        let done = self.combinations(map, value, at, found);
        let done = done.and_then(|()| match value {
            Value::Object(members) => self.members(map, members, at, found),
            Value::Array(items) => self.items(map, items, at, found),
            _ => Some(()),
        });
        self.depth -= 1;
        done
    }

    /// What a subschema demands of the value itself.
    fn own_rules(&mut self, map: &'s Map<String, Value>, value: &Value, at: &str, found: &mut Found) {
        let kinds: Vec<&str> = match map.get("type") {
            Some(Value::String(kind)) => vec![kind],
            Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        if refers(value) {
            // It stands for any text or number, but not for a list or a group.
            if !kinds.is_empty() && !kinds.iter().any(|kind| is_scalar(kind)) {
                found.wrong(at, format!("It must be {}.", kinds_in_words(&kinds)));
            }
            return;
        }
        if !kinds.is_empty() && !kinds.iter().any(|kind| is(kind, value)) {
            return found.wrong(at, format!("It must be {}.", kinds_in_words(&kinds)));
        }
        if value.is_null() {
            return;
        }
        let allowed: Vec<&Value> = match (map.get("const"), map.get("enum")) {
            (Some(constant), _) => vec![constant],
            (None, Some(Value::Array(values))) => values.iter().collect(),
            _ => Vec::new(),
        };
        if !allowed.is_empty() && !allowed.iter().any(|allowed| equal(allowed, value)) {
            let words: Vec<String> = allowed.iter().map(|value| plain(value)).collect();
            let one_of = if words.len() > 1 { "one of: " } else { "" };
            return found.wrong(at, format!("It must be {one_of}{}.", words.join(", ")));
        }
        numbers(map, value, at, found);
        if let Value::String(text) = value {
            self.text(map, text, at, found);
        }
    }

    fn text(&mut self, map: &'s Map<String, Value>, text: &str, at: &str, found: &mut Found) {
        let length = text.chars().count();
        if map.get("minLength").and_then(size).is_some_and(|min| length < min) {
            found.wrong(
                at,
                format!("It must have at least {}.", counted(map.get("minLength"), "character", "characters")),
            );
        }
        if map.get("maxLength").and_then(size).is_some_and(|max| length > max) {
            found.wrong(
                at,
                format!("It must have at most {}.", counted(map.get("maxLength"), "character", "characters")),
            );
        }
        if let Some(pattern) = map.get("pattern").and_then(Value::as_str)
            && self.matches(pattern, text) == Some(false)
        {
            found.wrong(at, format!("It does not match {pattern}."));
        }
    }

    /// Whether a text matches; `None` for a pattern that cannot be run.
    fn matches(&mut self, pattern: &'s str, text: &str) -> Option<bool> {
        let compiled = self.patterns.entry(pattern).or_insert_with(|| {
            RegexBuilder::new(pattern).size_limit(PATTERN_BYTES).dfa_size_limit(PATTERN_BYTES).build().ok()
        });
        compiled.as_ref().map(|regex| regex.is_match(text))
    }

    fn combinations(&mut self, map: &'s Map<String, Value>, value: &Value, at: &str, found: &mut Found) -> Option<()> {
        if let Some(target) = map.get("$ref").and_then(Value::as_str).and_then(|name| self.referred(name)) {
            self.visit(target, value, at, found)?;
        }
        for part in list(map.get("allOf")) {
            self.visit(part, value, at, found)?;
        }
        for name in ["anyOf", "oneOf"] {
            let branches = list(map.get(name));
            if !branches.is_empty() {
                self.choice(branches, value, at, found)?;
            }
        }
        if let Some(condition) = map.get("if") {
            let mut tried = Found::default();
            self.visit(condition, value, at, &mut tried)?;
            let branch = if tried.mistakes.is_empty() { "then" } else { "else" };
            if let Some(branch) = map.get(branch) {
                self.visit(branch, value, at, found)?;
            }
        }
        Some(())
    }

    /// Takes the first branch that fits; when none does, the mistakes of the one that is nearest.
    fn choice(&mut self, branches: &'s [Value], value: &Value, at: &str, found: &mut Found) -> Option<()> {
        let mut nearest: Option<Found> = None;
        let mut fitting: Option<Found> = None;
        for branch in branches {
            let mut tried = Found::default();
            self.visit(branch, value, at, &mut tried)?;
            found.take_secrets(&tried);
            if tried.mistakes.is_empty() {
                fitting = fitting.or(Some(tried));
            } else if nearest.as_ref().is_none_or(|best| distance(&tried, at) < distance(best, at)) {
                nearest = Some(tried);
            }
        }
        match (fitting, nearest) {
            (Some(fitting), _) => found.take_marks(fitting),
            (None, Some(nearest)) => nearest.mistakes.iter().for_each(|one| found.wrong(&one.pointer, &*one.text)),
            (None, None) => {}
        }
        Some(())
    }

    fn referred(&self, name: &str) -> Option<&'s Value> {
        let pointer = percent_encoding::percent_decode_str(name.strip_prefix('#')?).decode_utf8().ok()?;
        self.root.pointer(&pointer)
    }

    fn members(
        &mut self,
        map: &'s Map<String, Value>,
        members: &Map<String, Value>,
        at: &str,
        found: &mut Found,
    ) -> Option<()> {
        for name in list(map.get("required")).iter().filter_map(Value::as_str) {
            if members.get(name).is_none_or(Value::is_null) {
                found.wrong(&below(at, name), "It is needed.");
            }
        }
        let named = map.get("properties").and_then(Value::as_object);
        let patterns = map.get("patternProperties").and_then(Value::as_object);
        for (name, member) in members {
            let place = below(at, name);
            let mut known = false;
            if let Some(schema) = named.and_then(|named| named.get(name)) {
                known = true;
                self.visit(schema, member, &place, found)?;
            }
            for (pattern, schema) in patterns.into_iter().flatten() {
                if self.matches(pattern, name) == Some(true) {
                    known = true;
                    self.visit(schema, member, &place, found)?;
                }
            }
            if let Some(others) = map.get("additionalProperties").filter(|_| !known) {
                // `false` is no mistake: another package may know the key.
                self.visit(others, member, &place, found)?;
            }
        }
        Some(())
    }

    fn items(&mut self, map: &'s Map<String, Value>, items: &[Value], at: &str, found: &mut Found) -> Option<()> {
        if map.get("minItems").and_then(size).is_some_and(|min| items.len() < min) {
            found.wrong(at, format!("It must have at least {}.", counted(map.get("minItems"), "entry", "entries")));
        }
        if map.get("maxItems").and_then(size).is_some_and(|max| items.len() > max) {
            found.wrong(at, format!("It must have at most {}.", counted(map.get("maxItems"), "entry", "entries")));
        }
        let (first, rest) = match map.get("items") {
            Some(Value::Array(first)) => (first.as_slice(), map.get("additionalItems")),
            rest => (&[][..], rest),
        };
        for (index, item) in items.iter().enumerate() {
            if let Some(schema) = first.get(index).or(rest) {
                self.visit(schema, item, &below(at, &index.to_string()), found)?;
            }
        }
        Some(())
    }
}

fn numbers(map: &Map<String, Value>, value: &Value, at: &str, found: &mut Found) {
    let Some(number) = number(value) else { return };
    for (name, words) in [
        ("minimum", "at least"),
        ("maximum", "at most"),
        ("exclusiveMinimum", "more than"),
        ("exclusiveMaximum", "less than"),
    ] {
        let Some(limit) = map.get(name).and_then(Value::as_f64) else { continue };
        let holds = match name {
            "minimum" => number >= limit,
            "maximum" => number <= limit,
            "exclusiveMinimum" => number > limit,
            _ => number < limit,
        };
        if !holds {
            found.wrong(at, format!("It must be {words} {limit}."));
        }
    }
}

/// How far a branch is from fitting: one whose value is of another kind altogether is farthest.
fn distance(tried: &Found, at: &str) -> (bool, usize) {
    (tried.mistakes.iter().any(|mistake| mistake.pointer == at), tried.mistakes.len())
}

fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn size(value: &Value) -> Option<usize> {
    usize::try_from(value.as_u64()?).ok()
}

fn counted(count: Option<&Value>, one: &str, many: &str) -> String {
    match count.and_then(size).unwrap_or_default() {
        1 => format!("1 {one}"),
        count => format!("{count} {many}"),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn kinds_in_words(kinds: &[&str]) -> String {
    kinds.iter().map(|kind| in_words(kind)).collect::<Vec<_>>().join(" or ")
}
