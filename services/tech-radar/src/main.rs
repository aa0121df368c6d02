//! A native plugin worker: the back end of the community's tech-radar page, answered from the tenant's configuration.
//!
//! It shows that a worker need not be Node. [`radar`] is the plugin; [`worker`] is the protocol's side, which any
//! other native plugin would take over unchanged. Where to start: [`plugin`].

mod radar;
mod worker;

use std::process::ExitCode;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use plugin_protocol::Boot;

use radar::Radar;
use worker::Plugin;

/// The plugin's id, which its front end looks for.
const PLUGIN_ID: &str = "tech-radar";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    worker::run(plugin).await
}

/// Makes the plugin for one boot document, or says why it cannot.
fn plugin(boot: &Boot) -> Result<Plugin, String> {
    let radar = Radar::from_config(&boot.config)?;
    // The configuration does not change while the worker lives, so neither does the answer.
    let body = serde_json::to_vec(&radar).map_err(|error| error.to_string())?;
    Ok(Plugin { id: PLUGIN_ID, routes: Router::new().route("/data", get(get_data)).with_state(Bytes::from(body)) })
}

/// The whole radar. The stock client shows its own sample data on anything but a 200 of exactly this shape.
async fn get_data(State(body): State<Bytes>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], body)
}
