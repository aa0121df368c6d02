//! The demo git host: bare repositories over smart HTTP, and per branch as raw files.
//!
//! It exists so that the whole loop (create from a template, push, register, read back) works on a fresh machine with
//! no account anywhere. It knows no users: whoever reaches it may read and push. Therefore it answers in demo
//! installations only, below `/demo-git` on the apex.

mod files;
mod page;
mod samples;
mod smart_http;

pub use samples::{Sample, samples};

use crate::domain::name::{FilePath, Name};
use crate::git::{NewFile, commit, git, run_ok};
use anyhow::Context as _;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use axum::routing::{get, post};
use kernel::{Error, Result};
use runtime::Tasks;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Repositories that may exist; nobody cleans up after a demo.
const MAX_REPOSITORIES: usize = 2_000;
/// git processes that run at a time.
const MAX_PROCESSES: usize = 8;

/// The repositories below one folder.
pub struct DemoGit {
    root: PathBuf,
    tasks: Tasks,
    processes: Arc<Semaphore>,
}

impl std::fmt::Debug for DemoGit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DemoGit").field("root", &self.root).finish_non_exhaustive()
    }
}

impl DemoGit {
    /// Uses a folder, and makes it where it is missing.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn open(root: PathBuf, tasks: Tasks) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&root).with_context(|| format!("the folder {} cannot be made", root.display()))?;
        Ok(Self { root, tasks, processes: Arc::new(Semaphore::new(MAX_PROCESSES)) })
    }

    /// Makes a repository with one commit on `main`; one that has the branch already is left as it is.
    ///
    /// # Errors
    /// A name or path that a repository cannot have, or git fails.
    pub async fn seed(&self, owner: &str, repository: &str, files: &[(&str, &[u8])]) -> Result<()> {
        let name = |text: &str| Name::parse(text).ok_or_else(|| Error::input(format!("'{text}' is not a name")));
        let (owner, repository, main) = (name(owner)?, name(repository)?, name("main")?);
        let files = files
            .iter()
            .map(|(path, bytes)| {
                let path = FilePath::parse(path).ok_or_else(|| Error::input(format!("'{path}' is not a path")))?;
                Ok(NewFile { path, executable: false, bytes: bytes.to_vec() })
            })
            .collect::<Result<Vec<_>>>()?;
        let git_dir = self.create(&owner, &repository).await?;
        if self.branches(&git_dir).await?.contains(&"main".to_owned()) {
            return Ok(());
        }
        commit(&git_dir, &main, ("Sample", None), &files).await.map(|_| ())
    }

    /// The repository's folder, if there is one.
    fn find(&self, owner: &Name, repository: &Name) -> Result<PathBuf> {
        let git_dir = self.git_dir(owner, repository);
        let missing = || Error::not_found(format!("There is no repository {owner}/{repository} here."));
        git_dir.join("HEAD").is_file().then_some(git_dir).ok_or_else(missing)
    }

    /// The repository's folder, made where it is missing: first elsewhere and whole, then moved into place.
    async fn create(&self, owner: &Name, repository: &Name) -> Result<PathBuf> {
        if let Ok(found) = self.find(owner, repository) {
            return Ok(found);
        }
        if count_repositories(&self.root) >= MAX_REPOSITORIES {
            return Err(Error::not_allowed("The demo git host is full. Delete repositories in its data folder."));
        }
        let folder = self.root.join(owner.as_str());
        std::fs::create_dir_all(&folder).map_err(Error::internal)?;
        let made = tempfile::Builder::new().prefix(".new").tempdir_in(&folder).map_err(Error::internal)?;
        run_ok(git(made.path(), &[], ["init", "--quiet", "--bare", "--initial-branch=main"]), None, 1 << 10).await?;
        let git_dir = self.git_dir(owner, repository);
        match std::fs::rename(made.keep(), &git_dir) {
            // Another push was faster; its repository is as good.
            Err(error) if !git_dir.join("HEAD").is_file() => Err(Error::internal(error)),
            _ => Ok(git_dir),
        }
    }

    async fn branches(&self, git_dir: &Path) -> Result<Vec<String>> {
        let command = git(git_dir, &[], ["for-each-ref", "--count=100", "--format=%(refname:lstrip=2)", "refs/heads"]);
        let output = run_ok(command, None, 64 << 10).await?;
        Ok(String::from_utf8_lossy(&output).lines().map(str::to_owned).collect())
    }

    fn git_dir(&self, owner: &Name, repository: &Name) -> PathBuf {
        self.root.join(owner.as_str()).join(format!("{repository}.git"))
    }
}

/// The routes, with full paths.
pub fn router(host: Arc<DemoGit>) -> Router {
    Router::new()
        .route("/demo-git/{owner}/{repository}", get(page::show_repository))
        .route("/demo-git/{owner}/{repository}/info/refs", get(smart_http::advertise))
        .route("/demo-git/{owner}/{repository}/git-upload-pack", post(smart_http::exchange))
        .route("/demo-git/{owner}/{repository}/git-receive-pack", post(smart_http::exchange))
        .route("/demo-git/{owner}/{repository}/raw/{branch}/{*path}", get(files::read_file))
        // Pushes stream to git, which has a limit of its own.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn(http_shell::render))
        .with_state(host)
}

fn count_repositories(root: &Path) -> usize {
    let entries = |folder: &Path| std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries(root).map(|owner| entries(&owner.path()).count()).sum()
}

fn bad_name(owner: &str, repository: &str) -> Error {
    Error::not_found(format!("{owner}/{repository} is not the name of a repository here."))
}

/// Checks the names in an address.
fn names(owner: &str, repository: &str) -> Result<(Name, Name)> {
    match (Name::parse(owner), Name::repository(repository)) {
        (Some(owner), Some(repository)) => Ok((owner, repository)),
        _ => Err(bad_name(owner, repository)),
    }
}
