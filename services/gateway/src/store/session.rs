//! Sessions. The row decides whether a browser is signed in; everything else is a cache of at most two seconds.

use super::member::Member;
use crate::domain::browser::Browser;
use credential::Digest;
use kernel::Result;
use store::{TenantTx, db};
use time::OffsetDateTime;
use uuid::Uuid;

/// A session that lives, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Session {
    /// Row id, the `sid` of tokens.
    pub session_id: Uuid,
    /// When it ends by itself.
    pub expires_at: OffsetDateTime,
    /// When it was last used, as far as that was written down.
    pub last_seen_at: Option<OffsetDateTime>,
    /// Who is signed in.
    #[sqlx(flatten)]
    pub member: Member,
    /// As whom they look at the portal instead, reading only.
    #[sqlx(skip)]
    pub viewing: Option<Member>,
}

impl Session {
    /// Whose portal it shows.
    #[must_use]
    pub fn acting(&self) -> &Member {
        self.viewing.as_ref().unwrap_or(&self.member)
    }
}

impl Session {
    /// Whether its use is to be written down: that happens at most once a minute.
    #[must_use]
    pub fn is_due(&self, now: OffsetDateTime) -> bool {
        self.last_seen_at.is_none_or(|seen| now - seen >= time::Duration::MINUTE)
    }
}

/// A session that begins.
#[derive(Debug, Clone, Copy)]
pub struct NewSession<'a> {
    /// Whose.
    pub member: Uuid,
    /// How they proved who they are.
    pub how: &'a str,
    /// In which browser.
    pub browser: &'a Browser,
    /// When.
    pub now: OffsetDateTime,
    /// Until when.
    pub expires_at: OffsetDateTime,
}

/// Starts a session.
///
/// # Errors
/// Those of the database.
pub async fn insert(tx: &mut TenantTx, token: Digest, new: NewSession<'_>) -> Result<Uuid> {
    let session = Uuid::now_v7();
    sqlx::query(
        "insert into session (tenant_id, session_id, member_id, token_hash, created_at, expires_at,
           user_agent, address, last_seen_at, signed_in_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $5, $9)",
    )
    .bind(tx.id())
    .bind(session)
    .bind(new.member)
    .bind(token.as_bytes())
    .bind(new.now)
    .bind(new.expires_at)
    .bind(&new.browser.user_agent)
    .bind(&new.browser.address)
    .bind(new.how)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(session)
}

/// The living session with this token.
///
/// # Errors
/// Those of the database.
pub async fn find_by_token(tx: &mut TenantTx, token: Digest, now: OffsetDateTime) -> Result<Option<Session>> {
    sqlx::query_as(
        "select s.session_id, s.expires_at, s.last_seen_at, m.member_id, m.name, m.email, m.role, m.user_ref,
           m.claimed_groups
         from session s join member m on m.tenant_id = $1 and m.member_id = s.member_id
         where s.tenant_id = $1 and s.token_hash = $2 and s.expires_at > $3 and s.revoked_at is null
           and m.status = 'active'",
    )
    .bind(tx.id())
    .bind(token.as_bytes())
    .bind(now)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// The living session with this id.
///
/// # Errors
/// Those of the database.
pub async fn find(tx: &mut TenantTx, session: Uuid, now: OffsetDateTime) -> Result<Option<Session>> {
    sqlx::query_as(
        "select s.session_id, s.expires_at, s.last_seen_at, m.member_id, m.name, m.email, m.role, m.user_ref,
           m.claimed_groups
         from session s join member m on m.tenant_id = $1 and m.member_id = s.member_id
         where s.tenant_id = $1 and s.session_id = $2 and s.expires_at > $3 and s.revoked_at is null
           and m.status = 'active'",
    )
    .bind(tx.id())
    .bind(session)
    .bind(now)
    .fetch_optional(tx.conn())
    .await
    .map_err(db)
}

/// Ends a session.
///
/// # Errors
/// Those of the database.
pub async fn revoke(tx: &mut TenantTx, session: Uuid, now: OffsetDateTime) -> Result<()> {
    sqlx::query("update session set revoked_at = $3 where tenant_id = $1 and session_id = $2 and revoked_at is null")
        .bind(tx.id())
        .bind(session)
        .bind(now)
        .execute(tx.conn())
        .await
        .map_err(db)?;
    Ok(())
}

/// A session in a list.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Listed {
    /// Row id.
    pub session_id: Uuid,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
    /// Where it was at the beginning.
    pub address: Option<String>,
    /// How its owner proved who they are.
    pub signed_in_by: Option<String>,
    /// When it began.
    pub created_at: OffsetDateTime,
    /// When it was last used, to the minute.
    pub last_seen_at: Option<OffsetDateTime>,
    /// When it ends by itself.
    pub expires_at: OffsetDateTime,
}

/// The living sessions of a member, the last seen first; at most 200.
///
/// # Errors
/// Those of the database.
pub async fn list_of(tx: &mut TenantTx, member: Uuid, now: OffsetDateTime) -> Result<Vec<Listed>> {
    sqlx::query_as(
        "select session_id, user_agent, address, signed_in_by, created_at, last_seen_at, expires_at from session
         where tenant_id = $1 and member_id = $2 and expires_at > $3 and revoked_at is null
         order by coalesce(last_seen_at, created_at) desc, session_id limit 200",
    )
    .bind(tx.id())
    .bind(member)
    .bind(now)
    .fetch_all(tx.conn())
    .await
    .map_err(db)
}

/// Which sessions are to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// One of a member's.
    One {
        /// Whose.
        member: Uuid,
        /// Which.
        session: Uuid,
    },
    /// A member's.
    Member {
        /// Whose.
        member: Uuid,
        /// The one that stays.
        but: Option<Uuid>,
    },
    /// All of the organisation.
    Everybody {
        /// The one that stays.
        but: Option<Uuid>,
    },
}

/// Ends sessions and says how many there were.
///
/// # Errors
/// Those of the database.
pub async fn revoke_of(tx: &mut TenantTx, whose: Whose, now: OffsetDateTime) -> Result<u64> {
    let (member, one, but) = match whose {
        Whose::One { member, session } => (Some(member), Some(session), None),
        Whose::Member { member, but } => (Some(member), None, but),
        Whose::Everybody { but } => (None, None, but),
    };
    let ended = sqlx::query(
        "update session set revoked_at = $2
         where tenant_id = $1 and revoked_at is null and expires_at > $2
           and ($3::uuid is null or member_id = $3) and ($4::uuid is null or session_id = $4)
           and ($5::uuid is null or session_id <> $5)",
    )
    .bind(tx.id())
    .bind(now)
    .bind(member)
    .bind(one)
    .bind(but)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(ended.rows_affected())
}

/// Notes that a session is in use. Whoever finds the row locked leaves it: another process is writing the same minute.
///
/// # Errors
/// Those of the database.
pub async fn see(tx: &mut TenantTx, session: Uuid, now: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "update session set last_seen_at = $3 where tenant_id = $1 and session_id =
           (select session_id from session where tenant_id = $1 and session_id = $2 for update skip locked)",
    )
    .bind(tx.id())
    .bind(session)
    .bind(now)
    .execute(tx.conn())
    .await
    .map_err(db)?;
    Ok(())
}

/// Removes sessions and hand-off codes whose time is over.
///
/// # Errors
/// Those of the database.
pub async fn delete_expired(tx: &mut TenantTx, now: OffsetDateTime) -> Result<()> {
    for statement in [
        "delete from session where tenant_id = $1 and expires_at <= $2",
        "delete from handoff where tenant_id = $1 and expires_at <= $2",
    ] {
        sqlx::query(statement).bind(tx.id()).bind(now).execute(tx.conn()).await.map_err(db)?;
    }
    Ok(())
}
