//! What publishing a document would change: for whom, and which permission.

use crate::verdict::{Applied, Verdict, judge};
use crate::{Document, Role};
use std::collections::{BTreeSet, HashMap};

/// Somebody whose permissions are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Their built-in role.
    pub role: String,
    /// Their own entity, and the groups they are in.
    pub refs: Vec<String>,
}

/// One permission of one person before and after.
#[derive(Debug, Clone, PartialEq)]
pub struct Flip {
    /// Index of the person in the list that was given.
    pub subject: usize,
    /// The permission's name.
    pub permission: String,
    /// Under the document that holds.
    pub before: Verdict,
    /// Under the new one.
    pub after: Verdict,
}

/// A document, by subject: what applies to somebody is found without walking all of its roles.
#[derive(Debug)]
pub struct Bound<'d> {
    by_subject: HashMap<&'d str, Vec<usize>>,
    document: &'d Document,
}

impl<'d> Bound<'d> {
    /// Sorts a document by subject.
    #[must_use]
    pub fn new(document: &'d Document) -> Self {
        let mut by_subject: HashMap<&str, Vec<usize>> = HashMap::new();
        for (i, role) in document.roles.iter().enumerate() {
            for subject in &role.subjects {
                by_subject.entry(subject).or_default().push(i);
            }
        }
        Self { by_subject, document }
    }

    /// Every rule that applies to them, with the role it is from, in the document's order per subject.
    #[must_use]
    pub fn of(&self, subject: &Subject) -> Vec<(&'d str, Applied<'d>)> {
        let names: BTreeSet<&str> = subject.refs.iter().map(String::as_str).chain([subject.role.as_str()]).collect();
        let mut applied = Vec::new();
        for name in names {
            let Some((name, roles)) = self.by_subject.get_key_value(name) else { continue };
            for role in roles.iter().filter_map(|i| self.document.roles.get(*i)) {
                let rules = role.rules.iter().map(|rule| (role.name.as_str(), Applied { subject: name, rule }));
                applied.extend(rules);
            }
        }
        applied
    }
}

/// Every permission of every one of these people that would change, in their order, then by name.
#[must_use]
pub fn flips(before: &Document, after: &Document, subjects: &[Subject]) -> Vec<Flip> {
    let (before, after) = (Bound::new(before), Bound::new(after));
    let mut found = Vec::new();
    for (index, subject) in subjects.iter().enumerate() {
        let Some(role) = Role::named(&subject.role) else { continue };
        let (old, new) = (before.of(subject), after.of(subject));
        let names: BTreeSet<&str> = old.iter().chain(&new).map(|(_, one)| one.rule.permission.as_str()).collect();
        for name in names {
            let verdict = |rules: &[(&str, Applied<'_>)]| judge(role, name, rules.iter().map(|(_, one)| *one));
            let (before, after) = (verdict(&old), verdict(&new));
            if before != after {
                found.push(Flip { subject: index, permission: name.to_owned(), before, after });
            }
        }
    }
    found
}
