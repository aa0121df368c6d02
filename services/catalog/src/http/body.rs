//! JSON bodies, with the complaints of Backstage's OpenAPI validator.

use super::params::not_allowed;
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, header};
use kernel::{Error, Result};
use serde_json::{Map, Value};

/// A JSON object and where it stands in the request.
#[derive(Debug, Clone)]
pub struct Object {
    path: String,
    map: Map<String, Value>,
}

/// Values that a large body may hold for each of its entities; most have less than half of it.
const NODES_PER_ENTITY: usize = 150;

/// The bytes of a JSON body that may be larger than most.
///
/// # Errors
/// `Input` when it is of another media type, `PayloadTooLarge` beyond `max` bytes.
pub async fn large(headers: &HeaderMap, body: Body, max: usize) -> Result<Bytes> {
    check_media_type(headers)?;
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    let too_large = || Error::too_large(format!("The request is larger than {} MB", max >> 20));
    if announced.is_some_and(|length| length > max) {
        return Err(too_large());
    }
    axum::body::to_bytes(body, max).await.map_err(|error| too_large().with_source(error))
}

/// Reads a large body that is to hold up to so many entities.
///
/// # Errors
/// `Input` when it is no JSON, or holds far more.
pub fn parse_large(bytes: &Bytes, entities: usize) -> Result<Value> {
    model::json::parse_within(bytes, entities * NODES_PER_ENTITY)
        .map_err(|error| Error::input(format!("The body is not JSON: {error}")))
}

fn check_media_type(headers: &HeaderMap) -> Result<()> {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = media_type.map(|text| text.split(';').next().unwrap_or_default().trim().to_lowercase());
    match essence.as_deref() {
        Some("application/json") => Ok(()),
        _ => Err(Error::input(format!("unsupported media type {}", media_type.unwrap_or("undefined")))),
    }
}

impl Object {
    /// Reads a body that must be a JSON object.
    ///
    /// # Errors
    /// `Input` when it is of another media type, no JSON or no object.
    pub fn read(headers: &HeaderMap, body: &Bytes) -> Result<Self> {
        check_media_type(headers)?;
        if body.windows(6).any(|window| window == b"\\u0000") {
            return Err(Error::input("request/body must not contain null characters"));
        }
        match model::json::parse(body) {
            Ok(Value::Object(map)) => Ok(Self { path: "request/body".into(), map }),
            Ok(_) => Err(Error::input("request/body must be object")),
            Err(error) => Err(Error::input(format!("The body is not JSON: {error}"))),
        }
    }

    /// As [`read`](Self::read); no body at all is an empty object.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_optional(headers: &HeaderMap, body: &Bytes) -> Result<Self> {
        if body.is_empty() {
            return Ok(Self { path: "request/body".into(), map: Map::new() });
        }
        Self::read(headers, body)
    }

    fn wrong(&self, name: &str, expected: &str) -> Error {
        Error::input(format!("{}/{name} must be {expected}", self.path))
    }

    /// All of it.
    #[must_use]
    pub fn into_map(self) -> Map<String, Value> {
        self.map
    }

    /// The value of a key, if there is one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.map.get(name)
    }

    /// The value of a key that must be there.
    ///
    /// # Errors
    /// `Input` when it is not.
    pub fn required(&self, name: &str) -> Result<&Value> {
        let missing = || Error::input(format!("{} must have required property '{name}'", self.path));
        self.map.get(name).ok_or_else(missing)
    }

    /// A text that must be there.
    ///
    /// # Errors
    /// `Input` when it is not, or is no text.
    pub fn text(&self, name: &str) -> Result<&str> {
        self.required(name)?.as_str().ok_or_else(|| self.wrong(name, "string"))
    }

    /// A text, if it is there.
    ///
    /// # Errors
    /// `Input` when it is no text.
    pub fn optional_text(&self, name: &str) -> Result<Option<&str>> {
        self.get(name).map(|value| value.as_str().ok_or_else(|| self.wrong(name, "string"))).transpose()
    }

    /// An object that must be there.
    ///
    /// # Errors
    /// `Input` when it is not, or is no object.
    pub fn object(&self, name: &str) -> Result<Self> {
        match self.required(name)? {
            Value::Object(map) => Ok(Self { path: format!("{}/{name}", self.path), map: map.clone() }),
            _ => Err(self.wrong(name, "object")),
        }
    }

    /// An object, if it is there.
    ///
    /// # Errors
    /// `Input` when it is no object.
    pub fn optional_object(&self, name: &str) -> Result<Option<Self>> {
        self.get(name).is_some().then(|| self.object(name)).transpose()
    }

    /// A list, if it is there.
    ///
    /// # Errors
    /// `Input` when it is no list.
    pub fn optional_list(&self, name: &str) -> Result<Option<&Vec<Value>>> {
        self.get(name).map(|value| value.as_array().ok_or_else(|| self.wrong(name, "array"))).transpose()
    }

    /// A list of texts, if it is there.
    ///
    /// # Errors
    /// `Input` when it is something else.
    pub fn optional_texts(&self, name: &str) -> Result<Option<Vec<String>>> {
        let Some(items) = self.optional_list(name)? else { return Ok(None) };
        let text = |(i, item): (usize, &Value)| {
            item.as_str().map(str::to_owned).ok_or_else(|| self.wrong(&format!("{name}/{i}"), "string"))
        };
        items.iter().enumerate().map(text).collect::<Result<_>>().map(Some)
    }

    /// A list of texts that must be there.
    ///
    /// # Errors
    /// `Input` when it is not, or is something else.
    pub fn texts(&self, name: &str) -> Result<Vec<String>> {
        self.required(name)?;
        Ok(self.optional_texts(name)?.unwrap_or_default())
    }

    /// The objects in a list, if it is there.
    ///
    /// # Errors
    /// `Input` when it is something else.
    pub fn optional_objects(&self, name: &str) -> Result<Vec<Self>> {
        let items = self.optional_list(name)?.map(Vec::as_slice).unwrap_or_default();
        items
            .iter()
            .enumerate()
            .map(|(i, item)| match item {
                Value::Object(map) => Ok(Self { path: format!("{}/{name}/{i}", self.path), map: map.clone() }),
                _ => Err(self.wrong(&format!("{name}/{i}"), "object")),
            })
            .collect()
    }

    /// A whole number that is not negative, if it is there.
    ///
    /// # Errors
    /// `Input` when it is something else.
    pub fn optional_count(&self, name: &str) -> Result<Option<i64>> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Number(number)) => match number.as_i64() {
                Some(count) if count >= 0 => Ok(Some(count)),
                _ => Err(self.wrong(name, "a whole number that is >= 0")),
            },
            Some(_) => Err(self.wrong(name, "number")),
        }
    }

    /// One of these words, if it is there.
    ///
    /// # Errors
    /// `Input` when it is another one.
    pub fn optional_choice(&self, name: &str, words: &[&'static str]) -> Result<Option<&'static str>> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let place = self.path.trim_start_matches("request/");
        let found = words.iter().find(|word| value.as_str() == Some(**word)).copied();
        found.map(Some).ok_or_else(|| not_allowed(place, name, words))
    }

    /// Refuses keys other than these.
    ///
    /// # Errors
    /// `Input` when there is another one.
    pub fn only(&self, names: &[&str]) -> Result<()> {
        if self.map.keys().all(|key| names.contains(&key.as_str())) {
            return Ok(());
        }
        Err(Error::input(format!("{} must NOT have additional properties", self.path)))
    }
}
