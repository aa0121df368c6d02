//! The doors, the queue, sealing and the audit log against a real Postgres.
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod audit;
mod keys;

use kernel::{ErrorKind, TenantId};
use std::time::Duration;
use store::queue::{self, NewJob};
use store::{AuditEvent, db};
use testkit::TestDb;

const LEASE: Duration = Duration::from_secs(60);
/// Long enough for one statement on a busy machine.
const SHORT_LEASE: Duration = Duration::from_secs(1);

#[tokio::test]
async fn a_tenant_transaction_sees_and_writes_only_its_own_rows() {
    let test = TestDb::new().await;
    let (acme, globex) = (test.tenant("acme").await, test.tenant("globex").await);
    let mut tx = test.db.tenant(acme).await.unwrap();
    // Without the predicate on purpose: this is the net underneath it.
    let seen: Vec<String> = sqlx::query_scalar("select slug from tenant").fetch_all(tx.conn()).await.unwrap();
    assert_eq!(seen, ["acme"]);
    let foreign = sqlx::query("insert into tenant (tenant_id, slug, name) values ($1, 'evil', 'Evil')")
        .bind(TenantId::generate().as_uuid())
        .execute(tx.conn())
        .await;
    assert!(foreign.is_err());
    let mut tx = test.db.tenant(globex).await.unwrap();
    let seen: Vec<String> = sqlx::query_scalar("select slug from tenant").fetch_all(tx.conn()).await.unwrap();
    assert_eq!(seen, ["globex"]);
}

#[tokio::test]
async fn an_audit_row_stands_or_falls_with_its_transaction() {
    let test = TestDb::new().await;
    let acme = test.tenant("acme").await;
    let mut tx = test.db.tenant(acme).await.unwrap();
    tx.record(AuditEvent::named("system", "tenant.test", "rolled back")).await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(test.audit_rows(acme).await, 0);
    let mut tx = test.db.tenant(acme).await.unwrap();
    tx.record(AuditEvent::named("system", "tenant.test", "kept")).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(test.audit_rows(acme).await, 1);
    let mut tx = test.db.tenant(acme).await.unwrap();
    let changed =
        sqlx::query("update audit_event set actor = 'x' where tenant_id = $1").bind(tx.id()).execute(tx.conn()).await;
    assert!(changed.is_err(), "the audit log let itself be changed");
}

#[tokio::test]
async fn a_sealed_value_opens_for_its_own_tenant_alone() {
    let test = TestDb::new().await;
    let (acme, globex) = (test.tenant("acme").await, test.tenant("globex").await);
    let mut tx = test.db.tenant(acme).await.unwrap();
    let sealed = tx.seal("secret", "token", b"hunter2").await.unwrap();
    assert_eq!(tx.open("secret", "token", &sealed).await.unwrap(), b"hunter2");
    assert!(tx.open("secret", "other", &sealed).await.is_err());
    tx.commit().await.unwrap();
    let mut tx = test.db.tenant(globex).await.unwrap();
    let error = tx.open("secret", "token", &sealed).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Internal);
}

#[tokio::test]
async fn a_job_is_handed_out_once_and_again_when_its_lease_expires() {
    let test = TestDb::new().await;
    let acme = test.tenant("acme").await;
    let mut tx = test.db.tenant(acme).await.unwrap();
    queue::enqueue(&mut tx, NewJob::now("test", "a")).await.unwrap();
    queue::enqueue(&mut tx, NewJob::now("test", "a")).await.unwrap();
    tx.commit().await.unwrap();
    let first = queue::claim(&test.db, "test", 10, SHORT_LEASE).await.unwrap();
    assert_eq!(first.len(), 1);
    assert!(queue::claim(&test.db, "test", 10, LEASE).await.unwrap().is_empty());
    tokio::time::sleep(SHORT_LEASE * 2).await;
    let second = queue::claim(&test.db, "test", 10, LEASE).await.unwrap();
    assert_eq!(second[0].attempts, 2);
    let mut tx = test.db.tenant(acme).await.unwrap();
    assert!(!queue::complete(&mut tx, &first[0]).await.unwrap(), "a lost lease completed a job");
    assert!(queue::complete(&mut tx, &second[0]).await.unwrap());
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_job_asked_for_while_it_runs_runs_once_more() {
    let test = TestDb::new().await;
    let acme = test.tenant("acme").await;
    let mut tx = test.db.tenant(acme).await.unwrap();
    queue::enqueue(&mut tx, NewJob::now("test", "a")).await.unwrap();
    tx.commit().await.unwrap();
    let running = queue::claim(&test.db, "test", 1, LEASE).await.unwrap().remove(0);
    let mut tx = test.db.tenant(acme).await.unwrap();
    queue::enqueue(&mut tx, NewJob::now("test", "a")).await.unwrap();
    assert!(queue::complete(&mut tx, &running).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(queue::claim(&test.db, "test", 1, LEASE).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_job_that_keeps_failing_becomes_a_dead_letter_that_the_operator_sees() {
    let test = TestDb::new().await;
    let acme = test.tenant("acme").await;
    let mut tx = test.db.tenant(acme).await.unwrap();
    queue::enqueue(&mut tx, NewJob::now("test", "a")).await.unwrap();
    tx.commit().await.unwrap();
    for _ in 0..queue::MAX_ATTEMPTS {
        let job = queue::claim(&test.db, "test", 1, LEASE).await.unwrap().remove(0);
        let mut tx = test.db.tenant(acme).await.unwrap();
        queue::fail(&mut tx, &job, "no such host", Duration::ZERO).await.unwrap();
        tx.commit().await.unwrap();
    }
    assert!(queue::claim(&test.db, "test", 1, LEASE).await.unwrap().is_empty());
    let dead = queue::list_dead(&test.db, 10).await.unwrap();
    assert_eq!(dead[0].last_error.as_deref(), Some("no such host"));
}

#[tokio::test]
async fn a_tenant_with_many_jobs_does_not_keep_another_waiting() {
    let test = TestDb::new().await;
    let (noisy, quiet) = (test.tenant("noisy").await, test.tenant("quiet").await);
    let mut tx = test.db.tenant(noisy).await.unwrap();
    for index in 0..50 {
        queue::enqueue(&mut tx, NewJob::now("test", &format!("n{index}"))).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut tx = test.db.tenant(quiet).await.unwrap();
    queue::enqueue(&mut tx, NewJob::now("test", "q")).await.unwrap();
    tx.commit().await.unwrap();
    let claimed = queue::claim(&test.db, "test", 8, LEASE).await.unwrap();
    assert_eq!(claimed.len(), 8);
    assert!(claimed.iter().any(|job| job.tenant() == quiet));
}

#[tokio::test]
async fn a_statement_outside_a_tenant_transaction_fails_closed() {
    let test = TestDb::new().await;
    test.tenant("acme").await;
    let mut plain = <sqlx::PgConnection as sqlx::Connection>::connect(&test.app_url()).await.expect("connect");
    let rows = sqlx::query("select * from tenant").fetch_all(&mut plain).await.map_err(db);
    assert!(rows.is_err());
}
