//! What the npm registry warned of in a bundle when it was made, and whether that is reason enough not to use it.

use serde::{Deserialize, Serialize};
use std::str::FromStr;
use utoipa::ToSchema;

/// Most findings of one bundle; the bundle tool lists no more.
const MOST: usize = 100;
/// Longest text of a finding, in characters.
const LONGEST: usize = 300;

/// What the operator makes of critical advisories.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Policy {
    /// They are shown.
    #[default]
    Warn,
    /// A bundle with one is not installed, and no organisation is switched to it.
    Block,
}

impl FromStr for Policy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "warn" => Ok(Self::Warn),
            "block" => Ok(Self::Block),
            _ => Err(format!("{text} is not one of warn and block")),
        }
    }
}

/// What the registry warned of in everything that a bundle contains.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Advisories {
    /// When it was asked (RFC 3339): what became known later is not there.
    pub checked_at: String,
    /// The worst first, at most 100.
    pub findings: Vec<Finding>,
    /// How many more there are.
    pub left: usize,
    /// Why the registry told nothing; absent: it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub not_checked: Option<String>,
}

/// One advisory that one version in the bundle falls under.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AdvisoryFinding)]
pub struct Finding {
    /// The npm package.
    pub package: String,
    /// Its version in the bundle.
    pub version: String,
    /// `critical`, `high`, `moderate`, `low` or `info`.
    pub severity: String,
    /// In the words of the advisory.
    pub title: String,
    /// Where it is described.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub url: Option<String>,
}

impl Advisories {
    /// Without what is longer than the bundle tool makes it, and with addresses of https alone: registries are strangers.
    #[must_use]
    pub fn limited(mut self) -> Self {
        self.left = self.left.saturating_add(self.findings.len().saturating_sub(MOST));
        self.findings.truncate(MOST);
        for finding in &mut self.findings {
            let texts = [&mut finding.package, &mut finding.version, &mut finding.severity, &mut finding.title];
            texts.into_iter().for_each(|text| *text = text.chars().take(LONGEST).collect());
            finding.url = finding.url.take().filter(|url| url.starts_with("https://") && url.len() <= LONGEST);
        }
        self
    }

    /// Why a bundle with these is not used, if it is not. What was not checked is no reason.
    #[must_use]
    pub fn refusal(&self, policy: Policy) -> Option<String> {
        let critical = |finding: &&Finding| finding.severity == "critical";
        let count = self.findings.iter().filter(critical).count();
        let first = self.findings.iter().find(critical).filter(|_| policy == Policy::Block)?;
        let Finding { package, version, title, .. } = first;
        let words = if count == 1 { "a critical advisory" } else { "critical advisories" };
        let title = title.trim_end_matches('.');
        Some(format!("The npm registry has {words} for what is in it, such as {package}@{version}: {title}."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(severity: &str) -> Finding {
        let text = |text: &str| text.to_owned();
        Finding {
            package: text("left"),
            version: text("1.0.0"),
            severity: text(severity),
            title: text("Bad."),
            url: None,
        }
    }

    #[test]
    fn critical_advisories_are_a_reason_where_the_operator_says_so() {
        let of = |severities: &[&str]| Advisories {
            findings: severities.iter().map(|severity| finding(severity)).collect(),
            ..Advisories::default()
        };
        let one = "The npm registry has a critical advisory for what is in it, such as left@1.0.0: Bad.";
        for (severities, policy, expected) in [
            (&[][..], Policy::Block, None),
            (&["high", "moderate"], Policy::Block, None),
            (&["critical"], Policy::Warn, None),
            (&["high", "critical"], Policy::Block, Some(one.to_owned())),
            (&["critical", "critical"], Policy::Block, Some(one.replace("a critical advisory", "critical advisories"))),
        ] {
            assert_eq!(of(severities).refusal(policy), expected, "{severities:?} {policy:?}");
        }
        let unknown = Advisories { not_checked: Some("404".to_owned()), ..Advisories::default() };
        assert_eq!(unknown.refusal(Policy::Block), None);
        assert!("deny".parse::<Policy>().is_err());
        assert_eq!("block".parse(), Ok(Policy::Block));
    }

    #[test]
    fn what_a_registry_says_is_cut_to_size() {
        let long = Finding { title: "x".repeat(1_000), url: Some("javascript:alert(1)".to_owned()), ..finding("low") };
        let fine = Finding { url: Some("https://example.org/1".to_owned()), ..finding("low") };
        let mut findings = vec![long, fine];
        findings.resize(120, finding("info"));
        let limited = Advisories { findings, left: 3, ..Advisories::default() }.limited();
        assert_eq!((limited.findings.len(), limited.left), (100, 23));
        let [first, second, ..] = &limited.findings[..] else { panic!("there are 100") };
        assert_eq!((first.title.len(), &first.url), (300, &None));
        assert_eq!(second.url.as_deref(), Some("https://example.org/1"));
    }
}
