//! Members: who belongs to the organisation, in which role.

use super::sign_in_rule::keep_break_glass;
use crate::domain::{FormProblems, person};
use crate::jobs::queue_mail;
use crate::mails;
use crate::state::TenantAdmin;
use crate::store::member::{self, MemberRow};
use crate::store::member_link::{self, Purpose};
use crate::store::{scim, tenant};
use authz::Role;
use axum::extract::State;
use axum::http::StatusCode;
use credential::OneTimeCode;
use http_shell::{Caller, Json, Path, Result};
use kernel::{Error, ErrorKind};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{AuditEvent, AuditRow, TenantTx};
use time::OffsetDateTime;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Object, Schema, Type};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

/// Names that are tried before a new member's entity name is given up as taken.
const NAME_ATTEMPTS: u32 = 50;
pub(super) const LAST_ADMIN: &str = "An organisation needs an administrator. Make somebody else one first.";
const NOT_A_ROLE: &str = "Choose one of the roles admin, maintainer, member and viewer.";

/// The schema of an assignable role's name.
pub(crate) enum RoleName {}

impl PartialSchema for RoleName {
    fn schema() -> RefOr<Schema> {
        let names = Role::ASSIGNABLE.map(Role::name);
        Object::builder().schema_type(Type::String).enum_values(Some(names)).into()
    }
}

impl ToSchema for RoleName {}

/// How far a member is.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is used: the word comes from the row, whose constraint knows these")]
pub(crate) enum MemberStatus {
    /// Has chosen a password.
    Active,
    /// Has an invitation.
    Invited,
    /// The organisation's directory lets them in no more.
    Deactivated,
}

/// A member.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Member {
    id: Uuid,
    name: String,
    email: String,
    #[schema(value_type = RoleName)]
    role: String,
    user_entity_ref: String,
    #[schema(value_type = MemberStatus)]
    status: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    created_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, format = DateTime)]
    last_sign_in_at: Option<OffsetDateTime>,
}

impl From<MemberRow> for Member {
    fn from(row: MemberRow) -> Self {
        Self {
            id: row.member_id,
            name: row.name,
            email: row.email,
            role: row.role,
            user_entity_ref: row.user_ref,
            status: row.status,
            created_at: row.created_at,
            last_sign_in_at: row.last_sign_in_at,
        }
    }
}

/// Everybody.
#[derive(Serialize, ToSchema)]
pub(crate) struct MemberList {
    items: Vec<Member>,
}

/// Lists the members by name.
#[utoipa::path(get, path = "/api/tenant-admin/v1/members", tag = "members", responses((status = 200, body = MemberList)))]
pub(crate) async fn list_members(State(admin): State<TenantAdmin>, caller: Caller) -> Result<Json<MemberList>> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let items = member::list(&mut tx).await?.into_iter().map(Member::from).collect();
    Ok(Json(MemberList { items }))
}

/// Whom to invite.
#[derive(Deserialize, Default, ToSchema)]
#[serde(default)]
pub(crate) struct NewMember {
    #[schema(required)]
    name: String,
    #[schema(required)]
    email: String,
    #[schema(required)]
    role: String,
}

/// A link that lets the invited person choose a password, shown this once.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InvitationLink {
    url: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    expires_at: OffsetDateTime,
    /// Whether it was mailed as well.
    mailed: bool,
}

/// The new member and their invitation.
#[derive(Serialize, ToSchema)]
pub(crate) struct AddedMember {
    member: Member,
    invitation: InvitationLink,
}

/// Adds a member, who comes in through the invitation link.
#[utoipa::path(post, path = "/api/tenant-admin/v1/members", tag = "members", request_body = NewMember,
    responses((status = 201, body = AddedMember), (status = 400, description = "Says per field what is wrong")))]
pub(crate) async fn add_member(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Json(form): Json<NewMember>,
) -> Result<(StatusCode, Json<AddedMember>)> {
    let (name, email) = (form.name.trim().to_owned(), form.email.trim().to_owned());
    let email_key = person::email_key(&email);
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let email_problem = match person::email_problem(&email) {
        Some(problem) => Some(problem),
        None => member::email_is_taken(&mut tx, &email_key).await?.then_some(ALREADY_MEMBER),
    };
    let mut problems = FormProblems::default();
    problems.check("name", person::name_problem(&name));
    problems.check("email", email_problem);
    problems.check("role", Role::named(&form.role).is_none().then_some(NOT_A_ROLE));
    problems.into_result()?;
    only_admins_make_admins(&caller, &form.role)?;
    keep_within_plan(&admin, &mut tx).await?;
    let row = MemberRow {
        member_id: Uuid::now_v7(),
        user_ref: free_user_ref(&mut tx, &email).await?,
        name,
        email,
        role: form.role,
        status: "invited".to_owned(),
        created_at: admin.clock.now(),
        last_sign_in_at: None,
    };
    member::insert(&mut tx, &row, &email_key).await.map_err(raced)?;
    let link = open_invitation(&admin, &mut tx, &row).await?;
    let after = json!({ "email": row.email, "name": row.name, "role": row.role });
    tx.record(AuditEvent::by(&caller.principal, "member.invite", &row.user_ref).after(after)).await?;
    tx.commit().await?;
    admin.mail_queued();
    Ok((StatusCode::CREATED, Json(AddedMember { member: row.into(), invitation: link })))
}

const ALREADY_MEMBER: &str = "This person is a member already.";

/// Two administrators who invite the same person at the same time.
fn raced(error: Error) -> Error {
    match error.kind {
        ErrorKind::Conflict => Error::input(ALREADY_MEMBER).with_field("email", ALREADY_MEMBER).with_source(error),
        _ => error,
    }
}

pub(crate) async fn free_user_ref(tx: &mut TenantTx, email: &str) -> kernel::Result<String> {
    for attempt in 0..NAME_ATTEMPTS {
        let user_ref = person::user_ref(email, attempt);
        if !member::user_ref_is_taken(tx, &user_ref).await? {
            return Ok(user_ref);
        }
    }
    Err(Error::conflict("There are too many members with this name already"))
}

/// Refuses one person more than the organisation's plan has room for.
pub(crate) async fn keep_within_plan(admin: &TenantAdmin, tx: &mut TenantTx) -> kernel::Result<()> {
    let allowed = admin.config.plans.get(&tenant::get(tx).await?.plan).members;
    if allowed > 0 && member::count_for_update(tx).await? >= i64::from(allowed) {
        return Err(Error::conflict(format!(
            "Your plan has room for {allowed} members, invited ones included. Remove somebody, or ask for a larger plan."
        )));
    }
    Ok(())
}

async fn open_invitation(admin: &TenantAdmin, tx: &mut TenantTx, member: &MemberRow) -> kernel::Result<InvitationLink> {
    let code = OneTimeCode::generate()?;
    let expires_at = admin.clock.now() + admin.config.invitation_lifetime;
    member_link::set(tx, Purpose::Invitation, member.member_id, code.digest(), expires_at).await?;
    let organization = tenant::get(tx).await?;
    let url = format!("{}/invitation/{}", admin.config.tenant_origin(&organization.slug), code.reveal());
    let mail = mails::invitation(&member.email, &member.name, &organization.name, &url);
    let mailed = queue_mail(admin, tx, &mail).await?;
    Ok(InvitationLink { url, expires_at, mailed })
}

async fn find(tx: &mut TenantTx, id: Uuid) -> kernel::Result<MemberRow> {
    member::find(tx, id).await?.ok_or_else(|| Error::not_found("There is no such member"))
}

/// Refuses what would leave the organisation without an administrator. Holds the administrators' rows locked.
pub(crate) async fn keep_an_admin(tx: &mut TenantTx, leaving: Uuid) -> kernel::Result<()> {
    let admins = member::list_admins_for_update(tx).await?;
    if admins == [leaving] {
        return Err(Error::conflict(LAST_ADMIN));
    }
    Ok(())
}

/// Policies can let somebody else look after members; administrators stay the administrators' own affair.
fn only_admins_make_admins(caller: &Caller, role: &str) -> kernel::Result<()> {
    let is_admin = caller.principal.user().is_none_or(|user| user.role == Role::ADMIN.name());
    if role != Role::ADMIN.name() || is_admin {
        return Ok(());
    }
    Err(Error::not_allowed("Only an administrator can make, change or remove an administrator"))
}

/// The new role.
#[derive(Deserialize, Default, ToSchema)]
#[serde(default)]
pub(crate) struct MemberChange {
    #[schema(required)]
    role: String,
}

/// Changes a member's role.
#[utoipa::path(patch, path = "/api/tenant-admin/v1/members/{id}", tag = "members", request_body = MemberChange,
    params(("id" = Uuid, Path, description = "The member")),
    responses((status = 200, body = Member), (status = 404), (status = 409, description = "The last administrator")))]
pub(crate) async fn change_member(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(change): Json<MemberChange>,
) -> Result<Json<Member>> {
    let mut problems = FormProblems::default();
    problems.check("role", Role::named(&change.role).is_none().then_some(NOT_A_ROLE));
    problems.into_result()?;
    let mut tx = admin.db.tenant(caller.tenant).await?;
    if change.role != Role::ADMIN.name() {
        keep_an_admin(&mut tx, id).await?;
        keep_break_glass(&mut tx, id).await?;
    }
    let mut row = find(&mut tx, id).await?;
    only_admins_make_admins(&caller, &change.role)?;
    only_admins_make_admins(&caller, &row.role)?;
    member::set_role(&mut tx, id, &change.role).await?;
    scim::set_base_role(&mut tx, id, &change.role).await?;
    let event = AuditEvent::by(&caller.principal, "member.update", &row.user_ref);
    tx.record(event.before(json!({ "role": row.role })).after(json!({ "role": change.role }))).await?;
    tx.commit().await?;
    admin.identities_changed(caller.tenant);
    row.role = change.role;
    Ok(Json(row.into()))
}

/// Takes a change of a member's role back; what it was and what it is now.
pub(super) async fn put_back(tx: &mut TenantTx, event: &AuditRow) -> kernel::Result<(Value, Value)> {
    let admins = member::list_admins_for_update(tx).await?;
    let row = member::find_by_user_ref(tx, &event.target).await?;
    let row = row.ok_or_else(|| Error::not_found("This person is not a member any more"))?;
    let before = json!({ "role": row.role });
    let state = super::taken_back(&before, event)?;
    let role = state["role"].as_str().and_then(Role::named).ok_or_else(|| Error::input(NOT_A_ROLE))?;
    if role.name() != Role::ADMIN.name() && admins == [row.member_id] {
        return Err(Error::conflict(LAST_ADMIN));
    }
    member::set_role(tx, row.member_id, role.name()).await?;
    scim::set_base_role(tx, row.member_id, role.name()).await?;
    Ok((before, state))
}

/// Removes a member; their sessions and tokens end.
#[utoipa::path(delete, path = "/api/tenant-admin/v1/members/{id}", tag = "members",
    params(("id" = Uuid, Path, description = "The member")),
    responses((status = 204), (status = 404), (status = 409, description = "The last administrator")))]
pub(crate) async fn remove_member(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<StatusCode> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    keep_an_admin(&mut tx, id).await?;
    keep_break_glass(&mut tx, id).await?;
    let row = find(&mut tx, id).await?;
    only_admins_make_admins(&caller, &row.role)?;
    member::delete(&mut tx, id).await?;
    let before = json!({ "email": row.email, "name": row.name, "role": row.role, "status": row.status });
    tx.record(AuditEvent::by(&caller.principal, "member.remove", &row.user_ref).before(before)).await?;
    tx.commit().await?;
    admin.identities_changed(caller.tenant);
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a new invitation link; the former one stops working.
#[utoipa::path(post, path = "/api/tenant-admin/v1/members/{id}/invitation", tag = "members",
    params(("id" = Uuid, Path, description = "The member")),
    responses((status = 201, body = InvitationLink), (status = 404), (status = 409, description = "Accepted already")))]
pub(crate) async fn renew_invitation(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<(StatusCode, Json<InvitationLink>)> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let row = find(&mut tx, id).await?;
    if row.status != "invited" {
        return Err(Error::conflict("This person has accepted the invitation already").into());
    }
    let link = open_invitation(&admin, &mut tx, &row).await?;
    tx.record(AuditEvent::by(&caller.principal, "member.invite", &row.user_ref)).await?;
    tx.commit().await?;
    admin.mail_queued();
    Ok((StatusCode::CREATED, Json(link)))
}
