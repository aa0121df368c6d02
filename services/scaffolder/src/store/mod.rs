//! Tasks, events, steps, gates and schedules in Postgres. The only place with SQL.

pub mod checkpoint;
pub mod event;
pub mod gate;
pub mod member;
pub mod run;
pub mod schedule;
pub mod step;
pub mod task;
pub mod template_test;
