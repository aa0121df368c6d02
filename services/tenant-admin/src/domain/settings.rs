//! What an organisation's administrators set about their portal, kept as one JSON document.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// The look of the portal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Branding {
    /// `#rrggbb`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub accent: Option<String>,
}

/// How far the first steps went.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Onboarding {
    /// Whether the administrators put the checklist away.
    #[schema(required)]
    pub dismissed: bool,
}

/// What holds for new API tokens.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TokenPolicy {
    /// The longest life of a new token, in days; without it, tokens may live until they are deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub max_days: Option<i64>,
}

/// All settings. Fields that this version does not know are kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The look.
    pub branding: Branding,
    /// The first steps.
    pub onboarding: Onboarding,
    /// New API tokens.
    pub tokens: TokenPolicy,
    #[serde(flatten)]
    others: serde_json::Map<String, Value>,
}

impl Settings {
    /// Reads the stored document; what cannot be read counts as not set.
    #[must_use]
    pub fn read(stored: Value) -> Self {
        serde_json::from_value(stored).unwrap_or_default()
    }
}

/// What is wrong with an accent colour.
#[must_use]
pub fn accent_problem(accent: &str) -> Option<&'static str> {
    let digits = accent.strip_prefix('#').unwrap_or_default();
    let fine = digits.len() == 6 && digits.chars().all(|c| c.is_ascii_hexdigit());
    (!fine).then_some("Enter a colour such as #5746D9.")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    #[test]
    fn an_accent_is_a_colour_and_nothing_else() {
        assert_eq!(accent_problem("#5746D9"), None);
        for bad in ["", "5746D9", "#574", "#5746D9;}", "red", "#５746D9", "url(x)"] {
            assert!(accent_problem(bad).is_some(), "{bad} was accepted");
        }
    }

    #[test]
    fn settings_of_a_newer_version_survive_a_change_by_this_one() {
        let settings = Settings::read(json!({ "branding": { "accent": "#000000" }, "logo": { "key": "x" } }));
        assert_eq!(serde_json::to_value(settings).unwrap()["logo"]["key"], "x");
        assert_eq!(Settings::read(json!({})), Settings::default());
    }
}
