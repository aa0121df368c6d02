//! The portal's files and its one page.

use crate::bench::{APEX, Edge, injected, injected_parts};
use axum::http::StatusCode;
use serde_json::json;

const INDEX: &[u8] = b"<!doctype html><html><head><title>x</title><!--APP_CONFIG--></head><body></body></html>";

async fn with_portal() -> Edge {
    let edge = Edge::start().await;
    edge.write_portal("index.html", INDEX);
    edge.write_portal("static/main.0f3a.js", b"plain");
    edge.write_portal("static/main.0f3a.js.br", b"brotli");
    edge.write_portal("static/main.0f3a.js.gz", b"gzip");
    edge.write_portal("favicon.svg", b"<svg/>");
    edge.write_portal(".secret", b"secret");
    edge
}

#[tokio::test]
async fn assets_come_compressed_and_stay_cached_for_good() {
    let edge = with_portal().await;
    for (accept, body, encoding) in
        [("gzip, deflate, br", "brotli", Some("br")), ("gzip", "gzip", Some("gzip")), ("identity", "plain", None)]
    {
        let reply = edge.get_with(APEX, "/static/main.0f3a.js", "accept-encoding", accept).await;
        assert_eq!(reply.text(), body);
        assert_eq!(reply.headers.get("content-encoding").map(|value| value.to_str().unwrap()), encoding);
        assert_eq!(reply.headers["content-type"], "text/javascript; charset=utf-8");
        assert_eq!(reply.headers["cache-control"], "public, max-age=31536000, immutable");
        assert_eq!(reply.headers["vary"], "accept-encoding");
    }
    let icon = edge.get(APEX, "/favicon.svg").await;
    assert_eq!(
        (&icon.headers["cache-control"], &icon.headers["content-type"]),
        (&"no-cache".parse().unwrap(), &"image/svg+xml".parse().unwrap())
    );
    let tag = icon.headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(edge.get_with(APEX, "/favicon.svg", "if-none-match", &tag).await.status, StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn every_page_of_the_portal_is_the_one_page_and_is_never_cached() {
    let edge = with_portal().await;
    let org = edge.org("acme").await;
    for path in ["/", "/catalog", "/catalog/default/component/v1.2", "/index.html"] {
        let reply = edge.get_with(&org.host, path, "accept", "text/html,*/*;q=0.8").await;
        assert_eq!(
            (reply.status, &reply.headers["cache-control"]),
            (StatusCode::OK, &"no-store".parse().unwrap()),
            "{path}"
        );
        let policy = reply.headers["content-security-policy"].to_str().unwrap().to_owned();
        assert_eq!(
            policy,
            "default-src 'self'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; \
             img-src 'self' data: https:; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; \
             form-action 'self'; frame-ancestors 'self'"
        );
        assert_eq!(injected(&reply.text())["app"]["title"], "acme & Co");
        assert!(reply.text().contains("<title>acme &amp; Co</title>"));
    }
}

#[tokio::test]
async fn the_page_is_told_whose_it_is() {
    let edge = with_portal().await;
    let org = edge.org("acme").await;
    let apex = injected(&edge.get(APEX, "/").await.text());
    assert_eq!(
        apex["proscenium"],
        json!({ "surface": "apex", "domain": "localhost:7007", "apexUrl": "http://localhost:7007", "demo": false, "mail": false, "plugins": [] })
    );
    let tenant = injected(&edge.get(&org.host, "/").await.text());
    let expected = json!({ "surface": "tenant", "domain": "localhost:7007", "apexUrl": "http://localhost:7007", "demo": false, "mail": false,
        "session": false, "tenant": { "id": org.id, "slug": "acme", "name": "acme & Co" }, "branding": {},
        "plugins": [{ "pluginId": "tech-radar", "entry": "/api/plugins/v1/remotes/d/mf-manifest.json" }] });
    assert_eq!(tenant["proscenium"], expected);
    assert_eq!(tenant["app"]["baseUrl"], org.origin);
    assert_eq!(tenant["permission"], json!({ "enabled": true }));
}

#[tokio::test]
async fn what_plugins_say_to_browsers_is_in_the_organisations_page_and_in_no_other() {
    let edge = with_portal().await;
    let org = edge.org("acme").await;
    let page = edge.get(&org.host, "/").await.text();
    assert_eq!(page.matches("</script>").count(), 1, "{page}");
    let parts = injected_parts(&page);
    assert_eq!(parts.as_array().unwrap().len(), 2, "{page}");
    assert_eq!(parts[0]["context"], "plugin:stage");
    assert_eq!(parts[0]["data"]["stage"], json!({ "baseUrl": "</script>" }));
    assert_eq!(parts[1]["data"]["app"]["title"], "acme & Co");
    let apex = injected_parts(&edge.get(APEX, "/").await.text());
    assert_eq!(apex.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn files_that_are_not_of_the_build_are_not_there() {
    let edge = with_portal().await;
    for path in [
        "/static/missing.js",
        "/missing.png",
        "/.secret",
        "/static/../.secret",
        "/static/%2e%2e/.secret",
        "/static/..%2f.secret",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/static/",
        "/etc/passwd.txt",
        "/static/main.0f3a.js/x",
    ] {
        let reply = edge.get_with(APEX, path, "accept", "*/*").await;
        assert!([StatusCode::NOT_FOUND, StatusCode::BAD_REQUEST].contains(&reply.status), "{path}: {}", reply.status);
        assert!(!reply.text().contains("secret\n") && !reply.text().contains("root:"), "{path}");
    }
    let post = axum::http::Request::post("/").header("host", APEX).body(axum::body::Body::empty()).unwrap();
    assert_eq!(edge.call(post).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_browser_that_looks_for_an_icon_finds_no_error() {
    let edge = with_portal().await;
    assert_eq!(edge.get_with(APEX, "/favicon.ico", "accept", "image/*").await.status, StatusCode::NO_CONTENT);
    edge.write_portal("favicon.ico", b"icon");
    assert_eq!(edge.get(APEX, "/favicon.ico").await.text(), "icon");
}

#[tokio::test]
async fn without_a_build_the_start_page_says_so_and_the_api_works() {
    let edge = Edge::start().await;
    let reply = edge.get_with(APEX, "/", "accept", "text/html").await;
    assert!(reply.text().contains("The portal is not built yet"), "{}", reply.text());
    assert_eq!(edge.get(APEX, "/api/docs").await.status, StatusCode::OK);
}
