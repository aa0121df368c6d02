//! What pages that are rendered before an upgrade may ask for, decided by method and path alone.

use http::Method;

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target<'a> {
    /// The portal's own files and pages, as for anybody who is not signed in.
    Portal,
    /// A file of a remote, by digest and path.
    Remote(&'a str, &'a str),
    /// Pictures that the organisation chose: public.
    Branding,
    /// The catalog, for reading.
    Catalog,
    /// A plugin's worker, for reading.
    Plugin(&'a str),
    /// Nobody.
    Refused,
}

/// Names below `/api/` that are no plugins' and answer nothing here.
const OWN: [&str; 8] =
    ["auth", "docs", "openapi", "permission", "scaffolder", "tenant-admin", "integrations", "plugins"];
/// What the catalog is asked by POST and only reads.
const ASKING: [&str; 3] =
    ["/api/catalog/entities/by-refs", "/api/catalog/entities/by-query", "/api/catalog/entity-facets"];

/// Decides by the raw (still encoded) path, without its query.
#[must_use]
pub fn target<'a>(method: &Method, path: &'a str) -> Target<'a> {
    let reads = matches!(*method, Method::GET | Method::HEAD);
    let lower = path.to_ascii_lowercase();
    let odd = ["/../", "/..", "//", "\\", "%2e", "%5c", "%00"];
    if !path.starts_with('/') || odd.iter().any(|part| lower.contains(part)) {
        return Target::Refused;
    }
    let Some(rest) = path.strip_prefix("/api/") else {
        let internal = ["/internal", "/scim", "/.backstage", "/demo-git", "/api"].iter();
        let portal = reads && !internal.into_iter().any(|prefix| lower.starts_with(prefix));
        return if portal { Target::Portal } else { Target::Refused };
    };
    if ASKING.contains(&path) && *method == Method::POST {
        return Target::Catalog;
    }
    if !reads {
        return Target::Refused;
    }
    if let Some((digest, file)) = rest.strip_prefix("plugins/v1/remotes/").and_then(|rest| rest.split_once('/')) {
        return Target::Remote(digest, file);
    }
    if rest.starts_with("tenant-admin/v1/branding/files/") {
        return Target::Branding;
    }
    match rest.split('/').next().unwrap_or_default() {
        "catalog" | "search" => Target::Catalog,
        first if OWN.contains(&first) || !crate::domain::package::is_plugin_id(first) => Target::Refused,
        plugin => Target::Plugin(plugin),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_read_and_never_write() {
        let (get, post, put) = (Method::GET, Method::POST, Method::PUT);
        for (method, path, expected) in [
            (&get, "/", Target::Portal),
            (&get, "/catalog/default/component/x", Target::Portal),
            (&get, "/static/main.js", Target::Portal),
            (&post, "/", Target::Refused),
            (&get, "/internal/plugins/v1/x", Target::Refused),
            (&get, "/scim/v2/Users", Target::Refused),
            (&get, "/api/plugins/v1/remotes/ab/x/y.js", Target::Remote("ab", "x/y.js")),
            (&get, "/api/plugins/v1/installed", Target::Refused),
            (&get, "/api/tenant-admin/v1/branding/files/a.png", Target::Branding),
            (&get, "/api/tenant-admin/v1/members", Target::Refused),
            (&get, "/api/catalog/entities", Target::Catalog),
            (&get, "/api/catalog/entities/by-name/component/default/a%2fb", Target::Catalog),
            (&get, "/api/search/query", Target::Catalog),
            (&post, "/api/catalog/entities/by-refs", Target::Catalog),
            (&post, "/api/catalog/locations", Target::Refused),
            (&put, "/api/catalog/entities/by-refs", Target::Refused),
            (&get, "/api/notes/list", Target::Plugin("notes")),
            (&post, "/api/notes/list", Target::Refused),
            (&get, "/api/notes/..%2f..%2finternal", Target::Refused),
            (&get, "/api/notes//x", Target::Refused),
            (&get, "/api/catalog/../plugins/v1/installed", Target::Refused),
            (&get, "/api/catalog/%2E%2E/plugins", Target::Refused),
            (&get, "/api/scaffolder/v2/tasks", Target::Refused),
            (&get, "/api/auth/v1/userinfo", Target::Refused),
            (&get, "/api/", Target::Refused),
            (&get, "/api", Target::Refused),
            (&get, "x", Target::Refused),
        ] {
            assert_eq!(target(method, path), expected, "{method} {path}");
        }
    }
}
