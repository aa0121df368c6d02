//! The life of the process: [`run`] reads the boot document, starts the plugin, serves it on the Unix socket together with the control API, and
//! stops by draining: when asked to, on SIGTERM, or when its lifeline ends. It never outlives its supervisor.

use std::collections::BTreeSet;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use plugin_protocol::limits::{CONTROL_PREFIX, exit};
use plugin_protocol::line::{Failure, Fatal, FatalReason, Line, Ready, StopReason, Stopped, Timings};
use plugin_protocol::{Boot, PROTOCOL, PluginBoot};
use tokio::net::UnixListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Notify, RwLock, watch};

use crate::channel::{Lifeline, Lines};
use crate::plugin::Plugin;
use crate::token::Verifier;
use crate::{control, token};

/// What the routes and the control API share.
pub(crate) struct Shared {
    pub(crate) boot: Boot,
    /// Without its routes, which are in the router.
    pub(crate) plugin: Plugin,
    pub(crate) verifier: RwLock<Verifier>,
    pub(crate) in_flight: AtomicU64,
    pub(crate) draining: AtomicBool,
    pub(crate) drain: Notify,
    /// Tasks that run.
    pub(crate) running: Mutex<BTreeSet<String>>,
    pub(crate) started: Instant,
}

/// Runs a worker to its end. `make` makes the plugin for one boot document, or says why it cannot.
pub async fn run(make: impl FnOnce(&Boot) -> Result<Plugin, String>) -> ExitCode {
    let started = Instant::now();
    let Ok(mut lines) = Lines::open() else {
        std::process::exit(exit::PIPE);
    };
    let (code, last) = match Lifeline::open().await {
        Err(problem) => (exit::REFUSED, Line::Fatal(fatal(FatalReason::Boot, problem))),
        Ok((boot, lifeline)) => match start(boot, make, started) {
            Err(fatal) => (exit::FAILED, Line::Fatal(fatal)),
            Ok(running) => {
                lines.say(&running.ready()).await;
                let stopped = running.serve(lifeline).await;
                let code = if stopped.cut_off == 0 { exit::OK } else { exit::CUT_OFF };
                (code, Line::Stopped(stopped))
            }
        },
    };
    lines.say(&last).await;
    // Returning would wait for the thread that still reads standard input.
    std::process::exit(code)
}

/// A worker that listens.
struct Running {
    listener: UnixListener,
    router: Router,
    shared: Arc<Shared>,
    signals: [Signal; 2],
}

fn start(boot: Boot, make: impl FnOnce(&Boot) -> Result<Plugin, String>, started: Instant) -> Result<Running, Fatal> {
    let mut plugin = make(&boot).map_err(|message| failed(&boot, message))?;
    let verifier =
        Verifier::new(&boot.jwks, &plugin.id, &boot.tenant).map_err(|message| fatal(FatalReason::Boot, message))?;
    let catch = |kind| signal(kind).map_err(|error| fatal(FatalReason::Start, error.to_string()));
    let signals = [catch(SignalKind::terminate())?, catch(SignalKind::interrupt())?];
    let listener =
        listen(&boot.socket).map_err(|error| fatal(FatalReason::Listen, format!("{}: {error}", boot.socket)))?;
    let routes = std::mem::take(&mut plugin.routes);
    let shared = Arc::new(Shared {
        plugin,
        running: Mutex::default(),
        verifier: RwLock::new(verifier),
        in_flight: AtomicU64::new(0),
        draining: AtomicBool::new(false),
        drain: Notify::new(),
        started,
        boot,
    });
    Ok(Running { listener, router: router(routes, &shared), shared, signals })
}

impl Running {
    fn ready(&self) -> Line {
        Line::Ready(Ready {
            protocol: PROTOCOL.into(),
            pid: std::process::id(),
            plugins: vec![self.shared.plugin.id.clone()],
            timings: Timings { total_ms: millis(self.shared.started.elapsed()), ..Timings::default() },
            rss_bytes: control::resident_bytes(),
        })
    }

    /// Serves until told to stop, then waits for the requests in flight, at most until the drain limit.
    async fn serve(self, lifeline: Lifeline) -> Stopped {
        let Self { listener, router, shared, signals } = self;
        let (tell, mut told) = watch::channel(None);
        let watched = shared.clone();
        let stop = async move {
            let reason = stop_reason(&watched, lifeline, signals).await;
            watched.draining.store(true, Ordering::SeqCst);
            tell.send_replace(Some(reason));
        };
        let mut stopping = told.clone();
        let deadline = async {
            // The sender is dropped only after it has sent.
            let _ = stopping.wait_for(Option::is_some).await;
            tokio::time::sleep(Duration::from_millis(shared.boot.drain_ms)).await;
        };
        tokio::select! {
            _ = axum::serve(listener, router).with_graceful_shutdown(stop) => {}
            () = deadline => {}
        }
        let reason = told.borrow_and_update().unwrap_or(StopReason::Drain);
        Stopped { reason, cut_off: shared.in_flight.load(Ordering::SeqCst) }
    }
}

async fn stop_reason(shared: &Shared, lifeline: Lifeline, signals: [Signal; 2]) -> StopReason {
    let [mut terminate, mut interrupt] = signals;
    tokio::select! {
        () = shared.drain.notified() => StopReason::Drain,
        _ = terminate.recv() => StopReason::Signal,
        _ = interrupt.recv() => StopReason::Signal,
        () = lifeline.ended() => StopReason::Lifeline,
    }
}

fn router(routes: Router, shared: &Arc<Shared>) -> Router {
    let routes = routes
        .layer(middleware::from_fn_with_state(shared.clone(), token::require))
        .layer(middleware::from_fn_with_state(shared.clone(), count));
    Router::new()
        .nest(&format!("/api/{}", shared.plugin.id), routes)
        .nest(CONTROL_PREFIX, control::routes(shared.clone()))
        .fallback(control::not_found)
}

pub(crate) async fn count(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    /// Counts down also when the client goes away in the middle.
    struct Counted(Arc<Shared>);
    impl Drop for Counted {
        fn drop(&mut self) {
            self.0.in_flight.fetch_sub(1, Ordering::SeqCst);
        }
    }
    shared.in_flight.fetch_add(1, Ordering::SeqCst);
    let _counted = Counted(shared);
    next.run(request).await
}

/// Listens with mode 0600. The folder is the supervisor's and private, so nobody connects before the mode is set.
fn listen(socket: &str) -> io::Result<UnixListener> {
    match std::fs::remove_file(socket) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(socket)?;
    std::fs::set_permissions(socket, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

fn fatal(reason: FatalReason, message: String) -> Fatal {
    Fatal { reason, message, failures: Vec::new() }
}

fn failed(boot: &Boot, message: String) -> Fatal {
    let failure = |plugin: &PluginBoot| Failure { plugin: plugin.id.clone(), module: None, message: message.clone() };
    Fatal { failures: boot.plugins.iter().map(failure).collect(), ..fatal(FatalReason::Start, message.clone()) }
}

pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
