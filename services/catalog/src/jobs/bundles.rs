//! API descriptions in several files: reads those that a description refers to. `model::bundle` makes them one.

use super::process::{Pipeline, not_filled};
use crate::domain::outcome::{Problem, Source};
use model::bundle::Bundle;
use model::placeholder::Placeholder;
use serde_json::Value;

impl Pipeline<'_> {
    /// What a placeholder stands for whose file is at `url` and may refer to others. What was read, or could not be, is
    /// noted in `reads`.
    pub(super) async fn bundled(
        &self,
        placeholder: &Placeholder,
        url: &str,
        bytes: &[u8],
        reads: &mut Vec<Source>,
    ) -> Result<Value, Problem> {
        let (key, target) = (placeholder.resolver.key(), placeholder.value.as_str().unwrap_or_default());
        let failed = |text: String| {
            not_filled(format!("Placeholder {key} unable to bundle the file at {target}, Error: {text}"))
        };
        let mut bundle = Bundle::new(url, bytes).map_err(failed)?;
        while let Some(wanted) = bundle.wanted().map(str::to_owned) {
            match self.reader.read(&wanted).await {
                Ok(file) => {
                    let (etag, sha256) = (file.etag.clone(), Some(file.sha256.clone()));
                    bundle.give(&wanted, &file.bytes).map_err(failed)?;
                    reads.push(Source { url: wanted, etag, sha256 });
                }
                Err(unreadable) => {
                    let text = format!("{wanted} could not be read: {}", unreadable.error);
                    reads.push(Source::unread(wanted, unreadable.missing));
                    return Err(Problem { transient: unreadable.error.is_transient(), ..failed(text) });
                }
            }
        }
        bundle.finish().map(Value::String).map_err(failed)
    }
}
