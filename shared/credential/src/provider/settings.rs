//! What an administrator decides about a provider, beside its address and its client.

use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

const MAX_NAME: usize = 32;
const MAX_RULES: usize = 100;
const MAX_TEXT: usize = 200;
/// Names that stand for something else in addresses below `/api/auth/`.
const RESERVED: [&str; 4] = ["proscenium", "v1", "providers", "guest"];

/// Which protocol a provider speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ProviderKind)]
pub enum Kind {
    /// OpenID Connect.
    Oidc,
    /// GitHub's OAuth 2, whose people are read from its API.
    Github,
}

impl Kind {
    /// Lower-case word, as stored.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Oidc => "oidc",
            Self::Github => "github",
        }
    }

    /// The kind that was stored under this word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        [Self::Oidc, Self::Github].into_iter().find(|kind| kind.word() == word)
    }

    /// What is asked for unless an administrator asks for more.
    #[must_use]
    pub fn default_scopes(self) -> Vec<String> {
        let scopes: &[&str] = match self {
            Self::Oidc => &["openid", "profile", "email"],
            Self::Github => &["read:user", "user:email", "read:org"],
        };
        scopes.iter().map(|scope| (*scope).to_owned()).collect()
    }
}

/// Everything that decides what a person's claims mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ProviderSettings)]
pub struct Settings {
    /// Asked for at the provider; empty means the usual ones.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Which role somebody gets.
    pub roles: RoleMapping,
    /// Which groups somebody is in, beside those that the catalog knows.
    #[serde(default)]
    pub groups: Vec<GroupRule>,
    /// Which User entity somebody is.
    pub resolver: Resolver,
    /// What happens when the resolver finds no entity.
    pub unmatched: Unmatched,
    /// Whether people who are no members become some when they come in.
    pub create_members: bool,
    /// Whether a member with the same mail address is taken to be the same person, if the provider verified it.
    pub link_by_mail: bool,
    /// Whether new members may come with a mail address that the provider has not verified. Never links or matches.
    pub accept_unverified_mail: bool,
}

/// Which role a person gets: of the first rule that holds, else `otherwise`, else none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoleMapping {
    /// In order; the first that holds counts.
    #[serde(default)]
    pub rules: Vec<RoleRule>,
    /// The role of those for whom none holds; without one they do not get in.
    pub otherwise: Option<String>,
    /// Whether the role is set again at every sign-in, so that the provider has the last word.
    pub every_sign_in: bool,
}

/// Gives a role to whom a claim says this value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoleRule {
    /// A claim's name, or a path into it with dots.
    pub claim: String,
    /// The claim's value, or one of them where it is a list.
    pub value: String,
    /// Role's name.
    pub role: String,
}

/// Makes somebody a member of a group to whom a claim says this value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GroupRule {
    /// A claim's name, or a path into it with dots.
    pub claim: String,
    /// The value, or `*` for each.
    pub value: String,
    /// Reference of the group; `{value}` stands for what the claim says.
    pub group: String,
}

/// How a person's entity is found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "by", rename_all = "camelCase", deny_unknown_fields)]
pub enum Resolver {
    /// The User whose `spec.profile.email` is the person's verified mail address.
    Mail {},
    /// The User of this name.
    Name {
        /// The claim that says it.
        claim: String,
    },
    /// The User whose annotation has the claim's value.
    Annotation {
        /// For example `example.com/user-id`.
        annotation: String,
        /// The claim that says it.
        claim: String,
    },
}

/// What happens when no entity is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Unmatched {
    /// They are named after their mail address, as invited members are.
    NameAfterMail,
    /// They do not get in.
    Refuse,
}

/// What is wrong with a provider's name in addresses.
#[must_use]
pub fn name_problem(name: &str) -> Option<&'static str> {
    let shaped = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.len() <= MAX_NAME
        && !name.ends_with('-')
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !shaped {
        return Some("Use up to 32 lower-case letters, digits and hyphens, a letter first.");
    }
    RESERVED.contains(&name).then_some("This name stands for something else here. Choose another one.")
}

/// An absolute web address with nothing that does not belong into one of a provider.
#[must_use]
pub fn web_address(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let plain = matches!(url.scheme(), "https" | "http")
        && url.host_str().is_some_and(|host| !host.is_empty())
        && url.username().is_empty()
        && url.password().is_none()
        && url.fragment().is_none();
    (plain && text.len() <= 2_000).then_some(url)
}

impl Settings {
    /// Checks what was given: `(field, what is wrong)` each. `is_role` knows the roles there are.
    #[must_use]
    pub fn problems(&self, kind: Kind, is_role: impl Fn(&str) -> bool) -> Vec<(&'static str, String)> {
        let mut problems = Vec::new();
        let mut note = |field, wrong: bool, text: &str| {
            if wrong {
                problems.push((field, text.to_owned()));
            }
        };
        let scope_is_odd =
            |scope: &String| scope.is_empty() || !scope.bytes().all(|b| b.is_ascii_graphic() && b != b'"');
        note(
            "scopes",
            self.scopes.len() > 20 || self.scopes.iter().any(scope_is_odd),
            "Use at most 20 words without spaces or quotes.",
        );
        let no_openid = kind == Kind::Oidc && !self.scopes.is_empty() && !self.scopes.iter().any(|it| it == "openid");
        note("scopes", no_openid, "Keep the scope openid: without it there is no ID token.");
        let roles = &self.roles;
        let odd = |text: &str| text.trim().is_empty() || text.len() > MAX_TEXT;
        let incomplete = roles.rules.iter().any(|rule| odd(&rule.claim) || odd(&rule.value));
        note("roles.rules", incomplete, "Fill in claim and value of every rule, or remove it.");
        note("roles.rules", roles.rules.len() > MAX_RULES, "Use at most 100 rules.");
        note("roles.rules", roles.rules.iter().any(|rule| !is_role(&rule.role)), "Choose a role for every rule.");
        note(
            "roles.otherwise",
            roles.otherwise.as_deref().is_some_and(|role| !is_role(role)),
            "Choose one of the roles.",
        );
        let open_door = kind == Kind::Github && self.create_members && roles.otherwise.is_some();
        let anybody = "Anybody can have a GitHub account. Give roles by organisation, and none otherwise.";
        note("roles.otherwise", open_door, anybody);
        let incomplete = self.groups.iter().any(|rule| odd(&rule.claim) || odd(&rule.value) || odd(&rule.group));
        note("groups", incomplete, "Fill in claim, value and group of every rule, or remove it.");
        note("groups", self.groups.len() > MAX_RULES, "Use at most 100 rules.");
        let (claim, annotation) = match &self.resolver {
            Resolver::Mail {} => (None, None),
            Resolver::Name { claim } => (Some(claim), None),
            Resolver::Annotation { annotation, claim } => (Some(claim), Some(annotation)),
        };
        note("resolver.claim", claim.is_some_and(|claim| odd(claim)), "Name the claim.");
        note("resolver.annotation", annotation.is_some_and(|name| odd(name)), "Name the annotation.");
        problems
    }

    /// The scopes to ask for.
    #[must_use]
    pub fn scopes_or_default(&self, kind: Kind) -> Vec<String> {
        if self.scopes.is_empty() { kind.default_scopes() } else { self.scopes.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_parts_of_addresses_that_mean_nothing_else() {
        for good in ["okta", "entra-id", "a", "keycloak2"] {
            assert_eq!(name_problem(good), None, "{good}");
        }
        for bad in ["", "Okta", "2fa", "-a", "a-", "a/b", "a.b", "proscenium", "v1", &"a".repeat(33)] {
            assert!(name_problem(bad).is_some(), "{bad} was accepted");
        }
    }

    #[test]
    fn addresses_of_providers_are_plain_web_addresses() {
        for good in ["https://id.example.com", "https://id.example.com/realms/acme", "http://127.0.0.1:9000"] {
            assert!(web_address(good).is_some(), "{good}");
        }
        for bad in
            ["", "id.example.com", "ftp://x", "https://a:b@x", "https://x/#y", "javascript:alert(1)", "file:///etc"]
        {
            assert!(web_address(bad).is_none(), "{bad} was accepted");
        }
    }
}
