//! The boot document: everything that a worker may know, as one line of JSON on its standard input.
//!
//! Secrets travel here and nowhere else: never in arguments, never in the environment. `Debug` hides them.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::limits::{DEFAULT_DRAIN, MAX_BOOT_BYTES, MAX_SOCKET_PATH_BYTES, SUPPORTED};

/// The whole document.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Boot {
    /// One of [`SUPPORTED`]; a worker refuses another major version with exit code 64.
    pub protocol: String,
    /// The tenant's id. A token must carry it in its `tenant` claim.
    pub tenant: String,
    /// The plugins to host, at least one.
    pub plugins: Vec<PluginBoot>,
    /// Unix socket to listen on, made with mode 0600; at most 107 bytes.
    pub socket: String,
    /// Where the platform's API is reached.
    pub gateway: Gateway,
    /// The way to hosts outside of the platform; absent: connections are made as usual.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub egress: Option<Egress>,
    /// The supervisor's Unix socket, for what the worker tells the platform; without one it can tell nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// JSON Web Key Set of the tokens that the worker accepts (ES256).
    pub jwks: Value,
    /// Secret of the control API.
    pub capability: String,
    /// The tenant's Backstage configuration tree, secrets resolved, limited to what these plugins were granted.
    pub config: Map<String, Value>,
    /// How long a drain waits for requests in flight, in milliseconds.
    #[serde(default = "default_drain_ms")]
    pub drain_ms: u64,
}

/// One plugin that the worker hosts.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PluginBoot {
    /// The Backstage plugin id: routes at `/api/<id>`, token audience `plugin:<id>`.
    pub id: String,
    /// The installation, for logs.
    pub instance: String,
    /// Folder with `package.json` and `node_modules`. A native worker may ignore it.
    pub bundle: String,
    /// Import specifiers inside the bundle whose default export is a back-end feature. Empty for a native worker.
    pub features: Vec<String>,
    /// What the plugin shows the gateway when it calls on its own behalf. Renewed by `POST /_worker/v1/token`.
    pub service_token: String,
    /// Of a module that extends one of the platform's own plugins: that plugin's id, for example `scaffolder`. The
    /// worker stands in for that plugin, with this entry's token and database.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extends: Option<String>,
    /// The plugin's own schema, if it was granted one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<DatabaseGrant>,
}

/// A Postgres schema and the role that owns it. Both exist before the worker starts.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DatabaseGrant {
    /// A name, an address, or the folder that holds the server's Unix socket.
    pub host: String,
    /// Also part of the socket's name when `host` is a folder.
    pub port: u16,
    /// A role that can see this schema and nothing else.
    pub user: String,
    /// Empty when the server trusts the connection.
    #[serde(default)]
    pub password: String,
    /// The database that holds plugin schemas.
    pub database: String,
    /// Becomes the search path.
    pub schema: String,
}

/// The platform's API as a worker reaches it: the address is `url` or `socket`, the name stays `host`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Gateway {
    /// The tenant's public host with port, sent as the Host header: `acme.localhost:7007`.
    pub host: String,
    /// The tenant's public origin, for links that people follow: `http://acme.localhost:7007`.
    pub origin: String,
    /// Connect by TCP: `http://127.0.0.1:7007`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Connect by Unix socket. Exactly one of `url` and `socket` is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub socket: Option<String>,
}

/// The way to hosts outside of the platform: a proxy that takes `CONNECT host:port` and knows which hosts this plugin may
/// reach. With the header `x-proscenium-silent: 1` it answers nothing: what follows is the connection, or its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Egress {
    /// Its Unix socket.
    pub socket: String,
}

/// Why a boot document was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BootError(String);

impl Boot {
    /// Reads a boot line and checks what the types cannot say.
    ///
    /// # Errors
    /// When it is not JSON, a field is missing or of the wrong type, or the protocol is not one of [`SUPPORTED`].
    pub fn parse(line: &str) -> Result<Self, BootError> {
        let value: Value = serde_json::from_str(line).map_err(|_| BootError("the boot document is not JSON".into()))?;
        // Before the shape: another version may well have another shape.
        match value.get("protocol").and_then(Value::as_str) {
            Some(known) if SUPPORTED.contains(&known) => {}
            Some(other) => {
                let spoken = SUPPORTED.join(" and ");
                return Err(BootError(format!("protocol {other} is not supported, this worker speaks {spoken}")));
            }
            None => return Err(BootError("protocol: is missing".into())),
        }
        let boot: Self = serde_json::from_value(value).map_err(|error| BootError(error.to_string()))?;
        boot.check()?;
        Ok(boot)
    }

    /// The document as the supervisor writes it: one line with its line feed.
    ///
    /// # Errors
    /// When the document breaks a rule or a limit, so that a mistake shows on the side that made it.
    pub fn to_line(&self) -> Result<String, BootError> {
        self.check()?;
        let mut line = serde_json::to_string(self).map_err(|error| BootError(error.to_string()))?;
        line.push('\n');
        if line.len() > MAX_BOOT_BYTES {
            return Err(BootError(format!("the boot document is longer than {MAX_BOOT_BYTES} bytes")));
        }
        Ok(line)
    }

    fn check(&self) -> Result<(), BootError> {
        if self.plugins.is_empty() {
            return Err(BootError("plugins: is empty".into()));
        }
        if self.socket.is_empty() || self.socket.len() > MAX_SOCKET_PATH_BYTES {
            return Err(BootError(format!("socket: must have 1 to {MAX_SOCKET_PATH_BYTES} bytes")));
        }
        if self.gateway.url.is_some() == self.gateway.socket.is_some() {
            return Err(BootError("gateway: needs exactly one of url and socket".into()));
        }
        Ok(())
    }
}

fn default_drain_ms() -> u64 {
    u64::try_from(DEFAULT_DRAIN.as_millis()).unwrap_or(u64::MAX)
}

impl fmt::Display for BootError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BootError {}

impl fmt::Debug for Boot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Boot")
            .field("tenant", &self.tenant)
            .field("plugins", &self.plugins)
            .field("socket", &self.socket)
            .field("gateway", &self.gateway)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for PluginBoot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PluginBoot")
            .field("id", &self.id)
            .field("instance", &self.instance)
            .field("features", &self.features)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for DatabaseGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DatabaseGrant").field("user", &self.user).field("schema", &self.schema).finish_non_exhaustive()
    }
}
