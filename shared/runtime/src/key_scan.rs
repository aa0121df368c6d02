//! Looks at every key in Redis and in object storage for one that says no owner: an organisation, or the installation.
//!
//! Keys are built from typed parts, so there should be none; this is how anybody can see that there is none.

use kernel::{Error, Result};

use crate::cache::Cache;
use crate::objects::Objects;

/// Most strange keys that are listed.
const MOST: usize = 100;

/// What a scan found.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct KeyScan {
    /// Keys in Redis; `None` where there is none to look at from here.
    pub redis: Option<u64>,
    /// Objects.
    pub objects: u64,
    /// The first keys that say no owner.
    pub strange: Vec<String>,
}

impl KeyScan {
    /// Looks at everything there is.
    pub async fn of(cache: &Cache, objects: &Objects) -> Result<Self> {
        let mut scan = Self::default();
        let mut redis = 0;
        let looked = cache.each_key(|key| {
            redis += 1;
            scan.note(is_cache_key(key), "redis", key);
        });
        if looked.await.ok_or_else(|| Error::unavailable("Redis is away"))? {
            scan.redis = Some(redis);
        }
        let mut count = 0;
        let mut strange = Vec::new();
        objects
            .each_key(|key| {
                count += 1;
                if !is_object_key(key) {
                    strange.push(key.to_owned());
                }
            })
            .await?;
        scan.objects = count;
        for key in strange {
            scan.note(false, "s3", &key);
        }
        Ok(scan)
    }

    fn note(&mut self, owned: bool, place: &str, key: &str) {
        if !owned && self.strange.len() < MOST {
            self.strange.push(format!("{place} {key}"));
        }
    }
}

/// A UUID as we write it: five groups of lower-case digits.
fn is_tenant(text: &str) -> bool {
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    groups == [8, 4, 4, 4, 12] && text.bytes().all(|b| b == b'-' || b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

fn is_cache_key(key: &str) -> bool {
    let mut parts = key.splitn(4, ':');
    parts.next() == Some("proscenium")
        && parts.next().is_some_and(|owner| owner == "platform" || is_tenant(owner))
        && parts.next().is_some_and(|area| !area.is_empty())
        && parts.next().is_some()
}

fn is_object_key(key: &str) -> bool {
    match key.split_once('/') {
        Some(("tenant", rest)) => {
            rest.split_once('/').is_some_and(|(owner, name)| is_tenant(owner) && !name.is_empty())
        }
        Some(("shared", name)) => !name.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "tests")]

    use super::*;

    const TENANT: &str = "0190b2c4-7d1e-7c3a-9f00-0123456789ab";

    #[test]
    fn a_key_without_an_owner_is_told_from_one_with() {
        for (key, owned) in [
            (format!("proscenium:{TENANT}:requests:1"), true),
            ("proscenium:platform:sign-up:127.0.0.1".to_owned(), true),
            ("proscenium:session:1".to_owned(), false),
            (format!("{TENANT}:requests:1"), false),
            (format!("proscenium:{TENANT}"), false),
            ("sessions".to_owned(), false),
        ] {
            assert_eq!(is_cache_key(&key), owned, "{key}");
        }
        for (key, owned) in [
            (format!("tenant/{TENANT}/remotes/a.js"), true),
            ("shared/bundle".to_owned(), true),
            ("tenant/acme/logo.png".to_owned(), false),
            (format!("tenant/{TENANT}/"), false),
            ("logo.png".to_owned(), false),
        ] {
            assert_eq!(is_object_key(&key), owned, "{key}");
        }
    }

    #[tokio::test]
    async fn a_scan_counts_what_is_there_and_finds_nothing_strange() {
        let folder = tempfile::tempdir().expect("folder");
        let settings = crate::Config::load(crate::config::Sources::default()).expect("defaults");
        let endpoint = crate::embedded::s3::serve(&settings.s3, folder.path(), &crate::Tasks::new()).await.expect("s3");
        let (cache, objects) = (Cache::new(None).expect("cache"), Objects::new(&endpoint));
        let own = crate::objects::ObjectKey::tenant(kernel::TenantId::generate()).object("a").expect("key");
        objects.put(&own, "x".into(), "text/plain").await.expect("put");
        let scan = KeyScan::of(&cache, &objects).await.expect("scan");
        assert_eq!((scan.redis, scan.objects, scan.strange), (None, 1, vec![]));
    }
}
