//! Pages of lists that are ordered by id, newest first: the cursor is the last id of a page.

use kernel::{Error, Result};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

const USUAL: i64 = 50;
const LARGEST: i64 = 200;

/// One page.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Page<T> {
    /// What is on it.
    pub(super) items: Vec<T>,
    /// Where the next one begins; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_cursor: Option<String>,
}

/// How many a page holds.
pub(super) fn limit(asked: Option<i64>) -> Result<i64> {
    match asked {
        None => Ok(USUAL),
        Some(count) if (1..=LARGEST).contains(&count) => Ok(count),
        Some(_) => Err(Error::input(format!("limit must be from 1 to {LARGEST}"))),
    }
}

/// Reads a cursor.
pub(super) fn cursor(text: Option<&str>) -> Result<Option<Uuid>> {
    text.map(|text| Uuid::parse_str(text).map_err(|_| Error::input("cursor is not one of ours"))).transpose()
}

/// Cuts what is one too many, and says where the next page begins.
pub(super) fn cut<T>(mut items: Vec<T>, count: i64, id: impl Fn(&T) -> Uuid) -> (Vec<T>, Option<String>) {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    if items.len() <= count {
        return (items, None);
    }
    items.truncate(count);
    let next = items.last().map(|last| id(last).to_string());
    (items, next)
}
