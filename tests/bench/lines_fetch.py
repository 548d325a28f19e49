"""fetch against nginx: what it costs beside its peers, its memory, and its start on a large archive."""
import time

from ledgers import large_ledger, job_ids
from rig import CannotRun, IN_FLIGHT
from rows import Row

SEED = 2
STORE = r"""find "$1" -name '*.json' -exec cat {} + |
    jq -r '[.job_id, .status, .model_used, .processing_time, .cost_chf, .confidence, .created_at, .completed_at]
        | @csv' |
    sqlite3 -batch -bail "$2" "CREATE TABLE job (job_id TEXT PRIMARY KEY, status, model_used, processing_time, cost_chf,
        confidence, created_at, completed_at)" '.import --csv /dev/stdin job'"""


def python_with_aiohttp(rig):
    """Debian's module belongs to Debian's Python, which need not be the first in the PATH."""
    for python in "python3", "/usr/bin/python3":
        if rig.run("sh", "-c", f"{python} -c 'import aiohttp'", ok=range(256)).status == 0:
            return python
    raise CannotRun("no Python has aiohttp; `.ci/bootstrap bench` installs it")


def curl_to_files(rig, server, ids, folder):
    """curl reads its URLs from a file, and writes as many files. They stay until the line is done: ext4 makes new files
    ten times slower where many were removed a moment before."""
    folder.mkdir()
    config = folder.with_suffix(".config")
    with open(config, "w") as out:
        for job_id in job_ids(ids):
            out.write(f'url = "{server.lookup}/{job_id}"\noutput = "{folder}/{job_id}.json"\n')
    return rig.run("curl", "--silent", "--show-error", "--fail", "--parallel", "--parallel-max", IN_FLIGHT, "--config",
                   config)


def expect(rig, database, query, count):
    stored = rig.ask_sqlite(database, query)
    if stored != str(count):
        raise CannotRun(f"{stored} of {count} jobs were stored ({query})")


def fetch(rig):
    n = rig.size(100_000, 200)
    ids = rig.ids(SEED, 0, n)
    fresh = rig.ledger(ids)
    python = python_with_aiohttp(rig)

    def ours(_):
        ledger = rig.copy(fresh)
        used = rig.fetch(ledger, server.url)
        expect(rig, ledger, "SELECT count(*) FROM jobs WHERE status = 'completed'", n)
        rig.remove(ledger)
        return used

    def floor(_):
        return rig.run(rig.bin / "floor", server.lookup, IN_FLIGHT, stdin=ids)

    def curl(_):
        folder = rig.path("answers")
        database = folder.with_suffix(".db")
        asked = curl_to_files(rig, server, ids, folder)
        stored = rig.run("sh", "-c", STORE, "sh", folder, database)
        expect(rig, database, "SELECT count(*) FROM job", n)
        return asked, asked + stored

    def aiohttp(_):
        database = rig.path("aiohttp.db")
        used = rig.run(python, rig.here / "aiohttp_peer.py", server.lookup, IN_FLIGHT, database, stdin=ids)
        expect(rig, database, "SELECT count(*) FROM job", n)
        rig.remove(database)
        return used

    with rig.nginx() as server:
        mine, floors, curls, aiohttps = rig.in_turn("fetch", ours, floor, curl, aiohttp)

    def cpu(runs):
        return [used.cpu / n * 1e6 for used in runs]

    def rate(runs):
        return [n / used.wall for used in runs]

    return [
        Row("fetch CPU / libcurl floor", "us/job", cpu(mine), cpu(floors), most=2.2),
        Row("fetch rate / curl --parallel", "jobs/s", rate(mine), rate([asked for asked, _ in curls]), least=1.5),
        Row("fetch CPU / curl, jq, sqlite3", "us/job", cpu(mine), cpu([whole for _, whole in curls]), most=0.45),
        Row("fetch CPU / aiohttp, sqlite3", "us/job", cpu(mine), cpu(aiohttps), most=0.2),
    ]


def memory(rig):
    many = rig.size(1_000_000, 2000)
    few = min(10_000, many // 10)
    large = rig.ledger(rig.ids(SEED, 0, many))
    small = rig.ledger(rig.ids(SEED, 0, few))

    def with_open(ledger):
        copy = rig.copy(ledger)
        used = rig.fetch(copy, server.url, "--limit", few)
        rig.remove(copy)
        return used.rss

    with rig.nginx() as server:
        mine, base = rig.in_turn("memory", lambda _: with_open(large), lambda _: with_open(small))
    return [
        Row(f"fetch memory, {many:,} open", "MB", mine, most=64, absolute=True),
        Row(f"fetch memory / {few:,} open", "MB", mine, base, most=1.1),
    ]


def start(rig):
    """The archive's own open jobs are asked for before, so that each run finds 1,000 that were just ingested."""
    n = rig.size(10_000_000, 2000)
    jobs = rig.size(1000, 100) if rig.scale < 0.1 else 1000
    archive = rig.copy(large_ledger(rig, n))
    empty = rig.ledger(rig.ids(SEED, 0, 1))

    def from_launch(ledger):
        """Seconds from the launch to the first answer, and CPU for each job."""
        rig.jobledger(ledger, "ingest", rig.ids(SEED + 1, next(numbers) * jobs, jobs))
        server.log.write_text("")
        launched = time.time()
        used = rig.fetch(ledger, server.logged_url)
        first = float(server.log.read_text().split("\n", 1)[0])
        return max(first - launched, 0.001), used.cpu / jobs * 1e6

    def on_empty(_):
        copy = rig.copy(empty)
        times = from_launch(copy)
        rig.remove(copy)
        return times

    numbers = iter(range(1, 1000))
    with rig.nginx() as server:
        rig.fetch(archive, server.url)
        rig.fetch(empty, server.url)
        mine, base = rig.in_turn("start", lambda _: from_launch(archive), on_empty)
    return [
        Row(f"fetch start, {n:,} resolved", "s", [s for s, _ in mine], [s for s, _ in base], most=1, absolute=True),
        Row("fetch start CPU / empty archive", "us/job", [c for _, c in mine], [c for _, c in base], most=1.2),
    ]
