//! What crosses the border between the platform and a plugin's worker, in both directions.
//!
//! A worker never sees our internal token, the session cookie or the user's own token; it cannot set cookies on the
//! organisation's origin, nor lift the browser's rules there.

use http::header::{self, HeaderMap, HeaderName, HeaderValue};

const HOP_BY_HOP: [HeaderName; 8] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// Headers of a request that stay with us.
const KEPT_FROM_WORKER: [HeaderName; 3] = [header::AUTHORIZATION, header::COOKIE, header::HOST];

/// Headers of an answer that a plugin does not decide.
const KEPT_FROM_BROWSER: [HeaderName; 5] = [
    header::SET_COOKIE,
    header::CONTENT_SECURITY_POLICY,
    header::STRICT_TRANSPORT_SECURITY,
    HeaderName::from_static("clear-site-data"),
    HeaderName::from_static("service-worker-allowed"),
];

/// The headers that a worker sees: the caller's, without what is ours, as if they had come to `host` with `token`.
#[must_use]
pub fn towards_worker(mut headers: HeaderMap, host: &str, token: Option<&str>) -> HeaderMap {
    drop_hops(&mut headers);
    for name in KEPT_FROM_WORKER {
        headers.remove(name);
    }
    let ours: Vec<HeaderName> =
        headers.keys().filter(|name| name.as_str().starts_with("x-proscenium-")).cloned().collect();
    for name in ours {
        headers.remove(name);
    }
    if let Ok(host) = HeaderValue::from_str(host) {
        headers.insert(header::HOST, host);
    }
    if let Some(Ok(mut value)) = token.map(|token| HeaderValue::from_str(&format!("Bearer {token}"))) {
        value.set_sensitive(true);
        headers.insert(header::AUTHORIZATION, value);
    }
    headers
}

/// The headers that the caller sees.
#[must_use]
pub fn from_worker(mut headers: HeaderMap) -> HeaderMap {
    drop_hops(&mut headers);
    for name in KEPT_FROM_BROWSER {
        headers.remove(name);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers
}

fn drop_hops(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named.iter().chain(&HOP_BY_HOP) {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_worker_sees_its_own_token_and_none_of_ours() {
        let seen = towards_worker(
            headers(&[
                ("authorization", "Bearer users-own"),
                ("cookie", "session=1"),
                ("x-proscenium-token", "internal"),
                ("x-proscenium-capability", "guess"),
                ("connection", "x-drop, close"),
                ("x-drop", "1"),
                ("accept", "*/*"),
                ("host", "elsewhere"),
            ]),
            "acme.localhost:7007",
            Some("for-badges"),
        );
        let expected =
            headers(&[("accept", "*/*"), ("host", "acme.localhost:7007"), ("authorization", "Bearer for-badges")]);
        assert_eq!(seen, expected);
        assert!(towards_worker(headers(&[("authorization", "x")]), "h", None).get("authorization").is_none());
    }

    #[test]
    fn a_plugin_cannot_set_cookies_on_the_organisations_origin() {
        let seen = from_worker(headers(&[("set-cookie", "a=b"), ("transfer-encoding", "chunked"), ("etag", "\"1\"")]));
        assert_eq!(seen, headers(&[("etag", "\"1\""), ("x-content-type-options", "nosniff")]));
        assert_eq!(seen.get("etag").unwrap(), "\"1\"");
    }
}
