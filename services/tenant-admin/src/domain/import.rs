//! Roles from a text, YAML or CSV, judged as a whole: what has a mistake changes nothing.

use super::rbac_csv::{self, LineProblem};
use authz::Document;
use model::yaml::{self, Limits};
use serde_json::Value;

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Our own export.
    Yaml,
    /// The file of Backstage's RBAC plugin.
    Csv,
}

/// Reads and judges a text.
///
/// # Errors
/// Mistakes with their lines, in order.
pub fn read(text: &str, format: Format) -> Result<Document, Vec<LineProblem>> {
    match format {
        Format::Yaml => read_yaml(text),
        Format::Csv => {
            let document = rbac_csv::read(text)?;
            let problems = document.problems();
            // Each line was judged by itself; what is too much comes from many, so it has the role's name.
            let told = problems
                .iter()
                .map(|(path, problem)| LineProblem { line: 1, problem: named(&document, path, problem) });
            let told: Vec<_> = told.collect();
            if told.is_empty() { Ok(document) } else { Err(told) }
        }
    }
}

fn named(document: &Document, path: &str, problem: &str) -> String {
    let index = path.split('.').nth(1).and_then(|index| index.parse::<usize>().ok());
    match index.and_then(|index| document.roles.get(index)) {
        Some(role) => format!("{}: {problem}", role.name),
        None => problem.to_owned(),
    }
}

fn read_yaml(text: &str) -> Result<Document, Vec<LineProblem>> {
    let one = |line: usize, problem: String| vec![LineProblem { line, problem }];
    let limits = Limits { documents: 1, ..Limits::default() };
    let documents = yaml::parse(text, &limits)
        .map_err(|error| one(error.position.map_or(1, |position| position.line), error.message))?;
    let Some(found) = documents.into_iter().next() else {
        return Err(one(1, "The text is empty.".to_owned()));
    };
    let line = |path: &str| {
        let pointer = format!("/{}", path.replace('.', "/"));
        yaml::locate(text, found.start, &pointer).map_or(found.line, |position| position.line)
    };
    let document: Document = match serde_json::from_value(found.value.clone()) {
        Ok(document) => document,
        Err(error) => return Err(one(line(&culprit(&found.value)), format!("{error}."))),
    };
    let problems: Vec<_> =
        document.problems().into_iter().map(|(path, problem)| LineProblem { line: line(&path), problem }).collect();
    if problems.is_empty() { Ok(document) } else { Err(problems) }
}

/// The path of the first role or rule that cannot be read by itself.
fn culprit(value: &Value) -> String {
    let items = |value: &Value, key: &str| value[key].as_array().cloned().unwrap_or_default();
    for (i, role) in items(value, "roles").iter().enumerate() {
        for (j, rule) in items(role, "rules").iter().enumerate() {
            if serde_json::from_value::<authz::PolicyRule>(rule.clone()).is_err() {
                return format!("roles.{i}.rules.{j}");
            }
        }
        if serde_json::from_value::<authz::CustomRole>(role.clone()).is_err() {
            return format!("roles.{i}");
        }
    }
    "roles".to_owned()
}

/// Puts roles into a document: those of the same name are replaced, the others stay.
#[must_use]
pub fn merged(into: Document, new: Document) -> Document {
    let mut roles = into.roles;
    for role in new.roles {
        match roles.iter_mut().find(|known| known.name == role.name) {
            Some(known) => *known = role,
            None => roles.push(role),
        }
    }
    Document { roles }
}

/// The text that [`read`] reads back.
///
/// # Errors
/// Never in practice: a document is plain data.
pub fn to_yaml(document: &Document) -> kernel::Result<String> {
    Ok(yaml::to_text(&serde_json::to_value(document).map_err(kernel::Error::internal)?))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_exported_is_read_back() {
        let document: Document = serde_json::from_value(json!({"roles": [{"name": "a", "description": "x: \"y\"\nz",
            "subjects": ["group:default/a", "member"],
            "rules": [{"permission": "catalog.entity.read", "effect": "deny", "condition": {
                "pluginId": "catalog", "resourceType": "catalog-entity", "conditions": {"not": {
                    "rule": "IS_ENTITY_OWNER", "resourceType": "catalog-entity", "params": {"claims": ["$ownerRefs"]}}}}}]}]}))
        .unwrap();
        let text = to_yaml(&document).unwrap();
        assert_eq!(read(&text, Format::Yaml).unwrap(), document, "{text}");
    }

    #[test]
    fn a_mistake_in_yaml_is_told_with_its_line() {
        for (text, line) in [
            ("roles:\n  - name: a\n  - name: member\n", 3),
            ("roles:\n  - name: a\n    rules:\n      - permission: x\n        effect: maybe\n", 4),
            ("roles:\n  - name: a\n    colour: red\n", 2),
            ("roles:\n\t- name: a\n", 2),
            ("", 1),
        ] {
            assert_eq!(read(text, Format::Yaml).unwrap_err()[0].line, line, "{text}");
        }
    }
}
