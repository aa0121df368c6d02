//! Roles and policies: what holds, the draft beside it, history, and why.

use super::members::RoleName;
use crate::domain::explain::{self, condition, word};
use crate::state::TenantAdmin;
use crate::store::member;
use crate::store::policy::{self, DraftRow, VersionRow};
use authz::{Bound, Condition, Document, Role, Subject, Verdict};
use axum::extract::State;
use http_shell::{Caller, Json, Path, Query, Result};
use kernel::Error;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::TenantTx;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Versions in one page of the history.
const PAGE: i64 = 50;

/// A rule of a role, as documents write it.
#[derive(ToSchema)]
#[schema(as = PolicyRule)]
#[expect(dead_code, reason = "only its schema is used: documents are authz's")]
pub(crate) struct RuleSchema {
    /// For example `catalog.entity.read`.
    permission: String,
    effect: EffectSchema,
    /// `{pluginId, resourceType, conditions}`; none: every resource.
    #[schema(value_type = Option<Object>, nullable = false)]
    condition: Option<Value>,
}

/// What a rule does.
#[derive(ToSchema)]
#[schema(as = PolicyEffect, rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is used: documents are authz's")]
pub(crate) enum EffectSchema {
    Allow,
    Deny,
}

/// A custom role, as documents write it.
#[derive(ToSchema)]
#[schema(as = PolicyRole)]
#[expect(dead_code, reason = "only its schema is used: documents are authz's")]
pub(crate) struct CustomRoleSchema {
    name: String,
    #[schema(nullable = false)]
    description: Option<String>,
    rules: Vec<RuleSchema>,
    /// Entity refs and names of built-in roles.
    subjects: Vec<String>,
}

/// All custom roles.
#[derive(ToSchema)]
#[schema(as = PolicyDocument)]
#[expect(dead_code, reason = "only its schema is used: documents are authz's")]
pub(crate) struct DocumentSchema {
    roles: Vec<CustomRoleSchema>,
}

/// The draft.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Draft {
    /// To be given back with the next change.
    revision: i64,
    /// The version that it was begun from; 0: none.
    based_on: i64,
    #[schema(value_type = DocumentSchema)]
    document: Document,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    changed_at: OffsetDateTime,
    changed_by: String,
}

impl TryFrom<DraftRow> for Draft {
    type Error = Error;

    fn try_from(row: DraftRow) -> kernel::Result<Self> {
        let DraftRow { revision, based_on, document, changed_at, changed_by } = row;
        Ok(Self { revision, based_on, document: stored(document)?, changed_at, changed_by })
    }
}

/// What holds, and what is being written.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Policies {
    /// The version that holds; 0: none was published yet.
    version: i64,
    #[schema(value_type = DocumentSchema)]
    document: Document,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    draft: Option<Draft>,
}

/// A document as it was stored; whoever wrote it judged it.
pub(crate) fn stored(document: Value) -> kernel::Result<Document> {
    serde_json::from_value(document).map_err(Error::internal)
}

/// The version and the document that hold.
pub(crate) async fn published(tx: &mut TenantTx) -> kernel::Result<(i64, Document)> {
    match store::policy::find_published(tx).await? {
        Some((version, document)) => Ok((version, stored(document)?)),
        None => Ok((0, Document::default())),
    }
}

/// Shows the roles and policies that hold, and the draft.
#[utoipa::path(get, path = "/api/tenant-admin/v1/policies", tag = "policies", responses((status = 200, body = Policies)))]
pub(crate) async fn get_policies(State(admin): State<TenantAdmin>, caller: Caller) -> Result<Json<Policies>> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let (version, document) = published(&mut tx).await?;
    let draft = policy::find_draft(&mut tx).await?.map(Draft::try_from).transpose()?;
    Ok(Json(Policies { version, document, draft }))
}

/// A published version.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Version {
    version: i64,
    note: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    published_at: OffsetDateTime,
    published_by: String,
    /// How many custom roles it has.
    roles: i32,
}

impl From<VersionRow> for Version {
    fn from(row: VersionRow) -> Self {
        let VersionRow { version, note, published_at, published_by, roles } = row;
        Self { version, note, published_at, published_by, roles }
    }
}

/// A page of the history, newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct VersionList {
    items: Vec<Version>,
}

/// Where the page begins.
#[derive(Deserialize, IntoParams)]
pub(crate) struct VersionPage {
    /// Only versions below this one.
    before: Option<i64>,
}

/// Lists the published versions, newest first, fifty at a time.
#[utoipa::path(get, path = "/api/tenant-admin/v1/policies/versions", tag = "policies", params(VersionPage),
    responses((status = 200, body = VersionList)))]
pub(crate) async fn list_versions(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Query(page): Query<VersionPage>,
) -> Result<Json<VersionList>> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let found = policy::list_versions(&mut tx, page.before.unwrap_or(i64::MAX), PAGE).await?;
    Ok(Json(VersionList { items: found.into_iter().map(Version::from).collect() }))
}

/// A published version as it was written.
#[derive(Serialize, ToSchema)]
pub(crate) struct WholeVersion {
    #[serde(flatten)]
    version: Version,
    #[schema(value_type = DocumentSchema)]
    document: Value,
}

pub(crate) async fn find_version(tx: &mut TenantTx, version: i64) -> kernel::Result<(VersionRow, Value)> {
    policy::find_version(tx, version).await?.ok_or_else(|| Error::not_found("There is no such version"))
}

/// Shows a published version.
#[utoipa::path(get, path = "/api/tenant-admin/v1/policies/versions/{version}", tag = "policies",
    params(("version" = i64, Path, description = "Counted from 1; 0 is what held before")),
    responses((status = 200, body = WholeVersion), (status = 404)))]
pub(crate) async fn get_version(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Path(version): Path<i64>,
) -> Result<Json<WholeVersion>> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let (row, document) = find_version(&mut tx, version).await?;
    Ok(Json(WholeVersion { version: row.into(), document }))
}

/// What to explain.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Why {
    /// The member.
    member: Uuid,
    /// The permission's name.
    permission: String,
    /// A resource, for permissions on resources: an entity's ref, or what a plugin calls its own by.
    resource_ref: Option<String>,
    /// Ask the draft, not what holds.
    #[serde(default)]
    draft: bool,
}

/// One thing that spoke for or against.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Reason {
    /// The custom role that the rule is in; left out for what the built-in role comes with.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    role: Option<String>,
    /// The person, group or built-in role through which it applies.
    subject: String,
    #[schema(value_type = EffectSchema)]
    effect: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Object>)]
    condition: Option<Value>,
    /// Whether this decided.
    decides: bool,
}

/// A decision and what led to it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Explanation {
    user_entity_ref: String,
    #[schema(value_type = RoleName)]
    role: String,
    /// Themselves and their groups.
    refs: Vec<String>,
    permission: String,
    /// `allow`, `deny` or `conditional`.
    decision: &'static str,
    /// For which resources, if for some.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Object>)]
    condition: Option<Value>,
    /// `allow` or `deny` for the resource that was asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    on_resource: Option<&'static str>,
    /// Deciding ones first.
    reasons: Vec<Reason>,
}

/// Explains why a member may or may not do something: which rules and bindings led to it.
#[utoipa::path(get, path = "/api/tenant-admin/v1/policies/explain", tag = "policies", params(Why),
    responses((status = 200, body = Explanation), (status = 404)))]
pub(crate) async fn explain(
    State(admin): State<TenantAdmin>,
    caller: Caller,
    Query(why): Query<Why>,
) -> Result<Json<Explanation>> {
    let mut tx = admin.db.tenant(caller.tenant).await?;
    let row = member::find(&mut tx, why.member).await?;
    let row = row.ok_or_else(|| Error::not_found("There is no such member"))?;
    let document = match policy::find_draft(&mut tx).await?.filter(|_| why.draft) {
        Some(draft) => stored(draft.document)?,
        None => published(&mut tx).await?.1,
    };
    drop(tx);
    let role = Role::named(&row.role).ok_or_else(|| Error::internal("a member with an unknown role"))?;
    let refs = admin.refs_of(caller.tenant, &[row.user_ref.as_str()]).await?.pop().unwrap_or_default();
    let subject = Subject { role: row.role.clone(), refs };
    let bound = Bound::new(&document);
    let (verdict, reasons) = explain::explain(role, &why.permission, &bound.of(&subject));
    let on_resource = match &why.resource_ref {
        Some(asked) => Some(admin.on_resource(&caller, &subject, &verdict, asked).await?),
        None => None,
    };
    let reasons = reasons.into_iter().map(|reason| Reason {
        role: reason.role,
        subject: reason.subject,
        effect: reason.effect.word(),
        condition: reason.condition,
        decides: reason.decides,
    });
    Ok(Json(Explanation {
        user_entity_ref: row.user_ref,
        role: row.role,
        refs: subject.refs,
        permission: why.permission,
        decision: word(&verdict),
        condition: condition(&verdict),
        on_resource,
        reasons: reasons.collect(),
    }))
}

impl TenantAdmin {
    async fn on_resource(
        &self,
        caller: &Caller,
        subject: &Subject,
        verdict: &Verdict,
        resource_ref: &str,
    ) -> kernel::Result<&'static str> {
        let Verdict::Conditional(restriction) = verdict else { return Ok(word(verdict)) };
        let Some(merged) = restriction.merged() else { return Ok("deny") };
        let own = subject.refs.first().map_or("", String::as_str);
        let condition = Condition { criteria: merged.criteria.resolved(own, &subject.refs), ..merged };
        let holds = self.condition_holds(caller.tenant, resource_ref, &condition).await?;
        Ok(if holds { "allow" } else { "deny" })
    }
}
