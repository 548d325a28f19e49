"""Every report, recomputed from the state of the jobs. A table is (column names, rows); a cell is None, a text, a Num,
a JSON value (true, false, an array), or ANY where the words are the program's own."""
import re
from dataclasses import dataclass, field
from fractions import Fraction

from oracle_ledger import OPEN, as_text
from oracle_values import (NANO, PLAIN, Num, cells, day_of, fixed, items, mean, money, percentile, places, show_time)

RESULT = ("completed", "failed")
JOBS = ("job_id status model_used processing_time cost_chf confidence error_code error_message http_status created_at "
        "completed_at first_seen_at resolved_at polls").split()
FAILURES = ("job_id status error_code error_message http_status model_used processing_time cost_chf created_at "
            "completed_at attempts last_attempt_at trace_id").split()
FAILING = ("failed", "not_found", "error")
ANY = object()


@dataclass
class Options:
    """Those of export that change what is in a report."""
    since: int = None
    until: int = None
    status: tuple = ()
    model: str = None
    source: str = None
    labels: list = field(default_factory=list)
    by: str = None
    zone: str = "UTC"
    threshold: Fraction = Fraction(4, 5)
    stale_after: int = None
    path: str = None
    extra: list = field(default_factory=list)
    now: int = 0


def order(text):
    """Bytewise, what is not there first."""
    return (0, b"") if text is None else (1, text.encode())


def total(jobs):
    return money(Fraction(sum(job.cost_nano for job in jobs if job.cost_nano is not None), NANO))


def known(values):
    return [value for value in values if value is not None]


def of_nothing(function, values):
    return function(values) if values else None


def cell_of(job, name):
    value = getattr(job, name)
    if value is None:
        return None
    if name == "cost_chf":
        return money(Fraction(job.cost_nano, NANO))
    if name.endswith("_at"):
        return show_time(value)
    return Num(value) if name in ("http_status", "polls", "attempts") else value


def chosen(ledger, options):
    def fits(job):
        created, values = job.created_at, ledger.labels(job.job_id) if options.labels else {}
        return ((options.since is None or created is not None and created >= options.since)
                and (options.until is None or created is not None and created < options.until)
                and (not options.status or job.status in options.status)
                and options.model in (None, of_model(job))
                and (not options.source or any(job.job_id in one.jobs for one in sources_of(ledger, options)))
                and all(values.get(name, "") == value for name, value in options.labels))

    return sorted(filter(fits, ledger.jobs.values()), key=lambda job: job.job_id)


def sources_of(ledger, options):
    return [one for one in ledger.sources if options.source is None or options.source in one.names]


def columns(fixed_names, paths):
    """The names of paths as columns: like no column before them, and like no other."""
    names = list(fixed_names)
    for path in paths:
        name = path
        while name in fixed_names or name != path and (name in paths or name in names):
            name = "data." + name
        names.append(name)
    return names


def jobs(ledger, options):
    names = ledger.label_names()
    rows = []
    for job in chosen(ledger, options):
        values = ledger.labels(job.job_id)
        rows.append([cell_of(job, name) for name in JOBS] + [values.get(name) for name in names])
    return JOBS + ["label." + name for name in names], rows


def groups(ledger, options, keys):
    found = {}
    for job in chosen(ledger, options):
        if job.status in RESULT:
            key = tuple(part(job) for part in keys)
            if options.by:
                key = (ledger.labels(job.job_id).get(options.by) or "(none)",) + key
            found.setdefault(key, []).append(job)
    return sorted(found.items(), key=lambda one: list(map(order, one[0])))


def of_model(job):
    return "(none)" if job.model_used is None else job.model_used


def counts(group):
    completed = sum(job.status == "completed" for job in group)
    return [Num(len(group)), Num(completed), Num(len(group) - completed)]


def times_of(group, percents):
    times = known(job.seconds() for job in group)
    return [of_nothing(lambda values: fixed(mean(values), 3), times)] + [
        of_nothing(lambda values: fixed(percentile(values, percent), 3), times) for percent in percents]


def models(ledger, options):
    header = (["label." + options.by] if options.by else []) + (
        "model_used jobs completed failed failure_rate cost_chf_total cost_chf_mean processing_time_mean "
        "processing_time_p50 processing_time_p95 processing_time_max confidence_mean confidence_min").split()
    rows = []
    for key, group in groups(ledger, options, [of_model]):
        costs, sure = known(job.cost_nano for job in group), known(job.sure() for job in group)
        rows.append([*key, *counts(group), fixed(Fraction(int(counts(group)[2]), len(group)), 4), total(group),
                     of_nothing(lambda values: money(Fraction(sum(values), len(values) * NANO), 6), costs),
                     *times_of(group, (50, 95, 100)),
                     of_nothing(lambda values: fixed(mean(values), 4), sure),
                     of_nothing(lambda values: fixed(min(values), 4), sure)])
    return header, rows


def daily(ledger, options):
    def date(job):
        return None if job.created_at is None else day_of(job.created_at, options.zone)

    header = (["label." + options.by] if options.by else []) + (
        "date model_used jobs completed failed cost_chf_total processing_time_mean processing_time_p95").split()
    return header, [[*key, *counts(group), total(group), *times_of(group, (95,))]
                    for key, group in groups(ledger, options, [date, of_model])]


def failing(ledger, options):
    return [job for job in chosen(ledger, options) if job.status in FAILING or job.status in OPEN and job.failing]


def failures(ledger, options):
    return FAILURES, [[cell_of(job, name) for name in FAILURES] for job in failing(ledger, options)]


def failure_causes(ledger, options):
    found = {}
    for job in failing(ledger, options):
        found.setdefault((job.status, job.error_code, job.error_message), []).append(job)
    rows = []
    for cause, group in sorted(found.items(), key=lambda one: (-len(one[1]), list(map(order, one[0])))):
        created = known(job.created_at for job in group)
        rows.append([*cause, Num(len(group)), total(group), show_time(min(created, default=None)),
                     show_time(max(created, default=None)), group[0].job_id])
    return ("status error_code error_message jobs cost_chf_total first_created_at last_created_at "
            "example_job_id").split(), rows


def with_columns(rows):
    """rows: (fixed cells, {path: value}); the paths become columns in the order of their first appearance."""
    paths = list(dict.fromkeys(path for _, values in rows for path in values))
    return paths, [first + [values.get(path) for path in paths] for first, values in rows]


def cells_of(job):
    return {} if job.document is None else dict(cells(job.document))


def extracted(ledger, options):
    header = ["job_id", "created_at", "model_used", "confidence"]
    rows = [([cell_of(job, name) for name in header], cells_of(job))
            for job in chosen(ledger, options) if job.status == "completed"]
    paths, rows = with_columns(rows)
    return columns(header, paths), rows


def item_rows(ledger, options):
    for job in chosen(ledger, options):
        if job.status == "completed" and job.document is not None:
            for path, place, item in items(job.document):
                if options.path is None or options.path in (path, re.sub(r"(?<!\\)\[\d+\]", "", path)):
                    yield job, path, place, item


def items_report(ledger, options):
    header = ["job_id", "path", "item"]
    rows = []
    for job, path, place, item in item_rows(ledger, options):
        values = dict(places(job.document))
        rows.append(([job.job_id, path, Num(place)] + [values.get(name) for name in options.extra], dict(cells(item))))
    paths, rows = with_columns(rows)
    return columns(columns(header, options.extra), paths), rows


def reconcile(ledger, options):
    states = OPEN + ("completed", "failed", "not_found", "error")
    rows = []
    for source in sources_of(ledger, options):
        held = [ledger.jobs[job_id] for job_id in source.jobs]
        oldest = known(job.created_at for job in held if job.status in OPEN)
        rows.append([source.name, show_time(source.ingested_at), Num(source.rows), Num(len(held)),
                     Num(source.duplicates), Num(len(source.rejects)),
                     *(Num(sum(job.status == state for job in held)) for state in states), total(held),
                     show_time(min(oldest, default=None))])
    return ["source", "ingested_at", "rows", "jobs", "duplicates", "rejected", *states, "cost_chf_total",
            "oldest_open_created_at"], rows


def rejects(ledger, options):
    return ["source", "line", "value", "reason"], [
        [source.name, Num(line), value, ANY]
        for source in sources_of(ledger, options) for line, value in source.rejects]


def review(ledger, options):
    names = ledger.label_names()
    unsure = [job for job in chosen(ledger, options) if job.status == "completed"
              and (job.confidence is None or job.sure() < options.threshold)]
    rows = []
    for job in sorted(unsure, key=lambda job: (-1 if job.confidence is None else job.sure(), job.job_id)):
        values = ledger.labels(job.job_id)
        rows.append([job.job_id, job.confidence, job.model_used, show_time(job.created_at)]
                    + [values.get(name) for name in names])
    return ["job_id", "confidence", "model_used", "created_at"] + ["label." + name for name in names], rows


def anomalies(ledger, options):
    return ["job_id", "field", "problem", "value"], [
        [job.job_id, name, *job.anomalies[name]] for job in chosen(ledger, options) for name in sorted(job.anomalies)]


def verdict(expected, found):
    if found is None:
        return "missing"
    text, wanted = as_text(found).strip(" \t\r\n"), expected.strip(" \t\r\n")
    if PLAIN.match(text) and PLAIN.match(wanted):
        return "matched" if Num(text).value() == Num(wanted).value() else "mismatched"
    return "matched" if text == wanted else "mismatched"


def judged(ledger, options):
    """(job, path, expected, found, verdict) of each statement on a completed job."""
    for job in chosen(ledger, options):
        if job.status == "completed":
            values = dict(places(job.document))
            for path, expected in ledger.statements(job.job_id).items():
                yield job, path, expected, values.get(path), verdict(expected, values.get(path))


def as_told(value):
    """In a column of many kinds of values: text."""
    return None if value is None else str(as_text(value))


def accuracy(ledger, options):
    found = {}
    for job, path, _, _, word in judged(ledger, options):
        found.setdefault((path, of_model(job)), []).append(word)
    words = ("matched", "mismatched", "missing")
    return ["field", "model_used", "compared", *words, "accuracy"], [
        [*key, Num(len(all_words)), *(Num(all_words.count(word)) for word in words),
         fixed(Fraction(all_words.count("matched"), len(all_words)), 4)]
        for key, all_words in sorted(found.items(), key=lambda one: list(map(order, one[0])))]


def mismatches(ledger, options):
    rows = [[job.job_id, path, expected, as_told(found), job.model_used, job.confidence]
            for job, path, expected, found, word in judged(ledger, options) if word != "matched"]
    return ["job_id", "field", "expected", "extracted", "model_used", "confidence"], sorted(
        rows, key=lambda row: (row[0], row[1].encode()))


def calibration(ledger, options):
    right = {}
    for job, _, _, _, word in judged(ledger, options):
        right[job.job_id] = right.get(job.job_id, True) and word == "matched"
    rows = []
    for place in range(10):
        bin_jobs = [job for job in chosen(ledger, options) if job.status == "completed" and job.confidence is not None
                    and min(int(job.sure() * 10), 9) == place]
        compared = [right[job.job_id] for job in bin_jobs if job.job_id in right]
        if bin_jobs:
            rows.append([Num("0.%d" % place), Num("0.%d" % (place + 1) if place < 9 else "1.0"), Num(len(bin_jobs)),
                         fixed(mean([job.sure() for job in bin_jobs]), 4), Num(len(compared)),
                         of_nothing(lambda values: fixed(mean([Fraction(one) for one in values]), 4), compared)])
    return ["bin_low", "bin_high", "jobs", "confidence_mean", "compared_jobs", "accuracy"], rows


def stale(ledger, options):
    limit = options.stale_after
    if limit is None:
        took = [job.completed_at - job.created_at for job in ledger.jobs.values()
                if job.status == "completed" and job.created_at is not None and job.completed_at is not None]
        limit = max(10 * percentile(took, 95) if took else 0, 3600 * NANO)
    rows, now = [], options.now // NANO * NANO  # the program's clock counts whole seconds
    for job in chosen(ledger, options):
        since = job.created_at if job.created_at is not None else job.first_seen_at
        if job.status in OPEN and now - since > limit:
            rows.append((since, [job.job_id, job.status, job.model_used, show_time(job.created_at),
                                 show_time(job.first_seen_at), show_time(job.last_attempt_at), Num(job.polls),
                                 Num((now - since) // NANO)]))
    return ("job_id status model_used created_at first_seen_at last_attempt_at polls age").split(), [
        row for _, row in sorted(rows, key=lambda one: (one[0], one[1][0]))]


def changes(ledger, options):
    mine = {job.job_id for job in chosen(ledger, options)}
    return ["job_id", "field", "old", "new", "observed_at"], [
        [job_id, name, as_told(old), as_told(new), show_time(at)]
        for at, job_id, name, old, new in sorted(ledger.changes, key=lambda one: (one[0], one[1], one[2].encode()))
        if job_id in mine]


def runs(ledger, options):
    rows = []
    for place, run in enumerate(ledger.runs, 1):
        ended = [run.states.get(state, 0) for state in ("completed", "failed", "not_found", "error")]
        rows.append([Num(place), show_time(run.started_at), ANY, Num(run.requests), Num(sum(ended)), *map(Num, ended),
                     Num(sum(run.states.get(state, 0) for state in OPEN)), Num(run.retries), Num(run.rate_limited),
                     Num(run.exit_status)])
    return ("run_id started_at ended_at requests resolved completed failed not_found errors still_open retries "
            "rate_limited exit_status").split(), rows


REPORTS = {"jobs": jobs, "models": models, "daily": daily, "failures": failures, "failure-causes": failure_causes,
           "extracted": extracted, "items": items_report, "reconcile": reconcile, "rejects": rejects, "review": review,
           "anomalies": anomalies, "accuracy": accuracy, "mismatches": mismatches, "calibration": calibration,
           "stale": stale, "changes": changes, "runs": runs}
