//! Hosts that fail, people who wait, and locations that are given up.

use super::harness::{Catalog, File, Files, component, url};
use kernel::TenantId;
use std::time::{Duration, Instant};
use testkit::TestDb;

/// Makes all waiting reads due now, as if nobody waited for them.
async fn all_due(test: &TestDb, tenant: TenantId) {
    let mut tx = test.db.tenant(tenant).await.unwrap();
    sqlx::query(
        "update job set run_at = clock_timestamp(), payload = 'null'
         where tenant_id = $1 and queue = 'catalog.process' and lease is null",
    )
    .bind(tx.id())
    .execute(tx.conn())
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn the_units_of_a_host_that_fails_wait_together_and_come_back_one_after_another() {
    let catalog = Catalog::new().await;
    for i in 0..6 {
        catalog.files.put(&format!("https://ill.test/{i}.yaml"), component(&format!("i-{i}"), ""));
        catalog.register(&format!("https://ill.test/{i}.yaml")).await;
    }
    catalog.files.put("well.yaml", component("well", ""));
    catalog.register("well.yaml").await;
    catalog.wait_for("component:default/i-5", |_| true).await;
    catalog.wait_for("component:default/well", |_| true).await;
    catalog.settle().await;
    for i in 0..6 {
        catalog.files.set(&format!("https://ill.test/{i}.yaml"), File::Busy(3));
    }
    catalog.files.put("well.yaml", component("well", ", note: two"));
    catalog.files.take_log();
    all_due(&catalog.test, catalog.tenant).await;
    // Other hosts are read as ever.
    catalog.wait_for("component:default/well", |entity| entity["spec"]["note"] == "two").await;
    let failed_at = Instant::now();
    catalog.settle().await;
    let asked = catalog.files.take_log().iter().filter(|(url, _)| url.contains("ill.test")).count();
    assert!((1..=3).contains(&asked), "{asked} requests to a host that asked for peace; three are read at a time");
    let id = catalog.register("https://ill.test/0.yaml?again").await;
    let paused = catalog.wait(async || {
        let progress = catalog.progress(&id).await;
        progress["pausedHosts"][0]["host"] == "ill.test" && progress["state"] == "failed"
    });
    assert!(paused.await, "{}", catalog.progress(&id).await);

    for i in 0..6 {
        catalog.files.put(&format!("https://ill.test/{i}.yaml"), component(&format!("i-{i}"), ", note: healed"));
    }
    catalog.files.take_log();
    // The first one tries for all, and not before the host said.
    let tried = catalog.wait(async || catalog.files.take_log().iter().any(|(url, _)| url.contains("ill.test")));
    assert!(tried.await);
    assert!(failed_at.elapsed() > Duration::from_secs(2), "{:?}", failed_at.elapsed());
    for i in 0..6 {
        catalog.wait_for(&format!("component:default/i-{i}"), |entity| entity["spec"]["note"] == "healed").await;
    }
    assert_eq!(catalog.progress(&id).await["pausedHosts"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn a_person_may_ask_for_a_host_that_is_left_alone() {
    let catalog = Catalog::new().await;
    catalog.files.set("a.yaml", File::Busy(600));
    let id = catalog.register("a.yaml").await;
    assert!(catalog.wait(async || catalog.progress(&id).await["state"] == "failed").await);
    catalog.files.put("a.yaml", component("shop", ""));
    let location = catalog.get(&format!("/api/catalog/locations/{id}")).await.json();
    let root = location["entityRef"].as_str();
    let root = root.map_or_else(|| panic!("{location}"), str::to_owned);
    catalog.refresh(&root).await;
    catalog.wait_for("component:default/shop", |_| true).await;
    assert_eq!(catalog.progress(&id).await["pausedHosts"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn what_a_person_asks_for_is_read_before_what_nobody_waits_for() {
    let test = TestDb::new().await;
    let tenant = test.tenant("acme").await;
    let files = Files::default();
    let catalog = Catalog::on(test, tenant, files);
    for i in 0..12 {
        catalog.files.put(&format!("{i}.yaml"), component(&format!("c-{i}"), ""));
        catalog.register(&format!("{i}.yaml")).await;
    }
    all_due(&catalog.test, catalog.tenant).await;
    catalog.files.put("mine.yaml", component("mine", ""));
    catalog.register("mine.yaml").await;
    catalog.start();
    catalog.wait_for("component:default/c-11", |_| true).await;
    let log = catalog.files.take_log();
    let place = log.iter().position(|(address, _)| *address == url("mine.yaml")).unwrap();
    assert!(place < 3, "three are read at a time, and it came as number {place}");
}

#[tokio::test]
async fn a_location_that_was_given_up_shows_it_and_comes_back_by_itself() {
    let catalog = Catalog::new().await;
    catalog.files.put("a.yaml", component("shop", ""));
    let id = catalog.register("a.yaml").await;
    catalog.wait_for("component:default/shop", |_| true).await;
    catalog.settle().await;
    catalog.test.execute_as_admin("alter table entity add constraint broken check (entity_ref !~ 'poison')").await;
    catalog.files.put("a.yaml", component("shop", "") + &component("poison", ""));
    let mut tx = catalog.test.db.tenant(catalog.tenant).await.unwrap();
    sqlx::query(
        "update job set attempts = 11, run_at = clock_timestamp()
         where tenant_id = $1 and queue = 'catalog.process' and lease is null",
    )
    .bind(tx.id())
    .execute(tx.conn())
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let given_up = catalog.wait(async || {
        let progress = catalog.progress(&id).await;
        progress["state"] == "failed" && progress["nextReadAt"].is_string()
    });
    assert!(given_up.await, "{}", catalog.progress(&id).await);
    let progress = catalog.progress(&id).await;
    let message = progress["problems"][0]["message"].as_str().unwrap();
    assert!(message.contains("could not be stored") && !message.contains("broken"), "{message}");
    let shop = catalog.entity("component:default/shop").await.unwrap();
    let mut tx = catalog.test.db.tenant(catalog.tenant).await.unwrap();
    let (dead, soon): (bool, bool) = sqlx::query_as(
        "select dead, run_at < clock_timestamp() + interval '2 hours' from job
         where tenant_id = $1 and queue = 'catalog.process'",
    )
    .bind(tx.id())
    .fetch_one(tx.conn())
    .await
    .unwrap();
    tx.rollback().await.unwrap();
    assert!(!dead && soon);
    // Its time comes.
    catalog.test.execute_as_admin("alter table entity drop constraint broken").await;
    all_due(&catalog.test, catalog.tenant).await;
    catalog.wait_for("component:default/poison", |_| true).await;
    assert!(catalog.wait(async || catalog.progress(&id).await["state"] == "done").await);
    assert_eq!(catalog.entity("component:default/shop").await.unwrap()["metadata"]["uid"], shop["metadata"]["uid"]);
}
