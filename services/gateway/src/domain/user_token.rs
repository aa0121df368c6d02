//! The Backstage user token: ES256 under a key of the user's own organisation.
//!
//! Its header says `typ: vnd.backstage.user` as stock Backstage's does; ownership is not in it (clients ask
//! `/api/auth/v1/userinfo`). It carries the tenant and the session, and a token of a dead session is dead.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use credential::signing::{PublicKey, SigningKey};
use jsonwebtoken::{Algorithm, Validation};
use kernel::{Result, TenantId};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// How long a token lives.
pub const LIFETIME: Duration = Duration::minutes(10);
/// Between machines that disagree about the time.
const LEEWAY: Duration = Duration::seconds(30);
const TYPE: &str = "vnd.backstage.user";
const AUDIENCE: &str = "backstage";
/// Longer than any token of ours; nothing beyond is parsed.
const MAX_LENGTH: usize = 4096;

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The organisation's origin and `/api/auth`.
    pub iss: String,
    /// The user's entity ref.
    pub sub: String,
    /// Always `backstage`.
    pub aud: String,
    /// The organisation.
    pub tenant: TenantId,
    /// The session that vouches for it.
    pub sid: Uuid,
    /// Seconds since the epoch.
    pub iat: i64,
    /// Seconds since the epoch.
    pub exp: i64,
}

/// Signs.
///
/// # Errors
/// `Internal` when the private key is not one.
pub fn sign(key: &SigningKey, claims: &Claims) -> Result<String> {
    key.sign(TYPE, claims)
}

/// Claims for a user of a tenant, from now on.
#[must_use]
pub fn claims(tenant: TenantId, origin: &str, user_ref: &str, session: Uuid, now: OffsetDateTime) -> Claims {
    Claims {
        iss: issuer(origin),
        sub: user_ref.to_owned(),
        aud: AUDIENCE.to_owned(),
        tenant,
        sid: session,
        iat: now.unix_timestamp(),
        exp: (now + LIFETIME).unix_timestamp(),
    }
}

/// The `iss` of an organisation's tokens.
#[must_use]
pub fn issuer(origin: &str) -> String {
    format!("{origin}/api/auth")
}

/// The organisation that an unchecked token says it belongs to; which keys to check it with, nothing more.
#[must_use]
pub fn unverified_tenant(token: &str) -> Option<TenantId> {
    #[derive(Deserialize)]
    struct Partial {
        tenant: TenantId,
    }
    if token.len() > MAX_LENGTH {
        return None;
    }
    let body = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice::<Partial>(&body).ok().map(|partial| partial.tenant)
}

/// Whether an unchecked token names a key that is not among these: they may have been read before it was made.
#[must_use]
pub fn names_unknown_key(token: &str, keys: &[PublicKey]) -> bool {
    if token.len() > MAX_LENGTH {
        return false;
    }
    let kid = jsonwebtoken::decode_header(token).ok().and_then(|header| Uuid::try_parse(&header.kid?).ok());
    kid.is_some_and(|kid| keys.iter().all(|key| key.id != kid))
}

/// Checks a token against the organisation's own keys; `None` for whatever is not entirely right.
///
/// Whether the session lives is the caller's to ask.
#[must_use]
pub fn verify(token: &str, tenant: TenantId, origin: &str, keys: &[PublicKey], now: OffsetDateTime) -> Option<Claims> {
    if token.len() > MAX_LENGTH {
        return None;
    }
    let header = jsonwebtoken::decode_header(token).ok()?;
    // The algorithm is ours, never the header's choice; keys come from our table by `kid`, never from the header.
    if header.alg != Algorithm::ES256 || header.typ.as_deref() != Some(TYPE) {
        return None;
    }
    let kid = header.kid?;
    let key = keys.iter().find(|key| key.id.to_string() == kid)?;
    let mut validation = Validation::new(Algorithm::ES256);
    validation.set_audience(&[AUDIENCE]);
    validation.set_issuer(&[issuer(origin)]);
    validation.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
    // Expiry is checked below, by our clock.
    validation.validate_exp = false;
    let claims = jsonwebtoken::decode::<Claims>(token, &key.decoding_key()?, &validation).ok()?.claims;
    let now = now.unix_timestamp();
    let timely = now < claims.exp
        && claims.iat <= now + LEEWAY.whole_seconds()
        && claims.exp - claims.iat <= LIFETIME.whole_seconds();
    (timely && claims.tenant == tenant && !claims.sub.is_empty()).then_some(claims)
}

#[cfg(test)]
#[path = "user_token_tests.rs"]
mod tests;
