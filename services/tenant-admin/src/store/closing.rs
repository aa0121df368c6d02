//! The end of an organisation, and the operator's list of all of them.

use kernel::{Result, TenantId};
use store::{SystemTx, TenantTx, db, shred_key};
use time::OffsetDateTime;
use uuid::Uuid;

/// An organisation as the operator sees it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct AnyTenant {
    /// Row id.
    pub tenant_id: Uuid,
    /// Address.
    pub slug: String,
    /// Name.
    pub name: String,
    /// `active`, `suspended` or `deleted`.
    pub status: String,
    /// Plan.
    pub plan: String,
    /// When it signed up.
    pub created_at: OffsetDateTime,
    /// When its keys are destroyed.
    pub delete_after: Option<OffsetDateTime>,
    /// When they were.
    pub shredded_at: Option<OffsetDateTime>,
    /// When nothing of it was left.
    pub erased_at: Option<OffsetDateTime>,
}

/// All organisations by address, in whatever state.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut SystemTx) -> Result<Vec<AnyTenant>> {
    sqlx::query_as(
        "select tenant_id, slug, name, status, plan, created_at, delete_after, shredded_at, erased_at
         from tenant order by slug",
    )
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// The organisation at this address, in whatever state.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut SystemTx, slug: &str) -> Result<Option<AnyTenant>> {
    sqlx::query_as(
        "select tenant_id, slug, name, status, plan, created_at, delete_after, shredded_at, erased_at
         from tenant where slug = $1",
    )
    .bind(slug)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// Opens or closes the organisation. `false`: its keys are destroyed already, and nothing changed.
///
/// # Errors
/// Those of the database.
pub async fn set_status(tx: &mut TenantTx, status: &str, delete_after: Option<OffsetDateTime>) -> Result<bool> {
    let changed =
        sqlx::query("update tenant set status = $2, delete_after = $3 where tenant_id = $1 and shredded_at is null")
            .bind(tx.id())
            .bind(status)
            .bind(delete_after)
            .execute(tx.conn())
            .await
            .map_err(db)?;
    Ok(changed.rows_affected() == 1)
}

/// Changes the plan.
///
/// # Errors
/// Those of the database.
pub async fn set_plan(tx: &mut TenantTx, plan: &str) -> Result<()> {
    sqlx::query("update tenant set plan = $2 where tenant_id = $1")
        .bind(tx.id())
        .bind(plan)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}

/// Deleted organisations whose period of grace is over and of which something may be left.
///
/// # Errors
/// Those of the database.
pub async fn list_due(tx: &mut SystemTx, now: OffsetDateTime) -> Result<Vec<TenantId>> {
    let ids: Vec<Uuid> = sqlx::query_scalar(
        "select tenant_id from tenant
         where status = 'deleted' and delete_after <= $1 and erased_at is null order by delete_after limit 20",
    )
    .bind(now)
    .fetch_all(tx.conn())
    .await
    .map_err(db)?;
    Ok(ids.into_iter().map(TenantId::new).collect())
}

/// Destroys the organisation's keys. `false`: it was brought back meanwhile, and nothing changed.
///
/// # Errors
/// Those of the database.
pub async fn shred(tx: &mut SystemTx, tenant: TenantId, now: OffsetDateTime) -> Result<bool> {
    let marked = sqlx::query(
        "update tenant set shredded_at = coalesce(shredded_at, $2), name = 'Deleted organisation', settings = '{}'
         where tenant_id = $1 and status = 'deleted' and delete_after <= $2",
    )
    .bind(tenant.as_uuid())
    .bind(now)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    if marked.rows_affected() == 0 {
        return Ok(false);
    }
    shred_key(tx, tenant, None).await?;
    Ok(true)
}

/// Notes that nothing is left.
///
/// # Errors
/// Those of the database.
pub async fn set_erased(tx: &mut SystemTx, tenant: TenantId, now: OffsetDateTime) -> Result<()> {
    sqlx::query("update tenant set erased_at = $2 where tenant_id = $1")
        .bind(tenant.as_uuid())
        .bind(now)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}
