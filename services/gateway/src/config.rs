//! What the operator decides about the edge.

use runtime::config::{Limits, Plans};
use std::path::PathBuf;
use std::time::Duration;

/// The gateway's settings; `shared/runtime/default.toml` says what each means to an operator.
#[derive(Debug, Clone)]
pub struct Config {
    /// Domain with port, e.g. `localhost:7007`.
    pub domain: String,
    /// Whether the public URLs are `https`.
    pub https: bool,
    /// Whether the demo git host and the demo organisation are there.
    pub demo: bool,
    /// Whether this installation sends mail.
    pub mail: bool,
    /// A descriptor that the onboarding page offers to try, if there is one.
    pub demo_sample_url: Option<String>,
    /// Folder of the built portal; `None` when there is none yet.
    pub portal_dir: Option<PathBuf>,
    /// How long a browser stays signed in.
    pub session_lifetime: time::Duration,
    /// Whether `X-Forwarded-For` is set by a proxy of the operator's.
    pub trust_forwarded_for: bool,
    /// Largest request body, in bytes.
    pub max_body_bytes: u64,
    /// How long a request may take, event streams excepted.
    pub request_timeout: Duration,
    /// How often what may be tried.
    pub attempts: Attempts,
    /// Requests of one caller.
    pub limits: Limits,
    /// What organisations may have; without any, nothing is limited.
    pub plans: Plans,
}

/// Limits of attempts.
#[derive(Debug, Clone, Copy)]
pub struct Attempts {
    /// Sign-ins of one account in five minutes.
    pub sign_in_per_account: u32,
    /// Sign-ins from one address in five minutes.
    pub sign_in_per_address: u32,
    /// Sign-ups from one address in an hour.
    pub sign_up_per_address: u32,
}

impl Default for Attempts {
    fn default() -> Self {
        Self { sign_in_per_account: 10, sign_in_per_address: 60, sign_up_per_address: 20 }
    }
}

impl Config {
    /// The defaults for a domain.
    #[must_use]
    pub fn new(domain: impl Into<String>, https: bool) -> Self {
        Self {
            domain: domain.into(),
            https,
            demo: false,
            mail: false,
            demo_sample_url: None,
            portal_dir: None,
            session_lifetime: time::Duration::days(14),
            trust_forwarded_for: false,
            max_body_bytes: 10 << 20,
            request_timeout: Duration::from_secs(60),
            attempts: Attempts::default(),
            limits: Limits::default(),
            plans: Plans::default(),
        }
    }

    /// Takes what the operator set.
    ///
    /// # Errors
    /// `Input` when the session's lifetime is longer than a calendar.
    pub fn from_settings(settings: &runtime::Config) -> kernel::Result<Self> {
        let edge = &settings.gateway;
        let lifetime = time::Duration::try_from(edge.session_lifetime);
        Ok(Self {
            demo: settings.demo,
            mail: settings.smtp.url.is_some(),
            portal_dir: runtime::places::portal_dir(settings),
            session_lifetime: lifetime.map_err(|_| kernel::Error::input("gateway.session_lifetime is too long"))?,
            trust_forwarded_for: edge.trust_forwarded_for,
            max_body_bytes: edge.max_body_mb << 20,
            request_timeout: edge.request_timeout,
            attempts: Attempts {
                sign_in_per_account: edge.sign_in_per_account,
                sign_in_per_address: edge.sign_in_per_address,
                sign_up_per_address: settings.signup.per_address,
            },
            limits: settings.limits,
            plans: settings.plans.clone(),
            ..Self::new(settings.domain.clone(), settings.scheme == runtime::config::Scheme::Https)
        })
    }

    const fn scheme(&self) -> &'static str {
        if self.https { "https" } else { "http" }
    }

    /// Origin of the apex.
    #[must_use]
    pub fn apex_origin(&self) -> String {
        format!("{}://{}", self.scheme(), self.domain)
    }

    /// Host of an organisation below the domain, with port.
    #[must_use]
    pub fn tenant_host(&self, slug: &str) -> String {
        format!("{slug}.{}", self.domain)
    }

    /// A host of an organisation's own, with the port of the domain.
    #[must_use]
    pub fn own_host(&self, host: &str) -> String {
        match self.domain.rsplit_once(':') {
            Some((_, port)) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    /// Origin of an organisation's portal below the domain, which names it in tokens whatever host it was asked at.
    #[must_use]
    pub fn tenant_origin(&self, slug: &str) -> String {
        self.origin_at(&self.tenant_host(slug))
    }

    /// Origin of a host that is given with its port.
    #[must_use]
    pub fn origin_at(&self, host: &str) -> String {
        format!("{}://{host}", self.scheme())
    }
}
