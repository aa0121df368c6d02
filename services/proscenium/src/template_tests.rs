//! `proscenium template test`: runs the tests of templates without a server and says what came of them.

use crate::cli::TemplateCommand;
use anyhow::{Context as _, bail};
use scaffolder::Config;
use scaffolder::trial::{Bench, CaseReport, Finding, Report, find_files, run_file};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Runs what the command names; fails when a case fails, or when there is none.
pub fn run(command: &TemplateCommand) -> anyhow::Result<()> {
    let TemplateCommand::Test { paths, json, verbose } = command;
    let data = tempfile::tempdir().context("a folder for workspaces cannot be made")?;
    let config = Config::new(data.path());
    let bench = Bench {
        workspaces: config.workspaces,
        engine: config.engine,
        workspace: config.workspace,
        patience: Duration::from_secs(3600),
        case_limit: Duration::from_secs(600),
        actions: Arc::default(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut out = std::io::stdout().lock();
    let (mut cases, mut failed) = (0, 0);
    for (folder, file) in files(paths)? {
        let report = runtime.block_on(run_file(&bench, &folder, &file));
        cases += report.cases.len();
        failed += report.cases.iter().filter(|case| !case.passed).count() + report.mistakes.len();
        if *json {
            serde_json::to_writer(&mut out, &report)?;
            writeln!(out)?;
        } else {
            print(&mut out, &folder, &report, *verbose)?;
        }
    }
    if cases + failed == 0 {
        bail!("there is no template.test.yaml below {}", shown(paths));
    }
    if !json {
        writeln!(out, "{cases} {}, {failed} failed", if cases == 1 { "case" } else { "cases" })?;
    }
    if failed > 0 {
        bail!("not everything is as the tests expect");
    }
    Ok(())
}

/// The test files, each with the folder that it may read.
fn files(paths: &[PathBuf]) -> anyhow::Result<Vec<(PathBuf, String)>> {
    let mut found = Vec::new();
    for path in paths {
        let path = path.canonicalize().with_context(|| format!("{} cannot be read", path.display()))?;
        if path.is_dir() {
            let below = find_files(&path).map_err(|failure| anyhow::anyhow!(failure.message))?;
            found.extend(below.into_iter().map(|file| (path.clone(), file)));
        } else {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            found.push((path.parent().unwrap_or(Path::new("/")).to_path_buf(), name));
        }
    }
    Ok(found)
}

fn shown(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

fn print(out: &mut impl Write, folder: &Path, report: &Report, verbose: bool) -> std::io::Result<()> {
    writeln!(out, "{}", folder.join(&report.file).display())?;
    for mistake in &report.mistakes {
        print_finding(out, mistake)?;
    }
    for case in &report.cases {
        print_case(out, case, verbose)?;
    }
    writeln!(out)
}

fn print_case(out: &mut impl Write, case: &CaseReport, verbose: bool) -> std::io::Result<()> {
    let word = if case.passed { "ok  " } else { "FAIL" };
    writeln!(out, "  {word}  {} ({} ms)", case.name, case.duration_ms)?;
    for failure in &case.failures {
        print_finding(out, failure)?;
    }
    if verbose || !case.passed {
        for line in &case.log {
            for line in line.lines() {
                writeln!(out, "        | {line}")?;
            }
        }
    }
    Ok(())
}

/// One finding with its place; its further lines stand below it.
fn print_finding(out: &mut impl Write, finding: &Finding) -> std::io::Result<()> {
    let place = finding.line.map_or_else(|| finding.file.clone(), |line| format!("{}:{line}", finding.file));
    let mut lines = finding.message.lines();
    writeln!(out, "        {place}: {}", lines.next().unwrap_or_default())?;
    for line in lines {
        writeln!(out, "          {line}")?;
    }
    Ok(())
}
