//! What handlers and jobs share.

use crate::Config;
use crate::bundles::Bundles;
use crate::catalogue::Catalogue;
use crate::discovery::{self, Occasion};
use crate::leaflets::Leaflets;
use crate::recorder::Recorder;
use crate::store::package::{Package, State as PackageState};
use crate::store::{installation, package};
use crate::supervisor::Supervisor;
use crate::supervisor::launch::Launching;
use crate::uploads::previews::Previews;
use http_shell::ServiceClient;
use kernel::{Result, SharedClock, TenantId};
use runtime::Tasks;
use runtime::bus::{Bus, Event, Topic};
use runtime::objects::Objects;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use store::Db;
use time::{Duration, OffsetDateTime};
use tokio::sync::{Notify, Semaphore, mpsc};
use uuid::Uuid;

/// A plugin's secrets were rotated, granted or taken back.
const SECRETS_CHANGED: Topic = Topic("plugin-secrets");
/// Somebody turned a preview on or off, or an upload was published: the message is the organisation.
const PREVIEWS_CHANGED: Topic = Topic("plugin-previews");

/// How old what we know of an installation may be when a request comes: another process may have changed it.
const FRESH: Duration = Duration::seconds(1);

/// Archives that are checked at the same time: each may unpack to hundreds of megabytes.
const AT_ONCE: usize = 2;

/// What handlers and jobs share. Cheap to clone.
#[derive(Clone)]
pub struct State {
    pub(crate) db: Db,
    pub(crate) objects: Objects,
    pub(crate) config: Arc<Config>,
    pub(crate) clock: SharedClock,
    pub(crate) launching: Arc<Launching>,
    pub(crate) supervisor: Supervisor,
    pub(crate) bundles: Bundles,
    pub(crate) leaflets: Leaflets,
    pub(crate) catalogue: Catalogue,
    pub(crate) recorder: Recorder,
    pub(crate) wake: Arc<Notify>,
    pub(crate) tasks: Tasks,
    pub(crate) previews: Previews,
    /// Archives that are taken in at the same time.
    pub(crate) taking_in: Arc<Semaphore>,
    bus: Arc<OnceLock<Bus>>,
    /// One browser at a time.
    pub(crate) browsers: Arc<Semaphore>,
    discovery: discovery::Queue,
    known: Arc<Mutex<Known>>,
}

type Known = HashMap<(TenantId, String), (OffsetDateTime, Option<Target>)>;

/// What a request for a plugin's back end meets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A back end, as of this revision.
    Backend(i64),
    /// The plugin has a front end only.
    FrontendOnly,
    /// Its package is being installed.
    Installing,
    /// Installing its package failed, for this reason.
    Failed(String),
}

impl State {
    /// Nothing is started yet: workers start with the first request, jobs with [`crate::jobs::spawn`].
    #[must_use]
    pub fn new(
        db: Db,
        client: ServiceClient,
        objects: Objects,
        config: Config,
        clock: SharedClock,
        tasks: &Tasks,
    ) -> Self {
        let config = Arc::new(config);
        let (discovery, asked) = mpsc::unbounded_channel();
        let bundles = Bundles::new(config.bundles(), objects.clone(), config.bundle_keys());
        let launching = Launching::new(db.clone(), client, config.clone(), clock.clone(), bundles.clone());
        let launching = Arc::new(launching.telling(discovery.clone()));
        let state = Self {
            tasks: tasks.clone(),
            previews: Previews::default(),
            bus: Arc::default(),
            taking_in: Arc::new(Semaphore::new(AT_ONCE)),
            discovery,
            supervisor: Supervisor::new(launching.clone(), tasks.clone()),
            recorder: Recorder::new(config.upgrades.recordings),
            leaflets: Leaflets::new(config.bundles(), bundles.clone(), tasks.clone()),
            catalogue: Catalogue::default(),
            bundles,
            db,
            objects,
            config,
            clock,
            launching,
            wake: Arc::default(),
            browsers: Arc::new(Semaphore::new(1)),
            known: Arc::default(),
        };
        discovery::spawn(&state, tasks, asked);
        state
    }

    /// Tells the other processes of previews, and hears of theirs.
    pub fn hear_of_previews(&self, bus: &Bus, tasks: &Tasks) {
        // Once, where the state is made.
        drop(self.bus.set(bus.clone()));
        let (state, mut news, token) = (self.clone(), bus.subscribe(PREVIEWS_CHANGED), tasks.shutdown_token());
        tasks.spawn("plugin previews", async move {
            while let Some(Some(event)) = token.run_until_cancelled(news.next()).await {
                if let Event::Message(tenant) = event
                    && let Ok(tenant) = Uuid::try_parse(&tenant)
                {
                    state.previews.forget(TenantId::new(tenant));
                }
            }
        });
    }

    /// Members of the organisation meet other versions than before.
    pub(crate) fn previews_changed(&self, tenant: TenantId) {
        self.previews.forget(tenant);
        if let Some(bus) = self.bus.get() {
            bus.publish(PREVIEWS_CHANGED, tenant.to_string());
        }
    }

    /// Lets workers start again when what they were given of secrets changed: the message is organisation and plugin.
    pub fn hear_of_secrets(&self, bus: &Bus, tasks: &Tasks) {
        let (state, mut news, token) = (self.clone(), bus.subscribe(SECRETS_CHANGED), tasks.shutdown_token());
        tasks.spawn("plugin secrets", async move {
            loop {
                let event = tokio::select! {
                    () = token.cancelled() => return,
                    event = news.next() => event,
                };
                match event {
                    Some(Event::Message(text)) => {
                        let (tenant, plugin_id) = text.split_once(' ').unwrap_or_default();
                        if let Ok(tenant) = Uuid::try_parse(tenant) {
                            state.supervisor.changed(TenantId::new(tenant), plugin_id);
                        }
                    }
                    Some(Event::Gap) => state.supervisor.all_with_secrets_changed(),
                    None => return,
                }
            }
        });
    }

    /// The workers.
    #[must_use]
    pub const fn supervisor(&self) -> &Supervisor {
        &self.supervisor
    }

    /// What a request for `plugin_id` meets; `None` when the organisation has no such plugin.
    pub(crate) async fn target(&self, tenant: TenantId, plugin_id: &str) -> Result<Option<Target>> {
        let now = self.clock.now();
        let key = (tenant, plugin_id.to_owned());
        if let Some((until, target)) = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&key)
            && now < *until
        {
            return Ok(target.clone());
        }
        let mut tx = self.db.tenant(tenant).await?;
        let installation = installation::find_installation(&mut tx, plugin_id).await?;
        let packages = package::list_packages_of(&mut tx, plugin_id).await?;
        tx.commit().await?;
        let target = target(installation.map(|found| found.revision), &packages);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, (until, _)| now < *until);
        known.insert(key, (now + FRESH, target.clone()));
        Ok(target)
    }

    /// Why organisations' own plugins do not run here; `None`: they do.
    pub(crate) fn uploads_refusal(&self) -> Option<String> {
        self.config.uploads_refusal(self.launching.isolation.level())
    }

    /// Another version answers: what requests meet may be another kind of thing, and what was looked at before it was
    /// published may be it, but workers go on.
    pub(crate) fn forget(&self, tenant: TenantId, plugin_id: &str) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(&(tenant, plugin_id.to_owned()));
        self.previews_changed(tenant);
    }

    /// The installation changed: the next request looks again and meets a worker that knows.
    pub(crate) fn changed(&self, tenant: TenantId, plugin_id: &str) {
        self.forget(tenant, plugin_id);
        self.supervisor.changed(tenant, plugin_id);
        // At the end of the platform nobody asks any more.
        drop(self.discovery.send((tenant, plugin_id.to_owned(), Occasion::Changed)));
    }
}

fn target(revision: Option<i64>, packages: &[Package]) -> Option<Target> {
    if let Some(revision) = revision
        && packages.iter().any(|package| package.backend.is_some())
    {
        return Some(Target::Backend(revision));
    }
    if packages.iter().any(|package| package.state == PackageState::Installing) {
        return Some(Target::Installing);
    }
    let failed = packages.iter().find(|package| package.state == PackageState::Failed);
    if let Some(failed) = failed {
        return Some(Target::Failed(failed.message.clone().unwrap_or_default()));
    }
    packages.first().map(|_| Target::FrontendOnly)
}
