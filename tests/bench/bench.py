#!/usr/bin/env python3
"""jobledger beside what one would run instead. Prints a table, and writes it to BUILD/bench/results.csv. Ends with 1
only where something could not be run: no time is right or wrong here."""
import argparse
import concurrent.futures
import signal
import sys

import lines_fetch
import lines_ledger
import lines_time
from rig import CannotRun, NotThereYet, Rig, say
from rows import BROKEN, WAITING, Row, table, write_csv

LINES = {
    "polling": lines_time.polling,
    "pacing": lines_time.pacing,
    "fetch": lines_fetch.fetch,
    "memory": lines_fetch.memory,
    "start": lines_fetch.start,
    "ingest": lines_ledger.ingest,
    "export": lines_ledger.export,
    "verify": lines_ledger.verify,
    "aggregates": lines_ledger.aggregates,
    "since": lines_ledger.since,
    "glance": lines_ledger.glance,
}
BESIDE = {"polling"}  # takes two minutes and next to no CPU


def options():
    parser = argparse.ArgumentParser(description="Measures jobledger beside its peers.")
    parser.add_argument("--build", default="build", help="where jobledger, freddysim and bench/bin are")
    parser.add_argument("--scale", type=float, default=1, help="size of everything, 1 for the whole")
    parser.add_argument("--runs", type=int, default=5, help="of each side, in turn")
    parser.add_argument("--line", default="", help="only these, with commas between: " + ", ".join(LINES))
    parser.add_argument("--csv", help="where the table goes besides; default BUILD/bench/results.csv")
    chosen = parser.parse_args()
    chosen.csv = chosen.csv or f"{chosen.build}/bench/results.csv"
    chosen.line = [name for name in chosen.line.split(",") if name] or list(LINES)
    if chosen.runs < 1 or chosen.scale <= 0:
        parser.error("--runs and --scale are more than 0")
    for name in chosen.line:
        if name not in LINES:
            parser.error(f"no line {name}; there are {', '.join(LINES)}")
    return chosen


def measure(rig, name):
    try:
        with rig.room(name) as own:
            rows = LINES[name](own)
    except NotThereYet as why:
        say(f"{name}: not there yet: {why}")
        rows = [Row(name, "", missing=WAITING)]
    except (CannotRun, OSError) as why:
        say(f"{name}: could not run: {why}")
        rows = [Row(name, "", missing=BROKEN)]
    for row in rows:
        row.line = name
    return rows


def measure_all(rig, names, rows, path):
    """Fills rows, a list for each line, and writes the CSV after each."""
    def one(name):
        rows[name] = measure(rig, name)
        write_csv(in_order(rows), path)

    with concurrent.futures.ThreadPoolExecutor() as pool:
        beside = [pool.submit(one, name) for name in names if name in BESIDE]
        for name in names:
            if name not in BESIDE:
                one(name)
        for each in beside:
            each.result()


def in_order(rows):
    return [row for name in LINES for row in rows.get(name, ())]


def main():
    chosen = options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    rig = Rig(chosen.build, chosen.scale, chosen.runs)
    rows = {}
    try:
        measure_all(rig, chosen.line, rows, chosen.csv)
    finally:
        rig.clean()
        print(table(in_order(rows)), flush=True)
    say(f"done; the table is in {chosen.csv}")
    return int(any(row.missing == BROKEN for row in in_order(rows)))


if __name__ == "__main__":
    sys.exit(main())
