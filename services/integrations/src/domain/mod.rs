//! Rules without I/O: names that may become paths, what addresses mean, patterns, budgets.

pub mod address;
pub mod budget;
pub mod glob;
pub mod name;
pub mod place;
pub mod source_host;
pub mod want;
