//! One run of a scaffolder action: the workspace unpacked, what the action says sent on while it runs, the workspace packed.
//!
//! Whoever drops the answer drops the action with it: that is how a run is cancelled.

use crate::plugin::{ActionFn, Failure, Outcome};
use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures::future::BoxFuture;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use plugin_protocol::extensions::{RUN_TYPE, Run, RunLine};
use plugin_protocol::limits::{MAX_CONTROL_BODY_BYTES, MAX_WORKSPACE_BYTES, MAX_WORKSPACE_ENTRIES};
use serde_json::{Map, Value};
use std::fs::File;
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Component, Path, PathBuf};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _};
use tokio::sync::mpsc;
use tokio_util::io::{ReaderStream, StreamReader};

/// What an action is given.
#[derive(Debug, Clone)]
pub struct ActionRun {
    /// Rendered, and valid by the action's schema.
    pub input: Value,
    /// The run's secrets by name.
    pub secrets: Map<String, Value>,
    /// Whether it must change nothing outside.
    pub is_dry_run: bool,
    /// The workspace; what changes in it goes back.
    pub workspace: PathBuf,
    /// `task`, `step`, `user`, `templateInfo`.
    pub context: Map<String, Value>,
    /// The token of whoever started the run, for calls to the platform.
    pub token: Option<String>,
    said: mpsc::UnboundedSender<RunLine>,
}

impl ActionRun {
    /// Shows a line to whoever watches the run.
    pub fn log(&self, message: impl Into<String>) {
        // Nobody watches any more when the run was cancelled.
        drop(self.said.send(RunLine::Log { level: "info".to_owned(), message: message.into() }));
    }

    /// A text of the input.
    ///
    /// # Errors
    /// `InputError` when it is not there.
    pub fn text(&self, name: &str) -> Outcome<&str> {
        self.input.get(name).and_then(Value::as_str).ok_or_else(|| Failure::input(format!("{name} is missing")))
    }
}

/// An order as it came in.
pub(crate) struct Order {
    pub run: Run,
    workspace: TempDir,
    token: Option<String>,
}

/// Reads a run's request. An error is for whoever sent it.
pub(crate) async fn read(body: Body, token: Option<String>) -> Result<Order, String> {
    let mut reader = StreamReader::new(body.into_data_stream().map_err(io::Error::other));
    let mut line = Vec::new();
    let limit = u64::try_from(MAX_CONTROL_BODY_BYTES).unwrap_or(u64::MAX);
    (&mut reader).take(limit).read_until(b'\n', &mut line).await.map_err(|error| error.to_string())?;
    let run: Run = serde_json::from_slice(&line).map_err(|error| format!("the first line: {error}"))?;
    let mut archive = tempfile::tempfile().map_err(|error| error.to_string())?;
    let mut rest = ReaderStream::new(reader);
    let mut bytes = 0;
    while let Some(chunk) = rest.next().await {
        let chunk = chunk.map_err(|error| error.to_string())?;
        bytes += u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        if bytes > MAX_WORKSPACE_BYTES + MAX_WORKSPACE_BYTES / 8 {
            return Err("the workspace is too large".to_owned());
        }
        archive.write_all(&chunk).map_err(|error| error.to_string())?;
    }
    archive.rewind().map_err(|error| error.to_string())?;
    let workspace = tempfile::tempdir().map_err(|error| error.to_string())?;
    unpack(&archive, workspace.path()).map_err(|error| format!("the workspace: {error}"))?;
    Ok(Order { run, workspace, token })
}

fn unpack(archive: &File, into: &Path) -> io::Result<()> {
    for (count, entry) in tar::Archive::new(archive).entries()?.enumerate() {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        let inside = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if count >= MAX_WORKSPACE_ENTRIES || !inside {
            return Err(io::Error::other("it is too large or leads out of its folder"));
        }
        if matches!(entry.header().entry_type(), tar::EntryType::Regular | tar::EntryType::Directory) {
            entry.unpack_in(into)?;
        }
    }
    Ok(())
}

/// Runs the action; its lines are the answer, and then the workspace.
pub(crate) fn answer(order: Order, act: &ActionFn) -> Response {
    let (said, lines) = mpsc::unbounded_channel();
    let run = ActionRun {
        input: order.run.input,
        secrets: order.run.secrets,
        is_dry_run: order.run.is_dry_run,
        workspace: order.workspace.path().to_owned(),
        context: order.run.context,
        token: order.token,
        said,
    };
    let running = Running { action: act(run), lines, workspace: order.workspace };
    let body = stream::unfold(Phase::Acting(running), Phase::next);
    ([(axum::http::header::CONTENT_TYPE, RUN_TYPE)], Body::from_stream(body)).into_response()
}

struct Running {
    action: BoxFuture<'static, Outcome<Map<String, Value>>>,
    lines: mpsc::UnboundedReceiver<RunLine>,
    workspace: TempDir,
}

/// How far an answer is.
enum Phase {
    Acting(Running),
    /// The last line was sent; the workspace follows.
    Packing(TempDir),
    Ended,
}

impl Phase {
    /// The next part of the answer.
    async fn next(self) -> Option<(io::Result<Bytes>, Self)> {
        let mut running = match self {
            Self::Acting(running) => running,
            Self::Packing(workspace) => return Some((pack(workspace.path()), Self::Ended)),
            Self::Ended => return None,
        };
        let outcome = tokio::select! {
            biased;
            Some(line) = running.lines.recv() => return Some((Ok(encode(&[line])), Self::Acting(running))),
            outcome = &mut running.action => outcome,
        };
        let mut last = Vec::new();
        while let Ok(line) = running.lines.try_recv() {
            last.push(line);
        }
        let then = match outcome {
            Ok(outputs) => {
                last.extend(outputs.into_iter().map(|(name, value)| RunLine::Output { name, value }));
                last.push(RunLine::Done { workspace: true });
                Self::Packing(running.workspace)
            }
            Err(failure) => {
                last.push(RunLine::Failed { error: failure.into_failed() });
                Self::Ended
            }
        };
        Some((Ok(encode(&last)), then))
    }
}

fn encode(lines: &[RunLine]) -> Bytes {
    let texts = lines.iter().filter_map(|line| serde_json::to_string(line).ok());
    texts.map(|text| text + "\n").collect::<String>().into()
}

fn pack(root: &Path) -> io::Result<Bytes> {
    let mut file = tempfile::tempfile()?;
    let mut builder = tar::Builder::new(&mut file);
    builder.follow_symlinks(false);
    builder.append_dir_all(".", root)?;
    builder.finish()?;
    drop(builder);
    file.rewind()?;
    let mut bytes = Vec::new();
    file.take(MAX_WORKSPACE_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes.into())
}
