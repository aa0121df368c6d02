//! API descriptions in several files: reads those that a description refers to. `model::bundle` makes them one.

use super::process::{Pipeline, not_filled};
use crate::domain::outcome::Problem;
use model::bundle::Bundle;
use model::placeholder::Placeholder;
use serde_json::Value;

impl Pipeline<'_> {
    /// What a placeholder stands for whose file is at `url` and may refer to others.
    pub(super) async fn bundled(&self, placeholder: &Placeholder, url: &str, bytes: &[u8]) -> Result<Value, Problem> {
        let (key, target) = (placeholder.resolver.key(), placeholder.value.as_str().unwrap_or_default());
        let failed = |text: String| {
            not_filled(format!("Placeholder {key} unable to bundle the file at {target}, Error: {text}"))
        };
        let mut bundle = Bundle::new(url, bytes).map_err(failed)?;
        while let Some(wanted) = bundle.wanted().map(str::to_owned) {
            let file = self.reader.read(&wanted).await.map_err(|unreadable| Problem {
                transient: unreadable.error.is_transient(),
                ..failed(format!("{wanted} could not be read: {}", unreadable.error))
            })?;
            bundle.give(&wanted, &file).map_err(failed)?;
        }
        bundle.finish().map(Value::String).map_err(failed)
    }
}
