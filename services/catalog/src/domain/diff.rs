//! What is different between two JSON values, for people to read.
//!
//! Paths are dotted (`metadata.tags`, `metadata.annotations["backstage.io/techdocs-ref"]`, `spec.steps[2].name`). Lists
//! of plain values are compared as sets, lists of things with a name of their own by that name, others by place. Long
//! texts are cut down to the lines that differ.

use serde_json::{Map, Value};
use std::collections::HashMap;

/// What happened at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// It was not there before.
    Add,
    /// It is not there any more.
    Remove,
    /// It is something else now.
    Replace,
}

/// One difference.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Where.
    pub path: String,
    /// What happened.
    pub op: Op,
    /// The value before; none when it was added.
    pub before: Option<Value>,
    /// The value after; none when it was removed.
    pub after: Option<Value>,
    /// Whether long texts were cut down to what differs.
    pub excerpt: bool,
}

impl Difference {
    fn added(path: &str, after: &Value) -> Self {
        Self { path: path.to_owned(), op: Op::Add, before: None, after: Some(after.clone()), excerpt: false }
    }

    fn removed(path: &str, before: &Value) -> Self {
        Self { path: path.to_owned(), op: Op::Remove, before: Some(before.clone()), after: None, excerpt: false }
    }

    fn replaced(path: &str, before: &Value, after: &Value) -> Self {
        Self {
            path: path.to_owned(),
            op: Op::Replace,
            before: Some(before.clone()),
            after: Some(after.clone()),
            excerpt: false,
        }
    }
}

/// All differences, in the order of the fields.
#[must_use]
pub fn diff(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare("", before, after, &mut found);
    for difference in &mut found {
        shorten(difference);
    }
    found
}

fn compare(path: &str, before: &Value, after: &Value, found: &mut Vec<Difference>) {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => objects(path, before, after, found),
        (Value::Array(before_items), Value::Array(after_items)) => {
            let known = found.len();
            if all_plain(before_items) && all_plain(after_items) {
                sets(path, before_items, after_items, found);
            } else if let (Some(before), Some(after)) = (named(before_items), named(after_items)) {
                named_lists(path, &before, &after, found);
            } else {
                lists(path, before_items, after_items, found);
            }
            // The same things in another order.
            if found.len() == known && before_items != after_items {
                found.push(Difference::replaced(path, before, after));
            }
        }
        _ if before == after => {}
        _ => found.push(Difference::replaced(path, before, after)),
    }
}

fn objects(path: &str, before: &Map<String, Value>, after: &Map<String, Value>, found: &mut Vec<Difference>) {
    for (key, old) in before {
        match after.get(key) {
            Some(new) => compare(&child(path, key), old, new, found),
            None => found.push(Difference::removed(&child(path, key), old)),
        }
    }
    for (key, new) in after.iter().filter(|(key, _)| !before.contains_key(*key)) {
        found.push(Difference::added(&child(path, key), new));
    }
}

/// Extends a path by a key, in brackets where a dot would mislead.
fn child(path: &str, key: &str) -> String {
    let plain = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-' || c == '$');
    match (plain, path.is_empty()) {
        (true, true) => key.to_owned(),
        (true, false) => format!("{path}.{key}"),
        (false, _) => format!("{path}[{}]", Value::from(key)),
    }
}

fn all_plain(items: &[Value]) -> bool {
    items.iter().all(|item| !item.is_object() && !item.is_array())
}

fn sets(path: &str, before: &[Value], after: &[Value], found: &mut Vec<Difference>) {
    let (gone, come) = (surplus(before, after), surplus(after, before));
    match (gone.as_slice(), come.as_slice()) {
        // One for one reads best as a replacement.
        ([old], [new]) => found.push(Difference::replaced(path, old, new)),
        _ => {
            found.extend(gone.into_iter().map(|old| Difference::removed(path, old)));
            found.extend(come.into_iter().map(|new| Difference::added(path, new)));
        }
    }
}

/// The items of `items` that `others` has not, counted.
fn surplus<'v>(items: &'v [Value], others: &[Value]) -> Vec<&'v Value> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for other in others {
        *counts.entry(other.to_string()).or_default() += 1;
    }
    let mut left = Vec::new();
    for item in items {
        match counts.get_mut(&item.to_string()) {
            Some(count) if *count > 0 => *count -= 1,
            _ => left.push(item),
        }
    }
    left
}

/// Fields that tell the things of a list apart.
const NAMES: [&str; 5] = ["id", "url", "name", "title", "targetRef"];

type Named<'v> = (&'static str, Vec<(&'v str, &'v Value)>);

/// Above this many, things are compared by place.
const MANY: usize = 500;

/// The items by each field that every one has, with another text each.
fn named(items: &[Value]) -> Option<Vec<Named<'_>>> {
    if items.len() > MANY {
        return None;
    }
    let by = |field: &'static str| {
        let named: Vec<(&str, &Value)> =
            items.iter().map(|item| Some((item.get(field)?.as_str()?, item))).collect::<Option<_>>()?;
        let mut names: Vec<&str> = named.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        names.dedup();
        (names.len() == items.len()).then_some((field, named))
    };
    let found: Vec<Named<'_>> = NAMES.into_iter().filter_map(by).collect();
    (!found.is_empty()).then_some(found)
}

fn named_lists(path: &str, before: &[Named<'_>], after: &[Named<'_>], found: &mut Vec<Difference>) {
    let common = before.iter().find_map(|old| after.iter().find(|new| new.0 == old.0).map(|new| (old, new)));
    let Some(((field, old), (_, new))) = common else {
        let items = |named: &[Named<'_>]| -> Vec<Value> {
            named.first().map(|(_, items)| items.iter().map(|(_, item)| (*item).clone()).collect()).unwrap_or_default()
        };
        return lists(path, &items(before), &items(after), found);
    };
    let place = |name: &str| format!("{path}[{field}={}]", Value::from(name));
    for (name, item) in old {
        match new.iter().find(|(other, _)| other == name) {
            Some((_, other)) => compare(&place(name), item, other, found),
            None => found.push(Difference::removed(&place(name), item)),
        }
    }
    for (name, item) in new.iter().filter(|(name, _)| !old.iter().any(|(other, _)| other == name)) {
        found.push(Difference::added(&place(name), item));
    }
}

/// By place, after what begins and what ends equal is set aside.
fn lists(path: &str, before: &[Value], after: &[Value], found: &mut Vec<Difference>) {
    let start = before.iter().zip(after).take_while(|(old, new)| old == new).count();
    let (before, after) = (&before[start..], &after[start..]);
    let end = before.iter().rev().zip(after.iter().rev()).take_while(|(old, new)| old == new).count();
    let (before, after) = (&before[..before.len() - end], &after[..after.len() - end]);
    let place = |i: usize| format!("{path}[{}]", start + i);
    for (i, (old, new)) in before.iter().zip(after).enumerate() {
        compare(&place(i), old, new, found);
    }
    let both = before.len().min(after.len());
    found.extend(before.iter().enumerate().skip(both).map(|(i, old)| Difference::removed(&place(i), old)));
    found.extend(after.iter().enumerate().skip(both).map(|(i, new)| Difference::added(&place(i), new)));
}

/// From how many characters on a text is cut down.
const LONG: usize = 1000;
/// Lines that are kept around what differs.
const AROUND: usize = 2;
/// What stands for the lines that were left out.
const LEFT_OUT: &str = "…";

fn shorten(difference: &mut Difference) {
    let (before, after) = match (&difference.before, &difference.after) {
        (Some(Value::String(before)), Some(Value::String(after))) => (before.as_str(), after.as_str()),
        (Some(Value::String(before)), None) => (before.as_str(), ""),
        (None, Some(Value::String(after))) => ("", after.as_str()),
        _ => return,
    };
    if before.len() <= LONG && after.len() <= LONG {
        return;
    }
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let start = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let end = old[start..].iter().rev().zip(new[start..].iter().rev()).take_while(|(old, new)| old == new).count();
    let cut = |lines: &[&str]| {
        let (from, to) = (start.saturating_sub(AROUND), (lines.len() - end + AROUND).min(lines.len()));
        let mut kept: Vec<&str> = Vec::with_capacity(to - from + 2);
        kept.extend((from > 0).then_some(LEFT_OUT));
        kept.extend(&lines[from..to]);
        kept.extend((to < lines.len()).then_some(LEFT_OUT));
        clip(&kept.join("\n"))
    };
    let (before, after) = (cut(&old), cut(&new));
    difference.before = difference.before.is_some().then(|| before.into());
    difference.after = difference.after.is_some().then(|| after.into());
    difference.excerpt = true;
}

/// At most four times [`LONG`] characters, whatever the lines are like.
fn clip(text: &str) -> String {
    let mut clipped: String = text.chars().take(4 * LONG).collect();
    if clipped.len() < text.len() {
        clipped.push_str(LEFT_OUT);
    }
    clipped
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    /// `+ path after`, `- path before`, `~ path before after`.
    fn read(before: &Value, after: &Value) -> Vec<String> {
        diff(before, after)
            .into_iter()
            .map(|found| {
                let text = |value: Option<Value>| value.unwrap().to_string();
                match found.op {
                    Op::Add => format!("+ {} {}", found.path, text(found.after)),
                    Op::Remove => format!("- {} {}", found.path, text(found.before)),
                    Op::Replace => format!("~ {} {} {}", found.path, text(found.before), text(found.after)),
                }
            })
            .collect()
    }

    #[test]
    fn fields_are_named_by_their_path_and_odd_keys_stand_in_brackets() {
        let before = json!({"spec": {"owner": "a", "type": "x"}, "metadata": {"annotations": {"a.io/b": "1"}}});
        let after = json!({"spec": {"owner": "b", "system": "s"}, "metadata": {"annotations": {"a.io/b": "2"}}});
        let expected = [
            r#"~ spec.owner "a" "b""#,
            r#"- spec.type "x""#,
            r#"+ spec.system "s""#,
            r#"~ metadata.annotations["a.io/b"] "1" "2""#,
        ];
        assert_eq!(read(&before, &after), expected);
    }

    #[test]
    fn lists_of_plain_values_are_sets_until_only_their_order_differs() {
        let read = |before: Value, after: Value| read(&json!({"t": before}), &json!({"t": after}));
        assert_eq!(read(json!(["a", "b"]), json!(["b", "c", "d"])), [r#"- t "a""#, r#"+ t "c""#, r#"+ t "d""#]);
        assert_eq!(read(json!(["a", "b"]), json!(["b", "c"])), [r#"~ t "a" "c""#]);
        assert_eq!(read(json!(["a", "b"]), json!(["b", "a"])), [r#"~ t ["a","b"] ["b","a"]"#]);
        assert_eq!(read(json!(["a", "a"]), json!(["a"])), [r#"- t "a""#]);
        assert_eq!(read(json!([]), json!([])), [""; 0]);
    }

    #[test]
    fn things_with_a_name_are_found_again_wherever_they_stand() {
        let link = |url: &str, title: &str| json!({"url": url, "title": title});
        let before = json!({"links": [link("u1", "One"), link("u2", "Two")]});
        let after = json!({"links": [link("u3", "Three"), link("u1", "Uno")]});
        let expected = [
            r#"~ links[url="u1"].title "One" "Uno""#,
            r#"- links[url="u2"] {"url":"u2","title":"Two"}"#,
            r#"+ links[url="u3"] {"url":"u3","title":"Three"}"#,
        ];
        assert_eq!(read(&before, &after), expected);
    }

    #[test]
    fn other_lists_are_compared_by_place_between_what_is_equal_at_both_ends() {
        let before = json!([[1], [2], [3], [9]]);
        let after = json!([[1], [2, 5], [9]]);
        assert_eq!(read(&before, &after), ["+ [1] 5", "- [2] [3]"]);
        assert_eq!(read(&json!([[1], [9]]), &json!([[1], [4], [9]])), ["+ [1] [4]"]);
    }

    #[test]
    fn equal_values_have_no_differences_whatever_the_order_of_their_keys() {
        assert_eq!(read(&json!({"a": 1, "b": [{"c": 2}]}), &json!({"b": [{"c": 2}], "a": 1})), [""; 0]);
    }

    #[test]
    fn of_a_long_text_only_the_lines_around_the_difference_are_shown() {
        let text = |middle: &str| {
            let lines: Vec<String> =
                (0..400).map(|i| if i == 200 { middle.to_owned() } else { format!("line {i}") }).collect();
            json!({"spec": {"definition": lines.join("\n")}})
        };
        let found = diff(&text("old"), &text("new"));
        assert_eq!(found.len(), 1);
        assert!(found[0].excerpt);
        assert_eq!(found[0].before, Some(json!("…\nline 198\nline 199\nold\nline 201\nline 202\n…")));
        let long = json!({"a": "x".repeat(100_000)});
        let removed = &diff(&long, &json!({}))[0];
        assert!(removed.excerpt && removed.before.as_ref().unwrap().as_str().unwrap().len() < 5000);
    }
}
