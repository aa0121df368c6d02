//! The committed JavaScript is what its sources and lock file make.

use aws_lc_rs::digest::{SHA256, digest};
use std::fs;
use std::path::Path;

/// The list of `engine/build.mjs`, in its order.
const INPUTS: [&str; 11] = [
    "build.mjs",
    "package-lock.json",
    "src/engine.mjs",
    "src/filters.mjs",
    "src/glob.mjs",
    "src/globals.mjs",
    "src/node-crypto.mjs",
    "src/node-path.mjs",
    "src/node-util-plain.mjs",
    "src/node-util.mjs",
    "src/yaml.mjs",
];

#[test]
fn the_bundle_is_not_stale() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("engine");
    let inputs: Vec<u8> = INPUTS.iter().flat_map(|input| fs::read(folder.join(input)).unwrap()).collect();
    let hash: String = digest(&SHA256, &inputs).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    for bundle in ["bundle/engine.js", "bundle/glob.js", "bundle/yaml.js"] {
        let text = fs::read_to_string(folder.join(bundle)).unwrap();
        let header = text.lines().next().unwrap();
        assert!(
            header.ends_with(&format!("inputs {hash}")),
            "{bundle} is stale: run `npm ci && npm run build` in services/scaffolder/engine"
        );
    }
}
