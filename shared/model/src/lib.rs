//! Backstage documents: read YAML, check entities, derive relations.
//!
//! Owns the meaning of a descriptor file (`catalog-info.yaml`, `template.yaml`) and nothing else: no I/O, no clock,
//! no database. The order of use is that of the catalog's pipeline: [`yaml::parse`] → [`placeholder`] →
//! [`normalise`] → [`validate::validate`] → [`relations::relations`]. An entity is a plain [`serde_json::Value`]
//! whose unknown fields and key order are kept.
//!
//! Never true here: an input of any shape that panics, or that needs more time or memory than its
//! [`yaml::Limits`] allow. Verdicts and texts follow Backstage (catalog-backend 4.0, catalog-model 1.10).

pub mod bundle;
pub mod custom;
pub mod entity;
pub mod json;
pub mod location;
pub mod normalise;
pub mod placeholder;
pub mod relations;
pub mod schema;
pub mod validate;
pub mod yaml;

pub use custom::CustomKind;
pub use entity::Envelope;
pub use relations::Relation;
pub use validate::Refusal;
