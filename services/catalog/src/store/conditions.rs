//! Compiles a [`Filter`] into SQL over `entity e`. Every value is bound; nothing of a filter is ever formatted.

use crate::domain::cursor::FullText;
use crate::domain::filter::Filter;
use crate::domain::text::after_prefix;
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

/// Appends a condition that holds for the entities which the filter holds for.
pub fn push_filter(sql: &mut QueryBuilder<Postgres>, tenant: Uuid, filter: &Filter) {
    match filter {
        Filter::All(parts) => push_joined(sql, tenant, parts, " and ", "true"),
        Filter::Any(parts) => push_joined(sql, tenant, parts, " or ", "false"),
        Filter::Not(inner) => {
            sql.push("not (");
            push_filter(sql, tenant, inner);
            sql.push(")");
        }
        Filter::Exists(key) => push_terms(sql, tenant, key, |_| {}),
        Filter::Values(key, values) => push_values(sql, tenant, key, values),
        Filter::Prefix(key, prefix) => push_terms(sql, tenant, key, |sql| {
            sql.push(" and term.value >= ").push_bind(prefix.clone());
            if let Some(end) = after_prefix(prefix) {
                sql.push(" and term.value < ").push_bind(end);
            }
        }),
        Filter::Relation { types, targets } => push_relation(sql, tenant, types.as_deref(), targets.as_deref()),
    }
}

fn push_joined(sql: &mut QueryBuilder<Postgres>, tenant: Uuid, parts: &[Filter], word: &str, empty: &'static str) {
    if parts.is_empty() {
        sql.push(empty);
        return;
    }
    sql.push("(");
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            sql.push(word);
        }
        push_filter(sql, tenant, part);
    }
    sql.push(")");
}

fn push_values(sql: &mut QueryBuilder<Postgres>, tenant: Uuid, key: &str, values: &[String]) {
    // These three always have exactly one value, which has a column and an index of its own.
    let column = match key {
        "kind" => Some("e.kind"),
        "metadata.namespace" => Some("e.namespace"),
        "metadata.name" => Some("e.name"),
        _ => None,
    };
    match column {
        Some(column) => {
            sql.push(column).push(" = any (").push_bind(values.to_vec()).push(")");
        }
        None => push_terms(sql, tenant, key, |sql| {
            sql.push(" and term.value = any (").push_bind(values.to_vec()).push(")");
        }),
    }
}

fn push_terms(
    sql: &mut QueryBuilder<Postgres>,
    tenant: Uuid,
    key: &str,
    condition: impl FnOnce(&mut QueryBuilder<Postgres>),
) {
    push_postings(sql, tenant);
    sql.push(" and term.key = ").push_bind(key.to_owned());
    condition(sql);
    sql.push(")))");
}

/// Up to the conditions on `term`. The terms are an array of their own, found first: in a join, the planner takes a
/// condition on them for much less selective than it is and reads all postings.
fn push_postings(sql: &mut QueryBuilder<Postgres>, tenant: Uuid) {
    sql.push("e.entity_no in (select posting.entity_no from posting where posting.tenant_id = ")
        .push_bind(tenant)
        .push(" and posting.term_no = any (array(select term.term_no from term where term.tenant_id = ")
        .push_bind(tenant);
}

fn push_relation(sql: &mut QueryBuilder<Postgres>, tenant: Uuid, types: Option<&[String]>, targets: Option<&[String]>) {
    sql.push("exists (select from relation where relation.tenant_id = ")
        .push_bind(tenant)
        .push(" and relation.source_ref = e.entity_ref");
    if let Some(types) = types {
        sql.push(" and lower(relation.type) = any (").push_bind(types.to_vec()).push(")");
    }
    if let Some(targets) = targets {
        sql.push(" and relation.target_ref = any (").push_bind(targets.to_vec()).push(")");
    }
    sql.push(")");
}

/// Appends the condition that a value of one of the fields contains the term.
pub fn push_full_text(sql: &mut QueryBuilder<Postgres>, tenant: Uuid, full_text: &FullText) {
    push_postings(sql, tenant);
    sql.push(" and term.key = any (")
        .push_bind(full_text.fields.clone())
        .push(") and strpos(term.value, ")
        .push_bind(full_text.term.clone())
        .push(") > 0)))");
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
        let mut sql = QueryBuilder::new("select 1 from entity e where ");
        push_filter(&mut sql, Uuid::nil(), &filter);
        push_full_text(&mut sql, Uuid::nil(), &FullText { term: evil.clone(), fields: vec![evil] });
        assert!(!sql.sql().as_str().contains("or true"));
    }
}
