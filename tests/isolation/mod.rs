//! Tenants cannot meet: the schema is walked, each net is proven alone, and the pool is poisoned on purpose.

mod nets;
mod pooling;
mod schema;

/// Names in a list that is beside these files.
fn listed(text: &'static str) -> std::collections::BTreeSet<&'static str> {
    text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect()
}

/// Tables that are the platform's own.
fn platform_tables() -> std::collections::BTreeSet<&'static str> {
    listed(include_str!("platform_tables.txt"))
}

/// Tables of organisations, in order of name.
pub(crate) async fn tables(admin: &mut sqlx::PgConnection) -> Vec<String> {
    let all = all_tables(admin).await.into_iter();
    all.filter(|table| !platform_tables().contains(table.as_str())).collect()
}

/// Every table of the application, in order of name.
async fn all_tables(admin: &mut sqlx::PgConnection) -> Vec<String> {
    sqlx::query_scalar(
        "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema')
           and n.nspname not like 'pg_toast%' and c.relname <> '_sqlx_migrations' order by 1",
    )
    .fetch_all(admin)
    .await
    .expect("tables")
}

/// A connection that looks past row-level security.
pub(crate) async fn admin(test: &testkit::TestDb) -> sqlx::PgConnection {
    <sqlx::PgConnection as sqlx::Connection>::connect(&test.admin_url()).await.expect("admin connection")
}
