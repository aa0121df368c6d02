//! `asOf`: reads answered as of a moment of the past.
//!
//! Such an answer has the relations of that moment and no `status`. Whoever asks must be allowed to read the entity as it
//! was, and, while it is there, as it is now.

use crate::State;
use crate::domain::filter::Filter;
use crate::index::When;
use crate::store::history::{moment, versions};
use http_shell::Caller;
use kernel::{Error, Result};
use std::collections::HashMap;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

/// The name of the parameter, and of the field in bodies.
pub const AS_OF: &str = "asOf";

/// Reads the moment.
///
/// # Errors
/// `Input` when it is none.
pub fn parse(text: Option<&str>) -> Result<Option<OffsetDateTime>> {
    let Some(text) = text else { return Ok(None) };
    let moment = OffsetDateTime::parse(text, &Rfc3339)
        .map_err(|_| Error::input(format!("{AS_OF} must be a date and time as in RFC 3339, not \"{text}\"")))?;
    Ok(Some(moment))
}

/// Which state is asked about.
///
/// # Errors
/// As [`parse`].
pub fn when(text: Option<&str>) -> Result<When> {
    Ok(parse(text)?.map_or(When::Now, When::At))
}

/// The documents of these entities at that moment, by key, as far as the filter held for them then.
///
/// # Errors
/// `Input` when the state of that moment is not known; those of the database.
pub async fn documents(
    state: &State,
    caller: &Caller,
    moment: OffsetDateTime,
    entity_refs: &[String],
    filter: &Filter,
) -> Result<HashMap<String, String>> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    let seq = moment::seq_at(&mut tx, moment).await?;
    let scope = state.scope_in(&mut tx, caller).await?;
    versions::list_documents_at(&mut tx, seq, entity_refs, filter, &scope.condition).await
}

/// The document of the entity that had this key at that moment.
///
/// # Errors
/// As [`documents`].
pub async fn by_ref(state: &State, caller: &Caller, moment: OffsetDateTime, key: &str) -> Result<Option<String>> {
    let asked = [key.to_owned()];
    Ok(documents(state, caller, moment, &asked, &Filter::everything()).await?.remove(key))
}

/// The document of the entity that had this uid at that moment.
///
/// # Errors
/// As [`documents`].
pub async fn by_uid(state: &State, caller: &Caller, moment: OffsetDateTime, uid: Uuid) -> Result<Option<String>> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    let seq = moment::seq_at(&mut tx, moment).await?;
    let found = versions::find_ref_by_uid(&mut tx, seq, uid).await?;
    drop(tx);
    match found {
        Some(key) => by_ref(state, caller, moment, &key).await,
        None => Ok(None),
    }
}
