//! A native plugin worker: the back end of the community's tech-radar page, answered from the tenant's configuration.
//!
//! It shows that a worker need not be Node: [`radar`] is the plugin, and the crate `plugin-sdk` the protocol's side.
//! Where to start: [`plugin`].

mod radar;

use std::process::ExitCode;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use plugin_sdk::{Boot, Plugin, Router, routing::get};

use radar::Radar;

/// The plugin's id, which its front end looks for.
const PLUGIN_ID: &str = "tech-radar";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    plugin_sdk::run(plugin).await
}

/// Makes the plugin for one boot document, or says why it cannot.
fn plugin(boot: &Boot) -> Result<Plugin, String> {
    let radar = Radar::from_config(&boot.config)?;
    // The configuration does not change while the worker lives, so neither does the answer.
    let body = serde_json::to_vec(&radar).map_err(|error| error.to_string())?;
    let routes = Router::new().route("/data", get(get_data)).with_state(Bytes::from(body));
    Ok(Plugin::new(PLUGIN_ID).routes(routes))
}

/// The whole radar. The stock client shows its own sample data on anything but a 200 of exactly this shape.
async fn get_data(State(body): State<Bytes>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], body)
}
