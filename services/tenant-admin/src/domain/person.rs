//! Names, mail addresses and entity references of people.

use kernel::{EntityRef, Error, RefDefaults, Result};

pub use credential::user_ref;

const MAX_NAME: usize = 100;
const MAX_EMAIL: usize = 254;

/// What is wrong with the name of a person or an organisation. Any script and any sign is fine.
#[must_use]
pub fn name_problem(name: &str) -> Option<&'static str> {
    if name.trim().is_empty() {
        return Some("Enter a name.");
    }
    if name.chars().count() > MAX_NAME {
        return Some("Use at most 100 characters.");
    }
    name.chars().any(char::is_control).then_some("Leave out line breaks and control characters.")
}

/// What is wrong with a mail address. Whether it exists only a mail can tell; this finds what cannot be one.
#[must_use]
pub fn email_problem(email: &str) -> Option<&'static str> {
    const WRONG: &str = "Enter a mail address such as jane@example.org.";
    let Some((local, domain)) = email.rsplit_once('@') else { return Some(WRONG) };
    let local_is_fine = (1..=64).contains(&local.len())
        && !local.chars().any(|c| c.is_whitespace() || c.is_control() || "@<>()[]\\,;:\"".contains(c))
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..");
    let label_is_fine = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let domain_is_fine = domain.split('.').all(label_is_fine);
    (email.len() > MAX_EMAIL || !local_is_fine || !domain_is_fine).then_some(WRONG)
}

/// The form of a mail address under which a member is found again.
#[must_use]
pub fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

/// A user reference that an operator gave, as it is stored.
///
/// # Errors
/// `Input` when it is not one.
pub fn given_user_ref(text: &str) -> Result<String> {
    let given = EntityRef::parse(text, RefDefaults::kind("user"))?;
    let parts = [&given.kind, &given.namespace, &given.name];
    if parts.into_iter().all(|part| is_entity_word(part)) {
        return Ok(given.key());
    }
    Err(Error::input(format!("\"{text}\" is not the reference of a user, such as user:default/jane")))
}

/// What a kind, namespace or name of an entity may consist of (Backstage's common rule for names).
fn is_entity_word(part: &str) -> bool {
    (1..=63).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_a_mail_address_is_refused() {
        for good in [
            "jane@acme.example",
            "j@localhost",
            "jane.doe+x@sub.acme-rockets.example",
            "ü@bücher.example",
            "o'brien@a.ie",
        ] {
            assert_eq!(email_problem(good), None, "{good}");
        }
        for bad in [
            "",
            "jane",
            "@acme.example",
            "jane@",
            "jane@acme..example",
            "jane@-acme.example",
            "jane doe@acme.example",
            "jane@acme.example\nBcc: x@y.z",
            "jane@@acme.example",
            "<jane@acme.example>",
            ".jane@acme.example",
            "ja..ne@acme.example",
            "jane@acme.example.",
            &format!("{}@a.b", "x".repeat(65)),
        ] {
            assert!(email_problem(bad).is_some(), "{bad:?} was accepted");
        }
    }

    #[test]
    fn names_in_any_script_are_fine_and_markup_is_only_text() {
        for good in ["Acme", "</script><b>", "株式会社", "O'Brien & Söhne", "x".repeat(100).as_str()] {
            assert_eq!(name_problem(good), None, "{good}");
        }
        for bad in ["", "   ", "a\nb", "a\0b", "x".repeat(101).as_str()] {
            assert!(name_problem(bad).is_some(), "{bad:?} was accepted");
        }
    }
}
