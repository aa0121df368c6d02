//! The page of a repository: its branches and files, for people and for programs.

use super::files::list;
use super::{DemoGit, names};
use crate::domain::name::Name;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, header};
use http_shell::{Json, Result};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::json;
use std::fmt::Write as _;
use std::sync::Arc;

const MAX_FILES: usize = 500;
/// What must be escaped in the path of an address; slashes stay.
const PATH: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>').add(b'?').add(b'%').add(b'`');

/// `GET /demo-git/OWNER/REPO`
pub(super) async fn show_repository(
    State(host): State<Arc<DemoGit>>,
    Path((owner, repository)): Path<(String, String)>,
    request: HeaderMap,
) -> Result<Response> {
    let (owner, repository) = names(&owner, &repository)?;
    let git_dir = host.find(&owner, &repository)?;
    let branches = host.branches(&git_dir).await?;
    let shown = branches.iter().find(|name| *name == "main").or_else(|| branches.first());
    let shown = shown.and_then(|name| Name::parse(name));
    let mut files: Vec<String> = match &shown {
        Some(branch) => {
            list(&git_dir, &format!("refs/heads/{branch}"), "").await?.into_iter().map(|file| file.path).collect()
        }
        None => Vec::new(),
    };
    files.truncate(MAX_FILES);
    let branch = shown.as_ref().map(Name::as_str);
    let accepts = request.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let mut response = if accepts.contains("text/html") {
        Html(html(owner.as_str(), repository.as_str(), branch, &files)).into_response()
    } else {
        Json(json!({"owner": owner.as_str(), "name": repository.as_str(), "branches": branches, "branch": branch, "files": files}))
            .into_response()
    };
    let policy = HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'");
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

fn html(owner: &str, repository: &str, branch: Option<&str>, files: &[String]) -> String {
    let mut list = String::new();
    for file in files {
        let address = utf8_percent_encode(file, PATH);
        let _ = write!(
            list,
            "<li><a href=\"/demo-git/{owner}/{repository}/raw/{}/{address}\">{}</a></li>",
            branch.unwrap_or_default(),
            escape(file)
        );
    }
    let about = match branch {
        Some(branch) => format!("Branch {branch}"),
        None => "Nothing was pushed yet.".to_owned(),
    };
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{owner}/{repository}</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <style>body{{font:16px/1.6 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem;\
         color-scheme:light dark}}li{{font-family:ui-monospace,monospace}}</style></head>\
         <body><h1>{owner}/{repository}</h1><p>{about}. A repository of the demo git host.</p><ul>{list}</ul></body></html>"
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
