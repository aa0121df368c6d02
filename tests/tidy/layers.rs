//! Which crate may depend on which.

use super::{files, relative};
use std::collections::BTreeMap;

/// Layer of each crate. A crate depends on lower layers only; those of layer 1 and 3 never on each other.
const LAYERS: [(&str, u8); 16] = [
    ("kernel", 0),
    ("plugin-protocol", 0),
    ("sandbox", 0),
    ("model", 1),
    ("authz", 1),
    ("credential", 1),
    ("store", 1),
    ("runtime", 1),
    ("http-shell", 2),
    ("gateway", 3),
    ("catalog", 3),
    ("scaffolder", 3),
    ("integrations", 3),
    ("tenant-admin", 3),
    ("plugin-host", 3),
    ("proscenium", 4),
];

/// Crates beside the layers: test code, and what native workers, programs of their own, are made of.
const BESIDE: [&str; 4] = ["testkit", "plugin-sdk", "tech-radar", "cross-service-tests"];

fn dependencies(manifest: &str, section: &str) -> Vec<String> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line == section;
        } else if inside && line.contains('=') {
            found.push(line.split(['.', ' ', '=']).next().unwrap_or_default().to_owned());
        }
    }
    found
}

#[test]
fn crates_depend_on_lower_layers_only() {
    let layers = BTreeMap::from(LAYERS);
    let mut seen = 0;
    for path in files(".", &["toml"]).into_iter().filter(|path| path.ends_with("Cargo.toml")) {
        let manifest = std::fs::read_to_string(&path).unwrap();
        let Some(name) = manifest.lines().find_map(|line| line.strip_prefix("name = \"")) else { continue };
        let name = name.trim_end_matches('"');
        if BESIDE.contains(&name) {
            continue;
        }
        let own = layers.get(name).unwrap_or_else(|| panic!("{name} has no layer: {}", relative(&path)));
        seen += 1;
        for dependency in dependencies(&manifest, "[dependencies]") {
            assert!(!BESIDE.contains(&dependency.as_str()), "{name} links {dependency}");
            if let Some(layer) = layers.get(dependency.as_str()) {
                assert!(layer < own, "{name} (layer {own}) depends on {dependency} (layer {layer})");
            }
        }
    }
    assert_eq!(seen, LAYERS.len(), "a crate of the list is gone");
}
