//! What kind of program sends a request, in words for the audit log. The header itself is long, and anybody's to invent.

const BROWSERS: [(&str, &str); 5] =
    [("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];
const SYSTEMS: [(&str, &str); 6] = [
    ("iPhone", "iOS"),
    ("iPad", "iOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];
const LONGEST: usize = 40;

/// `Firefox on Linux`, `curl`, `unknown program`.
#[must_use]
pub fn kind_of_program(user_agent: Option<&str>) -> String {
    let Some(agent) = user_agent.map(str::trim).filter(|agent| !agent.is_empty()) else {
        return "unknown program".to_owned();
    };
    let named =
        |table: &[(&str, &'static str)]| table.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    if agent.starts_with("Mozilla/") {
        let browser = named(&BROWSERS).unwrap_or("a browser");
        return named(&SYSTEMS).map_or_else(|| browser.to_owned(), |system| format!("{browser} on {system}"));
    }
    let plain = |c: &char| c.is_ascii_alphanumeric() || "-_.".contains(*c);
    let product: String = agent.chars().take_while(plain).take(LONGEST).collect();
    if product.is_empty() { "unknown program".to_owned() } else { product }
}

#[cfg(test)]
mod tests {
    use super::kind_of_program;

    #[test]
    fn programs_are_told_by_their_kind() {
        for (agent, expected) in [
            (Some("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"), "Firefox on Linux"),
            (
                Some("Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537.36 Chrome/141.0 Safari/537.36 Edg/141.0"),
                "Edge on Windows",
            ),
            (
                Some(
                    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15",
                ),
                "Safari on macOS",
            ),
            (
                Some("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/141.0 Mobile Safari/537.36"),
                "Chrome on Android",
            ),
            (Some("curl/8.5.0"), "curl"),
            (Some("node-fetch"), "node-fetch"),
            (Some("<script>alert(1)</script>"), "unknown program"),
            (Some("  "), "unknown program"),
            (None, "unknown program"),
        ] {
            assert_eq!(kind_of_program(agent), expected, "{agent:?}");
        }
    }
}
