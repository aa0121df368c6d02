//! Which values of a configuration browsers see, and which are secrets that stand there in clear.

use super::judge::{Judgement, Mark, Mistake, Visibility};
use super::scalar::refers;
use super::{below, judge};
use serde_json::{Map, Value};

/// What a secret is told that was typed in.
const IN_CLEAR: &str = "This is a secret, and everybody who may see plugins can read it here. Add it under Secrets, grant it to this \
     plugin, and refer to it: ${{ secrets.NAME }}.";

/// The part of a configuration that a schema marks for browsers; `None` when there is nothing. A value that refers to a
/// secret is not in it.
#[must_use]
pub fn frontend_part(schema: &Value, config: &Value) -> Option<Value> {
    let judgement = judge(schema, config);
    if judgement.unfinished {
        return None;
    }
    let part = Filter { judgement: &judgement }.part(config, "", Visibility::Backend)?;
    part.as_object().is_some_and(|map| !map.is_empty()).then_some(part)
}

/// Values that are marked as secrets and stand in the configuration themselves.
#[must_use]
pub fn plain_secrets(judgement: &Judgement, config: &Value) -> Vec<Mistake> {
    let mut found = Vec::new();
    Filter { judgement }.secrets(config, "", "", Visibility::Backend, &mut found);
    found
}

struct Filter<'j> {
    judgement: &'j Judgement,
}

impl Filter<'_> {
    fn mark(&self, at: &str) -> Mark {
        self.judgement.marks.get(at).copied().unwrap_or_default()
    }

    /// Who sees the value at `at`, and who sees what is below it unless that says otherwise.
    fn visibility(&self, at: &str, inherited: Visibility) -> (Visibility, Visibility) {
        let Mark { own, deep } = self.mark(at);
        // What is secret with all that is in it stays so.
        if inherited == Visibility::Secret {
            return (inherited, inherited);
        }
        (own.unwrap_or(inherited), deep.unwrap_or(inherited))
    }

    /// Where the marks of a list's item are: an item with nothing inside is as visible as the list, unless it has its own.
    fn item_place(&self, at: &str, index: usize, item: &Value) -> String {
        let place = below(at, &index.to_string());
        if self.mark(&place).own.is_some() || item.is_object() || item.is_array() { place } else { at.to_owned() }
    }

    /// `at` is where the marks are.
    fn part(&self, value: &Value, at: &str, inherited: Visibility) -> Option<Value> {
        let (own, deep) = self.visibility(at, inherited);
        let visible = own == Visibility::Frontend;
        match value {
            Value::Null => None,
            Value::Array(items) => {
                let parts: Vec<Value> = items
                    .iter()
                    .enumerate()
                    .filter_map(|(index, item)| self.part(item, &self.item_place(at, index, item), deep))
                    .collect();
                (visible || !parts.is_empty()).then_some(Value::Array(parts))
            }
            Value::Object(map) => {
                let parts: Map<String, Value> = map
                    .iter()
                    .filter_map(|(key, value)| Some((key.clone(), self.part(value, &below(at, key), deep)?)))
                    .collect();
                (visible || !parts.is_empty()).then_some(Value::Object(parts))
            }
            scalar => (visible && !refers(scalar)).then(|| scalar.clone()),
        }
    }

    fn secrets(&self, value: &Value, at: &str, path: &str, inherited: Visibility, found: &mut Vec<Mistake>) {
        let (own, deep) = self.visibility(at, inherited);
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    let place = self.item_place(at, index, item);
                    self.secrets(item, &place, &below(path, &index.to_string()), deep, found);
                }
            }
            Value::Object(map) => {
                for (key, value) in map {
                    self.secrets(value, &below(at, key), &below(path, key), deep, found);
                }
            }
            Value::Null | Value::Bool(_) => {}
            scalar => {
                let empty = scalar.as_str().is_some_and(str::is_empty);
                if own == Visibility::Secret && !empty && !refers(scalar) {
                    found.push(Mistake { pointer: path.to_owned(), text: IN_CLEAR.to_owned() });
                }
            }
        }
    }
}
