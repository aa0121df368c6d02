//! The layers: default file, `--config` file, environment, flags; each wins over the one before.

use std::net::SocketAddr;
use std::path::PathBuf;

use figment::providers::{Format, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};

use super::{Config, MANUAL};

const PREFIX: &str = "PROSCENIUM_";

/// Variables with our prefix that belong to scripts and tests and are no settings.
const NOT_SETTINGS: [&str; 3] = ["PROSCENIUM_BIN", "PROSCENIUM_LAUNCHER", "PROSCENIUM_TEST_"];

/// A setting is missing, misspelt or malformed. The text names the key and the layer.
#[derive(Debug, Clone)]
pub struct ConfigError(String);

impl ConfigError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}

/// What the command line says; the highest layer.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// `--listen`
    pub listen: Option<SocketAddr>,
    /// `--data-dir`
    pub data_dir: Option<PathBuf>,
    /// `--demo`
    pub demo: Option<bool>,
}

/// Where settings come from.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// `--config`
    pub file: Option<PathBuf>,
    /// Environment variables as pairs.
    pub environment: Vec<(String, String)>,
    /// Flags.
    pub overrides: Overrides,
}

impl Sources {
    /// A file and flags, with this process's environment between them.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads settings from the environment")]
    pub fn of_this_process(file: Option<PathBuf>, overrides: Overrides) -> Self {
        let environment = std::env::vars_os()
            .filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self { file, environment, overrides }
    }
}

impl Config {
    /// Merges all layers and checks the result.
    pub fn load(sources: Sources) -> Result<Self, ConfigError> {
        let mut layers = Figment::from(Toml::string(MANUAL));
        if let Some(file) = &sources.file {
            if !file.is_file() {
                return Err(ConfigError::new(format!("the configuration file {} does not exist", file.display())));
            }
            layers = layers.merge(Toml::file_exact(file));
        }
        if let Some(path) = &sources.overrides.data_dir
            && path.to_str().is_none()
        {
            return Err(ConfigError::new(format!("the data folder {} is no UTF-8", path.display())));
        }
        let environment = Environment::read(&sources.environment)?;
        let config: Self = layers
            .merge(environment)
            .merge(Flags(sources.overrides))
            .extract()
            .map_err(|error| ConfigError::new(describe(error)))?;
        config.completed()
    }

    fn completed(mut self) -> Result<Self, ConfigError> {
        if self.domain.is_empty() {
            self.domain = format!("localhost:{}", self.listen.port());
        }
        if self.domain.contains('/') || self.domain.contains(char::is_whitespace) {
            return Err(ConfigError::new(format!(
                "domain = \"{}\": write a host with an optional port, without scheme or path",
                self.domain
            )));
        }
        self.domain = self.domain.to_ascii_lowercase();
        if self.data_dir.as_os_str().is_empty() {
            return Err(ConfigError::new("data_dir is empty: it names the folder that keeps everything"));
        }
        self.data_dir =
            std::path::absolute(&self.data_dir).map_err(|error| ConfigError::new(format!("data_dir: {error}")))?;
        if let Some(url) = &self.database.url
            && !(url.expose().starts_with("postgres://") || url.expose().starts_with("postgresql://"))
        {
            return Err(ConfigError::new("database.url (DATABASE_URL) must begin with postgres://"));
        }
        Ok(self)
    }
}

/// The environment as a layer. The type of a value is the type that its key has in the manual, so
/// that `12345` stays a text where a text is wanted and `a,b` becomes a list where a list is.
struct Environment(Dict);

impl Environment {
    fn read(variables: &[(String, String)]) -> Result<Self, ConfigError> {
        let manual = manual()?;
        let mut settings = Dict::new();
        for (short, path) in [("DATABASE_URL", ["database", "url"]), ("REDIS_URL", ["redis", "url"])] {
            if let Some((_, value)) = variables.iter().find(|(key, value)| key == short && !value.is_empty()) {
                insert(&mut settings, &path, Value::from(value.clone()));
            }
        }
        for (variable, text) in variables {
            let Some(rest) = variable.strip_prefix(PREFIX) else { continue };
            if NOT_SETTINGS.iter().any(|other| variable.starts_with(other)) {
                continue;
            }
            let lower = rest.to_ascii_lowercase();
            let path: Vec<&str> = lower.split("__").collect();
            let Some(example) = lookup(&manual, &path) else {
                return Err(ConfigError::new(format!("{variable} is no setting; `proscenium config` lists them all")));
            };
            let value = typed(example, text)
                .map_err(|wanted| ConfigError::new(format!("{variable}=\"{text}\": expected {wanted}")))?;
            insert(&mut settings, &path, value);
        }
        Ok(Self(settings))
    }
}

impl Provider for Environment {
    fn metadata(&self) -> Metadata {
        Metadata::named("the environment")
            .interpolater(|_, keys| format!("{PREFIX}{}", keys.join("__").to_ascii_uppercase()))
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Profile::Default.collect(self.0.clone()))
    }
}

/// The flags as a layer.
struct Flags(Overrides);

impl Provider for Flags {
    fn metadata(&self) -> Metadata {
        Metadata::named("the command line")
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        let mut settings = Dict::new();
        if let Some(listen) = self.0.listen {
            settings.insert("listen".into(), Value::from(listen.to_string()));
        }
        if let Some(data_dir) = &self.0.data_dir {
            settings.insert("data_dir".into(), Value::from(data_dir.to_string_lossy().into_owned()));
        }
        if let Some(demo) = self.0.demo {
            settings.insert("demo".into(), Value::from(demo));
        }
        Ok(Profile::Default.collect(settings))
    }
}

fn manual() -> Result<Dict, ConfigError> {
    let mut layers = Toml::string(MANUAL).data().map_err(|error| ConfigError::new(describe(error)))?;
    Ok(layers.remove(&Profile::Default).unwrap_or_default())
}

fn lookup<'a>(settings: &'a Dict, path: &[&str]) -> Option<&'a Value> {
    let (first, rest) = path.split_first()?;
    match (settings.get(*first)?, rest) {
        (Value::Dict(_, _), []) => None,
        (value, []) => Some(value),
        (Value::Dict(_, inner), rest) => lookup(inner, rest),
        _ => None,
    }
}

fn insert(settings: &mut Dict, path: &[&str], value: Value) {
    match path {
        [] => {}
        [key] => {
            settings.insert((*key).to_owned(), value);
        }
        [key, rest @ ..] => {
            let slot = settings.entry((*key).to_owned()).or_insert_with(|| Value::from(Dict::new()));
            if let Value::Dict(_, inner) = slot {
                insert(inner, rest, value);
            }
        }
    }
}

fn typed(example: &Value, text: &str) -> Result<Value, &'static str> {
    match example {
        Value::Array(_, _) => {
            let items: Vec<String> =
                text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect();
            Ok(Value::from(items))
        }
        Value::Bool(_, _) => match text.trim() {
            "true" | "1" | "on" | "yes" => Ok(Value::from(true)),
            "false" | "0" | "off" | "no" => Ok(Value::from(false)),
            _ => Err("true or false"),
        },
        Value::Num(_, _) => text.trim().parse::<u64>().map(Value::from).map_err(|_| "a whole number"),
        _ => Ok(Value::from(text.to_owned())),
    }
}

fn describe(errors: figment::Error) -> String {
    errors.into_iter().map(|error| error.to_string()).collect::<Vec<_>>().join("; ")
}
