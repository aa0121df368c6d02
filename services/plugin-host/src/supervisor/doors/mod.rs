//! The ways out of a worker: sockets in its folder that this process serves, since its network is empty.
//!
//! `gateway` leads to the platform's API as this organisation and nothing else, `.s.PGSQL.PORT` to the plugin's own role in
//! the plugins' database, `out` to the hosts on its list, `platform` to the supervisor itself. What a worker says there is
//! untrusted: whose it is follows from the socket.

mod database;
mod egress;
mod gateway;
mod platform;

pub use database::{Server, Target};
pub use egress::Reach;
pub use gateway::Gateway;
pub use platform::Platform;

use super::isolation::Cell;
use super::logs::Logs;
use kernel::SharedClock;
use runtime::Tasks;
use runtime::outbound::Outbound;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// Names of the sockets in a worker's folder.
pub const GATEWAY: &str = "gateway";
/// As above.
pub const OUT: &str = "out";
/// As above.
pub const PLATFORM: &str = "platform";

/// What leads out of one worker.
#[derive(Debug, Clone)]
pub struct Doors {
    /// To the platform.
    pub gateway: Gateway,
    /// To the database.
    pub database: Option<Target>,
    /// To the hosts on its list.
    pub reach: Arc<Reach>,
    /// Judges addresses; without it nothing is reached.
    pub outbound: Option<Outbound>,
}

/// What a door needs of its surroundings.
#[derive(Clone)]
pub struct Post {
    /// Ends with the worker.
    pub alive: CancellationToken,
    /// Tells the organisation's administrator what was refused.
    pub logs: Arc<Logs>,
    /// For the log.
    pub clock: SharedClock,
    /// Runs connections.
    pub tasks: Tasks,
    /// For names of tasks.
    pub name: String,
}

impl Post {
    fn note(&self, text: String) {
        self.logs.note(self.clock.now(), text);
    }

    /// Serves each connection of a door by itself, so many at once; further ones wait. How one ends is between its two sides.
    async fn accept<F>(&self, listener: UnixListener, at_once: usize, what: &str, serve: impl Fn(UnixStream) -> F)
    where
        F: Future<Output = io::Result<()>> + Send + 'static,
    {
        let permits = Arc::new(Semaphore::new(at_once));
        loop {
            let Ok(permit) = permits.clone().acquire_owned().await else { return };
            let Ok((stream, _)) = listener.accept().await else { return };
            let served = serve(stream);
            self.spawn(what, async move {
                drop(served.await);
                drop(permit);
            });
        }
    }

    /// Runs something as long as the worker lives.
    fn spawn(&self, what: &str, work: impl Future<Output = ()> + Send + 'static) {
        let alive = self.alive.clone();
        self.tasks.spawn(format!("{what} {}", self.name), async move {
            alive.run_until_cancelled(work).await;
        });
    }
}

/// Opens the doors of one worker.
///
/// # Errors
/// A socket cannot be made.
pub fn open(doors: Doors, platform: Platform, cell: &Cell, post: &Post) -> io::Result<()> {
    let listen = |name: &str| -> io::Result<UnixListener> {
        let path: PathBuf = cell.folder.join(name);
        let listener = UnixListener::bind(&path)?;
        cell.hand_over(&path)?;
        Ok(listener)
    };
    let Doors { gateway, database, reach, outbound } = doors;
    let listener = listen(GATEWAY)?;
    post.spawn("gateway of", gateway.serve(listener, post.tasks.clone()));
    let listener = listen(PLATFORM)?;
    post.spawn("platform of", platform.serve(listener));
    if let Some(target) = database {
        let listener = listen(&target.socket_name())?;
        post.spawn("database of", database::serve(listener, target, post.clone()));
    }
    let listener = listen(OUT)?;
    post.spawn("egress of", egress::serve(listener, reach, outbound, post.clone()));
    Ok(())
}
