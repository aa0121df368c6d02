//! Sends the rows after the last confirmed one, and notes what the other side confirmed.
//!
//! The row that was confirmed last is the cursor. It moves in the transaction that ends the job's run, after the answer:
//! a process that dies in between sends the same rows again, and none is ever left out.

use super::Context;
use crate::domain::delivery::{self, Bucket, Delivery, MOST_BYTES, MOST_ROWS, Span, retry_in};
use crate::domain::sigv4::Signer;
use crate::store::audit_stream::{self, StreamRow};
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_shell::{Caller, ServiceName, read_json};
use kernel::{Error, Result};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;
use store::audit::{self, Linked};
use store::queue::{self, Job};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use url::Url;
use uuid::Uuid;

/// What waits to be sent.
struct Batch {
    stream: StreamRow,
    secret: String,
    span: Span,
    lines: Vec<u8>,
    /// When the first of them was written.
    written_at: OffsetDateTime,
    /// Whether there are more behind it.
    more: bool,
}

pub(super) async fn work(context: &Context, job: &Job) -> Result<()> {
    let Ok(stream) = Uuid::parse_str(&job.key) else { return end(context, job).await };
    let idle = context.admin.config.audit_poll;
    match gather(context, job, stream).await? {
        Gathered::Gone => end(context, job).await,
        Gathered::Nothing => again(context, job, idle).await,
        Gathered::Batch(batch) => {
            let sent = send(context, job, &batch).await;
            note(context, job, &batch, sent).await
        }
    }
}

enum Gathered {
    /// No such stream, or it is switched off: switching it on makes the job anew.
    Gone,
    /// Nothing to send yet.
    Nothing,
    Batch(Box<Batch>),
}

async fn gather(context: &Context, job: &Job, stream: Uuid) -> Result<Gathered> {
    let mut tx = context.admin.db.tenant(job.tenant()).await?;
    let Some(row) = audit_stream::find_for_update(&mut tx, stream).await?.filter(|row| row.enabled) else {
        return Ok(Gathered::Gone);
    };
    let rows = audit::audit_after(&mut tx, row.cursor_seq, MOST_ROWS).await?;
    let secret = audit_stream::open_secret(&mut tx, &row).await?;
    tx.rollback().await?;
    let (Some(first), Some(written_at)) =
        (rows.first().and_then(|row| row.row.seq), rows.first().map(|row| row.row.at))
    else {
        return Ok(Gathered::Nothing);
    };
    let full = i64::try_from(rows.len()).is_ok_and(|rows| rows >= MOST_ROWS);
    let (lines, last) = lines(&rows)?;
    let fresh = context.admin.clock.now() - written_at < context.admin.config.audit_gathering;
    if row.kind == "s3" && !full && lines.len() < MOST_BYTES && fresh {
        return Ok(Gathered::Nothing);
    }
    let last = last.unwrap_or(first);
    let more = full || rows.last().and_then(|row| row.row.seq) != Some(last);
    Ok(Gathered::Batch(Box::new(Batch { stream: row, secret, span: Span { first, last }, lines, written_at, more })))
}

/// As many rows as a delivery takes, as lines of JSON; the number of the last one.
fn lines(rows: &[Linked]) -> Result<(Vec<u8>, Option<i64>)> {
    let (mut lines, mut last) = (Vec::new(), None);
    for linked in rows {
        if lines.len() >= MOST_BYTES {
            break;
        }
        serde_json::to_writer(&mut lines, &line(linked)?).map_err(Error::internal)?;
        lines.push(b'\n');
        last = linked.row.seq;
    }
    Ok((lines, last))
}

fn line(linked: &Linked) -> Result<Value> {
    let row = &linked.row;
    Ok(json!({
        "seq": row.seq, "id": row.event_id, "at": row.at.format(&Rfc3339).map_err(Error::internal)?, "actor": row.actor,
        "action": row.action, "target": row.target, "before": row.before, "after": row.after,
        "sourceAddress": row.source_address, "agent": row.agent, "undoes": row.undoes, "hash": audit::hex(&linked.hash),
    }))
}

fn delivery(batch: &Batch, now: OffsetDateTime) -> Result<Delivery> {
    let Batch { stream, secret, span, lines, written_at, .. } = batch;
    if stream.kind == "webhook" {
        let key = delivery::webhook_key_bytes(secret).ok_or_else(|| Error::internal("a webhook's key is malformed"))?;
        return Ok(delivery::webhook(&stream.url, &key, stream.stream_id, *span, lines.clone(), now));
    }
    let endpoint = Url::parse(&stream.url).map_err(|_| Error::input("The endpoint's address is malformed."))?;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let (bucket, prefix, region) = (text(&stream.bucket), text(&stream.prefix), text(&stream.region));
    let access_key = text(&stream.access_key);
    let place = Bucket { endpoint: &endpoint, bucket: &bucket, prefix: &prefix };
    let signer = Signer { access_key: &access_key, secret_key: secret, region: &region, service: "s3" };
    Ok(delivery::s3_object(&place, &signer, *span, *written_at, lines, now))
}

/// What the integrations service says about a delivery.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Delivered {
    status: u16,
    retry_after: Option<u64>,
    beginning: String,
}

/// Through the integrations service, the only one that contacts addresses which an organisation chose.
async fn send(context: &Context, job: &Job, batch: &Batch) -> Result<()> {
    let delivery = delivery(batch, context.admin.clock.now())?;
    let headers: BTreeMap<String, String> = delivery.headers.into_iter().collect();
    let body = json!({ "method": delivery.method, "url": delivery.url, "headers": headers,
        "body": STANDARD.encode(&delivery.body) });
    let request = http::Request::post("/internal/integrations/v1/deliver")
        .header(http::header::CONTENT_TYPE, "application/json")
        .body(Body::from(body.to_string()))
        .map_err(Error::internal)?;
    let caller = Caller::service(job.tenant(), "tenant-admin");
    let answer: Delivered = read_json(context.client.call(ServiceName::Integrations, &caller, request).await?).await?;
    if (200..300).contains(&answer.status) {
        return Ok(());
    }
    let said = if answer.beginning.is_empty() { String::new() } else { format!(": {}", answer.beginning) };
    Err(Error {
        retry_after: answer.retry_after,
        ..Error::unavailable(format!("It answered with status {}{said}", answer.status))
    })
}

/// Moves the cursor or notes the failure, and says when to go on, all in one transaction.
async fn note(context: &Context, job: &Job, batch: &Batch, sent: Result<()>) -> Result<()> {
    let (stream, now) = (&batch.stream, context.admin.clock.now());
    let mut tx = context.admin.db.tenant(job.tenant()).await?;
    let delay = match sent {
        Ok(()) => {
            audit_stream::set_delivered(&mut tx, stream.stream_id, batch.span.last, now).await?;
            if batch.more { Duration::ZERO } else { context.admin.config.audit_poll }
        }
        Err(error) => {
            let message: String = error.message.chars().take(500).collect();
            audit_stream::set_failing(&mut tx, stream.stream_id, &message, now).await?;
            let asked = error.retry_after.map_or(Duration::ZERO, Duration::from_secs);
            retry_in(now - stream.failing_since.unwrap_or(now)).max(asked).min(Duration::from_secs(3_600))
        }
    };
    if queue::reschedule(&mut tx, job, delay).await? { tx.commit().await } else { tx.rollback().await }
}

async fn again(context: &Context, job: &Job, delay: Duration) -> Result<()> {
    let mut tx = context.admin.db.tenant(job.tenant()).await?;
    if queue::reschedule(&mut tx, job, delay).await? { tx.commit().await } else { tx.rollback().await }
}

async fn end(context: &Context, job: &Job) -> Result<()> {
    let mut tx = context.admin.db.tenant(job.tenant()).await?;
    if queue::complete(&mut tx, job).await? { tx.commit().await } else { tx.rollback().await }
}
