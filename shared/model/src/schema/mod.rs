//! JSON schemas that organisations write for kinds of their own: compiled once, checked with a budget.
//!
//! Takes what drafts 07, 2019-09 and 2020-12 have in common and people use; whatever else a schema says is refused when
//! it is compiled, with its place, and never ignored. References stay inside the schema, but for `Entity`, with which
//! Backstage's own schemas begin: what it demands is checked for every kind anyway. Texts are those of ajv, as for the
//! built-in kinds.
//!
//! Not the crate `jsonschema`: a schema of a few lines that refers to itself twice per level keeps that one busy for
//! hours, and nothing can interrupt it. Here each step is counted ([`STEPS`]), and patterns are run by a linear engine.
//!
//! Never true here: a schema and a value, both of any shape, that need more than the budget or panic.

mod check;
mod compile;
mod format;
mod pattern;

use crate::validate::Mismatch;
use compile::Node;
use serde_json::Value;
use std::fmt;

/// Longest schema, in bytes of compact JSON.
pub const MAX_BYTES: usize = 64 * 1024;
/// How deep the JSON of a schema may nest.
pub const MAX_DEPTH: usize = 48;
/// Subschemas in one schema.
pub const MAX_SUBSCHEMAS: usize = 2_000;
/// Steps that checking one value may take; one is about a comparison, a million take about 20 ms.
pub const STEPS: u64 = 2_000_000;

/// A compiled schema.
#[derive(Debug)]
pub struct Schema {
    nodes: Vec<Node>,
}

/// What is wrong with a schema, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaError {
    /// JSON pointer into the schema; empty for the whole.
    pub pointer: String,
    /// What is wrong, without the place.
    pub message: String,
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() { "its root" } else { &self.pointer };
        write!(f, "At {place} of the schema: {}", self.message)
    }
}

impl std::error::Error for SchemaError {}

/// Why a value did not pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is not as the schema demands.
    Mismatch(Mismatch),
    /// Finding out takes too long.
    TooCostly,
}

impl Schema {
    /// Reads a schema.
    ///
    /// # Errors
    /// The first thing that is no JSON schema, or that we do not take, with its place.
    pub fn compile(schema: &Value) -> Result<Self, SchemaError> {
        compile::compile(schema).map(|nodes| Self { nodes })
    }

    /// Checks a value.
    pub(crate) fn check(&self, value: &Value) -> Result<(), Fault> {
        check::check(&self.nodes, value)
    }

    /// Whether a value is as the schema demands; `None` when finding out takes too long.
    #[must_use]
    pub fn holds(&self, value: &Value) -> Option<bool> {
        match self.check(value) {
            Ok(()) => Some(true),
            Err(Fault::Mismatch(_)) => Some(false),
            Err(Fault::TooCostly) => None,
        }
    }
}
