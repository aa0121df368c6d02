//! Control groups, from the host's side: one below our own for each child, with limits on memory, CPU and tasks.
//!
//! Version 1 has a tree for each controller, version 2 one for all. Groups are made below the one that this process is
//! in, so whatever limits us limits them too.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What one child may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Memory, scratch folder and page cache included.
    pub memory_bytes: u64,
    /// Hundredths of one CPU.
    pub cpu_percent: u32,
    /// Processes and threads.
    pub tasks: u64,
}

/// What a child takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Memory now.
    pub memory_bytes: u64,
    /// CPU time since it began.
    pub cpu: Duration,
    /// Processes and threads now.
    pub tasks: u64,
    /// How often the kernel ended a process for want of memory.
    pub ended_for_memory: u64,
}

/// Where groups can be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cgroups {
    /// Folders of the controllers for memory, CPU, CPU accounting and tasks.
    V1([PathBuf; 4]),
    /// One folder with all controllers.
    V2(PathBuf),
}

/// What one thread weighs when CPU is scarce, in version 1 and 2. All children together weigh as much as one thread of ours
/// on each CPU, so that they go on under load and never push the platform aside.
const THREAD_SHARES: usize = 1024;
const THREAD_WEIGHT: usize = 100;
const MOST_WEIGHT: usize = 10_000;
const PERIOD_US: u32 = 100_000;
/// How long an emptied group may take to let go of its last process.
const LETTING_GO: [u64; 6] = [0, 5, 20, 50, 100, 200];

impl Cgroups {
    /// Finds the controllers and makes a folder `name` in them.
    ///
    /// # Errors
    /// What is missing, in plain words.
    pub fn find(name: &str) -> Result<Self, String> {
        let read = |path: &str| fs::read_to_string(path).map_err(|error| format!("{path}: {error}"));
        let (mounts, own) = (read("/proc/self/mountinfo")?, read("/proc/self/cgroup")?);
        if let Some(base) = folder_of(&mounts, &own, None) {
            let controllers = fs::read_to_string(base.join("cgroup.controllers")).unwrap_or_default();
            if ["memory", "cpu", "pids"].iter().all(|wanted| controllers.split_whitespace().any(|had| had == *wanted)) {
                return Self::second(&base, name);
            }
        }
        let first = |controller: &str| -> Result<PathBuf, String> {
            let base = folder_of(&mounts, &own, Some(controller));
            let base = base.ok_or_else(|| format!("there is no control group with the controller {controller}"))?;
            forget_the_dead(&base);
            make(base.join(name))
        };
        let cpu = first("cpu")?;
        // Only a wish: without it all together weigh as much as one thread of ours.
        let _optional = put(&cpu, "cpu.shares", &(THREAD_SHARES * cpus()).to_string());
        Ok(Self::V1([first("memory")?, cpu, first("cpuacct")?, first("pids")?]))
    }

    /// Version 2 keeps processes in leaves only, so ours moves into one of its own first.
    fn second(base: &Path, name: &str) -> Result<Self, String> {
        forget_the_dead(base);
        let host = make(base.join("proscenium-host"))?;
        put(&host, "cgroup.procs", "0")?;
        put(base, "cgroup.subtree_control", "+memory +cpu +pids")?;
        let all = make(base.join(name))?;
        let _optional = put(&all, "cpu.weight", &(THREAD_WEIGHT * cpus()).min(MOST_WEIGHT).to_string());
        Ok(Self::V2(all))
    }

    /// Takes the folder away that groups were made in, if nobody needs it any more.
    pub fn forget(&self) {
        let folders = match self {
            Self::V1(folders) => folders.as_slice(),
            Self::V2(folder) => std::slice::from_ref(folder),
        };
        for folder in folders {
            drop(fs::remove_dir(folder));
        }
    }

    /// `v1` or `v2`.
    #[must_use]
    pub const fn version(&self) -> &'static str {
        match self {
            Self::V1(_) => "v1",
            Self::V2(_) => "v2",
        }
    }

    /// Makes the group of one child.
    ///
    /// # Errors
    /// Which limit could not be set.
    pub fn group(&self, name: &str, limits: Limits) -> Result<Group, String> {
        let folders: Vec<PathBuf> = match self {
            Self::V1(bases) => bases.iter().map(|base| make(base.join(name))).collect::<Result<_, _>>()?,
            Self::V2(base) => {
                let base = make(base.clone())?;
                put(&base, "cgroup.subtree_control", "+memory +cpu +pids")?;
                vec![make(base.join(name))?]
            }
        };
        let group = Group { folders };
        let quota = limits.cpu_percent.max(1) * (PERIOD_US / 100);
        match group.folders.as_slice() {
            [memory, cpu, _, tasks] => {
                put(memory, "memory.limit_in_bytes", &limits.memory_bytes.to_string())?;
                // Only where swap is accounted for.
                let _optional = put(memory, "memory.memsw.limit_in_bytes", &limits.memory_bytes.to_string());
                put(cpu, "cpu.cfs_period_us", &PERIOD_US.to_string())?;
                put(cpu, "cpu.cfs_quota_us", &quota.to_string())?;
                put(tasks, "pids.max", &limits.tasks.to_string())?;
            }
            [all] => {
                put(all, "memory.max", &limits.memory_bytes.to_string())?;
                let _optional = put(all, "memory.swap.max", "0");
                put(all, "cpu.max", &format!("{quota} {PERIOD_US}"))?;
                put(all, "pids.max", &limits.tasks.to_string())?;
            }
            _ => {}
        }
        Ok(group)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
        for folder in &self.folders {
            for wait in LETTING_GO {
                std::thread::sleep(Duration::from_millis(wait));
                if fs::remove_dir(folder).is_ok() {
                    break;
                }
            }
        }
    }
}

/// One child's group; dropping it ends what is in it and takes it away.
#[derive(Debug)]
pub struct Group {
    folders: Vec<PathBuf>,
}

impl Group {
    /// The folders that the child enters.
    #[must_use]
    pub fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// What the child takes; nothing once it is gone.
    #[must_use]
    pub fn usage(&self) -> Usage {
        match self.folders.as_slice() {
            [memory, _, account, tasks] => Usage {
                memory_bytes: number(memory, "memory.usage_in_bytes"),
                cpu: Duration::from_nanos(number(account, "cpuacct.usage")),
                tasks: number(tasks, "pids.current"),
                ended_for_memory: field(memory, "memory.oom_control", "oom_kill"),
            },
            [all] => Usage {
                memory_bytes: number(all, "memory.current"),
                cpu: Duration::from_micros(field(all, "cpu.stat", "usage_usec")),
                tasks: number(all, "pids.current"),
                ended_for_memory: field(all, "memory.events", "oom_kill"),
            },
            _ => Usage::default(),
        }
    }

    /// Ends everything that is in it.
    pub fn kill(&self) {
        let Some(folder) = self.folders.last() else { return };
        if fs::write(folder.join("cgroup.kill"), "1").is_ok() {
            return;
        }
        // A process that forks meanwhile leaves a child for the next round; the limit on tasks bounds the rounds.
        for _ in 0..20 {
            let listed = fs::read_to_string(folder.join("cgroup.procs")).unwrap_or_default();
            let all: Vec<i32> = listed.lines().filter_map(|line| line.parse().ok()).collect();
            if all.is_empty() {
                return;
            }
            for process in all {
                // One that has just ended is what is wanted.
                let _gone = kill(Pid::from_raw(process), Signal::SIGKILL);
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Groups are named after the process that made them: those of one that is gone are taken away.
fn forget_the_dead(base: &Path) {
    for entry in fs::read_dir(base).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let owner =
            name.to_str().and_then(|name| name.strip_prefix("proscenium-")).and_then(|name| name.split('-').next());
        let Some(owner) = owner.filter(|owner| owner.bytes().all(|byte| byte.is_ascii_digit())) else { continue };
        if Path::new("/proc").join(owner).exists() {
            continue;
        }
        for child in fs::read_dir(entry.path()).into_iter().flatten().flatten() {
            // Files of the group are no folders and stay.
            drop(fs::remove_dir(child.path()));
        }
        drop(fs::remove_dir(entry.path()));
    }
}

/// The folder that this process is in: of a version 1 controller, or of version 2.
fn folder_of(mounts: &str, own: &str, controller: Option<&str>) -> Option<PathBuf> {
    let path = own.lines().find_map(|line| {
        let mut parts = line.splitn(3, ':').skip(1);
        let (names, path) = (parts.next()?, parts.next()?);
        match controller {
            None => names.is_empty().then_some(path),
            Some(wanted) => names.split(',').any(|name| name == wanted).then_some(path),
        }
    })?;
    mounts.lines().find_map(|line| {
        let (before, after) = line.split_once(" - ")?;
        let mut before = before.split(' ').skip(3);
        let (root, point) = (before.next()?, before.next()?);
        let mut after = after.split(' ');
        let (kind, options) = (after.next()?, after.nth(1)?);
        let fits = match controller {
            None => kind == "cgroup2",
            Some(wanted) => kind == "cgroup" && options.split(',').any(|option| option == wanted),
        };
        // In a container the tree's root is often our own group already.
        let rest = path.strip_prefix(root.trim_end_matches('/')).unwrap_or(path);
        fits.then(|| Path::new(point).join(rest.trim_start_matches('/')))
    })
}

fn cpus() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

fn make(folder: PathBuf) -> Result<PathBuf, String> {
    match fs::create_dir_all(&folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            Err(format!("the control group {} cannot be made: {error}", folder.display()))
        }
        _ => Ok(folder),
    }
}

fn put(folder: &Path, file: &str, text: &str) -> Result<(), String> {
    fs::write(folder.join(file), text).map_err(|error| format!("{}/{file}: {error}", folder.display()))
}

fn number(folder: &Path, file: &str) -> u64 {
    fs::read_to_string(folder.join(file)).ok().and_then(|text| text.trim().parse().ok()).unwrap_or_default()
}

fn field(folder: &Path, file: &str, name: &str) -> u64 {
    let text = fs::read_to_string(folder.join(file)).unwrap_or_default();
    let found = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse().ok());
    found.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "30 28 0:26 / /sys/fs/cgroup/memory rw,relatime shared:10 - cgroup cgroup rw,memory\n\
                          31 28 0:27 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n\
                          38 28 0:34 / /sys/fs/cgroup/unified rw,relatime shared:18 - cgroup2 cgroup2 rw\n";
    const OWN: &str = "4:memory:/a/b\n2:cpu,cpuacct:/\n0::/x\n";

    #[test]
    fn our_own_group_is_found_in_both_versions() {
        let table = [
            (Some("memory"), Some("/sys/fs/cgroup/memory/a/b")),
            (Some("cpu"), Some("/sys/fs/cgroup/cpu,cpuacct/")),
            (Some("cpuacct"), Some("/sys/fs/cgroup/cpu,cpuacct/")),
            (Some("pids"), None),
            (None, Some("/sys/fs/cgroup/unified/x")),
        ];
        for (controller, expected) in table {
            assert_eq!(folder_of(MOUNTS, OWN, controller), expected.map(PathBuf::from), "{controller:?}");
        }
    }

    #[test]
    fn a_tree_whose_root_is_our_group_is_not_entered_twice() {
        let mounts = "30 28 0:26 /docker/1 /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n";
        let found = folder_of(mounts, "4:memory:/docker/1/x\n", Some("memory"));
        assert_eq!(found, Some(PathBuf::from("/sys/fs/cgroup/memory/x")));
    }
}
