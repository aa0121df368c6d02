//! The CSV files of Backstage's RBAC plugin: `p, role:default/x, catalog-entity, read, allow` and
//! `g, user:default/jane, role:default/x`.
//!
//! A file is read as a whole or not at all; each mistake is told with its line.

use authz::{CustomRole, Document, Effect, PolicyRule};
use std::collections::BTreeMap;

/// Lines of one file.
const MAX_LINES: usize = 50_000;
/// Mistakes that are told at once.
const MAX_PROBLEMS: usize = 20;

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineProblem {
    /// Counted from 1.
    pub line: usize,
    /// A sentence.
    pub problem: String,
}

/// Reads a file.
///
/// # Errors
/// The first mistakes, each with its line.
pub fn read(text: &str) -> Result<Document, Vec<LineProblem>> {
    let mut reading = Reading::default();
    for (i, line) in text.lines().enumerate() {
        let line_no = i + 1;
        if line_no > MAX_LINES {
            reading.wrong(line_no, format!("A file may have {MAX_LINES} lines."));
            break;
        }
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Err(problem) = reading.line(line) {
            reading.wrong(line_no, problem);
        }
        if reading.problems.len() >= MAX_PROBLEMS {
            break;
        }
    }
    if reading.problems.is_empty() {
        Ok(Document { roles: reading.roles.into_values().collect() })
    } else {
        Err(reading.problems)
    }
}

#[derive(Default)]
struct Reading {
    roles: BTreeMap<String, CustomRole>,
    problems: Vec<LineProblem>,
}

impl Reading {
    fn wrong(&mut self, line: usize, problem: String) {
        self.problems.push(LineProblem { line, problem });
    }

    fn line(&mut self, line: &str) -> Result<(), String> {
        let fields: Vec<&str> = line.split(',').map(|field| field.trim().trim_matches('"').trim()).collect();
        match fields[..] {
            ["p", role, what, action, effect] => self.rule(role, what, action, effect),
            ["p", ..] => {
                Err("A permission is written p, ROLE, PERMISSION or RESOURCE TYPE, ACTION, allow or deny.".into())
            }
            ["g", subject, role] => self.binding(subject, role),
            ["g", ..] => Err("A member of a role is written g, USER or GROUP, ROLE.".into()),
            _ => Err(format!("A line begins with p or g, not \"{}\".", fields.first().copied().unwrap_or_default())),
        }
    }

    fn rule(&mut self, role: &str, what: &str, action: &str, effect: &str) -> Result<(), String> {
        let effect = match effect.to_ascii_lowercase().as_str() {
            "allow" => Effect::Allow,
            "deny" => Effect::Deny,
            other => return Err(format!("The effect is allow or deny, not \"{other}\".")),
        };
        let permissions = permissions(what, action)?;
        let role = self.role(role)?;
        for permission in permissions {
            let rule = PolicyRule { permission: permission.to_owned(), effect, condition: None };
            judged(&role.name, vec![rule.clone()], vec![])?;
            if !role.rules.contains(&rule) {
                role.rules.push(rule);
            }
        }
        Ok(())
    }

    fn binding(&mut self, subject: &str, role: &str) -> Result<(), String> {
        let subject = subject.to_lowercase();
        if !subject.starts_with("user:") && !subject.starts_with("group:") {
            return Err(format!("\"{subject}\" is neither a user nor a group. Roles cannot be put into roles."));
        }
        let role = self.role(role)?;
        judged(&role.name, vec![], vec![subject.clone()])?;
        if !role.subjects.contains(&subject) {
            role.subjects.push(subject);
        }
        Ok(())
    }

    fn role(&mut self, entity_ref: &str) -> Result<&mut CustomRole, String> {
        let name = entity_ref.to_lowercase();
        let path = name
            .strip_prefix("role:")
            .ok_or_else(|| format!("\"{entity_ref}\" is no role such as role:default/team-a."))?;
        let name = match path.split_once('/') {
            Some(("default", name)) => name.to_owned(),
            Some((namespace, name)) => format!("{namespace}.{name}"),
            None => path.to_owned(),
        };
        let name: String = name.chars().map(|c| if c.is_whitespace() { '-' } else { c }).collect();
        let new = || CustomRole { name: name.clone(), description: String::new(), rules: vec![], subjects: vec![] };
        Ok(self.roles.entry(name.clone()).or_insert_with(new))
    }
}

/// What a role with only this line in it would be refused for.
fn judged(name: &str, rules: Vec<PolicyRule>, subjects: Vec<String>) -> Result<(), String> {
    let role = CustomRole { name: name.to_owned(), description: String::new(), rules, subjects };
    let problems = Document { roles: vec![role] }.problems();
    problems.into_values().next().map_or(Ok(()), Err)
}

/// A permission by its name, or those of a resource type and an action.
fn permissions<'t>(what: &'t str, action: &str) -> Result<Vec<&'t str>, String> {
    if what.contains('.') {
        return Ok(vec![what]);
    }
    let names: &[&str] = match (what, action.to_ascii_lowercase().as_str()) {
        ("catalog-entity", "read") => &["catalog.entity.read"],
        ("catalog-entity", "create") => &["catalog.entity.create"],
        ("catalog-entity", "update") => &["catalog.entity.refresh"],
        ("catalog-entity", "delete") => &["catalog.entity.delete"],
        ("scaffolder-template", "read") => &["scaffolder.template.parameter.read", "scaffolder.template.step.read"],
        ("scaffolder-action", "use") => &["scaffolder.action.execute"],
        ("policy-entity", "read") => &["tenant.policy.read"],
        ("policy-entity", "create" | "update" | "delete") => &["tenant.policy.update"],
        ("catalog-entity" | "scaffolder-template" | "scaffolder-action" | "policy-entity", action) => {
            return Err(format!("{what} has no action \"{action}\"."));
        }
        _ => {
            return Err(format!(
                "\"{what}\" is no resource type known here. Write the permission's name instead, such as catalog.entity.read."
            ));
        }
    };
    Ok(names.to_vec())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_file_as_backstage_users_have_it_becomes_roles() {
        let text = "# from rbac-policy.csv\n\
            p, role:default/team-a, catalog-entity, read, allow\n\
            p, role:default/team-a, \"catalog.location.create\", create, allow\n\
            p,role:ops/deleters,catalog-entity,delete,deny\n\n\
            g, user:default/Jane, role:default/team-a\n\
            g, group:default/ops, role:ops/deleters\r\n\
            g, group:default/ops, role:ops/deleters\n";
        let document = read(text).unwrap();
        assert!(document.problems().is_empty(), "{:?}", document.problems());
        let names: Vec<_> = document.roles.iter().map(|role| role.name.as_str()).collect();
        assert_eq!(names, ["ops.deleters", "team-a"]);
        assert_eq!(document.roles[0].subjects, ["group:default/ops"]);
        assert_eq!(document.roles[0].rules[0].effect, Effect::Deny);
        let held: Vec<_> = document.roles[1].rules.iter().map(|rule| rule.permission.as_str()).collect();
        assert_eq!(held, ["catalog.entity.read", "catalog.location.create"]);
    }

    #[test]
    fn each_mistake_is_told_with_its_line() {
        let text = "p, role:default/a, catalog-entity, read, allow\n\
            p, role:default/a, catalog-entity, fly, allow\n\
            p, role:default/a, unknown-thing, read, allow\n\
            p, role:default/a, catalog-entity, read, perhaps\n\
            p, role:default/a, catalog-entity, read\n\
            g, role:default/a, role:default/b\n\
            g, user:default/jane, group:default/b\n\
            hello\n";
        let problems = read(text).unwrap_err();
        assert_eq!(problems.iter().map(|one| one.line).collect::<Vec<_>>(), [2, 3, 4, 5, 6, 7, 8]);
    }
}
