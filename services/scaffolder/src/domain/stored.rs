//! A template in its folder: which file describes it, and what of the folder an editor gets.

use super::suite::FILE_NAME;
use model::yaml;

/// A file larger than this is named, but not sent to an editor.
pub const MAX_FILE_BYTES: usize = 1 << 20;
/// What an editor gets altogether: it sends everything back for a dry run, in base64, in one request.
pub const MAX_BYTES: usize = 7 << 20;
/// Descriptors are small; nobody looks for a template in larger files.
const MAX_DESCRIPTOR_BYTES: usize = 256 << 10;
/// So many files are looked at in the search for the template.
const MAX_DESCRIPTORS: usize = 200;

/// The file that describes the template `name`: the one that is called like the template's location where several do, and
/// the uppermost of those.
#[must_use]
pub fn descriptor<'a>(files: &[(&'a str, &[u8])], name: &str, location: Option<&str>) -> Option<&'a str> {
    let called = location.and_then(|location| location.rsplit('/').next()).unwrap_or_default();
    let is_yaml = |path: &str| path.ends_with(".yaml") || path.ends_with(".yml");
    let mut candidates: Vec<_> = files
        .iter()
        .filter(|(path, bytes)| is_yaml(path) && bytes.len() <= MAX_DESCRIPTOR_BYTES)
        .map(|(path, bytes)| (path.rsplit('/').next() != Some(called), path.matches('/').count(), *path, *bytes))
        .collect();
    candidates.sort_by_key(|(differs, depth, path, _)| (*differs, *depth, *path));
    let found = candidates.into_iter().take(MAX_DESCRIPTORS).find(|(.., bytes)| describes(bytes, name));
    found.map(|(_, _, path, _)| path)
}

/// The test files of a template: those beside it.
#[must_use]
pub fn test_files<'a>(paths: impl Iterator<Item = &'a str>, template_path: &str) -> Vec<String> {
    let beside = template_path.rfind('/').map_or("", |at| &template_path[..=at]);
    let is_test = |path: &&str| path.strip_prefix(beside).is_some_and(is_test_file);
    paths.filter(is_test).map(str::to_owned).collect()
}

/// Whether a file of this name holds tests of a template.
#[must_use]
pub fn is_test_file(name: &str) -> bool {
    name == FILE_NAME || (name.ends_with(".template.test.yaml") && !name.contains('/'))
}

/// Whether one of the documents is the template.
fn describes(bytes: &[u8], name: &str) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let documents = yaml::parse(text, &yaml::Limits::default()).unwrap_or_default();
    documents.iter().any(|document| {
        let is_named = |found: &str| found.eq_ignore_ascii_case(name);
        document.value["kind"] == "Template" && document.value["metadata"]["name"].as_str().is_some_and(is_named)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(path: &str, name: &str) -> (String, Vec<u8>) {
        (path.to_owned(), format!("kind: Other\n---\nkind: Template\nmetadata: {{name: {name}}}\n").into_bytes())
    }

    #[test]
    fn a_template_is_found_by_its_name() {
        let files = [
            template("skeleton/template.yaml", "pay"),
            template("other.yaml", "pay"),
            template("template.yaml", "ship"),
            ("broken.yaml".to_owned(), b"kind: [".to_vec()),
            ("template.txt".to_owned(), b"kind: Template".to_vec()),
        ];
        let files: Vec<(&str, &[u8])> = files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
        assert_eq!(descriptor(&files, "pay", None), Some("other.yaml"));
        let said = Some("url:https://github.com/acme/t/blob/main/template.yaml");
        assert_eq!(descriptor(&files, "pay", said), Some("skeleton/template.yaml"));
        assert_eq!(descriptor(&files, "SHIP", said), Some("template.yaml"));
        assert_eq!(descriptor(&files, "nobody", said), None);
    }

    #[test]
    fn tests_lie_beside_their_template() {
        let paths = ["a/template.test.yaml", "a/x.template.test.yaml", "a/b/template.test.yaml", "template.test.yaml"];
        assert_eq!(test_files(paths.into_iter(), "a/template.yaml"), paths[..2]);
        assert_eq!(test_files(paths.into_iter(), "template.yaml"), paths[3..]);
    }
}
