"""A plugin goes from version 1 to version 2 in many organisations while requests come in: how many fail?

Organisations have a small back-end plugin (`upgrade_plugin/`) in real Node workers. Requests come at a fixed rate, spread
evenly; a third write. A rollout begins when a quarter of them are sent. Every acknowledged note must be there at the end.
Prints one JSON object and ends with 1 when a request failed, a note is missing or the rollout did not end well.

  upgrade.py [--tenants 20] [--rate 500] [--requests 100000] [--migrations] [--soak 20]
"""

import argparse
import asyncio
import json
import os
import pathlib
import subprocess
import sys
import time

from server import PROGRAM, ROOT, proscenium

PACKAGE = "@acme/plugin-notes-backend"
PLUGIN = pathlib.Path(__file__).resolve().parent / "upgrade_plugin"


def lay_down(folder, version, migrations):
    """A version as npm would have laid it down; nothing is fetched."""
    bundle = folder / "bundles" / f"{PACKAGE.replace('/', '+')}@{version}"
    package = bundle / "node_modules" / PACKAGE
    (package / "migrations").mkdir(parents=True)
    manifest = {"name": PACKAGE, "version": version, "license": "Apache-2.0", "main": "index.js"}
    (package / "package.json").write_text(json.dumps(manifest))
    (package / "index.js").write_text((PLUGIN / "index.js").read_text())
    for file in sorted((PLUGIN / "migrations").glob("*.js"))[:migrations]:
        (package / "migrations" / file.name).write_text(file.read_text())
    described = {
        "package": PACKAGE, "version": version, "description": "Notes", "role": "backend-plugin", "pluginId": "notes",
        "backendFeatures": [PACKAGE], "hasBackend": True, "hasFrontend": False, "lockDigest": version,
    }
    (bundle / "bundle.json").write_text(json.dumps(described))


def command(server, *args):
    run = subprocess.run([PROGRAM, *args, "--data-dir", str(server.folder)], capture_output=True, cwd=ROOT, text=True,
                         env=os.environ | {"PROSCENIUM_PLUGINS__ALLOW": PACKAGE})
    if run.returncode:
        raise RuntimeError(f"{args}: {run.stderr[-2000:]}")
    return run.stdout


class Connection:
    """One keep-alive connection that asks one thing after the other."""

    def __init__(self, port):
        self.port, self.reader, self.writer = port, None, None

    async def ask(self, method, path, token, body=b""):
        for attempt in (1, 2):
            fresh = self.writer is None
            if fresh:
                self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
            head = (f"{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{self.port}\r\nauthorization: Bearer {token}\r\n"
                    f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n")
            try:
                self.writer.write(head.encode() + body)
                await self.writer.drain()
                return await self.answer()
            except (ConnectionError, asyncio.IncompleteReadError):
                self.writer.close()
                self.writer = None
                # An idle connection that the server closed is no failed request; anything else is.
                if fresh or method != "GET" or attempt == 2:
                    raise

    async def answer(self):
        head = await self.reader.readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        status = int(lines[0].split(" ")[1])
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:] if line)}
        if "content-length" in headers:
            return status, await self.reader.readexactly(int(headers["content-length"]))
        body = b""
        while size := int(await self.reader.readline(), 16):
            body += await self.reader.readexactly(size)
            await self.reader.readline()
        await self.reader.readline()
        return status, body


class Load:
    def __init__(self, port, tokens, options):
        self.port, self.tokens, self.options = port, tokens, options
        self.sent, self.failed, self.times, self.written = 0, [], [], {token: set() for token in tokens}
        self.versions = {}

    async def person(self, tokens, share, quarter, ended):
        connection, begun, number = Connection(self.port), time.monotonic(), -1
        # On to the end of the rollout, so that every organisation is switched under load.
        while (number := number + 1) < share or (not ended.is_set() and number < share * 5):
            due = begun + number * share_interval(self.options, len(self.tokens))
            if (wait := due - time.monotonic()) > 0:
                await asyncio.sleep(wait)
            token = tokens[number % len(tokens)]
            write = number % 3 == 0
            started = time.monotonic()
            try:
                if write:
                    status, body = await connection.ask("POST", "/api/notes/notes", token, b'{"text":"hello"}')
                else:
                    status, body = await connection.ask("GET", "/api/notes/version", token)
                said = json.loads(body) if status < 300 else {}
            except Exception as error:  # whatever it was, somebody's request failed
                status, said, body = 0, {}, repr(error).encode()
            self.sent += 1
            self.times.append((time.monotonic() - started) * 1000)
            if status not in (200, 201):
                self.failed.append(f"{status} {body[:200].decode(errors='replace')}")
            if write and status == 201:
                self.written[token].add(said["id"])
            if said.get("version"):
                self.versions[said["version"]] = self.versions.get(said["version"], 0) + 1
            if self.sent >= self.options.requests // 4:
                quarter.set()


def share_interval(options, people):
    return people * 1.0 / options.rate


async def measure(server, tokens, options):
    port = int(server.base.rsplit(":", 1)[1])
    load, quarter, ended = Load(port, tokens, options), asyncio.Event(), asyncio.Event()
    share = options.requests // len(tokens)
    for token in tokens:
        # Awake before anything is measured.
        status, body = await Connection(port).ask("GET", "/api/notes/version", token)
        assert status == 200, body
    begun = time.monotonic()
    people = [asyncio.create_task(load.person([token], share, quarter, ended)) for token in tokens]
    await quarter.wait()
    start = ["rollout", "start", PACKAGE, "2.0.0", "--soak", str(options.soak), "--longest", str(options.soak * 6),
             "--waves", "25,100", "--parallel", "4"]
    made = await asyncio.to_thread(command, server, *start)
    rollout = json.loads(made)["id"]
    began = time.monotonic()
    shown = {}
    while time.monotonic() - began < options.longest:
        shown = json.loads(await asyncio.to_thread(command, server, "rollout", "show", rollout))
        if shown["phase"] in ("done", "rolled-back", "stopped"):
            break
        await asyncio.sleep(2)
    rolled = time.monotonic() - began
    ended.set()
    await asyncio.gather(*people)
    took = time.monotonic() - begun
    missing = 0
    for token in tokens:
        _, body = await Connection(port).ask("GET", "/api/notes/ids", token)
        missing += len(load.written[token] - set(json.loads(body)))
    times = sorted(load.times)
    held = [member["report"]["heldMs"] for member in shown.get("members", []) if member.get("report") and member["report"].get("heldMs")]
    return {
        "tenants": len(tokens), "wantedRate": options.rate, "rate": round(load.sent / took, 1), "requests": load.sent,
        "failed": len(load.failed), "failures": load.failed[:5], "missingNotes": missing,
        "p50Ms": round(times[len(times) // 2], 1), "p95Ms": round(times[len(times) * 95 // 100], 1),
        "p999Ms": round(times[len(times) * 999 // 1000], 1), "slowestMs": round(times[-1], 1),
        "rolloutSeconds": round(rolled, 1), "phase": shown.get("phase"), "reason": shown.get("reason"),
        "steps": shown.get("steps"), "heldMs": held, "versions": load.versions, "load": os.getloadavg()[0],
    }


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--tenants", type=int, default=20)
    options.add_argument("--rate", type=float, default=500)
    options.add_argument("--requests", type=int, default=100_000)
    options.add_argument("--soak", type=int, default=20)
    options.add_argument("--longest", type=int, default=900, help="seconds that the rollout may take")
    options.add_argument("--migrations", action="store_true", help="version 2 has a new migration")
    options = options.parse_args()
    settings = {"plugins__allow": PACKAGE}
    with proscenium([], **settings) as server:
        lay_down(server.folder, "1.0.0", 1)
        lay_down(server.folder, "2.0.0", 2 if options.migrations else 1)
        tokens = []
        for number in range(options.tenants):
            slug = f"org-{number}"
            tokens.append(server.tenant(slug).token)
            command(server, "plugin", "install", f"{PACKAGE}@1.0.0", "--tenant", slug)
        result = asyncio.run(measure(server, tokens, options))
    print(json.dumps(result))
    sys.exit(0 if not result["failed"] and not result["missingNotes"] and result["phase"] == "done" else 1)


if __name__ == "__main__":
    main()
