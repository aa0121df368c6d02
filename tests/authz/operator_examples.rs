//! Example requests for the operator's routes.

use super::examples::{Example, example, get};

/// Last, for signing out ends what the operator's other requests need.
pub const OPERATOR: &[Example] = &[
    get("GET /api/plugins/v1/operator/plugins", "/api/plugins/v1/operator/plugins"),
    get(
        "GET /api/plugins/v1/operator/organizations",
        "/api/plugins/v1/operator/organizations?package=proscenium:radar",
    ),
    get("GET /api/plugins/v1/operator/history", "/api/plugins/v1/operator/history"),
    get("GET /api/plugins/v1/operator/rollouts", "/api/plugins/v1/operator/rollouts"),
    get(
        "GET /api/plugins/v1/operator/rollouts/{id}",
        "/api/plugins/v1/operator/rollouts/01900000-0000-7000-8000-000000000000",
    ),
    get(
        "GET /api/plugins/v1/operator/rollouts/{id}/organizations",
        "/api/plugins/v1/operator/rollouts/01900000-0000-7000-8000-000000000000/organizations",
    ),
    get(
        "GET /api/plugins/v1/operator/rollouts/{id}/organizations/{tenant_id}/pictures/{file}",
        "/api/plugins/v1/operator/rollouts/01900000-0000-7000-8000-000000000000/organizations/\
         01900000-0000-7000-8000-000000000001/pictures/0123456789abcdef0123456789abcdef.jpg",
    ),
    example(
        "POST /api/plugins/v1/operator/rollouts",
        "/api/plugins/v1/operator/rollouts",
        r#"{"package":"proscenium:radar","version":"1"}"#,
    ),
    example(
        "POST /api/plugins/v1/operator/rollouts/{id}/stop",
        "/api/plugins/v1/operator/rollouts/01900000-0000-7000-8000-000000000000/stop",
        "",
    ),
    example(
        "POST /api/plugins/v1/operator/rollouts/{id}/revert",
        "/api/plugins/v1/operator/rollouts/01900000-0000-7000-8000-000000000000/revert",
        "",
    ),
    get("GET /api/plugins/v1/operator/workers", "/api/plugins/v1/operator/workers"),
    get("GET /api/plugins/v1/operator/isolation", "/api/plugins/v1/operator/isolation"),
    get("GET /api/plugins/v1/operator/deeds", "/api/plugins/v1/operator/deeds"),
    example("POST /api/auth/v1/operator/session", "/api/auth/v1/operator/session", r#"{"code":"none"}"#),
    get("GET /api/auth/v1/operator/session", "/api/auth/v1/operator/session"),
    example("DELETE /api/auth/v1/operator/session", "/api/auth/v1/operator/session", ""),
];
