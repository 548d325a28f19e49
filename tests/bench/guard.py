#!/usr/bin/env python3
"""Instructions for each row ingested, job fetched and row exported, counted by callgrind, against guard.txt. Two sizes
are run and the difference is taken, so that starting up does not count. Ends with 1 where one is not within 10 %."""
import argparse
import pathlib
import re
import sys

import ledgers
from rig import CannotRun, Rig, say

KEPT = pathlib.Path(__file__).with_name("guard.txt")
MOST = 0.10
SMALL, LARGE = 1000, 6000
SEED = 11


class Counter:
    def __init__(self, rig):
        self.rig = rig

    def instructions(self, *command):
        profile = self.rig.path("callgrind")
        self.rig.run("valgrind", "--tool=callgrind", f"--callgrind-out-file={profile}", *command)
        return int(re.search(r"^(?:totals|summary): (\d+)", profile.read_text(), re.M).group(1))

    def jobledger(self, ledger, *arguments):
        return self.instructions(self.rig.build / "jobledger", "-q", "-d", ledger, *arguments)

    def ingest(self, n):
        return self.jobledger(self.rig.path("ledger.db"), "ingest", self.rig.ids(SEED, 0, n))

    def fetch(self, n):
        ledger = self.rig.ledger(self.rig.ids(SEED, 0, n))
        with self.rig.nginx() as server:
            return self.jobledger(ledger, "fetch", "--base-url", server.url, "--rate", "none")

    def export(self, n):
        return self.jobledger(ledgers.fetched_ledger(self.rig, n), "export", "jobs", "-o", self.rig.path("jobs.csv"))


COUNTS = {"ingest": Counter.ingest, "fetch": Counter.fetch, "export": Counter.export}


def read(path):
    rows = (line.split() for line in path.read_text().splitlines() if line and not line.startswith("#"))
    return {name: int(count) for name, count in rows}


def write(path, counts):
    path.write_text("# Instructions per row ingested, job fetched and row exported, on Debian 12, amd64.\n"
                    "# `make bench-guard UPDATE=1` writes them anew; say in the commit why they changed.\n"
                    + "".join(f"{name} {count}\n" for name, count in counts.items()))


def judge(kept, counted):
    """Prints a line for each count. True where all are near enough."""
    fine = True
    for name, count in counted.items():
        change = count / kept[name] - 1 if kept.get(name) else float("inf")
        near = abs(change) <= MOST
        verdict = "ok" if near else "MORE" if change > 0 else "fewer: keep it by UPDATE=1"
        print(f"{name:<8} {count:>9,} instructions, kept {kept.get(name, 0):>9,}, {change:+.1%}  {verdict}")
        fine = fine and near
    return fine


def main():
    parser = argparse.ArgumentParser(description="Counts instructions and compares them with guard.txt.")
    parser.add_argument("--build", default="build")
    parser.add_argument("--kept", type=pathlib.Path, default=KEPT, help="the numbers to compare with")
    parser.add_argument("--only", default=",".join(COUNTS), help="of " + ", ".join(COUNTS))
    parser.add_argument("--update", action="store_true", help="write the numbers anew")
    chosen = parser.parse_args()
    rig = Rig(chosen.build, 1, 1)
    counter = Counter(rig)
    counted = {}
    try:
        for name in chosen.only.split(","):
            say(f"counting {name}")
            counted[name] = round((COUNTS[name](counter, LARGE) - COUNTS[name](counter, SMALL)) / (LARGE - SMALL))
    except CannotRun as why:
        say(f"could not run: {why}")
        return 1
    finally:
        rig.clean()
    if chosen.update:
        write(chosen.kept, {**(read(chosen.kept) if chosen.kept.exists() else {}), **counted})
    return 0 if judge(read(chosen.kept), counted) else 1


if __name__ == "__main__":
    sys.exit(main())
