//! The secret `backstageToken`, which every run of the real scaffolder has.
//!
//! There it is the credential of whoever started the run, in reach of every template. Here it opens nothing: a text
//! that is different in each run and no credential anywhere, so that templates which look at it or test for it render
//! as they do there. What a template needs is granted to it by name.

use serde_json::{Map, Value, json};
use uuid::Uuid;

/// The name under which templates know it.
const NAME: &str = "backstageToken";

/// The secrets of a run, with this one at the end.
pub fn add(secrets: &mut Map<String, Value>) {
    secrets.shift_remove(NAME);
    secrets.insert(NAME.to_owned(), json!(format!("no-credential-{}", Uuid::new_v4().simple())));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stands_last_and_is_never_the_same() {
        let mut secrets = Map::from_iter([(NAME.to_owned(), json!("sent along")), ("a".to_owned(), json!("b"))]);
        add(&mut secrets);
        let first = secrets[NAME].clone();
        add(&mut secrets);
        assert_eq!(secrets.keys().map(String::as_str).collect::<Vec<_>>(), ["a", NAME]);
        assert!(first != "sent along" && first != secrets[NAME]);
    }
}
