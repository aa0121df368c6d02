//! Sealing again under the newest data key, so that an older one can go.
//!
//! Owns the list of columns that hold sealed values: a column that is missing here would become unreadable when its
//! key goes. `tests/isolation` compares the list with the schema.

use crate::{Place, TenantTx, db};
use kernel::Result;
use uuid::Uuid;

/// Values that one transaction seals again.
const BATCH: i64 = 100;

/// A column of sealed values.
#[derive(Debug, Clone, Copy)]
pub struct SealedColumn {
    /// `table.column`.
    pub name: &'static str,
    /// `$1` the tenant, `$2` the newest key's id as bytes, `$3` how many: id, scope, name, version, sealed.
    list: &'static str,
    /// `$1` the tenant, `$2` the row's id, `$3` the version, `$4` what was sealed, `$5` what is.
    set: &'static str,
}

/// Every column that holds what [`TenantTx::seal`] made.
pub const SEALED: &[SealedColumn] = &[
    SealedColumn {
        name: "signing_key.sealed_private",
        list: "select key_id, 'signing-key', key_id::text, null::integer, sealed_private from signing_key
            where tenant_id = $1 and substring(sealed_private from 2 for 16) <> $2 limit $3 for update",
        set: "update signing_key set sealed_private = $5
            where tenant_id = $1 and key_id = $2 and sealed_private = $4 and $3::integer is null",
    },
    SealedColumn {
        name: "task.secrets",
        list:
            "select task_id, 'scaffolder.task', task_id::text, null::integer, secrets from task
            where tenant_id = $1 and secrets is not null and substring(secrets from 2 for 16) <> $2 limit $3 for update",
        set: "update task set secrets = $5
            where tenant_id = $1 and task_id = $2 and secrets = $4 and $3::integer is null",
    },
    SealedColumn {
        name: "task_sealed.sealed",
        list: "select sealed_id, 'scaffolder.task-value', sealed_id::text, null::integer, sealed from task_sealed
            where tenant_id = $1 and substring(sealed from 2 for 16) <> $2 limit $3 for update",
        set: "update task_sealed set sealed = $5
            where tenant_id = $1 and sealed_id = $2 and sealed = $4 and $3::integer is null",
    },
    SealedColumn {
        name: "source_host.sealed_token",
        list: "select source_host_id, 'source-host', source_host_id::text, null::integer, sealed_token from source_host
            where tenant_id = $1 and sealed_token is not null and substring(sealed_token from 2 for 16) <> $2
            limit $3 for update",
        set: "update source_host set sealed_token = $5
            where tenant_id = $1 and source_host_id = $2 and sealed_token = $4 and $3::integer is null",
    },
    SealedColumn {
        name: "sign_in_provider.sealed_secret",
        list: "select provider_id, 'sign-in-provider', provider_id::text, null::integer, sealed_secret from sign_in_provider
            where tenant_id = $1 and sealed_secret is not null and substring(sealed_secret from 2 for 16) <> $2
            limit $3 for update",
        set: "update sign_in_provider set sealed_secret = $5
            where tenant_id = $1 and provider_id = $2 and sealed_secret = $4 and $3::integer is null",
    },
    SealedColumn {
        name: "sign_in_test.sealed_secret",
        list: "select test_id, 'sign-in-provider', test_id::text, null::integer, sealed_secret from sign_in_test
            where tenant_id = $1 and sealed_secret is not null and substring(sealed_secret from 2 for 16) <> $2
            limit $3 for update",
        set: "update sign_in_test set sealed_secret = $5
            where tenant_id = $1 and test_id = $2 and sealed_secret = $4 and $3::integer is null",
    },
    SealedColumn {
        name: "audit_stream.sealed_secret",
        list: "select stream_id, 'audit-stream', stream_id::text, null::integer, sealed_secret from audit_stream
            where tenant_id = $1 and sealed_secret is not null and substring(sealed_secret from 2 for 16) <> $2
            limit $3 for update",
        set: "update audit_stream set sealed_secret = $5
            where tenant_id = $1 and stream_id = $2 and sealed_secret = $4 and $3::integer is null",
    },
    SealedColumn {
        name: "secret_version.sealed",
        list: "select s.secret_id, 'secret/' || s.scope || '/' || s.secret_id::text, s.name, v.version, v.sealed
            from secret_version v join secret s on s.tenant_id = $1 and s.secret_id = v.secret_id
            where v.tenant_id = $1 and substring(v.sealed from 2 for 16) <> $2 limit $3 for update of v",
        set: "update secret_version set sealed = $5
            where tenant_id = $1 and secret_id = $2 and version = $3 and sealed = $4",
    },
];

#[derive(sqlx::FromRow)]
struct Row(Uuid, String, String, Option<i32>, Vec<u8>);

/// Seals a batch of what older keys sealed. How many there were: 0 when all is sealed under the newest key.
///
/// # Errors
/// Those of the database; `Internal` when a value does not open.
pub async fn reseal_batch(tx: &mut TenantTx, newest: Uuid) -> Result<usize> {
    for column in SEALED {
        let rows: Vec<Row> = sqlx::query_as(column.list)
            .bind(tx.id())
            .bind(newest.as_bytes().as_slice())
            .bind(BATCH)
            .fetch_all(tx.conn())
            .await
            .map_err(db)?;
        if rows.is_empty() {
            continue;
        }
        let count = rows.len();
        for row in rows {
            reseal(tx, column, row).await?;
        }
        return Ok(count);
    }
    Ok(0)
}

async fn reseal(tx: &mut TenantTx, column: &SealedColumn, row: Row) -> Result<()> {
    let Row(id, scope, name, version, sealed) = row;
    let place = match version {
        Some(version) => Place::versioned(&scope, &name, version),
        None => Place::unversioned(&scope, &name),
    };
    let plain = tx.open_at(place, &sealed).await?;
    let again = tx.seal_at(place, &plain).await?;
    sqlx::query(column.set)
        .bind(tx.id())
        .bind(id)
        .bind(version)
        .bind(sealed)
        .bind(again)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}
