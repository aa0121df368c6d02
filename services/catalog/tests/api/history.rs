//! What was, what happened, and what comes back.

use super::harness::{Catalog, File, component, group, location, names};
use super::permissions::{allow, jane, rule};
use authz::Permission;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::Connection as _;
use testkit::{Reply, request};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

const SHOP: &str = "component:default/shop";

/// This moment, as clients write it.
pub fn now() -> String {
    // Whatever was acknowledged before was committed before.
    kernel::system_clock().now().format(&Rfc3339).unwrap()
}

fn by_name(entity_ref: &str) -> String {
    format!("/api/catalog/entities/by-name/{}", entity_ref.replace(':', "/"))
}

async fn at(catalog: &Catalog, entity_ref: &str, moment: &str) -> Reply {
    catalog.get(&format!("{}?asOf={moment}", by_name(entity_ref))).await
}

async fn history(catalog: &Catalog, entity_ref: &str, query: &str) -> Value {
    let path = format!("/api/catalog/v1/entities/{}/history{query}", entity_ref.replace(':', "/"));
    let reply = catalog.get(&path).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    reply.json()
}

/// `change` of each item, newest first.
fn changes(history: &Value) -> Vec<&str> {
    history["items"].as_array().unwrap().iter().map(|item| item["change"].as_str().unwrap()).collect()
}

/// Reads the file again and waits until that is done.
async fn rewrite(catalog: &Catalog, path: &str, text: String) {
    catalog.files.put(path, text);
    catalog.refresh_all().await;
    catalog.settle().await;
}

/// A catalog with one file, read.
async fn with_file(text: String) -> (Catalog, String) {
    let catalog = Catalog::new().await;
    catalog.files.put("a.yaml", text);
    let id = catalog.register("a.yaml").await;
    catalog.settle().await;
    (catalog, id)
}

async fn rows(catalog: &Catalog, table: &str) -> i64 {
    let sql = match table {
        "entity_version" => "select count(*) from entity_version where tenant_id = $1",
        "relation_version" => "select count(*) from relation_version where tenant_id = $1",
        _ => "select count(*) from catalog_change where tenant_id = $1",
    };
    let mut tx = catalog.test.db.tenant(catalog.tenant).await.unwrap();
    sqlx::query_scalar(sql).bind(tx.id()).fetch_one(tx.conn()).await.unwrap()
}

/// Moves everything that happened so far into the past.
async fn let_days_pass(catalog: &Catalog, days: i32) {
    let mut tx = catalog.test.db.tenant(catalog.tenant).await.unwrap();
    sqlx::query(
        "with moved as (delete from catalog_change where tenant_id = $1 returning *)
         insert into catalog_change (tenant_id, seq, changed_at, cause)
         select tenant_id, seq, changed_at - make_interval(days => $2), cause from moved",
    )
    .bind(tx.id())
    .bind(days)
    .execute(tx.conn())
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn an_entity_is_answered_byte_by_byte_as_it_was_by_name_uid_and_reference() {
    let (catalog, _) = with_file(component("shop", "") + &group("team-a")).await;
    let before = catalog.get(&by_name(SHOP)).await;
    let moment = now();
    rewrite(&catalog, "a.yaml", component("shop", ", system: till") + &group("team-a")).await;
    let after = catalog.get(&by_name(SHOP)).await;
    assert_ne!(before.text(), after.text());

    assert_eq!(at(&catalog, SHOP, &moment).await.text(), before.text());
    assert_eq!(at(&catalog, SHOP, &now()).await.text(), after.text());
    let uid = before.json()["metadata"]["uid"].as_str().unwrap().to_owned();
    let by_uid = catalog.get(&format!("/api/catalog/entities/by-uid/{uid}?asOf={moment}")).await;
    assert_eq!(by_uid.text(), before.text());
    let body = json!({"entityRefs": [SHOP, "component:default/none"]});
    let by_refs = catalog.post(&format!("/api/catalog/entities/by-refs?asOf={moment}"), body).await;
    assert_eq!(by_refs.json(), json!({"items": [before.json(), null]}));
    let body = json!({"entityRefs": [SHOP], "asOf": moment, "query": {"relations.partOf": {"$exists": true}}});
    let by_refs = catalog.post("/api/catalog/entities/by-refs", body).await;
    assert_eq!(by_refs.json(), json!({"items": [null]}), "it was part of nothing then");
}

#[tokio::test]
async fn a_renamed_owner_changes_relations_of_the_past_without_making_versions_of_others() {
    let (catalog, _) = with_file(component("shop", "") + &component("till", "") + &group("team-a")).await;
    let team = catalog.get(&by_name("group:default/team-a")).await;
    assert_eq!((rows(&catalog, "entity_version").await, rows(&catalog, "relation_version").await), (0, 0));
    let moment = now();
    rewrite(
        &catalog,
        "a.yaml",
        component("shop", "").replace("team-a", "team-b") + &component("till", "") + &group("team-a"),
    )
    .await;
    assert_eq!(rows(&catalog, "entity_version").await, 1, "only the component has another content");
    let now_owned = catalog.entity("group:default/team-a").await.unwrap()["relations"].as_array().unwrap().len();
    assert_eq!(now_owned, 1);
    assert_eq!(at(&catalog, "group:default/team-a", &moment).await.text(), team.text());
    let told = history(&catalog, "group:default/team-a", "").await;
    assert_eq!(changes(&told), ["relations", "created"]);
    assert_eq!(told["items"][0]["diff"], json!([{"path": "relations.ownerOf", "op": "remove", "before": SHOP}]));
}

#[tokio::test]
async fn a_history_tells_what_changed_when_and_why_newest_first() {
    let (catalog, id) =
        with_file(component("shop", ", tags: []").replace("{name: shop}", "{name: shop, tags: [a, b]}")).await;
    let changed =
        component("shop", "").replace("{name: shop}", "{name: shop, tags: [b, c, d]}").replace("team-a", "team-b");
    rewrite(&catalog, "a.yaml", changed).await;
    rewrite(&catalog, "a.yaml", group("team-b")).await;

    let told = history(&catalog, SHOP, "").await;
    assert_eq!(changes(&told), ["deleted", "changed", "created"]);
    let changed = &told["items"][1];
    assert_eq!(
        changed["diff"],
        json!([
            {"path": "metadata.tags", "op": "remove", "before": "a"},
            {"path": "metadata.tags", "op": "add", "after": "c"},
            {"path": "metadata.tags", "op": "add", "after": "d"},
            {"path": "spec.owner", "op": "replace", "before": "team-a", "after": "team-b"},
            {"path": "spec.tags", "op": "remove", "before": []},
            {"path": "relations.ownedBy", "op": "replace", "before": "group:default/team-a", "after": "group:default/team-b"},
        ])
    );
    let location = catalog.get(&format!("/api/catalog/locations/{id}")).await.json();
    assert_eq!(changed["cause"]["kind"], "location");
    assert!(changed["cause"]["location"].as_str().unwrap().starts_with("location:default/generated-"), "{location}");

    let moment = changed["changedAt"].as_str().unwrap();
    assert_eq!(at(&catalog, SHOP, moment).await.json()["spec"]["owner"], "team-b", "from that very moment on");
    assert_eq!(at(&catalog, SHOP, &now()).await.status, StatusCode::NOT_FOUND);

    let first = history(&catalog, SHOP, "?limit=2").await;
    assert_eq!(changes(&first), ["deleted", "changed"]);
    let next = history(&catalog, SHOP, &format!("?limit=2&cursor={}", encode(&first["nextCursor"]))).await;
    assert_eq!((changes(&next), next.get("nextCursor")), (vec!["created"], None));
    let foreign =
        format!("/api/catalog/v1/entities/group/default/team-b/history?cursor={}", encode(&first["nextCursor"]));
    assert_eq!(catalog.get(&foreign).await.status, StatusCode::BAD_REQUEST);
    let unknown = catalog.get("/api/catalog/v1/entities/component/default/none/history").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

pub fn encode(cursor: &Value) -> String {
    url::form_urlencoded::byte_serialize(cursor.as_str().unwrap().as_bytes()).collect()
}

#[tokio::test]
async fn reading_an_unchanged_or_broken_file_makes_no_version() {
    let (catalog, _) = with_file(component("shop", "")).await;
    let before = catalog.get(&by_name(SHOP)).await;
    rewrite(&catalog, "a.yaml", component("shop", "") + "# a remark\n").await;
    rewrite(&catalog, "a.yaml", "kind: [".to_owned()).await;
    rewrite(&catalog, "a.yaml", component("shop", "").replace(", owner: team-a", "")).await;
    let broken = catalog.entity(SHOP).await.unwrap();
    assert!(broken.get("status").is_some(), "{broken}");
    assert_eq!(rows(&catalog, "entity_version").await, 0);
    assert_eq!(changes(&history(&catalog, SHOP, "").await), ["created"]);
    assert_eq!(at(&catalog, SHOP, &now()).await.text(), before.text(), "status is not part of the past");
}

#[tokio::test]
async fn a_moment_that_is_no_moment_or_not_known_is_refused_with_the_reason() {
    let (catalog, _) = with_file(component("shop", "")).await;
    for (moment, complaint) in [
        ("yesterday", "RFC 3339"),
        ("2020-01-01", "RFC 3339"),
        ("2999-01-01T00:00:00Z", "future"),
        ("2020-01-01T00:00:00Z", "kept for 365 days"),
    ] {
        let refused = at(&catalog, SHOP, moment).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{moment}");
        assert!(refused.json()["error"]["message"].as_str().unwrap().contains(complaint), "{}", refused.text());
    }
    let hour_ago = (kernel::system_clock().now() - time::Duration::hours(1)).format(&Rfc3339).unwrap();
    assert_eq!(at(&catalog, SHOP, &hour_ago).await.status, StatusCode::NOT_FOUND, "there was nothing yet");
}

async fn deleted(catalog: &Catalog) -> Vec<String> {
    let reply = catalog.get("/api/catalog/v1/deleted-entities").await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    let items = reply.json()["items"].as_array().unwrap().clone();
    items.iter().map(|item| item["entityRef"].as_str().unwrap().to_owned()).collect()
}

async fn restore(catalog: &Catalog, entity_ref: &str) -> Reply {
    let path = format!("/api/catalog/v1/deleted-entities/{}/restore", entity_ref.replace(':', "/"));
    catalog.post(&path, json!({})).await
}

#[tokio::test]
async fn a_deleted_entity_is_listed_and_comes_back_as_it_was_with_its_uid() {
    let titled = component("shop", "").replace("{name: shop}", "{name: shop, title: The Shop}");
    let (catalog, _) = with_file(titled + &group("team-a")).await;
    let before = catalog.entity(SHOP).await.unwrap();
    rewrite(&catalog, "a.yaml", group("team-a")).await;
    assert!(catalog.entity(SHOP).await.is_none());
    assert_eq!(deleted(&catalog).await, [SHOP]);
    let listed = catalog.get("/api/catalog/v1/deleted-entities").await.json()["items"][0].clone();
    assert_eq!(listed["title"], "The Shop");
    assert_eq!(listed["cause"]["kind"], "location");
    let time = |name: &str| OffsetDateTime::parse(listed[name].as_str().unwrap(), &Rfc3339).unwrap();
    assert_eq!(time("restorableUntil") - time("deletedAt"), time::Duration::days(30));

    let audited = catalog.test.audit_rows(catalog.tenant).await;
    let reply = restore(&catalog, SHOP).await;
    assert_eq!((reply.status, reply.json()), (StatusCode::OK, json!({"entityRef": SHOP})));
    assert_eq!(catalog.test.audit_rows(catalog.tenant).await, audited + 1);
    let back = catalog.entity(SHOP).await.unwrap();
    for field in ["uid", "title", "name"] {
        assert_eq!(back["metadata"][field], before["metadata"][field]);
    }
    assert_eq!((&back["spec"], &back["relations"]), (&before["spec"], &before["relations"]));
    assert_eq!(
        back["metadata"]["annotations"]["backstage.io/managed-by-location"],
        "managed:restored/component/default/shop"
    );
    let team = catalog.entity("group:default/team-a").await.unwrap();
    assert_eq!(team["relations"], json!([{"type": "ownerOf", "targetRef": SHOP}]));
    let found = catalog.get("/api/search/query?term=shop").await.json();
    assert_eq!(found["numberOfResults"], 1, "{found}");

    assert!(deleted(&catalog).await.is_empty());
    assert_eq!(restore(&catalog, SHOP).await.status, StatusCode::CONFLICT);
    assert_eq!(restore(&catalog, "component:default/none").await.status, StatusCode::NOT_FOUND);
    let told = history(&catalog, SHOP, "").await;
    assert_eq!(changes(&told), ["restored", "deleted", "created"]);
    assert_eq!(told["items"][0]["cause"]["actor"], "user:default/admin");
}

#[tokio::test]
async fn a_restored_location_reads_again_what_it_points_at() {
    let catalog = Catalog::new().await;
    catalog.files.put("root.yaml", location("more", &["./b.yaml"]) + &group("team-a"));
    catalog.files.put("b.yaml", component("shop", ""));
    catalog.register("root.yaml").await;
    catalog.wait_for(SHOP, |_| true).await;
    catalog.settle().await;
    rewrite(&catalog, "root.yaml", group("team-a")).await;
    assert!(catalog.entity(SHOP).await.is_none());
    assert_eq!(deleted(&catalog).await, [SHOP, "location:default/more"]);
    assert_eq!(restore(&catalog, "location:default/more").await.status, StatusCode::OK);
    catalog.wait_for(SHOP, |_| true).await;
    assert_eq!(changes(&history(&catalog, SHOP, "").await), ["created", "deleted", "created"]);
}

#[tokio::test]
async fn what_was_deleted_more_than_thirty_days_ago_is_gone_and_its_history_a_year_later() {
    let (catalog, id) = with_file(component("shop", "") + &component("till", "") + &group("team-a")).await;
    // Of its coming and going nothing is left in the end, not even the changes.
    catalog.files.put("b.yaml", component("kiosk", ""));
    let other = catalog.register("b.yaml").await;
    catalog.wait_for("component:default/kiosk", |_| true).await;
    catalog.delete(&format!("/api/catalog/locations/{other}")).await;
    catalog.wait_until_gone("component:default/kiosk").await;
    rewrite(&catalog, "a.yaml", component("till", ", system: x") + &group("team-a")).await;
    let_days_pass(&catalog, 31).await;
    assert!(deleted(&catalog).await.is_empty());
    assert_eq!(restore(&catalog, SHOP).await.status, StatusCode::NOT_FOUND);
    let days_ago = |days| (kernel::system_clock().now() - time::Duration::days(days)).format(&Rfc3339).unwrap();

    let_days_pass(&catalog, 400).await;
    rewrite(&catalog, "a.yaml", component("till", ", system: y") + &group("team-a")).await;
    let rows_before = rows(&catalog, "catalog_change").await;
    prune(&catalog).await;
    assert_eq!(rows(&catalog, "entity_version").await, 1, "till as it was a year ago, and until now");
    assert_eq!(rows(&catalog, "relation_version").await, 2, "that it was part of x, both ways");
    assert!(rows(&catalog, "catalog_change").await < rows_before);
    assert_eq!(at(&catalog, "component:default/till", &days_ago(364)).await.json()["spec"]["system"], "x");
    assert_eq!(at(&catalog, "component:default/till", &days_ago(366)).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(changes(&history(&catalog, "component:default/till", "").await), ["changed", "changed"]);
    assert_eq!(
        catalog.get("/api/catalog/v1/entities/component/default/shop/history").await.status,
        StatusCode::NOT_FOUND
    );
    catalog.delete(&format!("/api/catalog/locations/{id}")).await;
    assert_eq!(deleted(&catalog).await, ["component:default/till", "group:default/team-a"]);
}

async fn prune(catalog: &Catalog) {
    let mut tx = catalog.test.db.tenant(catalog.tenant).await.unwrap();
    let keep = catalog::store::settings::load(&mut tx).await.unwrap();
    assert!(!catalog::store::history::prune::batch(&mut tx, &keep).await.unwrap());
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn lists_are_answered_as_they_were_and_their_cursors_stay_in_the_past() {
    let (catalog, _) =
        with_file(component("a", "") + &component("b", "") + &component("c", "") + &group("team-a")).await;
    let moment = now();
    rewrite(&catalog, "a.yaml", component("b", ", system: s") + &component("d", "") + &group("team-a")).await;
    let path = format!(
        "/api/catalog/entities/by-query?filter=kind=component&orderField=metadata.name,asc&limit=2&asOf={moment}"
    );
    let first = catalog.get(&path).await.json();
    assert_eq!((names(&first["items"]), &first["totalItems"]), (vec!["a".into(), "b".into()], &json!(3)));
    assert_eq!(first["items"][1]["relations"], json!([{"type": "ownedBy", "targetRef": "group:default/team-a"}]));
    rewrite(&catalog, "a.yaml", group("team-a")).await;
    let cursor = encode(&first["pageInfo"]["nextCursor"]);
    let next = catalog.get(&format!("/api/catalog/entities/by-query?limit=2&cursor={cursor}")).await.json();
    assert_eq!((names(&next["items"]), &next["totalItems"]), (vec!["c".into()], &json!(3)));

    let legacy = catalog.get(&format!("/api/catalog/entities?filter=kind=component&limit=2&asOf={moment}")).await;
    assert_eq!(names(&legacy.json()), ["a", "b"]);
    let link = legacy.headers["link"].to_str().unwrap().to_owned();
    assert!(link.contains("asOf="), "{link}");
    let link = link.trim_start_matches("</").split('>').next().unwrap();
    assert_eq!(names(&catalog.get(&format!("/api/catalog/{link}")).await.json()), ["c"]);
    let facets = catalog.post("/api/catalog/entity-facets", json!({"facets": ["kind"], "asOf": moment})).await.json();
    assert_eq!(facets["facets"]["kind"][0], json!({"value": "Component", "count": 3}));
    let late = catalog.get("/api/catalog/entities?asOf=2999-01-01T00:00:00Z").await;
    assert_eq!(late.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn while_one_moment_is_put_together_another_one_is_put_off_and_the_same_one_is_shared() {
    let (catalog, _) = with_file(component("a", "")).await;
    let moments = [now(), now()];
    rewrite(&catalog, "a.yaml", component("b", "")).await;
    // What was begun stays unfinished while this is held.
    let mut lock = sqlx::PgConnection::connect(&catalog.test.admin_url()).await.unwrap();
    sqlx::raw_sql("begin; lock table posting_list in access exclusive mode").execute(&mut lock).await.unwrap();
    let path = |moment: &str| format!("/api/catalog/entities?filter=kind=component&asOf={moment}");
    let (first, same) = (path(&moments[0]), path(&moments[1]));
    let release = async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        let refused = catalog.get(&path(&now())).await;
        lock.close().await.unwrap();
        refused
    };
    let (first, same, refused) = tokio::join!(catalog.get(&first), catalog.get(&same), release);
    assert_eq!((names(&first.json()), names(&same.json())), (vec!["a".into()], vec!["a".into()]));
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{}", refused.text());
    assert!(refused.headers.contains_key("retry-after"));
    assert!(refused.json()["error"]["message"].as_str().unwrap().contains("one at a time"), "{}", refused.text());
}

async fn ask(catalog: &Catalog, method: Method, path: &str) -> Reply {
    request(&catalog.router, Some(&jane(catalog)), method, path, None).await
}

#[tokio::test]
async fn the_past_shows_what_one_may_read_now_if_one_could_have_read_it_then() {
    let owned = |name: &str, owner: &str| component(name, "").replace("owner: team-a", &format!("owner: {owner}"));
    let both = |shop: &str, till: &str| owned("shop", shop) + &owned("till", till);
    let (catalog, _) = with_file(both("team-a", "team-b") + &owned("gone", "team-a") + &owned("lost", "team-b")).await;
    let first = now();
    rewrite(&catalog, "a.yaml", both("team-b", "team-a")).await;
    let second = now();
    let of_team_a = rule("IS_ENTITY_OWNER", &json!({"claims": ["group:default/team-a"]}));
    allow(&catalog, Permission::CATALOG_ENTITY_READ, "maintainer", &of_team_a).await;

    for (name, at_first, at_second) in [("shop", 404, 404), ("till", 404, 200), ("gone", 200, 404), ("lost", 404, 404)]
    {
        let path = by_name(&format!("component:default/{name}"));
        for (moment, expected) in [(&first, at_first), (&second, at_second)] {
            let reply = ask(&catalog, Method::GET, &format!("{path}?asOf={moment}")).await;
            assert_eq!(reply.status.as_u16(), expected, "{name} at {moment}");
        }
    }
    let listed = async |moment: &str| {
        names(
            &ask(&catalog, Method::GET, &format!("/api/catalog/entities?filter=kind=component&asOf={moment}"))
                .await
                .json(),
        )
    };
    assert_eq!((listed(&first).await, listed(&second).await), (vec!["gone".into()], vec!["till".into()]));
    let told = async |name: &str| {
        ask(&catalog, Method::GET, &format!("/api/catalog/v1/entities/component/default/{name}/history")).await
    };
    assert_eq!(told("shop").await.status, StatusCode::NOT_FOUND, "it is somebody else's now");
    assert_eq!(told("lost").await.status, StatusCode::NOT_FOUND);
    assert_eq!(changes(&told("gone").await.json()), ["deleted", "created"]);
    let till = told("till").await.json();
    assert_eq!((changes(&till), &till["items"][0]["diff"]), (vec!["changed"], &json!([])), "not what it was before");

    let listed = ask(&catalog, Method::GET, "/api/catalog/v1/deleted-entities").await.json();
    let refs: Vec<&Value> = listed["items"].as_array().unwrap().iter().map(|item| &item["entityRef"]).collect();
    assert_eq!(refs, ["component:default/gone"]);
    let restore = |name: &str| format!("/api/catalog/v1/deleted-entities/component/default/{name}/restore");
    assert_eq!(ask(&catalog, Method::POST, &restore("lost")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(ask(&catalog, Method::POST, &restore("shop")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(ask(&catalog, Method::POST, &restore("till")).await.status, StatusCode::CONFLICT);
    assert_eq!(ask(&catalog, Method::POST, &restore("gone")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_restored_entity_belongs_to_a_set_until_its_file_lists_it_again() {
    let shop = || component("shop", "") + &group("team-a");
    let (catalog, _) = with_file(shop()).await;
    let before = catalog.entity(SHOP).await.unwrap();
    rewrite(&catalog, "a.yaml", group("team-a")).await;
    assert_eq!(restore(&catalog, SHOP).await.status, StatusCode::OK);
    let set = catalog.get("/api/catalog/v1/sets/restored").await.json();
    assert_eq!(names(&set["entities"]), ["shop"]);
    assert_eq!(set["entities"][0]["metadata"].get("annotations"), Some(&json!({})));

    rewrite(&catalog, "a.yaml", shop()).await;
    let back = catalog.entity(SHOP).await.unwrap();
    assert_eq!(back, before, "as if nothing had happened");
    assert_eq!(catalog.get("/api/catalog/v1/sets/restored").await.status, StatusCode::NOT_FOUND);
    assert_eq!(changes(&history(&catalog, SHOP, "").await), ["changed", "restored", "deleted", "created"]);
    rewrite(&catalog, "a.yaml", group("team-a")).await;
    assert!(catalog.entity(SHOP).await.is_none(), "nobody else emits it");
}

#[tokio::test]
async fn a_provider_that_names_no_location_takes_a_restored_entity_over_as_well() {
    let catalog = Catalog::new().await;
    let entity = json!({"apiVersion": "backstage.io/v1alpha1", "kind": "Component", "metadata": {"name": "shop"},
        "spec": {"type": "service", "lifecycle": "production", "owner": "team-a"}});
    let full = async |entities: Value| {
        let body = json!({"type": "full", "entities": entities});
        let reply = catalog.post("/api/catalog/v1/providers/acme/mutations", body).await;
        assert!(reply.status.is_success(), "{}", reply.text());
    };
    full(json!([{"entity": entity}])).await;
    full(json!([])).await;
    assert_eq!(restore(&catalog, SHOP).await.status, StatusCode::OK);
    full(json!([{"entity": entity}])).await;
    let back = catalog.entity(SHOP).await.unwrap();
    assert_eq!(back["metadata"]["annotations"]["backstage.io/managed-by-location"], "provider:acme");
    full(json!([])).await;
    assert!(catalog.entity(SHOP).await.is_none());
    assert_eq!(catalog.get("/api/catalog/v1/sets/restored").await.status, StatusCode::NOT_FOUND);
    let told = history(&catalog, SHOP, "").await;
    assert_eq!(told["items"][0]["cause"], json!({"kind": "provider", "provider": "acme"}));
}

#[tokio::test]
async fn what_people_added_is_part_of_the_past_and_comes_back_beside_what_is_restored() {
    let (catalog, _) = with_file(component("shop", "")).await;
    let plain = catalog.entity(SHOP).await.unwrap();
    let moment = now();
    let overlay = "/api/catalog/v1/entities/component/default/shop/overlay";
    let reply = catalog.put(overlay, json!({"tags": ["mine"], "labels": {"a": "b"}})).await;
    assert!(reply.status.is_success(), "{}", reply.text());
    assert_eq!(at(&catalog, SHOP, &moment).await.json(), plain);
    let told = history(&catalog, SHOP, "").await;
    assert_eq!(changes(&told), ["changed", "created"]);
    assert_eq!(told["items"][0]["cause"]["actor"], "user:default/admin");
    assert_eq!(told["items"][0]["diff"][1]["path"], "metadata.tags");

    rewrite(&catalog, "a.yaml", group("team-a")).await;
    assert_eq!(restore(&catalog, SHOP).await.status, StatusCode::OK);
    let back = catalog.entity(SHOP).await.unwrap();
    assert_eq!(back["metadata"]["tags"], json!(["mine"]));
    let written = catalog.get("/api/catalog/v1/sets/restored").await.json();
    assert_eq!(written["entities"][0]["metadata"].get("tags"), None, "the overlay is not baked in");
    assert!(catalog.delete(overlay).await.status.is_success());
    assert_eq!(catalog.entity(SHOP).await.unwrap()["metadata"].get("tags"), None);
}

#[tokio::test]
async fn relations_of_a_moment_are_told_the_same_before_and_after_they_were_put_into_the_document() {
    let (catalog, _) = with_file(group("team-a")).await;
    let team = "group:default/team-a";
    // While a file is being read, entities that others only refer to wait for their new relations.
    catalog.files.set("slow.yaml", File::Hangs);
    catalog.register("slow.yaml").await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    catalog.files.put("b.yaml", component("shop", ""));
    catalog.register("b.yaml").await;
    catalog.wait_for(SHOP, |_| true).await;
    let moment = now();
    let owners = format!("/api/catalog/entities?filter=relations.ownerof=component:default/shop&asOf={moment}");
    let before = (at(&catalog, team, &moment).await.text(), catalog.get(&owners).await.text());
    assert_eq!(catalog.entity(team).await.unwrap()["relations"], json!([]), "it does not wait any more");
    assert!(before.0.contains("ownerOf") && before.1.contains("team-a"), "{before:?}");
    catalog.wait_for(team, |team| team["relations"] != json!([])).await;
    assert_eq!((at(&catalog, team, &moment).await.text(), catalog.get(&owners).await.text()), before);
}
