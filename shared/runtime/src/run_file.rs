//! `DATA_DIR/run.json`: what a running server uses, for commands beside it such as `proscenium tenant create`.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::data_dir::DataDir;
use crate::secret_file;

const NAME: &str = "run.json";

/// The running server's addresses, passwords included; the file is 0600.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunFile {
    /// Process id of the server.
    pub pid: u32,
    /// Address of the gateway.
    pub listen: SocketAddr,
    /// Domain of public URLs.
    pub domain: String,
    /// Postgres, as a role that may make roles.
    pub database_url: String,
    /// The plugins' database.
    pub plugins_url: String,
    /// Redis, when there is one.
    pub redis_url: Option<String>,
    /// Object storage.
    pub s3: RunS3,
}

/// Object storage of a running server.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunS3 {
    /// Endpoint, or `aws`.
    pub url: String,
    /// Bucket.
    pub bucket: String,
    /// Region.
    pub region: String,
    /// Access key id.
    pub access_key: String,
    /// Secret access key.
    pub secret_key: String,
}

impl RunFile {
    /// Writes the file; only the process that claimed the folder may.
    pub fn write(&self, folder: &DataDir) -> anyhow::Result<()> {
        let text = serde_json::to_vec_pretty(self)?;
        secret_file::write(&folder.path().join(NAME), &text).context("cannot write run.json")
    }

    /// The running server on `folder`, or `None` when nobody has claimed it.
    pub fn read(folder: &DataDir) -> anyhow::Result<Option<Self>> {
        if !folder.is_claimed()? {
            return Ok(None);
        }
        let path = folder.path().join(NAME);
        match std::fs::read(&path) {
            Ok(text) => Ok(Some(serde_json::from_slice(&text).with_context(|| path.display().to_string())?)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                anyhow::bail!("a server is starting on {} and not ready yet; try again", folder.path().display())
            }
            Err(error) => Err(error).with_context(|| path.display().to_string()),
        }
    }

    /// Removes the file at the end of the server, or at its start after a crash.
    pub fn remove(folder: &Path) {
        // A missing file is what is wanted.
        drop(std::fs::remove_file(folder.join(NAME)));
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "tests")]

    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_command_finds_the_running_server_and_only_that() {
        let folder = tempfile::tempdir().expect("folder");
        let claimed = DataDir::claim(folder.path()).expect("claim");
        let beside = DataDir::open(folder.path()).expect("open");
        assert!(RunFile::read(&beside).is_err(), "starting");
        let run = RunFile {
            pid: 1,
            listen: ([127, 0, 0, 1], 7007).into(),
            domain: "localhost:7007".into(),
            database_url: "postgres://a".into(),
            plugins_url: "postgres://b".into(),
            redis_url: None,
            s3: RunS3 {
                url: "http://x".into(),
                bucket: "b".into(),
                region: "r".into(),
                access_key: "a".into(),
                secret_key: "s".into(),
            },
        };
        run.write(&claimed).expect("write");
        assert!(RunFile::read(&beside).expect("read") == Some(run));
        let mode = std::fs::metadata(folder.path().join(NAME)).expect("stat").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        drop(claimed);
        assert!(RunFile::read(&beside).expect("read").is_none(), "left behind by a crash");
    }
}
