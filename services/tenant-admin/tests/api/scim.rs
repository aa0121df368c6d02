//! Provisioning by a directory: users and groups as Okta and Entra send them, and what that means for members.

use crate::bench::{Bench, Org};
use axum::http::{Method, StatusCode};
use http_shell::Caller;
use kernel::Principal;
use serde_json::{Value, json};
use testkit::{Reply, request};

struct Directory<'a> {
    bench: &'a Bench,
    caller: Caller,
}

impl<'a> Directory<'a> {
    fn of(bench: &'a Bench, org: &Org) -> Self {
        let caller = Caller { tenant: org.tenant, principal: Principal::Provisioner { name: "Okta".to_owned() } };
        Self { bench, caller }
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        request(&self.bench.router, Some(&self.caller), method, &format!("/scim/v2{path}"), body).await
    }

    async fn get(&self, path: &str) -> Value {
        let reply = self.call(Method::GET, path, None).await;
        assert_eq!(reply.status, StatusCode::OK, "{path}: {}", reply.text());
        reply.json()
    }

    async fn user(&self, name: &str) -> Value {
        let user = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": format!("{name}@acme.example"),
            "name": { "givenName": name, "familyName": "Doe" }, "emails": [{ "value": format!("{name}@acme.example"), "primary": true }],
            "active": true, "externalId": format!("ext-{name}") });
        let made = self.call(Method::POST, "/Users", Some(user)).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
        made.json()
    }

    async fn patch(&self, path: &str, operations: Value) -> Reply {
        let body = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations });
        self.call(Method::PATCH, path, Some(body)).await
    }
}

fn path_of(kind: &str, document: &Value) -> String {
    format!("/{kind}/{}", document["id"].as_str().unwrap())
}

async fn member(bench: &Bench, org: &Org, email: &str) -> Value {
    let all = bench.get(&org.admin, "/members").await.json();
    let found = all["items"].as_array().unwrap().iter().find(|member| member["email"] == email).cloned();
    found.unwrap_or_default()
}

#[tokio::test]
async fn a_directory_brings_people_in_finds_them_changes_them_and_takes_them_out() {
    let bench = Bench::start().await;
    let org = bench.org("acme").await;
    let directory = Directory::of(&bench, &org);
    let joe = directory.user("joe").await;
    assert_eq!(
        (&joe["userName"], &joe["displayName"], &joe["active"]),
        (&json!("joe@acme.example"), &json!("joe Doe"), &json!(true))
    );
    assert_eq!(
        joe["meta"]["location"],
        format!("http://acme.localhost:7007/scim/v2/Users/{}", joe["id"].as_str().unwrap())
    );
    let row = member(&bench, &org, "joe@acme.example").await;
    assert_eq!(
        (&row["role"], &row["status"]),
        (&json!("member"), &json!("active")),
        "never an administrator by itself"
    );
    let event = bench.last_audit(org.tenant).await;
    assert_eq!((event.0.as_str(), event.1.as_str()), ("directory:Okta", "member.provision"));

    let again = directory.call(Method::POST, "/Users", Some(json!({ "userName": "JOE@acme.example" }))).await;
    assert_eq!((again.status, &again.json()["scimType"]), (StatusCode::CONFLICT, &json!("uniqueness")));
    assert_eq!(again.headers["content-type"], "application/scim+json");
    for (filter, expected) in [
        ("userName eq \"JOE@acme.example\"", 1),
        ("userName eq \"nobody@acme.example\"", 0),
        ("externalId eq \"ext-joe\" and active eq true", 1),
        ("emails[value sw \"joe\"]", 1),
        ("name.familyName co \"oe\" and not (active eq false)", 1),
    ] {
        let query: String = filter.bytes().map(|byte| format!("%{byte:02X}")).collect();
        assert_eq!(directory.get(&format!("/Users?filter={query}")).await["totalResults"], expected, "{filter}");
    }
    let odd = directory.call(Method::GET, "/Users?filter=userName%20is%20x", None).await;
    assert_eq!((odd.status, &odd.json()["scimType"]), (StatusCode::BAD_REQUEST, &json!("invalidFilter")));

    let path = path_of("Users", &joe);
    let renamed =
        directory.patch(&path, json!([{ "op": "Replace", "path": "name.givenName", "value": "Joseph" }])).await;
    assert_eq!((renamed.status, &renamed.json()["displayName"]), (StatusCode::OK, &json!("Joseph Doe")));
    let mut whole = renamed.json();
    whole["emails"] = json!([{ "value": "joseph@acme.example" }]);
    assert_eq!(directory.call(Method::PUT, &path, Some(whole)).await.status, StatusCode::OK);
    assert_eq!(member(&bench, &org, "joseph@acme.example").await["name"], "Joseph Doe");
    assert_eq!(directory.call(Method::DELETE, &path, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(directory.call(Method::GET, &path, None).await.status, StatusCode::NOT_FOUND);
    assert_eq!(member(&bench, &org, "joseph@acme.example").await["status"], "deactivated");
    assert_eq!(bench.last_audit(org.tenant).await.1, "member.deactivate");
    let back = directory.call(Method::POST, "/Users", Some(json!({ "userName": "joseph@acme.example" }))).await;
    assert_eq!(back.status, StatusCode::CREATED, "{}", back.text());
    assert_eq!(member(&bench, &org, "joseph@acme.example").await["status"], "active");
}

#[tokio::test]
async fn pages_count_from_one_and_attributes_can_be_left_out() {
    let bench = Bench::start().await;
    let org = bench.org("acme").await;
    let directory = Directory::of(&bench, &org);
    for name in ["a", "b", "c", "d", "e"] {
        directory.user(name).await;
    }
    let page = directory.get("/Users?startIndex=2&count=2&attributes=userName").await;
    assert_eq!((&page["totalResults"], &page["startIndex"], &page["itemsPerPage"]), (&json!(5), &json!(2), &json!(2)));
    let names: Vec<&Value> = page["Resources"].as_array().unwrap().iter().map(|user| &user["userName"]).collect();
    assert_eq!(names, ["b@acme.example", "c@acme.example"]);
    assert!(page["Resources"][0]["emails"].is_null());
    assert_eq!(directory.get("/Users?count=0").await["itemsPerPage"], 0);
    assert_eq!(directory.get("/Users?startIndex=-3&count=100000").await["itemsPerPage"], 5);
    let config = directory.get("/ServiceProviderConfig").await;
    assert_eq!((&config["patch"]["supported"], &config["bulk"]["supported"]), (&json!(true), &json!(false)));
    assert_eq!(directory.get("/ResourceTypes").await["totalResults"], 2);
    assert_eq!(directory.get("/Schemas").await["Resources"][1]["name"], "Group");
}

#[tokio::test]
async fn deactivating_takes_tokens_for_good_and_the_last_administrator_stays() {
    let bench = Bench::start().await;
    let org = bench.org("acme").await;
    let directory = Directory::of(&bench, &org);
    // The first administrator becomes the directory's: same mail address, same role.
    let jane = directory.user("jane").await;
    assert_eq!(member(&bench, &org, "jane@acme.example").await["role"], "admin");
    let path = path_of("Users", &jane);
    for (method, body) in
        [(Method::DELETE, None), (Method::PUT, Some(json!({ "userName": "jane@acme.example", "active": false })))]
    {
        let refused = directory.call(method, &path, body).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text());
    }
    let refused = directory.patch(&path, json!([{ "op": "replace", "value": { "active": "False" } }])).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert_eq!(member(&bench, &org, "jane@acme.example").await["status"], "active");

    let joe = directory.user("joe").await;
    let id: uuid::Uuid = serde_json::from_value(joe["id"].clone()).unwrap();
    let as_joe = crate::bench::person(org.tenant, id, "member");
    assert_eq!(bench.post(&as_joe, "/tokens", json!({ "name": "ci" })).await.status, StatusCode::CREATED);
    let path = path_of("Users", &joe);
    let off = directory.patch(&path, json!([{ "op": "Replace", "path": "active", "value": "False" }])).await;
    assert_eq!((off.status, &off.json()["active"]), (StatusCode::OK, &json!(false)));
    let on = directory.patch(&path, json!([{ "op": "replace", "path": "active", "value": true }])).await;
    assert_eq!(on.json()["active"], true);
    assert_eq!(bench.get(&as_joe, "/tokens").await.json()["items"], json!([]), "what was taken does not come back");
}

#[tokio::test]
async fn groups_have_members_are_entities_and_give_a_role_only_when_an_administrator_says_so() {
    let bench = Bench::start().await;
    let org = bench.org("acme").await;
    let directory = Directory::of(&bench, &org);
    let (joe, amy) = (directory.user("joe").await, directory.user("amy").await);
    let group = json!({ "displayName": "Platform & SRE", "members": [{ "value": joe["id"] }] });
    let made = directory.call(Method::POST, "/Groups", Some(group)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let group = path_of("Groups", &made.json());
    let setup = bench.get(&org.admin, "/scim").await.json();
    assert_eq!(setup["baseUrl"], "http://acme.localhost:7007/scim/v2");
    assert_eq!(setup["groups"][0]["entityRef"], "group:default/platform-sre");
    assert_eq!((&setup["groups"][0]["role"], &setup["groups"][0]["members"]), (&Value::Null, &json!(1)));
    let role = async |email: &str| member(&bench, &org, email).await["role"].clone();
    assert_eq!(role("joe@acme.example").await, "member");

    let map = format!("/scim/groups/{}", made.json()["id"].as_str().unwrap());
    let mapped = bench.call(&org.admin, Method::PATCH, &map, Some(json!({ "role": "maintainer" }))).await;
    assert_eq!(mapped.status, StatusCode::OK, "{}", mapped.text());
    assert_eq!(role("joe@acme.example").await, "maintainer");
    let moved = directory
        .patch(
            &group,
            json!([{ "op": "add", "path": "members", "value": [{ "value": amy["id"] }] },
            { "op": "remove", "path": format!("members[value eq \"{}\"]", joe["id"].as_str().unwrap()) }]),
        )
        .await;
    assert_eq!(moved.status, StatusCode::OK, "{}", moved.text());
    assert_eq!(
        (role("joe@acme.example").await, role("amy@acme.example").await),
        (json!("member"), json!("maintainer"))
    );
    assert_eq!(directory.get(&path_of("Users", &amy)).await["groups"][0]["display"], "Platform & SRE");
    let listed =
        directory.get("/Groups?filter=displayName%20eq%20%22platform%20%26%20sre%22&excludedAttributes=members").await;
    assert_eq!((&listed["totalResults"], &listed["Resources"][0]["members"]), (&json!(1), &Value::Null));
    let same = directory.call(Method::POST, "/Groups", Some(json!({ "displayName": "PLATFORM & SRE" }))).await;
    assert_eq!(same.status, StatusCode::CONFLICT);
    let odd = directory.patch(&group, json!([{ "op": "add", "path": "members", "value": [{ "value": "x" }] }])).await;
    assert_eq!((odd.status, &odd.json()["scimType"]), (StatusCode::BAD_REQUEST, &json!("invalidValue")));
    assert_eq!(directory.call(Method::DELETE, &group, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(role("amy@acme.example").await, "member");
    let unknown = bench.call(&org.admin, Method::PATCH, &map, Some(json!({ "role": "viewer" }))).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_role_from_a_group_never_takes_the_last_administrator_away() {
    let bench = Bench::start().await;
    let org = bench.org("acme").await;
    let directory = Directory::of(&bench, &org);
    let jane = directory.user("jane").await;
    let made = directory
        .call(Method::POST, "/Groups", Some(json!({ "displayName": "Admins", "members": [{ "value": jane["id"] }] })))
        .await;
    let map = format!("/scim/groups/{}", made.json()["id"].as_str().unwrap());
    bench.call(&org.admin, Method::PATCH, &map, Some(json!({ "role": "admin" }))).await;
    // Her own role is another's to give; without the group she would be a viewer.
    bench.db.execute_as_admin("update scim_user set base_role = 'viewer'").await;
    let emptied =
        directory.patch(&path_of("Groups", &made.json()), json!([{ "op": "remove", "path": "members" }])).await;
    assert_eq!(emptied.status, StatusCode::OK, "{}", emptied.text());
    assert_eq!(member(&bench, &org, "jane@acme.example").await["role"], "admin");
}

#[tokio::test]
async fn only_a_directory_provisions_and_it_does_nothing_else() {
    let bench = Bench::start().await;
    let (org, other) = (bench.org("acme").await, bench.org("globex").await);
    let (directory, stranger) = (Directory::of(&bench, &org), Directory::of(&bench, &other));
    let joe = directory.user("joe").await;
    for path in ["/tenant", "/members", "/audit", "/scim", "/me", "/tokens"] {
        assert_eq!(bench.get(&directory.caller, path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let by_admin = request(&bench.router, Some(&org.admin), Method::GET, "/scim/v2/Users", None).await;
    assert_eq!((by_admin.status, &by_admin.json()["status"]), (StatusCode::FORBIDDEN, &json!("403")));
    let foreign = stranger.call(Method::GET, &path_of("Users", &joe), None).await;
    let absent = stranger.call(Method::GET, "/Users/no-uuid", None).await;
    assert_eq!((foreign.status, foreign.text()), (absent.status, absent.text()));
    let group = json!({ "displayName": "G", "members": [{ "value": joe["id"] }] });
    assert_eq!(stranger.call(Method::POST, "/Groups", Some(group)).await.json()["members"], json!([]));
}

#[tokio::test]
async fn tokens_are_made_by_administrators_and_shown_once() {
    let bench = Bench::start().await;
    let org = bench.org("acme").await;
    let made = bench.post(&org.admin, "/scim/tokens", json!({ "name": "Okta" })).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let text = made.json()["token"].as_str().unwrap().to_owned();
    assert!(text.starts_with("pro_"));
    assert!(!bench.get(&org.admin, "/scim").await.text().contains(&text));
    let path = format!("/scim/tokens/{}", made.json()["id"].as_str().unwrap());
    assert_eq!(bench.call(&org.admin, Method::DELETE, &path, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(bench.last_audit(org.tenant).await.1, "scim.token.delete");
    for _ in 0..5 {
        bench.post(&org.admin, "/scim/tokens", json!({ "name": "x" })).await;
    }
    assert_eq!(bench.post(&org.admin, "/scim/tokens", json!({ "name": "x" })).await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_directory_fills_no_more_seats_than_the_plan_has() {
    let bench = Bench::with(|config| {
        let plan = runtime::config::Plan { members: 2, ..runtime::config::Plan::default() };
        config.plans = runtime::config::Plans::default().with("internal", plan);
    })
    .await;
    let org = bench.org("acme").await;
    let directory = Directory::of(&bench, &org);
    directory.user("kim").await;
    let lee = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "lee@acme.example",
        "emails": [{ "value": "lee@acme.example", "primary": true }], "active": true });
    let refused = directory.call(Method::POST, "/Users", Some(lee)).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text());
    assert!(refused.text().contains("room for 2 members"), "{}", refused.text());
}
