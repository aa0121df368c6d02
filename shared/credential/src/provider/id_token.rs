//! ID tokens (OpenID Connect Core 1.0 §3.1.3.7): signed by the provider, for this client, in answer to this request.
//!
//! RS256 and ES256 only. The algorithm follows from the key, never from the token, so no token chooses how it is checked.

use super::Claims;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Map, Value};
use time::{Duration, OffsetDateTime};

/// How far the provider's clock may be from ours.
pub const SKEW: Duration = Duration::seconds(60);
/// How old an ID token may be that was asked for a moment ago.
const MAX_AGE: Duration = Duration::minutes(10);
const MAX_LENGTH: usize = 64_000;
const MAX_KEYS: usize = 100;

/// The keys with which a provider signs, as it publishes them.
#[derive(Debug, Clone, Default)]
pub struct Keys(Vec<Key>);

#[derive(Debug, Clone)]
struct Key {
    id: Option<String>,
    algorithm: Algorithm,
    decoding: DecodingKey,
}

/// What a token must say.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// Who signs.
    pub issuer: &'a str,
    /// For whom.
    pub client_id: &'a str,
    /// In answer to what.
    pub nonce: &'a str,
    /// The present moment.
    pub now: OffsetDateTime,
}

/// Why a token does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It is no token, or one with parts that nobody here understands.
    Malformed,
    /// It is signed with none of the known keys: the provider may have new ones.
    UnknownKey,
    /// The signature is wrong.
    Signature,
    /// Somebody else's token.
    Issuer,
    /// For somebody else.
    Audience,
    /// In answer to something else.
    Nonce,
    /// Too old or too new.
    Time,
    /// It names nobody.
    Subject,
}

impl Refusal {
    /// For the log and for administrators.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Malformed => "the ID token is malformed",
            Self::UnknownKey => {
                "the ID token is signed with a key that the provider does not publish, or not with RS256 or ES256"
            }
            Self::Signature => "the signature of the ID token is wrong",
            Self::Issuer => "the ID token was issued by another provider",
            Self::Audience => "the ID token is for another client",
            Self::Nonce => "the ID token is the answer to another request",
            Self::Time => {
                "the ID token is too old, or the clock of the provider differs from ours by more than a minute"
            }
            Self::Subject => "the ID token names nobody",
        }
    }
}

impl Keys {
    /// Reads a JSON Web Key Set (RFC 7517). Keys that are not for RS256 or ES256 signatures are left out.
    #[must_use]
    pub fn read(document: &str) -> Option<Self> {
        let set: Value = serde_json::from_str(document).ok()?;
        let keys = set.get("keys")?.as_array()?;
        Some(Self(keys.iter().take(MAX_KEYS).filter_map(key).collect()))
    }

    /// The one key that this header can mean.
    fn find(&self, header: &Map<String, Value>) -> Option<&Key> {
        let algorithm = match header.get("alg")?.as_str()? {
            "RS256" => Algorithm::RS256,
            "ES256" => Algorithm::ES256,
            _ => return None,
        };
        let mut fitting = self.0.iter().filter(|key| key.algorithm == algorithm);
        match header.get("kid") {
            Some(kid) => fitting.find(|key| key.id.as_deref() == kid.as_str() && key.id.is_some()),
            // Without a name only an only key can be meant.
            None => fitting.next().filter(|_| fitting.next().is_none()),
        }
    }
}

fn key(jwk: &Value) -> Option<Key> {
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    if text("use").is_some_and(|purpose| purpose != "sig") {
        return None;
    }
    let (algorithm, decoding) = match (text("kty")?, text("crv")) {
        ("RSA", _) => (Algorithm::RS256, DecodingKey::from_rsa_components(text("n")?, text("e")?).ok()?),
        ("EC", Some("P-256")) => (Algorithm::ES256, DecodingKey::from_ec_components(text("x")?, text("y")?).ok()?),
        _ => return None,
    };
    let wanted = if algorithm == Algorithm::RS256 { "RS256" } else { "ES256" };
    text("alg").is_none_or(|said| said == wanted).then(|| Key {
        id: text("kid").map(str::to_owned),
        algorithm,
        decoding,
    })
}

/// The claims of a token of which nothing was checked. For showing, never for believing.
#[must_use]
pub fn unverified_claims(token: &str) -> Option<Claims> {
    (token.len() <= MAX_LENGTH).then(|| part(token, 1)).flatten().map(Claims)
}

fn part(token: &str, at: usize) -> Option<Map<String, Value>> {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let mut parts = token.split('.');
    let text = parts.clone().nth(at)?;
    if parts.by_ref().count() != 3 {
        return None;
    }
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

/// The claims, when everything about the token is right.
///
/// # Errors
/// The first thing that is not.
pub fn verify(token: &str, keys: &Keys, expected: Expected<'_>) -> Result<Claims, Refusal> {
    if token.len() > MAX_LENGTH {
        return Err(Refusal::Malformed);
    }
    let header = part(token, 0).ok_or(Refusal::Malformed)?;
    // Extensions that must be understood (RFC 7515 §4.1.11): we understand none.
    if header.contains_key("crit") || header.contains_key("b64") {
        return Err(Refusal::Malformed);
    }
    let key = keys.find(&header).ok_or(Refusal::UnknownKey)?;
    let mut validation = Validation::new(key.algorithm);
    // What the claims say is checked below, by our clock and without any leniency of types.
    validation.required_spec_claims.clear();
    (validation.validate_exp, validation.validate_aud) = (false, false);
    let decoded = jsonwebtoken::decode::<Map<String, Value>>(token, &key.decoding, &validation);
    let claims = decoded.map_err(|_| Refusal::Signature)?.claims;
    check(&claims, expected)?;
    Ok(Claims(claims))
}

fn check(claims: &Map<String, Value>, expected: Expected<'_>) -> Result<(), Refusal> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("iss") != Some(expected.issuer) {
        return Err(Refusal::Issuer);
    }
    if !is_for(claims, expected.client_id) {
        return Err(Refusal::Audience);
    }
    if text("nonce") != Some(expected.nonce) {
        return Err(Refusal::Nonce);
    }
    let moment = |name: &str| claims.get(name).and_then(Value::as_f64);
    #[expect(clippy::cast_precision_loss, reason = "seconds of this age are exact in 53 bits")]
    let (now, skew) = (expected.now.unix_timestamp() as f64, SKEW.as_seconds_f64());
    let (expires, issued) = (moment("exp").ok_or(Refusal::Time)?, moment("iat").ok_or(Refusal::Time)?);
    let begun = claims.get("nbf").is_none_or(|begin| begin.as_f64().is_some_and(|begin| begin <= now + skew));
    let timely = now < expires + skew && issued <= now + skew && now - issued <= MAX_AGE.as_seconds_f64() && begun;
    if !timely {
        return Err(Refusal::Time);
    }
    match text("sub") {
        Some(subject) if (1..=255).contains(&subject.len()) => Ok(()),
        _ => Err(Refusal::Subject),
    }
}

/// Whether the token is for this client; one for several must say that this one asked for it.
fn is_for(claims: &Map<String, Value>, client_id: &str) -> bool {
    let asked = claims.get("azp").map(|party| party.as_str() == Some(client_id));
    match claims.get("aud") {
        Some(Value::String(audience)) => audience == client_id && asked != Some(false),
        Some(Value::Array(audiences)) => {
            let named = audiences.iter().any(|audience| audience.as_str() == Some(client_id));
            named && if audiences.len() == 1 { asked != Some(false) } else { asked == Some(true) }
        }
        _ => false,
    }
}

#[cfg(test)]
#[path = "id_token_tests.rs"]
mod tests;
