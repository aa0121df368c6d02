//! Judges entities anew that no file is read for, when what entities are judged by has changed.

use super::claim::Mode;
use super::{apply, managed};
use crate::domain::cause::Cause;
use crate::domain::kinds::Kinds;
use crate::domain::outcome::Emitted;
use crate::domain::provided::from_set;
use kernel::{Error, Result};
use std::collections::BTreeMap;
use store::TenantTx;

/// Judges what people wrote here. One that is not accepted any more stays as it was, and says so in its status.
///
/// Entities of providers are judged with the next mutation that names them: what they sent is not kept.
///
/// # Errors
/// Those of the database.
pub async fn sets(tx: &mut TenantTx, kinds: &Kinds, cause: &Cause) -> Result<()> {
    let mut by_set: BTreeMap<String, Vec<Emitted>> = BTreeMap::new();
    for written in managed::list_all(tx).await? {
        let entity = serde_json::from_str(&written.document).map_err(Error::internal)?;
        if let Some((emitted, _)) = from_set(&written.set_name, entity, kinds) {
            by_set.entry(written.set_name).or_default().push(emitted);
        }
    }
    for (set, emitted) in by_set {
        apply::provider(tx, &managed::set_source(&set), &emitted, Mode::Explicit(&[]), cause).await?;
    }
    Ok(())
}
