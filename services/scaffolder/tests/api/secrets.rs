//! Secrets that an administrator granted to a template, and those that somebody sends along with a run.

use crate::house::House;
use serde_json::{Value, json};

/// Reads a file whose address has the secret in it: the run succeeds where that is the right one.
fn reads(secret: &str) -> Value {
    let url = format!("http://git.test/files/${{{{ secrets.{secret} }}}}");
    json!({"type": "service", "steps": [
        {"id": "read", "name": "Read", "action": "fetch:plain:file", "input": {"url": url, "targetPath": "a"}},
    ]})
}

impl House {
    fn grant(&self, template: &str, name: &str, value: &str) {
        let key = (format!("template:default/{template}"), name.to_owned());
        let mut known = self.world.0.lock().unwrap();
        known.grants.insert(key, value.to_owned());
        known.files.insert(format!("http://git.test/files/{value}"), "found".to_owned());
    }

    /// All that the run wrote until it had this state.
    async fn told(&self, template: &str, secrets: Value, status: &str) -> String {
        let id = self.begin(template, json!({}), secrets).await;
        self.wait_for(&id, status).await;
        format!("{:?}", self.events(&id).await)
    }
}

#[tokio::test]
async fn a_template_is_given_what_was_granted_to_it_and_nothing_else() {
    let house = House::open().await;
    house.template("holder", reads("TOKEN"));
    house.template("stranger", reads("TOKEN"));
    house.template("curious", reads("OTHER"));
    house.grant("holder", "TOKEN", "granted-value-17c");
    house.grant("nobody", "OTHER", "somebody-elses-value");
    let told = house.told("holder", json!({}), "completed").await;
    assert!(!told.contains("granted-value"), "{told}");
    house.told("stranger", json!({}), "failed").await;
    house.told("curious", json!({}), "failed").await;
}

#[tokio::test]
async fn what_was_granted_is_not_replaced_by_what_somebody_sends_along() {
    let house = House::open().await;
    house.template("holder", reads("TOKEN"));
    house.template("form", reads("OWN"));
    house.grant("holder", "TOKEN", "granted-value-17c");
    house.told("holder", json!({"TOKEN": "sent along by a person"}), "completed").await;
    // What nobody granted is what was sent along, as ever.
    house.told("form", json!({"OWN": "granted-value-17c"}), "completed").await;
}

#[tokio::test]
async fn a_granted_value_is_masked_in_every_encoding_and_in_errors() {
    let house = House::open().await;
    let mut spec = reads("TOKEN");
    let message = "${{ secrets.TOKEN }} ${{ secrets.TOKEN | dump }} ${{ secrets.TOKEN | urlencode }}";
    let say = json!({"id": "say", "name": "Say", "action": "debug:log", "input": {"message": message}});
    let missing = json!({"id": "miss", "name": "Miss", "action": "fetch:plain:file",
        "input": {"url": "http://git.test/none/${{ secrets.TOKEN }}", "targetPath": "b"}});
    spec["steps"].as_array_mut().unwrap().extend([say, missing]);
    house.template("holder", spec);
    house.grant("holder", "TOKEN", "granted/value+17c");
    let told = house.told("holder", json!({}), "failed").await;
    assert!(told.contains("***"), "{told}");
    for form in ["value+17c", "value%2B17c", "Z3JhbnRlZC92YWx1ZSsxN2"] {
        assert!(!told.contains(form), "{told}");
    }
}
