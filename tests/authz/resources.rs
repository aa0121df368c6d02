//! One real resource of each kind, and for each an id of the same shape that names nothing.

use super::installation::{Installation, request};
use super::organisation::{Organisation, PLUGIN};
use runtime::objects::ObjectKey;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;
use uuid::Uuid;

const ENTITY: &str = "aardvark-orders";
const TEMPLATE: &str = "aardvark-starter";
const FILE: &str = "
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: aardvark-orders, description: takes aardvark orders }
spec: { type: service, lifecycle: production, owner: user:default/admin }
---
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: { name: aardvark-starter }
spec:
  type: service
  steps: [{ id: say, name: Say, action: 'debug:log', input: { message: hello } }]
---
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: { name: aardvark-asks }
spec:
  type: service
  steps:
    - id: ask
      name: Ask
      action: gate:approval
      input: { approvers: ['${{ user.ref }}'], selfApproval: true }
";

/// What the `<names>` in example requests stand for.
#[derive(Debug, Clone, Default)]
pub struct Resources(BTreeMap<&'static str, String>);

impl Resources {
    fn set(&mut self, name: &'static str, value: impl Into<String>) {
        self.0.insert(name, value.into());
    }

    fn get(&self, name: &str) -> &str {
        &self.0[name]
    }

    /// Puts the values in place of the names, escaped where they become part of an address.
    pub fn fill(&self, text: &str, escape: fn(&str) -> String) -> String {
        let mut filled = text.to_owned();
        for (name, value) in &self.0 {
            filled = filled.replace(&format!("<{name}>"), &escape(value));
        }
        assert!(!filled.contains('<'), "there is no such resource in {text}");
        filled
    }

    /// Puts the names in place of the values: the longest first, for some are part of others.
    pub fn hide(&self, text: &str) -> String {
        let mut values: Vec<(&str, &String)> = self.0.iter().map(|(name, value)| (*name, value)).collect();
        values.sort_by_key(|(_, value)| std::cmp::Reverse(value.len()));
        values.into_iter().fold(text.to_owned(), |text, (name, value)| {
            let (first, rest) = value.split_at(1);
            let as_title = first.to_uppercase() + rest;
            text.replace(value, &format!("<{name}>")).replace(&as_title, &format!("<{name}>"))
        })
    }

    /// Values that name nothing anywhere, each as long as the real one.
    pub fn absent(&self, installation: &Installation) -> Self {
        let mut absent = Self::default();
        // Each its own, and well-formed at the end of a code in base64.
        let mut letters = "cgkosw048AEIMQUY".chars();
        for (name, value) in &self.0 {
            let made = match *name {
                "location_target" => address(installation, "strangers"),
                "admin_email" => "nobody@absent.example".to_owned(),
                "digest" => "0".repeat(64),
                "plugin" => "cabin".to_owned(),
                "domain" => "nobodys.example".to_owned(),
                "picture" => format!("logo-{}.webp", "0".repeat(32)),
                "custom_kind" => "NobodysMachine0".to_owned(),
                "provider" => "no-such-provider".to_owned(),
                "set" => "no-such-set".to_owned(),
                "second_set" => "no-such-second-set".to_owned(),
                "written" => "no-such-resource".to_owned(),
                "secret_name" => "NO_SUCH_KEY".to_owned(),
                "grantee" => "no-such-proxy".to_owned(),
                "scim_name" => "no-such-person".to_owned(),
                "scim_group_name" => "no-such-people".to_owned(),
                "identity_name" => "no-such-login".to_owned(),
                _ if Uuid::try_parse(value).is_ok() => Uuid::now_v7().to_string(),
                _ => letters.next().unwrap().to_string().repeat(value.len()),
            };
            absent.set(name, made);
        }
        absent
    }

    /// The same but for one that another set has.
    pub fn with(&self, name: &'static str, from: &Self) -> Self {
        let mut changed = self.clone();
        changed.set(name, from.get(name));
        changed
    }
}

/// As part of a path or query.
pub fn in_address(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    value.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// Inside a text of JSON.
pub fn in_json(value: &str) -> String {
    value.to_owned()
}

fn address(installation: &Installation, owner: &str) -> String {
    format!("http://{}/demo-git/{owner}/orders/raw/main/catalog-info.yaml", installation.domain)
}

impl Installation {
    /// Makes one resource of each kind through the API and waits until background work has ended.
    pub async fn resources(&self, of: &Organisation) -> Resources {
        let mut made = Resources::default();
        // The same files twice, so that only who registered them can make a difference.
        for owner in ["aardvarks", "strangers"] {
            let files = [("catalog-info.yaml", FILE.as_bytes()), ("empty.yaml", b"".as_slice())];
            self.git.seed(owner, "orders", &files).await.unwrap();
        }
        self.catalog_resources(of, &mut made).await;
        self.sources(of, &mut made).await;
        self.task(of, &mut made).await;
        self.people(of, &mut made).await;
        self.secrets(of, &mut made).await;
        self.plugin(of, &mut made).await;
        self.source_host(of, &mut made).await;
        self.audit(of, &mut made).await;
        self.provisioned(of, &mut made).await;
        Box::pin(self.sign_in_settings(of, &mut made)).await;
        made
    }

    /// Somebody whom the directory brought in, and their group.
    async fn provisioned(&self, of: &Organisation, made: &mut Resources) {
        made.set("scim_name", "aardvark-scim");
        made.set("scim_group_name", "aardvark-people");
        let user = json!({ "userName": "aardvark-scim@people.example" });
        let user = text(&self.by_directory(of, "/scim/v2/Users", &user).await, "/id");
        let group = json!({ "displayName": "aardvark-people", "members": [{ "value": user }] });
        made.set("scim_group", text(&self.by_directory(of, "/scim/v2/Groups", &group).await, "/id"));
        made.set("scim_user", user);
        let token = json!({ "name": "Another" });
        let token = self.by_admin(of, "POST", "/api/tenant-admin/v1/scim/tokens", &token).await;
        made.set("scim_token", text(&token, "/id"));
    }

    async fn by_directory(&self, of: &Organisation, path: &str, body: &Value) -> Value {
        let bearer = format!("Bearer {}", of.directory);
        let headers = [("authorization", bearer.as_str())];
        let reply = self.call(request("POST", &of.host, path, &body.to_string(), &headers)).await;
        assert!(reply.status.is_success(), "POST {path}: {} {}", reply.status, reply.text());
        reply.json()
    }

    /// A change that can be taken back, and a stream to an address that the guard refuses.
    async fn audit(&self, of: &Organisation, made: &mut Resources) {
        let name = json!({ "name": "The aardvark company" });
        self.by_admin(of, "PATCH", "/api/tenant-admin/v1/tenant", &name).await;
        let path = "/api/tenant-admin/v1/audit?action=tenant.update&limit=1";
        made.set("event", text(&self.by_admin(of, "GET", path, &Value::Null).await, "/items/0/id"));
        let stream = json!({ "kind": "webhook", "name": "Archive", "url": "https://127.0.0.1/in" });
        let added = self.by_admin(of, "POST", "/api/tenant-admin/v1/audit/streams", &stream).await;
        made.set("stream", text(&added, "/stream/id"));
    }

    /// A provider at an address where nobody is ever asked, a try of it, a link for a new password, and two browsers.
    async fn sign_in_settings(&self, of: &Organisation, made: &mut Resources) {
        let form = json!({ "name": "aardvark-login", "title": "Log in", "kind": "github", "clientId": "x",
            "issuer": "https://github.example", "enabled": true, "settings": { "roles": { "everySignIn": false },
            "resolver": { "by": "mail" }, "unmatched": "refuse", "createMembers": false, "linkByMail": false,
            "acceptUnverifiedMail": false } });
        let provider = self.by_admin(of, "POST", "/api/tenant-admin/v1/sign-in-providers", &form).await;
        made.set("identity_provider", text(&provider, "/id"));
        made.set("identity_name", "aardvark-login");
        let test = self.by_admin(of, "POST", "/api/tenant-admin/v1/sign-in-tests", &form).await;
        made.set("sign_in_test", text(&test, "/id"));
        let path = format!("/api/tenant-admin/v1/members/{}/password-reset", made.get("admin"));
        let link = text(&self.by_admin(of, "POST", &path, &Value::Null).await, "/url");
        made.set("password_reset", link.rsplit('/').next().unwrap());
        for name in ["session", "second_session"] {
            self.sign_in(of, &of.admin_email).await;
            let list = self.by_admin(of, "GET", "/api/auth/v1/sessions", &Value::Null).await;
            let known = made.0.values().cloned().collect::<Vec<_>>();
            let ids = list["items"].as_array().unwrap().iter().map(|item| text(item, "/id"));
            made.set(name, ids.into_iter().find(|id| !known.contains(id)).unwrap());
        }
    }

    /// One whose API is at an address that the guard refuses, so that nothing is ever asked there.
    async fn source_host(&self, of: &Organisation, made: &mut Resources) {
        let host =
            json!({ "kind": "gitlab", "host": "git.aardvarks.example", "apiBaseUrl": "https://127.0.0.1/api/v4" });
        let connected = self.by_admin(of, "POST", "/api/integrations/v1/source-hosts", &host).await;
        made.set("source_host", text(&connected, "/id"));
    }

    async fn catalog_resources(&self, of: &Organisation, made: &mut Resources) {
        let target = address(self, "aardvarks");
        let location = json!({ "type": "url", "target": target });
        let registered = self.by_admin(of, "POST", "/api/catalog/locations", &location).await;
        let id = text(&registered, "/location/id");
        let second = json!({ "type": "url", "target": target.replace("catalog-info", "empty") });
        self.by_admin(of, "POST", "/api/catalog/locations", &second).await;
        self.wait_until(of, &format!("/api/catalog/v1/locations/{id}/progress"), "/state", "done").await;
        let entity = format!("/api/catalog/entities/by-name/component/default/{ENTITY}");
        made.set("uid", text(&self.by_admin(of, "GET", &entity, &Value::Null).await, "/metadata/uid"));
        let page = self.by_admin(of, "GET", "/api/catalog/entities/by-query?limit=1", &Value::Null).await;
        made.set("entities_cursor", text(&page, "/pageInfo/nextCursor"));
        let page = self.by_admin(of, "POST", "/api/catalog/locations/by-query", &json!({ "limit": 1 })).await;
        made.set("locations_cursor", text(&page, "/pageInfo/nextCursor"));
        made.set("location", id);
        made.set("location_target", target);
        made.set("entity", ENTITY);
        made.set("template", TEMPLATE);
        let kind = json!({ "schema": { "type": "object" } });
        self.by_admin(of, "PUT", "/api/catalog/v1/kinds/AardvarkMachine", &kind).await;
        made.set("custom_kind", "AardvarkMachine");
    }

    /// What comes from no file: a provider with entities, removals that wait, sets, an overlay.
    async fn sources(&self, of: &Organisation, made: &mut Resources) {
        let resource = |name: &str| {
            json!({ "apiVersion": "backstage.io/v1alpha1", "kind": "Resource", "metadata": { "name": name },
                "spec": { "type": "database", "owner": "aardvarks" } })
        };
        let full = |name: &str, count: usize| {
            let given = |i: usize| json!({ "entity": resource(&format!("{name}-{i}")) });
            json!({ "type": "full", "entities": (0..count).map(given).collect::<Vec<_>>() })
        };
        let providers = [("provider", "aardvark-import"), ("removal", "first-gone"), ("second_removal", "second-gone")];
        for (what, provider) in providers {
            let path = format!("/api/catalog/v1/providers/{provider}/mutations");
            self.by_admin(of, "POST", &path, &full(provider, 12)).await;
            if what == "provider" {
                made.set(what, provider);
                continue;
            }
            let held = self.by_admin(of, "POST", &path, &full(provider, 0)).await;
            made.set(what, text(&held, "/held/id"));
        }
        for (what, set, name) in [("set", "aardvark-set", "aardvark-store"), ("second_set", "aardvark-more", "more")] {
            let path = format!("/api/catalog/v1/sets/{set}/entities");
            self.by_admin(of, "PUT", &path, &json!({ "entity": resource(name) })).await;
            made.set(what, set);
        }
        let overlay = "/api/catalog/v1/entities/resource/default/aardvark-store/overlay";
        self.by_admin(of, "PUT", overlay, &json!({ "tags": ["aardvark"] })).await;
        made.set("written", "aardvark-store");
    }

    async fn task(&self, of: &Organisation, made: &mut Resources) {
        let order = json!({ "templateRef": format!("template:default/{TEMPLATE}"), "values": {} });
        let task = text(&self.by_admin(of, "POST", "/api/scaffolder/v2/tasks", &order).await, "/id");
        self.wait_until(of, &format!("/api/scaffolder/v2/tasks/{task}"), "/status", "completed").await;
        made.set("task", task);
        let order = json!({ "templateRef": "template:default/aardvark-asks", "values": {} });
        for name in ["gate", "second_gate"] {
            let task = text(&self.by_admin(of, "POST", "/api/scaffolder/v2/tasks", &order).await, "/id");
            let path = format!("/api/scaffolder/v1/runs/{task}");
            self.wait_until(of, &path, "/waiting/kind", "approval").await;
            let run = self.by_admin(of, "GET", &path, &Value::Null).await;
            made.set(name, text(&run, "/waiting/gateId"));
        }
        let schedule = json!({ "name": "Aardvarks", "templateRef": format!("template:default/{TEMPLATE}"),
            "values": {}, "cron": "0 3 1 1 *" });
        let schedule = self.by_admin(of, "POST", "/api/scaffolder/v1/schedules", &schedule).await;
        made.set("schedule", text(&schedule, "/id"));
    }

    async fn people(&self, of: &Organisation, made: &mut Resources) {
        let (member, _) = self.invite(of, "aardvark-member", "member").await;
        made.set("member", member);
        made.set("member_name", "aardvark-member");
        made.set("guest_name", "aardvark-guest");
        made.set("invitation", self.invite(of, "aardvark-guest", "viewer").await.1);
        made.set("admin", text(&self.by_admin(of, "GET", "/api/tenant-admin/v1/me", &Value::Null).await, "/id"));
        let members = self.by_admin(of, "GET", "/api/tenant-admin/v1/members", &Value::Null).await;
        let members = members["items"].as_array().unwrap();
        let colleague = members.iter().find(|one| one["role"] == "viewer" && one["status"] == "active").unwrap();
        made.set("colleague", text(colleague, "/id"));
        made.set("admin_email", &*of.admin_email);
        let token = self.by_admin(of, "POST", "/api/tenant-admin/v1/tokens", &json!({ "name": "aardvark" })).await;
        made.set("token", text(&token, "/id"));
        let domain = json!({ "host": "portal.aardvarks.example" });
        made.set("domain", text(&self.by_admin(of, "POST", "/api/tenant-admin/v1/domains", &domain).await, "/host"));
        let bearer = format!("Bearer {}", of.admin);
        let headers = [("authorization", bearer.as_str())];
        let picture = request("PUT", &of.host, "/api/tenant-admin/v1/branding/logo", "RIFF1234WEBPVP8 logo", &headers);
        made.set("picture", text(&self.call(picture).await.json(), "/branding/logo"));
        let link = tenant_admin::sign_in_link(&self.operator, of.id, time::Duration::minutes(10)).await.unwrap();
        made.set("handoff", link.rsplit_once('=').unwrap().1);
    }

    /// A secret that a proxy holds, and tokens that its administrators may revoke.
    async fn secrets(&self, of: &Organisation, made: &mut Resources) {
        let base = "/api/tenant-admin/v1";
        let secret = json!({ "name": "AARDVARK_KEY", "value": "an-aardvarks-secret" });
        let secret = text(&self.by_admin(of, "POST", &format!("{base}/secrets"), &secret).await, "/id");
        let grant = json!({ "kind": "proxy", "id": "aardvark-proxy" });
        self.by_admin(of, "POST", &format!("{base}/secrets/{secret}/grants"), &grant).await;
        made.set("secret", secret);
        made.set("secret_name", "AARDVARK_KEY");
        made.set("grantee", "aardvark-proxy");
        let token = self.by_admin(of, "POST", &format!("{base}/tokens"), &json!({ "name": "second" })).await;
        made.set("member_token", text(&token, "/id"));
        let token = json!({ "name": "aardvark-ci", "role": "viewer" });
        made.set(
            "service_token",
            text(&self.by_admin(of, "POST", &format!("{base}/service-tokens"), &token).await, "/id"),
        );
    }

    async fn plugin(&self, of: &Organisation, made: &mut Resources) {
        let package = json!({ "package": format!("proscenium:{PLUGIN}") });
        self.by_admin(of, "POST", "/api/plugins/v1/installed", &package).await;
        let path = format!("/api/plugins/v1/installed/{PLUGIN}");
        self.wait_until(of, &path, "/packages/0/state", "installed").await;
        made.set("plugin", PLUGIN);
        // As a built front end is stored; building one takes Node and minutes.
        let digest = "a1".repeat(32);
        let key = ObjectKey::tenant(of.id).segment("remotes").and_then(|key| key.segment(&digest)).unwrap();
        self.objects.put(&key.path("mf-manifest.json").unwrap(), "{}".into(), "application/json").await.unwrap();
        made.set("digest", digest);
        // As a rollout leaves it; carrying one out takes Node.
        let upgrade = Uuid::now_v7();
        self.test
            .execute_as_admin(&format!(
                "insert into plugin_rollout (tenant_id, rollout_id, plugin_id, package, version, plan, phase, open,
                   started_at, member_ring, step, step_since, former)
                 values ('{}', '{upgrade}', '{PLUGIN}', 'proscenium:{PLUGIN}', '2', '{{}}', 'done', false, now(), 0,
                   'promoted', now(), '{{\"version\":\"1\"}}')",
                of.id
            ))
            .await;
        made.set("upgrade", upgrade.to_string());
        // As building them leaves them, offered to everybody; building takes Node.
        for (name, resource) in [("own", "upload"), ("draft", "draft_upload")] {
            let upload = Uuid::now_v7();
            self.test
                .execute_as_admin(&format!(
                    "insert into plugin_upload (tenant_id, upload_id, package, version, plugin_id, role, bytes, sha256,
                       state, uploaded_by, uploaded_at)
                     values ('{0}', '{upload}', '@aardvark/{name}', '1.0.0', 'aardvark-{name}', 'frontend-plugin', 1, '',
                       'ready', 'user:default/aardvark', now());
                     insert into plugin_preview (tenant_id, upload_id, member_id, changed_at)
                     select tenant_id, '{upload}', member_id, now() from member where tenant_id = '{0}'",
                    of.id
                ))
                .await;
            made.set(resource, upload.to_string());
        }
    }

    async fn wait_until(&self, of: &Organisation, path: &str, pointer: &str, wanted: &str) {
        for _ in 0..400 {
            let bearer = format!("Bearer {}", of.admin);
            let reply = self.call(request("GET", &of.host, path, "", &[("authorization", &bearer)])).await;
            if reply.json().pointer(pointer).and_then(Value::as_str) == Some(wanted) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{path} never had {pointer} = {wanted}");
    }
}

fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("no {pointer} in {value}")).to_owned()
}
