//! The organisation's own record.

use crate::domain::settings::{Branding, Onboarding, Settings, mode_problem};
use crate::domain::{FormProblems, person};
use crate::state::TenantAdmin;
use crate::store::tenant::{self, TenantRow};
use axum::extract::State;
use http_shell::{Caller, Json, Result};
use kernel::{Error, TenantId};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};
use store::{AuditEvent, AuditRow, TenantTx};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// An organisation, as its members see it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tenant {
    #[schema(value_type = String, format = Uuid)]
    id: TenantId,
    slug: String,
    name: String,
    plan: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    created_at: OffsetDateTime,
    branding: Branding,
    onboarding: Onboarding,
}

impl Tenant {
    pub(super) fn new(id: TenantId, row: TenantRow) -> Self {
        let TenantRow { slug, name, plan, settings, created_at } = row;
        let Settings { branding, onboarding, .. } = Settings::read(settings);
        Self { id, slug, name, plan, created_at, branding, onboarding }
    }
}

/// Shows the organisation.
#[utoipa::path(get, path = "/api/tenant-admin/v1/tenant", tag = "organisation", responses((status = 200, body = Tenant)))]
pub(crate) async fn get_tenant(State(admin): State<TenantAdmin>, caller: Caller) -> Result<Json<Tenant>> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    Ok(Json(Tenant::new(caller.tenant, tenant::get(&mut tx).await?)))
}

/// A change of the look; `null` takes a value away.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BrandingChange {
    #[serde(default, deserialize_with = "null_or_value")]
    #[schema(value_type = Option<String>)]
    accent: Option<Option<String>>,
    #[serde(default, deserialize_with = "null_or_value")]
    #[schema(value_type = Option<String>)]
    accent_dark: Option<Option<String>>,
}

/// Tells a field that is `null` from one that is not there.
fn null_or_value<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(deserializer).map(Some)
}

/// A change of the first steps.
#[derive(Deserialize, ToSchema)]
pub(crate) struct OnboardingChange {
    dismissed: Option<bool>,
}

/// What is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
pub(crate) struct TenantChange {
    name: Option<String>,
    branding: Option<BrandingChange>,
    onboarding: Option<OnboardingChange>,
}

/// Changes the organisation's name, look or first steps.
#[utoipa::path(patch, path = "/api/tenant-admin/v1/tenant", tag = "organisation", request_body = TenantChange,
    responses((status = 200, body = Tenant), (status = 400, description = "Says per field what is wrong")))]
pub(crate) async fn update_tenant(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Json(change): Json<TenantChange>,
) -> Result<Json<Tenant>> {
    check(&change)?;
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let mut row = tenant::get_for_update(&mut tx).await?;
    let before = told(&row);
    apply(change, &mut row)?;
    tenant::set(&mut tx, &row.name, &row.settings).await?;
    let after = told(&row);
    let event = AuditEvent::by(&caller.principal, "tenant.update", &row.slug).before(before).after(after);
    tx.record(event).await?;
    tx.commit().await?;
    admin.tenant_changed(caller.tenant);
    Ok(Json(Tenant::new(caller.tenant, row)))
}

/// What the audit log says of the record: every setting, also those that nobody has set yet, so that taking a change back
/// touches what it changed and nothing else.
fn told(row: &TenantRow) -> Value {
    json!({ "name": row.name, "settings": Settings::read(row.settings.clone()) })
}

/// Takes a change of the organisation's record back; what the record was and what it is now.
pub(super) async fn put_back(tx: &mut TenantTx, event: &AuditRow) -> kernel::Result<(Value, Value)> {
    let mut row = tenant::get_for_update(tx).await?;
    let before = told(&row);
    let state = super::taken_back(&before, event)?;
    let settings = Settings::read(state["settings"].clone());
    let change = TenantChange {
        name: state["name"].as_str().map(str::to_owned),
        branding: Some(BrandingChange {
            accent: Some(settings.branding.accent),
            accent_dark: Some(settings.branding.accent_dark),
        }),
        onboarding: Some(OnboardingChange { dismissed: Some(settings.onboarding.dismissed) }),
    };
    check(&change)?;
    apply(change, &mut row)?;
    tenant::set(tx, &row.name, &row.settings).await?;
    Ok((before, told(&row)))
}

fn check(change: &TenantChange) -> kernel::Result<()> {
    let branding = change.branding.as_ref();
    let accent = branding.and_then(|branding| branding.accent.as_ref()?.as_deref());
    let accent_dark = branding.and_then(|branding| branding.accent_dark.as_ref()?.as_deref());
    let mut problems = FormProblems::default();
    problems.check("name", change.name.as_deref().and_then(person::name_problem));
    problems.check("branding.accent", accent.and_then(|accent| mode_problem(accent, false)));
    problems.check("branding.accentDark", accent_dark.and_then(|accent| mode_problem(accent, true)));
    problems.into_result()
}

fn apply(change: TenantChange, row: &mut TenantRow) -> kernel::Result<()> {
    let mut settings = Settings::read(row.settings.take());
    if let Some(name) = change.name {
        row.name = name.trim().to_owned();
    }
    if let Some(branding) = change.branding {
        let look = &mut settings.branding;
        look.accent = branding.accent.unwrap_or(look.accent.take());
        look.accent_dark = branding.accent_dark.unwrap_or(look.accent_dark.take());
    }
    if let Some(dismissed) = change.onboarding.and_then(|onboarding| onboarding.dismissed) {
        settings.onboarding.dismissed = dismissed;
    }
    row.settings = serde_json::to_value(settings).map_err(Error::internal)?;
    Ok(())
}
