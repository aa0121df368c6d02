//! What can be asked on the command line.

use clap::{Parser, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;
use uuid::Uuid;

/// Proscenium: a multi-tenant developer portal on the Backstage open standard.
#[derive(Debug, Parser)]
#[command(version, about)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// A TOML file with settings; `proscenium config` prints what came out of all layers.
    #[arg(long, global = true)]
    pub config: Option<PathBuf>,
    /// Where everything is kept.
    #[arg(long, global = true)]
    pub data_dir: Option<PathBuf>,
    /// The address to listen on.
    #[arg(long, global = true)]
    pub listen: Option<SocketAddr>,
    /// Make a demo organisation and serve the demo git host.
    #[arg(long, global = true)]
    pub demo: bool,
}

/// Roles and commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Every role in one process, with embedded defaults for what is not configured.
    All,
    /// The public edge: hosts, sessions, tokens, the portal.
    Gateway,
    /// Entities, locations, search.
    Catalog,
    /// Templates and tasks.
    Scaffolder,
    /// Reading the outside world.
    Integrations,
    /// Organisations, members, tokens.
    TenantAdmin,
    /// Plugins and their workers.
    PluginHost,
    /// Make the database roles and bring the schema to this executable's level.
    Migrate,
    /// Serve the embedded S3 by itself, for tests of separate roles; prints its settings as JSON.
    DevS3,
    /// Serve embedded Postgres, Redis and S3 by themselves, for tests of separate roles; prints their settings as JSON.
    DevBackends,
    /// Print the merged settings, secrets hidden.
    Config,
    /// Write the OpenAPI documents.
    Openapi {
        /// Folder to write to.
        #[arg(long, default_value = "openapi")]
        dir: PathBuf,
        /// Fail when a document on disk is stale, and write nothing.
        #[arg(long)]
        check: bool,
    },
    /// Organisations.
    Tenant {
        /// What to do.
        #[command(subcommand)]
        command: TenantCommand,
    },
    /// The audit log.
    Audit {
        /// What to do.
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// Plugins.
    Plugin {
        /// What to do.
        #[command(subcommand)]
        command: PluginCommand,
    },
    /// Versions of plugins, brought to many organisations.
    Rollout {
        /// What to do.
        #[command(subcommand)]
        command: RolloutCommand,
    },
    /// The operator's page in the browser.
    Operator {
        /// What to do.
        #[command(subcommand)]
        command: OperatorCommand,
    },
    /// Templates.
    Template {
        /// What to do.
        #[command(subcommand)]
        command: TemplateCommand,
    },
    /// The keys that wrap the organisations' data keys.
    Keys {
        /// What to do.
        #[command(subcommand)]
        command: KeysCommand,
    },
    /// Look for keys in Redis and object storage that say no owner; prints one JSON object, and fails if there is one.
    CheckKeys,
    /// List jobs that were given up, one JSON object a line.
    Jobs {
        /// At most so many.
        #[arg(long, default_value_t = 100)]
        limit: i64,
    },
    /// Become another program, bound to the parent's life (internal).
    #[command(hide = true)]
    Sandbox,
}

/// What can be done with templates.
#[derive(Debug, Subcommand)]
pub enum TemplateCommand {
    /// Run the tests of templates, without a server: every `template.test.yaml` below the folders, or the files named.
    Test {
        /// Folders and files.
        #[arg(default_value = ".")]
        paths: Vec<PathBuf>,
        /// Print one JSON object a file instead of a report for people.
        #[arg(long)]
        json: bool,
        /// Show the log of cases that pass too.
        #[arg(long)]
        verbose: bool,
    },
}

/// How the operator gets in and out of a browser.
#[derive(Debug, Subcommand)]
pub enum OperatorCommand {
    /// Print a link that signs one browser in as the operator, once, within a minute; prints one JSON object. What is at
    /// that page: plugins and versions of all organisations, rollouts, isolation.
    Link {
        /// What the log of deeds calls whoever opens it.
        #[arg(long, default_value = "local")]
        name: String,
    },
    /// Sign every browser of the operator's out, and make links that nobody opened worthless.
    SignOut,
}

/// What can be done with organisations.
#[derive(Debug, Subcommand)]
pub enum TenantCommand {
    /// Make an organisation; prints one JSON object.
    Create {
        /// Its address: `SLUG.<domain>`.
        slug: String,
        /// Its name.
        #[arg(long)]
        name: String,
        /// Mail address of its first administrator.
        #[arg(long)]
        admin: String,
        /// The catalog entity that the administrator is; default `user:default/<local part of the mail>`.
        #[arg(long)]
        user_ref: Option<String>,
        /// Its plan; `internal` has no limits.
        #[arg(long, default_value = "internal")]
        plan: String,
    },
    /// List all organisations, one JSON object a line.
    List,
    /// Close an organisation until it is resumed; nothing is lost.
    Suspend {
        /// Its address.
        slug: String,
    },
    /// Open a suspended organisation again, or bring a deleted one back while its period of grace lasts.
    Resume {
        /// Its address.
        slug: String,
    },
    /// Close an organisation, and erase it when the period of grace (`tenants.deletion_grace`) is over.
    Delete {
        /// Its address.
        slug: String,
        /// Without any grace: a running server erases it within a minute, and nothing brings it back.
        #[arg(long)]
        now: bool,
    },
    /// Put an organisation on another plan.
    Plan {
        /// Its address.
        slug: String,
        /// The plan's name in the settings.
        plan: String,
    },
}

/// What can be done with keys.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Say what wraps new data keys, and whether it can now.
    Status,
    /// Wrap every data key again under the newest key of the current wrapper.
    Rewrap,
    /// Give an organisation a new data key; what older ones sealed is sealed again in the background.
    Rotate {
        /// The organisation's address.
        #[arg(long)]
        tenant: String,
    },
}

/// What can be done with audit logs.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Tell whether every event is as it was written and none is missing; prints one JSON object, and fails when the log
    /// is broken.
    Verify {
        /// The organisation's address.
        #[arg(long)]
        tenant: String,
        /// `SEQ:HASH`, the fingerprint of an earlier verification, kept elsewhere.
        #[arg(long)]
        kept: Option<String>,
    },
}

/// What can be done with plugins.
#[derive(Debug, Subcommand)]
pub enum PluginCommand {
    /// Try how far plugins' workers can be separated from this machine, with the settings as they are; prints one JSON
    /// object with what is not contained.
    Isolation,
    /// Install a plugin for one organisation and wait until it is there.
    Install {
        /// npm package, or `proscenium:ID` for a native one; `PACKAGE@VERSION` pins the version.
        package: String,
        /// The organisation's address.
        #[arg(long)]
        tenant: String,
    },
    /// Upload a plugin of an organisation's own (what `npm pack` makes), wait until it is built, and print what became of
    /// it. A running server builds it.
    Upload {
        /// The archive (.tgz).
        file: PathBuf,
        /// The organisation's address.
        #[arg(long)]
        tenant: String,
        /// Give it to the whole organisation.
        #[arg(long)]
        publish: bool,
    },
    /// List every plugin of every organisation with its version, one JSON object a line.
    Versions,
}

/// What can be done with rollouts.
#[derive(Debug, Subcommand)]
pub enum RolloutCommand {
    /// Begin one; prints its id. A running server carries it out.
    Start {
        /// The npm package.
        package: String,
        /// The exact version.
        version: String,
        /// Who gets it first, by address; default: those on the early channel, else one of all.
        #[arg(long, value_delimiter = ',')]
        canary: Vec<String>,
        /// Shares of the others in per cent, one wave after the other.
        #[arg(long, value_delimiter = ',', default_value = "10,50,100")]
        waves: Vec<u32>,
        /// So many organisations at once.
        #[arg(long, default_value_t = 4)]
        parallel: usize,
        /// How long a version is watched, in seconds.
        #[arg(long, default_value_t = 60)]
        soak: u64,
        /// Until it has answered so many requests.
        #[arg(long, default_value_t = 50)]
        min_requests: u64,
        /// But at most for so many seconds.
        #[arg(long, default_value_t = 900)]
        longest: u64,
    },
    /// List rollouts, the latest first, one JSON object a line.
    List,
    /// Show one rollout with every organisation, the gate's figures and reports; prints one JSON object.
    Show {
        /// Its id.
        id: Uuid,
    },
    /// End one now: nobody else gets the version, and whoever is still watched goes back.
    Stop {
        /// Its id.
        id: Uuid,
    },
    /// Take one back: everybody who has the version from it goes back, also when it has ended.
    Revert {
        /// Its id.
        id: Uuid,
    },
}

impl Command {
    /// The role's name in logs and traces.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Gateway => "gateway",
            Self::Catalog => "catalog",
            Self::Scaffolder => "scaffolder",
            Self::Integrations => "integrations",
            Self::TenantAdmin => "tenant-admin",
            Self::PluginHost => "plugin-host",
            _ => "cli",
        }
    }
}
