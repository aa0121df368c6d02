//! Erasing everything that one tenant has, in batches, whatever tables there are.
//!
//! Only for a tenant whose keys are destroyed: the database refuses the rest otherwise. New tables need no line here.

#![expect(clippy::disallowed_types, reason = "names of tables take no binds; they come quoted from the catalog")]

use crate::{TenantTx, db};
use kernel::{Error, Result};
use sqlx::{AssertSqlSafe, Connection as _};

/// Tables with rows of tenants, quoted; `$1` narrows them to those that the application may delete from.
const TABLES: &str = "select quote_ident(n.nspname) || '.' || quote_ident(c.relname)
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
     where c.relkind in ('r', 'p') and n.nspname in ('public', 'text_search') and c.relname <> 'tenant'
       and has_table_privilege(c.oid, 'SELECT') and (not $1 or has_table_privilege(c.oid, 'DELETE'))
     order by c.relname";

async fn tables(tx: &mut TenantTx, deletable: bool) -> Result<Vec<String>> {
    sqlx::query_scalar(TABLES).bind(deletable).fetch_all(tx.conn()).await.map_err(db)
}

/// Deletes up to `batch` rows of each table and says how many went; 0 when nothing is left that can go. A table whose
/// rows others still refer to waits for the next call.
///
/// # Errors
/// Those of the database; `Internal` when the tenant is not to be erased.
pub async fn erase_batch(tx: &mut TenantTx, batch: i32) -> Result<u64> {
    let (tenant, mut gone) = (tx.id(), 0);
    for table in tables(tx, true).await? {
        let statement = format!(
            "delete from {table} where tenant_id = $1
               and ctid = any (array(select ctid from {table} where tenant_id = $1 limit $2))"
        );
        let mut step = tx.conn().begin().await.map_err(db)?;
        let deleted = sqlx::query(AssertSqlSafe(statement)).bind(tenant).bind(batch).execute(&mut *step).await;
        match deleted {
            Ok(deleted) => {
                gone += deleted.rows_affected();
                step.commit().await.map_err(db)?;
            }
            Err(error) if is_referred_to(&error) => step.rollback().await.map_err(db)?,
            Err(error) => return Err(db(error)),
        }
    }
    let kept: i64 =
        sqlx::query_scalar("select erase_kept($1)").bind(batch).fetch_one(tx.conn()).await.map_err(Error::internal)?;
    Ok(gone + u64::try_from(kept).unwrap_or_default())
}

/// SQLSTATE 23503: rows of another table hang on these.
fn is_referred_to(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|cause| cause.is_foreign_key_violation())
}

/// Tables that still have rows of the tenant.
///
/// # Errors
/// Those of the database.
pub async fn left_over(tx: &mut TenantTx) -> Result<Vec<String>> {
    let (tenant, mut found) = (tx.id(), Vec::new());
    for table in tables(tx, false).await? {
        let statement = format!("select exists (select from {table} where tenant_id = $1)");
        let any: bool =
            sqlx::query_scalar(AssertSqlSafe(statement)).bind(tenant).fetch_one(tx.conn()).await.map_err(db)?;
        if any {
            found.push(table);
        }
    }
    Ok(found)
}
