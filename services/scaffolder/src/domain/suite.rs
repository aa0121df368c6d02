//! `template.test.yaml`: what a template is tried with, and what should come of it. See docs/templates.md.
//!
//! Owns the reading of such files: each mistake is said with its line. Nothing here runs anything.

use model::yaml::{Limits, Start, locate, parse};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The usual name of such a file.
pub const FILE_NAME: &str = "template.test.yaml";
/// Cases in one file.
const MAX_CASES: usize = 200;

/// A file of cases.
#[derive(Debug)]
pub struct Suite {
    /// The template, relative to the file.
    pub template: String,
    /// In the order of the file.
    pub cases: Vec<Case>,
    text: String,
    start: Start,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default = "beside")]
    template: String,
    cases: Vec<Value>,
}

fn beside() -> String {
    "template.yaml".to_owned()
}

/// One run of the template.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Case {
    /// What it is about.
    pub name: String,
    /// What somebody fills into the form.
    #[serde(default)]
    pub values: Map<String, Value>,
    /// By name.
    #[serde(default)]
    pub secrets: BTreeMap<String, String>,
    /// Who starts it.
    #[serde(default)]
    pub user: Option<User>,
    /// What the catalog knows.
    #[serde(default)]
    pub entities: Vec<Value>,
    /// What is at web addresses: the text, or `{file: …}` or `{folder: …}` beside the test file.
    #[serde(default)]
    pub urls: BTreeMap<String, Content>,
    /// Recorded answers, by action.
    #[serde(default)]
    pub actions: BTreeMap<String, Vec<Answer>>,
    /// What should come of it.
    #[serde(default)]
    pub expect: Expectation,
}

/// Who starts a run.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// For example `user:default/jane`.
    #[serde(rename = "ref")]
    pub entity_ref: String,
    /// The User entity.
    #[serde(default)]
    pub entity: Option<Value>,
}

/// What is at a web address.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Content {
    /// A file with this text.
    Text(String),
    /// A file beside the test file.
    File {
        /// Its path.
        file: String,
    },
    /// A folder beside the test file.
    Folder {
        /// Its path.
        folder: String,
    },
}

/// What an action answered once.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The answer counts for inputs that hold this; for every input when it is not given.
    #[serde(default)]
    pub input: Option<Value>,
    /// What following steps see.
    #[serde(default)]
    pub output: Map<String, Value>,
    /// It failed with these words instead.
    #[serde(default)]
    pub error: Option<String>,
}

/// What should come of a run. What is not mentioned may be anything.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Expectation {
    /// It fails, and says this.
    #[serde(default)]
    pub error: Option<String>,
    /// The form refuses the values, with a finding that holds this.
    #[serde(default)]
    pub invalid: Option<String>,
    /// Files of the workspace: their text, `{contains: …}`, `{matches: a file beside the test file}`, or null for none.
    #[serde(default)]
    pub files: BTreeMap<String, Option<FileExpectation>>,
    /// No other files than these are there.
    #[serde(default)]
    pub only_these_files: bool,
    /// Outputs of the template.
    #[serde(default)]
    pub output: Map<String, Value>,
    /// How steps ended, by id: `completed`, `failed`, `skipped`.
    #[serde(default)]
    pub steps: BTreeMap<String, String>,
    /// The calls of recorded actions, in their order.
    #[serde(default)]
    pub calls: Option<Vec<Call>>,
    /// Texts that some line of the log holds.
    #[serde(default)]
    pub log: Vec<String>,
}

/// What a file should be.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum FileExpectation {
    /// Exactly this.
    Text(String),
    /// All of these somewhere in it.
    Contains {
        /// One text or several.
        contains: Texts,
    },
    /// The same as a file beside the test file.
    Same {
        /// Its path.
        matches: String,
    },
}

/// One text or several.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Texts {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

impl Texts {
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        match self {
            Self::One(text) => std::slice::from_ref(text).iter(),
            Self::Several(texts) => texts.iter(),
        }
        .map(String::as_str)
    }
}

/// A call of a recorded action.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// Its id.
    pub action: String,
    /// What its input holds at least.
    #[serde(default)]
    pub input: Option<Value>,
}

/// What is wrong with a file, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Counted from 1; none where the file as a whole is meant.
    pub line: Option<usize>,
    /// In plain words.
    pub message: String,
}

impl Suite {
    /// Reads a file.
    ///
    /// # Errors
    /// The first thing that is wrong in it.
    pub fn read(text: &str) -> Result<Self, Mistake> {
        let documents = parse(text, &Limits::default())
            .map_err(|error| Mistake { line: error.position.map(|at| at.line), message: error.message })?;
        let [document] = documents.as_slice() else {
            let message = format!("One document is expected in a test file, {} are there", documents.len());
            return Err(Mistake { line: None, message });
        };
        let start = document.start;
        let at = |pointer: &str, message: String| Mistake {
            line: locate(text, start, pointer).map(|position| position.line),
            message,
        };
        let read: Document =
            serde_json::from_value(document.value.clone()).map_err(|error| at("", error.to_string()))?;
        if read.cases.is_empty() || read.cases.len() > MAX_CASES {
            return Err(at(
                "/cases",
                format!("Between 1 and {MAX_CASES} cases are expected, {} are there", read.cases.len()),
            ));
        }
        let mut cases = Vec::with_capacity(read.cases.len());
        for (index, value) in read.cases.into_iter().enumerate() {
            let place = format!("/cases/{index}");
            let case: Case = serde_json::from_value(value.clone()).map_err(|error| {
                let (pointer, message) = fault(&value, &error.to_string());
                at(&format!("{place}{pointer}"), message)
            })?;
            for (id, status) in &case.expect.steps {
                if !["completed", "failed", "skipped"].contains(&status.as_str()) {
                    let message = format!("A step is completed, failed or skipped, not {status}");
                    return Err(at(&format!("{place}/expect/steps/{id}"), message));
                }
            }
            cases.push(case);
        }
        Ok(Self { template: read.template, cases, text: text.to_owned(), start })
    }

    /// The line of a part of a case: `/expect/files/README.md`.
    #[must_use]
    pub fn line(&self, case: usize, pointer: &str) -> Option<usize> {
        locate(&self.text, self.start, &format!("/cases/{case}{pointer}")).map(|position| position.line)
    }
}

/// Finds the part of a case that does not fit, since the reader names a field but not its place.
fn fault(case: &Value, message: &str) -> (String, String) {
    let whole = || (String::new(), message.to_owned());
    let Some(map) = case.as_object() else { return (String::new(), "A case is a mapping".to_owned()) };
    let unknown = message.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next());
    let holds = |place: &&str| case.pointer(place).zip(unknown).is_some_and(|(value, name)| value.get(name).is_some());
    if let (Some(place), Some(name)) = (["", "/expect"].iter().copied().find(holds), unknown) {
        return (format!("{place}/{name}"), message.to_owned());
    }
    // One field after the other, with the rest left out: the one that is still refused is meant.
    for (key, value) in map {
        let alone = Map::from_iter([("name".to_owned(), Value::from("x")), (key.clone(), value.clone())]);
        if let Err(error) = serde_json::from_value::<Case>(Value::Object(alone))
            && key != "name"
        {
            return (format!("/{key}"), format!("{key}: {error}"));
        }
    }
    whole()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_file_is_read_with_all_that_it_can_say() {
        let suite = Suite::read(
            "cases:\n  - name: one\n    values: {a: 1}\n    actions:\n      publish:github:\n        - output: {url: u}\n    \
             expect:\n      files:\n        a.txt: text\n        b.txt: {contains: [x, y]}\n        c.txt: null\n      \
             steps: {p: completed}\n",
        )
        .unwrap();
        assert_eq!(suite.template, "template.yaml");
        let case = &suite.cases[0];
        assert_eq!(case.actions["publish:github"][0].output["url"], "u");
        assert!(case.expect.files["c.txt"].is_none());
        assert!(
            matches!(&case.expect.files["b.txt"], Some(FileExpectation::Contains { contains }) if contains.iter().count() == 2)
        );
        assert_eq!(suite.line(0, "/expect/files/b.txt"), Some(10));
    }

    #[test]
    fn a_mistake_is_said_with_its_line() {
        let mistake = |text: &str| Suite::read(text).unwrap_err();
        assert!(mistake("cases:\n  - name: [").line.is_some());
        assert_eq!(mistake("cases: []\n").line, Some(1));
        let unknown = mistake("cases:\n  - name: a\n    value: {}\n");
        assert_eq!(unknown.line, Some(3));
        assert!(unknown.message.contains("unknown field `value`"), "{}", unknown.message);
        let nested = mistake("cases:\n  - name: a\n    values: {}\n    expect:\n      file: {}\n");
        assert_eq!(nested.line, Some(5));
        let wrong = mistake("cases:\n  - name: a\n    secrets: {A: 1}\n");
        assert_eq!((wrong.line, wrong.message.starts_with("secrets: ")), (Some(3), true));
        let status = mistake("cases:\n  - name: a\n    expect:\n      steps:\n        x: done\n");
        assert_eq!(status.line, Some(5));
    }
}
