//! What new members are called in the catalog.

const MAX_ENTITY_NAME: usize = 63;

/// The entity that a new member is: `user:default/<local part>`, made into a valid name. `attempt` 0 is the plain
/// name; higher ones are for when it is taken.
#[must_use]
pub fn user_ref(email: &str, attempt: u32) -> String {
    let local = email.rsplit_once('@').map_or(email, |(local, _)| local).to_lowercase();
    let plain: String = local.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let kept: String = local.chars().zip(plain.chars()).map(|(c, p)| if "._".contains(c) { c } else { p }).collect();
    let suffix = if attempt == 0 { String::new() } else { format!("-{}", attempt + 1) };
    let mut name = String::new();
    for c in kept.chars().take(MAX_ENTITY_NAME - suffix.len()) {
        // Separators stand singly, between other characters (the catalog's rule for names).
        if c.is_ascii_alphanumeric() || name.ends_with(|last: char| last.is_ascii_alphanumeric()) {
            name.push(c);
        }
    }
    let name = name.trim_end_matches(['-', '_', '.']);
    let name = if name.is_empty() { "user" } else { name };
    format!("user:default/{name}{suffix}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_address_becomes_a_valid_entity_name() {
        for (email, attempt, expected) in [
            ("jane@acme.example", 0, "user:default/jane"),
            ("Jane.Doe@acme.example", 0, "user:default/jane.doe"),
            ("jane+tag@acme.example", 0, "user:default/jane-tag"),
            ("jane_@acme.example", 0, "user:default/jane"),
            ("ü@acme.example", 0, "user:default/user"),
            ("jane@acme.example", 1, "user:default/jane-2"),
        ] {
            assert_eq!(user_ref(email, attempt), expected, "{email}");
        }
        let long = user_ref(&format!("{}@a.b", "x".repeat(64)), 9);
        assert_eq!(long.len(), "user:default/".len() + 63);
    }
}
