//! The audit log: who changed what, written in the transaction of the change and chained at its commit.
//!
//! The chain is the database's: a trigger that the application cannot write around gives each row its number and hash
//! (`migrations/0146_audit_chain.sql`). What must never be true: a change without its row; a row that was changed,
//! removed or moved and verifies; a secret in a row.

pub mod chain;
mod event;
mod origin;
mod read;
mod redact;

pub(crate) use event::insert;
pub use event::{AuditEvent, SecretUse};
pub use origin::{Origin, within};
pub use read::{
    AuditFilter, AuditPage, AuditRow, Head, Linked, Verification, audit_after, audit_head, audit_page, find_audit, hex,
    prune_audit, retention, search_audit, set_retention, verify_audit,
};
pub use redact::{HIDDEN, redacted, redacted_text};
