"""Starts the servers that are measured, and a web server for descriptor files; all end with the load test."""

import contextlib
import functools
import http.server
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import threading

from measure import Target, call, wait_until

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = os.environ.get("PROSCENIUM_BIN", str(ROOT / "target/release/proscenium"))
KINDS = "Component,System,API,Resource,Location,Template,Group,User,Domain"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class QuietFiles(http.server.SimpleHTTPRequestHandler):
    """Files with Last-Modified and nothing in the log."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def files(folder, port=0):
    """Serves a folder on loopback, on a free port unless one is given; gives its URL."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), functools.partial(QuietFiles, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


class Proscenium:
    """One `proscenium all` on a fresh data folder."""

    def __init__(self, port, folder, process):
        self.base, self.folder, self.process = f"http://127.0.0.1:{port}", folder, process

    def postgres_pid(self):
        """The postmaster that the server brought along."""
        found = next(self.folder.rglob("postmaster.pid"))
        return int(found.read_text().splitlines()[0])

    def postgres_socket(self):
        """Folder of the postmaster's socket, and its port."""
        lines = next(self.folder.rglob("postmaster.pid")).read_text().splitlines()
        return lines[4], int(lines[3])

    def tenant(self, slug):
        """A new organisation as a target, all of our processes counted."""
        command = [PROGRAM, "tenant", "create", slug, "--name", slug, "--admin", f"admin@{slug}.example", "--data-dir", str(self.folder)]
        made = json.loads(subprocess.run(command, check=True, capture_output=True, cwd=ROOT).stdout)
        return Target("proscenium", self.base, [self.process.pid, self.postgres_pid()], made["token"])


@contextlib.contextmanager
def proscenium(allow, **settings):
    """Starts the release build; `allow` are the hosts (with ports) whose files it may read."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="proscenium-load-", dir="/var/tmp"))
    port = free_port()
    environment = os.environ | {
        "PROSCENIUM_READING__ALLOW": ",".join(allow),
        "PROSCENIUM_CATALOG__PROCESSING_INTERVAL": "6h",
        "PROSCENIUM_CATALOG__RULES__ALLOW": KINDS,
    } | {f"PROSCENIUM_{key.upper()}": value for key, value in settings.items()}
    with open(folder / "log", "wb") as log:
        command = [PROGRAM, "all", "--listen", f"127.0.0.1:{port}", "--data-dir", str(folder)]
        process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=ROOT, env=environment)
    server = Proscenium(port, folder, process)
    try:
        wait_until(lambda: process.poll() is None and is_ready(server.base), 60)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
        shutil.rmtree(folder, ignore_errors=True)


def is_ready(base):
    try:
        return call(base, "/.backstage/health/v1/readiness", timeout=2)[0] == 200
    except OSError:
        return False


@contextlib.contextmanager
def backstage():
    """The real Backstage, if the script that starts it lies beside the checkout (`PEER`); else None."""
    script = pathlib.Path(os.environ.get("PEER", ROOT.parent / "shared/peer/peer"))
    if not script.exists():
        yield None
        return
    subprocess.run([script, "install"], check=True, capture_output=True)
    started = subprocess.run([script, "start", "fresh"], check=True, capture_output=True, text=True).stdout.split()
    server, postgres = int(started[started.index("--pid") + 1]), int(started[started.index("--pg-pid") + 1])
    try:
        yield Target("backstage", "http://127.0.0.1:17007", [server, postgres])
    finally:
        subprocess.run([script, "stop"], check=False, capture_output=True)
