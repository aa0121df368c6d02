//! Gates: what a step waits for, and when it goes on.
//!
//! Pure: who decided what is given, what comes of it is the answer.

use super::duration::duration;
use super::failure::{Failure, Outcome};
use kernel::{EntityRef, RefDefaults};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::time::Duration;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

/// Approvers of one gate.
const MAX_APPROVERS: usize = 50;
/// Characters of a message or a reason.
pub const MAX_TEXT: usize = 2000;
/// An entity is looked for no more often than this …
const SHORTEST_EVERY: Duration = Duration::from_secs(5);
/// … and this often when nothing is said.
const USUAL_EVERY: Duration = Duration::from_secs(30);

/// What a step with a `gate:…` action asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Terms {
    /// People.
    Approval(Approval, Limits),
    /// A time.
    Timer(Due),
    /// An address that opens a later gate.
    WebhookOpen,
    /// The call of that address.
    Webhook(Uuid, Limits),
    /// An entity that is there, or is not.
    Entity(EntityTerms, Limits),
}

/// When a timer is over.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Due {
    /// So long from now.
    After(Duration),
    /// Then.
    At(OffsetDateTime),
}

/// How long it waits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// It fails after that.
    pub timeout: Option<Duration>,
}

/// The terms of an approval, as they are stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Approval {
    /// Keys of users and groups.
    pub approvers: Vec<String>,
    /// Whether each of them must approve; a group does when one of it does.
    pub all: bool,
    /// What approvers read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Whether a decision needs a reason.
    pub reason_required: bool,
    /// Whether whoever started the run may decide.
    pub self_approval: bool,
    /// Whether the run goes on after a rejection, and its steps look at the output.
    pub continue_on_reject: bool,
    /// How often approvers are reminded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind_every_seconds: Option<u64>,
}

/// The terms of a wait for an entity, as they are stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EntityTerms {
    /// Key of the entity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity_ref: Option<String>,
    /// Or a filter as the catalog takes it: `kind=component,metadata.name=pay`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// Whether it must be gone rather than there.
    pub absent: bool,
    /// How often it is looked for.
    pub every_seconds: u64,
}

/// What somebody decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Yes or no.
    pub approve: bool,
    /// The approvers that it counts for.
    pub counts_for: Vec<String>,
}

impl Terms {
    /// Reads the input of a gate's step.
    ///
    /// # Errors
    /// `InputError` that says what is wrong.
    pub fn read(action: &str, input: &Value) -> Outcome<Self> {
        let limits = Limits { timeout: optional_duration(input, "timeout")? };
        match action {
            "gate:approval" => Ok(Self::Approval(Approval::read(input)?, limits)),
            "gate:timer" => timer(input).map(Self::Timer),
            "gate:webhook:open" => Ok(Self::WebhookOpen),
            "gate:webhook" => {
                let id = input["id"].as_str().and_then(|text| Uuid::parse_str(text).ok());
                let id = id.ok_or_else(|| Failure::input("id must be the output of a step with gate:webhook:open"))?;
                Ok(Self::Webhook(id, limits))
            }
            "gate:entity" => Ok(Self::Entity(EntityTerms::read(input)?, limits)),
            other => Err(Failure::input(format!("{other} is no gate"))),
        }
    }
}

impl Approval {
    fn read(input: &Value) -> Outcome<Self> {
        let texts = input["approvers"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut approvers = texts.iter().map(approver).collect::<Outcome<Vec<_>>>()?;
        approvers.sort();
        approvers.dedup();
        if approvers.is_empty() || approvers.len() > MAX_APPROVERS {
            return Err(Failure::input(format!("approvers must name 1 to {MAX_APPROVERS} users or groups")));
        }
        let message = input["message"].as_str().map(|text| text.chars().take(MAX_TEXT).collect());
        let remind = optional_duration(input, "remindEvery")?;
        if remind.is_some_and(|every| every < Duration::from_secs(60)) {
            return Err(Failure::input("remindEvery must be a minute or more"));
        }
        Ok(Self {
            approvers,
            all: input["require"] == "all",
            message,
            reason_required: input["reasonRequired"] == true,
            self_approval: input["selfApproval"] == true,
            continue_on_reject: input["onReject"] == "continue",
            remind_every_seconds: remind.map(|every| every.as_secs()),
        })
    }

    /// What the decisions come to; `None`: more are needed. One rejection is enough.
    #[must_use]
    pub fn verdict(&self, decisions: &[Decision]) -> Option<bool> {
        if decisions.iter().any(|decision| !decision.approve) {
            return Some(false);
        }
        let approved = |approver: &String| decisions.iter().any(|decision| decision.counts_for.contains(approver));
        let enough = if self.all { self.approvers.iter().all(approved) } else { self.approvers.iter().any(approved) };
        enough.then_some(true)
    }

    /// Those of the approvers that somebody with these refs speaks for.
    #[must_use]
    pub fn spoken_for(&self, refs: &[String]) -> Vec<String> {
        self.approvers.iter().filter(|approver| refs.contains(approver)).cloned().collect()
    }
}

impl EntityTerms {
    fn read(input: &Value) -> Outcome<Self> {
        let filter = input["filter"].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        let entity_ref = match input["entityRef"].as_str().filter(|text| !text.is_empty()) {
            Some(text) => {
                let parsed = EntityRef::parse(text, RefDefaults::default());
                Some(parsed.map_err(|error| Failure::input(error.message))?.key())
            }
            None => None,
        };
        if entity_ref.is_some() == filter.is_some() {
            return Err(Failure::input("gate:entity needs either entityRef or filter"));
        }
        let every = optional_duration(input, "every")?.unwrap_or(USUAL_EVERY).max(SHORTEST_EVERY);
        Ok(Self { entity_ref, filter, absent: input["state"] == "absent", every_seconds: every.as_secs() })
    }
}

fn approver(value: &Value) -> Outcome<String> {
    let text = value.as_str().unwrap_or_default();
    let parsed = EntityRef::parse(text, RefDefaults::kind("user")).map_err(|error| Failure::input(error.message))?;
    if !["user", "group"].iter().any(|kind| parsed.kind.eq_ignore_ascii_case(kind)) {
        return Err(Failure::input(format!("{text} can approve nothing: only users and groups can")));
    }
    Ok(parsed.key())
}

fn timer(input: &Value) -> Outcome<Due> {
    match (input["until"].as_str(), input.get("duration")) {
        (Some(text), None) => OffsetDateTime::parse(text, &Rfc3339)
            .map(Due::At)
            .map_err(|_| Failure::input("until must be a time such as 2030-01-31T09:00:00Z")),
        (None, Some(value)) => duration("duration", value).map(Due::After),
        _ => Err(Failure::input("gate:timer needs either duration or until")),
    }
}

fn optional_duration(input: &Value, name: &str) -> Outcome<Option<Duration>> {
    input.get(name).filter(|value| !value.is_null()).map(|value| duration(name, value)).transpose()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use serde_json::json;

    fn approval(input: Value) -> Approval {
        match Terms::read("gate:approval", &input).unwrap() {
            Terms::Approval(approval, _) => approval,
            other => panic!("{other:?}"),
        }
    }

    fn by(approve: bool, counts_for: &[&str]) -> Decision {
        Decision { approve, counts_for: counts_for.iter().map(|text| (*text).to_owned()).collect() }
    }

    #[test]
    fn any_one_or_each_approver_is_needed() {
        let any = approval(json!({"approvers": ["jane", "group:default/ops"]}));
        assert_eq!(any.approvers, ["group:default/ops", "user:default/jane"]);
        assert_eq!(any.verdict(&[]), None);
        assert_eq!(any.verdict(&[by(true, &["group:default/ops"])]), Some(true));
        let all = approval(json!({"approvers": ["jane", "group:default/ops"], "require": "all"}));
        assert_eq!(all.verdict(&[by(true, &["group:default/ops"])]), None);
        let both = [by(true, &["group:default/ops"]), by(true, &["user:default/jane"])];
        assert_eq!(all.verdict(&both), Some(true));
        assert_eq!(all.verdict(&[by(true, &["group:default/ops", "user:default/jane"])]), Some(true));
    }

    #[test]
    fn one_rejection_is_enough() {
        let all = approval(json!({"approvers": ["jane", "joe"], "require": "all"}));
        assert_eq!(all.verdict(&[by(true, &["user:default/jane"]), by(false, &["user:default/joe"])]), Some(false));
    }

    #[test]
    fn wrong_terms_are_refused() {
        for (action, input) in [
            ("gate:approval", json!({"approvers": []})),
            ("gate:approval", json!({"approvers": ["component:default/x"]})),
            ("gate:approval", json!({"approvers": ["jane"], "remindEvery": {"seconds": 1}})),
            ("gate:timer", json!({})),
            ("gate:timer", json!({"until": "tomorrow"})),
            ("gate:timer", json!({"until": "2030-01-31T09:00:00Z", "duration": "PT1S"})),
            ("gate:webhook", json!({"id": "x"})),
            ("gate:entity", json!({})),
            ("gate:entity", json!({"entityRef": "component:default/x", "filter": "kind=api"})),
        ] {
            assert!(Terms::read(action, &input).is_err(), "{action} {input}");
        }
    }
}
