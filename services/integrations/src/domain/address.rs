//! What the web address of a file or folder on a source host says.
//!
//! `https://github.com/OWNER/REPOSITORY/blob/main/docs/a.md` names a repository, a reference and a path. Where the
//! reference ends cannot be told from the address when branches have slashes in their names; so both stay together as
//! the address's tail, and the host is asked where it must be known.

use super::name::FilePath;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use url::Url;

/// References are tried up to so many names long.
const MAX_REFERENCE_NAMES: usize = 12;
/// What must be escaped in a path that becomes part of an address; slashes stay.
const IN_PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');
/// What must be escaped in one name of a path, or in a value of a query.
const IN_NAME: &AsciiSet = &IN_PATH.add(b'/').add(b'&').add(b'+').add(b'=').add(b';').add(b':').add(b'@').add(b'*');

/// A file or folder of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// `owner/repository`; at GitLab with all groups.
    pub project: String,
    /// The address as it was given.
    pub url: String,
    /// The address up to the reference.
    base: String,
    /// Reference and path, as they stand in the address.
    written: Vec<String>,
    /// The same, decoded.
    tail: Vec<String>,
}

impl Address {
    /// Reads an address of GitHub: `/OWNER/REPOSITORY/{blob,tree,raw,edit}/…`, or the repository itself.
    #[must_use]
    pub fn github(url: &Url) -> Option<Self> {
        let names = names(url);
        match names[..] {
            [owner, repository, "blob" | "tree" | "raw" | "edit", _, ..] => Self::new(url, &[owner, repository], 3),
            // GitHub Enterprise, where raw files have no host of their own.
            ["raw", owner, repository, _, ..] => Self::new(url, &[owner, repository], 3),
            [owner, repository] => Self::new(url, &[owner, repository], 2),
            _ => None,
        }
    }

    /// Reads an address of GitHub's host for raw files: `/OWNER/REPOSITORY/…`.
    #[must_use]
    pub fn github_raw(url: &Url) -> Option<Self> {
        match names(url)[..] {
            [owner, repository, _, ..] => Self::new(url, &[owner, repository], 2),
            _ => None,
        }
    }

    /// Reads an address of GitLab: `/GROUP/…/PROJECT/-/{blob,tree,raw,edit}/…`, the same without `-`, or the project
    /// itself. `root` is the folder that GitLab is served from, empty or with a slash at its end.
    #[must_use]
    pub fn gitlab(url: &Url, root: &str) -> Option<Self> {
        let names = names(url);
        let above = root.split('/').filter(|name| !name.is_empty()).count();
        if root.split('/').filter(|name| !name.is_empty()).ne(names.iter().take(above).copied()) {
            return None;
        }
        let is_word = |name: &str| matches!(name, "blob" | "tree" | "raw" | "edit");
        let dash = names.iter().skip(above).position(|name| *name == "-").map(|index| index + above);
        let word = match dash {
            Some(dash) => names.get(dash + 1).filter(|name| is_word(name)).map(|_| dash + 1)?,
            None => match names.iter().skip(above + 2).position(|name| is_word(name)) {
                Some(index) => index + above + 2,
                None if names.len() >= above + 2 => return Self::new(url, &names[above..], names.len()),
                None => return None,
            },
        };
        let project = &names[above..dash.unwrap_or(word)];
        if project.len() < 2 || names.len() < word + 2 {
            return None;
        }
        Self::new(url, project, word + 1)
    }

    /// Reads an address of a file or folder of the demo git host, below `base`.
    #[must_use]
    pub fn demo(url: &Url, base: &str) -> Option<Self> {
        let root = Url::parse(base).ok()?;
        let below = url.as_str().starts_with(root.as_str());
        let skip = self::names(&root).len();
        match self::names(url).get(skip..)? {
            [owner, repository, "raw" | "tree" | "blob", _, ..] if below => {
                Self::new(url, &[owner, repository], skip + 3)
            }
            _ => None,
        }
    }

    /// `head` names of the path come before the reference.
    fn new(url: &Url, project: &[&str], head: usize) -> Option<Self> {
        let is_name = |name: &&str| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
            name.len() <= 255 && !matches!(*name, "." | "..") && name.bytes().all(plain)
        };
        if !project.iter().all(is_name) {
            return None;
        }
        let names = names(url);
        let (mut head, mut tail) = (head, names.get(head..)?.to_vec());
        // `refs/heads/main` is another way to write `main`.
        if let ["refs", "heads" | "tags", _, ..] = tail[..] {
            tail.drain(..2);
            head += 2;
        }
        let decoded: Option<Vec<String>> =
            tail.iter().map(|name| percent_decode_str(name).decode_utf8().ok().map(String::from)).collect();
        let decoded = decoded?;
        if !decoded.is_empty() && FilePath::parse(&decoded.join("/")).is_none() {
            return None;
        }
        let origin = url.as_str().get(..url.as_str().find(url.path())?)?;
        let mut base = format!("{origin}/{}/", names[..head].join("/"));
        if tail.is_empty() {
            base = format!("{origin}/{}/tree/", names[..head].join("/"));
        }
        let repository = project.join("/");
        Some(Self {
            project: repository.strip_suffix(".git").unwrap_or(&repository).to_owned(),
            url: url.to_string(),
            base,
            written: tail.into_iter().map(str::to_owned).collect(),
            tail: decoded,
        })
    }

    /// How many names of the tail may be the reference, the likeliest first: one, unless the host says otherwise.
    pub fn splits(&self) -> std::ops::RangeInclusive<usize> {
        // A reference holds no pattern.
        let pattern = self.tail.iter().position(|name| name.contains(['*', '?', '[']));
        1..=pattern.unwrap_or(self.tail.len()).min(MAX_REFERENCE_NAMES)
    }

    /// The first name of the tail: the reference, or the beginning of one with slashes.
    #[must_use]
    pub fn first(&self) -> &str {
        self.tail.first().map_or("HEAD", String::as_str)
    }

    /// The reference when it takes so many names of the tail; the default branch when there is none.
    #[must_use]
    pub fn reference(&self, names: usize) -> String {
        if self.tail.is_empty() { "HEAD".to_owned() } else { self.tail[..names.min(self.tail.len())].join("/") }
    }

    /// The path when the reference takes so many names of the tail; empty for the root.
    #[must_use]
    pub fn path(&self, names: usize) -> String {
        self.tail.get(names..).unwrap_or_default().join("/")
    }

    /// Reference and path together, escaped.
    #[must_use]
    pub fn tail(&self) -> String {
        in_path(&self.tail.join("/"))
    }

    /// Whether a folder is meant for sure, since no path is left.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.tail.len() < 2
    }

    /// Whether the reference is a commit, of which nothing ever changes.
    #[must_use]
    pub fn commit(&self) -> Option<&str> {
        self.tail.first().map(String::as_str).filter(|name| is_commit(name))
    }

    /// The address of another file at the same reference.
    #[must_use]
    pub fn file_url(&self, names: usize, path: &str) -> String {
        let reference = if self.written.is_empty() {
            "HEAD".to_owned()
        } else {
            self.written[..names.min(self.written.len())].join("/")
        };
        format!("{}{reference}/{}", self.base, in_path(path))
    }
}

/// The names of the path of an address, as they stand there. Slashes at the end and repeated ones mean nothing.
fn names(url: &Url) -> Vec<&str> {
    url.path().split('/').filter(|name| !name.is_empty()).collect()
}

/// Escapes a path for an address; slashes stay.
#[must_use]
pub fn in_path(path: &str) -> String {
    utf8_percent_encode(path, IN_PATH).to_string()
}

/// Escapes a text to be one name of a path, or a value of a query.
#[must_use]
pub fn in_name(text: &str) -> String {
    utf8_percent_encode(text, IN_NAME).to_string()
}

/// Whether this is the full name of a commit.
#[must_use]
pub fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The address with a question mark of a pattern escaped, where it would begin a query otherwise: `…/catalog-inf?.yaml`.
/// What has a `=` after it is a query, such as `?ref_type=heads`.
#[must_use]
pub fn with_pattern(address: &str) -> String {
    match address.split_once('?') {
        Some((before, after)) if !after.contains('=') => format!("{before}%3F{}", after.replace('?', "%3F")),
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn github(text: &str) -> Option<Address> {
        Address::github(&Url::parse(text).unwrap())
    }

    fn gitlab(text: &str) -> Option<Address> {
        Address::gitlab(&Url::parse(text).unwrap(), "")
    }

    #[test]
    fn addresses_of_github_name_repository_reference_and_path() {
        for (text, reference, path) in [
            ("https://github.com/o/r/blob/main/a/b.yaml", "main", "a/b.yaml"),
            ("https://github.com/o/r/tree/main/a/", "main", "a"),
            ("https://github.com/o/r/tree/main", "main", ""),
            ("https://github.com/o/r/raw/main/a", "main", "a"),
            ("https://github.com/o/r/edit/main/a", "main", "a"),
            ("https://github.com/o/r/raw/refs/heads/main/a", "main", "a"),
            ("https://github.com/o/r/blob/refs/tags/v1/a", "v1", "a"),
            ("https://github.com/o/r/blob/feature%2Fx/a", "feature/x", "a"),
            ("https://github.com/o/r/blob/main/a%20b/%C3%A4.md?plain=1#L10", "main", "a b/ä.md"),
            ("https://github.com/o/r/blob/main//a", "main", "a"),
            ("https://github.com/o/r", "HEAD", ""),
            ("https://github.com/o/r.git", "HEAD", ""),
            ("https://git.acme.com/raw/o/r/main/a", "main", "a"),
            ("https://git.acme.com/raw/o/r/blob/a", "blob", "a"),
            ("https://github.com/o/r/blob/main/**/catalog-info.yaml", "main", "**/catalog-info.yaml"),
        ] {
            let address = github(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((address.project.as_str(), address.reference(1).as_str()), ("o/r", reference), "{text}");
            assert_eq!(address.path(1), path, "{text}");
        }
        for text in [
            "https://github.com/o",
            "https://github.com/o/r/releases/download/v1/a.tgz",
            "https://github.com/o/r/blob",
            "https://github.com/o/r/blob/main/%2e%2e%2fx",
            "https://github.com/o/r/blob/main/a%00b",
            "https://github.com/o/r/blob/main/a%5Cb",
            "https://github.com/o/r%2Fx/blob/main/a",
            "https://github.com/o/r%20/blob/main/a",
            "https://github.com/o/r/blob/main/%ff",
        ] {
            assert!(github(text).is_none(), "{text}");
        }
        let raw = Address::github_raw(&Url::parse("https://raw.githubusercontent.com/o/r/refs/heads/main/a").unwrap());
        assert_eq!(raw.unwrap().path(1), "a");
    }

    #[test]
    fn addresses_of_gitlab_may_have_many_groups_and_a_root() {
        for (text, project, path) in [
            ("https://gitlab.com/g/p/-/blob/main/a", "g/p", "a"),
            ("https://gitlab.com/g/s/t/p/-/tree/main/a/b", "g/s/t/p", "a/b"),
            ("https://gitlab.com/g/p/-/raw/main/a?ref_type=heads", "g/p", "a"),
            ("https://gitlab.com/g/p/blob/main/a", "g/p", "a"),
            ("https://gitlab.com/g/tree/p/-/blob/main/blob/a", "g/tree/p", "blob/a"),
            ("https://gitlab.com/g/s/p", "g/s/p", ""),
        ] {
            let address = gitlab(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((address.project.as_str(), address.path(1).as_str()), (project, path), "{text}");
        }
        for text in ["https://gitlab.com/g", "https://gitlab.com/g/p/-/issues/1", "https://gitlab.com/g/p/-/blob/"] {
            assert!(gitlab(text).is_none(), "{text}");
        }
        let below = |text: &str| Address::gitlab(&Url::parse(text).unwrap(), "/code/");
        assert_eq!(below("https://host/code/g/p/-/blob/main/a").unwrap().project, "g/p");
        assert!(below("https://host/g/p/-/blob/main/a").is_none());
    }

    #[test]
    fn other_files_are_named_as_the_address_names_its_own() {
        let address = github("https://github.com/o/r/blob/feature/x/**/c.yaml").unwrap();
        assert_eq!(address.splits(), 1..=2);
        assert_eq!(address.file_url(2, "a b/#/c.yaml"), "https://github.com/o/r/blob/feature/x/a%20b/%23/c.yaml");
        let encoded = github("https://github.com/o/r/tree/feature%2Fx/a").unwrap();
        assert_eq!(encoded.file_url(1, "b"), "https://github.com/o/r/tree/feature%2Fx/b");
        let refs = github("https://github.com/o/r/raw/refs/heads/main/*").unwrap();
        assert_eq!(refs.file_url(1, "b"), "https://github.com/o/r/raw/refs/heads/main/b");
        assert_eq!(github("https://github.com/o/r").unwrap().file_url(1, "b"), "https://github.com/o/r/tree/HEAD/b");
        let gitlab = gitlab("https://gitlab.com/g/p/-/blob/main/*.yaml").unwrap();
        assert_eq!(gitlab.file_url(1, "b.yaml"), "https://gitlab.com/g/p/-/blob/main/b.yaml");
    }

    #[test]
    fn addresses_of_the_demo_host_are_below_its_base() {
        let demo = |text: &str| Address::demo(&Url::parse(text).unwrap(), "http://localhost:7007/demo-git/");
        for text in [
            "http://localhost:7007/demo-git/demo/shop/raw/main/a%20b/c/",
            "http://localhost:7007/demo-git/demo/shop.git/tree/main/a%20b/c",
        ] {
            let address = demo(text).unwrap();
            assert_eq!(
                (address.project.as_str(), address.first(), address.path(1).as_str()),
                ("demo/shop", "main", "a b/c")
            );
        }
        for text in [
            "http://localhost:7008/demo-git/demo/shop/raw/main/a",
            "http://localhost:7007/demo-git/demo/shop",
            "http://localhost:7007/api/x/y/raw/main/a",
            "http://localhost:7007/demo-git/demo/shop/raw/main/%2e%2e%2fx",
            "http://localhost:7007/demo-git/demo/shop/info/refs/x",
        ] {
            assert!(demo(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_question_mark_may_be_a_pattern() {
        assert_eq!(with_pattern("https://h/o/r/blob/m/a?.yaml"), "https://h/o/r/blob/m/a%3F.yaml");
        assert_eq!(with_pattern("https://h/o/r/blob/m/a?x=1"), "https://h/o/r/blob/m/a?x=1");
    }
}
