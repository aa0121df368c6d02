//! Who is asking: from cookies and tokens to a principal.

use crate::domain::user_token;
use crate::state::{Gateway, SHORT, Surface};
use crate::store::api_token::{self, Use};
use crate::store::member::Member;
use crate::store::operator::{self, OperatorSession};
use crate::store::session::{self, Session};
use crate::store::tenant::Tenant;
use crate::store::view_as;
use ::store::{SystemReason, TenantTx};
use authz::Role;
use axum::body::Body;
use axum::http::{HeaderMap, Request, header};
use credential::plugin_token::{self, Issuer};
use credential::signing::PublicKey;
use credential::{ApiToken, Digest, OneTimeCode};
use http_shell::{Caller, ServiceName};
use kernel::{EntityRef, Error, Principal, RefDefaults, Result, SignedInBy, TenantId, User};
use serde_json::Value;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// How long the catalog may take to say what a person owns before they go on with what is theirs by name.
const OWNERSHIP_PATIENCE: Duration = Duration::from_secs(2);
const OWNERSHIP_KEPT: time::Duration = time::Duration::seconds(10);

/// Who is asking and how we know.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The organisation: the host's, or the token's where the host is nobody's in particular.
    pub tenant: Option<Arc<Tenant>>,
    /// Who.
    pub principal: Principal,
    /// The browser session behind it, if there is one.
    pub session: Option<Arc<Session>>,
    /// Whether the cookie was what proved it, so that the origin matters.
    pub by_cookie: bool,
    /// The member on whose behalf a plugin asks: for being asked about, never for acting as.
    pub behind: Option<Arc<Member>>,
    /// The operator's session, on the apex.
    pub operator: Option<Arc<OperatorSession>>,
}

/// Whose an API token is.
#[derive(Debug, Clone)]
pub(crate) enum Holder {
    /// A person's, or the organisation's own.
    Bearer(Arc<api_token::Bearer>),
    /// The organisation's directory's.
    Directory {
        /// What administrators call it.
        name: String,
    },
}

impl Identity {
    /// Who shows nothing.
    pub fn nobody(tenant: Option<Arc<Tenant>>) -> Self {
        Self { tenant, principal: Principal::Nobody, session: None, by_cookie: false, behind: None, operator: None }
    }
}

fn illegal_token() -> Error {
    Error::authentication("Illegal token")
}

/// The token of an `Authorization: Bearer` header.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let value = value.to_str().map_err(|_| illegal_token())?;
    if values.next().is_some() {
        return Err(illegal_token());
    }
    let Some((scheme, token)) = value.split_once(' ') else { return Err(illegal_token()) };
    if scheme.eq_ignore_ascii_case("bearer") { Ok(Some(token.trim())) } else { Ok(None) }
}

impl Gateway {
    /// Establishes who is asking on this surface. A token wins over the cookie; a wrong token is an error, a wrong
    /// cookie is nobody.
    ///
    /// # Errors
    /// `Authentication` for a token that is not valid here; those of the database.
    pub async fn identify(&self, surface: &Surface, headers: &HeaderMap, from: IpAddr) -> Result<Identity> {
        let host_tenant = match surface {
            Surface::Tenant(tenant) => Some(Arc::clone(tenant)),
            Surface::Nobody { below_domain: true } => return Ok(Identity::nobody(None)),
            _ => None,
        };
        match bearer(headers)? {
            Some(token) => self.by_token(host_tenant, token, from).await,
            None if matches!(surface, Surface::Apex) => self.by_operators_cookie(headers).await,
            None => self.by_cookie(host_tenant, headers).await,
        }
    }

    /// On the apex there is one identity that a cookie can prove. Its row is asked each time: what is ended has ended.
    async fn by_operators_cookie(&self, headers: &HeaderMap) -> Result<Identity> {
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let token = self.operator_cookie.read(cookies).and_then(OneTimeCode::parse);
        let Some(token) = token else { return Ok(Identity::nobody(None)) };
        let mut tx = self.parts.db.system(SystemReason::Operator).await?;
        let found = operator::find_session(&mut tx, token.digest(), self.now()).await?;
        tx.commit().await?;
        let Some(found) = found else { return Ok(Identity::nobody(None)) };
        let principal = Principal::Operator { name: found.name.clone() };
        Ok(Identity { principal, by_cookie: true, operator: Some(Arc::new(found)), ..Identity::nobody(None) })
    }

    async fn by_token(&self, host_tenant: Option<Arc<Tenant>>, token: &str, from: IpAddr) -> Result<Identity> {
        let api_token = ApiToken::parse(token);
        let claimed = match &api_token {
            Some(token) => token.tenant(),
            None if ApiToken::looks_like(token) => return Err(illegal_token()),
            None => user_token::unverified_tenant(token).ok_or_else(illegal_token)?,
        };
        let tenant = match host_tenant {
            Some(tenant) if tenant.id == claimed => tenant,
            Some(_) => return Err(illegal_token()),
            None => self.tenant(claimed).await?.ok_or_else(illegal_token)?,
        };
        match api_token {
            Some(token) => {
                let principal = match self.holder_of_token(tenant.id, token.digest(), from).await? {
                    Some(Holder::Bearer(bearer)) => {
                        let mut user = self.user(tenant.id, &bearer.member, bearer.via).await?;
                        user.scopes.clone_from(&bearer.scopes);
                        Principal::User(user)
                    }
                    Some(Holder::Directory { name }) => Principal::Provisioner { name },
                    None => return Err(illegal_token()),
                };
                Ok(Identity { principal, ..Identity::nobody(Some(tenant)) })
            }
            None => self.by_user_token(tenant, token).await,
        }
    }

    async fn by_user_token(&self, tenant: Arc<Tenant>, token: &str) -> Result<Identity> {
        let keys = self.public_keys_for(tenant.id, token).await?;
        let origin = self.parts.config.tenant_origin(&tenant.slug);
        let Some(claims) = user_token::verify(token, tenant.id, &origin, &keys, self.now()) else {
            return self.by_plugin_token(tenant, &origin, &keys, token).await;
        };
        let session = self.session_by_id(tenant.id, claims.sid).await?.ok_or_else(illegal_token)?;
        if session.acting().user_ref != claims.sub {
            return Err(illegal_token());
        }
        let principal = self.principal_of_session(tenant.id, &session).await?;
        Ok(Identity { principal, session: Some(session), ..Identity::nobody(Some(tenant)) })
    }

    /// A token that was made for a plugin comes back with what the plugin may do, never with all that its user may.
    async fn by_plugin_token(
        &self,
        tenant: Arc<Tenant>,
        origin: &str,
        keys: &[PublicKey],
        token: &str,
    ) -> Result<Identity> {
        let issuer = Issuer { tenant: tenant.id, origin };
        let (plugin_id, behind) = match issuer.verify(token, keys, self.now()).ok_or_else(illegal_token)? {
            plugin_token::Bearer::Worker { plugin_id } => (plugin_id, None),
            plugin_token::Bearer::UserThroughPlugin { plugin_id, member } => {
                let mut tx = self.parts.db.tenant(tenant.id).await?;
                let found = crate::store::member::find(&mut tx, member).await?;
                if found.is_none() && !api_token::service_token_lives(&mut tx, member, self.now()).await? {
                    return Err(illegal_token());
                }
                (plugin_id, found.map(Arc::new))
            }
        };
        let principal = Principal::Worker { plugin_id };
        Ok(Identity { principal, behind, ..Identity::nobody(Some(tenant)) })
    }

    async fn by_cookie(&self, host_tenant: Option<Arc<Tenant>>, headers: &HeaderMap) -> Result<Identity> {
        let Some(tenant) = host_tenant else { return Ok(Identity::nobody(None)) };
        match self.session_of_cookie(tenant.id, headers).await? {
            Some(session) => {
                let principal = self.principal_of_session(tenant.id, &session).await?;
                Ok(Identity { principal, session: Some(session), by_cookie: true, ..Identity::nobody(Some(tenant)) })
            }
            None => Ok(Identity::nobody(Some(tenant))),
        }
    }

    /// The living session that the request's cookie opens in this organisation.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn session_of_cookie(&self, tenant: TenantId, headers: &HeaderMap) -> Result<Option<Arc<Session>>> {
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let Some(token) = self.cookie.read(cookies).and_then(OneTimeCode::parse) else { return Ok(None) };
        let key = (tenant, token.digest());
        if let Some(known) = self.sessions.get(&key) {
            return Ok(known.filter(|session| self.now() < session.expires_at));
        }
        let mut tx = self.parts.db.tenant(tenant).await?;
        let found = session::find_by_token(&mut tx, key.1, self.now()).await?;
        let found = self.with_view(&mut tx, found).await?;
        self.note_use(tx, found.as_deref()).await?;
        self.sessions.put(key, found.clone(), SHORT);
        Ok(found)
    }

    async fn note_use(&self, mut tx: TenantTx, session: Option<&Session>) -> Result<()> {
        if let Some(session) = session.filter(|session| session.is_due(self.now())) {
            session::see(&mut tx, session.session_id, self.now()).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    async fn session_by_id(&self, tenant: TenantId, id: Uuid) -> Result<Option<Arc<Session>>> {
        if let Some(known) = self.sessions_by_id.get(&(tenant, id)) {
            return Ok(known.filter(|session| self.now() < session.expires_at));
        }
        let mut tx = self.parts.db.tenant(tenant).await?;
        let found = session::find(&mut tx, id, self.now()).await?;
        let found = self.with_view(&mut tx, found).await?;
        self.note_use(tx, found.as_deref()).await?;
        self.sessions_by_id.put((tenant, id), found.clone(), SHORT);
        Ok(found)
    }

    /// Adds as whom an administrator looks at the portal, if they do.
    async fn with_view(&self, tx: &mut TenantTx, found: Option<Session>) -> Result<Option<Arc<Session>>> {
        let Some(mut session) = found else { return Ok(None) };
        if session.member.role == Role::ADMIN.name() {
            session.viewing = view_as::find(tx, session.session_id, self.now()).await?;
        }
        Ok(Some(Arc::new(session)))
    }

    async fn holder_of_token(&self, tenant: TenantId, token: Digest, from: IpAddr) -> Result<Option<Holder>> {
        if let Some(known) = self.api_tokens.get(&(tenant, token)) {
            return Ok(known);
        }
        let mut tx = self.parts.db.tenant(tenant).await?;
        let found = match api_token::use_token(&mut tx, token, Use { at: self.now(), from }).await? {
            Some(bearer) => Some(Holder::Bearer(Arc::new(bearer))),
            None => {
                crate::store::scim::use_token(&mut tx, token, self.now()).await?.map(|name| Holder::Directory { name })
            }
        };
        tx.commit().await?;
        self.api_tokens.put((tenant, token), found.clone(), SHORT);
        Ok(found)
    }

    /// The principal that services see for this member.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn principal(&self, tenant: TenantId, member: &Member, via: SignedInBy) -> Result<Principal> {
        Ok(Principal::User(self.user(tenant, member, via).await?))
    }

    async fn user(&self, tenant: TenantId, member: &Member, via: SignedInBy) -> Result<User> {
        // The organisation's own tokens are nobody in the catalog: they own what is theirs by name alone.
        let refs = match via {
            SignedInBy::ServiceToken => Arc::new(vec![member.user_ref.clone()]),
            _ => Arc::new(self.ownership_of(tenant, member).await),
        };
        let effective = self.effective(tenant, &member.role, &refs).await?;
        Ok(User {
            id: member.member_id,
            entity_ref: member.user_ref.clone(),
            ownership_refs: refs.to_vec(),
            role: member.role.clone(),
            grants: effective.grants.clone(),
            via,
            viewed_by: None,
            scopes: None,
        })
    }

    /// The principal of a session: its member, or the member as whom they look at the portal.
    async fn principal_of_session(&self, tenant: TenantId, session: &Session) -> Result<Principal> {
        let mut principal = self.principal(tenant, session.acting(), SignedInBy::Session).await?;
        if let (Principal::User(user), true) = (&mut principal, session.viewing.is_some()) {
            user.viewed_by = Some(session.member.user_ref.clone());
        }
        Ok(principal)
    }

    /// What counts as the member's: by the catalog, and by what a provider says of their groups.
    pub async fn ownership_of(&self, tenant: TenantId, member: &Member) -> Vec<String> {
        let mut refs = self.ownership_refs(tenant, &member.user_ref).await.to_vec();
        let claimed = member.claimed_groups.iter().filter(|group| !refs.contains(group)).cloned().collect::<Vec<_>>();
        refs.extend(claimed);
        refs
    }

    /// The user itself and the groups that the catalog says they are a member of. Without an answer: the user alone.
    async fn ownership_refs(&self, tenant: TenantId, user_ref: &str) -> Arc<Vec<String>> {
        let key = (tenant, user_ref.to_owned());
        if let Some(known) = self.ownership.get(&key) {
            return known;
        }
        // On the heap: in one process the whole of the catalog is behind this call, below every request.
        let groups = tokio::time::timeout(OWNERSHIP_PATIENCE, Box::pin(self.groups_of(tenant, user_ref))).await;
        let answered = matches!(groups, Ok(Ok(_)));
        if let Ok(Err(error)) = &groups {
            tracing::debug!(%tenant, user_ref, %error, "no groups from the catalog");
        }
        let mut refs = vec![user_ref.to_owned()];
        let of_catalog = groups.ok().and_then(Result::ok).unwrap_or_default();
        for group in of_catalog.into_iter().chain(self.provisioned_groups(tenant, user_ref).await) {
            if !refs.contains(&group) {
                refs.push(group);
            }
        }
        let refs = Arc::new(refs);
        self.ownership.put(key, Arc::clone(&refs), if answered { OWNERSHIP_KEPT } else { SHORT });
        refs
    }

    /// The groups that the organisation's directory says they are a member of.
    async fn provisioned_groups(&self, tenant: TenantId, user_ref: &str) -> Vec<String> {
        let found = async {
            let mut tx = self.parts.db.tenant(tenant).await?;
            crate::store::scim::groups_of(&mut tx, user_ref).await
        };
        found.await.unwrap_or_else(|error: Error| {
            tracing::warn!(%tenant, %error, "no groups from the directory");
            Vec::new()
        })
    }

    async fn groups_of(&self, tenant: TenantId, user_ref: &str) -> Result<Vec<String>> {
        let user = EntityRef::parse(user_ref, RefDefaults::kind("user"))?;
        let encode =
            |part: &str| percent_encoding::utf8_percent_encode(part, percent_encoding::NON_ALPHANUMERIC).to_string();
        let path = [&user.kind, &user.namespace, &user.name].map(|part| encode(part)).join("/");
        let request = Request::get(format!("/api/catalog/entities/by-name/{path}")).body(Body::empty());
        let request = request.map_err(Error::internal)?;
        let response =
            self.parts.services.call(ServiceName::Catalog, &Caller::service(tenant, "gateway"), request).await?;
        if response.status() == axum::http::StatusCode::NOT_FOUND {
            return Ok(Vec::new());
        }
        let entity: Value = http_shell::read_json(response).await?;
        let relations = entity["relations"].as_array().map(Vec::as_slice).unwrap_or_default();
        let groups = relations.iter().filter(|relation| relation["type"] == "memberOf");
        Ok(groups.filter_map(|relation| relation["targetRef"].as_str().map(str::to_owned)).collect())
    }
}
