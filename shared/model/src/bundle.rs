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
const MAX_BYTES: usize = 4_000_000;
/// Values in all its files, and in the whole.
const MAX_NODES: usize = 120_000;
/// How deep the whole may nest.
const MAX_DEPTH: usize = 200;
/// Longest address, and longest reference.
const MAX_ADDRESS: usize = 2_000;
/// Bytes of all places and references that are written anew.
const MAX_WRITTEN: usize = 8_000_000;

/// The number of a file's address.
type File = usize;
/// The description itself.
const ROOT: File = 0;

/// Addresses by number: each is made and kept once, however often it is referred to.
#[derive(Debug, Default)]
struct Addresses {
    urls: Vec<String>,
    numbers: HashMap<String, File>,
    resolved: HashMap<(File, String), File>,
}

impl Addresses {
    fn number(&mut self, url: String) -> Result<File, String> {
        if let Some(known) = self.numbers.get(&url) {
            return Ok(*known);
        }
        if self.urls.len() >= MAX_FILES {
            return Err(format!("it has more than {MAX_FILES} files"));
        }
        self.urls.push(url.clone());
        self.numbers.insert(url, self.urls.len() - 1);
        Ok(self.urls.len() - 1)
    }

    /// The file that a text names in another file; no text names that file itself.
    fn resolve(&mut self, base: File, text: &str) -> Result<File, String> {
        if text.is_empty() {
            return Ok(base);
        }
        if let Some(known) = self.resolved.get(&(base, text.to_owned())) {
            return Ok(*known);
        }
        let url = resolve_url(&self.urls[base], text)?;
        if url.len() > MAX_ADDRESS {
            return Err(format!("an address has more than {MAX_ADDRESS} characters"));
        }
        let number = self.number(url)?;
        self.resolved.insert((base, text.to_owned()), number);
        Ok(number)
    }

    /// What a mapping refers to, if it is a reference at all.
    fn target(&mut self, map: &Map<String, Value>, base: File) -> Result<Option<Target>, String> {
        let Some(reference) = map.get("$ref").and_then(Value::as_str) else { return Ok(None) };
        if reference.len() > MAX_ADDRESS {
            return Err(format!("a reference has more than {MAX_ADDRESS} characters"));
        }
        let (file, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let pointer = percent_decoded(fragment);
        let pointer = if pointer == "/" { String::new() } else { pointer };
        Ok(Some(Target { file: self.resolve(base, file)?, pointer }))
    }
}

/// A description and the files that it refers to, as far as they were given.
#[derive(Debug)]
pub struct Bundle {
    text: String,
    addresses: Addresses,
    files: BTreeMap<File, Value>,
    wanted: BTreeSet<File>,
    bytes: usize,
    nodes: usize,
    /// Whether it is of AsyncAPI 3, which demands references in some places.
    is_asyncapi_3: bool,
}

impl Bundle {
    /// Begins with the description itself. One that clearly refers to no other file is not even read.
    ///
    /// # Errors
    /// It is no YAML, or refers to something that has no address.
    pub fn new(url: &str, bytes: &[u8]) -> Result<Self, String> {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let alone = !names_a_file(&text);
        let mut addresses = Addresses::default();
        addresses.number(url.to_owned())?;
        let (files, wanted) = (BTreeMap::new(), BTreeSet::new());
        let mut bundle = Self { text, addresses, files, wanted, bytes: 0, nodes: 0, is_asyncapi_3: false };
        if !alone {
            bundle.give(url, bytes)?;
        }
        Ok(bundle)
    }

    /// The next file to read, if one is missing.
    #[must_use]
    pub fn wanted(&self) -> Option<&str> {
        self.wanted.first().map(|file| self.addresses.urls[*file].as_str())
    }

    /// Takes a file that was wanted.
    ///
    /// # Errors
    /// It is no YAML, refers to something that has no address, or is one too many.
    pub fn give(&mut self, url: &str, bytes: &[u8]) -> Result<(), String> {
        self.bytes += bytes.len();
        if self.bytes > MAX_BYTES {
            return Err(format!("its files have more than {} MB", MAX_BYTES / 1_000_000));
        }
        let file = self.addresses.number(url.to_owned())?;
        let text = String::from_utf8_lossy(bytes);
        let value = yaml::parse_single(&text, &Limits::default()).map_err(|error| format!("{url}: {error}"))?;
        if file == ROOT {
            let version = value.get("asyncapi").and_then(Value::as_str);
            self.is_asyncapi_3 = version.is_some_and(|version| version.starts_with('3'));
        }
        let mut referred = BTreeSet::new();
        self.refers(&value, file, &mut Vec::new(), &mut referred)?;
        self.wanted.remove(&file);
        self.files.insert(file, value);
        self.wanted.extend(referred.into_iter().filter(|file| !self.files.contains_key(file)));
        Ok(())
    }

    /// Collects the other files that a value refers to, and counts its values.
    fn refers<'v>(
        &mut self,
        value: &'v Value,
        file: File,
        path: &mut Vec<Part<'v>>,
        found: &mut BTreeSet<File>,
    ) -> Result<(), String> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(format!("its files have more than {MAX_NODES} values"));
        }
        match value {
            Value::Object(map) => {
                if let Some(target) = self.addresses.target(map, file)? {
                    if target.file != file && !(file == ROOT && self.keeps(path)) {
                        found.insert(target.file);
                    }
                    return Ok(());
                }
                for (key, member) in map {
                    path.push(Part::Member(key));
                    self.refers(member, file, path, found)?;
                    path.pop();
                }
                Ok(())
            }
            Value::Array(items) => items.iter().enumerate().try_for_each(|(index, item)| {
                path.push(Part::Item(index));
                let done = self.refers(item, file, path, found);
                path.pop();
                done
            }),
            _ => Ok(()),
        }
    }

    /// Whether the reference at this place of the root must stay a reference.
    fn keeps(&self, path: &[Part<'_>]) -> bool {
        let is = |part: &Part<'_>, name: &str| matches!(part, Part::Member(key) if *key == name);
        let path = match path {
            [first, rest @ ..] if is(first, "components") => rest,
            path => path,
        };
        self.is_asyncapi_3
            && match path {
                [first, _, rest @ ..] if is(first, "channels") => rest.iter().any(|part| is(part, "servers")),
                [first, _, rest @ ..] if is(first, "operations") => {
                    rest.iter().any(|part| is(part, "channel") || is(part, "messages"))
                }
                _ => false,
            }
    }

    /// Parts of other files that the root gives a name: below `components`, by the place of the name.
    fn named(&mut self, root: &Value) -> Result<HashMap<Target, String>, String> {
        let mut places = HashMap::new();
        let groups = root.get("components").and_then(Value::as_object);
        for (group, members) in groups.into_iter().flatten() {
            for (name, member) in members.as_object().into_iter().flatten() {
                let Some(map) = member.as_object() else { continue };
                if let Some(target) = self.addresses.target(map, ROOT)?
                    && target.file != ROOT
                    && group.len() + name.len() <= MAX_ADDRESS
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
    pub fn finish(mut self) -> Result<String, String> {
        if let Some(missing) = self.wanted() {
            return Err(format!("{missing} was not read"));
        }
        let files = std::mem::take(&mut self.files);
        let Some(root) = files.get(&ROOT).filter(|_| files.len() > 1) else { return Ok(self.text) };
        let places = self.named(root)?;
        let mut joining = Joining { bundle: &mut self, files: &files, places, nodes: 0, written: 0, path: Vec::new() };
        let whole = joining.value(root, ROOT, 0)?;
        Ok(yaml::to_text(&whole))
    }
}

/// One step of the way to a value.
#[derive(Debug, Clone, Copy)]
enum Part<'v> {
    Member(&'v str),
    Item(usize),
}

/// Whether there is a `$ref` in a text that does not obviously stay in it.
fn names_a_file(text: &str) -> bool {
    text.match_indices("$ref").any(|(at, _)| {
        let rest = text[at + 4..].trim_start_matches(['"', '\'']).trim_start_matches([' ', '\t', ':', '"', '\'']);
        !rest.starts_with('#')
    })
}

/// What a `$ref` points at.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Target {
    file: File,
    /// The JSON pointer in it.
    pointer: String,
}

/// Puts the files together.
struct Joining<'b> {
    bundle: &'b mut Bundle,
    files: &'b BTreeMap<File, Value>,
    /// Where parts of other files stand by now, or will stand.
    places: HashMap<Target, String>,
    nodes: usize,
    /// Bytes of places and references so far.
    written: usize,
    /// Where we are in the whole.
    path: Vec<Part<'b>>,
}

impl<'b> Joining<'b> {
    fn value(&mut self, value: &'b Value, file: File, depth: usize) -> Result<Value, String> {
        self.nodes += 1;
        if self.nodes > MAX_NODES || depth > MAX_DEPTH {
            return Err(format!("the whole has more than {MAX_NODES} values or nests deeper than {MAX_DEPTH}"));
        }
        match value {
            Value::Object(map) => match self.bundle.addresses.target(map, file)? {
                Some(target) => self.reference(map, target, file, depth),
                None => {
                    let mut made = Map::new();
                    for (key, member) in map {
                        made.insert(key.clone(), self.below(Part::Member(key), member, file, depth)?);
                    }
                    Ok(Value::Object(made))
                }
            },
            Value::Array(items) => {
                let items = items.iter().enumerate();
                items.map(|(index, item)| self.below(Part::Item(index), item, file, depth)).collect()
            }
            other => Ok(other.clone()),
        }
    }

    fn below(&mut self, part: Part<'b>, value: &'b Value, file: File, depth: usize) -> Result<Value, String> {
        self.path.push(part);
        let made = self.value(value, file, depth + 1);
        self.path.pop();
        made
    }

    fn reference(
        &mut self,
        map: &'b Map<String, Value>,
        target: Target,
        file: File,
        depth: usize,
    ) -> Result<Value, String> {
        if target.file == ROOT {
            // What the root holds stays where it is, whoever refers to it.
            return self.redirected(map, &target.pointer, file, depth);
        }
        if file == ROOT && self.bundle.keeps(&self.path) {
            return Ok(Value::Object(map.clone()));
        }
        let own = self.own_place()?;
        if let Some(place) = self.place(&target).filter(|place| *place != own) {
            return self.redirected(map, &place, file, depth);
        }
        let content = self.files.get(&target.file).and_then(|file| file.pointer(&target.pointer));
        let nowhere = || format!("there is nothing at {}#{}", self.bundle.addresses.urls[target.file], target.pointer);
        let content = content.ok_or_else(nowhere)?;
        let from = target.file;
        self.places.insert(target, own);
        let mut made = self.value(content, from, depth + 1)?;
        if let Some(made) = made.as_object_mut() {
            for (key, sibling) in map.iter().filter(|(key, _)| *key != "$ref") {
                made.insert(key.clone(), self.value(sibling, file, depth + 1)?);
            }
        }
        Ok(made)
    }

    /// Takes note of what is written anew: long keys above many references would be written again for each.
    fn write(&mut self, bytes: usize) -> Result<(), String> {
        self.written += bytes;
        if self.written > MAX_WRITTEN {
            return Err(format!("the references of the whole have more than {} MB", MAX_WRITTEN / 1_000_000));
        }
        Ok(())
    }

    fn own_place(&mut self) -> Result<String, String> {
        let long = |part: &Part<'_>| match part {
            Part::Member(key) => key.len() + 1,
            Part::Item(_) => 8,
        };
        self.write(self.path.iter().map(long).sum())?;
        let mut place = String::new();
        for part in &self.path {
            place.push('/');
            match part {
                Part::Member(key) => place.push_str(&escaped(key)),
                Part::Item(index) => place.push_str(&index.to_string()),
            }
        }
        Ok(place)
    }

    /// Where a part stands or will stand, itself or within a larger one.
    fn place(&self, target: &Target) -> Option<String> {
        let mut length = target.pointer.len();
        loop {
            let part = Target { file: target.file, pointer: target.pointer[..length].to_owned() };
            if let Some(place) = self.places.get(&part) {
                return Some(format!("{place}{}", &target.pointer[length..]));
            }
            length = target.pointer[..length].rfind('/')?;
        }
    }

    /// A reference with another target and the same siblings.
    fn redirected(
        &mut self,
        map: &'b Map<String, Value>,
        pointer: &str,
        file: File,
        depth: usize,
    ) -> Result<Value, String> {
        self.write(pointer.len())?;
        let mut made = Map::new();
        for (key, sibling) in map {
            let value = match key.as_str() {
                "$ref" => Value::from(format!("#{}", encoded(pointer))),
                _ => self.value(sibling, file, depth + 1)?,
            };
            made.insert(key.clone(), value);
        }
        Ok(Value::Object(made))
    }
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
