#!/usr/bin/env python3
"""rendering.py [--files 100] [--rounds 20]: what rendering one file of a template costs, beside the real Backstage.

Sends the same dry runs to both: one with a single file, one with many. The CPU time of the difference, divided by the
number of files, is what a file costs (fetching, rendering, writing, collecting); the single one is what a run costs.
Ends with 1 when a file costs more than twice what it costs Backstage. Without a Backstage only our figures are printed.
"""

import argparse
import base64
import contextlib
import json
import sys

from measure import call, machine_load
from server import backstage, proscenium

BOUND = 2.0

FILE = """# ${{ values.name }}-%(index)d
owner: ${{ values.owner | lower }}
{%% if values.docs %%}
docs: https://docs.example.com/${{ values.name | replace("-", "/") }}/%(index)d
{%% endif %%}
ports:
{%%- for port in values.ports %%}
  - name: p${{ loop.index }}
    port: ${{ port }}
    target: ${{ port + 1000 }}
{%%- endfor %%}
labels:
  app: ${{ values.name }}
  team: ${{ (values.owner | parseEntityRef({defaultKind: "group", defaultNamespace: "default"})).name }}
  text: "${{ values.description | truncate(40) | upper }}"
""" + "".join(f"# a line without anything to render, as most lines of most files are: {line}\n" for line in range(20))

VALUES = {"name": "payment-api", "owner": "Team-A", "docs": True, "ports": [80, 443, 8080], "description": "Takes payments and gives receipts " * 3}


def order(files):
    contents = [
        {"path": f"skeleton/dir-{index % 10}/${{{{ values.name }}}}-{index}.yaml",
         "base64Content": base64.b64encode((FILE % {"index": index}).encode()).decode()}
        for index in range(files)
    ]
    template = {
        "apiVersion": "scaffolder.backstage.io/v1beta3", "kind": "Template", "metadata": {"name": "load"},
        "spec": {"type": "x", "steps": [{"id": "t", "name": "T", "action": "fetch:template",
                                         "input": {"url": "./skeleton", "values": "${{ parameters }}"}}]},
    }
    return {"template": template, "values": VALUES, "directoryContents": contents}


def run(target, files):
    status, body = target.call("/api/scaffolder/v2/dry-run", "POST", order(files))
    assert status == 200 and len(body["directoryContents"]) == files, (target.name, status, str(body)[:300])
    return body


def cost(target, files, rounds):
    """CPU milliseconds of one dry run."""
    run(target, files)
    before = target.cpu()
    for _ in range(rounds):
        run(target, files)
    return (target.cpu() - before) * 1000 / rounds


def measured(target, files, rounds):
    single, many = cost(target, 1, rounds), cost(target, files + 1, rounds)
    return {"run_ms": round(single, 1), "file_ms": round((many - single) / files, 3)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--no-peer", action="store_true", help="our own figures only")
    wanted = parser.parse_args()
    with proscenium([]) as server:
        ours = server.tenant("rendering")
        figures = {"proscenium": measured(ours, wanted.files, wanted.rounds)}
        with contextlib.nullcontext() if wanted.no_peer else backstage() as theirs:
            if theirs:
                status, guest = call(theirs.base, "/api/auth/guest/refresh")
                theirs.token = guest["backstageIdentity"]["token"] if status == 200 else None
                mine, other = run(ours, 3)["directoryContents"], run(theirs, 3)["directoryContents"]
                key = lambda file: file["path"]
                assert [(f["path"], f["base64Content"]) for f in sorted(mine, key=key)] == [
                    (f["path"], f["base64Content"]) for f in sorted(other, key=key)], "the two render differently"
                # The first runs warm the just-in-time compiler up.
                cost(theirs, wanted.files, wanted.rounds)
                figures["backstage"] = measured(theirs, wanted.files, wanted.rounds)
    print(json.dumps(figures | {"load": machine_load()}))
    if "backstage" in figures:
        ratio = figures["proscenium"]["file_ms"] / max(figures["backstage"]["file_ms"], 1e-3)
        print(f"a file costs {ratio:.2f} times what it costs Backstage; bound {BOUND}: {'held' if ratio <= BOUND else 'missed'}")
        sys.exit(0 if ratio <= BOUND else 1)


if __name__ == "__main__":
    main()
