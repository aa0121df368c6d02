//! What this service provider says of itself (RFC 7643 §5 to §7).

use super::{GROUP, USER};
use serde_json::{Value, json};

const CONFIG: &str = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
const RESOURCE_TYPE: &str = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";
const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";
/// Most resources of one page.
pub const MAX_RESULTS: usize = 500;

/// What is supported.
#[must_use]
pub fn service_provider_config(base: &str) -> Value {
    let no = json!({ "supported": false });
    json!({
        "schemas": [CONFIG], "patch": { "supported": true }, "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": 0 },
        "filter": { "supported": true, "maxResults": MAX_RESULTS }, "changePassword": no, "sort": no, "etag": no,
        "authenticationSchemes": [{ "type": "oauthbearertoken", "name": "Bearer token",
            "description": "A provisioning token that an administrator makes in the settings.", "primary": true }],
        "meta": { "resourceType": "ServiceProviderConfig", "location": format!("{base}/ServiceProviderConfig") },
    })
}

/// Users and groups.
#[must_use]
pub fn resource_types(base: &str) -> Vec<Value> {
    [("User", "/Users", USER), ("Group", "/Groups", GROUP)]
        .into_iter()
        .map(|(name, endpoint, schema)| {
            json!({ "schemas": [RESOURCE_TYPE], "id": name, "name": name, "endpoint": endpoint, "schema": schema,
                "meta": { "resourceType": "ResourceType", "location": format!("{base}/ResourceTypes/{name}") } })
        })
        .collect()
}

fn attribute(name: &str, kind: &str, required: bool, mutability: &str) -> Value {
    json!({ "name": name, "type": kind, "multiValued": false, "required": required, "caseExact": false,
        "mutability": mutability, "returned": "default", "uniqueness": if name == "userName" { "server" } else { "none" } })
}

fn complex(name: &str, many: bool, mutability: &str, parts: &[Value]) -> Value {
    json!({ "name": name, "type": "complex", "multiValued": many, "required": false, "mutability": mutability,
        "returned": "default", "subAttributes": parts })
}

/// The schemas of both.
#[must_use]
pub fn schemas(base: &str) -> Vec<Value> {
    let text = |name: &str| attribute(name, "string", false, "readWrite");
    let read = |name: &str| attribute(name, "string", false, "readOnly");
    let user = vec![
        attribute("userName", "string", true, "readWrite"),
        text("externalId"),
        text("displayName"),
        complex("name", false, "readWrite", &[text("formatted"), text("givenName"), text("familyName")]),
        complex(
            "emails",
            true,
            "readWrite",
            &[text("value"), text("type"), attribute("primary", "boolean", false, "readWrite")],
        ),
        attribute("active", "boolean", false, "readWrite"),
        complex("groups", true, "readOnly", &[read("value"), read("display"), read("$ref")]),
    ];
    let group = vec![
        attribute("displayName", "string", true, "readWrite"),
        text("externalId"),
        complex("members", true, "readWrite", &[text("value"), read("display"), read("$ref"), read("type")]),
    ];
    [(USER, "User", user), (GROUP, "Group", group)]
        .into_iter()
        .map(|(id, name, attributes)| {
            json!({ "schemas": [SCHEMA], "id": id, "name": name, "attributes": attributes,
                "meta": { "resourceType": "Schema", "location": format!("{base}/Schemas/{id}") } })
        })
        .collect()
}
