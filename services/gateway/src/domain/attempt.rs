//! The way to a provider and back: what binds an answer to the browser and to the request that it answers.
//!
//! The browser keeps one secret in a short-lived cookie. The PKCE verifier (RFC 7636) and the nonce follow from it and
//! the state, so they are stored nowhere: neither a thief of the database nor one of the address can redeem a code.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use credential::OneTimeCode;
use credential::provider::discovery::Discovered;
use url::Url;

/// What a browser is sent with.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// The secret in the cookie.
    pub browser: OneTimeCode,
    /// The `state` parameter.
    pub state: OneTimeCode,
}

impl Ticket {
    /// A new one.
    ///
    /// # Errors
    /// `Internal` when the machine has no randomness to give.
    pub fn issue() -> kernel::Result<Self> {
        Ok(Self { browser: OneTimeCode::generate()?, state: OneTimeCode::generate()? })
    }

    fn derived(&self, what: &str) -> String {
        let text = format!("proscenium/{what}/v1:{}:{}", self.browser.reveal(), self.state.reveal());
        URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes()))
    }

    /// The PKCE code verifier: 43 characters.
    #[must_use]
    pub fn verifier(&self) -> String {
        self.derived("pkce")
    }

    /// The PKCE code challenge, S256.
    #[must_use]
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest(&SHA256, self.verifier().as_bytes()))
    }

    /// The nonce that the ID token must repeat.
    #[must_use]
    pub fn nonce(&self) -> String {
        self.derived("nonce")
    }
}

/// What every authorization request says.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Who we are there.
    pub client_id: &'a str,
    /// Where the answer goes.
    pub redirect_uri: &'a str,
    /// What we ask for.
    pub scopes: &'a [String],
    /// What binds the answer.
    pub ticket: &'a Ticket,
}

impl Request<'_> {
    /// The address to which an OpenID Connect provider's visitor is sent; `None` when the provider's is none.
    #[must_use]
    pub fn openid(&self, provider: &Discovered) -> Option<String> {
        let mut url = Url::parse(&provider.authorization_endpoint).ok()?;
        self.write(&mut url);
        url.query_pairs_mut().append_pair("nonce", &self.ticket.nonce());
        Some(url.into())
    }

    /// The address to which GitHub's visitor is sent.
    #[must_use]
    pub fn github(&self, base: &str) -> Option<String> {
        let mut url = Url::parse(&format!("{}/login/oauth/authorize", base.trim_end_matches('/'))).ok()?;
        self.write(&mut url);
        Some(url.into())
    }

    fn write(&self, url: &mut Url) {
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", self.client_id)
            .append_pair("redirect_uri", self.redirect_uri)
            .append_pair("scope", &self.scopes.join(" "))
            .append_pair("state", self.ticket.state.reveal())
            .append_pair("code_challenge", &self.ticket.challenge())
            .append_pair("code_challenge_method", "S256");
    }
}

/// Whether an answer comes from whom it should (RFC 9207): its `iss`, which a provider that names itself may not leave out.
#[must_use]
pub fn is_from(issuer: &str, names_itself: bool, said: Option<&str>) -> bool {
    said.map_or(!names_itself, |said| said == issuer)
}

/// A provider's error code in words for the person. Its own texts are not shown: anybody can put them into an address.
#[must_use]
pub fn error_words(code: &str) -> &'static str {
    match code {
        "access_denied" | "consent_required" | "interaction_required" | "login_required" => {
            "The provider did not let you through, or you declined. Try again, or ask an administrator for access there."
        }
        "invalid_scope" => "The provider does not give what is asked of it. An administrator must check the scopes.",
        "unauthorized_client" | "invalid_request" | "unsupported_response_type" => {
            "The provider does not accept requests of this portal. An administrator must check the client's settings there."
        }
        "temporarily_unavailable" | "server_error" => "The provider has a problem of its own. Try again in a moment.",
        _ => "The provider answered with an error. Try again; if it stays, tell an administrator.",
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn what_binds_an_answer_follows_from_both_secrets_and_is_different_each_time() {
        let one = Ticket::issue().unwrap();
        let other_state = Ticket { state: OneTimeCode::generate().unwrap(), ..one.clone() };
        let other_browser = Ticket { browser: OneTimeCode::generate().unwrap(), ..one.clone() };
        for other in [&other_state, &other_browser] {
            assert_ne!(one.verifier(), other.verifier());
            assert_ne!(one.nonce(), other.nonce());
        }
        assert_eq!((one.verifier().len(), one.verifier()), (43, one.clone().verifier()));
        assert_ne!(one.verifier(), one.nonce());
    }

    #[test]
    fn an_answer_counts_only_from_whom_it_should_come() {
        for (names_itself, said, counts) in [
            (true, Some("https://a"), true),
            (false, Some("https://a"), true),
            (false, None, true),
            (true, None, false),
            (true, Some("https://a/"), false),
            (false, Some("https://evil"), false),
            (false, Some(""), false),
        ] {
            assert_eq!(is_from("https://a", names_itself, said), counts, "{names_itself} {said:?}");
        }
    }
}
