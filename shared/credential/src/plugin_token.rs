//! Tokens between the platform and plugin workers, ES256 under the organisation's own key.
//!
//! - Towards a worker, a user's token has the audience `plugin:<id>`: the plugin cannot use it with another plugin, and
//!   back at the platform it counts for what that plugin was granted and no more.
//! - A worker's own (service) token has the audience `proscenium` and the subject `plugin:<id>`.

use crate::signing::{PublicKey, SigningKey};
use jsonwebtoken::{Algorithm, Validation};
use kernel::{Principal, Result, TenantId};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// How long a user's token towards a worker lives. No session is asked about it, so it is short.
pub const USER_LIFETIME: Duration = Duration::minutes(2);
/// How long a worker's own token lives; the supervisor renews it.
pub const WORKER_LIFETIME: Duration = Duration::hours(1);

const LEEWAY: Duration = Duration::seconds(30);
const USER_TYPE: &str = "vnd.backstage.user";
const WORKER_TYPE: &str = "vnd.proscenium.worker";
const PLATFORM: &str = "proscenium";
const PREFIX: &str = "plugin:";
/// Longer than any token of ours; nothing beyond is parsed.
const MAX_LENGTH: usize = 4096;

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: String,
    tenant: TenantId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    member: Option<Uuid>,
    iat: i64,
    exp: i64,
}

/// Who shows a token that was made for or by a plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bearer {
    /// The worker itself.
    Worker {
        /// For example `badges`.
        plugin_id: String,
    },
    /// The worker, on behalf of a user who called it.
    UserThroughPlugin {
        /// For example `badges`.
        plugin_id: String,
        /// Row id of the member. Whether they are still one is the caller's to ask.
        member: Uuid,
    },
}

/// The organisation for which tokens are made and checked.
#[derive(Debug, Clone, Copy)]
pub struct Issuer<'a> {
    /// Whose tokens.
    pub tenant: TenantId,
    /// The organisation's origin; `iss` is this and `/api/auth`.
    pub origin: &'a str,
}

impl Issuer<'_> {
    /// The token that a worker sees in `Authorization` when `caller` calls plugin `plugin_id`.
    ///
    /// Services appear as `external:<service>`. Nobody and
    /// directories have no token.
    ///
    /// # Errors
    /// `Internal` when signing fails.
    pub fn towards_plugin(
        self,
        key: &SigningKey,
        plugin_id: &str,
        caller: &Principal,
        now: OffsetDateTime,
    ) -> Result<Option<String>> {
        let (sub, member) = match caller {
            Principal::Nobody | Principal::Provisioner { .. } | Principal::Operator { .. } => return Ok(None),
            Principal::User(user) => (user.entity_ref.clone(), Some(user.id)),
            Principal::Service { name } => (format!("external:{name}"), None),
            Principal::Worker { plugin_id } => (format!("{PREFIX}{plugin_id}"), None),
        };
        let claims = self.claims(sub, format!("{PREFIX}{plugin_id}"), member, now, USER_LIFETIME);
        key.sign(USER_TYPE, &claims).map(Some)
    }

    /// What a worker shows when it calls the platform on its own behalf.
    ///
    /// # Errors
    /// `Internal` when signing fails.
    pub fn for_worker(self, key: &SigningKey, plugin_id: &str, now: OffsetDateTime) -> Result<String> {
        let claims = self.claims(format!("{PREFIX}{plugin_id}"), PLATFORM.to_owned(), None, now, WORKER_LIFETIME);
        key.sign(WORKER_TYPE, &claims)
    }

    fn claims(self, sub: String, aud: String, member: Option<Uuid>, now: OffsetDateTime, lifetime: Duration) -> Claims {
        Claims {
            iss: format!("{}/api/auth", self.origin),
            sub,
            aud,
            tenant: self.tenant,
            member,
            iat: now.unix_timestamp(),
            exp: (now + lifetime).unix_timestamp(),
        }
    }

    /// Who shows this token, when it is one of the two kinds above and entirely right; `None` otherwise.
    #[must_use]
    pub fn verify(self, token: &str, keys: &[PublicKey], now: OffsetDateTime) -> Option<Bearer> {
        if token.len() > MAX_LENGTH {
            return None;
        }
        let header = jsonwebtoken::decode_header(token).ok()?;
        let kid = header.kid?;
        let key = keys.iter().find(|key| key.id.to_string() == kid)?.decoding_key()?;
        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_issuer(&[format!("{}/api/auth", self.origin)]);
        validation.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
        // Expiry is checked below by our clock, and the audience by the kind of token.
        validation.validate_exp = false;
        validation.validate_aud = false;
        let claims = jsonwebtoken::decode::<Claims>(token, &key, &validation).ok()?.claims;
        let now = now.unix_timestamp();
        let lifetime = if claims.aud == PLATFORM { WORKER_LIFETIME } else { USER_LIFETIME };
        let timely = now < claims.exp
            && claims.iat <= now + LEEWAY.whole_seconds()
            && claims.exp - claims.iat <= lifetime.whole_seconds();
        if !timely || claims.tenant != self.tenant {
            return None;
        }
        match header.typ.as_deref()? {
            WORKER_TYPE if claims.aud == PLATFORM => {
                Some(Bearer::Worker { plugin_id: claims.sub.strip_prefix(PREFIX)?.to_owned() })
            }
            USER_TYPE => {
                let plugin_id = claims.aud.strip_prefix(PREFIX)?.to_owned();
                Some(Bearer::UserThroughPlugin { plugin_id, member: claims.member? })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use kernel::{Grants, SignedInBy, User};

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn jane() -> Principal {
        Principal::User(User {
            id: Uuid::from_u128(7),
            entity_ref: "user:default/jane".into(),
            ownership_refs: vec![],
            role: "member".into(),
            grants: Grants::default(),
            via: SignedInBy::Session,
            viewed_by: None,
            scopes: None,
        })
    }

    #[test]
    fn both_kinds_come_back_as_whom_they_were_made_for() {
        let key = SigningKey::generate().unwrap();
        let issuer = Issuer { tenant: TenantId::generate(), origin: "http://acme.localhost" };
        let keys = [key.public.clone()];
        let user = issuer.towards_plugin(&key, "badges", &jane(), NOW).unwrap().unwrap();
        let expected = Bearer::UserThroughPlugin { plugin_id: "badges".into(), member: Uuid::from_u128(7) };
        assert_eq!(issuer.verify(&user, &keys, NOW), Some(expected));
        let worker = issuer.for_worker(&key, "badges", NOW).unwrap();
        assert_eq!(issuer.verify(&worker, &keys, NOW), Some(Bearer::Worker { plugin_id: "badges".into() }));
        assert_eq!(issuer.towards_plugin(&key, "badges", &Principal::Nobody, NOW).unwrap(), None);
    }

    #[test]
    fn another_tenant_origin_key_or_time_is_refused() {
        let key = SigningKey::generate().unwrap();
        let issuer = Issuer { tenant: TenantId::generate(), origin: "http://acme.localhost" };
        let keys = [key.public.clone()];
        let token = issuer.for_worker(&key, "badges", NOW).unwrap();
        let other_tenant = Issuer { tenant: TenantId::generate(), ..issuer };
        let other_origin = Issuer { origin: "http://globex.localhost", ..issuer };
        assert_eq!(other_tenant.verify(&token, &keys, NOW), None);
        assert_eq!(other_origin.verify(&token, &keys, NOW), None);
        assert_eq!(issuer.verify(&token, &[SigningKey::generate().unwrap().public], NOW), None);
        assert_eq!(issuer.verify(&token, &keys, NOW + WORKER_LIFETIME), None);
        assert_eq!(issuer.verify(&token, &keys, NOW - Duration::minutes(5)), None);
    }
}
