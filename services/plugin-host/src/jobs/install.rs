//! Installs one package: resolves its version, puts its bundle on disk once for all organisations, and builds and
//! stores its front end.

use super::{frontend, tool, upload};
use crate::State;
use crate::bundles::Place;
use crate::domain::advisory::Policy;
use crate::domain::bundle::folder_name;
use crate::domain::package::{Source, Wanted, is_hosted, is_own_api, is_plugin_id, module_id};
use crate::leaflets::Leaflet;
use crate::store::package::{self, Backend, Installed};
use crate::store::tenant;
use kernel::{Error, Result, TenantId};
use runtime::config::Plans;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::Path;
use store::TenantTx;
use store::queue::Job;
use uuid::Uuid;

/// The longest id that a plugin with a database can have: it is part of its schema's name.
const LONGEST_BACKEND_ID: usize = 28;
/// What the bundle tool said, kept beside the bundle.
const DESCRIPTION: &str = "bundle.json";
/// An upload's archive while its bundle is made.
const ARCHIVE: &str = "upload.tgz";

/// What the bundle tool says of a package.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Described {
    /// Plugins that its back end's modules extend, as its code says.
    #[serde(default)]
    pub extends: Vec<String>,
    /// Its name.
    pub package: String,
    /// Its exact version.
    pub version: String,
    /// Its own words.
    pub description: Option<String>,
    role: String,
    /// The plugin that it is a half of.
    pub plugin_id: String,
    backend_features: Vec<String>,
    has_backend: bool,
    has_frontend: bool,
    /// SHA-256 in hex of npm's lock file.
    pub lock_digest: String,
    /// What it says about itself.
    #[serde(flatten)]
    pub leaflet: Leaflet,
}

impl Described {
    /// The platform's own plugin that this package is a module of.
    fn extends(&self) -> Option<&str> {
        let module = self.has_backend && self.role.ends_with("-module");
        // What its code makes counts more than the id that it records.
        let named = self.extends.iter().map(String::as_str).chain([&*self.plugin_id]);
        named.filter(|_| module).find(|id| is_hosted(id))
    }
}

#[derive(Debug, Deserialize)]
struct Resolved {
    version: String,
}

/// Installs the package as the job or else its row wants it; `None` when the row is gone.
///
/// # Errors
/// Why it cannot be installed, in plain words.
pub async fn install(state: &State, job: &Job) -> Result<Option<Installed>> {
    let tenant = job.tenant();
    let mut tx = state.db.tenant(tenant).await?;
    let row = package::find_package(&mut tx, &job.key).await?;
    tx.commit().await?;
    let Some(row) = row else { return Ok(None) };
    if let Some(upload) = row.upload_id {
        return upload::installed(state, tenant, upload).await.map(Some);
    }
    // It may have been asked for when the list was another, and elsewhere.
    state.config.allow.check(&row.package)?;
    let version = job.payload.get("version").and_then(Value::as_str).or(row.wanted.as_deref());
    let version = version.filter(|_| row.source == Source::Npm.word());
    let wanted = Wanted::new(&row.package, version)?;
    if let Some(native) = wanted.native_name() {
        return install_native(state, native).map(Some);
    }
    let bundle = install_bundle(state, &wanted).await?;
    check(&bundle.described)?;
    let frontend = bundle.frontend(state, tenant).await?;
    Ok(Some(Installed {
        backend: bundle.backend(),
        plugin_id: bundle.installed_as(),
        version: bundle.described.version,
        description: bundle.described.description,
        frontend,
        upload: None,
    }))
}

/// A native worker comes with the platform: there is nothing to fetch.
fn install_native(state: &State, name: &str) -> Result<Installed> {
    if !state.config.native.get(name).is_some_and(|program| program.is_file()) {
        return Err(Error::input(format!("There is no native plugin \"{name}\" beside the platform's executable.")));
    }
    Ok(Installed {
        plugin_id: name.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        description: None,
        backend: Some(Backend::Native { name: name.to_owned() }),
        frontend: None,
        upload: None,
    })
}

/// A bundle that is there, and what it is.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// What the bundle tool said of it.
    pub described: Described,
    /// Its folder's name.
    pub name: String,
    /// Its content address.
    pub digest: String,
    /// The organisation's own upload that it is.
    pub upload: Option<Uuid>,
}

impl Bundle {
    /// What a worker loads of it.
    #[must_use]
    pub fn backend(&self) -> Option<Backend> {
        let (bundle, features) = (self.name.clone(), self.described.backend_features.clone());
        let (digest, extends) = (Some(self.digest.clone()), self.described.extends().map(str::to_owned));
        let upload = self.upload;
        self.described.has_backend.then_some(Backend::Node { bundle, features, digest, extends, upload })
    }

    /// The id under which it is installed: the plugin's, or one of its own for a module of the platform's plugins.
    #[must_use]
    pub fn installed_as(&self) -> String {
        match self.described.extends() {
            Some(_) => module_id(&self.described.package),
            None => self.described.plugin_id.clone(),
        }
    }

    /// Refuses it for what the registry warned of when it was made, where the operator wants that.
    ///
    /// # Errors
    /// `Input` with the worst advisory.
    pub fn admit(&self, policy: Policy) -> Result<()> {
        let refusal = self.described.leaflet.advisories.as_ref().and_then(|found| found.refusal(policy));
        refusal.map_or(Ok(()), |reason| Err(Error::input(reason)))
    }

    /// Builds and stores its front end for the organisation, if it has one.
    ///
    /// # Errors
    /// Why it cannot be built.
    pub async fn frontend(&self, state: &State, tenant: TenantId) -> Result<Option<package::Frontend>> {
        if !self.described.has_frontend {
            return Ok(None);
        }
        let folder = state.config.bundles().join(&self.name);
        frontend::install(state, tenant, &self.described.package, &folder).await.map(Some)
    }
}

/// The bundle of the wanted version: what it was when it was first installed, here or elsewhere; else from the registry.
///
/// # Errors
/// Why it cannot be had, or is not to be used, in plain words.
pub async fn install_bundle(state: &State, wanted: &Wanted) -> Result<Bundle> {
    let bundle = find_or_make(state, wanted).await?;
    bundle.admit(state.config.advisories)?;
    Ok(bundle)
}

async fn find_or_make(state: &State, wanted: &Wanted) -> Result<Bundle> {
    let bundles = state.config.bundles();
    // An exact version that is there needs no registry.
    if let Some(version) = &wanted.version
        && let Some(found) = known_bundle(state, &wanted.package, version).await?
    {
        return Ok(found);
    }
    let exact = wanted
        .version
        .as_ref()
        .filter(|version| bundles.join(folder_name(&wanted.package, version)).join(DESCRIPTION).is_file());
    let version = match exact {
        Some(version) => version.clone(),
        None => {
            let spec = wanted.npm_spec();
            let resolved: Resolved =
                tool::run(&state.config, "bundle.js", &["resolve".as_ref(), spec.as_ref()]).await?;
            resolved.version
        }
    };
    if let Some(found) = known_bundle(state, &wanted.package, &version).await? {
        return Ok(found);
    }
    let name = folder_name(&wanted.package, &version);
    let folder = bundles.join(&name);
    let described = match read_description(&folder).await {
        Some(described) => described,
        None => make(state, wanted, &version, &folder).await?,
    };
    let digest = state.bundles.publish(Place::Shared, &wanted.package, &version, &described).await?;
    Ok(Bundle { described, name, digest, upload: None })
}

/// A bundle that was signed before.
async fn known_bundle(state: &State, package: &str, version: &str) -> Result<Option<Bundle>> {
    placed_bundle(state, Place::Shared, package, version).await
}

/// As above, wherever it is stored.
///
/// # Errors
/// Why it cannot be used.
pub async fn placed_bundle(state: &State, place: Place, package: &str, version: &str) -> Result<Option<Bundle>> {
    let Some(digest) = state.bundles.address(place, package, version).await? else { return Ok(None) };
    let name = place.folder(package, version);
    state.bundles.ensure(place, &name, &digest).await.map_err(|reason| Error::input(reason.to_string()))?;
    let described = read_description(&state.config.bundles().join(&name)).await;
    let described = described.ok_or_else(|| Error::internal("a bundle without a description"))?;
    let upload = if let Place::Upload(_, upload) = place { Some(upload) } else { None };
    Ok(Some(Bundle { described, name, digest, upload }))
}

async fn make(state: &State, wanted: &Wanted, version: &str, folder: &Path) -> Result<Described> {
    let spec = format!("{}@{version}", wanted.package);
    make_of(state, &spec, None, folder).await
}

/// Makes the bundle of `PACKAGE@VERSION`, whose own archive is given if it is an upload's, and gives it its place.
///
/// # Errors
/// Why it cannot be made.
pub async fn make_of(state: &State, spec: &str, archive: Option<&[u8]>, folder: &Path) -> Result<Described> {
    let fresh = state.config.bundles().join(format!(".new-{}", Uuid::new_v4().simple()));
    tokio::fs::create_dir_all(&fresh).await.map_err(Error::internal)?;
    let placed = match fill(state, spec, archive, &fresh).await {
        Ok(described) => place(&fresh, folder, described).await,
        Err(error) => Err(error),
    };
    // After a success it is not there any more; after a failure it must not stay.
    drop(tokio::fs::remove_dir_all(&fresh).await);
    placed
}

async fn fill(state: &State, spec: &str, archive: Option<&[u8]>, folder: &Path) -> Result<Described> {
    let mut args: Vec<&OsStr> = vec!["install".as_ref(), spec.as_ref(), "--dir".as_ref(), folder.as_os_str()];
    if let Some(archive) = archive {
        tokio::fs::write(folder.join(ARCHIVE), archive).await.map_err(Error::internal)?;
        args.extend::<[&OsStr; 2]>(["--archive".as_ref(), ARCHIVE.as_ref()]);
    }
    let described: Described = tool::run(&state.config, "bundle.js", &args).await?;
    if archive.is_some() {
        tokio::fs::remove_file(folder.join(ARCHIVE)).await.map_err(Error::internal)?;
    }
    let text = serde_json::to_vec_pretty(&described).map_err(Error::internal)?;
    tokio::fs::write(folder.join(DESCRIPTION), text).await.map_err(Error::internal)?;
    Ok(described)
}

/// Gives a complete bundle its name in one step; a bundle that somebody else has placed meanwhile is as good.
async fn place(fresh: &Path, folder: &Path, described: Described) -> Result<Described> {
    match tokio::fs::rename(fresh, folder).await {
        Ok(()) => Ok(described),
        Err(error) => read_description(folder).await.ok_or_else(|| Error::internal(error)),
    }
}

/// What the bundle tool said of the package in this folder, if it is there.
pub(crate) async fn read_description(folder: &Path) -> Option<Described> {
    let text = tokio::fs::read(folder.join(DESCRIPTION)).await.ok()?;
    serde_json::from_slice(&text).ok()
}

/// What cannot be hosted, whatever the organisation has.
///
/// # Errors
/// Why not.
pub fn check(described: &Described) -> Result<()> {
    let id = &described.plugin_id;
    if !is_plugin_id(id) {
        return Err(Error::input(format!(
            "Its plugin id \"{id}\" is not made of lower-case letters, digits and dashes."
        )));
    }
    if described.extends().is_some() {
        return Ok(());
    }
    if described.has_backend && id == "auth" {
        return Err(Error::input(
            "Sign-in is the platform's own: an administrator adds identity providers in the settings.",
        ));
    }
    if described.has_backend && is_own_api(id) {
        return Err(Error::input(format!("The platform itself answers for \"{id}\"; another back end cannot.")));
    }
    if described.has_backend && described.role.ends_with("-module") {
        return Err(Error::input(format!(
            "It is a module of the back end \"{id}\"; only modules of the platform's own plugins can be installed."
        )));
    }
    if described.has_backend && id.len() > LONGEST_BACKEND_ID {
        return Err(Error::input(format!("Its plugin id \"{id}\" is longer than {LONGEST_BACKEND_ID} characters.")));
    }
    Ok(())
}

/// Whether the organisation has room for it: one back end per plugin.
///
/// # Errors
/// `Conflict` that names the package in the way.
pub async fn check_place(tx: &mut TenantTx, name: &str, found: &Installed) -> Result<()> {
    if found.backend.is_none() {
        return Ok(());
    }
    let others = package::list_packages_of(tx, &found.plugin_id).await?;
    match others.into_iter().find(|other| other.package != name && other.backend.is_some()) {
        Some(other) => Err(Error::conflict(format!(
            "The plugin \"{}\" already has a back end, from {}. Remove the plugin first.",
            found.plugin_id, other.package
        ))),
        None => Ok(()),
    }
}

/// Refuses one worker more than the organisation's plan has room for. A plugin that has one already keeps it.
///
/// # Errors
/// `Conflict` when there is no room; those of the database.
pub async fn check_room(tx: &mut TenantTx, plans: &Plans, found: &Installed) -> Result<()> {
    let allowed = plans.get(&tenant::get_plan(tx).await?).workers;
    if allowed == 0 || found.backend.is_none() {
        return Ok(());
    }
    let packages = package::list_packages(tx).await?.into_iter().filter(|package| package.backend.is_some());
    let with_worker: BTreeSet<String> = packages.map(|package| package.plugin_id).collect();
    if with_worker.contains(&found.plugin_id) || u32::try_from(with_worker.len()).is_ok_and(|count| count < allowed) {
        return Ok(());
    }
    Err(Error::conflict(format!(
        "Your plan has room for {allowed} plugins with a back end. Remove one, or ask for a larger plan."
    )))
}
