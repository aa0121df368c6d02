//! Another organisation's resource is answered exactly as one that does not exist, with both nets and with one.

use super::examples::{Example, changes, examples};
use super::installation::{Installation, request};
use super::organisation::Organisation;
use super::resources::Resources;
use crate::isolation;
use http_shell::{Caller, RouteEntry};
use kernel::Principal;
use sqlx::AssertSqlSafe;
use std::collections::BTreeMap;
use testkit::{Reply, caller};

/// Routes that answer for whatever is in the outside world, the same for everybody.
const OWN_IS_LIKE_ABSENT: &[(&str, &str)] = &[
    ("GET /api/auth/v1/handoff", "opening the owner's link would use it up; the audit test opens one"),
    ("POST /api/tenant-admin/v1/password-resets", "the answer is the same for every address"),
    ("POST /api/scaffolder/v2/dry-run", "a dry run shows no entity"),
    ("POST /internal/tenant-admin/v1/mails", "no mail is sent here, whoever it is for"),
    ("GET /api/auth/{provider}/handler/frame", "without the cookie of a sign-in under way nothing is looked up"),
];

/// What is in the answer, but for what is new in each: ids, moments, codes.
fn essence(reply: &Reply, resources: &Resources) -> String {
    let mut headers: Vec<String> = reply
        .headers
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "x-request-id" | "date" | "content-length" | "etag"))
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap_or("?")))
        .collect();
    headers.sort();
    let text = format!("{}\n{}\n{}", reply.status, headers.join("\n"), reply.text());
    masked(&resources.hide(&unescaped(&text)))
}

/// Addresses come back as they were asked, in `request.url`.
fn unescaped(text: &str) -> String {
    let mut parts = text.split('%');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                out.push(char::from(byte));
                out += &part[2..];
            }
            None => out = out + "%" + part,
        }
    }
    out
}

fn masked(text: &str) -> String {
    let in_word = |c: char| c.is_ascii_alphanumeric() || "-_:.+".contains(c);
    let mut out = String::new();
    let mut word = String::new();
    for c in text.chars().chain(['\n']) {
        if in_word(c) {
            word.push(c);
            continue;
        }
        let is_moment = word.len() >= 20 && word.starts_with("20") && word.contains('T') && word.contains(':');
        let is_new = is_moment || uuid::Uuid::try_parse(&word).is_ok() || word.len() >= 32;
        out += if is_new { "…" } else { &word };
        out.push(c);
        word.clear();
    }
    out
}

/// Two organisations; all resources are the first one's.
struct Scene {
    installation: Installation,
    owner: Organisation,
    stranger: Organisation,
    real: Resources,
    absent: Resources,
}

impl Scene {
    async fn ask(&self, by: &Organisation, example: &Example, resources: &Resources) -> Reply {
        ask(&self.installation, by, example, resources).await
    }

    /// Past the gateway, as a service or a worker of the stranger's would.
    async fn ask_inside(&self, entry: &RouteEntry, by: &Caller, example: &Example, resources: &Resources) -> Reply {
        let (path, body) = (example.path_with(resources), example.body_with(resources));
        let request = request(example.method(), "inside", &path, &body, &[]);
        self.installation.call_inside(entry.service, by, request).await
    }

    /// A checksum of all that the owner has, by table.
    async fn owned(&self) -> BTreeMap<String, (i64, String)> {
        let mut admin = isolation::admin(&self.installation.test).await;
        let mut owned = BTreeMap::new();
        for table in isolation::tables(&mut admin).await {
            let sql = format!(
                "select count(*), coalesce(md5(string_agg(t::text, '|' order by t::text)), '')
                 from {table} t where tenant_id = $1"
            );
            let query = sqlx::query_as(AssertSqlSafe(sql)).bind(self.owner.id.as_uuid());
            let found: (i64, String) = query.fetch_one(&mut admin).await.expect(&table);
            owned.insert(table, found);
        }
        owned
    }

    async fn switch_row_security_off(&self) {
        let mut admin = isolation::admin(&self.installation.test).await;
        for table in isolation::tables(&mut admin).await {
            let sql = format!("alter table {table} disable row level security");
            self.installation.test.execute_as_admin(&sql).await;
        }
        // Without the net a statement without its predicate does reach other tenants: the test could fail.
        let mut tx = self.installation.test.db.tenant(self.stranger.id).await.unwrap();
        let seen: i64 = sqlx::query_scalar("select count(*) from member").fetch_one(tx.conn()).await.unwrap();
        let own: i64 = sqlx::query_scalar("select count(*) from member where tenant_id = $1")
            .bind(self.stranger.id.as_uuid())
            .fetch_one(tx.conn())
            .await
            .unwrap();
        assert!(seen > own, "row security is still on");
    }
}

async fn ask(installation: &Installation, by: &Organisation, example: &Example, resources: &Resources) -> Reply {
    let (path, body) = (example.path_with(resources), example.body_with(resources));
    let bearer = format!("Bearer {}", installation.bearer_for(by, &path));
    let headers = [("authorization", bearer.as_str()), ("origin", by.origin.as_str())];
    installation.call(request(example.method(), &by.host, &path, &body, &headers)).await
}

/// What the stranger sees where no resource is named: lists, counts, facets.
async fn overview(installation: &Installation, by: &Organisation) -> Vec<(String, String)> {
    let mut seen = Vec::new();
    let nothing = Resources::default();
    for (entry, example) in examples(&installation.routes) {
        if !example.names_resources() && !changes(entry) {
            let reply = ask(installation, by, example, &nothing).await;
            seen.push((format!("{} {}", example.route, example.path), essence(&reply, &nothing)));
        }
    }
    seen
}

async fn matrix(row_security: bool) {
    let installation = Installation::start().await;
    let stranger = installation.organisation("globex").await;
    let before = overview(&installation, &stranger).await;
    let owner = installation.organisation("acme").await;
    let real = installation.resources(&owner).await;
    let absent = real.absent(&installation);
    installation.stop_jobs().await;
    let scene = Scene { installation, owner, stranger, real, absent };
    if !row_security {
        scene.switch_row_security_off().await;
    }
    let after = overview(&scene.installation, &scene.stranger).await;
    assert!(before.len() > 10);
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before, after, "what another organisation made is visible");
    }
    let mut wrong = resources_are_real(&scene).await;
    let owned = scene.owned().await;
    assert!(owned.values().filter(|(rows, _)| *rows > 0).count() > 15, "the owner has too little: {owned:#?}");
    wrong.extend(strangers_meet_nothing(&scene).await);
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n\n"));
    assert_eq!(scene.owned().await, owned, "a stranger changed something");
    scene.installation.stop().await;
}

/// For its owner each resource is there; otherwise foreign and absent would be the same for a poor reason.
async fn resources_are_real(scene: &Scene) -> Vec<String> {
    let mut wrong = Vec::new();
    for (entry, example) in examples(&scene.installation.routes) {
        let excepted = super::reason(OWN_IS_LIKE_ABSENT, example.route).is_some();
        if !example.names_resources() || changes(entry) || excepted {
            continue;
        }
        let own = essence(&scene.ask(&scene.owner, example, &scene.real).await, &scene.real);
        let absent = essence(&scene.ask(&scene.owner, example, &scene.absent).await, &scene.absent);
        if own == absent {
            wrong.push(format!("{} {} {} is the same for nothing: {own}", example.route, example.path, example.body));
        }
    }
    wrong
}

async fn strangers_meet_nothing(scene: &Scene) -> Vec<String> {
    super::assert_known(OWN_IS_LIKE_ABSENT, &scene.installation.routes);
    let mut wrong = Vec::new();
    let service = Caller::service(scene.stranger.id, "catalog");
    let worker = caller(scene.stranger.id, Principal::Worker { plugin_id: "radar".to_owned() });
    for (entry, example) in examples(&scene.installation.routes) {
        if !example.names_resources() {
            continue;
        }
        let mut compare = |who: &str, foreign: &Reply, absent: &Reply| {
            let (foreign, absent) = (essence(foreign, &scene.real), essence(absent, &scene.absent));
            if foreign != absent {
                wrong.push(format!(
                    "{} {} {} by {who}\n-- foreign: {foreign}\n-- absent: {absent}",
                    example.route, example.path, example.body
                ));
            }
        };
        let foreign = scene.ask(&scene.stranger, example, &scene.real).await;
        let absent = scene.ask(&scene.stranger, example, &scene.absent).await;
        compare("the stranger's admin", &foreign, &absent);
        if entry.service == "gateway" {
            continue;
        }
        for (who, by) in [("a service", &service), ("a worker", &worker)] {
            let foreign = scene.ask_inside(entry, by, example, &scene.real).await;
            let absent = scene.ask_inside(entry, by, example, &scene.absent).await;
            compare(who, &foreign, &absent);
        }
    }
    wrong
}

#[tokio::test(flavor = "multi_thread")]
async fn anothers_resource_is_answered_like_one_that_is_not_there() {
    matrix(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_row_security_the_predicates_alone_keep_organisations_apart() {
    matrix(false).await;
}
