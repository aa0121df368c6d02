//! OpenID Connect: discovery, the code for tokens, the ID token, more claims.

use super::{Answer, Person, misfit, refused};
use crate::state::Gateway;
use crate::store::provider::Provider;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use credential::provider::Claims;
use credential::provider::discovery::{self, ClientAuthentication, Discovered};
use credential::provider::id_token::{self, Expected, Keys, Refusal};
use http_shell::outside::{Exchange, Exchanged};
use kernel::{Result, TenantId};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::sync::Arc;
use time::Duration;

/// Providers move rarely; their keys, too, and an unknown one is asked for at once.
const KEPT: Duration = Duration::minutes(10);
/// How often at most keys are read again because a token named an unknown one.
const REREAD_EVERY: Duration = Duration::seconds(10);
const MAX_TOKENS: usize = 200_000;

#[derive(Deserialize)]
struct Tokens {
    id_token: Option<String>,
    access_token: Option<String>,
}

impl Gateway {
    pub(super) async fn ask(&self, tenant: TenantId, exchange: Exchange) -> Result<Exchanged> {
        exchange.send(&self.parts.services, tenant, "gateway").await
    }

    /// The provider's description of itself, at most minutes old.
    pub(super) async fn discovered(&self, tenant: TenantId, provider: &Provider) -> Result<Arc<Discovered>> {
        let key = (tenant, provider.issuer.clone());
        if let Some(known) = self.providers.discovered.get(&key) {
            return Ok(known);
        }
        let url = discovery::address(&provider.issuer);
        let answer = self.ask(tenant, Exchange { url, max_bytes: discovery::MAX_BYTES, ..Exchange::default() }).await?;
        if !answer.is_success() {
            let (title, status) = (&provider.title, answer.status);
            return Err(misfit(format!("{title} does not describe itself (status {status}). Try again in a moment.")));
        }
        let found = Arc::new(discovery::read(&provider.issuer, &answer.body).map_err(misfit)?);
        self.providers.discovered.put(key, Arc::clone(&found), KEPT);
        Ok(found)
    }

    pub(super) async fn redeem_openid(
        &self,
        tenant: TenantId,
        provider: &Provider,
        answer: Answer<'_>,
    ) -> Result<Person> {
        let about = self.discovered(tenant, provider).await?;
        let tokens = self.tokens(tenant, provider, &about, answer).await?;
        let id_token = tokens.id_token.ok_or_else(|| misfit(format!("{} gave no ID token.", provider.title)))?;
        let claims = self.checked(tenant, provider, &about, &id_token, &answer.ticket.nonce()).await?;
        let subject = claims.text("sub").ok_or_else(|| refused("no subject"))?;
        let more = match (&about.userinfo_endpoint, tokens.access_token) {
            (Some(url), Some(token)) => self.more_claims(tenant, url, &token, &subject).await,
            _ => None,
        };
        let claims = more.map_or_else(|| claims.clone(), |more| claims.clone().or(beside(&claims, more)));
        Ok(Person { subject, claims })
    }

    async fn tokens(
        &self,
        tenant: TenantId,
        provider: &Provider,
        about: &Discovered,
        answer: Answer<'_>,
    ) -> Result<Tokens> {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut form = vec![
            pair("grant_type", "authorization_code"),
            pair("code", answer.code),
            pair("redirect_uri", answer.redirect_uri),
            pair("code_verifier", &answer.ticket.verifier()),
        ];
        let mut authorization = None;
        match (&provider.secret, about.authentication) {
            (Some(secret), ClientAuthentication::Basic) => authorization = Some(basic(&provider.client_id, secret)),
            (Some(secret), ClientAuthentication::Form) => {
                form.extend([pair("client_id", &provider.client_id), pair("client_secret", secret)]);
            }
            (None, _) => form.push(pair("client_id", &provider.client_id)),
        }
        let url = about.token_endpoint.clone();
        let exchange = Exchange { url, form: Some(form), authorization, max_bytes: MAX_TOKENS };
        let answered = self.ask(tenant, exchange).await?;
        if answered.is_success() {
            return serde_json::from_str(&answered.body).map_err(|_| misfit("The provider's tokens cannot be read."));
        }
        let body: Value = serde_json::from_str(&answered.body).unwrap_or_default();
        match body["error"].as_str() {
            Some("invalid_grant") => Err(refused("the code is used, old, or for another request")),
            Some("invalid_client" | "unauthorized_client") => Err(misfit(format!(
                "{} does not accept this portal's client id and secret. An administrator must check them.",
                provider.title
            ))),
            _ => Err(misfit(format!("{} gives no tokens (status {}).", provider.title, answered.status))),
        }
    }

    /// The claims of an ID token that is right in every respect. Keys that are new at the provider are fetched once.
    async fn checked(
        &self,
        tenant: TenantId,
        provider: &Provider,
        about: &Discovered,
        token: &str,
        nonce: &str,
    ) -> Result<Claims> {
        let now = self.now();
        let expected = Expected { issuer: &provider.issuer, client_id: &provider.client_id, nonce, now };
        let key = (tenant, about.jwks_uri.clone());
        let keys = self.provider_keys(&key).await?;
        let mut result = id_token::verify(token, &keys, expected);
        if result == Err(Refusal::UnknownKey) && self.providers.reread.get(&key).is_none() {
            self.providers.reread.put(key.clone(), (), REREAD_EVERY);
            self.providers.keys.forget(|known| *known == key);
            result = id_token::verify(token, &*self.provider_keys(&key).await?, expected);
        }
        result.map_err(|refusal| refused(refusal.words()))
    }

    async fn provider_keys(&self, key: &(TenantId, String)) -> Result<Arc<Keys>> {
        if let Some(known) = self.providers.keys.get(key) {
            return Ok(known);
        }
        let exchange = Exchange { url: key.1.clone(), max_bytes: discovery::MAX_BYTES, ..Exchange::default() };
        let answer = self.ask(key.0, exchange).await?;
        let read = Keys::read(&answer.body).filter(|_| answer.is_success());
        let keys = Arc::new(read.ok_or_else(|| misfit("The provider's keys cannot be read. Try again in a moment."))?);
        self.providers.keys.put(key.clone(), Arc::clone(&keys), KEPT);
        Ok(keys)
    }

    /// What the userinfo endpoint adds, if it speaks of the same person. Without its answer the ID token stands alone.
    async fn more_claims(&self, tenant: TenantId, url: &str, token: &str, subject: &str) -> Option<Claims> {
        let authorization = Some(format!("Bearer {token}"));
        let exchange = Exchange { url: url.to_owned(), form: None, authorization, max_bytes: MAX_TOKENS };
        let answer = self.ask(tenant, exchange).await.ok().filter(Exchanged::is_success)?;
        let claims: Map<String, Value> = serde_json::from_str(&answer.body).ok()?;
        (claims.get("sub").and_then(Value::as_str) == Some(subject)).then_some(Claims(claims))
    }
}

/// RFC 6749 §2.3.1: both are form-encoded first.
fn basic(client_id: &str, secret: &str) -> String {
    let encode =
        |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
    format!("Basic {}", STANDARD.encode(format!("{}:{}", encode(client_id), encode(secret))))
}

/// Of what the userinfo endpoint says, what can stand beside the ID token: nothing about another mail address than the
/// token's, or its word that one address is verified would count for the other.
fn beside(claims: &Claims, mut more: Claims) -> Claims {
    if claims.mail().is_some() && claims.mail() != more.mail() {
        more.0.remove("email");
        more.0.remove("email_verified");
    }
    more
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    fn claims(value: &Value) -> Claims {
        Claims(value.as_object().unwrap().clone())
    }

    #[test]
    fn one_address_is_never_verified_by_what_is_said_about_another() {
        let token = claims(&json!({ "sub": "1", "email": "victim@acme.example" }));
        let same = claims(&json!({ "email": "victim@acme.example", "email_verified": true }));
        let other = claims(&json!({ "email": "me@evil.example", "email_verified": true, "groups": ["a"] }));
        assert!(token.clone().or(beside(&token, same)).mail_is_verified());
        let merged = token.clone().or(beside(&token, other.clone()));
        assert!(!merged.mail_is_verified() && merged.values("groups") == ["a"]);
        let bare = claims(&json!({ "email_verified": true }));
        assert!(!token.clone().or(beside(&token, bare)).mail_is_verified());
        let silent = claims(&json!({ "sub": "1" }));
        assert_eq!(silent.clone().or(beside(&silent, other)).mail().as_deref(), Some("me@evil.example"));
    }

    #[test]
    fn a_client_proves_itself_as_the_standard_says() {
        assert_eq!(basic("id", "a:b c"), format!("Basic {}", STANDARD.encode("id:a%3Ab%20c")));
    }
}
