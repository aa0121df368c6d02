//! Request bodies and queries, checked and refused in the words of the real one's OpenAPI validator.

use super::json_fault::fault;
use axum::extract::Request;
use http::{HeaderMap, header};
use kernel::{Error, Result};
use serde_json::{Map, Value};

/// The largest body; generous, since a dry run sends a whole template along.
const MAX_BYTES: usize = 10 << 20;

/// What a property of a body must be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// A text.
    Text,
    /// An object.
    Object,
    /// An object of texts.
    Texts,
    /// A list of objects, of which these fields are texts where they are there.
    Objects(&'static [&'static str]),
}

/// A property of a body: its name, what it must be, whether it must be there.
pub(super) type Property = (&'static str, Kind, bool);

/// Reads a JSON object with these properties. No body at all is an empty object.
///
/// # Errors
/// `InputError` in the words of the real one; 413 when it is too large.
pub(super) async fn read(request: Request, properties: &[Property]) -> Result<Map<String, Value>> {
    let body = object(request, false).await?;
    check(&body, properties)?;
    Ok(body)
}

/// The same for a route that may be called without a body, whatever its media type would be.
///
/// # Errors
/// As [`read`].
pub(super) async fn read_optional(request: Request, properties: &[Property]) -> Result<Map<String, Value>> {
    let body = object(request, true).await?;
    check(&body, properties)?;
    Ok(body)
}

async fn object(request: Request, optional: bool) -> Result<Map<String, Value>> {
    let media_type = media_type(request.headers());
    let bytes = axum::body::to_bytes(request.into_body(), MAX_BYTES)
        .await
        .map_err(|_| Error::too_large(format!("The request is larger than {} MiB", MAX_BYTES >> 20)))?;
    if optional && media_type.is_none() && bytes.is_empty() {
        return Ok(Map::new());
    }
    let (name, charset) = media_type.unwrap_or_else(|| ("undefined".to_owned(), None));
    if name != "application/json" {
        return Err(Error::input(format!("unsupported media type {name}")));
    }
    if let Some(charset) = charset.filter(|charset| charset != "UTF-8") {
        return Err(Error::input(format!("unsupported charset \"{charset}\"")));
    }
    if bytes.is_empty() {
        return Ok(Map::new());
    }
    let text = String::from_utf8_lossy(&bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let body: Value = match serde_json::from_str(text) {
        Ok(body @ (Value::Object(_) | Value::Array(_))) => body,
        Ok(_) => return Err(Error::input(fault(text).unwrap_or_default())),
        Err(error) => return Err(Error::input(fault(text).unwrap_or_else(|| error.to_string()))),
    };
    match body {
        Value::Object(body) => Ok(body),
        _ => Err(Error::input("request/body must be object")),
    }
}

/// The media type in small letters and its charset in capitals.
fn media_type(headers: &HeaderMap) -> Option<(String, Option<String>)> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let mut parts = value.split(';').map(str::trim);
    let name = parts.next()?.to_ascii_lowercase();
    let charset = parts.find_map(|part| {
        let (key, value) = part.split_once('=')?;
        key.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"').to_ascii_uppercase())
    });
    (!name.is_empty()).then_some((name, charset))
}

fn check(body: &Map<String, Value>, properties: &[Property]) -> Result<()> {
    for (name, _, needed) in properties {
        if *needed && !body.contains_key(*name) {
            return Err(Error::input(format!("request/body must have required property '{name}'")));
        }
    }
    for (name, kind, _) in properties {
        if let Some(value) = body.get(*name) {
            check_property(name, *kind, value)?;
        }
    }
    Ok(())
}

fn check_property(name: &str, kind: Kind, value: &Value) -> Result<()> {
    let wrong = |place: String, what: &str| Err(Error::input(format!("request/body/{name}{place} must be {what}")));
    match (kind, value) {
        (Kind::Text, Value::String(_)) | (Kind::Object, Value::Object(_)) => Ok(()),
        (Kind::Texts, Value::Object(map)) => match map.iter().find(|(_, value)| !value.is_string()) {
            Some((key, _)) => wrong(format!("/{key}"), "string"),
            None => Ok(()),
        },
        (Kind::Objects(texts), Value::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                if !item.is_object() {
                    return wrong(format!("/{index}"), "object");
                }
                if let Some(field) =
                    texts.iter().find(|field| item.get(**field).is_some_and(|value| !value.is_string()))
                {
                    return wrong(format!("/{index}/{field}"), "string");
                }
            }
            Ok(())
        }
        (Kind::Text, _) => wrong(String::new(), "string"),
        (Kind::Object | Kind::Texts, _) => wrong(String::new(), "object"),
        (Kind::Objects(_), _) => wrong(String::new(), "array"),
    }
}

/// A parameter of a query.
#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) name: String,
    values: Vec<String>,
    shape: Shape,
}

/// How a parameter was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// `name=value`, once.
    Single,
    /// `name[]=value`, `name[0]=value`, or more than once.
    List,
    /// `name[key]=value`.
    Object,
}

impl Parameter {
    /// Its values, of a parameter that is a list.
    ///
    /// # Errors
    /// `InputError` when it was written as an object.
    pub(super) fn texts(self) -> Result<Vec<String>> {
        match self.shape {
            Shape::Object => Err(Error::input(format!("request/query/{}/0 must be string", self.name))),
            _ => Ok(self.values),
        }
    }

    /// Its value, of a parameter that is a whole number.
    ///
    /// # Errors
    /// `InputError` when it is none, or several.
    pub(super) fn whole(&self) -> Result<f64> {
        let number = self.values.first().filter(|_| self.shape == Shape::Single).and_then(|value| integer(value));
        number.ok_or_else(|| Error::input(format!("request/query/{} must be integer", self.name)))
    }
}

/// The parameters of a query, as the package `qs` takes them apart.
///
/// # Errors
/// `InputError` for a name that the route does not know, and for an empty value.
pub(super) fn query(query: Option<&str>, known: &[&str]) -> Result<Vec<Parameter>> {
    let mut parameters: Vec<Parameter> = Vec::new();
    for (key, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        let (name, inside) = match key.split_once('[').map(|(name, rest)| (name, rest.split_once(']'))) {
            Some((name, Some((inside, _)))) if !name.is_empty() => (name, Some(inside)),
            _ => (&*key, None),
        };
        let shape = match inside {
            None => Shape::Single,
            Some(inside) if inside.bytes().all(|byte| byte.is_ascii_digit()) => Shape::List,
            Some(_) => Shape::Object,
        };
        match parameters.iter_mut().find(|parameter| parameter.name == name) {
            Some(before) => {
                before.values.push(value.into_owned());
                if before.shape != Shape::Object {
                    before.shape = if shape == Shape::Object { shape } else { Shape::List };
                }
            }
            None => parameters.push(Parameter { name: name.to_owned(), values: vec![value.into_owned()], shape }),
        }
    }
    for Parameter { name, values, shape } in &parameters {
        if !known.contains(&name.as_str()) {
            return Err(Error::input(format!("Unknown query parameter '{name}'")));
        }
        if *shape == Shape::Single && values.iter().all(String::is_empty) {
            return Err(Error::input(format!("Empty value found for query parameter '{name}'")));
        }
    }
    Ok(parameters)
}

/// A whole number of a query, as JavaScript reads one: blanks around it, a sign, a base and an exponent are fine.
fn integer(text: &str) -> Option<f64> {
    let (given, text) = (text, text.trim());
    if text.is_empty() {
        return (!given.is_empty()).then_some(0.0);
    }
    let radix = |prefix: &str, radix| {
        let digits = text.strip_prefix(prefix).or_else(|| text.strip_prefix(&prefix.to_uppercase()))?;
        u64::from_str_radix(digits, radix).ok().map(|number| number as f64)
    };
    let number = radix("0x", 16)
        .or_else(|| radix("0o", 8))
        .or_else(|| radix("0b", 2))
        .or_else(|| text.chars().all(|c| c.is_ascii_digit() || "+-.eE".contains(c)).then(|| text.parse().ok())?)?;
    (number.is_finite() && number.fract() == 0.0).then_some(number)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    fn refused(body: Value) -> String {
        let properties = [
            ("templateRef", Kind::Text, true),
            ("secrets", Kind::Texts, false),
            ("files", Kind::Objects(&["path"]), false),
        ];
        check(body.as_object().unwrap(), &properties).unwrap_err().message
    }

    #[test]
    fn what_is_wrong_with_a_body_is_named() {
        assert_eq!(refused(json!({})), "request/body must have required property 'templateRef'");
        assert_eq!(refused(json!({"templateRef": 5})), "request/body/templateRef must be string");
        assert_eq!(refused(json!({"templateRef": "t", "secrets": null})), "request/body/secrets must be object");
        assert_eq!(refused(json!({"templateRef": "t", "secrets": {"a": 1}})), "request/body/secrets/a must be string");
        assert_eq!(refused(json!({"templateRef": "t", "files": [{}, 1]})), "request/body/files/1 must be object");
        let files = json!({"templateRef": "t", "files": [{"path": 1}]});
        assert_eq!(refused(files), "request/body/files/0/path must be string");
    }

    #[test]
    fn a_query_is_held_against_the_names_that_are_known() {
        let known = ["limit", "order"];
        let refused = |text: &str| query(Some(text), &known).unwrap_err().message;
        for text in ["x=1", "x[]=1", "x[y]=", "x", "order=a&x=1"] {
            assert_eq!(refused(text), "Unknown query parameter 'x'", "{text}");
        }
        assert_eq!(refused("limit=&x=1"), "Empty value found for query parameter 'limit'");
        assert_eq!(refused("order"), "Empty value found for query parameter 'order'");
        let order = |text: &str| query(Some(text), &known).unwrap().remove(0).texts();
        for text in ["order[]=a&order=b", "order=a&order=b", "order[0]=a&order[1]=b", "order[]x=a&order=b"] {
            assert_eq!(order(text).unwrap(), ["a", "b"], "{text}");
        }
        assert_eq!(order("order[]=").unwrap(), [""]);
        assert_eq!(order("order[a]=b").unwrap_err().message, "request/query/order/0 must be string");
        let limit = |text: &str| query(Some(text), &known).unwrap()[0].whole();
        assert_eq!(limit("limit=%20").unwrap(), 0.0);
        for text in ["limit[]=1", "limit=1&limit=1", "limit[a]=1", "limit=x", "limit[]="] {
            assert_eq!(limit(text).unwrap_err().message, "request/query/limit must be integer", "{text}");
        }
    }

    #[test]
    fn whole_numbers_are_javascripts() {
        for (text, number) in [("5", 5.0), (" 1", 1.0), ("+1", 1.0), ("1e3", 1000.0), ("0x10", 16.0), ("-5", -5.0)] {
            assert_eq!(integer(text), Some(number), "{text}");
        }
        for text in ["1.5", "abc", "", "1 2", "inf", "NaN", "true"] {
            assert_eq!(integer(text), None, "{text}");
        }
    }
}
