//! Backstage's scaffolder API, version 2, and below `/v1` what is ours: runs, gates, schedules. The only place with axum.

mod actions;
mod answer;
mod body;
mod dry_run;
mod events;
mod gates;
mod json_fault;
mod page;
mod permitted;
mod runs;
mod schedules;
mod start;
mod tasks;
mod template_files;
mod template_tests;
mod templates;
mod trials;

use crate::State;
use authz::Permission;
use http_shell::{Access, Routes, routes};

pub(crate) use start::{Launch, Order, launch};

/// Every route of the service.
#[must_use]
pub fn routes() -> Routes<State> {
    let template = Access::user(Permission::SCAFFOLDER_TEMPLATE_READ);
    let read = Access::user(Permission::SCAFFOLDER_TASK_READ);
    let create = Access::user(Permission::SCAFFOLDER_TASK_CREATE);
    let manage = Access::user(Permission::SCAFFOLDER_TEMPLATE_MANAGE);
    let cancel = Access::user(Permission::SCAFFOLDER_TASK_CANCEL);
    let decide = Access::user(Permission::SCAFFOLDER_GATE_DECIDE);
    let see_schedule = Access::user(Permission::SCAFFOLDER_SCHEDULE_READ);
    let change_schedule = Access::user(Permission::SCAFFOLDER_SCHEDULE_UPDATE);
    Routes::new("scaffolder")
        .route(template, routes!(templates::parameter_schema))
        .route(template, routes!(actions::list_actions))
        .route(template, routes!(actions::templating_extensions))
        .route(template, routes!(actions::autocomplete))
        .route(create, routes!(start::create_task))
        .route(read, routes!(tasks::list_tasks))
        .route(read, routes!(tasks::get_task))
        .route(cancel, routes!(tasks::cancel_task))
        .route(create, routes!(start::retry_task))
        .route(read, routes!(events::list_events))
        .route(read, routes!(events::stream_events))
        .route(create, routes!(dry_run::dry_run))
        .route(read, routes!(runs::list_runs))
        .route(read, routes!(runs::get_run))
        .route(read, routes!(gates::list_gates))
        .route(read, routes!(gates::get_gate))
        .route(decide, routes!(gates::approve_gate))
        .route(decide, routes!(gates::reject_gate))
        .route(Access::public(), routes!(gates::call_hook))
        .route(see_schedule, routes!(schedules::list_schedules))
        .route(see_schedule, routes!(schedules::get_schedule))
        .route(see_schedule, routes!(schedules::preview_schedule))
        .route(change_schedule, routes!(schedules::create_schedule))
        .route(change_schedule, routes!(schedules::update_schedule, schedules::delete_schedule))
        .route(change_schedule, routes!(schedules::pause_schedule))
        .route(change_schedule, routes!(schedules::resume_schedule))
        .route(change_schedule, routes!(schedules::run_schedule))
        .route(create, routes!(trials::run_template_tests))
        .route(manage, routes!(template_files::template_files))
        .route(template, routes!(template_tests::list_template_tests))
        .route(template, routes!(template_tests::get_template_tests))
        .route(manage, routes!(template_tests::ask_for_template_tests))
}
