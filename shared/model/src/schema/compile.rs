//! From the JSON of a schema to rules that point at each other by number.

use super::format::Format;
use super::pattern::Pattern;
use super::{MAX_BYTES, MAX_DEPTH, MAX_SUBSCHEMAS, SchemaError};
use crate::location::percent_decoded;
use serde_json::{Map, Value};
use std::collections::HashMap;

/// The number of a compiled subschema.
pub(super) type At = usize;

/// Most patterns in one schema: each may keep some memory of its own.
const MAX_PATTERNS: usize = 64;

/// A compiled subschema.
#[derive(Debug)]
pub(super) enum Node {
    /// `true`, `{}`.
    Anything,
    /// `false`.
    Nothing,
    /// All of these hold, checked in this order.
    Rules(Vec<Rule>),
}

/// One demand of a subschema.
#[derive(Debug)]
pub(super) enum Rule {
    Type(Vec<Kind>),
    Enum(Vec<Value>),
    Const(Value),
    Bound { comparison: Comparison, limit: f64 },
    MultipleOf(f64),
    Length { min: usize, max: usize },
    Pattern(Pattern),
    Format(Format),
    Reference(At),
    All(Vec<At>),
    Any(Vec<At>),
    One(Vec<At>),
    Not(At),
    If { condition: At, then: Option<At>, otherwise: Option<At> },
    ItemCount { min: usize, max: usize },
    Unique,
    Items { first: Vec<At>, rest: Option<At> },
    Contains { schema: At, min: usize, max: usize },
    PropertyCount { min: usize, max: usize },
    Required(Vec<String>),
    DependentRequired(Vec<(String, Vec<String>)>),
    DependentSchemas(Vec<(String, At)>),
    Names(At),
    Properties(Properties),
}

/// What the members of an object must be.
#[derive(Debug, Default)]
pub(super) struct Properties {
    pub(super) named: Vec<(String, At)>,
    pub(super) places: HashMap<String, At>,
    pub(super) patterns: Vec<(Pattern, At)>,
    pub(super) others: Option<At>,
}

/// A JSON type, as schemas count them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Boolean,
    Integer,
    Number,
    String,
    Array,
    Object,
}

impl Kind {
    const ALL: [Self; 7] =
        [Self::Null, Self::Boolean, Self::Integer, Self::Number, Self::String, Self::Array, Self::Object];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::String => "string",
            Self::Array => "array",
            Self::Object => "object",
        }
    }
}

/// How a number is compared with its bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    AtLeast,
    AtMost,
    Above,
    Below,
}

const BOUNDS: [(&str, Comparison); 4] = [
    ("minimum", Comparison::AtLeast),
    ("maximum", Comparison::AtMost),
    ("exclusiveMinimum", Comparison::Above),
    ("exclusiveMaximum", Comparison::Below),
];

/// Keywords that demand something; the rest of the known ones only tell.
const DEMANDS: [&str; 36] = [
    "type",
    "enum",
    "const",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "$ref",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "minItems",
    "maxItems",
    "uniqueItems",
    "items",
    "prefixItems",
    "additionalItems",
    "contains",
    "minContains",
    "maxContains",
    "minProperties",
    "maxProperties",
    "required",
    "dependentRequired",
    "dependentSchemas",
    "dependencies",
    "propertyNames",
];
const MEMBERS: [&str; 3] = ["properties", "patternProperties", "additionalProperties"];
const NOTES: [&str; 14] = [
    "$schema",
    "$id",
    "$comment",
    "$defs",
    "definitions",
    "title",
    "description",
    "default",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "contentEncoding",
    "contentMediaType",
];
const DIALECTS: [&str; 3] =
    ["json-schema.org/draft-07/schema", "json-schema.org/draft/2019-09/schema", "json-schema.org/draft/2020-12/schema"];

pub(super) fn compile(schema: &Value) -> Result<Vec<Node>, SchemaError> {
    let root = |message: String| SchemaError { pointer: String::new(), message };
    if depth(schema) > MAX_DEPTH {
        return Err(root(format!("it nests deeper than {MAX_DEPTH}")));
    }
    let bytes = schema.to_string().len();
    if bytes > MAX_BYTES {
        return Err(root(format!("it has {bytes} bytes, and {MAX_BYTES} are allowed")));
    }
    check_dialect(schema)?;
    let mut compiler =
        Compiler { root: schema, nodes: Vec::new(), places: HashMap::new(), pending: Vec::new(), patterns: 0 };
    compiler.schema(String::new(), schema)?;
    while let Some((pointer, value, at)) = compiler.pending.pop() {
        let node = compiler.node(&pointer, value)?;
        compiler.nodes[at] = node;
    }
    compiler.refuse_circles()?;
    Ok(compiler.nodes)
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or_default(),
        Value::Object(map) => 1 + map.values().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}

fn check_dialect(schema: &Value) -> Result<(), SchemaError> {
    let Some(dialect) = schema.get("$schema") else { return Ok(()) };
    let text = dialect.as_str().unwrap_or_default();
    let bare = text.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('#');
    if DIALECTS.contains(&bare) {
        return Ok(());
    }
    let message = format!("{dialect} is no dialect that we take; there are {}", DIALECTS.join(", "));
    Err(SchemaError { pointer: "/$schema".to_owned(), message })
}

struct Compiler<'v> {
    root: &'v Value,
    nodes: Vec<Node>,
    /// Subschemas by their pointers.
    places: HashMap<String, At>,
    pending: Vec<(String, &'v Value, At)>,
    patterns: usize,
}

fn escaped(part: &str) -> String {
    part.replace('~', "~0").replace('/', "~1")
}

impl<'v> Compiler<'v> {
    /// The number of the subschema at a place; it is compiled later, so nothing here recurses.
    fn schema(&mut self, pointer: String, value: &'v Value) -> Result<At, SchemaError> {
        if let Some(known) = self.places.get(&pointer) {
            return Ok(*known);
        }
        if !matches!(value, Value::Object(_) | Value::Bool(_)) {
            return Err(SchemaError { pointer, message: "a schema must be an object, true or false".to_owned() });
        }
        let at = self.nodes.len();
        if at >= MAX_SUBSCHEMAS {
            return Err(SchemaError { pointer, message: format!("there are more than {MAX_SUBSCHEMAS} subschemas") });
        }
        self.nodes.push(Node::Anything);
        self.places.insert(pointer.clone(), at);
        self.pending.push((pointer, value, at));
        Ok(at)
    }

    fn node(&mut self, pointer: &str, value: &'v Value) -> Result<Node, SchemaError> {
        let map = match value {
            Value::Bool(true) => return Ok(Node::Anything),
            Value::Object(map) => map,
            _ => return Ok(Node::Nothing),
        };
        let keywords = Keywords { map, pointer };
        keywords.check_known()?;
        for definitions in ["$defs", "definitions"] {
            self.schema_map(&keywords, definitions)?;
        }
        let mut rules = Vec::new();
        keywords.simple(&mut rules)?;
        self.texts(&keywords, &mut rules)?;
        self.combinations(&keywords, &mut rules)?;
        self.items(&keywords, &mut rules)?;
        self.members(&keywords, &mut rules)?;
        Ok(if rules.is_empty() { Node::Anything } else { Node::Rules(rules) })
    }

    fn child(&mut self, keywords: &Keywords<'v, '_>, name: &str) -> Result<Option<At>, SchemaError> {
        keywords.map.get(name).map(|value| self.schema(keywords.place(name), value)).transpose()
    }

    fn children(&mut self, keywords: &Keywords<'v, '_>, name: &str) -> Result<Vec<At>, SchemaError> {
        let Some(value) = keywords.map.get(name) else { return Ok(Vec::new()) };
        let items = value.as_array().filter(|items| !items.is_empty());
        let items = items.ok_or_else(|| keywords.wrong(name, "a list of schemas, not empty"))?;
        let place = keywords.place(name);
        items.iter().enumerate().map(|(index, item)| self.schema(format!("{place}/{index}"), item)).collect()
    }

    fn schema_map(&mut self, keywords: &Keywords<'v, '_>, name: &str) -> Result<Vec<(String, At)>, SchemaError> {
        let Some(value) = keywords.map.get(name) else { return Ok(Vec::new()) };
        let map = value.as_object().ok_or_else(|| keywords.wrong(name, "an object"))?;
        let place = keywords.place(name);
        map.iter()
            .map(|(key, item)| Ok((key.clone(), self.schema(format!("{place}/{}", escaped(key)), item)?)))
            .collect()
    }

    fn pattern(&mut self, text: &str, pointer: String) -> Result<Pattern, SchemaError> {
        self.patterns += 1;
        if self.patterns > MAX_PATTERNS {
            return Err(SchemaError { pointer, message: format!("there are more than {MAX_PATTERNS} patterns") });
        }
        Pattern::new(text).map_err(|message| SchemaError { pointer, message })
    }

    fn texts(&mut self, keywords: &Keywords<'v, '_>, rules: &mut Vec<Rule>) -> Result<(), SchemaError> {
        keywords.counts("minLength", "maxLength", |min, max| Rule::Length { min, max }, rules)?;
        if let Some(text) = keywords.text("pattern")? {
            rules.push(Rule::Pattern(self.pattern(text, keywords.place("pattern"))?));
        }
        if let Some(name) = keywords.text("format")? {
            let unknown = || keywords.error("format", format!("{name:?} is none of {}", Format::names()));
            rules.push(Rule::Format(Format::named(name).ok_or_else(unknown)?));
        }
        Ok(())
    }

    fn combinations(&mut self, keywords: &Keywords<'v, '_>, rules: &mut Vec<Rule>) -> Result<(), SchemaError> {
        if let Some(reference) = keywords.text("$ref")?
            && reference != "Entity"
        {
            rules.push(Rule::Reference(self.reference(keywords, reference)?));
        }
        for (name, rule) in [("allOf", Rule::All as fn(Vec<At>) -> Rule), ("anyOf", Rule::Any), ("oneOf", Rule::One)] {
            let children = self.children(keywords, name)?;
            if !children.is_empty() {
                rules.push(rule(children));
            }
        }
        rules.extend(self.child(keywords, "not")?.map(Rule::Not));
        let (then, otherwise) = (self.child(keywords, "then")?, self.child(keywords, "else")?);
        if let Some(condition) = self.child(keywords, "if")? {
            rules.push(Rule::If { condition, then, otherwise });
        }
        Ok(())
    }

    fn reference(&mut self, keywords: &Keywords<'v, '_>, reference: &str) -> Result<At, SchemaError> {
        let outside = || {
            keywords.error("$ref", format!("{reference:?} leads out of the schema; only `#/…` and `Entity` are taken"))
        };
        let fragment = reference.strip_prefix('#').ok_or_else(outside)?;
        let pointer = percent_decoded(fragment);
        if !pointer.is_empty() && !pointer.starts_with('/') {
            return Err(outside());
        }
        let target = self.root.pointer(&pointer);
        let target = target.ok_or_else(|| keywords.error("$ref", format!("there is nothing at {reference}")))?;
        self.schema(pointer, target)
    }

    fn items(&mut self, keywords: &Keywords<'v, '_>, rules: &mut Vec<Rule>) -> Result<(), SchemaError> {
        keywords.counts("minItems", "maxItems", |min, max| Rule::ItemCount { min, max }, rules)?;
        if keywords.flag("uniqueItems")? {
            rules.push(Rule::Unique);
        }
        let tuple = keywords.map.get("items").is_some_and(Value::is_array);
        let (first, rest) = if tuple { ("items", "additionalItems") } else { ("prefixItems", "items") };
        let (first, rest) = (self.children(keywords, first)?, self.child(keywords, rest)?);
        if !first.is_empty() || rest.is_some() {
            rules.push(Rule::Items { first, rest });
        }
        let (min, max) = (keywords.count("minContains")?.unwrap_or(1), keywords.count("maxContains")?);
        if let Some(schema) = self.child(keywords, "contains")? {
            rules.push(Rule::Contains { schema, min, max: max.unwrap_or(usize::MAX) });
        }
        Ok(())
    }

    fn members(&mut self, keywords: &Keywords<'v, '_>, rules: &mut Vec<Rule>) -> Result<(), SchemaError> {
        keywords.counts("minProperties", "maxProperties", |min, max| Rule::PropertyCount { min, max }, rules)?;
        if let Some(names) = keywords.names("required", keywords.map.get("required"))? {
            rules.push(Rule::Required(names));
        }
        self.dependencies(keywords, rules)?;
        rules.extend(self.child(keywords, "propertyNames")?.map(Rule::Names));
        let named = self.schema_map(keywords, "properties")?;
        let mut patterns = Vec::new();
        for (text, at) in self.schema_map(keywords, "patternProperties")? {
            let place = format!("{}/{}", keywords.place("patternProperties"), escaped(&text));
            patterns.push((self.pattern(&text, place)?, at));
        }
        let others = self.child(keywords, "additionalProperties")?;
        if !named.is_empty() || !patterns.is_empty() || others.is_some() {
            let places = named.iter().cloned().collect();
            rules.push(Rule::Properties(Properties { named, places, patterns, others }));
        }
        Ok(())
    }

    fn dependencies(&mut self, keywords: &Keywords<'v, '_>, rules: &mut Vec<Rule>) -> Result<(), SchemaError> {
        let mut required = Vec::new();
        let mut schemas = self.schema_map(keywords, "dependentSchemas")?;
        for name in ["dependentRequired", "dependencies"] {
            let Some(value) = keywords.map.get(name) else { continue };
            let map = value.as_object().ok_or_else(|| keywords.wrong(name, "an object"))?;
            for (key, value) in map {
                if value.is_array() || name == "dependentRequired" {
                    let names = keywords.names(&format!("{name}/{}", escaped(key)), Some(value))?;
                    required.push((key.clone(), names.unwrap_or_default()));
                } else {
                    let place = format!("{}/{}", keywords.place(name), escaped(key));
                    schemas.push((key.clone(), self.schema(place, value)?));
                }
            }
        }
        if !required.is_empty() {
            rules.push(Rule::DependentRequired(required));
        }
        if !schemas.is_empty() {
            rules.push(Rule::DependentSchemas(schemas));
        }
        Ok(())
    }

    /// Refuses schemas that refer to themselves for the same value: no value could ever be judged.
    fn refuse_circles(&self) -> Result<(), SchemaError> {
        // 0: not seen, 1: above us, 2: done. A stack of (node, next edge) instead of recursion.
        let mut state = vec![0_u8; self.nodes.len()];
        for start in 0..self.nodes.len() {
            let mut stack = vec![(start, 0)];
            while let Some((at, edge)) = stack.pop() {
                if edge == 0 && state[at] == 2 {
                    continue;
                }
                state[at] = 1;
                match in_place(&self.nodes[at]).get(edge) {
                    None => state[at] = 2,
                    Some(next) if state[*next] == 1 => {
                        let place = self.places.iter().find(|(_, number)| **number == at);
                        let pointer = place.map(|(pointer, _)| pointer.clone()).unwrap_or_default();
                        let message = "it refers to itself without going deeper into the value".to_owned();
                        return Err(SchemaError { pointer, message });
                    }
                    Some(next) => stack.extend([(at, edge + 1), (*next, 0)]),
                }
            }
        }
        Ok(())
    }
}

/// The subschemas that judge the same value as this one.
fn in_place(node: &Node) -> Vec<At> {
    let Node::Rules(rules) = node else { return Vec::new() };
    rules
        .iter()
        .flat_map(|rule| match rule {
            Rule::Reference(at) | Rule::Not(at) => vec![*at],
            Rule::All(all) | Rule::Any(all) | Rule::One(all) => all.clone(),
            Rule::If { condition, then, otherwise } => {
                [Some(*condition), *then, *otherwise].into_iter().flatten().collect()
            }
            Rule::DependentSchemas(all) => all.iter().map(|(_, at)| *at).collect(),
            _ => Vec::new(),
        })
        .collect()
}

/// The keywords of one subschema.
struct Keywords<'v, 'p> {
    map: &'v Map<String, Value>,
    pointer: &'p str,
}

impl<'v> Keywords<'v, '_> {
    fn place(&self, name: &str) -> String {
        format!("{}/{}", self.pointer, name)
    }

    fn error(&self, name: &str, message: String) -> SchemaError {
        SchemaError { pointer: self.place(name), message }
    }

    fn wrong(&self, name: &str, expected: &str) -> SchemaError {
        self.error(name, format!("must be {expected}"))
    }

    fn check_known(&self) -> Result<(), SchemaError> {
        for (name, value) in self.map {
            let known = [&DEMANDS[..], &MEMBERS, &NOTES].iter().any(|names| names.contains(&name.as_str()));
            if name == "$id" && !self.pointer.is_empty() {
                return Err(self.error(name, "only the whole schema may have an id".to_owned()));
            }
            if !known && !name.starts_with("x-") {
                let message = format!("{name:?} is not a keyword that we know; `x-` begins those of your own");
                return Err(self.error(&escaped(name), message));
            }
            if matches!(name.as_str(), "title" | "description" | "$comment") && !value.is_string() {
                return Err(self.wrong(name, "a string"));
            }
        }
        Ok(())
    }

    fn text(&self, name: &str) -> Result<Option<&'v str>, SchemaError> {
        let value = self.map.get(name);
        value.map(|value| value.as_str().ok_or_else(|| self.wrong(name, "a string"))).transpose()
    }

    fn flag(&self, name: &str) -> Result<bool, SchemaError> {
        let value = self.map.get(name);
        Ok(value.map(|value| value.as_bool().ok_or_else(|| self.wrong(name, "true or false"))).transpose()?
            == Some(true))
    }

    fn count(&self, name: &str) -> Result<Option<usize>, SchemaError> {
        let Some(value) = self.map.get(name) else { return Ok(None) };
        let whole = value.as_f64().filter(|number| *number >= 0.0 && number.fract() == 0.0 && *number <= 1e15);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, positive and small")]
        whole.map(|number| Some(number as usize)).ok_or_else(|| self.wrong(name, "a whole number that is not negative"))
    }

    fn counts(
        &self,
        min: &str,
        max: &str,
        rule: impl FnOnce(usize, usize) -> Rule,
        rules: &mut Vec<Rule>,
    ) -> Result<(), SchemaError> {
        match (self.count(min)?, self.count(max)?) {
            (None, None) => {}
            (min, max) => rules.push(rule(min.unwrap_or_default(), max.unwrap_or(usize::MAX))),
        }
        Ok(())
    }

    fn names(&self, name: &str, value: Option<&Value>) -> Result<Option<Vec<String>>, SchemaError> {
        let Some(value) = value else { return Ok(None) };
        let texts = value.as_array().and_then(|items| {
            items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<Vec<String>>>()
        });
        texts.map(Some).ok_or_else(|| self.wrong(name, "a list of strings"))
    }

    /// Type, constants and numbers.
    fn simple(&self, rules: &mut Vec<Rule>) -> Result<(), SchemaError> {
        if let Some(value) = self.map.get("type") {
            let names = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
            let kinds: Option<Vec<Kind>> = names
                .iter()
                .map(|name| Kind::ALL.into_iter().find(|kind| name.as_str() == Some(kind.name())))
                .collect();
            let known = kinds.filter(|kinds| !kinds.is_empty());
            let all = || Kind::ALL.map(Kind::name).join(", ");
            rules.push(Rule::Type(known.ok_or_else(|| self.wrong("type", &format!("one or more of {}", all())))?));
        }
        if let Some(value) = self.map.get("enum") {
            let values = value.as_array().filter(|values| !values.is_empty());
            rules.push(Rule::Enum(values.ok_or_else(|| self.wrong("enum", "a list, not empty"))?.clone()));
        }
        rules.extend(self.map.get("const").map(|value| Rule::Const(value.clone())));
        for (name, comparison) in BOUNDS {
            if let Some(value) = self.map.get(name) {
                let limit = value.as_f64().ok_or_else(|| self.wrong(name, "a number"))?;
                rules.push(Rule::Bound { comparison, limit });
            }
        }
        if let Some(value) = self.map.get("multipleOf") {
            let step = value.as_f64().filter(|step| *step > 0.0);
            rules.push(Rule::MultipleOf(step.ok_or_else(|| self.wrong("multipleOf", "a number above 0"))?));
        }
        Ok(())
    }
}
