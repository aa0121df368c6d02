//! Files out of an archive that a host made, within limits. Nothing is written anywhere.

use super::source::{Limits, Picked};
use crate::domain::name::FilePath;
use crate::domain::want::Want;
use bytes::Bytes;
use flate2::read::GzDecoder;
use kernel::{Error, Result};
use std::io::Read;

/// What an archive may unpack to, wanted or not.
const MAX_UNPACKED: u64 = 2_000_000_000;
/// How much larger than itself an archive may become; text comes to about 10.
const MAX_RATIO: u64 = 200;
/// The ratio means nothing below this.
const ALWAYS_ALLOWED: u64 = 1_000_000;

/// The wanted files, their paths beginning at the root of the repository. Links and devices are left out, and paths that
/// are none.
///
/// # Errors
/// `Unavailable` for what is no archive, `PayloadTooLarge` beyond the limits.
pub(super) fn unpack(archive: &[u8], want: &Want, limits: Limits) -> Result<Vec<Picked>> {
    let allowed = (archive.len() as u64 * MAX_RATIO).clamp(ALWAYS_ALLOWED, MAX_UNPACKED);
    let mut reader = tar::Archive::new(GzDecoder::new(archive).take(allowed));
    match collect(&mut reader, want, limits) {
        Ok(files) => Ok(files?),
        // It ended where we stopped reading.
        Err(_) if reader.into_inner().limit() == 0 => {
            Err(Error::too_large("The archive of the repository unpacks to more than we take. Give a smaller folder."))
        }
        Err(error) => {
            Err(Error::unavailable("The host sent an archive that cannot be read. Try again later.").with_source(error))
        }
    }
}

/// The outer error is the archive's, the inner one says that it holds too much.
fn collect(reader: &mut tar::Archive<impl Read>, want: &Want, limits: Limits) -> std::io::Result<Result<Vec<Picked>>> {
    let (mut files, mut total) = (Vec::new(), 0);
    for entry in reader.entries()? {
        let mut entry = entry?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let Some(path) = inner_path(&entry.path_bytes()).filter(|path| want.wants(path.as_str())) else { continue };
        total += usize::try_from(entry.size()).unwrap_or(usize::MAX).min(limits.bytes + 1);
        if let Err(error) = limits.check(files.len() + 1, total) {
            return Ok(Err(error));
        }
        let executable = entry.header().mode().is_ok_and(|mode| mode & 0o100 != 0);
        let mut bytes = Vec::with_capacity(usize::try_from(entry.size()).unwrap_or_default());
        entry.read_to_end(&mut bytes)?;
        if bytes.len() as u64 != entry.size() {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        files.push(Picked { path: path.as_str().to_owned(), blob: None, executable, bytes: Bytes::from(bytes) });
    }
    Ok(Ok(files))
}

/// Without the folder that the host puts around everything.
fn inner_path(path: &[u8]) -> Option<FilePath> {
    let (around, inner) = std::str::from_utf8(path).ok()?.split_once('/')?;
    FilePath::parse(around).and_then(|_| FilePath::parse(inner))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use tar::{Builder, EntryType, Header};

    const LIMITS: Limits = Limits { files: 3, bytes: 1_000 };

    fn packed(entries: &[(&str, EntryType, &[u8])]) -> Vec<u8> {
        let mut builder = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        for (path, kind, content) in entries {
            let mut header = Header::new_gnu();
            // Written by hand: the crate refuses to make what it is asked to here.
            header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
            header.set_entry_type(*kind);
            header.set_mode(if path.ends_with("run") { 0o755 } else { 0o644 });
            header.set_size(content.len() as u64);
            if *kind == EntryType::Symlink {
                header.set_link_name("/etc/passwd").unwrap();
            }
            header.set_cksum();
            builder.append(&header, *content).unwrap();
        }
        builder.into_inner().unwrap().finish().unwrap()
    }

    fn paths(archive: &[u8], want: &Want) -> Vec<String> {
        unpack(archive, want, LIMITS).unwrap().into_iter().map(|file| file.path).collect()
    }

    #[test]
    fn only_regular_files_with_paths_inside_come_out() {
        let file = EntryType::Regular;
        let archive = packed(&[
            ("o-r-1/", EntryType::Directory, b""),
            ("o-r-1/a.yaml", file, b"a"),
            ("o-r-1/bin/run", file, b"b"),
            ("o-r-1/link.yaml", EntryType::Symlink, b""),
            ("o-r-1/hard.yaml", EntryType::Link, b""),
            ("o-r-1/../out.yaml", file, b"x"),
            ("../out.yaml", file, b"x"),
            ("/etc/out.yaml", file, b"x"),
            ("o-r-1/.git/config", file, b"x"),
            ("alone", file, b"x"),
        ]);
        assert_eq!(paths(&archive, &Want::folder("")), ["a.yaml", "bin/run"]);
        assert_eq!(paths(&archive, &Want::matching("*.yaml")), ["a.yaml"]);
        let run = unpack(&archive, &Want::folder("bin"), LIMITS).unwrap();
        assert!(run[0].executable && run[0].bytes == "b");
    }

    #[test]
    fn limits_hold_for_what_is_wanted_and_for_what_is_not() {
        let file = EntryType::Regular;
        let many = packed(&[("r/a", file, b"1"), ("r/b", file, b"2"), ("r/c", file, b"3"), ("r/d", file, b"4")]);
        assert_eq!(unpack(&many, &Want::folder(""), LIMITS).unwrap_err().kind.status(), 413);
        let large = packed(&[("r/a", file, &[7; 1_001])]);
        assert_eq!(unpack(&large, &Want::folder(""), LIMITS).unwrap_err().kind.status(), 413);
        assert_eq!(paths(&large, &Want::folder("x")), Vec::<String>::new());
        let bomb = packed(&[("r/a", file, &vec![0; 60_000_000]), ("r/b", file, b"2")]);
        assert!(bomb.len() < 300_000, "{}", bomb.len());
        assert_eq!(unpack(&bomb, &Want::folder("b"), LIMITS).unwrap_err().kind.status(), 413);
        assert_eq!(unpack(b"no archive", &Want::folder(""), LIMITS).unwrap_err().kind.status(), 503);
    }
}
