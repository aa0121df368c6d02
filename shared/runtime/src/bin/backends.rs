//! Starts the embedded Postgres, Redis and S3 by themselves until a signal: `backends DATA_DIR [--throw-away]`.
//!
//! Prints one JSON line with their addresses when they are ready. Also the smallest executable with
//! the `sandbox` verb; the crate's tests kill and restart it.

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use runtime::config::{Config, Overrides, Sources};
use runtime::data_dir::DataDir;
use runtime::embedded::{Backends, MAIN_DATABASE, postgres};
use runtime::{Tasks, sandbox};

fn main() -> ExitCode {
    let mut args = std::env::args_os().skip(1);
    let Some(first) = args.next() else { return ExitCode::from(2) };
    if first == "sandbox" {
        return sandbox::exec(args);
    }
    let rest: Vec<OsString> = args.collect();
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(_) => return ExitCode::FAILURE,
    };
    let outcome = if rest.iter().any(|arg| arg == "--throw-away") {
        runtime.block_on(throw_away(first.into()))
    } else {
        runtime.block_on(all(first.into()))
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            drop(writeln!(std::io::stderr(), "{error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn all(data_dir: PathBuf) -> anyhow::Result<()> {
    let tasks = Tasks::new();
    tasks.shutdown_on_signals(Duration::ZERO)?;
    let overrides = Overrides { data_dir: Some(data_dir), ..Overrides::default() };
    let config = Config::load(Sources { overrides, ..Sources::default() })?;
    let folder = DataDir::claim(&config.data_dir)?;
    let backends = Backends::start(&config, &folder, &tasks).await?;
    backends.announce(&config, &folder)?;
    print(&serde_json::json!({
        "database": backends.database_url.expose(),
        "plugins": backends.plugins_url.expose(),
        "redis": backends.redis_url.as_ref().map(|url| url.expose()),
        "s3": backends.s3.url,
        "notes": backends.notes,
        "postgresPid": backends.postgres().map(postgres::Postgres::pid),
    }))?;
    tasks.shutdown_token().cancelled().await;
    tasks.shutdown(Duration::from_secs(5)).await;
    backends.stop().await;
    runtime::run_file::RunFile::remove(folder.path());
    Ok(())
}

async fn throw_away(data_dir: PathBuf) -> anyhow::Result<()> {
    let tasks = Tasks::new();
    tasks.shutdown_on_signals(Duration::ZERO)?;
    let postgres = postgres::Postgres::start(postgres::Options::throw_away(data_dir)).await?;
    print(
        &serde_json::json!({ "database": postgres.tcp_url(MAIN_DATABASE).expose(), "postgresPid": postgres.pid(), "notes": [postgres.note()] }),
    )?;
    tasks.shutdown_token().cancelled().await;
    postgres.stop().await;
    Ok(())
}

fn print(value: &serde_json::Value) -> std::io::Result<()> {
    let mut out = std::io::stdout();
    writeln!(out, "{value}")?;
    out.flush()
}
