//! How far a child is separated from the host, and what is not contained below the highest level.

use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// How far a child is separated from the host. Each level includes the ones below it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Level {
    /// A process of its own, bound to its parent's life; nothing else.
    #[default]
    L0,
    /// A user of its own, no capabilities and no way to new privileges, limits of the kernel for one process
    /// (`setrlimit`), and a watchdog on memory, CPU and disk.
    L1,
    /// Namespaces for processes, files, network, IPC and names; a read-only root that holds the runtime and the bundle
    /// alone; a private scratch folder of fixed size; Landlock; an allow-list of system calls.
    L2,
    /// Memory, CPU and tasks are limited together by a control group.
    L3,
}

impl Level {
    /// All levels, the highest first.
    pub const DOWNWARDS: [Self; 4] = [Self::L3, Self::L2, Self::L1, Self::L0];

    /// `L0`
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::L0 => "L0",
            Self::L1 => "L1",
            Self::L2 => "L2",
            Self::L3 => "L3",
        }
    }

    /// What a plugin can still do at this level, for the operator.
    #[must_use]
    pub fn not_contained(self) -> Vec<&'static str> {
        let mut open = Vec::new();
        if self < Self::L1 {
            open.extend([
                "reads and writes every file that the server can, its keys included",
                "signals and traces the server and other workers, and reads their environment",
                "starts processes, opens files and fills memory and disks without a limit but the watchdog on memory",
            ]);
        }
        if self < Self::L2 {
            open.extend([
                "connects to every address that this machine reaches, past the list of hosts",
                "resolves names by itself",
                "reads every file that is open to all users of this machine, and sees its processes",
                "writes to folders that are open to all users, such as /tmp",
                "makes every system call that an ordinary user may make",
            ]);
        }
        if self < Self::L3 {
            open.extend([
                "takes all CPU that the machine has until the watchdog or the health check ends it",
                "exceeds its memory for up to half a second until the watchdog ends it",
            ]);
        }
        open
    }
}

impl FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::DOWNWARDS.into_iter().find(|level| level.as_str() == text);
        found.ok_or_else(|| format!("{text} is not an isolation level; there are L0, L1, L2 and L3"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_level_contains_more_than_the_one_below() {
        let open: Vec<usize> = Level::DOWNWARDS.into_iter().map(|level| level.not_contained().len()).collect();
        assert_eq!(open.first(), Some(&0), "the highest level leaves nothing open");
        assert!(open.is_sorted_by(|a, b| a < b), "{open:?}");
    }

    #[test]
    fn levels_are_ordered_and_read_as_they_are_written() {
        assert!(Level::L3 > Level::L2 && Level::L1 > Level::L0);
        for level in Level::DOWNWARDS {
            assert_eq!(level.as_str().parse(), Ok(level));
        }
        assert!("L4".parse::<Level>().is_err());
    }
}
