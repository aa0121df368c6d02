//! Wrappers of data keys that ask a key service: AWS KMS, and the transit engine of Vault or OpenBao.
//!
//! The operator chooses the service's address, so these requests have a client of their own, without the guard for
//! addresses that tenants choose: no redirects, no proxy of the environment, small answers, seconds to answer. Data keys
//! in the clear are in requests and answers only; no error repeats a body.

mod kms;
mod sigv4;
mod vault;

pub use kms::AwsKms;
pub use vault::VaultTransit;

use crate::config;
use kernel::{DataKey, DataKeyId, Error, KeyWrapper, Result, SharedClock};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const TIMEOUT: Duration = Duration::from_secs(4);
const MAX_ANSWER: usize = 64 * 1024;

/// The key services that the settings name.
///
/// # Errors
/// When an address or a key is missing or malformed.
pub fn configured(settings: &config::KeyWrapping, clock: SharedClock) -> anyhow::Result<Vec<Arc<dyn KeyWrapper>>> {
    let mut services: Vec<Arc<dyn KeyWrapper>> = Vec::new();
    if !settings.aws_kms.key_id.is_empty() {
        services.push(Arc::new(AwsKms::new(&settings.aws_kms, clock)?));
    }
    if !settings.vault.url.is_empty() {
        services.push(Arc::new(VaultTransit::new(&settings.vault)?));
    }
    Ok(services)
}

#[expect(clippy::disallowed_methods, reason = "the operator chooses these addresses, which may be private ones")]
fn client() -> anyhow::Result<Client> {
    let client = Client::builder()
        .user_agent("Proscenium")
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TIMEOUT)
        .pool_idle_timeout(Duration::from_secs(30))
        .no_proxy()
        .build()?;
    Ok(client)
}

/// Status and JSON of an answer; `null` when it is none.
async fn send(request: RequestBuilder, service: &str) -> Result<(StatusCode, Value)> {
    let silent = |error: reqwest::Error| {
        // The address is the operator's; the body is in no error of the client.
        Error::unavailable(format!("{service} does not answer")).with_source(error.without_url())
    };
    let mut response = request.send().await.map_err(silent)?;
    let status = response.status();
    let mut body = zeroize::Zeroizing::new(Vec::new());
    while let Some(chunk) = response.chunk().await.map_err(silent)? {
        if body.len() + chunk.len() > MAX_ANSWER {
            return Err(Error::unavailable(format!("{service} answers more than a key service should")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
}

fn does_not_open(service: &str, why: &str) -> Error {
    Error::internal(format!("{service} does not open a data key: {why}"))
}

/// A key with whose it is, for services that cannot bind a ciphertext to its place themselves.
fn bound(id: DataKeyId, key: &DataKey) -> zeroize::Zeroizing<Vec<u8>> {
    let tenant = id.tenant.as_uuid();
    let parts = [tenant.as_bytes().as_slice(), id.key.as_bytes(), key.expose()];
    zeroize::Zeroizing::new(parts.concat())
}

/// The key of [`bound`] bytes; `None` when they are another's.
fn unbound(id: DataKeyId, bytes: &[u8]) -> Option<DataKey> {
    let (tenant, rest) = bytes.split_at_checked(16)?;
    let (key_id, key) = rest.split_at_checked(16)?;
    let own = tenant == id.tenant.as_uuid().as_bytes() && key_id == id.key.as_bytes();
    DataKey::from_slice(key).filter(|_| own)
}

fn method(get: bool) -> Method {
    if get { Method::GET } else { Method::POST }
}
