"""Ledgers that are made once and kept in BUILD/bench, as long as the program makes the same schema."""
import csv
import hashlib
import pathlib
import sqlite3

from rig import say

GENERATOR = pathlib.Path(__file__).with_name("ledger.sql")
SOURCES = 100
SEED = 7
OPEN_MOST = 1000
DAY_S = 86400
RECENT_DAY = "2026-01-01"
RECENT_DAY_S = 1767225600
NOW = "2026-01-03T00:00:00Z"
OLDER_DAYS = 1000


def job_ids(path):
    with open(path, newline="") as rows:
        for row in csv.reader(rows):
            if row[0] != "job_id":
                yield row[0]


def _fingerprint(rig):
    """Of what the program makes of one job, and of the generator."""
    ledger = rig.ledger(rig.ids(SEED, 0, 1))
    schema = rig.ask_sqlite(ledger, ".schema")
    rig.remove(ledger)
    return hashlib.sha256((schema + GENERATOR.read_text()).encode()).hexdigest()[:12]


def _kept(rig, name, make):
    """The ledger of this name, made by make(path) where there is none of today's schema; older ones are removed."""
    path = rig.home / f"{name}-{_fingerprint(rig)}.db"
    if not path.exists():
        say(f"making the ledger {path.name}, once")
        for old in rig.home.glob(f"{name}-*"):
            old.unlink()
        new = rig.path(path.name)
        make(new)
        new.rename(path)
    return path


def fetched_ledger(rig, n):
    """n jobs with two labels that were ingested, and fetched from nginx."""
    def make(path):
        ids = rig.ids(SEED, 0, n)
        rig.jobledger(path, "ingest", ids)
        with rig.nginx() as server:
            rig.fetch(path, server.url)

    return _kept(rig, f"fetched-{n}", make)


def large_ledger(rig, n, recent=None):
    """n jobs with two labels from SOURCES files, resolved by ledger.sql but for the newest, at most OPEN_MOST and a
    tenth of the recent ones. The newest `recent` were created on RECENT_DAY, the others evenly over the days before."""
    recent = recent or min(100_000, n // 10) // 10
    each = n // SOURCES

    def make(path):
        files = [rig.ids(SEED, i * each, each) for i in range(SOURCES)]
        rig.jobledger(path, "ingest", *files)
        rig.remove(*files)
        _resolve(path, {"jobs": each * SOURCES, "recent": recent, "open": min(OPEN_MOST, recent // 10),
                        "recent_day": RECENT_DAY_S, "older_days": OLDER_DAYS})

    return _kept(rig, f"large-{n}-{recent}", make)


def _resolve(path, parameters):
    """Runs ledger.sql, with sha256(text), and without the care for a crash that a ledger in use needs."""
    db = sqlite3.connect(path, isolation_level=None)
    db.create_function("sha256", 1, lambda text: hashlib.sha256(text.encode()).digest(), deterministic=True)
    for pragma in "locking_mode = EXCLUSIVE", "journal_mode = OFF", "synchronous = OFF", "cache_size = -2000000":
        db.execute(f"PRAGMA {pragma}")
    statement = ""
    for line in GENERATOR.read_text().splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            db.execute(statement, parameters)
            statement = ""
    db.execute("PRAGMA journal_mode = WAL")
    db.close()
