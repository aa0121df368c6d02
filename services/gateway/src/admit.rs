//! Letting somebody in whom a provider knows: finds their entity, their membership, and writes down what changes.

use crate::domain::admission::{self, Admission, Facts, Standing};
use crate::federation::Person;
use crate::state::Gateway;
use crate::store::identity::{self, Identity, NewMember};
use crate::store::member::{self, Member};
use crate::store::provider::Provider;
use crate::store::tenant::Tenant;
use ::store::{AuditEvent, TenantTx};
use axum::body::Body;
use axum::http::{Request, header};
use credential::provider::{Lookup, Mapped, Unmatched};
use credential::user_ref;
use http_shell::{Caller, ServiceName, read_json};
use kernel::{EntityRef, Error, RefDefaults, Result, TenantId};
use serde_json::{Value, json};
use uuid::Uuid;

/// Names that are tried before a new member's entity name is given up as taken.
const NAME_ATTEMPTS: u32 = 50;
const MAX_NAME: usize = 100;
const MAX_MAIL: usize = 254;

/// Which entity somebody is, as far as the catalog tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    /// This one.
    Found(String),
    /// None, and why.
    None(String),
}

impl Gateway {
    /// Asks the catalog which User entity the mapping means.
    ///
    /// # Errors
    /// `Unavailable` when the catalog does not answer.
    pub async fn find_entity(&self, tenant: TenantId, mapped: &Mapped) -> Result<Match> {
        let query = match &mapped.lookup {
            Lookup::Impossible(why) => return Ok(Match::None(why.clone())),
            Lookup::Filter { key, value } => json!({ "kind": "user", key: value }),
            Lookup::Ref(reference) => {
                let Ok(user) = EntityRef::parse(reference, RefDefaults::kind("user")) else {
                    return Ok(Match::None(format!("{reference} is not the reference of an entity.")));
                };
                json!({ "kind": "user", "metadata.namespace": user.namespace, "metadata.name": user.name })
            }
        };
        let found = self.users(tenant, &query).await?;
        Ok(match &found[..] {
            [one] => Match::Found(one.clone()),
            [] => Match::None("The catalog has no User entity that fits.".to_owned()),
            _ => Match::None("The catalog has several User entities that fit.".to_owned()),
        })
    }

    async fn users(&self, tenant: TenantId, query: &Value) -> Result<Vec<String>> {
        let body = json!({ "query": query, "limit": 2, "fields": ["kind", "metadata.namespace", "metadata.name"] });
        let request = Request::post("/api/catalog/entities/by-query").header(header::CONTENT_TYPE, "application/json");
        let request = request.body(Body::from(body.to_string())).map_err(Error::internal)?;
        let caller = Caller::service(tenant, "gateway");
        let answer: Value = read_json(self.parts.services.call(ServiceName::Catalog, &caller, request).await?).await?;
        let text = |value: &Value| value.as_str().map(str::to_lowercase);
        let reference = |entity: &Value| {
            let (namespace, name) = (&entity["metadata"]["namespace"], &entity["metadata"]["name"]);
            Some(format!("user:{}/{}", text(namespace).unwrap_or_else(|| "default".to_owned()), text(name)?))
        };
        Ok(answer["items"].as_array().into_iter().flatten().filter_map(reference).collect())
    }

    /// The reference after the mail address that neither a member nor an entity of the catalog has: a stranger must not
    /// become the owner of what a colleague of the same name owns.
    async fn free_name(&self, tenant: TenantId, email: &str) -> Result<String> {
        for attempt in 0..NAME_ATTEMPTS {
            let candidate = user_ref(email, attempt);
            let lookup = Mapped { role: None, groups: Vec::new(), lookup: Lookup::Ref(candidate.clone()) };
            if matches!(self.find_entity(tenant, &lookup).await?, Match::Found(_)) {
                continue;
            }
            let mut tx = self.parts.db.tenant(tenant).await?;
            if !identity::is_taken(&mut tx, &candidate, None).await? {
                return Ok(candidate);
            }
        }
        Err(Error::conflict("There are too many members with this name already. Ask an administrator."))
    }

    /// Lets the person in, or says why not. Commits nothing: the session is written in the same transaction.
    ///
    /// # Errors
    /// `NotAllowed` with words for the person; those of the catalog and the database.
    pub async fn admit(&self, tenant: &Tenant, provider: &Provider, person: &Person) -> Result<(TenantTx, Member)> {
        let mapped = provider.settings.map(&person.claims);
        let entity = self.find_entity(tenant.id, &mapped).await?;
        let spare = self.spare_name(tenant.id, provider, person, &entity).await?;
        let mut tx = self.parts.db.tenant(tenant.id).await?;
        let who = Identity { issuer: &provider.issuer, subject: &person.subject };
        let known = identity::find_member(&mut tx, who).await?;
        let by_mail = match (&known, person.claims.mail()) {
            (None, Some(mail)) => identity::find_by_mail(&mut tx, &mail.to_lowercase(), &provider.issuer).await?,
            _ => None,
        };
        let admission = admission::decide(Facts {
            organization: &tenant.name,
            claims: &person.claims,
            mapped: &mapped,
            settings: &provider.settings,
            known: known.as_ref(),
            by_mail: by_mail.as_ref(),
        })?;
        let entering = Entering { gateway: self, provider, person, mapped: &mapped, entity: &entity, who };
        let member_id = match (admission, known.or(by_mail)) {
            (Admission::Member { link, role, .. }, Some(member)) => {
                entering.as_member(&mut tx, &member, link, role).await?
            }
            (Admission::Newcomer { email, role }, _) => entering.as_newcomer(&mut tx, email, role, spare).await?,
            (Admission::Member { .. }, None) => return Err(Error::internal("a member without a row was let in")),
        };
        let member = member::find(&mut tx, member_id).await?;
        Ok((tx, member.ok_or_else(|| Error::internal("a member vanished"))?))
    }

    /// A name for a newcomer without an entity, looked up before the transaction since the catalog is asked.
    async fn spare_name(
        &self,
        tenant: TenantId,
        provider: &Provider,
        person: &Person,
        entity: &Match,
    ) -> Result<Option<String>> {
        let by_mail = provider.settings.unmatched == Unmatched::NameAfterMail && provider.settings.create_members;
        match (entity, person.claims.mail()) {
            (Match::None(_), Some(mail)) if by_mail => {
                let mut tx = self.parts.db.tenant(tenant).await?;
                let who = Identity { issuer: &provider.issuer, subject: &person.subject };
                let known = identity::find_member(&mut tx, who).await?.is_some();
                drop(tx);
                if known { Ok(None) } else { self.free_name(tenant, &mail).await.map(Some) }
            }
            _ => Ok(None),
        }
    }
}

/// Somebody on the threshold.
struct Entering<'a> {
    gateway: &'a Gateway,
    provider: &'a Provider,
    person: &'a Person,
    mapped: &'a Mapped,
    entity: &'a Match,
    who: Identity<'a>,
}

impl Entering<'_> {
    async fn as_member(&self, tx: &mut TenantTx, member: &Standing, link: bool, role: String) -> Result<Uuid> {
        let id = member.member_id;
        // The provider's word never leaves an organisation without an administrator.
        let keeps = member.role == "admin" && role != "admin" && !identity::has_other_admin(tx, id).await?;
        let role = if keeps { member.role.clone() } else { role };
        let mut user_ref = member.user_ref.clone();
        if let (Match::Found(found), false) = (self.entity, member.break_glass)
            && !identity::is_taken(tx, found, Some(id)).await?
        {
            user_ref.clone_from(found);
        }
        identity::set_member(tx, id, &role, &user_ref, &self.mapped.groups).await?;
        if link {
            identity::link(tx, self.who, id, self.gateway.now()).await?;
        }
        if link || role != member.role || user_ref != member.user_ref {
            let after = json!({ "role": role, "userEntityRef": user_ref, "provider": self.provider.name });
            let before = json!({ "role": member.role, "userEntityRef": member.user_ref });
            let action = if link { "member.link" } else { "member.update" };
            tx.record(AuditEvent::named(&user_ref, action, &user_ref).before(before).after(after)).await?;
        }
        Ok(id)
    }

    async fn keep_within_plan(&self, tx: &mut TenantTx) -> Result<()> {
        let (count, plan) = identity::count_for_update(tx).await?;
        let allowed = self.gateway.parts.config.plans.get(&plan).members;
        if allowed > 0 && count >= i64::from(allowed) {
            return Err(Error::not_allowed(format!(
                "Your organisation's plan has room for {allowed} members, and there are so many. Ask an administrator."
            )));
        }
        Ok(())
    }

    async fn as_newcomer(&self, tx: &mut TenantTx, email: String, role: String, spare: Option<String>) -> Result<Uuid> {
        let user_ref = match (self.entity, spare) {
            (Match::Found(found), _) => found.clone(),
            (Match::None(_), Some(spare)) => spare,
            (Match::None(why), None) => return Err(Error::not_allowed(format!("{why} Ask an administrator."))),
        };
        if identity::is_taken(tx, &user_ref, None).await? {
            let text = format!("Somebody else is {user_ref} here already. Ask an administrator.");
            return Err(Error::not_allowed(text));
        }
        if email.len() > MAX_MAIL || !email.contains('@') || email.chars().any(|c| c.is_control() || c.is_whitespace())
        {
            return Err(Error::not_allowed(
                "What the provider says is your mail address is none. Ask an administrator.",
            ));
        }
        let name = self.person.claims.display_name().unwrap_or_else(|| email.clone());
        let name: String = name.chars().filter(|c| !c.is_control()).take(MAX_NAME).collect();
        let name = if name.trim().is_empty() { email.clone() } else { name };
        self.keep_within_plan(tx).await?;
        let member = NewMember { member_id: Uuid::now_v7(), name, email, role, user_ref };
        let now = self.gateway.now();
        identity::insert_member(tx, &member, now).await?;
        let (id, groups) = (member.member_id, &self.mapped.groups);
        identity::set_member(tx, id, &member.role, &member.user_ref, groups).await?;
        identity::link(tx, self.who, id, now).await?;
        let after =
            json!({ "email": member.email, "name": member.name, "role": member.role, "provider": self.provider.name });
        tx.record(AuditEvent::named(&member.user_ref, "member.join", &member.user_ref).after(after)).await?;
        Ok(id)
    }
}
