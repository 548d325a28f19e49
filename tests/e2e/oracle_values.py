"""What the contract says of values: JSON kept to the spelling, paths, decimals, times."""
import calendar
import json
import re
from datetime import datetime, timezone
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

NANO = 10 ** 9
PLAIN = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?\Z")


class Num(str):
    """A number as it was spelled."""

    def value(self):
        return Fraction(Decimal(self))


def refuse(_):
    raise ValueError("not JSON")


def mend(text):
    return re.sub("[\0\ud800-\udfff]", "\ufffd", text)


def mended(value):
    if type(value) is str:
        return mend(value)
    if isinstance(value, list):
        return [mended(one) for one in value]
    return value


def depth(value):
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=0)
    return 0


def parse(body):
    """The document, or ValueError. Objects are dicts in which the last duplicate counts, in the place of the first."""
    def members(pairs):
        return {mend(key): mended(value) for key, value in pairs}

    try:
        value = json.loads(body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace"), object_pairs_hook=members,
                           parse_float=Num, parse_int=Num, parse_constant=refuse)
    except RecursionError:
        raise ValueError("too deep") from None
    if depth(value) > 512:
        raise ValueError("too deep")
    return mended(value)


def compact(value):
    """Compact JSON text that escapes only what JSON must."""
    if isinstance(value, Num):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(compact(key) + ":" + compact(one) for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(compact, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def join(prefix, key):
    """prefix: None for the root. A key may be empty, too."""
    key = re.sub(r"([.\[\\])", r"\\\1", key)
    return key if prefix is None else prefix + "." + key


def element(path, place):
    return "%s[%d]" % (path or "", place)


def is_itemised(value):
    """An array of objects alone, which is taken apart."""
    return isinstance(value, list) and value and all(isinstance(one, dict) for one in value)


def cells(value, path=None):
    """(path, value) of each cell that `extracted` has of a document, or `items` of an item."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from cells(one, join(path, key))
    elif not is_itemised(value):
        yield path or "", value


def items(value, path=None):
    """(path of the array, place, item) of each object in an array, in the order of the document."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from items(one, join(path, key))
    elif isinstance(value, list):
        for place, one in enumerate(value, 1):
            if isinstance(one, dict):
                yield path or "", place, one
            yield from items(one, element(path, place))


def leaves(value, path=None):
    """(path, value) of each cell; of arrays that hold objects only, those of each object."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from leaves(one, join(path, key))
    elif is_itemised(value):
        for place, one in enumerate(value, 1):
            yield from leaves(one, element(path, place))
    else:
        yield path or "", value


def places(value, path=None):
    """(path, value) of all there is."""
    yield path or "", value
    if isinstance(value, dict):
        for key, one in value.items():
            yield from places(one, join(path, key))
    elif isinstance(value, list):
        for place, one in enumerate(value, 1):
            yield from places(one, element(path, place))


def half_even(value, decimals):
    """The Fraction in units of 10^-decimals, ties to the even."""
    return round(value * 10 ** decimals)


def fixed(value, decimals):
    units = half_even(value, decimals)
    whole, rest = divmod(abs(units), 10 ** decimals)
    return Num("%s%d.%0*d" % ("-" if units < 0 else "", whole, decimals, rest))


def money(value, decimals=9):
    """With at least two decimals, and no more than it needs."""
    text = fixed(value, decimals)
    return Num(re.sub(r"(\.[0-9]{2}[0-9]*?)0+\Z", r"\1", text))


def mean(values):
    return Fraction(sum(values), len(values))


def percentile(values, percent):
    """The nearest rank."""
    ordered = sorted(values)
    return ordered[-(-percent * len(ordered) // 100) - 1]


RFC3339 = re.compile(r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?"
                     r"(?:([Zz])|([+-])(\d\d):(\d\d))?\Z", re.A)


def read_time(text):
    """Nanoseconds since 1970, or None."""
    found = RFC3339.match(text)
    if not found:
        return None
    year, month, day, hour, minute, second = map(int, found.group(1, 2, 3, 4, 5, 6))
    try:
        seconds = calendar.timegm(datetime(year, month, day, hour, minute, second).timetuple())
    except ValueError:
        return None
    if found.group(9):
        hours, minutes = int(found.group(10)), int(found.group(11))
        if hours > 23 or minutes > 59:
            return None
        seconds -= (1 if found.group(9) == "+" else -1) * (hours * 60 + minutes) * 60
    return seconds * NANO + int((found.group(7) or "").ljust(9, "0")[:9])


def show_time(nanoseconds):
    if nanoseconds is None:
        return None
    seconds, rest = divmod(nanoseconds, NANO)
    text = datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    return text.rjust(19, "0") + ((".%09d" % rest).rstrip("0") if rest else "") + "Z"


def day_of(nanoseconds, zone):
    return datetime.fromtimestamp(nanoseconds // NANO, ZoneInfo(zone)).strftime("%Y-%m-%d")
