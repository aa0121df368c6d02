//! The catalog's tables. The only place with SQL; every statement carries `tenant_id = $1`.
//!
//! Every change begins with [`sequence::lock`], so changes of one organisation follow one another and none can
//! deadlock; reads never wait.

pub mod additions;
pub mod apply;
pub mod back_off;
pub mod claim;
pub mod conditions;
pub mod entities;
pub mod facets;
pub mod files;
pub mod finder;
pub mod guard;
pub mod history;
pub mod index;
pub mod kinds;
pub mod locations;
pub mod managed;
#[cfg(test)]
mod plans;
pub mod policies;
pub mod postings;
pub mod progress;
pub mod quota;
pub mod refresh;
pub mod rejudge;
pub mod relations;
pub mod remove;
pub mod restore;
pub mod search;
pub mod sequence;
pub mod settings;
pub mod statistics;
pub mod stitch_due;
pub mod write;
