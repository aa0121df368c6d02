//! An organisation with one person of each role, made as people make it: sign-up, invitations, sign-in, tokens.

use super::installation::{Installation, request};
use credential::plugin_token::Issuer;
use credential::signing::SigningKey;
use http::StatusCode;
use kernel::{Clock as _, SystemClock, TenantId, system_clock};
use serde_json::{Value, json};
use store::signing_keys;
use testkit::Reply;

pub const PASSWORD: &str = "tulip-bronze-canoe";
/// The plugin that [`Installation`] can install.
pub const PLUGIN: &str = "radar";

pub struct Organisation {
    pub id: TenantId,
    pub slug: String,
    /// `SLUG.DOMAIN`.
    pub host: String,
    pub origin: String,
    pub admin_email: String,
    /// `Cookie` header of the administrator's browser.
    pub cookie: String,
    pub viewer: String,
    pub member: String,
    pub maintainer: String,
    pub admin: String,
    /// Token of a plugin worker.
    pub worker: String,
    /// Token of a directory that provisions people.
    pub directory: String,
}

fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("no {pointer} in {value}")).to_owned()
}

/// `NAME=VALUE` of the cookie that the answer sets.
fn cookie_of(reply: &Reply) -> String {
    let set = reply.headers.get("set-cookie").unwrap_or_else(|| panic!("no cookie: {}", reply.text()));
    set.to_str().unwrap().split(';').next().unwrap().to_owned()
}

impl Installation {
    /// Signs up, invites one person for each role and makes a token for each.
    pub async fn organisation(&self, slug: &str) -> Organisation {
        let admin_email = format!("admin@{slug}.example");
        let form = json!({
            "organization": { "name": format!("The {slug} company"), "slug": slug },
            "admin": { "name": "Ada Lovelace", "email": admin_email, "password": PASSWORD },
        });
        let made = self.send("POST", &self.domain, "/api/tenant-admin/v1/signup", &form.to_string(), &[]).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
        let host = format!("{slug}.{}", self.domain);
        let origin = format!("http://{host}");
        let link = text(&made.json(), "/url").replacen(&origin, "", 1);
        let cookie = cookie_of(&self.send("GET", &host, &link, "", &[]).await);
        let id = TenantId::new(text(&made.json(), "/tenant/id").parse().unwrap());
        let mut made = Organisation {
            admin: self.token(&host, &cookie).await,
            worker: self.worker_token(id, &origin).await,
            directory: self.directory_token(&host, &cookie).await,
            id,
            slug: slug.to_owned(),
            host,
            origin,
            admin_email,
            cookie,
            viewer: String::new(),
            member: String::new(),
            maintainer: String::new(),
        };
        made.viewer = self.person(&made, "viewer").await;
        made.member = self.person(&made, "member").await;
        made.maintainer = self.person(&made, "maintainer").await;
        made
    }

    /// Signs the operator in as a browser does; returns its `Cookie` header.
    pub async fn operators_cookie(&self) -> String {
        let origin = format!("http://{}", self.domain);
        let link = gateway::operator_link(&self.test.db, &system_clock(), &origin, "Ada").await.unwrap();
        let body = json!({ "code": link.url.split('#').next_back().unwrap() }).to_string();
        let headers = [("origin", origin.as_str())];
        let reply = self.send("POST", &self.domain, "/api/auth/v1/operator/session", &body, &headers).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        cookie_of(&reply)
    }

    /// The token that opens a route: the directory's for provisioning, else the administrator's.
    pub fn bearer_for<'a>(&self, by: &'a Organisation, path: &str) -> &'a str {
        if path.starts_with("/scim/") { &by.directory } else { &by.admin }
    }

    async fn send(&self, method: &str, host: &str, path: &str, body: &str, headers: &[(&str, &str)]) -> Reply {
        self.call(request(method, host, path, body, headers)).await
    }

    /// As the organisation's administrator; the answer must be a success.
    pub async fn by_admin(&self, by: &Organisation, method: &str, path: &str, body: &Value) -> Value {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let bearer = format!("Bearer {}", by.admin);
        let reply = self.send(method, &by.host, path, &body, &[("authorization", &bearer)]).await;
        assert!(reply.status.is_success(), "{method} {path}: {} {}", reply.status, reply.text());
        reply.json()
    }

    /// Invites somebody; returns the member's id and the invitation's code.
    pub async fn invite(&self, by: &Organisation, name: &str, role: &str) -> (String, String) {
        let form = json!({ "name": name, "email": format!("{name}@people.example"), "role": role });
        let made = self.by_admin(by, "POST", "/api/tenant-admin/v1/members", &form).await;
        let url = text(&made, "/invitation/url");
        (text(&made, "/member/id"), url.rsplit('/').next().unwrap().to_owned())
    }

    async fn person(&self, org: &Organisation, role: &str) -> String {
        let name = format!("{role}-of-{}", org.slug);
        let (_, code) = self.invite(org, &name, role).await;
        let password = json!({ "password": PASSWORD }).to_string();
        let path = format!("/api/tenant-admin/v1/invitations/{code}/accept");
        let accepted = self.send("POST", &org.host, &path, &password, &[]).await;
        assert_eq!(accepted.status, StatusCode::NO_CONTENT, "{}", accepted.text());
        let cookie = self.sign_in(org, &format!("{name}@people.example")).await;
        self.token(&org.host, &cookie).await
    }

    /// A browser's cookie.
    pub async fn sign_in(&self, org: &Organisation, email: &str) -> String {
        let form = json!({ "email": email, "password": PASSWORD }).to_string();
        let origin = [("origin", &*org.origin)];
        cookie_of(&self.send("POST", &org.host, "/api/auth/v1/sign-in", &form, &origin).await)
    }

    async fn token(&self, host: &str, cookie: &str) -> String {
        let headers = [("cookie", cookie), ("origin", &*format!("http://{host}"))];
        let body = json!({ "name": "matrix" }).to_string();
        let made = self.send("POST", host, "/api/tenant-admin/v1/tokens", &body, &headers).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
        text(&made.json(), "/token")
    }

    async fn directory_token(&self, host: &str, cookie: &str) -> String {
        let headers = [("cookie", cookie), ("origin", &*format!("http://{host}"))];
        let body = json!({ "name": "Directory" }).to_string();
        let made = self.send("POST", host, "/api/tenant-admin/v1/scim/tokens", &body, &headers).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
        let token = text(&made.json(), "/token");
        // Used once, so that whether it was ever used is the same before and after whatever comes.
        let bearer = format!("Bearer {token}");
        let used =
            self.send("GET", host, "/scim/v2/ServiceProviderConfig", "", &[("authorization", bearer.as_str())]).await;
        assert_eq!(used.status, StatusCode::OK, "{}", used.text());
        token
    }

    /// What the plugin host hands to a worker.
    async fn worker_token(&self, tenant: TenantId, origin: &str) -> String {
        let host = origin.trim_start_matches("http://");
        self.send("GET", host, "/api/auth/.well-known/jwks.json", "", &[]).await;
        let mut tx = self.test.db.tenant(tenant).await.unwrap();
        let stored = signing_keys::find_newest(&mut tx).await.unwrap().expect("a key was made");
        tx.rollback().await.unwrap();
        let key = SigningKey::stored(stored.id, stored.private, stored.public);
        Issuer { tenant, origin }.for_worker(&key, PLUGIN, SystemClock.now()).unwrap()
    }
}
