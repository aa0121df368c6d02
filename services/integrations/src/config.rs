//! The service's state, and what it needs of the operator's settings.

use crate::demo_git::DemoGit;
use crate::domain::place::DemoPlaces;
use crate::hosts::{Budgets, Directory, Memory, PublicHost};
use anyhow::Context as _;
use kernel::SharedClock;
use runtime::bus::Bus;
use runtime::cache::Cache;
use runtime::fresh::Fresh;
use runtime::outbound::{Allow, Outbound};
use runtime::{Config, Tasks};
use std::sync::Arc;
use store::Db;

/// Organisations whose source hosts are remembered at a time.
const TENANTS_KNOWN: usize = 10_000;

/// What the service stands on.
#[derive(Clone)]
pub struct Ground {
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: SharedClock,
    /// Where budgets are shared between processes.
    pub cache: Cache,
    /// News of changes made elsewhere.
    pub bus: Bus,
    /// Background work.
    pub tasks: Tasks,
}

/// Where the outside world is.
pub struct World {
    /// The guarded client.
    pub outbound: Outbound,
    /// Hosts whose public repositories are read without a token.
    pub public: Vec<PublicHost>,
    /// The demo git host and its addresses, in a demo installation.
    pub demo: Option<(Arc<DemoPlaces>, Arc<DemoGit>)>,
}

/// The state of the service. Cheap to clone; holds nothing between requests but connections and short memories.
#[derive(Clone)]
pub struct Integrations {
    /// The guarded client.
    pub outbound: Outbound,
    /// Where the demo git host is, for those who read from it and push to it.
    pub places: Option<Arc<DemoPlaces>>,
    /// The demo git host itself, in a demo installation.
    pub demo: Option<Arc<DemoGit>>,
    pub(crate) db: Db,
    pub(crate) clock: SharedClock,
    pub(crate) budgets: Budgets,
    pub(crate) hosts: Arc<Directory>,
}

impl Integrations {
    /// Reads the settings. In a demo installation the guard lets the demo git host through, and only its paths.
    ///
    /// # Errors
    /// An entry of `reading.allow` is malformed, or the folder of the demo git host cannot be made.
    pub fn new(config: &Config, ground: Ground) -> anyhow::Result<Self> {
        let mut allow = Allow::parse(&config.reading.allow).map_err(anyhow::Error::msg).context("reading.allow")?;
        let mut demo = None;
        if config.demo {
            allow.add(&format!("{}/demo-git/", config.domain)).map_err(anyhow::Error::msg).context("domain")?;
            let git = DemoGit::open(config.data_dir.join("demo-git"), ground.tasks.clone())?;
            demo = Some((Arc::new(DemoPlaces::new(&config.apex_url())), Arc::new(git)));
        }
        let world = World { outbound: Outbound::new(allow)?, public: PublicHost::all(), demo };
        Ok(Self::in_world(world, ground))
    }

    /// The service in a world of one's own, such as that of a test.
    #[must_use]
    pub fn in_world(world: World, ground: Ground) -> Self {
        let World { outbound, public, demo } = world;
        let Ground { db, clock, cache, bus, tasks } = ground;
        let budgets = Budgets::new(cache, clock.clone());
        let hosts = Arc::new(Directory {
            db: db.clone(),
            bus,
            outbound: outbound.clone(),
            budgets: budgets.clone(),
            memory: Memory::new(clock.clone()),
            known: Fresh::new(clock.clone(), TENANTS_KNOWN),
            public,
            demo: demo.clone(),
        });
        hosts.listen(&tasks);
        let (places, demo) = demo.unzip();
        Self { outbound, places, demo, db, clock, budgets, hosts }
    }
}
