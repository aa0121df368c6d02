//! The settings of a catalog. They are read in the transaction that needs them, so a change counts at once.

use crate::domain::settings::Settings;
use kernel::Result;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::types::Json;
use std::collections::HashMap;
use store::{TenantTx, db};

/// Key of [`Settings::orphan_strategy`].
pub const ORPHAN_STRATEGY: &str = "orphan_strategy";
/// Key of [`Settings::removal_guard`].
pub const REMOVAL_GUARD: &str = "removal_guard";
/// Key of [`Settings::history_days`].
pub const HISTORY_DAYS: &str = "history_days";
/// Key of [`Settings::undelete_days`].
pub const UNDELETE_DAYS: &str = "undelete_days";

/// Key of the kinds that the organisation accepts beside its own, a list of texts; what the operator set if missing.
pub const ALLOWED_KINDS: &str = "allowed_kinds";

/// The settings, with defaults where nobody decided.
///
/// # Errors
/// Those of the database.
pub async fn load(tx: &mut TenantTx) -> Result<Settings> {
    let rows: Vec<(String, serde_json::Value)> =
        sqlx::query_as("select key, value from catalog_setting where tenant_id = $1")
            .bind(tx.id())
            .fetch_all(tx.conn())
            .await
            .map_err(db)?;
    let mut rows: HashMap<String, serde_json::Value> = rows.into_iter().collect();
    let default = Settings::default();
    Ok(Settings {
        orphan_strategy: take(&mut rows, ORPHAN_STRATEGY).unwrap_or(default.orphan_strategy),
        removal_guard: take(&mut rows, REMOVAL_GUARD).unwrap_or(default.removal_guard),
        history_days: take(&mut rows, HISTORY_DAYS).unwrap_or(default.history_days),
        undelete_days: take(&mut rows, UNDELETE_DAYS).unwrap_or(default.undelete_days),
    })
}

/// A value that another version wrote and this one does not understand counts as undecided.
fn take<T: DeserializeOwned>(rows: &mut HashMap<String, serde_json::Value>, key: &str) -> Option<T> {
    serde_json::from_value(rows.remove(key)?).ok()
}

/// One setting, if somebody decided about it.
///
/// # Errors
/// Those of the database.
pub async fn find<T: DeserializeOwned>(tx: &mut TenantTx, key: &str) -> Result<Option<T>> {
    let value: Option<serde_json::Value> =
        sqlx::query_scalar("select value from catalog_setting where tenant_id = $1 and key = $2")
            .bind(tx.id())
            .bind(key)
            .fetch_optional(tx.conn())
            .await
            .map_err(db)?;
    Ok(value.and_then(|value| serde_json::from_value(value).ok()))
}

/// Decides about one setting.
///
/// # Errors
/// Those of the database.
pub async fn set<T: Serialize + Sync>(tx: &mut TenantTx, key: &str, value: &T) -> Result<()> {
    sqlx::query(
        "insert into catalog_setting (tenant_id, key, value) values ($1, $2, $3)
         on conflict on constraint catalog_setting_pk do update set value = excluded.value",
    )
    .bind(tx.id())
    .bind(key)
    .bind(Json(value))
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}
