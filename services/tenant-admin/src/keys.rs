//! What the operator does with the keys that wrap the organisations' data keys.

use crate::state::TenantAdmin;
use kernel::{Result, TenantId};
use serde::Serialize;
use serde_json::json;
use store::{AuditEvent, SystemReason, list_key_owners, list_wrapped, set_wrapped};

/// What wrapping again did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rewrapped {
    /// Organisations that were looked at.
    pub organisations: usize,
    /// Keys that were wrapped again.
    pub rewrapped: usize,
    /// Keys that were under the newest key already.
    pub unchanged: usize,
}

/// Has every data key wrapped again by the current wrapper, under its newest key. No value is touched, and everything
/// stays readable meanwhile. It can be repeated after an interruption.
///
/// # Errors
/// `Unavailable` when the key service does not answer; `Internal` when a key does not open.
pub async fn rewrap_all(admin: &TenantAdmin) -> Result<Rewrapped> {
    admin.db.keys().current().health().await?;
    let mut system = admin.db.system(SystemReason::RewrapKeys).await?;
    let owners = list_key_owners(&mut system).await?;
    system.commit().await?;
    let mut report = Rewrapped { organisations: owners.len(), ..Rewrapped::default() };
    for tenant in owners {
        rewrap(admin, tenant, &mut report).await?;
    }
    Ok(report)
}

async fn rewrap(admin: &TenantAdmin, tenant: TenantId, report: &mut Rewrapped) -> Result<()> {
    let mut tx = admin.db.tenant(tenant).await?;
    let rows = list_wrapped(&mut tx).await?;
    tx.commit().await?;
    for row in rows {
        // Between the transactions: the key service is asked in none.
        let Some(wrapped) = admin.db.keys().rewrap(tenant, &row).await? else {
            report.unchanged += 1;
            continue;
        };
        let mut tx = admin.db.tenant(tenant).await?;
        if set_wrapped(&mut tx, &row, &wrapped).await? {
            let wrapper = |kind: &str| json!({ "wrapper": kind });
            let event = AuditEvent::named("operator", "key.rewrap", row.key_id.to_string());
            tx.record(event.before(wrapper(&row.wrapper)).after(wrapper(admin.db.keys().current().kind()))).await?;
            report.rewrapped += 1;
        }
        tx.commit().await?;
    }
    Ok(())
}
