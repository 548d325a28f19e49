"""Random worlds: sheets as people write them, and answers as no API should give them.

A document is made of JSON's own values, but that an object is a tuple of pairs, so that a key may come twice."""
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from oracle_ledger import Answer, Sheet, camel
from oracle_values import NANO, Num

TEXTS = ["=1+1", "-5", "-1E5", "+41 44 123", "@x", "\tTab", "a,b", 'say "hi"', "zwei\nZeilen", "x;y", "Zürich",
         "日本語", "😀", " edge ", "007", "1250", "true", "null", "-", "'quoted", "a\\b", "\x01\x1f\x7f", "é", "\u2028",
         "-0.50", "=", "CH93 0076 2011 6238 5295 7", "123456789012345678901234567", "a|b", "\r", "{}", "[]", "%s"]
NUMBERS = ["0", "-0", "1250", "1250.00", "1250.0", "1E5", "1e-7", "-17.35", "9223372036854775807", "3.10", "1E400",
           "9223372036854775808", "18446744073709551616", "12345678901234567890123", "0.1", "0.30000000000000004",
           "-1.5E+3"]
KEYS = ["", "a.b", "d[", "e]", "back\\slash", "two words", 'quo"te', "Größe", "日本", "=key", "-1", "path", "item",
        "job_id", "created_at", "confidence", "data", "x'y", "a\tb", "new\nline", "😀", "A", "a", "Z", "%ID", "\x01",
        "$", "$.a", "#"]
BROKEN = "\ue000"  # stands for bytes that are no UTF-8
BROKEN_BYTES = [b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf0\x9f\x98", b"\xc0\xaf", b"\xf4\x90\x80\x80", b"\xe2\x82"]
MODELS = [None, "gpt-4o", "ftg-3.0", "gpt-4o-mini", "=cmd", "Modèle, 2", "(none)"]
LABELS = ["client", "cost_center", "note", "=sum", "Größe", "a b", 'q"q', "filename"]
TRUTHS = ["no", "total", "vendor.city", "vendor.name", "paid", "tags", "lines", "nowhere", "a\\.b", "two words",
          "lines[1].price", "lines[2]", ".x"]
STATED = ["INV-1", "INV-2", "1250", "1250.00", " -17.350 ", "Bern", "Zürich ", "true", "", "", "-0", "[]", "100000",
          "1E5", "0", " "]
LIKELY = {"expected.no": ["INV-0", "INV-1", "INV-2", "INV-3"] * 3, "expected.paid": ["true", "false"] * 4,
          "expected.total": ["1250", "1250.00", "1250.000"] * 4, "expected.vendor.city": ["Bern", " Zürich"] * 4}
REJECTED = ["", "job_", "JOB_x", "job_a b", "Total", "job_ü", "=1", "x" * 200, "job_" + "x" * 125]
# In UTC: around both changes of the clocks in Europe and in America, a new year, and a day like any other.
DAYS = [1774742400, 1792886400, 1773034200, 1793512800, 1767225600, 1780000000]
# The clocks in Cairo go back from midnight, in Zurich forward and back; a day begins in UTC and in Zurich.
INSTANTS = [1793307600, 1774746000, 1792890000, 1767225600, 1774738800]
# Figures whose means are halves of the last digit that is shown.
TIES = {"cost": ["0.000001", "0.000002", "0.000003", "0"], "time": ["0.0005", "0.0015", "0.001", "0.002", "0"],
        "confidence": ["0.00005", "0.00015", "0.8001", "0.8002", "0.8004", "1"]}


class Maker:
    def __init__(self, random):
        self.random = random
        self.models = random.sample(MODELS, random.choice([1, 2, 4, len(MODELS)]))
        self.labels = random.sample(LABELS, 4)
        self.tie = random.choice([0.1, 0.9])

    def one(self, *values):
        return self.random.choice(values)

    def chance(self, share):
        return self.random.random() < share

    def below(self, bound):
        return self.random.randrange(bound)

    # ---- documents ----

    def number(self):
        return Num(self.one(*NUMBERS))

    def scalar(self):
        return self.one(None, True, False, self.number(), self.number(), self.one(*TEXTS), "", "text%d" % self.below(9))

    def key(self):
        return self.one(*KEYS) if self.chance(0.5) else "k%d" % self.below(12)

    def odd(self, level=0):
        if level > 3 or self.chance(0.5):
            return self.scalar()
        size = self.below(4)
        if self.chance(0.5):
            return tuple((self.key(), self.odd(level + 1)) for _ in range(size))
        if self.chance(0.4):
            return [tuple((self.key(), self.odd(level + 2)) for _ in range(2)) for _ in range(size)]
        return [self.odd(level + 1) for _ in range(size)]

    def line(self):
        line = [("text", self.one(*TEXTS)), ("price", self.number())]
        if self.chance(0.4):
            line.append(("taxes", [(("rate", Num(self.one("8.1", "2.6", "0"))),) for _ in range(self.below(3))]))
        if self.chance(0.2):
            line.append((self.key(), self.odd(2)))
        return tuple(line)

    def document(self):
        if self.chance(0.08):
            return [self.odd(1) if self.chance(0.5) else self.line() for _ in range(self.below(4))]
        pairs = [("no", "INV-%d" % self.below(4)), ("total", self.one(self.number(), Num("1250.00"))),
                 ("vendor", (("name", self.one(*TEXTS)), ("city", self.one("Bern", "Zürich", None)))),
                 ("paid", self.one(True, False, "true", None)), ("tags", [self.scalar() for _ in range(self.below(3))]),
                 ("lines", [self.line() for _ in range(self.below(4))])]
        pairs = [pair for pair in pairs if self.chance(0.8)]
        pairs += [(self.key(), self.odd()) for _ in range(self.below(4))]
        if self.chance(0.3):
            self.random.shuffle(pairs)
        if pairs and self.chance(0.1):
            pairs.append((pairs[0][0], self.scalar()))
        return tuple(pairs)

    # ---- their spelling ----

    def escaped(self, char):
        code = ord(char)
        if code > 0xffff:
            return "\\u%04x\\u%04X" % (0xd800 + (code - 0x10000 >> 10), 0xdc00 + (code & 0x3ff))
        return self.one("\\u%04x", "\\u%04X") % code

    def text(self, value, broken=0.02):
        out = []
        for char in value:
            short = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(char)
            if ord(char) < 32 and not short or self.chance(0.05):
                out.append(self.escaped(char))
            else:
                out.append(short or ("\\/" if char == "/" and self.chance(0.5) else char))
        if self.chance(broken):
            out.append(self.one("\\ud800", "\\udc00x", "\\u0000", "\\ud83d\\u0041", BROKEN, BROKEN + "x"))
        return '"' + "".join(out) + '"'

    def json(self, value):
        gap = self.one("", "", " ", "\n\t")
        if isinstance(value, Num):
            return str(value)
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, tuple):
            return "{" + gap + ("," + gap).join(
                self.text(key, 0.005) + ":" + gap + self.json(one) for key, one in value) + gap + "}"
        if isinstance(value, list):
            return "[" + gap + ("," + gap).join(map(self.json, value)) + gap + "]"
        return {None: "null", True: "true", False: "false"}[value]

    def encoded(self, value):
        pieces = self.json(value).encode().split(BROKEN.encode())
        return b"".join(piece + self.one(*BROKEN_BYTES) for piece in pieces[:-1]) + pieces[-1]

    # ---- answers ----

    def decimal(self, whole, places):
        digits = "".join(self.one(*"0123456789") for _ in range(self.below(places + 1)))
        return Num("%d%s%s" % (self.below(whole), "." if digits else "", digits))

    def cost(self):
        if self.chance(self.tie):
            return Num(self.one(*TIES["cost"]))
        return self.one(self.decimal(3, 12), self.decimal(1, 4), Num(self.one(
            "0.015", "1.5E-3", "0.0", "0.0000000005", "0.0000000015", "999999.999999999", "-0", "1E2")))

    def time(self):
        if self.chance(self.tie):
            return Num(self.one(*TIES["time"]))
        return self.one(self.decimal(100, 9), self.decimal(10, 3))

    def sure(self):
        if self.chance(self.tie):
            return Num(self.one(*TIES["confidence"]))
        text = "0." + "".join(self.one(*"0123456789") for _ in range(self.one(1, 2, 2, 4, 9)))
        return Num(self.one(text, text, text, "1", "0", "1.0", "0.8", "0.80", "8E-1", "0.1", "0.9"))

    def when(self):
        if self.chance(0.2):
            return self.one(*INSTANTS) * NANO
        seconds = self.one(*DAYS) + self.below(180000) - 90000
        return seconds * NANO + self.one(0, 0, 500000000, 250000000, 123456789, 1, 999999999)

    def stamp(self, nanoseconds):
        seconds, rest = divmod(nanoseconds, NANO)
        minutes = self.one(0, 0, 60, -330, 345)
        text = datetime.fromtimestamp(seconds, timezone(timedelta(minutes=minutes))).isoformat()
        text, zone = text[:19], text[19:]
        if rest or self.chance(0.1):
            text += ".%09d" % rest
            if self.chance(0.5):
                text = text.rstrip("0").rstrip(".")
        return text + (self.one("Z", "+00:00", "") if not minutes else zone)

    def job_object(self, job_id, status):
        created, is_open = self.when(), status in ("pending", "processing")
        pairs = [("success", True), ("job_id", job_id), ("status", status),
                 ("extracted_data", self.document() if status == "completed" else None),
                 ("confidence", self.sure() if status == "completed" else None),
                 ("processing_time", None if is_open else self.time()),
                 ("cost_chf", None if is_open else self.cost()), ("model_used", self.one(*self.models)),
                 ("created_at", self.stamp(created)),
                 ("completed_at", None if is_open else self.stamp(created + self.below(20 * NANO)))]
        if status == "failed":
            pairs.append(("error_message", self.one("Document is broken", "=cmd()", "Zu\ngroß", "a,b")))
        pairs = [self.spoiled(name, value) for name, value in pairs]
        if self.chance(0.1):
            pairs = [(camel(name), value) for name, value in pairs]
        if self.chance(0.2):
            self.random.shuffle(pairs)
        if self.chance(0.1):
            pairs.append(("unknown", self.odd(2)))
        if self.chance(0.05):
            name = self.one("confidence", "cost_chf", "processing_time", "model_used", "created_at")
            pairs.insert(self.below(len(pairs)), (name, self.spoiled(name, Num("0.5"))[1]))
        return tuple(pairs)

    def spoiled(self, name, value):
        if name in ("success", "job_id", "status") or not self.chance(0.05):
            return name, value
        if name == "confidence" and self.chance(0.6):
            return name, (("overall", self.one(self.sure(), "high", None, Num("1.5"))), ("fields", ()))
        if name == "created_at" and self.chance(0.5):
            return name, self.stamp(self.when())
        return name, self.one(None, True, Num("-1"), Num("5"), "text", "", [Num("1"), "x"], (("a", Num("1.0")),),
                              Num("1E6"), "0.015")

    def good(self, job_id, status):
        bom = b"\xef\xbb\xbf" if self.chance(0.02) else b""
        return Answer(200, bom + self.encoded(self.job_object(job_id, status)))

    def refusal(self, http, code, job_id):
        return Answer(http, self.encoded((("success", False), ("error", (
            ("code", code), ("message", self.one("No.", "Not found", "=bad")), ("details", (("job_id", job_id),)),
            ("trace_id", "trace_%d" % self.below(99)))))))

    def useless(self, job_id):
        return self.one(
            Answer(503, b"<html>busy</html>"), self.refusal(500, "INTERNAL", job_id), Answer(200, b"not JSON"),
            Answer(0), Answer(404, b"<html>where?</html>"), Answer(200, b'{"success":true,"job_id":"other"}'),
            Answer(200, b'{"success":false,"job_id":"%s","status":"completed"}' % job_id.encode()))

    def verdict(self, job_id):
        return self.one(self.refusal(404, "JOB_NOT_FOUND", job_id), self.refusal(410, "JOB_EXPIRED", job_id),
                        self.refusal(403, "ACCESS_DENIED", job_id), self.refusal(404, "GONE_AWAY", job_id))

    def answers(self, job_id, past, limits):
        """What a job's next requests are answered. past: what counted before; limits: how many useless answers, 429 and
        verdicts may yet come, since too many of them end a run."""
        kind = self.random.random()
        last = past[-1] if past else None
        if past and kind < 0.35:
            return [last if self.chance(0.7) else self.one(*past)]
        if kind < 0.45 and limits["useless"] > 0:
            limits["useless"] -= 2
            useless = self.useless(job_id)
            # A connection that breaks may have been tried again below the program, so no good answer comes behind it.
            return [useless, useless if self.chance(0.5) or not useless.http else self.good(job_id, "completed")]
        if kind < 0.47 and limits["limited"] > 0:
            limits["limited"] -= 1
            limited = replace(self.refusal(429, "RATE_LIMIT_EXCEEDED", job_id), retry_after="1")
            return [limited, self.good(job_id, "failed")]
        if kind < 0.55 and limits["verdicts"] > 0:
            limits["verdicts"] -= 1
            return [self.verdict(job_id)]
        if kind < 0.63 and last:
            return [self.altered(last)]
        return [self.good(job_id, self.random.choices(
            ["completed", "failed", "pending", "processing", "archived"], [70, 10, 7, 7, 2])[0])]

    def altered(self, answer):
        """With other blanks, and perhaps one digit changed."""
        body = answer.body + b"\n"
        if self.chance(0.6):
            digit, other = (self.one(*"123456789").encode() for _ in range(2))
            head, found, tail = body.rpartition(b'"price":' + digit)
            if found:
                body = head + b'"price":' + other + tail
        return Answer(answer.http, body)

    # ---- sheets ----

    def ids(self, count):
        made = []
        while len(made) < count:
            job_id = "job_" + "".join(self.one(*"abAB01_-") for _ in range(self.one(1, 2, 3, 8)))
            if job_id not in made:
                made.append(job_id)
        return made

    def row(self, columns, pool, tab):
        values = {name: self.one(*TEXTS) if self.chance(0.3) else self.one("", "Acme", "Beta", "Gamma")
                  for name in columns}
        values.update((name, self.one(*STATED, *LIKELY.get(name, ())))
                      for name in columns if name.startswith("expected."))
        values["job_id"] = self.one("", "", "", " ", tab) + self.one(*(REJECTED if self.chance(0.05) else pool))
        cells = [values[name] for name in columns]
        while self.chance(0.05) and len(cells) > columns.index("job_id") + 1:
            cells.pop()
        return cells + ["beyond"] * self.chance(0.03)

    def sheet(self, pool):
        delimiter, word = self.one((",", "comma"), (";", "semicolon"), ("\t", "tab"), ("|", "pipe"))
        tab = " " if delimiter == "\t" else "\t"
        columns = ["job_id", *self.random.sample(self.labels, self.below(4)),
                   *("expected." + path for path in self.random.sample(TRUTHS, self.below(8)))]
        self.random.shuffle(columns)
        sheet = Sheet(word, [columns])
        size = 2 * len(pool)
        for _ in range(self.one(0, 3, size, size, size, size)):
            blank = self.one([""], [" "], [" ", tab])
            sheet.rows.append(blank if self.chance(0.03) else self.row(columns, pool, tab))
        end, quoted, before = self.one("\n", "\r\n"), self.chance(0.3), ""
        for row in sheet.rows:
            sheet.lines.append(before.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1)
            before += delimiter.join('"' + one.replace('"', '""') + '"' if quoted or any(
                odd in one for odd in ("\n", "\r", '"', delimiter)) else one for one in row) + end
        sheet.data = (self.one("", "\ufeff") + before).encode()
        return sheet
