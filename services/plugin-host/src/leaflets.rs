//! What packages say about themselves: their words, their README, and the schema of their configuration. Read from the
//! bundle of the version that an organisation runs, and kept in memory; a bundle never changes.

use crate::State;
use crate::bundles::{Bundles, Place};
use crate::domain::advisory::Advisories;
use crate::domain::package::Source;
use crate::domain::settings::{Extracted, MAX_SCHEMA_BYTES, combine};
use crate::jobs::install::read_description;
use crate::store::package::Package;
use kernel::TenantId;
use runtime::Tasks;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use utoipa::ToSchema;

/// Most leaflets in memory; each has 350 KB at most.
const MOST: usize = 100;
/// Longest README; the bundle tool cuts longer ones off.
const MAX_README_BYTES: usize = 80 * 1024;
/// The schema of the native worker that comes with the platform.
const TECH_RADAR: &str = include_str!("../../tech-radar/config-schema.json");

/// A package's words about itself. All of it was written by strangers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
#[schema(as = PackageAbout)]
pub struct About {
    /// Its name.
    pub package: String,
    /// Its version.
    pub version: String,
    /// What it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub description: Option<String>,
    /// The licence of its code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub licence: Option<String>,
    /// `backend-plugin`, `frontend-plugin-module` and so on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub role: Option<String>,
    /// The plugin that it is a part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub plugin_id: Option<String>,
    /// Words to find it by.
    pub keywords: Vec<String>,
    /// Where it is described.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub homepage: Option<String>,
    /// Where its code is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub repository: Option<String>,
    /// Other packages of the same plugin.
    pub siblings: Vec<String>,
}

/// What is known of one version of a package.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Leaflet {
    /// Its words.
    pub about: About,
    /// Its README in Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub readme: Option<String>,
    /// What can be configured.
    pub config_schema: Extracted,
    /// What the registry warned of in its bundle when that was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advisories: Option<Advisories>,
}

impl Leaflet {
    /// Without what is longer than the bundle tool makes it.
    fn limited(mut self) -> Self {
        let bytes = self.config_schema.schema.as_ref().map_or(0, |schema| schema.to_string().len());
        if bytes > MAX_SCHEMA_BYTES {
            self.config_schema.schema = None;
            self.config_schema
                .notes
                .push(format!("The schema has {bytes} bytes; at most {MAX_SCHEMA_BYTES} are taken."));
        }
        self.advisories = self.advisories.map(Advisories::limited);
        self.readme = self.readme.filter(|readme| readme.len() <= MAX_README_BYTES);
        self
    }
}

/// The leaflets that were read. Clones share them.
#[derive(Clone)]
pub struct Leaflets {
    folder: PathBuf,
    bundles: Bundles,
    tasks: Tasks,
    /// By the name of the bundle's folder, which no other bundle has.
    known: Arc<Mutex<HashMap<String, Known>>>,
}

#[derive(Clone)]
enum Known {
    Read(Arc<Leaflet>),
    /// Its bundle is not on this machine; it is being fetched, or could not be.
    Away,
}

impl Leaflets {
    /// Leaflets of the bundles below `folder`.
    #[must_use]
    pub fn new(folder: PathBuf, bundles: Bundles, tasks: Tasks) -> Self {
        Self { folder, bundles, tasks, known: Arc::default() }
    }

    /// The leaflet of what an organisation has installed; `None` when it is not known, or not here yet.
    pub async fn of(&self, tenant: TenantId, package: &Package) -> Option<Arc<Leaflet>> {
        if package.source == Source::Native.word() {
            return native(&package.package).map(Arc::new);
        }
        let (place, version) = (Place::of(tenant, package.upload_id), package.version.as_deref()?);
        let name = place.folder(&package.package, version);
        match self.find(&name) {
            Some(Known::Read(leaflet)) => return Some(leaflet),
            Some(Known::Away) => return None,
            None => {}
        }
        match read_description(&self.folder.join(&name)).await {
            Some(described) => {
                let leaflet = Arc::new(described.leaflet.limited());
                self.keep(name, Known::Read(leaflet.clone()));
                Some(leaflet)
            }
            None => {
                self.fetch(place, name, package.package.clone(), version.to_owned());
                None
            }
        }
    }

    /// Gets a bundle that is in object storage only; nobody waits for it.
    fn fetch(&self, place: Place, name: String, package: String, version: String) {
        self.keep(name.clone(), Known::Away);
        let all = self.clone();
        self.tasks.spawn(format!("leaflet of {package}"), async move {
            if let Ok(Some(digest)) = all.bundles.address(place, &package, &version).await
                && all.bundles.ensure(place, &name, &digest).await.is_ok()
            {
                all.lock().remove(&name);
            }
        });
    }

    fn find(&self, name: &str) -> Option<Known> {
        self.lock().get(name).cloned()
    }

    fn keep(&self, name: String, known: Known) {
        let mut all = self.lock();
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(name, known);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// What the packages of one plugin say that can be configured; `None` when none of them says it.
    pub(crate) async fn config_schema(&self, tenant: TenantId, packages: &[Package]) -> Option<Value> {
        let mut schemas = Vec::new();
        for package in packages {
            let leaflet = self.leaflets.of(tenant, package).await;
            schemas.extend(leaflet.and_then(|leaflet| leaflet.config_schema.schema.clone()));
        }
        combine(schemas)
    }
}

/// Native workers come with the platform, and so does what is known of them.
pub fn native(package: &str) -> Option<Leaflet> {
    let (schema, description) = match package {
        "proscenium:tech-radar" => {
            (TECH_RADAR, "The back end of the tech radar: it shows what stands in its configuration.")
        }
        _ => return None,
    };
    Some(Leaflet {
        about: About {
            package: package.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            description: Some(description.to_owned()),
            licence: Some("Apache-2.0".to_owned()),
            role: Some("backend-plugin".to_owned()),
            plugin_id: package.strip_prefix("proscenium:").map(str::to_owned),
            ..About::default()
        },
        readme: None,
        config_schema: Extracted {
            schema: serde_json::from_str(schema).ok(),
            own_keys: vec!["techRadar".to_owned()],
            ..Extracted::default()
        },
        advisories: None,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::domain::settings::judge;
    use serde_json::json;

    #[test]
    fn the_native_radar_says_what_can_be_configured() {
        let schema = native("proscenium:tech-radar").unwrap().config_schema.schema.unwrap();
        let entry =
            json!({ "id": "a", "title": "A", "quadrant": "q", "timeline": [{ "date": "2026-11-01", "ringId": "r" }] });
        assert_eq!(judge(&schema, &json!({ "techRadar": { "entries": [entry] } })).mistakes, []);
        let wrong = judge(&schema, &json!({ "techRadar": { "entries": [{ "id": "a", "timeline": [] }] } })).mistakes;
        assert_eq!(wrong.len(), 3, "{wrong:?}");
        assert!(native("proscenium:other").is_none());
    }
}
