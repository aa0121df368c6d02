//! How reading a registered location goes: what it brought so far and what went wrong.

use super::locations::Location;
use super::refresh::{QUEUE, location_source};
use crate::domain::outcome::Problem;
use kernel::Result;
use sqlx::types::Json;
use store::{TenantTx, db};
use time::OffsetDateTime;

/// One entity below a location, processed or not.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Descendant {
    /// Its key.
    pub entity_ref: String,
    /// Its kind as written; none while it was never processed without failure.
    pub kind: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// Why it failed last.
    pub problem: Option<Json<Problem>>,
    /// Whether it makes the catalog read further files.
    pub reads: bool,
    /// When those were read last.
    pub last_read_at: Option<OffsetDateTime>,
    /// When they are due again.
    pub next_read_at: Option<OffsetDateTime>,
    /// Whether a process is reading them now, or is about to.
    pub due: bool,
}

/// Everything that a location emitted, itself first.
///
/// # Errors
/// Those of the database.
pub async fn descendants(tx: &mut TenantTx, location: &Location) -> Result<Vec<Descendant>> {
    sqlx::query_as(
        "with recursive line (entity_ref, generation) as (
           select edge.entity_ref, 0 from refresh_edge edge where edge.tenant_id = $1 and edge.source = $2
           union
           select edge.entity_ref, line.generation + 1 from line
           join refresh_edge edge on edge.tenant_id = $1 and edge.source = line.entity_ref
           where line.generation < 32
         ),
         member as (select entity_ref, min(generation) as generation from line group by entity_ref)
         select state.entity_ref, entity.document::json ->> 'kind' as kind, entity.document::json -> 'metadata' ->> 'title' as title, state.problem,
           state.unprocessed is not null as reads, state.last_read_at, state.next_read_at,
           exists (
             select from job where job.tenant_id = $1 and job.queue = $3 and job.key = state.entity_ref
               and (job.lease is not null or job.again_at is not null or job.run_at <= clock_timestamp())
           ) as due
         from member
         join refresh_state state on state.tenant_id = $1 and state.entity_ref = member.entity_ref
         left join entity on entity.tenant_id = $1 and entity.entity_ref = member.entity_ref
         order by member.generation, member.entity_ref",
    )
    .bind(tx.id())
    .bind(location_source(location.location_id))
    .bind(QUEUE)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}
