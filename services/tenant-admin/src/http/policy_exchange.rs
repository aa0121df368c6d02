//! Roles as text: the file of Backstage's RBAC plugin in, our own YAML in and out.

use super::policies::{Draft, published, stored};
use super::policy_draft;
use crate::domain::import::{self, Format};
use crate::domain::rbac_csv::LineProblem;
use crate::state::TenantAdmin;
use crate::store::policy;
use axum::extract::State;
use axum::http::{HeaderName, header};
use http_shell::{Caller, Json, Result};
use kernel::Error;
use serde::Deserialize;
use utoipa::ToSchema;

/// Characters of one text.
const MAX_TEXT: usize = 1_500_000;

/// How a text is written.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = PolicyFormat)]
pub(crate) enum TextFormat {
    Yaml,
    Csv,
}

/// What becomes of the roles that are not in the text.
#[derive(Deserialize, Default, PartialEq, Eq, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = PolicyImportMode)]
pub(crate) enum Mode {
    /// They stay; roles of the same name are replaced.
    #[default]
    Merge,
    /// They go.
    Replace,
}

/// A text to import.
#[derive(Deserialize, ToSchema)]
pub(crate) struct PolicyImport {
    format: TextFormat,
    text: String,
    #[serde(default)]
    mode: Mode,
}

/// Reads roles from a text into the draft. A text with a mistake changes nothing.
#[utoipa::path(post, path = "/api/tenant-admin/v1/policies/import", tag = "policies", request_body = PolicyImport,
    responses((status = 200, body = Draft), (status = 400, description = "Says per line what is wrong")))]
pub(crate) async fn import_policies(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Json(given): Json<PolicyImport>,
) -> Result<Json<Draft>> {
    if given.text.len() > MAX_TEXT {
        return Err(Error::input("The text is larger than 1.5 MB. Split it.").into());
    }
    let format = match given.format {
        TextFormat::Yaml => Format::Yaml,
        TextFormat::Csv => Format::Csv,
    };
    let new = import::read(&given.text, format).map_err(refused)?;
    policy_draft::judge_conditions(&admin, &caller, &new).await?;
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let (seen, current) = match policy::find_draft_for_update(&mut tx).await? {
        Some(draft) => (draft.revision, stored(draft.document)?),
        None => (0, published(&mut tx).await?.1),
    };
    let document = if given.mode == Mode::Replace { new } else { import::merged(current, new) };
    let draft = policy_draft::write(&admin, &mut tx, &caller, &document, seen).await?;
    tx.commit().await?;
    Ok(Json(draft.try_into()?))
}

fn refused(problems: Vec<LineProblem>) -> Error {
    let told: Vec<String> = problems.iter().map(|one| format!("Line {}: {}", one.line, one.problem)).collect();
    let error = Error::input(told.first().cloned().unwrap_or_default());
    problems.into_iter().fold(error, |error, one| error.with_field(format!("line {}", one.line), one.problem))
}

/// Shows the roles that hold as YAML, for keeping and for importing elsewhere.
#[utoipa::path(get, path = "/api/tenant-admin/v1/policies/export", tag = "policies",
    responses((status = 200, body = String, content_type = "application/yaml")))]
pub(crate) async fn export_policies(
    State(admin): State<TenantAdmin>,
    caller: Caller,
) -> Result<([(HeaderName, &'static str); 2], String)> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let text = import::to_yaml(&published(&mut tx).await?.1)?;
    let disposition = (header::CONTENT_DISPOSITION, "attachment; filename=\"roles.yaml\"");
    Ok(([(header::CONTENT_TYPE, "application/yaml"), disposition], text))
}
