//! The catalog in memory: per organisation, which entities there are and who has which term, as compressed bitmaps.
//!
//! A cache and nothing more. Postgres is the truth: before each answer the index is compared with the organisation's
//! counters ([`freshness`]), and where it cannot be used the same question is asked in SQL (`store::entities`,
//! `store::facets`). Invariants:
//!
//! - Whatever is answered from here equals what SQL answers at the same `seq`.
//! - A check serves only requests that arrived before it was sent.
//! - Memory is bounded by settings; the organisations that were not asked for longest go first.
//!
//! Start at [`view`], which is what handlers see; [`tenant`] is the index itself, without any I/O.

pub mod dictionary;
pub mod documents;
pub mod entities;
pub mod facets;
pub mod freshness;
pub mod growth;
pub mod key;
pub mod numbers;
pub mod order;
pub mod past;
pub mod postings;
pub mod remembered;
pub mod select;
pub mod spelling;
pub mod stream;
pub mod tenant;
#[cfg(test)]
mod tests;
pub mod view;

pub use freshness::Catalogs;
pub use past::Pasts;
pub use view::{View, When};
