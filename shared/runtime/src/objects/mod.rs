//! Object storage: one client for the embedded endpoint and for any S3, with keys that cannot be forged.

mod key;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::error::{DisplayErrorContext, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use bytes::{Bytes, BytesMut};
use kernel::{Error, Result};

use crate::embedded::s3::Endpoint;

pub use key::{KeyPrefix, ObjectKey};

/// Largest object that is held in memory, in bytes.
pub const LARGEST_OBJECT: usize = 64 << 20;
/// Most keys that one listing returns.
pub const LONGEST_LISTING: usize = 10_000;

const AWAY: &str = "Object storage does not answer";

/// Client of one bucket; clones share connections.
#[derive(Clone)]
pub struct Objects {
    client: Client,
    bucket: String,
}

/// An object with what a response needs.
#[derive(Debug, Clone)]
pub struct Object {
    /// Content.
    pub body: Bytes,
    /// Media type, as it was put.
    pub content_type: Option<String>,
    /// Entity tag, with its quotes.
    pub etag: Option<String>,
}

/// What is known of an object without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectInfo {
    /// Its key.
    pub key: ObjectKey,
    /// Content length in bytes.
    pub bytes: u64,
    /// Entity tag, with its quotes.
    pub etag: Option<String>,
}

impl Objects {
    /// A client for `endpoint`; makes no request.
    pub fn new(endpoint: &Endpoint) -> Self {
        let mut config = aws_sdk_s3::config::Builder::new()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(endpoint.region.clone()));
        if endpoint.url != "aws" {
            config = config.endpoint_url(&endpoint.url).force_path_style(true);
        }
        config = config.credentials_provider(Credentials::new(
            &endpoint.access_key,
            endpoint.secret_key.expose(),
            None,
            None,
            "settings",
        ));
        Self { client: Client::from_conf(config.build()), bucket: endpoint.bucket.clone() }
    }

    /// An error when the bucket cannot be reached; for readiness.
    pub async fn check(&self) -> Result<()> {
        self.client.head_bucket().bucket(&self.bucket).send().await.map_err(unavailable)?;
        Ok(())
    }

    /// Stores an object, replacing one of the same key.
    pub async fn put(&self, key: &ObjectKey, body: Bytes, content_type: &str) -> Result<()> {
        if body.len() > LARGEST_OBJECT {
            return Err(too_large());
        }
        let request = self.client.put_object().bucket(&self.bucket).key(key.as_str());
        request.content_type(content_type).body(ByteStream::from(body)).send().await.map_err(unavailable)?;
        Ok(())
    }

    /// An object, or `None`. One larger than `limit` bytes is an error before it fills the memory.
    pub async fn get(&self, key: &ObjectKey, limit: usize) -> Result<Option<Object>> {
        let sent = self.client.get_object().bucket(&self.bucket).key(key.as_str()).send().await;
        let answer = match sent {
            Ok(answer) => answer,
            Err(error) if is_missing(&error) => return Ok(None),
            Err(error) => return Err(unavailable(error)),
        };
        let content_type = answer.content_type().map(str::to_owned);
        let etag = answer.e_tag().map(str::to_owned);
        let limit = limit.min(LARGEST_OBJECT);
        let mut stream = answer.body;
        let mut body = BytesMut::new();
        while let Some(chunk) = stream.try_next().await.map_err(|error| Error::unavailable(AWAY).with_source(error))? {
            if body.len() + chunk.len() > limit {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Some(Object { body: body.freeze(), content_type, etag }))
    }

    /// Length and tag of an object, or `None`.
    pub async fn head(&self, key: &ObjectKey) -> Result<Option<ObjectInfo>> {
        match self.client.head_object().bucket(&self.bucket).key(key.as_str()).send().await {
            Ok(answer) => Ok(Some(ObjectInfo {
                key: key.clone(),
                bytes: answer.content_length().and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(0),
                etag: answer.e_tag().map(str::to_owned),
            })),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(unavailable(error)),
        }
    }

    /// All objects below `prefix`, at most [`LONGEST_LISTING`]; more is an error and not a cut list.
    pub async fn list(&self, prefix: &KeyPrefix) -> Result<Vec<ObjectInfo>> {
        let mut pages =
            self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix.as_str()).into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            for object in page.map_err(unavailable)?.contents() {
                let Some(key) = object.key().and_then(|key| ObjectKey::listed(key.to_owned(), prefix)) else {
                    continue;
                };
                let bytes = object.size().and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(0);
                found.push(ObjectInfo { key, bytes, etag: object.e_tag().map(str::to_owned) });
            }
            if found.len() > LONGEST_LISTING {
                return Err(Error::input(format!("{} holds more than {LONGEST_LISTING} objects", prefix.as_str())));
            }
        }
        Ok(found)
    }

    /// Deletes an object; one that is not there is no error.
    pub async fn delete(&self, key: &ObjectKey) -> Result<()> {
        match self.client.delete_object().bucket(&self.bucket).key(key.as_str()).send().await {
            Ok(_) => Ok(()),
            Err(error) if is_missing(&error) => Ok(()),
            Err(error) => Err(unavailable(error)),
        }
    }
}

impl Objects {
    /// Shows every key in the bucket to `look`.
    pub async fn each_key(&self, mut look: impl FnMut(&str)) -> Result<()> {
        let mut pages = self.client.list_objects_v2().bucket(&self.bucket).into_paginator().send();
        while let Some(page) = pages.next().await {
            page.map_err(unavailable)?.contents().iter().filter_map(|object| object.key()).for_each(&mut look);
        }
        Ok(())
    }

    /// Deletes everything below `prefix`, however much it is; how many objects there were.
    pub async fn delete_all(&self, prefix: &KeyPrefix) -> Result<u64> {
        let mut deleted = 0;
        loop {
            // The first page again and again: what is deleted makes room in it.
            let request = self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix.as_str()).max_keys(1_000);
            let page = request.send().await.map_err(unavailable)?;
            let keys: Vec<ObjectKey> = page
                .contents()
                .iter()
                .filter_map(|object| ObjectKey::listed(object.key()?.to_owned(), prefix))
                .collect();
            if keys.is_empty() {
                return Ok(deleted);
            }
            for key in keys {
                self.delete(&key).await?;
                deleted += 1;
            }
        }
    }
}

fn is_missing<E>(error: &SdkError<E>) -> bool {
    error.raw_response().is_some_and(|response| response.status().as_u16() == 404)
}

fn unavailable<E>(error: SdkError<E>) -> Error
where
    SdkError<E>: std::error::Error,
{
    Error::unavailable(AWAY).with_source(DisplayErrorContext(&error).to_string())
}

fn too_large() -> Error {
    Error::too_large("The object is too large")
}

#[cfg(test)]
mod tests;
