//! Template entities: the form they ask for, where they come from, and whether a document is one.

use super::failure::{Failure, Outcome};
use model::validate::check_document;
use serde_json::{Map, Value, json};

/// The only supported version.
const API_VERSION: &str = "scaffolder.backstage.io/v1beta3";

/// A `Template` entity.
#[derive(Debug, Clone)]
pub struct Template(Value);

impl Template {
    /// Takes an entity of the catalog.
    ///
    /// # Errors
    /// `InputError` for another `apiVersion`.
    pub fn of_entity(entity: Value) -> Outcome<Self> {
        let version = entity.get("apiVersion").and_then(Value::as_str).unwrap_or("undefined");
        if version != API_VERSION {
            return Err(Failure::input(format!("Unsupported apiVersion field in schema entity, {version}")));
        }
        Ok(Self(entity))
    }

    /// Takes a document that somebody sent for a dry run.
    ///
    /// # Errors
    /// `InputError` when it is of another kind; `TypeError`, naming the place, when it breaks the kind's schema.
    pub fn of_document(document: Value) -> Outcome<Self> {
        let foreign = |field: &str, own: &str| document.get(field).is_some_and(|value| value != own);
        // What cannot be a kind or version at all breaks the schema; another one does not.
        let unusable = |field: &str| {
            let value = document.get(field)?;
            let what = match value {
                Value::String(text) if text.is_empty() => "NOT have fewer than 1 characters - limit: 1",
                Value::String(_) => return None,
                _ => "be string - type: string",
            };
            Some(Failure::new("TypeError", format!("/{field} must {what}")))
        };
        if let Some(failure) = unusable("apiVersion").or_else(|| unusable("kind")) {
            return Err(failure);
        }
        if foreign("apiVersion", API_VERSION) || foreign("kind", "Template") {
            return Err(Failure::input("Input template is not a template"));
        }
        check_document(&document).map_err(|reason| Failure::new("TypeError", reason))?;
        Ok(Self(document))
    }

    /// The entity's metadata.
    #[must_use]
    pub fn metadata(&self) -> &Value {
        &self.0["metadata"]
    }

    /// A field of the spec; null when it is not there.
    #[must_use]
    pub fn spec(&self, field: &str) -> &Value {
        &self.0["spec"][field]
    }

    /// The pages of the form, each a JSON schema.
    #[must_use]
    pub fn parameters(&self) -> Vec<&Value> {
        match self.spec("parameters") {
            Value::Null => Vec::new(),
            Value::Array(pages) => pages.iter().collect(),
            page => vec![page],
        }
    }

    /// The schema of the secrets it asks for.
    #[must_use]
    pub fn secrets_schema(&self) -> Option<&Value> {
        self.spec("secrets").get("schema").filter(|schema| !schema.is_null())
    }

    /// The URL that relative URLs of its steps start from.
    #[must_use]
    pub fn base_url(&self) -> Option<String> {
        let location = self
            .annotation("backstage.io/source-location")
            .or_else(|| self.annotation("backstage.io/managed-by-location"))?;
        // A location of type `file` would be a file of ours; only URLs are read.
        location.strip_prefix("url:").map(str::to_owned)
    }

    /// The address of the file that describes it.
    #[must_use]
    pub fn location(&self) -> Option<&str> {
        self.annotation("backstage.io/managed-by-location")?.strip_prefix("url:")
    }

    /// The set of a template that has no file: the catalog itself holds it.
    #[must_use]
    pub fn set(&self) -> Option<&str> {
        let place = self.annotation("backstage.io/managed-by-location")?.strip_prefix("managed:")?;
        place.split('/').next().filter(|set| !set.is_empty())
    }

    fn annotation(&self, name: &str) -> Option<&str> {
        self.metadata()["annotations"][name].as_str()
    }

    /// What the stock front end builds its form from.
    #[must_use]
    pub fn form(&self) -> Value {
        let metadata = self.metadata();
        let title = metadata.get("title").filter(|title| !title.is_null()).unwrap_or(&metadata["name"]);
        let mut form = Map::from_iter([("title".to_owned(), title.clone())]);
        let mut add = |name: &str, value: Option<&Value>| {
            if let Some(value) = value {
                form.insert(name.to_owned(), value.clone());
            }
        };
        let spec = &self.0["spec"];
        add("presentation", spec.get("presentation").filter(|value| !value.is_null()));
        add("description", metadata.get("description"));
        add("ui:options", metadata.get("ui:options"));
        add("formDecorators", spec.get("formDecorators").or_else(|| spec.get("EXPERIMENTAL_formDecorators")));
        let pages: Vec<_> = self.parameters().into_iter().map(page).collect();
        form.insert("steps".to_owned(), Value::Array(pages));
        Value::Object(form)
    }
}

fn page(schema: &Value) -> Value {
    let title = schema.get("title").filter(|title| !title.is_null()).cloned();
    let mut page = Map::from_iter([(
        "title".to_owned(),
        title.unwrap_or_else(|| json!("Please enter the following information")),
    )]);
    if let Some(description) = schema.get("description") {
        page.insert("description".to_owned(), description.clone());
    }
    page.insert("schema".to_owned(), schema.clone());
    Value::Object(page)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn entity(spec: Value) -> Value {
        json!({"apiVersion": API_VERSION, "kind": "Template", "metadata": {"name": "t"}, "spec": spec})
    }

    #[test]
    fn a_form_has_a_page_per_parameter_schema() {
        let one = Template::of_entity(entity(json!({"parameters": {"properties": {}}, "steps": []}))).unwrap();
        assert_eq!(
            one.form(),
            json!({"title": "t", "steps": [
                {"title": "Please enter the following information", "schema": {"properties": {}}}
            ]})
        );
        let none = Template::of_entity(entity(json!({"steps": []}))).unwrap();
        assert_eq!(none.form()["steps"], json!([]));
    }

    #[test]
    fn a_template_is_read_relative_to_where_it_came_from_but_never_to_a_file() {
        let from = |location: &str| {
            let mut document = entity(json!({}));
            document["metadata"]["annotations"] = json!({"backstage.io/managed-by-location": location});
            Template::of_entity(document).unwrap().base_url()
        };
        assert_eq!(from("url:https://h/t.yaml").as_deref(), Some("https://h/t.yaml"));
        assert_eq!(from("file:/etc/passwd"), None);
    }

    #[test]
    fn a_document_that_breaks_the_schema_is_refused_with_its_place() {
        let refused = |spec| Template::of_document(entity(spec)).unwrap_err().message;
        assert_eq!(
            refused(json!({"type": "x", "steps": [{"id": "a"}]})),
            "/spec/steps/0 must have required property 'action' - missingProperty: action"
        );
        assert_eq!(
            refused(json!({"type": "x", "steps": [{"action": "a", "if": null}]})),
            "/spec/steps/0/if must be string,boolean - type: string,boolean"
        );
    }
}
