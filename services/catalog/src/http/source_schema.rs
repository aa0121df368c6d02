//! The shapes of bodies about sources: providers, held removals, sets, overlays, settings.

use super::schema::Entity;
use crate::domain::provenance::FieldOrigin;
use crate::domain::settings::OrphanStrategy;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// An entity of a provider.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only its schema is used: the body is read piece by piece")]
pub struct ProvidedEntity {
    /// The entity.
    pub entity: Entity,
    /// Where it is, in the provider's words. The first key to claim an entity keeps it.
    #[schema(nullable = false)]
    pub location_key: Option<String>,
}

/// An entity that is gone: its reference, or itself.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only its schema is used: the body is read piece by piece")]
pub struct RemovedEntity {
    /// `kind:namespace/name`.
    #[schema(nullable = false)]
    pub entity_ref: Option<String>,
    /// In place of the reference.
    #[schema(nullable = false)]
    pub entity: Option<Entity>,
}

/// A mutation: `full` with `entities`, or `delta` with `added` and `removed`.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used: the body is read piece by piece")]
pub struct MutationInput {
    /// `full` or `delta`.
    #[schema(rename = "type")]
    pub kind: String,
    /// All that the provider has; only with `full`. At most 20,000.
    #[schema(nullable = false)]
    pub entities: Option<Vec<ProvidedEntity>>,
    /// New and changed ones; only with `delta`.
    #[schema(nullable = false)]
    pub added: Option<Vec<ProvidedEntity>>,
    /// Those that are gone; only with `delta`.
    #[schema(nullable = false)]
    pub removed: Option<Vec<RemovedEntity>>,
}

/// An entity that somebody else has.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClaimedEntity {
    /// Its key.
    pub entity_ref: String,
    /// The location key that claims it; empty when its source named none.
    pub claimed_by: String,
}

/// An entity that was not taken.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FailedEntity {
    /// Its key.
    pub entity_ref: String,
    /// The class of the error.
    pub name: String,
    /// What is wrong with it.
    pub message: String,
}

/// A removal that waits, in short.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct HeldNote {
    /// Its id.
    pub id: Uuid,
    /// How many entities the source had.
    pub total: u64,
    /// How many of them would go.
    pub removing: u64,
    /// Of the total.
    pub percent: f64,
}

/// What a mutation did.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MutationResult {
    /// Entities that were written, or failed anew.
    pub changed: usize,
    /// Entities that are gone.
    pub removed: usize,
    /// Entities that others claim.
    pub conflict_count: usize,
    /// The first hundred of them.
    pub conflicts: Vec<ClaimedEntity>,
    /// Entities that were not taken.
    pub failed_count: usize,
    /// The first hundred of them.
    pub failed: Vec<FailedEntity>,
    /// The removal that waits for approval, if this provider has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub held: Option<HeldNote>,
}

/// What kind of source lets go of entities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SourceKind {
    /// A Location entity, registered or not.
    Location,
    /// An entity provider.
    Provider,
    /// A set of entities that people wrote here.
    Set,
}

/// Who lets go of entities.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RemovalSource {
    /// What it is.
    pub kind: SourceKind,
    /// The provider's name, or the address of a location.
    pub name: String,
    /// The id of the registered location that it goes back to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub location: Option<Uuid>,
}

/// A removal that waits for somebody to approve or reject it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HeldRemoval {
    /// Its id.
    pub id: Uuid,
    /// Who lets go of the entities.
    pub source: RemovalSource,
    /// RFC 3339.
    pub held_at: String,
    /// How many entities the source had.
    pub total: u64,
    /// How many of them would go.
    pub removing: u64,
    /// Of the total.
    pub percent: f64,
    /// The first 200 that would go, with what only they bring.
    pub entity_refs: Vec<String>,
}

/// The removals that wait.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeldRemovals {
    /// Oldest first.
    pub items: Vec<HeldRemoval>,
}

/// What approving did.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApprovedRemoval {
    /// How many entities went.
    pub removed: usize,
}

/// A set in a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SetSummary {
    /// Its name.
    pub set: String,
    /// How many entities it has.
    pub entity_count: i64,
}

/// The sets of entities that people wrote here.
#[derive(Debug, Serialize, ToSchema)]
pub struct SetList {
    /// By name.
    pub items: Vec<SetSummary>,
}

/// A set of entities that people wrote here, as they wrote them.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used: the answer is put together from stored JSON")]
pub struct EntitySet {
    /// Its name.
    pub set: String,
    /// Its entities, by key.
    pub entities: Vec<Entity>,
}

/// All entities of a set.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used: the body is read piece by piece")]
pub struct EntitySetInput {
    /// What the set has from now on.
    pub entities: Vec<Entity>,
}

/// One entity of a set.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used: the body is read piece by piece")]
pub struct SetEntityInput {
    /// The entity, new or changed.
    pub entity: Entity,
}

/// An entity that was written.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WrittenEntity {
    /// Its key.
    pub entity_ref: String,
}

/// A link beside an entity's own.
#[derive(Debug, Clone, ToSchema)]
#[expect(dead_code, reason = "only its schema is used: the body is checked as a file would be")]
pub struct OverlayLink {
    /// Its address.
    pub url: String,
    /// What to show for it.
    #[schema(nullable = false)]
    pub title: Option<String>,
    /// The name of an icon.
    #[schema(nullable = false)]
    pub icon: Option<String>,
    /// What kind of page it is.
    #[schema(nullable = false, rename = "type")]
    pub kind: Option<String>,
}

/// What people add to an entity that somebody else describes.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used: the body is checked as a file would be")]
pub struct OverlayInput {
    /// By name.
    #[schema(nullable = false)]
    pub annotations: Option<BTreeMap<String, String>>,
    /// By name.
    #[schema(nullable = false)]
    pub labels: Option<BTreeMap<String, String>>,
    /// Tags.
    #[schema(nullable = false)]
    pub tags: Option<Vec<String>>,
    /// Links.
    #[schema(nullable = false)]
    pub links: Option<Vec<OverlayLink>>,
}

/// What was added to an entity, by whom and when.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WrittenOverlay {
    /// By name.
    #[schema(value_type = BTreeMap<String, String>)]
    pub annotations: serde_json::Map<String, serde_json::Value>,
    /// By name.
    #[schema(value_type = BTreeMap<String, String>)]
    pub labels: serde_json::Map<String, serde_json::Value>,
    /// Tags.
    #[schema(value_type = Vec<String>)]
    pub tags: Vec<serde_json::Value>,
    /// Links.
    #[schema(value_type = Vec<OverlayLink>)]
    pub links: Vec<serde_json::Value>,
    /// Who wrote it.
    pub actor: String,
    /// RFC 3339.
    pub changed_at: String,
}

/// Who gave an entity each of its fields.
#[derive(Debug, Serialize, ToSchema)]
pub struct Provenance {
    /// In the order of the document.
    pub fields: Vec<FieldOrigin>,
}

/// When removals wait: beyond both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GuardSetting {
    /// Share of what the source had; with 100, nothing ever waits.
    #[schema(minimum = 0, maximum = 100)]
    pub percent: u8,
    /// Number of entities.
    pub entities: u32,
}

/// What an organisation decided about its catalog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CatalogSettings {
    /// What becomes of an entity that its file does not list any more: `delete` or `keep`.
    #[schema(value_type = String)]
    pub orphan_strategy: OrphanStrategy,
    /// When removals wait for approval.
    pub removal_guard: GuardSetting,
    /// For how many days earlier versions of entities are kept.
    pub history_days: u32,
    /// For how many days a deleted entity can be brought back.
    pub undelete_days: u32,
    /// The kinds that it accepts beside those of its own.
    pub allowed_kinds: Vec<String>,
}

/// What to change of the settings; what is left out stays.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only its schema is used: the body is read field by field")]
pub struct SettingsChange {
    /// `delete` or `keep`.
    #[schema(nullable = false)]
    pub orphan_strategy: Option<String>,
    /// When removals wait for approval.
    #[schema(nullable = false)]
    pub removal_guard: Option<GuardSetting>,
    /// 1 to 3650.
    #[schema(nullable = false)]
    pub history_days: Option<u32>,
    /// 0 to 365.
    #[schema(nullable = false)]
    pub undelete_days: Option<u32>,
    /// The kinds to accept beside those of one's own.
    #[schema(nullable = false)]
    pub allowed_kinds: Option<Vec<String>>,
}
