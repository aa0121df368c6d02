//! Query parameters, with the complaints of Backstage's OpenAPI validator.

use kernel::{Error, Result};
use url::form_urlencoded;

/// The parameters of one request. `name[]` and `name[0]` count as `name`.
#[derive(Debug, Clone, Default)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// Reads a query string that may hold only parameters of these names, none of them empty.
    ///
    /// # Errors
    /// `Input` for another name or an empty value.
    pub fn parse(query: Option<&str>, known: &[&str]) -> Result<Self> {
        let mut params = Vec::new();
        for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            let plain = name.split_once('[').map_or(&*name, |(plain, _)| plain);
            if !known.contains(&plain) {
                return Err(Error::input(format!("Unknown query parameter '{plain}'")));
            }
            if value.is_empty() {
                return Err(Error::input(format!("Empty value found for query parameter '{plain}'")));
            }
            if value.contains('\0') {
                return Err(Error::input(format!("request/query/{plain} must not contain null characters")));
            }
            params.push((plain.to_owned(), value.into_owned()));
        }
        Ok(Self(params))
    }

    /// Every value of a parameter.
    #[must_use]
    pub fn all(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| value.clone()).collect()
    }

    /// The first value of a parameter.
    #[must_use]
    pub fn one(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Every value, split at commas.
    #[must_use]
    pub fn list(&self, name: &str) -> Vec<String> {
        self.all(name).iter().flat_map(|value| value.split(',')).map(str::to_owned).collect()
    }

    /// A whole number that is not negative.
    ///
    /// # Errors
    /// `Input` when it is something else, or given twice.
    pub fn count(&self, name: &str) -> Result<Option<i64>> {
        let values = self.all(name);
        let [value] = values.as_slice() else {
            return if values.is_empty() { Ok(None) } else { Err(not_integer(name)) };
        };
        match value.trim().parse::<i64>() {
            Ok(number) if number >= 0 => Ok(Some(number)),
            Ok(_) => Err(Error::input(format!("request/query/{name} must be >= 0"))),
            Err(_) => Err(not_integer(name)),
        }
    }

    /// One of these words.
    ///
    /// # Errors
    /// `Input` when it is another one.
    pub fn choice(&self, name: &str, words: &[&'static str]) -> Result<Option<&'static str>> {
        let Some(value) = self.one(name) else { return Ok(None) };
        words.iter().find(|word| **word == value).copied().map(Some).ok_or_else(|| not_allowed("query", name, words))
    }
}

fn not_integer(name: &str) -> Error {
    Error::input(format!("request/query/{name} must be integer"))
}

/// The complaint about a word that is not one of those allowed.
#[must_use]
pub fn not_allowed(place: &str, name: &str, words: &[&str]) -> Error {
    let words = words.join(", ");
    Error::input(format!("request/{place}/{name} must be equal to one of the allowed values: {words}"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn brackets_repeat_a_parameter() {
        let params = Params::parse(Some("filter[0]=a&filter[]=b&filter=c+d"), &["filter"]).unwrap();
        assert_eq!(params.all("filter"), ["a", "b", "c d"]);
    }

    #[test]
    fn what_is_unknown_empty_or_no_number_is_refused() {
        for (query, complaint) in [
            ("nope=1", "Unknown query parameter 'nope'"),
            ("limit=", "Empty value found for query parameter 'limit'"),
            ("limit=x", "request/query/limit must be integer"),
            ("limit=1&limit=2", "request/query/limit must be integer"),
            ("limit=-1", "request/query/limit must be >= 0"),
        ] {
            let refused = Params::parse(Some(query), &["limit"]).and_then(|params| params.count("limit"));
            assert_eq!(refused.unwrap_err().message, complaint);
        }
    }
}
