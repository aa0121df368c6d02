//! What the operator decides about plugins.

use crate::bundles::BundleKeys;
use crate::domain::advisory::Policy;
use crate::domain::allow_list::AllowList;
use crate::domain::lifecycle::Limits;
use crate::domain::own_plugins::Uploads;
use crate::domain::rendering::Wish;
use crate::supervisor::budget::Awake;
use crate::supervisor::isolation::{Settings, WorkerLimits};
use anyhow::Context as _;
use runtime::config::Plans;
use runtime::outbound::{Allow, Outbound};
use runtime::process::Launcher;
use runtime::sandbox::Level;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// The plugin host's settings; `shared/runtime/default.toml` says what each means to an operator.
#[derive(Debug, Clone)]
pub struct Config {
    /// Folder that keeps bundles and the workers' home folders.
    pub data_dir: PathBuf,
    /// Short, private folder for the workers' sockets.
    pub socket_dir: PathBuf,
    /// Starts workers through the `sandbox` verb of the platform's executable.
    pub launcher: Launcher,
    /// How workers are separated from this machine.
    pub isolation: Settings,
    /// How many may be awake.
    pub awake: Awake,
    /// Judges the addresses that plugins reach; without it they reach nothing.
    pub outbound: Option<Outbound>,
    /// The plugins' database, as a role that may make roles and schemas; `None`: plugins get no database.
    pub plugins_url: Option<String>,
    /// Domain with port, e.g. `localhost:7007`.
    pub domain: String,
    /// `http` or `https`, of public URLs.
    pub scheme: &'static str,
    /// Where workers reach the gateway, e.g. `http://127.0.0.1:7007`.
    pub gateway_url: String,
    /// Finds Node and the programs that run on it, anew at each use: they may be installed later.
    pub tools: Tools,
    /// Which packages may be installed and run.
    pub allow: AllowList,
    /// What becomes of bundles that the registry warns of.
    pub advisories: Policy,
    /// Whether organisations bring plugins of their own.
    pub uploads: Uploads,
    /// How many workers an organisation may have; without any plan there is no limit.
    pub plans: Plans,
    /// Native workers by name.
    pub native: BTreeMap<String, PathBuf>,
    /// Numbers of the life cycle.
    pub limits: Limits,
    /// Between two health checks of a worker.
    pub health_interval: Duration,
    /// What a health check may take.
    pub health_timeout: Duration,
    /// Requests that one worker gets at once; more wait.
    pub concurrency: usize,
    /// From a request to the first byte of its answer.
    pub first_byte: Duration,
    /// What installing one package may take.
    pub install: Duration,
    /// Seeds of the keys that sign bundles, the current one first.
    pub bundle_seeds: Seeds,
    /// Numbers of upgrades.
    pub upgrades: Upgrades,
    /// How pages are rendered before an upgrade.
    pub rendering: Rendering,
}

/// How pages are rendered before an upgrade.
#[derive(Debug, Clone)]
pub struct Rendering {
    /// Whether.
    pub wish: Wish,
    /// The browser; `None`: looked for at each use.
    pub chromium: Option<PathBuf>,
    /// What the browser and the tool that drives it may take.
    pub memory_mb: u32,
    /// Pages that are opened under each version.
    pub pages: u32,
    /// What one page may take.
    pub page: Duration,
    /// Whether pictures of the pages are kept for the operator.
    pub pictures: bool,
}

impl Default for Rendering {
    fn default() -> Self {
        let page = Duration::from_secs(30);
        Self { wish: Wish::default(), chromium: None, memory_mb: 1536, pages: 8, page, pictures: true }
    }
}

/// Seeds that no log shows.
#[derive(Clone)]
pub struct Seeds(pub Vec<[u8; 32]>);

impl std::fmt::Debug for Seeds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Seeds({})", self.0.len())
    }
}

/// Numbers of upgrades.
#[derive(Debug, Clone)]
pub struct Upgrades {
    /// How often rollouts are looked at.
    pub look: Duration,
    /// Another process takes a rollout over when its own has not looked at it for so long.
    pub lease: Duration,
    /// Requests are held for so long at most while data is copied and migrated.
    pub hold: Duration,
    /// The same in an organisation's quiet hours.
    pub quiet_hold: Duration,
    /// How often organisations that wait for their quiet hours are looked at.
    pub quiet_look: Duration,
    /// A larger schema waits for quiet hours when it has to be copied.
    pub copy_bytes: u64,
    /// A former worker may finish what it has for so long.
    pub retire: Duration,
    /// Former data is kept for so long.
    pub keep: time::Duration,
    /// Recorded requests of a plugin.
    pub recordings: usize,
}

impl Default for Upgrades {
    fn default() -> Self {
        Self {
            look: Duration::from_millis(500),
            lease: Duration::from_secs(5),
            hold: Duration::from_secs(5),
            quiet_hold: Duration::from_secs(120),
            quiet_look: Duration::from_secs(60),
            copy_bytes: 256 << 20,
            retire: Duration::from_secs(300),
            keep: time::Duration::days(30),
            recordings: 50,
        }
    }
}

/// Where Node and the programs that run on it are.
#[derive(Debug, Clone)]
pub enum Tools {
    /// As the settings say, else in the usual places.
    Found(Box<runtime::Config>),
    /// Exactly here.
    At {
        /// The Node executable.
        node: Option<PathBuf>,
        /// The folder of the plugin worker's program.
        worker_dir: Option<PathBuf>,
        /// The portal's `shared-versions.json`.
        shell_versions: Option<PathBuf>,
    },
}

impl Tools {
    /// The Node executable, of whatever version.
    #[must_use]
    pub fn node(&self) -> Option<PathBuf> {
        match self {
            Self::Found(config) => runtime::places::node(config),
            Self::At { node, .. } => node.clone(),
        }
        .filter(|node| node.is_file())
    }

    /// A program of the plugin worker: `main.js`, `bundle.js`, `build-remote.js`.
    #[must_use]
    pub fn program(&self, name: &str) -> Option<PathBuf> {
        let folder = match self {
            Self::Found(config) => runtime::places::worker_dir(config),
            Self::At { worker_dir, .. } => worker_dir.clone(),
        }?;
        Some(folder.join("dist").join(name)).filter(|program| program.is_file())
    }

    /// The list of libraries that the built portal shares with remotes.
    #[must_use]
    pub fn shell_versions(&self) -> Option<PathBuf> {
        match self {
            Self::Found(config) => {
                runtime::places::portal_dir(config).map(|portal| portal.join("shared-versions.json"))
            }
            Self::At { shell_versions, .. } => shell_versions.clone(),
        }
        .filter(|file| file.is_file())
    }
}

impl Config {
    /// The settings of this process. `plugins_url` is that of the embedded or configured Postgres; `bundle_seeds` follow
    /// from the master key and the former ones.
    ///
    /// # Errors
    /// When the folder for sockets cannot be made, or the list of allowed packages names what is none.
    pub fn of_process(
        config: &runtime::Config,
        plugins_url: Option<String>,
        bundle_seeds: Vec<[u8; 32]>,
    ) -> anyhow::Result<Self> {
        let mut gateway = config.listen;
        if gateway.ip().is_unspecified() {
            gateway.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
        }
        let native = runtime::places::beside_executable("tech-radar").map(|path| ("tech-radar".to_owned(), path));
        Ok(Self {
            socket_dir: runtime::embedded::socket_dir(&config.data_dir, "workers")?,
            launcher: Launcher::of_this_process(),
            plugins_url,
            domain: config.domain.clone(),
            scheme: config.scheme.as_str(),
            gateway_url: config.services.gateway_url.clone().unwrap_or_else(|| format!("http://{gateway}")),
            tools: Tools::Found(Box::new(config.clone())),
            allow: AllowList::new(&config.plugins.allow)?,
            uploads: Uploads::parse(&config.plugins.uploads)?,
            advisories: config.plugins.advisories.parse().map_err(anyhow::Error::msg).context("plugins.advisories")?,
            plans: config.plans.clone(),
            native: native.into_iter().collect(),
            isolation: isolation(&config.plugins)?,
            awake: awake(&config.plugins),
            outbound: Some(Outbound::new(Allow::parse(&config.plugins.reach).map_err(anyhow::Error::msg)?)?),
            limits: Limits { idle: config.plugins.idle, ..Limits::default() },
            bundle_seeds: Seeds(bundle_seeds),
            rendering: rendering(&config.plugins)?,
            ..Self::in_folder(config.data_dir.clone())
        })
    }

    /// The defaults, with everything below one folder, nothing to run workers with and no package allowed.
    #[must_use]
    pub fn in_folder(data_dir: PathBuf) -> Self {
        // Good enough for one folder by itself; a process has the installation's own.
        let seed = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, data_dir.as_os_str().as_encoded_bytes());
        let seed = <[u8; 32]>::try_from(seed.as_ref()).unwrap_or_default();
        Self {
            bundle_seeds: Seeds(vec![seed]),
            upgrades: Upgrades::default(),
            rendering: Rendering::default(),
            socket_dir: data_dir.join("sockets"),
            data_dir,
            launcher: Launcher::of_this_process(),
            isolation: Settings::forced(Level::L0),
            awake: Awake::default(),
            outbound: Outbound::new(Allow::default()).ok(),
            plugins_url: None,
            domain: "localhost:7007".to_owned(),
            scheme: "http",
            gateway_url: "http://127.0.0.1:7007".to_owned(),
            tools: Tools::At { node: None, worker_dir: None, shell_versions: None },
            allow: AllowList::default(),
            uploads: Uploads::default(),
            advisories: Policy::default(),
            plans: Plans::default(),
            native: BTreeMap::new(),
            limits: Limits::default(),
            health_interval: Duration::from_secs(5),
            health_timeout: Duration::from_secs(5),
            concurrency: 64,
            first_byte: Duration::from_secs(60),
            install: Duration::from_secs(600),
        }
    }

    /// Folder of installed bundles.
    #[must_use]
    pub fn bundles(&self) -> PathBuf {
        self.data_dir.join("bundles")
    }

    /// Folder of archives that are being checked.
    #[must_use]
    pub fn incoming(&self) -> PathBuf {
        self.data_dir.join("incoming")
    }

    /// Why plugins of organisations' own do not run where workers reach `level`; `None`: they do.
    #[must_use]
    pub fn uploads_refusal(&self, level: Level) -> Option<String> {
        self.uploads.refusal(level >= Level::L2, level.as_str())
    }

    /// The keys that sign bundles.
    #[must_use]
    pub fn bundle_keys(&self) -> BundleKeys {
        BundleKeys::of_seeds(&self.bundle_seeds.0)
    }

    /// Public host of an organisation.
    #[must_use]
    pub fn host(&self, slug: &str) -> String {
        format!("{slug}.{}", self.domain)
    }

    /// Public origin of an organisation.
    #[must_use]
    pub fn origin(&self, slug: &str) -> String {
        format!("{}://{slug}.{}", self.scheme, self.domain)
    }
}

fn rendering(plugins: &runtime::config::Plugins) -> anyhow::Result<Rendering> {
    let wish = plugins.render.parse().map_err(anyhow::Error::msg).context("plugins.render")?;
    let (chromium, memory_mb) = (plugins.chromium.clone(), plugins.render_memory_mb.max(512));
    Ok(Rendering { wish, chromium, memory_mb, pictures: plugins.render_pictures, ..Rendering::default() })
}

fn isolation(plugins: &runtime::config::Plugins) -> anyhow::Result<Settings> {
    let level = |name: &str, text: &str| {
        text.parse::<Level>().map_err(anyhow::Error::msg).with_context(|| format!("plugins.{name}"))
    };
    Ok(Settings {
        level: (plugins.isolation != "highest").then(|| level("isolation", &plugins.isolation)).transpose()?,
        minimum: level("minimum_level", &plugins.minimum_level)?,
        worker: WorkerLimits {
            memory_mb: plugins.worker_memory_mb.max(64),
            cpu_percent: plugins.worker_cpu_percent.max(5),
            tasks: plugins.worker_tasks.max(24),
            scratch_mb: plugins.worker_scratch_mb.max(1),
        },
    })
}

fn awake(plugins: &runtime::config::Plugins) -> Awake {
    let by_memory = usize::try_from(plugins.memory_mb / plugins.worker_memory_mb.max(64)).unwrap_or(usize::MAX);
    let most = match (plugins.awake, plugins.memory_mb) {
        (most, 0) => most,
        (0, _) => by_memory.max(1),
        (most, _) => most.min(by_memory.max(1)),
    };
    Awake { most, of_one: plugins.awake_per_organisation }
}
