//! Makes the database roles, once per cluster, outside the migrations.
//!
//! Roles: `proscenium_owner` (no login; owns every table), `proscenium_app` (login; the tenant door),
//! `proscenium_system` (login; policies on four tables only), `proscenium_text` (no login; owns the schema
//! `text_search`, whose functions look at the search table alone). None is superuser or bypasses row security.

#![expect(
    clippy::disallowed_types,
    reason = "role statements take no binds; names are constants and passwords are checked"
)]

use crate::db;
use kernel::{Error, Result};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

/// The login roles' passwords.
#[derive(Debug, Clone)]
pub struct Roles {
    /// Password of `proscenium_app`: letters and digits only.
    pub app_password: String,
    /// Password of `proscenium_system`: letters and digits only.
    pub system_password: String,
}

/// The statements of the bootstrap step, for an operator whose database does not let us run them.
#[derive(Debug, Clone)]
pub struct BootstrapPlan {
    /// Statements in order.
    pub statements: Vec<String>,
}

impl std::fmt::Display for BootstrapPlan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.statements.iter().try_for_each(|statement| writeln!(f, "{statement};"))
    }
}

const ROLES: [(&str, bool); 4] =
    [("proscenium_owner", false), ("proscenium_app", true), ("proscenium_system", true), ("proscenium_text", false)];

impl BootstrapPlan {
    /// What has to be run by a role that may create roles.
    ///
    /// # Errors
    /// `Input` when a password has characters other than ASCII letters and digits.
    pub fn new(roles: &Roles) -> Result<Self> {
        let mut statements = Vec::new();
        for (role, login) in ROLES {
            let login_word = if login { "login" } else { "nologin" };
            statements.push(format!(
                "do $$ begin create role {role} {login_word} nosuperuser nocreatedb nocreaterole nobypassrls; \
                 exception when duplicate_object or unique_violation then null; end $$"
            ));
        }
        // Data of tenants are so unlike that one plan for all suits none; the system's statements range over all of them.
        let plans = [
            ("proscenium_app", &roles.app_password, "force_custom_plan"),
            ("proscenium_system", &roles.system_password, "auto"),
        ];
        for (role, password, plan_cache_mode) in plans {
            if password.is_empty() || !password.bytes().all(|b| b.is_ascii_alphanumeric()) {
                return Err(Error::input(format!("The password of {role} must be ASCII letters and digits")));
            }
            statements.push(format!("alter role {role} password '{password}'"));
            statements.push(format!("alter role {role} set plan_cache_mode = {plan_cache_mode}"));
            for setting in ["jit = off", "statement_timeout = '30s'", "idle_in_transaction_session_timeout = '60s'"] {
                statements.push(format!("alter role {role} set {setting}"));
            }
        }
        statements.extend(
            [
                "grant proscenium_owner, proscenium_text to current_user",
                "grant proscenium_text to proscenium_owner",
                "grant create, usage on schema public to proscenium_owner",
                "grant usage on schema public to proscenium_app, proscenium_system, proscenium_text",
                "create schema if not exists text_search authorization proscenium_text",
                "grant usage on schema text_search to proscenium_app",
            ]
            .map(str::to_owned),
        );
        Ok(Self { statements })
    }
}

/// Runs the plan; safe to run again.
///
/// # Errors
/// `Unavailable` when the database does not answer; `Input`, naming the SQL for the database administrator, when the
/// connecting role may not create roles.
pub async fn bootstrap(admin_url: &str, roles: &Roles) -> Result<()> {
    let plan = BootstrapPlan::new(roles)?;
    let mut connection = PgConnection::connect(admin_url).await.map_err(db)?;
    if may_not_create_roles(&mut connection).await? && was_done_for_us(&mut connection).await? {
        return connection.close().await.map_err(db);
    }
    for statement in &plan.statements {
        if let Err(error) = sqlx::raw_sql(AssertSqlSafe(statement.clone())).execute(&mut connection).await {
            let refused = matches!(&error, sqlx::Error::Database(cause) if cause.code().as_deref() == Some("42501"));
            return Err(if refused {
                Error::input(format!(
                    "The database role of database.url may not create roles. Have an administrator run:\n{plan}"
                ))
                .with_source(error)
            } else {
                db(error)
            });
        }
    }
    connection.close().await.map_err(db)
}

async fn may_not_create_roles(connection: &mut PgConnection) -> Result<bool> {
    sqlx::query_scalar("select not (rolsuper or rolcreaterole) from pg_roles where rolname = current_user")
        .fetch_one(connection)
        .await
        .map_err(db)
}

/// Whether an administrator has run the plan: every role is there, we may act as the owner, and the schema exists.
async fn was_done_for_us(connection: &mut PgConnection) -> Result<bool> {
    let roles: Vec<&str> = ROLES.iter().map(|(role, _)| *role).collect();
    let made: bool = sqlx::query_scalar(
        "select (select count(*) from pg_roles where rolname = any($1)) = $2
           and exists (select from pg_namespace where nspname = 'text_search')",
    )
    .bind(&roles)
    .bind(i64::try_from(roles.len()).unwrap_or(i64::MAX))
    .fetch_one(&mut *connection)
    .await
    .map_err(db)?;
    if !made {
        return Ok(false);
    }
    sqlx::query_scalar("select pg_has_role(current_user, 'proscenium_owner', 'member')")
        .fetch_one(connection)
        .await
        .map_err(db)
}

/// Makes a database where it is missing. `name` is one of our own constants.
///
/// # Errors
/// `Unavailable` when the database does not answer; `Internal` when the role may not create databases.
pub async fn ensure_database(admin_url: &str, name: &'static str) -> Result<()> {
    let mut connection = PgConnection::connect(admin_url).await.map_err(db)?;
    let there: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(name)
        .fetch_one(&mut connection)
        .await
        .map_err(db)?;
    if !there {
        let statement = format!("create database {name}");
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await.map_err(db)?;
    }
    connection.close().await.map_err(db)
}
