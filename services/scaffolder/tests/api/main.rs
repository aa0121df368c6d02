//! The scaffolder through its front door, on a real database.
#![expect(clippy::unwrap_used, reason = "tests")]

mod canaries;
mod conformance;
mod corpus;
mod dry_run;
mod engine_bundle;
mod events;
mod gates;
mod house;
mod interruption;
mod permitted;
mod plugin_actions;
mod sandbox;
mod schedules;
mod secrets;
mod tasks;
mod template_files;
mod template_tests;
mod trials;
