//! Whatever another organisation's people and plugins hold is worth nothing at this organisation's host.

use super::examples::examples;
use super::installation::{Installation, request};
use super::organisation::Organisation;
use http::StatusCode;
use testkit::Reply;

impl Installation {
    /// The Backstage user token that the stock front end gets for the session.
    async fn user_token(&self, of: &Organisation) -> String {
        let headers = [("cookie", of.cookie.as_str()), ("x-requested-with", "XMLHttpRequest")];
        let reply = self.call(request("GET", &of.host, "/api/auth/proscenium/refresh", "", &headers)).await;
        reply.json()["backstageIdentity"]["token"].as_str().unwrap_or_else(|| panic!("{}", reply.text())).to_owned()
    }
}

fn outcome(reply: &Reply) -> (StatusCode, String) {
    let error = reply.json()["error"]["name"].as_str().unwrap_or_default().to_owned();
    (reply.status, error)
}

#[tokio::test(flavor = "multi_thread")]
async fn foreign_tokens_are_illegal_and_a_foreign_cookie_is_nobodys_on_every_route() {
    let installation = Installation::start().await;
    let (own, other) = (installation.organisation("acme").await, installation.organisation("globex").await);
    let resources = installation.resources(&own).await.absent(&installation);
    let user_token = installation.user_token(&other).await;
    let tokens = [("user", &user_token), ("plugin", &other.worker), ("API", &other.admin)];
    for (entry, example) in examples(&installation.routes) {
        let (path, body) = (example.path_with(&resources), example.body_with(&resources));
        let ask = |name: &'static str, value: String| {
            let headers = [("origin", own.origin.as_str()), (name, value.as_str())];
            installation.call(request(example.method(), &own.host, &path, &body, &headers))
        };
        let by_probe = entry.path.starts_with("/.backstage/");
        for (kind, token) in tokens {
            let reply = ask("authorization", format!("Bearer {token}")).await;
            assert_eq!(reply.status == StatusCode::UNAUTHORIZED, !by_probe, "{} with a {kind} token", example.route);
            assert!(
                by_probe || example.method() == "HEAD" || reply.text().contains("Illegal token"),
                "{}",
                reply.text()
            );
        }
        if example.route == "POST /api/tenant-admin/v1/signup" {
            continue;
        }
        let with_cookie = ask("cookie", other.cookie.clone()).await;
        let without = ask("x-nothing", String::new()).await;
        assert_eq!(outcome(&with_cookie), outcome(&without), "{} with a foreign cookie", example.route);
    }
    // The cookie is a good one, at home.
    installation.user_token(&other).await;
    installation.stop().await;
}
