//! Logs as JSON or for a terminal, and traces by OTLP when a collector is configured.
//!
//! Logs go to stderr, without the secrets that this process holds: stdout belongs to commands that print a result. Traces use the blocking HTTP
//! exporter, because the batch exporter has a thread of its own without an async runtime: with the
//! async client it panics there and no span ever arrives. A test asserts that spans arrive.

use std::fmt;
use std::time::Duration;

use anyhow::Context;
use opentelemetry::trace::{
    SpanContext, SpanId, Status, TraceContextExt, TraceFlags, TraceId, TraceState, TracerProvider,
};
use opentelemetry::{KeyValue, Value};
use opentelemetry_otlp::{Protocol, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
use tracing::Span;
use tracing::span::Record;
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::filter::{EnvFilter, LevelFilter, filter_fn};
use tracing_subscriber::fmt::FormattedFields;
use tracing_subscriber::fmt::format::{FormatFields, JsonFields, Writer};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, Registry};

use crate::config;
use crate::redaction::{Masked, redact};

const EXPORT_TIMEOUT: Duration = Duration::from_secs(5);

/// Spans of these crates would describe the export itself, or every packet.
const NOT_TRACED: [&str; 6] = ["opentelemetry", "hyper", "reqwest", "h2", "rustls", "tower"];

/// Keeps the exporter; call [`Telemetry::shutdown`] last.
pub struct Telemetry {
    provider: Option<SdkTracerProvider>,
}

/// Installs logs and traces for this process. `role` becomes the `service.name` suffix.
pub fn init(settings: &config::Telemetry, role: &str) -> anyhow::Result<Telemetry> {
    let (subscriber, telemetry) = build(settings, role)?;
    tracing::subscriber::set_global_default(subscriber).context("telemetry is already installed")?;
    Ok(telemetry)
}

/// The subscriber of [`init`], not installed.
pub fn build(
    settings: &config::Telemetry,
    role: &str,
) -> anyhow::Result<(impl tracing::Subscriber + Send + Sync + use<>, Telemetry)> {
    let provider = settings.otlp_url.as_deref().map(|url| provider(url, role)).transpose()?;
    let traces = provider.as_ref().map(|provider| {
        tracing_opentelemetry::layer()
            .with_tracer(provider.tracer("proscenium"))
            .with_filter(LevelFilter::INFO)
            .with_filter(filter_fn(|meta| !NOT_TRACED.iter().any(|name| meta.target().starts_with(name))))
    });
    let filter =
        EnvFilter::try_new(&settings.level).with_context(|| format!("telemetry.level = \"{}\"", settings.level))?;
    let logs = log_layer(settings.log_format).with_filter(filter);
    Ok((Registry::default().with(traces).with(logs), Telemetry { provider }))
}

impl Telemetry {
    /// Sends what is still buffered. Blocks for at most the export timeout; not to be called on an
    /// async thread that others wait for.
    pub fn shutdown(self) {
        if let Some(provider) = self.provider
            && let Err(error) = provider.shutdown_with_timeout(EXPORT_TIMEOUT)
        {
            tracing::warn!(error = %error, "the last traces could not be sent");
        }
    }
}

/// Sends spans without the secrets that this process holds, or held a moment ago.
#[derive(Debug)]
struct MaskedExporter<E>(E);

impl<E: SpanExporter> SpanExporter for MaskedExporter<E> {
    async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
        for span in &mut batch {
            let events = span.events.events.iter_mut();
            for event in events {
                event.name = redact(&event.name).into_owned().into();
                event.attributes.iter_mut().for_each(mask);
            }
            span.attributes.iter_mut().for_each(mask);
            if let Status::Error { description } = &mut span.status {
                *description = redact(description).into_owned().into();
            }
        }
        self.0.export(batch).await
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.0.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.0.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.0.set_resource(resource);
    }
}

fn mask(attribute: &mut KeyValue) {
    if let Value::String(text) = &attribute.value {
        attribute.value = Value::String(redact(text.as_str()).into_owned().into());
    }
}

/// The span of one request. `tenant`, `user` and `status` are recorded when they become known.
pub fn request_span(method: &str, route: &str, request_id: &str) -> Span {
    tracing::info_span!(
        "request",
        otel.name = format!("{method} {route}"),
        otel.kind = "server",
        method,
        route,
        request_id,
        tenant = tracing::field::Empty,
        user = tracing::field::Empty,
        status = tracing::field::Empty,
    )
}

/// The `traceparent` header (W3C Trace Context) that makes the callee's span a child of `span`.
pub fn traceparent(span: &Span) -> Option<String> {
    let context = span.context();
    let context = context.span().span_context().clone();
    context
        .is_valid()
        .then(|| format!("00-{}-{}-{:02x}", context.trace_id(), context.span_id(), context.trace_flags().to_u8()))
}

/// Makes `span` a child of the caller's span. Takes the header only from our own processes: a
/// stranger's would let him write into our traces.
pub fn adopt_parent(span: &Span, traceparent: &str) {
    if let Some(remote) = parse_traceparent(traceparent) {
        let parent = opentelemetry::Context::new().with_remote_span_context(remote);
        // Fails only when the span was already exported or is not traced at all.
        drop(span.set_parent(parent));
    }
}

fn parse_traceparent(header: &str) -> Option<SpanContext> {
    let mut parts = header.split('-');
    let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    if version.len() != 2 || version == "ff" {
        return None;
    }
    let flags = TraceFlags::new(u8::from_str_radix(flags, 16).ok()?);
    let context = SpanContext::new(
        TraceId::from_hex(trace).ok()?,
        SpanId::from_hex(span).ok()?,
        flags,
        true,
        TraceState::default(),
    );
    context.is_valid().then_some(context)
}

fn log_layer<S>(format: config::LogFormat) -> Box<dyn Layer<S> + Send + Sync>
where
    S: tracing::Subscriber + for<'a> LookupSpan<'a>,
{
    let layer = tracing_subscriber::fmt::layer().with_writer(|| Masked(std::io::stderr()));
    match format {
        config::LogFormat::Json => {
            let layer = layer.json().flatten_event(true).with_current_span(true).with_span_list(false);
            layer.fmt_fields(SpanFields(JsonFields::new())).boxed()
        }
        config::LogFormat::Pretty => layer.with_target(false).compact().boxed(),
    }
}

/// Fields of spans as JSON. What is recorded later is written behind what is there; [`JsonFields`] reads all of it anew
/// for each field, several times a request.
struct SpanFields(JsonFields);

impl<'writer> FormatFields<'writer> for SpanFields {
    fn format_fields<R: RecordFields>(&self, writer: Writer<'writer>, fields: R) -> fmt::Result {
        self.0.format_fields(writer, fields)
    }

    fn add_fields(&self, current: &'writer mut FormattedFields<Self>, fields: &Record<'_>) -> fmt::Result {
        let mut more = String::new();
        self.0.format_fields(Writer::new(&mut more), fields)?;
        let there = &mut current.fields;
        match there.strip_suffix('}') {
            None | Some("{") => *there = more,
            Some(_) if more == "{}" => {}
            Some(_) => {
                there.pop();
                there.push(',');
                there.push_str(more.strip_prefix('{').unwrap_or_default());
            }
        }
        Ok(())
    }
}

fn provider(url: &str, role: &str) -> anyhow::Result<SdkTracerProvider> {
    let exporter = opentelemetry_otlp::SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(format!("{}/v1/traces", url.trim_end_matches('/')))
        .with_timeout(EXPORT_TIMEOUT)
        .build()
        .with_context(|| format!("telemetry.otlp_url = \"{url}\""))?;
    let exporter = MaskedExporter(exporter);
    let resource = Resource::builder().with_service_name(format!("proscenium-{role}")).build();
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "tests")]

    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::TcpListener;
    use std::sync::mpsc::{Receiver, channel};

    use super::*;

    /// A collector that answers 200 and hands over each request line and body.
    fn collector() -> (String, Receiver<(String, Vec<u8>)>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("bind");
        let url = format!("http://{}", listener.local_addr().expect("address"));
        let (sender, received) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = BufReader::new(stream.expect("accept"));
                let mut first = String::new();
                stream.read_line(&mut first).expect("request line");
                let (mut line, mut length) = (String::from("x"), 0);
                while line.trim() != "" {
                    line.clear();
                    stream.read_line(&mut line).expect("header");
                    if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                        length = value.trim().parse().expect("length");
                    }
                }
                let mut body = vec![0; length];
                stream.read_exact(&mut body).expect("body");
                stream
                    .get_mut()
                    .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
                    .expect("answer");
                if sender.send((first.trim().to_owned(), body)).is_err() {
                    return;
                }
            }
        });
        (url, received)
    }

    fn settings(otlp_url: Option<String>) -> config::Telemetry {
        config::Telemetry { otlp_url, log_format: config::LogFormat::Json, level: "error".into() }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn spans_with_tenant_and_route_arrive_at_the_collector() {
        let (url, received) = collector();
        let (subscriber, telemetry) = build(&settings(Some(url)), "catalog").expect("telemetry");
        tracing::subscriber::with_default(subscriber, || {
            let span = request_span("GET", "/api/catalog/entities", "req-1");
            span.record("tenant", "tenant-of-the-test");
            let _held = crate::redaction::hold(["planted-canary-0002"]);
            span.in_scope(|| {
                tracing::info_span!("inner", address = "https://h/planted-canary-0002").in_scope(|| {
                    tracing::warn!("it said planted-canary-0002");
                });
            });
            assert!(traceparent(&span).is_some_and(|header| header.starts_with("00-")));
        });
        tokio::task::spawn_blocking(|| telemetry.shutdown()).await.expect("shutdown");
        let (line, body) = received.recv_timeout(Duration::from_secs(10)).expect("a POST");
        assert_eq!(line, "POST /v1/traces HTTP/1.1");
        let body = String::from_utf8_lossy(&body);
        for text in ["proscenium-catalog", "GET /api/catalog/entities", "tenant-of-the-test", "req-1", "inner"] {
            assert!(body.contains(text), "{text} is missing");
        }
        assert!(body.contains("it said ***") && !body.contains("planted-canary"), "a secret left in a span");
    }

    #[test]
    fn a_callee_continues_the_callers_trace() {
        let (url, _received) = collector();
        let (subscriber, telemetry) = build(&settings(Some(url)), "catalog").expect("telemetry");
        tracing::subscriber::with_default(subscriber, || {
            let caller = traceparent(&tracing::info_span!("caller")).expect("header");
            let callee = tracing::info_span!("callee");
            adopt_parent(&callee, &caller);
            let continued = traceparent(&callee).expect("header");
            assert_eq!(caller[3..35], continued[3..35], "same trace");
            assert_ne!(caller, continued, "another span");
            adopt_parent(&tracing::info_span!("robust"), "no-trace-parent-");
        });
        telemetry.shutdown();
    }

    #[test]
    fn what_a_span_learns_later_is_in_its_lines() {
        let written = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let layer = tracing_subscriber::fmt::layer().json().fmt_fields(SpanFields(JsonFields::new()));
        let sink = std::sync::Arc::clone(&written);
        let subscriber = Registry::default().with(layer.with_writer(move || Sink(std::sync::Arc::clone(&sink))));
        tracing::subscriber::with_default(subscriber, || {
            let empty = tracing::info_span!("empty", late = tracing::field::Empty);
            empty.record("late", "\"quoted\"");
            empty.in_scope(|| tracing::warn!("one"));
            let span = request_span("GET", "/x", "req-1");
            span.record("status", 200).record("tenant", "acme").record("status", 503);
            span.in_scope(|| tracing::warn!("two"));
        });
        let text = String::from_utf8(written.lock().expect("lock").clone()).expect("text");
        let lines: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        assert_eq!(lines[0]["span"]["late"], "\"quoted\"");
        let span = &lines[1]["span"];
        assert_eq!((&span["method"], &span["tenant"], &span["status"]), (&"GET".into(), &"acme".into(), &503.into()));
    }

    struct Sink(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().expect("lock").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_malformed_level_is_an_error_that_names_the_setting() {
        let mut settings = settings(None);
        settings.level = "catalog=loud".into();
        let error = build(&settings, "all").err().expect("malformed");
        assert!(format!("{error:#}").contains("telemetry.level"));
    }
}
