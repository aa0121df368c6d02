//! Holds what a run brought against what its case expects.
//!
//! Pure: files that an expectation refers to are given along.

use super::suite::{Case, FileExpectation};
use serde_json::Value;
use std::collections::BTreeMap;

/// What a run brought.
#[derive(Debug, Default)]
pub struct Outcome {
    /// In what it failed.
    pub error: Option<String>,
    /// What the form found wrong with the values, as sentences.
    pub findings: Vec<String>,
    /// Files of the workspace.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Of the template.
    pub output: Value,
    /// How steps ended, by id.
    pub steps: BTreeMap<String, String>,
    /// Calls of recorded actions with their inputs.
    pub calls: Vec<(String, Value)>,
    /// Lines of the log, without colours.
    pub log: Vec<String>,
}

/// An expectation that is not met.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Unmet {
    /// Its place in the case: `/expect/files/README.md`.
    pub pointer: String,
    /// What is different, in plain words; several lines where texts are compared.
    pub message: String,
}

fn unmet(pointer: impl Into<String>, message: impl Into<String>) -> Unmet {
    Unmet { pointer: pointer.into(), message: message.into() }
}

/// Everything that is not as expected. `beside` has the files that expectations refer to.
#[must_use]
pub fn judge(case: &Case, outcome: &Outcome, beside: &BTreeMap<String, Vec<u8>>) -> Vec<Unmet> {
    let mut found = Vec::new();
    endings(case, outcome, &mut found);
    if !outcome.findings.is_empty() {
        return found;
    }
    files(case, outcome, beside, &mut found);
    for (name, expected) in &case.expect.output {
        let place = format!("/expect/output/{}", escaped(name));
        match outcome.output.get(name) {
            None => found.push(unmet(place, format!("The template has no output {name}"))),
            Some(value) if !same(value, expected) => {
                found.push(unmet(place, format!("The output {name} is {value}, expected {expected}")));
            }
            Some(_) => {}
        }
    }
    for (id, expected) in &case.expect.steps {
        let ended = outcome.steps.get(id).map_or("not there", String::as_str);
        if ended != expected {
            found.push(unmet(
                format!("/expect/steps/{}", escaped(id)),
                format!("The step {id} is {ended}, expected {expected}"),
            ));
        }
    }
    calls(case, outcome, &mut found);
    for (index, text) in case.expect.log.iter().enumerate() {
        if !outcome.log.iter().any(|line| line.contains(text)) {
            found.push(unmet(format!("/expect/log/{index}"), format!("No line of the log holds {text:?}")));
        }
    }
    found
}

fn endings(case: &Case, outcome: &Outcome, found: &mut Vec<Unmet>) {
    match (&case.expect.invalid, outcome.findings.as_slice()) {
        (None, []) => {}
        (None, findings) => {
            found.push(unmet("/values", format!("The form refuses the values: {}", findings.join("; "))));
        }
        (Some(text), []) => {
            found.push(unmet("/expect/invalid", format!("The form takes the values, expected to hear {text:?}")));
        }
        (Some(text), findings) => {
            if !findings.iter().any(|finding| finding.contains(text)) {
                let said = findings.join("; ");
                found.push(unmet("/expect/invalid", format!("The form says {said:?}, expected to hear {text:?}")));
            }
        }
    }
    match (&case.expect.error, &outcome.error) {
        (None, Some(error)) => found.push(unmet("", format!("The run failed: {error}"))),
        (Some(text), None) if outcome.findings.is_empty() => {
            found.push(unmet("/expect/error", format!("The run succeeded, expected it to fail with {text:?}")));
        }
        (Some(text), Some(error)) if !error.contains(text) => {
            found.push(unmet("/expect/error", format!("The run failed with {error:?}, expected {text:?}")));
        }
        _ => {}
    }
}

fn files(case: &Case, outcome: &Outcome, beside: &BTreeMap<String, Vec<u8>>, found: &mut Vec<Unmet>) {
    for (path, expected) in &case.expect.files {
        let place = format!("/expect/files/{}", escaped(path));
        let bytes = outcome.files.get(path);
        match (expected, bytes) {
            (None, None) => {}
            (None, Some(_)) => found.push(unmet(place, format!("There is a file {path}, expected none"))),
            (Some(_), None) => {
                let near = outcome.files.keys().take(20).cloned().collect::<Vec<_>>().join(", ");
                let there =
                    if near.is_empty() { "the workspace is empty".to_owned() } else { format!("there are: {near}") };
                found.push(unmet(place, format!("There is no file {path}; {there}")));
            }
            (Some(expected), Some(bytes)) => {
                if let Some(message) = difference(path, expected, bytes, beside) {
                    found.push(unmet(place, message));
                }
            }
        }
    }
    if case.expect.only_these_files {
        let others: Vec<_> =
            outcome.files.keys().filter(|path| !case.expect.files.contains_key(*path)).map(String::as_str).collect();
        if !others.is_empty() {
            found.push(unmet("/expect/onlyTheseFiles", format!("There are other files: {}", others.join(", "))));
        }
    }
}

fn difference(
    path: &str,
    expected: &FileExpectation,
    bytes: &[u8],
    beside: &BTreeMap<String, Vec<u8>>,
) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    match expected {
        FileExpectation::Text(wanted) => compared(path, wanted, &text),
        FileExpectation::Same { matches } => match beside.get(matches) {
            None => Some(format!("The file {matches} that {path} should be like is not there")),
            Some(wanted) if wanted == bytes => None,
            Some(wanted) => compared(path, &String::from_utf8_lossy(wanted), &text)
                .or_else(|| Some(format!("{path} differs from {matches} in bytes that are no text"))),
        },
        FileExpectation::Contains { contains } => {
            let missing: Vec<_> = contains.iter().filter(|wanted| !text.contains(wanted)).collect();
            (!missing.is_empty()).then(|| format!("{path} does not contain {missing:?}"))
        }
    }
}

/// Lines that are shown before and after a difference.
const AROUND: usize = 2;
/// Different lines that are shown of each side.
const SHOWN: usize = 12;

/// The first difference of two texts with the lines around it, as people know it from `diff`.
fn compared(path: &str, wanted: &str, got: &str) -> Option<String> {
    if wanted == got {
        return None;
    }
    let (left, right): (Vec<&str>, Vec<&str>) = (wanted.split('\n').collect(), got.split('\n').collect());
    let same = left.iter().zip(&right).take_while(|(a, b)| a == b).count();
    let tail = left[same..].iter().rev().zip(right[same..].iter().rev()).take_while(|(a, b)| a == b).count();
    let mut lines = vec![format!("{path} differs from line {} on (- expected, + got):", same + 1)];
    let shown = |lines: &mut Vec<String>, sign: char, part: &[&str]| {
        lines.extend(part.iter().take(SHOWN).map(|line| format!("  {sign} {line}")));
        if part.len() > SHOWN {
            lines.push(format!("  {sign} … {} more lines", part.len() - SHOWN));
        }
    };
    shown(&mut lines, ' ', &left[same.saturating_sub(AROUND)..same]);
    shown(&mut lines, '-', &left[same..left.len() - tail]);
    shown(&mut lines, '+', &right[same..right.len() - tail]);
    let after = &left[left.len() - tail..];
    shown(&mut lines, ' ', &after[..after.len().min(AROUND)]);
    Some(lines.join("\n"))
}

fn calls(case: &Case, outcome: &Outcome, found: &mut Vec<Unmet>) {
    let Some(expected) = &case.expect.calls else { return };
    let made = outcome.calls.iter().map(|(action, _)| action.as_str()).collect::<Vec<_>>().join(", ");
    if expected.len() != outcome.calls.len() {
        let message = format!("{} calls are expected, {} were made: {made}", expected.len(), outcome.calls.len());
        found.push(unmet("/expect/calls", message));
    }
    for (index, (wanted, (action, input))) in expected.iter().zip(&outcome.calls).enumerate() {
        let place = format!("/expect/calls/{index}");
        if wanted.action != *action {
            found.push(unmet(place, format!("The call is one of {action}, expected {}", wanted.action)));
        } else if let Some(part) = &wanted.input
            && !holds(input, part)
        {
            found.push(unmet(place, format!("{action} was called with {input}, expected at least {part}")));
        }
    }
}

/// Whether a value has everything that `part` has: objects may have more members, lists may not.
#[must_use]
pub fn holds(value: &Value, part: &Value) -> bool {
    match (value, part) {
        (Value::Object(value), Value::Object(part)) => {
            part.iter().all(|(key, part)| value.get(key).is_some_and(|value| holds(value, part)))
        }
        (Value::Array(value), Value::Array(part)) => {
            value.len() == part.len() && value.iter().zip(part).all(|(value, part)| holds(value, part))
        }
        _ => same(value, part),
    }
}

/// Equal, where 1 and 1.0 are the same number.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, value)| b.get(key).is_some_and(|other| same(value, other)))
        }
        _ => a == b,
    }
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::domain::suite::Suite;
    use serde_json::json;

    fn case(expect: &str) -> Case {
        Suite::read(&format!("cases:\n  - name: c\n    expect: {expect}\n")).unwrap().cases.remove(0)
    }

    fn outcome() -> Outcome {
        Outcome {
            files: BTreeMap::from([("a.txt".to_owned(), b"one\ntwo\nthree\n".to_vec())]),
            output: json!({"n": 1}),
            steps: BTreeMap::from([("s".to_owned(), "completed".to_owned())]),
            calls: vec![("publish:github".to_owned(), json!({"repo": "r", "deep": {"a": 1, "b": 2}}))],
            log: vec!["hello there".to_owned()],
            ..Outcome::default()
        }
    }

    fn said(expect: &str) -> Vec<String> {
        judge(&case(expect), &outcome(), &BTreeMap::new()).into_iter().map(|unmet| unmet.message).collect()
    }

    #[test]
    fn what_is_as_expected_says_nothing() {
        for expect in [
            "{}",
            "{files: {a.txt: \"one\\ntwo\\nthree\\n\", b.txt: null}, onlyTheseFiles: true}",
            "{files: {a.txt: {contains: [one, two]}}}",
            "{output: {n: 1.0}, steps: {s: completed}, log: [hello]}",
            "{calls: [{action: publish:github, input: {deep: {a: 1}}}]}",
        ] {
            assert_eq!(said(expect), Vec::<String>::new(), "{expect}");
        }
    }

    #[test]
    fn what_is_not_is_said_plainly() {
        for (expect, message) in [
            ("{files: {b.txt: x}}", "There is no file b.txt; there are: a.txt"),
            ("{files: {a.txt: null}}", "There is a file a.txt, expected none"),
            ("{files: {a.txt: {contains: four}}}", "a.txt does not contain [\"four\"]"),
            ("{files: {}, onlyTheseFiles: true}", "There are other files: a.txt"),
            ("{output: {n: 2}}", "The output n is 1, expected 2"),
            ("{output: {m: 2}}", "The template has no output m"),
            ("{steps: {s: failed}}", "The step s is completed, expected failed"),
            ("{error: boom}", "The run succeeded, expected it to fail with \"boom\""),
            ("{invalid: name}", "The form takes the values, expected to hear \"name\""),
            ("{calls: []}", "0 calls are expected, 1 were made: publish:github"),
            ("{calls: [{action: x}]}", "The call is one of publish:github, expected x"),
            ("{log: [bye]}", "No line of the log holds \"bye\""),
        ] {
            assert_eq!(said(expect), [message], "{expect}");
        }
    }

    #[test]
    fn texts_are_compared_line_by_line() {
        let said = said("{files: {a.txt: \"one\\n2\\nthree\\n\"}}");
        assert_eq!(
            said[0],
            "a.txt differs from line 2 on (- expected, + got):\n    one\n  - 2\n  + two\n    three\n    "
        );
    }
}
