//! The one executable: every role, and the operator's commands.
//!
//! Owns the wiring and nothing else. Start reading at [`cli`] for what can be asked, [`platform`] for what every role
//! stands on, [`roles`] for how the services are put together.

mod cli;
mod commands;
mod demo;
mod openapi;
mod platform;
mod roles;
mod serve;
mod template_tests;

use clap::Parser as _;
use cli::{Cli, Command};
use runtime::Config;
use runtime::config::{Overrides, Sources};
use std::io::Write as _;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Before anything else, and before there are threads: becoming a child must not carry our state along.
    let mut args = std::env::args_os().skip(1);
    if args.next().is_some_and(|verb| verb == "sandbox") {
        return runtime::sandbox::exec(args);
    }
    let cli = Cli::parse();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The whole chain on one line each: a person reads it.
            drop(writeln!(std::io::stderr(), "proscenium: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<()> {
    if let Command::Openapi { dir, check } = &cli.command {
        return openapi::write(dir, *check);
    }
    if let Command::Template { command } = &cli.command {
        return template_tests::run(command);
    }
    let overrides = Overrides { listen: cli.listen, data_dir: cli.data_dir, demo: cli.demo.then_some(true) };
    let config = Config::load(Sources::of_this_process(cli.config, overrides))?;
    if let Command::Config = &cli.command {
        return Ok(std::io::stdout().write_all(config.redacted()?.as_bytes())?);
    }
    let telemetry = runtime::telemetry::init(&config.telemetry, cli.command.word())?;
    let done = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("proscenium")
        .build()?
        .block_on(dispatch(cli.command, config));
    telemetry.shutdown();
    done
}

async fn dispatch(command: Command, config: Config) -> anyhow::Result<()> {
    match command {
        Command::All => roles::run_all(config).await,
        Command::Gateway => roles::run_one(roles::Role::Gateway, config).await,
        Command::Catalog => roles::run_one(roles::Role::Catalog, config).await,
        Command::Scaffolder => roles::run_one(roles::Role::Scaffolder, config).await,
        Command::Integrations => roles::run_one(roles::Role::Integrations, config).await,
        Command::TenantAdmin => roles::run_one(roles::Role::TenantAdmin, config).await,
        Command::PluginHost => roles::run_one(roles::Role::PluginHost, config).await,
        Command::Migrate => commands::migrate(config).await,
        Command::DevS3 => commands::dev_s3(config).await,
        Command::DevBackends => commands::dev_backends(config).await,
        Command::Tenant { command } => commands::tenant(config, command).await,
        Command::Audit { command } => commands::audit(config, command).await,
        Command::Plugin { command } => commands::plugin(config, command).await,
        Command::Rollout { command } => commands::rollout(config, command).await,
        Command::Operator { command } => commands::operator(config, command).await,
        Command::Keys { command } => commands::keys(config, command).await,
        Command::CheckKeys => commands::check_keys(config).await,
        Command::Jobs { limit } => commands::dead_jobs(config, limit).await,
        Command::Config | Command::Openapi { .. } | Command::Template { .. } | Command::Sandbox => Ok(()),
    }
}
