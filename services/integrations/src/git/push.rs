//! Pushing to a remote that a tenant chose.
//!
//! git resolves names by itself; it is held to the addresses that the guard has checked, follows no redirect, knows no
//! protocol but http and https, and asks nobody for a password.

use super::{NewFile, commit, git, run, run_ok};
use crate::domain::name::Name;
use crate::failure::to_error;
use kernel::{Error, ErrorKind, Result};
use runtime::outbound::{Checked, Outbound};
use std::net::IpAddr;
use std::time::Duration;
use url::Url;

const DEADLINE: Duration = Duration::from_secs(60);

/// Makes a commit of the files and pushes it as the branch; gives the commit's hash. A commit that is there already, by its
/// hash, is no conflict.
pub(crate) async fn push(
    outbound: &Outbound,
    remote: &Url,
    branch: &Name,
    message: (&str, Option<u32>),
    files: &[NewFile],
) -> Result<String> {
    let checked = outbound.check(remote.as_str()).await.map_err(|failure| to_error(&failure))?;
    let folder = tempfile::tempdir().map_err(Error::internal)?;
    let git_dir = folder.path();
    run_ok(git(git_dir, &[], ["init", "--quiet", "--bare"]), None, 1 << 10).await?;
    let hash = commit(git_dir, branch, message, files).await?;
    let refspec = format!("refs/heads/{branch}:refs/heads/{branch}");
    let command = git(git_dir, &settings(&checked), ["push", "--porcelain", "--", remote.as_str(), &refspec]);
    let said = run(command, None, 64 << 10, DEADLINE).await?;
    if said.success {
        return Ok(hash);
    }
    tracing::info!(remote = remote.as_str(), said = said.errors, "push refused");
    Err(explain(remote, branch, &format!("{}\n{}", String::from_utf8_lossy(&said.output), said.errors)))
}

fn settings(checked: &Checked) -> Vec<String> {
    let mut settings: Vec<String> = [
        "protocol.allow=never",
        "protocol.http.allow=always",
        "protocol.https.allow=always",
        "http.followRedirects=false",
        "http.proxy=",
        "http.lowSpeedLimit=1000",
        "http.lowSpeedTime=20",
    ]
    .map(str::to_owned)
    .to_vec();
    if let (Some(host), Some(port)) = (checked.url.host_str(), checked.url.port_or_known_default())
        && !checked.addresses.is_empty()
    {
        let addresses: Vec<String> = checked
            .addresses
            .iter()
            .map(|address| match address {
                IpAddr::V4(address) => address.to_string(),
                IpAddr::V6(address) => format!("[{address}]"),
            })
            .collect();
        settings.push(format!("http.curloptResolve={host}:{port}:{}", addresses.join(",")));
    }
    settings
}

fn explain(remote: &Url, branch: &Name, said: &str) -> Error {
    let has = |parts: &[&str]| parts.iter().any(|part| said.contains(part));
    if has(&["[rejected]", "non-fast-forward", "fetch first", "cannot lock ref"]) {
        return Error::conflict(format!(
            "The branch {branch} of '{remote}' already has other commits. Choose another repository or branch."
        ));
    }
    if has(&["could not read Username", "Authentication failed", "error: 401", "error: 403"]) {
        return Error::not_allowed(format!(
            "The host does not let us push to '{remote}'. Set up the integration for this host."
        ));
    }
    if has(&["error: 404", "not found"]) {
        return Error::not_found(format!("There is no repository at '{remote}'. Check the address."));
    }
    let last = said.lines().rev().find(|line| line.starts_with("fatal:") || line.starts_with("error:"));
    let reason = last.unwrap_or("git gave no reason");
    Error::new(ErrorKind::Unavailable, format!("'{remote}' did not take the push ({reason}). Try again later."))
}
