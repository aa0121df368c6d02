//! Plugins that organisations upload themselves: taking an archive in, publishing a version, deleting one.
//!
//! An upload belongs to one organisation, in its rows, in its part of object storage and in its workers. It is built by
//! [`jobs`](crate::jobs), looked at by those who turned its [`previews`] on, and meets everybody only when it is published.

pub mod command;
pub mod previews;
pub mod upkeep;

use crate::State;
use crate::bundles::{Place, upload_prefix};
use crate::domain::allow_list::AllowList;
use crate::domain::own_plugins::{MOST_BYTES, MOST_VERSIONS, check_name};
use crate::domain::package::{is_hosted, module_id};
use crate::domain::upload::{Package, repack};
use crate::http::remote_prefix;
use crate::jobs::{UPLOADS, install};
use crate::rollouts::start_own_rollout;
use crate::store::package::{self, Installed};
use crate::store::upload::{self, State as Build, Upload};
use crate::store::{history, installation, preview};
use bytes::Bytes;
use kernel::{Error, Result, SharedClock, TenantId};
use runtime::config::Plans;
use runtime::objects::{ObjectKey, Objects};
use serde_json::json;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use store::plugins::{SchemaName, drop_schema};
use store::queue::{self, NewJob};
use store::{AuditEvent, Db, TenantTx};
use uuid::Uuid;

/// What taking in and publishing need, in a server and beside one.
#[derive(Clone)]
pub struct Desk {
    /// The database.
    pub db: Db,
    /// Where archives are kept.
    pub objects: Objects,
    /// The clock.
    pub clock: SharedClock,
    /// Names that nobody else may use.
    pub allow: AllowList,
    /// How many workers an organisation may have.
    pub plans: Plans,
    /// Folder for archives that are being checked.
    pub incoming: PathBuf,
}

/// Who does something.
#[derive(Debug, Clone)]
pub struct Actor {
    /// For rows and the audit log.
    pub label: String,
    /// The member, if it is one.
    pub member: Option<Uuid>,
}

/// A file that is removed when it is no longer needed.
#[derive(Debug)]
pub struct Incoming(PathBuf);

impl Incoming {
    /// A name in this folder that nobody else has; nothing is written yet.
    ///
    /// # Errors
    /// `Internal` when the folder cannot be made.
    pub async fn new(folder: &Path) -> Result<Self> {
        tokio::fs::create_dir_all(folder).await.map_err(Error::internal)?;
        Ok(Self(folder.join(Uuid::new_v4().simple().to_string())))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        // It may never have been written.
        drop(std::fs::remove_file(&self.0));
    }
}

impl Desk {
    /// Of this process.
    #[must_use]
    pub fn of(state: &State) -> Self {
        Self {
            db: state.db.clone(),
            objects: state.objects.clone(),
            clock: state.clock.clone(),
            allow: state.config.allow.clone(),
            plans: state.config.plans.clone(),
            incoming: state.config.incoming(),
        }
    }

    /// Checks an archive and keeps it; a plugin host builds it once this has returned.
    ///
    /// # Errors
    /// `Input` with everything that is wrong with the archive; `Conflict` when the version is there already, or there is no
    /// room; `Unavailable` when object storage does not answer.
    pub async fn accept(&self, tenant: TenantId, archive: &Path, actor: &Actor) -> Result<Uuid> {
        let copy = Incoming::new(&self.incoming).await?;
        let (from, to) = (archive.to_owned(), copy.path().to_owned());
        let package = tokio::task::spawn_blocking(move || {
            let to = BufWriter::new(File::create(&to).map_err(Error::internal)?);
            repack(|| File::open(&from), to)
        });
        let package = package.await.map_err(Error::internal)??;
        check_name(&package.name, &self.allow)?;
        let upload = Uuid::now_v7();
        let key = archive_key(tenant, upload)?;
        let bytes = tokio::fs::read(copy.path()).await.map_err(Error::internal)?;
        self.objects.put(&key, Bytes::from(bytes), "application/gzip").await?;
        match self.note(tenant, upload, &package, actor).await {
            Ok(replaced) => {
                if let Some(replaced) = replaced {
                    self.forget_objects(tenant, replaced).await;
                }
                Ok(upload)
            }
            Err(error) => {
                // No row names it.
                self.forget_objects(tenant, upload).await;
                Err(error)
            }
        }
    }

    /// Writes the row, unless there is no room. Returns a failed upload of the same version, which it replaces.
    async fn note(&self, tenant: TenantId, id: Uuid, package: &Package, actor: &Actor) -> Result<Option<Uuid>> {
        let now = self.clock.now();
        let mut tx = self.db.tenant(tenant).await?;
        let (count, bytes) = upload::count_for_insert(&mut tx).await?;
        let same = upload::find_version(&mut tx, &package.name, &package.version).await?;
        let replaced = same.as_ref().filter(|same| same.state == Build::Failed).map(|same| same.upload_id);
        if let (Some(_), None) = (&same, replaced) {
            return Err(Error::conflict(format!(
                "{}@{} was uploaded before. Give it another version, or delete that one.",
                package.name, package.version
            )));
        }
        if let Some(replaced) = replaced {
            upload::delete(&mut tx, replaced).await?;
        } else if count >= MOST_VERSIONS {
            return Err(Error::conflict(format!(
                "Your organisation keeps {MOST_VERSIONS} uploaded versions, and there is no room for more. Delete some."
            )));
        }
        if bytes.saturating_add(package.bytes) > MOST_BYTES {
            return Err(Error::conflict(format!(
                "The uploads of your organisation may have {} MB together. Delete some.",
                MOST_BYTES >> 20
            )));
        }
        check_not_from_npm(&mut tx, &package.name).await?;
        upload::insert(&mut tx, id, (package, &installed_as(package)), &actor.label, now).await?;
        if let Some(member) = actor.member {
            preview::set_active(&mut tx, (id, &package.name), member, false, now).await?;
        }
        queue::enqueue(&mut tx, NewJob::now(UPLOADS, &id.to_string())).await?;
        let event = AuditEvent::named(&actor.label, "plugin.upload", &package.name);
        tx.record(event.after(json!({ "version": package.version, "upload": id, "sha256": package.sha256 }))).await?;
        tx.commit().await?;
        Ok(replaced)
    }

    /// Gives a version to the whole organisation. Where another version of its back end runs, it is brought in by a rollout
    /// to this organisation alone, which checks it, switches without a failed request and watches it; else at once.
    ///
    /// # Errors
    /// `NotFound` when there is no such upload; `Conflict` when it cannot be published now, and why.
    pub async fn publish(&self, tenant: TenantId, id: Uuid, actor: &Actor) -> Result<Upload> {
        let now = self.clock.now();
        let mut tx = self.db.tenant(tenant).await?;
        let found = upload::get_for_update(&mut tx, id).await?;
        check_publishable(&found)?;
        check_not_from_npm(&mut tx, &found.package).await?;
        let becomes = installed(&found);
        install::check_place(&mut tx, &found.package, &becomes).await?;
        install::check_room(&mut tx, &self.plans, &becomes).await?;
        let former = package::find_package(&mut tx, &found.package).await?;
        if former.is_some_and(|former| former.backend.is_some()) && becomes.backend.is_some() {
            let version = (found.package.as_str(), found.version.as_str());
            start_own_rollout(&self.db, &self.clock, tenant, version, &actor.label).await?;
        } else {
            let names = (found.package.as_str(), found.plugin_id.as_str(), found.version.as_str());
            package::want_upload(&mut tx, names, id, now).await?;
            package::set_installed(&mut tx, &found.package, &becomes, now).await?;
            let known = installation::find_installation(&mut tx, &found.plugin_id).await?.is_some();
            if becomes.backend.is_some() || !known {
                installation::insert_or_touch(&mut tx, &found.plugin_id, now).await?;
            }
            history::insert(&mut tx, &found.package, &becomes, ("install", None), now).await?;
        }
        upload::set_published(&mut tx, id, now).await?;
        let event = AuditEvent::named(&actor.label, "plugin.publish", &found.package);
        tx.record(event.after(json!({ "version": found.version, "upload": id }))).await?;
        let found = upload::get_for_update(&mut tx, id).await?;
        tx.commit().await?;
        Ok(found)
    }

    async fn forget_objects(&self, tenant: TenantId, upload: Uuid) {
        let forgotten = async {
            for object in self.objects.list(&upload_prefix(tenant, upload)?).await? {
                self.objects.delete(&object.key).await?;
            }
            Ok::<_, Error>(())
        };
        if let Err(error) = forgotten.await {
            tracing::warn!(%tenant, %upload, %error, "what was stored of an upload stays until the organisation goes");
        }
    }
}

/// Where an upload's archive is.
///
/// # Errors
/// Never: ids are possible keys.
pub fn archive_key(tenant: TenantId, upload: Uuid) -> Result<ObjectKey> {
    upload_prefix(tenant, upload)?.object("package.tgz")
}

/// The id under which it will be installed, as far as its manifest says.
fn installed_as(package: &Package) -> String {
    let module = package.role == "backend-plugin-module" && is_hosted(&package.plugin_id);
    if module { module_id(&package.name) } else { package.plugin_id.clone() }
}

/// An upload as installing it would have found it.
#[must_use]
pub fn installed(found: &Upload) -> Installed {
    Installed {
        plugin_id: found.plugin_id.clone(),
        version: found.version.clone(),
        description: found.description.clone(),
        backend: found.backend.clone().map(|backend| backend.0),
        frontend: found.frontend.clone().map(|frontend| frontend.0),
        upload: Some(found.upload_id),
    }
}

async fn check_not_from_npm(tx: &mut TenantTx, package: &str) -> Result<()> {
    match package::find_package(tx, package).await? {
        Some(other) if other.upload_id.is_none() => Err(Error::conflict(format!(
            "{package} is installed from npm. Give yours another name, or remove that plugin first."
        ))),
        _ => Ok(()),
    }
}

fn check_publishable(found: &Upload) -> Result<()> {
    let reason = match found.state {
        Build::Building => "It is still being built.",
        Build::Failed => "It could not be built. Upload a version that can.",
        Build::Ready if found.installed => "This version is published already.",
        Build::Ready if found.rolling => "This version is being brought in already.",
        Build::Ready => return Ok(()),
    };
    Err(Error::conflict(reason))
}

/// Deletes a version that the organisation does not run, with everything that was made of it.
///
/// # Errors
/// `NotFound` when there is no such upload; `Conflict` while it is in use.
pub async fn delete(state: &State, tenant: TenantId, id: Uuid, actor: &Actor) -> Result<()> {
    let mut tx = state.db.tenant(tenant).await?;
    let found = upload::get_for_update(&mut tx, id).await?;
    if found.in_use() {
        return Err(Error::conflict(
            "Your organisation uses this version. Publish another one, or remove the plugin first.",
        ));
    }
    queue::forget(&mut tx, UPLOADS, &id.to_string()).await?;
    upload::delete(&mut tx, id).await?;
    let event = AuditEvent::named(&actor.label, "plugin.delete-upload", &found.package);
    tx.record(event.before(json!({ "version": found.version, "upload": id }))).await?;
    let frontend = found.frontend.as_ref().map(|frontend| frontend.digest.clone());
    let orphan = match &frontend {
        Some(digest) => !upload::has_frontend(&mut tx, digest).await?,
        None => false,
    };
    // Before the row goes that names it.
    drop_preview_data(state, tenant, &found).await?;
    tx.commit().await?;
    state.previews_changed(tenant);
    Desk::of(state).forget_objects(tenant, id).await;
    if let Some(digest) = frontend.filter(|_| orphan) {
        forget_remote(state, tenant, &digest).await;
    }
    let folder = state.config.bundles().join(Place::Upload(tenant, id).folder("", ""));
    // Other machines find theirs when they tidy up.
    drop(tokio::fs::remove_dir_all(folder).await);
    Ok(())
}

/// Stops the preview's worker and drops its data.
async fn drop_preview_data(state: &State, tenant: TenantId, found: &Upload) -> Result<()> {
    state.supervisor.end_preview(tenant, found.upload_id);
    if let (Some(name), Some(url)) = (&found.preview_schema, &state.config.plugins_url) {
        drop_schema(url, &SchemaName::stored(tenant, name)?).await?;
    }
    Ok(())
}

async fn forget_remote(state: &State, tenant: TenantId, digest: &str) {
    let forgotten = async {
        for object in state.objects.list(&remote_prefix(tenant, digest)?).await? {
            state.objects.delete(&object.key).await?;
        }
        Ok::<_, Error>(())
    };
    if let Err(error) = forgotten.await {
        tracing::warn!(%tenant, %error, "the files of a deleted front end stay until the organisation goes");
    }
}
