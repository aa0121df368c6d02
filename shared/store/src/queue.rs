//! The job queue: durable, fair between tenants, at least once.
//!
//! A job is enqueued in the transaction of the change that asks for it, handed out under a lease, and completed in
//! the transaction of its results. A lease that expires (the process died) makes the job due again. A job that keeps
//! failing becomes a dead letter, which an operator can list. One key holds at most one job: asking again while it
//! runs makes it run once more afterwards.

use crate::{Db, SystemReason, TenantTx, db};
use kernel::{Result, TenantId};
use serde_json::{Value, json};
use std::time::Duration;
use time::OffsetDateTime;
use uuid::Uuid;

/// A job to put into a queue.
#[derive(Debug, Clone)]
pub struct NewJob<'a> {
    /// Which queue, for example `catalog.process`.
    pub queue: &'static str,
    /// What it is about; one job per key and queue.
    pub key: &'a str,
    /// Whatever the worker needs beyond the key.
    pub payload: Value,
    /// How long from now it becomes due.
    pub delay: Duration,
}

impl<'a> NewJob<'a> {
    /// A job that is due at once and carries no payload.
    #[must_use]
    pub fn now(queue: &'static str, key: &'a str) -> Self {
        Self { queue, key, payload: Value::Null, delay: Duration::ZERO }
    }

    /// Due after `delay`.
    #[must_use]
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// With a payload.
    #[must_use]
    pub fn with(mut self, payload: Value) -> Self {
        self.payload = payload;
        self
    }
}

/// A job that is leased to the caller.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Job {
    tenant_id: Uuid,
    job_id: Uuid,
    lease: Uuid,
    /// What it is about.
    pub key: String,
    /// What was given at [`enqueue`].
    pub payload: Value,
    /// How many times it has been handed out, this time included.
    pub attempts: i32,
}

impl Job {
    /// Whose job it is.
    #[must_use]
    pub const fn tenant(&self) -> TenantId {
        TenantId::new(self.tenant_id)
    }

    /// Under which lease this process holds it.
    #[must_use]
    pub const fn lease(&self) -> Uuid {
        self.lease
    }

    /// Who waits for it, where [`enqueue_all`] made it.
    #[must_use]
    pub fn urgency(&self) -> Urgency {
        if self.payload[PERSON] == true { Urgency::Person } else { Urgency::Background }
    }
}

/// A job that was given up.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct DeadJob {
    /// Whose.
    pub tenant_id: Uuid,
    /// From which queue.
    pub queue: String,
    /// About what.
    pub key: String,
    /// How often it was tried.
    pub attempts: i32,
    /// How it failed last.
    pub last_error: Option<String>,
    /// When it was made.
    pub created_at: OffsetDateTime,
}

/// In the payload of a job that a person waits for.
const PERSON: &str = "person";

/// How often a job is tried before it becomes a dead letter.
pub const MAX_ATTEMPTS: i32 = 12;

/// Puts a job into its queue, or brings the waiting one forward.
///
/// # Errors
/// Those of the database.
pub async fn enqueue(tx: &mut TenantTx, job: NewJob<'_>) -> Result<()> {
    sqlx::query(
        "insert into job (tenant_id, job_id, queue, key, payload, run_at, created_at)
         values ($1, $2, $3, $4, $5, clock_timestamp() + make_interval(secs => $6), clock_timestamp())
         on conflict on constraint job_key do update set
           payload = excluded.payload,
           run_at = case when job.lease is null or job.dead then least(job.run_at, excluded.run_at) else job.run_at end,
           again_at = case when job.lease is null or job.dead then null
                           else least(coalesce(job.again_at, excluded.run_at), excluded.run_at) end,
           attempts = case when job.dead then 0 else job.attempts end,
           dead = false",
    )
    .bind(tx.id())
    .bind(Uuid::now_v7())
    .bind(job.queue)
    .bind(job.key)
    .bind(job.payload)
    .bind(job.delay.as_secs_f64())
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Who waits for a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Urgency {
    /// Nobody: it comes after all that has been due for longer.
    #[default]
    Background,
    /// A person: it comes before everything that nobody waits for.
    Person,
}

/// How long a job that a person waits for counts as due already. Claims hand out what has been due for longest.
const HEAD_START: Duration = Duration::from_secs(24 * 3600);

/// Puts a job for each key into a queue, due at once, or brings the waiting ones forward.
///
/// # Errors
/// Those of the database.
pub async fn enqueue_all(tx: &mut TenantTx, queue: &'static str, keys: &[String], urgency: Urgency) -> Result<()> {
    if keys.is_empty() {
        return Ok(());
    }
    let (head_start, payload) = match urgency {
        Urgency::Background => (Duration::ZERO, Value::Null),
        Urgency::Person => (HEAD_START, json!({PERSON: true})),
    };
    sqlx::query(
        "insert into job (tenant_id, job_id, queue, key, payload, run_at, created_at)
         select $1, job_id, $2, key, $5, clock_timestamp() - make_interval(secs => $6), clock_timestamp()
         from unnest($3::uuid[], $4::text[]) as new (job_id, key) order by key
         on conflict on constraint job_key do update set
           payload = case when excluded.payload = 'null' then job.payload else excluded.payload end,
           run_at = case when job.lease is null or job.dead then least(job.run_at, excluded.run_at) else job.run_at end,
           again_at = case when job.lease is null or job.dead then null
                           else least(coalesce(job.again_at, excluded.run_at), excluded.run_at) end,
           attempts = case when job.dead then 0 else job.attempts end,
           dead = false",
    )
    .bind(tx.id())
    .bind(queue)
    .bind(keys.iter().map(|_| Uuid::now_v7()).collect::<Vec<_>>())
    .bind(keys)
    .bind(payload)
    .bind(head_start.as_secs_f64())
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// The queue of templates whose tests are looked at; the key of a job is the template's. The catalog asks for a template
/// that changed, the plugin host for all of them when actions changed.
pub const TEMPLATE_TESTS: &str = "scaffolder.template-tests";

/// Brings every job of a queue forward.
///
/// # Errors
/// Those of the database.
pub async fn hasten(tx: &mut TenantTx, queue: &'static str) -> Result<()> {
    sqlx::query(
        "update job set
           run_at = case when lease is null or dead then least(run_at, clock_timestamp()) else run_at end,
           again_at = case when lease is null or dead then null
                           else least(coalesce(again_at, clock_timestamp()), clock_timestamp()) end,
           attempts = case when dead then 0 else attempts end,
           dead = false
         where tenant_id = $1 and queue = $2",
    )
    .bind(tx.id())
    .bind(queue)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Forgets the job of this key, whether it waits or runs.
///
/// # Errors
/// Those of the database.
pub async fn forget(tx: &mut TenantTx, queue: &'static str, key: &str) -> Result<()> {
    sqlx::query("delete from job where tenant_id = $1 and queue = $2 and key = $3")
        .bind(tx.id())
        .bind(queue)
        .bind(key)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}

/// Leases up to `limit` due jobs for `lease`, at most a quarter of them (and one at least) from any one tenant when
/// several tenants have work.
///
/// # Errors
/// Those of the database.
pub async fn claim(db_: &Db, queue: &'static str, limit: u16, lease: Duration) -> Result<Vec<Job>> {
    claim_due(db_, queue, limit, lease, Duration::ZERO).await
}

/// As [`claim`], of those jobs only that a person waits for.
///
/// # Errors
/// Those of the database.
pub async fn claim_urgent(db_: &Db, queue: &'static str, limit: u16, lease: Duration) -> Result<Vec<Job>> {
    // What nobody waits for and has been due for half a day all the same deserves it no less.
    claim_due(db_, queue, limit, lease, HEAD_START / 2).await
}

/// As [`claim`], and from no tenant more than `quota` at the same time, counted over all processes.
///
/// # Errors
/// Those of the database.
pub async fn claim_within(db_: &Db, queue: &'static str, limit: u16, lease: Duration, quota: u16) -> Result<Vec<Job>> {
    let mut tx = db_.system(SystemReason::ClaimJobs).await?;
    // One process at a time, or two would each count without the other. Whoever comes second looks again in a moment.
    let alone: bool = sqlx::query_scalar("select pg_try_advisory_xact_lock(hashtextextended($1, 0))")
        .bind(queue)
        .fetch_one(tx.conn())
        .await
        .map_err(db)?;
    if !alone {
        return Ok(Vec::new());
    }
    let jobs = sqlx::query_as(
        "with busy as (
           select tenant_id, count(*) as jobs from job
           where queue = $1 and lease is not null and run_at > clock_timestamp() group by tenant_id
         ), due as (
           select due.tenant_id, due.job_id
           from tenant left join busy on busy.tenant_id = tenant.tenant_id cross join lateral (
             select job.tenant_id, job.job_id, job.run_at,
               -- The first of each tenant come before the second of any: a long line of one holds up nobody.
               row_number() over (order by job.run_at) + coalesce(busy.jobs, 0) as turn
             from (select tenant_id, job_id, run_at from job
                   where job.tenant_id = tenant.tenant_id and job.queue = $1 and not job.dead
                     and job.run_at <= clock_timestamp()
                   order by job.run_at limit greatest(0, $2 - coalesce(busy.jobs, 0))
                   for update of job skip locked) job
           ) due
           where tenant.status = 'active'
           order by due.turn, due.run_at limit $3
         )
         update job set lease = gen_random_uuid(), attempts = job.attempts + 1,
           run_at = clock_timestamp() + make_interval(secs => $4)
         from due where job.tenant_id = due.tenant_id and job.job_id = due.job_id
         returning job.tenant_id, job.job_id, job.lease, job.key, job.payload, job.attempts",
    )
    .bind(queue)
    .bind(i64::from(quota))
    .bind(i64::from(limit))
    .bind(lease.as_secs_f64())
    .fetch_all(tx.conn())
    .await
    .map_err(db)?;
    tx.commit().await?;
    Ok(jobs)
}

async fn claim_due(db_: &Db, queue: &'static str, limit: u16, lease: Duration, due_for: Duration) -> Result<Vec<Job>> {
    let mut tx = db_.system(SystemReason::ClaimJobs).await?;
    let mut jobs = claim_share(&mut tx, queue, (limit, (limit / 4).max(1)), lease, due_for).await?;
    // Whoever has something due gets at least one: when nobody got any, nothing is due.
    if !jobs.is_empty() && jobs.len() < usize::from(limit) {
        let rest = limit - u16::try_from(jobs.len()).unwrap_or(limit);
        jobs.extend(claim_share(&mut tx, queue, (rest, rest), lease, due_for).await?);
    }
    tx.commit().await?;
    Ok(jobs)
}

async fn claim_share(
    tx: &mut crate::SystemTx,
    queue: &'static str,
    (limit, per_tenant): (u16, u16),
    lease: Duration,
    due_for: Duration,
) -> Result<Vec<Job>> {
    sqlx::query_as(
        "with due as (
           select due.tenant_id, due.job_id
           from tenant cross join lateral (
             select job.tenant_id, job.job_id, job.run_at from job
             where job.tenant_id = tenant.tenant_id and job.queue = $1 and not job.dead
               and job.run_at <= clock_timestamp() - make_interval(secs => $5)
             order by job.run_at limit $2 for update of job skip locked
           ) due
           where tenant.status = 'active'
           order by due.run_at limit $3
         )
         update job set lease = gen_random_uuid(), attempts = job.attempts + 1,
           run_at = clock_timestamp() + make_interval(secs => $4)
         from due where job.tenant_id = due.tenant_id and job.job_id = due.job_id
         returning job.tenant_id, job.job_id, job.lease, job.key, job.payload, job.attempts",
    )
    .bind(queue)
    .bind(i64::from(per_tenant))
    .bind(i64::from(limit))
    .bind(lease.as_secs_f64())
    .bind(due_for.as_secs_f64())
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// Ends the job with the caller's transaction. `false`: the lease was lost, and the caller must roll back.
///
/// # Errors
/// Those of the database.
pub async fn complete(tx: &mut TenantTx, job: &Job) -> Result<bool> {
    let again = sqlx::query(
        "update job set lease = null, attempts = 0, run_at = again_at, again_at = null, last_error = null
         where tenant_id = $1 and job_id = $2 and lease = $3 and again_at is not null",
    )
    .bind(tx.id())
    .bind(job.job_id)
    .bind(job.lease)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    if again.rows_affected() == 1 {
        return Ok(true);
    }
    let ended = sqlx::query("delete from job where tenant_id = $1 and job_id = $2 and lease = $3")
        .bind(tx.id())
        .bind(job.job_id)
        .bind(job.lease)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(ended.rows_affected() == 1)
}

/// Ends this run and makes the job due again after `delay`, for work that recurs. What a person waited for is done.
///
/// # Errors
/// Those of the database.
pub async fn reschedule(tx: &mut TenantTx, job: &Job, delay: Duration) -> Result<bool> {
    let updated = sqlx::query(
        "update job set lease = null, attempts = 0, last_error = null, again_at = null,
           payload = case when again_at is null and jsonb_typeof(payload) = 'object'
                          then payload - 'person' else payload end,
           run_at = least(coalesce(again_at, 'infinity'), clock_timestamp() + make_interval(secs => $4))
         where tenant_id = $1 and job_id = $2 and lease = $3",
    )
    .bind(tx.id())
    .bind(job.job_id)
    .bind(job.lease)
    .bind(delay.as_secs_f64())
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(updated.rows_affected() == 1)
}

/// As [`reschedule`], for several jobs of one tenant. `false`: one of the leases was lost, and the caller must roll back.
///
/// # Errors
/// Those of the database.
pub async fn reschedule_all(tx: &mut TenantTx, jobs: &[(&Job, Duration)]) -> Result<bool> {
    let updated = sqlx::query(
        "update job set lease = null, attempts = 0, last_error = null, again_at = null,
           payload = case when again_at is null and jsonb_typeof(payload) = 'object'
                          then payload - 'person' else payload end,
           run_at = least(coalesce(again_at, 'infinity'), clock_timestamp() + make_interval(secs => done.delay))
         from unnest($2::uuid[], $3::uuid[], $4::float8[]) as done (job_id, lease, delay)
         where job.tenant_id = $1 and job.job_id = done.job_id and job.lease = done.lease",
    )
    .bind(tx.id())
    .bind(jobs.iter().map(|(job, _)| job.job_id).collect::<Vec<_>>())
    .bind(jobs.iter().map(|(job, _)| job.lease).collect::<Vec<_>>())
    .bind(jobs.iter().map(|(_, delay)| delay.as_secs_f64()).collect::<Vec<_>>())
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(usize::try_from(updated.rows_affected()).is_ok_and(|updated| updated == jobs.len()))
}

/// Gives the job back after a failure: due again after `retry_in`, or dead after [`MAX_ATTEMPTS`].
///
/// # Errors
/// Those of the database.
pub async fn fail(tx: &mut TenantTx, job: &Job, error: &str, retry_in: Duration) -> Result<()> {
    let short: String = error.chars().take(2000).collect();
    sqlx::query(
        "update job set lease = null, last_error = $4, dead = attempts >= $6 and again_at is null,
           run_at = least(coalesce(again_at, 'infinity'), clock_timestamp() + make_interval(secs => $5)),
           again_at = null
         where tenant_id = $1 and job_id = $2 and lease = $3",
    )
    .bind(tx.id())
    .bind(job.job_id)
    .bind(job.lease)
    .bind(short)
    .bind(retry_in.as_secs_f64())
    .bind(MAX_ATTEMPTS)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Gives a job up for now, for work that recurs: it is tried once more after `retry_in`, and given up again if that fails.
/// `false`: the lease was lost, and the caller must roll back.
///
/// # Errors
/// Those of the database.
pub async fn give_up(tx: &mut TenantTx, job: &Job, error: &str, retry_in: Duration) -> Result<bool> {
    let short: String = error.chars().take(2000).collect();
    let updated = sqlx::query(
        "update job set lease = null, attempts = $6, last_error = $4, again_at = null,
           payload = case when again_at is null and jsonb_typeof(payload) = 'object'
                          then payload - 'person' else payload end,
           run_at = least(coalesce(again_at, 'infinity'), clock_timestamp() + make_interval(secs => $5))
         where tenant_id = $1 and job_id = $2 and lease = $3",
    )
    .bind(tx.id())
    .bind(job.job_id)
    .bind(job.lease)
    .bind(short)
    .bind(retry_in.as_secs_f64())
    .bind(MAX_ATTEMPTS - 1)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(updated.rows_affected() == 1)
}

/// Keeps the lease for `lease` from now. `false`: it was lost, and the work must stop.
///
/// # Errors
/// Those of the database.
pub async fn extend(tx: &mut TenantTx, job: &Job, lease: Duration) -> Result<bool> {
    let updated = sqlx::query(
        "update job set run_at = clock_timestamp() + make_interval(secs => $4)
         where tenant_id = $1 and job_id = $2 and lease = $3",
    )
    .bind(tx.id())
    .bind(job.job_id)
    .bind(job.lease)
    .bind(lease.as_secs_f64())
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(updated.rows_affected() == 1)
}

/// Exponential delay before the next try: 1 s, 2 s, 4 s … at most five minutes.
#[must_use]
pub fn back_off(attempts: i32) -> Duration {
    Duration::from_secs(1_u64 << u32::try_from(attempts.clamp(1, 9) - 1).unwrap_or(0)).min(Duration::from_secs(300))
}

/// The jobs that were given up, newest first, for the operator.
///
/// # Errors
/// Those of the database.
pub async fn list_dead(db_: &Db, limit: i64) -> Result<Vec<DeadJob>> {
    let mut tx = db_.system(SystemReason::ListDeadJobs).await?;
    sqlx::query_as(
        "select tenant_id, queue, key, attempts, last_error, created_at from job
         where dead order by created_at desc limit $1",
    )
    .bind(limit)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}
