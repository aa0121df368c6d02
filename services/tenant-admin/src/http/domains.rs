//! Hosts of the organisation's own: claimed, proven by a file at the host, then answered at.
//!
//! The file is fetched by the integrations service, which reaches public addresses only. We serve no such file for any
//! host, so a name that merely points at us proves nothing.

use crate::domain::{FormProblems, host};
use crate::state::TenantAdmin;
use crate::store::own_host::{self, DomainRow};
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{Request, StatusCode};
use credential::OneTimeCode;
use http_shell::{Caller, Json, Path, Result, ServiceName};
use kernel::{Error, TenantId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::AuditEvent;
use time::OffsetDateTime;
use utoipa::ToSchema;

/// Where the proof is looked for, below the host.
const PROOF_PATH: &str = "/.well-known/proscenium-domain.txt";
/// Largest proof that is read, in bytes.
const LARGEST_PROOF: usize = 4_096;

/// A host.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Domain {
    host: String,
    /// Whether the portal answers there.
    verified: bool,
    /// The portal there.
    url: String,
    /// Where the proof is looked for.
    proof_url: String,
    /// What the file holds.
    proof: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    created_at: OffsetDateTime,
}

impl Domain {
    fn new(admin: &TenantAdmin, row: DomainRow) -> Self {
        let [_, plain] = admin.config.proof_origins(&row.host);
        Self {
            verified: row.verified_at.is_some(),
            url: admin.config.origin_at(&row.host),
            proof_url: format!("{plain}{PROOF_PATH}"),
            proof: row.proof,
            created_at: row.created_at,
            host: row.host,
        }
    }
}

/// The hosts.
#[derive(Serialize, ToSchema)]
pub(crate) struct DomainList {
    items: Vec<Domain>,
}

/// Lists the organisation's own hosts.
#[utoipa::path(get, path = "/api/tenant-admin/v1/domains", tag = "domains", responses((status = 200, body = DomainList)))]
pub(crate) async fn list_domains(State(admin): State<TenantAdmin>, caller: Caller) -> Result<Json<DomainList>> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let items = own_host::list(&mut tx).await?.into_iter().map(|row| Domain::new(&admin, row)).collect();
    Ok(Json(DomainList { items }))
}

/// Which host.
#[derive(Deserialize, Default, ToSchema)]
#[serde(default)]
pub(crate) struct NewDomain {
    #[schema(required)]
    host: String,
}

/// Claims a host. The answer says what to put there as proof.
#[utoipa::path(post, path = "/api/tenant-admin/v1/domains", tag = "domains", request_body = NewDomain,
    responses((status = 201, body = Domain), (status = 400, description = "Says what is wrong with the host"),
        (status = 409, description = "Too many")))]
pub(crate) async fn add_domain(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Json(form): Json<NewDomain>,
) -> Result<(StatusCode, Json<Domain>)> {
    let host = host::tidy(&form.host);
    let mut problems = FormProblems::default();
    problems.check("host", host::problem(&host, &admin.config.domain));
    problems.into_result()?;
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let known = own_host::list(&mut tx).await?;
    if known.len() >= host::MOST && known.iter().all(|row| row.host != host) {
        return Err(Error::conflict("An organisation can have five hosts. Remove one first.").into());
    }
    let proof = format!("proscenium-domain={}", OneTimeCode::generate()?.reveal());
    own_host::insert(&mut tx, &host, &proof, admin.clock.now()).await?;
    let row =
        own_host::find(&mut tx, &host).await?.ok_or_else(|| Error::internal("a claim that was written is gone"))?;
    tx.record(AuditEvent::by(&caller.principal, "domain.claim", &host)).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(Domain::new(&admin, row))))
}

fn no_such() -> Error {
    Error::not_found("There is no such host here")
}

/// Looks for the proof at the host; if it is there, the portal answers at the host from now on.
#[utoipa::path(post, path = "/api/tenant-admin/v1/domains/{host}/verify", tag = "domains",
    params(("host" = String, Path, description = "The host")),
    responses((status = 200, body = Domain), (status = 404), (status = 409, description = "Another organisation's"),
        (status = 422, description = "The proof is not there")))]
pub(crate) async fn verify_domain(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Path(host): Path<String>,
) -> Result<Json<Domain>> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let row = own_host::find(&mut tx, &host).await?.ok_or_else(no_such)?;
    tx.rollback().await?;
    prove(&admin, caller.tenant, &row).await?;
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let row = own_host::find(&mut tx, &host).await?.ok_or_else(no_such)?;
    if row.verified_at.is_none() {
        own_host::set_verified(&mut tx, &host, admin.clock.now()).await?;
    }
    let row = own_host::find(&mut tx, &host).await?.ok_or_else(no_such)?;
    tx.record(AuditEvent::by(&caller.principal, "domain.verify", &host)).await?;
    tx.commit().await?;
    admin.tenant_changed(caller.tenant);
    Ok(Json(Domain::new(&admin, row)))
}

/// An owner may serve the file with or without TLS: before the host points at us, either shows that it is theirs.
async fn prove(admin: &TenantAdmin, tenant: TenantId, row: &DomainRow) -> kernel::Result<()> {
    let mut told = Vec::new();
    for origin in admin.config.proof_origins(&row.host) {
        let url = format!("{origin}{PROOF_PATH}");
        match fetch(admin, tenant, &url).await {
            Ok(text) if text.lines().any(|line| line.trim() == row.proof) => return Ok(()),
            Ok(_) => told.push(format!("{url} does not hold the line {}", row.proof)),
            Err(error) => told.push(format!("{url}: {}", error.message)),
        }
    }
    let message = format!("The proof is not there yet. {}. Put it there and try again.", told.join("; "));
    Err(Error::new(kernel::ErrorKind::Unprocessable, message))
}

async fn fetch(admin: &TenantAdmin, tenant: TenantId, url: &str) -> kernel::Result<String> {
    let client = admin.services()?;
    let body = Body::from(json!({ "url": url, "maxBytes": LARGEST_PROOF, "unlisted": true }).to_string());
    let request = Request::post("/internal/integrations/v1/read").header("content-type", "application/json").body(body);
    let request = request.map_err(Error::internal)?;
    let caller = Caller::service(tenant, "tenant-admin");
    let response = client.call(ServiceName::Integrations, &caller, request).await?;
    if !response.status().is_success() {
        // The error body says what happened there, in words for people.
        let said: kernel::Result<serde_json::Value> = http_shell::read_json(response).await;
        return Err(said.err().unwrap_or_else(|| Error::unavailable("It cannot be read")));
    }
    let bytes = to_bytes(response.into_body(), LARGEST_PROOF).await.map_err(Error::internal)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Lets go of a host: the portal does not answer there any more.
#[utoipa::path(delete, path = "/api/tenant-admin/v1/domains/{host}", tag = "domains",
    params(("host" = String, Path, description = "The host")), responses((status = 204), (status = 404)))]
pub(crate) async fn remove_domain(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Path(host): Path<String>,
) -> Result<StatusCode> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    if !own_host::delete(&mut tx, &host).await? {
        return Err(no_such().into());
    }
    tx.record(AuditEvent::by(&caller.principal, "domain.remove", &host)).await?;
    tx.commit().await?;
    admin.tenant_changed(caller.tenant);
    Ok(StatusCode::NO_CONTENT)
}
