//! Kinds that organisations define themselves.

use super::settings;
use crate::domain::kinds::{AllowedKinds, Kinds, Revision};
use kernel::{Error, Result};
use model::CustomKind;
use model::custom::{Definition, RelationRule};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use store::{TenantTx, db};
use time::OffsetDateTime;
use uuid::Uuid;

/// A relation rule as it is stored and sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = KindRelation)]
pub struct Rule {
    /// Dotted path below `spec`, such as `spec.owner`; lists on the way are gone through.
    pub field: String,
    /// The relation of the entity itself, such as `ownedBy`.
    #[serde(rename = "type")]
    pub forward: String,
    /// The relation of the entity that is named, such as `ownerOf`.
    pub reverse: String,
    /// The kind of a reference that names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub default_kind: Option<String>,
    /// The only kind that may be named; also that of a reference that names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub target_kind: Option<String>,
    /// The namespace of a reference that names none.
    #[serde(default)]
    pub default_namespace: DefaultNamespace,
    /// Whether the field may hold a list.
    #[serde(default)]
    pub multiple: bool,
}

/// The namespace of a reference that names none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DefaultNamespace {
    /// That of the entity which says it.
    #[default]
    Inherit,
    /// `default`.
    Default,
}

impl From<Rule> for RelationRule {
    fn from(rule: Rule) -> Self {
        Self {
            field: rule.field,
            forward: rule.forward,
            reverse: rule.reverse,
            default_kind: rule.default_kind,
            target_kind: rule.target_kind,
            in_default_namespace: rule.default_namespace == DefaultNamespace::Default,
            multiple: rule.multiple,
        }
    }
}

/// A kind of the organisation's own.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Row {
    /// As written, for example `Machine`.
    pub kind: String,
    /// For people.
    pub title: Option<String>,
    /// Accepted values of `apiVersion`; any when empty.
    pub api_versions: Vec<String>,
    /// JSON text.
    pub schema: String,
    /// Fields that name other entities.
    pub relations: Json<Vec<Rule>>,
    /// Another one after each change.
    pub revision: Uuid,
}

impl Row {
    /// Whether two rows say the same, whenever they were written.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        self == &Self { revision: self.revision, ..other.clone() }
    }

    /// Reads what is stored, which was checked when it was written.
    ///
    /// # Errors
    /// `Internal` when it does not pass any more.
    pub fn compile(&self) -> Result<CustomKind> {
        let schema = serde_json::from_str(&self.schema).map_err(Error::internal)?;
        let relations = self.relations.0.iter().cloned().map(RelationRule::from).collect();
        let (kind, api_versions) = (self.kind.clone(), self.api_versions.clone());
        let definition = Definition { kind, api_versions, schema, relations };
        CustomKind::new(definition).map_err(|error| Error::internal(format!("{}: {}", error.place, error.message)))
    }
}

/// All kinds of the organisation's own, by name.
///
/// # Errors
/// Those of the database.
pub async fn list(tx: &mut TenantTx) -> Result<Vec<Row>> {
    sqlx::query_as(
        "select kind, title, api_versions, schema, relations, revision from catalog_kind
         where tenant_id = $1 order by kind_key",
    )
    .bind(tx.id())
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// The organisation's own kinds, ready to judge entities. One that cannot be read any more judges none.
///
/// # Errors
/// Those of the database.
pub async fn custom(tx: &mut TenantTx) -> Result<Vec<CustomKind>> {
    Ok(list(tx).await?.iter().filter_map(compiled).collect())
}

fn compiled(row: &Row) -> Option<CustomKind> {
    row.compile().inspect_err(|error| tracing::warn!(kind = row.kind, %error, "a kind cannot be read")).ok()
}

/// The kinds that the organisation accepts, without its own: what it decided, else what the operator set.
///
/// # Errors
/// Those of the database.
pub async fn allowed(tx: &mut TenantTx, default: &AllowedKinds) -> Result<AllowedKinds> {
    let decided: Option<Vec<String>> = settings::find(tx, settings::ALLOWED_KINDS).await?;
    Ok(decided.map_or_else(|| default.clone(), |kinds| AllowedKinds::new(kinds.iter().map(String::as_str))))
}

/// What entities of the organisation are judged by.
///
/// # Errors
/// Those of the database.
pub async fn load(tx: &mut TenantTx, default: &AllowedKinds) -> Result<Kinds> {
    let rows = list(tx).await?;
    let allowed = allowed(tx, default).await?;
    let revision = Revision { allowed: allowed.clone(), custom: rows.iter().map(|row| row.revision).collect() };
    let allowed = allowed.with(rows.iter().map(|row| row.kind.as_str()));
    Ok(Kinds { allowed, custom: rows.iter().filter_map(compiled).collect(), revision })
}

/// Whether what entities are judged by is still the same. Asked under the lock of the catalog's changes, the answer holds
/// until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn are_current(tx: &mut TenantTx, default: &AllowedKinds, kinds: &Kinds) -> Result<bool> {
    let custom: Vec<Uuid> =
        sqlx::query_scalar("select revision from catalog_kind where tenant_id = $1 order by kind_key")
            .bind(tx.id())
            .fetch_all(tx.conn())
            .await
            .map_err(db)?;
    Ok(custom == kinds.revision.custom && allowed(tx, default).await? == kinds.revision.allowed)
}

/// Refuses what was judged by kinds that somebody changed meanwhile. Asked under the lock of the catalog's changes.
///
/// # Errors
/// `Unavailable` when they changed; those of the database.
pub async fn stay_current(tx: &mut TenantTx, default: &AllowedKinds, kinds: &Kinds) -> Result<()> {
    if are_current(tx, default, kinds).await? {
        return Ok(());
    }
    Err(Error::unavailable("The kinds that this catalog accepts changed meanwhile; send it again"))
}

/// The kind of this name, in whatever letter case.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut TenantTx, kind: &str) -> Result<Option<Row>> {
    sqlx::query_as(
        "select kind, title, api_versions, schema, relations, revision from catalog_kind
         where tenant_id = $1 and kind_key = $2",
    )
    .bind(tx.id())
    .bind(kind.to_lowercase())
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// How many kinds the organisation has defined.
///
/// # Errors
/// Those of the database.
pub async fn count(tx: &mut TenantTx) -> Result<i64> {
    sqlx::query_scalar("select count(*) from catalog_kind where tenant_id = $1")
        .bind(tx.id())
        .fetch_one(tx.conn())
        .await
        .map_err(db)
}

/// Writes a kind, new or not.
///
/// # Errors
/// Those of the database.
pub async fn set(tx: &mut TenantTx, row: &Row, now: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "insert into catalog_kind (tenant_id, kind_key, kind, title, api_versions, schema, relations, revision, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict on constraint catalog_kind_pk do update set kind = excluded.kind, title = excluded.title,
           api_versions = excluded.api_versions, schema = excluded.schema, relations = excluded.relations,
           revision = excluded.revision, changed_at = excluded.changed_at",
    )
    .bind(tx.id())
    .bind(row.kind.to_lowercase())
    .bind(&row.kind)
    .bind(&row.title)
    .bind(&row.api_versions)
    .bind(&row.schema)
    .bind(&row.relations)
    .bind(row.revision)
    .bind(now)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Removes a kind; `None` when there is none of this name.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut TenantTx, kind: &str) -> Result<Option<Row>> {
    sqlx::query_as(
        "delete from catalog_kind where tenant_id = $1 and kind_key = $2
         returning kind, title, api_versions, schema, relations, revision",
    )
    .bind(tx.id())
    .bind(kind.to_lowercase())
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}
