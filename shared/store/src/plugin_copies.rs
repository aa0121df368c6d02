//! Copies of plugins' schemas: made when a version comes with new migrations, so that the former data stays as it was.
//!
//! A copy is one transaction that sees one state. When it is to become the live one, writers of the former are waited for
//! and then lose the right to write, within the same transaction: no row can be written that the copy lacks.

#![expect(clippy::disallowed_types, reason = "schemas and definitions take no binds; names come checked or quoted")]

use crate::db;
use crate::plugins::SchemaName;
use kernel::{Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};
use std::time::Duration;

/// Keys that are listed of one table.
const LISTED: i64 = 1_000;

/// Rows that a version wrote into a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Written {
    /// The table.
    pub table: String,
    /// Rows inserted or changed.
    pub rows: i64,
    /// Rows that the former schema has and this one has not: deleted by the version, or by its migrations.
    pub missing: i64,
    /// Primary keys of the rows, or whole rows where there is none; the first thousand.
    pub keys: Vec<Value>,
}

/// What becomes of those who write while a copy is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Writers go on.
    Shared,
    /// Writers are waited for, and cannot write any more afterwards.
    Frozen,
}

/// Length of all the schema's tables and indexes in bytes, and how many tables there are.
///
/// # Errors
/// Those of the database.
pub async fn size(admin_url: &str, schema: &SchemaName) -> Result<(u64, u64)> {
    let mut connection = connect(admin_url).await?;
    let row = sqlx::query(
        "select coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint, count(*)
         from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relkind in ('r', 'p')",
    )
    .bind(schema.as_str())
    .fetch_one(&mut connection)
    .await
    .map_err(db)?;
    connection.close().await.map_err(db)?;
    let number = |at: usize| u64::try_from(row.get::<i64, _>(at)).unwrap_or(0);
    Ok((number(0), number(1)))
}

/// What of the schema cannot be copied, in words; `None` when all can.
///
/// # Errors
/// Those of the database.
pub async fn obstacle(admin_url: &str, schema: &SchemaName) -> Result<Option<String>> {
    let mut connection = connect(admin_url).await?;
    let found = sqlx::query_scalar(
        "select what || ' ' || name from (
           select case relkind when 'p' then 'partitioned table' when 'm' then 'materialized view' else 'foreign table' end
             as what, relname::text as name
           from pg_class where relnamespace = $1::text::regnamespace and relkind in ('p', 'm', 'f')
           union all select 'function', proname::text from pg_proc where pronamespace = $1::text::regnamespace
           union all select 'trigger', tgname::text from pg_trigger t join pg_class c on c.oid = t.tgrelid
             where c.relnamespace = $1::text::regnamespace and not tgisinternal
           union all select 'type', typname::text from pg_type t
             where typnamespace = $1::text::regnamespace and typtype in ('e', 'd', 'r')
           union all select 'rule', rulename::text from pg_rewrite r join pg_class c on c.oid = r.ev_class
             where c.relnamespace = $1::text::regnamespace and rulename <> '_RETURN'
           union all select 'policy', polname::text from pg_policy p join pg_class c on c.oid = p.polrelid
             where c.relnamespace = $1::text::regnamespace
           union all select 'inheritance of', c.relname::text from pg_inherits i join pg_class c on c.oid = i.inhrelid
             where c.relnamespace = $1::text::regnamespace and c.relkind = 'r'
         ) found limit 1",
    )
    .bind(schema.as_str())
    .fetch_optional(&mut connection)
    .await
    .map_err(db)?;
    connection.close().await.map_err(db)?;
    Ok(found)
}

/// Copies `from` into the empty schema `to`, whose role owns everything in it, within `limit`.
///
/// # Errors
/// `Unavailable` when it takes longer, or the database does not answer; the copy is then not there, and `from` as it was.
pub async fn copy(admin_url: &str, from: &SchemaName, to: &SchemaName, access: Access, limit: Duration) -> Result<()> {
    let mut connection = connect(admin_url).await?;
    let copied = tokio::time::timeout(limit, copy_in(&mut connection, from, to, access, limit)).await;
    let late = || Error::unavailable(format!("Copying the plugin's data took longer than {} ms.", limit.as_millis()));
    match copied {
        Ok(Ok(())) => connection.close().await.map_err(db),
        Ok(Err(error)) => Err(if error.message.contains("timeout") { late() } else { error }),
        Err(_) => Err(late()),
    }
}

async fn copy_in(
    connection: &mut PgConnection,
    from: &SchemaName,
    to: &SchemaName,
    access: Access,
    limit: Duration,
) -> Result<()> {
    let tables = names(connection, from, "r").await?;
    run(connection, "begin isolation level repeatable read".to_owned()).await?;
    run(connection, format!("set local statement_timeout = {}", limit.as_millis().max(1))).await?;
    if access == Access::Frozen && !tables.is_empty() {
        let all: Vec<String> = tables.iter().map(|table| format!("{from}.{table}")).collect();
        run(connection, format!("lock table {} in share mode", all.join(", "))).await?;
    }
    for table in &tables {
        run(
            connection,
            format!(
                "create table {to}.{table} (like {from}.{table} including defaults including generated including \
                 identity including storage including comments including constraints)"
            ),
        )
        .await?;
    }
    // Written as the former schema sees itself, so without its name, and executed as the copy sees itself.
    run(connection, format!("set local search_path = {from}")).await?;
    let sequences = list(connection, SEQUENCES, from).await?;
    let defaults = list(connection, DEFAULTS, from).await?;
    let owned = list(connection, OWNED_SEQUENCES, from).await?;
    let copies = list(connection, DATA, from).await?;
    let keys = list(connection, KEYS, from).await?;
    let indexes = list(connection, INDEXES, from).await?;
    let references = list(connection, REFERENCES, from).await?;
    let views = list(connection, VIEWS, from).await?;
    let places = list(connection, IDENTITIES, from).await?;
    run(connection, format!("set local search_path = {to}")).await?;
    let from_name = from.to_string();
    let data = copies.into_iter().map(|statement| statement.replace("{from}", &from_name));
    let statements = sequences.into_iter().chain(defaults).chain(owned).chain(data);
    for statement in statements.chain(places).chain(keys).chain(indexes).chain(references).chain(views) {
        run(connection, statement).await?;
    }
    for (kind, what) in [("r", "table"), ("v", "view"), ("S", "sequence")] {
        for name in names(connection, to, kind).await? {
            // A sequence that belongs to a column goes with its table.
            if what != "sequence" || !is_owned(connection, to, &name).await? {
                run(connection, format!("alter {what} {to}.{name} owner to {to}")).await?;
            }
        }
    }
    if access == Access::Frozen {
        run(connection, frozen(from)).await?;
    }
    run(connection, "commit".to_owned()).await
}

/// `create sequence` and its position, for those that are not an identity's.
const SEQUENCES: &str =
    "select format('create sequence %I as %s increment %s minvalue %s maxvalue %s start %s cache %s %s;
     select setval(%L, %s, %L)', s.sequencename, s.data_type, s.increment_by, s.min_value, s.max_value, s.start_value,
     s.cache_size, case when s.cycle then 'cycle' else '' end, quote_ident(s.sequencename),
     coalesce(s.last_value, s.start_value), s.last_value is not null)
   from pg_sequences s join pg_class c on c.relname = s.sequencename and c.relnamespace = $1::text::regnamespace
   where s.schemaname = $1 and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'i'
     and d.classid = 'pg_class'::regclass)";

const DEFAULTS: &str = "select format('alter table %I alter column %I set default %s', c.relname, a.attname,
     pg_get_expr(d.adbin, d.adrelid))
   from pg_attrdef d join pg_class c on c.oid = d.adrelid join pg_attribute a on a.attrelid = c.oid and a.attnum = d.adnum
   where c.relnamespace = $1::text::regnamespace and c.relkind = 'r' and a.attgenerated = ''";

const OWNED_SEQUENCES: &str = "select format('alter sequence %I owned by %I.%I', s.relname, t.relname, a.attname)
   from pg_depend d join pg_class s on s.oid = d.objid and s.relkind = 'S' join pg_class t on t.oid = d.refobjid
   join pg_attribute a on a.attrelid = t.oid and a.attnum = d.refobjsubid
   where s.relnamespace = $1::text::regnamespace and d.deptype = 'a' and d.classid = 'pg_class'::regclass";

const DATA: &str = "select format('insert into %I (%s) overriding system value select %s from {from}.%I', c.relname,
     string_agg(quote_ident(a.attname), ', ' order by a.attnum), string_agg(quote_ident(a.attname), ', ' order by a.attnum),
     c.relname)
   from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     and a.attgenerated = ''
   where c.relnamespace = $1::text::regnamespace and c.relkind = 'r' group by c.relname";

/// The position of identities.
const IDENTITIES: &str =
    "select format('select setval(pg_get_serial_sequence(%L, %L), %s, %L)', quote_ident(t.relname),
     a.attname, coalesce(q.last_value, q.start_value), q.last_value is not null)
   from pg_depend d join pg_class s on s.oid = d.objid and s.relkind = 'S' join pg_class t on t.oid = d.refobjid
   join pg_attribute a on a.attrelid = t.oid and a.attnum = d.refobjsubid
   join pg_sequences q on q.schemaname = $1 and q.sequencename = s.relname
   where s.relnamespace = $1::text::regnamespace and d.deptype = 'i' and d.classid = 'pg_class'::regclass";

const KEYS: &str =
    "select format('alter table %I add constraint %I %s', t.relname, c.conname, pg_get_constraintdef(c.oid))
   from pg_constraint c join pg_class t on t.oid = c.conrelid
   where t.relnamespace = $1::text::regnamespace and t.relkind = 'r' and c.contype in ('p', 'u', 'x')";

const INDEXES: &str =
    "select pg_get_indexdef(x.indexrelid, 0, true) from pg_index x join pg_class t on t.oid = x.indrelid
   where t.relnamespace = $1::text::regnamespace and t.relkind = 'r'
     and not exists (select from pg_constraint c where c.conindid = x.indexrelid and c.contype in ('p', 'u', 'x'))";

const REFERENCES: &str = "select format('alter table %I add constraint %I %s', t.relname, c.conname,
     pg_get_constraintdef(c.oid))
   from pg_constraint c join pg_class t on t.oid = c.conrelid
   where t.relnamespace = $1::text::regnamespace and t.relkind = 'r' and c.contype = 'f'";

const VIEWS: &str = "select format('create view %I as %s', relname, pg_get_viewdef(oid)) from pg_class
   where relnamespace = $1::text::regnamespace and relkind = 'v' order by oid";

/// Takes the right to write away from the plugin.
fn frozen(schema: &SchemaName) -> String {
    format!("revoke insert, update, delete, truncate on all tables in schema {schema} from {schema}")
}

/// Takes the right to write away, after those who are writing have ended.
///
/// # Errors
/// Those of the database.
pub async fn freeze(admin_url: &str, schema: &SchemaName, limit: Duration) -> Result<()> {
    let mut connection = connect(admin_url).await?;
    let tables = names(&mut connection, schema, "r").await?;
    let all: Vec<String> = tables.iter().map(|table| format!("{schema}.{table}")).collect();
    run(&mut connection, "begin".to_owned()).await?;
    run(&mut connection, format!("set local statement_timeout = {}", limit.as_millis().max(1))).await?;
    if !all.is_empty() {
        run(&mut connection, format!("lock table {} in share mode", all.join(", "))).await?;
    }
    run(&mut connection, frozen(schema)).await?;
    run(&mut connection, "commit".to_owned()).await?;
    connection.close().await.map_err(db)
}

/// Gives the right to write back.
///
/// # Errors
/// Those of the database.
pub async fn thaw(admin_url: &str, schema: &SchemaName) -> Result<()> {
    let mut connection = connect(admin_url).await?;
    let statement = format!("grant insert, update, delete, truncate on all tables in schema {schema} to {schema}");
    run(&mut connection, statement).await?;
    connection.close().await.map_err(db)
}

/// What the schema is made of, its migrations included, in words that are the same for a copy.
///
/// # Errors
/// Those of the database.
pub async fn fingerprint(admin_url: &str, schema: &SchemaName) -> Result<String> {
    let mut connection = connect(admin_url).await?;
    run(&mut connection, format!("set search_path = {schema}")).await?;
    let mut lines = list(
        &mut connection,
        "select concat_ws(' ', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
           pg_get_expr(d.adbin, d.adrelid))
         from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
         left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
         where c.relnamespace = $1::text::regnamespace and c.relkind in ('r', 'v')
         order by c.relname, a.attname",
        schema,
    )
    .await?;
    for statement in [KEYS, INDEXES, REFERENCES, VIEWS] {
        let mut more = list(&mut connection, statement, schema).await?;
        more.sort();
        lines.extend(more);
    }
    for table in names(&mut connection, schema, "r").await? {
        if table.contains("migrations") && !table.contains("lock") {
            let rows = sqlx::query_scalar::<_, i64>(AssertSqlSafe(format!("select count(*) from {schema}.{table}")));
            lines.push(format!("{table}: {}", rows.fetch_one(&mut connection).await.map_err(db)?));
        }
    }
    connection.close().await.map_err(db)?;
    Ok(lines.join("\n"))
}

/// The server's transaction number now: rows with a later one were written after this call.
///
/// # Errors
/// Those of the database.
pub async fn mark(admin_url: &str) -> Result<String> {
    let mut connection = connect(admin_url).await?;
    let mark = sqlx::query_scalar("select pg_current_xact_id()::xid::text");
    let mark = mark.fetch_one(&mut connection).await.map_err(db)?;
    connection.close().await.map_err(db)?;
    Ok(mark)
}

/// What was written into `schema` since `mark`, table by table; `former` is what it was copied from.
///
/// # Errors
/// Those of the database.
pub async fn written(admin_url: &str, schema: &SchemaName, former: &SchemaName, mark: &str) -> Result<Vec<Written>> {
    if mark.is_empty() || !mark.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(Error::internal("a transaction's number is no number"));
    }
    let mut connection = connect(admin_url).await?;
    let former_tables = names(&mut connection, former, "r").await?;
    let mut found = Vec::new();
    for table in names(&mut connection, schema, "r").await? {
        let key = primary_key(&mut connection, schema, &table).await?;
        let object = match key.as_slice() {
            [] => "to_jsonb(t)".to_owned(),
            columns => {
                let pairs: Vec<String> =
                    columns.iter().map(|column| format!("'{}', t.{column}", column.replace('\'', "''"))).collect();
                format!("jsonb_build_object({})", pairs.join(", "))
            }
        };
        let since = format!("from {schema}.{table} t where age(t.xmin) < age('{mark}'::xid)");
        let rows = sqlx::query_scalar(AssertSqlSafe(format!("select count(*) {since}")));
        let rows: i64 = rows.fetch_one(&mut connection).await.map_err(db)?;
        let keys = sqlx::query_scalar(AssertSqlSafe(format!("select {object} {since} limit {LISTED}")));
        let keys: Vec<Value> = keys.fetch_all(&mut connection).await.map_err(db)?;
        let mut missing = 0;
        if former_tables.contains(&table)
            && !key.is_empty()
            && primary_key(&mut connection, former, &table).await? == key
        {
            let columns = key.join(", ");
            let gone = format!(
                "select count(*) from (select {columns} from {former}.{table} except select {columns} from \
                 {schema}.{table}) gone"
            );
            missing = sqlx::query_scalar(AssertSqlSafe(gone)).fetch_one(&mut connection).await.map_err(db)?;
        }
        if rows > 0 || missing > 0 {
            found.push(Written { table, rows, missing, keys });
        }
    }
    connection.close().await.map_err(db)?;
    Ok(found)
}

async fn primary_key(connection: &mut PgConnection, schema: &SchemaName, table: &str) -> Result<Vec<String>> {
    sqlx::query_scalar(
        "select quote_ident(a.attname) from pg_index x
         join pg_class c on c.oid = x.indrelid join pg_attribute a on a.attrelid = c.oid and a.attnum = any (x.indkey)
         where c.relnamespace = $1::text::regnamespace and quote_ident(c.relname) = $2 and x.indisprimary order by a.attnum",
    )
    .bind(schema.as_str())
    .bind(table)
    .fetch_all(connection)
    .await
    .map_err(db)
}

/// Quoted names of the schema's tables (`r`), views (`v`) or sequences (`S`).
async fn names(connection: &mut PgConnection, schema: &SchemaName, kind: &str) -> Result<Vec<String>> {
    sqlx::query_scalar(
        "select quote_ident(c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = $1 and c.relkind::text = $2 order by c.relname",
    )
    .bind(schema.as_str())
    .bind(kind)
    .fetch_all(connection)
    .await
    .map_err(db)
}

async fn is_owned(connection: &mut PgConnection, schema: &SchemaName, sequence: &str) -> Result<bool> {
    sqlx::query_scalar(
        "select exists (select from pg_depend d join pg_class s on s.oid = d.objid and s.relkind = 'S'
         where s.relnamespace = $1::text::regnamespace and quote_ident(s.relname) = $2 and d.deptype in ('a', 'i')
           and d.classid = 'pg_class'::regclass)",
    )
    .bind(schema.as_str())
    .bind(sequence)
    .fetch_one(connection)
    .await
    .map_err(db)
}

async fn list(connection: &mut PgConnection, statement: &'static str, schema: &SchemaName) -> Result<Vec<String>> {
    sqlx::query_scalar(statement).bind(schema.as_str()).fetch_all(connection).await.map_err(db)
}

async fn run(connection: &mut PgConnection, statement: String) -> Result<()> {
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(connection).await.map_err(db)?;
    Ok(())
}

async fn connect(admin_url: &str) -> Result<PgConnection> {
    PgConnection::connect(admin_url).await.map_err(db)
}
