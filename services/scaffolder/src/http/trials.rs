//! Tests of templates that are sent along with their files.

use super::body::{self, Kind};
use super::dry_run::sent_files;
use crate::State;
use crate::domain::suite::FILE_NAME;
use crate::runner::blocking;
use crate::trial::{Bench, Report, run_file};
use crate::workspace::{Workspace, write_file};
use axum::extract::{Request, State as Shared};
use http_shell::{Caller, Json, Result};
use kernel::Error;
use serde_json::Value;
use std::time::Duration;
use uuid::Uuid;

/// No case is begun after so long.
const PATIENCE: Duration = Duration::from_secs(30);

/// Run the tests of a template.
///
/// `directoryContents` are the template's files as for a dry run, the test file among them; `testPath` names it, and is
/// `template.test.yaml` if it is not given. Nothing outside is asked or changed.
#[utoipa::path(post, path = "/api/scaffolder/v1/template-tests/run", request_body = Value,
    responses((status = 200, description = "{file, passed, mistakes, cases: [{name, line, passed, failures, log, durationMs}]}",
        body = Value), (status = 400, description = "Malformed request")))]
pub(super) async fn run_template_tests(
    Shared(state): Shared<State>,
    _: Caller,
    request: Request,
) -> Result<Json<Report>> {
    let properties =
        [("directoryContents", Kind::Objects(&["path", "base64Content"]), true), ("testPath", Kind::Text, false)];
    let body = body::read(request, &properties).await?;
    let file = body.get("testPath").and_then(Value::as_str).unwrap_or(FILE_NAME).to_owned();
    let files = sent_files(&body).map_err(super::templates::unusable)?;
    let config = &state.config;
    let name = format!("trial-content-{}", Uuid::now_v7());
    let folder = Workspace::create(&config.workspaces, &name, config.workspace).map_err(Error::internal)?;
    let folder = blocking(move || {
        for (path, bytes) in &files {
            write_file(&folder.child(path)?, bytes, false)?;
        }
        Ok(folder)
    })
    .await
    .map_err(super::templates::unusable)?;
    let bench = Bench {
        workspaces: config.workspaces.clone(),
        engine: config.engine,
        workspace: config.workspace,
        patience: PATIENCE,
    };
    Ok(Json(run_file(&bench, folder.root(), &file).await))
}
