//! What the operator decides about organisations.

use time::Duration;

/// tenant-admin's settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// Domain with port, e.g. `localhost:7007`.
    pub domain: String,
    /// Whether the public URLs are `https`.
    pub https: bool,
    /// Whether anybody may sign up.
    pub signup_enabled: bool,
    /// How long an invitation is good.
    pub invitation_lifetime: Duration,
    /// How long a link to choose a new password is good.
    pub password_reset_lifetime: Duration,
    /// How long a hand-off link is good.
    pub handoff_lifetime: Duration,
    /// How often the audit log is looked at for rows to send.
    pub audit_poll: std::time::Duration,
    /// How long a bucket's next object waits for more rows.
    pub audit_gathering: Duration,
}

impl Config {
    /// The defaults for a domain.
    #[must_use]
    pub fn new(domain: impl Into<String>, https: bool) -> Self {
        Self {
            domain: domain.into(),
            https,
            signup_enabled: true,
            invitation_lifetime: Duration::days(7),
            password_reset_lifetime: Duration::hours(24),
            handoff_lifetime: Duration::seconds(60),
            audit_poll: std::time::Duration::from_secs(2),
            audit_gathering: crate::domain::delivery::GATHERING,
        }
    }

    /// Takes what the operator set.
    #[must_use]
    pub fn from_settings(settings: &runtime::Config) -> Self {
        let https = settings.scheme == runtime::config::Scheme::Https;
        Self { signup_enabled: settings.signup.enabled, ..Self::new(settings.domain.clone(), https) }
    }

    /// Origin of an organisation's portal.
    #[must_use]
    pub fn tenant_origin(&self, slug: &str) -> String {
        let scheme = if self.https { "https" } else { "http" };
        format!("{scheme}://{slug}.{}", self.domain)
    }

    /// Host name of an organisation's portal, without port.
    #[must_use]
    pub fn tenant_host(&self, slug: &str) -> String {
        let name = self.domain.rsplit_once(':').map_or(self.domain.as_str(), |(name, _port)| name);
        format!("{slug}.{}", name.to_ascii_lowercase())
    }
}
