//! Lengths of time as templates write them: `{days: 2, hours: 1}` or `P2DT1H`.

use super::failure::{Failure, Outcome};
use serde_json::Value;
use std::time::Duration;

/// Nothing waits longer than a year and a day.
const LONGEST: f64 = 366.0 * 86_400.0;

const UNITS: [(&str, char, f64); 5] = [
    ("weeks", 'W', 604_800.0),
    ("days", 'D', 86_400.0),
    ("hours", 'H', 3_600.0),
    ("minutes", 'M', 60.0),
    ("seconds", 'S', 1.0),
];

/// Reads a length of time; `name` is that of the input, for the message.
///
/// # Errors
/// `InputError` when it is none, is negative, or longer than 366 days.
pub fn duration(name: &str, value: &Value) -> Outcome<Duration> {
    let wrong = || {
        Failure::input(format!(
            "{name} must be a length of time such as {{days: 2, hours: 1}} or P2DT1H, and at most 366 days"
        ))
    };
    let seconds = match value {
        Value::Object(parts) if !parts.is_empty() => parts
            .iter()
            .map(|(unit, count)| {
                let (_, _, seconds) = UNITS.iter().find(|(name, _, _)| name == unit)?;
                Some(seconds * count.as_f64()?)
            })
            .sum::<Option<f64>>(),
        Value::String(text) => iso(text),
        _ => None,
    };
    let seconds = seconds.filter(|seconds| (0.0..=LONGEST).contains(seconds)).ok_or_else(wrong)?;
    Duration::try_from_secs_f64(seconds).map_err(|_| wrong())
}

/// ISO 8601 without years and months, which have no length.
fn iso(text: &str) -> Option<f64> {
    let (date, time) = match text.strip_prefix('P')?.split_once('T') {
        Some((date, time)) if !time.is_empty() => (date, time),
        Some(_) => return None,
        None => (text.strip_prefix('P')?, ""),
    };
    if date.is_empty() && time.is_empty() {
        return None;
    }
    Some(parts(date, "WD")? + parts(time, "HMS")?)
}

fn parts(mut text: &str, allowed: &str) -> Option<f64> {
    let mut total = 0.0;
    while !text.is_empty() {
        let end = text.find(|c: char| c.is_ascii_alphabetic())?;
        let letter = text[end..].chars().next().filter(|letter| allowed.contains(*letter))?;
        let (_, _, seconds) = UNITS.iter().find(|(_, of_unit, _)| *of_unit == letter)?;
        total += text[..end].parse::<f64>().ok()? * seconds;
        text = &text[end + 1..];
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    #[test]
    fn lengths_of_time_are_read() {
        let seconds = |value| duration("x", &value).unwrap().as_secs_f64();
        assert!((seconds(json!({"days": 2, "hours": 1})) - 176_400.0).abs() < 1e-6);
        assert!((seconds(json!("P2DT1H")) - 176_400.0).abs() < 1e-6);
        assert!((seconds(json!("PT0.5S")) - 0.5).abs() < 1e-6);
        assert!((seconds(json!("P1W")) - 604_800.0).abs() < 1e-6);
    }

    #[test]
    fn what_is_none_is_refused() {
        for value in [
            json!(5),
            json!({}),
            json!({"years": 1}),
            json!({"days": -1}),
            json!({"days": 400}),
            json!({"days": "1"}),
            json!("P"),
            json!("PT"),
            json!("P1Y"),
            json!("2 days"),
            json!("P1DT"),
            json!("PT1D"),
            json!("Pé1D"),
        ] {
            assert!(duration("timeout", &value).unwrap_err().message.starts_with("timeout must be"), "{value}");
        }
    }
}
