//! What a plain scalar means: the core schema of YAML 1.2 with JavaScript's numbers.

use serde_json::{Number, Value};

/// Resolves a plain scalar; whatever is not null, a boolean or a number is a string.
pub(super) fn resolve(text: &str) -> Value {
    match text.as_bytes() {
        [] | [b'~'] => Value::Null,
        [b'n' | b'N', ..] if matches!(text, "null" | "Null" | "NULL") => Value::Null,
        [b't' | b'T', ..] if matches!(text, "true" | "True" | "TRUE") => Value::Bool(true),
        [b'f' | b'F', ..] if matches!(text, "false" | "False" | "FALSE") => Value::Bool(false),
        [b'0'..=b'9' | b'+' | b'-' | b'.', ..] => number(text).unwrap_or_else(|| Value::String(text.to_owned())),
        _ => Value::String(text.to_owned()),
    }
}

/// A number in one of the notations of the core schema. Infinity and not-a-number become null, as in JSON.
fn number(text: &str) -> Option<Value> {
    if text.len() <= 15 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse::<i64>().ok().map(Value::from);
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Some(Value::Null);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    is_decimal(unsigned).then(|| from_f64(text.parse().unwrap_or(f64::NAN)))
}

fn radix(digits: &str, radix: u32) -> Option<Value> {
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let value = digits
        .chars()
        .filter_map(|digit| digit.to_digit(radix))
        .fold(0.0, |sum, digit| sum * f64::from(radix) + f64::from(digit));
    Some(from_f64(value))
}

/// `digits`, `digits.digits`, `.digits`, each with an optional exponent; no underscores, no colons.
fn is_decimal(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let mantissa_ok = match mantissa.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty()),
        None => !mantissa.is_empty() && digits(mantissa),
    };
    let exponent_ok = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    mantissa_ok && exponent_ok
}

/// A double as `JSON.stringify` writes it: whole numbers without a fraction, what is not finite as null.
fn from_f64(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 1e21 {
        // Display prints the shortest digits and fills up with zeros, exactly as JavaScript does.
        let digits = format!("{value}");
        if let Ok(whole) = digits.parse::<i64>() {
            return Value::from(whole);
        }
        if let Ok(whole) = digits.parse::<u64>() {
            return Value::from(whole);
        }
    }
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn scalars_resolve_as_in_the_core_schema() {
        let cases = [
            ("", json!(null)),
            ("~", json!(null)),
            ("NULL", json!(null)),
            ("nUll", json!("nUll")),
            ("yes", json!("yes")),
            ("off", json!("off")),
            ("y", json!("y")),
            ("True", json!(true)),
            ("0755", json!(755)),
            ("010", json!(10)),
            ("0o17", json!(15)),
            ("0o18", json!("0o18")),
            ("0xFF", json!(255)),
            ("0x", json!("0x")),
            ("1_000", json!("1_000")),
            ("12:30:45", json!("12:30:45")),
            ("2024-02-29", json!("2024-02-29")),
            ("1.10", json!(1.1)),
            ("1e3", json!(1000)),
            ("-7", json!(-7)),
            ("+7", json!(7)),
            ("-0", json!(0)),
            ("1.", json!(1)),
            (".5", json!(0.5)),
            (".", json!(".")),
            ("-", json!("-")),
            ("+", json!("+")),
            ("1.2.3", json!("1.2.3")),
            ("1e", json!("1e")),
            ("e1", json!("e1")),
            (".inf", json!(null)),
            ("-.INF", json!(null)),
            (".nan", json!(null)),
            ("+.nan", json!("+.nan")),
            ("12345678901234567890", json!(12_345_678_901_234_567_000_u64)),
            ("9007199254740993", json!(9_007_199_254_740_992_u64)),
            ("1e400", json!(null)),
            ("inf", json!("inf")),
            ("nan", json!("nan")),
        ];
        for (text, expected) in cases {
            assert_eq!(resolve(text), expected, "{text:?}");
        }
    }
}
