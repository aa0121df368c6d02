//! Pages rendered in headless Chromium before an upgrade, under the front end that an organisation has and under the one
//! that it would get.
//!
//! The browser runs the plugin's code, so it is started as a worker is: in the sandbox, without network, as a user of its
//! own, with limits, and bound to this process's life. Its only way out is the [`door`]. One runs at a time.

mod browser;
mod door;
pub mod pictures;
mod tool;

use crate::State;
use crate::config::Rendering as Settings;
use crate::domain::picture::{Pictures, collect};
use crate::domain::rendering::{Rendering, Wish, compare};
use crate::http::{PortalFeature, feature};
use crate::store::package::Frontend;
use crate::store::rollout::{Row, Side};
use crate::supervisor::Staged;
use door::Door;
use kernel::Result;
use serde::Serialize;
use std::path::Path;
use std::sync::Arc;

/// What the render tool is asked; see `services/plugin-worker/src/render/job.ts`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Job<'a> {
    chromium: &'a Path,
    origin: String,
    door: &'a Path,
    plugin_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    former: Option<PortalFeature>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<PortalFeature>,
    pages: u32,
    page_ms: u128,
    shots: bool,
}

/// Renders the pages that a change of the front end touches; `None` when it does not change.
///
/// # Errors
/// Those of the database. Whatever keeps the browser from its work is in the answer.
pub async fn render(state: &State, row: &Row, next: &Side, staged: Option<&Arc<Staged>>) -> Result<Option<Rendering>> {
    let settings = &state.config.rendering;
    let changes = next.frontend.is_some() && next.frontend != row.former.frontend;
    if settings.wish == Wish::Off || !changes {
        return Ok(None);
    }
    let Some(chromium) = browser::find(settings.chromium.as_deref()) else {
        return Ok(Some(Rendering::without("There is no browser on this machine (plugins.chromium).")));
    };
    let Ok(_turn) = state.browsers.acquire().await else {
        return Ok(Some(Rendering::without("The platform is stopping.")));
    };
    let mut seen = once(state, row, next, staged, &chromium).await?;
    if seen.doubtful {
        // A page that only hung may have met a busy machine: what hangs twice counts.
        seen = once(state, row, next, staged, &chromium).await?;
    }
    let Seen { mut rendering, pictures, .. } = seen;
    if !pictures.is_empty()
        && let Err(reason) = pictures::keep(state, row, pictures).await
    {
        rendering.lose_pictures(&format!("Its pictures were not kept. {reason}"));
    }
    Ok(Some(rendering))
}

/// What one run of the browser came to.
struct Seen {
    rendering: Rendering,
    /// What its pages name.
    pictures: Pictures,
    /// Whether it is refused for what a busy machine could have caused.
    doubtful: bool,
}

impl Seen {
    fn nothing(reason: impl Into<String>) -> Self {
        Self { rendering: Rendering::without(reason), pictures: Pictures::new(), doubtful: false }
    }
}

async fn once(state: &State, row: &Row, next: &Side, staged: Option<&Arc<Staged>>, chromium: &Path) -> Result<Seen> {
    let (tenant, settings) = (row.tenant(), &state.config.rendering);
    let door = Door::new(state, tenant, &row.plugin_id, staged).await?;
    let signer = state.launching.signer(tenant).await?;
    let place = match tool::Place::new(state, tenant) {
        Ok(place) => place,
        Err(reason) => return Ok(Seen::nothing(reason)),
    };
    let of = |frontend: &Option<Frontend>| frontend.clone().map(|frontend| feature(row.plugin_id.clone(), frontend));
    let job = Job {
        chromium,
        origin: signer.origin().to_owned(),
        door: &place.door(),
        plugin_id: &row.plugin_id,
        former: of(&row.former.frontend),
        next: of(&next.frontend),
        pages: settings.pages,
        page_ms: settings.page.as_millis(),
        shots: settings.pictures,
    };
    let rendered = match place.run(state, &job, door, &browser::readable(chromium)).await {
        Ok(rendered) => rendered,
        Err(reason) => {
            tracing::warn!(%tenant, plugin = row.plugin_id, reason, "pages cannot be rendered");
            return Ok(Seen::nothing(reason));
        }
    };
    let (mut pages, doubtful) = compare(&rendered);
    let pictures = collect(&rendered, &mut pages);
    let back_end = match (staged.is_some(), state.target(tenant, &row.plugin_id).await?) {
        (true, _) => "new",
        (false, Some(crate::state::Target::Backend(_))) => "present",
        _ => "none",
    };
    let rendering =
        Rendering { not_rendered: None, browser: Some(rendered.browser), back_end: Some(back_end.to_owned()), pages };
    let doubtful = doubtful && rendering.refusal().is_some();
    Ok(Seen { rendering, pictures, doubtful })
}

impl Settings {
    /// What the two versions together may take.
    fn limit(&self) -> std::time::Duration {
        self.page * (self.pages * 2 + 2)
    }
}
