//! What the address of a git remote means: where its files can be read.

use super::name::Name;
use url::Url;

/// The addresses of the demo git host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoPlaces {
    /// `http://localhost:7007/demo-git/`
    base: String,
}

impl DemoPlaces {
    /// The host at this apex, for example `http://localhost:7007`.
    #[must_use]
    pub fn new(apex_url: &str) -> Self {
        Self { base: format!("{}/demo-git/", apex_url.trim_end_matches('/')) }
    }

    /// The address below which the owners are.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The address of a repository, for git.
    #[must_use]
    pub fn remote(&self, owner: &Name, repository: &Name) -> String {
        format!("{}{owner}/{repository}.git", self.base)
    }

    /// The address below which a branch's files are read.
    #[must_use]
    pub fn contents(&self, owner: &Name, repository: &Name, branch: &Name) -> String {
        format!("{}{owner}/{repository}/raw/{branch}/", self.base)
    }

    /// Reads the address of a repository of the demo git host.
    #[must_use]
    pub fn repository(&self, remote: &str) -> Option<(Name, Name)> {
        let url = Url::parse(remote).ok()?;
        let (owner, repository) = url.as_str().strip_prefix(&self.base)?.trim_end_matches('/').split_once('/')?;
        Some((Name::parse(owner)?, Name::repository(repository)?))
    }
}

/// The address below which the files of a branch are read, for any remote.
#[must_use]
pub fn contents_url(remote: &Url, branch: &Name, demo: Option<&DemoPlaces>) -> String {
    if let Some(demo) = demo
        && let Some((owner, repository)) = demo.repository(remote.as_str())
    {
        return demo.contents(&owner, &repository, branch);
    }
    let repository = remote.as_str().trim_end_matches('/').trim_end_matches(".git");
    match remote.host_str() {
        Some("gitlab.com") => format!("{repository}/-/blob/{branch}/"),
        Some("github.com") => format!("{repository}/blob/{branch}/"),
        _ => format!("{repository}/raw/{branch}/"),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn addresses_of_the_demo_host_are_read_and_written() {
        let demo = DemoPlaces::new("http://localhost:7007");
        let (owner, repository) = demo.repository("http://localhost:7007/demo-git/demo/shop.git").unwrap();
        assert_eq!(demo.remote(&owner, &repository), "http://localhost:7007/demo-git/demo/shop.git");
        assert!(demo.repository("http://localhost:7008/demo-git/demo/shop.git").is_none());
    }

    #[test]
    fn files_of_a_pushed_branch_are_found_below_its_contents_url() {
        let demo = DemoPlaces::new("http://localhost:7007");
        let main = Name::parse("main").unwrap();
        for (remote, expected) in [
            ("http://localhost:7007/demo-git/demo/shop.git", "http://localhost:7007/demo-git/demo/shop/raw/main/"),
            ("https://github.com/o/r.git", "https://github.com/o/r/blob/main/"),
            ("https://gitlab.com/g/s/r", "https://gitlab.com/g/s/r/-/blob/main/"),
            ("https://git.example/o/r.git", "https://git.example/o/r/raw/main/"),
        ] {
            assert_eq!(contents_url(&Url::parse(remote).unwrap(), &main, Some(&demo)), expected);
        }
    }
}
