//! Finding plugins, and reading about them: what may be installed, what packages say about themselves, and what can be
//! configured.

use super::installed::unknown;
use crate::State;
use crate::catalogue::{Entry, MOST_PACKAGES};
use crate::domain::advisory::Advisories;
use crate::domain::package::{Source, Wanted, title};
use crate::domain::settings::{Origin, combine};
use crate::leaflets::About;
use crate::store::package::{self, Package};
use authz::{Decision, Permission, decide};
use axum::extract;
use http_shell::{Caller, Json, Path, Result};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// The packages that may be installed.
#[derive(Debug, Serialize, ToSchema)]
pub struct AvailableList {
    /// All of the operator's list, by name.
    items: Vec<Available>,
}

/// A package that may be installed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AvailablePackage)]
pub struct Available {
    /// Its name.
    package: String,
    /// Where it comes from.
    #[schema(value_type = Source)]
    source: String,
    /// For people.
    title: String,
    /// The plugin that it is a part of, where that is known or can be guessed.
    plugin_id: String,
    /// Whether the organisation has it, or is getting it.
    installed: bool,
    /// What the registry says of its newest version.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    about: Option<About>,
    /// Whether the registry is being asked about it now.
    asking: bool,
    /// Why nothing is known of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    message: Option<String>,
}

/// What a plugin's packages say about themselves.
#[derive(Debug, Serialize, ToSchema)]
pub struct PluginAbout {
    /// Those of which something is known.
    packages: Vec<AboutInstalled>,
}

/// One installed package's words.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AboutInstalled {
    about: About,
    /// Its README in Markdown, written by strangers; cut off after 64 KiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    readme: Option<String>,
    /// What the npm registry warned of in its bundle when that was made; for those who may change plugins.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    advisories: Option<Advisories>,
}

/// What can be configured in a plugin.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PluginConfigSchema)]
pub struct ConfigSchemaView {
    /// JSON Schema (draft 07) of the configuration, with Backstage's `visibility` and `deepVisibility`; absent when no
    /// package has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, nullable = false)]
    schema: Option<Value>,
    /// The topmost keys that the plugin itself describes; the others are its libraries'.
    own_keys: Vec<String>,
    /// Packages that it was made from.
    packages: Vec<Origin>,
    /// What is missing in it, for people.
    notes: Vec<String>,
}

/// The packages that may be installed. What the registry says of them may come later: ask again while one is `asking`.
#[utoipa::path(get, path = "/api/plugins/v1/available", responses((status = 200, body = AvailableList)))]
pub async fn list_available(
    extract::State(state): extract::State<State>,
    caller: Caller,
) -> Result<Json<AvailableList>> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    let packages = package::list_packages(&mut tx).await?;
    tx.commit().await?;
    state.refresh_catalogue();
    let items = state.config.allow.names().take(MOST_PACKAGES).filter_map(|name| available(&state, &packages, name));
    Ok(Json(AvailableList { items: items.collect() }))
}

fn available(state: &State, packages: &[Package], name: &str) -> Option<Available> {
    let wanted = Wanted::new(name, None).ok()?;
    let installed = packages.iter().find(|package| package.package == name);
    let known = state.catalogue.find(name);
    let asking = wanted.source == Source::Npm && known.is_none();
    let (about, message) = match known {
        Some(Entry::Known(about)) => (Some(About::clone(&about)), None),
        Some(Entry::Failed(message)) => (None, Some(message)),
        None => (crate::leaflets::native(name).map(|leaflet| leaflet.about), None),
    };
    let said = about.as_ref().and_then(|about| about.plugin_id.clone());
    let plugin_id =
        installed.map(|package| package.plugin_id.clone()).or(said).unwrap_or_else(|| wanted.guessed_plugin_id());
    Some(Available {
        package: name.to_owned(),
        source: wanted.source.word().to_owned(),
        title: title(&plugin_id),
        plugin_id,
        installed: installed.is_some(),
        about,
        asking,
        message,
    })
}

/// What the packages of an installed plugin say about themselves.
#[utoipa::path(get, path = "/api/plugins/v1/installed/{plugin_id}/about", params(("plugin_id" = String, Path)),
    responses((status = 200, body = PluginAbout), (status = 404)))]
pub async fn get_about(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(plugin_id): Path<String>,
) -> Result<Json<PluginAbout>> {
    let administers = decide(&caller.principal, Permission::PLUGIN_UPDATE) == Decision::Allow;
    let mut found = Vec::new();
    for package in packages_of(&state, &caller, &plugin_id).await? {
        if let Some(leaflet) = state.leaflets.of(caller.tenant, &package).await
            && !leaflet.about.package.is_empty()
        {
            let advisories = leaflet.advisories.clone().filter(|_| administers);
            found.push(AboutInstalled { about: leaflet.about.clone(), readme: leaflet.readme.clone(), advisories });
        }
    }
    Ok(Json(PluginAbout { packages: found }))
}

/// What can be configured in an installed plugin, as its packages say.
#[utoipa::path(get, path = "/api/plugins/v1/installed/{plugin_id}/config-schema", params(("plugin_id" = String, Path)),
    responses((status = 200, body = ConfigSchemaView), (status = 404)))]
pub async fn get_config_schema(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(plugin_id): Path<String>,
) -> Result<Json<ConfigSchemaView>> {
    let mut view = ConfigSchemaView { schema: None, own_keys: vec![], packages: vec![], notes: vec![] };
    let mut schemas = Vec::new();
    for package in packages_of(&state, &caller, &plugin_id).await? {
        let Some(leaflet) = state.leaflets.of(caller.tenant, &package).await else { continue };
        let found = &leaflet.config_schema;
        schemas.extend(found.schema.clone());
        view.own_keys.extend(found.own_keys.iter().cloned());
        view.packages.extend(found.packages.iter().cloned());
        view.notes.extend(found.notes.iter().cloned());
    }
    view.own_keys.dedup();
    view.schema = combine(schemas);
    Ok(Json(view))
}

async fn packages_of(state: &State, caller: &Caller, plugin_id: &str) -> kernel::Result<Vec<Package>> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    let packages = package::list_packages_of(&mut tx, plugin_id).await?;
    tx.commit().await?;
    if packages.is_empty() { Err(unknown(plugin_id)) } else { Ok(packages) }
}
