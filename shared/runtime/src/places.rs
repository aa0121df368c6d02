//! Where the parts that are not compiled in are found: portal, plugin worker, Node, fetched tools.
//!
//! A setting wins; else the checkout that the executable (or the working folder) lies in; else the
//! image's `/usr/share/proscenium`. Nothing here is required: without a part the rest still starts.

use std::path::{Path, PathBuf};

use crate::Config;

const IMAGE: &str = "/usr/share/proscenium";
const MARKER: &str = "services/plugin-worker";

/// The built portal, when there is one.
pub fn portal_dir(config: &Config) -> Option<PathBuf> {
    first_with(
        config.portal.dir.clone(),
        &[checkout().map(|root| root.join("services/portal/dist")), Some(Path::new(IMAGE).join("portal"))],
        "index.html",
    )
}

/// The plugin worker's program, when there is one.
pub fn worker_dir(config: &Config) -> Option<PathBuf> {
    first_with(
        config.worker.dir.clone(),
        &[checkout().map(|root| root.join(MARKER)), Some(Path::new(IMAGE).join("plugin-worker"))],
        "package.json",
    )
}

/// The Node executable that workers run on; its version is checked by whoever starts it.
pub fn node(config: &Config) -> Option<PathBuf> {
    if let Some(node) = &config.worker.node {
        return Some(node.clone());
    }
    let fetched = tools_dir().map(|tools| tools.join("node/bin/node"));
    fetched.filter(|node| node.is_file()).or_else(|| on_path("node"))
}

/// Programs that the set-up script fetched (`.tools` of the checkout).
pub fn tools_dir() -> Option<PathBuf> {
    checkout().map(|root| root.join(".tools")).filter(|tools| tools.is_dir())
}

/// An executable of ours in the folder of this process's own.
pub fn beside_executable(program: &str) -> Option<PathBuf> {
    let file = std::env::current_exe().ok()?.parent()?.join(program);
    is_executable(&file).then_some(file)
}

/// An executable on PATH.
#[expect(clippy::disallowed_methods, reason = "this crate owns the environment")]
pub fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| is_executable(file))
}

/// Whether this is a program that somebody may start.
pub fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(file).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

fn first_with(setting: Option<PathBuf>, places: &[Option<PathBuf>], file: &str) -> Option<PathBuf> {
    if setting.is_some() {
        return setting;
    }
    places.iter().flatten().find(|place| place.join(file).is_file()).cloned()
}

fn checkout() -> Option<PathBuf> {
    let from_executable = std::env::current_exe().ok();
    let from_folder = std::env::current_dir().ok();
    [from_executable, from_folder]
        .into_iter()
        .flatten()
        .find_map(|start| start.ancestors().find(|folder| folder.join(MARKER).is_dir()).map(Path::to_owned))
}
