//! Setting a provider up: finding it, trying it, and seeing what its words would mean. Nothing here signs anybody in.

use super::members::RoleName;
use super::providers::{ProviderForm, find_test, origin, secret_for_try};
use crate::domain::FormProblems;
use crate::state::TenantAdmin;
use crate::store::sign_in as rows;
use authz::Role;
use axum::extract::State;
use axum::http::StatusCode;
use credential::provider::discovery::{self, MAX_BYTES};
use credential::provider::id_token::unverified_claims;
use credential::provider::{Kind, Lookup, Settings, name_problem, redirect_uri, web_address};
use http_shell::outside::Exchange;
use http_shell::{Caller, Json, Path, Result};
use kernel::{Error, ErrorKind};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use store::AuditEvent;
use store::sign_in::seal_secret;
use time::{Duration, OffsetDateTime};
use utoipa::ToSchema;
use uuid::Uuid;

/// How long a try can be gone through and its result be seen.
const TRY_LIFETIME: Duration = Duration::minutes(15);

/// Which provider is looked for.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ProviderSearch {
    kind: Kind,
    issuer: String,
    /// Its part of addresses, for the redirect URI.
    name: String,
}

/// What a provider says about itself.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FoundProvider {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    /// What must be entered at the provider, exactly.
    redirect_uri: String,
}

fn at_issuer(text: impl Into<String>) -> Error {
    let text = text.into();
    Error::input(text.clone()).with_field("issuer", text)
}

/// Looks a provider up by its issuer and says what is wrong with it, if anything is.
#[utoipa::path(post, path = "/api/tenant-admin/v1/sign-in-providers/discover", tag = "sign-in",
    request_body = ProviderSearch,
    responses((status = 200, body = FoundProvider), (status = 400, description = "Says what is wrong with the issuer")))]
pub(crate) async fn discover_provider(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Json(search): Json<ProviderSearch>,
) -> Result<Json<FoundProvider>> {
    let (name, issuer) = (search.name.trim(), search.issuer.trim());
    let mut problems = FormProblems::default();
    problems.check("name", name_problem(name));
    problems.check("issuer", web_address(issuer).is_none().then_some("Enter an address that begins with https://."));
    problems.into_result()?;
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let redirect_uri = redirect_uri(&origin(&admin, &mut tx).await?, name);
    drop(tx);
    if search.kind == Kind::Github {
        let base = issuer.trim_end_matches('/');
        return Ok(Json(FoundProvider {
            issuer: base.to_owned(),
            authorization_endpoint: format!("{base}/login/oauth/authorize"),
            token_endpoint: format!("{base}/login/oauth/access_token"),
            redirect_uri,
        }));
    }
    let exchange = Exchange { url: discovery::address(issuer), max_bytes: MAX_BYTES, ..Exchange::default() };
    let answer =
        exchange.send(admin.services()?, caller.tenant, "tenant-admin").await.map_err(|error| match error.kind {
            ErrorKind::Internal => error,
            _ => at_issuer(error.message),
        })?;
    if !answer.is_success() {
        let text = format!("{} answers with status {}. Check the issuer.", discovery::address(issuer), answer.status);
        return Err(at_issuer(text).into());
    }
    let found = discovery::read(issuer, &answer.body).map_err(at_issuer)?;
    Ok(Json(FoundProvider {
        issuer: found.issuer,
        authorization_endpoint: found.authorization_endpoint,
        token_endpoint: found.token_endpoint,
        redirect_uri,
    }))
}

/// A token that was pasted, and the mapping to apply to it.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct MappingTrial {
    kind: Kind,
    settings: Settings,
    /// An ID token, or its claims as a JSON object. It is decoded, never believed, and never kept.
    token: String,
}

/// What the claims would mean.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MappingPreview {
    #[schema(value_type = Object)]
    claims: Map<String, Value>,
    /// Without one they do not get in.
    #[schema(value_type = Option<RoleName>)]
    role: Option<String>,
    groups: Vec<String>,
    /// Where the person's entity is looked for, in words.
    entity: String,
    /// Whether the mail address counts for finding members and entities.
    mail_is_verified: bool,
}

/// Shows what the mapping makes of a token that was pasted.
#[utoipa::path(post, path = "/api/tenant-admin/v1/sign-in-providers/preview", tag = "sign-in",
    request_body = MappingTrial,
    responses((status = 200, body = MappingPreview), (status = 400, description = "Says per field what is wrong")))]
pub(crate) async fn preview_mapping(_: Caller, Json(trial): Json<MappingTrial>) -> Result<Json<MappingPreview>> {
    let mut problems = FormProblems::default();
    for (_, problem) in trial.settings.problems(trial.kind, |role| Role::named(role).is_some()) {
        problems.check("settings", Some(problem));
    }
    problems.into_result()?;
    let pasted = trial.token.trim();
    let claims = serde_json::from_str(pasted).ok().map(credential::provider::Claims);
    let claims = claims.or_else(|| unverified_claims(pasted)).ok_or_else(|| {
        let text = "Paste an ID token (three parts with dots between them), or its claims as a JSON object.";
        Error::input(text).with_field("token", text)
    })?;
    let mapped = trial.settings.map(&claims);
    let entity = match mapped.lookup {
        Lookup::Filter { key, value } => format!("The User whose {key} is {value}"),
        Lookup::Ref(reference) => reference,
        Lookup::Impossible(why) => why,
    };
    Ok(Json(MappingPreview {
        role: mapped.role,
        groups: mapped.groups,
        entity,
        mail_is_verified: claims.mail_is_verified(),
        claims: claims.0,
    }))
}

/// A try that can be gone through once.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StartedTest {
    id: Uuid,
    /// Where the administrator's own browser goes.
    url: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    expires_at: OffsetDateTime,
}

/// Begins a try with settings that need not be saved. Only the caller's own browser can go through it.
#[utoipa::path(post, path = "/api/tenant-admin/v1/sign-in-tests", tag = "sign-in", request_body = ProviderForm,
    responses((status = 201, body = StartedTest), (status = 400, description = "Says per field what is wrong")))]
pub(crate) async fn start_test(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Json(form): Json<ProviderForm>,
) -> Result<(StatusCode, Json<StartedTest>)> {
    let user = caller.principal.user().ok_or_else(|| Error::not_allowed("Only people can try to sign in"))?;
    let draft = form.checked()?;
    let (id, now) = (Uuid::now_v7(), admin.clock.now());
    let expires_at = now + TRY_LIFETIME;
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let sealed = match secret_for_try(&mut tx, &form, &draft).await? {
        Some(secret) => Some(seal_secret(&mut tx, id, &secret).await?),
        None => None,
    };
    rows::insert_test(&mut tx, (id, user.id), &draft, sealed, (now, expires_at)).await?;
    let after = json!({ "issuer": draft.issuer, "clientId": draft.client_id });
    tx.record(AuditEvent::by(&caller.principal, "sign-in-provider.test", &draft.name).after(after)).await?;
    tx.commit().await?;
    let url = format!("/api/auth/{}/start?test={id}", draft.name);
    Ok((StatusCode::CREATED, Json(StartedTest { id, url, expires_at })))
}

/// What came back from a try.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TestOutcome {
    /// Whether the browser has come back.
    done: bool,
    /// Whether the provider did its part.
    ok: bool,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    message: Option<String>,
    /// What the provider said.
    #[schema(value_type = Object)]
    claims: Value,
    /// What the role would be; without one they would not get in.
    #[schema(value_type = Option<RoleName>)]
    role: Option<String>,
    groups: Vec<String>,
    /// The entity that was found.
    user_entity_ref: Option<String>,
    /// Why none was found.
    entity_problem: Option<String>,
}

/// Shows how far a try of one's own is.
#[utoipa::path(get, path = "/api/tenant-admin/v1/sign-in-tests/{id}", tag = "sign-in",
    params(("id" = Uuid, Path, description = "The try")),
    responses((status = 200, body = TestOutcome), (status = 404, description = "Not one's own, or over")))]
pub(crate) async fn get_test(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<TestOutcome>> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let test = find_test(&admin, &mut tx, &caller, id).await?;
    let test = test.ok_or_else(|| Error::not_found("This try is over. Start a new one."))?;
    let result = test.result.unwrap_or_default();
    let text = |name: &str| result[name].as_str().map(str::to_owned);
    let groups = result["groups"].as_array().into_iter().flatten();
    Ok(Json(TestOutcome {
        done: !result.is_null(),
        ok: result["ok"] == true,
        message: text("message"),
        role: text("role"),
        groups: groups.filter_map(|group| group.as_str().map(str::to_owned)).collect(),
        user_entity_ref: text("userEntityRef"),
        entity_problem: text("entityProblem"),
        claims: result["claims"].clone(),
    }))
}
