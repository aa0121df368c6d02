//! Closing organisations and opening them again: what the operator's command line and an administrator may do.

use crate::state::TenantAdmin;
use crate::store::closing::{self, AnyTenant};
use kernel::{Error, Result, TenantId};
use serde::Serialize;
use serde_json::json;
use store::{AuditEvent, SystemReason};
use time::OffsetDateTime;

/// An organisation in the operator's list.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListedTenant {
    /// Its id.
    pub id: TenantId,
    /// Its address.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// `active`, `suspended`, `deleted` (can be brought back), `shredded` (cannot) or `erased`.
    pub state: &'static str,
    /// Its plan.
    pub plan: String,
    /// When it signed up.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// Until when it can be brought back.
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    pub delete_after: Option<OffsetDateTime>,
}

impl From<AnyTenant> for ListedTenant {
    fn from(row: AnyTenant) -> Self {
        let state = match (&*row.status, row.shredded_at, row.erased_at) {
            (_, _, Some(_)) => "erased",
            (_, Some(_), None) => "shredded",
            ("deleted", ..) => "deleted",
            ("suspended", ..) => "suspended",
            _ => "active",
        };
        let id = TenantId::new(row.tenant_id);
        let (created_at, delete_after) = (row.created_at, row.delete_after);
        Self { id, slug: row.slug, name: row.name, state, plan: row.plan, created_at, delete_after }
    }
}

/// What is to become of an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    /// Closed until it is resumed; nothing is lost.
    Suspend,
    /// Open again.
    Resume,
    /// Closed, and erased when the period of grace is over.
    Delete,
    /// Closed, and erased as soon as somebody comes by.
    DeleteNow,
}

impl Closing {
    const fn action(self) -> &'static str {
        match self {
            Self::Suspend => "tenant.suspend",
            Self::Resume => "tenant.resume",
            Self::Delete | Self::DeleteNow => "tenant.delete",
        }
    }

    const fn status(self) -> &'static str {
        match self {
            Self::Suspend => "suspended",
            Self::Resume => "active",
            Self::Delete | Self::DeleteNow => "deleted",
        }
    }
}

/// All organisations by address.
///
/// # Errors
/// Those of the database.
pub async fn list_tenants(admin: &TenantAdmin) -> Result<Vec<ListedTenant>> {
    let mut system = admin.db.system(SystemReason::CloseTenant).await?;
    Ok(closing::list(&mut system).await?.into_iter().map(ListedTenant::from).collect())
}

async fn find(admin: &TenantAdmin, slug: &str) -> Result<AnyTenant> {
    let mut system = admin.db.system(SystemReason::CloseTenant).await?;
    let found = closing::find(&mut system, slug).await?;
    found.ok_or_else(|| Error::not_found(format!("There is no organisation at {slug}")))
}

/// Closes or opens the organisation at this address, as the operator.
///
/// # Errors
/// `NotFound` when there is none; `Conflict` when its keys are destroyed already.
pub async fn close_tenant(admin: &TenantAdmin, slug: &str, what: Closing) -> Result<ListedTenant> {
    let row = find(admin, slug).await?;
    close(admin, TenantId::new(row.tenant_id), slug, what, "operator").await?;
    Ok(find(admin, slug).await?.into())
}

/// Closes or opens an organisation. Gateways know within two seconds, and at once where the news arrives.
pub(crate) async fn close(
    admin: &TenantAdmin,
    tenant: TenantId,
    slug: &str,
    what: Closing,
    actor: &str,
) -> Result<Option<OffsetDateTime>> {
    let now = admin.clock.now();
    let delete_after = match what {
        Closing::Suspend | Closing::Resume => None,
        Closing::Delete => Some(now.saturating_add(admin.config.deletion_grace)),
        Closing::DeleteNow => Some(now),
    };
    let mut tx = admin.db.tenant(tenant).await?;
    if !closing::set_status(&mut tx, what.status(), delete_after).await? {
        return Err(Error::conflict("The keys of this organisation are destroyed already; nothing brings it back"));
    }
    let after = json!({ "status": what.status(), "deleteAfter": delete_after.map(|at| at.unix_timestamp()) });
    tx.record(AuditEvent::named(actor, what.action(), slug).after(after)).await?;
    tx.commit().await?;
    admin.tenant_changed(tenant);
    admin.identities_changed(tenant);
    Ok(delete_after)
}

/// Puts the organisation at this address on another plan.
///
/// # Errors
/// `NotFound` when there is none; `Input` when there is no such plan.
pub async fn set_plan(admin: &TenantAdmin, slug: &str, plan: &str) -> Result<ListedTenant> {
    known_plan(admin, plan)?;
    let row = find(admin, slug).await?;
    let tenant = TenantId::new(row.tenant_id);
    let mut tx = admin.db.tenant(tenant).await?;
    closing::set_plan(&mut tx, plan).await?;
    let event = AuditEvent::named("operator", "tenant.set-plan", slug);
    tx.record(event.before(json!({ "plan": row.plan })).after(json!({ "plan": plan }))).await?;
    tx.commit().await?;
    admin.tenant_changed(tenant);
    Ok(find(admin, slug).await?.into())
}

/// Refuses a plan that is not configured.
pub(crate) fn known_plan(admin: &TenantAdmin, plan: &str) -> Result<()> {
    let plans = &admin.config.plans;
    if plans.knows(plan) || plans.names().next().is_none() {
        return Ok(());
    }
    let names: Vec<&str> = plans.names().collect();
    Err(Error::input(format!("There is no plan {plan}; the plans are {}", names.join(", "))))
}
