//! Filters (RFC 7644 §3.4.2.2), within bounds: so many characters, comparisons and levels, and no more.

use super::wrong;
use kernel::Result;
use serde_json::Value;

/// Longest filter.
const MAX_CHARS: usize = 2_000;
/// Deepest nesting.
const MAX_DEPTH: usize = 16;
/// Most comparisons.
const MAX_TERMS: usize = 60;

/// A name, or a name and a part of it: `userName`, `name.givenName`. In lower case, without a schema before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute(pub Vec<String>);

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Contains.
    Co,
    /// Starts with.
    Sw,
    /// Ends with.
    Ew,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
    /// Less.
    Lt,
    /// Less or equal.
    Le,
}

/// A filter.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// The attribute has a value.
    Present(Attribute),
    /// The attribute, or one of its values, compares so.
    Compare(Attribute, Operator, Value),
    /// One of the attribute's values matches as a whole: `emails[type eq "work" and value co "@"]`.
    Within(Attribute, Box<Filter>),
    /// Both.
    And(Box<Filter>, Box<Filter>),
    /// One of both.
    Or(Box<Filter>, Box<Filter>),
    /// Not.
    Not(Box<Filter>),
}

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// `Input` with `invalidFilter`, saying where.
    pub fn parse(text: &str) -> Result<Self> {
        if text.len() > MAX_CHARS {
            return Err(wrong("invalidFilter", format!("A filter has at most {MAX_CHARS} characters")));
        }
        let mut parser = Parser::new(text);
        let filter = parser.either(0)?;
        parser.blank();
        if parser.at < text.len() { Err(parser.unexpected()) } else { Ok(filter) }
    }

    /// Whether a resource matches.
    #[must_use]
    pub fn matches(&self, resource: &Value) -> bool {
        match self {
            Self::Present(attribute) => attribute.values(resource).into_iter().any(is_present),
            Self::Compare(attribute, operator, value) => {
                let exact = attribute.is_case_exact();
                let values = attribute.values(resource);
                match operator {
                    // Of several values, none may be equal.
                    Operator::Ne => !values.into_iter().any(|found| compare(found, Operator::Eq, value, exact)),
                    _ => values.into_iter().any(|found| compare(found, *operator, value, exact)),
                }
            }
            Self::Within(attribute, inner) => attribute.items(resource).into_iter().any(|found| inner.matches(found)),
            Self::And(one, other) => one.matches(resource) && other.matches(resource),
            Self::Or(one, other) => one.matches(resource) || other.matches(resource),
            Self::Not(inner) => !inner.matches(resource),
        }
    }

    /// The text that an attribute must equal, when the filter asks for nothing else.
    #[must_use]
    pub fn sole_equality(&self, name: &str) -> Option<&str> {
        match self {
            Self::Compare(attribute, Operator::Eq, Value::String(text)) if attribute.0 == [name] => Some(text),
            _ => None,
        }
    }
}

impl Attribute {
    /// The values in a resource; those of a list one by one, and of each what it is known by: `emails eq "x"` means the
    /// value of one of them.
    fn values<'a>(&self, resource: &'a Value) -> Vec<&'a Value> {
        self.items(resource).into_iter().map(|value| value.get("value").unwrap_or(value)).collect()
    }

    /// The values in a resource as they are; those of a list one by one.
    fn items<'a>(&self, resource: &'a Value) -> Vec<&'a Value> {
        self.0.iter().fold(vec![resource], |found, name| {
            let below = |value: &'a Value| value.as_object().and_then(|fields| field(fields, name));
            found.into_iter().filter_map(below).flat_map(items).collect()
        })
    }

    fn is_case_exact(&self) -> bool {
        matches!(self.0.first().map(String::as_str), Some("id" | "externalid" | "meta"))
    }
}

fn items(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        other => vec![other],
    }
}

/// A field by its name in any letter case.
pub(super) fn field<'a>(fields: &'a serde_json::Map<String, Value>, name: &str) -> Option<&'a Value> {
    fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn is_present(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        _ => true,
    }
}

fn compare(found: &Value, operator: Operator, wanted: &Value, exact: bool) -> bool {
    match (found, wanted) {
        (Value::String(found), Value::String(wanted)) => {
            let fold = |text: &str| if exact { text.to_owned() } else { text.to_lowercase() };
            let (found, wanted) = (fold(found), fold(wanted));
            match operator {
                Operator::Co => found.contains(&wanted),
                Operator::Sw => found.starts_with(&wanted),
                Operator::Ew => found.ends_with(&wanted),
                _ => ordered(operator, found.cmp(&wanted)),
            }
        }
        // Directories send booleans as texts.
        (Value::Bool(found), Value::String(wanted)) => {
            operator == Operator::Eq && wanted.eq_ignore_ascii_case(if *found { "true" } else { "false" })
        }
        (Value::Number(found), Value::Number(wanted)) => {
            let order = found.as_f64().zip(wanted.as_f64()).and_then(|(found, wanted)| found.partial_cmp(&wanted));
            order.is_some_and(|order| ordered(operator, order))
        }
        (found, wanted) => operator == Operator::Eq && found == wanted,
    }
}

fn ordered(operator: Operator, order: std::cmp::Ordering) -> bool {
    match operator {
        Operator::Eq => order.is_eq(),
        Operator::Gt => order.is_gt(),
        Operator::Ge => order.is_ge(),
        Operator::Lt => order.is_lt(),
        Operator::Le => order.is_le(),
        Operator::Ne | Operator::Co | Operator::Sw | Operator::Ew => false,
    }
}

/// Reads from left to right; every loop and every level is counted.
pub(super) struct Parser<'a> {
    text: &'a str,
    pub(super) at: usize,
    terms: usize,
}

impl<'a> Parser<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { text, at: 0, terms: 0 }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn blank(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start_matches(' ').len();
    }

    pub(super) fn unexpected(&self) -> kernel::Error {
        let place = self.text.get(..self.at).map_or(0, |before| before.chars().count()) + 1;
        wrong("invalidFilter", format!("This is not a filter that we understand, from character {place} on"))
    }

    /// Takes a sign, if it comes next.
    pub(super) fn sign(&mut self, sign: char) -> bool {
        self.blank();
        let found = self.rest().starts_with(sign);
        if found {
            self.at += sign.len_utf8();
        }
        found
    }

    /// Takes a word of the language, in any letter case, if it comes next and ends there.
    fn keyword(&mut self, word: &str) -> bool {
        self.blank();
        let rest = self.rest();
        let found = rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
            && !rest
                .get(word.len()..)
                .unwrap_or_default()
                .starts_with(|c: char| c.is_ascii_alphanumeric() || "._-:$".contains(c));
        if found {
            self.at += word.len();
        }
        found
    }

    fn either(&mut self, depth: usize) -> Result<Filter> {
        let mut filter = self.both(depth)?;
        while self.keyword("or") {
            filter = Filter::Or(Box::new(filter), Box::new(self.both(depth)?));
        }
        Ok(filter)
    }

    fn both(&mut self, depth: usize) -> Result<Filter> {
        let mut filter = self.one(depth)?;
        while self.keyword("and") {
            filter = Filter::And(Box::new(filter), Box::new(self.one(depth)?));
        }
        Ok(filter)
    }

    fn one(&mut self, depth: usize) -> Result<Filter> {
        self.terms += 1;
        if depth > MAX_DEPTH || self.terms > MAX_TERMS {
            return Err(wrong("invalidFilter", "This filter is too complicated"));
        }
        if self.keyword("not") {
            if !self.sign('(') {
                return Err(self.unexpected());
            }
            return self.grouped(depth).map(|inner| Filter::Not(Box::new(inner)));
        }
        if self.sign('(') {
            return self.grouped(depth);
        }
        let attribute = self.attribute()?;
        if self.sign('[') {
            let inner = self.either(depth + 1)?;
            return if self.sign(']') {
                Ok(Filter::Within(attribute, Box::new(inner)))
            } else {
                Err(self.unexpected())
            };
        }
        if self.keyword("pr") {
            return Ok(Filter::Present(attribute));
        }
        let operator = self.operator()?;
        Ok(Filter::Compare(attribute, operator, self.value()?))
    }

    fn grouped(&mut self, depth: usize) -> Result<Filter> {
        let inner = self.either(depth + 1)?;
        if self.sign(')') { Ok(inner) } else { Err(self.unexpected()) }
    }

    /// A filter in brackets behind an attribute, the opening one taken already.
    pub(super) fn within(&mut self) -> Result<Filter> {
        let inner = self.either(1)?;
        if self.sign(']') { Ok(inner) } else { Err(self.unexpected()) }
    }

    pub(super) fn attribute(&mut self) -> Result<Attribute> {
        self.blank();
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "._-:$".contains(c))).unwrap_or(rest.len());
        let name = rest.get(..end).unwrap_or_default();
        self.at += end;
        // The schema before the name: `urn:ietf:params:scim:schemas:core:2.0:User:userName`.
        let name = name.rsplit_once(':').map_or(name, |(_, name)| name);
        let parts: Vec<String> = name.split('.').map(str::to_ascii_lowercase).collect();
        let fine = parts.len() <= 2
            && parts.iter().all(|part| part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '$'));
        if fine { Ok(Attribute(parts)) } else { Err(self.unexpected()) }
    }

    fn operator(&mut self) -> Result<Operator> {
        use Operator::{Co, Eq, Ew, Ge, Gt, Le, Lt, Ne, Sw};
        let all = [
            ("eq", Eq),
            ("ne", Ne),
            ("co", Co),
            ("sw", Sw),
            ("ew", Ew),
            ("gt", Gt),
            ("ge", Ge),
            ("lt", Lt),
            ("le", Le),
        ];
        for (word, operator) in all {
            if self.keyword(word) {
                return Ok(operator);
            }
        }
        Err(self.unexpected())
    }

    /// A JSON text, number, boolean or null.
    fn value(&mut self) -> Result<Value> {
        self.blank();
        let rest = self.rest();
        let end = match rest.strip_prefix('"') {
            Some(inside) => {
                let mut escaped = false;
                let closing = inside.char_indices().find(|(_, c)| {
                    let closes = *c == '"' && !escaped;
                    escaped = *c == '\\' && !escaped;
                    closes
                });
                closing.map_or(rest.len(), |(at, _)| at + 2)
            }
            None => rest.find([' ', ')', ']']).unwrap_or(rest.len()),
        };
        let text = rest.get(..end).unwrap_or_default();
        let value = match text.to_ascii_lowercase().as_str() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Null,
            _ => serde_json::from_str(text).map_err(|_| self.unexpected())?,
        };
        if value.is_array() || value.is_object() {
            return Err(self.unexpected());
        }
        self.at += end;
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    fn jane() -> Value {
        json!({
            "id": "0193", "externalId": "Ext-1", "userName": "Jane@Acme.example", "active": true,
            "name": { "givenName": "Jane", "familyName": "Doe" }, "age": 7,
            "emails": [{ "value": "jane@acme.example", "type": "work", "primary": true }, { "value": "j@home.example", "type": "home" }],
            "meta": { "lastModified": "2026-11-30T09:00:00Z" }, "nickName": "",
        })
    }

    #[test]
    fn filters_match_as_the_standard_says() {
        for (text, expected) in [
            (r#"userName eq "jane@acme.EXAMPLE""#, true),
            (r#"USERNAME EQ "jane@acme.example""#, true),
            (r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "jane""#, true),
            (r#"externalId eq "ext-1""#, false),
            (r#"externalId eq "Ext-1""#, true),
            (r#"name.familyName co "o""#, true),
            (r#"name.familyName ew "x""#, false),
            (r#"userName ne "jane@acme.example""#, false),
            (r#"emails.type ne "work""#, false),
            (r#"emails eq "j@home.example""#, true),
            (r#"emails.value co "@home""#, true),
            (r#"emails[type eq "work" and value co "@home"]"#, false),
            (r#"emails[type eq "home" and value co "@home"]"#, true),
            ("active eq true", true),
            (r#"active eq "True""#, true),
            ("active eq false", false),
            ("age gt 6 and age le 7", true),
            ("age ge 8", false),
            (r#"meta.lastModified gt "2026-11-29T00:00:00Z""#, true),
            ("nickName pr", false),
            ("title pr", false),
            ("emails pr", true),
            ("not (emails pr)", false),
            (r#"title pr or userName sw "j" and active eq false"#, false),
            (r#"(title pr or userName sw "j") and active eq true"#, true),
            (r#"userName eq "a\"b\\""#, false),
            ("nothing eq null", false),
        ] {
            assert_eq!(Filter::parse(text).unwrap().matches(&jane()), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_filter_is_refused_with_the_place() {
        for text in [
            "",
            " ",
            "userName",
            "userName eq",
            "userName eq x",
            r#"userName eq "x"#,
            r#"userName is "x""#,
            "(userName pr",
            "userName pr)",
            "not userName pr",
            r#"a.b.c eq "x""#,
            r#"emails[type eq "work""#,
            "userName eq [1]",
            "1 eq 1",
            r#"userName eq "x" userName eq "y""#,
            "and",
            r#"userName eq "x" and"#,
            "\u{0}",
            "ü eq 1",
            "userName eq {}",
        ] {
            let error = Filter::parse(text).unwrap_err();
            assert_eq!(error.fields.get("scimType").map(String::as_str), Some("invalidFilter"), "{text}");
        }
    }

    #[test]
    fn nothing_costs_more_than_its_bounds() {
        let deep = format!("{}userName pr{}", "(".repeat(900), ")".repeat(900));
        let nots = format!("{}userName pr{}", "not (".repeat(300), ")".repeat(300));
        let wide = vec!["a pr"; 200].join(" or ");
        let long = format!("userName eq \"{}\"", "x".repeat(3_000));
        for text in [deep, nots, wide, long, "emails[".repeat(200)] {
            assert!(Filter::parse(&text).is_err());
        }
        assert!(Filter::parse(&vec!["a pr"; 50].join(" and ")).is_ok());
    }

    /// Random texts of the language's own pieces: none panics, and what is read is read again the same.
    #[test]
    fn random_filters_neither_panic_nor_hang() {
        let pieces = [
            "userName",
            "emails",
            ".",
            "type",
            " ",
            " eq ",
            " co ",
            " pr",
            " and ",
            " or ",
            "not ",
            "(",
            ")",
            "[",
            "]",
            "\"",
            "\\",
            "\"x\"",
            "1.5e3",
            "true",
            "null",
            "urn:a:",
            "ü",
            "\u{1f600}",
            "\u{0}",
            "-",
            "$ref",
            "value",
            "0",
            "{",
            "}",
        ];
        let mut state = 0x2545_F491_4F6C_DD1D_u64;
        let mut read = 0;
        for _ in 0..200_000 {
            let mut text = String::new();
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let mut rest = state;
            for _ in 0..(state % 12) + 1 {
                rest = rest.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let piece = usize::try_from(rest >> 33).unwrap() % pieces.len();
                text.push_str(pieces[piece]);
            }
            if let Ok(filter) = Filter::parse(&text) {
                read += 1;
                assert_eq!(Filter::parse(&text).unwrap(), filter);
                let _ = filter.matches(&jane());
            }
        }
        assert!(read > 100, "only {read} were filters");
    }
}
