//! Files that only their owner may read, written so that a crash leaves the old one or the new one.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Replaces `path` by `content`, mode 0600.
pub(crate) fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().ok_or_else(|| io::Error::other("a file has a folder"))?;
    let staging = path.with_extension(format!("new-{}", std::process::id()));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&staging)?;
    file.write_all(content)?;
    file.sync_all()?;
    std::fs::rename(&staging, path)?;
    File::open(folder)?.sync_all()
}

/// `bytes` random bytes in URL-safe base64: a password that needs no quoting anywhere.
pub(crate) fn random_text(bytes: usize) -> anyhow::Result<String> {
    use base64::Engine as _;
    Ok(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(random_bytes(bytes)?))
}

/// `bytes` random bytes from the operating system.
pub(crate) fn random_bytes(bytes: usize) -> anyhow::Result<Vec<u8>> {
    let mut buffer = vec![0; bytes];
    aws_lc_rs::rand::fill(&mut buffer).map_err(|_| anyhow::anyhow!("the system gives no random bytes"))?;
    Ok(buffer)
}
