//! Each net holds alone: row security without the predicate, and nothing at all without a policy.

use super::{admin, tables};
use kernel::TenantId;
use sqlx::{AssertSqlSafe, PgConnection, Row as _};
use testkit::TestDb;

/// Puts one row for each tenant into every table, whatever its columns are.
async fn fill(admin: &mut PgConnection, tenants: &[TenantId]) -> Vec<String> {
    let tables = tables(admin).await;
    run(admin, "set session_replication_role = replica").await;
    for table in &tables {
        let checks =
            sqlx::query("select conname::text from pg_constraint where contype = 'c' and conrelid = $1::regclass")
                .bind(table)
                .fetch_all(&mut *admin)
                .await
                .unwrap();
        for check in checks {
            run(admin, &format!("alter table {table} drop constraint {}", check.get::<String, _>(0))).await;
        }
        for tenant in tenants {
            let columns = sqlx::query(
                "select column_name::text, udt_name::text from information_schema.columns
                 where table_schema in ('public', 'text_search') and table_name = $1 and is_generated = 'NEVER'
                   and (column_default is null or column_name = 'tenant_id') and (is_nullable = 'NO')",
            )
            .bind(table)
            .fetch_all(&mut *admin)
            .await
            .unwrap();
            let names: Vec<String> = columns.iter().map(|column| column.get(0)).collect();
            let values: Vec<String> = columns
                .iter()
                .map(|column| value(&column.get::<String, _>(0), &column.get::<String, _>(1), *tenant))
                .collect();
            let sql = format!(
                "insert into {table} ({}) values ({}) on conflict do nothing",
                names.join(", "),
                values.join(", ")
            );
            run(admin, &sql).await;
        }
    }
    run(admin, "set session_replication_role = default").await;
    tables
}

fn value(column: &str, kind: &str, tenant: TenantId) -> String {
    if column == "tenant_id" {
        return format!("'{tenant}'");
    }
    match kind {
        "uuid" => "gen_random_uuid()".into(),
        "text" | "varchar" => "gen_random_uuid()::text".into(),
        "jsonb" | "json" => "'{}'".into(),
        "bytea" => "'\\x00'".into(),
        "timestamptz" => "now()".into(),
        "bool" => "false".into(),
        "int2" | "int4" | "int8" | "numeric" | "float8" => "1".into(),
        "_text" | "_uuid" | "_int4" => "'{}'".into(),
        "tsvector" => "''".into(),
        other => panic!("isolation tests do not know how to fill a column of type {other}"),
    }
}

async fn run(admin: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(admin).await.expect(sql);
}

async fn count(connection: &mut PgConnection, table: &str) -> i64 {
    sqlx::query_scalar(AssertSqlSafe(format!("select count(*) from {table}"))).fetch_one(connection).await.expect(table)
}

#[tokio::test]
async fn a_forgotten_predicate_still_shows_changes_and_deletes_only_the_own_rows() {
    let test = TestDb::new().await;
    let (acme, globex) = (test.tenant("acme").await, test.tenant("globex").await);
    let mut admin = admin(&test).await;
    for table in fill(&mut admin, &[acme, globex]).await {
        let all: i64 = count(&mut admin, &table).await;
        let own: i64 = sqlx::query_scalar(AssertSqlSafe(format!("select count(*) from {table} where tenant_id = $1")))
            .bind(acme.as_uuid())
            .fetch_one(&mut admin)
            .await
            .unwrap();
        assert!(own >= 1 && all > own, "{table} has {own} of {all} rows for the tenant");
        let mut tx = test.db.tenant(acme).await.unwrap();
        assert_eq!(count(tx.conn(), &table).await, own, "{table} shows foreign rows");
        for verb in [format!("update {table} set tenant_id = tenant_id"), format!("delete from {table}")] {
            let mut tx = test.db.tenant(acme).await.unwrap();
            let done = sqlx::query(AssertSqlSafe(verb.clone())).execute(tx.conn()).await;
            match done {
                Ok(done) => assert!(i64::try_from(done.rows_affected()).unwrap() <= own, "{verb} reached foreign rows"),
                Err(error) => assert!(["42501", "23503"].contains(&code(&error).as_str()), "{verb}: {error}"),
            }
        }
    }
}

fn code(error: &sqlx::Error) -> String {
    error.as_database_error().and_then(|cause| cause.code().map(|code| code.to_string())).unwrap_or_default()
}

#[tokio::test]
async fn a_table_whose_policy_was_dropped_shows_nothing() {
    let test = TestDb::new().await;
    let (acme, globex) = (test.tenant("acme").await, test.tenant("globex").await);
    let mut admin = admin(&test).await;
    for table in fill(&mut admin, &[acme, globex]).await {
        let policies = sqlx::query("select policyname::text from pg_policies where tablename = $1")
            .bind(&table)
            .fetch_all(&mut admin)
            .await
            .unwrap();
        for policy in policies {
            run(&mut admin, &format!("drop policy {} on {table}", policy.get::<String, _>(0))).await;
        }
        let mut tx = test.db.tenant(acme).await.unwrap();
        assert_eq!(count(tx.conn(), &table).await, 0, "{table} is open without its policy");
    }
}

#[tokio::test]
async fn a_deleted_organisation_leaves_no_row_and_its_neighbour_loses_none() {
    let test = TestDb::new().await;
    let (acme, globex) = (test.tenant("acme").await, test.tenant("globex").await);
    let mut admin = admin(&test).await;
    let tables = fill(&mut admin, &[acme, globex]).await;
    let mut tx = test.db.tenant(acme).await.unwrap();
    assert!(store::erase_batch(&mut tx, 10).await.is_err(), "an organisation that is open was erased");
    drop(tx);
    let closed = format!("update tenant set status = 'deleted', shredded_at = now() where tenant_id = '{acme}'");
    run(&mut admin, &closed).await;
    run(&mut admin, &format!("delete from tenant_key where tenant_id = '{acme}'")).await;
    for _ in 0..20 {
        let mut tx = test.db.tenant(acme).await.unwrap();
        let gone = store::erase_batch(&mut tx, 10).await.unwrap();
        tx.commit().await.unwrap();
        if gone == 0 {
            break;
        }
    }
    let mut tx = test.db.tenant(acme).await.unwrap();
    let left = store::left_over(&mut tx).await.unwrap();
    assert_eq!(left, Vec::<String>::new());
    for table in tables {
        let rows = format!("select count(*) from {table} where tenant_id = '{globex}'");
        let rows: i64 = sqlx::query_scalar(AssertSqlSafe(rows)).fetch_one(&mut admin).await.unwrap();
        assert!(rows > 0 || table == "tenant_host", "{table} of the neighbour is empty");
    }
}

#[tokio::test]
async fn the_system_door_sees_its_listed_tables_and_no_other() {
    let test = TestDb::new().await;
    let (acme, globex) = (test.tenant("acme").await, test.tenant("globex").await);
    let mut admin = admin(&test).await;
    let listed: Vec<&str> = include_str!("system_tables.txt").lines().filter(|line| !line.starts_with('#')).collect();
    for table in fill(&mut admin, &[acme, globex]).await {
        let mut tx = test.db.system(store::SystemReason::ListTenants).await.unwrap();
        let seen = sqlx::query(AssertSqlSafe(format!("select from {table}"))).fetch_all(tx.conn()).await;
        assert_eq!(seen.is_ok(), listed.contains(&table.as_str()), "{table} at the system door");
    }
}
