"""The ledger itself: ingest, export, aggregates, periods, verify, and the two quick looks."""
import csv

import duckdb
import job_object
from ledgers import NOW, RECENT_DAY, fetched_ledger, large_ledger
from rig import NotThereYet
from rows import WAITING, Row

SEED = 1
SINCE = ("jobs", "models", "daily", "failures", "extracted", "review", "stale", "anomalies")
FINISHED = "status IN ('completed', 'failed')"
MODELS = f"""SELECT model_used, count(*), sum(status = 'failed'), sum(cost_nano), avg(cost_nano),
    avg(processing_time_nano), max(processing_time_nano), avg(confidence_nano), min(confidence_nano)
    FROM t WHERE {FINISHED} GROUP BY model_used"""
DAILY = f"""SELECT date(created_at, 'unixepoch') AS day, model_used, count(*), sum(status = 'failed'), sum(cost_nano),
    avg(processing_time_nano)
    FROM t WHERE {FINISHED} GROUP BY day, model_used"""
# DuckDB gives the percentiles, too.
DUCKDB_MODELS = MODELS.replace("sum(status = 'failed')", "count_if(status = 'failed')").replace(
    "FROM t", ", quantile_disc(processing_time_nano, [0.5, 0.95]) FROM t")
DUCKDB_DAILY = DAILY.replace("sum(status = 'failed')", "count_if(status = 'failed')").replace(
    "date(created_at, 'unixepoch')", "created_at // 86400").replace(
    "FROM t", ", quantile_disc(processing_time_nano, 0.95) FROM t")


def ingest(rig):
    """Each round: ingest of the file beside `.import` of it, ingest of it again beside its hash, and ingest of a list
    of a tenth of the same jobs of which 1 % are new, into the ledger that has all of the first. Its rows are in pages far
    from each other, and may take twice as long as the first ones did."""
    n = rig.size(10_000_000, 1000)
    part = n // 10
    ids = rig.ids(SEED, 0, n)

    def imported(_):
        database = rig.path("import.db")
        used = rig.sqlite(database, "CREATE TABLE job (job_id TEXT PRIMARY KEY, client TEXT, cost_center TEXT)",
                          f".import --csv --skip 1 {ids} job")
        rig.remove(database)
        return used

    def ingested(_):
        ledger = rig.path("ingest.db")
        whole = rig.jobledger(ledger, "ingest", ids)
        known = rig.jobledger(ledger, "ingest", ids)
        partly_new = rig.ids(SEED, 0, part, 10, 100)
        added = rig.jobledger(ledger, "ingest", partly_new)
        rig.remove(ledger, partly_new)
        return whole, known, added

    def hashed(_):
        return rig.run("sha256sum", ids)

    mine, imports, hashes = rig.in_turn("ingest", ingested, imported, hashed)

    def wall(runs):
        return [used.wall for used in runs]

    return [
        Row("ingest rows / sqlite3 .import", "rows/s", [n / whole.wall for whole, _, _ in mine],
            [n / used.wall for used in imports], least=2),
        Row(f"ingest memory, {n:,} rows", "MB", [whole.rss for whole, _, _ in mine], [used.rss for used in imports],
            most=128, absolute=True),
        Row("ingest known file / sha256sum", "s", wall(known for _, known, _ in mine), wall(hashes), most=1.2),
        Row("ingest, 1 % new / first ingest", "us/row", [added.wall / part * 1e6 for _, _, added in mine],
            [whole.wall / n * 1e6 for whole, _, _ in mine], most=2),
    ]


def export(rig):
    n = rig.size(1_000_000, 500)
    ledger = fetched_ledger(rig, n)
    rows, written, table = rig.path("rows.csv"), rig.path("written.csv"), rig.path("table.db")
    rig.jobledger(ledger, "export", "jobs", stdout=rows)
    with open(rows, newline="") as first:
        columns = next(csv.reader(first))
    # As one would import it: numbers as numbers.
    types = {"processing_time": "REAL", "cost_chf": "REAL", "confidence": "REAL", "http_status": "INTEGER",
             "polls": "INTEGER"}
    rig.sqlite(table, f"""CREATE TABLE t ("job_id" TEXT PRIMARY KEY, {', '.join(f'"{c}" {types.get(c, "TEXT")}'
               for c in columns[1:])})""",
               f".import --csv --skip 1 {rows} t")

    def ours(_):
        return rig.jobledger(ledger, "export", "jobs", stdout=written)

    def shell(_):
        return rig.run("sqlite3", "-batch", "-csv", "-header", table, "SELECT * FROM t ORDER BY job_id", stdout=written)

    mine, theirs = rig.in_turn("export", ours, shell)
    quickest = duckdb.seconds(rig, rows, f"COPY (SELECT * FROM t ORDER BY job_id) TO '{written}' (FORMAT csv)")
    return [
        Row("export jobs / sqlite3 -csv", "rows/s", [n / used.wall for used in mine],
            [n / used.wall for used in theirs], least=1.7, duckdb=quickest and n / quickest),
        Row(f"export memory, {n:,} rows", "MB", [used.rss for used in mine], [used.rss for used in theirs], most=16,
            absolute=True),
    ]


def aggregates(rig):
    """The peers have a table of their own, with no more than the columns that they need."""
    n = rig.size(10_000_000, 2000)
    ledger = large_ledger(rig, n)
    table, rows = rig.path("table.db"), rig.path("table.csv")
    rig.sqlite(table, f"ATTACH '{ledger}' AS ledger", """CREATE TABLE t AS SELECT status, model_used, cost_nano,
        processing_time_nano, confidence_nano, created_at FROM ledger.job""")
    rig.sqlite(table, ".headers on", ".mode csv", "SELECT * FROM t", stdout=rows)
    found = []
    for report, query, duckdb_query in ("models", MODELS, DUCKDB_MODELS), ("daily", DAILY, DUCKDB_DAILY):
        mine, theirs = rig.in_turn(report, lambda _: rig.jobledger(ledger, "export", report).wall,
                                   lambda _: rig.sqlite(table, query).wall)
        found.append(Row(f"{report} / GROUP BY", "s", mine, theirs, most=0.35,
                         duckdb=duckdb.seconds(rig, rows, duckdb_query)))
    return found


def since(rig):
    """The last day holds the same number of jobs in both ledgers."""
    n = rig.size(10_000_000, 2000)
    small_n = min(100_000, n // 10)
    recent = small_n // 10
    large, small = large_ledger(rig, n, recent), large_ledger(rig, small_n, recent)

    def report(ledger, name):
        return rig.jobledger_if_there(ledger, "export", name, "--since", RECENT_DAY, "--now", NOW).wall

    found = []
    for name in SINCE:
        row = Row(f"{name} --since / {small_n:,}", "s", most=1.2)
        try:
            row.ours, row.theirs = rig.in_turn(f"{name} --since", lambda _: report(large, name),
                                               lambda _: report(small, name))
        except NotThereYet:
            row.missing = WAITING
        found.append(row)
    return found


def verify(rig):
    """sha256sum reads the same bytes from a file: nginx gave every job the same answer but for its ID."""
    n = rig.size(1_000_000, 500)
    ledger = fetched_ledger(rig, n)
    bodies = rig.path("bodies")
    with open(bodies, "w") as out:
        out.writelines(job_object.body(f"job_{i:016x}") for i in range(n))
    megabytes = n * job_object.BODY_BYTES / 1e6
    mine, theirs = rig.in_turn("verify", lambda _: rig.jobledger_if_there(ledger, "verify").wall,
                               lambda _: rig.run("sha256sum", bodies).wall)
    return [Row("verify / sha256sum", "MB/s", [megabytes / s for s in mine], [megabytes / s for s in theirs],
                least=0.15)]


def glance(rig):
    n = rig.size(10_000_000, 2000)
    ledger = large_ledger(rig, n)
    status, reconcile = rig.in_turn("glance", lambda _: rig.jobledger(ledger, "status").wall,
                                    lambda _: rig.jobledger(ledger, "export", "reconcile").wall)
    return [
        Row(f"status, {n:,} jobs", "s", status, most=0.1, absolute=True),
        Row("reconcile, 100 sources", "s", reconcile, most=1, absolute=True),
    ]
