//! Backstage's scaffolder API, version 2. The only place with axum.

mod actions;
mod answer;
mod body;
mod dry_run;
mod events;
mod json_fault;
mod permitted;
mod start;
mod tasks;
mod templates;
mod trials;

use crate::State;
use authz::Permission;
use http_shell::{Access, Routes, routes};

/// Every route of the service.
#[must_use]
pub fn routes() -> Routes<State> {
    let template = Access::user(Permission::SCAFFOLDER_TEMPLATE_READ);
    let read = Access::user(Permission::SCAFFOLDER_TASK_READ);
    let create = Access::user(Permission::SCAFFOLDER_TASK_CREATE);
    let cancel = Access::user(Permission::SCAFFOLDER_TASK_CANCEL);
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
        .route(create, routes!(trials::run_template_tests))
}
