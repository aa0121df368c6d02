//! The audit log's chain: whatever somebody with the owner's hand does to the tables is found.

use kernel::TenantId;
use serde_json::json;
use store::audit::{self, AuditFilter, Origin, chain::Fault};
use store::{AuditEvent, audit_page};
use testkit::TestDb;
use uuid::Uuid;

const ROWS: i64 = 9;

async fn written(test: &TestDb, tenant: TenantId, rows: i64) {
    for n in 0..rows {
        let mut tx = test.db.tenant(tenant).await.unwrap();
        let mut event = AuditEvent::named(format!("user:default/u{}", n % 3), "member.update", format!("m{n}"));
        if n % 2 == 0 {
            event = event.before(json!({ "role": "viewer", "n": n, "f": 1e-7, "ü": "\u{1f600}" }));
        }
        if n % 3 == 0 {
            let origin = Origin { address: Some("203.0.113.7".into()), agent: Some("curl".into()) };
            event = event.after(json!({ "role": "member" })).sent_from(origin).undoing(Uuid::now_v7());
        }
        tx.record(event).await.unwrap();
        tx.commit().await.unwrap();
    }
}

async fn verify(test: &TestDb, tenant: TenantId) -> audit::Verification {
    let mut tx = test.db.snapshot(tenant).await.unwrap();
    audit::verify_audit(&mut tx, None).await.unwrap()
}

#[tokio::test]
async fn rows_are_chained_in_the_order_of_commits_and_verify() {
    let test = TestDb::new().await;
    let (acme, globex) = (test.tenant("acme").await, test.tenant("globex").await);
    assert_eq!(verify(&test, acme).await.rows, 0, "an empty log is intact");
    written(&test, acme, ROWS).await;
    written(&test, globex, 2).await;
    // Two transactions, the first of which ends last; and two rows in one.
    let (mut slow, mut fast) = (test.db.tenant(acme).await.unwrap(), test.db.tenant(acme).await.unwrap());
    slow.record(AuditEvent::named("a", "x.slow", "")).await.unwrap();
    slow.record(AuditEvent::named("a", "x.slow-too", "")).await.unwrap();
    fast.record(AuditEvent::named("a", "x.fast", "")).await.unwrap();
    fast.commit().await.unwrap();
    slow.commit().await.unwrap();
    let found = verify(&test, acme).await;
    assert_eq!((found.rows, found.seq, &found.broken), (12, 12, &None));
    assert_eq!(verify(&test, globex).await.rows, 2);
    let mut tx = test.db.tenant(acme).await.unwrap();
    let last: Vec<_> = audit::audit_after(&mut tx, ROWS, 10).await.unwrap();
    let actions: Vec<&str> = last.iter().map(|linked| linked.row.action.as_str()).collect();
    assert_eq!(actions, ["x.fast", "x.slow", "x.slow-too"]);
}

#[tokio::test]
async fn changes_at_once_all_get_their_place() {
    let test = TestDb::new().await;
    let acme = test.tenant("acme").await;
    let mut writers = tokio::task::JoinSet::new();
    for n in 0..24 {
        let test = test.clone();
        writers.spawn(async move {
            for _ in 0..5 {
                let mut tx = test.db.tenant(acme).await.unwrap();
                // Whoever changes the organisation itself holds its row; the order of locks must not matter.
                if n % 2 == 0 {
                    sqlx::query("select 1 from tenant where tenant_id = $1 for update")
                        .bind(tx.id())
                        .execute(tx.conn())
                        .await
                        .unwrap();
                }
                tx.record(AuditEvent::named("a", "x.y", n.to_string())).await.unwrap();
                tx.commit().await.unwrap();
            }
        });
    }
    while let Some(done) = writers.join_next().await {
        done.unwrap();
    }
    let found = verify(&test, acme).await;
    assert_eq!((found.rows, found.broken), (120, None));
}

#[tokio::test]
async fn every_deletion_edit_and_reordering_of_every_row_is_found() {
    let test = TestDb::new().await;
    let acme = test.tenant("acme").await;
    written(&test, acme, ROWS).await;
    test.execute_as_admin(
        "create table e as table audit_event; create table l as table audit_link; create table h as table audit_head",
    )
    .await;
    let mut tried = 0;
    for seq in 1..=ROWS {
        let row = format!("event_id = (select event_id from l where seq = {seq})");
        let other = seq % ROWS + 1;
        let swap = |column: &str| {
            format!(
                "update audit_event a set {column} = b.{column} from e b, l this, l that
             where a.event_id = this.event_id and b.event_id = that.event_id
               and (this.seq, that.seq) in (({seq}, {other}), ({other}, {seq}))"
            )
        };
        let mut tampers = vec![
            format!("delete from audit_event where {row}"),
            format!("delete from audit_link where seq = {seq}"),
            format!("delete from audit_event where {row}; delete from audit_link where seq = {seq}"),
            format!("delete from audit_event where {row}; delete from audit_link where seq = {seq};
                     update audit_link set seq = seq - 1 where seq > {seq}; update audit_head set seq = seq - 1"),
            format!("delete from audit_event where event_id in (select event_id from l where seq >= {seq});
                     delete from audit_link where seq >= {seq}"),
            format!("delete from audit_event where event_id in (select event_id from l where seq <= {seq});
                     delete from audit_link where seq <= {seq};
                     update audit_head set base_seq = {seq}, base_hash = (select hash from l where seq = {seq})"),
            format!("update audit_link set event_id = (select event_id from l where seq = {other}) where seq = {seq} and false;
                     update audit_link set hash = sha256(hash) where seq = {seq}"),
            format!("update audit_event set at = at + interval '1 microsecond' where {row}"),
            format!("update audit_event set actor = actor || ' ' where {row}"),
            format!("update audit_event set action = 'member.remove' where {row}"),
            format!("update audit_event set target = '' where {row}"),
            format!("update audit_event set before = jsonb_build_object('role', 'admin') where {row}"),
            format!("update audit_event set after = case when after is null then '{{}}'::jsonb end where {row}"),
            format!("update audit_event set source_address = '198.51.100.1' where {row}"),
            format!("update audit_event set agent = 'x' where {row}"),
            format!("update audit_event set undoes = gen_random_uuid() where {row}"),
            format!("update audit_link set seq = -seq where seq in ({seq}, {other});
                     update audit_link set seq = case -seq when {seq} then {other} else {seq} end where seq < 0"),
            format!("insert into audit_event select tenant_id, gen_random_uuid(), at, actor, action, target from e where {row}"),
        ];
        tampers.extend([swap("at"), swap("target")]);
        for tamper in tampers {
            tried += 1;
            // As somebody with all rights would: past triggers and policies.
            let around = format!("set session_replication_role = replica; {tamper}");
            test.execute_as_admin(&around).await;
            let found = verify(&test, acme).await;
            let broken = found.broken.unwrap_or_else(|| panic!("row {seq} was not missed after: {tamper}"));
            assert!(broken.seq <= ROWS + 1, "{broken}");
            test.execute_as_admin(
                "set session_replication_role = replica; delete from audit_event; delete from audit_link; delete from audit_head;
                 insert into audit_event select * from e; insert into audit_link select * from l; insert into audit_head select * from h",
            ).await;
        }
    }
    assert_eq!(tried, 20 * ROWS);
    assert_eq!(verify(&test, acme).await.broken, None, "put back as it was");
}

#[tokio::test]
async fn a_log_that_was_written_anew_as_a_whole_differs_from_a_fingerprint_that_was_kept() {
    let test = TestDb::new().await;
    let acme = test.tenant("acme").await;
    written(&test, acme, 3).await;
    let kept = verify(&test, acme).await;
    written(&test, acme, 2).await;
    let mut tx = test.db.snapshot(acme).await.unwrap();
    let same = audit::verify_audit(&mut tx, Some((kept.seq, &kept.hash))).await.unwrap();
    assert_eq!(same.broken, None);
    drop(tx);
    test.execute_as_admin(
        "set session_replication_role = replica; delete from audit_event; delete from audit_link; delete from audit_head",
    ).await;
    written(&test, acme, 5).await;
    assert_eq!(verify(&test, acme).await.broken, None, "by itself it looks well");
    let mut tx = test.db.snapshot(acme).await.unwrap();
    let found = audit::verify_audit(&mut tx, Some((kept.seq, &kept.hash))).await.unwrap();
    assert_eq!(found.broken.unwrap().fault, Fault::OtherThanKept);
}

#[tokio::test]
async fn the_application_can_write_no_link_and_change_nothing() {
    let test = TestDb::new().await;
    let acme = test.tenant("acme").await;
    written(&test, acme, 1).await;
    for statement in [
        "update audit_event set actor = 'x'",
        "delete from audit_event",
        "update audit_link set seq = 2",
        "delete from audit_link",
        "update audit_head set seq = 0",
        "delete from audit_head",
        "insert into audit_link (tenant_id, seq, event_id, hash) select tenant_id, 9, gen_random_uuid(), hash from audit_link",
        "alter table audit_event disable trigger all",
        "set session_replication_role = replica",
    ] {
        let mut tx = test.db.tenant(acme).await.unwrap();
        assert!(sqlx::query(statement).execute(tx.conn()).await.is_err(), "{statement}");
    }
}

#[tokio::test]
async fn pruning_keeps_what_remains_verifiable_and_stops_at_evidence() {
    let test = TestDb::new().await;
    let acme = test.tenant("acme").await;
    written(&test, acme, 6).await;
    let prune = async || {
        let mut tx = test.db.tenant(acme).await.unwrap();
        let gone = audit::prune_audit(&mut tx, 100).await.unwrap();
        tx.commit().await.unwrap();
        gone
    };
    assert_eq!(prune().await, 0, "without a setting everything stays");
    let mut tx = test.db.tenant(acme).await.unwrap();
    audit::set_retention(&mut tx, Some(30)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(prune().await, 0, "nothing is old enough");
    // Old rows as they would be: written so, and chained so.
    test.execute_as_admin(
        "set session_replication_role = replica; delete from audit_link; delete from audit_head;
         create table e as table audit_event; delete from audit_event; set session_replication_role = origin;
         select set_config('proscenium.tenant', tenant_id::text, false) from tenant;
         insert into audit_event (tenant_id, event_id, at, actor, action, target)
           select tenant_id, event_id, at - interval '40 days' + target_no * interval '4 days', actor, action, target
           from (select e.*, row_number() over (order by event_id) as target_no from e) e order by event_id",
    )
    .await;
    assert_eq!(verify(&test, acme).await.broken, None);
    assert_eq!(prune().await, 2, "40 days ago plus 4 and plus 8 days");
    let found = verify(&test, acme).await;
    assert_eq!((found.after, found.rows, found.broken), (2, 5, None), "four remain, and the row that tells of it");
    let mut tx = test.db.tenant(acme).await.unwrap();
    assert_eq!(audit_page(&mut tx, None, 1).await.unwrap()[0].action, "audit.prune");
    drop(tx);
    test.execute_as_admin("update audit_event set at = at - interval '60 days' where action <> 'audit.prune'").await;
    assert_eq!(prune().await, 0, "what does not verify is evidence");
}

#[tokio::test]
async fn a_search_asks_for_actor_action_target_time_and_text_and_goes_on_where_it_stopped() {
    let test = TestDb::new().await;
    let acme = test.tenant("acme").await;
    written(&test, acme, 30).await;
    let mut tx = test.db.tenant(acme).await.unwrap();
    let all = audit_page(&mut tx, None, 100).await.unwrap();
    let ask = AuditFilter::default;
    for (filter, expected) in [
        (ask(), 30),
        (AuditFilter { actor: Some("user:default/u1".into()), ..ask() }, 10),
        (AuditFilter { action: Some("member.".into()), ..ask() }, 30),
        (AuditFilter { action: Some("member.update".into()), ..ask() }, 30),
        (AuditFilter { action: Some("members".into()), ..ask() }, 0),
        (AuditFilter { target: Some("m7".into()), ..ask() }, 1),
        (AuditFilter { text: Some("VIEWER".into()), ..ask() }, 15),
        (AuditFilter { text: Some("%".into()), ..ask() }, 0),
        (AuditFilter { text: Some("203.0.113".into()), ..ask() }, 10),
        (AuditFilter { from: Some(all[4].at), ..ask() }, 5),
        (AuditFilter { until: Some(all[4].at), ..ask() }, 25),
    ] {
        let (mut seen, mut before) = (Vec::new(), None);
        loop {
            let page = audit::search_audit(&mut tx, &filter, before, 4).await.unwrap();
            assert!(page.rows.len() <= 4);
            seen.extend(page.rows.iter().map(|row| row.event_id));
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), expected, "{filter:?}");
        assert!(seen.windows(2).all(|pair| pair[0] > pair[1]), "newest first, each once");
    }
}
