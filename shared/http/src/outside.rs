//! Asking a server that a tenant chose, through the one service that may: `integrations`.

use crate::{Caller, ServiceClient, ServiceName, read_json};
use axum::body::Body;
use http::Request;
use kernel::{Error, Result, TenantId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where `integrations` takes these requests.
pub const EXCHANGE_PATH: &str = "/internal/integrations/v1/exchange";

/// One request to one address. What is in it goes there and nowhere else: redirects are not followed.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Exchange {
    /// An absolute address; `https` but where the operator has made an exception.
    pub url: String,
    /// Sent as a form by POST; without one the request is a GET.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<Vec<(String, String)>>,
    /// The value of the `Authorization` header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization: Option<String>,
    /// The largest answer that is taken; at most 1 MB.
    pub max_bytes: usize,
}

impl std::fmt::Debug for Exchange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Exchange").field("url", &self.url).finish_non_exhaustive()
    }
}

/// What the server answered, success or not.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Exchanged {
    /// Its status, redirects included.
    pub status: u16,
    /// Its body as text; of a refusal only the beginning.
    pub body: String,
}

impl Exchanged {
    /// Whether the server did what it was asked.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        self.status >= 200 && self.status < 300
    }
}

impl Exchange {
    /// Sends it on behalf of a tenant; `service` is who asks.
    ///
    /// # Errors
    /// `NotAllowed` where the guard refuses the address, `Unavailable` without an answer, `Input` for one that is too large.
    pub async fn send(&self, services: &ServiceClient, tenant: TenantId, service: &str) -> Result<Exchanged> {
        let body = serde_json::to_vec(self).map_err(Error::internal)?;
        let request = Request::post(EXCHANGE_PATH).header(http::header::CONTENT_TYPE, "application/json");
        let request = request.body(Body::from(body)).map_err(Error::internal)?;
        let caller = Caller::service(tenant, service);
        read_json(services.call(ServiceName::Integrations, &caller, request).await?).await
    }
}
