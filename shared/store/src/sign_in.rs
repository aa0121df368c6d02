//! What tenant-admin writes and the gateway reads about sign-in: sealed client secrets, and the rule about passwords.

use crate::{TenantTx, db};
use kernel::{Error, Result};
use uuid::Uuid;

const SCOPE: &str = "sign-in-provider";

/// Seals the client secret of a provider, or of a try, under its id.
///
/// # Errors
/// Those of the database.
pub async fn seal_secret(tx: &mut TenantTx, of: Uuid, secret: &str) -> Result<Vec<u8>> {
    tx.seal(SCOPE, &of.to_string(), secret.as_bytes()).await
}

/// Opens what [`seal_secret`] made under the same id.
///
/// # Errors
/// `Internal` when it was made for anything else; those of the database.
pub async fn open_secret(tx: &mut TenantTx, of: Uuid, sealed: Option<&[u8]>) -> Result<Option<String>> {
    let Some(sealed) = sealed else { return Ok(None) };
    let bytes = tx.open(SCOPE, &of.to_string(), sealed).await?;
    String::from_utf8(bytes).map(Some).map_err(Error::internal)
}

/// Whether members must come through a provider.
///
/// # Errors
/// Those of the database.
pub async fn is_enforced(tx: &mut TenantTx) -> Result<bool> {
    sqlx::query_scalar("select exists (select from sign_in_rule where tenant_id = $1 and enforced)")
        .bind(tx.id())
        .fetch_one(tx.conn())
        .await
        .map_err(db)
}

/// Whether this member may come in with a password or a link: anybody while no provider is enforced, then only
/// administrators who were named for emergencies.
///
/// # Errors
/// Those of the database.
pub async fn may_use_password(tx: &mut TenantTx, member: Uuid) -> Result<bool> {
    sqlx::query_scalar(
        "select not exists (select from sign_in_rule where tenant_id = $1 and enforced)
             or exists (select from break_glass b
                join member m on m.tenant_id = $1 and m.member_id = b.member_id
                where b.tenant_id = $1 and b.member_id = $2 and m.role = 'admin')",
    )
    .bind(tx.id())
    .bind(member)
    .fetch_one(tx.conn())
    .await
    .map_err(db)
}
