//! Finds a Postgres 15 to 18 on this machine: PATH, the distribution's folders, then fetched tools.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use super::account::Account;
use crate::places;

const OLDEST: u32 = 15;
const NEWEST: u32 = 18;

/// A folder with `postgres` and `initdb` of one major version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    /// Folder of the programs.
    pub folder: PathBuf,
    /// Major version.
    pub major: u32,
    /// Version as the program prints it.
    pub version: String,
}

impl Binaries {
    /// Path of one program.
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// The best binaries that `account` may run: those of `wanted` when a cluster exists already, else
/// the first in order of preference. The error says what to install.
pub(super) async fn find(account: &Account, wanted: Option<u32>) -> anyhow::Result<Binaries> {
    let mut seen = Vec::new();
    for folder in candidates() {
        let Some(binaries) = probe(&folder, account).await else { continue };
        match wanted {
            Some(major) if binaries.major == major => return Ok(binaries),
            None if (OLDEST..=NEWEST).contains(&binaries.major) => return Ok(binaries),
            _ => seen.push(format!("{} in {}", binaries.version, binaries.folder.display())),
        }
    }
    let seen = if seen.is_empty() { "none found".to_owned() } else { format!("found {}", seen.join(", ")) };
    match wanted {
        Some(major) => {
            anyhow::bail!("the data folder was made by Postgres {major}: install postgresql-{major} ({seen})")
        }
        None => anyhow::bail!(
            "no Postgres {OLDEST} to {NEWEST}: run scripts/setup, install the package postgresql, or set DATABASE_URL ({seen})"
        ),
    }
}

fn candidates() -> Vec<PathBuf> {
    let mut folders = Vec::new();
    let mut add = |folder: PathBuf| {
        let complete = places::is_executable(&folder.join("postgres")) && places::is_executable(&folder.join("initdb"));
        if complete && !folders.contains(&folder) {
            folders.push(folder);
        }
    };
    if let Some(on_path) = places::on_path("postgres") {
        // Distributions link the program into PATH; its siblings lie where the link points.
        let real = on_path.canonicalize().unwrap_or(on_path);
        real.parent().map(Path::to_owned).into_iter().for_each(&mut add);
    }
    for major in (OLDEST..=NEWEST).rev() {
        add(PathBuf::from(format!("/usr/lib/postgresql/{major}/bin")));
        add(PathBuf::from(format!("/usr/pgsql-{major}/bin")));
    }
    if let Some(tools) = places::tools_dir() {
        add(tools.join("postgres/bin"));
    }
    folders
}

async fn probe(folder: &Path, account: &Account) -> Option<Binaries> {
    let mut command = Command::new(folder.join("postgres"));
    command.arg("--version").stdin(Stdio::null()).stderr(Stdio::null());
    account.apply(&mut command);
    let output = command.output().await.ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let version = version_of(&text)?;
    let major = version.split('.').next()?.parse().ok()?;
    Some(Binaries { folder: folder.to_owned(), major, version: version.to_owned() })
}

fn version_of(line: &str) -> Option<&str> {
    let rest = line.split("(PostgreSQL)").nth(1)?.trim_start();
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    (end > 0).then_some(&rest[..end])
}

#[cfg(test)]
mod tests {
    use super::version_of;

    #[test]
    fn versions_are_read_from_what_distributions_print() {
        assert_eq!(version_of("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some("15.18"));
        assert_eq!(version_of("postgres (PostgreSQL) 18.6\n"), Some("18.6"));
        assert_eq!(version_of("postgres (PostgreSQL) 18beta1\n"), Some("18"));
        assert_eq!(version_of("sh: not found"), None);
    }
}
