//! Keys of objects, built from checked parts, the tenant always first.

use std::fmt;

use kernel::{Error, Result, TenantId};

/// Longest key that S3 takes, in bytes.
const LONGEST: usize = 1024;

/// A complete key. There is no way to make one from a raw text:
///
/// ```compile_fail
/// let key = runtime::objects::ObjectKey::from("../../etc/passwd");
/// ```
///
/// ```compile_fail
/// fn put(objects: &runtime::objects::Objects) {
///     drop(objects.delete("some/key"));
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ObjectKey(String);

impl ObjectKey {
    /// The root of everything of one tenant; add segments to it.
    pub fn tenant(tenant: TenantId) -> KeyPrefix {
        KeyPrefix(format!("tenant/{tenant}/"))
    }

    /// The root of what belongs to no tenant: immutable bundles addressed by their hash.
    pub fn shared() -> KeyPrefix {
        KeyPrefix("shared/".to_owned())
    }

    /// The key as it goes to the store.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Used where the store itself names a key, in listings of a checked prefix.
    pub(super) fn listed(key: String, prefix: &KeyPrefix) -> Option<Self> {
        let rest = key.strip_prefix(prefix.as_str())?;
        rest.split('/').all(|segment| check(segment).is_ok()).then_some(Self(key))
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A folder of keys; ends with a slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPrefix(String);

impl KeyPrefix {
    /// Goes one folder down.
    pub fn segment(self, segment: &str) -> Result<Self> {
        check(segment)?;
        Ok(Self(format!("{}{segment}/", self.0)))
    }

    /// The key of the object `name` in this folder.
    pub fn object(self, name: &str) -> Result<ObjectKey> {
        check(name)?;
        self.complete(name)
    }

    /// The key of the object at a relative path such as `static/js/main.js`.
    pub fn path(self, path: &str) -> Result<ObjectKey> {
        path.split('/').try_for_each(check)?;
        self.complete(path)
    }

    /// The prefix as it goes to the store.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn complete(self, rest: &str) -> Result<ObjectKey> {
        let key = format!("{}{rest}", self.0);
        if key.len() > LONGEST {
            return Err(Error::input(format!("an object's key has at most {LONGEST} bytes")));
        }
        Ok(ObjectKey(key))
    }
}

/// One segment: what no store, file system or URL library reads as anything but a name.
fn check(segment: &str) -> Result<()> {
    let harmful = segment.chars().any(|c| c == '/' || c == '\\' || c.is_control());
    if segment.is_empty() || segment == "." || segment == ".." || harmful || segment.len() > 255 {
        return Err(Error::input(format!("\"{}\" cannot be part of an object's key", segment.escape_default())));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "tests")]

    use super::*;

    fn tenant() -> TenantId {
        TenantId::new(uuid::Uuid::from_u128(7))
    }

    #[test]
    fn a_key_begins_with_its_tenant() {
        let key = ObjectKey::tenant(tenant())
            .segment("plugins")
            .and_then(|prefix| prefix.path("badges/1.0/index.js"))
            .expect("valid");
        assert_eq!(key.as_str(), "tenant/00000000-0000-0000-0000-000000000007/plugins/badges/1.0/index.js");
    }

    #[test]
    fn no_part_can_leave_its_folder() {
        for part in
            ["", ".", "..", "/", "a/b", "/etc", "a\\..\\b", "a\0b", "a\nb", "..\u{0}", "\u{7f}", &"x".repeat(256)]
        {
            assert!(ObjectKey::tenant(tenant()).segment(part).is_err(), "{part:?} as a segment");
            assert!(ObjectKey::tenant(tenant()).object(part).is_err(), "{part:?} as a name");
        }
        for path in ["", "/a", "a/", "a//b", "../a", "a/../b", "a/..", "./a", "a/./b", "..", "a/\0", "..\\a"] {
            assert!(ObjectKey::tenant(tenant()).path(path).is_err(), "{path:?} as a path");
        }
        assert!(ObjectKey::tenant(tenant()).path(&"xx/".repeat(400)).is_err());
        assert!(ObjectKey::tenant(tenant()).path(&["x"; 600].join("/")).is_err(), "too long");
        for name in ["...", "..a", "a..b", "%2e%2e", "ä b", ".well-known"] {
            assert!(ObjectKey::tenant(tenant()).object(name).is_ok(), "{name:?} is only a name");
        }
    }
}
