//! Copies of plugins' schemas: the same in every respect, their own, and proof against writers.

use kernel::TenantId;
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, PgConnection};
use std::str::FromStr as _;
use std::time::Duration;
use store::plugin_copies::{Access, copy, fingerprint, freeze, mark, obstacle, size, thaw, written};
use store::plugins::{SchemaName, drop_schema, ensure_schema};
use testkit::TestDb;
use uuid::Uuid;

const PASSWORD: &str = "0123456789abcdef";
const LIMIT: Duration = Duration::from_secs(30);

/// What knex and people make of Postgres.
const TABLES: &str = r#"
create table team (id serial primary key, name text not null, constraint team_name_unique unique (name));
create table "odd Name" (id bigint generated always as identity primary key, team_id int references team (id),
  doubled int generated always as (2 * 21) stored, at timestamptz not null default now(),
  constraint positive check (team_id > 0));
create index odd_at on "odd Name" (at desc) where team_id is not null;
create sequence counter start 7 increment 3;
create view named as select o.id, t.name from "odd Name" o join team t on t.id = o.team_id;
create table knex_migrations (id serial primary key, name text);
insert into team (name) values ('a'), ('b');
insert into "odd Name" (team_id) values (1), (2), (null);
insert into knex_migrations (name) values ('first');
select nextval('counter'), nextval('counter');
"#;

async fn as_role(url: &str, schema: &SchemaName) -> PgConnection {
    let options = PgConnectOptions::from_str(url).unwrap().username(schema.as_str()).password(PASSWORD);
    PgConnection::connect_with(&options).await.unwrap()
}

async fn run(connection: &mut PgConnection, sql: &'static str) -> Result<(), String> {
    sqlx::raw_sql(sql).execute(connection).await.map(|_| ()).map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_copy_is_the_same_and_its_own() {
    let test = TestDb::new().await;
    let (url, tenant) = (test.admin_url(), TenantId::generate());
    let first = SchemaName::first(tenant, "notes").unwrap();
    let other = SchemaName::copy(tenant, Uuid::now_v7());
    ensure_schema(&url, &first, PASSWORD).await.unwrap();
    let mut old = as_role(&url, &first).await;
    run(&mut old, TABLES).await.unwrap();
    assert_eq!(obstacle(&url, &first).await.unwrap(), None);
    assert!(size(&url, &first).await.unwrap().1 == 3);
    ensure_schema(&url, &other, PASSWORD).await.unwrap();
    copy(&url, &first, &other, Access::Shared, LIMIT).await.unwrap();
    assert_eq!(fingerprint(&url, &first).await.unwrap(), fingerprint(&url, &other).await.unwrap());
    // Both go on from the same numbers, each for itself.
    let mut new = as_role(&url, &other).await;
    for connection in [&mut old, &mut new] {
        let id: i32 = sqlx::query_scalar("insert into team (name) values ('c') returning id")
            .fetch_one(&mut *connection)
            .await
            .unwrap();
        let odd: i64 = sqlx::query_scalar(r#"insert into "odd Name" (team_id) values (3) returning id"#)
            .fetch_one(&mut *connection)
            .await
            .unwrap();
        let next: i64 = sqlx::query_scalar("select nextval('counter')").fetch_one(&mut *connection).await.unwrap();
        assert_eq!((id, odd, next), (3, 4, 13));
        assert!(
            run(connection, "insert into team (name) values ('a')").await.unwrap_err().contains("team_name_unique")
        );
        assert!(run(connection, r#"insert into "odd Name" (team_id) values (99)"#).await.is_err(), "a foreign key");
        let named: i64 = sqlx::query_scalar("select count(*) from named").fetch_one(&mut *connection).await.unwrap();
        assert_eq!(named, 3);
    }
    // A migration may do as it likes with what is the plugin's own, under the names that it knows.
    run(
        &mut new,
        r#"drop index odd_at; alter table team drop constraint team_name_unique; drop table "odd Name" cascade"#,
    )
    .await
    .unwrap();
    assert_ne!(fingerprint(&url, &first).await.unwrap(), fingerprint(&url, &other).await.unwrap());
    drop_schema(&url, &other).await.unwrap();
    drop_schema(&url, &other).await.unwrap();
    let still: i64 = sqlx::query_scalar("select count(*) from team").fetch_one(&mut old).await.unwrap();
    assert_eq!(still, 3);
}

#[tokio::test]
async fn no_row_is_written_that_a_frozen_copy_lacks_and_what_comes_later_is_listed() {
    let test = TestDb::new().await;
    let (url, tenant) = (test.admin_url(), TenantId::generate());
    let first = SchemaName::first(tenant, "notes").unwrap();
    let other = SchemaName::copy(tenant, Uuid::now_v7());
    ensure_schema(&url, &first, PASSWORD).await.unwrap();
    let mut old = as_role(&url, &first).await;
    run(&mut old, "create table note (id serial primary key, text text)").await.unwrap();
    // Somebody who writes all the time: what was acknowledged must be in the copy.
    let (writer_url, writer_schema) = (url.clone(), first.clone());
    #[expect(clippy::disallowed_methods, reason = "a test's own writer")]
    let writer = tokio::spawn(async move {
        let mut connection = as_role(&writer_url, &writer_schema).await;
        let mut acknowledged = 0_i64;
        loop {
            match run(&mut connection, "insert into note (text) values ('x')").await {
                Ok(()) => acknowledged += 1,
                Err(error) => return (acknowledged, error),
            }
        }
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    ensure_schema(&url, &other, PASSWORD).await.unwrap();
    copy(&url, &first, &other, Access::Frozen, LIMIT).await.unwrap();
    let (acknowledged, error) = writer.await.unwrap();
    assert!(error.contains("permission denied"), "{error}");
    let mut new = as_role(&url, &other).await;
    let copied: i64 = sqlx::query_scalar("select count(*) from note").fetch_one(&mut new).await.unwrap();
    assert_eq!(copied, acknowledged);
    let since = mark(&url).await.unwrap();
    run(&mut new, "insert into note (text) values ('later')").await.unwrap();
    run(&mut new, "update note set text = 'changed' where id = 1; delete from note where id = 2").await.unwrap();
    freeze(&url, &other, LIMIT).await.unwrap();
    assert!(run(&mut new, "insert into note (text) values ('too late')").await.is_err());
    let found = written(&url, &other, &first, &since).await.unwrap();
    assert_eq!((found.len(), found[0].rows, found[0].missing), (1, 2, 1));
    let mut ids: Vec<i64> = found[0].keys.iter().filter_map(|key| key["id"].as_i64()).collect();
    ids.sort_unstable();
    assert_eq!((ids.len(), ids[0]), (2, 1));
    thaw(&url, &first).await.unwrap();
    run(&mut old, "insert into note (text) values ('again')").await.unwrap();
}

#[tokio::test]
async fn what_cannot_be_copied_is_named() {
    let test = TestDb::new().await;
    let (url, tenant) = (test.admin_url(), TenantId::generate());
    let schema = SchemaName::first(tenant, "notes").unwrap();
    ensure_schema(&url, &schema, PASSWORD).await.unwrap();
    let mut role = as_role(&url, &schema).await;
    run(&mut role, "create type mood as enum ('sad')").await.unwrap();
    assert_eq!(obstacle(&url, &schema).await.unwrap().as_deref(), Some("type mood"));
    assert!(SchemaName::stored(tenant, "t_other_notes").is_err());
    assert!(SchemaName::stored(TenantId::generate(), schema.as_str()).is_err());
    assert_eq!(SchemaName::stored(tenant, schema.as_str()).unwrap(), schema);
}
