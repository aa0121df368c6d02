"""Many organisations with a few light plugins each, of whom few are awake: memory of all workers, and the wait after sleep.

Each organisation installs three small back ends that are laid out as the installer does (unmodified Backstage back ends
with a route each, no database). Requests arrive by Poisson, organisations by Zipf, as their users through the gateway.
Ends with 1 when a request failed, the workers' memory (PSS of every process of theirs, the watching ones included) went
beyond the bound, or the 95th percentile of the first answer after a wake did.

    python3 loadtest/density.py [--tenants 100] [--minutes 10] [--rate 4] [--awake 20] [--idle 60s] [--level highest]

`--awake` counts organisations; the host's limit is that number times three workers.
"""

import argparse
import concurrent.futures
import http.client
import json
import pathlib
import random
import statistics
import subprocess
import sys
import threading
import time

from measure import call, machine_load, tree, wait_until
from server import PROGRAM, ROOT, proscenium

PLUGINS = ["light-a", "light-b", "light-c"]
PSS_BOUND_MIB, WAKE_BOUND_S = 2048, 1.0
SOURCE = """
const { createBackendPlugin, coreServices } = require('@backstage/backend-plugin-api');
let answered = 0;
exports.default = createBackendPlugin({
  pluginId: 'ID',
  register(env) {
    env.registerInit({
      deps: { http: coreServices.httpRouter, logger: coreServices.logger, config: coreServices.rootConfig },
      async init({ http, config }) {
        const title = config.getOptionalString('app.title');
        http.use((req, res) => { answered += 1; res.json({ plugin: 'ID', title, answered, pid: process.pid }); });
      },
    });
  },
});
"""


def package(plugin):
    return f"@proscenium-load/plugin-{plugin}-backend"


def lay_out(folder):
    """Bundles as the installer leaves them."""
    api = (ROOT / "services/plugin-worker/node_modules/@backstage/backend-plugin-api").resolve()
    for plugin in PLUGINS:
        name = package(plugin)
        bundle = folder / "bundles" / f"{name.replace('/', '+')}@1.0.0"
        inner = bundle / "node_modules" / name
        inner.mkdir(parents=True)
        # The worker's own copy; a bundle has no links that lead out of it.
        lent = bundle / "node_modules/@backstage/backend-plugin-api"
        lent.mkdir(parents=True)
        (lent / "package.json").write_text('{"name":"@backstage/backend-plugin-api","main":"index.cjs"}')
        (lent / "index.cjs").write_text(f"module.exports = require({json.dumps(str(api))});\n")
        (inner / "index.cjs").write_text(SOURCE.replace("ID", plugin))
        manifest = {"name": name, "version": "1.0.0", "main": "index.cjs", "backstage": {"role": "backend-plugin", "pluginId": plugin}}
        (inner / "package.json").write_text(json.dumps(manifest))
        described = {
            "package": name, "version": "1.0.0", "description": None, "role": "backend-plugin", "pluginId": plugin,
            "backendFeatures": [name], "hasBackend": True, "hasFrontend": False, "legacyFrontend": False, "lockDigest": "none",
        }  # fmt: skip
        (bundle / "bundle.json").write_text(json.dumps(described))
        (bundle / "package.json").write_text('{"private":true}')


def organisation(server, slug):
    command = [PROGRAM, "tenant", "create", slug, "--name", slug, "--admin", f"admin@{slug}.example", "--data-dir", str(server.folder)]
    token = json.loads(subprocess.run(command, check=True, capture_output=True, cwd=ROOT).stdout)["token"]
    for plugin in PLUGINS:
        body = {"package": package(plugin), "version": "1.0.0"}
        status, answer = call(server.base, "/api/plugins/v1/installed", "POST", body, token)
        if status != 202:
            sys.exit(f"not installed: {status} {answer}")
    return token


def installed(server, token):
    status, answer = call(server.base, "/api/plugins/v1/installed", token=token)
    return status == 200 and not any(item["worker"]["state"] in ("installing", "starting") for item in answer["items"])


def workers(server):
    """The processes of all workers: those that the server started through its `sandbox` verb, and their children."""
    found = set()
    for pid in tree([server.process.pid]):
        try:
            if b"\0sandbox\0" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes():
                found |= tree([pid])
        except OSError:
            continue
    return found


def pss_mib(pids):
    total = 0
    for pid in pids:
        try:
            for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
        except OSError:
            continue
    return total / 1024


def is_worker(pid):
    """Whether it is the plugin's own process; two small ones of ours watch over it."""
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().startswith(b"proscenium-worker")
    except OSError:
        return False


class Watch(threading.Thread):
    def __init__(self, server):
        super().__init__(daemon=True)
        self.server, self.samples, self.stopped = server, [], threading.Event()

    def run(self):
        while not self.stopped.wait(3):
            pids = workers(self.server)
            nodes = sum(is_worker(pid) for pid in pids)
            self.samples.append((nodes, len(pids), pss_mib(pids)))


def ask(port, token, plugin):
    """Seconds, status, and the number of the answer within its process."""
    begun = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", f"/api/{plugin}/x", headers={"authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        text = answer.read()
        number = json.loads(text)["answered"] if answer.status == 200 else text[:200].decode(errors="replace")
        return time.perf_counter() - begun, answer.status, number
    except OSError as error:
        return time.perf_counter() - begun, 0, str(error)
    finally:
        connection.close()


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))] if values else float("nan")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tenants", type=int, default=100)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--rate", type=float, default=4)
    parser.add_argument("--awake", type=int, default=20)
    parser.add_argument("--idle", default="60s")
    parser.add_argument("--level", default="highest")
    args = parser.parse_args()
    settings = {
        "plugins__allow": ",".join(package(plugin) for plugin in PLUGINS),
        "plugins__idle": args.idle,
        "plugins__awake": str(args.awake * len(PLUGINS)),
        "plugins__isolation": args.level,
    }
    randomness = random.Random(7)
    with proscenium([], **settings) as server:
        lay_out(server.folder)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            tokens = list(pool.map(lambda number: organisation(server, f"org-{number}"), range(args.tenants)))
        # Each worker starts once, to be asked what it hosts.
        wait_until(lambda: all(installed(server, token) for token in tokens), 1200)
        status, isolation = call(server.base, "/api/plugins/v1/isolation", token=tokens[0])
        weights = [1 / (rank + 1) for rank in range(args.tenants)]
        port = int(server.base.rsplit(":", 1)[1])
        watch = Watch(server)
        watch.start()
        results, end = [], time.perf_counter() + args.minutes * 60
        with concurrent.futures.ThreadPoolExecutor(64) as pool:
            waiting = []
            while time.perf_counter() < end:
                time.sleep(randomness.expovariate(args.rate))
                token = randomness.choices(tokens, weights)[0]
                waiting.append(pool.submit(ask, port, token, randomness.choice(PLUGINS)))
            results = [one.result() for one in waiting]
        watch.stopped.set()
    failed = [result for result in results if result[1] != 200]
    first = [took for took, status, number in results if status == 200 and number == 1]
    warm = [took for took, status, number in results if status == 200 and number != 1]
    most = max(pss for _, _, pss in watch.samples)
    report = {
        "isolation": isolation["level"] if status == 200 else isolation,
        "requests": len(results),
        "failed": len(failed),
        "why": sorted({str(result[2]) for result in failed})[:5],
        "wakes": len(first),
        "wake_s": {"p50": round(percentile(first, 0.5), 3), "p95": round(percentile(first, 0.95), 3), "max": round(max(first, default=0), 3)},
        "warm_ms": {"p50": round(percentile(warm, 0.5) * 1000, 1), "p95": round(percentile(warm, 0.95) * 1000, 1)},
        "workers_awake": {"median": statistics.median(nodes for nodes, _, _ in watch.samples), "max": max(nodes for nodes, _, _ in watch.samples)},
        "pss_mib": {"max": round(most), "per_worker": round(statistics.median(pss / nodes for nodes, _, pss in watch.samples if nodes), 1)},
        "machine_load": machine_load(),
    }  # fmt: skip
    sys.stdout.write(json.dumps(report, indent=2) + "\n")
    if failed or most > PSS_BOUND_MIB or percentile(first, 0.95) > WAKE_BOUND_S:
        sys.exit(1)


main()
