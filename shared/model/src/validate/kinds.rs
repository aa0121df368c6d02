//! The kinds that we know, each with the shape of its spec.

use super::shape::{MapShape, Others, Shape};
use serde_json::Value;

/// Who vouches for a kind in Backstage; decides the wording of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layer {
    /// The processor of the eight kinds of the core.
    Builtin,
    /// The scaffolder's processor: `Template`.
    Scaffolder,
    /// The newer entity model: `AiResource`, and APIs of type `mcp-server`.
    Model,
    /// A kind that the organisation defined itself.
    Custom,
}

impl Layer {
    /// The class name that stands in Backstage's messages.
    pub(crate) const fn processor(self) -> &'static str {
        match self {
            Self::Builtin => "BuiltinKindsEntityProcessor",
            Self::Scaffolder => "ScaffolderEntitiesProcessor",
            Self::Model => "ModelProcessor",
            Self::Custom => "CustomKindsProcessor",
        }
    }
}

/// The names of all built-in kinds, as the default of `catalog.rules.allow`.
pub const BUILT_IN_KINDS: [&str; 10] =
    ["Component", "System", "API", "Resource", "Location", "Template", "Group", "User", "Domain", "AiResource"];

const TEXT: Shape = Shape::Text { min: 1, max: usize::MAX };
const ANY_TEXT: Shape = Shape::Text { min: 0, max: usize::MAX };
const TEXTS: Shape = Shape::List { min: 0, items: &TEXT };

/// A mapping with these members, in the order in which they are checked.
const fn map(required: &'static [&'static str], properties: &'static [(&'static str, Shape)]) -> MapShape {
    MapShape { required, properties, others: Others::Anything }
}

static COMPONENT: MapShape = map(
    &["type", "lifecycle", "owner"],
    &[
        ("type", TEXT),
        ("lifecycle", TEXT),
        ("owner", TEXT),
        ("system", TEXT),
        ("subcomponentOf", TEXT),
        ("providesApis", TEXTS),
        ("consumesApis", TEXTS),
        ("dependsOn", TEXTS),
    ],
);

static API: MapShape = map(
    &["type", "lifecycle", "owner", "definition"],
    &[("type", TEXT), ("lifecycle", TEXT), ("owner", TEXT), ("system", TEXT), ("definition", TEXT)],
);

static MCP_SERVER: MapShape = map(
    &["type", "lifecycle", "owner", "remotes"],
    &[
        ("type", Shape::Constant("mcp-server")),
        ("lifecycle", TEXT),
        ("owner", TEXT),
        ("system", TEXT),
        ("remotes", Shape::List { min: 1, items: &Shape::Map(&REMOTE) }),
    ],
);
static REMOTE: MapShape = map(&["type", "url"], &[("type", TEXT), ("url", TEXT)]);

static RESOURCE: MapShape =
    map(&["type", "owner"], &[("type", TEXT), ("owner", TEXT), ("dependsOn", TEXTS), ("system", TEXT)]);

static SYSTEM: MapShape = map(&["owner"], &[("owner", TEXT), ("domain", TEXT), ("type", TEXT)]);

static DOMAIN: MapShape = map(&["owner"], &[("owner", TEXT), ("subdomainOf", TEXT), ("type", TEXT)]);

static PROFILE: MapShape = map(&[], &[("displayName", TEXT), ("email", TEXT), ("picture", TEXT)]);

static GROUP: MapShape = map(
    &["type", "children"],
    &[("type", TEXT), ("profile", Shape::Map(&PROFILE)), ("parent", TEXT), ("children", TEXTS), ("members", TEXTS)],
);

static USER: MapShape = map(&["memberOf"], &[("profile", Shape::Map(&PROFILE)), ("memberOf", TEXTS)]);

static LOCATION: MapShape = map(
    &[],
    &[("type", TEXT), ("target", TEXT), ("targets", TEXTS), ("presence", Shape::OneOfTexts(&["required", "optional"]))],
);

static ANYTHING: MapShape = map(&[], &[]);

static GATED: MapShape = map(&[], &[("backstage:permissions", Shape::Map(&PERMISSIONS))]);
static PERMISSIONS: MapShape = map(&[], &[("tags", Shape::List { min: 0, items: &ANY_TEXT })]);
static DECORATOR: MapShape = map(&[], &[("id", ANY_TEXT), ("input", Shape::Map(&ANYTHING))]);
static STEP: MapShape = map(
    &["action"],
    &[
        ("id", ANY_TEXT),
        ("name", ANY_TEXT),
        ("action", ANY_TEXT),
        ("input", Shape::Map(&ANYTHING)),
        ("if", Shape::TextOrBool),
        ("backstage:permissions", Shape::Map(&PERMISSIONS)),
    ],
);
static OUTPUT: MapShape = MapShape {
    required: &[],
    properties: &[
        ("links", Shape::List { min: 0, items: &Shape::Map(&OUTPUT_LINK) }),
        ("text", Shape::List { min: 0, items: &Shape::Map(&OUTPUT_TEXT) }),
    ],
    others: Others::Each(&ANY_TEXT),
};
static OUTPUT_LINK: MapShape =
    map(&[], &[("if", Shape::TextOrBool), ("url", TEXT), ("entityRef", TEXT), ("title", TEXT), ("icon", TEXT)]);
static OUTPUT_TEXT: MapShape =
    map(&[], &[("if", Shape::TextOrBool), ("title", TEXT), ("icon", TEXT), ("content", ANY_TEXT)]);
static BUTTONS: MapShape =
    map(&[], &[("backButtonText", ANY_TEXT), ("createButtonText", ANY_TEXT), ("reviewButtonText", ANY_TEXT)]);

static TEMPLATE: MapShape = map(
    &["type", "steps"],
    &[
        ("type", TEXT),
        ("owner", TEXT),
        ("lifecycle", TEXT),
        ("parameters", Shape::OneOf(&[Shape::Map(&GATED), Shape::List { min: 0, items: &Shape::Map(&GATED) }])),
        ("secrets", Shape::Map(&map(&[], &[("schema", Shape::Map(&ANYTHING))]))),
        ("presentation", Shape::Map(&map(&[], &[("buttonLabels", Shape::Map(&BUTTONS))]))),
        ("EXPERIMENTAL_recovery", Shape::Map(&map(&[], &[("EXPERIMENTAL_strategy", ANY_TEXT)]))),
        ("formDecorators", Shape::List { min: 0, items: &Shape::Map(&DECORATOR) }),
        ("EXPERIMENTAL_formDecorators", Shape::List { min: 0, items: &Shape::Map(&DECORATOR) }),
        ("steps", Shape::List { min: 0, items: &Shape::Map(&STEP) }),
        ("output", Shape::Map(&OUTPUT)),
    ],
);

static AI_RESOURCE: MapShape =
    map(&["type", "lifecycle", "owner"], &[("type", TEXT), ("lifecycle", TEXT), ("owner", TEXT), ("system", TEXT)]);
static AI_SKILL: MapShape = map(
    &["type", "lifecycle", "owner"],
    &[
        ("lifecycle", TEXT),
        ("owner", TEXT),
        ("system", TEXT),
        ("disciplines", TEXTS),
        ("categories", TEXTS),
        ("agents", TEXTS),
        ("dependsOn", TEXTS),
        ("allowedTools", TEXT),
        ("license", TEXT),
        ("compatibility", Shape::Text { min: 1, max: 500 }),
    ],
);
static AI_RULE: MapShape = map(
    &["type", "lifecycle", "owner", "category", "rationale"],
    &[
        ("lifecycle", TEXT),
        ("owner", TEXT),
        ("system", TEXT),
        ("disciplines", TEXTS),
        ("category", TEXT),
        ("rationale", TEXT),
    ],
);
static AI_PLUGIN: MapShape = map(
    &["type", "lifecycle", "owner", "skills"],
    &[("lifecycle", TEXT), ("owner", TEXT), ("system", TEXT), ("skills", TEXTS), ("version", TEXT)],
);
static AI_MARKETPLACE: MapShape = map(
    &["type", "lifecycle", "owner", "plugins"],
    &[("lifecycle", TEXT), ("owner", TEXT), ("system", TEXT), ("plugins", TEXTS), ("version", TEXT)],
);

/// The shape of the spec for an entity of this kind and version; none where nobody knows it.
pub(super) fn spec_shape(api_version: &str, kind: &str, spec: Option<&Value>) -> Option<(Layer, &'static MapShape)> {
    let spec_type = spec.and_then(|spec| spec.get("type")).and_then(Value::as_str);
    let shape = match kind {
        "Template" => {
            return (api_version == "scaffolder.backstage.io/v1beta3").then_some((Layer::Scaffolder, &TEMPLATE));
        }
        "AiResource" => {
            let shape = match spec_type {
                Some("skill") => &AI_SKILL,
                Some("rule") => &AI_RULE,
                Some("plugin") => &AI_PLUGIN,
                Some("marketplace") => &AI_MARKETPLACE,
                _ => &AI_RESOURCE,
            };
            return (api_version == "backstage.io/v1alpha1").then_some((Layer::Model, shape));
        }
        // The core demands a definition of every API; the newer model lets this type give its remotes instead.
        "API" if spec_type == Some("mcp-server") && spec.is_some_and(|spec| spec.get("definition").is_none()) => {
            return is_core(api_version).then_some((Layer::Model, &MCP_SERVER));
        }
        "API" => &API,
        "Component" => &COMPONENT,
        "Resource" => &RESOURCE,
        "Group" => &GROUP,
        "Location" => &LOCATION,
        "User" => &USER,
        "System" => &SYSTEM,
        "Domain" => &DOMAIN,
        _ => return None,
    };
    is_core(api_version).then_some((Layer::Builtin, shape))
}

fn is_core(api_version: &str) -> bool {
    matches!(api_version, "backstage.io/v1alpha1" | "backstage.io/v1beta1")
}

static ENVELOPE_METADATA: MapShape = map(&["name"], &[("name", TEXT), ("namespace", TEXT)]);
/// What every emitted value must have before anything else happens to it.
pub(super) static ENVELOPE: Shape = Shape::Map(&map(
    &["apiVersion", "kind", "metadata"],
    &[("apiVersion", TEXT), ("kind", TEXT), ("metadata", Shape::Map(&ENVELOPE_METADATA))],
));

static TEXT_MAP: MapShape = MapShape { required: &[], properties: &[], others: Others::Each(&ANY_TEXT) };
static LINK: MapShape = map(&["url"], &[("url", TEXT), ("title", TEXT), ("icon", TEXT), ("type", TEXT)]);
static METADATA: MapShape = map(
    &["name"],
    &[
        ("uid", TEXT),
        ("etag", TEXT),
        ("name", TEXT),
        ("namespace", TEXT),
        ("title", TEXT),
        ("description", ANY_TEXT),
        ("labels", Shape::Map(&TEXT_MAP)),
        ("annotations", Shape::Map(&TEXT_MAP)),
        ("tags", TEXTS),
        ("links", Shape::List { min: 0, items: &Shape::Map(&LINK) }),
    ],
);
static RELATION: MapShape = MapShape {
    required: &["type", "targetRef"],
    properties: &[("type", TEXT), ("target", Shape::Map(&ANYTHING)), ("targetRef", TEXT)],
    others: Others::Nothing,
};
/// What every entity must look like, whatever its kind.
pub(super) static ENTITY: Shape = Shape::Map(&MapShape {
    required: &["apiVersion", "kind", "metadata"],
    properties: &[
        ("apiVersion", TEXT),
        ("kind", TEXT),
        ("metadata", Shape::Map(&METADATA)),
        ("spec", Shape::Map(&ANYTHING)),
        ("relations", Shape::List { min: 0, items: &Shape::Map(&RELATION) }),
        ("status", Shape::Map(&ANYTHING)),
    ],
    others: Others::Nothing,
});
