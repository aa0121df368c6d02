//! The transit engine of Vault or OpenBao: `encrypt`, `decrypt`, `rewrap` and health.
//!
//! The key should be made with `derived=true`: each organisation's id is its context, from which Vault derives a key of
//! its own. Whether or not it is, organisation and key id stand in the wrapped bytes and are compared.

use super::{bound, client, does_not_open, method, send, unbound};
use crate::config;
use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kernel::{DataKey, DataKeyId, Error, KeyWrapper, Result, Wrapping};
use reqwest::Client;
use serde_json::{Value, json};
use std::path::PathBuf;
use url::Url;
use zeroize::Zeroizing;

const NAME: &str = "Vault";

/// Wraps data keys under a key of the transit engine.
pub struct VaultTransit {
    base: Url,
    settings: config::Vault,
    http: Client,
}

impl std::fmt::Debug for VaultTransit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "VaultTransit({}, {}/{})", self.base, self.settings.mount, self.settings.key)
    }
}

impl VaultTransit {
    /// Takes the settings; asks nothing yet.
    ///
    /// # Errors
    /// When the address is no web address or there is no token.
    pub fn new(settings: &config::Vault) -> anyhow::Result<Self> {
        let base = Url::parse(&settings.url).context("keys.vault.url")?;
        anyhow::ensure!(!base.cannot_be_a_base(), "keys.vault.url is not a web address");
        let has_token = settings.token.is_some() || settings.token_file.is_some();
        anyhow::ensure!(has_token, "keys.vault needs token or token_file");
        let plain = |part: &str| part.chars().all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c));
        anyhow::ensure!(
            plain(&settings.mount) && plain(&settings.key),
            "keys.vault.mount and keys.vault.key take letters, digits and ._-/"
        );
        Ok(Self { base, settings: settings.clone(), http: client()? })
    }

    /// An agent renews the file; so it is read for each request.
    async fn token(&self) -> Result<Zeroizing<String>> {
        let Some(file) = &self.settings.token_file else {
            return Ok(Zeroizing::new(self.settings.token.as_ref().map_or("", config::Secret::expose).to_owned()));
        };
        let text = tokio::fs::read_to_string(PathBuf::from(file)).await;
        let text = text.map_err(|error| Error::unavailable("The token of Vault cannot be read").with_source(error))?;
        Ok(Zeroizing::new(text.trim().to_owned()))
    }

    async fn call(&self, operation: &str, body: &Value) -> Result<Value> {
        let mut url = self.base.clone();
        url.set_path(&format!("/v1/{}/{operation}/{}", self.settings.mount, self.settings.key));
        let body = Zeroizing::new(body.to_string());
        let mut request = self.http.request(method(false), url).header("x-vault-token", self.token().await?.as_str());
        if let Some(namespace) = &self.settings.namespace {
            request = request.header("x-vault-namespace", namespace);
        }
        let request = request.header("content-type", "application/json").body(body.as_bytes().to_vec());
        let (status, answer) = send(request, NAME).await?;
        match status.as_u16() {
            200 => Ok(answer),
            // A wrong context, a changed ciphertext, a version below the oldest that may be opened.
            400 if operation == "decrypt" || operation == "rewrap" => Err(does_not_open(NAME, "it was refused")),
            status => Err(Error::unavailable(format!("{NAME} refuses to {operation} ({status})"))),
        }
    }

    fn context(id: DataKeyId) -> String {
        STANDARD.encode(id.tenant.as_uuid().as_bytes())
    }
}

fn text<'a>(answer: &'a Value, field: &str) -> Result<&'a str> {
    answer["data"][field].as_str().ok_or_else(|| Error::unavailable(format!("{NAME} answers without {field}")))
}

fn ciphertext(wrapped: &[u8]) -> Result<&str> {
    std::str::from_utf8(wrapped).map_err(|_| does_not_open(NAME, "it is not one of Vault's"))
}

impl KeyWrapper for VaultTransit {
    fn kind(&self) -> &'static str {
        "vault"
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn wrap_key<'a>(&'a self, id: DataKeyId, key: &'a DataKey) -> Wrapping<'a, Vec<u8>> {
        Box::pin(async move {
            let body = json!({ "plaintext": STANDARD.encode(bound(id, key).as_slice()), "context": Self::context(id) });
            let answer = self.call("encrypt", &body).await?;
            Ok(text(&answer, "ciphertext")?.as_bytes().to_vec())
        })
    }

    fn unwrap_key<'a>(&'a self, id: DataKeyId, wrapped: &'a [u8]) -> Wrapping<'a, DataKey> {
        Box::pin(async move {
            let body = json!({ "ciphertext": ciphertext(wrapped)?, "context": Self::context(id) });
            let answer = self.call("decrypt", &body).await?;
            let bytes = STANDARD.decode(text(&answer, "plaintext")?).map(Zeroizing::new);
            let key = bytes.ok().and_then(|bytes| unbound(id, &bytes));
            key.ok_or_else(|| does_not_open(NAME, "it is another organisation's, or another key"))
        })
    }

    fn rewrap_key<'a>(&'a self, id: DataKeyId, wrapped: &'a [u8]) -> Wrapping<'a, Vec<u8>> {
        Box::pin(async move {
            let body = json!({ "ciphertext": ciphertext(wrapped)?, "context": Self::context(id) });
            let answer = self.call("rewrap", &body).await?;
            Ok(text(&answer, "ciphertext")?.as_bytes().to_vec())
        })
    }

    fn health(&self) -> Wrapping<'_, ()> {
        Box::pin(async move {
            let mut url = self.base.clone();
            url.set_path("/v1/sys/health");
            let (status, _) = send(self.http.request(method(true), url), NAME).await?;
            match status.as_u16() {
                // Active, standby, performance standby: each answers.
                200 | 429 | 473 => Ok(()),
                501 => Err(Error::unavailable("Vault is not initialised")),
                503 => Err(Error::unavailable("Vault is sealed")),
                status => Err(Error::unavailable(format!("Vault is not well ({status})"))),
            }
        })
    }
}
