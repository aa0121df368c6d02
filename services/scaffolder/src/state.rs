//! What handlers and jobs share.

use crate::actions::{Action, Services};
use crate::config::Config;
use crate::trial::Bench;
use http_shell::{Caller, ServiceClient};
use kernel::TenantId;
use runtime::Tasks;
use runtime::bus::{Bus, Event, Topic};
use runtime::objects::Objects;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::Db;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Somebody cancelled a task: tenant and task, with a blank between them.
const CANCELLED: Topic = Topic("scaffolder.cancelled");
/// There is a task to run.
const WORK: Topic = Topic("scaffolder.work");
/// No case of a test file is begun after so long.
const PATIENCE: Duration = Duration::from_secs(30);
/// A case that takes longer has failed.
const CASE_LIMIT: Duration = Duration::from_secs(20);
/// Readers of events sleep on so many bells.
const BELLS: usize = 64;

/// The service's state. Cheap to clone.
#[derive(Clone)]
pub struct State {
    /// The database.
    pub db: Db,
    /// Other services.
    pub client: ServiceClient,
    /// Settings.
    pub config: Arc<Config>,
    /// Background work of the process.
    pub tasks: Tasks,
    /// Wakes the worker of this process.
    pub wake: Arc<Notify>,
    /// Where snapshots of workspaces are kept; without it a run that goes on elsewhere finds an empty one.
    pub objects: Option<Objects>,
    /// Tells readers of events that there are some.
    pub news: News,
    bus: Option<Bus>,
    running: Arc<Mutex<HashMap<(TenantId, Uuid), CancellationToken>>>,
}

/// Rings for readers in this process when a task has new events. Many tasks share a bell, so whoever hears it looks.
#[derive(Debug, Clone)]
pub struct News(Arc<[Notify; BELLS]>);

impl Default for News {
    fn default() -> Self {
        Self(Arc::new(std::array::from_fn(|_| Notify::new())))
    }
}

impl News {
    /// Says that a task has new events.
    pub fn tell(&self, task_id: Uuid) {
        self.bell(task_id).notify_waiters();
    }

    /// Waits for somebody to say so.
    pub async fn heard(&self, task_id: Uuid) {
        self.bell(task_id).notified().await;
    }

    fn bell(&self, task_id: Uuid) -> &Notify {
        // The last bytes of an id are random.
        &self.0[usize::from(task_id.as_bytes()[15]) % BELLS]
    }
}

/// A task that runs in this process, for as long as this lives.
pub(crate) struct Running {
    state: State,
    key: (TenantId, Uuid),
}

impl Drop for Running {
    fn drop(&mut self) {
        self.state.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

impl State {
    /// The service on its ground.
    #[must_use]
    pub fn new(db: Db, client: ServiceClient, config: Config, tasks: Tasks) -> Self {
        Self {
            db,
            client,
            config: Arc::new(config),
            tasks,
            wake: Arc::default(),
            objects: None,
            news: News::default(),
            bus: None,
            running: Arc::default(),
        }
    }

    /// With object storage for workspaces, and news from and to other processes.
    #[must_use]
    pub fn with(mut self, objects: Objects, bus: Bus) -> Self {
        self.objects = Some(objects);
        self.bus = Some(bus);
        self
    }

    /// Other services on behalf of this caller.
    #[must_use]
    pub fn services(&self, caller: Caller) -> Services {
        Services::new(self.client.clone(), caller).at(self.config.site.clone())
    }

    /// Where tests of templates are run that somebody sent, or that nobody asked for.
    #[must_use]
    pub fn bench(&self, actions: Vec<Action>) -> Bench {
        Bench {
            workspaces: self.config.workspaces.clone(),
            engine: self.config.engine,
            workspace: self.config.workspace,
            patience: PATIENCE,
            case_limit: CASE_LIMIT,
            actions: actions.into(),
        }
    }

    /// Says that a task runs here, so that a cancellation reaches it at once.
    pub(crate) fn runs(&self, tenant: TenantId, task_id: Uuid, cancelled: CancellationToken) -> Running {
        let key = (tenant, task_id);
        self.running.lock().unwrap_or_else(PoisonError::into_inner).insert(key, cancelled);
        Running { state: self.clone(), key }
    }

    /// Wakes the workers of all processes: there is a task to run. Where nobody hears it, the next look at the queue finds it.
    pub(crate) fn rouse(&self) {
        self.wake.notify_one();
        if let Some(bus) = &self.bus {
            bus.publish(WORK, "");
        }
    }

    /// Cancels the task where it runs. Where nobody hears it, the next heartbeat finds the row.
    pub(crate) fn cancel(&self, tenant: TenantId, task_id: Uuid) {
        self.cancel_here(tenant, task_id);
        if let Some(bus) = &self.bus {
            bus.publish(CANCELLED, format!("{tenant} {task_id}"));
        }
    }

    fn cancel_here(&self, tenant: TenantId, task_id: Uuid) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(token) = running.get(&(tenant, task_id)) {
            token.cancel();
        }
    }

    /// Hears of tasks and of cancellations that other processes were asked for.
    pub(crate) fn hear_of_others(&self) {
        let Some(bus) = &self.bus else { return };
        let (state, token) = (self.clone(), self.tasks.shutdown_token());
        let (mut cancelled, mut work) = (bus.subscribe(CANCELLED), bus.subscribe(WORK));
        self.tasks.spawn("scaffolder news", async move {
            loop {
                let event = tokio::select! {
                    () = token.cancelled() => return,
                    event = work.next() => {
                        if event.is_none() {
                            return;
                        }
                        state.wake.notify_one();
                        continue;
                    }
                    event = cancelled.next() => event,
                };
                match event {
                    Some(Event::Message(text)) => state.cancel_named(&text),
                    // The next heartbeat finds what was missed.
                    Some(Event::Gap) => {}
                    None => return,
                }
            }
        });
    }

    fn cancel_named(&self, text: &str) {
        let ids = text
            .split_once(' ')
            .and_then(|(tenant, task)| Some((Uuid::try_parse(tenant).ok()?, Uuid::try_parse(task).ok()?)));
        if let Some((tenant, task_id)) = ids {
            self.cancel_here(TenantId::new(tenant), task_id);
        }
    }
}
