//! Password hashing with argon2id, off the async threads and never more at once than the machine bears.

use argon2::{Argon2, PasswordHash, PasswordHasher as _, PasswordVerifier as _};
use kernel::{Error, Result};
use std::{sync::Arc, time::Duration};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long a sign-in waits for its turn before it is told to come back.
const PATIENCE: Duration = Duration::from_secs(10);

/// Hashes and checks passwords. Clones share one limit: each run takes 19 MiB and about 30 ms of a core.
#[derive(Debug, Clone)]
pub struct PasswordHasher {
    turns: Arc<Semaphore>,
    patience: Duration,
}

impl PasswordHasher {
    /// At most `at_once` hashes run at the same time.
    #[must_use]
    pub fn new(at_once: usize) -> Self {
        Self { turns: Arc::new(Semaphore::new(at_once.max(1))), patience: PATIENCE }
    }

    /// As many at once as the machine has cores.
    #[must_use]
    pub fn for_this_machine() -> Self {
        Self::new(std::thread::available_parallelism().map_or(2, usize::from))
    }

    /// The PHC string (`$argon2id$…`) to store.
    ///
    /// # Errors
    /// `Unavailable` when too many others wait.
    pub async fn hash(&self, password: String) -> Result<String> {
        let turn = self.turn().await?;
        off_thread(turn, move || {
            let hash = Argon2::default().hash_password(password.as_bytes()).map_err(Error::internal)?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether the password is the one that was hashed.
    ///
    /// With no hash (no such account) it does the same work and answers no, so that time does not tell accounts apart.
    ///
    /// # Errors
    /// `Unavailable` when too many others wait.
    pub async fn verify(&self, password: String, stored: Option<String>) -> Result<bool> {
        let turn = self.turn().await?;
        off_thread(turn, move || {
            let argon2 = Argon2::default();
            let Some(stored) = stored else {
                let _same_work: PasswordHash = argon2.hash_password(password.as_bytes()).map_err(Error::internal)?;
                return Ok(false);
            };
            let stored = PasswordHash::new(&stored).map_err(Error::internal)?;
            Ok(argon2.verify_password(password.as_bytes(), &stored).is_ok())
        })
        .await
    }

    async fn turn(&self) -> Result<OwnedSemaphorePermit> {
        match tokio::time::timeout(self.patience, Arc::clone(&self.turns).acquire_owned()).await {
            Ok(turn) => turn.map_err(Error::internal),
            Err(_) => {
                let mut busy = Error::unavailable("Too many people are signing in right now. Try again in a moment.");
                busy.retry_after = Some(self.patience.as_secs().max(1));
                Err(busy)
            }
        }
    }
}

/// Runs on the blocking pool; the turn ends with the work even when the caller has gone away.
async fn off_thread<T: Send + 'static>(
    turn: OwnedSemaphorePermit,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(move || {
        let done = work();
        drop(turn);
        done
    })
    .await
    .map_err(Error::internal)?
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_matches_and_a_missing_account_never_does() {
        let hasher = PasswordHasher::new(2);
        let stored = hasher.hash("correct horse battery".into()).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(hasher.verify("correct horse battery".into(), Some(stored.clone())).await.unwrap());
        assert!(!hasher.verify("correct horse batter".into(), Some(stored)).await.unwrap());
        assert!(!hasher.verify("correct horse battery".into(), None).await.unwrap());
    }

    #[tokio::test]
    async fn whoever_waits_too_long_for_a_turn_is_told_to_come_back() {
        let hasher = PasswordHasher { patience: Duration::from_millis(20), ..PasswordHasher::new(1) };
        let _held = hasher.turn().await.unwrap();
        let refused = hasher.hash("correct horse battery".into()).await.unwrap_err();
        assert_eq!(refused.kind, kernel::ErrorKind::Unavailable);
        assert!(refused.retry_after.is_some());
    }
}
