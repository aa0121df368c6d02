//! The words that every other crate speaks: tenants, entity references, principals, errors, the clock, what masks secrets and
//! what wraps keys.
//!
//! Owns no I/O and knows no framework. Nothing here may ever read the environment, the network, a file or the
//! system time except through [`Clock`].

mod clock;
mod entity_ref;
mod error;
mod principal;
mod redaction;
mod tenant;
mod wrapping;

pub use clock::{Clock, FixedClock, SharedClock, SystemClock, system_clock};
pub use entity_ref::{EntityRef, RefDefaults};
pub use error::{Error, ErrorKind, Result};
pub use principal::{Grants, Principal, SignedInBy, User};
pub use redaction::Redaction;
pub use tenant::{RequestId, TenantId};
pub use wrapping::{DataKey, DataKeyId, KeyWrapper, Wrapping};
