"""exposition.py FILE: reads Prometheus' text format strictly and prints each sample as NAME{LABELS} VALUE. It complains of what
node_exporter's textfile collector would not take, and of what Prometheus' naming rules advise against."""
import re, sys

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
SAMPLE = re.compile(r"(%s)(\{%s=\"(?:[^\"\\\n]|\\[\\\"n])*\"(?:,%s=\"(?:[^\"\\\n]|\\[\\\"n])*\")*\})? (-?[0-9]+(?:\.[0-9]+)?)" % (NAME, NAME, NAME))
UNITS = ("_seconds", "_chf")

text = open(sys.argv[1], encoding="utf-8", newline="").read()
assert text.endswith("\n"), "no line end at the end"
helped, typed, seen, family = set(), {}, set(), None
for line in text[:-1].split("\n"):
    if line.startswith("# HELP "):
        name, told = line[7:].split(" ", 1)
        assert re.fullmatch(NAME, name) and told.strip(), line
        assert name not in helped, "told twice: " + line
        helped.add(name)
        family = name
    elif line.startswith("# TYPE "):
        name, kind = line[7:].split(" ")
        assert name == family and name not in typed and kind == "gauge", line
        typed[name] = kind
    else:
        sample = SAMPLE.fullmatch(line)
        assert sample, "not a sample: " + line
        name, labels, value = sample.groups()
        assert name == family and name in typed, "outside its family: " + line
        assert (name, labels) not in seen, "twice: " + line
        seen.add((name, labels))
        print((name + (labels or "")), value)
for name in typed:
    assert name.startswith("jobledger_"), name
    assert not re.search(r"_(total|count|sum|bucket|info)$", name), "a suffix of other types: " + name
    assert "timestamp" not in name and "age" not in name and "duration" not in name or name.endswith("_seconds"), name
assert helped == set(typed) == {name for name, _ in seen}
