//! What a worker needs before its process can start: program, bundle, database, tokens; or why there is none.

use super::doors::{Doors, GATEWAY, Gateway as Door, OUT, PLATFORM, Reach, Server, Target};
use super::isolation::{Cell, Isolation};
use crate::Config;
use crate::bundles::{Bundles, Place};
use crate::config::Tools;
use crate::discovery::{self, Occasion};
use crate::domain::egress::Rules;
use crate::domain::reason::{OLDEST_NODE, Reason};
use crate::domain::secret_refs;
use crate::store::package::{Backend, State};
use crate::store::{egress, installation, package, schema, tenant};
use credential::plugin_token::Issuer;
use credential::signing::{PublicKey, SigningKey, jwks};
use http_shell::{GrantedSecrets, Grantee, ServiceClient};
use kernel::{Error, ErrorKind, Principal, Result, SharedClock, TenantId};
use plugin_protocol::control::{Renewal, RenewedToken};
use plugin_protocol::{Boot, DatabaseGrant, Egress, Gateway, PROTOCOL, PluginBoot};
use serde_json::{Map, Value, json};
use sqlx::postgres::PgConnectOptions;
use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::Db;
use store::plugins::SchemaName;
use time::OffsetDateTime;
use uuid::Uuid;

/// How old a worker's token may get before it gets a new one: half of its life.
pub const RENEW_AFTER: Duration = Duration::from_secs(30 * 60);
/// How long signing keys are remembered.
const KEYS_FRESH: time::Duration = time::Duration::minutes(1);
/// What asking Node for its version may take.
const VERSION: Duration = Duration::from_secs(10);
/// Of a worker's memory, in percent, what its JavaScript heap may take.
const HEAP_PERCENT: u32 = 65;

/// Everything that one process is started with.
#[derive(Debug, Clone)]
pub struct Spec {
    /// Whose.
    pub tenant: TenantId,
    /// Which plugin.
    pub plugin_id: String,
    /// The installation's revision that this is.
    pub revision: i64,
    /// What is executed.
    pub program: PathBuf,
    /// With these arguments. Never a secret: they are public on the machine.
    pub args: Vec<OsString>,
    /// What it can read of this machine: its program, and the plugin.
    pub readable: Vec<PathBuf>,
    /// What leads out of it.
    pub doors: Doors,
    /// The boot document.
    pub boot: Boot,
    /// Whether it is a version that only some members look at.
    pub preview: bool,
    /// What it was given of the organisation's secrets; masked in its log, and in ours while it runs.
    pub secrets: Arc<GrantedSecrets>,
}

/// A version that may run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// The package.
    pub package: String,
    /// Its exact version.
    pub version: String,
    /// What is loaded.
    pub backend: Backend,
}

/// Something else than what the rows say: a version beside the one that answers.
#[derive(Debug, Clone)]
pub struct Variant {
    /// Which version.
    pub running: Running,
    /// On which data; `None`: on what is live.
    pub schema: Option<SchemaName>,
    /// Whether only those who asked for it meet it: it says nothing to the platform by itself.
    pub preview: bool,
}

/// What the rows say.
struct Found {
    running: Option<Running>,
    config: Value,
    revision: i64,
    /// An id that no schema can have is found out when one is needed.
    live: Result<SchemaName>,
}

/// Prepares starts and makes tokens.
#[derive(Debug)]
pub struct Launching {
    /// Settings.
    pub config: Arc<Config>,
    /// The clock.
    pub clock: SharedClock,
    /// What this machine permits.
    pub isolation: Isolation,
    gateway: Door,
    /// Hears of workers that have started.
    started: Option<discovery::Queue>,
    db: Db,
    client: ServiceClient,
    bundles: Bundles,
    keys: Mutex<HashMap<TenantId, (OffsetDateTime, Signer)>>,
    /// Held until a role has the password that is remembered.
    schemas: tokio::sync::Mutex<()>,
    /// Of roles, as they were given last: two versions on one schema share it.
    passwords: Mutex<HashMap<String, String>>,
    node: Mutex<Option<(PathBuf, Option<std::time::SystemTime>)>>,
}

/// An organisation's host and keys.
#[derive(Debug, Clone)]
pub struct Signer {
    /// Public host with port.
    pub host: Arc<str>,
    origin: Arc<str>,
    name: Arc<str>,
    tenant: TenantId,
    key: Arc<SigningKey>,
    public: Arc<[PublicKey]>,
}

impl Signer {
    /// The organisation's public origin.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    fn issuer(&self) -> Issuer<'_> {
        Issuer { tenant: self.tenant, origin: &self.origin }
    }
}

impl Launching {
    /// Nothing is asked of the database yet.
    #[must_use]
    pub fn new(db: Db, client: ServiceClient, config: Arc<Config>, clock: SharedClock, bundles: Bundles) -> Self {
        Self {
            isolation: Isolation::establish(&config),
            gateway: Door::new(&config.gateway_url),
            config,
            clock,
            started: None,
            db,
            client,
            bundles,
            keys: Mutex::default(),
            schemas: tokio::sync::Mutex::default(),
            passwords: Mutex::default(),
            node: Mutex::default(),
        }
    }

    /// Tells of each worker that has started.
    #[must_use]
    pub fn telling(self, started: discovery::Queue) -> Self {
        Self { started: Some(started), ..self }
    }

    /// A worker has started.
    pub fn has_started(&self, tenant: TenantId, plugin_id: &str) {
        if let Some(started) = &self.started {
            // At the end of the platform nobody listens any more.
            drop(started.send((tenant, plugin_id.to_owned(), Occasion::Started)));
        }
    }

    /// The database.
    #[must_use]
    pub const fn db(&self) -> &Db {
        &self.db
    }

    /// The other services.
    #[must_use]
    pub const fn client(&self) -> &ServiceClient {
        &self.client
    }

    /// The organisation's host and keys, at most a minute old.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn signer(&self, tenant_id: TenantId) -> Result<Signer> {
        let now = self.clock.now();
        if let Some((until, signer)) = self.keys.lock().unwrap_or_else(PoisonError::into_inner).get(&tenant_id)
            && now < *until
        {
            return Ok(signer.clone());
        }
        let mut tx = self.db.tenant_with_keys(tenant_id).await?;
        let tenant = tenant::get_tenant(&mut tx).await?;
        let (key, public) = tenant::signing_keys(&mut tx, now).await?;
        tx.commit().await?;
        let signer = Signer {
            host: self.config.host(&tenant.slug).into(),
            origin: self.config.origin(&tenant.slug).into(),
            name: tenant.name.into(),
            tenant: tenant_id,
            key: Arc::new(key),
            public: public.into(),
        };
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        keys.retain(|_, (until, _)| now < *until);
        keys.insert(tenant_id, (now + KEYS_FRESH, signer.clone()));
        Ok(signer)
    }

    /// What the worker of `plugin_id` sees when `caller` calls it.
    ///
    /// # Errors
    /// `Internal` when signing fails.
    pub fn token(&self, signer: &Signer, plugin_id: &str, caller: &Principal) -> Result<Option<String>> {
        signer.issuer().towards_plugin(&signer.key, plugin_id, caller, self.clock.now())
    }

    /// New tokens and keys for a running worker.
    ///
    /// # Errors
    /// Those of the database, and of signing.
    pub async fn renewal(&self, tenant: TenantId, plugin_id: &str) -> Result<Renewal> {
        let signer = self.signer(tenant).await?;
        let service_token = signer.issuer().for_worker(&signer.key, plugin_id, self.clock.now())?;
        Ok(Renewal {
            plugins: vec![RenewedToken { id: plugin_id.to_owned(), service_token }],
            jwks: Some(jwks(&signer.public)),
        })
    }

    /// Gathers what a start in `cell` needs. `reach` gets the plugin's list of hosts.
    ///
    /// # Errors
    /// Why it cannot be started, in plain words.
    pub async fn prepare(
        &self,
        tenant: TenantId,
        plugin_id: &str,
        variant: Option<&Variant>,
        cell: &Cell,
        reach: &Arc<Reach>,
    ) -> Result<Spec, Reason> {
        let platform = |error: Error| match error.kind {
            ErrorKind::Internal => {
                tracing::error!(%tenant, plugin = plugin_id, %error, "a worker's start cannot be prepared");
                Reason::Platform("an internal error occurred.".to_owned())
            }
            _ => Reason::Platform(error.message),
        };
        let preview = variant.is_some_and(|variant| variant.preview);
        let Found { running, config, revision, live } =
            self.installed(tenant, plugin_id, preview).await.map_err(platform)?;
        let running = variant.map(|variant| variant.running.clone()).or(running);
        reach.set(self.hosts(tenant, plugin_id).await.map_err(platform)?);
        let Some(Running { package, version, backend }) = running else { return Err(Reason::BundleMissing) };
        self.permits(&package, &backend)?;
        let Program { program, args, bundle, features, readable, wants_database } =
            self.program(tenant, &backend, cell).await?;
        let secrets = self.secrets(tenant, plugin_id, &config).await?;
        let config = secret_refs::filled(config, secrets.values());
        let schema = variant.and_then(|variant| variant.schema.clone()).map_or(live, Ok).map_err(platform)?;
        let database = match wants_database {
            true => self.database(&schema, variant.is_some()).await.map_err(platform)?,
            false => None,
        };
        let signer = self.signer(tenant).await.map_err(platform)?;
        let service_token = signer.issuer().for_worker(&signer.key, plugin_id, self.clock.now()).map_err(platform)?;
        let (grant, target) = database.map_or((None, None), |grant| door_to(grant, cell));
        let plugin = PluginBoot {
            id: plugin_id.to_owned(),
            instance: format!("{plugin_id}@{version}"),
            bundle: bundle.to_string_lossy().into_owned(),
            features,
            service_token,
            extends: backend.extends().map(str::to_owned),
            database: grant,
        };
        let doors = Doors {
            gateway: self.gateway.of(signer.host.clone()),
            database: target,
            reach: reach.clone(),
            outbound: self.config.outbound.clone(),
        };
        Ok(Spec {
            tenant,
            plugin_id: plugin_id.to_owned(),
            revision,
            program,
            args,
            readable,
            doors,
            boot: self.boot(&signer, plugin, config, cell),
            preview,
            secrets: Arc::new(secrets),
        })
    }

    /// Whether the operator lets this package run: by its name, or as an organisation's own upload.
    fn permits(&self, package: &str, backend: &Backend) -> Result<(), Reason> {
        if backend.upload().is_some() {
            let refusal = self.config.uploads_refusal(self.isolation.level());
            return refusal.map_or(Ok(()), |why| Err(Reason::UploadsOff(why)));
        }
        if self.config.allow.has(package) { Ok(()) } else { Err(Reason::NotAllowed(package.to_owned())) }
    }

    /// What is executed for a back end.
    async fn program(&self, tenant: TenantId, backend: &Backend, cell: &Cell) -> Result<Program, Reason> {
        // Links are followed here: inside, nothing is where they lead from.
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        match backend {
            Backend::Node { bundle, features, digest, upload, .. } => {
                if let Some(digest) = digest {
                    self.bundles.ensure(Place::of(tenant, *upload), bundle, digest).await?;
                }
                let bundle = real(&self.config.bundles().join(bundle));
                if !bundle.join("node_modules").is_dir() {
                    return Err(Reason::BundleMissing);
                }
                let main = real(&self.config.tools.program("main.js").ok_or(Reason::ProgramMissing)?);
                let program = real(&self.node().await?);
                // `dist/main.js` finds its libraries beside `dist`.
                let base = main.parent().and_then(Path::parent).unwrap_or(&main).to_owned();
                let libraries = real(&base.join("node_modules"));
                Ok(Program {
                    args: node_args(&main, cell.worker.memory_mb * HEAP_PERCENT / 100),
                    readable: vec![program.clone(), base, libraries, bundle.clone()],
                    program,
                    bundle,
                    features: features.clone(),
                    wants_database: true,
                })
            }
            Backend::Native { name } => {
                let program = self.config.native.get(name).filter(|program| program.is_file());
                let program = real(program.ok_or(Reason::BundleMissing)?);
                Ok(Program { readable: vec![program.clone()], program, ..Program::default() })
            }
        }
    }

    /// The hosts that the plugin may reach.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn hosts(&self, tenant: TenantId, plugin_id: &str) -> Result<Rules> {
        let mut tx = self.db.tenant(tenant).await?;
        let hosts = egress::list_hosts(&mut tx, plugin_id).await?;
        tx.commit().await?;
        Rules::parse(&hosts)
    }

    /// The secrets that the configuration refers to, all of them granted.
    async fn secrets(&self, tenant: TenantId, plugin_id: &str, config: &Value) -> Result<GrantedSecrets, Reason> {
        let (names, grantee) = (secret_refs::names(config), Grantee { kind: "plugin", id: plugin_id });
        let granted = GrantedSecrets::resolve(&self.client, tenant, "plugin-host", grantee, &names).await;
        let granted = granted.map_err(|error| {
            tracing::error!(%tenant, plugin = plugin_id, %error, "the secrets of a worker cannot be read");
            Reason::Platform("its secrets cannot be read at the moment.".to_owned())
        })?;
        if granted.missing().is_empty() { Ok(granted) } else { Err(Reason::SecretsMissing(granted.missing().to_vec())) }
    }

    /// What the rows say.
    async fn installed(&self, tenant: TenantId, plugin_id: &str, preview: bool) -> Result<Found> {
        let mut tx = self.db.tenant(tenant).await?;
        let installation = installation::find_installation(&mut tx, plugin_id).await?;
        let packages = package::list_packages_of(&mut tx, plugin_id).await?;
        let live = schema::live(&mut tx, plugin_id).await;
        tx.commit().await?;
        let (config, revision) = match installation {
            Some(installation) => (installation.config, installation.revision),
            // Nobody has published any version yet.
            None if preview => (json!({}), 0),
            None => return Err(Error::not_found("the plugin was removed.")),
        };
        // A back end whose newer version is being installed, or failed to, goes on as it is.
        let running = packages
            .into_iter()
            .filter(|package| package.backend.is_some())
            .max_by_key(|package| (package.state == State::Installed, package.changed_at));
        let running = running.and_then(|package| {
            let (version, backend) = (package.version.unwrap_or_default(), package.backend?.0);
            Some(Running { package: package.package, version, backend })
        });
        Ok(Found { running, config, revision, live })
    }

    fn boot(&self, signer: &Signer, plugin: PluginBoot, own: Value, cell: &Cell) -> Boot {
        let secret = || format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        let socket = |name: &str| cell.folder.join(name).to_string_lossy().into_owned();
        let mut config = json!({
            "app": { "title": &*signer.name, "baseUrl": &*signer.origin },
            "backend": { "baseUrl": &*signer.origin },
            "organization": { "name": &*signer.name },
            // Plugins ask the gateway, as whoever called them.
            "permission": { "enabled": true },
        });
        merge(&mut config, own);
        Boot {
            protocol: PROTOCOL.to_owned(),
            tenant: signer.tenant.to_string(),
            plugins: vec![plugin],
            platform: Some(socket(PLATFORM)),
            socket: socket("worker"),
            gateway: Gateway {
                host: signer.host.to_string(),
                origin: signer.origin.to_string(),
                url: None,
                socket: Some(socket(GATEWAY)),
            },
            egress: Some(Egress { socket: socket(OUT) }),
            jwks: jwks(&signer.public),
            capability: secret(),
            config: if let Value::Object(config) = config { config } else { Map::new() },
            drain_ms: u64::try_from(plugin_protocol::limits::DEFAULT_DRAIN.as_millis()).unwrap_or(10_000),
        }
    }

    /// A schema with a fresh password, or with the one that another worker on it has.
    async fn database(&self, schema: &SchemaName, beside: bool) -> Result<Option<DatabaseGrant>> {
        let Some(url) = &self.config.plugins_url else { return Ok(None) };
        let one_at_a_time = self.schemas.lock().await;
        let password = {
            let mut passwords = self.passwords.lock().unwrap_or_else(PoisonError::into_inner);
            let known = passwords.get(schema.as_str()).filter(|_| beside).cloned();
            let password = known.unwrap_or_else(|| Uuid::new_v4().simple().to_string());
            passwords.insert(schema.to_string(), password.clone());
            password
        };
        let granted = store::plugins::ensure_schema(url, schema, &password).await?;
        if !beside {
            // A host that was killed while it copied the data left it read-only.
            store::plugin_copies::thaw(url, schema).await?;
        }
        drop(one_at_a_time);
        let server = PgConnectOptions::from_str(url).map_err(Error::internal)?;
        let host = server.get_socket().map_or_else(|| server.get_host().to_owned(), |path| path.display().to_string());
        Ok(Some(DatabaseGrant {
            host,
            port: server.get_port(),
            user: granted.role,
            password: granted.password,
            database: server.get_database().unwrap_or_default().to_owned(),
            schema: granted.schema,
        }))
    }

    /// A Node that is new enough. Its version is asked again when the file changes.
    async fn node(&self) -> Result<PathBuf, Reason> {
        let node = find_node(&self.config.tools)?;
        let changed = std::fs::metadata(&node).and_then(|meta| meta.modified()).ok();
        let known = self.node.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if known == Some((node.clone(), changed)) {
            return Ok(node);
        }
        check_node(&node).await?;
        *self.node.lock().unwrap_or_else(PoisonError::into_inner) = Some((node.clone(), changed));
        Ok(node)
    }
}

/// The Node executable that the settings or the usual places name.
///
/// # Errors
/// `NodeMissing`.
pub fn find_node(tools: &Tools) -> Result<PathBuf, Reason> {
    tools.node().ok_or(Reason::NodeMissing)
}

/// Asks Node for its version.
///
/// # Errors
/// `NodeUnsuitable` when it is too old or does not answer.
pub async fn check_node(node: &Path) -> Result<(), Reason> {
    let unsuitable = |found: &str| Reason::NodeUnsuitable { path: node.display().to_string(), found: found.to_owned() };
    let asked = runtime::process::bare(node).arg("--version").output();
    let Ok(Ok(answer)) = tokio::time::timeout(VERSION, asked).await else {
        return Err(unsuitable("a program that does not run"));
    };
    let version = String::from_utf8_lossy(&answer.stdout).trim().to_owned();
    let major = version.strip_prefix('v').and_then(|rest| rest.split('.').next()).and_then(|text| text.parse().ok());
    match major {
        Some(major) if major >= OLDEST_NODE => Ok(()),
        Some::<u32>(_) => Err(unsuitable(&version)),
        None => Err(unsuitable("something else")),
    }
}

/// What is executed, and what it reads.
#[derive(Debug, Default)]
struct Program {
    program: PathBuf,
    args: Vec<OsString>,
    bundle: PathBuf,
    features: Vec<String>,
    readable: Vec<PathBuf>,
    wants_database: bool,
}

/// The worker connects to a socket in its folder, and the socket to the server.
fn door_to(grant: DatabaseGrant, cell: &Cell) -> (Option<DatabaseGrant>, Option<Target>) {
    let server = if grant.host.starts_with('/') {
        Server::Socket(Path::new(&grant.host).join(format!(".s.PGSQL.{}", grant.port)))
    } else {
        Server::Tcp(grant.host.clone(), grant.port)
    };
    let target = Target { server, port: grant.port, user: grant.user.clone(), database: grant.database.clone() };
    let host = cell.folder.to_string_lossy().into_owned();
    (Some(DatabaseGrant { host, ..grant }), Some(target))
}

fn node_args(main: &Path, heap_mb: u32) -> Vec<OsString> {
    vec![
        format!("--max-old-space-size={heap_mb}").into(),
        "--max-semi-space-size=1".into(),
        main.as_os_str().to_owned(),
    ]
}

/// Objects are merged, everything else is replaced.
fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugins_configuration_is_laid_over_the_organisations() {
        let mut config = json!({ "app": { "title": "Acme", "baseUrl": "http://acme" }, "list": [1] });
        merge(&mut config, json!({ "app": { "badges": { "obfuscate": true } }, "list": [2], "x": null }));
        let expected = json!({
            "app": { "title": "Acme", "baseUrl": "http://acme", "badges": { "obfuscate": true } }, "list": [2], "x": null,
        });
        assert_eq!(config, expected);
    }
}
