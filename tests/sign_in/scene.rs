//! An installation, an organisation with a provider, and browsers that go through it.

use super::idp::Idp;
use crate::authz::installation::{Installation, request};
use crate::authz::organisation::Organisation;
use http::StatusCode;
use runtime::config::Config;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use testkit::Reply;

pub const CLIENT: &str = "portal";
pub const SECRET: &str = "a secret, with: odd/characters+&=";
pub const ATTEMPT: &str = "__Host-proscenium-sign-in";
pub const SESSION: &str = "__Host-proscenium";

pub struct Scene {
    pub idp: Idp,
    pub installation: Installation,
    pub org: Organisation,
}

/// One browser at one organisation: its cookies.
#[derive(Debug, Clone, Default)]
pub struct Browser {
    pub cookies: BTreeMap<String, String>,
}

impl Browser {
    pub fn signed_in(&self) -> bool {
        self.cookies.contains_key(SESSION)
    }

    fn header(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn take(&mut self, reply: &Reply) {
        for set in reply.headers.get_all("set-cookie") {
            let (pair, attributes) = set.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0;") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

pub fn settings() -> Value {
    json!({
        "scopes": ["openid", "profile", "email", "groups"],
        "roles": { "rules": [{ "claim": "groups", "value": "platform", "role": "maintainer" }], "otherwise": null, "everySignIn": true },
        "groups": [{ "claim": "groups", "value": "*", "group": "{value}" }],
        "resolver": { "by": "mail" },
        "unmatched": "nameAfterMail",
        "createMembers": true,
        "linkByMail": false,
        "acceptUnverifiedMail": false,
    })
}

impl Scene {
    /// With the provider saved and on.
    pub async fn start() -> Self {
        let scene = Self::bare().await;
        scene.add_provider(&scene.org, "example", json!({})).await;
        scene
    }

    /// Without a provider at the organisation.
    pub async fn bare() -> Self {
        Self::bare_with(|_| ()).await
    }

    /// The same with settings of one's own.
    pub async fn bare_with(change: impl FnOnce(&mut Config)) -> Self {
        let idp = Idp::start();
        let allowed = idp.address();
        let installation = Installation::start_with(|settings| {
            settings.reading.allow.push(allowed);
            change(settings);
        })
        .await;
        let org = installation.organisation("acme").await;
        let scene = Self { idp, installation, org };
        scene.register(&[&scene.org]).await;
        scene
    }

    /// Makes the provider know the portals of these organisations, each by its exact redirect URI.
    pub async fn register(&self, organisations: &[&Organisation]) {
        let uris: Vec<String> =
            organisations.iter().map(|org| format!("{}/api/auth/example/handler/frame", org.origin)).collect();
        let client = json!({ "client_id": CLIENT, "client_secret": SECRET, "redirect_uris": uris });
        self.idp.change(json!({ "clients": [client] })).await;
    }

    pub fn form(&self, name: &str, changes: Value) -> Value {
        let mut form = json!({
            "name": name, "title": "Example ID", "kind": "oidc", "issuer": self.idp.issuer, "clientId": CLIENT,
            "clientSecret": SECRET, "settings": settings(), "enabled": true,
        });
        merge(&mut form, changes);
        form
    }

    pub async fn add_provider(&self, org: &Organisation, name: &str, changes: Value) -> Value {
        let form = self.form(name, changes);
        self.installation.by_admin(org, "POST", "/api/tenant-admin/v1/sign-in-providers", &form).await
    }

    /// Changes settings of a provider that is there.
    pub async fn change_provider(&self, provider: &Value, changes: Value) {
        let form = self.form("example", changes);
        let path = format!("/api/tenant-admin/v1/sign-in-providers/{}", provider["id"].as_str().unwrap());
        self.installation.by_admin(&self.org, "PUT", &path, &form).await;
    }

    pub async fn get(&self, org: &Organisation, browser: &mut Browser, path: &str) -> Reply {
        self.get_at(&org.host, browser, path).await
    }

    pub async fn get_at(&self, host: &str, browser: &mut Browser, path: &str) -> Reply {
        let cookies = browser.header();
        let headers = [("cookie", cookies.as_str()), ("accept", "text/html"), ("user-agent", "Test Browser 1.0")];
        let reply = self.installation.call(request("GET", host, path, "", &headers)).await;
        browser.take(&reply);
        reply
    }

    /// Sets out from the sign-in page; the address at the provider.
    pub async fn set_out(&self, browser: &mut Browser) -> String {
        let reply = self.get(&self.org, browser, "/api/auth/example/start?next=/catalog").await;
        assert_eq!(reply.status, StatusCode::FOUND, "{}", reply.text());
        reply.headers["location"].to_str().unwrap().to_owned()
    }

    /// Sets out and goes through the provider as this person; the path that leads back.
    pub async fn go_through(&self, browser: &mut Browser, person: &str) -> String {
        let there = self.set_out(browser).await;
        let back = self.idp.visit(&there, person).await.unwrap();
        back.strip_prefix(&self.org.origin).unwrap_or_else(|| panic!("leads elsewhere: {back}")).to_owned()
    }

    /// The whole way.
    pub async fn sign_in(&self, person: &str) -> (Browser, Reply) {
        let mut browser = Browser::default();
        let back = self.go_through(&mut browser, person).await;
        let reply = self.get(&self.org, &mut browser, &back).await;
        (browser, reply)
    }

    /// Who the browser is, as the stock front end asks.
    pub async fn identity(&self, browser: &Browser) -> Option<Value> {
        let cookies = browser.header();
        let headers = [("cookie", cookies.as_str()), ("x-requested-with", "XMLHttpRequest")];
        let reply =
            self.installation.call(request("GET", &self.org.host, "/api/auth/proscenium/refresh", "", &headers)).await;
        (reply.status == StatusCode::OK).then(|| reply.json())
    }

    pub async fn members(&self) -> Vec<Value> {
        let list = self.installation.by_admin(&self.org, "GET", "/api/tenant-admin/v1/members", &Value::Null).await;
        list["items"].as_array().unwrap().clone()
    }

    pub async fn providers(&self) -> Vec<Value> {
        let list =
            self.installation.by_admin(&self.org, "GET", "/api/tenant-admin/v1/sign-in-providers", &Value::Null).await;
        list["items"].as_array().unwrap().clone()
    }

    pub async fn member_of(&self, email: &str) -> Option<Value> {
        self.members().await.into_iter().find(|member| member["email"] == email)
    }

    pub async fn stop(self) {
        self.installation.stop().await;
    }
}

fn merge(into: &mut Value, changes: Value) {
    match changes {
        Value::Object(changes) if into.is_object() => {
            for (name, value) in changes {
                merge(&mut into[name], value);
            }
        }
        other => *into = other,
    }
}

/// The path with another value of a parameter, or without it.
pub fn with_parameter(path: &str, name: &str, value: Option<&str>) -> String {
    let (path, query) = path.split_once('?').unwrap();
    let kept = query.split('&').filter(|pair| !pair.starts_with(&format!("{name}=")));
    let query: Vec<String> = kept.map(str::to_owned).chain(value.map(|value| format!("{name}={value}"))).collect();
    format!("{path}?{}", query.join("&"))
}
