//! One process of a worker: pipes, protocol lines, log text, health checks, and its end.
//!
//! It is started through the platform's own executable (`sandbox` verb), which binds its life to ours. Standard input
//! brings the boot document and stays open as the lifeline; descriptor 3 brings protocol lines; what comes out of
//! standard output and error is text and decides nothing.

use super::budget::{Place, Turn};
use super::client::WorkerClient;
use super::doors::{self, Post};
use super::isolation::Cell;
use super::launch::{Launching, Spec};
use super::logs::{Logs, read_lines};
use super::vitals::Vitals;
use super::watch::{LOOK, Watch};
use crate::domain::reason::{Ending, Reason};
use command_fds::{CommandFdExt as _, FdMapping};
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use plugin_protocol::limits::PROTOCOL_FD;
use plugin_protocol::{Line, PROTOCOL};
use runtime::Tasks;
use runtime::process::spawn_bound;
use runtime::sandbox::Level;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;
use tokio::net::unix::pipe;
use tokio::process::Child;
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};

/// How long a worker that is not ready keeps others from starting.
const LONGEST_TURN: Duration = Duration::from_secs(5);
/// Exit statuses above this are signals, where another process watches over the worker for us.
const SIGNALLED: i32 = 128;
/// The highest signal.
const LAST_SIGNAL: i32 = 64;

/// How long pipes may still bring text after their process has ended (a child of it may hold them open).
const LINGER: Duration = Duration::from_millis(500);

/// What a process reports to the slot that started it.
#[derive(Debug)]
pub enum Report {
    /// It says that it is ready, and it answers.
    Ready,
    /// It gave up.
    Fatal(Reason),
    /// It ended.
    Ended(Ending),
    /// How a health check went.
    Health(bool),
}

/// A running process. Dropping it kills the process and all that it started.
#[derive(Debug)]
pub struct Process {
    /// Speaks to it.
    pub client: WorkerClient,
    orders: mpsc::UnboundedSender<Order>,
    _alive: DropGuard,
}

#[derive(Debug)]
enum Order {
    Terminate,
}

impl Process {
    /// Asks it to drain and exit.
    pub fn terminate(&self) {
        // An ended process takes no orders, and needs none.
        drop(self.orders.send(Order::Terminate));
    }
}

/// Where a process reports, and what it needs of its surroundings.
#[derive(Clone)]
pub struct Surroundings {
    /// Gets the reports, with the number of the process.
    pub reports: mpsc::UnboundedSender<(u64, Report)>,
    /// The number of this process within its slot.
    pub number: u64,
    /// Keeps its text.
    pub logs: Arc<Logs>,
    /// Is told of it while it runs.
    pub vitals: Arc<Vitals>,
    /// Runs what goes with it.
    pub tasks: Tasks,
    /// Clock, settings and tokens.
    pub launching: Arc<Launching>,
}

impl Surroundings {
    fn report(&self, report: Report) {
        // The slot may have gone at shutdown.
        drop(self.reports.send((self.number, report)));
    }
}

/// Starts the process. It reports by itself from then on.
///
/// # Errors
/// Why it could not be started.
pub async fn start(
    spec: Spec,
    cell: Cell,
    (place, turn): (Place, Turn),
    around: &Surroundings,
) -> Result<Process, Reason> {
    let cannot = |error: &dyn std::fmt::Display| Reason::CannotExecute(error.to_string());
    let boot = spec.boot.to_line().map_err(|error| cannot(&error))?;
    let alive = CancellationToken::new();
    let post = Post {
        alive: alive.clone(),
        logs: around.logs.clone(),
        clock: around.launching.clock.clone(),
        tasks: around.tasks.clone(),
        name: format!("{} {}", spec.tenant, spec.plugin_id),
    };
    // Whatever fails from here on closes them again.
    let alive = alive.drop_guard();
    doors::open(spec.doors.clone(), doors::Platform::of(&around.launching, &spec), &cell, &post)
        .map_err(|error| cannot(&error))?;
    let (lines, line_end) = std::io::pipe().map_err(|error| cannot(&error))?;
    // A native worker opens it again, by its path.
    cell.own(&line_end).map_err(|error| cannot(&error))?;
    let launcher = &around.launching.config.launcher;
    let command = launcher.confined(cell.level, &cell.plan(&spec.readable), &spec.program);
    let mut command = command.map_err(|error| cannot(&error))?;
    command
        .args(&spec.args)
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("NODE_ENV", "production")
        .env("HOME", &cell.home)
        .env("TMPDIR", &cell.home)
        .current_dir(if cell.level < Level::L2 { cell.home.as_path() } else { std::path::Path::new("/") })
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .fd_mappings(vec![FdMapping { parent_fd: line_end.into(), child_fd: PROTOCOL_FD }])
        .map_err(|error| cannot(&error))?;
    let lines = pipe::Receiver::from_owned_fd(lines.into()).map_err(|error| cannot(&error))?;
    let child = spawn_bound(command).await.map_err(|error| cannot(&error))?;

    let client = WorkerClient::new(spec.boot.socket.clone().into(), &spec.boot.capability);
    let (orders, taken) = mpsc::unbounded_channel();
    let name = format!("worker {} {}", spec.tenant, spec.plugin_id);
    let guard =
        Guard { around: around.clone(), alive: post.alive, client: client.clone(), spec, cell: Arc::new(cell), turn };
    around.tasks.spawn(name, guard.run(child, boot, lines, taken, place));
    Ok(Process { client, orders, _alive: alive })
}

/// Watches over one process to its end.
struct Guard {
    around: Surroundings,
    alive: CancellationToken,
    client: WorkerClient,
    spec: Spec,
    cell: Arc<Cell>,
    turn: Turn,
}

impl Guard {
    async fn run(
        self,
        mut child: Child,
        boot: String,
        lines: pipe::Receiver,
        orders: mpsc::UnboundedReceiver<Order>,
        place: Place,
    ) {
        let closed = CancellationToken::new();
        self.keep_text(child.stdout.take(), "stdout", &closed);
        self.keep_text(child.stderr.take(), "stderr", &closed);
        let ending = self.live(child, boot, lines, orders).await;
        self.turn.end();
        self.cell.kill();
        let starved = self.cell.usage().is_some_and(|usage| usage.ended_for_memory > 0);
        if starved && ending == Ending::Signal(Signal::SIGKILL as i32) {
            self.around.report(Report::Fatal(Reason::TooMuchMemory(self.cell.worker.memory_mb)));
        }
        drop(place);
        self.around.report(Report::Ended(ending));
        tokio::time::sleep(LINGER).await;
        closed.cancel();
        self.alive.cancel();
        let cell = self.cell;
        // Taking away folders and groups may wait for the kernel.
        drop(tokio::task::spawn_blocking(move || drop(cell)).await);
    }

    /// From its start to its end.
    async fn live(
        &self,
        mut child: Child,
        boot: String,
        lines: pipe::Receiver,
        mut orders: mpsc::UnboundedReceiver<Order>,
    ) -> Ending {
        let heard = self.listen(lines);
        let mut stdin = child.stdin.take();
        let group = child.id().and_then(|id| i32::try_from(id).ok()).map(Pid::from_raw);
        self.around.vitals.begun(group, &self.cell);
        let feed = async {
            if let Some(stdin) = &mut stdin {
                // A worker that does not read its boot document shows by never becoming ready.
                drop(stdin.write_all(boot.as_bytes()).await);
                drop(stdin.flush().await);
            }
            std::future::pending::<()>().await;
        };
        let watched = watch(group, self.cell.clone(), self.turn.clone(), self.around.launching.clone());
        tokio::pin!(watched);
        tokio::pin!(feed);
        tokio::pin!(heard);
        let (mut listening, mut watching) = (true, true);
        let ending = loop {
            tokio::select! {
                status = child.wait() => break ending(status),
                () = &mut feed => {}
                reason = &mut watched, if watching => {
                    watching = false;
                    self.around.report(Report::Fatal(reason));
                }
                () = &mut heard, if listening => listening = false,
                Some(Order::Terminate) = orders.recv() => signal(group, Signal::SIGTERM, false),
                () = self.alive.cancelled() => {
                    signal(group, Signal::SIGKILL, true);
                    break ending(child.wait().await);
                }
            }
        };
        self.around.vitals.ended(group);
        // Whatever it started goes with it.
        signal(group, Signal::SIGKILL, true);
        if listening {
            drop(tokio::time::timeout(LINGER, &mut heard).await);
        }
        ending
    }

    /// Reads protocol lines to their end.
    async fn listen(&self, lines: pipe::Receiver) {
        read_lines(lines, |text| match Line::parse(text) {
            Some(Line::Ready(ready)) if ready.protocol != PROTOCOL || !ready.plugins.contains(&self.spec.plugin_id) => {
                self.around.report(Report::Fatal(Reason::Fatal("it is ready, but not with this plugin".to_owned())));
            }
            Some(Line::Ready(ready)) => {
                let (took, memory) = (ready.timings.total_ms, ready.rss_bytes >> 20);
                self.note(format!("the worker started in {took} ms and takes {memory} MB"));
                self.turn.end();
                let pulse = Pulse { around: self.around.clone(), client: self.client.clone(), spec: self.spec.clone() };
                let alive = self.alive.clone();
                let name = format!("health {} {}", self.spec.tenant, self.spec.plugin_id);
                self.around.tasks.spawn(name, async move {
                    alive.run_until_cancelled(pulse.run()).await;
                });
            }
            Some(Line::Fatal(fatal)) => {
                let reason = match Reason::of_fatal(&fatal) {
                    Reason::Fatal(text) => Reason::Fatal(self.around.logs.masked(&text)),
                    other => other,
                };
                self.around.report(Report::Fatal(reason));
            }
            Some(Line::Stopped(stopped)) => {
                let cut_off = stopped.cut_off;
                self.note(match cut_off {
                    0 => "the worker has drained".to_owned(),
                    _ => format!("the worker has stopped; {cut_off} requests were cut off"),
                });
            }
            Some(Line::Unknown) | None => {}
        })
        .await;
    }

    fn note(&self, text: String) {
        self.around.logs.note(self.around.launching.clock.now(), text);
    }

    fn keep_text<P>(&self, pipe: Option<P>, stream: &'static str, closed: &CancellationToken)
    where
        P: tokio::io::AsyncRead + Unpin + Send + 'static,
    {
        let Some(pipe) = pipe else { return };
        let (logs, clock) = (self.around.logs.clone(), self.around.launching.clock.clone());
        let closed = closed.clone();
        let name = format!("{stream} {} {}", self.spec.tenant, self.spec.plugin_id);
        self.around.tasks.spawn(name, async move {
            closed.run_until_cancelled(read_lines(pipe, |line| logs.write(clock.now(), stream, line))).await;
        });
    }
}

/// Health checks and renewed tokens, as long as the process lives.
struct Pulse {
    around: Surroundings,
    client: WorkerClient,
    spec: Spec,
}

impl Pulse {
    async fn run(self) {
        let config = self.around.launching.config.clone();
        let mut ready = false;
        let mut renewed = tokio::time::Instant::now();
        loop {
            let healthy = self.client.is_healthy(config.health_timeout).await;
            if healthy && !ready {
                ready = true;
                self.around.report(Report::Ready);
            } else {
                self.around.report(Report::Health(healthy));
            }
            if renewed.elapsed() >= super::launch::RENEW_AFTER && self.renew().await {
                renewed = tokio::time::Instant::now();
            }
            tokio::time::sleep(config.health_interval).await;
        }
    }

    async fn renew(&self) -> bool {
        match self.around.launching.renewal(self.spec.tenant, &self.spec.plugin_id).await {
            Ok(renewal) => self.client.renew(&renewal).await,
            Err(error) => {
                tracing::warn!(tenant = %self.spec.tenant, plugin = self.spec.plugin_id, %error, "no new token");
                false
            }
        }
    }
}

/// Looks at what the worker takes, until it is too much.
async fn watch(leader: Option<Pid>, cell: Arc<Cell>, turn: Turn, launching: Arc<Launching>) -> Reason {
    let Some(leader) = leader else { return std::future::pending().await };
    let (mut watch, began) = (Watch::new(leader), tokio::time::Instant::now());
    loop {
        tokio::time::sleep(LOOK).await;
        // One that hangs at its start must not keep others from theirs.
        if began.elapsed() > LONGEST_TURN {
            turn.end();
        }
        if let Some(reason) = watch.look(&cell, &launching.isolation.processes) {
            return reason;
        }
    }
}

fn signal(process: Option<Pid>, signal: Signal, whole_group: bool) {
    let Some(process) = process else { return };
    let sent = if whole_group { killpg(process, signal) } else { kill(process, signal) };
    // ESRCH: a process that has just ended is what is wanted.
    if let Err(error) = sent
        && error != nix::errno::Errno::ESRCH
    {
        tracing::warn!(%process, %error, "a worker cannot be signalled");
    }
}

fn ending(status: std::io::Result<std::process::ExitStatus>) -> Ending {
    match status {
        Ok(status) => match (status.code(), status.signal()) {
            (Some(code), _) if (SIGNALLED + 1..=SIGNALLED + LAST_SIGNAL).contains(&code) => {
                Ending::Signal(code - SIGNALLED)
            }
            (Some(code), _) => Ending::Code(code),
            (None, Some(signal)) => Ending::Signal(signal),
            (None, None) => Ending::Unknown,
        },
        Err(_) => Ending::Unknown,
    }
}
