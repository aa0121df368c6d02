//! Secrets that an administrator granted to a template, and those that somebody sends along with a run.

use crate::house::House;
use serde_json::{Value, json};

fn say(message: &str) -> Value {
    json!({"type": "service", "steps": [
        {"id": "say", "name": "Say", "action": "debug:log", "input": {"message": message}},
    ]})
}

impl House {
    fn grant(&self, template: &str, name: &str, value: &str) {
        let key = (format!("template:default/{template}"), name.to_owned());
        self.world.0.lock().unwrap().grants.insert(key, value.to_owned());
    }

    /// All that the run wrote.
    async fn told(&self, template: &str, secrets: Value) -> String {
        let id = self.begin(template, json!({}), secrets).await;
        self.wait_for(&id, "completed").await;
        format!("{:?}", self.events(&id).await)
    }
}

#[tokio::test]
async fn a_template_is_given_what_was_granted_to_it_and_nothing_else() {
    let house = House::open().await;
    // The length shows that the value is there; the value itself is masked.
    let spec = say("[${{ secrets.TOKEN }}] [${{ secrets.TOKEN | length }}] [${{ secrets.OTHER }}]");
    house.template("holder", spec.clone());
    house.template("stranger", spec);
    house.grant("holder", "TOKEN", "granted-value-17c");
    house.grant("nobody", "OTHER", "somebody-elses-value");
    let told = house.told("holder", json!({})).await;
    assert!(told.contains("[***] [17] []"), "{told}");
    let told = house.told("stranger", json!({})).await;
    assert!(told.contains("[] [0] []"), "{told}");
}

#[tokio::test]
async fn what_was_granted_is_not_replaced_by_what_somebody_sends_along() {
    let house = House::open().await;
    house.template("holder", say("${{ secrets.TOKEN | length }} ${{ secrets.OWN | length }}"));
    house.grant("holder", "TOKEN", "granted-value-17c");
    let told = house.told("holder", json!({"TOKEN": "sent along by a person", "OWN": "own"})).await;
    assert!(told.contains("17 3"), "{told}");
}

#[tokio::test]
async fn a_granted_value_is_masked_in_every_encoding_and_in_errors_and_outputs() {
    let house = House::open().await;
    let value = "granted/value+17c";
    let mut spec = say("${{ secrets.TOKEN }} ${{ secrets.TOKEN | dump }} ${{ secrets.TOKEN | urlencode }}");
    spec["steps"][1] = json!({"id": "fail", "name": "Fail", "action": "fetch:plain",
        "input": {"url": "http://no.test/${{ secrets.TOKEN }}"}});
    house.template("holder", spec);
    house.grant("holder", "TOKEN", value);
    let id = house.begin("holder", json!({}), json!({})).await;
    house.wait_for(&id, "failed").await;
    let told = format!("{:?}", house.events(&id).await);
    for form in ["value+17c", "value%2B17c"] {
        assert!(!told.contains(form), "{told}");
    }
    assert!(told.contains("http://no.test/***"), "{told}");
}
