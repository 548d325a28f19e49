#!/usr/bin/env python3
"""An auditor who does not believe the program: oracle.py BUILD FOLDER

Makes random worlds, lets the built program ingest and fetch them from freddysim, and compares every report, filter,
format and view with a computation of its own. Prints what differs; status 1 where anything does. World N is left in
FOLDER/N. $ORACLE_SEED is the first of them (1), $ORACLE_WORLDS how many there are (1)."""
import os
import random
import subprocess
import sys

sys.dont_write_bytecode = True
import oracle_checks
from oracle_ledger import OPEN, Ledger, read, read_sheet
from oracle_values import NANO, show_time
from oracle_world import Maker

ENVIRONMENT = {"PATH": os.environ["PATH"], "FREDDY_API_KEY": "test-key-0001", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
RETRIES = 1


class World:
    """A folder with a ledger in it, and what the oracle thinks of the same things."""

    def __init__(self, build, folder, seed):
        self.build, self.folder, self.seed = build, folder, seed
        self.maker, self.ledger = Maker(random.Random(seed)), Ledger()
        self.past, self.found, self.sheets = {}, [], []
        self.pool = self.maker.ids(self.maker.one(8, 30, 60))
        self.now = 1796000000 * NANO
        os.makedirs(folder)

    def differs(self, what, *lines):
        self.found.append(what)
        print("world %d: %s" % (self.seed, what), *("    " + str(line) for line in lines), sep="\n")

    def run(self, *arguments, now=None, status=0):
        done = subprocess.run([self.build + "/jobledger", "--now", now or show_time(self.now), *arguments],
                              cwd=self.folder, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode != status:
            self.differs("%s ended with %d" % (" ".join(arguments), done.returncode), done.stderr.decode()[:900])
        return done

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, data):
        with open(self.path(name), "wb") as out:
            out.write(data)

    def ingest(self, name=None, sheet=None, headed=True, again=None):
        """A new source; or with again, an old one read anew."""
        if not sheet:
            name, sheet = "source %d.csv" % len(self.sheets), self.maker.sheet(self.pool)
            while any(one.data == sheet.data for _, one in self.sheets):
                sheet = self.maker.sheet(self.pool)
            self.sheets.append((name, sheet))
            self.write(name, sheet.data)
        source = read_sheet(name, self.now, sheet, headed)
        self.ledger.ingest(source, again)
        options = ["--delimiter", sheet.delimiter] + (["--again"] if again else [])
        if not headed:
            options += ["--no-header", "--id-column", str(sheet.rows[0].index("job_id") + 1)]
        self.run("-q", "ingest", *options, name, status=1 if source.rejects else 0)
        self.now += 3600 * NANO

    def meddle(self):
        """What people do between two nights."""
        name, sheet = self.maker.one(*self.sheets)
        old = next(one for one in self.ledger.sources if name in one.names)
        what = self.maker.one("late", "again", "headless", "known", "nothing", "nothing")
        if what == "late":
            self.ingest()
        elif what in ("again", "headless"):
            self.ingest(name, sheet, what == "again", old)
        elif what == "known":
            name = self.maker.one(name, "other name of " + name)
            self.write(name, sheet.data)
            self.run("-q", "ingest", "--delimiter", sheet.delimiter, name)
            old.names.add(name)

    def plan(self, jobs):
        limits = {"useless": 12, "verdicts": 8, "limited": 1}
        answers = {}
        for job in jobs:
            past = self.past.setdefault(job.job_id, [])
            answers[job.job_id] = self.maker.answers(job.job_id, past, limits)
            if read(answers[job.job_id][-1], job.job_id).outcome not in ("bad", "limited"):
                past.append(answers[job.job_id][-1])
        return answers

    def scenario(self, plans, place):
        lines = []
        for job_id, answers in plans.items():
            for ask, answer in enumerate(answers):
                name = "body-%d-%s-%d" % (place, job_id, ask)
                self.write(name, answer.body)
                action = "body=%s http=%d" % (name, answer.http) if answer.http else "reset"
                action += " retry-after=" + answer.retry_after if answer.retry_after else ""
                lines.append("on %s %s %s" % (job_id, "first=%d" % (ask + 1) if ask + 1 < len(answers) else "", action))
        self.write("scenario", ("\n".join(lines + ["default noenvelope http=418"]) + "\n").encode())

    def fetch(self, place):
        recheck = self.maker.one([], ["completed", "failed", "not_found", "error"], ["completed"],
                                 ["not_found", "error"]) if place > 0 else []
        jobs = [job for job in self.ledger.jobs.values() if job.status in (recheck or OPEN)]
        plans = self.plan(jobs)
        self.scenario(plans, place)
        with subprocess.Popen([self.build + "/freddysim", "--scenario", "scenario"], cwd=self.folder,
                              stdout=subprocess.PIPE) as server:
            url = server.stdout.readline().decode().strip()
            options = ["--recheck", ",".join(recheck)] if recheck else []
            run = self.ledger.fetch(self.now, plans, RETRIES)
            self.run("-q", "fetch", "--base-url", url, "-j", "64", "--rate", "none", "--retries", str(RETRIES),
                     *options, status=run.exit_status)
            server.terminate()
        oracle_checks.adopt_messages(self)
        self.now += (3600 + self.maker.below(200000)) * NANO


def audit(build, folder, seed):
    world = World(build, folder, seed)
    for _ in range(world.maker.one(2, 3, 4)):
        world.ingest()
    for place in range(world.maker.one(1, 2, 3, 6)):
        world.fetch(place)
        world.meddle()
    oracle_checks.everything(world)
    return len(world.found)


def main():
    build, folder = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    first, count = int(os.environ.get("ORACLE_SEED") or 1), int(os.environ.get("ORACLE_WORLDS") or 1)
    found = sum(audit(build, os.path.join(folder, str(seed)), seed) for seed in range(first, first + count))
    print("%d worlds from %d on, %d differences" % (count, first, found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
