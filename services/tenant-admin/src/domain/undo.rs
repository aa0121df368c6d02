//! Taking a change back: only what it changed, and only where nothing has changed it since.

use kernel::{Error, Result};
use serde_json::{Map, Value};
use store::audit::HIDDEN;

/// The state that taking a change back leads to: `current`, with every value that differs between `before` and `after` as
/// it was before.
///
/// # Errors
/// `Conflict` when one of these values is another by now; `Input` when one is a secret, of which the log keeps nothing.
pub fn taken_back(current: &Value, before: &Value, after: &Value) -> Result<Value> {
    walk(Some(current), Some(before), Some(after), "").map(|state| state.unwrap_or(Value::Null))
}

fn walk(current: Option<&Value>, before: Option<&Value>, after: Option<&Value>, path: &str) -> Result<Option<Value>> {
    if before == after {
        return Ok(current.cloned());
    }
    if let (Some(Value::Object(now)), Some(Value::Object(old)), Some(Value::Object(new))) = (current, before, after) {
        return fields(now, old, new, path).map(|state| Some(Value::Object(state)));
    }
    let name = if path.is_empty() { "It" } else { path };
    if [before, after].into_iter().flatten().any(|value| value.to_string().contains(HIDDEN)) {
        return Err(Error::input(format!("{name} is a secret, and the log keeps no secrets. Set it anew.")));
    }
    if current != after {
        return Err(Error::conflict(format!("{name} was changed again since. Take the newer change back first.")));
    }
    Ok(before.cloned())
}

fn fields(
    now: &Map<String, Value>,
    old: &Map<String, Value>,
    new: &Map<String, Value>,
    path: &str,
) -> Result<Map<String, Value>> {
    let mut state = now.clone();
    let names: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for name in names {
        let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        match walk(now.get(name), old.get(name), new.get(name), &below)? {
            Some(value) => state.insert(name.clone(), value),
            None => state.remove(name),
        };
    }
    Ok(state)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use kernel::ErrorKind;
    use serde_json::json;

    #[test]
    fn only_what_the_change_changed_goes_back() {
        let before = json!({ "name": "Acme", "settings": { "branding": { "accent": "#111111" }, "onboarding": { "dismissed": false } } });
        let after = json!({ "name": "Acme 2", "settings": { "branding": {}, "onboarding": { "dismissed": false } } });
        // Since then somebody else has put the checklist away.
        let now = json!({ "name": "Acme 2", "settings": { "branding": {}, "onboarding": { "dismissed": true } } });
        let back = taken_back(&now, &before, &after).unwrap();
        let expected = json!({ "name": "Acme", "settings": { "branding": { "accent": "#111111" }, "onboarding": { "dismissed": true } } });
        assert_eq!(back, expected);
        assert_eq!(taken_back(&back, &after, &before).unwrap(), now, "and forward again");
    }

    #[test]
    fn what_was_changed_again_or_is_secret_stays() {
        let refused = |now: Value, before: Value, after: Value| taken_back(&now, &before, &after).unwrap_err();
        let conflict = refused(json!({ "role": "viewer" }), json!({ "role": "admin" }), json!({ "role": "member" }));
        assert_eq!((conflict.kind, conflict.message.starts_with("role ")), (ErrorKind::Conflict, true));
        let secret = refused(json!({ "key": HIDDEN }), json!({ "key": HIDDEN }), json!({}));
        assert_eq!(secret.kind, ErrorKind::Input);
    }
}
