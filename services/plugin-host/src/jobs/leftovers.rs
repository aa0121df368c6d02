//! Clears away what a killed process left: half-made bundles, archives that were being checked, and sockets that nobody listens on.

use crate::Config;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Removes leftovers; whatever cannot be removed stays, harmlessly.
pub async fn clear(config: &Config) {
    for path in entries(config.bundles()).await {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with(".new-") && is_old(&path, config.install).await {
            drop(tokio::fs::remove_dir_all(&path).await);
        }
    }
    for path in entries(config.incoming()).await {
        if is_old(&path, config.install).await {
            drop(tokio::fs::remove_file(&path).await);
        }
    }
    for path in entries(config.socket_dir.clone()).await {
        let answered = tokio::net::UnixStream::connect(&path).await;
        if answered.is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused) {
            drop(tokio::fs::remove_file(&path).await);
        }
    }
}

/// Another process may be at work on a younger one.
async fn is_old(path: &Path, age: Duration) -> bool {
    let modified = tokio::fs::metadata(path).await.and_then(|meta| meta.modified());
    modified.is_ok_and(|at| at.elapsed().is_ok_and(|elapsed| elapsed > age))
}

async fn entries(folder: PathBuf) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(mut listing) = tokio::fs::read_dir(folder).await else { return found };
    while let Ok(Some(entry)) = listing.next_entry().await {
        found.push(entry.path());
    }
    found
}
