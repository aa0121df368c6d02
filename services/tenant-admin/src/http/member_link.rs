//! What a link that is a member's shows, and a password that is chosen with it.

use crate::domain::FormProblems;
use crate::state::TenantAdmin;
use crate::store::member::MemberRow;
use crate::store::member_link::{self, Purpose};
use crate::store::tenant;
use credential::{OneTimeCode, password_problem};
use http_shell::OptionalCaller;
use kernel::{Error, Result, TenantId};
use serde::{Deserialize, Serialize};
use store::TenantTx;
use utoipa::ToSchema;

/// Whose an open link is.
#[derive(Serialize, ToSchema)]
pub(crate) struct LinkOwner {
    name: String,
    email: String,
    organization: String,
}

/// The chosen password.
#[derive(Deserialize, Default, ToSchema)]
#[serde(default)]
pub(crate) struct ChosenPassword {
    #[schema(required)]
    password: String,
}

/// A link that was used with a password that will do, in a transaction that has taken it.
pub(super) struct Used {
    pub(super) tx: TenantTx,
    pub(super) tenant: TenantId,
    pub(super) owner: MemberRow,
    pub(super) organization: String,
    /// Of the password.
    pub(super) hash: String,
}

fn gone(purpose: Purpose) -> Error {
    Error::not_found(match purpose {
        Purpose::Invitation => "This invitation was used already or has expired. Ask for a new one.",
        Purpose::PasswordReset => "This link was used already or has expired. Ask for a new one.",
    })
}

async fn find(
    admin: &TenantAdmin,
    tenant: TenantId,
    purpose: Purpose,
    code: &OneTimeCode,
) -> Result<(MemberRow, String)> {
    let mut tx = admin.db.tenant(tenant).await?;
    let found = member_link::find(&mut tx, purpose, code.digest(), admin.clock.now()).await?;
    let owner = found.ok_or_else(|| gone(purpose))?;
    Ok((owner, tenant::get(&mut tx).await?.name))
}

/// Shows whose a link is.
///
/// # Errors
/// `NotFound` when it is unknown, used or expired; those of the database.
pub(super) async fn show(
    admin: &TenantAdmin,
    caller: &OptionalCaller,
    purpose: Purpose,
    code: &str,
) -> Result<LinkOwner> {
    let code = OneTimeCode::parse(code).ok_or_else(|| gone(purpose))?;
    let tenant = caller.tenant.ok_or_else(|| gone(purpose))?;
    let (MemberRow { name, email, .. }, organization) = find(admin, tenant, purpose, &code).await?;
    Ok(LinkOwner { name, email, organization })
}

/// Takes a link and the password that was chosen with it. The caller writes what follows and commits.
///
/// # Errors
/// `Input` when the password will not do, and the link stays; `NotFound` when the link is unknown, used or expired.
pub(super) async fn redeem(
    admin: &TenantAdmin,
    caller: &OptionalCaller,
    purpose: Purpose,
    code: &str,
    form: ChosenPassword,
) -> Result<Used> {
    let code = OneTimeCode::parse(code).ok_or_else(|| gone(purpose))?;
    let tenant = caller.tenant.ok_or_else(|| gone(purpose))?;
    let (owner, organization) = find(admin, tenant, purpose, &code).await?;
    let mut problems = FormProblems::default();
    problems.check("password", password_problem(&form.password, &[&owner.name, &owner.email, &organization]));
    problems.into_result()?;
    // No transaction is open while the hash is made; whoever took the code meanwhile has it.
    let hash = admin.hasher.hash(form.password).await?;
    let mut tx = admin.db.tenant(tenant).await?;
    if !member_link::take(&mut tx, purpose, code.digest(), admin.clock.now()).await? {
        return Err(gone(purpose));
    }
    Ok(Used { tx, tenant, owner, organization, hash })
}
