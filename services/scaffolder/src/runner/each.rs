//! Steps that are repeated for the items of a list or an object.

use super::log::StepLog;
use super::run::Run;
use super::step::{InputScope, render};
use crate::actions::Action;
use crate::domain::engine::{ContextId, Entries};
use crate::domain::failure::{Failure, Outcome};
use crate::domain::redaction::tainted;
use crate::domain::spec::{Step, is_truthy};
use serde_json::{Map, Value, json};

/// One repetition of a step; a step without `each` has exactly one.
#[derive(Debug)]
pub(super) struct Iteration {
    /// The item's key or index.
    pub(super) key: Option<String>,
    /// The item.
    value: Value,
    /// The rendered input.
    pub(super) input: Value,
    /// Whether its condition holds.
    pub(super) runs: bool,
    /// Its context with empty secrets.
    pub(super) plain: Option<ContextId>,
}

impl Iteration {
    /// The line that Backstage writes before a repetition.
    pub(super) fn announcement(&self) -> Option<String> {
        let key = self.key.as_ref()?;
        let shown = json!({"key": key, "value": as_text(&self.value)});
        Some(format!("{} step each: {shown}", if self.runs { "Running" } else { "Skipping" }))
    }
}

/// The repetitions of a step, their inputs rendered.
pub(super) async fn iterations(
    run: &Run<'_>,
    step: Step<'_>,
    action: &Action,
    scope: InputScope,
    log: &StepLog<'_>,
) -> Outcome<Vec<Iteration>> {
    let Some(each) = step.each else {
        let input = render_input(run, step, scope.full).await?;
        return Ok(vec![Iteration { key: None, value: Value::Null, input, runs: true, plain: None }]);
    };
    let items = entries(render_entries(run, each, scope.full).await?, each, action)?;
    let without = match run.secrets.is_empty() {
        true => Entries::default(),
        false => render_entries(run, each, scope.plain).await?.flatten().unwrap_or_default(),
    };
    let without = counterparts(&items, without);
    if !run.secrets.is_empty() {
        log.redact(tainted(&json!(items.entries), Some(&json!(without))).iter().map(String::as_str));
    }
    let mut iterations = Vec::with_capacity(items.entries.len());
    for (index, (key, value)) in items.entries.into_iter().enumerate() {
        let item = json!({"key": key, "value": value});
        let plain_item =
            without.get(index).map_or_else(|| json!({}), |(key, value)| json!({"key": key, "value": value}));
        if !run.secrets.is_empty() {
            log.redact(tainted(&item, Some(&plain_item)).iter().map(String::as_str));
        }
        let (full, plain) = run
            .engine
            .with(move |engine| {
                let full = engine.with_value(scope.full, &["each"], &item)?;
                Ok((full, engine.with_value(scope.plain, &["each"], &plain_item)?))
            })
            .await?;
        let runs = match step.condition {
            Some(condition @ (Value::String(_) | Value::Bool(_))) if *condition != "" => {
                is_truthy(render(run, condition, full).await?.as_ref())
            }
            _ => true,
        };
        let input = render_input(run, step, full).await?;
        iterations.push(Iteration { key: Some(key), value, input, runs, plain: Some(plain) });
    }
    Ok(iterations)
}

async fn render_input(run: &Run<'_>, step: Step<'_>, context: ContextId) -> Outcome<Value> {
    match step.input {
        Some(input) => Ok(render(run, input, context).await?.unwrap_or_else(|| json!({}))),
        None => Ok(json!({})),
    }
}

async fn render_entries(run: &Run<'_>, each: &Value, context: ContextId) -> Outcome<Option<Option<Entries>>> {
    let each = each.clone();
    run.engine.with(move |engine| engine.render_entries(&each, context)).await
}

/// What stands for each item where there are no secrets: in lists by the same place, else by the order.
fn counterparts(items: &Entries, without: Entries) -> Vec<(String, Value)> {
    if !(items.is_list && without.is_list) {
        return without.entries;
    }
    let mut known: Map<String, Value> = without.entries.into_iter().collect();
    items.entries.iter().map(|(key, _)| (key.clone(), known.shift_remove(key).unwrap_or_default())).collect()
}

fn entries(resolved: Option<Option<Entries>>, each: &Value, action: &Action) -> Outcome<Entries> {
    let Some(resolved) = resolved else {
        let written = each.as_str().map_or_else(|| each.to_string(), str::to_owned);
        return Err(Failure::input(format!(
            "Invalid value on action {}.each parameter, \"{written}\" cannot be resolved to a value",
            action.id
        )));
    };
    resolved.ok_or_else(|| {
        Failure::input(format!(
            "Invalid value on action {}.each parameter, must resolve to an array or object",
            action.id
        ))
    })
}

/// A value as the text that JavaScript makes of it.
fn as_text(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::String(text) => text.clone(),
        Value::Object(_) => "[object Object]".to_owned(),
        Value::Array(items) => {
            let texts = items.iter().map(|item| if item.is_null() { String::new() } else { as_text(item) });
            texts.collect::<Vec<_>>().join(",")
        }
        other => other.to_string(),
    }
}
