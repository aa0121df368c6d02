"""One organisation floods the installation; do the others notice?

Quiet organisations send a steady trickle, alone at first, then while a noisy one sends fifty times as much, open loop, as
fast as its connections allow. Ends with 1 when the quiet ones' p95 is more than 1.25 times what it was alone, or one of
their requests failed. Each phase is measured several times in turn and the medians are compared, since other work on the
machine moves single figures more than any neighbour does.

    python3 loadtest/noisy.py [--quiet 20] [--rate 2] [--seconds 10] [--rounds 3] [--plan free]
"""

import argparse
import http.client
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from measure import call, wait_until
from server import PROGRAM, ROOT, files, proscenium

BOUND = 1.25
FLOOD = 50
QUESTIONS = [
    "/api/catalog/entities/by-query?limit=20",
    "/api/catalog/entities/by-query?filter=kind=component&limit=20",
    "/api/catalog/entity-facets?facet=kind",
    "/api/catalog/entities/by-name/component/default/c-1",
]


def organisation(server, slug, plan):
    """A new organisation with a plan; its token."""
    command = [PROGRAM, "tenant", "create", slug, "--name", slug, "--admin", f"admin@{slug}.example", "--plan", plan]
    made = subprocess.run(command + ["--data-dir", str(server.folder)], check=True, capture_output=True, cwd=ROOT)
    return json.loads(made.stdout)["token"]


class Sender(threading.Thread):
    """Sends at a steady rate over one connection, whatever the answers say."""

    def __init__(self, port, token, rate, until, offset):
        super().__init__(daemon=True)
        self.port, self.token, self.rate, self.until, self.offset = port, token, rate, until, offset
        self.latencies_ms, self.statuses = [], {}

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"authorization": f"Bearer {self.token}", "accept": "application/json"}
        due, turn = time.perf_counter() + self.offset, 0
        while due < self.until:
            time.sleep(max(0.0, due - time.perf_counter()))
            begun = time.perf_counter()
            try:
                connection.request("GET", QUESTIONS[turn % len(QUESTIONS)], headers=headers)
                answer = connection.getresponse()
                answer.read()
                status = answer.status
            except OSError as error:
                status = type(error).__name__
                connection.close()
            self.latencies_ms.append((time.perf_counter() - begun) * 1000)
            self.statuses[status] = self.statuses.get(status, 0) + 1
            turn += 1
            # A sender that fell behind does not catch up in a burst.
            due = max(due + 1 / self.rate, time.perf_counter())


def phase(port, quiet, noisy, rate, seconds):
    """One measurement; latencies of the quiet ones, their failures, and what the noisy one was answered."""
    until = time.perf_counter() + seconds
    senders = [Sender(port, token, rate, until, at / len(quiet) / rate) for at, token in enumerate(quiet)]
    # Several connections, so that one slow answer does not slow the flood.
    flood = [Sender(port, noisy, rate * len(quiet) * FLOOD / 20, until, 0) for _ in range(20 if noisy else 0)]
    for sender in senders + flood:
        sender.start()
    for sender in senders + flood:
        sender.join()
    latencies = sorted(latency for sender in senders for latency in sender.latencies_ms)
    failed = sum(count for sender in senders for status, count in sender.statuses.items() if status != 200)
    answers = {}
    for sender in flood:
        for status, count in sender.statuses.items():
            answers[str(status)] = answers.get(str(status), 0) + count
    return {"p95_ms": latencies[int(len(latencies) * 0.95)], "sent": len(latencies), "failed": failed, "noisy": answers}


def descriptors(folder):
    """A file with two hundred components."""
    parts = []
    for number in range(200):
        parts.append(
            f"apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: c-{number}\n"
            "spec:\n  type: service\n  lifecycle: production\n  owner: team\n"
        )
    (folder / "all.yaml").write_text("---\n".join(parts))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quiet", type=int, default=20)
    parser.add_argument("--rate", type=float, default=2.0, help="requests a second of each quiet organisation")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--plan", default="free")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        descriptors(pathlib.Path(folder))
        with files(folder) as url, proscenium([url.removeprefix("http://")]) as server:
            port = int(server.base.rsplit(":", 1)[1])
            quiet = [organisation(server, f"quiet-{number}", asked.plan) for number in range(asked.quiet)]
            noisy = organisation(server, "noisy", asked.plan)
            for token in [*quiet, noisy]:
                target = {"type": "url", "target": f"{url}/all.yaml"}
                call(server.base, "/api/catalog/locations", "POST", target, token)
            for token in [*quiet, noisy]:
                wait_until(lambda token=token: call(server.base, QUESTIONS[-1], token=token)[0] == 200, 120)
            phase(port, quiet, None, asked.rate, 3)
            alone, beside = [], []
            for _ in range(asked.rounds):
                alone.append(phase(port, quiet, None, asked.rate, asked.seconds))
                beside.append(phase(port, quiet, noisy, asked.rate, asked.seconds))
    quiet_p95, noisy_p95 = (statistics.median(one["p95_ms"] for one in measured) for measured in (alone, beside))
    ratio = noisy_p95 / quiet_p95
    failed = sum(one["failed"] for one in alone + beside)
    print(json.dumps({
        "p95_alone_ms": round(quiet_p95, 2), "p95_beside_ms": round(noisy_p95, 2), "ratio": round(ratio, 2),
        "bound": BOUND, "failed": failed, "noisy": [one["noisy"] for one in beside],
    }, indent=1))
    return 0 if ratio <= BOUND and failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
