//! Example requests: at least one for every route. All matrices send these.
//!
//! `<names>` stand for resources (see [`super::resources`]): what is in their place decides whether a request is for
//! something of one's own, of a stranger's, or for nothing. They are in an order in which each route succeeds for an
//! administrator at least once.

use super::operator_examples::OPERATOR;
use super::plugin_host_examples::PLUGIN_HOST;
use super::resources::{Resources, in_address, in_json};
use super::tenant_admin_examples::TENANT_ADMIN;
use super::{assert_known, name_of, reason};
use http_shell::RouteEntry;

/// One request for a route.
#[derive(Debug, Clone, Copy)]
pub struct Example {
    /// As [`super::name_of`] gives it.
    pub route: &'static str,
    pub path: &'static str,
    /// JSON, or nothing.
    pub body: &'static str,
}

impl Example {
    pub fn method(&self) -> &'static str {
        self.route.split(' ').next().unwrap()
    }

    pub fn names_resources(&self) -> bool {
        self.path.contains('<') || self.body.contains('<')
    }

    pub fn path_with(&self, resources: &Resources) -> String {
        resources.fill(self.path, in_address)
    }

    pub fn body_with(&self, resources: &Resources) -> String {
        resources.fill(self.body, in_json)
    }
}

/// Routes with a parameter or a body that name no resource of an organisation, and why.
pub const NAMES_NOTHING: &[(&str, &str)] = &[
    ("GET /api/openapi/{document}", "the documents are everybody's"),
    ("GET /api/{plugin_id}/.backstage/auth/v1/cookie", "every name gets the same answer; nothing is looked up"),
    ("DELETE /api/{plugin_id}/.backstage/auth/v1/cookie", "does nothing; nothing is looked up"),
    ("POST /api/catalog/validate-entity", "judges the entity in the body and looks nothing up"),
    ("POST /api/catalog/analyze-location", "judges the address in the body and looks nothing up"),
    ("POST /api/scaffolder/v2/autocomplete/{provider}/{resource}", "no source host is installed; nothing is looked up"),
    ("POST /api/scaffolder/v1/hooks/{token}", "takes an address that only a run knows"),
    ("POST /api/scaffolder/v1/schedules/preview", "judges the expression in the body and looks nothing up"),
    ("POST /internal/plugins/v1/events", "goes to the caller's own organisation's plugins"),
    ("POST /api/tenant-admin/v1/signup", "makes an organisation; that an address is taken is public"),
    ("PATCH /api/catalog/v1/settings", "the caller's own organisation, by its host"),
    ("POST /api/tenant-admin/v1/signup/confirm", "the link is sealed: only we can make one"),
    ("POST /api/tenant-admin/v1/portals", "asked at the start page and answered by mail"),
    ("POST /api/tenant-admin/v1/portals/list", "the link is sealed: only we can make one"),
    ("POST /api/tenant-admin/v1/portals/open", "the link is sealed: only we can make one"),
    ("POST /api/tenant-admin/v1/tenant/deletion", "the caller's own organisation, by its host"),
    ("PUT /api/tenant-admin/v1/branding/{slot}", "the caller's own organisation, by its host"),
    ("DELETE /api/tenant-admin/v1/branding/{slot}", "the caller's own organisation, by its host"),
    ("POST /api/tenant-admin/v1/domains", "a claim; who else claims the host changes nothing"),
    ("PATCH /api/tenant-admin/v1/tenant", "the caller's own organisation, by its host"),
    ("POST /api/tenant-admin/v1/tokens", "a new token of the caller's own"),
    ("POST /api/scaffolder/v1/template-tests/run", "the template and its tests are in the body; nothing is looked up"),
    ("POST /api/permission/authorize", "the caller's own permissions; conditions are applied by the owner's own route"),
    ("PUT /api/tenant-admin/v1/policies/draft", "the caller's own organisation, by its host"),
    ("POST /api/tenant-admin/v1/policies/import", "the caller's own organisation, by its host"),
    ("POST /api/tenant-admin/v1/policies/publish", "the caller's own organisation, by its host"),
    ("GET /api/tenant-admin/v1/policies/versions/{version}", "versions are counted by each organisation for itself"),
    ("GET /api/tenant-admin/v1/policies/versions/{version}/review", "versions are counted by each for itself"),
    ("POST /api/tenant-admin/v1/policies/versions/{version}/revert", "versions are counted by each for itself"),
    ("POST /api/tenant-admin/v1/service-tokens", "a new token of the caller's organisation"),
    ("PUT /api/tenant-admin/v1/token-policy", "the caller's own organisation, by its host"),
    ("POST /api/tenant-admin/v1/secrets", "a new secret; who else has one of this name changes nothing"),
    ("POST /internal/integrations/v1/read", "an address of the outside world"),
    ("POST /internal/integrations/v1/tree", "an address of the outside world"),
    ("POST /internal/integrations/v1/search", "an address of the outside world"),
    ("POST /internal/integrations/v1/push", "an address of the outside world"),
    ("POST /internal/integrations/v1/deliver", "an address of the outside world"),
    ("PATCH /api/tenant-admin/v1/audit/settings", "the caller's own organisation, by its host"),
    ("PUT /api/tenant-admin/v1/reading", "the caller's own organisation, by its host"),
    ("POST /api/tenant-admin/v1/audit/streams", "a new one of the caller's own organisation"),
    ("POST /api/tenant-admin/v1/scim/tokens", "a new one of the caller's own organisation"),
    ("POST /api/integrations/v1/source-hosts", "a host of the outside world; who else has it changes nothing"),
    ("POST /internal/integrations/v1/exchange", "an address of the outside world"),
    ("POST /api/tenant-admin/v1/sign-in-providers", "a provider of the outside world; who else has it changes nothing"),
    ("POST /api/tenant-admin/v1/sign-in-providers/discover", "a provider of the outside world"),
    ("POST /api/tenant-admin/v1/sign-in-providers/preview", "decodes what is in the body and looks nothing up"),
    ("POST /api/auth/v1/password", "the caller's own"),
    ("POST /api/auth/v1/operator/session", "the operator is of no organisation"),
    ("POST /api/plugins/v1/operator/rollouts", "the operator's, of no organisation"),
    ("GET /api/plugins/v1/operator/rollouts/{id}", "the operator's, of no organisation"),
    ("GET /api/plugins/v1/operator/rollouts/{id}/organizations", "the operator's, of no organisation"),
    (
        "GET /api/plugins/v1/operator/rollouts/{id}/organizations/{tenant_id}/pictures/{file}",
        "the operator's, of no organisation",
    ),
    ("POST /api/plugins/v1/operator/rollouts/{id}/stop", "the operator's, of no organisation"),
    ("POST /api/plugins/v1/operator/rollouts/{id}/revert", "the operator's, of no organisation"),
    (
        "POST /api/plugins/v1/uploads",
        "an archive of the caller's own organisation; other organisations' names are not looked at",
    ),
    ("POST /api/plugins/v1/beacons", "counted for the caller's own organisation; the answer is always the same"),
];

/// Routes that read although their method could change something, and why they need one.
pub const READS: &[(&str, &str)] = &[
    ("POST /api/catalog/entities/by-query", "a query too long for an address"),
    ("POST /api/catalog/entities/by-refs", "a list too long for an address"),
    ("POST /api/catalog/entity-facets", "a query too long for an address"),
    ("POST /api/catalog/locations/by-query", "a query too long for an address"),
    ("POST /api/catalog/.well-known/backstage/permissions/apply-conditions", "the conditions are in the body"),
    ("POST /api/permission/authorize", "the questions are in the body"),
    ("POST /api/catalog/validate-entity", "the document is in the body"),
    ("POST /api/catalog/analyze-location", "the address is in the body"),
    ("POST /api/scaffolder/v2/dry-run", "the template is in the body"),
    ("POST /api/scaffolder/v1/template-tests/run", "the template is in the body"),
    ("POST /api/scaffolder/v1/schedules/preview", "the expression is in the body"),
    ("POST /api/tenant-admin/v1/portals", "the address is in the body; the answer goes by mail"),
    ("POST /api/tenant-admin/v1/portals/list", "the link is in the body"),
    ("POST /internal/integrations/v1/read", "the address is in the body"),
    ("POST /internal/integrations/v1/tree", "the address is in the body"),
    ("POST /internal/integrations/v1/search", "the address is in the body"),
    ("POST /internal/integrations/v1/exchange", "the address is in the body; what it changes is audited by who asks"),
    ("POST /api/tenant-admin/v1/sign-in-providers/discover", "the address is in the body"),
    ("POST /api/tenant-admin/v1/sign-in-providers/preview", "the token is in the body, and no address may hold one"),
    ("POST /api/integrations/v1/source-hosts/{id}/test", "asks the host, which may note that the token was used"),
];

pub const fn example(route: &'static str, path: &'static str, body: &'static str) -> Example {
    Example { route, path, body }
}

pub const fn get(route: &'static str, path: &'static str) -> Example {
    example(route, path, "")
}

/// Tasks before the catalog: there the template is deleted in the end.
pub const EXAMPLES: &[&[Example]] = &[GATEWAY, SCAFFOLDER, CATALOG, INTEGRATIONS, TENANT_ADMIN, PLUGIN_HOST, OPERATOR];

const GATEWAY: &[Example] = &[
    get("GET /.backstage/health/v1/liveness", "/.backstage/health/v1/liveness"),
    get("GET /.backstage/health/v1/readiness", "/.backstage/health/v1/readiness"),
    get("GET /api/docs", "/api/docs"),
    get("GET /api/docs/docs.js", "/api/docs/docs.js"),
    get("GET /api/openapi/{document}", "/api/openapi/catalog.json"),
    get("GET /api/auth/.well-known/jwks.json", "/api/auth/.well-known/jwks.json"),
    get("GET /api/auth/v1/userinfo", "/api/auth/v1/userinfo"),
    get("GET /api/auth/v1/handoff", "/api/auth/v1/handoff?code=<handoff>"),
    get("GET /api/auth/proscenium/refresh", "/api/auth/proscenium/refresh"),
    get("GET /api/{plugin_id}/.backstage/auth/v1/cookie", "/api/techdocs/.backstage/auth/v1/cookie"),
    get("DELETE /api/{plugin_id}/.backstage/auth/v1/cookie", "/api/techdocs/.backstage/auth/v1/cookie"),
    example(
        "POST /api/auth/v1/sign-in",
        "/api/auth/v1/sign-in",
        r#"{"email":"<admin_email>","password":"tulip-bronze-canoe"}"#,
    ),
    example(
        "POST /api/permission/authorize",
        "/api/permission/authorize",
        r#"{"items":[{"id":"1","permission":{"type":"basic","name":"catalog.entity.create","attributes":{}}}]}"#,
    ),
    example("POST /api/auth/v1/view-as", "/api/auth/v1/view-as", r#"{"memberId":"<colleague>"}"#),
    example("DELETE /api/auth/v1/view-as", "/api/auth/v1/view-as", ""),
    get("GET /api/auth/v1/sign-in-options", "/api/auth/v1/sign-in-options"),
    get("GET /api/auth/{provider}/start", "/api/auth/<identity_name>/start"),
    get("GET /api/auth/{provider}/handler/frame", "/api/auth/<identity_name>/handler/frame"),
    example("POST /api/auth/proscenium/logout", "/api/auth/proscenium/logout", ""),
    get("GET /api/auth/v1/sessions", "/api/auth/v1/sessions"),
    get("GET /api/auth/v1/members/{id}/sessions", "/api/auth/v1/members/<admin>/sessions"),
    example("DELETE /api/auth/v1/sessions/{id}", "/api/auth/v1/sessions/<session>", ""),
    example(
        "DELETE /api/auth/v1/members/{id}/sessions/{session}",
        "/api/auth/v1/members/<admin>/sessions/<second_session>",
        "",
    ),
    example("DELETE /api/auth/v1/members/{id}/sessions", "/api/auth/v1/members/<admin>/sessions", ""),
    example("DELETE /api/auth/v1/sessions", "/api/auth/v1/sessions", ""),
    example("DELETE /api/auth/v1/organization/sessions", "/api/auth/v1/organization/sessions", ""),
    example(
        "POST /api/auth/v1/password",
        "/api/auth/v1/password",
        r#"{"current":"tulip-bronze-canoe","password":"tulip-bronze-canoe"}"#,
    ),
];

const CATALOG: &[Example] = &[
    get("GET /api/catalog/openapi.json", "/api/catalog/openapi.json"),
    get("GET /api/catalog/entities", "/api/catalog/entities"),
    get("GET /api/catalog/entities", "/api/catalog/entities?filter=metadata.uid=<uid>"),
    get("GET /api/catalog/entities/by-query", "/api/catalog/entities/by-query"),
    get("GET /api/catalog/entities/by-query", "/api/catalog/entities/by-query?filter=metadata.name=<entity>"),
    get("GET /api/catalog/entities/by-query", "/api/catalog/entities/by-query?cursor=<entities_cursor>"),
    example(
        "POST /api/catalog/entities/by-query",
        "/api/catalog/entities/by-query",
        r#"{"query":{"metadata.name":"<entity>"}}"#,
    ),
    example(
        "POST /api/catalog/entities/by-query",
        "/api/catalog/entities/by-query",
        r#"{"cursor":"<entities_cursor>"}"#,
    ),
    example(
        "POST /api/catalog/entities/by-refs",
        "/api/catalog/entities/by-refs",
        r#"{"entityRefs":["component:default/<entity>"]}"#,
    ),
    get(
        "GET /api/catalog/entities/by-name/{kind}/{namespace}/{name}",
        "/api/catalog/entities/by-name/component/default/<entity>",
    ),
    get(
        "GET /api/catalog/entities/by-name/{kind}/{namespace}/{name}/ancestry",
        "/api/catalog/entities/by-name/component/default/<entity>/ancestry",
    ),
    get("GET /api/catalog/entities/by-uid/{uid}", "/api/catalog/entities/by-uid/<uid>"),
    get("GET /api/catalog/entity-facets", "/api/catalog/entity-facets?facet=kind"),
    get("GET /api/catalog/entity-facets", "/api/catalog/entity-facets?facet=kind&filter=metadata.name=<entity>"),
    example(
        "POST /api/catalog/entity-facets",
        "/api/catalog/entity-facets",
        r#"{"facets":["kind"],"query":{"metadata.name":"<entity>"}}"#,
    ),
    example("POST /api/catalog/refresh", "/api/catalog/refresh", r#"{"entityRef":"component:default/<entity>"}"#),
    example(
        "POST /api/catalog/validate-entity",
        "/api/catalog/validate-entity",
        r#"{"entity":{"apiVersion":"backstage.io/v1alpha1","kind":"Component","metadata":{"name":"a"},
            "spec":{"type":"service","lifecycle":"production","owner":"b"}},"location":"url:https://example.com/a"}"#,
    ),
    example(
        "POST /api/catalog/analyze-location",
        "/api/catalog/analyze-location",
        r#"{"location":{"type":"url","target":"https://example.com/a/b"}}"#,
    ),
    get("GET /api/catalog/locations", "/api/catalog/locations"),
    example(
        "POST /api/catalog/locations",
        "/api/catalog/locations",
        r#"{"type":"url","target":"https://example.com/catalog-info.yaml"}"#,
    ),
    example("POST /api/catalog/locations", "/api/catalog/locations", r#"{"type":"url","target":"<location_target>"}"#),
    example(
        "POST /api/catalog/locations",
        "/api/catalog/locations?onConflict=refresh",
        r#"{"type":"url","target":"<location_target>"}"#,
    ),
    example(
        "POST /api/catalog/locations/by-query",
        "/api/catalog/locations/by-query",
        r#"{"query":{"target":"<location_target>"}}"#,
    ),
    example(
        "POST /api/catalog/locations/by-query",
        "/api/catalog/locations/by-query",
        r#"{"cursor":"<locations_cursor>"}"#,
    ),
    get("GET /api/catalog/locations/{id}", "/api/catalog/locations/<location>"),
    get(
        "GET /api/catalog/locations/by-entity/{kind}/{namespace}/{name}",
        "/api/catalog/locations/by-entity/component/default/<entity>",
    ),
    get("GET /api/catalog/v1/locations", "/api/catalog/v1/locations"),
    get("GET /api/catalog/v1/locations/{id}/progress", "/api/catalog/v1/locations/<location>/progress"),
    get(
        "GET /api/catalog/.well-known/backstage/permissions/metadata",
        "/api/catalog/.well-known/backstage/permissions/metadata",
    ),
    example(
        "POST /api/catalog/.well-known/backstage/permissions/apply-conditions",
        "/api/catalog/.well-known/backstage/permissions/apply-conditions",
        r#"{"items":[{"id":"1","resourceRef":"component:default/<entity>","resourceType":"catalog-entity",
            "conditions":{"rule":"IS_ENTITY_KIND","resourceType":"catalog-entity","params":{"kinds":["component"]}}}]}"#,
    ),
    get(
        "GET /api/catalog/v1/entities/{kind}/{namespace}/{name}/source",
        "/api/catalog/v1/entities/component/default/<entity>/source",
    ),
    example("POST /internal/catalog/v1/refresh", "/internal/catalog/v1/refresh", r#"{"keys":["<location_target>"]}"#),
    get("GET /api/catalog/v1/kinds", "/api/catalog/v1/kinds"),
    example(
        "PUT /api/catalog/v1/kinds/{kind}",
        "/api/catalog/v1/kinds/<custom_kind>",
        r#"{"schema":{"type":"object"}}"#,
    ),
    example("DELETE /api/catalog/v1/kinds/{kind}", "/api/catalog/v1/kinds/<custom_kind>", ""),
    example(
        "PUT /internal/search/v1/documents/{type}",
        "/internal/search/v1/documents/techdocs?entityRef=component:default/<entity>",
        r#"{"documents":[{"title":"Manual of <entity>","text":"Text","location":"/docs/default/component/<entity>"}]}"#,
    ),
    get("GET /api/catalog/v1/settings", "/api/catalog/v1/settings"),
    example("PATCH /api/catalog/v1/settings", "/api/catalog/v1/settings", r#"{"historyDays":90}"#),
    get("GET /api/catalog/v1/removals", "/api/catalog/v1/removals"),
    get("GET /api/catalog/v1/removals/{id}", "/api/catalog/v1/removals/<removal>"),
    example("POST /api/catalog/v1/removals/{id}/approve", "/api/catalog/v1/removals/<removal>/approve", ""),
    example("POST /api/catalog/v1/removals/{id}/reject", "/api/catalog/v1/removals/<second_removal>/reject", ""),
    example(
        "POST /api/catalog/v1/providers/{name}/mutations",
        "/api/catalog/v1/providers/<provider>/mutations",
        r#"{"type":"delta","removed":[{"entityRef":"resource:default/<provider>-0"}]}"#,
    ),
    get("GET /api/catalog/v1/sets", "/api/catalog/v1/sets"),
    get("GET /api/catalog/v1/sets/{set}", "/api/catalog/v1/sets/<set>"),
    example(
        "PUT /api/catalog/v1/sets/{set}",
        "/api/catalog/v1/sets/<set>",
        r#"{"entities":[{"apiVersion":"backstage.io/v1alpha1","kind":"Resource","metadata":{"name":"<written>"},
            "spec":{"type":"database","owner":"b"}}]}"#,
    ),
    example(
        "PUT /api/catalog/v1/sets/{set}/entities",
        "/api/catalog/v1/sets/<set>/entities",
        r#"{"entity":{"apiVersion":"backstage.io/v1alpha1","kind":"Resource","metadata":{"name":"<written>"},
            "spec":{"type":"database","owner":"b"}}}"#,
    ),
    get(
        "GET /api/catalog/v1/entities/{kind}/{namespace}/{name}/overlay",
        "/api/catalog/v1/entities/resource/default/<written>/overlay",
    ),
    get(
        "GET /api/catalog/v1/entities/{kind}/{namespace}/{name}/provenance",
        "/api/catalog/v1/entities/component/default/<entity>/provenance",
    ),
    example(
        "PUT /api/catalog/v1/entities/{kind}/{namespace}/{name}/overlay",
        "/api/catalog/v1/entities/resource/default/<written>/overlay",
        r#"{"tags":["paid"]}"#,
    ),
    example(
        "DELETE /api/catalog/v1/entities/{kind}/{namespace}/{name}/overlay",
        "/api/catalog/v1/entities/resource/default/<written>/overlay",
        "",
    ),
    example(
        "DELETE /api/catalog/v1/sets/{set}/entities/{kind}/{namespace}/{name}",
        "/api/catalog/v1/sets/<set>/entities/resource/default/<written>",
        "",
    ),
    example("DELETE /api/catalog/v1/sets/{set}", "/api/catalog/v1/sets/<second_set>", ""),
    get(
        "GET /api/catalog/v1/entities/{kind}/{namespace}/{name}/history",
        "/api/catalog/v1/entities/component/default/<entity>/history",
    ),
    get("GET /api/catalog/v1/deleted-entities", "/api/catalog/v1/deleted-entities"),
    get("GET /api/search/query", "/api/search/query"),
    get("GET /api/search/query", "/api/search/query?term=<entity>"),
    example(
        "PUT /api/catalog/locations/{id}",
        "/api/catalog/locations/<location>",
        r#"{"type":"url","target":"https://example.com/elsewhere.yaml"}"#,
    ),
    example("DELETE /api/catalog/entities/by-uid/{uid}", "/api/catalog/entities/by-uid/<uid>", ""),
    example("DELETE /api/catalog/locations/{id}", "/api/catalog/locations/<location>", ""),
    example(
        "POST /api/catalog/v1/deleted-entities/{kind}/{namespace}/{name}/restore",
        "/api/catalog/v1/deleted-entities/component/default/<entity>/restore",
        "",
    ),
];

const SCAFFOLDER: &[Example] = &[
    get(
        "GET /api/scaffolder/v2/templates/{namespace}/{kind}/{name}/parameter-schema",
        "/api/scaffolder/v2/templates/default/template/<template>/parameter-schema",
    ),
    get("GET /api/scaffolder/v2/actions", "/api/scaffolder/v2/actions"),
    get("GET /api/scaffolder/v2/templating-extensions", "/api/scaffolder/v2/templating-extensions"),
    example(
        "POST /api/scaffolder/v2/autocomplete/{provider}/{resource}",
        "/api/scaffolder/v2/autocomplete/github/repositories",
        r#"{"token":"t"}"#,
    ),
    get("GET /api/scaffolder/v2/tasks", "/api/scaffolder/v2/tasks"),
    get("GET /api/scaffolder/v2/tasks/{taskId}", "/api/scaffolder/v2/tasks/<task>"),
    get("GET /api/scaffolder/v2/tasks/{taskId}/events", "/api/scaffolder/v2/tasks/<task>/events"),
    get("GET /api/scaffolder/v2/tasks/{taskId}/eventstream", "/api/scaffolder/v2/tasks/<task>/eventstream"),
    example(
        "POST /api/scaffolder/v2/dry-run",
        "/api/scaffolder/v2/dry-run",
        r#"{"template":{"apiVersion":"scaffolder.backstage.io/v1beta3","kind":"Template","metadata":{"name":"t"},
            "spec":{"type":"x","steps":[{"id":"f","name":"F","action":"catalog:fetch",
            "input":{"entityRef":"component:default/<entity>"}}]}},"values":{},"directoryContents":[]}"#,
    ),
    example(
        "POST /api/scaffolder/v2/tasks",
        "/api/scaffolder/v2/tasks",
        r#"{"templateRef":"template:default/<template>","values":{}}"#,
    ),
    example(
        "POST /api/scaffolder/v1/template-tests/run",
        "/api/scaffolder/v1/template-tests/run",
        r#"{"directoryContents": []}"#,
    ),
    get(
        "GET /api/scaffolder/v1/templates/{namespace}/{name}/files",
        "/api/scaffolder/v1/templates/default/<template>/files",
    ),
    get("GET /api/scaffolder/v1/template-tests", "/api/scaffolder/v1/template-tests"),
    get(
        "GET /api/scaffolder/v1/templates/{namespace}/{name}/tests",
        "/api/scaffolder/v1/templates/default/<template>/tests",
    ),
    example(
        "POST /api/scaffolder/v1/templates/{namespace}/{name}/tests",
        "/api/scaffolder/v1/templates/default/<template>/tests",
        "",
    ),
    example("POST /api/scaffolder/v2/tasks/{taskId}/cancel", "/api/scaffolder/v2/tasks/<task>/cancel", ""),
    example("POST /api/scaffolder/v2/tasks/{taskId}/retry", "/api/scaffolder/v2/tasks/<task>/retry", "{}"),
    get("GET /api/scaffolder/v1/runs", "/api/scaffolder/v1/runs"),
    get("GET /api/scaffolder/v1/runs/{taskId}", "/api/scaffolder/v1/runs/<task>"),
    get("GET /api/scaffolder/v1/gates", "/api/scaffolder/v1/gates"),
    get("GET /api/scaffolder/v1/gates/{gateId}", "/api/scaffolder/v1/gates/<gate>"),
    example("POST /api/scaffolder/v1/gates/{gateId}/approve", "/api/scaffolder/v1/gates/<gate>/approve", "{}"),
    example("POST /api/scaffolder/v1/gates/{gateId}/reject", "/api/scaffolder/v1/gates/<second_gate>/reject", "{}"),
    example("POST /api/scaffolder/v1/hooks/{token}", "/api/scaffolder/v1/hooks/nothing", "{}"),
    get("GET /api/scaffolder/v1/schedules", "/api/scaffolder/v1/schedules"),
    get("GET /api/scaffolder/v1/schedules/{scheduleId}", "/api/scaffolder/v1/schedules/<schedule>"),
    example(
        "POST /api/scaffolder/v1/schedules/preview",
        "/api/scaffolder/v1/schedules/preview",
        r#"{"cron":"0 3 * * *"}"#,
    ),
    example(
        "POST /api/scaffolder/v1/schedules",
        "/api/scaffolder/v1/schedules",
        r#"{"name":"Nightly","templateRef":"template:default/<template>","values":{},"cron":"0 3 1 1 *"}"#,
    ),
    example(
        "PUT /api/scaffolder/v1/schedules/{scheduleId}",
        "/api/scaffolder/v1/schedules/<schedule>",
        r#"{"name":"Yearly","templateRef":"template:default/<template>","values":{},"cron":"0 3 1 1 *"}"#,
    ),
    example(
        "POST /api/scaffolder/v1/schedules/{scheduleId}/pause",
        "/api/scaffolder/v1/schedules/<schedule>/pause",
        "",
    ),
    example(
        "POST /api/scaffolder/v1/schedules/{scheduleId}/resume",
        "/api/scaffolder/v1/schedules/<schedule>/resume",
        "",
    ),
    example("POST /api/scaffolder/v1/schedules/{scheduleId}/run", "/api/scaffolder/v1/schedules/<schedule>/run", ""),
    example("DELETE /api/scaffolder/v1/schedules/{scheduleId}", "/api/scaffolder/v1/schedules/<schedule>", ""),
    example(
        "POST /internal/tenant-admin/v1/mails",
        "/internal/tenant-admin/v1/mails",
        r#"{"userRefs":["user:default/<member_name>"],"subject":"s","text":"t"}"#,
    ),
];

const INTEGRATIONS: &[Example] = &[
    example("POST /internal/integrations/v1/read", "/internal/integrations/v1/read", r#"{"url":"not an address"}"#),
    example("POST /internal/integrations/v1/tree", "/internal/integrations/v1/tree", r#"{"url":"not an address"}"#),
    example("POST /internal/integrations/v1/search", "/internal/integrations/v1/search", r#"{"url":"not an address"}"#),
    example(
        "POST /internal/integrations/v1/push",
        "/internal/integrations/v1/push",
        r#"{"remoteUrl":"not an address","branch":"main","message":"m","files":[]}"#,
    ),
    example(
        "POST /internal/integrations/v1/deliver",
        "/internal/integrations/v1/deliver",
        r#"{"method":"POST","url":"not an address","headers":{},"body":""}"#,
    ),
    get("GET /api/integrations/v1/source-hosts", "/api/integrations/v1/source-hosts"),
    example(
        "POST /api/integrations/v1/source-hosts",
        "/api/integrations/v1/source-hosts",
        r#"{"kind":"github","host":"git.example.com","token":"not-a-real-token"}"#,
    ),
    example(
        "POST /api/integrations/v1/source-hosts/{id}/test",
        "/api/integrations/v1/source-hosts/<source_host>/test",
        "",
    ),
    example(
        "PATCH /api/integrations/v1/source-hosts/{id}",
        "/api/integrations/v1/source-hosts/<source_host>",
        r#"{"token":"another-unreal-token"}"#,
    ),
    example("DELETE /api/integrations/v1/source-hosts/{id}", "/api/integrations/v1/source-hosts/<source_host>", ""),
    example(
        "POST /internal/integrations/v1/deliver",
        "/internal/integrations/v1/deliver",
        r#"{"method":"POST","url":"not an address","headers":{},"body":""}"#,
    ),
    example(
        "POST /internal/integrations/v1/exchange",
        "/internal/integrations/v1/exchange",
        r#"{"url":"https://127.0.0.1/","maxBytes":1000}"#,
    ),
];

/// Every example with its route; fails when a route has none, or an example no route.
pub fn examples(routes: &[RouteEntry]) -> Vec<(&RouteEntry, &'static Example)> {
    assert_known(NAMES_NOTHING, routes);
    assert_known(READS, routes);
    for entry in routes {
        let name = name_of(entry);
        let own: Vec<&Example> = EXAMPLES.iter().copied().flatten().filter(|example| example.route == name).collect();
        assert!(!own.is_empty(), "{name} has no example request: add one to tests/authz/examples.rs");
        let may_name = entry.path.contains('{') || own.iter().any(|example| !example.body.is_empty());
        let names = own.iter().any(|example| example.names_resources());
        match reason(NAMES_NOTHING, &name) {
            Some(why) => assert!(!names, "{name} names a resource after all ({why})"),
            None => assert!(names || !may_name, "{name} names no resource in its examples: which one does it take?"),
        }
    }
    let find = |example: &'static Example| {
        let entry = routes.iter().find(|entry| name_of(entry) == example.route);
        (entry.unwrap_or_else(|| panic!("there is no route {}", example.route)), example)
    };
    EXAMPLES.iter().copied().flatten().map(find).collect()
}

/// Whether the route may change something.
pub fn changes(entry: &RouteEntry) -> bool {
    !matches!(entry.method.as_str(), "GET" | "HEAD" | "OPTIONS") && reason(READS, &name_of(entry)).is_none()
}
