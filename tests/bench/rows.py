"""The rows of the table: what was measured on both sides, and whether the bound holds."""
import csv
import dataclasses
import statistics
from typing import List, Optional

WAITING = "not there yet"
BROKEN = "could not run"


@dataclasses.dataclass
class Row:
    """ours and theirs have one value for each run. The bound is on their ratio, or with `absolute` on ours."""
    label: str
    unit: str
    ours: List[float] = dataclasses.field(default_factory=list)
    theirs: List[float] = dataclasses.field(default_factory=list)
    most: Optional[float] = None
    least: Optional[float] = None
    absolute: bool = False
    duckdb: Optional[float] = None
    missing: str = ""  # WAITING or BROKEN
    line: str = ""

    @property
    def ratio(self):
        """The median of the ratios of each run: what drifts from run to run does so on both sides."""
        if not self.ours or not self.theirs:
            return None
        return statistics.median(a / b for a, b in zip(self.ours, self.theirs))

    @property
    def bound(self):
        if self.most is not None:
            return f"<= {self.most:g}"
        return f">= {self.least:g}" if self.least is not None else ""

    @property
    def holds(self):
        value = statistics.median(self.ours) if self.absolute and self.ours else self.ratio
        if value is None or not self.bound:
            return ""
        return "yes" if (value <= self.most if self.most is not None else value >= self.least) else "NO"


def _number(value):
    if value is None:
        return ""
    for limit, digits in (100, 0), (10, 1), (1, 2):
        if abs(value) >= limit:
            return f"{value:,.{digits}f}"
    return f"{value:.3f}" if value else "0"


def _side(values):
    """The median, and half of what lies between the least and the greatest in percent of it."""
    if not values:
        return "", ""
    median = statistics.median(values)
    spread = f"{50 * (max(values) - min(values)) / median:.0f}%" if median and len(values) > 1 else ""
    return _number(median), spread


def table(rows):
    duckdb = any(row.duckdb is not None for row in rows)
    lines = [f"{'jobledger / peer':<31} {'jobledger':>9} {'+-':>4} {'peer':>9} {'+-':>4} {'unit':<7} {'ratio':>6} "
             f"{'bound':<7} {'holds':<5}" + (f" {'DuckDB':>7}" if duckdb else "")]
    for row in rows:
        ours, ours_spread = _side(row.ours)
        theirs, theirs_spread = _side(row.theirs)
        if row.missing:
            ours, ours_spread = f"{row.missing:>14}", None
        figures = f"{ours:>9} {ours_spread:>4}" if ours_spread is not None else ours
        lines.append(f"{row.label:<31} {figures} {theirs:>9} {theirs_spread:>4} {row.unit:<7} "
                     f"{'' if row.absolute else _number(row.ratio):>6} {row.bound:<7} {row.holds:<5}"
                     + (f" {_number(row.duckdb):>7}" if duckdb else ""))
    return "\n".join(line.rstrip() for line in lines)


def write_csv(rows, path):
    with open(path, "w", newline="") as out:
        write = csv.writer(out, lineterminator="\n").writerow
        write(["line", "label", "unit", "jobledger", "jobledger_min", "jobledger_max", "peer", "peer_min", "peer_max",
               "ratio", "bound", "bound_on", "holds", "duckdb", "runs"])
        for row in rows:
            sides = []
            for values in row.ours, row.theirs:
                sides += [f"{f(values):.6g}" for f in (statistics.median, min, max)] if values else ["", "", ""]
            write([row.line, row.label, row.unit, *sides, "" if row.ratio is None else f"{row.ratio:.4g}", row.bound,
                   "value" if row.absolute else "ratio", row.missing or row.holds,
                   "" if row.duckdb is None else f"{row.duckdb:.6g}", len(row.ours)])
