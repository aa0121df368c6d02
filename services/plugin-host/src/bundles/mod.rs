//! Bundles: immutable versions of packages, addressed by the hash of their contents, signed, and kept in object storage.
//!
//! A folder on this machine is only a copy. Before a worker starts from it, its manifest's signature is checked and each
//! file is compared with its hash; that is remembered as long as no file's metadata changes. A copy that is not what was
//! signed is put aside and fetched anew. What a version was when it was first installed, it stays: its address stands in
//! object storage, and an installation on another machine takes it from there instead of resolving it anew.

mod keys;
mod pack;

pub use keys::BundleKeys;

use crate::domain::advisory::Advisories;
use crate::domain::bundle::{Entry, Manifest, PART_BYTES, folder_name, is_digest, sha256};
use crate::domain::reason::Reason;
use crate::jobs::install::Described;
use bytes::Bytes;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use kernel::{Error, Result, TenantId};
use pack::{Stamp, Unpacking};
use runtime::objects::{KeyPrefix, LARGEST_OBJECT, ObjectKey, Objects};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// Folder of manifests beside the bundles' own.
const MANIFESTS: &str = ".manifests";

/// Whose bundle it is, and so where it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A package of the registry: everybody has the same.
    Shared,
    /// An organisation's own upload, below its own keys.
    Upload(TenantId, Uuid),
}

impl Place {
    /// Of what an organisation has installed.
    #[must_use]
    pub fn of(tenant: TenantId, upload: Option<Uuid>) -> Self {
        upload.map_or(Self::Shared, |upload| Self::Upload(tenant, upload))
    }

    /// Name of the copy's folder on this machine.
    #[must_use]
    pub fn folder(self, package: &str, version: &str) -> String {
        match self {
            Self::Shared => folder_name(package, version),
            Self::Upload(_, upload) => format!("{UPLOAD_FOLDER}{}", upload.simple()),
        }
    }

    fn root(self) -> Result<KeyPrefix> {
        match self {
            Self::Shared => ObjectKey::shared().segment("bundles"),
            Self::Upload(tenant, upload) => upload_prefix(tenant, upload),
        }
    }

    fn manifest(self, digest: &str) -> Result<ObjectKey> {
        let folder = if self == Self::Shared { "manifests" } else { "list" };
        self.root()?.segment(folder)?.object(digest)
    }
}

/// How folders of uploads begin; no package's name does.
pub const UPLOAD_FOLDER: &str = "_upload-";

/// Where everything of one upload is. Short: the embedded store makes one file name of a whole key, and a bundle's digest
/// follows.
///
/// # Errors
/// Never: ids are possible keys.
pub fn upload_prefix(tenant: TenantId, upload: Uuid) -> Result<KeyPrefix> {
    ObjectKey::tenant(tenant).segment("own")?.segment(&upload.simple().to_string())
}

/// All bundles.
#[derive(Clone)]
pub struct Bundles(Arc<Inner>);

struct Inner {
    folder: PathBuf,
    objects: Objects,
    keys: BundleKeys,
    /// Copies that were compared with their manifest, and how their metadata was then.
    verified: Mutex<HashMap<(String, String), Stamp>>,
    /// One at a time: two requests for the same bundle must not both fetch it.
    fetching: tokio::sync::Mutex<()>,
}

impl std::fmt::Debug for Bundles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bundles").field("folder", &self.0.folder).finish_non_exhaustive()
    }
}

/// A document with its signature.
#[derive(Serialize, Deserialize)]
struct Signed {
    /// Ed25519 in hex, over `document`'s bytes.
    signature: String,
    document: String,
}

/// Which bundle a version is.
#[derive(Serialize, Deserialize)]
struct Address {
    package: String,
    version: String,
    digest: String,
}

impl Bundles {
    /// Bundles whose copies are below `folder`.
    #[must_use]
    pub fn new(folder: PathBuf, objects: Objects, keys: BundleKeys) -> Self {
        let fetching = tokio::sync::Mutex::new(());
        Self(Arc::new(Inner { folder, objects, keys, verified: Mutex::default(), fetching }))
    }

    /// The address of a version that was installed before, here or elsewhere.
    ///
    /// # Errors
    /// `Unavailable` when object storage does not answer; `Internal` when what it has was not signed by us.
    pub async fn address(&self, place: Place, package: &str, version: &str) -> Result<Option<String>> {
        let key = place.root()?.segment("index")?.object(&place.folder(package, version))?;
        let Some(object) = self.0.objects.get(&key, LARGEST_OBJECT).await? else { return Ok(None) };
        let address: Address =
            serde_json::from_slice(&self.opened(&object.body, "the address of a bundle")?).map_err(Error::internal)?;
        if address.package != package || address.version != version || !is_digest(&address.digest) {
            return Err(Error::internal(format!("the address of {package}@{version} is another bundle's")));
        }
        Ok(Some(address.digest))
    }

    /// Lists, signs and stores the folder that an installation of `described` has made; returns its address.
    ///
    /// # Errors
    /// `Input` when it is too large; `Unavailable` when object storage does not answer.
    pub async fn publish(&self, place: Place, package: &str, version: &str, described: &Described) -> Result<String> {
        let name = place.folder(package, version);
        let folder = self.0.folder.join(&name);
        let (named, lock) = ((package.to_owned(), version.to_owned()), described.lock_digest.clone());
        let mut packed = blocking(move || pack::list(&folder, named, lock)).await?;
        packed.manifest.checks.advisories = described.leaflet.advisories.clone().map(Advisories::limited);
        let bytes = packed.manifest.to_bytes()?;
        let digest = sha256(&bytes);
        let (list, folder) = (Arc::new(packed.manifest), self.0.folder.join(&name));
        let mut reader = pack::Reader::new(folder, list.clone());
        for part in &list.parts {
            let key = place.root()?.segment("parts")?.object(part)?;
            let (next, read) = blocking(move || reader.part().map(|part| (reader, part))).await?;
            reader = next;
            if sha256(&read) != *part {
                return Err(Error::unavailable("The bundle's files changed while they were read."));
            }
            if self.0.objects.head(&key).await?.is_none() {
                let zipped = blocking(move || zip(&read)).await?;
                self.0.objects.put(&key, Bytes::from(zipped), "application/gzip").await?;
            }
        }
        let signed = self.signed(&bytes)?;
        self.0.objects.put(&place.manifest(&digest)?, Bytes::from(signed.clone()), "application/json").await?;
        self.keep_manifest(&digest, &signed).await?;
        let address = Address { package: package.to_owned(), version: version.to_owned(), digest: digest.clone() };
        let address = self.signed(&serde_json::to_vec(&address).map_err(Error::internal)?)?;
        let key = place.root()?.segment("index")?.object(&name)?;
        self.0.objects.put(&key, Bytes::from(address), "application/json").await?;
        self.remember(&name, &digest, packed.stamp);
        Ok(digest)
    }

    /// Makes sure that the copy of this bundle is there and is what was signed.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub async fn ensure(&self, place: Place, name: &str, digest: &str) -> Result<(), Reason> {
        let _one_at_a_time = self.0.fetching.lock().await;
        let folder = self.0.folder.join(name);
        let known = self.known(name, digest);
        if let Some(known) = known {
            let looked = folder.clone();
            if blocking(move || pack::stamp(&looked)).await.is_ok_and(|now| now == known) {
                return Ok(());
            }
        }
        let manifest = Arc::new(self.manifest(place, digest).await.map_err(|error| untrusted(&error))?);
        if folder.is_dir() {
            let (looked, list) = (folder.clone(), manifest.clone());
            match blocking(move || pack::verify(&looked, &list)).await {
                Ok(stamp) => {
                    self.remember(name, digest, stamp);
                    return Ok(());
                }
                Err(error) => {
                    tracing::error!(bundle = name, %error, "a bundle's files are not what was signed; it is fetched anew");
                    let aside = self.0.folder.join(format!(".bad-{}", Uuid::new_v4().simple()));
                    tokio::fs::rename(&folder, &aside).await.map_err(|error| untrusted(&Error::internal(error)))?;
                }
            }
        }
        let stamp = self.fetch(place, &folder, manifest).await.map_err(|error| untrusted(&error))?;
        self.remember(name, digest, stamp);
        Ok(())
    }

    /// The manifest at this address, its signature checked.
    ///
    /// # Errors
    /// `NotFound` when there is none; `Internal` when it is not what was signed.
    pub async fn manifest(&self, place: Place, digest: &str) -> Result<Manifest> {
        if !is_digest(digest) {
            return Err(Error::input("This is not the address of a bundle"));
        }
        let kept = tokio::fs::read(self.manifest_file(digest)).await.ok();
        if let Some(kept) = kept
            && let Ok(manifest) = self.checked(&kept, digest)
        {
            return Ok(manifest);
        }
        let missing = || Error::not_found("The bundle is not in object storage.");
        let object = self.0.objects.get(&place.manifest(digest)?, LARGEST_OBJECT).await?.ok_or_else(missing)?;
        let manifest = self.checked(&object.body, digest)?;
        self.keep_manifest(digest, &object.body).await?;
        Ok(manifest)
    }

    fn checked(&self, signed: &[u8], digest: &str) -> Result<Manifest> {
        let bytes = self.opened(signed, "a bundle's manifest")?;
        if sha256(&bytes) != digest {
            return Err(Error::internal("a bundle's manifest stands at another one's address"));
        }
        Manifest::parse(&bytes)
    }

    /// Writes the bundle beside its place, compares it, and moves it there.
    async fn fetch(&self, place: Place, folder: &Path, manifest: Arc<Manifest>) -> Result<Stamp> {
        let fresh = self.0.folder.join(format!(".new-{}", Uuid::new_v4().simple()));
        let written = self.unpack(place, &fresh, manifest).await;
        let placed = match written {
            Ok(stamp) => match tokio::fs::rename(&fresh, folder).await {
                // Moving the folder changes none of its files.
                Ok(()) => Ok(stamp),
                Err(error) => Err(Error::internal(error)),
            },
            Err(error) => Err(error),
        };
        drop(tokio::fs::remove_dir_all(&fresh).await);
        placed
    }

    async fn unpack(&self, place: Place, fresh: &Path, manifest: Arc<Manifest>) -> Result<Stamp> {
        let mut unpacking = Unpacking::new(fresh.to_owned(), manifest.clone());
        for part in &manifest.parts {
            let key = place.root()?.segment("parts")?.object(part)?;
            let object = self.0.objects.get(&key, LARGEST_OBJECT).await?;
            let object = object.ok_or_else(|| Error::internal("a part of a bundle is missing in object storage"))?;
            let wanted = part.clone();
            unpacking = blocking(move || {
                let bytes = unzip(&object.body)?;
                if sha256(&bytes) != wanted {
                    return Err(Error::internal("a part of a bundle is not what was stored"));
                }
                unpacking.write(&bytes)?;
                Ok(unpacking)
            })
            .await?;
        }
        let (fresh, list) = (fresh.to_owned(), manifest.clone());
        blocking(move || {
            unpacking.finish()?;
            pack::verify(&fresh, &list)
        })
        .await
    }

    fn signed(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        let document = String::from_utf8(bytes.to_vec()).map_err(Error::internal)?;
        let signature = self.0.keys.sign(bytes)?;
        serde_json::to_vec(&Signed { signature, document }).map_err(Error::internal)
    }

    fn opened(&self, signed: &[u8], what: &str) -> Result<Vec<u8>> {
        let signed: Signed = serde_json::from_slice(signed).map_err(Error::internal)?;
        if !self.0.keys.verify(signed.document.as_bytes(), &signed.signature) {
            return Err(Error::internal(format!("{what} was not signed by this installation")));
        }
        Ok(signed.document.into_bytes())
    }

    fn manifest_file(&self, digest: &str) -> PathBuf {
        self.0.folder.join(MANIFESTS).join(format!("{digest}.json"))
    }

    async fn keep_manifest(&self, digest: &str, signed: &[u8]) -> Result<()> {
        let path = self.manifest_file(digest);
        let fresh = path.with_extension(Uuid::new_v4().simple().to_string());
        tokio::fs::create_dir_all(self.0.folder.join(MANIFESTS)).await.map_err(Error::internal)?;
        tokio::fs::write(&fresh, signed).await.map_err(Error::internal)?;
        tokio::fs::rename(&fresh, &path).await.map_err(Error::internal)
    }

    fn known(&self, name: &str, digest: &str) -> Option<Stamp> {
        let verified = self.0.verified.lock().unwrap_or_else(PoisonError::into_inner);
        verified.get(&(name.to_owned(), digest.to_owned())).cloned()
    }

    fn remember(&self, name: &str, digest: &str, stamp: Stamp) {
        let mut verified = self.0.verified.lock().unwrap_or_else(PoisonError::into_inner);
        verified.insert((name.to_owned(), digest.to_owned()), stamp);
    }
}

/// Files of `package` in the bundle below this folder of it, by path relative to it, with their hashes.
#[must_use]
pub fn files_below<'a>(manifest: &'a Manifest, package: &str, folder: &str) -> HashMap<&'a str, &'a str> {
    let prefix = format!("node_modules/{package}/{folder}/");
    let file = |(path, entry): (&'a String, &'a Entry)| match entry {
        Entry::File { sha256, .. } => Some((path.strip_prefix(&prefix)?, sha256.as_str())),
        Entry::Link { .. } => None,
    };
    manifest.files.iter().filter_map(file).collect()
}

fn untrusted(error: &Error) -> Reason {
    let cause = error.source.as_ref().map_or_else(|| error.message.clone(), ToString::to_string);
    Reason::BundleUntrusted(cause)
}

fn zip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).map_err(Error::internal)
}

fn unzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    let most = u64::try_from(PART_BYTES).unwrap_or(u64::MAX);
    GzDecoder::new(bytes).take(most).read_to_end(&mut out).map_err(Error::internal)?;
    Ok(out)
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}
