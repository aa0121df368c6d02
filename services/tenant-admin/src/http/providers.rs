//! Identity providers: for administrators. Client secrets come in and never go out.

use crate::domain::{FormProblems, person};
use crate::state::TenantAdmin;
use crate::store::sign_in::{self as rows, Draft, ProviderRow, TestRow};
use crate::store::tenant;
use authz::Role;
use axum::extract::State;
use axum::http::StatusCode;
use credential::provider::{Kind, Settings, name_problem, redirect_uri, web_address};
use http_shell::{Caller, Json, Path, Result};
use kernel::Error;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::types::Json as Stored;
use store::sign_in::{is_enforced, open_secret, seal_secret};
use store::{AuditEvent, TenantTx, violated_constraint};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

const MAX_TITLE: usize = 60;
const MAX_TEXT: usize = 500;
/// More than any sign-in page can show.
const MAX_PROVIDERS: usize = 20;

/// A provider, without its secret.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Provider {
    id: Uuid,
    name: String,
    title: String,
    #[schema(value_type = Kind)]
    kind: String,
    issuer: String,
    client_id: String,
    has_secret: bool,
    /// What must be entered at the provider, exactly.
    redirect_uri: String,
    settings: Settings,
    enabled: bool,
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, format = DateTime)]
    tested_at: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    created_at: OffsetDateTime,
}

/// The organisation's providers.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProviderList {
    items: Vec<Provider>,
    /// The redirect URI of a provider that is not there yet; `{name}` stands for its name.
    redirect_uri_pattern: String,
}

/// A provider to be saved or tried.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ProviderForm {
    /// Part of its addresses; cannot change while people know the redirect URI, but may.
    pub name: String,
    /// What its button says.
    pub title: String,
    pub kind: Kind,
    /// The issuer; of GitHub, the address of its start page.
    pub issuer: String,
    pub client_id: String,
    /// Without one, that of the try or of the saved provider stays, as long as it goes to the same place.
    pub client_secret: Option<String>,
    pub settings: Settings,
    /// Whether people can come in through it.
    #[serde(default)]
    pub enabled: bool,
    /// A try of the same provider, which counts for it and whose secret is taken over.
    pub test_id: Option<Uuid>,
    /// The saved provider, when one is tried with changes.
    pub provider_id: Option<Uuid>,
}

impl ProviderForm {
    /// The form in its normal shape, or what is wrong with it.
    pub fn checked(&self) -> kernel::Result<Draft> {
        let (name, title) = (self.name.trim().to_owned(), self.title.trim().to_owned());
        let issuer = match self.kind {
            // An issuer is compared as it is, down to a slash at its end.
            Kind::Oidc => self.issuer.trim().to_owned(),
            Kind::Github => self.issuer.trim().trim_end_matches('/').to_owned(),
        };
        let client_id = self.client_id.trim().to_owned();
        let mut problems = FormProblems::default();
        problems.check("name", name_problem(&name));
        problems.check("title", person::name_problem(&title));
        problems.check("title", (title.chars().count() > MAX_TITLE).then_some("Use at most 60 characters."));
        problems
            .check("issuer", web_address(&issuer).is_none().then_some("Enter an address that begins with https://."));
        let odd_id = client_id.is_empty() || client_id.len() > MAX_TEXT || client_id.chars().any(char::is_control);
        problems.check("clientId", odd_id.then_some("Enter the client id that the provider shows."));
        let odd_secret = self.client_secret.as_deref().is_some_and(|it| it.trim().is_empty() || it.len() > MAX_TEXT);
        problems.check("clientSecret", odd_secret.then_some("Enter the secret, or leave it out."));
        for (field, problem) in self.settings.problems(self.kind, |role| Role::named(role).is_some()) {
            problems.check(settings_field(field), Some(problem));
        }
        problems.into_result()?;
        let kind = self.kind.word().to_owned();
        Ok(Draft { name, title, kind, issuer, client_id, settings: self.settings.clone() })
    }
}

/// Where a field of the settings stands in the form.
fn settings_field(field: &str) -> &'static str {
    match field {
        "scopes" => "settings.scopes",
        "roles.rules" => "settings.roles.rules",
        "roles.otherwise" => "settings.roles.otherwise",
        "groups" => "settings.groups",
        "resolver.claim" => "settings.resolver.claim",
        _ => "settings.resolver.annotation",
    }
}

pub(super) fn unknown() -> Error {
    Error::not_found("There is no such provider.")
}

/// The origin of the organisation's portal.
pub(super) async fn origin(admin: &TenantAdmin, tx: &mut TenantTx) -> kernel::Result<String> {
    Ok(admin.config.tenant_origin(&tenant::get(tx).await?.slug))
}

fn shown(row: ProviderRow, origin: &str) -> Provider {
    Provider {
        redirect_uri: redirect_uri(origin, &row.name),
        id: row.provider_id,
        name: row.name,
        title: row.title,
        kind: row.kind,
        issuer: row.issuer,
        client_id: row.client_id,
        has_secret: row.sealed_secret.is_some(),
        settings: row.settings.0,
        enabled: row.enabled,
        tested_at: row.tested_at,
        created_at: row.created_at,
    }
}

fn audited(row: &ProviderRow) -> Value {
    json!({
        "name": row.name, "title": row.title, "kind": row.kind, "issuer": row.issuer, "clientId": row.client_id,
        "hasSecret": row.sealed_secret.is_some(), "enabled": row.enabled, "settings": row.settings.0,
    })
}

/// Lists the providers by title.
#[utoipa::path(get, path = "/api/tenant-admin/v1/sign-in-providers", tag = "sign-in",
    responses((status = 200, body = ProviderList)))]
pub(crate) async fn list_providers(State(admin): State<TenantAdmin>, caller: Caller) -> Result<Json<ProviderList>> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let origin = origin(&admin, &mut tx).await?;
    let items = rows::list_providers(&mut tx).await?.into_iter().map(|row| shown(row, &origin)).collect();
    Ok(Json(ProviderList { items, redirect_uri_pattern: redirect_uri(&origin, "{name}") }))
}

/// Saves a new provider. While it is on, its button is on the sign-in page at once.
#[utoipa::path(post, path = "/api/tenant-admin/v1/sign-in-providers", tag = "sign-in", request_body = ProviderForm,
    responses((status = 201, body = Provider), (status = 400, description = "Says per field what is wrong"),
        (status = 409, description = "There are too many")))]
pub(crate) async fn add_provider(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Json(form): Json<ProviderForm>,
) -> Result<(StatusCode, Json<Provider>)> {
    let draft = form.checked()?;
    let mut tx = admin.db.tenant(caller.tenant).await?;
    if rows::list_providers(&mut tx).await?.len() >= MAX_PROVIDERS {
        return Err(Error::conflict("There are 20 providers already. Remove one first.").into());
    }
    let row = Box::pin(save(&admin, &mut tx, &caller, &form, draft, None)).await?;
    let event = AuditEvent::by(&caller.principal, "sign-in-provider.add", &row.name).after(audited(&row));
    let provider = finish(&admin, tx, row, event).await?;
    Ok((StatusCode::CREATED, Json(provider)))
}

/// Changes a provider. The stored secret is never sent to another address or for another client than it was given for.
#[utoipa::path(put, path = "/api/tenant-admin/v1/sign-in-providers/{id}", tag = "sign-in", request_body = ProviderForm,
    params(("id" = Uuid, Path, description = "The provider")),
    responses((status = 200, body = Provider), (status = 400, description = "Says per field what is wrong"), (status = 404),
        (status = 409, description = "The last way in while providers are enforced")))]
pub(crate) async fn change_provider(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(form): Json<ProviderForm>,
) -> Result<Json<Provider>> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let former = rows::find_provider_for_update(&mut tx, id).await?.ok_or_else(unknown)?;
    let draft = form.checked()?;
    let before = audited(&former);
    let row = Box::pin(save(&admin, &mut tx, &caller, &form, draft, Some(former))).await?;
    keep_a_way_in(&mut tx).await?;
    let event = AuditEvent::by(&caller.principal, "sign-in-provider.update", &row.name).before(before);
    let event = event.after(audited(&row));
    Ok(Json(finish(&admin, tx, row, event).await?))
}

/// Removes a provider. Its people stay members; with a password, or another provider, they still come in.
#[utoipa::path(delete, path = "/api/tenant-admin/v1/sign-in-providers/{id}", tag = "sign-in",
    params(("id" = Uuid, Path, description = "The provider")), responses((status = 204), (status = 404),
        (status = 409, description = "The last way in while providers are enforced")))]
pub(crate) async fn remove_provider(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<StatusCode> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let row = rows::find_provider_for_update(&mut tx, id).await?.ok_or_else(unknown)?;
    rows::delete_provider(&mut tx, id).await?;
    keep_a_way_in(&mut tx).await?;
    let event = AuditEvent::by(&caller.principal, "sign-in-provider.remove", &row.name).before(audited(&row));
    tx.record(event).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn keep_a_way_in(tx: &mut TenantTx) -> kernel::Result<()> {
    if is_enforced(tx).await? && !rows::has_tested_provider(tx).await? {
        let text = "Members must sign in with a provider, and this is the only one that was tried. \
                    Allow passwords again first, or try another one.";
        return Err(Error::conflict(text));
    }
    Ok(())
}

async fn finish(
    admin: &TenantAdmin,
    mut tx: TenantTx,
    row: ProviderRow,
    event: AuditEvent,
) -> kernel::Result<Provider> {
    let origin = origin(admin, &mut tx).await?;
    tx.record(event).await?;
    tx.commit().await?;
    Ok(shown(row, &origin))
}

/// Whether what stands for the connection is the same: then a secret, or a try, counts for both.
fn same_connection(row: &ProviderRow, draft: &Draft) -> bool {
    (&row.kind, &row.issuer, &row.client_id) == (&draft.kind, &draft.issuer, &draft.client_id)
}

fn tries_same(test: &Draft, draft: &Draft) -> bool {
    (&test.kind, &test.issuer, &test.client_id, &test.name)
        == (&draft.kind, &draft.issuer, &draft.client_id, &draft.name)
}

/// A secret and whether the connection that it belongs to has been tried with success.
struct Proof {
    secret: Option<String>,
    tested_at: Option<OffsetDateTime>,
}

async fn save(
    admin: &TenantAdmin,
    tx: &mut TenantTx,
    caller: &Caller,
    form: &ProviderForm,
    draft: Draft,
    former: Option<ProviderRow>,
) -> kernel::Result<ProviderRow> {
    let now = admin.clock.now();
    let proof = proof(admin, tx, caller, form, &draft, former.as_ref()).await?;
    let id = former.as_ref().map_or_else(Uuid::now_v7, |row| row.provider_id);
    let sealed_secret = match &proof.secret {
        Some(secret) => Some(seal_secret(tx, id, secret).await?),
        None => None,
    };
    let row = ProviderRow {
        provider_id: id,
        name: draft.name,
        title: draft.title,
        kind: draft.kind,
        issuer: draft.issuer,
        client_id: draft.client_id,
        sealed_secret,
        settings: Stored(draft.settings),
        enabled: form.enabled,
        tested_at: proof.tested_at.and_then(|at| at.replace_nanosecond(at.nanosecond() / 1_000 * 1_000).ok()),
        created_at: former.map_or(now, |row| row.created_at),
    };
    rows::set_provider(tx, &row, now).await.map_err(taken)?;
    Ok(row)
}

async fn proof(
    admin: &TenantAdmin,
    tx: &mut TenantTx,
    caller: &Caller,
    form: &ProviderForm,
    draft: &Draft,
    former: Option<&ProviderRow>,
) -> kernel::Result<Proof> {
    let given = form.client_secret.as_deref().map(|secret| secret.trim().to_owned());
    let test = match form.test_id {
        Some(id) => find_test(admin, tx, caller, id).await?.map(|row| (id, row)),
        None => None,
    };
    if let Some((id, test)) = test.filter(|(_, test)| tries_same(&test.draft, draft)) {
        let tried = open_secret(tx, id, test.sealed_secret.as_deref()).await?;
        if given.is_none() || given == tried {
            let worked = test.result.is_some_and(|result| result["ok"] == true);
            return Ok(Proof { secret: tried, tested_at: worked.then(|| admin.clock.now()) });
        }
    }
    let kept = former.filter(|row| row.sealed_secret.is_some());
    match (given, kept) {
        (None, Some(row)) if !same_connection(row, draft) => Err(give_again()),
        (None, _) => {
            let same = former.filter(|row| same_connection(row, draft));
            let sealed = same.and_then(|row| row.sealed_secret.as_deref());
            let secret = open_secret(tx, former.map_or_else(Uuid::nil, |row| row.provider_id), sealed).await?;
            Ok(Proof { secret, tested_at: same.filter(|row| row.name == draft.name).and_then(|row| row.tested_at) })
        }
        (Some(secret), _) => Ok(Proof { secret: Some(secret), tested_at: None }),
    }
}

pub(super) fn give_again() -> Error {
    let text = "Enter the secret again: it is sent to no other address and for no other client than it was given for.";
    Error::input(text).with_field("clientSecret", text)
}

/// The secret for a try: as given, else the saved provider's, if it goes to the same place.
pub(super) async fn secret_for_try(
    tx: &mut TenantTx,
    form: &ProviderForm,
    draft: &Draft,
) -> kernel::Result<Option<String>> {
    if let Some(given) = &form.client_secret {
        return Ok(Some(given.trim().to_owned()));
    }
    let Some(id) = form.provider_id else { return Ok(None) };
    let row = rows::find_provider_for_update(tx, id).await?.ok_or_else(unknown)?;
    if row.sealed_secret.is_some() && !same_connection(&row, draft) {
        return Err(give_again());
    }
    open_secret(tx, id, row.sealed_secret.as_deref()).await
}

/// A try of the caller's own.
pub(super) async fn find_test(
    admin: &TenantAdmin,
    tx: &mut TenantTx,
    caller: &Caller,
    id: Uuid,
) -> kernel::Result<Option<TestRow>> {
    match caller.principal.user() {
        Some(user) => rows::find_test(tx, id, user.id, admin.clock.now()).await,
        None => Ok(None),
    }
}

fn taken(error: Error) -> Error {
    if violated_constraint(&error) != Some("sign_in_provider_name") {
        return error;
    }
    let text = "Another provider has this name.";
    Error::input(text).with_field("name", text)
}
