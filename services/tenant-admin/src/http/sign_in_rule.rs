//! Whether members must come through a provider, and who keeps a password for the day on which it fails.

use crate::state::TenantAdmin;
use crate::store::sign_in as rows;
use axum::extract::State;
use http_shell::{Caller, Json, Result};
use kernel::Error;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::sign_in::is_enforced;
use store::{AuditEvent, TenantTx};
use utoipa::ToSchema;
use uuid::Uuid;

const MAX_BREAK_GLASS: usize = 20;

/// The rule.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SignInRule {
    /// Whether members must come through a provider.
    enforced: bool,
    /// Administrators who may use their password all the same.
    break_glass: Vec<Uuid>,
}

async fn current(tx: &mut TenantTx) -> kernel::Result<SignInRule> {
    Ok(SignInRule { enforced: is_enforced(tx).await?, break_glass: rows::list_break_glass(tx).await? })
}

/// Shows the rule.
#[utoipa::path(get, path = "/api/tenant-admin/v1/sign-in-rule", tag = "sign-in",
    responses((status = 200, body = SignInRule)))]
pub(crate) async fn get_rule(State(admin): State<TenantAdmin>, caller: Caller) -> Result<Json<SignInRule>> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    Ok(Json(current(&mut tx).await?))
}

/// Sets the rule. It cannot be enforced before a provider that is on has been tried with success, and an administrator
/// with a password has been named for emergencies. Sessions that are open stay open.
#[utoipa::path(put, path = "/api/tenant-admin/v1/sign-in-rule", tag = "sign-in", request_body = SignInRule,
    responses((status = 200, body = SignInRule), (status = 400, description = "Says per field what is missing")))]
pub(crate) async fn set_rule(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Json(rule): Json<SignInRule>,
) -> Result<Json<SignInRule>> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let before = current(&mut tx).await?;
    check(&mut tx, &rule).await?;
    rows::set_enforced(&mut tx, rule.enforced, admin.clock.now()).await?;
    rows::set_break_glass(&mut tx, &rule.break_glass).await?;
    let after = current(&mut tx).await?;
    let event = AuditEvent::by(&caller.principal, "sign-in-rule.update", "sign-in");
    tx.record(event.before(json!(before)).after(json!(after))).await?;
    tx.commit().await?;
    Ok(Json(after))
}

async fn check(tx: &mut TenantTx, rule: &SignInRule) -> kernel::Result<()> {
    let wrong = |field: &str, text: &str| Err(Error::input(text).with_field(field, text));
    if rule.break_glass.len() > MAX_BREAK_GLASS {
        return wrong("breakGlass", "Name at most 20 administrators.");
    }
    let able = rows::list_able(tx, &rule.break_glass).await?;
    if !rule.break_glass.iter().all(|member| able.contains(member)) {
        return wrong("breakGlass", "Name active administrators who have a password.");
    }
    if rule.enforced && able.is_empty() {
        return wrong(
            "breakGlass",
            "Name an administrator who keeps a password for the day on which the provider fails.",
        );
    }
    if rule.enforced && !rows::has_tested_provider(tx).await? {
        return wrong("enforced", "Turn a provider on and try it with success first.");
    }
    Ok(())
}

/// Refuses what would leave nobody for emergencies while a provider is enforced.
pub(super) async fn keep_break_glass(tx: &mut TenantTx, leaving: Uuid) -> kernel::Result<()> {
    if !is_enforced(tx).await? {
        return Ok(());
    }
    let named = rows::list_break_glass(tx).await?;
    let able = rows::list_able(tx, &named).await?;
    if able == [leaving] {
        let text =
            "This administrator is the only one who could come in when the provider fails. Name another one first.";
        return Err(Error::conflict(text));
    }
    Ok(())
}
