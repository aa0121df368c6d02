//! Compiles a [`Filter`] into SQL. Every value is bound; nothing of a filter is ever formatted.
//!
//! Two forms. A *set* lists the entities that the filter holds for: lists of postings, put together by `intersect`,
//! `union` and `except`, so that each is one range of an index and no estimate of the planner can make it more. A *test*
//! asks it of one entity that is known already. Neither touches a document.

use crate::domain::cursor::FullText;
use crate::domain::filter::Filter;
use crate::domain::text::after_prefix;
use crate::index::select::RELATIONS;
use kernel::Result;
use sqlx::{Postgres, QueryBuilder};
use store::{TenantTx, db};
use uuid::Uuid;

type Sql = QueryBuilder<Postgres>;

/// What a statement begins with: nothing, or what makes the database tell how it would run it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Start(&'static str);

impl Start {
    /// Run it.
    pub(super) const RUN: Self = Self("");
    /// Run it and tell what was read.
    #[cfg(test)]
    pub(super) const EXPLAIN: Self = Self("explain (analyze, buffers, format json) ");

    pub(super) fn with(self, text: &'static str) -> Sql {
        QueryBuilder::new(format!("{}{text}", self.0))
    }
}

/// What a term must be like.
enum Leaf<'f> {
    /// A term of this key.
    Key(&'f str),
    /// One of these values of this key.
    Values(&'f str, &'f [String]),
    /// A value of this key that begins so.
    Prefix(&'f str, &'f str),
    /// A relation of one of these types to one of these entities.
    Relation(Option<&'f [String]>, Option<&'f [String]>),
    /// A value of one of these keys that contains this text.
    Containing(&'f [String], &'f str),
    /// A value of this key, whatever it is.
    Valued(&'f str),
}

/// A filter, or what a list asks for beside it.
enum Condition<'f> {
    Leaf(Leaf<'f>),
    All(&'f [Filter]),
    Any(&'f [Filter]),
    Not(&'f Filter),
}

impl<'f> From<&'f Filter> for Condition<'f> {
    fn from(filter: &'f Filter) -> Self {
        match filter {
            Filter::All(parts) => Self::All(parts),
            Filter::Any(parts) => Self::Any(parts),
            Filter::Not(inner) => Self::Not(inner),
            Filter::Exists(key) => Self::Leaf(Leaf::Key(key)),
            Filter::Values(key, values) => Self::Leaf(Leaf::Values(key, values)),
            Filter::Prefix(key, prefix) => Self::Leaf(Leaf::Prefix(key, prefix)),
            Filter::Relation { types, targets } => Self::Leaf(Leaf::Relation(types.as_deref(), targets.as_deref())),
        }
    }
}

/// A key that every entity has exactly once.
const OF_ALL: Leaf<'static> = Leaf::Key("kind");

/// Keys that every entity has.
const UNIVERSAL: [&str; 4] = ["kind", "metadata.name", "metadata.namespace", "metadata.uid"];

/// Whether every entity has the key, with a value.
pub fn is_universal(key: &str) -> bool {
    UNIVERSAL.contains(&key)
}

/// Appends a select of `entity_no`, each once, of the entities that a list asks for.
pub fn push_set(sql: &mut Sql, tenant: Uuid, filter: &Filter, full_text: Option<&FullText>, valued: Option<&str>) {
    sql.push("select distinct entity_no from (");
    set(sql, tenant, filter);
    if let Some(full_text) = full_text {
        sql.push(" intersect ");
        postings(sql, tenant, &Leaf::Containing(&full_text.fields, &full_text.term));
    }
    if let Some(key) = valued.filter(|key| !is_universal(key)) {
        sql.push(" intersect ");
        postings(sql, tenant, &Leaf::Valued(key));
    }
    sql.push(") listed");
}

fn set(sql: &mut Sql, tenant: Uuid, filter: &Filter) {
    match Condition::from(filter) {
        Condition::Leaf(Leaf::Key(key)) if is_universal(key) => postings(sql, tenant, &OF_ALL),
        Condition::Leaf(leaf) => postings(sql, tenant, &leaf),
        Condition::Any([]) => {
            sql.push("(select entity_no from entity where false)");
        }
        Condition::Any(parts) => joined(sql, " union ", parts, |sql, part| set(sql, tenant, part)),
        Condition::Not(inner) => {
            sql.push("(");
            postings(sql, tenant, &OF_ALL);
            sql.push(" except ");
            set(sql, tenant, inner);
            sql.push(")");
        }
        Condition::All(parts) => all(sql, tenant, parts),
    }
}

/// What must hold, without what must not.
fn all(sql: &mut Sql, tenant: Uuid, parts: &[Filter]) {
    let is_not = |part: &&Filter| matches!(part, Filter::Not(_));
    let (without, with): (Vec<&Filter>, Vec<&Filter>) =
        parts.iter().filter(|part| !part.is_everything()).partition(is_not);
    sql.push("(");
    if with.is_empty() {
        postings(sql, tenant, &OF_ALL);
    } else {
        joined(sql, " intersect ", with, |sql, part| set(sql, tenant, part));
    }
    for part in without {
        if let Filter::Not(inner) = part {
            sql.push(" except ");
            set(sql, tenant, inner);
        }
    }
    sql.push(")");
}

fn joined<T>(sql: &mut Sql, word: &str, parts: impl IntoIterator<Item = T>, mut push: impl FnMut(&mut Sql, T)) {
    sql.push("(");
    for (i, part) in parts.into_iter().enumerate() {
        if i > 0 {
            sql.push(word);
        }
        push(sql, part);
    }
    sql.push(")");
}

/// One list of postings: what stands with the terms, and what stands in lists. The terms of these are an array of their
/// own, found first: in a join, the planner takes a condition on them for much less selective than it is and reads all.
fn postings(sql: &mut Sql, tenant: Uuid, leaf: &Leaf<'_>) {
    sql.push("(select unnest(having_it.entity_nos) as entity_no from (select term.entity_nos from term where term.tenant_id = ")
        .push_bind(tenant)
        .push(" and ");
    is(sql, leaf);
    sql.push(" union all select list.entity_nos from posting_list list where list.tenant_id = ")
        .push_bind(tenant)
        .push(" and list.term_no = any (");
    terms(sql, tenant, leaf, " and term.listed");
    sql.push(")) having_it)");
}

fn terms(sql: &mut Sql, tenant: Uuid, leaf: &Leaf<'_>, and: &'static str) {
    sql.push("array(select term.term_no from term where term.tenant_id = ").push_bind(tenant).push(" and ");
    is(sql, leaf);
    sql.push(and).push(")");
}

/// Appends a lateral join with the numbers, `having_it.entity_no`, of all entities that have the term `of`.
pub fn push_having(sql: &mut Sql, tenant: Uuid, of: &'static str) {
    sql.push("cross join lateral (select unnest(")
        .push(of)
        .push(".entity_nos) union all select unnest(list.entity_nos) from posting_list list where list.tenant_id = ")
        .push_bind(tenant)
        .push(" and list.term_no = ")
        .push(of)
        .push(".term_no and ")
        .push(of)
        .push(".listed offset 0) having_it (entity_no)");
}

/// The condition on `term`.
fn is(sql: &mut Sql, leaf: &Leaf<'_>) {
    match leaf {
        Leaf::Key(key) => {
            sql.push("term.key = ").push_bind((*key).to_owned());
        }
        Leaf::Valued(key) => {
            sql.push("term.key = ").push_bind((*key).to_owned()).push(" and term.value is not null");
        }
        Leaf::Values(key, values) => {
            sql.push("term.key = ").push_bind((*key).to_owned());
            sql.push(" and term.value = any (").push_bind(values.to_vec()).push(")");
        }
        Leaf::Prefix(key, prefix) => {
            sql.push("term.key = ").push_bind((*key).to_owned());
            sql.push(" and term.value >= ").push_bind((*prefix).to_owned());
            if let Some(end) = after_prefix(prefix) {
                sql.push(" and term.value < ").push_bind(end);
            }
        }
        Leaf::Relation(types, targets) => {
            match types {
                Some(types) => {
                    let keys: Vec<String> = types.iter().map(|kind| format!("{RELATIONS}{kind}")).collect();
                    sql.push("term.key = any (").push_bind(keys).push(")");
                }
                None => {
                    sql.push("term.key >= ").push_bind(RELATIONS);
                    sql.push(" and term.key < ").push_bind(after_prefix(RELATIONS));
                }
            }
            if let Some(targets) = targets {
                sql.push(" and term.value = any (").push_bind(targets.to_vec()).push(")");
            }
        }
        Leaf::Containing(fields, text) => {
            sql.push("term.key = any (").push_bind(fields.to_vec());
            sql.push(") and strpos(term.value, ").push_bind((*text).to_owned()).push(") > 0");
        }
    }
}

/// Appends a condition on `entity e` that holds for the entities which the filter holds for.
pub fn push_filter(sql: &mut Sql, tenant: Uuid, filter: &Filter) {
    push_test(sql, tenant, filter, "e.entity_no");
}

/// Appends the condition that the filter holds for the entity whose number is in `column`.
pub fn push_test(sql: &mut Sql, tenant: Uuid, filter: &Filter, column: &'static str) {
    match Condition::from(filter) {
        Condition::Leaf(Leaf::Key(key)) if is_universal(key) => {
            sql.push("true");
        }
        Condition::Leaf(leaf) => test(sql, tenant, &leaf, column),
        Condition::All([]) => {
            sql.push("true");
        }
        Condition::Any([]) => {
            sql.push("false");
        }
        Condition::All(parts) => joined(sql, " and ", parts, |sql, part| push_test(sql, tenant, part, column)),
        Condition::Any(parts) => joined(sql, " or ", parts, |sql, part| push_test(sql, tenant, part, column)),
        Condition::Not(inner) => {
            sql.push("not (");
            push_test(sql, tenant, inner, column);
            sql.push(")");
        }
    }
}

/// As [`push_test`], for the full-text condition of a list.
pub fn push_text_test(sql: &mut Sql, tenant: Uuid, full_text: &FullText, column: &'static str) {
    test(sql, tenant, &Leaf::Containing(&full_text.fields, &full_text.term), column);
}

/// `offset 0` keeps the planner from turning the test into a join over everything.
fn test(sql: &mut Sql, tenant: Uuid, leaf: &Leaf<'_>, column: &'static str) {
    if let Leaf::Values(..) = leaf {
        // Few terms, found once, against the numbers in the entity's row: of two conditions on the postings, the planner
        // may look up the wrong one.
        sql.push("exists (select from entity having_them where having_them.tenant_id = ").push_bind(tenant);
        sql.push(" and having_them.entity_no = ").push(column).push(" and having_them.term_nos && (");
        terms(sql, tenant, leaf, "");
    } else {
        // Many terms perhaps: the entity's own, some dozens, are looked at.
        sql.push("exists (select from ");
        push_own_terms(sql, tenant, column);
        sql.push(" term where (");
        is(sql, leaf);
    }
    sql.push(") offset 0)");
}

/// Appends the terms of the entity whose number is in `column`, read in this order and no other: the numbers in its
/// row, and the term of each.
pub fn push_own_terms(sql: &mut Sql, tenant: Uuid, column: &'static str) {
    sql.push(
        "(select own.key, own.value, own.term_no
          from entity having_them cross join unnest(having_them.term_nos) had (term_no) cross join lateral (
           select term.key, term.value, term.term_no from term where term.tenant_id = ",
    )
    .push_bind(tenant)
    .push(" and term.term_no = had.term_no offset 0) own where having_them.tenant_id = ")
    .push_bind(tenant)
    .push(" and having_them.entity_no = ")
    .push(column)
    .push(" offset 0)");
}

/// What the planner is told before a statement: it cannot know how long the lists are.
#[derive(Debug, Clone, Copy)]
pub enum Steer {
    /// Two lists are joined: when it takes them for short it compares each with each, while hashing is right for all
    /// lengths.
    Hash,
    /// The index has the order already: when it takes the list for short it reads all of it to sort it.
    KeepOrder,
}

/// Tells the planner, until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn steer(tx: &mut TenantTx, steer: Steer) -> Result<()> {
    let statement = match steer {
        Steer::Hash => "set local enable_nestloop = off",
        Steer::KeepOrder => "set local enable_sort = off",
    };
    sqlx::query(statement).execute(tx.conn()).await.map_err(db)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_filter_is_formatted_into_the_statement() {
        let evil = "x') or true --".to_owned();
        let filter = Filter::All(vec![
            Filter::Exists(evil.clone()),
            Filter::Not(Box::new(Filter::Any(vec![Filter::Values(evil.clone(), vec![evil.clone()])]))),
            Filter::Prefix(evil.clone(), evil.clone()),
            Filter::Relation { types: Some(vec![evil.clone()]), targets: Some(vec![evil.clone()]) },
        ]);
        let full_text = FullText { term: evil.clone(), fields: vec![evil.clone()] };
        let mut sql = QueryBuilder::new("select 1 from entity e where ");
        push_filter(&mut sql, Uuid::nil(), &filter);
        push_text_test(&mut sql, Uuid::nil(), &full_text, "e.entity_no");
        push_set(&mut sql, Uuid::nil(), &filter, Some(&full_text), Some(&evil));
        assert!(!sql.sql().as_str().contains("or true"));
    }
}
