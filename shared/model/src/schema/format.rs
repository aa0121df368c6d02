//! The values of `format` that we know.

use crate::entity::parse_ref;
use std::net::{Ipv4Addr, Ipv6Addr};
use url::Url;

/// A known format.
#[derive(Debug, Clone, Copy)]
pub(super) struct Format {
    pub(super) name: &'static str,
    is: fn(&str) -> bool,
}

impl Format {
    pub(super) fn named(name: &str) -> Option<Self> {
        ALL.iter().find(|format| format.name == name).copied()
    }

    /// All names, for messages.
    pub(super) fn names() -> String {
        ALL.iter().map(|format| format.name).collect::<Vec<_>>().join(", ")
    }

    pub(super) fn matches(self, text: &str) -> bool {
        // None of these is ever long, and none of the checks below may meet a text of megabytes.
        text.len() <= 8_192 && (self.is)(text)
    }
}

const ALL: &[Format] = &[
    Format { name: "date", is: is_date },
    Format { name: "time", is: is_time },
    Format { name: "date-time", is: is_date_time },
    Format { name: "email", is: is_email },
    Format { name: "hostname", is: is_hostname },
    Format { name: "ipv4", is: |text| text.parse::<Ipv4Addr>().is_ok() },
    Format { name: "ipv6", is: |text| text.parse::<Ipv6Addr>().is_ok() },
    Format { name: "uri", is: |text| Url::parse(text).is_ok() && !text.contains(char::is_whitespace) },
    Format { name: "uri-reference", is: is_uri_reference },
    Format { name: "uuid", is: is_uuid },
    Format { name: "regex", is: |text| super::pattern::Pattern::new(text).is_ok() },
    Format { name: "entity-ref", is: |text| parse_ref(text, Some("any"), "any").is_ok() },
];

fn is_uri_reference(text: &str) -> bool {
    let base = Url::parse("http://base.invalid/").ok();
    !text.contains(char::is_whitespace) && Url::options().base_url(base.as_ref()).parse(text).is_ok()
}

/// A run of digits of this length, as a number.
fn number(text: &str, digits: usize) -> Option<u32> {
    (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let (Some(year), Some(month), Some(day), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2)) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// `hh:mm:ss[.fraction](Z|±hh:mm)`, a leap second included.
fn is_time(text: &str) -> bool {
    let Some((clock, rest)) = text.split_at_checked(8) else { return false };
    let mut parts = clock.split(':').map(|part| number(part, 2));
    let (Some(Some(hour)), Some(Some(minute)), Some(Some(second)), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let rest = match rest.strip_prefix('.') {
        None => rest,
        Some(fraction) => {
            let end = fraction.find(|c: char| !c.is_ascii_digit()).unwrap_or(fraction.len());
            if end == 0 {
                return false;
            }
            &fraction[end..]
        }
    };
    let zone = match rest.as_bytes() {
        [b'Z' | b'z'] => true,
        [b'+' | b'-', ..] => rest[1..].split_once(':').is_some_and(|(hours, minutes)| {
            number(hours, 2).is_some_and(|hours| hours < 24) && number(minutes, 2).is_some_and(|minutes| minutes < 60)
        }),
        _ => false,
    };
    hour < 24 && minute < 60 && second <= 60 && zone
}

fn is_date_time(text: &str) -> bool {
    let (Some(date), Some(separator), Some(time)) = (text.get(..10), text.get(10..11), text.get(11..)) else {
        return false;
    };
    matches!(separator, "T" | "t" | " ") && is_date(date) && is_time(time)
}

fn is_email(text: &str) -> bool {
    text.rsplit_once('@').is_some_and(|(local, host)| {
        let dots = !local.starts_with('.') && !local.ends_with('.') && !local.contains("..");
        let plain = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(c) || !c.is_ascii();
        !local.is_empty() && dots && local.chars().all(plain) && is_hostname(host)
    })
}

fn is_hostname(text: &str) -> bool {
    let label = |part: &str| {
        (1..=63).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(label)
}

fn is_uuid(text: &str) -> bool {
    let hex = |part: &str, digits| part.len() == digits && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let parts: Vec<&str> = text.split('-').collect();
    parts.len() == 5 && parts.iter().zip([8, 4, 4, 4, 12]).all(|(part, digits)| hex(part, digits))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn formats_take_and_refuse_what_their_standards_say() {
        for (name, good, bad) in [
            ("date", &["2024-02-29", "2026-12-31"][..], &["2023-02-29", "2026-13-01", "26-1-1", ""][..]),
            ("time", &["12:00:00Z", "23:59:60.5+02:00"], &["12:00:00", "24:00:00Z", "12:00Z", "12:00:00.Z", "é"]),
            (
                "date-time",
                &["2026-01-02T03:04:05Z", "2026-01-02t03:04:05.678-01:00"],
                &["2026-01-02", "é".repeat(9).leak()],
            ),
            ("email", &["a.b+c@example.com"], &["a", "@b", "a@", "a b@c", "a..b@c"]),
            ("hostname", &["a.b-c.d"], &["-a", "a..b", "a_b"]),
            ("ipv4", &["10.0.0.1"], &["10.0.0", "256.1.1.1"]),
            ("ipv6", &["::1", "2001:db8::"], &[":::", "10.0.0.1"]),
            ("uri", &["https://a/b?c#d", "urn:x:y"], &["a/b", "http://a b"]),
            ("uri-reference", &["../a", "#x", "https://a"], &["a b"]),
            ("uuid", &["0190a3c4-0000-7000-8000-0123456789ab"], &["0190a3c4"]),
            ("regex", &["^a+$"], &["("]),
            ("entity-ref", &["group:default/a", "a"], &["", ":a", "a/"]),
        ] {
            let format = Format::named(name).unwrap();
            good.iter().for_each(|text| assert!(format.matches(text), "{name} {text:?}"));
            bad.iter().for_each(|text| assert!(!format.matches(text), "{name} {text:?}"));
        }
        assert!(Format::named("colour").is_none());
    }
}
