//! The kinds of one organisation: which it accepts, and which it defined itself.

use super::outcome::ENGINE;
use super::text::sha1_hex;
use model::CustomKind;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The kinds that a catalog accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedKinds(BTreeMap<String, String>);

impl AllowedKinds {
    /// Letter case does not matter.
    pub fn new<'a>(kinds: impl IntoIterator<Item = &'a str>) -> Self {
        Self(kinds.into_iter().map(str::trim).map(|kind| (kind.to_lowercase(), kind.to_owned())).collect())
    }

    /// These and further ones.
    #[must_use]
    pub fn with<'a>(mut self, kinds: impl IntoIterator<Item = &'a str>) -> Self {
        self.0.extend(Self::new(kinds).0);
        self
    }

    /// Whether entities of this kind are accepted.
    #[must_use]
    pub fn allow(&self, kind: &str) -> bool {
        self.0.contains_key(&kind.to_lowercase())
    }

    /// All of them as they were written, by name.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(String::as_str)
    }
}

/// What entities of one organisation are judged by.
#[derive(Debug)]
pub struct Kinds {
    /// Accepted kinds, its own included.
    pub allowed: AllowedKinds,
    /// Kinds of its own.
    pub custom: Vec<CustomKind>,
    /// What it all was when it was read; see `store::kinds::are_current`.
    pub revision: Revision,
}

impl Kinds {
    /// These kinds, and none of one's own.
    #[must_use]
    pub fn built_in(allowed: AllowedKinds) -> Self {
        let revision = Revision { allowed: allowed.clone(), custom: Vec::new() };
        Self { allowed, custom: Vec::new(), revision }
    }

    /// Stands for everything beside a file's bytes that decides what becomes of it.
    #[must_use]
    pub fn rules(&self) -> String {
        let mut text = ENGINE.to_owned();
        for kind in self.allowed.iter() {
            text.extend([" ", kind]);
        }
        for revision in &self.revision.custom {
            text.extend([" ", &revision.to_string()]);
        }
        sha1_hex(text.as_bytes())
    }
}

/// Changes when a kind is allowed, forbidden, defined, changed or removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Accepted kinds without those of its own.
    pub allowed: AllowedKinds,
    /// The revisions of its own kinds, in order of their keys.
    pub custom: Vec<Uuid>,
}

/// The custom kind of this name.
#[must_use]
pub fn find<'k>(custom: &'k [CustomKind], kind: &str) -> Option<&'k CustomKind> {
    custom.iter().find(|known| known.is(kind))
}
