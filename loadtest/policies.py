#!/usr/bin/env python3
"""policies.py [--count 10000] [--roles 1000] [--groups 5000] [--seconds 5]: what roles and groups cost who reads.

One organisation with so many custom roles, each with rules and conditions and bound to several of so many groups. A
member in twenty of the groups, under a condition, reads beside an administrator, in turn. Ends with 1 when the member's
p95 is more than a fifth above the administrator's. CPU milliseconds, which other work on the machine hardly moves, are
printed beside it.
"""

import argparse
import http.client
import json
import random
import sys
import tempfile
import urllib.parse

import generate
from ingest import ingest
from measure import Target, drive, machine_load
from server import files, proscenium

ALLOWED = 1.20
IN_GROUPS = 20
PASSWORD = "tulip-bronze-canoe"


def condition(*rules):
    return {"pluginId": "catalog", "resourceType": "catalog-entity", "conditions": {"anyOf": list(rules)}}


def rule(name, **params):
    return {"rule": name, "resourceType": "catalog-entity", "params": params}


def document(roles, groups):
    """So many roles, of which every one speaks of reading, and each of a few other permissions; the last is for all members."""
    choose = random.Random(1)
    made = []
    for number in range(roles - 1):
        owned = rule("IS_ENTITY_OWNER", claims=[f"group:default/g{choose.randrange(groups)}", "$ownerRefs"])
        kinds = rule("IS_ENTITY_KIND", kinds=["component", "api", "system"])
        rules = [
            {"permission": "catalog.entity.read", "effect": "allow", "condition": condition(owned, kinds)},
            {"permission": "catalog.entity.delete", "effect": "allow", "condition": condition(owned)},
            {"permission": f"plugin{number % 50}.thing.create", "effect": "deny" if number % 7 == 0 else "allow"},
        ]
        subjects = [f"group:default/g{group}" for group in choose.sample(range(groups), min(5, groups))]
        made.append({"name": f"role-{number}", "rules": rules, "subjects": subjects})
    narrowed = {"permission": "catalog.entity.read", "effect": "allow", "condition": condition(rule("IS_ENTITY_KIND", kinds=["component", "api"]))}
    return {"roles": [*made, {"name": "members-read", "rules": [narrowed], "subjects": ["member"]}]}


def expect(answer, *statuses):
    status, body = answer
    if status not in statuses:
        sys.exit(f"answered {status}: {body}")
    return body


def group_entities(groups, member_groups):
    entity = lambda kind, name, spec: {"apiVersion": "backstage.io/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": spec}
    every = [entity("Group", f"g{number}", {"type": "team", "children": []}) for number in range(groups)]
    return [*every, entity("User", "joe", {"memberOf": [f"g{number}" for number in member_groups]})]


def provide(admin, entities):
    """Gives the entities through the provider's door, in the size that one request takes."""
    for start in range(0, len(entities), 500):
        batch = [{"entity": entity} for entity in entities[start : start + 500]]
        expect(admin.call("/api/catalog/v1/providers/groups/mutations", "POST", {"type": "delta", "added": batch, "removed": []}), 200)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--roles", type=int, default=1_000)
    parser.add_argument("--groups", type=int, default=5_000)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        manifest = generate.write(wanted.count, folder)
        with files(folder) as url, proscenium([url.removeprefix("http://")]) as server:
            admin = server.tenant("load")
            ingest(admin, url, manifest)
            provide(admin, group_entities(wanted.groups, range(IN_GROUPS)))
            joe = Target("member", admin.base, admin.pids, member_token(admin))
            roles = document(wanted.roles, wanted.groups)
            draft = expect(admin.call("/api/tenant-admin/v1/policies/draft", "PUT", {"revision": 0, "document": roles}), 200)
            expect(admin.call("/api/tenant-admin/v1/policies/publish", "POST", {"revision": draft["revision"]}), 201)
            failed = compare(admin, joe, wanted)
    sys.exit(1 if failed else 0)


def member_token(admin):
    """Invites somebody, accepts for them, signs in for them and makes them a token, all at the organisation's own host."""
    invited = {"name": "Joe", "email": "joe@load.example", "role": "member"}
    made = expect(admin.call("/api/tenant-admin/v1/members", "POST", invited), 201)
    address = urllib.parse.urlsplit(made["invitation"]["url"])
    code, origin = address.path.rsplit("/", 1)[1], f"{address.scheme}://{address.netloc}"
    base = urllib.parse.urlsplit(admin.base)

    def send(method, path, body, headers=()):
        connection = http.client.HTTPConnection(base.hostname, base.port, timeout=30)
        connection.request(method, path, json.dumps(body), {"host": address.netloc, "origin": origin, "content-type": "application/json", **dict(headers)})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            sys.exit(f"{method} {path} answered {answer.status}: {text[:500]}")
        return answer, text

    send("POST", f"/api/tenant-admin/v1/invitations/{code}/accept", {"password": PASSWORD})
    signed, _ = send("POST", "/api/auth/v1/sign-in", {"email": "joe@load.example", "password": PASSWORD})
    cookie = signed.headers["set-cookie"].split(";")[0]
    _, token = send("POST", "/api/tenant-admin/v1/tokens", {"name": "load"}, [("cookie", cookie)])
    return json.loads(token)["token"]


def compare(admin, joe, wanted):
    questions = {
        "by-query": [("GET", "/api/catalog/entities/by-query?limit=20&orderField=metadata.name,asc", None)],
        "facets": [("GET", "/api/catalog/entity-facets?facet=kind&facet=spec.type", None)],
        "search": [("GET", "/api/search/query?term=service", None)],
    }
    failed = False
    print("| test | admin p95 ms | member p95 ms | ratio | admin CPU ms | member CPU ms |\n|---|---|---|---|---|---|")
    for name, requests in questions.items():
        seen = {"admin": [], "member": []}
        cpu = {"admin": [], "member": []}
        for round_number in range(wanted.rounds):
            both = [("admin", admin), ("member", joe)]
            for who, target in both if round_number % 2 == 0 else reversed(both):
                drive(target, requests, 4, 1)
                figures = drive(target, requests, 4, wanted.seconds)
                if figures["failed"]:
                    sys.exit(f"{name} by the {who}: {figures['failed']} requests failed")
                seen[who].append(figures["p95_ms"])
                cpu[who].append(figures["cpu_ms"])
        # The smallest of each: what the machine does beside only ever adds.
        of_admin, of_member = min(seen["admin"]), min(seen["member"])
        ratio = of_member / max(of_admin, 0.01)
        failed |= ratio > ALLOWED
        print(f"| {name} | {of_admin} | {of_member} | {ratio:.2f} | {min(cpu['admin'])} | {min(cpu['member'])} |", flush=True)
    print(f"\n{wanted.roles} roles, {wanted.groups} groups, {ALLOWED} allowed; load {machine_load()}")
    return failed


if __name__ == "__main__":
    main()
