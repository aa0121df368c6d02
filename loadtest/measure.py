"""CPU time of process trees, HTTP calls, and closed-loop load with wrk.

CPU milliseconds per request are what the load tests compare: they hardly depend on what else the machine does.
Wall-clock figures are printed for orientation only.
"""

import json
import os
import pathlib
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

TICKS = os.sysconf("SC_CLK_TCK")


def tree(roots):
    """The process ids in `roots` and all their descendants, each once."""
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                stat = pathlib.Path(f"/proc/{entry}/stat").read_text()
            except OSError:
                continue
            parent = int(stat[stat.rindex(")") + 2 :].split()[1])
            children.setdefault(parent, []).append(int(entry))
    found, waiting = set(), list(roots)
    while waiting:
        pid = waiting.pop()
        if pid not in found:
            found.add(pid)
            waiting += children.get(pid, [])
    return found


def cpu_seconds(*roots):
    """CPU seconds used so far by these process trees, children that ended included."""
    total = 0
    for pid in tree([root for root in roots if root]):
        try:
            stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            continue
        total += sum(int(field) for field in stat[stat.rindex(")") + 2 :].split()[11:15])
    return total / TICKS


def resident_mib(pid):
    """Resident memory of one process in MiB, now and at its highest."""
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    size = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines if line.startswith(("VmRSS", "VmHWM"))}
    return round(size["VmRSS"], 1), round(size["VmHWM"], 1)


def machine_load():
    return float(pathlib.Path("/proc/loadavg").read_text().split()[0])


def call(base, path, method="GET", body=None, token=None, timeout=300):
    """Status and JSON of one request; errors of HTTP are answers."""
    headers = {"accept": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    data = None
    if body is not None:
        data, headers["content-type"] = json.dumps(body).encode(), "application/json"
    request = urllib.request.Request(base + path, data=data, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            status, text = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        status, text = error.code, error.read()
    try:
        return status, json.loads(text) if text else None
    except ValueError:
        return status, text


class Target:
    """A server under test: where it is, who asks, and which processes its CPU time is counted in."""

    def __init__(self, name, base, pids, token=None):
        self.name, self.base, self.pids, self.token = name, base, pids, token

    def call(self, path, method="GET", body=None):
        return call(self.base, path, method, body, self.token)

    def cpu(self):
        return cpu_seconds(*self.pids)


DONE = """
function done(summary, latency)
  local file = io.open(%s, "w")
  file:write(string.format('{"requests":%%d,"microseconds":%%d,"bytes":%%d,"failed":%%d,"p50":%%f,"p95":%%f,"p99":%%f}',
    summary.requests, summary.duration, summary.bytes,
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(95) / 1000, latency:percentile(99) / 1000))
  file:close()
end
"""


def script(target, requests, result):
    """A Lua script that cycles over (method, path, body)."""
    lines = ["local prepared, turn = {}, 0", "function init()"]
    for method, path, body in requests:
        headers = {"Accept": "application/json"}
        if target.token:
            headers["Authorization"] = f"Bearer {target.token}"
        if body is not None:
            headers["Content-Type"] = "application/json"
        table = ",".join(f"[{json.dumps(key)}]={json.dumps(value)}" for key, value in headers.items())
        content = "nil" if body is None else json.dumps(json.dumps(body))
        lines.append(f"prepared[#prepared+1] = wrk.format({json.dumps(method)}, {json.dumps(path)}, {{{table}}}, {content})")
    lines += ["end", "function request() turn = turn % #prepared + 1; return prepared[turn] end", DONE % json.dumps(result)]
    return "\n".join(lines)


def drive(target, requests, connections, seconds):
    """Sends requests in a closed loop; returns rates, latencies in ms and CPU milliseconds per request."""
    with tempfile.TemporaryDirectory() as folder:
        result, lua = os.path.join(folder, "result.json"), os.path.join(folder, "load.lua")
        pathlib.Path(lua).write_text(script(target, requests, result))
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", lua, target.base]
        before = target.cpu()
        subprocess.run(command, check=True, capture_output=True)
        used = target.cpu() - before
        seen = json.loads(pathlib.Path(result).read_text())
    count = max(1, seen["requests"])
    return {
        "connections": connections,
        "per_second": round(count / (seen["microseconds"] / 1e6), 1),
        "p50_ms": round(seen["p50"], 2),
        "p95_ms": round(seen["p95"], 2),
        "p99_ms": round(seen["p99"], 2),
        "bytes": seen["bytes"] // count,
        "failed": seen["failed"],
        "cpu_ms": round(used * 1000 / count, 3),
    }


def wait_until(condition, limit_seconds, every_seconds=0.1):
    """Seconds until the condition came true; an exception when it does not."""
    started = time.time()
    while time.time() - started < limit_seconds:
        if condition():
            return time.time() - started
        time.sleep(every_seconds)
    raise TimeoutError(f"did not come true within {limit_seconds} s")
