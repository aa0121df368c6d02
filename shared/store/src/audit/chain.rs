//! The chain's arithmetic, without I/O: the same hash as `audit_hash` in the database computes, and what a broken chain
//! says.

use aws_lc_rs::digest::{Context, SHA256};
use std::fmt;
use time::OffsetDateTime;
use uuid::Uuid;

/// The hash before the first row.
pub const GENESIS: [u8; 32] = [0; 32];

const VERSION: &[u8] = b"proscenium/audit/1";

/// A link with the row that it stands for, as the database holds them.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Link {
    /// Its number in the order of commits.
    pub seq: i64,
    /// Its hash.
    pub hash: Vec<u8>,
    /// Which row.
    pub event_id: Uuid,
    /// `None`: the row is gone.
    #[sqlx(flatten)]
    pub row: Row,
}

/// The content of a row. JSON is the database's own text of it, which does not change for a stored value.
#[derive(Debug, Clone, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Row {
    /// When.
    pub at: Option<OffsetDateTime>,
    /// Who.
    pub actor: Option<String>,
    /// What.
    pub action: Option<String>,
    /// To what.
    pub target: Option<String>,
    /// The state before.
    pub before_text: Option<String>,
    /// The state after.
    pub after_text: Option<String>,
    /// From where.
    pub source_address: Option<String>,
    /// With what.
    pub agent: Option<String>,
    /// What it took back.
    pub undoes: Option<Uuid>,
}

/// The hash of a row in its place.
#[must_use]
pub fn hash(previous: &[u8], seq: i64, tenant: Uuid, event: Uuid, row: &Row) -> Vec<u8> {
    let mut context = Context::new(&SHA256);
    context.update(VERSION);
    context.update(previous);
    context.update(&seq.to_be_bytes());
    context.update(tenant.as_bytes());
    context.update(event.as_bytes());
    let micros = row.at.map_or(0, |at| at.unix_timestamp_nanos() / 1_000);
    context.update(&i64::try_from(micros).unwrap_or(i64::MAX).to_be_bytes());
    let undoes = row.undoes.map(|event| event.to_string());
    let parts = [
        &row.actor,
        &row.action,
        &row.target,
        &row.before_text,
        &row.after_text,
        &row.source_address,
        &row.agent,
        &undoes,
    ];
    for part in parts {
        match part {
            Some(text) => {
                context.update(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes());
                context.update(text.as_bytes());
            }
            None => context.update(&[0xff; 4]),
        }
    }
    context.finish().as_ref().to_vec()
}

/// What is wrong at a place of the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A number has no link.
    LinkMissing,
    /// A link has no row: the row was deleted.
    RowMissing,
    /// The row's hash is another: it was changed, or stands in another's place.
    Changed,
    /// The newest rows are gone: the head has gone further.
    EndMissing,
    /// The chain begins later than the log says that it was pruned.
    BeginMissing,
    /// A row was written past the chain.
    Unchained,
    /// The chain has another hash at the number that somebody kept.
    OtherThanKept,
}

impl Fault {
    /// A word for programs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::LinkMissing => "link-missing",
            Self::RowMissing => "row-missing",
            Self::Changed => "changed",
            Self::EndMissing => "end-missing",
            Self::BeginMissing => "begin-missing",
            Self::Unchained => "unchained",
            Self::OtherThanKept => "other-than-kept",
        }
    }
}

/// Where a chain breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    /// At which number.
    pub seq: i64,
    /// Which row, where one is known.
    pub event_id: Option<Uuid>,
    /// How.
    pub fault: Fault,
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seq = self.seq;
        match self.fault {
            Fault::LinkMissing => write!(f, "Row {seq} is missing."),
            Fault::RowMissing => write!(f, "Row {seq} was deleted."),
            Fault::Changed => write!(f, "Row {seq} was changed, or does not stand where it was written."),
            Fault::EndMissing => write!(f, "The rows from {seq} on were deleted."),
            Fault::BeginMissing => {
                write!(f, "The rows before {seq} are gone, and the log does not say that they were pruned.")
            }
            Fault::Unchained => {
                write!(f, "A row was added that no change of this portal wrote; the chain ends at {seq}.")
            }
            Fault::OtherThanKept => {
                write!(f, "The log was written anew: row {seq} does not have the fingerprint that you kept.")
            }
        }
    }
}

/// Walks over a chain from its beginning.
#[derive(Debug, Clone)]
pub struct Walk {
    tenant: Uuid,
    /// The last number that verified.
    pub seq: i64,
    /// Its hash.
    pub hash: Vec<u8>,
    /// How many rows verified.
    pub rows: u64,
}

impl Walk {
    /// Begins after what was pruned; `(0, GENESIS)` when nothing was.
    #[must_use]
    pub fn begin(tenant: Uuid, base_seq: i64, base_hash: &[u8]) -> Self {
        Self { tenant, seq: base_seq, hash: base_hash.to_vec(), rows: 0 }
    }

    /// Takes the next link.
    ///
    /// # Errors
    /// Where the chain breaks.
    pub fn step(&mut self, link: &Link) -> Result<(), Break> {
        let expected = self.seq + 1;
        if link.seq != expected {
            return Err(Break { seq: expected, event_id: None, fault: Fault::LinkMissing });
        }
        let broken = |fault| Break { seq: expected, event_id: Some(link.event_id), fault };
        if link.row.at.is_none() {
            return Err(broken(Fault::RowMissing));
        }
        if hash(&self.hash, expected, self.tenant, link.event_id, &link.row) != link.hash {
            return Err(broken(Fault::Changed));
        }
        self.seq = expected;
        self.hash.clone_from(&link.hash);
        self.rows += 1;
        Ok(())
    }

    /// Compares the end with the head that was written with it.
    ///
    /// # Errors
    /// Where the chain breaks.
    pub fn end(&self, head_seq: i64, head_hash: &[u8]) -> Result<(), Break> {
        if self.seq < head_seq {
            return Err(Break { seq: self.seq + 1, event_id: None, fault: Fault::EndMissing });
        }
        if self.seq > head_seq || self.hash != head_hash {
            return Err(Break { seq: self.seq, event_id: None, fault: Fault::Changed });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn chain(tenant: Uuid, rows: usize) -> Vec<Link> {
        let mut previous = GENESIS.to_vec();
        (1..)
            .take(rows)
            .map(|seq: i64| {
                let row = Row {
                    at: Some(OffsetDateTime::from_unix_timestamp(1_800_000_000 + seq).unwrap()),
                    actor: Some(format!("user:default/u{}", seq % 3)),
                    action: Some("member.update".into()),
                    target: Some(String::new()),
                    before_text: (seq % 2 == 0).then(|| "{\"a\": 1}".into()),
                    ..Row::default()
                };
                let event_id = Uuid::from_u128(u128::from(seq.unsigned_abs()));
                let hash = hash(&previous, seq, tenant, event_id, &row);
                previous.clone_from(&hash);
                Link { seq, hash, event_id, row }
            })
            .collect()
    }

    fn verify(tenant: Uuid, links: &[Link], head: &Link) -> Result<u64, Break> {
        let mut walk = Walk::begin(tenant, 0, &GENESIS);
        links.iter().try_for_each(|link| walk.step(link))?;
        walk.end(head.seq, &head.hash)?;
        Ok(walk.rows)
    }

    /// A small generator, so that the test needs no crate and repeats.
    fn next(state: &mut u64) -> usize {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        usize::try_from(*state >> 16).unwrap()
    }

    #[test]
    fn any_deletion_edit_or_reordering_is_found() {
        let tenant = Uuid::from_u128(7);
        let whole = chain(tenant, 60);
        let head = whole.last().unwrap().clone();
        assert_eq!(verify(tenant, &whole, &head), Ok(60));
        let mut state = 0x9E37_79B9_7F4A_7C15;
        for round in 0..20_000 {
            let mut links = whole.clone();
            let (at, other) = (next(&mut state) % 60, next(&mut state) % 60);
            match round % 9 {
                0 => drop(links.remove(at)),
                1 => links[at].row = Row::default(),
                2 => links[at].row.actor = Some(format!("user:default/x{other}")),
                3 => links[at].row.before_text = links[at].row.before_text.is_none().then(|| "{}".into()),
                4 => links[at].row.agent = Some(String::new()),
                5 if at != other => {
                    let (a, b) = (links[at].row.clone(), links[other].row.clone());
                    (links[at].row, links[other].row) = (b, a);
                }
                6 if at != other => {
                    links.swap(at, other);
                    (links[at].seq, links[other].seq) = (links[other].seq, links[at].seq);
                }
                7 => links.truncate(at),
                8 => links[at].hash[other % 32] ^= 1,
                _ => continue,
            }
            assert!(verify(tenant, &links, &head).is_err(), "round {round}: row {at} (and {other})");
        }
        assert!(verify(Uuid::from_u128(8), &whole, &head).is_err(), "another organisation's chain");
    }

    #[test]
    fn texts_cannot_be_moved_from_one_field_to_the_next() {
        let row = |actor: Option<&str>, action: Option<&str>| Row {
            actor: actor.map(str::to_owned),
            action: action.map(str::to_owned),
            ..Row::default()
        };
        let of = |row: Row| hash(&GENESIS, 1, Uuid::nil(), Uuid::nil(), &row);
        assert_ne!(of(row(Some("ab"), Some("c"))), of(row(Some("a"), Some("bc"))));
        assert_ne!(of(row(Some(""), None)), of(row(None, Some(""))));
    }
}
