//! The caller's own password, asked for again before what a stolen session must not do.

use crate::state::TenantAdmin;
use crate::store::member::{self, MemberRow};
use crate::store::tenant;
use http_shell::Caller;
use kernel::Error;
use runtime::cache::CacheKey;
use std::time::Duration;

/// Wrong passwords that a signed-in person may give in five minutes.
const PROOFS: u64 = 10;
const PROOF_WINDOW: Duration = Duration::from_secs(300);

/// Checks the caller's own password before something that a stolen session must not do. Gives the member and the name
/// of the organisation.
pub(super) async fn prove(
    admin: &TenantAdmin,
    caller: &Caller,
    password: String,
    field: &'static str,
) -> kernel::Result<(MemberRow, String)> {
    let user = caller.principal.user().ok_or_else(|| Error::not_allowed("Only people have a password"))?;
    let key = CacheKey::tenant(caller.tenant, "password-proof", user.id);
    if admin.ground.cache.increment(&key, PROOF_WINDOW).await > PROOFS {
        return Err(Error::too_many("There were too many wrong passwords. Try again in 5 minutes.", 300));
    }
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let row = member::find(&mut tx, user.id).await?;
    let row = row.ok_or_else(|| Error::not_found("You are not a member any more"))?;
    let hash = member::password_hash(&mut tx, user.id).await?;
    let organization = tenant::get(&mut tx).await?.name;
    tx.rollback().await?;
    if !admin.hasher.verify(password, hash).await? {
        let text = "This is not your present password.";
        return Err(Error::input(text).with_field(field, text));
    }
    admin.ground.cache.delete(&key).await;
    Ok((row, organization))
}
