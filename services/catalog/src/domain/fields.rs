//! `fields=`: which parts of an entity to send.

use serde_json::{Map, Value};

/// The paths to keep. Empty means: whole entities.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields(Vec<String>);

impl Fields {
    /// Takes the paths as given, trimmed; empty ones are dropped.
    ///
    /// # Errors
    /// Backstage's message when a path indexes into an array.
    pub fn new<'a>(paths: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let paths: Vec<String> =
            paths.into_iter().map(str::trim).filter(|path| !path.is_empty()).map(str::to_owned).collect();
        if paths.len() > MAX_PATHS || paths.iter().any(|path| path.len() > MAX_PATH) {
            return Err(format!("There can be {MAX_PATHS} fields of {MAX_PATH} characters"));
        }
        match paths.iter().find(|path| path.contains('[')) {
            Some(path) => Err(format!("Invalid field \"{path}\", array type fields are not supported")),
            None => Ok(Self(paths)),
        }
    }

    /// Whether whole entities are wanted.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.0.is_empty()
    }

    /// What is left of the entity; paths that it does not have are left out.
    #[must_use]
    pub fn project(&self, entity: &Value) -> Value {
        let mut out = Value::Object(Map::new());
        for path in &self.0 {
            if let Some((keys, value)) = resolve(entity, path, &mut { MAX_STEPS }) {
                insert(&mut out, &keys, value);
            }
        }
        out
    }
}

/// Keys that are looked up for one path. A path with many dots, and an entity made for it, have more ways to be read than
/// anyone can count.
const MAX_STEPS: usize = 2_000;
/// Longer paths than entities have, in bytes.
const MAX_PATH: usize = 2_000;
/// Paths in one request.
const MAX_PATHS: usize = 1_000;

/// Follows a dotted path; where a key itself contains dots, the longest key that exists wins.
fn resolve<'e, 'p>(value: &'e Value, path: &'p str, steps: &mut usize) -> Option<(Vec<&'p str>, &'e Value)> {
    let object = value.as_object()?;
    if let Some(found) = object.get(path) {
        return Some((vec![path], found));
    }
    let dots = path.char_indices().filter(|(_, c)| *c == '.').map(|(i, _)| i).collect::<Vec<_>>();
    for dot in dots.into_iter().rev() {
        *steps = steps.checked_sub(1)?;
        let (key, rest) = (&path[..dot], &path[dot + 1..]);
        if let Some(child) = object.get(key)
            && let Some((mut keys, found)) = resolve(child, rest, steps)
        {
            keys.insert(0, key);
            return Some((keys, found));
        }
    }
    None
}

fn insert(out: &mut Value, keys: &[&str], value: &Value) {
    let (Some(object), Some((key, rest))) = (out.as_object_mut(), keys.split_first()) else { return };
    if rest.is_empty() {
        object.insert((*key).to_owned(), value.clone());
    } else {
        insert(object.entry(*key).or_insert_with(|| Value::Object(Map::new())), rest, value);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    fn projected(entity: &Value, fields: &[&str]) -> Value {
        Fields::new(fields.iter().copied()).unwrap().project(entity)
    }

    #[test]
    fn keys_with_dots_are_found_greedily() {
        let entity = json!({"metadata": {"annotations": {"a.io/on.call": "x", "a": {"io/on": 1}}}});
        assert_eq!(
            projected(&entity, &["metadata.annotations.a.io/on.call"]),
            json!({"metadata": {"annotations": {"a.io/on.call": "x"}}})
        );
    }

    #[test]
    fn what_the_entity_lacks_is_left_out_and_null_is_kept() {
        let entity = json!({"kind": "A", "spec": {"n": null, "list": [{"a": 1}]}});
        assert_eq!(projected(&entity, &["KIND", "spec.list.a"]), json!({}));
        assert_eq!(projected(&entity, &["spec.n", "nope.deep"]), json!({"spec": {"n": null}}));
    }

    #[test]
    fn a_parent_and_its_child_give_the_parent() {
        let entity = json!({"metadata": {"name": "a", "title": "b"}});
        assert_eq!(projected(&entity, &["metadata", "metadata.name"]), entity);
    }
}
