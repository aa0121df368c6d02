//! Sending what an organisation wants to have elsewhere: its audit log, to a webhook or a bucket.

use crate::Integrations;
use crate::failure::to_error;
use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use http_shell::{Caller, Json, Result};
use kernel::Error;
use runtime::outbound::Delivery;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;
use utoipa::ToSchema;

const MAX_BYTES: usize = 16 << 20;
const MAX_HEADERS: usize = 20;
const DEADLINE: Duration = Duration::from_secs(30);
/// Of a refusal, what a person needs to understand it.
const SHOWN_CHARS: usize = 300;
/// Headers that belong to the transport, which the client sets itself.
const TRANSPORT: [&str; 5] = ["host", "content-length", "connection", "transfer-encoding", "upgrade"];

/// With which method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum DeliveryMethod {
    /// A webhook.
    Post,
    /// An object.
    Put,
}

/// What to send, and where to.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DeliverRequest {
    method: DeliveryMethod,
    /// An http or https address.
    url: String,
    headers: BTreeMap<String, String>,
    /// The body in base64.
    body: String,
}

/// What the other side answered.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Delivered {
    status: u16,
    /// Seconds after which it wants to be asked again.
    retry_after: Option<u64>,
    /// How its answer begins.
    beginning: String,
}

/// Send something to an address that an organisation chose. Redirects are not followed.
#[utoipa::path(post, path = "/internal/integrations/v1/deliver", request_body = DeliverRequest,
    responses((status = 200, description = "There was an answer, whatever it says", body = Delivered)))]
pub(crate) async fn deliver(
    State(state): State<Integrations>,
    _: Caller,
    Json(request): Json<DeliverRequest>,
) -> Result<Json<Delivered>> {
    let body = STANDARD.decode(&request.body).map_err(|error| Error::input(format!("body: {error}")))?;
    if body.len() > MAX_BYTES {
        return Err(Error::too_large("A delivery has at most 16 MB").into());
    }
    let delivery = Delivery {
        url: &request.url,
        put: request.method == DeliveryMethod::Put,
        headers: headers(&request.headers)?,
        body: body.into(),
        deadline: DEADLINE,
    };
    let reply = state.outbound.deliver(delivery).await.map_err(|failure| to_error(&failure))?;
    let text = String::from_utf8_lossy(&reply.bytes);
    let beginning = text.chars().filter(|c| !c.is_control()).take(SHOWN_CHARS).collect();
    Ok(Json(Delivered { status: reply.status, retry_after: reply.retry_after(), beginning }))
}

fn headers(given: &BTreeMap<String, String>) -> kernel::Result<HeaderMap> {
    if given.len() > MAX_HEADERS {
        return Err(Error::input("A delivery has too many headers"));
    }
    let header = |(name, value): (&String, &String)| {
        let malformed = || Error::input(format!("The header {name} is malformed"));
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| malformed())?;
        if TRANSPORT.contains(&name.as_str()) {
            return Err(malformed());
        }
        let mut value = HeaderValue::from_str(value).map_err(|_| malformed())?;
        value.set_sensitive(name == http::header::AUTHORIZATION);
        Ok((name, value))
    };
    given.iter().map(header).collect()
}
