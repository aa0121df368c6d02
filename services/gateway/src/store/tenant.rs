//! Which organisation answers at a host.

use crate::config::Config;
use kernel::{Result, TenantId};
use serde_json::Value;
use store::{SystemTx, db};
use uuid::Uuid;

/// An organisation that is open for business.
#[derive(Debug, Clone)]
pub struct Tenant {
    /// Its id.
    pub id: TenantId,
    /// Its address below the domain.
    pub slug: String,
    /// Its name, any text.
    pub name: String,
    /// Its plan.
    pub plan: String,
    /// Where it was asked, with port: its own host, or its address below the domain.
    pub host: String,
    /// What its administrators set: branding and the like.
    pub settings: Value,
}

type Row = (Uuid, String, String, String, Value);

fn tenant((id, slug, name, plan, settings): Row, host: String) -> Tenant {
    Tenant { id: TenantId::new(id), slug, name, plan, host, settings }
}

/// The active organisation at this host name, or at this slug below the domain.
///
/// One statement with one shape for every host, so that unknown, suspended and deleted ones take the same time.
///
/// # Errors
/// Those of the database.
pub async fn find_active_at(
    tx: &mut SystemTx,
    host: &str,
    slug: Option<&str>,
    config: &Config,
) -> Result<Option<Tenant>> {
    let row: Option<Row> = sqlx::query_as(
        "select tenant_id, slug, name, plan, settings from tenant
         where status = 'active'
           and tenant_id = coalesce(
             (select tenant_id from tenant where slug = $1),
             (select tenant_id from tenant_host where host = $2))",
    )
    .bind(slug)
    .bind(host)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)?;
    Ok(row.map(|row| {
        let asked = slug.map_or_else(|| config.own_host(host), |slug| config.tenant_host(slug));
        tenant(row, asked)
    }))
}

/// The active organisation with this id.
///
/// # Errors
/// Those of the database.
pub async fn find_active(tx: &mut SystemTx, id: TenantId, config: &Config) -> Result<Option<Tenant>> {
    let row: Option<Row> = sqlx::query_as(
        "select tenant_id, slug, name, plan, settings from tenant where tenant_id = $1 and status = 'active'",
    )
    .bind(id.as_uuid())
    .fetch_optional(tx.conn())
    .await
    .map_err(db)?;
    Ok(row.map(|row| {
        let host = config.tenant_host(&row.1);
        tenant(row, host)
    }))
}
