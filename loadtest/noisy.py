"""One organisation floods the installation; do the others notice?

Quiet organisations send a steady trickle, alone at first, then while a noisy one sends fifty times what one of them does
(`--times 1000`: fifty times what twenty of them do together). Ends with 1 when the quiet ones' p95 is more than 1.25 times
what it was alone, or one of their requests failed. Each phase is measured several times in turn and the medians are
compared, since other work on the machine moves single figures more than any neighbour does; the alternation is only as
good as that work is steady, so the machine's load is printed with each. The flood is sent by `wrk`: in this process it
would delay the quiet senders itself.

    python3 loadtest/noisy.py [--quiet 20] [--rate 2] [--times 50] [--seconds 10] [--rounds 3] [--plan free]
"""

import argparse
import contextlib
import http.client
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from measure import call, cpu_seconds, machine_load, wait_until
from server import PROGRAM, ROOT, files, proscenium

BOUND = 1.25
CONNECTIONS = 40
# One token alone would come to the limit of a token and never to its organisation's.
TOKENS = 20
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


def service_token(server, token, number):
    """One more token of the same organisation."""
    form = {"name": f"robot-{number}", "role": "viewer"}
    status, made = call(server.base, "/api/tenant-admin/v1/service-tokens", "POST", form, token)
    if status != 201:
        sys.exit(f"no token: {status} {made}")
    return made["token"]


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
            except (OSError, http.client.HTTPException) as error:
                status = type(error).__name__
                connection.close()
            self.latencies_ms.append((time.perf_counter() - begun) * 1000)
            self.statuses[status] = self.statuses.get(status, 0) + 1
            turn += 1
            # A sender that fell behind does not catch up in a burst.
            due = max(due + 1 / self.rate, time.perf_counter())


# Each connection waits for a random time between answer and next request, so that they do not march in step.
FLOOD = """
local paths, tokens, turn, threads = {%s}, {%s}, 0, {}
local meant_ms = %f
limited, answered, refused = 0, 0, 0
function setup(thread) table.insert(threads, thread) end
function init() math.randomseed(1) end
function delay() return math.floor(math.random() * 2 * meant_ms) end
function request()
  turn = turn + 1
  return wrk.format("GET", paths[turn %% #paths + 1], {Authorization = "Bearer " .. tokens[turn %% #tokens + 1]})
end
function response(status)
  if status == 200 then answered = answered + 1 elseif status == 429 then limited = limited + 1 else refused = refused + 1 end
end
function done(summary)
  local sums = {answered = 0, limited = 0, refused = 0}
  for _, thread in ipairs(threads) do for name, sum in pairs(sums) do sums[name] = sum + thread:get(name) end end
  local file = io.open("%s", "w")
  file:write(string.format('{"200":%%d,"429":%%d,"other":%%d,"per_second":%%.0f}', sums.answered, sums.limited, sums.refused,
    summary.requests / summary.duration * 1e6))
  file:close()
end
"""


@contextlib.contextmanager
def flood(port, tokens, rate, seconds):
    """Sends at that rate in the meantime; the dictionary holds at the end what came back."""
    came = {}
    with tempfile.TemporaryDirectory() as folder:
        lua, result = pathlib.Path(folder, "flood.lua"), pathlib.Path(folder, "result.json")
        paths, shown = (",".join(json.dumps(one) for one in texts) for texts in (QUESTIONS, tokens))
        lua.write_text(FLOOD % (paths, shown, CONNECTIONS * 1000 / rate, result))
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds:.0f}s", "--timeout", "30s", "-s", str(lua), f"http://127.0.0.1:{port}"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as sender:
            yield came
            _, said = sender.communicate(timeout=seconds + 60)
        if sender.returncode != 0 or not result.exists():
            sys.exit(f"wrk failed: {said.decode()}")
        came.update(json.loads(result.read_text()))


def phase(server, quiet, noisy, asked, seconds):
    """One measurement: latencies of the quiet ones, their failures, what the noisy one was answered, CPU seconds."""
    port, rate = int(server.base.rsplit(":", 1)[1]), asked.rate
    load, used = machine_load(), cpu_seconds(server.process.pid, server.postgres_pid())
    started = flood(port, noisy, rate * asked.times, seconds + 1) if noisy else contextlib.nullcontext({})
    with started as came:
        until = time.perf_counter() + seconds
        senders = [Sender(port, token, rate, until, at / len(quiet) / rate) for at, token in enumerate(quiet)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
    used = cpu_seconds(server.process.pid, server.postgres_pid()) - used
    latencies = sorted(latency for sender in senders for latency in sender.latencies_ms)
    failed = sum(count for sender in senders for status, count in sender.statuses.items() if status != 200)
    at = lambda share: round(latencies[int(len(latencies) * share)], 2)
    return {"p50_ms": at(0.5), "p95_ms": at(0.95), "sent": len(latencies), "failed": failed, "cpu_s": round(used, 1), "load": load, "noisy": came}


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
    parser.add_argument("--times", type=float, default=50, help="how many times what a quiet one sends the noisy one sends")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--plan", default="free")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        descriptors(pathlib.Path(folder))
        with files(folder) as url, proscenium([url.removeprefix("http://")]) as server:
            quiet = [organisation(server, f"quiet-{number}", asked.plan) for number in range(asked.quiet)]
            noisy = organisation(server, "noisy", asked.plan)
            for token in [*quiet, noisy]:
                target = {"type": "url", "target": f"{url}/all.yaml"}
                call(server.base, "/api/catalog/locations", "POST", target, token)
            for token in [*quiet, noisy]:
                wait_until(lambda token=token: call(server.base, QUESTIONS[-1], token=token)[0] == 200, 120)
            tokens = [service_token(server, noisy, number) for number in range(TOKENS)]
            phase(server, quiet, None, asked, 3)
            alone, beside = [], []
            for turn in range(asked.rounds):
                both = [(alone, None), (beside, tokens)]
                for measured, who in both if turn % 2 == 0 else reversed(both):
                    measured.append(phase(server, quiet, who, asked, asked.seconds))
    quiet_p95, noisy_p95 = (statistics.median(one["p95_ms"] for one in measured) for measured in (alone, beside))
    ratio = noisy_p95 / quiet_p95
    failed = sum(one["failed"] for one in alone + beside)
    for name, measured in (("alone", alone), ("beside", beside)):
        for one in measured:
            print(name, json.dumps(one))
    print(json.dumps({"p95_alone_ms": round(quiet_p95, 2), "p95_beside_ms": round(noisy_p95, 2), "ratio": round(ratio, 2), "bound": BOUND, "failed": failed}))
    return 0 if ratio <= BOUND and failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
