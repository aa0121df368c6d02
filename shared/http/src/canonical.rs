//! Paths as Backstage's router takes them: static parts in any letter case, repeated and trailing slashes ignored.
//!
//! Parameters keep their letter case. The audience and permission of a route are those of its canonical path, since
//! routing, and so the access check, sees nothing else.

use axum::extract::Request;
use http::Uri;
use http::uri::PathAndQuery;
use std::sync::Arc;

/// The templates of a service's paths.
#[derive(Debug, Clone)]
pub(crate) struct Templates(Arc<Vec<Vec<String>>>);

impl Templates {
    pub(crate) fn new<'a>(paths: impl IntoIterator<Item = &'a str>) -> Self {
        Self(Arc::new(paths.into_iter().map(|path| segments(path).map(str::to_owned).collect()).collect()))
    }

    /// Rewrites the request's path when it is another spelling of one of ours.
    pub(crate) fn apply(&self, mut request: Request) -> Request {
        if let Some(uri) = self.rewritten(request.uri()) {
            *request.uri_mut() = uri;
        }
        request
    }

    fn rewritten(&self, uri: &Uri) -> Option<Uri> {
        let path = self.canonical(uri.path())?;
        let with_query = match uri.query() {
            Some(query) => format!("{path}?{query}"),
            None => path,
        };
        let mut parts = uri.clone().into_parts();
        parts.path_and_query = Some(PathAndQuery::try_from(with_query).ok()?);
        Uri::from_parts(parts).ok()
    }

    /// `None` when the path is canonical already, or is none of ours.
    fn canonical(&self, path: &str) -> Option<String> {
        let odd = path.contains("//") || (path.len() > 1 && path.ends_with('/'));
        if !odd && !path.bytes().any(|b| b.is_ascii_uppercase()) {
            return None;
        }
        let given: Vec<&str> = segments(path).collect();
        // The template with the most static parts is the one that routing would choose.
        let template = self
            .0
            .iter()
            .filter(|template| matches(template, &given))
            .max_by_key(|template| template.iter().filter(|segment| !segment.starts_with('{')).count())?;
        let canonical: String = template
            .iter()
            .zip(&given)
            .map(|(segment, given)| format!("/{}", if segment.starts_with('{') { given } else { segment.as_str() }))
            .collect();
        (canonical != path).then_some(canonical)
    }
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

/// Paths that end in a wildcard are left to routing.
fn matches(template: &[String], given: &[&str]) -> bool {
    template.len() == given.len()
        && template.iter().zip(given).all(|(segment, given)| {
            if segment.starts_with('{') { !segment.starts_with("{*") } else { segment.eq_ignore_ascii_case(given) }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn static_parts_may_be_spelled_in_any_case_while_parameters_stay_as_they_are() {
        let templates = Templates::new(["/api/x/by-name/{kind}/{name}", "/api/x/by-name/all/{name}", "/api/y/{*path}"]);
        for (given, expected) in [
            ("/api/X/By-Name/Kind/Name/", Some("/api/x/by-name/Kind/Name")),
            ("/api/x//by-name/A/b", Some("/api/x/by-name/A/b")),
            ("/api/x/by-name/ALL/b", Some("/api/x/by-name/all/b")),
            ("/api/x/by-name/Kind/Name", None),
            ("/api/x/by-name/kind", None),
            ("/api/Y/some/", None),
            ("/", None),
        ] {
            assert_eq!(templates.canonical(given).as_deref(), expected, "{given}");
        }
    }
}
