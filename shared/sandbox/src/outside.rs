//! The first half of the way: still among the host's processes.

use crate::request::Request;
use crate::{Level, report, rights, tend};
use nix::sched::{CloneFlags, unshare};
use std::convert::Infallible;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitCode};

/// All namespaces but the one for users.
const NAMESPACES: CloneFlags = CloneFlags::CLONE_NEWNS
    .union(CloneFlags::CLONE_NEWPID)
    .union(CloneFlags::CLONE_NEWNET)
    .union(CloneFlags::CLONE_NEWIPC)
    .union(CloneFlags::CLONE_NEWUTS);

/// Becomes the command (L0, L1), or enters control groups and namespaces and watches over the second half (L2, L3).
pub fn run(request: &Request) -> Result<ExitCode, String> {
    let plan = &request.plan;
    match request.level {
        Level::L0 => {
            rights::bind_to_parent(request.parent)?;
            become_command(request).map(|never| match never {})
        }
        Level::L1 => {
            let identity = plan.identity.ok_or("level L1 needs a user of its own, which only root can give")?;
            rights::limit(plan)?;
            rights::limit_tasks(plan)?;
            rights::become_user(identity)?;
            rights::drop_all()?;
            rights::bind_to_parent(request.parent)?;
            become_command(request).map(|never| match never {})
        }
        Level::L2 | Level::L3 => {
            if request.level == Level::L3 {
                enter_cgroups(request)?;
            }
            rights::limit(plan)?;
            rights::bind_to_parent(request.parent)?;
            if rights::is_root() {
                unshare(NAMESPACES).map_err(|error| format!("cannot make namespaces: {error}"))?;
            } else {
                rights::own_user_namespace(NAMESPACES)?;
                rights::keep_through_exec()?;
            }
            // The first process of the new namespaces is this executable again: it builds the root and drops all rights.
            let plan = serde_json::to_string(plan).map_err(|error| error.to_string())?;
            let mut inside = Command::new("/proc/self/exe");
            inside.arg0("proscenium").args(["sandbox", "--inside", "--level", request.level.as_str(), "--plan", &plan]);
            inside.arg("--").arg(&request.program).args(&request.args);
            tend::tend(inside)
        }
    }
}

fn become_command(request: &Request) -> Result<Infallible, String> {
    report(request);
    let error = Command::new(&request.program).args(&request.args).env_remove(crate::REPORT_FD).exec();
    Err(format!("{}: {error}", request.program.display()))
}

fn enter_cgroups(request: &Request) -> Result<(), String> {
    if request.plan.cgroups.is_empty() {
        return Err("level L3 needs a control group, and none was made".to_owned());
    }
    for group in &request.plan.cgroups {
        std::fs::write(group.join("cgroup.procs"), "0")
            .map_err(|error| format!("cannot enter the control group {}: {error}", group.display()))?;
    }
    Ok(())
}
