//! AWS KMS: `Encrypt`, `Decrypt`, `ReEncrypt` and `DescribeKey`, with the organisation in the encryption context.
//!
//! KMS itself refuses to open a key under another context, and notes the context in CloudTrail, so that each use shows
//! whose key it was.

use super::sigv4::{Signer, timestamp};
use super::{client, does_not_open, method, send};
use crate::config;
use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kernel::{DataKey, DataKeyId, Error, KeyWrapper, Result, SharedClock, Wrapping};
use reqwest::Client;
use serde_json::{Value, json};
use url::Url;
use zeroize::Zeroizing;

const NAME: &str = "AWS KMS";
const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

/// Wraps data keys under a key in AWS KMS.
pub struct AwsKms {
    settings: config::AwsKms,
    endpoint: Url,
    host: String,
    http: Client,
    clock: SharedClock,
}

impl std::fmt::Debug for AwsKms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AwsKms({}, {})", self.settings.key_id, self.host)
    }
}

impl AwsKms {
    /// Takes the settings; asks nothing yet.
    ///
    /// # Errors
    /// When the endpoint is no web address or the credentials are missing.
    pub fn new(settings: &config::AwsKms, clock: SharedClock) -> anyhow::Result<Self> {
        anyhow::ensure!(
            settings.access_key.is_some() && settings.secret_key.is_some(),
            "keys.aws_kms needs access_key and secret_key"
        );
        let usual = || format!("https://kms.{}.amazonaws.com/", settings.region);
        let endpoint = Url::parse(&settings.endpoint.clone().unwrap_or_else(usual)).context("keys.aws_kms.endpoint")?;
        let host = endpoint.host_str().context("keys.aws_kms.endpoint has no host")?;
        let host = endpoint.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        Ok(Self { settings: settings.clone(), endpoint, host, http: client()?, clock })
    }

    async fn call(&self, operation: &str, body: &Value) -> Result<Value> {
        let (at, target) = (timestamp(self.clock.now())?, format!("TrentService.{operation}"));
        let body = Zeroizing::new(body.to_string());
        let session = self.settings.session_token.as_ref().map(config::Secret::expose);
        let mut headers = vec![("content-type", CONTENT_TYPE), ("host", self.host.as_str()), ("x-amz-date", &*at)];
        headers.extend(session.map(|token| ("x-amz-security-token", token)));
        headers.push(("x-amz-target", &*target));
        let secret = |given: &Option<config::Secret>| given.as_ref().map_or(String::new(), |it| it.expose().to_owned());
        let (access_key, secret_key) =
            (secret(&self.settings.access_key), Zeroizing::new(secret(&self.settings.secret_key)));
        let signer =
            Signer { access_key: &access_key, secret_key: &secret_key, region: &self.settings.region, service: "kms" };
        let authorization = signer.authorization("POST", "/", &headers, body.as_bytes(), &at);
        let mut request =
            self.http.request(method(false), self.endpoint.clone()).header("authorization", authorization);
        for (name, value) in headers.iter().filter(|(name, _)| *name != "host") {
            request = request.header(*name, *value);
        }
        let (status, answer) = send(request.body(body.as_bytes().to_vec()), NAME).await?;
        if status.is_success() { Ok(answer) } else { Err(refusal(operation, status.as_u16(), &answer)) }
    }

    fn context(id: DataKeyId) -> Value {
        json!({ "proscenium:tenant": id.tenant.to_string(), "proscenium:key": id.key.to_string() })
    }
}

/// What KMS says in its own words, which name no secret.
fn refusal(operation: &str, status: u16, answer: &Value) -> Error {
    let kind = answer["__type"].as_str().unwrap_or_default();
    let kind = kind.rsplit('#').next().unwrap_or_default();
    match kind {
        "InvalidCiphertextException" | "IncorrectKeyException" => does_not_open(NAME, kind),
        _ => Error::unavailable(format!("{NAME} refuses {operation} ({status} {kind})")),
    }
}

fn bytes(answer: &Value, field: &str) -> Result<Zeroizing<Vec<u8>>> {
    let text = answer[field].as_str().unwrap_or_default();
    let bytes = STANDARD.decode(text).ok().filter(|bytes| !bytes.is_empty());
    bytes.map(Zeroizing::new).ok_or_else(|| Error::unavailable(format!("{NAME} answers without {field}")))
}

impl KeyWrapper for AwsKms {
    fn kind(&self) -> &'static str {
        "aws-kms"
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn wrap_key<'a>(&'a self, id: DataKeyId, key: &'a DataKey) -> Wrapping<'a, Vec<u8>> {
        Box::pin(async move {
            let body = json!({ "KeyId": self.settings.key_id, "Plaintext": STANDARD.encode(key.expose()),
                "EncryptionContext": Self::context(id) });
            let answer = self.call("Encrypt", &body).await?;
            Ok(bytes(&answer, "CiphertextBlob")?.to_vec())
        })
    }

    fn unwrap_key<'a>(&'a self, id: DataKeyId, wrapped: &'a [u8]) -> Wrapping<'a, DataKey> {
        Box::pin(async move {
            // Without a key's id: what a former key wrapped opens until it is wrapped again.
            let body = json!({ "CiphertextBlob": STANDARD.encode(wrapped), "EncryptionContext": Self::context(id) });
            let answer = self.call("Decrypt", &body).await?;
            DataKey::from_slice(&bytes(&answer, "Plaintext")?)
                .ok_or_else(|| does_not_open(NAME, "it has a wrong length"))
        })
    }

    fn rewrap_key<'a>(&'a self, id: DataKeyId, wrapped: &'a [u8]) -> Wrapping<'a, Vec<u8>> {
        Box::pin(async move {
            let body = json!({ "CiphertextBlob": STANDARD.encode(wrapped), "DestinationKeyId": self.settings.key_id,
                "SourceEncryptionContext": Self::context(id), "DestinationEncryptionContext": Self::context(id) });
            let answer = self.call("ReEncrypt", &body).await?;
            Ok(bytes(&answer, "CiphertextBlob")?.to_vec())
        })
    }

    fn health(&self) -> Wrapping<'_, ()> {
        Box::pin(async move {
            let answer = self.call("DescribeKey", &json!({ "KeyId": self.settings.key_id })).await?;
            match answer["KeyMetadata"]["KeyState"].as_str() {
                Some("Enabled") => Ok(()),
                state => {
                    Err(Error::unavailable(format!("The key in {NAME} is {}", state.unwrap_or("in no known state"))))
                }
            }
        })
    }
}
