//! How a service gets the secrets that were granted to a plugin, a template or a proxy.

use crate::{Caller, ServiceClient, ServiceName, read_json};
use axum::body::Body;
use http::Request;
use kernel::{Error, Redaction, Result, TenantId};
use runtime::redaction::{Held, hold};
use serde::Deserialize;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// For whom secrets are asked.
#[derive(Debug, Clone, Copy)]
pub struct Grantee<'a> {
    /// `plugin`, `template` or `proxy`.
    pub kind: &'static str,
    /// A plugin's id, a template's reference, a proxy's name.
    pub id: &'a str,
}

/// What a grantee was given. While it lives, this process's log is masked by these values.
#[derive(Default)]
pub struct GrantedSecrets {
    values: BTreeMap<String, String>,
    redaction: Redaction,
    missing: Vec<String>,
    _held: Option<Held>,
}

impl std::fmt::Debug for GrantedSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GrantedSecrets").field("names", &self.values.keys()).finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Answer {
    secrets: Vec<Value>,
    missing: Vec<String>,
}

#[derive(Deserialize)]
struct Value {
    name: String,
    value: String,
    older: Vec<String>,
}

impl GrantedSecrets {
    /// Asks for the named secrets on behalf of a grantee; each one's use is noted. Names that are not granted are no
    /// error here: see [`missing`](Self::missing).
    ///
    /// # Errors
    /// `Unavailable` when tenant-admin does not answer; its own errors.
    pub async fn resolve(
        client: &ServiceClient,
        tenant: TenantId,
        service: &str,
        grantee: Grantee<'_>,
        names: &BTreeSet<String>,
    ) -> Result<Self> {
        if names.is_empty() {
            return Ok(Self::default());
        }
        let body = json!({ "grantee": { "kind": grantee.kind, "id": grantee.id }, "names": names });
        let request = Request::post("/internal/secrets/v1/resolve")
            .header(http::header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))
            .map_err(Error::internal)?;
        let response = client.call(ServiceName::TenantAdmin, &Caller::service(tenant, service), request).await?;
        let answer: Answer = read_json(response).await?;
        let mut redaction = Redaction::default();
        let all = answer.secrets.iter().flat_map(|secret| std::iter::once(&secret.value).chain(&secret.older));
        let all: Vec<&str> = all.map(String::as_str).collect();
        redaction.extend(all.iter().copied());
        let held = Some(hold(all));
        let values = answer.secrets.into_iter().map(|secret| (secret.name, secret.value)).collect();
        Ok(Self { values, redaction, missing: answer.missing, _held: held })
    }

    /// Values by name.
    #[must_use]
    pub const fn values(&self) -> &BTreeMap<String, String> {
        &self.values
    }

    /// What masks the values, and older ones that can still be read.
    #[must_use]
    pub const fn redaction(&self) -> &Redaction {
        &self.redaction
    }

    /// Names that were asked for and are not granted.
    #[must_use]
    pub fn missing(&self) -> &[String] {
        &self.missing
    }
}
