//! Making an organisation: one transaction writes its row, host, key, first administrator and audit rows.

use crate::domain::{person, slug};
use crate::state::TenantAdmin;
use crate::store::member::{self, MemberRow};
use crate::store::token::{self, TokenRow};
use crate::store::{member_link, tenant};
use credential::{ApiToken, OneTimeCode};
use kernel::{Error, ErrorKind, Result, TenantId};
use serde::Serialize;
use serde_json::json;
use store::{AuditEvent, SystemReason, TenantTx};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// How long the link to the demo organisation is good: it is printed at start, and people read on first.
const DEMO_LINK_LIFETIME: Duration = Duration::hours(12);
const DEMO_SLUG: &str = "demo";

/// An organisation to be made. Its form was checked before.
pub(crate) struct Draft<'a> {
    pub slug: &'a str,
    pub name: &'a str,
    pub plan: &'a str,
    pub admin_name: &'a str,
    pub admin_email: &'a str,
    pub user_ref: String,
    pub password_hash: &'a str,
    pub actor: &'a str,
}

/// Writes the organisation. The caller commits.
pub(crate) async fn write(admin: &TenantAdmin, tx: &mut TenantTx, draft: &Draft<'_>) -> Result<MemberRow> {
    let now = admin.clock.now();
    let host = admin.config.tenant_host(draft.slug);
    tenant::insert(tx, draft.slug, draft.name, draft.plan, &host, now).await.map_err(|error| match error.kind {
        ErrorKind::Conflict => {
            Error::input(slug::TAKEN).with_field("organization.slug", slug::TAKEN).with_source(error)
        }
        _ => error,
    })?;
    let first = MemberRow {
        member_id: Uuid::now_v7(),
        name: draft.admin_name.to_owned(),
        email: draft.admin_email.to_owned(),
        role: authz::Role::ADMIN.name().to_owned(),
        user_ref: draft.user_ref.clone(),
        status: "active".to_owned(),
        created_at: now,
        last_sign_in_at: None,
    };
    member::insert(tx, &first, &person::email_key(draft.admin_email)).await?;
    member::set_password(tx, first.member_id, draft.password_hash, now).await?;
    // Sealing anything makes the organisation's data key, so that it exists from the first moment.
    tx.seal("tenant", "first", b"").await?;
    let after = json!({ "slug": draft.slug, "name": draft.name, "plan": draft.plan });
    tx.record(AuditEvent::named(draft.actor, "tenant.create", draft.slug).after(after)).await?;
    let after = json!({ "email": first.email, "role": first.role });
    tx.record(AuditEvent::named(draft.actor, "member.create", &first.user_ref).after(after)).await?;
    Ok(first)
}

/// A one-time link that signs the member in at the organisation's own origin.
pub(crate) async fn handoff_link(
    admin: &TenantAdmin,
    tx: &mut TenantTx,
    slug: &str,
    member: Uuid,
    lifetime: Duration,
) -> Result<String> {
    let code = OneTimeCode::generate()?;
    member_link::insert_handoff(tx, member, code.digest(), admin.clock.now() + lifetime).await?;
    Ok(format!("{}/api/auth/v1/handoff?code={}", admin.config.tenant_origin(slug), code.reveal()))
}

/// A token to be made.
pub(crate) struct TokenDraft<'a> {
    pub name: &'a str,
    pub expires_at: Option<OffsetDateTime>,
    pub scopes: Option<Vec<String>>,
}

/// A new API token of a member: the text to show once.
pub(crate) async fn new_token(
    tx: &mut TenantTx,
    member: &MemberRow,
    draft: TokenDraft<'_>,
    actor: &str,
    now: OffsetDateTime,
) -> Result<(TokenRow, ApiToken)> {
    let token = ApiToken::generate(tx.tenant())?;
    let TokenDraft { name, expires_at, scopes } = draft;
    let row = TokenRow {
        api_token_id: Uuid::now_v7(),
        name: name.to_owned(),
        created_at: now,
        expires_at,
        last_used_at: None,
        last_used_from: None,
        scopes,
    };
    token::insert(tx, member.member_id, &row, token.digest()).await?;
    let after = json!({ "token": row.api_token_id, "name": name, "of": member.user_ref, "scopes": row.scopes });
    tx.record(AuditEvent::named(actor, "token.create", &member.user_ref).after(after)).await?;
    Ok((row, token))
}

/// An organisation that the operator makes.
#[derive(Debug, Clone)]
pub struct NewTenant {
    /// Address; reserved names are the operator's to give.
    pub slug: String,
    /// Name.
    pub name: String,
    /// Mail address of the first administrator.
    pub admin_email: String,
    /// Name of the first administrator; `None` takes the local part of the mail address.
    pub admin_name: Option<String>,
    /// Entity of the first administrator; `None` makes one from the mail address.
    pub user_ref: Option<String>,
    /// Plan, for example `internal`.
    pub plan: String,
}

/// Id, address and name of an organisation.
#[derive(Debug, Clone, Serialize)]
pub struct TenantSummary {
    /// Its id.
    pub id: TenantId,
    /// Its address.
    pub slug: String,
    /// Its name.
    pub name: String,
}

/// The first administrator's credentials.
#[derive(Debug, Clone, Serialize)]
pub struct AdminCredentials {
    /// Mail address.
    pub email: String,
    /// Password, shown this once.
    pub password: String,
}

/// What `proscenium tenant create` prints.
#[derive(Debug, Clone, Serialize)]
pub struct CreatedTenant {
    /// The organisation.
    pub tenant: TenantSummary,
    /// Its portal.
    pub url: String,
    /// Its first administrator.
    pub admin: AdminCredentials,
    /// A personal API token of that administrator, shown this once.
    pub token: String,
}

/// Makes an organisation with its first administrator and an API token of theirs.
///
/// # Errors
/// `Input` when address, name or mail address are malformed; `Conflict` when the address is taken.
pub async fn create_tenant(admin: &TenantAdmin, new: NewTenant) -> Result<CreatedTenant> {
    let checks = [slug::malformed(&new.slug), person::name_problem(&new.name), person::email_problem(&new.admin_email)];
    if let Some(problem) = checks.into_iter().flatten().next() {
        return Err(Error::input(problem));
    }
    crate::closing::known_plan(admin, &new.plan)?;
    let user_ref = match &new.user_ref {
        Some(given) => person::given_user_ref(given)?,
        None => person::user_ref(&new.admin_email, 0),
    };
    let password: String = OneTimeCode::generate()?.reveal().chars().take(24).collect();
    let hash = admin.hasher.hash(password.clone()).await?;
    let id = TenantId::generate();
    let mut tx = admin.db.tenant(id).await?;
    let draft = Draft {
        slug: &new.slug,
        name: &new.name,
        plan: &new.plan,
        admin_name: new.admin_name.as_deref().or(new.admin_email.split('@').next()).unwrap_or("Administrator"),
        admin_email: &new.admin_email,
        user_ref,
        password_hash: &hash,
        actor: "operator",
    };
    let taken = |error: Error| {
        let slug_is_taken = error.fields.contains_key("organization.slug");
        if slug_is_taken { Error::conflict(format!("There is an organisation at {} already", new.slug)) } else { error }
    };
    let first = write(admin, &mut tx, &draft).await.map_err(taken)?;
    let token = TokenDraft { name: "Made with the organisation", expires_at: None, scopes: None };
    let (_, token) = new_token(&mut tx, &first, token, "operator", admin.clock.now()).await?;
    tx.commit().await?;
    admin.tenant_changed(id);
    Ok(CreatedTenant {
        url: admin.config.tenant_origin(&new.slug),
        tenant: TenantSummary { id, slug: new.slug, name: new.name },
        admin: AdminCredentials { email: new.admin_email, password },
        token: token.reveal().to_owned(),
    })
}

/// The demo organisation and a link that signs in there.
#[derive(Debug, Clone, Serialize)]
pub struct DemoTenant {
    /// The organisation.
    pub tenant: TenantSummary,
    /// One-time sign-in link.
    pub url: String,
    /// What `create_tenant` gave, when this call made it.
    #[serde(skip)]
    pub created: Option<CreatedTenant>,
}

/// The demo organisation, made on first use, with a fresh sign-in link each time.
///
/// # Errors
/// Those of the database; `NotFound` when the demo organisation has no administrator left.
pub async fn demo_tenant(admin: &TenantAdmin) -> Result<DemoTenant> {
    let mut system = admin.db.system(SystemReason::CreateTenant).await?;
    let found = tenant::find_by_slug(&mut system, DEMO_SLUG).await?;
    system.commit().await?;
    let (tenant, created) = match found {
        Some((id, name)) => (TenantSummary { id, slug: DEMO_SLUG.to_owned(), name }, None),
        None => {
            let new = NewTenant {
                slug: DEMO_SLUG.to_owned(),
                name: "Demo".to_owned(),
                admin_email: "admin@demo.example".to_owned(),
                admin_name: Some("Demo Admin".to_owned()),
                user_ref: None,
                plan: "internal".to_owned(),
            };
            let created = create_tenant(admin, new).await?;
            (created.tenant.clone(), Some(created))
        }
    };
    let url = sign_in_link(admin, tenant.id, DEMO_LINK_LIFETIME).await?;
    Ok(DemoTenant { tenant, url, created })
}

/// The organisation at this address.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find_tenant(admin: &TenantAdmin, slug: &str) -> Result<TenantId> {
    let mut system = admin.db.system(SystemReason::ResolveHost).await?;
    let found = tenant::find_by_slug(&mut system, slug).await?;
    system.commit().await?;
    found.map(|(id, _)| id).ok_or_else(|| Error::not_found(format!("There is no organisation at {slug}")))
}

/// A one-time link that signs in the organisation's first administrator.
///
/// # Errors
/// Those of the database; `NotFound` when there is no administrator.
pub async fn sign_in_link(admin: &TenantAdmin, tenant: TenantId, lifetime: Duration) -> Result<String> {
    let mut tx = admin.db.tenant(tenant).await?;
    let row = tenant::get(&mut tx).await?;
    let first = member::list_admins_for_update(&mut tx).await?.into_iter().next();
    let first = first.ok_or_else(|| Error::not_found("The organisation has no administrator"))?;
    let url = handoff_link(admin, &mut tx, &row.slug, first, lifetime).await?;
    tx.record(AuditEvent::named("operator", "handoff.create", first.to_string())).await?;
    tx.commit().await?;
    Ok(url)
}
