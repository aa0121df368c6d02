//! Reading a whole folder.

use super::read::DEADLINE;
use crate::Integrations;
use crate::failure::to_error;
use axum::extract::State;
use http_shell::{Caller, Json, Result};
use kernel::Error;
use runtime::outbound::{Answer, Get};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What all files of a folder may weigh together, in base64.
const MAX_BYTES: usize = 32_000_000;

/// Which folder.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TreeRequest {
    /// The address of a folder of a branch.
    url: String,
}

/// A folder with everything in it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Tree {
    /// In the order of their paths.
    pub(crate) files: Vec<TreeFile>,
}

/// One file.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct TreeFile {
    /// Relative to the folder, with `/` between names.
    pub(crate) path: String,
    /// Whether it may be executed.
    #[serde(default)]
    pub(crate) executable: bool,
    /// Its bytes, in base64.
    pub(crate) content: String,
}

/// Read all files below a folder of a repository.
#[utoipa::path(post, path = "/internal/integrations/v1/tree", request_body = TreeRequest,
    responses((status = 200, description = "The files", body = Tree)))]
pub(crate) async fn read_tree(
    State(state): State<Integrations>,
    _: Caller,
    Json(request): Json<TreeRequest>,
) -> Result<Json<Tree>> {
    let url = &request.url;
    // A plain web address names a file; only a source host can tell what lies below a folder.
    let address = state.places.as_ref().and_then(|demo| Some(demo.tree(&demo.place(url)?)));
    let address = address.ok_or_else(|| {
        Error::input(format!("'{url}' is not a folder of a repository on a source host that we know. Give the address of a file, or of a folder of a branch."))
    })?;
    let get = Get { url: &address, validator: None, max_bytes: MAX_BYTES, deadline: DEADLINE };
    match state.outbound.get(get).await.map_err(|failure| to_error(&failure))? {
        Answer::Content(content) => Ok(Json(serde_json::from_slice(&content.bytes).map_err(Error::internal)?)),
        Answer::NotModified => Err(Error::internal("unchanged, without a validator").into()),
    }
}
