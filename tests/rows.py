"""rows.py REPORTS README: prints the README with three rows of each report in the folder REPORTS between its two marks. The
table of reports in it gives their order."""
import collections, csv, pathlib, re, sys

BEGIN, END = "<!-- rows: written by make golden -->\n", "<!-- end of rows -->\n"
ROWS, WIDTH, ID, CELL = 3, 110, 16, 36  # how many; how wide they may be, and a job ID and any other cell in them

# Where other columns tell more than the first that fit.
COLUMNS = {
    "jobs": "job_id status model_used cost_chf confidence error_code label.client",
    "models": "model_used jobs failed failure_rate cost_chf_total processing_time_p95 confidence_mean",
    "failures": "job_id status error_code error_message http_status",
    "failure-causes": "status error_code error_message jobs cost_chf_total example_job_id",
    "extracted": "job_id model_used confidence invoice_number date total_amount vendor_name",
    "items": "job_id path item description quantity price",
    "reconcile": "source rows jobs duplicates rejected completed failed cost_chf_total",
    "review": "job_id confidence model_used label.client label.filename",
    "stale": "job_id status model_used created_at last_attempt_at polls age",
    "runs": "run_id started_at requests resolved completed failed errors still_open exit_status",
}
# The rows differ in the first column where they can, or in this one.
DIFFER = {"jobs": "status", "failures": "status"}


def choose(rows, shown, differ):
    """The fullest rows that differ, in the report's order."""
    before, rank = collections.Counter(), {}
    for n in sorted(range(len(rows)), key=lambda n: -sum(rows[n][column] != "" for column in shown)):
        rank[n] = before[rows[n][differ]]
        before[rows[n][differ]] += 1
    return [rows[n] for n in sorted(sorted(rank, key=rank.get)[:ROWS])]


def short(name, cell):
    most = ID if name.endswith("job_id") else CELL
    cell = "".join(c if c.isprintable() else "…" for c in cell)
    return cell if len(cell) <= most else cell[: most - 1] + "…"


def aligned(column):
    width = max(map(len, column))
    number = all(re.fullmatch(r"(-?\d+(\.\d+)?)?", cell) for cell in column[1:])
    return [cell.rjust(width) if number else cell.ljust(width) for cell in column]


def lines(name, header, rows):
    """The header and the rows, in columns; … behind them where others are left out."""
    shown = [header.index(column) for column in COLUMNS.get(name, " ".join(header)).split()]
    rows = choose(rows, shown, header.index(DIFFER.get(name, header[0])))
    while True:
        columns = [[header[n], *(short(header[n], row[n]) for row in rows)] for n in shown]
        if len(shown) < len(header):
            columns.append(["…"] * (len(rows) + 1))
        made = ["  ".join(cells).rstrip() for cells in zip(*map(aligned, columns))]
        if max(map(len, made)) <= WIDTH:
            return made
        shown.pop()


def section(path):
    with open(path, encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    return f"\n`{path.stem}`\n\n" + "".join(f"    {line}\n" for line in lines(path.stem, header, rows))


def main(folder, readme):
    text = readme.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    names = re.findall(r"^\| `([a-z-]+)` \|", before.partition("\n## Reports\n")[2], re.MULTILINE)
    if sorted(names) != sorted(path.stem for path in folder.glob("*.csv")):
        sys.exit(f"the table of reports in {readme} has others than {folder}")
    sys.stdout.write(before + BEGIN + "".join(section(folder / f"{name}.csv") for name in names) + "\n" + END + after)


main(*map(pathlib.Path, sys.argv[1:]))
