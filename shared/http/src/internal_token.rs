//! The token by which services believe each other: who is asking, for which tenant, for the next minute.
//!
//! HS256 over a key that only our own processes hold. It never leaves the platform: the gateway strips the header
//! from whatever comes in. Tokens that were made or believed lately are remembered, since who asks once mostly asks again.

use hashlink::LruCache;
use http::{HeaderMap, HeaderValue};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use kernel::{Error, Principal, Result, SharedClock, TenantId};
use serde::{Deserialize, Serialize};
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

/// The header that carries the token.
pub const TOKEN_HEADER: &str = "x-proscenium-token";

const LIFETIME_SECONDS: i64 = 60;
/// A token is handed out again as long as it holds for this long still.
const LEFT_SECONDS: i64 = 30;
/// Tokens that are remembered of each sort.
const REMEMBERED: usize = 256;
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
    made: Memo<(Option<TenantId>, Principal), (i64, String)>,
    believed: Memo<String, Arc<Claims>>,
}

/// What was worked out lately.
struct Memo<K, V>(Arc<Mutex<LruCache<K, V>>>);

impl<K, V> Clone for Memo<K, V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K: Eq + Hash, V: Clone> Memo<K, V> {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(LruCache::new(REMEMBERED))))
    }

    fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: std::borrow::Borrow<Q>,
    {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn put(&self, key: K, value: V) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key, value);
    }
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
        let (sign, verify) = (EncodingKey::from_secret(secret), DecodingKey::from_secret(secret));
        Self { sign, verify, clock, made: Memo::new(), believed: Memo::new() }
    }

    /// A token for the next minute, or for what is left of one. Without a tenant it serves the routes that come before
    /// any (sign-up).
    ///
    /// # Errors
    /// `Internal` when signing fails.
    pub fn issue(&self, tenant: Option<TenantId>, principal: &Principal) -> Result<String> {
        let now = self.clock.now().unix_timestamp();
        let asker = (tenant, principal.clone());
        if let Some((exp, token)) = self.made.get(&asker)
            && (LEFT_SECONDS..=LIFETIME_SECONDS).contains(&(exp - now))
        {
            return Ok(token);
        }
        let exp = now + LIFETIME_SECONDS;
        let claims = Claims { aud: AUDIENCE.to_owned(), exp, tenant, principal: principal.clone() };
        let token = encode(&Header::new(Algorithm::HS256), &claims, &self.sign).map_err(Error::internal)?;
        self.made.put(asker, (exp, token.clone()));
        Ok(token)
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
        let token = HeaderValue::to_str(token).map_err(|_| refused())?;
        let claims = match self.believed.get(token) {
            Some(claims) => claims,
            None => {
                let claims = Arc::new(self.verify(token).ok_or_else(refused)?);
                self.believed.put(token.to_owned(), Arc::clone(&claims));
                claims
            }
        };
        if claims.exp <= self.clock.now().unix_timestamp() {
            return Err(refused());
        }
        Ok((claims.tenant, claims.principal.clone()))
    }

    /// What a token says, if we signed it; it may have expired.
    fn verify(&self, token: &str) -> Option<Claims> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_audience(&[AUDIENCE]);
        validation.validate_exp = false;
        decode::<Claims>(token, &self.verify, &validation).ok().map(|data| data.claims)
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
        assert!(key.read(&headers(&token)).is_err(), "believed once, but expired since");
        assert_eq!(key.read(&HeaderMap::new()).unwrap(), (None, Principal::Nobody));
    }

    #[test]
    fn a_token_is_handed_out_again_to_the_same_asker_while_it_holds_for_long_enough() {
        let clock = Arc::new(FixedClock::at(time::OffsetDateTime::UNIX_EPOCH));
        let key = InternalKey::new(b"0123456789abcdef0123456789abcdef", clock.clone());
        let tenant = TenantId::generate();
        let service = Principal::Service { name: "catalog".into() };
        let token = key.issue(Some(tenant), &service).unwrap();
        clock.advance(time::Duration::seconds(30));
        assert_eq!(key.issue(Some(tenant), &service).unwrap(), token);
        assert_ne!(key.issue(Some(TenantId::generate()), &service).unwrap(), token);
        assert_ne!(key.issue(Some(tenant), &Principal::Nobody).unwrap(), token);
        clock.advance(time::Duration::seconds(1));
        assert_ne!(key.issue(Some(tenant), &service).unwrap(), token);
    }
}
