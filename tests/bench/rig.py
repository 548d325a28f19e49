"""What the lines of the benchmark stand on: programs run and measured, servers, sizes and files."""
import contextlib
import copy
import dataclasses
import itertools
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time

import job_object

KEY = "bench-key-0001"
IN_FLIGHT = 64
COMMAND_TIMEOUT_S = 3600
START_TIMEOUT_S = 10


class CannotRun(Exception):
    """Something that a line needs could not be run."""


class NotThereYet(Exception):
    """jobledger refused a command or option with status 2."""


@dataclasses.dataclass(frozen=True)
class Used:
    """What a program took: seconds by the clock and of CPU (children included), most memory resident, in MB of 10^6."""
    wall: float
    cpu: float
    rss: float
    status: int = 0

    def __add__(self, other):
        return Used(self.wall + other.wall, self.cpu + other.cpu, max(self.rss, other.rss))


_STARTED = time.monotonic()


def say(text):
    print(f"bench: {time.monotonic() - _STARTED:4.0f} s: {text}", file=sys.stderr, flush=True)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def stop(process, sign=signal.SIGTERM):
    """Ends a program that was started in a session of its own, with its children."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, sign)
    process.wait()


class Rig:
    def __init__(self, build, scale, runs):
        self.build = pathlib.Path(build).resolve()
        self.here = pathlib.Path(__file__).resolve().parent
        self.home = self.build / "bench"
        self.bin = self.home / "bin"
        self.tmp = self.home / f"tmp-{os.getpid()}"
        self.scale = scale
        self.runs = runs
        self._number = itertools.count()
        self._env = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy") and k != "JOBLEDGER_DB"}
        self._env.update(FREDDY_API_KEY=KEY, LC_ALL="C.UTF-8", TZ="UTC", PATH=os.environ["PATH"] + ":/usr/sbin")
        self.tmp.mkdir(parents=True)
        self._remove_left_behind()

    def clean(self):
        shutil.rmtree(self.tmp, ignore_errors=True)

    @contextlib.contextmanager
    def room(self, name):
        """A rig with a temporary folder of its own, which is removed afterwards."""
        own = copy.copy(self)
        own.tmp = self.path(name)
        own.tmp.mkdir()
        try:
            yield own
        finally:
            own.clean()

    def _remove_left_behind(self):
        for folder in self.home.glob("tmp-*"):
            if not os.path.exists(f"/proc/{folder.name.rpartition('-')[2]}"):
                shutil.rmtree(folder, ignore_errors=True)

    def size(self, full, least):
        """How many of something there are at this scale, where it is `full` at scale 1."""
        return max(least, round(full * self.scale))

    def path(self, name):
        """A name for a file or folder in the temporary folder that none other has."""
        return self.tmp / f"{next(self._number)}-{name}"

    # Programs

    def run(self, *argv, stdin=os.devnull, stdout=os.devnull, ok=(0,)):
        """Runs a program to its end and returns what it used; CannotRun unless its status is one of `ok`."""
        gauge = self.path("gauge")
        errors = self.path("stderr")
        with open(stdin, "rb") as read, open(stdout, "wb") as write, open(errors, "wb") as complain:
            process = subprocess.Popen([self.bin / "gauge", gauge, *map(str, argv)], stdin=read, stdout=write,
                                       stderr=complain, env=self._env, cwd=self.tmp, start_new_session=True)
            try:
                process.wait(COMMAND_TIMEOUT_S)
            except BaseException:
                stop(process, signal.SIGKILL)
                raise
        said = errors.read_text(errors="replace").strip()
        if process.returncode != 0:
            raise CannotRun(f"{argv[0]}: {said}")
        wall, cpu, rss, status = gauge.read_text().split()
        gauge.unlink()
        errors.unlink()
        if int(status) not in ok:
            raise CannotRun(f"{' '.join(map(str, argv))[:200]}: status {status}: {said[-500:]}")
        return Used(float(wall), float(cpu), float(rss) * 1024 / 1e6, int(status))

    def jobledger(self, ledger, *arguments, **streams):
        return self.run(self.build / "jobledger", "-q", "-d", ledger, *arguments, **streams)

    def jobledger_if_there(self, ledger, *arguments):
        """For what the program may not have yet."""
        used = self.run(self.build / "jobledger", "-q", "-d", ledger, *arguments, ok=(0, 2))
        if used.status == 2:
            raise NotThereYet(f"jobledger {' '.join(map(str, arguments))}")
        return used

    def fetch(self, ledger, url, *options):
        return self.jobledger(ledger, "fetch", "--base-url", url, "--rate", "none", "-j", IN_FLIGHT, *options)

    def sqlite(self, database, *commands, **streams):
        return self.run("sqlite3", "-batch", "-bail", database, *commands, **streams)

    def ask_sqlite(self, database, query):
        out = self.path("answer")
        self.sqlite(database, query, stdout=out)
        return out.read_text().strip()

    def in_turn(self, name, *sides):
        """Runs the sides one after another, and so on for each run. A side is a function of the run's number; what it
        returns comes back in one list for each side."""
        results = [[] for _ in sides]
        for i in range(self.runs):
            say(f"{name}: run {i + 1} of {self.runs}")
            for side, result in zip(sides, results):
                os.sync()  # what one has written must not be on its way to the disk while the next is measured
                result.append(side(i))
        return results

    # Files

    def ids(self, seed, first, count, *more):
        """A CSV of job IDs with two labels: see ids.c."""
        path = self.path("ids.csv")
        self.run(self.bin / "ids", seed, first, count, *more, stdout=path)
        return path

    def ledger(self, *files):
        """A new ledger that has taken in these files."""
        path = self.path("ledger.db")
        self.jobledger(path, "ingest", *files)
        return path

    def copy(self, ledger):
        path = self.path("copy.db")
        shutil.copyfile(ledger, path)
        return path

    def remove(self, *paths):
        for path in paths:
            for each in path.parent.glob(path.name + "*"):
                shutil.rmtree(each) if each.is_dir() else each.unlink()

    # Servers

    @contextlib.contextmanager
    def nginx(self):
        """One worker that answers every lookup at url with a completed job; at logged_url it also keeps a log."""
        home = self.path("nginx")
        home.mkdir()
        port, logged = free_port(), free_port()
        (home / "nginx.conf").write_text(job_object.nginx_conf(home, port, logged, as_root=os.geteuid() == 0))
        process = subprocess.Popen(["nginx", "-p", home, "-c", home / "nginx.conf"], stdin=subprocess.DEVNULL,
                                   stdout=open(home / "out", "wb"), stderr=subprocess.STDOUT, env=self._env,
                                   start_new_session=True)
        try:
            deadline = time.monotonic() + START_TIMEOUT_S
            while not (home / "pid").exists() or not (home / "pid").read_text():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise CannotRun("nginx: " + (home / "out").read_text().strip())
                time.sleep(0.02)
            yield Server(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{logged}", home / "access.log")
        finally:
            stop(process)

    @contextlib.contextmanager
    def freddysim(self, scenario):
        home = self.path("sim")
        home.mkdir()
        (home / "scenario").write_text("".join(line + "\n" for line in scenario))
        process = subprocess.Popen([self.build / "freddysim", "--scenario", home / "scenario", "--log", home / "log"],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=self._env, text=True,
                                   start_new_session=True)
        try:
            url = process.stdout.readline().strip()
            if not url:
                raise CannotRun("freddysim did not start")
            yield Server(url, url, home / "log")
        finally:
            stop(process)


@dataclasses.dataclass(frozen=True)
class Server:
    url: str
    logged_url: str
    log: pathlib.Path

    @property
    def lookup(self):
        return f"{self.url}/v1/documents/jobs"
