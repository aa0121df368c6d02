//! Whether a request that rides on a cookie was made by the organisation's own page.
//!
//! Organisations are siblings under one domain, so `SameSite` does not keep them apart: the `Origin` header must be
//! exactly the organisation's own origin, and a missing one is refused.

use ::http::Method;

/// Whether a method may change something and so needs a proof of origin.
#[must_use]
pub fn changes_state(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Whether the request may use its cookie: it only reads, or it comes from the organisation's own pages.
///
/// `upgrade` is true for WebSocket handshakes, which are GETs that open a two-way channel.
#[must_use]
pub fn may_use_cookie(method: &Method, upgrade: bool, origins: &[&str], own: &str) -> bool {
    if !changes_state(method) && !upgrade {
        return true;
    }
    matches!(origins, [origin] if *origin == own)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "http://acme.localhost:7007";

    #[test]
    fn a_change_needs_exactly_the_own_origin() {
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::CONNECT, Method::TRACE] {
            assert!(may_use_cookie(&method, false, &[OWN], OWN), "{method} from the own page was refused");
            for (origins, why) in [
                (&[][..], "missing"),
                (&["null"][..], "opaque"),
                (&["http://evil.localhost:7007"][..], "a sibling organisation"),
                (&["http://localhost:7007"][..], "the apex"),
                (&["https://acme.localhost:7007"][..], "another scheme"),
                (&["http://acme.localhost"][..], "another port"),
                (&["http://acme.localhost:70070"][..], "a longer port"),
                (&["http://acme.localhost:7007/"][..], "a path"),
                (&["HTTP://ACME.localhost:7007"][..], "another spelling"),
                (&["http://acme.localhost:7007.evil.example"][..], "a longer host"),
                (&["http://x.acme.localhost:7007"][..], "a sub-domain"),
                (&[""][..], "empty"),
                (&[OWN, "http://evil.localhost:7007"][..], "two headers"),
                (&[OWN, OWN][..], "the same twice"),
            ] {
                assert!(!may_use_cookie(&method, false, origins, OWN), "{method} passed with {why}");
            }
        }
    }

    #[test]
    fn reading_needs_no_origin_but_a_websocket_does() {
        for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
            assert!(may_use_cookie(&method, false, &[], OWN));
            assert!(!may_use_cookie(&method, true, &[], OWN));
            assert!(!may_use_cookie(&method, true, &["http://evil.localhost:7007"], OWN));
            assert!(may_use_cookie(&method, true, &[OWN], OWN));
        }
    }
}
