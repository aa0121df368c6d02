//! The arguments of the `sandbox` verb.

use crate::{Level, Plan};
use std::ffi::{OsStr, OsString};

const USAGE: &str = "usage: proscenium sandbox --level LEVEL [--parent PID] [--plan JSON] -- CMD ARGS…";

/// What this process is asked to be.
#[derive(Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The command, at a level.
    Command(Request),
    /// The second half of the way, inside the new namespaces.
    Inside(Request),
    /// The command of a probe.
    Alive,
}

/// A command and its surroundings.
#[derive(Debug, PartialEq, Eq)]
pub struct Request {
    /// How far it is separated.
    pub level: Level,
    /// Who must still be the parent.
    pub parent: Option<i32>,
    /// What it gets.
    pub plan: Plan,
    /// What is executed.
    pub program: OsString,
    /// With these arguments.
    pub args: Vec<OsString>,
}

/// Reads what follows `sandbox`.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Wanted, String> {
    let mut args = args.into_iter();
    let (mut level, mut parent, mut plan, mut inside) = (None, None, None, false);
    loop {
        let arg = args.next().ok_or(USAGE)?;
        match arg.to_str() {
            Some("--") => break,
            Some("--alive") => return Ok(Wanted::Alive),
            Some("--inside") => {
                inside = true;
                continue;
            }
            _ => {}
        }
        let value = args.next().ok_or_else(|| format!("{} needs a value", arg.display()))?;
        match arg.to_str() {
            Some("--level") => level = Some(text(&value)?.parse()?),
            Some("--parent") => {
                parent = Some(text(&value)?.parse().map_err(|_| "--parent needs a process id".to_owned())?);
            }
            Some("--plan") => {
                plan = Some(serde_json::from_str(text(&value)?).map_err(|error| format!("--plan: {error}"))?);
            }
            _ => return Err(format!("unknown argument {}", arg.display())),
        }
    }
    let program = args.next().ok_or("no command after --")?;
    let level: Level = level.ok_or("--level is missing")?;
    let plan = match plan {
        Some(plan) => plan,
        None if level == Level::L0 => Plan::default(),
        None => return Err(format!("--plan is missing, which level {} needs", level.as_str())),
    };
    let request = Request { level, parent, plan, program, args: args.collect() };
    Ok(if inside { Wanted::Inside(request) } else { Wanted::Command(request) })
}

fn text(value: &OsStr) -> Result<&str, String> {
    value.to_str().ok_or_else(|| format!("{} is no UTF-8", value.display()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "tests")]

    use super::*;

    fn parsed(line: &str) -> Result<Wanted, String> {
        parse(line.split(' ').map(OsString::from))
    }

    #[test]
    fn everything_after_the_dashes_is_the_command() {
        let request = parsed("--level L0 --parent 7 -- node --level x.js").expect("valid");
        let expected = Request {
            level: Level::L0,
            parent: Some(7),
            plan: Plan::default(),
            program: "node".into(),
            args: vec!["--level".into(), "x.js".into()],
        };
        assert_eq!(request, Wanted::Command(expected));
    }

    #[test]
    fn a_plan_is_read_and_needed_above_the_lowest_level() {
        let wanted = parsed(r#"--level L3 --plan {"scratch_mb":7,"readable":["/a"]} -- node"#).expect("valid");
        let Wanted::Command(request) = wanted else { panic!("{wanted:?}") };
        assert_eq!((request.level, request.plan.scratch_mb), (Level::L3, 7));
        assert_eq!(request.plan.readable, [std::path::PathBuf::from("/a")]);
    }

    #[test]
    fn mistakes_are_named_and_no_level_is_lowered() {
        for (line, wanted) in [
            ("--level L3 -- node", "--plan is missing"),
            ("--level L4 -- node", "L4 is not an isolation level"),
            ("--level L1 --plan { -- node", "--plan: "),
            ("-- node", "--level is missing"),
            ("--level L0 --", "no command"),
            ("--level L0 node", "needs a value"),
            ("--color red -- node", "unknown argument"),
            ("--level L0 --parent x -- node", "process id"),
        ] {
            let error = parsed(line).expect_err(line);
            assert!(error.contains(wanted), "{line}: {error}");
        }
    }
}
