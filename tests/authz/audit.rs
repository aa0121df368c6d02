//! Every change leaves a row in the audit log.

use super::examples::{Example, changes, examples};
use super::installation::{Installation, request};
use super::organisation::Organisation;
use super::resources::Resources;
use super::{assert_known, name_of, reason};
use http_shell::{Caller, RouteEntry};
use kernel::TenantId;
use std::collections::BTreeSet;
use testkit::Reply;

/// Routes that answer a change with success and write no row, and why.
const WRITES_NO_ROW: &[(&str, &str)] = &[
    ("DELETE /api/{plugin_id}/.backstage/auth/v1/cookie", "does nothing"),
    ("POST /api/scaffolder/v2/autocomplete/{provider}/{resource}", "knows no provider yet, so never succeeds"),
    ("POST /api/{plugin_id}", "what a request does is the plugin's business; its installation is audited"),
    ("PUT /api/{plugin_id}", "what a request does is the plugin's business; its installation is audited"),
    ("PATCH /api/{plugin_id}", "what a request does is the plugin's business; its installation is audited"),
    ("DELETE /api/{plugin_id}", "what a request does is the plugin's business; its installation is audited"),
    ("POST /api/{plugin_id}/{*path}", "what a request does is the plugin's business; its installation is audited"),
    ("PUT /api/{plugin_id}/{*path}", "what a request does is the plugin's business; its installation is audited"),
    ("PATCH /api/{plugin_id}/{*path}", "what a request does is the plugin's business; its installation is audited"),
    ("DELETE /api/{plugin_id}/{*path}", "what a request does is the plugin's business; its installation is audited"),
    (
        "POST /api/tenant-admin/v1/signup/confirm",
        "takes a link that is only mailed; tenant-admin's mail tests open one",
    ),
    ("POST /api/tenant-admin/v1/portals/open", "takes a link that is only mailed; tenant-admin's mail tests open one"),
    ("POST /api/tenant-admin/v1/password-resets", "refused where no mail is sent; tenant-admin's mail tests ask"),
    ("POST /api/tenant-admin/v1/domains/{host}/verify", "nobody has this host; tenant-admin's tests prove one"),
    ("POST /api/tenant-admin/v1/tenant/deletion", "would close the organisation; tenant-admin's tests close one"),
    (
        "POST /api/scaffolder/v1/hooks/{token}",
        "takes an address that only a run knows; the scaffolder's tests call one",
    ),
    ("POST /internal/tenant-admin/v1/mails", "tells people of a run whose start is audited"),
    ("POST /api/auth/v1/operator/session", "the operator's, of no organisation; it is in the operator's own log"),
    ("DELETE /api/auth/v1/operator/session", "the operator's, of no organisation; it is in the operator's own log"),
    (
        "POST /api/plugins/v1/operator/rollouts",
        "in the operator's own log; what changes in an organisation is in its own",
    ),
    ("POST /api/plugins/v1/operator/rollouts/{id}/stop", "as the start of a rollout"),
    ("POST /api/plugins/v1/operator/rollouts/{id}/revert", "as the start of a rollout"),
    ("POST /api/plugins/v1/uploads", "takes an archive, which the example is not; plugin-host's tests upload one"),
    ("POST /api/plugins/v1/beacons", "counts what broke in a browser; what follows from it is audited"),
    ("POST /api/plugins/v1/installed/{plugin_id}/tasks/run", "the plugin has no task; plugin-host's tests run one"),
    ("POST /internal/plugins/v1/events", "what plugins do with an event is their business"),
    (
        "POST /internal/plugins/v1/workers/{plugin_id}/{*operation}",
        "what a worker does for a run is the run's, audited at its start",
    ),
    ("POST /internal/integrations/v1/push", "changes the outside world for a task whose start is audited"),
    ("POST /internal/integrations/v1/deliver", "carries rows of the log out; setting the stream up is audited"),
];

/// As an administrator would ask it: with a token, from the browser where the session is what matters, on the apex
/// where there is no organisation yet; what is internal, as a service.
async fn ask(
    installation: &Installation,
    by: &Organisation,
    entry: &RouteEntry,
    example: &Example,
    resources: &Resources,
) -> Reply {
    let (path, body) = (example.path_with(resources), example.body_with(resources));
    if entry.path.starts_with("/internal/") {
        let request = request(example.method(), "inside", &path, &body, &[]);
        return installation.call_inside(entry.service, &Caller::service(by.id, "test"), request).await;
    }
    let bearer = format!("Bearer {}", installation.bearer_for(by, &path));
    let (host, credential) = match example.route {
        "POST /api/tenant-admin/v1/signup" => (&installation.domain, None),
        "POST /api/auth/proscenium/logout" | "POST /api/auth/v1/view-as" | "DELETE /api/auth/v1/view-as" => {
            (&by.host, Some(("cookie", by.cookie.as_str())))
        }
        _ => (&by.host, Some(("authorization", bearer.as_str()))),
    };
    let headers: Vec<(&str, &str)> = credential.into_iter().chain([("origin", by.origin.as_str())]).collect();
    installation.call(request(example.method(), host, &path, &body, &headers)).await
}

/// Whose log the change belongs in.
fn tenant_of(reply: &Reply, by: &Organisation, entry: &RouteEntry) -> TenantId {
    let made = reply.json()["tenant"]["id"].as_str().and_then(|id| id.parse().ok()).map(TenantId::new);
    made.filter(|_| entry.path.ends_with("/signup")).unwrap_or(by.id)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_that_succeeds_writes_an_audit_row() {
    let installation = Installation::start().await;
    let by = installation.organisation("acme").await;
    let resources = installation.resources(&by).await;
    assert_known(WRITES_NO_ROW, &installation.routes);
    let (mut silent, mut succeeded, mut refused) = (Vec::new(), BTreeSet::new(), Vec::new());
    for (entry, example) in examples(&installation.routes) {
        // Opening a hand-off link starts a session, though a link can only be a GET.
        if !changes(entry) && example.route != "GET /api/auth/v1/handoff" {
            continue;
        }
        let before = installation.test.audit_rows(by.id).await;
        let reply = ask(&installation, &by, entry, example, &resources).await;
        let tenant = tenant_of(&reply, &by, entry);
        let before = if tenant == by.id { before } else { 0 };
        if reply.status.is_success() || reply.status.is_redirection() {
            succeeded.insert(name_of(entry));
            let wrote = installation.test.audit_rows(tenant).await > before;
            if wrote != reason(WRITES_NO_ROW, example.route).is_none() {
                silent.push(format!("{} {} wrote: {wrote}", example.route, example.body));
            }
        } else {
            refused.push(format!("{} {}: {} {}", example.route, example.body, reply.status, reply.text()));
        }
    }
    assert!(silent.is_empty(), "without an audit row, or with one despite the exception:\n{}", silent.join("\n"));
    for entry in installation.routes.iter().filter(|entry| changes(entry)) {
        let name = name_of(entry);
        let excepted = reason(WRITES_NO_ROW, &name).is_some();
        let of_it = || refused.iter().filter(|refusal| refusal.starts_with(&name)).collect::<Vec<_>>();
        assert!(succeeded.contains(&name) || excepted, "no example of {name} succeeds: {:#?}", of_it());
    }
    installation.stop().await;
}
