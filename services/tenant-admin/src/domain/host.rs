//! Host names that an organisation may claim as its own.

/// Most hosts that one organisation may claim.
pub const MOST: usize = 5;

/// Lower case, without the white space and final dot that people paste.
#[must_use]
pub fn tidy(host: &str) -> String {
    host.trim().trim_end_matches('.').to_ascii_lowercase()
}

/// What is wrong with a host, as a sentence for the field. `domain` is the installation's own, with or without port.
#[must_use]
pub fn problem(host: &str, domain: &str) -> Option<&'static str> {
    if host.is_empty() {
        return Some("Enter a host name, such as portal.acme.example.");
    }
    let label = |label: &str| {
        let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        (1..=63).contains(&label.len()) && label.chars().all(fine) && !label.starts_with('-') && !label.ends_with('-')
    };
    let labels: Vec<&str> = host.split('.').collect();
    if host.len() > 253 || labels.len() < 2 || !labels.iter().all(|one| label(one)) {
        return Some("Use a full host name without scheme, port or path, such as portal.acme.example.");
    }
    // No top-level domain is a number: this is an IP address, in whatever spelling.
    if labels.last().is_some_and(|last| last.chars().all(|c| c.is_ascii_digit()) || last.starts_with("0x")) {
        return Some("Use a host name, not an address.");
    }
    let ours = domain.split(':').next().unwrap_or_default();
    if host == ours || host.strip_suffix(ours).is_some_and(|rest| rest.ends_with('.')) {
        return Some("This host belongs to the installation. Use one of your own.");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_full_host_names_of_others_can_be_claimed() {
        assert_eq!(problem(&tidy(" Portal.Acme.Example. "), "example.org:7007"), None);
        assert_eq!(problem("xn--bcher-kva.example", "example.org"), None);
        for bad in [
            "",
            "localhost",
            "https://portal.acme.example",
            "portal.acme.example:8080",
            "portal.acme.example/x",
            "a..example",
            "-a.example",
            "a_b.example",
            "127.0.0.1",
            "0x7f.0x1",
            "example.org",
            "acme.example.org",
            "a.b.example.org",
            "ü.example",
            &"a.".repeat(200),
        ] {
            assert!(problem(bad, "example.org:7007").is_some(), "{bad} was accepted");
        }
        assert_eq!(problem("notexample.org", "example.org"), None, "another host that ends alike");
    }
}
