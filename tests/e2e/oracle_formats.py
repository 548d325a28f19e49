"""A table as the contract says it is written, byte for byte."""
import json
from dataclasses import dataclass

from oracle_values import PLAIN, Num, compact


@dataclass
class Format:
    kind: str = "csv"
    delimiter: str = ","
    header: bool = True
    bom: bool = False
    crlf: bool = False
    comma: bool = False
    safe: bool = True


def text_of(cell):
    if cell is None:
        return ""
    return cell if isinstance(cell, str) else compact(cell)


def safe(text):
    return "'" + text if text[:1] in tuple("=+-@\t\r\n") and not PLAIN.match(text) else text


def cell_text(cell, form):
    text = text_of(cell)
    if isinstance(cell, Num):
        text = text.replace(".", ",") if form.comma else text
    elif form.safe and isinstance(cell, str):
        text = safe(text)
    if any(one in text for one in (form.delimiter, '"', "\r", "\n")):
        text = '"' + text.replace('"', '""') + '"'
    return text


def written(table, form):
    header, rows = table
    if form.kind == "jsonl":
        quoted = [json.dumps(name, ensure_ascii=False) + ":" for name in header]
        lines = ["{" + ",".join(name + ("null" if cell is None or cell == "" else compact(cell))
                                for name, cell in zip(quoted, row)) + "}" for row in rows]
        return "".join(line + "\n" for line in lines).encode()
    lines = [form.delimiter.join(cell_text(cell, form) for cell in row)
             for row in ([header] if form.header else []) + rows]
    end = "\r\n" if form.crlf else "\n"
    return (("\ufeff" if form.bom else "") + "".join(line + end for line in lines)).encode()


def decoded(text, delimiter=",", start=0):
    """The cells of RFC 4180 text, read strictly: [[text, ...], ...]."""
    rows, row, at = [], [], start
    while at < len(text):
        if text[at] == '"':
            cell, at = [], at + 1
            while True:
                end = text.index('"', at)
                cell.append(text[at:end])
                at = end + 1
                if text[at:at + 1] != '"':
                    break
                cell.append('"')
                at += 1
            cell = "".join(cell)
        else:
            end = at
            while text[end] not in (delimiter, "\n"):
                end += 1
            cell, at = text[at:end], end
        row.append(cell)
        if text[at] == "\n":
            rows.append(row)
            row = []
        elif text[at] != delimiter:
            raise ValueError("text behind a quote")
        at += 1
    return rows
