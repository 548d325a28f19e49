"""What stands in a sheet: of a workbook, as its XML says, or of what LibreOffice made of it.

  workbook.py sheets FILE             the names of the sheets, one a line
  workbook.py cells FILE SHEET        one JSON array a row: texts, numbers, booleans, {"time": ...}, null where empty
  workbook.py shown FILE.fods SHEET   the same as a person sees it: texts only
  workbook.py formats FILE SHEET      the number format of each cell of the second row, by its column's letters
  workbook.py compare FILE SHEET JSONL  exit 1 unless the sheet holds, cell by cell, the report in JSON lines

FILE is .xlsx, or .fods (for which there are no formats).
"""
import datetime
import json
import re
import sys
import xml.etree.ElementTree as ET
import zipfile

MAIN = '{http://schemas.openxmlformats.org/spreadsheetml/2006/main}'
TABLE = '{urn:oasis:names:tc:opendocument:xmlns:table:1.0}'
OFFICE = '{urn:oasis:names:tc:opendocument:xmlns:office:1.0}'
TEXT = '{urn:oasis:names:tc:opendocument:xmlns:text:1.0}'
EPOCH = datetime.datetime(1899, 12, 30)


def spelled(moment):
    text = moment.isoformat(timespec='milliseconds')
    return re.sub(r'\.?0+$', '', text) if '.' in text else text


def xlsx_formats(book):
    styles = ET.fromstring(book.read('xl/styles.xml'))
    codes = {f.get('numFmtId'): f.get('formatCode') for f in styles.iter(MAIN + 'numFmt')}
    return [codes.get(xf.get('numFmtId'), 'General') for xf in styles.find(MAIN + 'cellXfs')]


def decoded(text):
    return re.sub('_x([0-9A-Fa-f]{4})_', lambda m: chr(int(m.group(1), 16)), text)


def xlsx_value(cell, code):
    value = cell.findtext(MAIN + 'v')
    kind = cell.get('t')
    assert cell.find(MAIN + 'f') is None, 'a formula'
    if kind == 'inlineStr':
        return decoded(cell.find(MAIN + 'is').findtext(MAIN + 't') or '')
    if kind == 'b':
        return value == '1'
    assert kind is None, kind
    number = float(value)
    if 'yy' in code: # no hour of day that is shown is a little less than it should be
        moment = EPOCH + datetime.timedelta(milliseconds=int(number * 86400000))
        return {'time': spelled(moment) if 'hh' in code else moment.date().isoformat()}
    return int(number) if number == int(number) and abs(number) < 1e15 else number


def xlsx_column(reference):
    column = 0
    for letter in re.match('[A-Z]+', reference).group():
        column = column * 26 + ord(letter) - 64
    return column - 1


def xlsx_part(book, sheet):
    names = [s.get('name') for s in ET.fromstring(book.read('xl/workbook.xml')).iter(MAIN + 'sheet')]
    return ET.fromstring(book.read('xl/worksheets/sheet%d.xml' % (names.index(sheet) + 1)))


def xlsx_rows(path, sheet):
    book = zipfile.ZipFile(path)
    assert book.testzip() is None
    codes = xlsx_formats(book)
    for row in xlsx_part(book, sheet).iter(MAIN + 'row'):
        cells = []
        for cell in row.iter(MAIN + 'c'):
            column = xlsx_column(cell.get('r'))
            cells += [None] * (column - len(cells))
            cells.append(xlsx_value(cell, codes[int(cell.get('s', '0'))]))
        yield cells


def fods_text(cell):
    lines = []
    for p in cell.iter(TEXT + 'p'):
        line = p.text or ''
        for part in p:
            if part.tag == TEXT + 's':
                line += ' ' * int(part.get(TEXT + 'c', '1'))
            elif part.tag == TEXT + 'tab':
                line += '\t'
            else:
                line += ''.join(part.itertext())
            line += part.tail or ''
        lines.append(line)
    return '\n'.join(lines)


def fods_value(cell):
    kind = cell.get(OFFICE + 'value-type')
    formula = cell.get(TABLE + 'formula')
    if formula in ('of:=TRUE()', 'of:=FALSE()'): # what LibreOffice itself makes of a boolean
        return formula == 'of:=TRUE()'
    assert formula is None, 'a formula'
    if kind is None:
        return None
    if kind == 'date':
        return {'time': re.sub(r'(\.\d*?)0+$', r'\1', cell.get(OFFICE + 'date-value'))}
    if kind in ('float', 'percentage', 'currency'):
        number = float(cell.get(OFFICE + 'value'))
        return int(number) if number == int(number) and abs(number) < 1e15 else number
    return fods_text(cell)


def fods_rows(path, sheet, value=fods_value):
    for table in ET.parse(path).getroot().iter(TABLE + 'table'):
        if table.get(TABLE + 'name') != sheet:
            continue
        for row in table.iter(TABLE + 'table-row'):
            cells = []
            for cell in row.iter(TABLE + 'table-cell'):
                cells += [value(cell)] * min(int(cell.get(TABLE + 'number-columns-repeated', '1')), 200)
            while cells and cells[-1] in (None, ''):
                cells.pop()
            if cells:
                yield cells
        return
    raise SystemExit('no sheet ' + sheet)


def rows(path, sheet):
    return fods_rows(path, sheet) if path.endswith('.fods') else xlsx_rows(path, sheet)


class Number(str):
    """As it is spelled."""


def significant(number):
    return len(re.sub(r'[eE].*|[-.]', '', number).strip('0'))


def expected(sheet, column, value):
    if isinstance(value, Number):
        return str(value) if significant(value) > 15 else float(value)
    if isinstance(value, str) and (column.endswith('_at') or (sheet, column) == ('daily', 'date')):
        fraction = re.search(r'\.(\d+)Z$', value)
        if not (fraction and len(fraction.group(1)) > 3) and value >= '1900-03-01':
            return {'time': value.rstrip('Z')}
    return value


def same(cell, wanted):
    if isinstance(wanted, list):
        return isinstance(cell, str) and json.loads(cell, parse_float=Number, parse_int=Number) == wanted
    if isinstance(wanted, bool) or isinstance(cell, bool):
        return cell is wanted
    if isinstance(wanted, float) and isinstance(cell, (int, float)):
        return float('%.15g' % cell) == wanted
    return cell == wanted


def compare(path, sheet, jsonl):
    found = list(rows(path, sheet))
    differences = 0
    with open(jsonl, encoding='utf-8') as lines:
        report = [json.loads(line, parse_float=Number, parse_int=Number) for line in lines]
    if len(found) != len(report) + 1:
        raise SystemExit('%s: %d rows, not %d' % (sheet, len(found) - 1, len(report)))
    for at, row in enumerate(report):
        cells = found[at + 1] + [None] * (len(row) - len(found[at + 1]))
        if found[0] != list(row) or len(cells) != len(row):
            raise SystemExit('%s: columns %s, not %s' % (sheet, found[0], list(row)))
        for cell, (column, value) in zip(cells, row.items()):
            if not same(cell, expected(sheet, column, value)):
                print('%s row %d, %s: %r, not %r' % (sheet, at + 2, column, cell, value))
                differences += 1
    sys.exit(differences > 0)


def main(command, path, sheet=None, jsonl=None):
    if command == 'sheets':
        for s in ET.fromstring(zipfile.ZipFile(path).read('xl/workbook.xml')).iter(MAIN + 'sheet'):
            print(s.get('name'))
    elif command == 'cells':
        for row in rows(path, sheet):
            print(json.dumps(row, ensure_ascii=False, separators=(',', ':')))
    elif command == 'shown':
        for row in fods_rows(path, sheet, fods_text):
            print(json.dumps(row, ensure_ascii=False, separators=(',', ':')))
    elif command == 'formats':
        book = zipfile.ZipFile(path)
        codes = xlsx_formats(book)
        second = list(xlsx_part(book, sheet).iter(MAIN + 'row'))[1]
        print(json.dumps({re.sub('[0-9]', '', c.get('r')): codes[int(c.get('s', '0'))] for c in second}))
    elif command == 'compare':
        compare(path, sheet, jsonl)


main(*sys.argv[1:])
