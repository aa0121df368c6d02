//! From the `Host` header to the kind of place that was asked for.

use std::net::IpAddr;

/// What a host name is before any look-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The domain itself: sign-up lives here.
    Apex,
    /// One label in front of the domain: perhaps an organisation.
    Subdomain(String),
    /// A bare IP address, or `localhost` while the domain is another one: scripts, probes, neighbours.
    Address {
        /// Whether it can only be this machine.
        loopback: bool,
    },
    /// Any other name: perhaps an organisation's own domain.
    Elsewhere(String),
}

/// Tells what the host is, given the configured domain (`localhost:7007`, `portal.example.com`).
///
/// Ports are ignored: a proxy or a forwarded port may change them, and no two organisations differ by port alone.
#[must_use]
pub fn place(host_header: &str, domain: &str) -> Place {
    let host = host_name(host_header);
    let domain = host_name(domain);
    if let Some(address) = ip_address(&host) {
        return Place::Address { loopback: address.is_loopback() };
    }
    if host == domain {
        return Place::Apex;
    }
    if let Some(slug) = host.strip_suffix(&domain).and_then(|rest| rest.strip_suffix('.')) {
        return if slug.contains('.') || slug.is_empty() {
            Place::Elsewhere(host)
        } else {
            Place::Subdomain(slug.to_owned())
        };
    }
    if host == "localhost" {
        return Place::Address { loopback: true };
    }
    Place::Elsewhere(host)
}

/// Lower case, without port and final dot.
#[must_use]
pub fn host_name(host: &str) -> String {
    let host = host.trim();
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _port)) => address,
        None => host.split(':').next().unwrap_or_default(),
    };
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

fn ip_address(host: &str) -> Option<IpAddr> {
    host.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_host_leads_to_its_place() {
        let subdomain = |slug: &str| Place::Subdomain(slug.to_owned());
        let elsewhere = |host: &str| Place::Elsewhere(host.to_owned());
        for (host, domain, expected) in [
            ("localhost:7007", "localhost:7007", Place::Apex),
            ("localhost", "localhost:7007", Place::Apex),
            ("LOCALHOST.:7007", "localhost:7007", Place::Apex),
            ("portal.example.com", "portal.example.com", Place::Apex),
            ("acme.localhost:7007", "localhost:7007", subdomain("acme")),
            ("Acme.Portal.Example.Com", "portal.example.com", subdomain("acme")),
            ("acme.localhost.:9999", "localhost:7007", subdomain("acme")),
            ("a.b.localhost", "localhost:7007", elsewhere("a.b.localhost")),
            (".localhost", "localhost:7007", elsewhere(".localhost")),
            ("acmelocalhost", "localhost:7007", elsewhere("acmelocalhost")),
            ("localhost.evil.example", "localhost:7007", elsewhere("localhost.evil.example")),
            ("portal.acme.example", "portal.example.com", elsewhere("portal.acme.example")),
            ("127.0.0.1:7007", "localhost:7007", Place::Address { loopback: true }),
            ("[::1]:7007", "localhost:7007", Place::Address { loopback: true }),
            ("10.1.2.3", "portal.example.com", Place::Address { loopback: false }),
            ("localhost:8080", "portal.example.com", Place::Address { loopback: true }),
            ("", "localhost:7007", elsewhere("")),
        ] {
            assert_eq!(place(host, domain), expected, "{host:?} under {domain:?}");
        }
    }
}
