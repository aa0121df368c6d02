//! Cursors: opaque to clients, signed, and bound to one tenant and one kind of list.
//!
//! A cursor carries the whole query, so it must never be taken from another tenant or from a client's own making:
//! [`CursorKey::open`] refuses both with the same words.

use super::filter::Filter;
use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use kernel::TenantId;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// Bytes of the signature in front of the payload.
const TAG: usize = 16;

/// Signs and opens cursors.
#[derive(Debug, Clone)]
pub struct CursorKey(hmac::Key);

impl CursorKey {
    /// Derives the key from the secret that all processes of the installation share.
    #[must_use]
    pub fn derive(secret: &[u8]) -> Self {
        let derived = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), b"proscenium/catalog/cursor/v1");
        Self(hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref()))
    }

    /// Base64 of tag and payload. `list` keeps cursors of different lists apart.
    #[must_use]
    pub fn seal<T: Serialize>(&self, tenant: TenantId, list: &str, payload: &T) -> String {
        let json = serde_json::to_vec(payload).unwrap_or_default();
        let mut bytes = self.tag(tenant, list, &json).as_ref()[..TAG].to_vec();
        bytes.extend(json);
        STANDARD.encode(bytes)
    }

    /// The payload, if this installation sealed it for this tenant and list.
    #[must_use]
    pub fn open<T: DeserializeOwned>(&self, tenant: TenantId, list: &str, cursor: &str) -> Option<T> {
        let bytes = STANDARD.decode(cursor).ok()?;
        let (tag, json) = bytes.split_at_checked(TAG)?;
        let expected = self.tag(tenant, list, json);
        aws_lc_rs::constant_time::verify_slices_are_equal(tag, &expected.as_ref()[..TAG]).ok()?;
        serde_json::from_slice(json).ok()
    }

    fn tag(&self, tenant: TenantId, list: &str, json: &[u8]) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(tenant.as_uuid().as_bytes());
        context.update(list.as_bytes());
        context.update(&[0]);
        context.update(json);
        context.sign()
    }
}

/// Which way a list is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Smallest first.
    Asc,
    /// Largest first.
    Desc,
}

impl Direction {
    /// The other way round.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::Asc => Self::Desc,
            Self::Desc => Self::Asc,
        }
    }
}

/// The field to sort by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Dotted path, lower case.
    pub field: String,
    /// Which way.
    pub direction: Direction,
}

/// A substring to look for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FullText {
    /// Lower case, trimmed, not empty.
    pub term: String,
    /// Keys whose values are looked at, lower case.
    pub fields: Vec<String>,
}

/// Where one row stands in a sorted list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The sort value, where there is an order.
    pub value: Option<String>,
    /// The entity's number, which breaks ties.
    pub number: i32,
}

/// A list of entities, and where in it to go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntityList {
    /// What is listed.
    pub filter: Filter,
    /// Full-text condition.
    pub full_text: Option<FullText>,
    /// How it is sorted; by number when `None`.
    pub order: Option<Order>,
    /// The row before the first one wanted (after the last one, when `backwards`).
    pub from: Option<Position>,
    /// The first row of the first page, where walking back ends.
    pub first: Option<Position>,
    /// Whether the page before `from` is wanted.
    pub backwards: bool,
    /// Whether the client wants to know how many entities the list has.
    pub count: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_opens_only_for_the_tenant_and_list_it_was_made_for() {
        let key = CursorKey::derive(b"secret");
        let (mine, other) = (TenantId::generate(), TenantId::generate());
        let cursor = key.seal(mine, "entities", &7);
        assert_eq!(key.open::<i32>(mine, "entities", &cursor), Some(7));
        assert_eq!(key.open::<i32>(other, "entities", &cursor), None);
        assert_eq!(key.open::<i32>(mine, "locations", &cursor), None);
        assert_eq!(CursorKey::derive(b"guess").open::<i32>(mine, "entities", &cursor), None);
    }

    #[test]
    fn a_cursor_with_one_changed_byte_is_refused_wherever_the_byte_is() {
        let key = CursorKey::derive(b"secret");
        let tenant = TenantId::generate();
        let cursor = key.seal(tenant, "entities", &vec![1, 2, 3]);
        for i in 0..cursor.len() {
            let mut bytes = cursor.clone().into_bytes();
            bytes[i] = if bytes[i] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8_lossy(&bytes).into_owned();
            assert!(changed == cursor || key.open::<Vec<i32>>(tenant, "entities", &changed).is_none(), "byte {i}");
        }
    }
}
