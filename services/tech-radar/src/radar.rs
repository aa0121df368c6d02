//! The radar: what the tenant configures under `techRadar`, checked so strictly that the stock client accepts it.
//!
//! The client (`@backstage-community/plugin-tech-radar`) silently shows made-up sample data when the answer is not of
//! the right shape. A mistake in the configuration must therefore stop the worker, where an administrator sees it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::format_description::well_known::{Iso8601, Rfc3339};
use time::{Date, OffsetDateTime};

/// The configuration key.
const KEY: &str = "techRadar";

/// The page draws four quarters of a circle.
const QUADRANTS: usize = 4;

/// What `GET /api/tech-radar/data` answers.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Radar {
    quadrants: Vec<Quadrant>,
    rings: Vec<Ring>,
    entries: Vec<Entry>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Quadrant {
    id: String,
    name: String,
}

/// Inner rings come first.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ring {
    id: String,
    name: String,
    color: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

/// A blip. `key` is the client's own and equals `id` unless given.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    #[serde(default)]
    key: String,
    title: String,
    quadrant: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    links: Vec<Link>,
    timeline: Vec<Move>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Link {
    url: String,
    title: String,
}

/// Where an entry was at a time, newest first. `moved` is -1, 0 or 1.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Move {
    date: String,
    ring_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    moved: Option<i8>,
}

/// A tenant that has configured nothing sees an empty radar, not somebody's example.
impl Default for Radar {
    fn default() -> Self {
        let quadrant = |id: &str, name: &str| Quadrant { id: id.into(), name: name.into() };
        let ring = |id: &str, name: &str, color: &str| Ring {
            id: id.into(),
            name: name.into(),
            color: color.into(),
            description: None,
        };
        Self {
            quadrants: vec![
                quadrant("infrastructure", "Infrastructure"),
                quadrant("frameworks", "Frameworks"),
                quadrant("languages", "Languages"),
                quadrant("process", "Process"),
            ],
            rings: vec![
                ring("adopt", "Adopt", "#1E7F4F"),
                ring("trial", "Trial", "#0F7C99"),
                ring("assess", "Assess", "#A96500"),
                ring("hold", "Hold", "#B4232F"),
            ],
            entries: Vec::new(),
        }
    }
}

impl Radar {
    /// Reads the radar from the tenant's configuration tree.
    ///
    /// # Errors
    /// A sentence that names the place and the mistake.
    pub fn from_config(config: &Map<String, Value>) -> Result<Self, String> {
        let Some(value) = config.get(KEY) else {
            return Ok(Self::default());
        };
        let mut radar: Self = serde_json::from_value(value.clone()).map_err(|error| format!("{KEY}: {error}"))?;
        for entry in &mut radar.entries {
            if entry.key.is_empty() {
                entry.key.clone_from(&entry.id);
            }
        }
        radar.check()?;
        Ok(radar)
    }

    fn check(&self) -> Result<(), String> {
        if self.quadrants.len() != QUADRANTS {
            return Err(format!("{KEY}.quadrants: there must be {QUADRANTS}, not {}", self.quadrants.len()));
        }
        if self.rings.is_empty() {
            return Err(format!("{KEY}.rings: there must be at least one"));
        }
        for (i, entry) in self.entries.iter().enumerate() {
            self.check_entry(entry).map_err(|problem| format!("{KEY}.entries[{i}].{problem}"))?;
        }
        Ok(())
    }

    fn check_entry(&self, entry: &Entry) -> Result<(), String> {
        if !self.quadrants.iter().any(|q| q.id == entry.quadrant) {
            return Err(format!("quadrant: there is no quadrant \"{}\"", entry.quadrant));
        }
        if entry.timeline.is_empty() {
            return Err("timeline: needs at least one place".into());
        }
        for (i, step) in entry.timeline.iter().enumerate() {
            if !self.rings.iter().any(|r| r.id == step.ring_id) {
                return Err(format!("timeline[{i}].ringId: there is no ring \"{}\"", step.ring_id));
            }
            if !is_date(&step.date) {
                return Err(format!("timeline[{i}].date: \"{}\" is not a date like 2026-11-22", step.date));
            }
            if step.moved.is_some_and(|moved| !(-1..=1).contains(&moved)) {
                return Err(format!("timeline[{i}].moved: must be -1, 0 or 1"));
            }
        }
        Ok(())
    }
}

fn is_date(text: &str) -> bool {
    Date::parse(text, &Iso8601::DATE).is_ok() || OffsetDateTime::parse(text, &Rfc3339).is_ok()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

    use serde_json::{Value, json};

    use super::Radar;

    fn config(entries: Value) -> serde_json::Map<String, Value> {
        let Value::Object(map) = json!({ "techRadar": { "entries": entries } }) else {
            panic!("an object");
        };
        map
    }

    fn entry(change: impl FnOnce(&mut Value)) -> Value {
        let mut entry = json!({
            "id": "rust", "title": "Rust", "quadrant": "languages",
            "timeline": [{ "date": "2026-11-22", "ringId": "adopt", "moved": 1 }],
        });
        change(&mut entry);
        json!([entry])
    }

    #[test]
    fn without_configuration_the_radar_is_empty_but_complete() {
        let radar = Radar::from_config(&serde_json::Map::new()).unwrap();
        let shown = serde_json::to_value(radar).unwrap();
        assert_eq!(shown["quadrants"].as_array().unwrap().len(), 4);
        assert_eq!(shown["entries"], json!([]));
    }

    #[test]
    fn an_entry_is_shown_in_the_shape_of_the_stock_client() {
        let radar = Radar::from_config(&config(entry(|_| {}))).unwrap();
        let shown = serde_json::to_value(radar).unwrap();
        assert_eq!(
            shown["entries"],
            json!([{
                "id": "rust", "key": "rust", "title": "Rust", "quadrant": "languages",
                "timeline": [{ "date": "2026-11-22", "ringId": "adopt", "moved": 1 }],
            }])
        );
    }

    #[test]
    fn mistakes_name_their_place() {
        let timeline = |step: Value| ("timeline", json!([step]));
        let table = [
            ("entries[0].quadrant", ("quadrant", json!("langs"))),
            ("entries[0].timeline: needs", ("timeline", json!([]))),
            ("timeline[0].ringId", timeline(json!({ "date": "2026-11-22", "ringId": "adoptt" }))),
            ("timeline[0].date", timeline(json!({ "date": "yesterday", "ringId": "adopt" }))),
            ("timeline[0].moved", timeline(json!({ "date": "2026-11-22", "ringId": "adopt", "moved": 2 }))),
            ("unknown field `colour`", ("colour", json!("red"))),
        ];
        for (expected, (field, value)) in table {
            let entries = entry(|e| e[field] = value);
            let problem = Radar::from_config(&config(entries)).expect_err(expected);
            assert!(problem.contains(expected), "{problem}");
        }
    }
}
