//! Postgres, Redis and S3 of our own, so that one command is enough on a fresh machine.
//!
//! Each is replaced by a URL in the settings. [`Backends::start`] chooses, starts what is missing and
//! says in one line each what it chose. Sockets lie in a short private folder, never under the data
//! folder: a socket path holds at most 107 bytes.

pub mod postgres;
pub mod redis;
mod run_dir;
pub mod s3;

use anyhow::Context;

use crate::Config;
use crate::Tasks;
use crate::config::SecretUrl;
use crate::data_dir::DataDir;
use crate::process::Launcher;
use crate::run_file::{RunFile, RunS3};

/// Name of the database that holds everything but plugin schemas.
pub const MAIN_DATABASE: &str = "proscenium";
/// Name of the database that holds plugin schemas.
pub const PLUGINS_DATABASE: &str = "proscenium_plugins";

/// The addresses of Postgres, Redis and S3 for this process, and whatever of them it started.
pub struct Backends {
    /// Postgres as a role that may make roles.
    pub database_url: SecretUrl,
    /// The plugins' database.
    pub plugins_url: SecretUrl,
    /// Absent: in-process stand-ins.
    pub redis_url: Option<SecretUrl>,
    /// Object storage.
    pub s3: s3::Endpoint,
    /// One readable line each: what was chosen and why.
    pub notes: Vec<String>,
    postgres: Option<postgres::Postgres>,
    redis: Option<redis::Redis>,
}

impl Backends {
    /// Connects to what is configured and starts the rest under `folder`, which must be claimed.
    pub async fn start(config: &Config, folder: &DataDir, tasks: &Tasks) -> anyhow::Result<Self> {
        let (postgres, redis, s3) =
            tokio::join!(start_postgres(config, folder), start_redis(config, folder), start_s3(config, folder, tasks),);
        // A failure of one stops the others: Redis and S3 go with their values, Postgres is asked to.
        let (mut redis, s3) = match (redis, s3) {
            (Ok(redis), Ok(s3)) => (redis, s3),
            (Err(error), _) | (_, Err(error)) => {
                if let Ok(Some(postgres)) = postgres {
                    postgres.stop().await;
                }
                return Err(error);
            }
        };
        let postgres = postgres?;
        let mut notes = Vec::new();
        let (database_url, plugins_url) = match (&postgres, &config.database.url) {
            (Some(postgres), _) => {
                notes.push(format!("Postgres: {}", postgres.note()));
                (postgres.url(MAIN_DATABASE), postgres.url(PLUGINS_DATABASE))
            }
            (None, Some(url)) => {
                notes.push(format!("Postgres: {} (database.url)", url.masked()));
                (url.clone(), other_database(url, PLUGINS_DATABASE)?)
            }
            (None, None) => anyhow::bail!("no Postgres was started"),
        };
        let plugins_url = config.database.plugins_url.clone().unwrap_or(plugins_url);
        let redis_url = config.redis.url.clone().or_else(|| redis.as_ref().map(redis::Redis::url));
        notes.push(match (&config.redis.url, &mut redis) {
            (Some(url), _) => format!("Redis: {} (redis.url)", url.masked()),
            (None, Some(redis)) => format!("Redis: {}", redis.note()),
            (None, None) => "Redis: none found; in-process stand-in, for one process only".to_owned(),
        });
        notes.push(format!("S3: {}", s3.note));
        Ok(Self { database_url, plugins_url, redis_url, s3, notes, postgres, redis })
    }

    /// The embedded Postgres, when there is one.
    pub fn postgres(&self) -> Option<&postgres::Postgres> {
        self.postgres.as_ref()
    }

    /// Writes `run.json` for commands beside this server.
    pub fn announce(&self, config: &Config, folder: &DataDir) -> anyhow::Result<()> {
        let run = RunFile {
            pid: std::process::id(),
            listen: config.listen,
            domain: config.domain.clone(),
            database_url: self.database_url.expose().to_owned(),
            plugins_url: self.plugins_url.expose().to_owned(),
            redis_url: self.redis_url.as_ref().map(|url| url.expose().to_owned()),
            s3: RunS3 {
                url: self.s3.url.clone(),
                bucket: self.s3.bucket.clone(),
                region: self.s3.region.clone(),
                access_key: self.s3.access_key.clone(),
                secret_key: self.s3.secret_key.expose().to_owned(),
            },
        };
        run.write(folder)
    }

    /// Stops what this process started or adopted. Connections must be closed before.
    pub async fn stop(self) {
        if let Some(redis) = self.redis {
            redis.stop().await;
        }
        if let Some(postgres) = self.postgres {
            postgres.stop().await;
        }
    }
}

async fn start_postgres(config: &Config, folder: &DataDir) -> anyhow::Result<Option<postgres::Postgres>> {
    if config.database.url.is_some() {
        return Ok(None);
    }
    let options = postgres::Options::lasting(folder.path());
    let started = postgres::Postgres::start(options).await;
    started.map(Some).context("the embedded Postgres did not start (DATABASE_URL uses one of yours instead)")
}

async fn start_redis(config: &Config, folder: &DataDir) -> anyhow::Result<Option<redis::Redis>> {
    if config.redis.url.is_some() {
        return Ok(None);
    }
    match redis::Redis::start(folder.path(), &Launcher::of_this_process()).await {
        Ok(redis) => Ok(redis),
        Err(error) => {
            tracing::warn!(
                error = format!("{error:#}"),
                "the local Redis did not start; using the in-process stand-in"
            );
            Ok(None)
        }
    }
}

async fn start_s3(config: &Config, folder: &DataDir, tasks: &Tasks) -> anyhow::Result<s3::Endpoint> {
    match &config.s3.url {
        Some(_) => Ok(s3::Endpoint::configured(&config.s3)),
        None => s3::serve(&config.s3, folder.path(), tasks).await.context("the embedded S3 did not start"),
    }
}

/// The short private folder (mode 0700, this user's) for the sockets of `purpose`: see the module about lengths.
pub fn socket_dir(data_dir: &std::path::Path, purpose: &str) -> anyhow::Result<std::path::PathBuf> {
    run_dir::prepare(data_dir, purpose, (nix::unistd::geteuid().as_raw(), nix::unistd::getegid().as_raw()))
}

/// The same server and role, another database.
pub fn other_database(url: &SecretUrl, database: &str) -> anyhow::Result<SecretUrl> {
    let mut parsed = url::Url::parse(url.expose()).context("database.url")?;
    parsed.set_path(database);
    Ok(SecretUrl::new(parsed.to_string()))
}
