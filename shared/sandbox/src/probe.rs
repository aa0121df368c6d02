//! What this machine permits, found out by doing it: each level is tried with a command that says that it lives.

use crate::cgroup::{Cgroups, Limits};
use crate::{Identity, Level, Plan, rights};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What the probe's command says.
pub const ALIVE: &str = "proscenium sandbox: alive";

/// The user that a probe becomes, and the first of those that children become.
pub const FIRST_USER: u32 = 1_600_000_000;

/// What was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// The highest level that works.
    pub level: Level,
    /// Whether each child can be somebody of its own.
    pub own_users: bool,
    /// Where control groups are made, at L3.
    pub cgroups: Option<Cgroups>,
    /// Why each higher level does not work.
    pub refused: Vec<(Level, String)>,
}

/// Tries the levels from the highest down, or one alone. `executable` has the `sandbox` verb; `folder` is ours, short,
/// and empty or absent.
#[must_use]
pub fn probe(executable: &Path, folder: &Path, only: Option<Level>) -> Found {
    let own_users = rights::is_root();
    let mut found = Found { level: Level::L0, own_users, cgroups: None, refused: Vec::new() };
    for level in Level::DOWNWARDS.into_iter().filter(|level| only.is_none_or(|only| *level <= only)) {
        if level == Level::L0 {
            break;
        }
        let cgroups = match level {
            Level::L3 => Cgroups::find(&format!("proscenium-{}", std::process::id())).map(Some),
            _ => Ok(None),
        };
        match cgroups
            .and_then(|cgroups| attempt(executable, folder, level, own_users, cgroups.as_ref()).map(|()| cgroups))
        {
            Ok(cgroups) => {
                found.level = level;
                found.cgroups = cgroups;
                return found;
            }
            Err(why) => found.refused.push((level, why)),
        }
    }
    found
}

fn attempt(
    executable: &Path,
    folder: &Path,
    level: Level,
    own_users: bool,
    cgroups: Option<&Cgroups>,
) -> Result<(), String> {
    let cannot = |error: std::io::Error| error.to_string();
    // The link is another file inside.
    let executable = std::fs::canonicalize(executable).map_err(cannot)?;
    std::fs::create_dir_all(folder).map_err(cannot)?;
    let limits = Limits { memory_bytes: 64 << 20, cpu_percent: 100, tasks: 16 };
    let group = cgroups.map(|cgroups| cgroups.group("probe", limits)).transpose()?;
    let plan = Plan {
        identity: own_users.then_some(Identity { uid: FIRST_USER, gid: FIRST_USER }),
        root: folder.to_owned(),
        readable: vec![executable.clone()],
        writable: Vec::new(),
        scratch_mb: 1,
        folder: PathBuf::from("/"),
        tasks: 16,
        open_files: 64,
        file_mb: 1,
        cgroups: group.as_ref().map(|group| group.folders().to_vec()).unwrap_or_default(),
    };
    let plan = serde_json::to_string(&plan).map_err(|error| error.to_string())?;
    let output = Command::new(&executable)
        .args(["sandbox", "--level", level.as_str(), "--plan", &plan, "--"])
        // A program that everybody may execute, whatever folder ours is in: at L1 nothing is mounted.
        .args(if level == Level::L1 {
            vec!["/proc/self/exe".into()]
        } else {
            vec![executable.clone().into_os_string()]
        })
        .args(["sandbox", "--alive"])
        .env_clear()
        .stdin(Stdio::null())
        .output();
    drop(std::fs::remove_dir(folder));
    let output = output.map_err(cannot)?;
    if String::from_utf8_lossy(&output.stdout).trim() == ALIVE {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let last = said.lines().rfind(|line| !line.contains("isolationLevel")).unwrap_or("it ended without a word");
    Err(last.trim_start_matches("proscenium sandbox: ").to_owned())
}
