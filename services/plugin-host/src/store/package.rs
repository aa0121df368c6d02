//! One row per package that somebody asked for: wanted, installed or failed.

use crate::domain::package::{Source, Wanted};
use kernel::Result;
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use store::{TenantTx, db};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// How far a package is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "lowercase")]
#[schema(as = PackageState)]
#[sqlx(type_name = "text", rename_all = "lowercase")]
pub enum State {
    /// Being installed.
    Installing,
    /// There.
    Installed,
    /// Not there; see the message.
    Failed,
}

/// A package of an organisation.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Package {
    /// `@scope/name` or `proscenium:<name>`.
    pub package: String,
    /// The plugin that it is a half of.
    pub plugin_id: String,
    /// `npm` or `native`.
    pub source: String,
    /// The version that was asked for.
    pub wanted: Option<String>,
    /// The version that is installed.
    pub version: Option<String>,
    /// The package's own words.
    pub description: Option<String>,
    /// How far it is.
    pub state: State,
    /// What went wrong.
    pub message: Option<String>,
    /// Its back end, if it has one.
    pub backend: Option<Json<Backend>>,
    /// Its front end, if it has one.
    pub frontend: Option<Json<Frontend>>,
    /// When somebody asked for it last.
    pub requested_at: OffsetDateTime,
    /// When its state changed.
    pub changed_at: OffsetDateTime,
    /// The organisation's own upload that it is; `None`: it comes from npm or with the platform.
    pub upload_id: Option<Uuid>,
}

impl Package {
    /// Where it comes from, in a word.
    #[must_use]
    pub fn origin(&self) -> &str {
        if self.upload_id.is_some() { Source::Upload.word() } else { &self.source }
    }
}

/// What a worker loads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Backend {
    /// An npm package in a bundle.
    Node {
        /// Name of the bundle's folder below `bundles/`.
        bundle: String,
        /// Import specifiers of its features.
        features: Vec<String>,
        /// The bundle's content address; what was installed before there were addresses has none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        digest: Option<String>,
        /// Of a module: the platform's own plugin that it extends, for example `scaffolder`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        extends: Option<String>,
        /// The organisation's own upload that it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        upload: Option<Uuid>,
    },
    /// A native worker.
    Native {
        /// Its name.
        name: String,
    },
}

impl Backend {
    /// The platform's own plugin that it extends, if it is a module of one.
    #[must_use]
    pub fn extends(&self) -> Option<&str> {
        match self {
            Self::Node { extends, .. } => extends.as_deref(),
            Self::Native { .. } => None,
        }
    }

    /// The organisation's own upload that it is.
    #[must_use]
    pub const fn upload(&self) -> Option<Uuid> {
        match self {
            Self::Node { upload, .. } => *upload,
            Self::Native { .. } => None,
        }
    }
}

/// What the portal loads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Frontend {
    /// The remote's address: SHA-256 in hex over all its files.
    pub digest: String,
    /// Name of the module-federation container.
    pub remote: String,
    /// The file that is loaded first.
    pub entry: String,
    /// What the container exposes: `./alpha`.
    pub modules: Vec<String>,
    /// SHA-256 in hex of the portal's shared libraries that it was built for.
    pub shell: String,
}

/// What installing a package found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// The plugin that it is a half of.
    pub plugin_id: String,
    /// The exact version.
    pub version: String,
    /// The package's own words.
    pub description: Option<String>,
    /// Its back end, if it has one.
    pub backend: Option<Backend>,
    /// Its front end, if it has one.
    pub frontend: Option<Frontend>,
    /// The organisation's own upload that it is.
    pub upload: Option<Uuid>,
}

/// All packages, in the order in which they were asked for.
///
/// # Errors
/// Those of the database.
pub async fn list_packages(tx: &mut TenantTx) -> Result<Vec<Package>> {
    sqlx::query_as(
        "select package, plugin_id, source, wanted, version, description, state, message, backend, frontend,
           requested_at, changed_at, upload_id
         from plugin_package where tenant_id = $1 order by plugin_id, requested_at, package",
    )
    .bind(tx.id())
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// The packages of one plugin.
///
/// # Errors
/// Those of the database.
pub async fn list_packages_of(tx: &mut TenantTx, plugin_id: &str) -> Result<Vec<Package>> {
    sqlx::query_as(
        "select package, plugin_id, source, wanted, version, description, state, message, backend, frontend,
           requested_at, changed_at, upload_id
         from plugin_package where tenant_id = $1 and plugin_id = $2 order by requested_at, package",
    )
    .bind(tx.id())
    .bind(plugin_id)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// One package.
///
/// # Errors
/// Those of the database.
pub async fn find_package(tx: &mut TenantTx, package: &str) -> Result<Option<Package>> {
    sqlx::query_as(
        "select package, plugin_id, source, wanted, version, description, state, message, backend, frontend,
           requested_at, changed_at, upload_id
         from plugin_package where tenant_id = $1 and package = $2",
    )
    .bind(tx.id())
    .bind(package)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// Notes that somebody wants the package. What is installed of it stays in use until the new version is there.
///
/// # Errors
/// Those of the database.
pub async fn want_package(tx: &mut TenantTx, wanted: &Wanted, now: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "insert into plugin_package
           (tenant_id, package, plugin_id, source, wanted, state, requested_at, changed_at)
         values ($1, $2, $3, $4, $5, 'installing', $6, $6)
         on conflict on constraint plugin_package_pk do update set
           wanted = excluded.wanted, state = 'installing', message = null,
           requested_at = excluded.requested_at, changed_at = excluded.changed_at",
    )
    .bind(tx.id())
    .bind(&wanted.package)
    .bind(wanted.guessed_plugin_id())
    .bind(wanted.source.word())
    .bind(&wanted.version)
    .bind(now)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Notes which of the organisation's own uploads a package is. A row that is not there is made, and is not installed yet.
///
/// # Errors
/// Those of the database.
pub async fn want_upload(
    tx: &mut TenantTx,
    (package, plugin_id, version): (&str, &str, &str),
    upload: Uuid,
    now: OffsetDateTime,
) -> Result<()> {
    sqlx::query(
        "insert into plugin_package
           (tenant_id, package, plugin_id, source, wanted, state, requested_at, changed_at, upload_id)
         values ($1, $2, $3, 'npm', $4, 'installing', $5, $5, $6)
         on conflict on constraint plugin_package_pk do update set wanted = excluded.wanted, upload_id = excluded.upload_id",
    )
    .bind(tx.id())
    .bind(package)
    .bind(plugin_id)
    .bind(version)
    .bind(now)
    .bind(upload)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Writes what installing found. `false`: the package was removed meanwhile.
///
/// # Errors
/// Those of the database.
pub async fn set_installed(
    tx: &mut TenantTx,
    package: &str,
    installed: &Installed,
    now: OffsetDateTime,
) -> Result<bool> {
    let updated = sqlx::query(
        "update plugin_package set plugin_id = $3, version = $4, description = $5, backend = $6, frontend = $7,
           state = 'installed', message = null, changed_at = $8, upload_id = $9
         where tenant_id = $1 and package = $2",
    )
    .bind(tx.id())
    .bind(package)
    .bind(&installed.plugin_id)
    .bind(&installed.version)
    .bind(&installed.description)
    .bind(installed.backend.as_ref().map(Json))
    .bind(installed.frontend.as_ref().map(Json))
    .bind(now)
    .bind(installed.upload)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(updated.rows_affected() == 1)
}

/// Writes why installing failed. What was installed before stays in use.
///
/// # Errors
/// Those of the database.
pub async fn set_failed(tx: &mut TenantTx, package: &str, message: &str, now: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "update plugin_package set state = 'failed', message = $3, changed_at = $4
         where tenant_id = $1 and package = $2",
    )
    .bind(tx.id())
    .bind(package)
    .bind(message)
    .bind(now)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Removes a plugin's packages and returns their names.
///
/// # Errors
/// Those of the database.
pub async fn delete_packages_of(tx: &mut TenantTx, plugin_id: &str) -> Result<Vec<String>> {
    sqlx::query_scalar("delete from plugin_package where tenant_id = $1 and plugin_id = $2 returning package")
        .bind(tx.id())
        .bind(plugin_id)
        .fetch_all(tx.conn())
        .await
        .map_err(db)
}
