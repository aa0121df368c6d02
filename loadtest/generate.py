#!/usr/bin/env python3
"""generate.py COUNT FOLDER: a deterministic organisation of COUNT entities as descriptor files of 200 each.

Writes e-0000.yaml …, all.yaml (a Location with every file as target) and manifest.json: the number of entities, the
number of relation edges after stitching, the files, and one component that can be edited (`probe`).
"""

import json
import pathlib
import random
import sys

PER_FILE = 200
SHARES = {"Component": 0.60, "API": 0.12, "Resource": 0.08, "System": 0.05, "Domain": 0.01, "Group": 0.04, "User": 0.10}
AREAS = "orders invoices parcels tickets wallets reviews seats menus fleets lockers meters claims loans grades visits beds".split()
PARTS = "intake ledger router mirror planner watcher bridge vault board agent relay index probe scribe gauge dock".split()
WORDS = "keeps the state of its area and answers within limits that its runbook names while events tell others of change".split()
TAGS = "java go rust python kotlin grpc rest graphql kafka postgres internal public tier-1 tier-2 legacy audited".split()


class Organisation:
    def __init__(self, count):
        self.random = random.Random(f"proscenium {count}")
        self.edges = set()
        counts = {kind: max(1, round(count * share)) for kind, share in SHARES.items()}
        counts["Component"] += count - sum(counts.values())
        self.names = {kind: [self.name(kind, number) for number in range(amount)] for kind, amount in counts.items()}

    def name(self, kind, number):
        if kind in ("Component", "API", "Resource"):
            return f"{self.random.choice(AREAS)}-{self.random.choice(PARTS)}-{kind[0].lower()}{number:05d}"
        return f"{kind.lower()}-{number:05d}"

    def relate(self, source, kind, target, reverse):
        self.edges.add((source, kind, target))
        self.edges.add((target, reverse, source))

    def one(self, kind, skew=1.0):
        names = self.names[kind]
        return names[min(int(len(names) * self.random.random() ** skew), len(names) - 1)]

    def sentence(self, words):
        return " ".join(self.random.choice(WORDS) for _ in range(words)).capitalize() + "."

    def metadata(self, name):
        chance = self.random
        lines = ["metadata:", f"  name: {name}", f"  title: {name.replace('-', ' ').title()}"]
        lines += [f"  description: {self.sentence(chance.randint(8, 22))}", "  annotations:"]
        lines += [f"    github.com/project-slug: example/{name}", "    backstage.io/techdocs-ref: dir:."]
        lines += [f'    example.com/integration-key: "{chance.getrandbits(128):032x}"', "  labels:"]
        lines += [f'    tier: "{chance.randint(1, 4)}"', f"    region: {chance.choice(['north', 'south', 'east'])}"]
        lines += [f"    example.com/cost-centre: cc-{chance.randint(100, 199)}"]
        lines += ["  tags: [" + ", ".join(sorted(chance.sample(TAGS, chance.randint(1, 5)))) + "]", "  links:"]
        lines += [f"    - {{url: 'https://runbook.example.com/{name}', title: Runbook, type: runbook}}", "spec:"]
        return lines

    def owned(self, me, lines):
        group = self.one("Group", skew=1.7)
        self.relate(me, "ownedBy", f"group:default/{group}", "ownerOf")
        lines.append(f"  owner: {group}")

    def part_of(self, me, lines, field, kind):
        name = self.one(kind)
        self.relate(me, "partOf", f"{kind.lower()}:default/{name}", "hasPart")
        lines.append(f"  {field}: {name}")

    def many(self, me, lines, field, kind, most, relation, reverse):
        picked = sorted({self.one(kind) for _ in range(self.random.randint(0, most))})
        refs = [f"{kind.lower()}:default/{name}" for name in picked if f"{kind.lower()}:default/{name}" != me]
        if refs:
            lines.append(f"  {field}: [{', '.join(refs)}]")
        for ref in refs:
            self.relate(me, relation, ref, reverse)

    def document(self, kind, name):
        me = f"{kind.lower()}:default/{name}"
        lines = ["apiVersion: backstage.io/v1alpha1", f"kind: {kind}"] + self.metadata(name)
        chance = self.random
        if kind in ("Component", "API", "Resource"):
            kinds = {"Component": ["service", "service", "service", "website", "library"], "API": ["openapi"], "Resource": ["database", "bucket"]}
            lines.append(f"  type: {chance.choice(kinds[kind])}")
            lines.append(f"  lifecycle: {chance.choice(['production', 'production', 'production', 'experimental'])}")
        if kind not in ("Group", "User"):
            self.owned(me, lines)
        if kind in ("Component", "API", "Resource"):
            self.part_of(me, lines, "system", "System")
        if kind == "System":
            self.part_of(me, lines, "domain", "Domain")
        if kind == "Component":
            self.many(me, lines, "providesApis", "API", 1, "providesApi", "apiProvidedBy")
            self.many(me, lines, "consumesApis", "API", 3, "consumesApi", "apiConsumedBy")
            self.many(me, lines, "dependsOn", "Component", 4, "dependsOn", "dependencyOf")
        if kind == "API":
            lines += ["  definition: |", "    openapi: 3.0.3", f"    info: {{title: {name}, version: 1.0.0}}", "    paths:"]
            lines += [f"      /{part}: {{get: {{summary: {self.sentence(9)}}}}}" for part in PARTS]
        if kind == "Group":
            lines += ["  type: team", "  children: []"]
        if kind == "User":
            lines += ["  profile:", f"    displayName: {name.title()}", f"    email: {name}@example.com"]
            groups = sorted({self.one("Group", skew=1.7) for _ in range(2)})
            lines.append(f"  memberOf: [{', '.join(groups)}]")
            for group in groups:
                self.relate(me, "memberOf", f"group:default/{group}", "hasMember")
        return me, "\n".join(lines) + "\n"

    def documents(self):
        documents = [self.document(kind, name) for kind, names in self.names.items() for name in names]
        self.random.shuffle(documents)
        return documents


def write(count, folder):
    """Writes the organisation; returns its manifest."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    organisation = Organisation(count)
    documents = organisation.documents()
    probe = next(ref for ref, _ in documents if ref.startswith("component:"))
    files, probe_file = [], None
    for start in range(0, count, PER_FILE):
        name = f"e-{start // PER_FILE:04d}.yaml"
        part = documents[start : start + PER_FILE]
        (folder / name).write_text("---\n".join(text for _, text in part))
        files.append(name)
        if any(ref == probe for ref, _ in part):
            probe_file = name
    targets = "".join(f"    - ./{name}\n" for name in files)
    head = "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata:\n  name: all-files\nspec:\n  type: url\n  targets:\n"
    (folder / "all.yaml").write_text(head + targets)
    by_type = {}
    for _, kind, _ in organisation.edges:
        by_type[kind] = by_type.get(kind, 0) + 1
    manifest = {"count": count, "edges": len(organisation.edges), "edges_by_type": by_type, "files": files, "probe": probe, "probe_file": probe_file}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1))
    return manifest


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    print(json.dumps(write(int(sys.argv[1]), sys.argv[2])["edges_by_type"]))
