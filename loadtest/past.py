#!/usr/bin/env python3
"""past.py [--entities 10000] [--out FILE]: how long the catalog of an earlier moment takes.

Ingests an organisation, then changes one hundredth of it, then all of it, and asks after each for a page of the list as it
was at first: once when nobody has asked yet, and once more. Then single entities. Ends with 1 when a first list takes
more than a second for 10,000 entities (5 s for 100,000), or answers with something else than there was.
"""

import argparse
import datetime
import json
import pathlib
import sys
import tempfile
import time

import generate
from ingest import ingest
from measure import machine_load, wait_until
from server import files, proscenium

LIST = "/api/catalog/entities/by-query?filter=kind=component&orderField=metadata.name,asc&limit=20"


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat().replace("+00:00", "Z")


def timed(target, path):
    before, started = target.cpu(), time.time()
    status, answer = target.call(path)
    assert status == 200, (status, answer)
    return answer, {"s": round(time.time() - started, 3), "cpu_s": round(target.cpu() - before, 3)}


def change(target, folder, manifest, names):
    """Gives every entity in these files another title, and waits until all of them show it."""
    mark = f"M{time.time_ns()}"
    for name in names:
        path = folder / name
        path.write_text(path.read_text().replace("  title: ", f"  title: {mark} "))
    wanted = sum((folder / name).read_text().count(f"title: {mark}") for name in names)
    status, locations = target.call("/api/catalog/locations")
    assert status == 200
    by_target = {location["data"]["target"].rsplit("/", 1)[1]: location["data"]["entityRef"] for location in locations}
    for name in names:
        target.call("/api/catalog/refresh", "POST", {"entityRef": by_target[name]})
    path = f"/api/catalog/entities/by-query?fullTextFilterTerm={mark}&fullTextFilterFields=metadata.title&limit=0"
    wait_until(lambda: target.call(path)[1]["totalItems"] >= wanted, 1800, 0.5)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entities", type=int, default=10_000)
    parser.add_argument("--out", type=pathlib.Path)
    wanted = parser.parse_args()
    limit_s = 1.0 if wanted.entities <= 10_000 else 5.0
    rows, wrong = {}, []
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        folder = pathlib.Path(folder)
        manifest = generate.write(wanted.entities, folder)
        with files(folder) as url, proscenium([url.removeprefix("http://")]) as server:
            target = server.tenant("past")
            print("ingest", json.dumps(ingest(target, url, manifest, limit_seconds=3600)), flush=True)
            time.sleep(4)  # whatever waits to be stitched together
            was, present = target.call(LIST)[1], timed(target, LIST)[1]
            moment = now()
            some = max(1, len(manifest["files"]) // 100)
            for what, names in (("a hundredth", manifest["files"][:some]), ("all", manifest["files"])):
                change(target, folder, manifest, names)
                path = f"{LIST}&asOf={moment}"
                answer, first = timed(target, path)
                again = timed(target, path)[1]
                rows[what] = {"first": first, "again": again}
                print(what, json.dumps(rows[what]), flush=True)
                if (answer["items"], answer["totalItems"]) != (was["items"], was["totalItems"]):
                    wrong.append(f"after {what} changed, the past is another one")
                if first["s"] > limit_s:
                    wrong.append(f"after {what} changed: {first['s']} s, {limit_s} allowed")
                # A moment of its own each time, so that nothing is kept for it.
                moment = now()
                was = target.call(LIST)[1]
            one = was["items"][0]["metadata"]
            path = f"/api/catalog/entities/by-name/component/{one['namespace']}/{one['name']}"
            before = target.cpu()
            for _ in range(200):
                status, _ = target.call(f"{path}?asOf={moment}")
                assert status == 200
            rows["by name"] = {"cpu_ms": round((target.cpu() - before) * 5, 3)}
    rows["the present list"] = present
    print("\n| the past, after this much changed | first | again |\n|---|---|---|")
    for what in ("a hundredth", "all"):
        print(f"| {what} | {rows[what]['first']['s']} s | {rows[what]['again']['s']} s |")
    print(f"\nby name: {rows['by name']['cpu_ms']} ms CPU; load {machine_load()}")
    if wanted.out:
        wanted.out.write_text(json.dumps(rows, indent=1))
    print("\n".join(wrong) or "every bound holds")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
