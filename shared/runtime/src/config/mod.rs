//! The operator's settings, typed.
//!
//! `shared/runtime/default.toml` is both the manual and the lowest layer, so every key is in it and a
//! key that is not is an error. Anything an organisation's administrator may change is a row in the
//! database and never a setting. Secrets cannot be printed: their types mask themselves.

mod load;
mod plans;
mod text;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use load::{ConfigError, Overrides, Sources};
pub use plans::{Limits, Plan, Plans};
pub use text::{Secret, SecretUrl};

/// The text of the default file, comments included.
pub const MANUAL: &str = include_str!("../../default.toml");

/// All settings of one process. Field by field, `default.toml` says what each means.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Address the gateway listens on.
    pub listen: SocketAddr,
    /// Domain with port, never empty after loading.
    pub domain: String,
    /// Scheme of public URLs.
    pub scheme: Scheme,
    /// Absolute after loading.
    pub data_dir: PathBuf,
    /// Whether the demo organisation and the demo git host exist.
    pub demo: bool,
    /// Between SIGTERM and the last connection that is taken.
    #[serde(with = "text::duration")]
    pub drain: Duration,
    /// Postgres.
    pub database: Database,
    /// Redis.
    pub redis: Redis,
    /// Object storage.
    pub s3: S3,
    /// The URL reader.
    pub reading: Reading,
    /// Runs of templates.
    pub scaffolder: Scaffolder,
    /// The catalog.
    pub catalog: Catalog,
    /// Search.
    pub search: Search,
    /// Mail.
    pub smtp: Smtp,
    /// Sign-up.
    pub signup: Signup,
    /// The public edge.
    pub gateway: Gateway,
    /// Requests of one caller.
    pub limits: Limits,
    /// Organisations.
    pub tenants: Tenants,
    /// What an organisation may have.
    pub plans: Plans,
    /// Keys that never leave our own processes.
    pub internal: Internal,
    /// What wraps the organisations' data keys.
    pub keys: KeyWrapping,
    /// Addresses of roles in other processes.
    pub services: Services,
    /// The built portal.
    pub portal: Portal,
    /// What may be installed.
    pub plugins: Plugins,
    /// The plugin workers' program.
    pub worker: Worker,
    /// Logs and traces.
    pub telemetry: Telemetry,
}

impl Config {
    /// The apex origin, e.g. `http://localhost:7007`.
    pub fn apex_url(&self) -> String {
        format!("{}://{}", self.scheme.as_str(), self.domain)
    }

    /// The origin of one tenant's portal, e.g. `http://acme.localhost:7007`.
    pub fn tenant_url(&self, slug: &str) -> String {
        format!("{}://{slug}.{}", self.scheme.as_str(), self.domain)
    }

    /// The merged settings as TOML, with every secret masked.
    pub fn redacted(&self) -> Result<String, ConfigError> {
        toml::to_string(self).map_err(|error| ConfigError::new(error.to_string()))
    }
}

/// Scheme of public URLs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// Plain HTTP: development on `*.localhost`.
    Http,
    /// TLS terminates at a proxy in front of the gateway.
    Https,
}

impl Scheme {
    /// `http` or `https`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

/// `[database]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// A role that may create roles and databases; absent: embedded.
    #[serde(with = "text::optional")]
    pub url: Option<SecretUrl>,
    /// The tenants' door.
    #[serde(with = "text::optional")]
    pub app_url: Option<SecretUrl>,
    /// The system's door.
    #[serde(with = "text::optional")]
    pub system_url: Option<SecretUrl>,
    /// The plugins' database.
    #[serde(with = "text::optional")]
    pub plugins_url: Option<SecretUrl>,
    /// Off behind a pooler in transaction mode.
    pub prepared_statements: bool,
    /// Connections of the tenants' door, per process.
    pub app_connections: u32,
    /// Connections of the system's door, per process.
    pub system_connections: u32,
}

/// `[redis]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redis {
    /// Absent: a local server, else the in-process stand-in.
    #[serde(with = "text::optional")]
    pub url: Option<SecretUrl>,
}

/// `[s3]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S3 {
    /// Absent: embedded. `aws` leaves the endpoint to the SDK.
    #[serde(with = "text::optional")]
    pub url: Option<String>,
    /// One bucket; keys begin with the tenant.
    pub bucket: String,
    /// Region for signatures.
    pub region: String,
    /// Access key id.
    pub access_key: String,
    /// Secret access key.
    pub secret_key: Secret,
}

/// `[reading]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// `host` or `host:port` that the guard lets through.
    pub allow: Vec<String>,
}

/// `[scaffolder]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scaffolder {
    /// Runs at the same time in one process.
    pub concurrency: u16,
    /// Runs of one organisation at the same time.
    pub tenant_concurrency: u16,
    /// How long a run is believed to live.
    #[serde(with = "text::duration")]
    pub lease: Duration,
    /// How long one step may take.
    #[serde(with = "text::duration")]
    pub step_limit: Duration,
    /// How long a run may take.
    #[serde(with = "text::duration")]
    pub task_limit: Duration,
}

/// `[catalog]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalog {
    /// Time between two reads of a location.
    #[serde(with = "text::duration")]
    pub processing_interval: Duration,
    /// Whether queries are answered from an index in memory.
    pub index: bool,
    /// Bytes of all indexes together, about.
    pub index_bytes: u64,
    /// Bytes of documents kept beside them.
    pub document_cache_bytes: u64,
    /// Bytes of all text indexes together, about.
    pub text_index_bytes: u64,
    /// What new tenants accept.
    pub rules: CatalogRules,
}

/// `[catalog.rules]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogRules {
    /// Kinds.
    pub allow: Vec<String>,
}

/// `[search]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Search {
    /// Longest time between a change and its search result.
    #[serde(with = "text::duration")]
    pub refresh_interval: Duration,
}

/// `[smtp]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Smtp {
    /// Absent: no mail is sent.
    #[serde(with = "text::optional")]
    pub url: Option<SecretUrl>,
    /// The sender.
    pub from: String,
}

/// `[signup]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signup {
    /// Whether the public may sign up.
    pub enabled: bool,
    /// Sign-ups of one address in an hour.
    pub per_address: u32,
}

/// `[tenants]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tenants {
    /// Between closing an organisation and destroying its keys.
    #[serde(with = "text::duration")]
    pub deletion_grace: Duration,
    /// Where the proof of a host is looked for over http.
    pub proof_port: u16,
}

/// `[gateway]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gateway {
    /// How long a browser stays signed in.
    #[serde(with = "text::duration")]
    pub session_lifetime: Duration,
    /// Sign-ins of one account in five minutes.
    pub sign_in_per_account: u32,
    /// Sign-ins from one address in five minutes.
    pub sign_in_per_address: u32,
    /// Whether a proxy of the operator's sets `X-Forwarded-For`.
    pub trust_forwarded_for: bool,
    /// Largest request body, in megabytes.
    pub max_body_mb: u64,
    /// How long a request may take, event streams excepted.
    #[serde(with = "text::duration")]
    pub request_timeout: Duration,
}

/// `[internal]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Internal {
    /// Signs tokens between services.
    #[serde(with = "text::optional")]
    pub key: Option<Secret>,
    /// Wraps the tenants' keys.
    #[serde(with = "text::optional")]
    pub master_key: Option<Secret>,
}

/// `[keys]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyWrapping {
    /// Who wraps new data keys.
    pub wrapper: Wrapper,
    /// Former values of `internal.master_key`, which open what they wrapped.
    pub former_master_keys: Vec<Secret>,
    /// AWS KMS.
    pub aws_kms: AwsKms,
    /// Vault or OpenBao.
    pub vault: Vault,
}

/// Who wraps data keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wrapper {
    /// This process, under `internal.master_key`.
    Local,
    /// AWS KMS.
    AwsKms,
    /// The transit engine of Vault or OpenBao.
    Vault,
}

impl Wrapper {
    /// As it is noted beside each wrapped key.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::AwsKms => "aws-kms",
            Self::Vault => "vault",
        }
    }
}

/// `[keys.aws_kms]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AwsKms {
    /// Id, ARN or alias; empty: not used.
    pub key_id: String,
    /// Region of the key.
    pub region: String,
    /// Absent: Amazon's own in that region.
    #[serde(with = "text::optional")]
    pub endpoint: Option<String>,
    /// Credentials.
    #[serde(with = "text::optional")]
    pub access_key: Option<Secret>,
    /// Credentials.
    #[serde(with = "text::optional")]
    pub secret_key: Option<Secret>,
    /// Of temporary credentials.
    #[serde(with = "text::optional")]
    pub session_token: Option<Secret>,
}

/// `[keys.vault]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vault {
    /// Base address; empty: not used.
    pub url: String,
    /// Of Vault Enterprise or OpenBao.
    #[serde(with = "text::optional")]
    pub namespace: Option<String>,
    /// Path of the transit engine.
    pub mount: String,
    /// Name of the key in it.
    pub key: String,
    /// A token.
    #[serde(with = "text::optional")]
    pub token: Option<Secret>,
    /// A file with the token, read for each request.
    #[serde(with = "text::optional")]
    pub token_file: Option<String>,
}

/// `[services]`: absent means in this process.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Services {
    /// The gateway, for plugin workers.
    #[serde(with = "text::optional")]
    pub gateway_url: Option<String>,
    /// Catalog and search.
    #[serde(with = "text::optional")]
    pub catalog_url: Option<String>,
    /// Scaffolder.
    #[serde(with = "text::optional")]
    pub scaffolder_url: Option<String>,
    /// Integrations.
    #[serde(with = "text::optional")]
    pub integrations_url: Option<String>,
    /// Tenant administration.
    #[serde(with = "text::optional")]
    pub tenant_admin_url: Option<String>,
    /// Plugin host.
    #[serde(with = "text::optional")]
    pub plugin_host_url: Option<String>,
}

/// `[portal]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Portal {
    /// Absent: see [`crate::places`].
    #[serde(with = "text::optional")]
    pub dir: Option<PathBuf>,
}

/// `[plugins]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plugins {
    /// Names of packages, without versions.
    pub allow: Vec<String>,
    /// `off`, `isolated` or `on`: whether organisations run plugins of their own.
    pub uploads: String,
    /// `warn` or `block`: what becomes of bundles with critical advisories.
    pub advisories: String,
    /// `highest`, or one isolation level alone.
    pub isolation: String,
    /// Below this isolation level no worker is started.
    pub minimum_level: String,
    /// Private addresses that plugins may reach when they are on their list.
    pub reach: Vec<String>,
    /// A worker without requests for so long sleeps.
    #[serde(with = "text::duration")]
    pub idle: Duration,
    /// Workers awake at once; 0: as many as the memory allows.
    pub awake: usize,
    /// Workers of one organisation awake at once; 0: no limit.
    pub awake_per_organisation: usize,
    /// Memory of all workers together, in megabytes; 0: no limit.
    pub memory_mb: u32,
    /// Memory of one worker.
    pub worker_memory_mb: u32,
    /// CPU of one worker, in hundredths of one CPU.
    pub worker_cpu_percent: u32,
    /// Processes and threads of one worker.
    pub worker_tasks: u64,
    /// Scratch folder of one worker.
    pub worker_scratch_mb: u32,
    /// `off`, `when-possible` or `required`: whether pages are rendered before an upgrade.
    pub render: String,
    /// Absent: a usual place, or on PATH.
    #[serde(with = "text::optional")]
    pub chromium: Option<PathBuf>,
    /// Memory of the browser and the tool that drives it.
    pub render_memory_mb: u32,
    /// Whether pictures of the rendered pages are kept for the operator.
    pub render_pictures: bool,
}

/// `[worker]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Worker {
    /// Absent: see [`crate::places`].
    #[serde(with = "text::optional")]
    pub dir: Option<PathBuf>,
    /// Absent: see [`crate::places`].
    #[serde(with = "text::optional")]
    pub node: Option<PathBuf>,
}

/// `[telemetry]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Telemetry {
    /// OTLP/HTTP base URL; absent: no export.
    #[serde(with = "text::optional")]
    pub otlp_url: Option<String>,
    /// Shape of log lines.
    pub log_format: LogFormat,
    /// Level or directives.
    pub level: String,
}

/// Shape of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For a terminal.
    Pretty,
}

#[cfg(test)]
mod tests;
