//! Transactions, one type per door.

use crate::keyring::Keyring;
use crate::{AuditEvent, Place, audit, db, seal};
use kernel::{Result, TenantId};
use sqlx::{Connection as _, PgConnection, Postgres, Transaction};

/// A transaction that can see and change the rows of one tenant. Rolls back unless committed.
#[derive(Debug)]
pub struct TenantTx {
    tx: Transaction<'static, Postgres>,
    tenant: TenantId,
    keys: Keyring,
}

impl TenantTx {
    pub(crate) fn new(tx: Transaction<'static, Postgres>, tenant: TenantId, keys: Keyring) -> Self {
        Self { tx, tenant, keys }
    }

    /// Whose rows these are.
    #[must_use]
    pub const fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The tenant's id for `.bind(…)`: the first parameter of every statement.
    #[must_use]
    pub const fn id(&self) -> uuid::Uuid {
        self.tenant.as_uuid()
    }

    /// The connection, for `sqlx::query(…).execute(tx.conn())`.
    pub fn conn(&mut self) -> &mut PgConnection {
        &mut self.tx
    }

    /// Writes an audit row that stands or falls with this transaction. It gets its place in the chain at commit.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn record(&mut self, event: AuditEvent) -> Result<()> {
        audit::insert(self, event).await.map(|_| ())
    }

    /// Encrypts under the tenant's own key, bound to `scope` and `name`: opened under any other, it fails.
    ///
    /// # Errors
    /// Those of the database; `Internal` when the tenant's key cannot be unwrapped.
    pub async fn seal(&mut self, scope: &str, name: &str, plaintext: &[u8]) -> Result<Vec<u8>> {
        let keys = self.keys.clone();
        seal::seal(self, &keys, Place::unversioned(scope, name), plaintext).await
    }

    /// Decrypts what [`seal`](Self::seal) made for the same tenant, scope and name.
    ///
    /// # Errors
    /// `Internal` when it was made for anything else, or was changed.
    pub async fn open(&mut self, scope: &str, name: &str, sealed: &[u8]) -> Result<Vec<u8>> {
        let keys = self.keys.clone();
        seal::open(self, &keys, Place::unversioned(scope, name), sealed).await
    }

    /// As [`seal`](Self::seal), bound to a version as well.
    ///
    /// # Errors
    /// As [`seal`](Self::seal).
    pub async fn seal_at(&mut self, place: Place<'_>, plaintext: &[u8]) -> Result<Vec<u8>> {
        let keys = self.keys.clone();
        seal::seal(self, &keys, place, plaintext).await
    }

    /// Decrypts what [`seal_at`](Self::seal_at) made for the same place.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn open_at(&mut self, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>> {
        let keys = self.keys.clone();
        seal::open(self, &keys, place, sealed).await
    }

    /// Eight hexadecimal digits by which a person recognises a value: a hash under the tenant's own key.
    ///
    /// # Errors
    /// As [`seal`](Self::seal).
    pub async fn fingerprint(&mut self, value: &[u8]) -> Result<String> {
        let keys = self.keys.clone();
        seal::fingerprint(self, &keys, value).await
    }

    pub(crate) fn keys(&self) -> Keyring {
        self.keys.clone()
    }

    /// Makes the changes visible and durable.
    ///
    /// # Errors
    /// Those of the database; the changes are then not there.
    pub async fn commit(mut self) -> Result<()> {
        // A connection keeps room for the largest message that it ever sent or got: after an ingest, tens of megabytes in each.
        self.tx.shrink_buffers();
        self.tx.commit().await.map_err(db)
    }

    /// Takes the changes back now rather than on drop.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn rollback(mut self) -> Result<()> {
        self.tx.shrink_buffers();
        self.tx.rollback().await.map_err(db)
    }
}

/// A transaction over the tables that span tenants (`tests/isolation/system_tables.txt`) and those of the platform itself
/// (`platform_tables.txt`).
#[derive(Debug)]
pub struct SystemTx {
    tx: Transaction<'static, Postgres>,
}

impl SystemTx {
    pub(crate) fn new(tx: Transaction<'static, Postgres>) -> Self {
        Self { tx }
    }

    /// The connection.
    pub fn conn(&mut self) -> &mut PgConnection {
        &mut self.tx
    }

    /// Makes the changes visible and durable.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn commit(self) -> Result<()> {
        self.tx.commit().await.map_err(db)
    }
}
