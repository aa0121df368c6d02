//! Landlock: which paths can be opened, no TCP at all, no signals and abstract sockets out of the sandbox.

use crate::Plan;
use crate::root::{CERTIFICATES, DEVICES, SCRATCH, libraries};
use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, PathBeneath, PathFd, Ruleset, RulesetAttr as _, RulesetCreated,
    RulesetCreatedAttr as _, RulesetError, RulesetStatus, Scope,
};
use std::path::Path;

/// What is asked for; an older kernel enforces what it knows of it.
const WANTED: ABI = ABI::V6;

/// Restricts this process and all that it starts.
pub fn raise(plan: &Plan) -> Result<(), String> {
    let status = ruleset(plan).and_then(RulesetCreated::restrict_self);
    match status.map_err(|error| format!("cannot set up Landlock: {error}"))?.ruleset {
        RulesetStatus::NotEnforced => Err("this kernel has no Landlock".to_owned()),
        RulesetStatus::PartiallyEnforced | RulesetStatus::FullyEnforced => Ok(()),
    }
}

fn ruleset(plan: &Plan) -> Result<RulesetCreated, RulesetError> {
    let mut rules = Ruleset::default()
        .handle_access(AccessFs::from_all(WANTED))?
        .handle_access(AccessNet::from_all(WANTED))?
        .scope(Scope::from_all(WANTED))?
        .create()?;
    let read = AccessFs::from_read(WANTED);
    let own = AccessFs::from_all(WANTED) & !(AccessFs::MakeChar | AccessFs::MakeBlock | AccessFs::IoctlDev);
    let device = AccessFs::ReadFile | AccessFs::WriteFile;
    let libraries = libraries();
    let readable = plan.readable.iter().chain(&libraries).map(std::path::PathBuf::as_path);
    let system = CERTIFICATES.iter().chain(&["/proc", "/etc"]).map(Path::new);
    for path in readable.chain(system) {
        rules = allow(rules, path, read)?;
    }
    for path in plan.writable.iter().map(std::path::PathBuf::as_path).chain([Path::new(SCRATCH)]) {
        rules = allow(rules, path, own)?;
    }
    for path in DEVICES {
        rules = allow(rules, Path::new(path), device)?;
    }
    Ok(rules)
}

/// A path that is not there needs no rule: what no rule names is closed.
fn allow(rules: RulesetCreated, path: &Path, access: BitFlags<AccessFs>) -> Result<RulesetCreated, RulesetError> {
    let Ok(opened) = PathFd::new(path) else { return Ok(rules) };
    let access = if path.is_dir() { access } else { access & AccessFs::from_file(WANTED) };
    rules.add_rule(PathBeneath::new(opened, access))
}
