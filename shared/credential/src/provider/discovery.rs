//! What an OpenID Connect provider says about itself (OpenID Connect Discovery 1.0).

use super::settings::web_address;
use serde::Deserialize;

/// The largest document that is taken.
pub const MAX_BYTES: usize = 200_000;

/// How a client proves who it is at the token endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientAuthentication {
    /// `client_secret_basic`: in the header.
    Basic,
    /// `client_secret_post`: in the form.
    Form,
}

/// A provider's addresses and abilities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discovered {
    /// As its tokens say it.
    pub issuer: String,
    /// Where people sign in.
    pub authorization_endpoint: String,
    /// Where codes are exchanged.
    pub token_endpoint: String,
    /// Where more is said about a person.
    pub userinfo_endpoint: Option<String>,
    /// Where its keys are.
    pub jwks_uri: String,
    /// How the client proves who it is.
    pub authentication: ClientAuthentication,
    /// Whether answers say who gave them (RFC 9207), so that one without is a forgery.
    pub names_itself: bool,
}

#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: Option<String>,
    token_endpoint: Option<String>,
    userinfo_endpoint: Option<String>,
    jwks_uri: Option<String>,
    #[serde(default)]
    response_types_supported: Option<Vec<String>>,
    #[serde(default)]
    id_token_signing_alg_values_supported: Option<Vec<String>>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    code_challenge_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// Where the document is.
#[must_use]
pub fn address(issuer: &str) -> String {
    format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'))
}

/// Reads the document of `issuer`.
///
/// # Errors
/// What is wrong with it, in words for the administrator who set it up.
pub fn read(issuer: &str, document: &str) -> Result<Discovered, String> {
    let address = address(issuer);
    let said: Document = serde_json::from_str(document).map_err(|_| {
        format!("{address} answers, but not with the description of an OpenID Connect provider. Check the issuer.")
    })?;
    if said.issuer != issuer {
        let shown: String = said.issuer.chars().take(200).collect();
        return Err(format!("The provider calls itself {shown}. Enter exactly that as the issuer."));
    }
    let endpoint = |name: &str, given: Option<String>| match given {
        None => Err(format!("{address} names no {name}.")),
        Some(given) => match web_address(&given) {
            Some(url) if url.scheme() == "https" || issuer.starts_with("http://") => Ok(given),
            _ => Err(format!("{address} names a {name} that is no https address.")),
        },
    };
    let lists = |list: &Option<Vec<String>>, wanted: &[&str]| {
        list.as_ref().is_none_or(|list| list.iter().any(|word| wanted.contains(&word.as_str())))
    };
    if !lists(&said.response_types_supported, &["code"]) {
        return Err("The provider does not offer the authorization code flow (response type code).".to_owned());
    }
    if !lists(&said.id_token_signing_alg_values_supported, &["RS256", "ES256"]) {
        return Err(
            "The provider signs its ID tokens with neither RS256 nor ES256. Choose one of them there.".to_owned()
        );
    }
    if !lists(&said.code_challenge_methods_supported, &["S256"]) {
        return Err("The provider does not take part in PKCE with S256, without which codes can be stolen.".to_owned());
    }
    let methods = said.token_endpoint_auth_methods_supported.unwrap_or_default();
    let has = |method: &str| methods.iter().any(|it| it == method);
    let authentication = if has("client_secret_post") && !has("client_secret_basic") {
        ClientAuthentication::Form
    } else {
        ClientAuthentication::Basic
    };
    Ok(Discovered {
        authorization_endpoint: endpoint("authorization endpoint", said.authorization_endpoint)?,
        token_endpoint: endpoint("token endpoint", said.token_endpoint)?,
        userinfo_endpoint: said.userinfo_endpoint.map(|it| endpoint("userinfo endpoint", Some(it))).transpose()?,
        jwks_uri: endpoint("address of keys", said.jwks_uri)?,
        issuer: said.issuer,
        authentication,
        names_itself: said.authorization_response_iss_parameter_supported,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::{Value, json};

    const ISSUER: &str = "https://id.example.com/acme";

    fn document() -> Value {
        json!({
            "issuer": ISSUER, "authorization_endpoint": "https://id.example.com/auth",
            "token_endpoint": "https://id.example.com/token", "jwks_uri": "https://id.example.com/keys",
            "response_types_supported": ["code", "id_token"], "id_token_signing_alg_values_supported": ["HS256", "RS256"],
            "code_challenge_methods_supported": ["plain", "S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "authorization_response_iss_parameter_supported": true,
        })
    }

    #[test]
    fn a_good_document_is_read() {
        let found = read(ISSUER, &document().to_string()).unwrap();
        assert_eq!(found.authentication, ClientAuthentication::Form);
        assert!(found.names_itself && found.userinfo_endpoint.is_none());
    }

    #[test]
    fn what_is_wrong_with_a_document_is_said_in_words() {
        for (name, value, words) in [
            ("issuer", json!("https://id.example.com/acme/"), "calls itself https://id.example.com/acme/"),
            ("issuer", json!("https://evil.example"), "Enter exactly that"),
            ("authorization_endpoint", Value::Null, "names no authorization endpoint"),
            ("token_endpoint", json!("http://id.example.com/token"), "no https address"),
            ("token_endpoint", json!("https://a:b@id.example.com/"), "no https address"),
            ("jwks_uri", json!("file:///etc/passwd"), "no https address"),
            ("response_types_supported", json!(["id_token"]), "authorization code flow"),
            ("id_token_signing_alg_values_supported", json!(["HS256", "none"]), "neither RS256 nor ES256"),
            ("code_challenge_methods_supported", json!(["plain"]), "PKCE with S256"),
        ] {
            let mut document = document();
            document[name] = value;
            let problem = read(ISSUER, &document.to_string()).unwrap_err();
            assert!(problem.contains(words), "{name}: {problem}");
        }
        assert!(read(ISSUER, "<html>").unwrap_err().contains("Check the issuer"));
    }

    #[test]
    fn the_document_is_below_the_issuer() {
        for issuer in ["https://id.example.com/acme", "https://id.example.com/acme/"] {
            assert_eq!(address(issuer), "https://id.example.com/acme/.well-known/openid-configuration");
        }
    }
}
