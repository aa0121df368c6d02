//! `debug:log` and `debug:wait`.

use super::{ActionContext, Outputs};
use crate::domain::failure::{Failure, Outcome};
use crate::runner::blocking;
use crate::workspace::walk;
use serde_json::Value;
use std::fs;
use std::time::Duration;

/// The longest wait.
const MAX_WAIT: Duration = Duration::from_secs(600);

/// Writes a message, and the files of the workspace on request.
pub(super) async fn log(context: &ActionContext<'_>) -> Outcome<Outputs> {
    context.log.info(crate::runner::pretty(&context.input)).await?;
    if let Some(message) = context.text("message").filter(|message| !message.is_empty()) {
        context.log.info(message).await?;
    }
    let list = &context.input["listWorkspace"];
    if !(list.is_null() || *list == false) {
        let (root, contents) = (context.run.workspace.root().to_path_buf(), list == "with-contents");
        let lines = blocking(move || {
            let mut files = walk(&root)?;
            files.retain(|entry| !entry.is_dir);
            // Where it stands among the others, a folder is looked into at once.
            files.sort_by(|a, b| a.path.split('/').cmp(b.path.split('/')));
            let lines = files.into_iter().map(|entry| {
                if !contents {
                    return format!("  - {}", entry.path);
                }
                match fs::read(root.join(&entry.path)) {
                    Ok(bytes) => format!(" - {}:\n\n  {}", entry.path, String::from_utf8_lossy(&bytes)),
                    Err(_) => format!(" - {}: [skipped]", entry.path),
                }
            });
            Ok(lines.collect::<Vec<_>>())
        })
        .await?;
        context.log.info(format!("Workspace:\n{}", lines.join("\n"))).await?;
    }
    Ok(Outputs::new())
}

/// Waits; a cancelled run does not wait to the end.
pub(super) async fn wait(context: &ActionContext<'_>) -> Outcome<Outputs> {
    let part = |name: &str, seconds: f64| context.input.get(name).and_then(Value::as_f64).unwrap_or(0.0) * seconds;
    let seconds = part("minutes", 60.0) + part("seconds", 1.0) + part("milliseconds", 0.001);
    if seconds > MAX_WAIT.as_secs_f64() {
        return Err(Failure::error(
            "Waiting duration is longer than the maximum threshold of 0 hours, 10 minutes, 0 seconds",
        ));
    }
    tokio::time::sleep(Duration::try_from_secs_f64(seconds).unwrap_or_default()).await;
    Ok(Outputs::new())
}
