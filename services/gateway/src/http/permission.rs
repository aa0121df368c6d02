//! Decisions, as Backstage's permission clients ask for them.
//!
//! The answer is for whoever's credentials come with the question; a plugin that asks on somebody's behalf is told what
//! that person may do. Nobody in particular may do nothing. Conditions are applied by the plugin that owns the resource; where it does not answer, the
//! answer is no.

use super::Visit;
use crate::policies::Effective;
use crate::state::Gateway;
use authz::{Condition, Decision, Verdict, decide_named};
use axum::body::Body;
use axum::extract::State;
use axum::http::{Request, header};
use http_shell::{Caller, Json, OptionalCaller, Result, ServiceName, read_json};
use kernel::{Error, Principal, SignedInBy, TenantId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;

/// Questions in one request.
const MAX_ITEMS: usize = 1_000;
/// Resources in one request.
const MAX_REFS: usize = 5_000;
/// How long a plugin may take to apply conditions.
const PATIENCE: Duration = Duration::from_secs(5);

/// A permission as plugins describe it.
#[derive(Deserialize, ToSchema)]
pub(crate) struct AskedPermission {
    name: String,
    /// `basic` or `resource`.
    r#type: Option<String>,
}

/// One resource or several.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum ResourceRefs {
    One(String),
    Several(Vec<String>),
}

/// One question.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Question {
    id: String,
    permission: AskedPermission,
    resource_ref: Option<ResourceRefs>,
}

/// Questions.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Questions {
    items: Vec<Question>,
}

/// Answers by the questions' ids.
#[derive(Serialize, ToSchema)]
pub(crate) struct Answers {
    /// `{id, result}`; `CONDITIONAL` comes with `pluginId`, `resourceType` and `conditions`.
    #[schema(value_type = Vec<Object>)]
    items: Vec<Value>,
}

/// Decides about permissions, as Backstage's permission clients ask.
#[utoipa::path(post, path = "/api/permission/authorize", tag = "permission", request_body = Questions,
    responses((status = 200, body = Answers), (status = 400), (status = 401, description = "At no organisation's address")))]
pub(crate) async fn authorize(
    State(gateway): State<Gateway>,
    visit: Visit,
    caller: OptionalCaller,
    Json(asked): Json<Questions>,
) -> Result<Json<Answers>> {
    let tenant = caller.tenant.ok_or_else(|| Error::authentication("Missing credentials"))?;
    let refs: usize = asked.items.iter().map(|item| item.refs().len()).sum();
    if asked.items.len() > MAX_ITEMS || refs > MAX_REFS {
        let told = format!("One request may ask {MAX_ITEMS} questions about {MAX_REFS} resources. Send several.");
        return Err(Error::input(told).into());
    }
    let principal = match &visit.behind {
        Some(member) => gateway.principal(tenant, member, SignedInBy::Session).await?,
        None => caller.principal,
    };
    let effective = match &principal {
        Principal::User(user) => gateway.effective(tenant, &user.role, &Arc::new(user.ownership_refs.clone())).await?,
        _ => Arc::default(),
    };
    let asking = Asking { gateway: &gateway, tenant, principal: &principal, effective: &effective };
    Ok(Json(Answers { items: asking.answer(asked.items).await }))
}

impl Question {
    fn refs(&self) -> &[String] {
        match &self.resource_ref {
            None => &[],
            Some(ResourceRefs::One(one)) => std::slice::from_ref(one),
            Some(ResourceRefs::Several(several)) => several,
        }
    }

    /// The same answer for each resource, in the form of the question.
    fn same(&self, word: &str) -> Value {
        match &self.resource_ref {
            Some(ResourceRefs::Several(several)) if !several.is_empty() => {
                json!({"id": self.id, "result": vec![word; several.len()]})
            }
            _ => json!({"id": self.id, "result": word}),
        }
    }
}

struct Asking<'a> {
    gateway: &'a Gateway,
    tenant: TenantId,
    principal: &'a Principal,
    effective: &'a Effective,
}

impl Asking<'_> {
    async fn answer(&self, questions: Vec<Question>) -> Vec<Value> {
        let mut answers: Vec<Option<Value>> = Vec::with_capacity(questions.len());
        let mut open: BTreeMap<String, Vec<(usize, Condition)>> = BTreeMap::new();
        for (i, question) in questions.iter().enumerate() {
            let conditional = self.condition(&question.permission.name);
            let answer = match decide_named(self.principal, &question.permission.name) {
                Decision::Allow => Some(question.same("ALLOW")),
                Decision::Deny => Some(question.same("DENY")),
                Decision::Conditional => match (conditional, &question.resource_ref) {
                    (None, _) => Some(question.same("DENY")),
                    // With some resources is yes to whoever does not know resources.
                    (Some(_), None) if question.permission.r#type.as_deref() == Some("basic") => {
                        Some(question.same("ALLOW"))
                    }
                    (Some(condition), None) => Some(conditional_answer(&question.id, condition)),
                    (Some(condition), Some(_)) => {
                        open.entry(condition.plugin_id.clone()).or_default().push((i, condition));
                        None
                    }
                },
            };
            answers.push(answer);
        }
        for (plugin, items) in open {
            let applied = self.apply(&plugin, &questions, &items).await;
            for (i, _) in items {
                let (Some(question), Some(slot)) = (questions.get(i), answers.get_mut(i)) else { continue };
                *slot = applied.get(question.id.as_str()).filter(|answer| question.fits(answer)).cloned();
            }
        }
        let all = questions.iter().zip(answers);
        all.map(|(question, answer)| answer.unwrap_or_else(|| question.same("DENY"))).collect()
    }

    fn condition(&self, name: &str) -> Option<Condition> {
        let (Some(Verdict::Conditional(restriction)), Some(user)) =
            (self.effective.verdicts.get(name), self.principal.user())
        else {
            return None;
        };
        let merged = restriction.merged()?;
        Some(Condition { criteria: merged.criteria.resolved_for(user), ..merged })
    }

    /// Asks the owner of the resources. Without an answer nothing is allowed.
    async fn apply(
        &self,
        plugin: &str,
        questions: &[Question],
        items: &[(usize, Condition)],
    ) -> HashMap<String, Value> {
        let asked = tokio::time::timeout(PATIENCE, self.ask(plugin, questions, items)).await;
        match asked {
            Ok(Ok(answers)) => answers,
            Ok(Err(error)) => {
                tracing::warn!(tenant = %self.tenant, plugin, %error, "conditions were not applied: denied");
                HashMap::new()
            }
            Err(_) => {
                tracing::warn!(tenant = %self.tenant, plugin, "conditions were not applied in time: denied");
                HashMap::new()
            }
        }
    }

    async fn ask(
        &self,
        plugin: &str,
        questions: &[Question],
        items: &[(usize, Condition)],
    ) -> kernel::Result<HashMap<String, Value>> {
        let item = |(i, condition): &(usize, Condition)| {
            let question = questions.get(*i)?;
            let refs = match &question.resource_ref {
                Some(ResourceRefs::One(one)) => json!(one),
                _ => json!(question.refs()),
            };
            Some(json!({"id": question.id, "resourceRef": refs, "resourceType": condition.resource_type,
                "conditions": condition.criteria.to_json()}))
        };
        let items: Vec<Value> = items
            .iter()
            .filter(|(i, _)| questions.get(*i).is_some_and(|q| !q.refs().is_empty()))
            .filter_map(item)
            .collect();
        if items.is_empty() {
            return Ok(HashMap::new());
        }
        let name = percent_encoding::utf8_percent_encode(plugin, percent_encoding::NON_ALPHANUMERIC);
        let path = format!("/api/{name}/.well-known/backstage/permissions/apply-conditions");
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
        let request = request.body(Body::from(json!({"items": items}).to_string())).map_err(Error::internal)?;
        // The catalog hides from a person what they may not read; a plugin is asked by us, not by the person.
        let (service, caller) = match plugin {
            "catalog" => (ServiceName::Catalog, Caller { tenant: self.tenant, principal: self.principal.clone() }),
            _ => (ServiceName::PluginHost, Caller::service(self.tenant, "gateway")),
        };
        let response = self.gateway.parts.services.call(service, &caller, request).await?;
        let answer: Value = read_json(response).await?;
        let items = answer["items"].as_array().cloned().unwrap_or_default();
        Ok(items.into_iter().filter_map(|item| Some((item["id"].as_str()?.to_owned(), item))).collect())
    }
}

impl Question {
    /// Whether a plugin's answer has the form of the question; any other answer counts as none.
    fn fits(&self, answer: &Value) -> bool {
        let word = |value: &Value| matches!(value.as_str(), Some("ALLOW" | "DENY"));
        match &self.resource_ref {
            Some(ResourceRefs::Several(several)) => answer["result"]
                .as_array()
                .is_some_and(|results| results.len() == several.len() && results.iter().all(word)),
            _ => word(&answer["result"]),
        }
    }
}

fn conditional_answer(id: &str, condition: Condition) -> Value {
    let mut answer = Value::from(condition);
    answer["id"] = json!(id);
    answer["result"] = json!("CONDITIONAL");
    answer
}
