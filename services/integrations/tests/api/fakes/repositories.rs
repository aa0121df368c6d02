//! Repositories as the fakes have them: commits of files, branches and tags.

use flate2::Compression;
use flate2::write::GzEncoder;
use sha1::{Digest as _, Sha1};
use std::collections::{BTreeMap, BTreeSet};

/// A file, link or submodule.
#[derive(Debug, Clone)]
pub struct Node {
    pub mode: &'static str,
    pub bytes: Vec<u8>,
}

impl Node {
    pub fn blob(&self) -> String {
        hash(&[format!("blob {}\0", self.bytes.len()).as_bytes(), &self.bytes].concat())
    }

    pub fn kind(&self) -> &'static str {
        if self.mode == "160000" { "commit" } else { "blob" }
    }
}

pub type Files = BTreeMap<String, Node>;

/// A repository with its history.
#[derive(Debug, Clone, Default)]
pub struct Repository {
    pub private: bool,
    /// `heads/main` and so on, with commits.
    pub references: BTreeMap<String, String>,
    pub commits: BTreeMap<String, Files>,
}

impl Repository {
    /// A repository with one commit on `main`.
    pub fn with(files: &[(&str, &str)]) -> Self {
        let mut repository = Self::default();
        repository.commit("heads/main", files);
        repository
    }

    /// Adds a commit with these files changed, and sets the reference to it. A name may end in `@MODE`.
    pub fn commit(&mut self, reference: &str, files: &[(&str, &str)]) -> String {
        let before = self.references.get(reference).or(self.references.get("heads/main"));
        let mut all = before.map(|commit| self.commits[commit].clone()).unwrap_or_default();
        for (name, text) in files {
            let (path, mode) = match name.split_once('@') {
                Some((path, "x")) => (path, "100755"),
                Some((path, "link")) => (path, "120000"),
                Some((path, "module")) => (path, "160000"),
                _ => (*name, "100644"),
            };
            all.insert(path.to_owned(), Node { mode, bytes: text.as_bytes().to_vec() });
        }
        let commit = hash(format!("commit {reference} {} {all:?}", self.commits.len()).as_bytes());
        self.commits.insert(commit.clone(), all);
        self.references.insert(reference.to_owned(), commit.clone());
        commit
    }

    /// The commit of a branch, tag, commit, or `HEAD`.
    pub fn resolve(&self, reference: &str) -> Option<String> {
        let plain = if reference == "HEAD" { "main" } else { reference };
        let known = |space: &str| self.references.get(&format!("{space}/{plain}")).cloned();
        let exact = || self.commits.contains_key(plain).then(|| plain.to_owned());
        known("heads").or_else(|| known("tags")).or_else(exact)
    }

    /// References of a space (`heads`, `tags`) whose names begin so.
    pub fn beginning<'a>(&'a self, space: &'a str, start: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let found = self
            .references
            .iter()
            .filter_map(move |(name, commit)| Some((name.strip_prefix(space)?.strip_prefix('/')?, commit.as_str())));
        found.filter(move |(name, _)| name.starts_with(start))
    }

    /// The name of a folder's tree.
    pub fn tree(commit: &str, folder: &str) -> String {
        hash(format!("tree {commit} {folder}").as_bytes())
    }

    /// The commit and folder of a tree's name; a commit's name stands for its root.
    pub fn folder(&self, tree: &str) -> Option<(String, String)> {
        self.commits.iter().find_map(|(commit, files)| {
            let mut all = folders(files);
            all.insert(String::new());
            let found = all.into_iter().find(|folder| Self::tree(commit, folder) == tree);
            let root = (commit == tree).then(String::new);
            Some((commit.clone(), root.or(found)?))
        })
    }

    /// Everything below a folder as `(path, mode, type, id, size)`, paths relative to it, folders included.
    pub fn listing(
        &self,
        commit: &str,
        folder: &str,
        recursive: bool,
    ) -> Vec<(String, &'static str, &'static str, String, usize)> {
        let files = &self.commits[commit];
        let mut all = Vec::new();
        for path in folders(files) {
            if let Some(inner) = below(&path, folder) {
                all.push((inner.to_owned(), "040000", "tree", Self::tree(commit, &path), 0));
            }
        }
        for (path, node) in files {
            if let Some(inner) = below(path, folder) {
                all.push((inner.to_owned(), node.mode, node.kind(), node.blob(), node.bytes.len()));
            }
        }
        all.retain(|(path, ..)| recursive || !path.contains('/'));
        all.sort();
        all
    }

    /// A gzipped tar archive, as `git archive` makes it.
    pub fn archive(&self, commit: &str, folder: &str, around: &str) -> Vec<u8> {
        let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        for (path, node) in &self.commits[commit] {
            if below(path, folder).is_none() || node.mode == "160000" {
                continue;
            }
            let mut header = tar::Header::new_gnu();
            header.set_mode(u32::from_str_radix(&node.mode[3..], 8).unwrap());
            let name = format!("{around}/{path}");
            if node.mode == "120000" {
                header.set_entry_type(tar::EntryType::Symlink);
                header.set_size(0);
                builder.append_link(&mut header, &name, String::from_utf8_lossy(&node.bytes).as_ref()).unwrap();
            } else {
                header.set_size(node.bytes.len() as u64);
                builder.append_data(&mut header, &name, node.bytes.as_slice()).unwrap();
            }
        }
        builder.into_inner().unwrap().finish().unwrap()
    }
}

/// The path as seen from a folder, if it is in there.
pub fn below<'a>(path: &'a str, folder: &str) -> Option<&'a str> {
    if folder.is_empty() { Some(path) } else { path.strip_prefix(folder)?.strip_prefix('/') }
}

fn folders(files: &Files) -> BTreeSet<String> {
    let above = |path: &String| path.match_indices('/').map(|(end, _)| path[..end].to_owned()).collect::<Vec<_>>();
    files.keys().flat_map(above).collect()
}

pub fn hash(bytes: &[u8]) -> String {
    let mut hash = Sha1::new();
    hash.update(bytes);
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
