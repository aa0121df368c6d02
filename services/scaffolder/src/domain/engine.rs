//! The expression engine: the unmodified npm package that Backstage renders templates with, in an embedded QuickJS.
//!
//! Owns one JavaScript runtime per run. A template can reach nothing of the host: values cross as JSON text, the only
//! host functions are a random number and the taking apart of URLs. Memory, stack and time are limited, and
//! a runtime that hit its time or memory limit refuses further work. Nothing is ever shared between two runs.

use super::failure::{Failure, Outcome};
use super::repo_url;
use rquickjs::function::{Args, IntoArgs};
use rquickjs::{CatchResultExt, CaughtError, Context, Ctx, FromJs, Function, Object, Runtime};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use url::Url;

/// Built from the pinned npm packages by `engine/build.mjs`; `tests/api/engine_bundle.rs` says when it is stale.
const ENGINE: &str = include_str!("../../engine/bundle/engine.js");
/// The YAML writer, loaded when an action first needs it.
const YAML: &str = include_str!("../../engine/bundle/yaml.js");

/// What one call into the engine may use.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of JavaScript heap for the whole run.
    pub memory: usize,
    /// Bytes of native stack.
    pub stack: usize,
    /// Processor time for one call: one value with everything in it, or one file.
    pub time: Duration,
}

impl Default for Limits {
    /// 96 MiB, 768 KiB (below the 2 MiB of the threads that run it), 1 s.
    fn default() -> Self {
        Self { memory: 96 << 20, stack: 768 << 10, time: Duration::from_secs(1) }
    }
}

/// Values that expressions can see; made by [`Engine::open`] and [`Engine::with_value`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContextId(u32);

/// A renderer of whole files; made by [`Engine::open_files`].
#[derive(Debug, Clone, Copy)]
pub struct FilesId(u32);

/// How whole files are rendered.
#[derive(Debug, Clone, Copy, Default, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FileOptions {
    /// `{{ }}` and the name `cookiecutter` instead of `${{ }}` and `values`.
    pub cookiecutter_compat: bool,
    /// The first line break after a tag is dropped.
    pub trim_blocks: bool,
    /// Blanks before a tag at the start of a line are dropped.
    pub lstrip_blocks: bool,
}

/// What a JSON schema finds wrong with a value, as the npm package `jsonschema` says it.
#[derive(Debug, serde::Deserialize)]
pub struct Findings {
    /// The findings as objects, in the shape that Backstage's clients know.
    pub errors: Vec<Value>,
    /// The same as sentences.
    pub texts: Vec<String>,
}

/// One run's JavaScript runtime.
pub struct Engine {
    context: Context,
    /// Microseconds of its thread's processor time at which the running call is stopped.
    deadline: Arc<AtomicU64>,
    limits: Limits,
    yaml: AtomicBool,
    exhausted: AtomicBool,
    // Dropped last: the context lives inside it.
    _runtime: Runtime,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl Engine {
    /// Loads the packages into a fresh runtime.
    ///
    /// # Errors
    /// When the runtime cannot be made: out of memory.
    pub fn new(limits: Limits) -> Outcome<Self> {
        let runtime = Runtime::new().map_err(unusable)?;
        runtime.set_memory_limit(limits.memory);
        runtime.set_max_stack_size(limits.stack);
        let deadline = Arc::new(AtomicU64::new(u64::MAX));
        let watched = Arc::clone(&deadline);
        runtime.set_interrupt_handler(Some(Box::new(move || thread_time() > watched.load(Ordering::Relaxed))));
        let context = Context::full(&runtime).map_err(unusable)?;
        context
            .with(|ctx| {
                let globals = ctx.globals();
                globals.set("hostRandom", Function::new(ctx.clone(), random)?)?;
                globals.set("hostUrl", Function::new(ctx.clone(), resolve_url)?)?;
                globals.set("hostParseRepoUrl", Function::new(ctx.clone(), parse_repo_url)?)?;
                ctx.eval::<(), _>(ENGINE)
            })
            .map_err(unusable)?;
        Ok(Self {
            context,
            deadline,
            limits,
            yaml: AtomicBool::new(false),
            exhausted: AtomicBool::new(false),
            _runtime: runtime,
        })
    }

    /// Begins a run whose expressions see `values`.
    ///
    /// # Errors
    /// When a value has a key that templates may not hold (`__proto__`).
    pub fn open(&self, values: &Value) -> Outcome<ContextId> {
        self.call("open", (values.to_string(),)).map(ContextId)
    }

    /// A context like `base` with the value at `path` replaced.
    ///
    /// # Errors
    /// As [`Engine::open`].
    pub fn with_value(&self, base: ContextId, path: &[&str], value: &Value) -> Outcome<ContextId> {
        self.call("withValue", (base.0, json!(path).to_string(), value.to_string())).map(ContextId)
    }

    /// Frees contexts that are needed no more.
    ///
    /// # Errors
    /// When the runtime is exhausted.
    pub fn release(&self, contexts: &[ContextId]) -> Outcome<()> {
        let ids: Vec<u32> = contexts.iter().map(|context| context.0).collect();
        self.call("release", (json!(ids).to_string(),))
    }

    /// Renders every string inside `input`; `None` when the whole of it renders to nothing.
    ///
    /// # Errors
    /// Only when a limit is exceeded: an expression that cannot be rendered stays as its text.
    pub fn render(&self, input: &Value, context: ContextId) -> Outcome<Option<Value>> {
        let rendered: Option<String> = self.call("renderDeep", (input.to_string(), context.0))?;
        rendered.map(|text| parse(&text)).transpose()
    }

    /// What `failure()` answers from now on.
    ///
    /// # Errors
    /// When the runtime is exhausted.
    pub fn set_failed(&self, failed: bool) -> Outcome<()> {
        self.call("setFailed", (failed,))
    }

    /// Whether an expression asked `always()` or `failure()` since the last question.
    ///
    /// # Errors
    /// When the runtime is exhausted.
    pub fn take_asked(&self) -> Outcome<bool> {
        self.call("takeAsked", ())
    }

    /// Begins the rendering of whole files that see `values`.
    ///
    /// # Errors
    /// As [`Engine::open`].
    pub fn open_files(&self, options: FileOptions, values: Option<&Value>) -> Outcome<FilesId> {
        let options = serde_json::to_string(&options).map_err(|error| Failure::error(error.to_string()))?;
        let mut context = serde_json::Map::new();
        if let Some(values) = values {
            let name = if options.contains("\"cookiecutterCompat\":true") { "cookiecutter" } else { "values" };
            context.insert(name.to_owned(), values.clone());
        }
        self.call("openFiles", (options, Value::Object(context).to_string())).map(FilesId)
    }

    /// Renders one file's text, or one file's name.
    ///
    /// # Errors
    /// `TemplateRenderError` with line and column.
    pub fn render_file(&self, files: FilesId, source: &str) -> Outcome<String> {
        self.call("renderFile", (files.0, source))
    }

    /// Ends the rendering of whole files and frees their values.
    ///
    /// # Errors
    /// When the runtime is exhausted.
    pub fn close_files(&self) -> Outcome<()> {
        self.call("closeFiles", ())
    }

    /// What `schema` finds wrong with `instance`.
    ///
    /// # Errors
    /// When the schema itself cannot be used.
    pub fn check(&self, instance: &Value, schema: &Value) -> Outcome<Findings> {
        let answer: String = self.call("check", (instance.to_string(), schema.to_string()))?;
        serde_json::from_str(&answer).map_err(|error| Failure::error(error.to_string()))
    }

    /// `value` as a YAML document.
    ///
    /// # Errors
    /// When a limit is exceeded.
    pub fn write_yaml(&self, value: &Value) -> Outcome<String> {
        if !self.yaml.swap(true, Ordering::Relaxed) {
            self.context.with(|ctx| ctx.eval::<(), _>(YAML)).map_err(unusable)?;
        }
        self.enter(|ctx| {
            let write: Function = ctx.globals().get("writeYaml")?;
            write.call((value.to_string(),))
        })
    }

    fn call<A, R>(&self, name: &str, arguments: A) -> Outcome<R>
    where
        A: for<'js> IntoArgs<'js>,
        R: for<'js> FromJs<'js>,
    {
        self.enter(|ctx| {
            let engine: Object = ctx.globals().get("engine")?;
            let function: Function = engine.get(name)?;
            let mut packed = Args::new(ctx.clone(), arguments.num_args());
            arguments.into_args(&mut packed)?;
            function.call_arg(packed)
        })
    }

    fn enter<R>(&self, work: impl for<'js> FnOnce(&Ctx<'js>) -> rquickjs::Result<R>) -> Outcome<R> {
        if self.exhausted.load(Ordering::Relaxed) {
            return Err(Failure::error("The template used up its time or memory; nothing more of it is rendered"));
        }
        let time = u64::try_from(self.limits.time.as_micros()).unwrap_or(u64::MAX);
        self.deadline.store(thread_time().saturating_add(time), Ordering::Relaxed);
        let answer = self.context.with(|ctx| work(&ctx).catch(&ctx).map_err(|error| failure_of(&error)));
        let overdue = thread_time() > self.deadline.swap(u64::MAX, Ordering::Relaxed);
        answer.map_err(|failure| self.exhausted_or(failure, overdue))
    }

    fn exhausted_or(&self, failure: Failure, overdue: bool) -> Failure {
        if failure.name != "InternalError" {
            return failure;
        }
        self.exhausted.store(true, Ordering::Relaxed);
        if overdue {
            let seconds = self.limits.time.as_secs_f32();
            Failure::error(format!("A template needed more than {seconds} s to render and was stopped"))
        } else {
            let megabytes = self.limits.memory >> 20;
            Failure::error(format!("A template needed more than {megabytes} MiB of memory and was stopped"))
        }
    }
}

/// Microseconds of processor time that this thread has used. A call never changes its thread.
fn thread_time() -> u64 {
    let used = nix::time::clock_gettime(nix::time::ClockId::CLOCK_THREAD_CPUTIME_ID).map(Duration::from);
    used.ok().and_then(|used| u64::try_from(used.as_micros()).ok()).unwrap_or(0)
}

/// A number in [0, 1).
fn random() -> f64 {
    let bits = uuid::Uuid::new_v4().as_u128() & u128::from(u32::MAX);
    bits as f64 / (f64::from(u32::MAX) + 1.0)
}

fn parse_repo_url(text: String) -> String {
    match repo_url::parse(&text) {
        Ok(spec) => json!({ "ok": spec }),
        Err(message) => json!({ "error": message }),
    }
    .to_string()
}

/// The parts of a URL that the schema package asks for; `null` when it is none.
fn resolve_url(input: String, base: String) -> String {
    let url = if base.is_empty() { Url::parse(&input) } else { Url::parse(&base).and_then(|base| base.join(&input)) };
    let parts = url.map_or(Value::Null, |url| {
        json!({
            "href": url.as_str(),
            "protocol": format!("{}:", url.scheme()),
            "pathname": url.path(),
            "search": url.query().filter(|query| !query.is_empty()).map(|query| format!("?{query}")).unwrap_or_default(),
            "hash": url.fragment().filter(|hash| !hash.is_empty()).map(|hash| format!("#{hash}")).unwrap_or_default(),
        })
    });
    parts.to_string()
}

fn parse(text: &str) -> Outcome<Value> {
    serde_json::from_str(text).map_err(|error| Failure::error(error.to_string()))
}

fn failure_of(error: &CaughtError<'_>) -> Failure {
    match error {
        CaughtError::Exception(exception) => {
            let name = exception.as_object().get::<_, String>("name").unwrap_or_else(|_| "Error".to_owned());
            Failure::new(name, exception.message().unwrap_or_default())
        }
        CaughtError::Value(value) => Failure::error(format!("{value:?}")),
        CaughtError::Error(error) => unusable(error),
    }
}

fn unusable(error: impl std::fmt::Display) -> Failure {
    Failure::new("InternalError", error.to_string())
}
