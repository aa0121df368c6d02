//! Work beside requests: sending what was queued, and erasing what was deleted.

mod erase;
mod mail;

pub use erase::erase_due;
pub(crate) use mail::queue_mail;

use crate::state::TenantAdmin;

/// Starts the background work of this process.
pub fn start(admin: &TenantAdmin) {
    mail::start(admin);
    erase::start(admin);
}
