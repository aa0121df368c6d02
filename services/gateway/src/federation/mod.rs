//! Talking to identity providers: from the code that a browser brings back to a person with claims.
//!
//! Every request goes through `integrations`, which alone contacts addresses that a tenant chose; nothing here holds a
//! transaction open meanwhile. What a provider says about itself and its keys are remembered for minutes, by tenant.

mod github;
mod oidc;

use crate::domain::attempt::Ticket;
use crate::state::Gateway;
use crate::store::provider::Provider;
use credential::provider::discovery::Discovered;
use credential::provider::id_token::Keys;
use credential::provider::{Claims, Kind};
use kernel::{Error, Result, SharedClock, TenantId};
use runtime::fresh::Fresh;
use std::sync::Arc;

/// What is remembered of providers, each by tenant and address.
pub struct Memory {
    discovered: Fresh<(TenantId, String), Arc<Discovered>>,
    keys: Fresh<(TenantId, String), Arc<Keys>>,
    /// Whose keys were read again a moment ago because a token named an unknown one.
    reread: Fresh<(TenantId, String), ()>,
}

impl Memory {
    /// An empty one.
    #[must_use]
    pub fn new(clock: &SharedClock) -> Self {
        let new = || clock.clone();
        Self { discovered: Fresh::new(new(), 2_000), keys: Fresh::new(new(), 2_000), reread: Fresh::new(new(), 2_000) }
    }
}

/// Somebody whom a provider knows.
#[derive(Debug, Clone)]
pub struct Person {
    /// The provider's word for the person, which never changes.
    pub subject: String,
    /// What it says about them.
    pub claims: Claims,
}

/// What a browser brought back.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// The code.
    pub code: &'a str,
    /// Where it was sent to.
    pub redirect_uri: &'a str,
    /// What binds it.
    pub ticket: &'a Ticket,
}

fn refused(why: impl std::fmt::Display) -> Error {
    tracing::info!(%why, "a provider's answer was refused");
    Error::authentication("The provider's answer does not fit this sign-in. Start again from the sign-in page.")
}

fn misfit(text: impl Into<String>) -> Error {
    Error::unavailable(text)
}

impl Gateway {
    /// Where a browser is sent.
    ///
    /// # Errors
    /// `Unavailable` when the provider does not describe itself as it should.
    pub async fn way_to(&self, tenant: TenantId, provider: &Provider, uri: &str, ticket: &Ticket) -> Result<String> {
        let scopes = provider.settings.scopes_or_default(provider.kind);
        let request = crate::domain::attempt::Request {
            client_id: &provider.client_id,
            redirect_uri: uri,
            scopes: &scopes,
            ticket,
        };
        let address = match provider.kind {
            Kind::Oidc => request.openid(&*self.discovered(tenant, provider).await?),
            Kind::Github => request.github(&provider.issuer),
        };
        address.ok_or_else(|| Error::internal("a provider's address is none"))
    }

    /// Who it is that came back.
    ///
    /// # Errors
    /// `Authentication` for an answer that does not count, `Unavailable` when the provider does not do its part.
    pub async fn redeem(&self, tenant: TenantId, provider: &Provider, answer: Answer<'_>) -> Result<Person> {
        match provider.kind {
            Kind::Oidc => self.redeem_openid(tenant, provider, answer).await,
            Kind::Github => self.redeem_github(tenant, provider, answer).await,
        }
    }

    /// Refuses an answer of somebody else before anything else of it is believed.
    ///
    /// # Errors
    /// `Authentication` when it does not come from this provider.
    pub async fn check_sender(&self, tenant: TenantId, provider: &Provider, said: Option<&str>) -> Result<()> {
        let names_itself = match provider.kind {
            Kind::Oidc => self.discovered(tenant, provider).await?.names_itself,
            Kind::Github => false,
        };
        if crate::domain::attempt::is_from(&provider.issuer, names_itself, said) {
            return Ok(());
        }
        Err(refused("its iss parameter is another provider's, or missing"))
    }
}
