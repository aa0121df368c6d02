//! Clears away what a killed process left: half-made bundles, and sockets that nobody listens on.

use crate::Config;
use std::io::ErrorKind;
use std::path::PathBuf;

/// Removes leftovers; whatever cannot be removed stays, harmlessly.
pub async fn clear(config: &Config) {
    for path in entries(config.bundles()).await {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // Another process may be at work on a younger one.
        let age = tokio::fs::metadata(&path).await.and_then(|meta| meta.modified()).map(|at| at.elapsed());
        if name.starts_with(".new-") && age.is_ok_and(|age| age.is_ok_and(|age| age > config.install)) {
            drop(tokio::fs::remove_dir_all(&path).await);
        }
    }
    for path in entries(config.socket_dir.clone()).await {
        let answered = tokio::net::UnixStream::connect(&path).await;
        if answered.is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused) {
            drop(tokio::fs::remove_file(&path).await);
        }
    }
}

async fn entries(folder: PathBuf) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(mut listing) = tokio::fs::read_dir(folder).await else { return found };
    while let Ok(Some(entry)) = listing.next_entry().await {
        found.push(entry.path());
    }
    found
}
