//! The folder of a template, for an editor.

use super::templates;
use crate::State;
use crate::stored::{self, Origin, Reader, Stored};
use axum::extract::State as Shared;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_shell::{Caller, Json, Path, Result};
use kernel::{EntityRef, Error};
use serde::Serialize;
use utoipa::ToSchema;

/// A template with the files of its folder.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct TemplateFiles {
    /// Its reference.
    entity_ref: String,
    /// The file that describes it.
    template_path: String,
    /// The address of the folder or, where that cannot be read, of the file; absent when the catalog itself holds the template.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// Of which commit the files are, where the source host says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<String>,
    /// The set, when the catalog itself holds the template: it can be written there.
    #[serde(skip_serializing_if = "Option::is_none")]
    set: Option<String>,
    /// Whether these are all files of its folder; otherwise only the template's own file could be read.
    whole_folder: bool,
    /// In the order of their paths.
    files: Vec<TemplateFile>,
    /// Files that are too large for an editor.
    left_out: Vec<LeftOut>,
}

/// A file, in the shape in which dry runs and tests take it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct TemplateFile {
    /// Relative to the folder.
    path: String,
    /// Whether it may be executed.
    executable: bool,
    /// Its bytes, in base64.
    base64_content: String,
}

/// A file that is too large.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct LeftOut {
    /// Relative to the folder.
    path: String,
    /// How large it is.
    bytes: usize,
}

/// Read the folder of a template of the catalog, to edit it.
///
/// It is read as `fetch:template` reads it, below the template's own location. Files of more than 1 MiB are named only;
/// a folder of more than 7 MiB is refused.
#[utoipa::path(get, path = "/api/scaffolder/v1/templates/{namespace}/{name}/files",
    params(("namespace" = String, Path), ("name" = String, Path)),
    responses((status = 200, body = TemplateFiles), (status = 404, description = "No such template, or none of its files"),
        (status = 413, description = "Too large")))]
pub(super) async fn template_files(
    Shared(state): Shared<State>,
    caller: Caller,
    Path((namespace, name)): Path<(String, String)>,
) -> Result<Json<TemplateFiles>> {
    let services = state.services(caller);
    let entity_ref = EntityRef::new("template", namespace, name);
    let template = templates::find(&services, &entity_ref).await?;
    let stored = stored::read(&services, &template, &entity_ref, Reader::Person).await?;
    let stored = stored.ok_or_else(|| Error::unavailable("The source host answered a question that was not asked"))?;
    Ok(Json(shown(&entity_ref, stored)))
}

fn shown(entity_ref: &EntityRef, stored: Stored) -> TemplateFiles {
    let whole_folder = matches!(stored.origin, Origin::Folder { .. });
    let (url, commit, set) = match stored.origin {
        Origin::Folder { url, commit } => (Some(url), commit, None),
        Origin::File { url } => (Some(url), None, None),
        Origin::Set(set) => (None, None, Some(set)),
    };
    let file = |file: stored::StoredFile| TemplateFile {
        path: file.path,
        executable: file.executable,
        base64_content: STANDARD.encode(&file.bytes),
    };
    TemplateFiles {
        entity_ref: entity_ref.key(),
        template_path: stored.path,
        url,
        commit,
        set,
        whole_folder,
        files: stored.files.into_iter().map(file).collect(),
        left_out: stored.left_out.into_iter().map(|(path, bytes)| LeftOut { path, bytes }).collect(),
    }
}
