//! Plugins × versions × organisations, and who ran what when.

use super::{Paging, page, word};
use crate::State;
use crate::store::overview::{self, Change, Holder, VersionCount};
use crate::store::package::State as PackageState;
use crate::store::policy::{Channel, QuietHours};
use axum::extract;
use http_shell::{Json, Query, Result};
use kernel::Error;
use serde::{Deserialize, Serialize};
use store::SystemReason;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// A package that some organisation has.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OperatorPlugin {
    package: String,
    plugin_id: String,
    /// Organisations that have it.
    organizations: i64,
    /// What they have, the most used first.
    versions: Vec<OperatorVersion>,
}

/// One version of a package, counted in organisations.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OperatorVersion {
    /// Missing where it was asked for and is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    version: Option<String>,
    organizations: i64,
    installing: i64,
    failed: i64,
    /// On the early channel.
    early: i64,
    /// Pinned, or frozen now: rollouts leave them alone.
    held: i64,
}

/// A page of packages, by name.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OperatorPluginList {
    items: Vec<OperatorPlugin>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next_cursor: Option<String>,
}

/// An organisation that has a package.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OperatorOrganization {
    tenant_id: Uuid,
    /// Its address below the domain.
    slug: String,
    name: String,
    plugin_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    version: Option<String>,
    state: PackageState,
    /// Why installing failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    message: Option<String>,
    /// Since when it has this version.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    since: OffsetDateTime,
    channel: Channel,
    pinned: bool,
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime, nullable = false)]
    frozen_until: Option<OffsetDateTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    quiet_hours: Option<QuietHours>,
}

/// A page of organisations, by address.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OperatorOrganizationList {
    items: Vec<OperatorOrganization>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next_cursor: Option<String>,
}

/// A change of an organisation's version.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OperatorChange {
    id: Uuid,
    tenant_id: Uuid,
    /// The organisation's address below the domain.
    slug: String,
    package: String,
    plugin_id: String,
    /// What it runs since then.
    version: String,
    /// `install`, `rollout` or `rollback`.
    cause: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    rollout: Option<Uuid>,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    since: OffsetDateTime,
}

/// A page of changes, the latest first.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OperatorHistory {
    items: Vec<OperatorChange>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    next_cursor: Option<String>,
}

/// Which organisations.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Which {
    package: Option<String>,
    version: Option<String>,
    organization: Option<String>,
    limit: Option<i64>,
    cursor: Option<String>,
}

impl Which {
    // Numbers in a query string are text to a flattened field, so the page's fields stand here again.
    fn paging(&self) -> Paging {
        Paging { limit: self.limit, cursor: self.cursor.clone() }
    }
}

/// Lists every package that some organisation has, with its versions and how many organisations have each.
#[utoipa::path(get, path = "/api/plugins/v1/operator/plugins", tag = "operator",
    params(("limit" = Option<i64>, Query, description = "1 to 500, else 100"),
        ("cursor" = Option<String>, Query, description = "From `nextCursor`")),
    responses((status = 200, body = OperatorPluginList), (status = 400)))]
pub async fn list_operator_plugins(
    extract::State(state): extract::State<State>,
    Query(paging): Query<Paging>,
) -> Result<Json<OperatorPluginList>> {
    let (limit, after) = (paging.limit()?, paging.after::<String>()?);
    let mut tx = state.db.system(SystemReason::Operator).await?;
    let names = overview::list_package_names(&mut tx, word("cursor", after.as_deref())?, limit + 1).await?;
    let (names, next_cursor) = page(names, limit, Clone::clone);
    let counted = overview::count_versions(&mut tx, &names, state.clock.now()).await?;
    tx.commit().await?;
    let items = counted.chunk_by(|a, b| a.package == b.package).filter_map(plugin).collect();
    Ok(Json(OperatorPluginList { items, next_cursor }))
}

fn plugin(versions: &[VersionCount]) -> Option<OperatorPlugin> {
    let first = versions.first()?;
    let version = |found: &VersionCount| OperatorVersion {
        version: found.version.clone(),
        organizations: found.organizations,
        installing: found.installing,
        failed: found.failed,
        early: found.early,
        held: found.held,
    };
    Some(OperatorPlugin {
        package: first.package.clone(),
        plugin_id: first.plugin_id.clone(),
        organizations: versions.iter().map(|found| found.organizations).sum(),
        versions: versions.iter().map(version).collect(),
    })
}

/// Lists the organisations that have a package, or one version of it, with what they say about upgrades.
#[utoipa::path(get, path = "/api/plugins/v1/operator/organizations", tag = "operator",
    params(("package" = String, Query, description = "The package"),
        ("version" = Option<String>, Query, description = "This version only"),
        ("limit" = Option<i64>, Query, description = "1 to 500, else 100"),
        ("cursor" = Option<String>, Query, description = "From `nextCursor`")),
    responses((status = 200, body = OperatorOrganizationList), (status = 400)))]
pub async fn list_operator_organizations(
    extract::State(state): extract::State<State>,
    Query(which): Query<Which>,
) -> Result<Json<OperatorOrganizationList>> {
    let (limit, after) = (which.paging().limit()?, which.paging().after::<String>()?);
    let package = word("package", which.package.as_deref())?;
    let package = package.ok_or_else(|| Error::input("Name the package.").with_field("package", "missing"))?;
    let wanted = (package, word("version", which.version.as_deref())?);
    let mut tx = state.db.system(SystemReason::Operator).await?;
    let found = overview::list_holders(&mut tx, wanted, word("cursor", after.as_deref())?, limit + 1).await?;
    tx.commit().await?;
    let (found, next_cursor) = page(found, limit, |holder| holder.slug.clone());
    Ok(Json(OperatorOrganizationList { items: found.into_iter().map(organization).collect(), next_cursor }))
}

fn organization(holder: Holder) -> OperatorOrganization {
    OperatorOrganization {
        tenant_id: holder.tenant_id,
        slug: holder.slug,
        name: holder.name,
        plugin_id: holder.plugin_id,
        version: holder.version,
        state: holder.state,
        message: holder.message,
        since: holder.changed_at,
        channel: holder.channel.unwrap_or_default(),
        pinned: holder.pinned.unwrap_or_default(),
        frozen_until: holder.frozen_until,
        quiet_hours: holder.quiet_hours.map(|hours| hours.0),
    }
}

/// Lists who ran what when: changes of versions in all organisations or in one, of all packages or of one.
#[utoipa::path(get, path = "/api/plugins/v1/operator/history", tag = "operator",
    params(("package" = Option<String>, Query, description = "This package only"),
        ("organization" = Option<String>, Query, description = "The organisation at this address only"),
        ("limit" = Option<i64>, Query, description = "1 to 500, else 100"),
        ("cursor" = Option<String>, Query, description = "From `nextCursor`")),
    responses((status = 200, body = OperatorHistory), (status = 400)))]
pub async fn list_operator_history(
    extract::State(state): extract::State<State>,
    Query(which): Query<Which>,
) -> Result<Json<OperatorHistory>> {
    let (limit, before) = (which.paging().limit()?, which.paging().after::<Uuid>()?);
    let package = word("package", which.package.as_deref())?;
    let slug = word("organization", which.organization.as_deref())?;
    let mut tx = state.db.system(SystemReason::Operator).await?;
    let found = overview::list_changes(&mut tx, (package, slug), before, limit + 1).await?;
    tx.commit().await?;
    let (found, next_cursor) = page(found, limit, |change| change.history_id.to_string());
    Ok(Json(OperatorHistory { items: found.into_iter().map(change).collect(), next_cursor }))
}

fn change(change: Change) -> OperatorChange {
    OperatorChange {
        id: change.history_id,
        tenant_id: change.tenant_id,
        slug: change.slug,
        package: change.package,
        plugin_id: change.plugin_id,
        version: change.version,
        cause: change.cause,
        rollout: change.rollout_id,
        since: change.since,
    }
}
