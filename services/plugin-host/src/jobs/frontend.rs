//! Front ends: builds a package's remote for the portal that is there, and stores its files for every process.

use super::tool;
use crate::domain::media_type;
use crate::http::remote_prefix;
use crate::store::package::Frontend;
use crate::{Config, State};
use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use kernel::{Error, Result, TenantId};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Component, Path};
use uuid::Uuid;

/// The manifest that the build writes beside a remote's files.
const MANIFEST: &str = "proscenium-plugin.json";

/// The manifest's part that matters here.
#[derive(Debug, Deserialize)]
struct Manifest {
    digest: String,
    remote: String,
    entry: String,
    modules: Vec<Module>,
    files: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
struct Module {
    expose: String,
}

/// Builds the remote, unless this bundle has one for this portal, and stores it for the organisation.
///
/// # Errors
/// Why it cannot be built; `Unavailable` when object storage does not answer.
pub async fn install(state: &State, tenant: TenantId, package: &str, bundle: &Path) -> Result<Frontend> {
    let shell = shell_digest(&state.config).await.ok_or_else(|| {
        Error::input("The portal is not built, so a front end cannot be built for it. Run `make build` first.")
    })?;
    let out = bundle.join(format!("remote-{}", shell.get(..16).unwrap_or(&shell)));
    let manifest = match read_manifest(&out).await {
        Some(manifest) => manifest,
        None => build(&state.config, package, bundle, &out).await?,
    };
    upload(state, tenant, &out, &manifest).await?;
    Ok(Frontend {
        digest: manifest.digest,
        remote: manifest.remote,
        entry: manifest.entry,
        modules: manifest.modules.into_iter().map(|module| module.expose).collect(),
        shell,
    })
}

/// Names the portal's shared libraries: a remote that was built for others may not fit.
pub async fn shell_digest(config: &Config) -> Option<String> {
    let text = tokio::fs::read(config.tools.shell_versions()?).await.ok()?;
    Some(hex(digest(&SHA256, &text).as_ref()))
}

async fn build(config: &Config, package: &str, bundle: &Path, out: &Path) -> Result<Manifest> {
    let shell = config.tools.shell_versions().ok_or_else(|| Error::input("The portal is not built."))?;
    // Built beside its place and then moved: a build that is cut off leaves nothing that looks complete.
    let fresh = bundle.join(format!(".remote-{}", Uuid::new_v4().simple()));
    let args: [&OsStr; 7] = [
        package.as_ref(),
        "--root".as_ref(),
        bundle.as_os_str(),
        "--out".as_ref(),
        fresh.as_os_str(),
        "--shell-versions".as_ref(),
        shell.as_os_str(),
    ];
    let built = tool::run::<Manifest>(config, "build-remote.js", &args).await;
    let placed = match built {
        Ok(manifest) => match tokio::fs::rename(&fresh, out).await {
            Ok(()) => Ok(manifest),
            Err(error) => read_manifest(out).await.ok_or_else(|| Error::internal(error)),
        },
        Err(error) => Err(error),
    };
    drop(tokio::fs::remove_dir_all(&fresh).await);
    placed
}

async fn read_manifest(out: &Path) -> Option<Manifest> {
    let text = tokio::fs::read(out.join(MANIFEST)).await.ok()?;
    serde_json::from_slice(&text).ok()
}

/// Stores the files that are not there yet, the entry last: whoever sees it sees all.
async fn upload(state: &State, tenant: TenantId, out: &Path, manifest: &Manifest) -> Result<()> {
    let entry = remote_prefix(tenant, &manifest.digest)?.path(&manifest.entry)?;
    if state.objects.head(&entry).await?.is_some() {
        return Ok(());
    }
    let names = manifest.files.keys().filter(|name| **name != manifest.entry).chain([&manifest.entry]);
    for name in names {
        let path = Path::new(name);
        if !path.components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(Error::internal(format!("a remote's file has the name {name:?}")));
        }
        let bytes = tokio::fs::read(out.join(path)).await.map_err(Error::internal)?;
        let wanted = manifest.files.get(name).map(String::as_str).unwrap_or_default();
        if hex(digest(&SHA256, &bytes).as_ref()) != wanted {
            return Err(Error::internal(format!("the remote's file {name} is not what was built")));
        }
        let key = remote_prefix(tenant, &manifest.digest)?.path(name)?;
        state.objects.put(&key, Bytes::from(bytes), media_type::of(name)).await?;
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
