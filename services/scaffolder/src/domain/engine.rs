//! The expression engine: the unmodified npm package that Backstage renders templates with, in an embedded QuickJS.
//!
//! Owns one JavaScript runtime per run. A template can reach nothing of the host: values cross as JSON text, the only
//! host functions are a random number and the taking apart of URLs. Memory, stack and time are limited, and
//! a runtime that hit its time or memory limit refuses further work. Nothing is ever shared between two runs.

use super::failure::{Failure, Outcome};
use super::repo_url;
use rquickjs::function::{Args, IntoArgs};
use rquickjs::{CatchResultExt, CaughtError, Context, Ctx, FromJs, Function, Object, Runtime};
use serde_json::{Map, Number, Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::time::Duration;
use url::Url;

/// Built from the pinned npm packages by `engine/build.mjs`; `tests/api/engine_bundle.rs` says when it is stale.
const ENGINE: &str = include_str!("../../engine/bundle/engine.js");
/// The YAML writer, loaded when an action first needs it.
const YAML: &str = include_str!("../../engine/bundle/yaml.js");
/// The matcher of patterns for files, loaded when an action first needs it.
const GLOB: &str = include_str!("../../engine/bundle/glob.js");

/// The name of the failure of a call that took too long.
const OVERDUE: &str = "Overdue";
/// So many expressions of one run may take too long; the last of them ends it.
const PATIENCE: u8 = 3;

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
    /// 96 MiB, 768 KiB (below the 2 MiB of the threads that run it), 0.95 s: a run that is stopped takes a second in all,
    /// and the slowest recorded expression (`range(100000) | length`) takes 0.45 s on a slow machine.
    fn default() -> Self {
        Self { memory: 96 << 20, stack: 768 << 10, time: Duration::from_millis(950) }
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

/// What a step is repeated for, rendered.
#[derive(Debug, Default, PartialEq)]
pub struct Entries {
    /// Whether it is a list; its keys are then the places, those of items that render to nothing left out.
    pub is_list: bool,
    /// Key and value of each.
    pub entries: Vec<(String, Value)>,
}

/// One run's JavaScript runtime.
pub struct Engine {
    context: Context,
    /// Microseconds of its thread's processor time at which the running call is stopped.
    deadline: Arc<AtomicU64>,
    limits: Limits,
    yaml: AtomicBool,
    glob: AtomicBool,
    exhausted: AtomicBool,
    /// Expressions that took too long.
    overdue: AtomicU8,
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
            glob: AtomicBool::new(false),
            exhausted: AtomicBool::new(false),
            overdue: AtomicU8::new(0),
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

    /// Renders every string inside `input`; `None` when the whole of it renders to nothing. What renders to nothing takes
    /// its key with it and is null in a list; members are in JavaScript's order.
    ///
    /// # Errors
    /// Only when memory, or too often time, is used up: an expression that cannot be rendered, or takes too long, stays
    /// as its text.
    pub fn render(&self, input: &Value, context: ContextId) -> Outcome<Option<Value>> {
        Ok(match input {
            Value::String(text) => self.render_text(text, context)?,
            Value::Array(items) => {
                let items = items.iter().map(|item| Ok(self.render(item, context)?.unwrap_or_default()));
                Some(Value::Array(items.collect::<Outcome<_>>()?))
            }
            Value::Object(map) => {
                let mut rendered = Map::new();
                for (key, value) in javascript_order(map) {
                    if let Some(value) = self.render(value, context)? {
                        rendered.insert(key.clone(), value);
                    }
                }
                Some(Value::Object(rendered))
            }
            Value::Number(number) => Some(Value::Number(javascript_number(number))),
            other => Some(other.clone()),
        })
    }

    /// Renders what a step is repeated for. `None` when it renders to nothing, `Some(None)` when what it renders to has
    /// no entries.
    ///
    /// # Errors
    /// As [`Engine::render`].
    pub fn render_entries(&self, input: &Value, context: ContextId) -> Outcome<Option<Option<Entries>>> {
        if let Value::Array(items) = input {
            // An item that renders to nothing leaves a hole.
            let mut entries = Vec::with_capacity(items.len());
            for (index, item) in items.iter().enumerate() {
                if let Some(value) = self.render(item, context)? {
                    entries.push((index.to_string(), value));
                }
            }
            return Ok(Some(Some(Entries { is_list: true, entries })));
        }
        Ok(self.render(input, context)?.map(|rendered| match rendered {
            Value::Array(items) => {
                let numbered = items.into_iter().enumerate().map(|(index, item)| (index.to_string(), item));
                Some(Entries { is_list: true, entries: numbered.collect() })
            }
            Value::Object(map) => Some(Entries { is_list: false, entries: map.into_iter().collect() }),
            _ => None,
        }))
    }

    fn render_text(&self, text: &str, context: ContextId) -> Outcome<Option<Value>> {
        if !has_tag(text) {
            return Ok(Some(Value::String(text.to_owned())));
        }
        let answer: String = match self.attempt_call("renderText", (text, context.0)) {
            Ok(answer) => answer,
            Err(failure) if failure.name == OVERDUE => {
                // As in the real one, where a count of work ends it. Whoever does it again and again is stopped.
                if self.overdue.fetch_add(1, Ordering::Relaxed) + 1 >= PATIENCE {
                    return Err(Failure::error(failure.message));
                }
                self.exhausted.store(false, Ordering::Relaxed);
                return Ok(Some(Value::String(text.to_owned())));
            }
            Err(failure) => return Err(failure),
        };
        match answer.split_at_checked(1) {
            Some(("v", value)) => parse(value).map(Some),
            Some(("u", _)) => Ok(None),
            _ => Ok(Some(Value::String(text.to_owned()))),
        }
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
        if !has_tag(source) && !self.exhausted.load(Ordering::Relaxed) {
            return Ok(source.to_owned());
        }
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

    /// Places of the entries (path, whether it is a folder) that patterns mean; a negative pattern takes out of what
    /// those before it mean.
    ///
    /// # Errors
    /// When a pattern cannot be used, or a limit is exceeded.
    pub fn match_patterns(&self, patterns: &[(String, bool)], entries: &[(String, bool)]) -> Outcome<Vec<usize>> {
        if !self.glob.swap(true, Ordering::Relaxed) {
            self.context.with(|ctx| ctx.eval::<(), _>(GLOB)).map_err(unusable)?;
        }
        let found: String = self.enter(|ctx| {
            let select: Function = ctx.globals().get("globMatch")?;
            select.call((json!(patterns).to_string(), json!(entries).to_string()))
        })?;
        serde_json::from_str(&found).map_err(|error| Failure::error(error.to_string()))
    }

    fn call<A, R>(&self, name: &str, arguments: A) -> Outcome<R>
    where
        A: for<'js> IntoArgs<'js>,
        R: for<'js> FromJs<'js>,
    {
        self.attempt_call(name, arguments).map_err(in_plain_words)
    }

    fn enter<R>(&self, work: impl for<'js> FnOnce(&Ctx<'js>) -> rquickjs::Result<R>) -> Outcome<R> {
        self.attempt(work).map_err(in_plain_words)
    }

    /// The same as `call`, with a failure that says by its name whether it took too long.
    fn attempt_call<A, R>(&self, name: &str, arguments: A) -> Outcome<R>
    where
        A: for<'js> IntoArgs<'js>,
        R: for<'js> FromJs<'js>,
    {
        self.attempt(|ctx| {
            let engine: Object = ctx.globals().get("engine")?;
            let function: Function = engine.get(name)?;
            let mut packed = Args::new(ctx.clone(), arguments.num_args());
            arguments.into_args(&mut packed)?;
            function.call_arg(packed)
        })
    }

    /// A call after which the engine is of no use when it took too long.
    fn attempt<R>(&self, work: impl for<'js> FnOnce(&Ctx<'js>) -> rquickjs::Result<R>) -> Outcome<R> {
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
            Failure::new(OVERDUE, format!("A template needed more than {seconds} s to render and was stopped"))
        } else {
            let megabytes = self.limits.memory >> 20;
            Failure::error(format!("A template needed more than {megabytes} MiB of memory and was stopped"))
        }
    }
}

/// Whether a text has anything to render: without it, it is its own result, and need not cross over.
fn has_tag(text: &str) -> bool {
    ["{{", "{%", "{#", "#}"].iter().any(|tag| text.contains(tag))
}

fn in_plain_words(failure: Failure) -> Failure {
    if failure.name == OVERDUE { Failure::error(failure.message) } else { failure }
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

/// Reads what the engine answers. Halves of characters, which JavaScript's texts may hold, become U+FFFD.
fn parse(text: &str) -> Outcome<Value> {
    let whole = |_| serde_json::from_str(&without_halves(text));
    serde_json::from_str(text).or_else(whole).map_err(|error| Failure::error(error.to_string()))
}

fn without_halves(text: &str) -> String {
    let unit = |text: &str| {
        let digits = text.strip_prefix("\\u")?.get(..4)?;
        u16::from_str_radix(digits, 16).ok()
    };
    let (mut whole, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find('\\') {
        whole.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = match (unit(rest), rest.get(6..).and_then(unit)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                whole.push('\u{fffd}');
                rest = &rest[6..];
                continue;
            }
            (Some(_), _) => 6,
            // A backslash and what it stands before.
            (None, _) => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
        };
        whole.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    whole + rest
}

/// Members in the order in which JavaScript has them: those named like places of a list first, by number.
fn javascript_order(map: &Map<String, Value>) -> Vec<(&String, &Value)> {
    let place = |key: &str| key.parse::<u32>().ok().filter(|place| *place != u32::MAX && place.to_string() == key);
    let mut members: Vec<_> = map.iter().collect();
    if members.iter().any(|(key, _)| place(key).is_some()) {
        members.sort_by_key(|(key, _)| place(key).map_or(u64::MAX, u64::from));
    }
    members
}

/// A number as JavaScript has it: whole ones have no fraction, and none has more digits than a float.
fn javascript_number(number: &Number) -> Number {
    const SAFE: f64 = 9_007_199_254_740_992.0;
    match number.as_f64() {
        Some(float) if float.fract() == 0.0 && float.abs() <= SAFE => Number::from(float as i64),
        Some(float) => Number::from_f64(float).unwrap_or_else(|| number.clone()),
        None => number.clone(),
    }
}

fn failure_of(error: &CaughtError<'_>) -> Failure {
    match error {
        CaughtError::Exception(exception) => {
            let name = exception.as_object().get::<_, String>("name").unwrap_or_else(|_| "Error".to_owned());
            Failure::new(name, exception.message().unwrap_or_default())
        }
        CaughtError::Value(value) => {
            // Packages throw objects that are no errors too.
            let part = |name: &str| value.as_object().and_then(|object| object.get::<_, String>(name).ok());
            let message = part("message").unwrap_or_else(|| format!("{value:?}"));
            Failure::new(part("name").unwrap_or_else(|| "Error".to_owned()), message)
        }
        CaughtError::Error(error) => unusable(error),
    }
}

fn unusable(error: impl std::fmt::Display) -> Failure {
    Failure::new("InternalError", error.to_string())
}
