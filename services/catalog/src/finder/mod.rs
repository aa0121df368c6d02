//! Full-text search in memory: per organisation, which words are in which documents.
//!
//! A cache like [`crate::index`], and checked like it: against the organisation's counters, before each answer. Where it
//! cannot answer, `store::search` does, in SQL. What Postgres alone knows is asked of it and remembered: what a term
//! comes to, what words are stemmed to, and what is shown of documents that were found lately. Invariants:
//!
//! - What is found here is what SQL finds at the same `seq`, in the same order but among texts.
//! - A document is shown only as the change made it that was found.
//! - Memory is bounded by a setting; the organisations that were not asked for longest go first.
//!
//! Start at [`find`]; [`words`] is the index itself, without any I/O.

pub mod beginning;
pub mod find;
pub mod fresh;
pub mod marking;
pub mod query;
pub mod vector;
pub mod words;

pub use fresh::Finder;
