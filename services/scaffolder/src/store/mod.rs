//! Tasks, events and steps in Postgres. The only place with SQL.

pub mod event;
pub mod step;
pub mod task;
