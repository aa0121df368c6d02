//! Smart HTTP through `git http-backend`, the CGI program that comes with git.

use super::{DemoGit, names};
use crate::git::{git, no_git};
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use futures::TryStreamExt as _;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use http_shell::Result;
use kernel::Error;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout};
use tokio_util::io::{ReaderStream, StreamReader};

/// The largest push; git refuses what is beyond.
const MAX_PUSH_BYTES: u64 = 100 << 20;
const DEADLINE: Duration = Duration::from_secs(120);
/// The largest header block of the CGI program.
const MAX_HEADER_BYTES: u64 = 16 << 10;

/// `GET …/info/refs?service=…`: what the repository has. A push to a repository that does not exist yet makes it.
pub(super) async fn advertise(
    State(host): State<Arc<DemoGit>>,
    Path((owner, repository)): Path<(String, String)>,
    request: Request,
) -> Result<Response> {
    let (owner, repository) = names(&owner, &repository)?;
    let service = match request.uri().query() {
        Some("service=git-receive-pack") => "git-receive-pack",
        Some("service=git-upload-pack") => "git-upload-pack",
        _ => return Err(Error::input("Only git's smart protocol is served here. Use git 1.6.6 or newer.").into()),
    };
    if service == "git-receive-pack" {
        host.create(&owner, &repository).await?;
    }
    let path = format!("/{owner}/{repository}.git/info/refs");
    host.find(&owner, &repository)?;
    host.cgi(&path, &format!("service={service}"), request).await
}

/// `POST …/git-upload-pack` and `POST …/git-receive-pack`: the exchange itself.
pub(super) async fn exchange(
    State(host): State<Arc<DemoGit>>,
    Path((owner, repository)): Path<(String, String)>,
    request: Request,
) -> Result<Response> {
    let (owner, repository) = names(&owner, &repository)?;
    host.find(&owner, &repository)?;
    let service = request.uri().path().rsplit('/').next().unwrap_or_default();
    let path = format!("/{owner}/{repository}.git/{service}");
    host.cgi(&path, "", request).await
}

impl DemoGit {
    /// Runs the CGI program: the request's body streams in, its answer streams out.
    async fn cgi(&self, path: &str, query: &str, request: Request) -> Result<Response> {
        let permit = self.processes.clone().acquire_owned().await.map_err(Error::internal)?;
        let (parts, body) = request.into_parts();
        let settings = ["http.receivepack=true".to_owned(), format!("receive.maxInputSize={MAX_PUSH_BYTES}")];
        let mut command = git(&self.root, &settings, ["http-backend"]);
        command
            .env_remove("GIT_DIR")
            .env("GIT_PROJECT_ROOT", &self.root)
            .env("GIT_HTTP_EXPORT_ALL", "1")
            .env("REQUEST_METHOD", parts.method.as_str())
            .env("PATH_INFO", path)
            .env("QUERY_STRING", query)
            .env("REMOTE_USER", "demo")
            .env("REMOTE_ADDR", "127.0.0.1")
            .stdin(Stdio::piped());
        for (variable, name) in [
            ("CONTENT_TYPE", header::CONTENT_TYPE),
            ("CONTENT_LENGTH", header::CONTENT_LENGTH),
            ("HTTP_CONTENT_ENCODING", header::CONTENT_ENCODING),
            ("GIT_PROTOCOL", HeaderName::from_static("git-protocol")),
        ] {
            if let Some(text) = parts.headers.get(name).and_then(|value| value.to_str().ok()) {
                command.env(variable, text);
            }
        }
        let mut child = command.spawn().map_err(no_git)?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Error::internal("git http-backend without pipes").into());
        };
        self.tasks.spawn("demo-git exchange", async move {
            if tokio::time::timeout(DEADLINE, feed(body, stdin, &mut child)).await.is_err() {
                tracing::warn!("git http-backend took too long and was ended");
            }
            drop((child, permit));
        });
        let answer = tokio::time::timeout(DEADLINE, answer(stdout)).await;
        Ok(answer.map_err(|_| Error::unavailable("git gave no answer in time"))??)
    }
}

/// Copies the body to the program, waits for its end and logs what it complained about.
async fn feed(body: Body, mut stdin: ChildStdin, child: &mut Child) {
    let stream = body.into_data_stream().map_err(std::io::Error::other);
    let mut reader = StreamReader::new(Box::pin(stream)).take(MAX_PUSH_BYTES);
    // The program may close its input early, for example when it refuses the push.
    let _ = tokio::io::copy(&mut reader, &mut stdin).await;
    drop(stdin);
    let mut complaint = Vec::new();
    if let Some(stderr) = child.stderr.take() {
        let _ = stderr.take(8 << 10).read_to_end(&mut complaint).await;
    }
    let status = child.wait().await;
    if !complaint.is_empty() || !status.is_ok_and(|status| status.success()) {
        tracing::info!(said = %String::from_utf8_lossy(&complaint).trim(), "git http-backend complained");
    }
}

/// Reads the CGI headers; the rest is the body.
async fn answer(stdout: ChildStdout) -> kernel::Result<Response> {
    let mut reader = BufReader::new(stdout);
    let (mut status, mut headers) = (StatusCode::OK, HeaderMap::new());
    let mut left = MAX_HEADER_BYTES;
    loop {
        let mut line = String::new();
        let length = (&mut reader).take(left).read_line(&mut line).await.map_err(Error::internal)?;
        left -= length as u64;
        let line = line.trim_end_matches(['\r', '\n']);
        if length == 0 || left == 0 {
            return Err(Error::internal("git http-backend ended within its headers"));
        }
        if line.is_empty() {
            break;
        }
        match line.split_once(": ") {
            Some(("Status", text)) => {
                let code = text.split(' ').next().and_then(|code| code.parse().ok());
                status = code.and_then(|code| StatusCode::from_u16(code).ok()).unwrap_or(StatusCode::BAD_GATEWAY);
            }
            Some((name, text)) => {
                if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(text)) {
                    headers.append(name, value);
                }
            }
            None => return Err(Error::internal("git http-backend gave a malformed header")),
        }
    }
    let mut response = Response::new(Body::from_stream(ReaderStream::new(reader)));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}
