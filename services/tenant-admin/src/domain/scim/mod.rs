//! SCIM 2.0 without I/O: filters, paths and patches over documents, and what a document means for a member or a group.
//!
//! RFC 7643 (resources) and RFC 7644 (protocol). Directories differ in what they send: letter case of names and
//! operations, booleans as texts, paths with and without the schema before them. All of that is taken; nothing that is
//! taken costs more than the bounds in [`filter`].

pub mod document;
pub mod filter;
pub mod patch;
pub mod schema;

use kernel::Error;

/// Schema of a user.
pub const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// Schema of a group.
pub const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
/// Schema of a list.
pub const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// An input error with the word that RFC 7644 §3.12 has for it: `invalidFilter`, `invalidPath`, `invalidValue`, …
#[must_use]
pub fn wrong(word: &'static str, message: impl Into<String>) -> Error {
    Error::input(message).with_field("scimType", word)
}
