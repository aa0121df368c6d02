//! An organisation with one administrator, and requests by whom one likes.

use crate::post::PostOffice;
use axum::Router;
use axum::http::Method;
use http_shell::{Caller, ServiceClient};
use kernel::{FixedClock, Grants, Principal, SignedInBy, TenantId, User};
use runtime::Tasks;
use runtime::bus::Bus;
use runtime::mail::Mailer;
use serde_json::Value;
use std::sync::Arc;
use tenant_admin::{Config, CreatedTenant, Ground, NewTenant, TenantAdmin};
use testkit::{Reply, TestDb, key, request};
use time::OffsetDateTime;
use uuid::Uuid;

pub const PASSWORD: &str = "tulip-bronze-canoe";
pub const BASE: &str = "/api/tenant-admin/v1";

pub struct Bench {
    pub router: Router,
    pub db: TestDb,
    pub state: TenantAdmin,
    pub clock: Arc<FixedClock>,
}

/// An organisation and a member of it who asks.
pub struct Org {
    pub tenant: TenantId,
    pub admin: Caller,
    pub admin_id: Uuid,
}

impl Bench {
    pub async fn start() -> Self {
        Self::with(|_| ()).await
    }

    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        Self::on(change, Ground::alone().unwrap(), None).await
    }

    /// One that sends its mails to this post office.
    pub async fn with_post(post: &PostOffice) -> Self {
        let mailer = Mailer::new(&post.settings()).unwrap();
        Self::on(|_| (), Ground { mailer, ..Ground::alone().unwrap() }, None).await
    }

    /// One that reaches these other services.
    pub async fn beside(services: ServiceClient) -> Self {
        Self::on(|_| (), Ground::alone().unwrap(), Some(services)).await
    }

    pub async fn on(change: impl FnOnce(&mut Config), ground: Ground, services: Option<ServiceClient>) -> Self {
        let db = TestDb::new().await;
        let clock = Arc::new(FixedClock::at(OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap()));
        let mut config = Config::new("localhost:7007", false);
        change(&mut config);
        let bus = Bus::start(None, &Tasks::new()).unwrap();
        let mut state = TenantAdmin::new(config, db.db.clone(), clock.clone(), bus, ground);
        state.services = services;
        tenant_admin::jobs::send_mails(&state, &state.ground.tasks);
        let router = tenant_admin::routes().build(state.clone(), &key()).router;
        Self { router, db, state, clock }
    }

    pub async fn created(&self, slug: &str) -> CreatedTenant {
        let new = NewTenant {
            slug: slug.to_owned(),
            name: slug.to_owned(),
            admin_email: format!("jane@{slug}.example"),
            admin_name: Some("Jane".to_owned()),
            user_ref: None,
            plan: "internal".to_owned(),
        };
        tenant_admin::create_tenant(&self.state, new).await.unwrap()
    }

    pub async fn org(&self, slug: &str) -> Org {
        let tenant = self.created(slug).await.tenant.id;
        let admin_id = self.member_ids(tenant).await[0];
        Org { tenant, admin: person(tenant, admin_id, "admin"), admin_id }
    }

    pub async fn member_ids(&self, tenant: TenantId) -> Vec<Uuid> {
        let list = self.call(&service(tenant), Method::GET, "/members", None).await.json();
        list["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| serde_json::from_value(item["id"].clone()).unwrap())
            .collect()
    }

    pub async fn call(&self, by: &Caller, method: Method, path: &str, body: Option<Value>) -> Reply {
        request(&self.router, Some(by), method, &format!("{BASE}{path}"), body).await
    }

    /// Puts bytes that are no JSON.
    pub async fn upload(&self, by: &Caller, path: &str, bytes: &[u8]) -> Reply {
        let token = key().issue(Some(by.tenant), &by.principal).unwrap();
        let request = axum::http::Request::put(format!("{BASE}{path}")).header(http_shell::TOKEN_HEADER, token);
        testkit::send(&self.router, request.body(axum::body::Body::from(bytes.to_vec())).unwrap()).await
    }

    pub async fn get(&self, by: &Caller, path: &str) -> Reply {
        self.call(by, Method::GET, path, None).await
    }

    pub async fn post(&self, by: &Caller, path: &str, body: Value) -> Reply {
        self.call(by, Method::POST, path, Some(body)).await
    }

    /// Asks as a stranger at the organisation's own host.
    pub async fn stranger(&self, tenant: TenantId, method: Method, path: &str, body: Option<Value>) -> Reply {
        let nobody = Caller { tenant, principal: Principal::Nobody };
        self.call(&nobody, method, path, body).await
    }

    /// The newest audit row as (actor, action, target).
    pub async fn last_audit(&self, tenant: TenantId) -> (String, String, String) {
        let mut tx = self.db.db.tenant(tenant).await.unwrap();
        let row = store::audit_page(&mut tx, None, 1).await.unwrap().pop().expect("an audit row");
        (row.actor, row.action, row.target)
    }
}

fn service(tenant: TenantId) -> Caller {
    Caller::service(tenant, "test")
}

pub fn person(tenant: TenantId, id: Uuid, role: &str) -> Caller {
    let user = User {
        id,
        entity_ref: "user:default/jane".to_owned(),
        ownership_refs: vec![],
        role: role.to_owned(),
        grants: Grants::default(),
        via: SignedInBy::Session,
        viewed_by: None,
        scopes: None,
    };
    Caller { tenant, principal: Principal::User(user) }
}
