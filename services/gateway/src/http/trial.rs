//! The end of a try: what a provider said about an administrator, and what it would mean. Nobody is signed in.

use super::edge::page;
use crate::admit::Match;
use crate::domain::page::notice;
use crate::federation::Person;
use crate::state::Gateway;
use crate::store::provider::{self, Provider};
use crate::store::tenant::Tenant;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::{ErrorKind, Result};
use serde_json::{Value, json};
use uuid::Uuid;

/// Keeps the result for the settings page, and tells the person to go back there.
pub(super) async fn conclude(
    gateway: &Gateway,
    tenant: &Tenant,
    provider: &Provider,
    test: Uuid,
    person: Result<Person>,
) -> Result<Response> {
    let result = match person {
        Ok(person) => meaning(gateway, tenant, provider, &person).await?,
        Err(error) if error.kind == ErrorKind::Internal => return Err(error),
        Err(error) => json!({ "ok": false, "message": error.message }),
    };
    let mut tx = gateway.parts.db.tenant(tenant.id).await?;
    provider::set_test_result(&mut tx, test, &result).await?;
    tx.commit().await?;
    let (title, text) = match result["message"].as_str() {
        None => ("The test sign-in worked", "You can close this window. The settings page shows what came back."),
        Some(message) => ("The test sign-in did not work", message),
    };
    Ok(page(StatusCode::OK, notice(title, text, None)))
}

async fn meaning(gateway: &Gateway, tenant: &Tenant, provider: &Provider, person: &Person) -> Result<Value> {
    let mapped = provider.settings.map(&person.claims);
    let (entity, missing) = match gateway.find_entity(tenant.id, &mapped).await? {
        Match::Found(found) => (Some(found), None),
        Match::None(why) => (None, Some(why)),
    };
    Ok(json!({
        "ok": true, "subject": person.subject, "claims": person.claims.0, "role": mapped.role, "groups": mapped.groups,
        "userEntityRef": entity, "entityProblem": missing,
    }))
}
