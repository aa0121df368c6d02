//! The repositories that `make up` puts on the demo git host: a small shop, and a template for new services.

use super::DemoGit;
use crate::domain::place::DemoPlaces;
use kernel::Result;

/// Where the apex' address goes in the sample files.
const APEX: &str = "@APEX@";

const SHOP: &[(&str, &str)] = &[
    ("catalog-info.yaml", include_str!("../../demo/shop/catalog-info.yaml")),
    ("README.md", include_str!("../../demo/shop/README.md")),
];

const TEMPLATES: &[(&str, &str)] = &[
    ("template.yaml", include_str!("../../demo/templates/template.yaml")),
    ("template.test.yaml", include_str!("../../demo/templates/template.test.yaml")),
    ("README.md", include_str!("../../demo/templates/README.md")),
    ("skeleton/catalog-info.yaml", include_str!("../../demo/templates/skeleton/catalog-info.yaml")),
    ("skeleton/README.md", include_str!("../../demo/templates/skeleton/README.md")),
    ("skeleton/openapi.yaml", include_str!("../../demo/templates/skeleton/openapi.yaml")),
    ("skeleton/src/server.mjs", include_str!("../../demo/templates/skeleton/src/server.mjs")),
    ("skeleton/package.json", include_str!("../../demo/templates/skeleton/package.json")),
];

/// A file that a catalog can register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The repository, as `owner/name`.
    pub repository: &'static str,
    /// The address of the file.
    pub location: String,
}

/// Makes the sample repositories where they are missing, and tells what to register.
///
/// # Errors
/// git fails, or is not there.
pub async fn samples(host: &DemoGit, apex_url: &str) -> Result<Vec<Sample>> {
    let places = DemoPlaces::new(apex_url);
    for (name, files) in [("shop", SHOP), ("templates", TEMPLATES)] {
        let texts: Vec<(&str, String)> =
            files.iter().map(|(path, text)| (*path, text.replace(APEX, apex_url.trim_end_matches('/')))).collect();
        let files: Vec<(&str, &[u8])> = texts.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
        host.seed("demo", name, &files).await?;
    }
    let location = |path: &str| places.base().to_owned() + path;
    Ok(vec![
        Sample { repository: "demo/shop", location: location("demo/shop/raw/main/catalog-info.yaml") },
        Sample { repository: "demo/templates", location: location("demo/templates/raw/main/template.yaml") },
    ])
}
