//! Writes the OpenAPI documents that are committed in `openapi/`, or says which are stale.

use std::collections::BTreeMap;
use std::path::Path;

/// Every service's public document, by service name.
pub fn documents() -> anyhow::Result<BTreeMap<String, String>> {
    let documents = [
        ("gateway", gateway::routes().openapi()),
        ("catalog", catalog::routes().openapi()),
        ("scaffolder", scaffolder::routes().openapi()),
        ("integrations", integrations::http::routes().openapi()),
        ("tenant-admin", tenant_admin::routes().openapi()),
        ("plugins", plugin_host::routes().openapi()),
    ];
    documents.into_iter().map(|(name, document)| Ok((name.to_owned(), http_shell::write_openapi(&document)?))).collect()
}

/// Writes the documents to `dir`, or with `check` compares and fails on the first difference.
pub fn write(dir: &Path, check: bool) -> anyhow::Result<()> {
    for (name, text) in documents()? {
        let path = dir.join(format!("{name}.json"));
        if check {
            let committed = std::fs::read_to_string(&path).unwrap_or_default();
            anyhow::ensure!(committed == text, "{} is stale; run `make openapi`", path.display());
        } else {
            std::fs::create_dir_all(dir)?;
            std::fs::write(&path, text)?;
        }
    }
    Ok(())
}
