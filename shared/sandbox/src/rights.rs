//! Who a child is and what it may: user, capabilities, limits of one process, the tie to its parent.

use crate::Plan;
use crate::plan::Identity;
use caps::CapSet;
use nix::sched::{CloneFlags, unshare};
use nix::sys::prctl;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::Signal;
use nix::unistd::{Gid, Pid, Uid, getgid, getppid, getuid, setgroups, setresgid, setresuid};
use std::fs::write;

/// Whether this process is the real root of the machine or container.
pub fn is_root() -> bool {
    Uid::effective().is_root()
}

/// Lets the kernel end this process with its parent. A change of user takes the tie away, so it is made after one.
pub fn bind_to_parent(parent: Option<i32>) -> Result<(), String> {
    prctl::set_pdeathsig(Signal::SIGKILL).map_err(|error| format!("cannot bind to the parent's life: {error}"))?;
    // The parent may have gone before the signal was set: then nobody would ever send it.
    match parent {
        Some(parent) if getppid() != Pid::from_raw(parent) => Err("the parent is gone".to_owned()),
        _ => Ok(()),
    }
}

/// Becomes somebody else for good, with no other groups.
pub fn become_user(identity: Identity) -> Result<(), String> {
    let (uid, gid) = (Uid::from_raw(identity.uid), Gid::from_raw(identity.gid));
    // Without the capability that this needs, privileges could not come back through a file either (no_new_privs).
    let _best_effort = caps::clear(None, CapSet::Bounding);
    setgroups(&[])
        .and_then(|()| setresgid(gid, gid, gid))
        .and_then(|()| setresuid(uid, uid, uid))
        .and_then(|()| prctl::set_dumpable(true))
        .map_err(|error| format!("cannot become user {uid}: {error}"))
}

/// Gives up every capability, and the way to new ones.
pub fn drop_all() -> Result<(), String> {
    let _best_effort = caps::clear(None, CapSet::Bounding);
    for set in [CapSet::Ambient, CapSet::Inheritable, CapSet::Effective, CapSet::Permitted] {
        caps::clear(None, set).map_err(|error| format!("cannot drop capabilities: {error}"))?;
    }
    prctl::set_no_new_privs().map_err(|error| format!("cannot forbid new privileges: {error}"))
}

/// Keeps what this process may in a program that it executes, as long as it stays in its user namespace.
pub fn keep_through_exec() -> Result<(), String> {
    let keep = || -> Result<(), caps::errors::CapsError> {
        let permitted = caps::read(None, CapSet::Permitted)?;
        caps::set(None, CapSet::Inheritable, &permitted)?;
        caps::set(None, CapSet::Ambient, &permitted)
    };
    keep().map_err(|error| format!("cannot keep capabilities: {error}"))
}

/// Makes a user namespace in which this user is the only one, together with other namespaces.
pub fn own_user_namespace(others: CloneFlags) -> Result<(), String> {
    let (uid, gid) = (getuid(), getgid());
    unshare(CloneFlags::CLONE_NEWUSER | others).map_err(|error| format!("cannot make namespaces: {error}"))?;
    let write = |file: &str, text: String| {
        write(format!("/proc/self/{file}"), text).map_err(|error| format!("cannot write {file}: {error}"))
    };
    write("setgroups", "deny".to_owned())?;
    write("uid_map", format!("{uid} {uid} 1"))?;
    write("gid_map", format!("{gid} {gid} 1"))
}

/// Limits that hold for one process.
pub fn limit(plan: &Plan) -> Result<(), String> {
    set(Resource::RLIMIT_CORE, 0)?;
    set(Resource::RLIMIT_NOFILE, plan.open_files)?;
    set(Resource::RLIMIT_FSIZE, plan.file_mb << 20)?;
    set(Resource::RLIMIT_MEMLOCK, 0)?;
    // When memory ends, workers go before anything else of the machine.
    let _best_effort = write("/proc/self/oom_score_adj", "600");
    Ok(())
}

/// Limits processes and threads of the user. In a user namespace of an ordinary user the limit counts inside alone when it
/// is set inside.
pub fn limit_tasks(plan: &Plan) -> Result<(), String> {
    set(Resource::RLIMIT_NPROC, plan.tasks)
}

fn set(resource: Resource, most: u64) -> Result<(), String> {
    // A limit that is lower already stays.
    let most = getrlimit(resource).map_or(most, |(_, hard)| most.min(hard));
    setrlimit(resource, most, most).map_err(|error| format!("cannot limit {resource:?}: {error}"))
}
