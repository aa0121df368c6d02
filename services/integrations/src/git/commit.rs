//! Making one commit out of files, without a working copy.

use super::{git, run_ok};
use crate::domain::name::{FilePath, Name};
use kernel::{Error, Result};
use std::io::Write as _;
use std::path::Path;

/// A file of a commit.
#[derive(Debug, Clone)]
pub(crate) struct NewFile {
    pub(crate) path: FilePath,
    pub(crate) executable: bool,
    pub(crate) bytes: Vec<u8>,
}

/// Commits files as the first commit of a branch of a bare repository; gives the commit's hash. With the same date, in
/// seconds since 1970, the same files and message come to the same hash; without one it is that of now.
pub(crate) async fn commit(
    git_dir: &Path,
    branch: &Name,
    (message, date): (&str, Option<u32>),
    files: &[NewFile],
) -> Result<String> {
    if files.is_empty() {
        return Err(Error::input("There is nothing to push: the folder is empty."));
    }
    let stream = fast_import_stream(branch, (message, date), files).map_err(Error::internal)?;
    let format = if date.is_some() { "--date-format=raw" } else { "--date-format=now" };
    let import = git(git_dir, &[], ["fast-import", "--quiet", "--done", format]);
    run_ok(import, Some(stream), 64 << 10).await?;
    let branch = format!("refs/heads/{branch}");
    let hash = run_ok(git(git_dir, &[], ["rev-parse", "--verify", "--end-of-options", &branch]), None, 1 << 10).await?;
    Ok(String::from_utf8_lossy(&hash).trim().to_owned())
}

fn fast_import_stream(
    branch: &Name,
    (message, date): (&str, Option<u32>),
    files: &[NewFile],
) -> std::io::Result<Vec<u8>> {
    let size: usize = files.iter().map(|file| file.bytes.len() + file.path.as_str().len() + 64).sum();
    let mut stream = Vec::with_capacity(size + message.len() + 256);
    writeln!(stream, "commit refs/heads/{branch}")?;
    let date = date.map_or_else(|| "now".to_owned(), |seconds| format!("{seconds} +0000"));
    writeln!(stream, "committer Proscenium <scaffolder@proscenium.invalid> {date}")?;
    writeln!(stream, "data {}\n{message}", message.len())?;
    for file in files {
        let mode = if file.executable { "100755" } else { "100644" };
        writeln!(stream, "M {mode} inline {}", file.path.as_str())?;
        writeln!(stream, "data {}", file.bytes.len())?;
        stream.write_all(&file.bytes)?;
        writeln!(stream)?;
    }
    writeln!(stream, "done")?;
    Ok(stream)
}
