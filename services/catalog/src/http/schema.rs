//! The shapes of bodies, for the OpenAPI document and for writing the small ones.

use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// An entity: a descriptor with uid, etag, relations and, after a failure, status.
#[derive(ToSchema)]
#[schema(value_type = Object)]
pub struct Entity(#[expect(dead_code, reason = "only its schema is used")] serde_json::Value);

/// Where to go from this page.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PageInfo {
    /// Opaque; give it as `cursor` for the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub next_cursor: Option<String>,
    /// Opaque; give it as `cursor` for the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub prev_cursor: Option<String>,
}

/// One page of entities.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only its schema is used: pages are put together from stored JSON")]
pub struct EntityPage {
    /// Entities, or what `fields` leaves of them.
    pub items: Vec<Entity>,
    /// Entities on all pages.
    pub total_items: i64,
    /// Cursors.
    pub page_info: PageInfo,
}

/// Entities in the order of the references asked for.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used: the list is put together from stored JSON")]
pub struct EntitiesByRefs {
    /// Null where there is no such entity.
    pub items: Vec<Option<Entity>>,
}

/// One value of a facet.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used: values are written as the index has them")]
pub struct FacetValue {
    /// As written in the entities.
    pub value: String,
    /// How many entities have it.
    pub count: i64,
}

/// Values by facet.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used: values are written as the index has them")]
pub struct Facets {
    /// By the name asked for.
    pub facets: BTreeMap<String, Vec<FacetValue>>,
}

/// An entity and what it comes from.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only its schema is used: the answer is put together from stored JSON")]
pub struct Ancestry {
    /// The entity asked for.
    pub root_entity_ref: String,
    /// It and all it comes from.
    pub items: Vec<AncestryItem>,
}

/// One entity of an ancestry.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only its schema is used: the answer is put together from stored JSON")]
pub struct AncestryItem {
    /// The entity.
    pub entity: Entity,
    /// Who emitted it.
    pub parent_entity_refs: Vec<String>,
}

/// A registered location.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Location {
    /// Its id.
    pub id: String,
    /// `url`.
    #[serde(rename = "type")]
    pub kind: String,
    /// For example `https://host/catalog-info.yaml`.
    pub target: String,
    /// The Location entity that stands for it.
    pub entity_ref: String,
}

impl From<&crate::store::locations::Location> for Location {
    fn from(location: &crate::store::locations::Location) -> Self {
        Self {
            id: location.location_id.to_string(),
            kind: location.kind.clone(),
            target: location.target.clone(),
            entity_ref: location.entity_ref.clone(),
        }
    }
}

/// A location in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct LocationItem {
    /// The location.
    pub data: Location,
}

/// What to register.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used: the body is checked with Backstage's complaints")]
pub struct LocationInput {
    /// `url`.
    #[schema(rename = "type")]
    pub kind: String,
    /// The address of a descriptor file.
    pub target: String,
}

/// The answer to a registration.
#[derive(Debug, Serialize, ToSchema)]
pub struct Registered {
    /// Only in a dry run: whether it is registered already.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub exists: Option<bool>,
    /// The location.
    pub location: Location,
    /// Only in a dry run: the entities that it would bring.
    #[schema(value_type = Vec<Object>)]
    pub entities: Vec<serde_json::Value>,
}

/// One page of locations.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LocationPage {
    /// Locations.
    pub items: Vec<Location>,
    /// Locations on all pages.
    pub total_items: i64,
    /// Cursors.
    pub page_info: PageInfo,
}

/// Which files to read again.
#[derive(Debug, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshKeys {
    /// Addresses of files, or of files that placeholders name.
    pub keys: Vec<String>,
}

/// What is going to be read again.
#[derive(Debug, Serialize, ToSchema)]
pub struct RefreshedKeys {
    /// How many Location entities.
    pub units: usize,
}

/// Which entity to read again.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only its schema is used: the body is checked with Backstage's complaints")]
pub struct RefreshInput {
    /// `kind:namespace/name`.
    pub entity_ref: String,
}

/// Something that went wrong below a location.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Trouble {
    /// What, in one sentence.
    pub message: String,
    /// Which entity it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub entity_ref: Option<String>,
    /// The line in the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub line: Option<usize>,
    /// The file.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub url: Option<String>,
}

/// An entity below a location.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProgressEntity {
    /// Its key.
    pub entity_ref: String,
    /// Its kind.
    pub kind: String,
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub title: Option<String>,
}

/// Where an entity comes from, and what became of it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EntitySource {
    /// `url:https://…`, as the entity's annotation has it.
    pub location: String,
    /// The address of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub url: Option<String>,
    /// The line of the file where the document begins, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub line: Option<usize>,
    /// The text of the document as the file has it now; none when it cannot be read or does not hold the entity.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub raw: Option<String>,
    /// The entity as it was processed last, without relations, status, uid and etag; none when it never passed.
    #[schema(value_type = Object)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processed: Option<serde_json::Value>,
    /// RFC 3339: when the file was taken over last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub read_at: Option<String>,
    /// Why it failed last, or why the file cannot be read now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub problem: Option<Trouble>,
}

/// A location as progress shows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProgressLocation {
    /// Its id.
    pub id: Uuid,
    /// `url`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its address.
    pub target: String,
}

/// How far reading a location is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ProgressState {
    /// Nobody has begun.
    Pending,
    /// Somebody is at it.
    Reading,
    /// Read.
    Done,
    /// The location itself could not be read.
    Failed,
}

/// How reading a location goes.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LocationStatus {
    /// Which location.
    pub location: ProgressLocation,
    /// How far it is.
    pub state: ProgressState,
    /// RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub last_read_at: Option<String>,
    /// RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub next_read_at: Option<String>,
    /// What went wrong.
    pub problems: Vec<Trouble>,
}

/// How reading one file went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum FileState {
    /// It is to be taken over with the next run.
    Pending,
    /// Read and taken over.
    Done,
    /// There is none, which is no error.
    Missing,
    /// It could not be read or understood; what it brought before stays.
    Failed,
}

/// A file, or a pattern that finds files, that a location names.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProgressFile {
    /// Its address.
    pub url: String,
    /// The pattern that found it; a pattern names itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub pattern: Option<String>,
    /// How reading it went.
    pub state: FileState,
    /// RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub last_read_at: Option<String>,
    /// RFC 3339: when it was found to be different from what it was before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub last_changed_at: Option<String>,
    /// How many entities it lists.
    pub entities: i32,
    /// What is wrong with it, or with what it lists.
    pub problems: Vec<Trouble>,
}

/// A host that is left alone after failures.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PausedHost {
    /// Name, and port where addresses have one.
    pub host: String,
    /// RFC 3339.
    pub until: String,
    /// How it failed.
    pub message: String,
}

/// How reading a location goes, and what it brought.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// The location and how far it is.
    #[serde(flatten)]
    pub status: LocationStatus,
    /// What it names, by address.
    pub files: Vec<ProgressFile>,
    /// Hosts of these files that are left alone now.
    pub paused_hosts: Vec<PausedHost>,
    /// Without the location's own.
    pub entities: Vec<ProgressEntity>,
}

/// How reading a location goes, in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProgressSummary {
    /// The location and how far it is.
    #[serde(flatten)]
    pub status: LocationStatus,
    /// How many entities it brought, its own not counted.
    pub entity_count: usize,
}

/// Every location with its progress.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProgressList {
    /// Oldest first.
    pub items: Vec<ProgressSummary>,
}

/// What became of pushed documents.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pushed {
    /// Documents that can be found now.
    pub stored: usize,
    /// Documents of entities that there are not.
    pub skipped: usize,
}
