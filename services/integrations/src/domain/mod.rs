//! Rules without I/O: names that may become paths, and what addresses mean.

pub mod name;
pub mod place;
