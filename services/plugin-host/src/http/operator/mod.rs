//! What the operator sees of all organisations' plugins, and does to rollouts. Every route is for the operator alone, who
//! is of no organisation: nothing here takes a tenant from the caller.

pub mod machine;
pub mod pictures;
pub mod plugins;
pub mod rollouts;
pub mod start;

use kernel::{Error, Result};
use serde::Deserialize;
use std::str::FromStr;

/// Rows of a page, unless asked otherwise.
const PAGE: i64 = 100;
/// Most rows of a page.
const LONGEST_PAGE: i64 = 500;
/// Longest word to look for.
const WORD: usize = 214;

/// Which page of a list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Paging {
    limit: Option<i64>,
    cursor: Option<String>,
}

impl Paging {
    /// So many rows are shown.
    ///
    /// # Errors
    /// `Input` outside 1 to 500.
    fn limit(&self) -> Result<i64> {
        let limit = self.limit.unwrap_or(PAGE);
        if (1..=LONGEST_PAGE).contains(&limit) {
            return Ok(limit);
        }
        Err(Error::input(format!("A page has 1 to {LONGEST_PAGE} rows.")).with_field("limit", "out of range"))
    }

    /// Where it goes on.
    ///
    /// # Errors
    /// `Input` for what no answer gave as `nextCursor`.
    fn after<T: FromStr>(&self) -> Result<Option<T>> {
        let wrong = |_| Error::input("This is no cursor of this list.").with_field("cursor", "not a cursor");
        self.cursor.as_deref().filter(|text| !text.is_empty()).map(str::parse).transpose().map_err(wrong)
    }
}

/// Takes the row off that only says that there are more, and what the next page goes on after.
fn page<T>(mut rows: Vec<T>, limit: i64, cursor: impl Fn(&T) -> String) -> (Vec<T>, Option<String>) {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(cursor);
    (rows, next)
}

/// A word to look for, or nothing.
///
/// # Errors
/// `Input` when it is too long.
fn word<'a>(field: &str, text: Option<&'a str>) -> Result<Option<&'a str>> {
    let text = text.filter(|text| !text.is_empty());
    match text {
        Some(long) if long.len() > WORD => Err(Error::input("Too long.").with_field(field, "too long")),
        other => Ok(other),
    }
}
