//! What an uploaded archive may be: `npm pack`'s, with nothing but files below `package/`.
//!
//! The archive is judged by what is in it, entry by entry, and packed anew from what was judged: whatever another reader
//! would have made of the original's odd bytes is gone. It works on readers and writers, and blocks.

use super::bundle::hex;
use super::package::{is_npm_name, is_plugin_id};
use aws_lc_rs::digest::{Context, SHA256};
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use kernel::{Error, Result};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Write};
use tar::{Archive, Builder, EntryType, Header};

/// The largest archive, packed.
pub const MOST_PACKED: u64 = 32 << 20;
/// The most bytes that an archive unpacks to, its own headers included.
pub const MOST_UNPACKED: u64 = 256 << 20;
/// The most entries.
pub const MOST_ENTRIES: usize = 20_000;
/// The longest extension header: it is read into memory.
const LONGEST_HEADER: u64 = 64 << 10;
/// The longest `package.json`.
const LONGEST_MANIFEST: u64 = 1 << 20;
/// The most dependencies of one kind.
const MOST_DEPENDENCIES: usize = 500;
/// Problems that are told at once.
const MOST_PROBLEMS: usize = 20;
/// The folder in which npm packs everything.
const FOLDER: &str = "package/";
/// Of the package's own words.
const LONGEST_DESCRIPTION: usize = 500;
/// Characters of a version.
const LONGEST_VERSION: usize = 64;

const ROLES: [&str; 4] = ["backend-plugin", "backend-plugin-module", "frontend-plugin", "frontend-plugin-module"];

/// An archive that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its exact version.
    pub version: String,
    /// One of Backstage's four roles of plugins and their modules.
    pub role: String,
    /// The plugin that it is a half or a module of.
    pub plugin_id: String,
    /// Its own words.
    pub description: Option<String>,
    /// SHA-256 in hex of what was packed anew.
    pub sha256: String,
    /// Length of what was packed anew.
    pub bytes: u64,
}

/// What is wrong, each with the place: a path in the archive, or a field of `package.json`.
#[derive(Debug, Default)]
struct Problems(BTreeMap<String, String>);

impl Problems {
    fn note(&mut self, place: impl Into<String>, text: impl Into<String>) {
        if self.0.len() < MOST_PROBLEMS {
            self.0.entry(place.into()).or_insert_with(|| text.into());
        }
    }

    fn ended(self) -> Result<()> {
        let Some((place, text)) = self.0.first_key_value() else { return Ok(()) };
        let text = match self.0.len() {
            1 => format!("The archive cannot be taken: {place}: {text}"),
            count => format!("The archive cannot be taken for {count} reasons, such as {place}: {text}"),
        };
        Err(self.0.into_iter().fold(Error::input(text), |error, (place, text)| error.with_field(place, text)))
    }
}

fn wrong(text: impl Into<String>) -> Error {
    let text = text.into();
    Error::input(text.as_str()).with_field("archive", text)
}

/// Checks an archive and writes it anew. `open` begins to read it from the start, which is done twice.
///
/// # Errors
/// `Input` with every problem in its own field; `Internal` when writing fails.
pub fn repack<R: Read, W: Write>(mut open: impl FnMut() -> io::Result<R>, to: W) -> Result<Package> {
    check_headers(open().map_err(Error::internal)?)?;
    let mut problems = Problems::default();
    let mut copy = Copy::to(to);
    let mut manifest = None;
    let mut archive = Archive::new(unpacked(open().map_err(Error::internal)?));
    let mut seen = BTreeSet::new();
    for entry in archive.entries().map_err(unreadable)? {
        let mut entry = entry.map_err(unreadable)?;
        let kind = entry.header().entry_type();
        if kind == EntryType::XGlobalHeader || kind == EntryType::Directory && is_folder(&entry.path_bytes()) {
            continue;
        }
        let shown = shown(&entry.path_bytes());
        let path = match judge(kind, &entry.path_bytes()) {
            Ok(path) => path,
            Err(text) => {
                problems.note(shown, text);
                continue;
            }
        };
        if !seen.insert(path.clone()) {
            problems.note(shown, "It is in the archive twice.");
            continue;
        }
        let executable = entry.header().mode().unwrap_or(0) & 0o111 != 0;
        if path == "package/package.json" {
            let mut text = Vec::new();
            entry.by_ref().take(LONGEST_MANIFEST + 1).read_to_end(&mut text).map_err(unreadable)?;
            copy.add(&path, executable, text.len() as u64, text.as_slice()).map_err(|error| error.into_error(&path))?;
            manifest = Some(text);
            continue;
        }
        let size = entry.size();
        if let Err(failed) = copy.add(&path, executable, size, &mut entry) {
            match failed {
                Failed::Name => problems.note(shown, "Its name is too long. At most 255 characters are possible."),
                other => return Err(other.into_error(&path)),
            }
        }
    }
    let mut package = match manifest {
        Some(text) => read_manifest(&text, &mut problems),
        None => {
            problems.note("package/package.json", "It is missing. Pack the plugin with `npm pack`.");
            Package::empty()
        }
    };
    problems.ended()?;
    (package.sha256, package.bytes) = copy.finish()?;
    Ok(package)
}

impl Package {
    const fn empty() -> Self {
        Self {
            name: String::new(),
            version: String::new(),
            role: String::new(),
            plugin_id: String::new(),
            description: None,
            sha256: String::new(),
            bytes: 0,
        }
    }
}

/// At most so many bytes come out, however little went in.
fn unpacked<R: Read>(packed: R) -> impl Read {
    MultiGzDecoder::new(packed.take(MOST_PACKED + 1)).take(MOST_UNPACKED)
}

fn unreadable(error: impl std::fmt::Display) -> Error {
    wrong(format!("It is no complete archive as `npm pack` makes it (.tgz): {error}."))
}

/// Counts entries and bytes, and looks at headers that would be read into memory, before anything else is done.
fn check_headers(packed: impl Read) -> Result<()> {
    let mut archive = Archive::new(unpacked(packed));
    let (mut count, mut bytes) = (0, 0_u64);
    for entry in archive.entries().map_err(unreadable)?.raw(true) {
        let entry = entry.map_err(unreadable)?;
        let (kind, size) = (entry.header().entry_type(), entry.header().entry_size().map_err(unreadable)?);
        count += 1;
        bytes = bytes.saturating_add(size);
        if count > MOST_ENTRIES {
            return Err(wrong(format!("It has more than {MOST_ENTRIES} entries.")));
        }
        if bytes > MOST_UNPACKED {
            return Err(wrong(format!("It unpacks to more than {} MB.", MOST_UNPACKED >> 20)));
        }
        let extension = matches!(
            kind,
            EntryType::XHeader | EntryType::XGlobalHeader | EntryType::GNULongName | EntryType::GNULongLink
        );
        if extension && size > LONGEST_HEADER {
            return Err(wrong(format!("One of its headers has more than {} kB.", LONGEST_HEADER >> 10)));
        }
    }
    if count == 0 {
        return Err(wrong("It is empty."));
    }
    Ok(())
}

fn is_folder(path: &[u8]) -> bool {
    std::str::from_utf8(path).is_ok_and(|path| {
        let path = path.trim_end_matches('/');
        path == "package" || judge(EntryType::Regular, path.as_bytes()).is_ok()
    })
}

/// Whether the entry is a file within the package: its path, or what is wrong with it.
fn judge(kind: EntryType, path: &[u8]) -> Result<String, &'static str> {
    match kind {
        EntryType::Regular | EntryType::Continuous | EntryType::Directory => {}
        EntryType::Symlink | EntryType::Link => return Err("It is a link. Only files are possible."),
        _ => return Err("It is neither a file nor a folder."),
    }
    let path = std::str::from_utf8(path).map_err(|_| "Its name is not UTF-8.")?;
    if path.starts_with('/') {
        return Err("Its name is absolute.");
    }
    let odd = |c: char| c == '\\' || c == ':' || c.is_control();
    if path.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Err("Its name leads out of the package, or is odd.");
    }
    if path.chars().any(odd) {
        return Err("Its name has characters that not every system can have.");
    }
    let Some(inner) = path.strip_prefix(FOLDER) else {
        return Err("It is not below `package/`. Pack the plugin with `npm pack`.");
    };
    if inner.split('/').any(|part| part == "node_modules") {
        return Err("Leave `node_modules` out: dependencies are installed from npm.");
    }
    if kind == EntryType::Directory {
        return Err("A folder has an odd name.");
    }
    Ok(path.to_owned())
}

/// A path from the archive as people may see it.
fn shown(path: &[u8]) -> String {
    String::from_utf8_lossy(path).chars().map(|c| if c.is_control() { '?' } else { c }).take(120).collect()
}

fn read_manifest(text: &[u8], problems: &mut Problems) -> Package {
    let mut package = Package::empty();
    if text.len() as u64 > LONGEST_MANIFEST {
        problems.note("package.json", "It has more than 1 MB.");
        return package;
    }
    let manifest: Map<String, Value> = match serde_json::from_slice(text) {
        Ok(manifest) => manifest,
        Err(error) => {
            problems.note("package.json", format!("It is no JSON object: {error}."));
            return package;
        }
    };
    let field = |name: &str| manifest.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let backstage = |name: &str| {
        let found = manifest.get("backstage").and_then(|backstage| backstage.get(name)?.as_str());
        found.unwrap_or_default().to_owned()
    };
    package.name = field("name");
    if !is_npm_name(&package.name) {
        problems.note("name", "It must be the name of an npm package, such as @acme/plugin-notes.");
    }
    package.version = field("version");
    if package.version.len() > LONGEST_VERSION || semver::Version::parse(&package.version).is_err() {
        problems.note("version", "It must be a version such as 1.2.3.");
    }
    package.role = backstage("role");
    if !ROLES.contains(&package.role.as_str()) {
        problems.note("backstage.role", format!("It must be one of {}.", ROLES.join(", ")));
    }
    package.plugin_id = backstage("pluginId");
    if !is_plugin_id(&package.plugin_id) {
        problems.note("backstage.pluginId", "It must be made of lower-case letters, digits and dashes.");
    }
    let words: String = field("description").chars().filter(|c| !c.is_control()).take(LONGEST_DESCRIPTION).collect();
    package.description = Some(words.trim().to_owned()).filter(|words| !words.is_empty());
    check_dependencies(&manifest, problems);
    package
}

/// Dependencies come from the registry alone: no files of this machine, no other addresses.
fn check_dependencies(manifest: &Map<String, Value>, problems: &mut Problems) {
    for kind in ["dependencies", "optionalDependencies", "peerDependencies"] {
        let Some(found) = manifest.get(kind) else { continue };
        let Some(found) = found.as_object().filter(|found| found.len() <= MOST_DEPENDENCIES) else {
            problems.note(kind, format!("It must be an object with at most {MOST_DEPENDENCIES} entries."));
            continue;
        };
        for (name, range) in found {
            let text = range.as_str().unwrap_or_default();
            if !is_npm_name(name) || !range.is_string() || !is_registry_range(text) {
                let place: String = format!("{kind}.{name}").chars().filter(|c| !c.is_control()).take(120).collect();
                let monorepo = ["workspace:", "backstage:"].iter().any(|scheme| text.starts_with(scheme));
                problems.note(
                    place,
                    if monorepo {
                        "Its version is known in your repository only. `yarn pack` puts the real one in its place."
                    } else {
                        "It must be a package of npm with a version or range, such as ^1.2.0."
                    },
                );
            }
        }
    }
    for kind in ["bundleDependencies", "bundledDependencies"] {
        let none = |value: &Value| matches!(value, Value::Null | Value::Bool(false)) || *value == Value::Array(vec![]);
        if manifest.get(kind).is_some_and(|value| !none(value)) {
            problems.note(kind, "Dependencies are installed from npm, none can be packed along.");
        }
    }
}

/// What npm reads as a version, a range or a tag, and nothing else: no `file:`, no address, no `npm:` of another name. It
/// takes what begins with a dot, or ends like an archive, for a file of this machine.
fn is_registry_range(range: &str) -> bool {
    let lower = range.trim().to_ascii_lowercase();
    range.len() <= 200
        && !lower.starts_with(['-', '.'])
        && ![".tgz", ".tar", ".tar.gz"].iter().any(|end| lower.ends_with(end))
        && range.chars().all(|c| c.is_ascii_alphanumeric() || "-.+^~<>=*| _".contains(c))
}

/// Why an entry could not be copied.
enum Failed {
    Name,
    Read(io::Error),
}

impl Failed {
    fn into_error(self, path: &str) -> Error {
        match self {
            Self::Name => wrong(format!("The name {path} is too long.")),
            Self::Read(error) => unreadable(error),
        }
    }
}

/// The archive that is kept. Its headers are ours alone.
struct Copy<W: Write> {
    builder: Builder<GzEncoder<Hashing<W>>>,
}

impl<W: Write> Copy<W> {
    fn to(to: W) -> Self {
        let hashing = Hashing { to, context: Context::new(&SHA256), bytes: 0 };
        Self { builder: Builder::new(GzEncoder::new(hashing, Compression::default())) }
    }

    fn add(&mut self, path: &str, executable: bool, size: u64, content: impl Read) -> Result<(), Failed> {
        let mut header = Header::new_ustar();
        header.set_path(path).map_err(|_| Failed::Name)?;
        header.set_entry_type(EntryType::Regular);
        header.set_mode(if executable { 0o755 } else { 0o644 });
        header.set_size(size);
        header.set_mtime(0);
        header.set_cksum();
        self.builder.append(&header, content).map_err(Failed::Read)
    }

    fn finish(self) -> Result<(String, u64)> {
        let encoder = self.builder.into_inner().map_err(Error::internal)?;
        let mut hashing = encoder.finish().map_err(Error::internal)?;
        hashing.to.flush().map_err(Error::internal)?;
        Ok((hex(hashing.context.finish().as_ref()), hashing.bytes))
    }
}

struct Hashing<W> {
    to: W,
    context: Context,
    bytes: u64,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.context.update(bytes.get(..written).unwrap_or_default());
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

#[cfg(test)]
#[path = "upload_tests.rs"]
mod tests;
