//! Where a path leads. The table is an allow-list: what is not in it is a 404, and nothing outside `/api` ever reaches
//! a service but the provisioning API at `/scim`.

use http_shell::ServiceName;

/// Who answers a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The gateway itself: auth, health, API documents.
    Own,
    /// One of our services.
    Service(ServiceName),
    /// A plugin's worker, reached through the plugin host.
    Plugin,
    /// The demo git host of the integrations service.
    DemoGit,
    /// No such API.
    UnknownApi,
    /// A file or page of the portal.
    Portal,
    /// A path that cannot be meant well: dot segments, empty segments, encoded slashes.
    Malformed,
}

/// Decides by the raw (still encoded) path.
#[must_use]
pub fn target(path: &str) -> Target {
    if is_malformed(path) {
        return Target::Malformed;
    }
    let mut segments = path.split('/').skip(1);
    match segments.next() {
        Some("api") => api_target(segments.next().unwrap_or_default(), path),
        Some(".backstage") => Target::Own,
        // Provisioning by an organisation's directory, at the path that directories expect.
        Some("scim") => Target::Service(ServiceName::TenantAdmin),
        Some("demo-git") => Target::DemoGit,
        Some("internal") => Target::UnknownApi,
        _ => Target::Portal,
    }
}

fn api_target(first: &str, path: &str) -> Target {
    if path.contains("/.backstage/auth/") {
        // `/api/PLUGIN/.backstage/auth/v1/cookie` is the gateway's for every plugin, as it owns the cookies.
        return Target::Own;
    }
    match first {
        "" => Target::UnknownApi,
        "auth" | "docs" | "openapi" | "permission" => Target::Own,
        "catalog" | "search" => Target::Service(ServiceName::Catalog),
        "scaffolder" => Target::Service(ServiceName::Scaffolder),
        "tenant-admin" => Target::Service(ServiceName::TenantAdmin),
        "integrations" => Target::Service(ServiceName::Integrations),
        "plugins" => Target::Service(ServiceName::PluginHost),
        _ => Target::Plugin,
    }
}

fn is_malformed(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let decoded_dots = lower.replace("%2e", ".");
    decoded_dots.split('/').any(|segment| segment == "." || segment == "..")
        || has_empty_segment(path)
        || path.contains('\\')
        || lower.contains("%5c")
        || lower.contains("%00")
}

/// Empty segments are refused where the owner of a path is chosen. Behind that they are harmless, and clients whose base
/// URL ends in a slash send them: services read repeated slashes as one, as Backstage does.
fn has_empty_segment(path: &str) -> bool {
    let decided_by = match path.strip_prefix("/api/").and_then(|rest| rest.find('/').map(|end| end + "/api/".len())) {
        Some(end) => path.get(..=end).unwrap_or(path),
        None => path,
    };
    decided_by.contains("//")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_prefix_leads_to_its_owner() {
        for (path, expected) in [
            ("/", Target::Portal),
            ("/catalog", Target::Portal),
            ("/static/main.js", Target::Portal),
            ("/apiary", Target::Portal),
            ("/api", Target::UnknownApi),
            ("/api/", Target::UnknownApi),
            ("/api/auth/v1/sign-in", Target::Own),
            ("/api/docs", Target::Own),
            ("/api/permission/authorize", Target::Own),
            ("/api/openapi/catalog.json", Target::Own),
            ("/.backstage/health/v1/readiness", Target::Own),
            ("/api/catalog/entities", Target::Service(ServiceName::Catalog)),
            ("/api/catalog//entities", Target::Service(ServiceName::Catalog)),
            ("/api/search/query", Target::Service(ServiceName::Catalog)),
            ("/api/scaffolder/v2/tasks", Target::Service(ServiceName::Scaffolder)),
            ("/api/tenant-admin/v1/me", Target::Service(ServiceName::TenantAdmin)),
            ("/api/integrations/v1/x", Target::Service(ServiceName::Integrations)),
            ("/api/plugins/v1/installed", Target::Service(ServiceName::PluginHost)),
            ("/api/badges/entity", Target::Plugin),
            ("/api/badges/.backstage/auth/v1/cookie", Target::Own),
            ("/demo-git/a/b", Target::DemoGit),
            ("/scim/v2/Users", Target::Service(ServiceName::TenantAdmin)),
            ("/scimitar", Target::Portal),
            ("/internal/integrations/v1/read", Target::UnknownApi),
        ] {
            assert_eq!(target(path), expected, "{path}");
        }
    }

    #[test]
    fn no_spelling_climbs_out_of_its_prefix() {
        for path in [
            "/api/catalog/../../internal/x",
            "/api/catalog/..%2f..%2finternal/..",
            "/api/catalog/%2e%2e/%2E%2E/internal/x",
            "/api/catalog/.%2e/internal",
            "//internal/x",
            "/api//internal",
            "/static/..\\..\\secret",
            "/static/..%5c..%5csecret/%2e%2e",
            "/static/a%00.js",
        ] {
            assert_eq!(target(path), Target::Malformed, "{path}");
        }
    }
}
