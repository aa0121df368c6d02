//! What an address of a git repository means: where its files can be read, which folder it names.

use super::name::{FilePath, Name};
use percent_encoding::percent_decode_str;
use url::Url;

/// The addresses of the demo git host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoPlaces {
    /// `http://localhost:7007/demo-git/`
    base: String,
}

/// A folder or file of a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Who owns the repository.
    pub owner: Name,
    /// The repository.
    pub repository: Name,
    /// The branch.
    pub branch: Name,
    /// None for the root of the branch.
    pub path: Option<FilePath>,
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

    /// The address at which all files of a folder come in one answer.
    #[must_use]
    pub fn tree(&self, place: &Place) -> String {
        let Place { owner, repository, branch, path } = place;
        let mut address = format!("{}{owner}/{repository}/tree/{branch}", self.base);
        if let Some(path) = path {
            for part in path.as_str().split('/') {
                address.push('/');
                address.extend(percent_encoding::utf8_percent_encode(part, percent_encoding::NON_ALPHANUMERIC));
            }
        }
        address
    }

    /// Reads the address of a file or folder of a branch: `…/demo-git/OWNER/REPO/raw/BRANCH/PATH` (or `tree`).
    #[must_use]
    pub fn place(&self, address: &str) -> Option<Place> {
        let url = Url::parse(address).ok()?;
        let rest = url.as_str().strip_prefix(&self.base)?.split(['?', '#']).next()?;
        let (head, path) = match rest.splitn(5, '/').collect::<Vec<_>>()[..] {
            [owner, repository, word, branch] => ([owner, repository, word, branch], ""),
            [owner, repository, word, branch, path] => ([owner, repository, word, branch], path),
            _ => return None,
        };
        if !matches!(head[2], "raw" | "tree" | "blob") {
            return None;
        }
        let path = percent_decode_str(path.trim_end_matches('/')).decode_utf8().ok()?;
        let path = if path.is_empty() { None } else { Some(FilePath::parse(&path)?) };
        Some(Place {
            owner: Name::parse(head[0])?,
            repository: Name::repository(head[1])?,
            branch: Name::parse(head[3])?,
            path,
        })
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
        let place = demo.place("http://localhost:7007/demo-git/demo/shop/raw/main/a%20b/c/").unwrap();
        assert_eq!(place.path.as_ref().unwrap().as_str(), "a b/c");
        assert_eq!(demo.tree(&place), "http://localhost:7007/demo-git/demo/shop/tree/main/a%20b/c");
        assert_eq!(demo.place("http://localhost:7007/demo-git/demo/shop/raw/main").unwrap().path, None);
        for address in [
            "http://localhost:7008/demo-git/demo/shop/raw/main/a",
            "http://localhost:7007/demo-git/demo/shop",
            "http://localhost:7007/api/x/y/raw/main/a",
            "http://localhost:7007/demo-git/demo/shop/raw/main/%2e%2e%2fx",
            "http://localhost:7007/demo-git/-x/shop/raw/main/a",
            "http://localhost:7007/demo-git/demo/shop/info/refs/x",
            "nothing",
        ] {
            assert!(demo.place(address).is_none(), "{address}");
        }
        let (owner, repository) = demo.repository("http://localhost:7007/demo-git/demo/shop.git").unwrap();
        assert_eq!(demo.remote(&owner, &repository), "http://localhost:7007/demo-git/demo/shop.git");
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
