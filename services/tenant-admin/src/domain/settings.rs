//! What an organisation's administrators set about their portal, kept as one JSON document.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// The look of the portal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Branding {
    /// `#rrggbb`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub accent: Option<String>,
    /// `#rrggbb`, for the dark mode; without it the accent is made lighter there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub accent_dark: Option<String>,
    /// Name of a file below `…/branding/files/`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub logo: Option<String>,
    /// Name of a file below `…/branding/files/`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub favicon: Option<String>,
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

/// The least contrast of a colour with the surface behind it that people can make out as a colour at all; the portal
/// moves it from there to 4.5, which text needs.
const LEAST_CONTRAST: f64 = 1.3;
/// Cards in both modes.
const SURFACES: [(f64, &str); 2] = [
    (1.0, "This colour is too close to white to be told from a page in the light mode."),
    // #1e1b27
    (0.012_1, "This colour is too close to black to be told from a page in the dark mode."),
];

/// WCAG 2: relative luminance of `#rrggbb`.
fn luminance(colour: &str) -> Option<f64> {
    let channel = |at: usize| -> Option<f64> {
        let value = f64::from(u8::from_str_radix(colour.get(at..at + 2)?, 16).ok()?) / 255.0;
        Some(if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) })
    };
    Some(0.2126 * channel(1)? + 0.7152 * channel(3)? + 0.0722 * channel(5)?)
}

/// What is wrong with an accent colour of one mode.
#[must_use]
pub fn mode_problem(accent: &str, dark: bool) -> Option<&'static str> {
    accent_problem(accent).or_else(|| {
        let (surface, text) = SURFACES[usize::from(dark)];
        let own = luminance(accent)?;
        let ratio = (own.max(surface) + 0.05) / (own.min(surface) + 0.05);
        (ratio < LEAST_CONTRAST).then_some(text)
    })
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
    fn a_colour_that_vanishes_in_its_mode_is_refused() {
        for (colour, dark, fine) in [
            ("#5746d9", false, true),
            ("#ffffff", false, false),
            ("#fefefe", false, false),
            ("#ffe600", false, false),
            ("#f59e0b", false, true),
            ("#ffffff", true, true),
            ("#1e1b27", true, false),
            ("#000000", true, false),
            ("#9c8fff", true, true),
            ("red", true, false),
        ] {
            assert_eq!(mode_problem(colour, dark).is_none(), fine, "{colour}, dark: {dark}");
        }
    }

    #[test]
    fn settings_of_a_newer_version_survive_a_change_by_this_one() {
        let settings = Settings::read(json!({ "branding": { "accent": "#000000" }, "logo": { "key": "x" } }));
        assert_eq!(serde_json::to_value(settings).unwrap()["logo"]["key"], "x");
        assert_eq!(Settings::read(json!({})), Settings::default());
    }
}
