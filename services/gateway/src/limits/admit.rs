//! What stands before each request of an API: its limits, and its turn.

use super::gate::{Lane, Turn};
use super::rate::Counted;
use crate::domain::rate_headers::rate_headers;
use crate::domain::window::{Moment, Verdict};
use crate::identity::Identity;
use crate::state::Gateway;
use crate::store::tenant::Tenant;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use http_shell::ApiError;
use kernel::{Error, Principal};
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::net::IpAddr;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// What a line that is too long asks for: it moves within a second.
const SOON_S: u64 = 1;

/// A request that was let in. Its turn ends when this is dropped.
#[derive(Debug, Default)]
pub struct Admission {
    verdicts: Vec<(&'static str, Verdict)>,
    _turn: Option<Turn>,
}

impl Admission {
    /// Tells the limits, if there are any.
    pub fn describe(&self, headers: &mut HeaderMap) {
        let Some((policy, left)) = rate_headers(&self.verdicts) else { return };
        for (name, value) in [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, left)] {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        }
    }
}

/// The same in every process that runs this version; in a rolling upgrade a caller may get one more minute's worth.
fn hash(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

impl Gateway {
    /// Lets a request of an API in, when its organisation and its caller have room for one more.
    ///
    /// # Errors
    /// The answer to send instead: 429, with when to come back.
    pub async fn admit_request(
        &self,
        identity: &Identity,
        headers: &HeaderMap,
        address: IpAddr,
        lane: Lane,
    ) -> Result<Admission, Box<Response>> {
        if identity.operator.is_some() {
            return Ok(Admission::default());
        }
        let Some(tenant) = &identity.tenant else { return self.admit_stranger(address) };
        let plan = self.parts.config.plans.get(&tenant.plan);
        if plan.requests_are_free() {
            return Ok(Admission::default());
        }
        let verdicts = match identity.principal {
            Principal::Nobody => self.admit_stranger(address)?.verdicts,
            _ => self.count(&self.limits_of(tenant, plan.requests_per_minute, identity, headers))?,
        };
        let width = usize::try_from(plan.requests_in_flight).unwrap_or(usize::MAX);
        let turn = match width {
            0 => None,
            width => Some(self.gate.enter(tenant.id, lane, width).await.ok_or_else(|| crowded(&verdicts))?),
        };
        Ok(Admission { verdicts, _turn: turn })
    }

    /// Lets a request in that shows no credentials, or wrong ones.
    ///
    /// # Errors
    /// The answer to send instead.
    pub fn admit_stranger(&self, address: IpAddr) -> Result<Admission, Box<Response>> {
        let limit = u64::from(self.parts.config.limits.per_address);
        if limit == 0 {
            return Ok(Admission::default());
        }
        let verdicts = self.count(&[(Counted::Address(hash(super::bucket(address))), limit)])?;
        Ok(Admission { verdicts, _turn: None })
    }

    fn limits_of(
        &self,
        tenant: &Tenant,
        per_tenant: u32,
        identity: &Identity,
        headers: &HeaderMap,
    ) -> Vec<(Counted, u64)> {
        let limits = &self.parts.config.limits;
        let (caller, per_caller) = match (&identity.session, headers.get(header::AUTHORIZATION)) {
            (Some(session), _) => (Counted::User(tenant.id, session.member.member_id), limits.per_user),
            (None, token) => (Counted::Token(tenant.id, hash(token.map(HeaderValue::as_bytes))), limits.per_token),
        };
        let all = [(Counted::Tenant(tenant.id), per_tenant), (caller, per_caller)];
        all.into_iter().filter(|(_, limit)| *limit > 0).map(|(counted, limit)| (counted, u64::from(limit))).collect()
    }

    fn count(&self, limits: &[(Counted, u64)]) -> Result<Vec<(&'static str, Verdict)>, Box<Response>> {
        let millis = i64::try_from(self.now().unix_timestamp_nanos() / 1_000_000).unwrap_or_default();
        let verdicts = self.counters.ask(limits, Moment::of_millis(millis));
        let Some((whose, verdict)) = verdicts.iter().find(|(_, verdict)| !verdict.allowed) else {
            return Ok(verdicts);
        };
        let what = match *whose {
            "organization" => "Your organisation sent",
            "address" => "Your address sent",
            _ => "You sent",
        };
        let (limit, seconds) = (verdict.limit, verdict.reset_s);
        let message = format!("{what} more than {limit} requests in a minute. Try again in {seconds} s.");
        Err(refuse(Error::too_many(message, seconds), verdicts))
    }
}

fn crowded(verdicts: &[(&'static str, Verdict)]) -> Box<Response> {
    let message = "Your organisation has too many requests open at the same time. Send fewer at once.";
    refuse(Error::too_many(message, SOON_S), verdicts.to_vec())
}

fn refuse(error: Error, verdicts: Vec<(&'static str, Verdict)>) -> Box<Response> {
    let mut response = ApiError(error).into_response();
    Admission { verdicts, _turn: None }.describe(response.headers_mut());
    Box::new(response)
}
