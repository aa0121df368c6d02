//! What came of the tests of templates that were run without anybody asking, and asking for it.

use super::{answer, templates};
use crate::State;
use crate::store::template_test::{self, TemplateTest};
use axum::extract::State as Shared;
use http::StatusCode;
use http_shell::{Caller, Json, Path, Result};
use kernel::EntityRef;
use serde::Serialize;
use serde_json::Value;
use store::AuditEvent;
use store::queue::{self, Urgency};
use utoipa::ToSchema;

/// So many templates are told about.
const MAX: i64 = 1000;

/// What came of the tests of all templates.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TemplateTestList {
    /// By reference.
    items: Vec<TemplateTestView>,
}

/// What came of a template's tests.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct TemplateTestView {
    /// Which template.
    template_ref: String,
    /// `pending`: it was asked for, or never looked; `passed`; `failed`; `none`: it has no tests; `unreadable`: see `problem`.
    state: String,
    /// Why nothing could be run.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    /// How many cases there are.
    cases: i32,
    /// How many of them were not as expected.
    failed: i32,
    /// The first things that were not: `{file, line, message}`.
    #[schema(value_type = Vec<Value>)]
    findings: Value,
    /// When they were run.
    #[serde(skip_serializing_if = "Option::is_none")]
    ran_at: Option<Value>,
    /// When it was looked whether something changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    checked_at: Option<Value>,
}

/// What came of the tests of templates when they were last run by themselves: after each change of a template or an action.
#[utoipa::path(get, path = "/api/scaffolder/v1/template-tests", responses((status = 200, body = TemplateTestList)))]
pub(super) async fn list_template_tests(
    Shared(state): Shared<State>,
    caller: Caller,
) -> Result<Json<TemplateTestList>> {
    let mut tx = state.db.tenant(caller.tenant).await?;
    let rows = template_test::list(&mut tx, MAX).await?;
    drop(tx);
    if rows.is_empty() {
        return Ok(Json(TemplateTestList { items: Vec::new() }));
    }
    // Who may not see a template hears nothing of its tests.
    let keys: Vec<String> = rows.iter().map(|row| row.template_ref.clone()).collect();
    let visible = state.services(caller).entities(&keys).await?;
    let seen = rows.into_iter().zip(visible).filter(|(_, entity)| !entity.is_null());
    Ok(Json(TemplateTestList { items: seen.map(|(row, _)| shown(row)).collect() }))
}

/// What came of the tests of one template.
#[utoipa::path(get, path = "/api/scaffolder/v1/templates/{namespace}/{name}/tests",
    params(("namespace" = String, Path), ("name" = String, Path)),
    responses((status = 200, body = TemplateTestView), (status = 404, description = "No such template")))]
pub(super) async fn get_template_tests(
    Shared(state): Shared<State>,
    caller: Caller,
    Path((namespace, name)): Path<(String, String)>,
) -> Result<Json<TemplateTestView>> {
    let entity_ref = EntityRef::new("template", namespace, name);
    templates::find(&state.services(caller.clone()), &entity_ref).await?;
    let mut tx = state.db.tenant(caller.tenant).await?;
    let found = template_test::find(&mut tx, &entity_ref.key()).await?;
    Ok(Json(found.map_or_else(|| never(entity_ref.key()), shown)))
}

/// Run the tests of a template that the catalog has, now, whether or not something changed.
#[utoipa::path(post, path = "/api/scaffolder/v1/templates/{namespace}/{name}/tests",
    params(("namespace" = String, Path), ("name" = String, Path)),
    responses((status = 202, body = TemplateTestView), (status = 404, description = "No such template")))]
pub(super) async fn ask_for_template_tests(
    Shared(state): Shared<State>,
    caller: Caller,
    Path((namespace, name)): Path<(String, String)>,
) -> Result<(StatusCode, Json<TemplateTestView>)> {
    let entity_ref = EntityRef::new("template", namespace, name);
    templates::find(&state.services(caller.clone()), &entity_ref).await?;
    let key = entity_ref.key();
    let mut tx = state.db.tenant(caller.tenant).await?;
    template_test::set_pending(&mut tx, &key).await?;
    queue::enqueue_all(&mut tx, queue::TEMPLATE_TESTS, std::slice::from_ref(&key), Urgency::Person).await?;
    tx.record(AuditEvent::by(&caller.principal, "scaffolder.template-tests.run", &key)).await?;
    let row = template_test::find(&mut tx, &key).await?;
    tx.commit().await?;
    Ok((StatusCode::ACCEPTED, Json(row.map_or_else(|| never(key), shown))))
}

fn never(template_ref: String) -> TemplateTestView {
    TemplateTestView {
        template_ref,
        state: "pending".to_owned(),
        problem: None,
        cases: 0,
        failed: 0,
        findings: Value::Array(Vec::new()),
        ran_at: None,
        checked_at: None,
    }
}

fn shown(row: TemplateTest) -> TemplateTestView {
    TemplateTestView {
        template_ref: row.template_ref,
        state: row.state,
        problem: row.problem,
        cases: row.cases,
        failed: row.failed,
        findings: serde_json::to_value(&row.findings.0).unwrap_or_default(),
        ran_at: row.ran_at.map(answer::time),
        checked_at: Some(answer::time(row.checked_at)),
    }
}
