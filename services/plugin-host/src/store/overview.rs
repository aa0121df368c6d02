//! Which organisation has which version, across all of them: read through the system door, a few columns only.

use super::policy::QuietHours;
use kernel::Result;
use sqlx::types::Json;
use store::{SystemTx, db};
use time::OffsetDateTime;
use uuid::Uuid;

/// One version of a package, and how many organisations have it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
#[expect(missing_docs, reason = "names say it; counts are of organisations")]
pub struct VersionCount {
    pub package: String,
    pub plugin_id: String,
    /// `None`: it is not installed yet, or could not be.
    pub version: Option<String>,
    pub organizations: i64,
    pub installing: i64,
    pub failed: i64,
    pub early: i64,
    /// Pinned, or frozen now.
    pub held: i64,
}

/// An organisation that has the package.
#[derive(Debug, Clone, sqlx::FromRow)]
#[expect(missing_docs, reason = "the migrations say what each column is")]
pub struct Holder {
    pub tenant_id: Uuid,
    pub slug: String,
    pub name: String,
    pub plugin_id: String,
    pub version: Option<String>,
    pub state: super::package::State,
    pub message: Option<String>,
    pub changed_at: OffsetDateTime,
    pub channel: Option<super::policy::Channel>,
    pub pinned: Option<bool>,
    pub frozen_until: Option<OffsetDateTime>,
    pub quiet_hours: Option<Json<QuietHours>>,
}

/// A change of an organisation's version.
#[derive(Debug, Clone, sqlx::FromRow)]
#[expect(missing_docs, reason = "the migrations say what each column is")]
pub struct Change {
    pub tenant_id: Uuid,
    pub slug: String,
    pub history_id: Uuid,
    pub plugin_id: String,
    pub package: String,
    pub version: String,
    pub cause: String,
    pub rollout_id: Option<Uuid>,
    pub since: OffsetDateTime,
}

/// What an organisation is called.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
#[expect(missing_docs, reason = "names say it")]
pub struct Named {
    pub tenant_id: Uuid,
    pub slug: String,
    pub name: String,
}

/// The names of at most `most` packages that some organisation has, after this one.
///
/// # Errors
/// Those of the database.
pub async fn list_package_names(tx: &mut SystemTx, after: Option<&str>, most: i64) -> Result<Vec<String>> {
    sqlx::query_scalar(
        "select distinct k.package from plugin_package k join tenant t on t.tenant_id = k.tenant_id
         where t.status = 'active' and ($1::text is null or k.package > $1) order by k.package limit $2",
    )
    .bind(after)
    .bind(most)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// The versions of these packages, by package.
///
/// # Errors
/// Those of the database.
pub async fn count_versions(tx: &mut SystemTx, packages: &[String], now: OffsetDateTime) -> Result<Vec<VersionCount>> {
    sqlx::query_as(
        "select k.package, min(k.plugin_id) as plugin_id, k.version, count(*) as organizations,
           count(*) filter (where k.state = 'installing') as installing,
           count(*) filter (where k.state = 'failed') as failed,
           count(*) filter (where p.channel = 'early') as early,
           count(*) filter (where p.pinned or p.frozen_until > $2) as held
         from plugin_package k join tenant t on t.tenant_id = k.tenant_id
         left join plugin_policy p on p.tenant_id = k.tenant_id and p.plugin_id = k.plugin_id
         where t.status = 'active' and k.package = any($1)
         group by k.package, k.version order by k.package, organizations desc, k.version",
    )
    .bind(packages)
    .bind(now)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// Organisations that have the package, or this version of it, by address after `after`.
///
/// # Errors
/// Those of the database.
pub async fn list_holders(
    tx: &mut SystemTx,
    (package, version): (&str, Option<&str>),
    after: Option<&str>,
    most: i64,
) -> Result<Vec<Holder>> {
    sqlx::query_as(
        "select t.tenant_id, t.slug, t.name, k.plugin_id, k.version, k.state, k.message, k.changed_at,
           p.channel, p.pinned, p.frozen_until, p.quiet_hours
         from plugin_package k join tenant t on t.tenant_id = k.tenant_id
         left join plugin_policy p on p.tenant_id = k.tenant_id and p.plugin_id = k.plugin_id
         where t.status = 'active' and k.package = $1 and ($2::text is null or k.version = $2)
           and ($3::text is null or t.slug > $3)
         order by t.slug limit $4",
    )
    .bind(package)
    .bind(version)
    .bind(after)
    .bind(most)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// Changes of version before this one, the latest first: of all organisations or of the one at this address, of all
/// packages or of this one.
///
/// # Errors
/// Those of the database.
pub async fn list_changes(
    tx: &mut SystemTx,
    (package, slug): (Option<&str>, Option<&str>),
    before: Option<Uuid>,
    most: i64,
) -> Result<Vec<Change>> {
    sqlx::query_as(
        "select h.tenant_id, t.slug, h.history_id, h.plugin_id, h.package, h.version, h.cause, h.rollout_id, h.since
         from plugin_history h join tenant t on t.tenant_id = h.tenant_id
         where t.status = 'active' and ($1::text is null or h.package = $1) and ($2::text is null or t.slug = $2)
           and ($3::uuid is null or h.history_id < $3)
         order by h.history_id desc limit $4",
    )
    .bind(package)
    .bind(slug)
    .bind(before)
    .bind(most)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// The active organisations at these addresses.
///
/// # Errors
/// Those of the database.
pub async fn find_by_slugs(tx: &mut SystemTx, slugs: &[String]) -> Result<Vec<Named>> {
    sqlx::query_as("select tenant_id, slug, name from tenant where status = 'active' and slug = any($1)")
        .bind(slugs)
        .fetch_all(tx.conn())
        .await
        .map_err(db)
}

/// What these organisations are called.
///
/// # Errors
/// Those of the database.
pub async fn list_names(tx: &mut SystemTx, tenants: &[Uuid]) -> Result<Vec<Named>> {
    sqlx::query_as("select tenant_id, slug, name from tenant where tenant_id = any($1)")
        .bind(tenants)
        .fetch_all(tx.conn())
        .await
        .map_err(db)
}
