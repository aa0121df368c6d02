//! Reads the folder of a template of the catalog, as `fetch:template` would read it: by `integrations`, with the
//! organisation's own source hosts, below the template's own location and nowhere else.

use crate::actions::{Folder, Services, TreeFile};
use crate::domain::source::{Source, resolve};
use crate::domain::stored::{self, MAX_BYTES, MAX_FILE_BYTES};
use crate::domain::template::Template;
use kernel::{EntityRef, Error, ErrorKind, Result};
use model::yaml;

/// A template with its files.
#[derive(Debug)]
pub struct Stored {
    /// Where its files are.
    pub origin: Origin,
    /// The file that describes it, one of `files`.
    pub path: String,
    /// In the order of their paths.
    pub files: Vec<StoredFile>,
    /// Files that are larger than an editor takes, with their sizes.
    pub left_out: Vec<(String, usize)>,
}

/// A file of the template's folder.
#[derive(Debug)]
pub struct StoredFile {
    /// Relative to the folder.
    pub path: String,
    /// Whether it may be executed.
    pub executable: bool,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Where a template's files are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// In a folder of a repository.
    Folder {
        /// Its address.
        url: String,
        /// Of which commit.
        commit: Option<String>,
    },
    /// At an address whose folder cannot be read: the template's file is all there is.
    File {
        /// Its address.
        url: String,
    },
    /// Nowhere: the catalog itself holds the template, in this set.
    Set(String),
}

/// For whom a template is read.
#[derive(Debug, Clone, Copy)]
pub enum Reader<'a> {
    /// Somebody who waits for it.
    Person,
    /// A job that knows it of this commit already.
    Job(Option<&'a str>),
}

/// Reads the folder of a template that whoever asks may see; nothing when it is of a commit that is known.
///
/// # Errors
/// Those of the reading; `NotFound` when no file describes the template any more; `TooLarge`.
pub async fn read(
    services: &Services,
    template: &Template,
    entity_ref: &EntityRef,
    reader: Reader<'_>,
) -> Result<Option<Stored>> {
    if let Some(set) = template.set() {
        return of_set(services, set, entity_ref).await.map(Some);
    }
    let (known, is_urgent) = match reader {
        Reader::Person => (None, true),
        Reader::Job(known) => (known, false),
    };
    let (Some(base), location) = (template.base_url(), template.location()) else {
        return Err(Error::not_found(format!("Nothing says where {} comes from", entity_ref.key())));
    };
    let folder = match resolve(".", Some(&base)) {
        Ok(Source::Url(url)) => services.read_folder(&url, known, is_urgent).await.map(|folder| Some((url, folder))),
        // It lies in no repository.
        Ok(Source::File(_)) | Err(_) => Ok(None),
    };
    match folder {
        Ok(Some((_, None))) => Ok(None),
        Ok(Some((url, Some(Folder { files, etag })))) => {
            take(Origin::Folder { url, commit: etag }, files, template, entity_ref).map(Some)
        }
        Err(error) if error.kind != ErrorKind::Input => Err(error),
        // No source host that we know: the address alone can be read, as the catalog reads it.
        Ok(None) | Err(_) => {
            of_file(services, location.map_or(base, str::to_owned), template, entity_ref).await.map(Some)
        }
    }
}

async fn of_file(services: &Services, url: String, template: &Template, entity_ref: &EntityRef) -> Result<Stored> {
    let bytes = services.read_url(&url, None).await?;
    let name = url.split(['?', '#']).next().and_then(|path| path.rsplit('/').next());
    let path = name.filter(|name| !name.is_empty()).unwrap_or("template.yaml").to_owned();
    let files = vec![TreeFile::new(path, false, &bytes)];
    take(Origin::File { url }, files, template, entity_ref)
}

/// A template without a file, as the file that it could have.
async fn of_set(services: &Services, set: &str, entity_ref: &EntityRef) -> Result<Stored> {
    let document = services.written_entity(set, &entity_ref.key()).await?;
    let document = document.ok_or_else(|| Error::not_found(format!("Template {} not found", entity_ref.key())))?;
    let path = "template.yaml".to_owned();
    let files =
        vec![StoredFile { path: path.clone(), executable: false, bytes: yaml::to_text(&document).into_bytes() }];
    Ok(Stored { origin: Origin::Set(set.to_owned()), path, files, left_out: Vec::new() })
}

fn take(origin: Origin, found: Vec<TreeFile>, template: &Template, entity_ref: &EntityRef) -> Result<Stored> {
    let (mut files, mut left_out, mut bytes) = (Vec::new(), Vec::new(), 0);
    for file in found {
        let content = file.bytes().map_err(|failure| Error::unavailable(failure.message))?;
        if content.len() > MAX_FILE_BYTES {
            left_out.push((file.path, content.len()));
            continue;
        }
        bytes += content.len();
        files.push(StoredFile { path: file.path, executable: file.executable, bytes: content });
    }
    if bytes > MAX_BYTES {
        return Err(Error::too_large(format!(
            "The folder of {} holds more than {} MiB. Give the template a folder of its own.",
            entity_ref.key(),
            MAX_BYTES >> 20
        )));
    }
    let name = template.metadata()["name"].as_str().unwrap_or_default();
    let looked_at: Vec<(&str, &[u8])> = files.iter().map(|file| (file.path.as_str(), file.bytes.as_slice())).collect();
    let path = stored::descriptor(&looked_at, name, template.location()).map(str::to_owned);
    let path = path.ok_or_else(|| {
        Error::not_found(format!("No file in the folder of {} describes it any more", entity_ref.key()))
    })?;
    Ok(Stored { origin, path, files, left_out })
}
