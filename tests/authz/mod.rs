//! Every route against every kind of caller, through the front door of a whole installation.
//!
//! Owns the golden file `authz_matrix.txt`, the cross-tenant matrix, and the rules that each mutating route writes an
//! audit row and that no change rides on a cookie from elsewhere. [`examples`] holds at least one request for every
//! route; a route without one fails all of these tests.

mod audit;
mod canary;
mod cross_tenant;
mod csrf;
mod examples;
mod foreign_credentials;
pub mod installation;
mod matrix;
mod openapi;
mod operator_examples;
pub mod organisation;
mod plugin_host_examples;
mod resources;
mod scopes;
mod tenant_admin_examples;

use http_shell::RouteEntry;

/// `METHOD /path/{parameter}`: how tables name a route.
fn name_of(entry: &RouteEntry) -> String {
    format!("{} {}", entry.method, entry.path)
}

/// The path as the OpenAPI documents write it: they know no wildcard.
fn documented(entry: &RouteEntry) -> String {
    entry.path.replace("{*", "{")
}

/// The reason that a table of exceptions gives for a route.
fn reason<'a>(table: &[(&str, &'a str)], route: &str) -> Option<&'a str> {
    table.iter().find(|(known, _)| *known == route).map(|(_, why)| *why)
}

/// An exception for a route that is gone would hide the next route of that name.
fn assert_known(table: &[(&str, &str)], routes: &[RouteEntry]) {
    for (route, _) in table {
        assert!(routes.iter().any(|entry| name_of(entry) == *route), "{route} is excepted, yet there is no such route");
    }
}
