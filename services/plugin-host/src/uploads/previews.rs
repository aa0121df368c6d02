//! Previews: which member meets which uploaded version instead of the published one.
//!
//! A preview's back end works on data of its own: a copy of the live schema as it was when the preview was first turned on,
//! or an empty schema where there is nothing to copy, or too much. Nothing that it writes is seen by anybody else, and
//! nothing is brought back.

use super::installed;
use crate::State;
use crate::jobs::install;
use crate::store::package::Backend;
use crate::store::preview::{self, Active};
use crate::store::schema;
use crate::store::upload::{self, Upload};
use crate::supervisor::launch::{Running, Variant};
use kernel::{Error, Principal, Result, TenantId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration as Span;
use store::plugin_copies::{self as copies, Access};
use store::plugins::{SchemaName, ensure_schema};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// How old what we know of previews may be: another process may have turned one on.
const FRESH: Duration = Duration::seconds(1);
/// What copying the live data may take while somebody waits for it.
const COPY: Span = Span::from_secs(20);

/// Until when it is good, and what it is.
type Known = HashMap<TenantId, (OffsetDateTime, Arc<Vec<Active>>)>;

/// What members look at, as it was a moment ago. Clones share it.
#[derive(Clone, Default)]
pub struct Previews {
    known: Arc<Mutex<Known>>,
    /// One schema is made at a time, or two members would each get one for the same version.
    making: Arc<tokio::sync::Mutex<()>>,
}

impl Previews {
    /// Something was turned on or off here.
    pub fn forget(&self, tenant: TenantId) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(&tenant);
    }

    /// What all members of the organisation look at.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn list(&self, state: &State, tenant: TenantId) -> Result<Arc<Vec<Active>>> {
        let now = state.clock.now();
        if let Some((until, known)) = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&tenant)
            && now < *until
        {
            return Ok(known.clone());
        }
        let mut tx = state.db.tenant(tenant).await?;
        let found = Arc::new(preview::list_active(&mut tx).await?);
        tx.commit().await?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, (until, _)| now < *until);
        known.insert(tenant, (now + FRESH, found.clone()));
        Ok(found)
    }

    /// The back end that `caller` meets at this plugin's addresses, if it is a preview's.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn backend(
        &self,
        state: &State,
        tenant: TenantId,
        (plugin_id, caller): (&str, &Principal),
    ) -> Result<Option<(Uuid, Variant)>> {
        let Some(member) = caller.user().filter(|user| user.is_member()).map(|user| user.id) else { return Ok(None) };
        let all = self.list(state, tenant).await?;
        let mine =
            all.iter().find(|one| one.member_id == member && one.plugin_id == plugin_id && one.backend.is_some());
        mine.and_then(|one| variant(tenant, one).transpose()).transpose()
    }
}

fn variant(tenant: TenantId, one: &Active) -> Result<Option<(Uuid, Variant)>> {
    let Some(backend) = one.backend.as_ref().map(|backend| backend.0.clone()) else { return Ok(None) };
    let schema = one.preview_schema.as_ref().map(|name| SchemaName::stored(tenant, name)).transpose()?;
    let running = Running { package: one.package.clone(), version: one.version.clone(), backend };
    Ok(Some((one.upload_id, Variant { running, schema, preview: true })))
}

/// Makes what a preview of this version needs before anybody turns it on.
///
/// # Errors
/// `Conflict` when it can only be published, and why; those of the plugins' database.
pub async fn prepare(state: &State, tenant: TenantId, found: &Upload) -> Result<()> {
    let Some(backend) = found.backend.as_ref().map(|backend| &backend.0) else { return Ok(()) };
    if let Backend::Node { extends: Some(host), .. } = backend {
        return Err(Error::conflict(format!(
            "It is a module of the platform's own {host}, which works for everybody at once: publish it to try it."
        )));
    }
    let mut tx = state.db.tenant(tenant).await?;
    let free = install::check_place(&mut tx, &found.package, &installed(found)).await;
    tx.commit().await?;
    free?;
    let Some(url) = &state.config.plugins_url else { return Ok(()) };
    let _one_at_a_time = state.previews.making.lock().await;
    let mut tx = state.db.tenant(tenant).await?;
    let now = upload::get_for_update(&mut tx, found.upload_id).await?;
    if now.preview_schema.is_some() {
        return tx.commit().await;
    }
    // Noted first, so that a killed process's is found.
    let name = SchemaName::copy(tenant, Uuid::now_v7());
    upload::set_preview_schema(&mut tx, found.upload_id, Some(name.as_str())).await?;
    let live = schema::live(&mut tx, &found.plugin_id).await;
    tx.commit().await?;
    ensure_schema(url, &name, &Uuid::new_v4().simple().to_string()).await?;
    let copied = copy_live(state, url, &live?, &name).await;
    if let Err(error) = copied {
        tracing::warn!(%tenant, plugin = found.plugin_id, %error, "a preview begins without data");
    }
    Ok(())
}

async fn copy_live(state: &State, url: &str, live: &SchemaName, to: &SchemaName) -> Result<()> {
    let (bytes, tables) = copies::size(url, live).await?;
    if tables == 0 || bytes > state.config.upgrades.copy_bytes || copies::obstacle(url, live).await?.is_some() {
        return Ok(());
    }
    copies::copy(url, live, to, Access::Shared, COPY).await
}
