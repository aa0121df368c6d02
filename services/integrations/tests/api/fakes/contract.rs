//! Requests and answers against the description of an API.

use super::names;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::header::{ACCEPT, CONTENT_TYPE};
use serde_json::{Map, Value};
use std::sync::{Arc, Mutex};

/// What every operation may answer, by the hosts' pages on conditional requests, authentication and limits.
const ALWAYS: [u16; 8] = [301, 304, 401, 403, 429, 500, 502, 503];

/// A description, and what was found to differ from it.
#[derive(Clone)]
pub struct Contract {
    document: Arc<Value>,
    differences: Arc<Mutex<Vec<String>>>,
}

/// What a request asked for, by the description.
pub struct Operation {
    name: String,
    value: Value,
}

impl Contract {
    pub fn new(text: &str) -> Self {
        Self { document: Arc::new(serde_json::from_str(text).unwrap()), differences: Arc::default() }
    }

    /// Fails with everything that differed.
    pub fn assert_kept(&self) {
        let differences = self.differences.lock().unwrap();
        assert!(differences.is_empty(), "not as the host describes it:\n{}", differences.join("\n"));
    }

    fn differs(&self, text: String) {
        self.differences.lock().unwrap().push(text);
    }

    /// Finds the operation and checks parameters and media type.
    pub fn check_request(&self, request: &Request<Body>, path: &str) -> Option<Operation> {
        let method = request.method().as_str().to_lowercase();
        let found = self.document["paths"].as_object().unwrap().iter().find_map(|(template, item)| {
            let operation = item.get(&method)?;
            fits(template, path).then(|| Operation { name: format!("{method} {template}"), value: operation.clone() })
        });
        let Some(operation) = found else {
            self.differs(format!("there is no operation {method} {path}"));
            return None;
        };
        let described = operation.value["parameters"].as_array().unwrap();
        let given: Vec<(String, String)> =
            url::form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes()).into_owned().collect();
        for (name, value) in &given {
            let parameter = described.iter().find(|one| one["name"] == **name && one["in"] == "query");
            match parameter {
                Some(parameter) if !parameter_fits(&parameter["schema"], value) => {
                    self.differs(format!("{}: {name}={value} is not {}", operation.name, parameter["schema"]));
                }
                Some(_) => {}
                None => self.differs(format!("{} has no parameter {name}", operation.name)),
            }
        }
        for parameter in described.iter().filter(|one| one["in"] == "query" && one["required"] == true) {
            if !given.iter().any(|(name, _)| parameter["name"] == **name) {
                self.differs(format!("{} misses {}", operation.name, parameter["name"]));
            }
        }
        let accept = request.headers().get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or("*/*");
        if accept != "*/*" && !media_types(&operation.value).iter().any(|known| known == accept) {
            self.differs(format!("{} does not give {accept}", operation.name));
        }
        Some(operation)
    }

    /// Checks status, media type and body, which is read and put back.
    pub async fn check_response(&self, operation: Operation, response: Response) -> Response {
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 256 << 20).await.unwrap();
        let status = parts.status.as_u16();
        let described = operation.value["responses"].get(status.to_string());
        if described.is_none() && !ALWAYS.contains(&status) {
            self.differs(format!("{} never answers {status}", operation.name));
        }
        let kind = parts.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default();
        if status == 200 && !kind.is_empty() && !media_types(&operation.value).iter().any(|known| known == kind) {
            self.differs(format!("{} does not give {kind}", operation.name));
        }
        let schema = described.and_then(|described| described.get("application/json"));
        if let (Some(schema), "application/json") = (schema, kind) {
            let value: Value = serde_json::from_slice(&bytes).unwrap();
            for problem in self.problems(schema, &value, "body") {
                self.differs(format!("{} {status}: {problem}", operation.name));
            }
        }
        Response::from_parts(parts, Body::from(bytes))
    }

    /// What is wrong with a value. Properties that the schema does not know are wrong as well: a fake makes up nothing.
    fn problems(&self, schema: &Value, value: &Value, at: &str) -> Vec<String> {
        if let Some(reference) = schema["$ref"].as_str() {
            return self.problems(self.document.pointer(&reference[1..]).expect(reference), value, at);
        }
        if value.is_null() && schema["nullable"] == true {
            return Vec::new();
        }
        for word in ["oneOf", "anyOf"] {
            if let Some(choices) = schema[word].as_array() {
                let all: Vec<_> = choices.iter().map(|choice| self.problems(choice, value, at)).collect();
                return if all.iter().any(Vec::is_empty) { Vec::new() } else { all.concat() };
            }
        }
        if let Some(parts) = schema["allOf"].as_array() {
            return parts.iter().flat_map(|part| self.problems(part, value, at)).collect();
        }
        let kind_fits = match schema["type"].as_str() {
            Some("string") => value.is_string(),
            Some("integer") => value.is_i64() || value.is_u64(),
            Some("number") => value.is_number(),
            Some("boolean") => value.is_boolean(),
            Some("array") => value.is_array(),
            Some("object") => value.is_object(),
            _ => true,
        };
        if !kind_fits {
            return vec![format!("{at} is {value} and not a {}", schema["type"])];
        }
        if schema["enum"].as_array().is_some_and(|known| !known.contains(value)) {
            return vec![format!("{at} is {value} and none of {}", schema["enum"])];
        }
        match value {
            Value::Array(items) => {
                let item = |(index, item)| self.problems(&schema["items"], item, &format!("{at}[{index}]"));
                items.iter().enumerate().flat_map(item).collect()
            }
            Value::Object(members) => self.member_problems(schema, members, at),
            _ => Vec::new(),
        }
    }

    fn member_problems(&self, schema: &Value, members: &Map<String, Value>, at: &str) -> Vec<String> {
        let mut problems = Vec::new();
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !members.contains_key(name) {
                problems.push(format!("{at} misses {name}"));
            }
        }
        let Some(properties) = schema["properties"].as_object() else { return problems };
        for (name, value) in members {
            match properties.get(name) {
                Some(property) => problems.extend(self.problems(property, value, &format!("{at}.{name}"))),
                None => problems.push(format!("{at} has no {name}")),
            }
        }
        problems
    }

    /// The least value of a schema, with these members in place.
    pub fn sample(&self, schema: &str, members: &Value) -> Value {
        let mut value = self.least(&self.document["schemas"][schema]);
        for (name, member) in members.as_object().unwrap() {
            value[name] = member.clone();
        }
        value
    }

    fn least(&self, schema: &Value) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            return self.least(self.document.pointer(&reference[1..]).expect(reference));
        }
        if schema["nullable"] == true {
            return Value::Null;
        }
        if let Some(first) = schema["enum"].as_array().and_then(|known| known.first()) {
            return first.clone();
        }
        if let Some(part) = schema["allOf"].as_array().or(schema["oneOf"].as_array()).and_then(|parts| parts.first()) {
            return self.least(part);
        }
        match schema["type"].as_str() {
            Some("integer" | "number") => 0.into(),
            Some("boolean") => false.into(),
            Some("array") => Vec::<Value>::new().into(),
            Some("object") => {
                let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
                required.map(|name| (name.to_owned(), self.least(&schema["properties"][name]))).collect()
            }
            _ => "".into(),
        }
    }
}

/// Whether a path is one of a template. The last parameter may have slashes where the host says so.
fn fits(template: &str, path: &str) -> bool {
    let (wanted, given) = (names(template), names(path));
    let long = template.ends_with("/contents/{path}") || template.ends_with("/matching-refs/{ref}");
    let lengths_fit = if long { given.len() >= wanted.len() } else { given.len() == wanted.len() };
    lengths_fit && wanted.iter().zip(&given).all(|(wanted, given)| wanted.starts_with('{') || wanted == given)
}

fn parameter_fits(schema: &Value, text: &str) -> bool {
    let kind_fits = match schema["type"].as_str() {
        Some("integer") => text.parse::<i64>().is_ok(),
        Some("boolean") => matches!(text, "true" | "false"),
        _ => true,
    };
    kind_fits && schema["enum"].as_array().is_none_or(|known| known.iter().any(|one| one == text))
}

fn media_types(operation: &Value) -> Vec<String> {
    let of_answers = operation["responses"].as_object().unwrap().values().filter_map(Value::as_object);
    let in_text = operation["mediaTypes"].as_array().into_iter().flatten().filter_map(Value::as_str);
    of_answers.flat_map(|types| types.keys().cloned()).chain(in_text.map(str::to_owned)).collect()
}
