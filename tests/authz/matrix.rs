//! The authorization matrix: what the golden file says of every route and caller, proven by a request each.

use super::examples::{Example, examples};
use super::installation::{Installation, all_routes, request};
use super::organisation::{Organisation, PLUGIN};
use super::resources::Resources;
use super::{documented, name_of};
use http::StatusCode;
use http_shell::{Access, Audience, Caller, RouteEntry};
use kernel::Principal;
use std::fmt::Write as _;
use std::path::PathBuf;
use testkit::{Reply, caller, user};

const HEAD: &str = "\
# Who may call what, for every route of every service. A test compares this file with the routes and with the answers
# that a whole installation gives; it fails when the file is stale. After an intended change of access, write it anew:
#
#     UPDATE_GOLDEN=1 cargo test -p cross-service-tests --test cross authz::matrix::the_golden
#
# and read the difference: each changed line is a change of who may do what.
#
# METHOD PATH audience permission, then the answer to each caller: `allow`, or the status of the refusal. `other` is a
# member of another organisation who shows their token at this organisation's host. `directory` has a provisioning token
# (SCIM) of this organisation. `operator` is whoever runs the installation, at its own address. `service` and `worker` stand
# behind the gateway; `-`: the caller never comes there. Paths below /internal/ are behind the gateway: outside nothing is there.
# The demo git host (/demo-git/…, demo installations only) knows no users and has no routes of this kind.
";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Nobody,
    Viewer,
    Member,
    Maintainer,
    Admin,
    Other,
    Service,
    Worker,
    Directory,
    Operator,
}
use Who::{Admin, Directory, Maintainer, Member, Nobody, Operator, Other, Service, Viewer, Worker};

const EVERYBODY: [Who; 10] = [Nobody, Viewer, Member, Maintainer, Admin, Other, Service, Worker, Directory, Operator];
const MEMBERS: &[Who] = &[Viewer, Member, Maintainer, Admin];

const WAITS_FOR_ANOTHER: &str = "the gate in the example waits for the administrator";
const ANOTHERS_SCHEDULE: &str = "the schedule is the administrator's, and a service owns none";

/// Where the handler itself refuses whom the route's access lets through, and why.
const HANDLERS: &[(&str, &[Who], u16, &str)] = &[
    (
        "GET /api/auth/proscenium/refresh",
        &[Nobody, Viewer, Member, Maintainer, Admin, Worker, Directory],
        401,
        "the user token is given for a browser session, and these callers have none",
    ),
    (
        "GET /api/auth/v1/handoff",
        &[Nobody, Viewer, Member, Maintainer, Admin, Worker, Directory],
        401,
        "the code in the example is none; a right one needs no other credential",
    ),
    (
        "GET /api/auth/{provider}/handler/frame",
        &[Nobody, Viewer, Member, Maintainer, Admin, Worker, Directory],
        401,
        "the example is the answer to no sign-in under way; a right one needs no other credential",
    ),
    ("GET /api/auth/v1/userinfo", &[Nobody], 401, "it tells whose the credentials are, and there are none"),
    ("GET /api/auth/v1/userinfo", &[Worker, Directory, Operator], 403, "no person is behind these credentials"),
    ("POST /api/auth/v1/operator/session", &[Operator], 401, "the code in the example is none"),
    ("POST /api/permission/authorize", &[Operator], 401, "there is no organisation at the installation's own address"),
    ("POST /api/tenant-admin/v1/sign-in-tests", &[Service], 403, "a service is no person who could try to sign in"),
    ("POST /internal/integrations/v1/exchange", &[Service], 403, "the guard refuses the address in the example"),
    ("GET /api/{plugin_id}/.backstage/auth/v1/cookie", MEMBERS, 401, "these callers have a token and no cookie"),
    ("GET /api/tenant-admin/v1/me", &[Service], 403, "a service is no person"),
    ("PUT /api/plugins/v1/previews/{id}", &[Service], 403, "a service is no member who could look at it"),
    ("GET /api/tenant-admin/v1/tokens", &[Service], 403, "a service has no personal tokens"),
    ("POST /api/tenant-admin/v1/tokens", &[Service], 403, "a service has no personal tokens"),
    ("DELETE /api/tenant-admin/v1/tokens/{id}", &[Service], 403, "a service has no personal tokens"),
    ("POST /api/scaffolder/v1/gates/{gateId}/approve", &[Member, Maintainer], 403, WAITS_FOR_ANOTHER),
    ("POST /api/scaffolder/v1/gates/{gateId}/reject", &[Member, Maintainer], 403, WAITS_FOR_ANOTHER),
    ("POST /api/scaffolder/v1/schedules", &[Service], 403, "a service is no person who could own a schedule"),
    ("PUT /api/scaffolder/v1/schedules/{scheduleId}", &[Member, Service], 403, ANOTHERS_SCHEDULE),
    ("DELETE /api/scaffolder/v1/schedules/{scheduleId}", &[Member], 403, ANOTHERS_SCHEDULE),
    ("POST /api/scaffolder/v1/schedules/{scheduleId}/pause", &[Member], 403, ANOTHERS_SCHEDULE),
    ("POST /api/scaffolder/v1/schedules/{scheduleId}/resume", &[Member], 403, ANOTHERS_SCHEDULE),
    ("POST /api/scaffolder/v1/schedules/{scheduleId}/run", &[Member], 403, ANOTHERS_SCHEDULE),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Allow,
    Refused(u16),
    NeverThere,
}

impl Outcome {
    fn word(self) -> String {
        match self {
            Self::Allow => "allow".to_owned(),
            Self::Refused(status) => status.to_string(),
            Self::NeverThere => "-".to_owned(),
        }
    }

    fn agrees_with(self, status: StatusCode) -> bool {
        match self {
            Self::Allow => !matches!(status.as_u16(), 401 | 403 | 504),
            Self::Refused(expected) => status.as_u16() == expected,
            Self::NeverThere => false,
        }
    }
}

impl Who {
    fn word(self) -> String {
        format!("{self:?}").to_lowercase()
    }

    fn principal(self) -> Principal {
        match self {
            Nobody | Other => Principal::Nobody,
            Viewer | Member | Maintainer | Admin => user(&self.word()),
            Service => Principal::Service { name: "catalog".to_owned() },
            Worker => Principal::Worker { plugin_id: PLUGIN.to_owned() },
            Directory => Principal::Provisioner { name: "Directory".to_owned() },
            Operator => Principal::Operator { name: "Ada".to_owned() },
        }
    }

    fn token(self, own: &Organisation, other: &Organisation) -> Option<String> {
        let token = match self {
            // The operator has a cookie.
            Nobody | Service | Operator => return None,
            Viewer => &own.viewer,
            Member => &own.member,
            Maintainer => &own.maintainer,
            Admin => &own.admin,
            Other => &other.member,
            Worker => &own.worker,
            Directory => &own.directory,
        };
        Some(format!("Bearer {token}"))
    }
}

fn is_internal(entry: &RouteEntry) -> bool {
    entry.path.starts_with("/internal/")
}

fn by_access(access: Access, who: Who) -> Outcome {
    access.check(&who.principal()).map_or_else(|error| Outcome::Refused(error.kind.status()), |()| Outcome::Allow)
}

fn expected(entry: &RouteEntry, who: Who) -> Outcome {
    let name = name_of(entry);
    let refusal = HANDLERS.iter().find(|(route, whom, ..)| *route == name && whom.contains(&who));
    match who {
        _ if refusal.is_some() => Outcome::Refused(refusal.unwrap().2),
        Service if entry.service == "gateway" => Outcome::NeverThere,
        // A wrong token is an error, whatever it is shown for; probes look at no token.
        Other if !entry.path.starts_with("/.backstage/") => Outcome::Refused(401),
        Nobody | Viewer | Member | Maintainer | Admin | Directory | Operator if is_internal(entry) => {
            Outcome::Refused(404)
        }
        _ => by_access(entry.access, who),
    }
}

fn golden(routes: &[RouteEntry]) -> String {
    let mut lines: Vec<(String, String)> = Vec::new();
    for entry in routes {
        let permission = entry.access.permission().map_or("-", authz::Permission::name);
        let (path, audience) = (documented(entry), entry.access.audience().word());
        let mut line = format!("{} {path} {audience} {permission}", entry.method);
        for who in EVERYBODY {
            write!(line, " {}:{}", who.word(), expected(entry, who).word()).unwrap();
        }
        lines.push((format!("{path} {}", entry.method), line));
    }
    lines.sort();
    let lines: Vec<String> = lines.into_iter().map(|(_, line)| line).collect();
    format!("{HEAD}{}\n", lines.join("\n"))
}

#[test]
fn the_golden_file_has_every_route_as_it_is() {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/authz/authz_matrix.txt"));
    let text = golden(&all_routes());
    #[expect(clippy::disallowed_methods, reason = "how somebody asks a test to write its golden file")]
    let update = std::env::var("UPDATE_GOLDEN").is_ok();
    if update {
        std::fs::write(&path, &text).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    let (committed, current): (Vec<&str>, Vec<&str>) = (committed.lines().collect(), text.lines().collect());
    let gone: Vec<&&str> = committed.iter().filter(|line| !current.contains(line)).collect();
    let new: Vec<&&str> = current.iter().filter(|line| !committed.contains(line)).collect();
    assert!(committed == current, "authz_matrix.txt is stale.\nOnly there: {gone:#?}\nOnly in the routes: {new:#?}");
}

/// What the golden file says, line by line.
fn read_golden() -> Vec<(String, Vec<(String, String)>)> {
    let text = include_str!("authz_matrix.txt");
    let line = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        let outcomes = words[4..].iter().filter_map(|word| word.split_once(':'));
        (format!("{} {}", words[0], words[1]), outcomes.map(|(who, what)| (who.to_owned(), what.to_owned())).collect())
    };
    text.lines().filter(|line| !line.starts_with('#')).map(line).collect()
}

fn outcome(golden: &[(String, Vec<(String, String)>)], entry: &RouteEntry, who: Who) -> Outcome {
    let name = format!("{} {}", entry.method, documented(entry));
    let (_, outcomes) = golden.iter().find(|(route, _)| *route == name).unwrap_or_else(|| panic!("no line for {name}"));
    let (_, word) = outcomes.iter().find(|(caller, _)| *caller == who.word()).expect("a word for each caller");
    match word.as_str() {
        "allow" => Outcome::Allow,
        "-" => Outcome::NeverThere,
        status => Outcome::Refused(status.parse().unwrap_or_else(|_| panic!("{name}: what is {status}?"))),
    }
}

/// One installation with an organisation whose resources the examples name, and a stranger.
struct Scene {
    installation: Installation,
    own: Organisation,
    other: Organisation,
    resources: Resources,
    /// `Cookie` header of the operator's browser.
    operator: String,
}

impl Scene {
    async fn set() -> Self {
        let installation = Installation::start().await;
        let own = installation.organisation("acme").await;
        let other = installation.organisation("globex").await;
        let real = installation.resources(&own).await;
        // Whoever opens the link first has used it up.
        let resources = real.with("handoff", &real.absent(&installation));
        let operator = installation.operators_cookie().await;
        Self { installation, own, other, resources, operator }
    }

    async fn outside(&self, example: &Example, who: Who) -> Reply {
        let (path, body) = (example.path_with(&self.resources), example.body_with(&self.resources));
        if who == Operator {
            return self.by_operator(example.method(), &path, &body).await;
        }
        let token = who.token(&self.own, &self.other);
        let mut headers = vec![("origin", self.own.origin.as_str())];
        headers.extend(token.as_deref().map(|token| ("authorization", token)));
        self.installation.call(request(example.method(), &self.own.host, &path, &body, &headers)).await
    }

    /// At the installation's own address, from its own pages.
    async fn by_operator(&self, method: &str, path: &str, body: &str) -> Reply {
        let apex = format!("http://{}", self.installation.domain);
        let headers = [("origin", apex.as_str()), ("cookie", self.operator.as_str())];
        self.installation.call(request(method, &self.installation.domain, path, body, &headers)).await
    }

    async fn inside(&self, entry: &RouteEntry, example: &Example, by: &Caller) -> Reply {
        let (path, body) = (example.path_with(&self.resources), example.body_with(&self.resources));
        let request = request(example.method(), "inside", &path, &body, &[]);
        self.installation.call_inside(entry.service, by, request).await
    }

    /// The answers that this caller gets, wherever they can ask.
    async fn answers(&self, entry: &RouteEntry, example: &Example, who: Who) -> Vec<Reply> {
        let mut answers = Vec::new();
        if who != Service && !(who == Worker && is_internal(entry)) {
            answers.push(self.outside(example, who).await);
        }
        if matches!(who, Service | Worker) && entry.service != "gateway" {
            answers.push(self.inside(entry, example, &caller(self.own.id, who.principal())).await);
        }
        answers
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_answers_every_caller_as_the_golden_file_says() {
    let (scene, golden) = (Scene::set().await, read_golden());
    let mut wrong = Vec::new();
    let (mut routes, mut requests) = (std::collections::BTreeSet::new(), 0);
    for (entry, example) in examples(&scene.installation.routes) {
        for who in EVERYBODY {
            let expected = outcome(&golden, entry, who);
            let answers = scene.answers(entry, example, who).await;
            assert_eq!(answers.is_empty(), expected == Outcome::NeverThere, "{} for {who:?}", example.route);
            for reply in answers {
                requests += 1;
                if !expected.agrees_with(reply.status) {
                    wrong.push(format!(
                        "{} {who:?}: {expected:?}, got {} {}",
                        example.route,
                        reply.status,
                        reply.text()
                    ));
                }
            }
        }
        routes.insert(example.route);
    }
    assert!(wrong.is_empty(), "{} wrong answers:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(routes.len(), golden.len(), "lines without a route");
    assert!(requests > 9 * routes.len(), "too few requests were sent");
    scene.installation.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn internal_routes_refuse_whoever_is_no_service_also_behind_the_gateway() {
    let scene = Scene::set().await;
    for (entry, example) in examples(&scene.installation.routes) {
        if !is_internal(entry) {
            continue;
        }
        assert_eq!(entry.access.audience(), Audience::Service, "{} is below /internal/", example.route);
        for who in [Nobody, Viewer, Member, Maintainer, Admin, Worker, Operator] {
            let outside = scene.outside(example, who).await;
            assert_eq!(outside.status, StatusCode::NOT_FOUND, "{} from outside by {who:?}", example.route);
            let inside = scene.inside(entry, example, &caller(scene.own.id, who.principal())).await;
            let refused = if who == Nobody { 401 } else { 403 };
            assert_eq!(inside.status.as_u16(), refused, "{} inside by {who:?}", example.route);
        }
    }
    scene.installation.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn methods_that_are_not_in_the_table_are_not_found() {
    let scene = Scene::set().await;
    let routes = &scene.installation.routes;
    for (entry, example) in examples(routes) {
        let has = |method: &str| routes.iter().any(|other| other.path == entry.path && other.method == method);
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"] {
            // HEAD is answered wherever GET is, behind the same check.
            if has(method) || (method == "HEAD" && has("GET")) {
                continue;
            }
            let bearer = format!("Bearer {}", scene.own.admin);
            let path = example.path_with(&scene.resources);
            let asked = request(method, &scene.own.host, &path, "", &[("authorization", &bearer)]);
            let reply = scene.installation.call(asked).await;
            assert_eq!(reply.status, StatusCode::NOT_FOUND, "{method} {path}: {}", reply.text());
            // Below /internal/ there is nothing of Backstage's, and the gateway itself says so.
            if !path.starts_with("/internal/") {
                assert_eq!(reply.text(), "", "{method} {path}: no body, as Backstage answers");
            }
        }
        if entry.method == "GET" {
            let head = request("HEAD", &scene.own.host, &example.path_with(&scene.resources), "", &[]);
            let (head, get) = (scene.installation.call(head).await, scene.outside(example, Nobody).await);
            assert_eq!(head.status, get.status, "HEAD {}", entry.path);
        }
    }
    scene.installation.stop().await;
}
