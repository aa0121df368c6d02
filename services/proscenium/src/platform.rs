//! What every role and command stands on: settings, keys, the database, cache, bus and objects.

use anyhow::Context as _;
use http_shell::{InternalKey, ServiceClient};
use kernel::{KeyWrapper, SharedClock, system_clock};
use runtime::bus::Bus;
use runtime::cache::Cache;
use runtime::config::SecretUrl;
use runtime::data_dir::DataDir;
use runtime::embedded::{Backends, PLUGINS_DATABASE, other_database, s3};
use runtime::keys::Keys;
use runtime::objects::Objects;
use runtime::run_file::RunFile;
use runtime::{Config, Tasks};
use std::sync::Arc;
use store::{Db, DbOptions, KeyEncryptionKey, Keyring, Roles};

/// The ground under a process. Cheap parts are cloned out of it by the services.
pub struct Platform {
    /// Settings.
    pub config: Config,
    /// The data folder.
    pub folder: DataDir,
    /// The database's doors.
    pub db: Db,
    /// Administration URL of the plugins' database.
    pub plugins_url: SecretUrl,
    /// Signs internal tokens.
    pub key: InternalKey,
    /// The platform's shared secret, for what services sign among themselves (cursors).
    pub internal_secret: [u8; 32],
    /// Seeds of the keys that sign plugins' bundles.
    pub bundle_seeds: Vec<[u8; 32]>,
    /// Calls between services.
    pub client: ServiceClient,
    /// The clock.
    pub clock: SharedClock,
    /// Shared counters and short-lived values.
    pub cache: Cache,
    /// News between processes.
    pub bus: Bus,
    /// Object storage.
    pub objects: Objects,
    /// Background work.
    pub tasks: Tasks,
    /// The login roles' passwords, for the bootstrap step.
    roles: Roles,
    /// What `all` started; separate roles start nothing.
    backends: Option<Backends>,
}

/// Addresses of what is outside the process.
struct Addresses {
    database: SecretUrl,
    plugins: SecretUrl,
    redis: Option<SecretUrl>,
    s3: s3::Endpoint,
}

impl Platform {
    /// For `all`: claims the data folder, starts what is not configured, migrates.
    pub async fn start(config: Config, tasks: Tasks) -> anyhow::Result<Self> {
        let folder = DataDir::claim(&config.data_dir)?;
        let backends = Backends::start(&config, &folder, &tasks).await?;
        let addresses = Addresses {
            database: backends.database_url.clone(),
            plugins: backends.plugins_url.clone(),
            redis: backends.redis_url.clone(),
            s3: backends.s3.clone(),
        };
        match Self::settle(config, folder, addresses, tasks, &backends).await {
            Ok(platform) => Ok(Self { backends: Some(backends), ..platform }),
            Err(error) => {
                backends.stop().await;
                Err(error)
            }
        }
    }

    async fn settle(
        config: Config,
        folder: DataDir,
        addresses: Addresses,
        tasks: Tasks,
        backends: &Backends,
    ) -> anyhow::Result<Self> {
        let platform = Self::on(config, folder, addresses, tasks).await?;
        platform.migrate().await?;
        backends.announce(&platform.config, &platform.folder)?;
        Ok(platform)
    }

    /// For a role of its own: everything must be configured.
    pub async fn join(config: Config, tasks: Tasks) -> anyhow::Result<Self> {
        let folder = DataDir::open(&config.data_dir)?;
        let database = config.database.url.clone().context("a separate role needs DATABASE_URL")?;
        let redis = config.redis.url.clone().context("a separate role needs REDIS_URL")?;
        anyhow::ensure!(config.s3.url.is_some(), "a separate role needs PROSCENIUM_S3__URL");
        // Generated keys would differ from process to process, and nobody would believe anybody.
        anyhow::ensure!(
            config.internal.key.is_some() && config.internal.master_key.is_some(),
            "separate roles need PROSCENIUM_INTERNAL__KEY and PROSCENIUM_INTERNAL__MASTER_KEY, the same in every process"
        );
        let addresses = Addresses {
            plugins: plugins_url(&config, &database)?,
            database,
            redis: Some(redis),
            s3: s3::Endpoint::configured(&config.s3),
        };
        Self::on(config, folder, addresses, tasks).await
    }

    /// For a command: on the configured addresses when all are given, else on those of the running server.
    pub async fn beside(config: Config, tasks: Tasks) -> anyhow::Result<Self> {
        if config.database.url.is_some() && config.redis.url.is_some() && config.s3.url.is_some() {
            return Self::join(config, tasks).await;
        }
        let folder = DataDir::open(&config.data_dir)?;
        let run = RunFile::read(&folder)?
            .with_context(|| format!("no server runs on {}; start one with `make up`", folder.path().display()))?;
        let config = Config { domain: run.domain.clone(), listen: run.listen, ..config };
        let addresses = Addresses {
            database: SecretUrl::new(run.database_url),
            plugins: SecretUrl::new(run.plugins_url),
            redis: run.redis_url.map(SecretUrl::new),
            s3: s3::Endpoint {
                url: run.s3.url,
                bucket: run.s3.bucket,
                region: run.s3.region,
                access_key: run.s3.access_key,
                secret_key: runtime::config::Secret::new(run.s3.secret_key),
                note: String::new(),
            },
        };
        Self::on(config, folder, addresses, tasks).await
    }

    async fn on(config: Config, folder: DataDir, addresses: Addresses, tasks: Tasks) -> anyhow::Result<Self> {
        let keys = Keys::open(&config.internal, &config.keys.former_master_keys, folder.path())?;
        let roles = roles(&keys);
        let options = DbOptions {
            app_connections: config.database.app_connections,
            system_connections: config.database.system_connections,
            prepared_statements: config.database.prepared_statements,
            ..DbOptions::new(
                role_url(config.database.app_url.as_ref(), &addresses.database, "proscenium_app", &roles.app_password)?,
                role_url(
                    config.database.system_url.as_ref(),
                    &addresses.database,
                    "proscenium_system",
                    &roles.system_password,
                )?,
            )
        };
        let clock = system_clock();
        let key = InternalKey::new(keys.internal(), clock.clone());
        Ok(Self {
            db: Db::connect(&options, keyring(&config.keys, &keys, clock.clone())?)?,
            plugins_url: addresses.plugins,
            client: ServiceClient::new(key.clone()),
            key,
            internal_secret: *keys.internal(),
            bundle_seeds: keys.bundle_seeds(),
            clock,
            cache: Cache::new(addresses.redis.as_ref())?,
            bus: Bus::start(addresses.redis.as_ref(), &tasks)?,
            objects: Objects::new(&addresses.s3),
            tasks,
            roles,
            config: Config { database: with_url(config.database.clone(), addresses.database), ..config },
            folder,
            backends: None,
        })
    }

    /// Makes roles and tables. Safe to run at every start.
    pub async fn migrate(&self) -> anyhow::Result<()> {
        let url = self.config.database.url.as_ref().context("no database URL")?;
        store::bootstrap(url.expose(), &self.roles).await?;
        if self.config.database.plugins_url.is_none() {
            store::ensure_database(url.expose(), PLUGINS_DATABASE).await?;
        }
        store::migrate(url.expose()).await?;
        Ok(())
    }

    /// One readable line for each thing that was chosen at start.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        self.backends.as_ref().map_or(&[], |backends| &backends.notes)
    }

    /// Ends background work, then connections, then what was started.
    pub async fn stop(self, deadline: std::time::Duration) {
        let late = self.tasks.shutdown(deadline).await;
        if !late.is_empty() {
            tracing::warn!(tasks = ?late, "these did not end in time");
        }
        self.db.close().await;
        if let Some(backends) = self.backends {
            RunFile::remove(self.folder.path());
            backends.stop().await;
        }
    }
}

/// The configured wrapper first; those beside it open what they wrapped before.
fn keyring(settings: &runtime::config::KeyWrapping, keys: &Keys, clock: SharedClock) -> anyhow::Result<Keyring> {
    let local: Arc<dyn KeyWrapper> = Arc::new(KeyEncryptionKey::rotated(*keys.master(), keys.former_masters()));
    let mut all = runtime::key_service::configured(settings, clock)?;
    all.push(local);
    let wanted = settings.wrapper.kind();
    let found = all.iter().position(|wrapper| wrapper.kind() == wanted);
    let current = all.swap_remove(found.with_context(|| format!("keys.wrapper is \"{wanted}\"; set it up below it"))?);
    Ok(Keyring::new(current, all))
}

fn with_url(database: runtime::config::Database, url: SecretUrl) -> runtime::config::Database {
    runtime::config::Database { url: Some(url), ..database }
}

fn plugins_url(config: &Config, database: &SecretUrl) -> anyhow::Result<SecretUrl> {
    match &config.database.plugins_url {
        Some(url) => Ok(url.clone()),
        None => other_database(database, PLUGINS_DATABASE),
    }
}

/// The login roles' passwords follow from the master key, so that every process knows them.
fn roles(keys: &Keys) -> Roles {
    Roles { app_password: keys.password("proscenium_app"), system_password: keys.password("proscenium_system") }
}

/// The configured URL of a role, else the administration URL with the role's name and password.
fn role_url(given: Option<&SecretUrl>, admin: &SecretUrl, role: &str, password: &str) -> anyhow::Result<String> {
    if let Some(url) = given {
        return Ok(url.expose().to_owned());
    }
    let mut url = url::Url::parse(admin.expose()).context("database.url")?;
    let named = url.set_username(role).and_then(|()| url.set_password(Some(password)));
    named.map_err(|()| anyhow::anyhow!("database.url cannot carry a user name"))?;
    Ok(url.into())
}
