//! A short private folder for sockets: `XDG_RUNTIME_DIR/proscenium-HASH`, else under `/tmp`.

use std::fs::{DirBuilder, Permissions};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use anyhow::Context;
use aws_lc_rs::digest;

/// Longest path of a socket that the kernel takes, without its final NUL.
const SOCKET_PATH_MAX: usize = 107;
/// Longest name that we put into the folder.
const LONGEST_NAME: usize = ".s.PGSQL.65535.lock".len();

/// The folder of `purpose` for the data folder `data_dir`, mode 0700, owned by `owner` (uid, gid).
pub(crate) fn prepare(data_dir: &Path, purpose: &str, owner: (u32, u32)) -> anyhow::Result<PathBuf> {
    let me = nix::unistd::geteuid().as_raw();
    let name = format!("proscenium-{purpose}-{}", short_hash(data_dir, owner.0));
    let folder = base(me, owner.0).join(name);
    anyhow::ensure!(
        folder.as_os_str().len() + 1 + LONGEST_NAME <= SOCKET_PATH_MAX,
        "{} is too long for sockets",
        folder.display()
    );
    match DirBuilder::new().mode(0o700).create(&folder) {
        Ok(()) => chown(&folder, Some(owner.0), Some(owner.1))?,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error).with_context(|| format!("cannot make {}", folder.display())),
    }
    // /tmp is everybody's: a folder that another user made first, or a link, must not be used.
    let meta = std::fs::symlink_metadata(&folder)?;
    anyhow::ensure!(meta.is_dir(), "{} is no folder; remove it", folder.display());
    if meta.uid() == me && me != owner.0 {
        chown(&folder, Some(owner.0), Some(owner.1))?;
    } else {
        anyhow::ensure!(meta.uid() == owner.0, "{} belongs to another user; remove it", folder.display());
    }
    std::fs::set_permissions(&folder, Permissions::from_mode(0o700))?;
    Ok(folder)
}

#[expect(clippy::disallowed_methods, reason = "this crate owns the environment")]
fn base(me: u32, owner: u32) -> PathBuf {
    let private = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    // The other user that root starts Postgres as cannot enter root's own run-time folder.
    let usable = private.filter(|folder| me == owner && folder.is_dir() && folder.as_os_str().len() < 40);
    usable.unwrap_or_else(|| PathBuf::from("/tmp"))
}

fn short_hash(path: &Path, owner: u32) -> String {
    let text = format!("{}\0{owner}", path.display());
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    hash.as_ref().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "tests")]

    use super::*;

    fn me() -> (u32, u32) {
        (nix::unistd::geteuid().as_raw(), nix::unistd::getegid().as_raw())
    }

    #[test]
    fn a_long_data_folder_still_has_short_sockets() {
        let long = PathBuf::from(format!("/{}", "x".repeat(150)));
        let folder = prepare(&long, "test", me()).expect("prepared");
        assert!(folder.as_os_str().len() < 80);
        assert_eq!(std::fs::metadata(&folder).expect("stat").permissions().mode() & 0o777, 0o700);
        assert_eq!(prepare(&long, "test", me()).expect("again"), folder);
        std::fs::remove_dir(folder).expect("remove");
    }

    #[test]
    fn a_link_that_somebody_put_there_is_refused() {
        let data = PathBuf::from(format!("/nowhere/{}", std::process::id()));
        let folder = prepare(&data, "test", me()).expect("prepared");
        std::fs::remove_dir(&folder).expect("remove");
        std::os::unix::fs::symlink("/", &folder).expect("link");
        let refused = prepare(&data, "test", me());
        std::fs::remove_file(&folder).expect("remove");
        assert!(refused.expect_err("refused").to_string().contains("no folder"));
    }
}
