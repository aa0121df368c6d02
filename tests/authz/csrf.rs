//! No change rides on a session cookie unless the request comes from the organisation's own pages.

use super::examples::{EXAMPLES, examples};
use super::installation::{Installation, request};
use super::name_of;
use http::StatusCode;

const REFUSAL: &str = "This request did not come from this portal's own pages";

#[tokio::test(flavor = "multi_thread")]
async fn every_change_with_a_cookie_needs_the_exact_origin() {
    let installation = Installation::start().await;
    let own = installation.organisation("acme").await;
    let sibling = installation.organisation("globex").await;
    let absent = installation.resources(&own).await.absent(&installation);
    let https = own.origin.replacen("http://", "https://", 1);
    let apex = format!("http://{}", installation.domain);
    let longer = format!("{}.evil.example", own.origin);
    let origins = [
        ("the own origin", Some(own.origin.as_str()), true),
        ("no origin", None, false),
        ("an opaque origin", Some("null"), false),
        ("a sibling organisation", Some(sibling.origin.as_str()), false),
        ("the apex", Some(apex.as_str()), false),
        ("another scheme", Some(https.as_str()), false),
        ("a longer host", Some(longer.as_str()), false),
    ];
    let mut checked = std::collections::BTreeSet::new();
    for (entry, example) in examples(&installation.routes) {
        if matches!(entry.method.as_str(), "GET" | "HEAD" | "OPTIONS") {
            continue;
        }
        // Each time a fresh session: signing out is among the requests.
        let cookie = match example.route {
            "POST /api/auth/proscenium/logout" => installation.sign_in(&own, &own.admin_email).await,
            _ => own.cookie.clone(),
        };
        // The right one last, for what it does ends the session.
        for (what, origin, passes) in origins.iter().rev() {
            let mut headers = vec![("cookie", cookie.as_str())];
            headers.extend(origin.map(|origin| ("origin", origin)));
            let (path, body) = (example.path_with(&absent), example.body_with(&absent));
            let reply = installation.call(request(example.method(), &own.host, &path, &body, &headers)).await;
            let refused = reply.status == StatusCode::FORBIDDEN && reply.text().contains(REFUSAL);
            assert_eq!(refused, !passes, "{} with {what}: {} {}", example.route, reply.status, reply.text());
        }
        checked.insert(name_of(entry));
    }
    let all = EXAMPLES.iter().copied().flatten().map(|example| example.route);
    let changing =
        all.filter(|route| !route.starts_with("GET ") && !route.starts_with("HEAD ") && !route.starts_with("OPTIONS "));
    assert_eq!(checked.len(), changing.collect::<std::collections::BTreeSet<_>>().len());
    installation.stop().await;
}
