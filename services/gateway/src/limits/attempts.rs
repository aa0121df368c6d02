//! How often something that needs a secret may be tried. Counted in Redis when there is one, else in this process.

use super::bucket;
use crate::state::Gateway;
use kernel::{Error, Result, TenantId};
use runtime::cache::CacheKey;
use std::net::IpAddr;
use std::time::Duration;

const SIGN_IN_WINDOW: Duration = Duration::from_secs(5 * 60);
const SIGN_UP_WINDOW: Duration = Duration::from_secs(60 * 60);

fn too_often(what: &str, window: Duration) -> Error {
    let minutes = window.as_secs() / 60;
    Error::too_many(format!("{what} Try again in {minutes} minutes."), window.as_secs())
}

/// The mail address is hashed: the counter's key need not hold what somebody typed.
fn account_key(tenant: TenantId, email_key: &str) -> CacheKey {
    let digest = credential::Digest::of(email_key);
    let account: String = digest.as_bytes().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    CacheKey::tenant(tenant, "sign-in", account)
}

impl Gateway {
    /// Counts a sign-in of an account from an address.
    ///
    /// # Errors
    /// `TooManyRequests` beyond either limit.
    pub async fn limit_sign_in(&self, tenant: TenantId, email_key: &str, address: IpAddr) -> Result<()> {
        self.limit_address(address).await?;
        let count = self.parts.cache.increment(&account_key(tenant, email_key), SIGN_IN_WINDOW).await;
        if count > u64::from(self.parts.config.attempts.sign_in_per_account) {
            return Err(too_often("There were too many attempts to sign in with this mail address.", SIGN_IN_WINDOW));
        }
        Ok(())
    }

    /// Forgets the account's attempts: its owner is in.
    pub async fn forgive_sign_in(&self, tenant: TenantId, email_key: &str) {
        self.parts.cache.delete(&account_key(tenant, email_key)).await;
    }

    /// Counts a try of something that needs a secret from an address.
    ///
    /// # Errors
    /// `TooManyRequests` beyond the limit.
    pub async fn limit_address(&self, address: IpAddr) -> Result<()> {
        let key = CacheKey::platform("sign-in", bucket(address));
        let count = self.parts.cache.increment(&key, SIGN_IN_WINDOW).await;
        if count > u64::from(self.parts.config.attempts.sign_in_per_address) {
            return Err(too_often("There were too many attempts to sign in from your address.", SIGN_IN_WINDOW));
        }
        Ok(())
    }

    /// Counts a sign-up from an address.
    ///
    /// # Errors
    /// `TooManyRequests` beyond the limit.
    pub async fn limit_sign_up(&self, address: IpAddr) -> Result<()> {
        let key = CacheKey::platform("sign-up", bucket(address));
        let count = self.parts.cache.increment(&key, SIGN_UP_WINDOW).await;
        if count > u64::from(self.parts.config.attempts.sign_up_per_address) {
            return Err(too_often("Too many organisations were signed up from your address.", SIGN_UP_WINDOW));
        }
        Ok(())
    }
}
