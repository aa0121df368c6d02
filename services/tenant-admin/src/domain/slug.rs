//! Addresses of organisations: one DNS label below the domain.

const MIN: usize = 3;
const MAX: usize = 40;

/// Names that could pass for ours, or that mail, DNS and TLS conventions give a meaning.
const RESERVED: &[&str] = &[
    "about",
    "abuse",
    "account",
    "accounts",
    "admin",
    "administrator",
    "api",
    "app",
    "apps",
    "assets",
    "auth",
    "autoconfig",
    "autodiscover",
    "backstage",
    "beta",
    "billing",
    "blog",
    "careers",
    "catalog",
    "cdn",
    "chat",
    "cloud",
    "config",
    "console",
    "contact",
    "dashboard",
    "demo",
    "dev",
    "developer",
    "developers",
    "dns",
    "docs",
    "download",
    "email",
    "events",
    "example",
    "files",
    "ftp",
    "gateway",
    "git",
    "graphql",
    "guest",
    "health",
    "help",
    "home",
    "hooks",
    "hostmaster",
    "images",
    "imap",
    "img",
    "info",
    "internal",
    "invitation",
    "jobs",
    "legal",
    "localhost",
    "login",
    "logout",
    "logs",
    "mail",
    "media",
    "metrics",
    "mobile",
    "monitoring",
    "mta-sts",
    "mx",
    "news",
    "noreply",
    "ns1",
    "ns2",
    "ns3",
    "null",
    "oauth",
    "official",
    "openid",
    "operator",
    "password",
    "payments",
    "plugins",
    "pop",
    "portal",
    "portals",
    "postmaster",
    "press",
    "pricing",
    "privacy",
    "private",
    "proscenium",
    "proxy",
    "public",
    "registry",
    "relay",
    "robots",
    "root",
    "sales",
    "saml",
    "scim",
    "search",
    "secure",
    "security",
    "server",
    "service",
    "services",
    "settings",
    "shop",
    "sign-in",
    "sign-up",
    "signin",
    "signout",
    "signup",
    "smtp",
    "sso",
    "staging",
    "static",
    "status",
    "support",
    "system",
    "team",
    "templates",
    "tenant",
    "tenants",
    "terms",
    "undefined",
    "user",
    "users",
    "vpn",
    "webhook",
    "webhooks",
    "webmail",
    "webmaster",
    "workers",
    "wpad",
    "www",
];

/// What is wrong with the form of an address, as a sentence for the field.
#[must_use]
pub fn malformed(slug: &str) -> Option<&'static str> {
    if slug.is_empty() {
        return Some("Choose an address.");
    }
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !slug.chars().all(allowed) {
        return Some("Use lower-case letters, digits and hyphens only.");
    }
    if slug.len() < MIN {
        return Some("Use at least 3 characters.");
    }
    if slug.len() > MAX {
        return Some("Use at most 40 characters.");
    }
    if !slug.starts_with(|c: char| c.is_ascii_lowercase()) {
        return Some("Begin with a letter.");
    }
    // Two hyphens in a row also mark encoded international names (`xn--`), which can look like another's.
    (slug.ends_with('-') || slug.contains("--")).then_some("Put single hyphens between other characters only.")
}

/// What is wrong with an address that somebody signs up with.
#[must_use]
pub fn problem(slug: &str) -> Option<&'static str> {
    malformed(slug).or_else(|| RESERVED.contains(&slug).then_some("This address is reserved. Choose another one."))
}

/// The sentence for an address that another organisation has.
pub const TAKEN: &str = "This address is taken.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_one_plain_dns_label() {
        for good in ["acme", "abc", "acme-rockets", "a1b2", "x".repeat(40).as_str(), "test", "wwwx"] {
            assert_eq!(problem(good), None, "{good}");
        }
        for bad in [
            "",
            "ab",
            "Acme",
            "acme_rockets",
            "acme.rockets",
            "-acme",
            "acme-",
            "a--b",
            "xn--80ak6aa92e",
            "1acme",
            "acmé",
            "acme rockets",
            "acme/",
            "www",
            "api",
            "demo",
            "mta-sts",
            "x".repeat(41).as_str(),
            "acme\n",
            "ａcme",
        ] {
            assert!(problem(bad).is_some(), "{bad:?} was accepted");
        }
    }

    #[test]
    fn the_reserved_names_are_sorted_and_well_formed_themselves() {
        assert!(RESERVED.is_sorted());
        let short = ["mx"];
        for name in RESERVED {
            assert!(short.contains(name) || malformed(name).is_none(), "{name} could not be chosen anyway");
        }
    }
}
