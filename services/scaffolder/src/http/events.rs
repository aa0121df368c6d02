//! What happens in a task: as a list, and as a stream. Both read the table, so any process can serve them.

use super::{answer, body};
use crate::State;
use crate::domain::spec::recovery_strategy;
use crate::store::event::{self, Event};
use axum::body::Body;
use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::stream;
use http::{HeaderValue, header};
use http_shell::{Caller, Json, Path, Result};
use kernel::TenantId;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// How long a list waits for a task's first event.
const PATIENCE: Duration = Duration::from_secs(30);
/// A stream that has nothing to say says so, or proxies would close it.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// The events of one task, for one reader.
struct Reader {
    state: State,
    tenant: TenantId,
    task_id: Uuid,
    /// Events of a run that is started over are hidden when it is.
    recoverable: bool,
    after: Option<i64>,
    /// The completion is given to whoever begins to read, wherever they begin.
    begun: bool,
    ended: bool,
    last_said: Instant,
}

/// List the events of a task.
///
/// `after` leaves out the events up to that number; the completion is always there. Waits for the first event.
#[utoipa::path(get, path = "/api/scaffolder/v2/tasks/{taskId}/events",
    params(("taskId" = String, Path), ("after" = Option<i64>, Query)),
    responses((status = 200, description = "The events", body = Vec<Value>), (status = 404, description = "No such task")))]
pub(super) async fn list_events(
    Shared(state): Shared<State>,
    caller: Caller,
    Path(task_id): Path<String>,
    uri: http::Uri,
) -> Result<Json<Vec<Value>>> {
    let after = after(&uri)?;
    let mut reader = Reader::open(state, &caller, &task_id, after).await?;
    let deadline = Instant::now() + PATIENCE;
    loop {
        let events = reader.next().await?;
        if !events.is_empty() || Instant::now() > deadline {
            return Ok(Json(events.iter().map(|event| reader.shown(event)).collect()));
        }
        reader.pause().await;
    }
}

/// Follow the events of a task as server-sent events; ends after the completion.
#[utoipa::path(get, path = "/api/scaffolder/v2/tasks/{taskId}/eventstream",
    params(("taskId" = String, Path), ("after" = Option<i64>, Query)),
    responses((status = 200, description = "Events of type `log`, `completion`, `cancelled`, `recovered`",
        content_type = "text/event-stream"), (status = 404, description = "No such task")))]
pub(super) async fn stream_events(
    Shared(state): Shared<State>,
    caller: Caller,
    Path(task_id): Path<String>,
    uri: http::Uri,
) -> Result<Response> {
    let after = after(&uri)?;
    let reader = Reader::open(state, &caller, &task_id, after).await?;
    let frames = stream::unfold(reader, |mut reader| async move {
        let frame = reader.frame().await?;
        Some((frame, reader))
    });
    let mut response = Body::from_stream(frames).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}

fn after(uri: &http::Uri) -> kernel::Result<Option<i64>> {
    let Some(after) = body::query(uri.query(), &["after"])?.into_iter().next() else { return Ok(None) };
    Ok(Some(after.whole()?.clamp(-1e15, 1e15) as i64))
}

impl Reader {
    async fn open(state: State, caller: &Caller, task_id: &str, after: Option<i64>) -> kernel::Result<Self> {
        let (id, task) = super::tasks::find(&state, caller, task_id).await?;
        Ok(Self {
            state,
            tenant: caller.tenant,
            task_id: id,
            recoverable: recovery_strategy(&task.spec.0) == "startOver",
            after,
            begun: false,
            ended: false,
            last_said: Instant::now(),
        })
    }

    /// Waits until there may be something new: at once from a run in this process, soon from one in another.
    async fn pause(&self) {
        tokio::select! {
            () = self.state.news.heard(self.task_id) => {}
            () = tokio::time::sleep(self.state.config.event_interval) => {}
        }
    }

    /// The events that are new to this reader.
    async fn next(&mut self) -> kernel::Result<Vec<Event>> {
        let mut tx = self.state.db.tenant(self.tenant).await?;
        let mut events = event::list_events(&mut tx, self.task_id, self.after).await?;
        tx.rollback().await?;
        if self.begun {
            events.retain(|event| self.after.is_none_or(|after| event.event_id > after));
        }
        if let Some(newest) = events.last() {
            self.after = Some(newest.event_id);
            self.begun = true;
        }
        Ok(self.since_recovery(events))
    }

    /// What was before a run was started over is hidden, where its template asks for that.
    fn since_recovery(&self, events: Vec<Event>) -> Vec<Event> {
        if !self.recoverable {
            return events;
        }
        match events.iter().rposition(|event| event.r#type == "recovered") {
            Some(at) if at + 1 == events.len() => Vec::new(),
            Some(at) => events.into_iter().skip(at).collect(),
            None => events,
        }
    }

    fn shown(&self, event: &Event) -> Value {
        json!({
            "id": event.event_id,
            "isTaskRecoverable": self.recoverable,
            "taskId": self.task_id.to_string(),
            "body": event.body.0,
            "type": event.r#type,
            "createdAt": answer::time(event.created_at),
        })
    }

    /// The next piece of the stream: new events, or a sign of life.
    async fn frame(&mut self) -> Option<kernel::Result<Bytes>> {
        let shutdown = self.state.tasks.shutdown_token();
        while !self.ended {
            let events = match self.next().await {
                Ok(events) => events,
                Err(error) => {
                    // The reader connects anew and goes on after the last event it saw.
                    self.ended = true;
                    return Some(Err(error));
                }
            };
            if !events.is_empty() {
                self.ended = !self.recoverable && events.iter().any(|event| event.r#type == "completion");
                self.last_said = Instant::now();
                let frame = |event| format!("event: {}\ndata: {}\n\n", event_type(event), self.shown(event));
                return Some(Ok(events.iter().map(frame).collect::<String>().into()));
            }
            if self.last_said.elapsed() > HEARTBEAT {
                self.last_said = Instant::now();
                return Some(Ok(Bytes::from_static(b": alive\n\n")));
            }
            tokio::select! {
                () = shutdown.cancelled() => return None,
                () = self.pause() => {}
            }
        }
        None
    }
}

fn event_type(event: &Event) -> &str {
    &event.r#type
}
