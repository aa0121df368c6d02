//! One database per test, cloned from a migrated template.

use crate::postgres::admin_url;
use kernel::TenantId;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use store::{Db, DbOptions, KeyEncryptionKey, Roles, bootstrap, migrate};
use tokio::sync::OnceCell;
use uuid::Uuid;

const PASSWORD: &str = "testpassword1234";

/// The platform's key in tests.
#[must_use]
pub fn kek() -> KeyEncryptionKey {
    KeyEncryptionKey::new([42; 32])
}

/// A migrated database of its own, with the product's two doors.
#[derive(Debug, Clone)]
pub struct TestDb {
    /// The doors.
    pub db: Db,
    name: String,
}

impl TestDb {
    /// Clones the template. The first call of a process makes the template.
    pub async fn new() -> Self {
        let template = template().await;
        let name = format!("t_{}", Uuid::now_v7().simple());
        admin_execute("postgres", &format!("create database {name} template {template}")).await;
        let db = Db::connect(&Self::options(&name), kek()).expect("URLs are well formed");
        Self { db, name }
    }

    fn options(name: &str) -> DbOptions {
        let host = admin_url().rsplit_once('@').map_or("", |(_, host)| host);
        let url = |role: &str| format!("postgres://{role}:{PASSWORD}@{host}/{name}");
        DbOptions { app_connections: 8, ..DbOptions::new(url("proscenium_app"), url("proscenium_system")) }
    }

    /// URL of the tenant door's role, for tests that need a connection of their own.
    #[must_use]
    pub fn app_url(&self) -> String {
        Self::options(&self.name).app_url
    }

    /// URL of the system door's role.
    #[must_use]
    pub fn system_url(&self) -> String {
        Self::options(&self.name).system_url
    }

    /// Superuser URL of this database: looks past row-level security.
    #[must_use]
    pub fn admin_url(&self) -> String {
        format!("{}/{}", admin_url(), self.name)
    }

    /// `host:port` of the test cluster.
    #[must_use]
    pub fn admin_url_host(&self) -> &'static str {
        admin_url().rsplit_once('@').map_or("", |(_, host)| host)
    }

    /// The database's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Runs a statement as superuser, for tests that break something on purpose.
    pub async fn execute_as_admin(&self, sql: &str) {
        admin_execute(&self.name, sql).await;
    }

    /// An organisation with this address, made directly in the tables.
    pub async fn tenant(&self, slug: &str) -> TenantId {
        let tenant = TenantId::generate();
        let mut tx = self.db.tenant(tenant).await.expect("tenant transaction");
        sqlx::query("insert into tenant (tenant_id, slug, name) values ($1, $2, $2)")
            .bind(tenant.as_uuid())
            .bind(slug)
            .execute(tx.conn())
            .await
            .expect("tenant row");
        tx.commit().await.expect("commit");
        tenant
    }

    /// How many audit rows the tenant has.
    pub async fn audit_rows(&self, tenant: TenantId) -> usize {
        let mut tx = self.db.tenant(tenant).await.expect("tenant transaction");
        store::audit_page(&mut tx, None, 10_000).await.expect("audit rows").len()
    }
}

/// The migrated template. It is made by whichever test comes first.
async fn template() -> &'static str {
    static TEMPLATE: OnceCell<String> = OnceCell::const_new();
    TEMPLATE
        .get_or_init(|| async {
            let name = format!("template_{}", Uuid::now_v7().simple());
            admin_execute("postgres", &format!("create database {name}")).await;
            let url = format!("{}/{name}", admin_url());
            let roles = Roles { app_password: PASSWORD.to_owned(), system_password: PASSWORD.to_owned() };
            bootstrap(&url, &roles).await.expect("bootstrap");
            migrate(&url).await.expect("migrations");
            name
        })
        .await
}

async fn admin_execute(database: &str, sql: &str) {
    let url = format!("{}/{database}", admin_url());
    let mut connection = connect(&url).await;
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.expect(sql);
    connection.close().await.expect("close");
}

/// A server that has just begun to listen may still say that it is starting up.
async fn connect(url: &str) -> PgConnection {
    for _ in 0..100 {
        match PgConnection::connect(url).await {
            Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("57P03") => {
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
            connected => return connected.expect("admin connection"),
        }
    }
    panic!("Postgres is starting up for ever");
}
