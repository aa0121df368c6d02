//! What the operator decides about organisations.

use runtime::config::Plans;
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
    /// Between closing an organisation and destroying its keys.
    pub deletion_grace: Duration,
    /// Port at which the proof of a host is looked for over http.
    pub proof_port: u16,
    /// What organisations may have; without any, nothing is limited.
    pub plans: Plans,
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
            deletion_grace: Duration::days(14),
            proof_port: 80,
            plans: Plans::default(),
        }
    }

    /// Takes what the operator set.
    #[must_use]
    pub fn from_settings(settings: &runtime::Config) -> Self {
        let https = settings.scheme == runtime::config::Scheme::Https;
        Self {
            signup_enabled: settings.signup.enabled,
            deletion_grace: Duration::try_from(settings.tenants.deletion_grace).unwrap_or(Duration::MAX),
            proof_port: settings.tenants.proof_port,
            plans: settings.plans.clone(),
            ..Self::new(settings.domain.clone(), https)
        }
    }

    const fn scheme(&self) -> &'static str {
        if self.https { "https" } else { "http" }
    }

    /// Origin of the apex.
    #[must_use]
    pub fn apex_origin(&self) -> String {
        format!("{}://{}", self.scheme(), self.domain)
    }

    /// Origin of a portal at a host of its organisation's own, with the port of the domain.
    #[must_use]
    pub fn origin_at(&self, host: &str) -> String {
        let port = self.domain.rsplit_once(':').map_or(String::new(), |(_, port)| format!(":{port}"));
        format!("{}://{host}{port}", self.scheme())
    }

    /// Where a host's proof is looked for, in this order: with TLS at the usual port, without at the operator's.
    #[must_use]
    pub fn proof_origins(&self, host: &str) -> [String; 2] {
        let port = if self.proof_port == 80 { String::new() } else { format!(":{}", self.proof_port) };
        [format!("https://{host}"), format!("http://{host}{port}")]
    }

    /// Origin of an organisation's portal.
    #[must_use]
    pub fn tenant_origin(&self, slug: &str) -> String {
        format!("{}://{slug}.{}", self.scheme(), self.domain)
    }

    /// Host name of an organisation's portal, without port.
    #[must_use]
    pub fn tenant_host(&self, slug: &str) -> String {
        let name = self.domain.rsplit_once(':').map_or(self.domain.as_str(), |(name, _port)| name);
        format!("{slug}.{}", name.to_ascii_lowercase())
    }
}
