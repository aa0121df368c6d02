//! What callers and organisations may use: `[limits]` and `[plans.NAME]`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The plan of organisations that sign up, and the one that stands for plans that are not configured.
const FREE: &str = "free";

/// `[limits]`: requests a minute of one caller; 0 means no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Of one signed-in person.
    pub per_user: u32,
    /// Of one API token.
    pub per_token: u32,
    /// Of one address without credentials.
    pub per_address: u32,
}

/// `[plans.NAME]`; 0 means no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// People, invited ones included.
    pub members: u32,
    /// Entities in the catalog.
    pub entities: u32,
    /// Plugins whose back end runs in a worker.
    pub workers: u32,
    /// Requests a minute.
    pub requests_per_minute: u32,
    /// Requests that each gateway answers at the same time.
    pub requests_in_flight: u32,
}

impl Plan {
    /// Whether requests are neither counted nor queued.
    #[must_use]
    pub const fn requests_are_free(&self) -> bool {
        self.requests_per_minute == 0 && self.requests_in_flight == 0
    }
}

/// All plans by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Plans(BTreeMap<String, Plan>);

impl Plans {
    /// The plan of this name, else `free`. Without any plan nothing is limited.
    #[must_use]
    pub fn get(&self, name: &str) -> Plan {
        self.0.get(name).or_else(|| self.0.get(FREE)).copied().unwrap_or_default()
    }

    /// Whether there is a plan of this name.
    #[must_use]
    pub fn knows(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Adds or replaces a plan.
    #[must_use]
    pub fn with(mut self, name: &str, plan: Plan) -> Self {
        self.0.insert(name.to_owned(), plan);
        self
    }

    /// Names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}
