#!/usr/bin/env python3
"""compare.py [--count 10000] [--seconds 3] [--connections 1,8] [--out FILE]: Proscenium beside the real Backstage.

Ingests the same generated organisation into both, asks both the same questions in turn, and prints CPU milliseconds
(server and Postgres together) per request and per entity with their ratio. Ends with 1 when a ratio misses its bound.
Without a Backstage beside the checkout only our own figures are printed.
"""

import argparse
import contextlib
import json
import pathlib
import sys
import tempfile

import generate
from ingest import change_one_file, ingest
from measure import drive, machine_load, resident_mib
from reads import scenarios
from server import backstage, files, proscenium

# The port that the settings of Backstage allow to be read from.
PEER_FILES_PORT = 18098

# How many times less CPU than Backstage at 10,000 entities; None: printed, not judged.
BOUNDS = {
    "by-name": 3, "by-refs": 3, "by-query": 20, "by-query-owner": None, "full-text": 10, "facets": 20,
    "facets-filtered": None, "entities-100": None, "search": None, "ingest": 20,
}


def read_all(ours, theirs, seconds, connections):
    rows = []
    mine, other = scenarios(ours), scenarios(theirs) if theirs else {}
    for name, requests in mine.items():
        for count in connections:
            pair = {}
            # In turn, so that whatever else the machine does meets both.
            for target, asked in ((ours, requests), (theirs, other.get(name))):
                if target and asked:
                    drive(target, asked, count, 1)
                    pair[target.name] = drive(target, asked, count, seconds)
            rows.append({"test": name, "connections": count, **pair})
            print(json.dumps(rows[-1]), flush=True)
    return rows


def ratio(row):
    ours, theirs = row.get("proscenium"), row.get("backstage")
    key = "cpu_ms" if ours and "cpu_ms" in ours else "cpu_ms_per_entity"
    return round(theirs[key] / max(ours[key], 1e-3), 1) if ours and theirs else None


def table(rows):
    lines = ["| test | connections | Proscenium CPU ms | Backstage CPU ms | ratio | bound | p50 / p95 ms | p50 / p95 ms of Backstage |", "|---|---|---|---|---|---|---|---|"]
    for row in rows:
        ours, theirs = row["proscenium"], row.get("backstage")
        latency = lambda side: f"{side['p50_ms']} / {side['p95_ms']}" if side else "–"
        bound = BOUNDS.get(row["test"])
        theirs_cpu = theirs["cpu_ms"] if theirs else "–"
        lines.append(f"| {row['test']} | {row['connections']} | {ours['cpu_ms']} | {theirs_cpu} | {ratio(row) or '–'} | {bound or '–'} | {latency(ours)} | {latency(theirs)} |")
    return "\n".join(lines)


def missed(rows):
    for row in rows:
        bound, reached = BOUNDS.get(row["test"]), ratio(row)
        if bound and reached is not None and reached < bound:
            yield f"{row['test']} at {row.get('connections', '–')} connections: {reached} times less CPU, {bound} wanted"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--connections", default="1,8")
    parser.add_argument("--no-peer", action="store_true", help="our own figures only")
    parser.add_argument("--out", type=pathlib.Path)
    wanted = parser.parse_args()
    connections = [int(count) for count in wanted.connections.split(",")]
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        manifest = generate.write(wanted.count, folder)
        with files(folder) as base, proscenium([base.removeprefix("http://")]) as server:
            ours = server.tenant("load")
            row = {"test": "ingest", "proscenium": ingest(ours, base, manifest)}
            row["proscenium"]["changed_file_s"] = change_one_file(ours, folder, manifest)
            with contextlib.nullcontext() if wanted.no_peer else backstage() as theirs:
                if theirs:
                    with files(folder, PEER_FILES_PORT) as peer_base:
                        row["backstage"] = ingest(theirs, peer_base, manifest)
                        row["backstage"]["changed_file_s"] = change_one_file(theirs, folder, manifest)
                print(json.dumps(row), flush=True)
                rows = read_all(ours, theirs, wanted.seconds, connections)
            memory = resident_mib(server.process.pid)
    print(f"\n{table(rows)}\n\nIngest: {json.dumps(row)}, ratio {ratio(row)}; resident {memory[0]} MiB, at most {memory[1]} MiB; load {machine_load()}")
    if wanted.out:
        wanted.out.write_text(json.dumps({"ingest": row, "reads": rows, "resident_mib": memory}, indent=1))
    failures = list(missed([row, *rows]))
    print("\n".join(failures) or "every bound holds")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
