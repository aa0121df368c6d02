//! Secrets as the settings page shows them: everything but values.

use crate::store::secret::{self, SecretRow, VersionRow};
use crate::store::secret_grant::{self, GrantRow};
use serde::Serialize;
use std::collections::HashMap;
use store::TenantTx;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

/// A secret, without its value.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Secret {
    id: Uuid,
    name: String,
    /// `any`, or `plugin`, `template`, `proxy` alone.
    scope: String,
    description: String,
    version: i32,
    /// Eight hexadecimal digits by which one recognises the current value.
    fingerprint: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    created_at: OffsetDateTime,
    created_by: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    changed_at: OffsetDateTime,
    changed_by: String,
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, format = DateTime)]
    last_used_at: Option<OffsetDateTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    last_used_by: Option<String>,
    /// Whom it is granted to, and when each used it last.
    grants: Vec<SecretGrant>,
    /// The versions that can be read, newest first; only where one secret is shown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    versions: Vec<SecretVersion>,
}

/// A grant of a secret.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SecretGrant {
    /// `plugin`, `template` or `proxy`.
    kind: String,
    /// A plugin's id, a template's reference, a proxy's name.
    id: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    granted_at: OffsetDateTime,
    granted_by: String,
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, format = DateTime)]
    last_used_at: Option<OffsetDateTime>,
}

/// A version of a secret, without its value.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SecretVersion {
    version: i32,
    fingerprint: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    created_at: OffsetDateTime,
    created_by: String,
    /// Until when a superseded version can be read.
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<String>, format = DateTime)]
    readable_until: Option<OffsetDateTime>,
}

/// The organisation's secrets.
#[derive(Serialize, ToSchema)]
pub(crate) struct SecretList {
    items: Vec<Secret>,
}

impl SecretList {
    pub(crate) async fn read(tx: &mut TenantTx) -> kernel::Result<Self> {
        let mut grants: HashMap<Uuid, Vec<GrantRow>> = HashMap::new();
        for grant in secret_grant::list_all(tx).await? {
            grants.entry(grant.secret_id).or_default().push(grant);
        }
        let mut fingerprints: HashMap<Uuid, String> = secret::list_fingerprints(tx).await?.into_iter().collect();
        let items = secret::list(tx).await?.into_iter().map(|row| {
            let fingerprint = fingerprints.remove(&row.secret_id).unwrap_or_default();
            let grants = grants.remove(&row.secret_id).unwrap_or_default();
            Secret::new(row, fingerprint, grants, Vec::new())
        });
        Ok(Self { items: items.collect() })
    }
}

impl Secret {
    /// One secret with its versions.
    pub(crate) async fn read(tx: &mut TenantTx, row: SecretRow, now: OffsetDateTime) -> kernel::Result<Self> {
        let grants = secret_grant::list(tx, row.secret_id).await?;
        let versions = secret::list_versions(tx, row.secret_id, now).await?;
        let fingerprint = versions.first().map(|version| version.fingerprint.clone()).unwrap_or_default();
        Ok(Self::new(row, fingerprint, grants, versions))
    }

    fn new(row: SecretRow, fingerprint: String, grants: Vec<GrantRow>, versions: Vec<VersionRow>) -> Self {
        Self {
            id: row.secret_id,
            name: row.name,
            scope: row.scope,
            description: row.description,
            version: row.version,
            fingerprint,
            created_at: row.created_at,
            created_by: row.created_by,
            changed_at: row.changed_at,
            changed_by: row.changed_by,
            last_used_at: row.last_used_at,
            last_used_by: row.last_used_by,
            grants: grants.into_iter().map(SecretGrant::from).collect(),
            versions: versions.into_iter().map(SecretVersion::from).collect(),
        }
    }

    /// Ids of the plugins that hold it.
    pub(crate) fn plugins(&self) -> Vec<String> {
        self.grants.iter().filter(|grant| grant.kind == "plugin").map(|grant| grant.id.clone()).collect()
    }
}

impl From<GrantRow> for SecretGrant {
    fn from(row: GrantRow) -> Self {
        let GrantRow { secret_id: _, grantee_kind: kind, grantee_id: id, granted_at, granted_by, last_used_at } = row;
        Self { kind, id, granted_at, granted_by, last_used_at }
    }
}

impl From<VersionRow> for SecretVersion {
    fn from(row: VersionRow) -> Self {
        let VersionRow { version, fingerprint, created_at, created_by, readable_until } = row;
        Self { version, fingerprint, created_at, created_by, readable_until }
    }
}

/// The first few of whom a secret is granted to, in words.
pub(crate) fn grantee_names(grants: &[GrantRow]) -> String {
    const SHOWN: usize = 3;
    let name = |grant: &GrantRow| match grant.grantee_kind.as_str() {
        "template" => grant.grantee_id.clone(),
        kind => format!("{kind}:{}", grant.grantee_id),
    };
    let shown = grants.iter().take(SHOWN).map(name).collect::<Vec<_>>().join(", ");
    match grants.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
