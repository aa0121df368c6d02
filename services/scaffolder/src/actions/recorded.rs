//! What a test of a template knows of the world: entities, files at web addresses, answers of actions.
//!
//! Nothing that a test does not record is asked anywhere: it is an error that says what to record.

use super::{Action, Outputs, Schemas, TreeFile, all};
use crate::domain::failure::{Failure, Outcome};
use crate::domain::suite::Answer;
use crate::domain::verdict::holds;
use kernel::{EntityRef, Error, Result};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// A world that is written down.
#[derive(Debug, Default)]
pub struct Recorded {
    /// By key.
    pub entities: BTreeMap<String, Value>,
    /// Files by address.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Folders by address.
    pub folders: BTreeMap<String, Vec<TreeFile>>,
    actions: BTreeMap<String, (Action, Vec<Answer>)>,
    calls: Mutex<Vec<(String, Value)>>,
}

impl Recorded {
    /// Records what actions answer. One that we have too, or a plugin, keeps its schema, so that its input is still checked.
    pub fn set_actions(&mut self, answers: BTreeMap<String, Vec<Answer>>, of_plugins: &[Action]) {
        for (id, answers) in answers {
            let known = all().iter().chain(of_plugins).find(|action| action.id == id);
            let schema = known.map_or(Schemas { input: None, output: None }, |action| Schemas {
                input: action.schema.input.clone(),
                output: action.schema.output.clone(),
            });
            let action = Action {
                id: id.clone(),
                description: String::new(),
                examples: Value::Null,
                schema,
                supports_dry_run: true,
                at_most_once: false,
                plugin: None,
                recorded: true,
            };
            self.actions.insert(id, (action, answers));
        }
    }

    /// The action with this id, if its answers are recorded.
    #[must_use]
    pub fn action(&self, id: &str) -> Option<&Action> {
        self.actions.get(id).map(|(action, _)| action)
    }

    /// What the action answers to this input: the first answer that is for such inputs. One without any gives nothing.
    pub(super) fn replay(&self, id: &str, input: &Value) -> Outcome<Outputs> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).push((id.to_owned(), input.clone()));
        let answers = self.actions.get(id).map(|(_, answers)| answers.as_slice()).unwrap_or_default();
        let fits = |answer: &&Answer| answer.input.as_ref().is_none_or(|part| holds(input, part));
        match answers.iter().find(fits) {
            Some(Answer { error: Some(message), .. }) => Err(Failure::error(message)),
            Some(answer) => Ok(answer.output.clone()),
            None if answers.is_empty() => Ok(Outputs::new()),
            None => Err(Failure::input(format!(
                "No recorded answer of {id} is for this input: {input}. Add one under actions, or take `input` out of one"
            ))),
        }
    }

    /// The calls of recorded actions so far.
    #[must_use]
    pub fn calls(&self) -> Vec<(String, Value)> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn entity(&self, entity_ref: &EntityRef) -> Option<Value> {
        self.entities.get(&entity_ref.key()).cloned()
    }

    pub(super) fn file(&self, url: &str) -> Result<Vec<u8>> {
        self.files.get(url).cloned().ok_or_else(|| not_recorded("file", url))
    }

    pub(super) fn folder(&self, url: &str) -> Result<Vec<TreeFile>> {
        let plain = url.trim_end_matches('/');
        let found = self.folders.iter().find(|(known, _)| known.trim_end_matches('/') == plain);
        found.map(|(_, files)| files.clone()).ok_or_else(|| not_recorded("folder", url))
    }
}

fn not_recorded(what: &str, url: &str) -> Error {
    Error::unavailable(format!("The test records no {what} at '{url}': add it under urls"))
}

/// The failure of a step whose action a test neither records nor has.
pub fn unrecorded_action(id: &str) -> Failure {
    Failure::not_found(format!(
        "The test records no answer of the action {id}: add it under actions, for example {}",
        json!({id: [{"output": {}}]})
    ))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_first_answer_that_fits_is_given_and_the_call_is_kept() {
        let mut recorded = Recorded::default();
        let answer = |input: Value, output: Value| -> Answer {
            serde_json::from_value(json!({"input": input, "output": output})).unwrap()
        };
        let answers = vec![answer(json!({"a": 1}), json!({"n": 1})), answer(json!({"a": 2}), json!({"n": 2}))];
        recorded.set_actions(BTreeMap::from([("x:y".to_owned(), answers)]), &[]);
        assert_eq!(recorded.replay("x:y", &json!({"a": 2, "b": 3})).unwrap()["n"], 2);
        assert!(recorded.replay("x:y", &json!({"a": 3})).unwrap_err().message.contains("{\"a\":3}"));
        assert_eq!(recorded.calls().len(), 2);
        assert!(recorded.action("x:y").is_some_and(|action| action.recorded) && recorded.action("z").is_none());
    }
}
