//! Data keys: what a key service is asked, how long a key is remembered, wrapping again, and what is sealed where.

use kernel::{DataKey, DataKeyId, Error, KeyWrapper, TenantId, Wrapping};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use store::{Db, DbOptions, KeyEncryptionKey, Keyring, Place, list_wrapped, set_wrapped};
use testkit::{TestDb, kek};

/// A key service that counts what it is asked. A wrapped key is its number, the ids and the key.
#[derive(Debug, Clone, Default)]
struct Service {
    asked: Arc<AtomicU32>,
    newest: Arc<AtomicU32>,
}

impl Service {
    fn count(&self) -> u32 {
        self.asked.load(Ordering::SeqCst)
    }

    fn wrapped(&self, id: DataKeyId, key: &DataKey) -> Vec<u8> {
        let number = self.newest.load(Ordering::SeqCst).to_be_bytes();
        [number.as_slice(), id.tenant.as_uuid().as_bytes(), id.key.as_bytes(), key.expose()].concat()
    }

    fn opened(id: DataKeyId, wrapped: &[u8]) -> kernel::Result<DataKey> {
        let ids = [id.tenant.as_uuid().into_bytes(), id.key.into_bytes()].concat();
        let own = wrapped[4..36] == ids;
        DataKey::from_slice(&wrapped[36..]).filter(|_| own).ok_or_else(|| Error::internal("another's"))
    }
}

impl KeyWrapper for Service {
    fn kind(&self) -> &'static str {
        "service"
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn wrap_key<'a>(&'a self, id: DataKeyId, key: &'a DataKey) -> Wrapping<'a, Vec<u8>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move { Ok(self.wrapped(id, key)) })
    }

    fn unwrap_key<'a>(&'a self, id: DataKeyId, wrapped: &'a [u8]) -> Wrapping<'a, DataKey> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move { Self::opened(id, wrapped) })
    }

    fn rewrap_key<'a>(&'a self, id: DataKeyId, wrapped: &'a [u8]) -> Wrapping<'a, Vec<u8>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move { Ok(self.wrapped(id, &Self::opened(id, wrapped)?)) })
    }

    fn health(&self) -> Wrapping<'_, ()> {
        Box::pin(async { Ok(()) })
    }
}

fn with(test: &TestDb, keys: impl Into<Keyring>) -> Db {
    Db::connect(&DbOptions::new(test.app_url(), test.system_url()), keys).unwrap()
}

async fn seal(db: &Db, tenant: TenantId) -> Vec<u8> {
    let mut tx = db.tenant_with_keys(tenant).await.unwrap();
    let sealed = tx.seal("secret", "token", b"hunter2").await.unwrap();
    tx.commit().await.unwrap();
    sealed
}

async fn opens(db: &Db, tenant: TenantId, sealed: &[u8]) -> bool {
    let mut tx = db.tenant_with_keys(tenant).await.unwrap();
    tx.open("secret", "token", sealed).await.is_ok_and(|plain| plain == b"hunter2")
}

#[tokio::test]
async fn a_key_service_is_asked_once_in_a_while_and_not_for_each_request() {
    let test = TestDb::new().await;
    let acme = test.tenant("acme").await;
    let service = Service::default();
    let db = with(&test, Keyring::new(Arc::new(service.clone()), vec![]));
    let sealed = seal(&db, acme).await;
    for _ in 0..20 {
        assert!(opens(&db, acme, &sealed).await);
    }
    assert_eq!(service.count(), 1, "the key was made, and then remembered");
    let short = Keyring::keeping(Arc::new(service.clone()), vec![], Duration::from_secs(1));
    let other = with(&test, short);
    assert!(opens(&other, acme, &sealed).await && opens(&other, acme, &sealed).await);
    assert_eq!(service.count(), 2, "another process asks for itself");
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert!(opens(&other, acme, &sealed).await);
    assert_eq!(service.count(), 3, "its time was over");
}

#[tokio::test]
async fn keys_are_wrapped_again_by_another_wrapper_and_under_another_key() {
    let test = TestDb::new().await;
    let acme = test.tenant("acme").await;
    let sealed = seal(&test.db, acme).await;
    let service = Service::default();
    let current: Arc<dyn KeyWrapper> = Arc::new(service.clone());
    let rewrap = async |db: &Db| {
        let mut tx = db.tenant(acme).await.unwrap();
        let rows = list_wrapped(&mut tx).await.unwrap();
        let again = db.keys().rewrap(acme, &rows[0]).await.unwrap();
        let changed = again.is_some();
        if let Some(wrapped) = again {
            assert!(set_wrapped(&mut tx, &rows[0], &wrapped).await.unwrap());
        }
        tx.commit().await.unwrap();
        changed
    };
    let alone = with(&test, Keyring::new(current.clone(), vec![]));
    assert!(alone.tenant_with_keys(acme).await.is_err(), "the former wrapper is not configured");
    let both = with(&test, Keyring::new(current.clone(), vec![Arc::new(kek())]));
    assert!(opens(&both, acme, &sealed).await, "readable before");
    assert!(rewrap(&both).await && opens(&both, acme, &sealed).await);
    let alone = with(&test, Keyring::new(current, vec![]));
    assert!(opens(&alone, acme, &sealed).await, "readable by the new one alone");
    assert!(!rewrap(&alone).await, "under the newest key already");
    service.newest.fetch_add(1, Ordering::SeqCst);
    assert!(rewrap(&alone).await && opens(&alone, acme, &sealed).await);
}

#[tokio::test]
async fn a_former_master_key_opens_until_its_keys_are_wrapped_again() {
    let test = TestDb::new().await;
    let acme = test.tenant("acme").await;
    let sealed = seal(&test.db, acme).await;
    let fresh = || KeyEncryptionKey::new([43; 32]);
    let rotated = with(&test, KeyEncryptionKey::rotated([43; 32], vec![[42; 32]]));
    assert!(!opens(&with(&test, fresh()), acme, &sealed).await);
    assert!(opens(&rotated, acme, &sealed).await);
    let mut tx = rotated.tenant(acme).await.unwrap();
    let rows = list_wrapped(&mut tx).await.unwrap();
    let wrapped = rotated.keys().rewrap(acme, &rows[0]).await.unwrap().expect("another key");
    assert!(set_wrapped(&mut tx, &rows[0], &wrapped).await.unwrap());
    tx.commit().await.unwrap();
    assert!(opens(&with(&test, fresh()), acme, &sealed).await);
}

#[tokio::test]
async fn a_wrapped_key_in_another_organisations_row_does_not_open() {
    let test = TestDb::new().await;
    let (acme, globex) = (test.tenant("acme").await, test.tenant("globex").await);
    let (own, _) = (seal(&test.db, acme).await, seal(&test.db, globex).await);
    test.execute_as_admin(
        "update tenant_key t set wrapped = o.wrapped from tenant_key o where o.tenant_id <> t.tenant_id",
    )
    .await;
    assert!(!opens(&with(&test, kek()), acme, &own).await);
}

#[tokio::test]
async fn a_version_is_part_of_the_place_and_older_values_open_as_before() {
    let test = TestDb::new().await;
    let acme = test.tenant("acme").await;
    let mut tx = test.db.tenant(acme).await.unwrap();
    let first = tx.seal_at(Place::versioned("secret", "token", 1), b"one").await.unwrap();
    assert_eq!(tx.open_at(Place::versioned("secret", "token", 1), &first).await.unwrap(), b"one");
    assert!(tx.open_at(Place::versioned("secret", "token", 2), &first).await.is_err());
    assert!(tx.open("secret", "token", &first).await.is_err());
    let plain = tx.seal("secret", "token", b"no version").await.unwrap();
    assert_eq!(plain[0], 1, "what does not count versions is sealed as ever: an older process opens it");
    assert!(tx.open_at(Place::versioned("secret", "token", 1), &plain).await.is_err());
    let (one, other) = (tx.fingerprint(b"one").await.unwrap(), tx.fingerprint(b"two").await.unwrap());
    assert!(one.len() == 8 && one != other);
}
