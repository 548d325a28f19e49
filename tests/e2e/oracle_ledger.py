"""What the contract makes of sources and answers: the state of every job, recomputed."""
import re
from dataclasses import dataclass, field, replace
from itertools import chain, repeat

from oracle_values import Num, compact, half_even, is_itemised, leaves, money, parse, places, read_time, show_time

OPEN = ("new", "pending", "processing")
RETRIED = (408, 425, 429)
SHOWN = ("status", "model_used", "processing_time", "cost_chf", "confidence", "error_message", "created_at",
         "completed_at")
OURS = object()  # an error message in the program's own words


@dataclass
class Answer:
    """One of the API's, as it travels. Without http the connection breaks."""
    http: int
    body: bytes = b""
    retry_after: str = ""


@dataclass
class Reading:
    outcome: str  # job, not_found, error, bad, limited
    status: str = ""
    code: str = None
    message: str = None
    trace: str = None
    fields: dict = field(default_factory=dict)
    anomalies: dict = field(default_factory=dict)  # field: (problem, value)
    document: object = None

    def wrong(self, name, value, problem="wrong_type"):
        self.anomalies[name] = (problem, as_text(value))


def camel(name):
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def member(document, name):
    return document.get(name, document.get(camel(name)))


def is_text(value):
    return type(value) is str


def as_text(value):
    return value if is_text(value) else compact(value)


def envelope(document):
    error = document.get("error") if isinstance(document, dict) else None
    return error if isinstance(error, dict) and is_text(error.get("code")) else None


def text_or_none(value):
    return value if is_text(value) else None


def bad(http, error, heard=True):
    trace = text_or_none(error.get("trace_id")) if error else None
    if error and heard:
        return Reading("bad", code=error["code"], message=text_or_none(error.get("message")), trace=trace)
    return Reading("bad", code="BAD_RESPONSE" if http < 300 else "HTTP_%d" % http, message=OURS, trace=trace)


def read(answer, job_id):
    if answer.http == 0:
        return Reading("bad", code="CONNECTION", message=OURS)
    try:
        document = parse(answer.body)
    except ValueError:
        document = None
    error = envelope(document)
    if answer.http == 429:
        return replace(bad(429, error), outcome="limited")
    if answer.http == 200:
        status = member(document, "status") if isinstance(document, dict) else None
        good = is_text(status) and document.get("success") is True and member(document, "job_id") == job_id
        return read_job(document, status) if good else bad(200, None)
    if answer.http >= 500 or answer.http in RETRIED:
        return bad(answer.http, error)
    if not 400 <= answer.http < 500 or not error:
        return bad(answer.http, None)
    verdict = Reading("error", "error", error["code"], text_or_none(error.get("message")),
                      text_or_none(error.get("trace_id")))
    if answer.http == 404:
        details = error.get("details")
        if error["code"] != "JOB_NOT_FOUND" and not (isinstance(details, dict) and details.get("job_id") == job_id):
            return bad(404, error, heard=False)
        verdict.outcome = verdict.status = "not_found"
    return verdict


def read_job(document, status):
    reading = Reading("job", status, document=member(document, "extracted_data"))
    if status not in ("pending", "processing", "completed", "failed"):
        reading.status = "processing"
        reading.anomalies["status"] = ("unknown_status", status)
    if status == "failed":
        reading.code, reading.message = "EXTRACTION_FAILED", read_text(reading, document, "error_message")
    reading.fields["model_used"] = read_text(reading, document, "model_used")
    for name in ("processing_time", "cost_chf", "confidence"):
        reading.fields[name] = read_number(reading, document, name)
    for name in ("created_at", "completed_at"):
        value = member(document, name)
        reading.fields[name] = read_time(value) if is_text(value) else None
        if value is not None and reading.fields[name] is None:
            reading.wrong(name, value)
    created, completed = reading.fields["created_at"], reading.fields["completed_at"]
    if created is not None and completed is not None and completed < created:
        reading.wrong("completed_at", member(document, "completed_at"), "before_created_at")
    if status == "completed":
        for name in ("extracted_data", "cost_chf", "model_used", "processing_time"):
            if member(document, name) is None:
                reading.anomalies.setdefault(name, ("missing", None))
    return reading


def read_text(reading, document, name):
    value = member(document, name)
    if value is not None and not is_text(value):
        reading.wrong(name, value)
    return text_or_none(value)


def read_number(reading, document, name):
    value = given = member(document, name)
    if name == "confidence" and isinstance(value, dict) and isinstance(value.get("overall"), Num):
        value = value["overall"]
    if isinstance(value, Num):
        if 0 <= value.value() <= 1 or name != "confidence" and 0 <= value.value() < 10 ** 6:
            return value
        reading.wrong(name, value, "out_of_range")
    elif value is not None:
        reading.wrong(name, given)
    return None


@dataclass
class Job:
    job_id: str
    first_seen_at: int
    status: str = "new"
    error_code: str = None
    error_message: str = None
    http_status: int = None
    model_used: str = None
    processing_time: str = None
    cost_chf: str = None
    confidence: str = None
    created_at: int = None
    completed_at: int = None
    resolved_at: int = None
    polls: int = 0
    attempts: int = 0
    last_attempt_at: int = None
    trace_id: str = None
    document: object = None
    body: tuple = None  # of the last answer that counts
    said: tuple = (None, None, None)  # its error code, message and trace
    ever_resolved: bool = False
    anomalies: dict = field(default_factory=dict)
    failing: bool = False

    @property
    def cost_nano(self):
        return None if self.cost_chf is None else half_even(self.cost_chf.value(), 9)

    def seconds(self):
        return None if self.processing_time is None else self.processing_time.value()

    def sure(self):
        return None if self.confidence is None else self.confidence.value()

    def shown(self, name):
        value = getattr(self, name)
        if name == "cost_chf" and value is not None:
            return money(value.value())
        if name == "error_message":
            return self.said[1]
        return show_time(value) if name in ("created_at", "completed_at") else value


@dataclass
class Sheet:
    """A CSV file: its cells, and the line on which each row begins."""
    delimiter: str
    rows: list
    lines: list = field(default_factory=list)
    data: bytes = b""


@dataclass
class Source:
    name: str
    ingested_at: int
    rows: int
    duplicates: int
    rejects: list   # (line, value)
    jobs: dict      # job_id: cells by column of its first row
    columns: list   # labels
    stated: list    # paths of ground truth
    names: set = field(default_factory=set)  # all under which the bytes were given


def read_sheet(name, now, sheet, headed=True):
    """headed: without, the first row is data and only the job IDs count, in the column where they are."""
    header = sheet.rows[0]
    place, names = header.index("job_id"), header if headed else []
    stated = [one[9:] for one in names if one.startswith("expected.")]
    labels = [one for one in names if one != "job_id" and not one.startswith("expected.")]
    source = Source(name, now, 0, 0, [], {}, labels, stated, {name})
    for line, row in list(zip(sheet.lines, sheet.rows))[headed:]:
        if not any(cell.strip(" \t") for cell in row):
            continue
        cells = row + [""] * (len(header) - len(row))
        source.rows += 1
        job_id = cells[place].strip(" \t")
        if not re.fullmatch("job_[A-Za-z0-9_-]{1,124}", job_id):
            source.rejects.append((line, cells[place]))
        elif job_id in source.jobs:
            source.duplicates += 1
        else:
            source.jobs[job_id] = dict(zip(names, cells))
    return source


@dataclass
class Run:
    started_at: int
    requests: int = 0
    retries: int = 0
    rate_limited: int = 0
    asked: list = field(default_factory=list)
    states: dict = field(default_factory=dict)
    loose: bool = False
    heard: bool = False  # any answer that was of use

    @property
    def exit_status(self):
        return 6 if self.requests > self.rate_limited and not self.heard else int(self.loose)


class Ledger:
    def __init__(self):
        self.sources, self.jobs, self.runs, self.changes = [], {}, [], []

    def ingest(self, source, again=None):
        if again:
            source.names |= again.names
            self.sources[self.sources.index(again)] = source
        else:
            self.sources.append(source)
        for job_id in source.jobs:
            self.jobs.setdefault(job_id, Job(job_id, source.ingested_at))

    def label_names(self):
        return list(dict.fromkeys(name for source in self.sources for name in source.columns))

    def labels(self, job_id):
        """Of the sources that hold the job, the latest with that column gives the value."""
        found = {}
        for source in self.sources:
            if job_id in source.jobs:
                found.update((name, source.jobs[job_id][name]) for name in source.columns)
        return found

    def statements(self, job_id):
        found = {}
        for source in self.sources:
            for path in source.stated if job_id in source.jobs else ():
                value = source.jobs[job_id]["expected." + path]
                if value.strip(" \t"):
                    found[path] = value
        return found

    def fetch(self, now, plans, retries):
        """plans: {job_id: [Answer, ...]}, of which a fetch takes as many as the contract says."""
        run = Run(now)
        for job_id, answers in plans.items():
            job = self.jobs[job_id]
            run.asked.append(job_id)
            budget = retries
            for answer in chain(answers, repeat(answers[-1])):
                reading = read(answer, job_id)
                run.requests += 1
                job.polls += 1
                job.last_attempt_at = now
                if reading.outcome not in ("bad", "limited"):
                    run.heard = True
                    break
                job.attempts += 1
                if reading.outcome == "limited":
                    run.rate_limited += 1
                elif budget == 0:
                    break
                else:
                    budget -= 1
                run.retries += reading.outcome == "bad"
            self.take(job, answer, reading, now)
            run.loose |= job.status == "error" or job.failing
        for job_id in run.asked:
            status = self.jobs[job_id].status
            run.states[status] = run.states.get(status, 0) + 1
        self.runs.append(run)
        return run

    def take(self, job, answer, reading, now):
        if reading.outcome in ("bad", "limited"):
            job.error_code, job.error_message, job.trace_id = reading.code, reading.message, reading.trace
            job.http_status = answer.http or job.http_status
            job.failing = True
            return
        job.attempts, job.failing = 0, False
        if reading.outcome == "not_found" and job.ever_resolved:
            job.anomalies["status"] = ("gone", "404")
            job.http_status = answer.http
            job.error_code, job.error_message, job.trace_id = job.said
            return
        key = (answer.http, answer.body)
        before = replace(job)
        job.http_status = answer.http
        job.error_code, job.error_message, job.trace_id = reading.code, reading.message, reading.trace
        job.status, job.said = reading.status, (reading.code, reading.message, reading.trace)
        if reading.outcome == "job":
            for name, value in reading.fields.items():
                setattr(job, name, value)
            job.document, job.anomalies = reading.document, reading.anomalies
            job.ever_resolved |= job.status in ("completed", "failed")
        if before.body != key:
            self.compare(before, job, now)
        if job.status in OPEN:
            job.resolved_at = None
        elif before.status != job.status:
            job.resolved_at = now
        job.body = key

    def compare(self, before, after, now):
        if before.status in OPEN:
            return
        for name in SHOWN:
            old, new = before.shown(name), after.shown(name)
            if (old or None) != (new or None):
                self.changes.append((now, before.job_id, name, old, new))
        # What is within an array that is shown as a whole counts where the other answer has it by itself.
        old, new = dict(leaves(before.document)), dict(leaves(after.document))
        any_old, any_new = shown_places(before.document), shown_places(after.document)
        for path in [*new, *(path for path in old if path not in new and path not in any_new)]:
            was, is_now = any_old.get(path), new.get(path)
            if as_cell(was) != as_cell(is_now):
                name = "extracted_data" + ("." + path if path else "")
                self.changes.append((now, before.job_id, name, as_cell(was), as_cell(is_now)))


def shown_places(document):
    return {path: value for path, value in places(document)
            if value is not None and not isinstance(value, dict) and not is_itemised(value)}


def as_cell(value):
    return None if value is None or value == "" else as_text(value)
