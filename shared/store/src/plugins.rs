//! Schemas for plugins, in a database of their own, away from every tenant table.
//!
//! One login role and one schema per tenant and plugin. The role can do nothing outside its schema; its password
//! changes at each start of the worker, so an old one is worth nothing.

#![expect(clippy::disallowed_types, reason = "role and schema statements take no binds; both parts are checked")]

use crate::db;
use kernel::{Error, Result, TenantId};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

/// What a worker needs to reach its own schema.
#[derive(Debug, Clone)]
pub struct PluginSchema {
    /// Login role.
    pub role: String,
    /// Its password, valid until the next start of this plugin for this tenant.
    pub password: String,
    /// Schema name; the role's `search_path` is set to it.
    pub schema: String,
}

/// Name of a schema and of the role that owns it; safe to stand in a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaName(String);

impl SchemaName {
    /// The plugin's first schema: `t_<tenant>_<plugin>`, at most 63 bytes.
    ///
    /// # Errors
    /// `Input` when `plugin_id` has characters outside `[a-z0-9-]` or more than 28 of them.
    pub fn first(tenant: TenantId, plugin_id: &str) -> Result<Self> {
        schema_name(tenant, plugin_id).map(Self)
    }

    /// A name for a copy, `t_<tenant>__<number>`: no plugin's id begins with a dash, so it is nobody's first.
    #[must_use]
    pub fn copy(tenant: TenantId, number: uuid::Uuid) -> Self {
        let digits: String = number.simple().to_string().chars().rev().take(16).collect();
        Self(format!("t_{}__{digits}", tenant.as_uuid().simple()))
    }

    /// A name that was stored.
    ///
    /// # Errors
    /// `Internal` when it is not one of this tenant's.
    pub fn stored(tenant: TenantId, name: &str) -> Result<Self> {
        let own = name.strip_prefix(&format!("t_{}_", tenant.as_uuid().simple()));
        let harmless = |rest: &str| rest.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        match own {
            Some(rest) if !rest.is_empty() && rest.len() <= 28 && harmless(rest) => Ok(Self(name.to_owned())),
            _ => Err(Error::internal("a plugin's schema has another tenant's name")),
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for SchemaName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Makes (or finds) the schema and its role and gives the role the new `password`.
///
/// # Errors
/// `Input` when `password` has characters other than ASCII alphanumerics; `Unavailable` when the database does not answer.
pub async fn ensure_schema(admin_url: &str, name: &SchemaName, password: &str) -> Result<PluginSchema> {
    if password.len() < 16 || !password.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err(Error::input("A plugin role's password must be at least 16 ASCII letters and digits"));
    }
    let mut connection = PgConnection::connect(admin_url).await.map_err(db)?;
    let statements = [
        // Statements about roles and the public schema fail when two run at once, whichever process they are of.
        "select pg_advisory_lock(hashtextextended('plugin schemas', 0))".to_owned(),
        "revoke all on schema public from public".to_owned(),
        format!(
            "do $$ begin create role {name} login nosuperuser nocreatedb nocreaterole nobypassrls connection limit 10; \
             exception when duplicate_object or unique_violation then null; end $$"
        ),
        format!("alter role {name} password '{password}'"),
        format!("alter role {name} set search_path = {name}"),
        format!("alter role {name} set statement_timeout = '30s'"),
        format!("grant {name} to current_user"),
        format!("create schema if not exists {name} authorization {name}"),
    ];
    for statement in statements {
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await.map_err(db)?;
    }
    connection.close().await.map_err(db)?;
    Ok(PluginSchema { role: name.to_string(), password: password.to_owned(), schema: name.to_string() })
}

/// Drops one schema with its role.
///
/// # Errors
/// `Unavailable` when the database does not answer.
pub async fn drop_schema(admin_url: &str, name: &SchemaName) -> Result<()> {
    let mut connection = PgConnection::connect(admin_url).await.map_err(db)?;
    let statement = format!(
        "select pg_terminate_backend(pid) from pg_stat_activity where usename = '{name}'; \
         drop schema if exists {name} cascade; \
         do $$ begin if exists (select from pg_roles where rolname = '{name}') then \
           drop owned by {name} cascade; drop role {name}; end if; end $$"
    );
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await.map_err(db)?;
    connection.close().await.map_err(db)
}

/// Drops every schema and role that plugins of the tenant have; how many schemas there were.
///
/// # Errors
/// `Unavailable` when the database does not answer.
pub async fn drop_schemas(admin_url: &str, tenant: TenantId) -> Result<usize> {
    let mut connection = PgConnection::connect(admin_url).await.map_err(db)?;
    let prefix = format!("t_{}_", tenant.as_uuid().simple());
    let list = |statement: &'static str| sqlx::query_scalar::<sqlx::Postgres, String>(statement).bind(prefix.clone());
    let schemas = list("select quote_ident(nspname) from pg_namespace where starts_with(nspname::text, $1)");
    let schemas = schemas.fetch_all(&mut connection).await.map_err(db)?;
    for schema in &schemas {
        let statement = format!("drop schema if exists {schema} cascade");
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await.map_err(db)?;
    }
    let roles = list("select quote_ident(rolname) from pg_roles where starts_with(rolname::text, $1)");
    for role in roles.fetch_all(&mut connection).await.map_err(db)? {
        let statement = format!("drop owned by {role} cascade; drop role if exists {role}");
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await.map_err(db)?;
    }
    connection.close().await.map_err(db)?;
    Ok(schemas.len())
}

/// Checks what stands in statements.
fn schema_name(tenant: TenantId, plugin_id: &str) -> Result<String> {
    let valid = !plugin_id.is_empty()
        && plugin_id.len() <= 28
        && plugin_id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !valid {
        return Err(Error::input(format!(
            "Plugin id \"{plugin_id}\" must be 1 to 28 lower-case letters, digits and dashes"
        )));
    }
    Ok(format!("t_{}_{}", tenant.as_uuid().simple(), plugin_id.replace('-', "_")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_id_that_could_break_out_of_a_statement_is_refused() {
        for id in ["", "a;drop", "a b", "A", "a\"b", "ä", &"x".repeat(29)] {
            assert!(schema_name(TenantId::generate(), id).is_err(), "{id:?} was accepted");
        }
        let name = schema_name(TenantId::generate(), &"x".repeat(28)).unwrap_or_default();
        assert_eq!(name.len(), 63);
    }
}
