"""Registers a generated organisation and waits until every entity is visible and every relation edge is there."""

import json
import pathlib
import re
import time

from measure import wait_until


def register(target, base, names):
    for name in names:
        status, answer = target.call("/api/catalog/locations", "POST", {"type": "url", "target": f"{base}/{name}"})
        assert status == 201, (status, answer)


def visible(target):
    kinds = "&".join(f"filter=kind={kind}" for kind in ("component", "api", "resource", "system", "domain", "group", "user"))
    status, page = target.call(f"/api/catalog/entities/by-query?{kinds}&limit=0")
    return page["totalItems"] if status == 200 else -1


def edges(target, types):
    facets = "&".join(f"facet=relations.{kind}" for kind in types)
    status, answer = target.call(f"/api/catalog/entity-facets?{facets}")
    return sum(value["count"] for values in answer["facets"].values() for value in values) if status == 200 else -1


def ingest(target, base, manifest, layout="per-file", limit_seconds=900):
    """Seconds until visible and stitched, and CPU milliseconds per entity."""
    before, started = target.cpu(), time.time()
    register(target, base, manifest["files"] if layout == "per-file" else ["all.yaml"])
    wait_until(lambda: visible(target) >= manifest["count"], limit_seconds, 0.5)
    seen = time.time() - started
    wait_until(lambda: edges(target, manifest["edges_by_type"]) >= manifest["edges"], limit_seconds, 0.5)
    stitched = time.time() - started
    used = target.cpu() - before
    return {
        "layout": layout,
        "visible_s": round(seen, 1),
        "stitched_s": round(stitched, 1),
        "cpu_ms_per_entity": round(used * 1000 / manifest["count"], 3),
    }


def change_one_file(target, folder, manifest, times=5):
    """Edits one component, asks for a refresh, and says how many seconds it took to show, each time."""
    path, name = pathlib.Path(folder) / manifest["probe_file"], manifest["probe"].split("/")[1]
    seconds = []
    for _ in range(times):
        mark = f"Changed at {time.time_ns()}"
        pattern = rf"(\n  name: {re.escape(name)}\n  title: .*\n)  description: .*"
        text, count = re.subn(pattern, rf"\g<1>  description: {json.dumps(mark)}", path.read_text(), count=1)
        assert count == 1
        path.write_text(text)
        started = time.time()
        status, answer = target.call("/api/catalog/refresh", "POST", {"entityRef": manifest["probe"]})
        assert status == 200, answer
        shows = lambda: mark in json.dumps(target.call(f"/api/catalog/entities/by-name/component/default/{name}")[1])
        wait_until(shows, 120, 0.02)
        seconds.append(round(time.time() - started, 3))
        time.sleep(1.2)  # file times have whole seconds
    return seconds
