//! Brings the schema to this executable's level.

use crate::db;
use kernel::{Error, Result};
use sqlx::{Connection as _, PgConnection};

/// Every migration, in order; the files are in `migrations/`.
pub static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations");

/// Applies what is missing, as `proscenium_owner`. Needs a direct connection: it takes a session lock.
///
/// # Errors
/// `Unavailable` when the database does not answer; `Internal` when a migration fails or an applied one was changed.
pub async fn migrate(admin_url: &str) -> Result<()> {
    let mut connection = PgConnection::connect(admin_url).await.map_err(db)?;
    sqlx::query("set role proscenium_owner").execute(&mut connection).await.map_err(db)?;
    MIGRATIONS.run_direct(None, &mut connection, false).await.map_err(Error::internal)?;
    connection.close().await.map_err(db)
}
