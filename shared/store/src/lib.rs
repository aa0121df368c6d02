//! The one door to Postgres.
//!
//! Owns the connection pools, transactions, migrations, the job queue, audit rows and sealing keys. Invariants:
//!
//! - [`Db`] never hands out its pools. [`Db::tenant`] opens a transaction that can see one tenant;
//!   [`Db::system`] is the other door, and its reason is an enum, so find-usages lists whoever crosses tenants.
//! - Row-level security is on and forced on every table; statements carry `tenant_id = $1` as well.
//! - The tenant is set with `set local`, never for a session: behind transaction pooling a session setting would
//!   serve another tenant's rows.
//! - Statements are static text or `QueryBuilder` with binds. The only formatted value is the tenant's UUID, here.
//! - [`Db::glance`] is the tenant door for one small read: the setting and the statement are one message and one
//!   transaction.
//!
//! Start reading at [`db`](Db), then [`TenantTx`], then [`queue`].

pub mod audit;
mod bootstrap;
mod db;
mod erase;
mod error;
mod glance;
mod keyring;
pub mod lint;
mod migrate;
pub mod operator;
pub mod plugin_copies;
pub mod plugins;
pub mod policy;
pub mod queue;
pub mod reading;
pub mod reseal;
mod seal;
pub mod sign_in;
pub mod signing_keys;
mod tx;

pub use audit::{AuditEvent, AuditRow, audit_page};
pub use bootstrap::{BootstrapPlan, Roles, bootstrap, ensure_database};
pub use db::{Db, DbOptions, SystemReason};
pub use erase::{erase_batch, left_over};
pub use error::{db, is_unique_violation, violated_constraint};
pub use keyring::{KEYS_KEPT, KeyEncryptionKey, Keyring};
pub use migrate::{MIGRATIONS, migrate};
pub use seal::{DataKeyRow, Place, add_data_key, list_key_owners, list_wrapped, set_wrapped, shred_key};
pub use tx::{SystemTx, TenantTx};
