//! The token by which services believe each other: who is asking, for which tenant, for the next minute.
//!
//! HS256 over a key that only our own processes hold. It never leaves the platform: the gateway strips the header
//! from whatever comes in.

use http::{HeaderMap, HeaderValue};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use kernel::{Error, Principal, Result, SharedClock, TenantId};
use serde::{Deserialize, Serialize};

/// The header that carries the token.
pub const TOKEN_HEADER: &str = "x-proscenium-token";

const LIFETIME_SECONDS: i64 = 60;
const AUDIENCE: &str = "proscenium-internal";

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    aud: String,
    exp: i64,
    tenant: Option<TenantId>,
    principal: Principal,
}

/// Signs and checks internal tokens. Cheap to clone.
#[derive(Clone)]
pub struct InternalKey {
    sign: EncodingKey,
    verify: DecodingKey,
    clock: SharedClock,
}

impl std::fmt::Debug for InternalKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InternalKey(…)")
    }
}

impl InternalKey {
    /// Uses the platform's shared secret, 32 random bytes or more.
    #[must_use]
    pub fn new(secret: &[u8], clock: SharedClock) -> Self {
        Self { sign: EncodingKey::from_secret(secret), verify: DecodingKey::from_secret(secret), clock }
    }

    /// A token for the next minute. Without a tenant it serves the routes that come before any (sign-up).
    ///
    /// # Errors
    /// `Internal` when signing fails.
    pub fn issue(&self, tenant: Option<TenantId>, principal: &Principal) -> Result<String> {
        let claims = Claims {
            aud: AUDIENCE.to_owned(),
            exp: self.clock.now().unix_timestamp() + LIFETIME_SECONDS,
            tenant,
            principal: principal.clone(),
        };
        encode(&Header::new(Algorithm::HS256), &claims, &self.sign).map_err(Error::internal)
    }

    /// Reads the token out of the headers; none at all is `Nobody` without a tenant.
    ///
    /// # Errors
    /// `Authentication` when the token is forged, expired or for another audience.
    pub fn read(&self, headers: &HeaderMap) -> Result<(Option<TenantId>, Principal)> {
        let Some(token) = headers.get(TOKEN_HEADER) else {
            return Ok((None, Principal::Nobody));
        };
        let refused = || Error::authentication("Illegal internal token");
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_audience(&[AUDIENCE]);
        validation.validate_exp = false;
        let token = HeaderValue::to_str(token).map_err(|_| refused())?;
        let claims = decode::<Claims>(token, &self.verify, &validation).map_err(|_| refused())?.claims;
        if claims.exp <= self.clock.now().unix_timestamp() {
            return Err(refused());
        }
        Ok((claims.tenant, claims.principal))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use kernel::FixedClock;
    use std::sync::Arc;

    fn headers(token: &str) -> HeaderMap {
        HeaderMap::from_iter([(TOKEN_HEADER.parse().unwrap(), token.parse().unwrap())])
    }

    #[test]
    fn a_token_is_believed_for_a_minute_and_only_under_its_own_key() {
        let clock = Arc::new(FixedClock::at(time::OffsetDateTime::UNIX_EPOCH));
        let key = InternalKey::new(b"0123456789abcdef0123456789abcdef", clock.clone());
        let tenant = TenantId::generate();
        let service = Principal::Service { name: "catalog".into() };
        let token = key.issue(Some(tenant), &service).unwrap();
        assert_eq!(key.read(&headers(&token)).unwrap(), (Some(tenant), service));
        let other = InternalKey::new(b"another key, as long as the first", clock.clone());
        assert!(other.read(&headers(&token)).is_err());
        clock.advance(time::Duration::seconds(61));
        assert!(key.read(&headers(&token)).is_err());
        assert_eq!(key.read(&HeaderMap::new()).unwrap(), (None, Principal::Nobody));
    }
}
