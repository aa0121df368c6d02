//! The second half of the way: the first process of the new namespaces, which builds the root, drops every right and
//! watches over the command.

use crate::request::Request;
use crate::{REPORT_FD, fence, report, rights, root, syscalls, tend};
use nix::sched::CloneFlags;
use nix::unistd::sethostname;
use std::process::{Command, ExitCode};

/// Builds the sandbox around this process and runs the command in it.
pub fn run(request: &Request) -> Result<ExitCode, String> {
    let plan = &request.plan;
    rights::bind_to_parent(None)?;
    sethostname("worker").map_err(|error| format!("cannot set the host name: {error}"))?;
    root::build(plan)?;
    rights::limit_tasks(plan)?;
    if let Some(identity) = plan.identity.filter(|_| rights::is_root()) {
        rights::become_user(identity)?;
        // A namespace of users as well, where the machine allows it: no other user exists in there.
        let _best_effort = rights::own_user_namespace(CloneFlags::empty());
    }
    rights::drop_all()?;
    rights::bind_to_parent(None)?;
    fence::raise(plan)?;
    syscalls::restrict()?;
    report(request);
    let mut command = Command::new(&request.program);
    command.args(&request.args).env_remove(REPORT_FD).current_dir(&plan.folder);
    tend::tend(command)
}
