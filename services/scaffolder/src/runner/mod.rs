//! Runs a task specification: one workspace, one engine, one step after the other.
//!
//! Owns the order of things: a step's beginning and end are journalled before the next step begins, secrets exist in a
//! step's input only, and after a failure only steps that ask for it run. The same code runs real tasks and dry runs;
//! they differ in their [`journal::Journal`].

mod attempt;
mod durable;
mod each;
mod engine;
pub(crate) mod gate;
pub mod journal;
mod log;
mod run;
mod step;

pub use attempt::Attempt;
pub use durable::{Durable, History, Resumed};
pub use engine::{EngineHandle, blocking};
pub use log::StepLog;
pub use run::{Base, Conclusion, Run, execute, pursue};
pub(crate) use step::pretty;
