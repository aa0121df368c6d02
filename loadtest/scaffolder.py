"""Many runs of a template at the same time: does each make progress, and how soon is it seen?

Starts `--tasks` runs at once in one organisation, each with a reader of its event stream as a browser would have it. A run
writes files, renders a folder, logs, and waits between its steps, so that all of them are under way together. Measured:

- start: from the request's answer to the first event that a step begins, by the clock of the reader;
- line: from the beginning of a step, as its event says, to its log line in the reader's hands (an upper bound: rendering
  and validating the input are in it);
- progress: the longest time between two events of one run, without the second that the template waits itself.

Ends with 1 when a bound is missed: p95 of a line 1 s, median start of a run that finds a free slot 100 ms, no run without
an event for 10 s.

    python3 loadtest/scaffolder.py [--tasks 50] [--steps 10] [--single 20]
"""

import argparse
import datetime
import http.client
import json
import pathlib
import statistics
import sys
import tempfile
import threading
import time

from measure import call, machine_load, wait_until
from server import files, proscenium

LINE_BOUND, START_BOUND, STALL_BOUND = 1.0, 0.1, 10.0
PAUSE = 1.0


def template(steps):
    """A template of so many rounds: write a file, render the workspace, say something, wait."""
    rounds = "".join(
        f"""
    - {{id: write{n}, name: Write, action: 'catalog:write', input: {{filePath: 'src/f{n}.yaml', entity: {{kind: X, metadata: {{name: 'n{n}'}}}}}}}}
    - {{id: render{n}, name: Render, action: 'workspace:template', input: {{sourcePath: src, targetPath: out{n}, copyWithoutTemplating: [], values: {{name: 'x'}}}}}}
    - {{id: log{n}, name: Log, action: 'debug:log', input: {{message: 'line {n} of ${{{{ parameters.name }}}}'}}}}
    - {{id: wait{n}, name: Wait, action: 'debug:wait', input: {{seconds: {PAUSE}}}}}"""
        for n in range(steps)
    )
    return f"""
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {{name: load}}
spec:
  owner: user:default/admin
  type: service
  parameters: {{properties: {{name: {{type: string}}}}}}
  steps:{rounds}
---
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {{name: single}}
spec:
  owner: user:default/admin
  type: service
  steps:
    - {{id: log, name: Log, action: 'debug:log', input: {{message: 'hello'}}}}
"""


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class Reader(threading.Thread):
    """Starts a run and reads its event stream to the end."""

    def __init__(self, base, token, name, value):
        super().__init__(daemon=True)
        self.base, self.token, self.template, self.value = base, token, name, value
        self.start_latency, self.lines, self.stall, self.ended = None, [], 0.0, None

    def run(self):
        body = {"templateRef": f"template:default/{self.template}", "values": {"name": self.value}}
        status, made = call(self.base, "/api/scaffolder/v2/tasks", "POST", body, self.token)
        asked = time.time()
        if status != 201:
            self.ended = f"{status} {made}"
            return
        host = self.base.removeprefix("http://")
        connection = http.client.HTTPConnection(host, timeout=120)
        path = f"/api/scaffolder/v2/tasks/{made['id']}/eventstream"
        connection.request("GET", path, headers={"authorization": f"Bearer {self.token}"})
        response = connection.getresponse()
        begun, last = {}, time.time()
        while line := response.readline():
            if not line.startswith(b"data: "):
                continue
            event, now = json.loads(line[6:]), time.time()
            body = event["body"]
            message, step = body.get("message", ""), body.get("stepId")
            if message.startswith("Beginning step"):
                begun[step] = seconds(event["createdAt"])
                if self.start_latency is None:
                    self.start_latency = now - asked
            elif step and step.startswith("log") and "info" in message and step in begun:
                self.lines.append(now - begun.pop(step))
            if self.start_latency is not None:
                self.stall = max(self.stall, now - last - (PAUSE if (step or "").startswith("wait") else 0))
            last = now
            if event["type"] == "completion":
                self.ended = f"failed: {body['error']['message']}" if "error" in body else "completed"
                break
        connection.close()


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=50)
    parser.add_argument("--steps", type=int, default=10, help="rounds of four steps")
    parser.add_argument("--single", type=int, default=20, help="runs one after another, for the start")
    options = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="load-scaffolder-"))
    (folder / "all.yaml").write_text(template(options.steps))
    slots = {"scaffolder__concurrency": str(options.tasks), "scaffolder__tenant_concurrency": str(options.tasks)}
    with files(folder) as url, proscenium([url.removeprefix("http://")], **slots) as server:
        target = server.tenant("load")
        call(target.base, "/api/catalog/locations", "POST", {"type": "url", "target": f"{url}/all.yaml"}, target.token)
        path = "/api/catalog/entities/by-name/template/default/single"
        wait_until(lambda: call(target.base, path, "GET", None, target.token)[0] == 200, 60)
        missed = measure(target, options)
    sys.exit(1 if missed else 0)


def measure(target, options):
    """Prints the figures; whether a bound was missed."""
    starts = []
    for n in range(options.single):
        reader = Reader(target.base, target.token, "single", str(n))
        reader.start()
        reader.join(60)
        starts.append(reader.start_latency or 60)
    print(f"start, one after another: median {1000 * statistics.median(starts):.0f} ms, p95 {1000 * percentile(starts, 0.95):.0f} ms")

    readers = [Reader(target.base, target.token, "load", str(n)) for n in range(options.tasks)]
    before, since, load = target.cpu(), time.time(), machine_load()
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(600)
    took, cpu = time.time() - since, target.cpu() - before
    ended = [reader.ended for reader in readers]
    lines = [line for reader in readers for line in reader.lines] or [float("inf")]
    begun = [reader.start_latency for reader in readers if reader.start_latency is not None] or [float("inf")]
    stall = max(reader.stall for reader in readers)
    steps = options.tasks * options.steps * 4
    print(f"{options.tasks} runs at once: {ended.count('completed')} completed in {took:.1f} s (the template waits {options.steps * PAUSE:.0f} s)")
    print(f"start: median {1000 * statistics.median(begun):.0f} ms, p95 {1000 * percentile(begun, 0.95):.0f} ms")
    print(f"line: median {1000 * statistics.median(lines):.0f} ms, p95 {1000 * percentile(lines, 0.95):.0f} ms, {len(lines)} lines")
    print(f"longest without an event: {stall:.1f} s; {1000 * cpu / steps:.1f} ms CPU a step; load {load} before, {machine_load()} after")
    wrong = [end for end in ended if end != "completed"]
    if wrong:
        print(f"not completed: {wrong[:3]}")
    return bool(wrong) or percentile(lines, 0.95) > LINE_BOUND or statistics.median(starts) > START_BOUND or stall > STALL_BOUND


if __name__ == "__main__":
    main()
