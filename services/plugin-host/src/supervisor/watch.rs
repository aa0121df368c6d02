//! The watchdog: what a worker takes, and whether that is too much where the kernel does not limit it.

use super::isolation::{Cell, WorkerLimits};
use crate::domain::reason::Reason;
use nix::unistd::Pid;
use runtime::sandbox::Level;
use runtime::sandbox::cgroup::Usage;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often it looks.
pub const LOOK: Duration = Duration::from_millis(250);
/// Between two looks at CPU and disk, in looks.
const SLOWLY: u32 = 20;
/// So many of the slower looks in a row with all its CPU taken are too many.
const BUSY_LOOKS: u32 = 12;
/// Of its CPU, in percent, what counts as all.
const BUSY_PERCENT: u128 = 95;
/// Clock ticks a second in `/proc`; the same on every Linux architecture.
const TICKS: u64 = 100;
/// Entries of a folder that are counted; more are too much by themselves.
const ENTRIES: usize = 20_000;

/// Watches over one process and what it starts.
#[derive(Debug)]
pub struct Watch {
    leader: Pid,
    looks: u32,
    busy: u32,
    cpu: Duration,
}

impl Watch {
    /// `leader` is the process that was started, and the name of its process group.
    #[must_use]
    pub const fn new(leader: Pid) -> Self {
        Self { leader, looks: 0, busy: 0, cpu: Duration::ZERO }
    }

    /// Looks once; the reason to end the worker, if there is one.
    pub fn look(&mut self, cell: &Cell, processes: &Processes) -> Option<Reason> {
        // The kernel holds the limits itself.
        if cell.level == Level::L3 {
            return None;
        }
        let usage = usage(cell, self.leader, processes);
        if usage.memory_bytes > u64::from(cell.worker.memory_mb) << 20 {
            return Some(Reason::TooMuchMemory(cell.worker.memory_mb));
        }
        self.looks += 1;
        if !self.looks.is_multiple_of(SLOWLY) {
            return None;
        }
        let used = usage.cpu.saturating_sub(self.cpu);
        self.cpu = usage.cpu;
        self.busy = if is_all(used, cell.worker) { self.busy + 1 } else { 0 };
        if self.busy >= BUSY_LOOKS && cell.level > Level::L0 {
            return Some(Reason::TooMuchCpu);
        }
        let on_disk = cell.level == Level::L1 && size(&cell.home) > u64::from(cell.worker.scratch_mb) << 20;
        on_disk.then_some(Reason::TooMuchDisk(cell.worker.scratch_mb))
    }
}

fn is_all(used: Duration, worker: WorkerLimits) -> bool {
    let time = LOOK.as_millis() * u128::from(SLOWLY) * u128::from(worker.cpu_percent) / 100;
    used.as_millis() * 100 >= time * BUSY_PERCENT
}

/// The processes of this machine, read once for all who look at about the same time.
#[derive(Debug, Default)]
pub struct Processes(Mutex<Option<(Instant, Arc<Vec<Process>>)>>);

#[derive(Debug)]
struct Process {
    folder: PathBuf,
    group: u64,
    owner: u32,
    cpu: Duration,
    tasks: u64,
}

impl Processes {
    fn now(&self) -> Arc<Vec<Process>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, all)) = kept.as_ref()
            && at.elapsed() < LOOK / 2
        {
            return all.clone();
        }
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let all: Arc<Vec<Process>> = Arc::new(entries.filter_map(|entry| Process::read(&entry)).collect());
        *kept = Some((Instant::now(), all.clone()));
        all
    }
}

impl Process {
    fn read(entry: &fs::DirEntry) -> Option<Self> {
        let name = entry.file_name();
        name.to_str().filter(|name| name.bytes().all(|byte| byte.is_ascii_digit()))?;
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        // The name of a program may hold anything, the last bracket ends it.
        let (_, rest) = stat.rsplit_once(") ")?;
        let fields: Vec<&str> = rest.split(' ').collect();
        let number = |index: usize| fields.get(index).and_then(|text| text.parse::<u64>().ok()).unwrap_or_default();
        Some(Self {
            owner: entry.metadata().ok()?.uid(),
            group: number(2),
            cpu: Duration::from_millis((number(11) + number(12)) * 1000 / TICKS),
            tasks: number(17),
            folder: entry.path(),
        })
    }
}

/// What the worker takes now: as its control group counts it, else as the list of processes shows.
#[must_use]
pub fn usage(cell: &Cell, leader: Pid, processes: &Processes) -> Usage {
    if let Some(usage) = cell.usage() {
        return usage;
    }
    let leader = u64::try_from(leader.as_raw()).unwrap_or_default();
    let mut total = Usage::default();
    for process in processes.now().iter() {
        if process.group == leader || cell.identity.is_some_and(|owner| process.owner == owner.uid) {
            total.cpu += process.cpu;
            total.tasks += process.tasks;
            total.memory_bytes += resident(&process.folder);
        }
    }
    total
}

fn resident(process: &Path) -> u64 {
    let status = fs::read_to_string(process.join("status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse::<u64>().ok());
    kilobytes.unwrap_or_default() << 10
}

/// Bytes below a folder, links not followed.
fn size(folder: &Path) -> u64 {
    let (mut open, mut bytes, mut seen) = (vec![folder.to_owned()], 0, 0);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            seen += 1;
            if seen > ENTRIES {
                return u64::MAX;
            }
            let Ok(meta) = entry.path().symlink_metadata() else { continue };
            if meta.is_dir() {
                open.push(entry.path());
            }
            bytes += meta.blocks() * 512;
        }
    }
    bytes
}
