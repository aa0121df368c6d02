//! One request to a server that a tenant chose and that is no source host: an identity provider.

use crate::Integrations;
use crate::failure::to_error;
use axum::extract::State;
use http_shell::outside::{Exchange, Exchanged};
use http_shell::{Caller, Json, Result};
use kernel::Error;
use runtime::outbound;
use std::time::Duration;

const MAX_BYTES: usize = 1_000_000;
const DEADLINE: Duration = Duration::from_secs(10);

/// Send one request to a server, follow nothing, and tell what it answered.
#[utoipa::path(post, path = "/internal/integrations/v1/exchange", request_body = Exchange,
    responses((status = 200, body = Exchanged), (status = 403, description = "Not an address that may be contacted")))]
pub(crate) async fn exchange(
    State(state): State<Integrations>,
    _: Caller,
    Json(asked): Json<Exchange>,
) -> Result<Json<Exchanged>> {
    let secure = url::Url::parse(&asked.url).is_ok_and(|url| url.scheme() == "https" || state.outbound.is_exempt(&url));
    if !secure {
        let text = format!("{} is no https address, so what is sent there could be read on its way.", asked.url);
        return Err(Error::not_allowed(text).into());
    }
    let request = outbound::Exchange {
        url: &asked.url,
        form: asked.form.as_deref(),
        accept: "application/json",
        authorization: asked.authorization.as_deref(),
        max_bytes: asked.max_bytes.min(MAX_BYTES),
        deadline: DEADLINE,
    };
    let reply = state.outbound.exchange(request).await.map_err(|failure| to_error(&failure))?;
    Ok(Json(Exchanged { status: reply.status, body: String::from_utf8_lossy(&reply.bytes).into_owned() }))
}
