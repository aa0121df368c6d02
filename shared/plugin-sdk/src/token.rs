//! Tokens: ES256, signed by the platform for this tenant and this plugin, and nothing else.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{StatusCode, header::AUTHORIZATION};
use axum::middleware::Next;
use axum::response::Response;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::Value;

use crate::control::error;
use crate::worker::Shared;

/// Clock difference tolerated between the platform and the worker, in seconds.
const LEEWAY_S: u64 = 5;

/// Checks tokens against a key set.
pub struct Verifier {
    keys: JwkSet,
    validation: Validation,
    tenant: String,
}

#[derive(Deserialize)]
struct Claims {
    tenant: String,
}

impl Verifier {
    /// A verifier for one plugin of one tenant.
    pub fn new(jwks: &Value, plugin: &str, tenant: &str) -> Result<Self, String> {
        let keys = JwkSet::deserialize(jwks).map_err(|error| format!("jwks: {error}"))?;
        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_audience(&[format!("plugin:{plugin}")]);
        validation.set_required_spec_claims(&["exp", "sub", "aud"]);
        validation.leeway = LEEWAY_S;
        Ok(Self { keys, validation, tenant: tenant.into() })
    }

    /// The same checks with other keys.
    pub fn with_keys(&self, jwks: &Value) -> Result<Self, String> {
        Ok(Self {
            keys: JwkSet::deserialize(jwks).map_err(|error| format!("jwks: {error}"))?,
            validation: self.validation.clone(),
            tenant: self.tenant.clone(),
        })
    }

    /// Whether the token is valid here.
    pub fn accepts(&self, token: &str) -> bool {
        let Ok(header) = decode_header(token) else {
            return false;
        };
        self.keys
            .keys
            .iter()
            .filter(|key| header.kid.is_none() || header.kid == key.common.key_id)
            .filter_map(|key| DecodingKey::from_jwk(key).ok())
            .filter_map(|key| decode::<Claims>(token, &key, &self.validation).ok())
            .any(|token| token.claims.tenant == self.tenant)
    }
}

/// Lets only requests with a valid token pass.
pub async fn require(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let token = request
        .headers()
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    let message = match token {
        Some(token) if shared.verifier.read().await.accepts(token) => {
            return next.run(request).await;
        }
        Some(_) => "The token is not valid here",
        None => "Missing credentials",
    };
    error(StatusCode::UNAUTHORIZED, message, request.method(), request.uri())
}
