//! What the service needs of the operator's settings.

use crate::demo_git::DemoGit;
use crate::domain::place::DemoPlaces;
use anyhow::Context as _;
use runtime::outbound::{Allow, Outbound};
use runtime::{Config, Tasks};
use std::sync::Arc;

/// The state of the service. Cheap to clone; holds nothing between requests but connections.
#[derive(Clone)]
pub struct Integrations {
    /// The guarded client.
    pub outbound: Outbound,
    /// Where the demo git host is, for those who read from it and push to it.
    pub places: Option<Arc<DemoPlaces>>,
    /// The demo git host itself, in a demo installation.
    pub demo: Option<Arc<DemoGit>>,
}

impl Integrations {
    /// Reads the settings. In a demo installation the guard lets the demo git host through, and only its paths.
    ///
    /// # Errors
    /// An entry of `reading.allow` is malformed, or the folder of the demo git host cannot be made.
    pub fn new(config: &Config, tasks: Tasks) -> anyhow::Result<Self> {
        let mut allow = Allow::parse(&config.reading.allow).map_err(anyhow::Error::msg).context("reading.allow")?;
        if !config.demo {
            return Ok(Self { outbound: Outbound::new(allow)?, places: None, demo: None });
        }
        allow.add(&format!("{}/demo-git/", config.domain)).map_err(anyhow::Error::msg).context("domain")?;
        let demo = DemoGit::open(config.data_dir.join("demo-git"), tasks)?;
        Ok(Self {
            outbound: Outbound::new(allow)?,
            places: Some(Arc::new(DemoPlaces::new(&config.apex_url()))),
            demo: Some(Arc::new(demo)),
        })
    }
}
