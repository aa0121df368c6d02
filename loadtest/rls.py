#!/usr/bin/env python3
"""rls.py [--count 10000] [--rounds 4] [--seconds 2]: what row-level security costs.

Runs every read against the database (the in-memory index is off) with row security on and off in turn, and compares
the CPU time of Postgres and server per request. Row security is switched by the superuser of the embedded Postgres, on
a data folder that is thrown away. Ends with 1 when the whole set costs more than a tenth more with it.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

import generate
from ingest import ingest
from measure import drive, machine_load
from reads import scenarios
from server import files, proscenium

ALLOWED = 1.10
TABLES = "entity term posting_list relation search_document tenant_seq refresh_state refresh_edge location".split()


def set_row_security(server, on):
    folder, port = server.postgres_socket()
    verb = "enable" if on else "disable"
    sql = "; ".join(f"alter table {table} {verb} row level security" for table in TABLES)
    environment = os.environ | {"PGPASSWORD": (server.folder / "postgres-password").read_text().strip()}
    command = ["psql", "-qX", "-v", "ON_ERROR_STOP=1", "-h", folder, "-p", str(port), "-U", "proscenium", "-d", "proscenium", "-c", sql]
    subprocess.run(command, check=True, capture_output=True, env=environment)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seconds", type=int, default=2)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        manifest = generate.write(wanted.count, folder)
        with files(folder) as url, proscenium([url.removeprefix("http://")], catalog__index="off") as server:
            target = server.tenant("load")
            ingest(target, url, manifest)
            cost = {}
            for name, requests in scenarios(target).items():
                figures = {True: [], False: []}
                for round_number in range(wanted.rounds):
                    for on in (True, False) if round_number % 2 == 0 else (False, True):
                        set_row_security(server, on)
                        drive(target, requests, 4, 1)
                        figures[on].append(drive(target, requests, 4, wanted.seconds)["cpu_ms"])
                # The smallest of each: what the machine does beside only ever adds.
                cost[name] = (min(figures[True]), min(figures[False]))
                print(json.dumps({name: {"on": cost[name][0], "off": cost[name][1]}}), flush=True)
    print("\n| test | CPU ms with | CPU ms without | ratio |\n|---|---|---|---|")
    for name, (on, off) in cost.items():
        print(f"| {name} | {on} | {off} | {on / off:.2f} |")
    whole = sum(on for on, _ in cost.values()) / sum(off for _, off in cost.values())
    print(f"\nthe whole set: {whole:.3f}, {ALLOWED} allowed; load {machine_load()}")
    sys.exit(0 if whole <= ALLOWED else 1)


if __name__ == "__main__":
    main()
