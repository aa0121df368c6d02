//! Runs as people look back on them: who ran what, from where, and which entities came of it.

use kernel::Result;
use sqlx::QueryBuilder;
use store::{TenantTx, db};
use time::OffsetDateTime;
use uuid::Uuid;

/// A run in the history.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct RunRow {
    /// The task's id.
    pub task_id: Uuid,
    /// Key of the template.
    pub template_ref: String,
    /// The template's title, when the run was started.
    pub template_title: Option<String>,
    /// As in `task`.
    pub status: String,
    /// Who started it.
    pub created_by: Option<String>,
    /// When it was asked for.
    pub created_at: OffsetDateTime,
    /// When it ended.
    pub ended_at: Option<OffsetDateTime>,
    /// Since when it waits at a gate.
    pub waiting_since: Option<OffsetDateTime>,
    /// The gate at which it waits.
    pub gate_id: Option<Uuid>,
    /// That gate's kind.
    pub gate_kind: Option<String>,
    /// The entity from whose page it was started.
    pub started_from: Option<String>,
    /// The schedule that started it.
    pub schedule_id: Option<Uuid>,
    /// How often a process took it up.
    pub attempts: i32,
    /// Entities that came of it.
    pub made: Vec<String>,
}

/// What an entity has to do with a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// It came of the run.
    Made,
    /// The run was started from its page.
    StartedFrom,
    /// Either.
    Any,
}

/// Which runs a list shows, newest first.
#[derive(Debug, Clone, Default)]
pub struct RunFilter {
    /// Of this template.
    pub template_ref: Option<String>,
    /// By this person.
    pub created_by: Option<String>,
    /// In this state.
    pub status: Option<String>,
    /// Those that wait at a gate.
    pub waiting: bool,
    /// Started by this schedule.
    pub schedule_id: Option<Uuid>,
    /// About this entity.
    pub entity: Option<(String, Option<Relation>)>,
    /// Only this one.
    pub task_id: Option<Uuid>,
    /// Made before this one.
    pub before: Option<Uuid>,
    /// At most so many.
    pub limit: i64,
}

/// A step of a run, for people.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct StepView {
    /// Its place, from 0.
    pub position: i32,
    /// As in `task_step`.
    pub status: String,
    /// How often it was begun.
    pub attempts: i32,
    /// When it began.
    pub started_at: OffsetDateTime,
    /// When it ended.
    pub ended_at: Option<OffsetDateTime>,
}

/// Writes that these entities came of a run.
///
/// # Errors
/// Those of the database.
pub async fn insert_entities(tx: &mut TenantTx, task_id: Uuid, entities: &[String]) -> Result<()> {
    sqlx::query(
        "insert into task_entity (tenant_id, task_id, entity_ref) select $1, $2, lower(entity_ref)
         from unnest($3::text[]) as new (entity_ref) on conflict on constraint task_entity_pk do nothing",
    )
    .bind(tx.id())
    .bind(task_id)
    .bind(entities)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Runs, newest first.
///
/// # Errors
/// Those of the database.
pub async fn list_runs(tx: &mut TenantTx, filter: &RunFilter) -> Result<Vec<RunRow>> {
    let mut query = QueryBuilder::new(
        "select t.task_id, t.template_ref, t.spec #>> '{templateInfo,entity,metadata,title}' as template_title,
           t.status, t.created_by, t.created_at, t.ended_at, t.waiting_since, g.gate_id, g.kind as gate_kind,
           t.started_from, t.schedule_id, t.attempts,
           array(select e.entity_ref from task_entity e where e.tenant_id = t.tenant_id and e.task_id = t.task_id
                 order by e.entity_ref) as made
         from task t left join lateral (
           select gate_id, kind from task_gate g where g.tenant_id = t.tenant_id and g.task_id = t.task_id
             and g.state = 'waiting' and t.waiting_since is not null order by g.gate_id desc limit 1) g on true
         where t.tenant_id = ",
    );
    query.push_bind(tx.id());
    for (column, value) in
        [("template_ref", &filter.template_ref), ("created_by", &filter.created_by), ("status", &filter.status)]
    {
        if let Some(value) = value {
            query.push(" and t.").push(column).push(" = ").push_bind(value.clone());
        }
    }
    if filter.waiting {
        query.push(" and t.waiting_since is not null and t.status = 'processing'");
    }
    for (column, value) in [("schedule_id", filter.schedule_id), ("task_id", filter.task_id)] {
        if let Some(value) = value {
            query.push(" and t.").push(column).push(" = ").push_bind(value);
        }
    }
    if let Some((entity_ref, relation)) = &filter.entity {
        let relation = relation.unwrap_or(Relation::Any);
        query.push(" and (false");
        if relation != Relation::Made {
            query.push(" or t.started_from = ").push_bind(entity_ref.clone());
        }
        if relation != Relation::StartedFrom {
            query.push(
                " or t.task_id in (select e.task_id from task_entity e where e.tenant_id = t.tenant_id
                 and e.entity_ref = ",
            );
            query.push_bind(entity_ref.clone()).push(")");
        }
        query.push(")");
    }
    if let Some(before) = filter.before {
        query.push(" and t.task_id < ").push_bind(before);
    }
    query.push(" order by t.task_id desc limit ").push_bind(filter.limit);
    query.build_query_as().fetch_all(tx.conn()).await.map_err(db)
}

/// The steps of a run that began, in order.
///
/// # Errors
/// Those of the database.
pub async fn list_steps(tx: &mut TenantTx, task_id: Uuid) -> Result<Vec<StepView>> {
    sqlx::query_as(
        "select position, status, attempts, started_at, ended_at from task_step
         where tenant_id = $1 and task_id = $2 order by position",
    )
    .bind(tx.id())
    .bind(task_id)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// The organisation's name in addresses.
///
/// # Errors
/// Those of the database.
pub async fn find_slug(tx: &mut TenantTx) -> Result<String> {
    sqlx::query_scalar("select slug from tenant where tenant_id = $1")
        .bind(tx.id())
        .fetch_one(tx.conn())
        .await
        .map_err(db)
}
