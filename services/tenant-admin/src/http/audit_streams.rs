//! Where the audit log is sent to: webhooks and S3 buckets of the organisation's own.

use crate::domain::{FormProblems, delivery, person};
use crate::jobs;
use crate::state::TenantAdmin;
use crate::store::audit_stream::{self, StreamRow};
use ::store::{AuditEvent, audit};
use axum::extract::State;
use axum::http::StatusCode;
use http_shell::{Caller, Json, Path, Result};
use kernel::Error;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;
use url::Url;
use utoipa::ToSchema;
use uuid::Uuid;

/// Streams that an organisation may have.
const MOST: usize = 5;

/// What kind of archive it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum StreamKind {
    /// Lines of JSON are posted to an address, signed as Standard Webhooks asks.
    Webhook,
    /// Compressed objects in a bucket.
    S3,
}

impl StreamKind {
    const fn word(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::S3 => "s3",
        }
    }
}

/// A stream, without its secret.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Stream {
    id: Uuid,
    #[schema(value_type = StreamKind)]
    kind: String,
    name: String,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    bucket: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    prefix: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    region: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    access_key: Option<String>,
    enabled: bool,
    /// The number of the last event that the other side confirmed.
    sent_through: i64,
    /// How many events wait.
    waiting: i64,
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, format = DateTime)]
    delivered_at: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, format = DateTime)]
    failing_since: Option<OffsetDateTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    last_error: Option<String>,
}

impl Stream {
    fn shown(row: StreamRow, last: i64) -> Self {
        Self {
            id: row.stream_id,
            kind: row.kind,
            name: row.name,
            url: row.url,
            bucket: row.bucket,
            prefix: row.prefix,
            region: row.region,
            access_key: row.access_key,
            enabled: row.enabled,
            sent_through: row.cursor_seq,
            waiting: (last - row.cursor_seq).max(0),
            delivered_at: row.delivered_at,
            failing_since: row.failing_since,
            last_error: row.last_error,
        }
    }
}

/// All of them.
#[derive(Serialize, ToSchema)]
pub(crate) struct StreamList {
    items: Vec<Stream>,
}

/// Lists where the audit log is sent to.
#[utoipa::path(get, path = "/api/tenant-admin/v1/audit/streams", tag = "audit", responses((status = 200, body = StreamList)))]
pub(crate) async fn list_streams(State(admin): State<TenantAdmin>, caller: Caller) -> Result<Json<StreamList>> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let last = audit::audit_head(&mut tx).await?.map_or(0, |head| head.seq);
    let items = audit_stream::list(&mut tx).await?.into_iter().map(|row| Stream::shown(row, last)).collect();
    Ok(Json(StreamList { items }))
}

/// A stream to be set up.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewStream {
    kind: StreamKind,
    name: String,
    /// Address of the webhook or of the S3 endpoint.
    url: String,
    /// S3: the bucket.
    bucket: Option<String>,
    /// S3: what keys begin with.
    prefix: Option<String>,
    /// S3: for example `eu-central-1`.
    region: Option<String>,
    /// S3: the public half of the key.
    access_key: Option<String>,
    /// S3: the secret half.
    secret_key: Option<String>,
    /// Whether to send what is in the log already.
    #[serde(default)]
    from_beginning: bool,
}

/// A stream that was set up. A webhook's signing key is shown this once.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MadeStream {
    stream: Stream,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    signing_key: Option<String>,
}

fn url_problem(text: &str) -> Option<&'static str> {
    let Ok(url) = Url::parse(text) else {
        return Some("Enter a complete address such as https://logs.example.com/in.");
    };
    let web = matches!(url.scheme(), "http" | "https") && url.host_str().is_some_and(|host| !host.is_empty());
    if !web {
        return Some("Enter an address that begins with https:// or http://.");
    }
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    (!plain || text.len() > 2_000).then_some("Leave user name, password and fragment out of the address.")
}

fn text_problem(text: Option<&str>, what: &'static str, allowed: fn(char) -> bool, most: usize) -> Option<String> {
    match text.map(str::trim) {
        None | Some("") => Some(format!("Enter the {what}.")),
        Some(text) if text.len() > most || !text.chars().all(allowed) => Some(format!("This is not a {what}.")),
        Some(_) => None,
    }
}

impl NewStream {
    fn check(&self) -> kernel::Result<()> {
        let mut problems = FormProblems::default();
        problems.check("name", person::name_problem(&self.name));
        problems.check("url", url_problem(&self.url));
        if self.kind == StreamKind::S3 {
            let word = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
            let visible = |c: char| c.is_ascii_graphic();
            problems.check("bucket", text_problem(self.bucket.as_deref(), "bucket", word, 63));
            problems.check("region", text_problem(self.region.as_deref(), "region", word, 60));
            problems.check("accessKey", text_problem(self.access_key.as_deref(), "access key", visible, 200));
            problems.check("secretKey", text_problem(self.secret_key.as_deref(), "secret key", visible, 500));
            let prefix = self.prefix.as_deref().unwrap_or_default();
            let odd = prefix.len() > 200
                || prefix.starts_with('/')
                || prefix.contains("..")
                || prefix.chars().any(char::is_control);
            problems.check(
                "prefix",
                odd.then_some("A prefix is a path such as audit/ without .. and without a slash at its start."),
            );
        }
        problems.into_result()
    }

    fn prefix(&self) -> Option<String> {
        let prefix = self.prefix.as_deref().unwrap_or_default().trim().trim_end_matches('/');
        Some(if prefix.is_empty() { String::new() } else { format!("{prefix}/") })
    }
}

fn audited(row: &StreamRow) -> Value {
    json!({ "kind": row.kind, "name": row.name, "url": row.url, "bucket": row.bucket, "prefix": row.prefix,
        "region": row.region, "enabled": row.enabled })
}

fn new_webhook_key() -> kernel::Result<String> {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Error::internal("the system gives no random bytes"))?;
    Ok(delivery::webhook_key(&bytes))
}

/// Sets up a stream; sending begins at once.
#[utoipa::path(post, path = "/api/tenant-admin/v1/audit/streams", tag = "audit", request_body = NewStream,
    responses((status = 201, body = MadeStream), (status = 400, description = "Says per field what is wrong"),
        (status = 409, description = "There are enough already")))]
pub(crate) async fn add_stream(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Json(form): Json<NewStream>,
) -> Result<(StatusCode, Json<MadeStream>)> {
    form.check()?;
    let mut tx = admin.db.tenant(caller.tenant).await?;
    if audit_stream::list(&mut tx).await?.len() >= MOST {
        return Err(Error::conflict(format!("The log is sent to {MOST} places already. Remove one first.")).into());
    }
    let stream_id = Uuid::now_v7();
    let signing_key = match form.kind {
        StreamKind::Webhook => Some(new_webhook_key()?),
        StreamKind::S3 => None,
    };
    let secret = signing_key.as_deref().or(form.secret_key.as_deref()).unwrap_or_default();
    let last = audit::audit_head(&mut tx).await?;
    let s3 = form.kind == StreamKind::S3;
    let row = StreamRow {
        stream_id,
        kind: form.kind.word().to_owned(),
        name: form.name.trim().to_owned(),
        url: form.url.trim().to_owned(),
        prefix: form.prefix().filter(|_| s3),
        bucket: form.bucket.as_deref().map(|text| text.trim().to_owned()).filter(|_| s3),
        region: form.region.as_deref().map(|text| text.trim().to_owned()).filter(|_| s3),
        access_key: form.access_key.as_deref().map(|text| text.trim().to_owned()).filter(|_| s3),
        sealed_secret: audit_stream::seal_secret(&mut tx, stream_id, secret.trim()).await?,
        enabled: true,
        cursor_seq: last.as_ref().map_or(0, |head| if form.from_beginning { head.base_seq } else { head.seq }),
        created_at: admin.clock.now(),
        delivered_at: None,
        failing_since: None,
        last_error: None,
    };
    audit_stream::insert(&mut tx, &row).await?;
    jobs::send_soon(&mut tx, stream_id).await?;
    tx.record(AuditEvent::by(&caller.principal, "audit.stream.add", &row.name).after(audited(&row))).await?;
    tx.commit().await?;
    admin.audit_due();
    let last = last.map_or(0, |head| head.seq);
    Ok((StatusCode::CREATED, Json(MadeStream { stream: Stream::shown(row, last), signing_key })))
}

/// What is to change; what is left out stays.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct StreamChange {
    name: Option<String>,
    url: Option<String>,
    /// Off: nothing is sent, and what comes meanwhile waits.
    enabled: Option<bool>,
    /// S3: another secret key.
    secret_key: Option<String>,
    /// S3: another access key.
    access_key: Option<String>,
}

/// Changes a stream, or switches it off and on.
#[utoipa::path(patch, path = "/api/tenant-admin/v1/audit/streams/{id}", tag = "audit", request_body = StreamChange,
    params(("id" = Uuid, Path, description = "The stream")),
    responses((status = 200, body = Stream), (status = 400, description = "Says per field what is wrong"), (status = 404)))]
pub(crate) async fn change_stream(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(change): Json<StreamChange>,
) -> Result<Json<Stream>> {
    let mut problems = FormProblems::default();
    problems.check("name", change.name.as_deref().and_then(person::name_problem));
    problems.check("url", change.url.as_deref().and_then(url_problem));
    problems.into_result()?;
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let mut row = audit_stream::find_for_update(&mut tx, id).await?.ok_or_else(no_stream)?;
    let before = audited(&row);
    if let Some(name) = change.name {
        row.name = name.trim().to_owned();
    }
    if let Some(url) = change.url {
        row.url = url.trim().to_owned();
    }
    row.enabled = change.enabled.unwrap_or(row.enabled);
    let is_s3 = row.kind == StreamKind::S3.word();
    if let Some(secret) = change.secret_key.filter(|secret| is_s3 && !secret.trim().is_empty()) {
        row.sealed_secret = audit_stream::seal_secret(&mut tx, id, secret.trim()).await?;
    }
    if let Some(key) = change.access_key.filter(|key| is_s3 && !key.trim().is_empty()) {
        row.access_key = Some(key.trim().to_owned());
    }
    audit_stream::set(&mut tx, &row).await?;
    jobs::send_soon(&mut tx, id).await?;
    let event = AuditEvent::by(&caller.principal, "audit.stream.update", &row.name).before(before).after(audited(&row));
    tx.record(event).await?;
    let last = audit::audit_head(&mut tx).await?.map_or(0, |head| head.seq);
    tx.commit().await?;
    admin.audit_due();
    Ok(Json(Stream::shown(row, last)))
}

fn no_stream() -> Error {
    Error::not_found("The log is sent to no such place")
}

/// Removes a stream; nothing more is sent.
#[utoipa::path(delete, path = "/api/tenant-admin/v1/audit/streams/{id}", tag = "audit",
    params(("id" = Uuid, Path, description = "The stream")), responses((status = 204), (status = 404)))]
pub(crate) async fn remove_stream(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<StatusCode> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let row = audit_stream::find_for_update(&mut tx, id).await?.ok_or_else(no_stream)?;
    audit_stream::delete(&mut tx, id).await?;
    jobs::send_no_more(&mut tx, id).await?;
    tx.record(AuditEvent::by(&caller.principal, "audit.stream.remove", &row.name).before(audited(&row))).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
