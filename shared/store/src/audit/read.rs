//! Reading the log: pages with filters, the order of commits, and whether it is intact.

use super::chain::{Break, Fault, Link, Walk};
use crate::{TenantTx, db};
use kernel::Result;
use serde_json::Value;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// Rows that a search for a text looks at before it gives its place instead.
const LOOKED_AT: usize = 20_000;
const LOOKED_AT_ONCE: i64 = 2_000;
const VERIFIED_AT_ONCE: i64 = 2_000;
/// How far an id's moment may be from its row's: a long transaction, or clocks that differ.
const SLACK: Duration = Duration::hours(1);

/// An audit row as it is read back.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct AuditRow {
    /// UUIDv7: sorts by time.
    pub event_id: Uuid,
    /// When.
    pub at: OffsetDateTime,
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
    /// To what.
    pub target: String,
    /// The state before.
    pub before: Option<Value>,
    /// The state after.
    pub after: Option<Value>,
    /// The client's address.
    pub source_address: Option<String>,
    /// The kind of program.
    pub agent: Option<String>,
    /// The event whose change this one took back.
    pub undoes: Option<Uuid>,
    /// Its number in the chain.
    pub seq: Option<i64>,
}

/// A row in its place of the chain.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Linked {
    /// The row.
    #[sqlx(flatten)]
    pub row: AuditRow,
    /// Its hash.
    pub hash: Vec<u8>,
}

/// Which rows are wanted; what is `None` is not asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Exactly this actor.
    pub actor: Option<String>,
    /// Actions that begin so: `member.` or `member.update`.
    pub action: Option<String>,
    /// Exactly this target.
    pub target: Option<String>,
    /// From this moment on.
    pub from: Option<OffsetDateTime>,
    /// Before this moment.
    pub until: Option<OffsetDateTime>,
    /// This text anywhere, in any letter case.
    pub text: Option<String>,
}

/// A page of the log, newest first.
#[derive(Debug, Clone)]
pub struct AuditPage {
    /// The rows.
    pub rows: Vec<AuditRow>,
    /// Give it as `before` to go on. A page with it may be short: a search for a text stops after
    /// 20,000 rows and says where.
    pub next: Option<Uuid>,
}

/// The newest rows before `before` (exclusive; `None` = from the newest), newest first, at most `limit`.
///
/// # Errors
/// Those of the database.
pub async fn audit_page(tx: &mut TenantTx, before: Option<Uuid>, limit: i64) -> Result<Vec<AuditRow>> {
    sqlx::query_as(
        "select e.event_id, e.at, e.actor, e.action, e.target, e.before, e.after, e.source_address, e.agent, e.undoes,
           l.seq
         from audit_event e left join audit_link l on l.tenant_id = $1 and l.event_id = e.event_id
         where e.tenant_id = $1 and e.event_id < $2 order by e.event_id desc limit $3",
    )
    .bind(tx.id())
    .bind(before.unwrap_or(Uuid::max()))
    .bind(limit)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// One row.
///
/// # Errors
/// Those of the database.
pub async fn find_audit(tx: &mut TenantTx, event: Uuid) -> Result<Option<AuditRow>> {
    Ok(rows(tx, &[event]).await?.pop())
}

/// Rows that match, newest first.
///
/// # Errors
/// Those of the database.
pub async fn search_audit(
    tx: &mut TenantTx,
    filter: &AuditFilter,
    before: Option<Uuid>,
    limit: usize,
) -> Result<AuditPage> {
    let (mut matching, mut place, mut looked_at) = (Vec::new(), before, 0);
    let mut ended = false;
    while matching.len() <= limit && looked_at < LOOKED_AT && !ended {
        let at_once = if filter.text.is_some() { LOOKED_AT_ONCE } else { i64::try_from(limit + 1).unwrap_or(1) };
        let found = glance_over(tx, filter, place, at_once).await?;
        looked_at += found.len();
        ended = found.len() < usize::try_from(at_once).unwrap_or(usize::MAX);
        place = found.last().map(|(event, _)| *event).or(place);
        matching.extend(found.into_iter().filter(|(_, matches)| *matches).map(|(event, _)| event));
    }
    let more_match = matching.len() > limit;
    matching.truncate(limit);
    let next = if more_match { matching.last().copied() } else { place.filter(|_| !ended) };
    Ok(AuditPage { rows: rows(tx, &matching).await?, next })
}

/// Ids of rows that match in all but the text, and whether they match in that too.
async fn glance_over(
    tx: &mut TenantTx,
    filter: &AuditFilter,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<(Uuid, bool)>> {
    let action_end = filter.action.as_deref().map(after_all_that_begin_so);
    let until = filter.until.map_or(Uuid::max(), |until| first_id_at(until + SLACK));
    sqlx::query_as(
        r#"select event_id, ($10::text is null or position(lower($10) in lower(concat_ws(' ', actor, action, target,
             before::text, after::text, source_address, agent))) > 0)
           from audit_event
           where tenant_id = $1 and event_id < $2 and event_id >= $3
             and ($4::text is null or actor = $4)
             and ($5::text is null or (action collate "C" >= $5 and action collate "C" < $6))
             and ($7::text is null or target = $7)
             and ($8::timestamptz is null or at >= $8) and ($9::timestamptz is null or at < $9)
           order by event_id desc limit $11"#,
    )
    .bind(tx.id())
    .bind(before.unwrap_or(Uuid::max()).min(until))
    .bind(filter.from.map_or(Uuid::nil(), |from| first_id_at(from - SLACK)))
    .bind(&filter.actor)
    .bind(&filter.action)
    .bind(action_end)
    .bind(&filter.target)
    .bind(filter.from)
    .bind(filter.until)
    .bind(&filter.text)
    .bind(limit)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

async fn rows(tx: &mut TenantTx, events: &[Uuid]) -> Result<Vec<AuditRow>> {
    sqlx::query_as(
        "select e.event_id, e.at, e.actor, e.action, e.target, e.before, e.after, e.source_address, e.agent, e.undoes,
           l.seq
         from audit_event e left join audit_link l on l.tenant_id = $1 and l.event_id = e.event_id
         where e.tenant_id = $1 and e.event_id = any($2) order by e.event_id desc",
    )
    .bind(tx.id())
    .bind(events)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// The least text that no text with this beginning comes after. Actions are ASCII.
fn after_all_that_begin_so(beginning: &str) -> String {
    format!("{beginning}\u{7f}")
}

/// The least UUIDv7 of a moment.
fn first_id_at(moment: OffsetDateTime) -> Uuid {
    let millis = u128::try_from(moment.unix_timestamp_nanos() / 1_000_000).unwrap_or(0);
    Uuid::from_u128((millis & 0xffff_ffff_ffff) << 80)
}

/// Rows with their links after the number `seq`, in the order of commits.
///
/// # Errors
/// Those of the database.
pub async fn audit_after(tx: &mut TenantTx, seq: i64, limit: i64) -> Result<Vec<Linked>> {
    sqlx::query_as(
        "select e.event_id, e.at, e.actor, e.action, e.target, e.before, e.after, e.source_address, e.agent, e.undoes,
           l.seq, l.hash
         from audit_link l join audit_event e on e.tenant_id = $1 and e.event_id = l.event_id
         where l.tenant_id = $1 and l.seq > $2 order by l.seq limit $3",
    )
    .bind(tx.id())
    .bind(seq)
    .bind(limit)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// The end of a chain, and its beginning since it was pruned.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Head {
    /// The last number.
    pub seq: i64,
    /// Its hash.
    pub hash: Vec<u8>,
    /// The last number that was pruned; 0 when nothing was.
    pub base_seq: i64,
    /// Its hash.
    pub base_hash: Vec<u8>,
}

/// The head, once there is a row.
///
/// # Errors
/// Those of the database.
pub async fn audit_head(tx: &mut TenantTx) -> Result<Option<Head>> {
    sqlx::query_as("select seq, hash, base_seq, base_hash from audit_head where tenant_id = $1")
        .bind(tx.id())
        .fetch_optional(tx.conn())
        .await
        .map_err(db)
}

/// What verifying found.
#[derive(Debug, Clone)]
pub struct Verification {
    /// How many rows verified.
    pub rows: u64,
    /// The number before the first of them.
    pub after: i64,
    /// The last number that verified.
    pub seq: i64,
    /// Its hash: whoever keeps both elsewhere can tell later that nothing before was written anew.
    pub hash: Vec<u8>,
    /// Where the chain breaks; `None`: it is intact.
    pub broken: Option<Break>,
}

/// Verifies the whole log. `kept` is a number and its hash that somebody kept elsewhere. Wants a snapshot
/// ([`crate::Db::snapshot`]), so that rows which come meanwhile do no harm.
///
/// # Errors
/// Those of the database.
pub async fn verify_audit(tx: &mut TenantTx, kept: Option<(i64, &[u8])>) -> Result<Verification> {
    let genesis =
        Head { seq: 0, hash: super::chain::GENESIS.to_vec(), base_seq: 0, base_hash: super::chain::GENESIS.to_vec() };
    let head = audit_head(tx).await?.unwrap_or(genesis);
    let mut walk = Walk::begin(tx.id(), head.base_seq, &head.base_hash);
    let broken = walk_through(tx, &mut walk, &head, kept).await?;
    let broken = match broken {
        Some(broken) => Some(broken),
        None => around(tx, &head).await?,
    };
    Ok(Verification { rows: walk.rows, after: head.base_seq, seq: walk.seq, hash: walk.hash, broken })
}

async fn walk_through(
    tx: &mut TenantTx,
    walk: &mut Walk,
    head: &Head,
    kept: Option<(i64, &[u8])>,
) -> Result<Option<Break>> {
    let mut kept_is_met = kept.is_none_or(|(seq, _)| seq < head.base_seq);
    let meets = |seq: i64, hash: &[u8]| {
        kept.is_some_and(|(kept, _)| kept == seq).then(|| kept.is_some_and(|(_, kept)| kept == hash))
    };
    if let Some(same) = meets(head.base_seq, &head.base_hash) {
        kept_is_met = same;
    }
    loop {
        let links = links(tx, walk.seq).await?;
        if links.is_empty() {
            break;
        }
        for link in &links {
            if let Err(broken) = walk.step(link) {
                return Ok(Some(broken));
            }
            if let Some(same) = meets(link.seq, &link.hash) {
                kept_is_met = same;
            }
        }
    }
    if let Err(broken) = walk.end(head.seq, &head.hash) {
        return Ok(Some(broken));
    }
    let seq = kept.map_or(0, |(seq, _)| seq);
    Ok((!kept_is_met).then_some(Break { seq, event_id: None, fault: Fault::OtherThanKept }))
}

async fn links(tx: &mut TenantTx, after: i64) -> Result<Vec<Link>> {
    sqlx::query_as(
        "select l.seq, l.hash, l.event_id, e.at, e.actor, e.action, e.target, e.before::text as before_text,
           e.after::text as after_text, e.source_address, e.agent, e.undoes
         from audit_link l left join audit_event e on e.tenant_id = $1 and e.event_id = l.event_id
         where l.tenant_id = $1 and l.seq > $2 order by l.seq limit $3",
    )
    .bind(tx.id())
    .bind(after)
    .bind(VERIFIED_AT_ONCE)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// What the walk itself cannot see: rows without a link, and a beginning that no row of the log accounts for.
async fn around(tx: &mut TenantTx, head: &Head) -> Result<Option<Break>> {
    let unchained: Option<Uuid> = sqlx::query_scalar(
        "select e.event_id from audit_event e where e.tenant_id = $1
           and not exists (select from audit_link l where l.tenant_id = $1 and l.event_id = e.event_id) limit 1",
    )
    .bind(tx.id())
    .fetch_optional(tx.conn())
    .await
    .map_err(db)?;
    if unchained.is_some() {
        return Ok(Some(Break { seq: head.seq, event_id: unchained, fault: Fault::Unchained }));
    }
    if head.base_seq == 0 {
        return Ok(None);
    }
    let pruned: Option<(Option<i64>, Option<String>)> = sqlx::query_as(
        "select (e.after ->> 'through')::bigint, e.after ->> 'hash'
         from audit_event e join audit_link l on l.tenant_id = $1 and l.event_id = e.event_id
         where e.tenant_id = $1 and e.action = 'audit.prune' and e.actor = 'system' order by l.seq desc limit 1",
    )
    .bind(tx.id())
    .fetch_optional(tx.conn())
    .await
    .map_err(db)?;
    let told = pruned.is_some_and(|(through, hash)| {
        through == Some(head.base_seq) && hash.as_deref() == Some(hex(&head.base_hash).as_str())
    });
    let begin_missing = Break { seq: head.base_seq + 1, event_id: None, fault: Fault::BeginMissing };
    Ok((!told).then_some(begin_missing))
}

/// Lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// After how many days rows may be pruned; `None`: never.
///
/// # Errors
/// Those of the database.
pub async fn retention(tx: &mut TenantTx) -> Result<Option<i32>> {
    let days = sqlx::query_scalar("select retention_days from audit_setting where tenant_id = $1")
        .bind(tx.id())
        .fetch_optional(tx.conn())
        .await
        .map_err(db)?;
    Ok(days.flatten())
}

/// Sets it: 30 to 3650 days, or for ever.
///
/// # Errors
/// Those of the database.
pub async fn set_retention(tx: &mut TenantTx, days: Option<i32>) -> Result<()> {
    sqlx::query(
        "insert into audit_setting (tenant_id, retention_days) values ($1, $2)
         on conflict (tenant_id) do update set retention_days = excluded.retention_days",
    )
    .bind(tx.id())
    .bind(days)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Removes at most so many of the oldest rows that the retention lets go; how many they were. It stops before a row that
/// does not verify, and before one that a stream has still to send.
///
/// # Errors
/// Those of the database.
pub async fn prune_audit(tx: &mut TenantTx, at_most: i32) -> Result<i64> {
    sqlx::query_scalar("select prune_audit($1, $2)")
        .bind(at_most)
        .bind(Uuid::now_v7())
        .fetch_one(tx.conn())
        .await
        .map_err(db)
}
