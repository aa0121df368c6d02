//! The child's own root: read-only, with the runtime and the bundle alone.

use crate::Plan;
use nix::errno::Errno;
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sys::statvfs::{FsFlags, statvfs};
use nix::unistd::{chdir, pivot_root};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// The private folder for everything that a child writes.
pub const SCRATCH: &str = "/tmp";
/// Devices without any state.
pub const DEVICES: [&str; 5] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"];
/// Where programs look for the certificates of authorities.
pub const CERTIFICATES: [&str; 4] =
    ["/etc/ssl", "/etc/pki/tls/certs", "/usr/share/ca-certificates", "/usr/local/share/ca-certificates"];

/// Entries of the root itself, which lies in memory.
const ROOT_ENTRIES: &str = "size=1m,nr_inodes=4096,mode=755";

/// Builds the root and moves into it. The old one is gone afterwards.
pub fn build(plan: &Plan) -> Result<(), String> {
    let root = plan.root.as_path();
    // Nothing of what follows reaches the host's own tree.
    step("/", mount(none(), "/", none(), MsFlags::MS_REC | MsFlags::MS_PRIVATE, none()))?;
    step(root, mount(Some("tmpfs"), root, Some("tmpfs"), FIRM, Some(ROOT_ENTRIES)))?;
    for folder in ["tmp", "proc", "dev", "etc"] {
        at(root, fs::create_dir(root.join(folder)))?;
    }
    let own = plan.identity.map_or_else(String::new, |id| format!(",uid={},gid={}", id.uid, id.gid));
    let scratch = format!("size={}m,nr_inodes=16384,mode=700{own}", plan.scratch_mb);
    step(SCRATCH, mount(Some("tmpfs"), &inner(root, SCRATCH), Some("tmpfs"), FIRM, Some(scratch.as_str())))?;
    for device in DEVICES {
        bind(root, Path::new(device), None)?;
    }
    links(root)?;
    names(root, plan)?;
    let libraries = libraries();
    let system = CERTIFICATES.iter().chain(&["/etc/ld.so.cache"]).map(PathBuf::from).filter(|path| path.exists());
    let mut readable: Vec<PathBuf> = system.chain(libraries).chain(plan.readable.iter().cloned()).collect();
    // A folder before what lies in it.
    readable.sort();
    readable.dedup();
    for path in &readable {
        bind(root, path, Some(MsFlags::MS_RDONLY))?;
    }
    for path in &plan.writable {
        bind(root, path, Some(MsFlags::MS_NOEXEC))?;
    }
    let flags = FIRM | MsFlags::MS_NOEXEC;
    step("/proc", mount(Some("proc"), &inner(root, "/proc"), Some("proc"), flags, none()))?;
    step(root, chdir(root))?;
    step(root, pivot_root(".", "."))?;
    step("/", umount2(".", MntFlags::MNT_DETACH))?;
    step("/", chdir("/"))?;
    let closed = MsFlags::MS_REMOUNT | MsFlags::MS_BIND | MsFlags::MS_RDONLY | FIRM;
    step("/", mount(none(), "/", none(), closed, none()))
}

const FIRM: MsFlags = MsFlags::MS_NOSUID.union(MsFlags::MS_NODEV);

/// Folders of shared libraries; programs of the host are not among them.
pub fn libraries() -> Vec<PathBuf> {
    let architecture = format!("{}-linux-gnu", std::env::consts::ARCH);
    let all =
        [format!("/usr/lib/{architecture}"), format!("/lib/{architecture}"), "/usr/lib64".into(), "/lib64".into()];
    let is_real = |path: &PathBuf| path.is_dir() && path.canonicalize().is_ok_and(|real| &real == path);
    let found: Vec<PathBuf> = all.into_iter().map(PathBuf::from).filter(is_real).collect();
    // Distributions that keep everything in one folder (Alpine, Arch).
    if found.is_empty() { vec![PathBuf::from("/usr/lib")] } else { found }
}

/// `/lib → usr/lib` and the like, as the host has them: programs name their loader through them.
fn links(root: &Path) -> Result<(), String> {
    for name in ["lib", "lib64"] {
        if let Ok(target) = fs::read_link(Path::new("/").join(name)) {
            at(root, symlink(target, root.join(name)))?;
        }
    }
    Ok(())
}

/// What programs ask of `/etc`, with nothing of the host.
fn names(root: &Path, plan: &Plan) -> Result<(), String> {
    let (uid, gid) = plan
        .identity
        .map_or_else(|| (nix::unistd::getuid().as_raw(), nix::unistd::getgid().as_raw()), |id| (id.uid, id.gid));
    for (file, text) in [
        ("passwd", format!("worker:x:{uid}:{gid}:worker:{SCRATCH}:/nologin\n")),
        ("group", format!("worker:x:{gid}:\n")),
        ("hosts", "127.0.0.1 localhost\n::1 localhost\n".to_owned()),
        ("nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n".to_owned()),
    ] {
        at(root, fs::write(root.join("etc").join(file), text))?;
    }
    Ok(())
}

/// Shows a file or folder of the host at the same path inside.
fn bind(root: &Path, path: &Path, flags: Option<MsFlags>) -> Result<(), String> {
    let target = inner(root, path);
    let about = |error: std::io::Error| format!("{}: {error}", path.display());
    if path.is_dir() {
        fs::create_dir_all(&target).map_err(about)?;
    } else if !target.exists() {
        fs::create_dir_all(target.parent().unwrap_or(root)).map_err(about)?;
        fs::write(&target, "").map_err(about)?;
    }
    // What is mounted below comes along only where the kernel insists.
    match mount(Some(path), &target, none(), MsFlags::MS_BIND, none()) {
        Err(Errno::EINVAL) => {
            step(path, mount(Some(path), &target, none(), MsFlags::MS_BIND | MsFlags::MS_REC, none()))?
        }
        other => step(path, other)?,
    }
    let Some(flags) = flags else { return Ok(()) };
    let remount = MsFlags::MS_REMOUNT | MsFlags::MS_BIND | FIRM | flags | kept(&target);
    step(path, mount(none(), &target, none(), remount, none()))
}

/// Flags that a mount has already and that must not be taken away from it.
fn kept(path: &Path) -> MsFlags {
    let Ok(found) = statvfs(path).map(|found| found.flags()) else { return MsFlags::empty() };
    [
        (FsFlags::ST_RDONLY, MsFlags::MS_RDONLY),
        (FsFlags::ST_NOEXEC, MsFlags::MS_NOEXEC),
        (FsFlags::ST_NOATIME, MsFlags::MS_NOATIME),
        (FsFlags::ST_NODIRATIME, MsFlags::MS_NODIRATIME),
        (FsFlags::ST_RELATIME, MsFlags::MS_RELATIME),
    ]
    .into_iter()
    .filter(|(has, _)| found.contains(*has))
    .fold(MsFlags::empty(), |all, (_, flag)| all | flag)
}

fn inner(root: &Path, path: impl AsRef<Path>) -> PathBuf {
    let path = path.as_ref();
    root.join(path.strip_prefix("/").unwrap_or(path))
}

const fn none() -> Option<&'static str> {
    None
}

fn step(path: impl AsRef<Path>, done: nix::Result<()>) -> Result<(), String> {
    done.map_err(|error| format!("cannot mount {}: {error}", path.as_ref().display()))
}

fn at(path: &Path, done: std::io::Result<()>) -> Result<(), String> {
    done.map_err(|error| format!("cannot prepare {}: {error}", path.display()))
}
