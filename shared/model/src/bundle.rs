//! API descriptions in several files, made one: `$openapi` and `$asyncapi`.
//!
//! What a file refers to in another file is put below `components` where it has a name there, else where it is first
//! referred to; other references point there. References inside the root stay as they are, and a description without references to other files stays as it is, to the letter.
//! That is what Backstage's module for these placeholders makes of them with `json-schema-ref-parser`, up to the order of
//! places and the notation of the YAML.
//!
//! Reading is the caller's: [`Bundle::wanted`] says which files are missing.

use crate::location::{percent_decoded, resolve_url};
use crate::yaml::{self, Limits};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Files of one description.
const MAX_FILES: usize = 100;
/// Bytes of all its files.
const MAX_BYTES: usize = 8_000_000;
/// Values that the whole may have.
const MAX_NODES: usize = 250_000;
/// How deep the whole may nest.
const MAX_DEPTH: usize = 200;

/// A description and the files that it refers to, as far as they were given.
#[derive(Debug)]
pub struct Bundle {
    root: String,
    text: String,
    files: BTreeMap<String, Value>,
    wanted: BTreeSet<String>,
    bytes: usize,
}

impl Bundle {
    /// Begins with the description itself.
    ///
    /// # Errors
    /// It is no YAML, or refers to something that has no address.
    pub fn new(url: &str, bytes: &[u8]) -> Result<Self, String> {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let mut bundle = Self { root: url.to_owned(), text, files: BTreeMap::new(), wanted: BTreeSet::new(), bytes: 0 };
        bundle.give(url, bytes)?;
        Ok(bundle)
    }

    /// The next file to read, if one is missing.
    #[must_use]
    pub fn wanted(&self) -> Option<&str> {
        self.wanted.first().map(String::as_str)
    }

    /// Takes a file that was wanted.
    ///
    /// # Errors
    /// It is no YAML, refers to something that has no address, or is one too many.
    pub fn give(&mut self, url: &str, bytes: &[u8]) -> Result<(), String> {
        self.bytes += bytes.len();
        if self.files.len() >= MAX_FILES || self.bytes > MAX_BYTES {
            return Err(format!("it has more than {MAX_FILES} files or {} MB", MAX_BYTES / 1_000_000));
        }
        let text = String::from_utf8_lossy(bytes);
        let value = yaml::parse_single(&text, &Limits::default()).map_err(|error| format!("{url}: {error}"))?;
        let mut referred = BTreeSet::new();
        self.refers(&value, url, &mut Vec::new(), &mut referred)?;
        self.wanted.remove(url);
        self.files.insert(url.to_owned(), value);
        self.wanted.extend(referred.into_iter().filter(|url| !self.files.contains_key(url)));
        Ok(())
    }

    /// Collects the other files that a value refers to.
    fn refers(
        &self,
        value: &Value,
        url: &str,
        path: &mut Vec<String>,
        found: &mut BTreeSet<String>,
    ) -> Result<(), String> {
        match value {
            Value::Object(map) => {
                if let Some(target) = target(map, url)? {
                    if target.url != url && !(url == self.root && self.keeps(path)) {
                        found.insert(target.url);
                    }
                    return Ok(());
                }
                for (key, member) in map {
                    path.push(key.clone());
                    self.refers(member, url, path, found)?;
                    path.pop();
                }
                Ok(())
            }
            Value::Array(items) => items.iter().enumerate().try_for_each(|(index, item)| {
                path.push(index.to_string());
                let done = self.refers(item, url, path, found);
                path.pop();
                done
            }),
            _ => Ok(()),
        }
    }

    /// Whether the reference at this place of the root must stay a reference: AsyncAPI 3 demands it in some.
    fn keeps(&self, path: &[String]) -> bool {
        let version = self.files.get(&self.root).and_then(|root| root.get("asyncapi"));
        // While the root itself is read, its version is in the text only.
        let is_3 = match version {
            Some(version) => version.as_str().is_some_and(|version| version.starts_with('3')),
            None => self.text.lines().any(|line| {
                let rest = line.trim_start_matches(['{', ' ', '"']).strip_prefix("asyncapi");
                rest.is_some_and(|rest| rest.trim_start_matches(['"', '\'', ':', ' ']).starts_with('3'))
            }),
        };
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let path = path.strip_prefix(&["components"]).unwrap_or(&path);
        is_3 && match path {
            ["channels", _, rest @ ..] => rest.contains(&"servers"),
            ["operations", _, rest @ ..] => rest.contains(&"channel") || rest.contains(&"messages"),
            _ => false,
        }
    }

    /// Parts of other files that the root gives a name: below `components`, by the place of the name.
    fn named(&self, root: &Value) -> Result<HashMap<Target, String>, String> {
        let mut places = HashMap::new();
        let groups = root.get("components").and_then(Value::as_object);
        for (group, members) in groups.into_iter().flatten() {
            for (name, member) in members.as_object().into_iter().flatten() {
                if let Some(target) = member.as_object().map(|map| target(map, &self.root)).transpose()?.flatten()
                    && target.url != self.root
                {
                    let place = format!("/components/{}/{}", escaped(group), escaped(name));
                    places.entry(target).or_insert(place);
                }
            }
        }
        Ok(places)
    }

    /// The description as one text.
    ///
    /// # Errors
    /// A file is missing, a reference leads nowhere, or the whole is too large.
    pub fn finish(self) -> Result<String, String> {
        if let Some(missing) = self.wanted() {
            return Err(format!("{missing} was not read"));
        }
        if self.files.len() == 1 {
            return Ok(self.text);
        }
        let root = &self.files[&self.root];
        let mut joining = Joining { bundle: &self, places: self.named(root)?, nodes: 0, path: Vec::new() };
        let whole = joining.value(root, &self.root, 0)?;
        Ok(yaml::to_text(&whole))
    }
}

/// What a `$ref` points at.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Target {
    /// The file.
    url: String,
    /// The JSON pointer in it.
    pointer: String,
}

/// What a mapping refers to, if it is a reference at all.
fn target(map: &Map<String, Value>, base: &str) -> Result<Option<Target>, String> {
    let Some(reference) = map.get("$ref").and_then(Value::as_str) else { return Ok(None) };
    let (file, fragment) = reference.split_once('#').unwrap_or((reference, ""));
    let pointer = percent_decoded(fragment);
    let pointer = if pointer == "/" { String::new() } else { pointer };
    let url = if file.is_empty() { base.to_owned() } else { resolve_url(base, file)? };
    Ok(Some(Target { url, pointer }))
}

/// Puts the files together.
struct Joining<'b> {
    bundle: &'b Bundle,
    /// Where parts of other files stand by now.
    places: HashMap<Target, String>,
    nodes: usize,
    /// Where we are in the whole.
    path: Vec<String>,
}

impl Joining<'_> {
    fn value(&mut self, value: &Value, url: &str, depth: usize) -> Result<Value, String> {
        self.nodes += 1;
        if self.nodes > MAX_NODES || depth > MAX_DEPTH {
            return Err(format!("the whole has more than {MAX_NODES} values or nests deeper than {MAX_DEPTH}"));
        }
        match value {
            Value::Object(map) => match target(map, url)? {
                Some(target) => self.reference(map, target, url, depth),
                None => {
                    let mut made = Map::new();
                    for (key, member) in map {
                        self.path.push(key.clone());
                        let member = self.value(member, url, depth + 1);
                        self.path.pop();
                        made.insert(key.clone(), member?);
                    }
                    Ok(Value::Object(made))
                }
            },
            Value::Array(items) => {
                let mut made = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    self.path.push(index.to_string());
                    let item = self.value(item, url, depth + 1);
                    self.path.pop();
                    made.push(item?);
                }
                Ok(Value::Array(made))
            }
            other => Ok(other.clone()),
        }
    }

    fn reference(
        &mut self,
        map: &Map<String, Value>,
        target: Target,
        url: &str,
        depth: usize,
    ) -> Result<Value, String> {
        let root = &self.bundle.root;
        if target.url == *root {
            // What the root holds stays where it is, whoever refers to it.
            return Ok(redirected(map, &format!("#{}", encoded(&target.pointer))));
        }
        if url == *root && self.bundle.keeps(&self.path) {
            return Ok(Value::Object(map.clone()));
        }
        let own: String = self.path.iter().map(|part| format!("/{}", escaped(part))).collect();
        if let Some(place) = self.place(&target).filter(|place| *place != own) {
            return Ok(redirected(map, &format!("#{}", encoded(&place))));
        }
        let file = self.bundle.files.get(&target.url);
        let content = file.and_then(|file| file.pointer(&target.pointer));
        let content = content.ok_or_else(|| format!("there is nothing at {}#{}", target.url, target.pointer))?;
        let from = target.url.clone();
        self.places.insert(target, own);
        let mut made = self.value(content, &from, depth + 1)?;
        if let Some(made) = made.as_object_mut() {
            for (key, sibling) in map.iter().filter(|(key, _)| *key != "$ref") {
                made.insert(key.clone(), self.value(sibling, url, depth + 1)?);
            }
        }
        Ok(made)
    }

    /// Where a part stands or will stand, itself or within a larger one.
    fn place(&self, target: &Target) -> Option<String> {
        let mut length = target.pointer.len();
        loop {
            let part = Target { url: target.url.clone(), pointer: target.pointer[..length].to_owned() };
            if let Some(place) = self.places.get(&part) {
                return Some(format!("{place}{}", &target.pointer[length..]));
            }
            length = target.pointer[..length].rfind('/')?;
        }
    }
}

/// A reference with another target and the same siblings.
fn redirected(map: &Map<String, Value>, reference: &str) -> Value {
    let mut map = map.clone();
    map.insert("$ref".to_owned(), Value::from(reference));
    Value::Object(map)
}

fn escaped(part: &str) -> String {
    part.replace('~', "~0").replace('/', "~1")
}

/// A pointer as it may stand in the fragment of an address.
fn encoded(pointer: &str) -> String {
    let mut out = String::with_capacity(pointer.len());
    for byte in pointer.bytes() {
        if byte.is_ascii_alphanumeric() || b"/~-._!$&'()*+,;=:@?".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    fn bundled(files: &[(&str, &str)]) -> Result<Value, String> {
        let url = |name: &str| format!("https://host/api/{name}");
        let mut bundle = Bundle::new(&url(files[0].0), files[0].1.as_bytes())?;
        while let Some(wanted) = bundle.wanted().map(str::to_owned) {
            let file = files.iter().find(|(name, _)| url(name) == wanted);
            bundle.give(&wanted, file.ok_or(format!("{wanted} is missing"))?.1.as_bytes())?;
        }
        let text = bundle.finish()?;
        Ok(yaml::parse_single(&text, &Limits::default()).unwrap())
    }

    #[test]
    fn what_is_referred_to_stands_where_it_is_first_referred_to() {
        let found = bundled(&[
            ("root.yaml", "openapi: 3.0.3\npaths:\n  /seats/{id}: {$ref: ./paths/seat.yaml}\n  /rows: {get: {schema: {$ref: './parts.yaml#/Row'}}}\ncomponents: {schemas: {Own: {type: string}, Row: {$ref: 'parts.yaml#/Row'}}}"),
            ("paths/seat.yaml", "get: {seat: {$ref: '../parts.yaml#/Seat'}, own: {$ref: '../root.yaml#/components/schemas/Own'}, self: {$ref: '#/get/seat'}}"),
            ("parts.yaml", "Seat: {row: {$ref: '#/Row'}}\nRow: {seats: {items: {$ref: '#/Seat'}}}"),
        ])
        .unwrap();
        let row = "#/components/schemas/Row";
        assert_eq!(
            found,
            json!({
                "openapi": "3.0.3",
                "paths": {
                    "/seats/{id}": {"get": {
                        "seat": {"row": {"$ref": row}},
                        "own": {"$ref": "#/components/schemas/Own"},
                        "self": {"$ref": "#/paths/~1seats~1%7Bid%7D/get/seat"},
                    }},
                    "/rows": {"get": {"schema": {"$ref": row}}},
                },
                "components": {"schemas": {
                    "Own": {"type": "string"},
                    "Row": {"seats": {"items": {"$ref": "#/paths/~1seats~1%7Bid%7D/get/seat"}}},
                }},
            })
        );
    }

    #[test]
    fn siblings_of_a_reference_are_kept() {
        let found = bundled(&[
            ("a.yaml", "x: {$ref: b.yaml#/y, description: mine}\nz: {$ref: b.yaml#/y, description: ours}"),
            ("b.yaml", "y: {type: string, description: theirs}"),
        ])
        .unwrap();
        assert_eq!(found["x"], json!({"type": "string", "description": "mine"}));
        assert_eq!(found["z"], json!({"$ref": "#/x", "description": "ours"}));
    }

    #[test]
    fn asyncapi_3_keeps_the_references_that_it_demands() {
        let found = bundled(&[
            ("a.yaml", "asyncapi: 3.0.0\nchannels: {c: {messages: {m: {$ref: b.yaml#/m}}}}\noperations: {o: {channel: {$ref: '#/channels/c'}, messages: [{$ref: 'far.yaml#/m'}]}}"),
            ("b.yaml", "m: {payload: {type: string}}"),
        ])
        .unwrap();
        assert_eq!(found["channels"]["c"]["messages"]["m"], json!({"payload": {"type": "string"}}));
        assert_eq!(found["operations"]["o"]["messages"][0], json!({"$ref": "far.yaml#/m"}));
    }

    #[test]
    fn a_description_in_one_file_stays_as_it_is_to_the_letter() {
        let text = "# ours\nopenapi:   3.0.3\na: {$ref: '#/b'}\nb: 1\n";
        let bundle = Bundle::new("https://host/a.yaml", text.as_bytes()).unwrap();
        assert_eq!(bundle.wanted(), None);
        assert_eq!(bundle.finish().unwrap(), text);
    }

    #[test]
    fn references_that_lead_nowhere_or_everywhere_are_refused() {
        let wrong = |files: &[(&str, &str)]| bundled(files).unwrap_err();
        assert!(
            wrong(&[("a.yaml", "x: {$ref: b.yaml#/none}"), ("b.yaml", "y: 1")])
                .contains("nothing at https://host/api/b.yaml#/none")
        );
        assert!(wrong(&[("a.yaml", "x: {$ref: b.yaml}"), ("b.yaml", "y: [")]).contains("b.yaml: `[` is opened"));
        assert!(wrong(&[("a.yaml", "x: {$ref: /b.yaml}")]).contains("root of a repository"));
        assert!(wrong(&[("a.yaml", "x: [")]).contains("a.yaml"));
        // Each part holds the next one twice; each of the two is a place of its own.
        let parts: String = (0..60)
            .map(|n| format!("p{n}: [{{$ref: 'c{n}.yaml#/p{}'}}, {{$ref: 'd{n}.yaml#/p{}'}}]\n", n + 1, n + 1))
            .collect();
        let names: Vec<String> = (0..60).flat_map(|n| [format!("c{n}.yaml"), format!("d{n}.yaml")]).collect();
        let mut files = vec![("a.yaml", parts.as_str())];
        files.extend(names.iter().map(|name| (name.as_str(), parts.as_str())));
        assert!(wrong(&files).contains("more than 100 files"));
        let deep: String = (0..90).map(|n| format!("p{n}: [[[{{$ref: 'b.yaml#/p{}'}}]]]\n", n + 1)).collect();
        assert!(
            wrong(&[("a.yaml", "x: {$ref: 'b.yaml#/p0'}"), ("b.yaml", &(deep + "p90: 1"))]).contains("deeper than")
        );
    }
}
