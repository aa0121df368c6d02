//! Judging a value by a compiled schema, with every step counted.

use super::compile::{At, Comparison, Kind, Node, Properties, Rule};
use super::pattern::Pattern;
use super::{Fault, STEPS};
use crate::validate::Mismatch;
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::fmt::Write as _;

/// How deep subschemas may be entered for one value; bounds the stack.
const MAX_DEPTH: usize = 256;

pub(super) fn check(nodes: &[Node], value: &Value) -> Result<(), Fault> {
    Check { nodes, steps: STEPS, depth: 0, at: String::new(), quiet: false }.node(0, value)
}

struct Check<'s> {
    nodes: &'s [Node],
    steps: u64,
    depth: usize,
    /// JSON pointer of the value at hand.
    at: String,
    /// Whether nobody will read why a value did not pass.
    quiet: bool,
}

type Verdict = Result<(), Fault>;

impl Check<'_> {
    fn spend(&mut self, steps: u64) -> Verdict {
        self.steps = self.steps.checked_sub(steps).ok_or(Fault::TooCostly)?;
        Ok(())
    }

    fn node(&mut self, at: At, value: &Value) -> Verdict {
        self.spend(1)?;
        match &self.nodes[at] {
            Node::Anything => Ok(()),
            Node::Nothing => self.fail("boolean schema is false", String::new),
            Node::Rules(rules) => {
                if self.depth >= MAX_DEPTH {
                    return Err(Fault::TooCostly);
                }
                self.depth += 1;
                let verdict = rules.iter().try_for_each(|rule| self.rule(rule, value));
                self.depth -= 1;
                verdict
            }
        }
    }

    /// Says no; the parameters are written only for somebody to read.
    fn fail(&self, text: impl Into<String>, parameters: impl FnOnce() -> String) -> Verdict {
        let (pointer, text, parameters) =
            if self.quiet { Default::default() } else { (self.at.clone(), text.into(), parameters()) };
        Err(Fault::Mismatch(Mismatch { pointer, text, parameters }))
    }

    /// Whether a value passes, for combinations that do not hand the reason on.
    fn holds(&mut self, at: At, value: &Value) -> Result<bool, Fault> {
        let quiet = std::mem::replace(&mut self.quiet, true);
        let verdict = self.node(at, value);
        self.quiet = quiet;
        match verdict {
            Ok(()) => Ok(true),
            Err(Fault::Mismatch(_)) => Ok(false),
            Err(fault) => Err(fault),
        }
    }

    /// Judges a member or an item.
    fn below(&mut self, at: At, name: &str, value: &Value) -> Verdict {
        self.spend(name.len() as u64 / 64)?;
        let length = self.at.len();
        self.at.push('/');
        self.at.push_str(&name.replace('~', "~0").replace('/', "~1"));
        let verdict = self.node(at, value);
        self.at.truncate(length);
        verdict
    }

    fn rule(&mut self, rule: &Rule, value: &Value) -> Verdict {
        self.spend(1)?;
        match (rule, value) {
            (Rule::Type(kinds), _) => self.of_type(kinds, value),
            (Rule::Enum(values), _) => self.one_of_values(values, value),
            (Rule::Const(constant), _) => {
                self.spend(size(constant))?;
                if equal(constant, value) {
                    return Ok(());
                }
                self.fail("must be equal to constant", || format!("allowedValue: {}", plain(constant)))
            }
            (Rule::Bound { comparison, limit }, Value::Number(number)) => {
                self.bound(*comparison, *limit, number.as_f64().unwrap_or(f64::NAN))
            }
            (Rule::MultipleOf(step), Value::Number(number)) => {
                self.multiple(*step, number.as_f64().unwrap_or(f64::NAN))
            }
            (Rule::Length { min, max }, Value::String(text)) => self.length(*min, *max, text),
            (Rule::Pattern(pattern), Value::String(text)) => self.pattern(pattern, text),
            (Rule::Format(format), Value::String(text)) => {
                self.spend(text.len().min(8_192) as u64 / 16)?;
                if format.matches(text) {
                    return Ok(());
                }
                self.fail(format!("must match format \"{}\"", format.name), || format!("format: {}", format.name))
            }
            (Rule::Reference(_) | Rule::All(_) | Rule::Any(_) | Rule::One(_) | Rule::Not(_) | Rule::If { .. }, _) => {
                self.combination(rule, value)
            }
            (
                Rule::ItemCount { .. } | Rule::Unique | Rule::Items { .. } | Rule::Contains { .. },
                Value::Array(items),
            ) => self.items(rule, items),
            (_, Value::Object(map)) => self.members(rule, map, value),
            _ => Ok(()),
        }
    }

    fn of_type(&self, kinds: &[Kind], value: &Value) -> Verdict {
        let is = |kind: &Kind| match (kind, value) {
            (Kind::Null, Value::Null)
            | (Kind::Boolean, Value::Bool(_))
            | (Kind::Number, Value::Number(_))
            | (Kind::String, Value::String(_))
            | (Kind::Array, Value::Array(_))
            | (Kind::Object, Value::Object(_)) => true,
            (Kind::Integer, Value::Number(number)) => {
                !number.is_f64() || number.as_f64().is_some_and(|number| number.fract() == 0.0)
            }
            _ => false,
        };
        if kinds.iter().any(is) {
            return Ok(());
        }
        let names = kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(",");
        self.fail(format!("must be {names}"), || format!("type: {names}"))
    }

    fn one_of_values(&mut self, values: &[Value], value: &Value) -> Verdict {
        for allowed in values {
            self.spend(size(allowed))?;
            if equal(allowed, value) {
                return Ok(());
            }
        }
        self.fail("must be equal to one of the allowed values", || {
            format!("allowedValues: {}", values.iter().map(plain).collect::<Vec<_>>().join(","))
        })
    }

    fn bound(&self, comparison: Comparison, limit: f64, number: f64) -> Verdict {
        let (holds, sign) = match comparison {
            Comparison::AtLeast => (number >= limit, ">="),
            Comparison::AtMost => (number <= limit, "<="),
            Comparison::Above => (number > limit, ">"),
            Comparison::Below => (number < limit, "<"),
        };
        if holds {
            return Ok(());
        }
        self.fail(format!("must be {sign} {limit}"), || format!("comparison: {sign}, limit: {limit}"))
    }

    fn multiple(&self, step: f64, number: f64) -> Verdict {
        let quotient = number / step;
        if quotient.fract() == 0.0 {
            return Ok(());
        }
        self.fail(format!("must be multiple of {step}"), || format!("multipleOf: {step}"))
    }

    fn length(&mut self, min: usize, max: usize, text: &str) -> Verdict {
        self.spend(text.len() as u64 / 64)?;
        self.count(text.chars().count(), min, max, "characters")
    }

    fn count(&self, found: usize, min: usize, max: usize, what: &str) -> Verdict {
        if found > max {
            return self.fail(format!("must NOT have more than {max} {what}"), || format!("limit: {max}"));
        }
        if found < min {
            return self.fail(format!("must NOT have fewer than {min} {what}"), || format!("limit: {min}"));
        }
        Ok(())
    }

    fn pattern(&mut self, pattern: &Pattern, text: &str) -> Verdict {
        self.spend(pattern.cost(text))?;
        if pattern.matches(text) {
            return Ok(());
        }
        let pattern = &pattern.text;
        self.fail(format!("must match pattern \"{pattern}\""), || format!("pattern: {pattern}"))
    }

    fn combination(&mut self, rule: &Rule, value: &Value) -> Verdict {
        match rule {
            Rule::Reference(at) => self.node(*at, value),
            Rule::All(all) => all.iter().try_for_each(|at| self.node(*at, value)),
            Rule::Any(all) => {
                // The reason of the first is the one that ajv tells first.
                let Some((first, others)) = all.split_first() else { return Ok(()) };
                let verdict = self.node(*first, value);
                if !matches!(verdict, Err(Fault::Mismatch(_))) {
                    return verdict;
                }
                for other in others {
                    if self.holds(*other, value)? {
                        return Ok(());
                    }
                }
                verdict
            }
            Rule::One(all) => self.exactly_one(all, value),
            Rule::Not(at) => {
                if self.holds(*at, value)? {
                    return self.fail("must NOT be valid", String::new);
                }
                Ok(())
            }
            Rule::If { condition, then, otherwise } => {
                let branch = if self.holds(*condition, value)? { then } else { otherwise };
                branch.map_or(Ok(()), |at| self.node(at, value))
            }
            _ => Ok(()),
        }
    }

    fn exactly_one(&mut self, all: &[At], value: &Value) -> Verdict {
        let mut passing = None;
        for (index, at) in all.iter().enumerate() {
            if !self.holds(*at, value)? {
                continue;
            }
            if let Some(before) = passing {
                return self
                    .fail("must match exactly one schema in oneOf", || format!("passingSchemas: {before},{index}"));
            }
            passing = Some(index);
        }
        match (passing, all.first()) {
            (None, Some(first)) => self.node(*first, value),
            _ => Ok(()),
        }
    }

    fn items(&mut self, rule: &Rule, items: &[Value]) -> Verdict {
        match rule {
            Rule::ItemCount { min, max } => self.count(items.len(), *min, *max, "items"),
            Rule::Unique => self.unique(items),
            Rule::Items { first, rest } => {
                for (index, item) in items.iter().enumerate() {
                    let Some(at) = first.get(index).or(rest.as_ref()) else { break };
                    self.below(*at, &index.to_string(), item)?;
                }
                Ok(())
            }
            Rule::Contains { schema, min, max } => {
                let mut found = 0;
                for item in items {
                    found += usize::from(self.holds(*schema, item)?);
                }
                if found < *min || found > *max {
                    let most = if *max == usize::MAX { String::new() } else { format!(" and no more than {max}") };
                    let text = format!("must contain at least {min}{most} valid item(s)");
                    return self.fail(text, || format!("minContains: {min}"));
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn unique(&mut self, items: &[Value]) -> Verdict {
        let mut seen: HashMap<String, usize> = HashMap::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let mut text = String::new();
            self.spend(size(item))?;
            canonical(item, &mut text);
            if let Some(before) = seen.insert(text, index) {
                let what = format!("must NOT have duplicate items (items ## {before} and {index} are identical)");
                return self.fail(what, || format!("i: {index}, j: {before}"));
            }
        }
        Ok(())
    }

    fn members(&mut self, rule: &Rule, map: &Map<String, Value>, value: &Value) -> Verdict {
        match rule {
            Rule::PropertyCount { min, max } => self.count(map.len(), *min, *max, "properties"),
            Rule::Required(names) => {
                self.spend(names.len() as u64)?;
                match names.iter().find(|name| !map.contains_key(*name)) {
                    None => Ok(()),
                    Some(missing) => self.missing(missing),
                }
            }
            Rule::DependentRequired(all) => {
                for (name, needed) in all.iter().filter(|(name, _)| map.contains_key(name)) {
                    self.spend(needed.len() as u64)?;
                    if let Some(missing) = needed.iter().find(|other| !map.contains_key(*other)) {
                        let text = format!("must have property {missing} when property {name} is present");
                        return self.fail(text, || format!("property: {name}, missingProperty: {missing}"));
                    }
                }
                Ok(())
            }
            Rule::DependentSchemas(all) => {
                all.iter().filter(|(name, _)| map.contains_key(name)).try_for_each(|(_, at)| self.node(*at, value))
            }
            Rule::Names(at) => {
                for name in map.keys() {
                    self.spend(name.len() as u64 / 64)?;
                    if !self.holds(*at, &Value::from(name.as_str()))? {
                        return self.fail("property name must be valid", || format!("propertyName: {name}"));
                    }
                }
                Ok(())
            }
            Rule::Properties(properties) => self.properties(properties, map),
            _ => Ok(()),
        }
    }

    fn missing(&self, name: &str) -> Verdict {
        self.fail(format!("must have required property '{name}'"), || format!("missingProperty: {name}"))
    }

    fn properties(&mut self, properties: &Properties, map: &Map<String, Value>) -> Verdict {
        if properties.others.is_some() || !properties.patterns.is_empty() {
            for (name, member) in map {
                let mut known = properties.places.contains_key(name);
                self.spend(1)?;
                for (pattern, at) in &properties.patterns {
                    self.spend(pattern.cost(name))?;
                    if pattern.matches(name) {
                        known = true;
                        self.below(*at, name, member)?;
                    }
                }
                match properties.others {
                    Some(at) if !known => self.other(at, name, member)?,
                    _ => {}
                }
            }
        }
        for (name, at) in &properties.named {
            self.spend(1)?;
            if let Some(member) = map.get(name) {
                self.below(*at, name, member)?;
            }
        }
        Ok(())
    }

    /// A member that is neither named nor matched by a pattern.
    fn other(&mut self, at: At, name: &str, member: &Value) -> Verdict {
        if matches!(self.nodes[at], Node::Nothing) {
            return self.fail("must NOT have additional properties", || format!("additionalProperty: {name}"));
        }
        self.below(at, name, member)
    }
}

/// About how many comparisons a value takes.
fn size(value: &Value) -> u64 {
    1 + match value {
        Value::String(text) => text.len() as u64 / 64,
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(map) => map.iter().map(|(key, value)| key.len() as u64 / 64 + size(value)).sum(),
        _ => 0,
    }
}

/// Equality of JSON: `1` and `1.0` are the same number, and the order of members says nothing.
fn equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| equal(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, one)| other.get(key).is_some_and(|other| equal(one, other)))
        }
        _ => one == other,
    }
}

/// A text that two values share exactly when they are equal.
fn canonical(value: &Value, out: &mut String) {
    match value {
        Value::Number(number) => {
            let _ = write!(out, "{:?}", number.as_f64().unwrap_or_default());
        }
        Value::Array(items) => {
            out.push('[');
            items.iter().for_each(|item| {
                canonical(item, out);
                out.push(',');
            });
            out.push(']');
        }
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort_unstable();
            out.push('{');
            for key in keys {
                let _ = write!(out, "{key:?}:");
                canonical(&map[key], out);
                out.push(',');
            }
            out.push('}');
        }
        other => {
            let _ = write!(out, "{other}");
        }
    }
}

/// A value as JavaScript writes it into a message.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
