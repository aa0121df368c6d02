//! The catalog's rules, without I/O: languages of queries, search terms, final documents, outcomes of processing.

pub mod cause;
pub mod condition;
pub mod content;
pub mod cursor;
pub mod diff;
pub mod document;
pub mod fields;
pub mod filter;
pub mod history;
pub mod holds;
pub mod kinds;
pub mod location;
pub mod mutation;
pub mod outcome;
pub mod overlay;
pub mod page;
pub mod predicate;
pub mod process;
pub mod provenance;
pub mod provided;
pub mod scope;
pub mod settings;
pub mod source;
pub mod stitch;
pub mod terms;
pub mod text;
