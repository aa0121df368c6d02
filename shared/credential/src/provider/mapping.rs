//! From what a provider says about a person to what that means here.

use super::{Resolver, Settings};
use serde_json::{Map, Value};

const MAX_VALUES: usize = 500;
const MAX_GROUPS: usize = 200;
const MAX_ENTITY_NAME: usize = 63;

/// Why somebody cannot be found by a mail address.
pub const UNVERIFIED_MAIL: &str = "The provider does not say that the mail address is verified.";

/// What a provider said about a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims(pub Map<String, Value>);

impl Claims {
    /// A claim by its name, else by a path with dots into nested ones.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        if let Some(value) = self.0.get(name) {
            return Some(value);
        }
        let mut parts = name.split('.');
        let mut value = self.0.get(parts.next()?)?;
        for part in parts {
            value = value.get(part)?;
        }
        Some(value)
    }

    /// The values of a claim as texts: one, or those of a list.
    #[must_use]
    pub fn values(&self, name: &str) -> Vec<String> {
        match self.get(name) {
            Some(Value::Array(values)) => values.iter().take(MAX_VALUES).filter_map(text).collect(),
            Some(value) => text(value).into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// A claim that is one text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        self.get(name).and_then(text).filter(|text| !text.is_empty())
    }

    /// The mail address, whoever has checked it.
    #[must_use]
    pub fn mail(&self) -> Option<String> {
        self.text("email").map(|mail| mail.trim().to_owned())
    }

    /// Whether the provider says that it has checked the mail address. Some say so in text.
    #[must_use]
    pub fn mail_is_verified(&self) -> bool {
        matches!(self.0.get("email_verified"), Some(Value::Bool(true)))
            || self.0.get("email_verified").and_then(Value::as_str) == Some("true")
    }

    /// What to call the person.
    #[must_use]
    pub fn display_name(&self) -> Option<String> {
        ["name", "preferred_username", "login", "email"].into_iter().find_map(|name| self.text(name))
    }

    /// Adds what is not said yet.
    #[must_use]
    pub fn or(mut self, more: Self) -> Self {
        for (name, value) in more.0 {
            self.0.entry(name).or_insert(value);
        }
        self
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// Where in the catalog a person's entity is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// A User with this value at this key of the catalog's index.
    Filter {
        /// For example `spec.profile.email`.
        key: String,
        /// What it must be.
        value: String,
    },
    /// The User with this reference.
    Ref(String),
    /// Nowhere, and why.
    Impossible(String),
}

/// What the claims mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapped {
    /// The role, if the mapping gives one.
    pub role: Option<String>,
    /// References of groups.
    pub groups: Vec<String>,
    /// Where the person's entity is looked for.
    pub lookup: Lookup,
}

impl Settings {
    /// Applies the mapping.
    #[must_use]
    pub fn map(&self, claims: &Claims) -> Mapped {
        Mapped { role: self.role(claims), groups: self.groups(claims), lookup: self.lookup(claims) }
    }

    fn role(&self, claims: &Claims) -> Option<String> {
        let holds = |claim: &str, value: &str| claims.values(claim).iter().any(|said| said == value);
        let rule = self.roles.rules.iter().find(|rule| holds(&rule.claim, &rule.value));
        rule.map(|rule| rule.role.clone()).or_else(|| self.roles.otherwise.clone())
    }

    fn groups(&self, claims: &Claims) -> Vec<String> {
        let mut groups = Vec::new();
        for rule in &self.groups {
            for value in claims.values(&rule.claim) {
                if rule.value != "*" && rule.value != value {
                    continue;
                }
                let reference = group_ref(&rule.group.replace("{value}", &entity_name(&value)));
                if !groups.contains(&reference) && groups.len() < MAX_GROUPS {
                    groups.push(reference);
                }
            }
        }
        groups
    }

    fn lookup(&self, claims: &Claims) -> Lookup {
        let missing = |claim: &str| Lookup::Impossible(format!("The provider says nothing in the claim {claim}."));
        match &self.resolver {
            Resolver::Mail {} => match claims.mail() {
                None => missing("email"),
                Some(_) if !claims.mail_is_verified() => Lookup::Impossible(UNVERIFIED_MAIL.to_owned()),
                Some(value) => Lookup::Filter { key: "spec.profile.email".to_owned(), value },
            },
            Resolver::Name { claim } => match claims.text(claim) {
                None => missing(claim),
                Some(name) => Lookup::Ref(format!("user:default/{}", entity_name(&name))),
            },
            Resolver::Annotation { annotation, claim } => match claims.text(claim) {
                None => missing(claim),
                Some(value) => Lookup::Filter { key: format!("metadata.annotations.{annotation}"), value },
            },
        }
    }
}

/// A reference in its full form, lower case, as the catalog keys it.
fn group_ref(text: &str) -> String {
    let text = text.trim().to_lowercase();
    let rest = text.strip_prefix("group:").unwrap_or(&text);
    if rest.contains('/') { format!("group:{rest}") } else { format!("group:default/{rest}") }
}

/// A value as the name of an entity: other characters become hyphens, which stand singly.
fn entity_name(value: &str) -> String {
    let mut name = String::new();
    for c in value.to_lowercase().chars() {
        let c = if c.is_ascii_alphanumeric() || matches!(c, '_' | '.') { c } else { '-' };
        if c.is_ascii_alphanumeric() || name.ends_with(|last: char| last.is_ascii_alphanumeric()) {
            name.push(c);
        }
        if name.len() == MAX_ENTITY_NAME {
            break;
        }
    }
    name.trim_end_matches(['-', '_', '.']).to_owned()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::super::{GroupRule, RoleMapping, RoleRule, Unmatched};
    use super::*;
    use serde_json::json;

    fn claims(value: Value) -> Claims {
        Claims(value.as_object().unwrap().clone())
    }

    fn rule(claim: &str, value: &str, role: &str) -> RoleRule {
        RoleRule { claim: claim.into(), value: value.into(), role: role.into() }
    }

    fn settings() -> Settings {
        let rules = vec![rule("groups", "platform", "admin"), rule("realm_access.roles", "dev", "member")];
        let group =
            |value: &str, group: &str| GroupRule { claim: "groups".into(), value: value.into(), group: group.into() };
        Settings {
            scopes: vec![],
            roles: RoleMapping { rules, otherwise: None, every_sign_in: true },
            groups: vec![group("platform", "group:default/platform-team"), group("*", "{value}")],
            resolver: Resolver::Mail {},
            unmatched: Unmatched::Refuse,
            create_members: true,
            link_by_mail: false,
            accept_unverified_mail: false,
        }
    }

    #[test]
    fn the_first_rule_that_holds_gives_the_role_and_nothing_gives_more() {
        for (said, expected) in [
            (json!({ "groups": ["dev", "platform"] }), Some("admin")),
            (json!({ "groups": "platform" }), Some("admin")),
            (json!({ "realm_access": { "roles": ["dev"] } }), Some("member")),
            (json!({ "groups": ["Platform", "platform2"], "realm_access": "dev" }), None),
            (json!({ "role": "admin", "groups": { "platform": true } }), None),
            (json!({}), None),
        ] {
            assert_eq!(settings().map(&claims(said.clone())).role.as_deref(), expected, "{said}");
        }
        let mut open = settings();
        open.roles.otherwise = Some("viewer".into());
        assert_eq!(open.map(&claims(json!({}))).role.as_deref(), Some("viewer"));
    }

    #[test]
    fn groups_are_named_by_rule_or_after_the_claim_and_each_once() {
        let said = claims(json!({ "groups": ["platform", "Data & Insights", "platform"] }));
        let expected = ["group:default/platform-team", "group:default/platform", "group:default/data-insights"];
        assert_eq!(settings().map(&said).groups, expected);
    }

    #[test]
    fn an_entity_is_looked_for_by_verified_mail_only() {
        for (verified, found) in
            [(json!(true), true), (json!("true"), true), (json!(false), false), (json!(1), false), (Value::Null, false)]
        {
            let said = claims(json!({ "email": "jane@acme.example", "email_verified": verified }));
            let lookup = settings().map(&said).lookup;
            assert_eq!(matches!(lookup, Lookup::Filter { .. }), found, "{verified}");
        }
        assert_eq!(
            settings().map(&claims(json!({}))).lookup,
            Lookup::Impossible("The provider says nothing in the claim email.".into())
        );
    }

    #[test]
    fn an_entity_is_looked_for_by_name_or_annotation() {
        let mut by = settings();
        by.resolver = Resolver::Name { claim: "preferred_username".into() };
        let said = claims(json!({ "preferred_username": "Jane Doe", "sub": "0815" }));
        assert_eq!(by.map(&said).lookup, Lookup::Ref("user:default/jane-doe".into()));
        by.resolver = Resolver::Annotation { annotation: "example.com/id".into(), claim: "sub".into() };
        let expected = Lookup::Filter { key: "metadata.annotations.example.com/id".into(), value: "0815".into() };
        assert_eq!(by.map(&said).lookup, expected);
    }
}
