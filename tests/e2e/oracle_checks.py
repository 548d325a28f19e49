"""What is compared: the program's reports, formats and views with the oracle's."""
import json
import os
import sqlite3
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from zoneinfo import ZoneInfo

from oracle_formats import Format, decoded, text_of, written
from oracle_ledger import OPEN, OURS
from oracle_reports import ANY, JOBS, REPORTS, Options, total
from oracle_values import NANO, Num, cells, items, show_time

ZONES = ["Europe/Zurich", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "Australia/Lord_Howe", "Africa/Cairo"]
FORMATS = [
    (["--format", "tsv"], Format(delimiter="\t")),
    (["--format", "jsonl"], Format(kind="jsonl")),
    (["--excel"], Format(delimiter=";", bom=True, crlf=True)),
    (["--excel=de"], Format(delimiter=";", bom=True, crlf=True, comma=True)),
    (["--decimal-comma"], Format(comma=True)),
    (["--crlf", "--no-header"], Format(crlf=True, header=False)),
    (["--bom", "--delimiter", "pipe", "--cells", "verbatim"], Format(bom=True, delimiter="|", safe=False)),
]

STATES = ["new", "pending", "processing", "completed", "failed", "not_found", "error"]


class Told(str):
    """A cell that the contract leaves to the program: taken from what it wrote."""


def start_of(day, zone):
    """Nanoseconds at which the day begins there."""
    at = datetime(day.year, day.month, day.day)
    first = int((at - datetime(1970, 1, 1)).total_seconds()) - 16 * 3600
    while datetime.fromtimestamp(first, ZoneInfo(zone)).date() < day:
        first += 900
    return first * NANO


def arguments(options, report):
    given = []
    for flag, value in (("--since", options.since), ("--until", options.until)):
        if value is not None:
            given += [flag, show_time(value)]
    if options.status:
        given += ["--status", ",".join(options.status)]
    for flag, value in (("--model", options.model), ("--source", options.source)):
        if value is not None:
            given += [flag, value]
    for name, value in options.labels:
        given += ["--label", name + "=" + value]
    if options.by and report in ("models", "daily"):
        given += ["--by", options.by]
    if options.zone != "UTC":
        given += ["--timezone", options.zone]
    if report == "items":
        given += (["--path", options.path] if options.path is not None else [])
        given += (["--with", ",".join(options.extra)] if options.extra else [])
    if report == "review" and options.threshold != Fraction(4, 5):
        given += ["--threshold", str(float(options.threshold))]
    if report == "stale" and options.stale_after is not None:
        given += ["--stale-after", "%ds" % (options.stale_after // NANO)]
    return given


def filled(expected, actual):
    header, rows = expected
    return header, [[(Told(actual[y][x]) if cell is ANY and y < len(actual) and x < len(actual[y]) else cell)
                     for x, cell in enumerate(row)] for y, row in enumerate(rows)]


def table_of(world, report, options):
    table = REPORTS[report](world.ledger, options)
    if any(cell is ANY for row in table[1] for cell in row):
        done = world.run("export", report, *arguments(options, report), "--cells", "verbatim")
        table = filled(table, decoded(done.stdout.decode())[1:])
    return table


def difference(got, want):
    lines = []
    for y in range(max(len(got), len(want))):
        pair = [one[y] if y < len(one) else "(none)" for one in (got, want)]
        if pair[0] != pair[1]:
            lines += ["got  " + str(pair[0])[:1500], "want " + str(pair[1])[:1500]]
    return lines[:12]


def compare(world, report, options, form=Format(), flags=(), given=None):
    table = table_of(world, report, options)
    given = ["export", report, *(arguments(options, report) if given is None else given), *flags]
    done = world.run(*given, now=show_time(options.now))
    expected = written(table, form)
    if done.stdout != expected:
        world.differs(" ".join(given), *difference(done.stdout.decode().split("\n"), expected.decode().split("\n")))


def adopt_messages(world):
    """An error message in the program's own words is believed, where it says something and names no job."""
    done = world.run("export", "jobs", "--cells", "verbatim")
    for row in decoded(done.stdout.decode())[1:]:
        job = world.ledger.jobs.get(row[0])
        if job and job.error_message is OURS:
            job.error_message = row[7]
            if not row[7] or row[0] in row[7] or "\n" in row[7]:
                world.differs("error message of " + row[0], row[7])


def there_is(ledger):
    """The arrays with items and the fields that --path and --with may name."""
    documents = [job.document for job in ledger.jobs.values() if job.status == "completed" and job.document is not None]
    return (sorted({path for document in documents for path, _, _ in items(document)}),
            sorted({path for document in documents for path, _ in cells(document) if "," not in path and path}))


def some_options(world, maker):
    """Filters as people combine them."""
    ledger = world.ledger
    jobs = list(ledger.jobs.values())
    times = sorted(job.created_at for job in jobs if job.created_at is not None)
    options = Options(now=world.now)
    names = ["since", "until", "status", "model", "source", "label", "label", "by", "zone", "items"]
    for name in maker.random.sample(names, maker.one(1, 1, 2, 3)):
        if name in ("since", "until") and times:
            setattr(options, name, maker.one(*times) + maker.one(0, 0, 1, -1, NANO))
        elif name == "status":
            options.status = tuple(maker.random.sample(STATES, maker.one(1, 2, 3)))
        elif name == "model":
            options.model = maker.one("(none)", *(job.model_used for job in jobs if job.model_used))
        elif name == "source":
            options.source = maker.one(*sorted(maker.one(*ledger.sources).names))
        elif name == "by" and ledger.label_names():
            options.by = maker.one(*ledger.label_names())
        elif name == "zone":
            options.zone = maker.one(*ZONES)
        elif name == "items":
            paths, fields = there_is(ledger)
            options.path = maker.one(*paths) if paths else None
            options.extra = maker.random.sample(fields, min(len(fields), maker.one(0, 1, 2)))
        elif name == "label" and ledger.label_names():
            label = maker.one(*(name for name in ledger.label_names() if "=" not in name), "note")
            values = [value for value in (ledger.labels(job.job_id).get(label) for job in jobs) if value is not None]
            if values:
                options.labels.append((label, maker.one(*values)))
    if options.since is not None and options.until is not None and options.until <= options.since:
        options.until = None
    return options


def filters(world, maker):
    jobs = world.ledger.jobs.values()
    for at in [job.created_at for job in jobs if job.created_at is not None][:5]:
        compare(world, "jobs", Options(now=world.now, since=at))
        compare(world, "jobs", Options(now=world.now, until=at))
    for source in world.ledger.sources:
        compare(world, "jobs", Options(now=world.now, source=maker.one(*sorted(source.names))))
    for name in world.ledger.label_names():
        for value in list(dict.fromkeys(world.ledger.labels(job.job_id).get(name) for job in jobs))[:3]:
            if value is not None and "=" not in name:
                compare(world, "jobs", Options(now=world.now, labels=[(name, value)]))
    for _ in range(3):
        options = some_options(world, maker)
        for report in REPORTS:
            compare(world, report, options)


def variations(world, maker):
    """The options of single reports."""
    ledger = world.ledger
    for by in ledger.label_names():
        for report in ("models", "daily"):
            compare(world, report, Options(now=world.now, by=by))
    paths, fields = there_is(ledger)
    for path in maker.random.sample(paths, min(3, len(paths))):
        extra = maker.random.sample(fields, min(len(fields), maker.one(0, 1, 2)))
        compare(world, "items", Options(now=world.now, path=path, extra=extra))
    for threshold in (Fraction(1, 2), Fraction(1), Fraction(0)):
        compare(world, "review", Options(now=world.now, threshold=threshold))
    opened = [job.created_at for job in ledger.jobs.values() if job.status in OPEN and job.created_at is not None]
    for seconds in {1, 10 ** 7, *((world.now - at) // NANO for at in opened[:4])}:
        compare(world, "stale", Options(now=world.now + maker.one(0, 1, 500000000), stale_after=max(1, seconds) * NANO))


def zones(world, maker):
    days = sorted({datetime.fromtimestamp(job.created_at // NANO, timezone.utc).date()
                   for job in world.ledger.jobs.values() if job.created_at is not None})
    for zone in ZONES:
        compare(world, "daily", Options(now=world.now, zone=zone))
        if days:
            since = maker.one(*days)
            until = since + timedelta(days=maker.one(1, 2, 30))
            options = Options(now=world.now, zone=zone, since=start_of(since, zone), until=start_of(until, zone))
            compare(world, "daily", options, given=["--timezone", zone, "--since", str(since), "--until", str(until)])


def formats(world, maker):
    for report in REPORTS:
        for flags, form in maker.random.sample(FORMATS, 3):
            compare(world, report, Options(now=world.now), form, flags)


def same_bytes(world):
    """The same ledger gives the same bytes, one by one and all together."""
    for place in ("one", "two"):
        world.run("-q", "export", "all", "-o", place)
    for report in REPORTS:
        name = report + ".csv"
        texts = [open(world.path(os.path.join(place, name)), "rb").read() for place in ("one", "two")]
        texts.append(written(table_of(world, report, Options(now=world.now)), Format()))
        if len(set(texts)) != 1:
            world.differs("export all: " + name)


def plain(rows):
    return sorted([text_of(cell) for cell in row] for row in rows)


def views(world):
    with sqlite3.connect("file:%s?mode=ro" % world.path("jobledger.db"), uri=True) as ledger:
        def check(name, wanted, sql):
            try:
                got = ledger.execute(sql).fetchall()
            except sqlite3.Error as why:
                world.differs("view " + name, why)
                return
            # In arrays that are not made of objects alone, a quote in a key has a spelling of its own there.
            got = sorted(["" if cell is None else str(cell).replace("\\u0022", '\\"') for cell in row] for row in got)
            if got != plain(wanted):
                world.differs("view " + name, *difference(got, plain(wanted)))

        options = Options(now=world.now)
        for report in REPORTS:
            if report in ("extracted", "items", "stale"):
                continue
            header, rows = table_of(world, report, options)
            width = {"jobs": len(JOBS), "review": 4}.get(report, len(header))
            name = report.replace("-", "_")
            check(name, [row[:width] for row in rows], "SELECT %s FROM %s" % (
                ", ".join('"%s"' % one for one in header[:width]), name))
        jobs = world.ledger.jobs.values()
        check("jobs in nano", [[job.job_id, None if job.cost_nano is None else Num(job.cost_nano)] for job in jobs],
              "SELECT job_id, cost_nano_chf FROM jobs")
        check("labels", [[job.job_id, *one] for job in jobs for one in world.ledger.labels(job.job_id).items()],
              "SELECT job_id, name, value FROM labels")
        done = [job for job in jobs if job.status == "completed" and job.document is not None]
        check("extracted", [[job.job_id, *one] for job in done for one in cells(job.document)],
              "SELECT job_id, path, value FROM extracted")
        check("items", [[job.job_id, path, Num(place), *one] for job in done
                        for path, place, item in items(job.document) for one in cells(item)],
              "SELECT job_id, path, item, field, value FROM items")


def sums(world, flags=()):
    """The parts add up, by what the program wrote alone."""
    def rows_of(report):
        done = world.run("export", report, *flags, "--format", "jsonl")
        return [json.loads(line, parse_float=Fraction) for line in done.stdout.decode().split("\n") if line]

    jobs = [Fraction(row["cost_chf"] or 0) for row in rows_of("jobs") if row["status"] in ("completed", "failed")]
    for report in ("models", "daily"):
        rows = rows_of(report)
        cost = sum(Fraction(row["cost_chf_total"]) for row in rows)
        if sum(jobs) != cost or len(jobs) != sum(row["jobs"] for row in rows):
            world.differs("the parts of %s with %s" % (report, flags))


def at_a_glance(world):
    jobs = world.ledger.jobs.values()
    wanted = {state: sum(job.status == state for job in jobs) for state in STATES}
    got = json.loads(world.run("status", "--json").stdout.decode())
    if got["jobs"] != wanted or got["cost_chf_total"] != total(jobs):
        world.differs("status", got, wanted, total(jobs))


def failures_again(world):
    """The report of failures is a source like any other."""
    wanted = sorted(row[0] for row in REPORTS["failures"](world.ledger, Options(now=world.now))[1])
    for flags in ([], ["--excel=de"], ["--format", "tsv", "--crlf"]):
        world.run("export", "failures", *flags, "-o", "failures.csv")
        if os.path.exists(world.path("again.db")):
            os.unlink(world.path("again.db"))
        world.run("-q", "-d", "again.db", "ingest", "failures.csv")
        got = [row[0] for row in decoded(world.run("-d", "again.db", "export", "jobs").stdout.decode())[1:]]
        if got != wanted:
            world.differs("failures fed back", got, wanted)


def everything(world):
    maker = world.maker
    options = Options(now=world.now)
    for report in REPORTS:
        compare(world, report, options)
    filters(world, maker)
    variations(world, maker)
    zones(world, maker)
    formats(world, maker)
    same_bytes(world)
    views(world)
    for flags in ([], ["--model", "gpt-4o"], ["--status", "failed", "--timezone", "Europe/Zurich"]):
        sums(world, flags)
    at_a_glance(world)
    world.run("-q", "verify")
    failures_again(world)
