//! The session cookie, and the short-lived one of a sign-in that is under way: names, how they are set, how they are read.

use time::Duration;

/// Which cookie carries the session at this installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionCookie {
    trustworthy: bool,
    names: [&'static str; 2],
    same_site: &'static str,
}

impl SessionCookie {
    /// Browsers take `Secure` cookies over TLS and from `localhost` and `*.localhost` (seen in Chromium 156), and only
    /// `Secure` cookies may carry the `__Host-` prefix, which ties a cookie to one host. An installation that is
    /// reached by another name without TLS gets a plain host-only cookie.
    #[must_use]
    pub fn for_installation(https: bool, domain: &str) -> Self {
        let host = super::host::host_name(domain);
        let trustworthy = https || host == "localhost" || host.ends_with(".localhost");
        Self { trustworthy, names: ["__Host-proscenium", "proscenium"], same_site: "Lax" }
    }

    /// The cookie that binds a sign-in under way to its browser, under the same rules.
    #[must_use]
    pub fn for_attempts(https: bool, domain: &str) -> Self {
        let names = ["__Host-proscenium-sign-in", "proscenium-sign-in"];
        Self { names, ..Self::for_installation(https, domain) }
    }

    /// The operator's, on the installation's own host. No link from elsewhere needs to arrive signed in, so none brings it.
    #[must_use]
    pub fn for_operator(https: bool, domain: &str) -> Self {
        let names = ["__Host-proscenium-operator", "proscenium-operator"];
        Self { names, same_site: "Strict", ..Self::for_installation(https, domain) }
    }

    /// The cookie's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        let [strict, plain] = self.names;
        if self.trustworthy { strict } else { plain }
    }

    const fn secure(self) -> &'static str {
        if self.trustworthy { " Secure;" } else { "" }
    }

    /// The `Set-Cookie` value that stores a session. Never has a `Domain`.
    #[must_use]
    pub fn set(self, token: &str, lives: Duration) -> String {
        let (name, secure, same_site) = (self.name(), self.secure(), self.same_site);
        let seconds = lives.whole_seconds();
        format!("{name}={token}; Path=/; Max-Age={seconds};{secure} HttpOnly; SameSite={same_site}")
    }

    /// The `Set-Cookie` value that forgets the session.
    #[must_use]
    pub fn clear(self) -> String {
        format!("{}=; Path=/; Max-Age=0;{} HttpOnly; SameSite={}", self.name(), self.secure(), self.same_site)
    }

    /// The session's token in a request's `Cookie` headers.
    ///
    /// Two cookies of this name mean that somebody planted one: neither counts.
    #[must_use]
    pub fn read<'a>(self, headers: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
        let pairs =
            headers.into_iter().flat_map(|header| header.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let mut values = pairs.filter(|(name, _)| *name == self.name()).map(|(_, value)| value);
        let first = values.next()?;
        values.next().is_none().then_some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_prefix_is_used_wherever_browsers_take_it() {
        for (https, domain, name) in [
            (true, "portal.example.com", "__Host-proscenium"),
            (false, "localhost:7007", "__Host-proscenium"),
            (false, "dev.localhost:80", "__Host-proscenium"),
            (false, "portal.lan:7007", "proscenium"),
            (false, "notlocalhost", "proscenium"),
        ] {
            let cookie = SessionCookie::for_installation(https, domain);
            assert_eq!(cookie.name(), name, "{domain}");
            assert_eq!(cookie.set("t", Duration::hours(1)).contains("Secure;"), name.starts_with("__Host-"));
        }
    }

    #[test]
    fn a_set_cookie_is_for_one_host_and_hidden_from_scripts() {
        let value = SessionCookie::for_installation(true, "x").set("abc", Duration::hours(2));
        assert_eq!(value, "__Host-proscenium=abc; Path=/; Max-Age=7200; Secure; HttpOnly; SameSite=Lax");
        let value = SessionCookie::for_operator(true, "x").set("abc", Duration::hours(8));
        assert_eq!(value, "__Host-proscenium-operator=abc; Path=/; Max-Age=28800; Secure; HttpOnly; SameSite=Strict");
    }

    #[test]
    fn the_token_is_found_among_other_cookies_and_a_planted_second_one_voids_both() {
        let cookie = SessionCookie::for_installation(true, "x");
        assert_eq!(cookie.read(["a=1; __Host-proscenium=tok; b=2"]), Some("tok"));
        assert_eq!(cookie.read(["a=1", "__Host-proscenium=tok"]), Some("tok"));
        assert_eq!(cookie.read(["__Host-proscenium=one; __Host-proscenium=two"]), None);
        assert_eq!(cookie.read(["__Host-proscenium=one", "__Host-proscenium=two"]), None);
        assert_eq!(cookie.read(["proscenium=tok", "x__Host-proscenium=tok"]), None);
        assert_eq!(cookie.read([]), None);
    }
}
