"""The archive's chain, read by the documentation alone (src/store/chain.h), and what may be done to it.

  archive.py digests LEDGER              RUN DIGEST of each closed run, one a line, computed from the rows
  archive.py forge LEDGER                makes links, sums and digests fit what the ledger holds, as one would who hides a change
  archive.py values LEDGER PROGRAM N     changes one value in a copy of the ledger, N times; each must be found by verify
  archive.py bytes LEDGER PROGRAM N      likewise one bit of the file, where answers are

N is a number, or `all` for every value there is (for bytes: 3000). What is not found goes to standard output; exit 1.
"""
import hashlib
import itertools
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile

ZEROS = '0' * 64
FIGURES = ('ended_at requests completed failed not_found errors still_open retries rate_limited exit_status '
           'bytes seen seen_at').split()


def sha256(lines):
    return hashlib.sha256(b''.join(line + b'\n' for line in lines)).hexdigest()


def line(value):
    if value is None:
        return b''
    return value if isinstance(value, bytes) else str(value).encode()


def connect(path):
    db = sqlite3.connect(path, isolation_level=None)
    db.text_factory = bytes
    db.row_factory = sqlite3.Row
    db.execute('PRAGMA foreign_keys = OFF')
    db.execute('PRAGMA ignore_check_constraints = ON')
    return db


def links(db):
    """The answers in their order, each with the link that it should have."""
    before = ZEROS
    for row in db.execute('SELECT answer.*, job.job_id FROM answer JOIN job ON job.id = answer.job ORDER BY answer.id'):
        before = sha256(line(v) for v in (before, row['job_id'], row['run'], row['received_at'], row['http_status'],
                                          row['request_id'], row['server_ms'], row['sha256'].hex()))
        yield row, before


def digests(db):
    link_of = {row['id']: link for row, link in links(db)}
    before = ZEROS
    for run in db.execute('SELECT * FROM run WHERE digest IS NOT NULL ORDER BY id'):
        lines = [before, run['id'], run['started_at'], run['last_answer'], link_of.get(run['last_answer'], ZEROS)]
        if run['bytes'] is not None:
            lines += [run[figure] for figure in FIGURES]
        before = sha256(line(v) for v in lines)
        yield run['id'], before


def forge(db):
    for row in db.execute('SELECT id, body FROM answer WHERE pruned_at IS NULL').fetchall():
        db.execute('UPDATE answer SET sha256 = ? WHERE id = ?', (hashlib.sha256(row['body']).digest(), row['id']))
    db.execute('''UPDATE run SET bytes = (SELECT coalesce(sum(coalesce(pruned_bytes, length(CAST(body AS BLOB)))), 0)
                                          FROM answer WHERE answer.run = run.id) WHERE bytes IS NOT NULL''')
    for row, link in list(links(db)):
        db.execute('UPDATE answer SET link = ? WHERE id = ?', (bytes.fromhex(link), row['id']))
    for run, digest in list(digests(db)):
        db.execute('UPDATE run SET digest = ? WHERE id = ?', (bytes.fromhex(digest), run))


# ---- what verify must find ----

# Of each table the columns that are archived or follow from what is, and of which rows.
TROUBLE = 'error_code IS NOT NULL AND attempts > 0'
PRUNED = 'id IN (SELECT job FROM answer WHERE pruned_at IS NOT NULL)'
ANSWERED = 'last_answer_id IS NOT NULL'
COLUMNS = {
    'answer': ('id job run received_at times_seen last_seen_at http_status request_id server_ms sha256 body repaired link '
               'pruned_at pruned_bytes', '1'),
    'run': ('id started_at last_answer digest ' + ' '.join(FIGURES), 'digest IS NOT NULL'),
    'job': ('job_id last_answer_id object_answer_id', ANSWERED),
    'job ': ('status model_used processing_time_nano processing_time_spelling cost_nano confidence_nano '
             'confidence_spelling created_at created_nsec completed_at completed_nsec resolved_at ever_resolved',
             f'{ANSWERED} AND NOT {PRUNED}'),
    'job  ': ('error_code error_message trace_id http_status', f'{ANSWERED} AND NOT {PRUNED} AND NOT ({TROUBLE})'),
    'anomaly': ('job field problem value', 'NOT ' + PRUNED.replace('id IN', 'job IN')),
    'change': ('job answer field old new', 'NOT ' + PRUNED.replace('id IN', 'job IN')),
    'verdict': ('job field expected extracted outcome', 'NOT ' + PRUNED.replace('id IN', 'job IN')),
    'source': ('rows jobs duplicates rejected', '1'),
    'tally': ('source_id status jobs cost_chf cost_rest', 'jobs > 0'),
    'prune': ('started_at answers bytes', 'answers > 0'),
}
WITHOUT_ROWID = {'anomaly': ('job', 'field'), 'change': ('job', 'answer', 'field'), 'verdict': ('job', 'field'),
                 'tally': ('source_id', 'status')}


def others(value, chance):
    """Values that stand for another content than this one, each near it."""
    if value is None:
        return [0, b'x']
    if isinstance(value, int):
        return [value ^ 1 << chance.randrange(20), None]
    at = chance.randrange(len(value)) if value else 0
    flipped = value[:at] + bytes([value[at] ^ 1 << chance.randrange(7)]) + value[at + 1:] if value else b'x'
    return [flipped, value[:-1], None]


def places(db):
    for table, (columns, rows) in COLUMNS.items():
        table = table.strip()
        key = WITHOUT_ROWID.get(table, ('rowid',))
        for row in db.execute(f'SELECT {", ".join(key)} FROM {table} WHERE {rows}').fetchall():
            for column in columns.split():
                yield table, key, tuple(row), column


def where(key, row):
    """Texts come as bytes, which no text equals."""
    return ' AND '.join(f'{k} = CAST(? AS TEXT)' if isinstance(v, bytes) else f'{k} = ?' for k, v in zip(key, row))


def value_at(db, table, key, row, column):
    return db.execute(f'SELECT {column} FROM {table} WHERE {where(key, row)}', row).fetchone()[0]


def change(ledger, table, key, row, column, value):
    """False where the ledger itself would not take it."""
    db = connect(ledger)
    kind = db.execute('SELECT type FROM pragma_table_info(?) WHERE name = ?', (table, column)).fetchone()[0]
    if isinstance(value, bytes) and kind == b'INTEGER':
        return False
    cast = 'CAST(? AS TEXT)' if isinstance(value, bytes) and kind == b'TEXT' else '?'
    try:
        return db.execute(f'UPDATE {table} SET {column} = {cast} WHERE {where(key, row)}', (value, *row)).rowcount == 1
    except sqlite3.Error:
        return False
    finally:
        db.close()


def verify(program, ledger):
    return subprocess.run([program, '-q', '-d', ledger, 'verify'], capture_output=True, text=True, errors='replace')


def tell(what, result):
    print(f'not found: {what}: status {result.returncode}: {result.stdout}{result.stderr}')


def some_of_each(cases, count, chance):
    by_column = {}
    for case in chance.sample(cases, len(cases)):
        by_column.setdefault((case[0], case[3]), []).append(case)
    taken = [case for turn in itertools.zip_longest(*by_column.values()) for case in turn if case]
    return taken[:count]


def is_named(table, row, column, output):
    """An answer by its number, or the run whose sums it changes."""
    if table == 'answer' and column not in ('id', 'job', 'pruned_at'):
        return f'answer {row[0]}:' in output or 'run ' in output
    return output != ''


def try_values(ledger, program, count):
    chance = random.Random(20241216)
    db = connect(ledger)
    cases = [(*place, value) for place in places(db) for was in [value_at(db, *place)] for value in others(was, chance)
             if value != was]
    db.close()
    if count != 'all':
        cases = some_of_each(cases, int(count), chance)
    tried = missed = 0
    for table, key, row, column, value in cases:
        result = None
        with tempfile.TemporaryDirectory(dir='.') as folder: # no log of another copy may come beside it
            copy = shutil.copy(ledger, folder)
            if change(copy, table, key, row, column, value):
                result = verify(program, copy)
        if not result:
            continue
        tried += 1
        if result.returncode != 5 or not is_named(table, row, column, result.stdout):
            missed += 1
            tell(f'{table}.{column} of {row} = {value!r}', result)
    return tried, missed


# ---- the file, page by page: https://www.sqlite.org/fileformat2.html ----

def varint(page, at):
    value = 0
    for i in range(9):
        byte = page[at + i]
        value = value << 8 | byte if i == 8 else value << 7 | byte & 0x7F
        if i == 8 or byte < 0x80:
            return value, at + i + 1


class File:
    def __init__(self, path):
        with open(path, 'rb') as file:
            self.bytes = file.read()
        size = int.from_bytes(self.bytes[16:18], 'big')
        self.size = 65536 if size == 1 else size
        self.usable = self.size - self.bytes[20]

    def page(self, number):
        return self.bytes[(number - 1) * self.size:number * self.size]

    def used(self, number):
        """Offsets in the file of the bytes that the rows of a table's tree take."""
        page, start = self.page(number), (number - 1) * self.size
        cells = int.from_bytes(page[3:5], 'big')
        interior = page[0] == 5
        pointers = 12 if interior else 8
        for i in range(cells):
            at = int.from_bytes(page[pointers + 2 * i:pointers + 2 * i + 2], 'big')
            if interior:
                yield from self.used(int.from_bytes(page[at:at + 4], 'big'))
                continue
            length, behind = varint(page, at)
            _, behind = varint(page, behind)
            local = self.local(length)
            yield from range(start + at, start + behind + local)
            if local < length:
                more = int.from_bytes(page[behind + local:behind + local + 4], 'big')
                yield from self.overflow(more, length - local)
        if interior:
            yield from self.used(int.from_bytes(page[8:12], 'big'))

    def local(self, length):
        most, least = self.usable - 35, (self.usable - 12) * 32 // 255 - 23
        if length <= most:
            return length
        some = least + (length - least) % (self.usable - 4)
        return some if some <= most else least

    def overflow(self, number, left):
        while left > 0:
            start, here = (number - 1) * self.size + 4, min(left, self.usable - 4)
            yield from range(start, start + here)
            left -= here
            number = int.from_bytes(self.page(number)[:4], 'big')


def try_bytes(ledger, program, count):
    chance = random.Random(20241217)
    db = connect(ledger)
    root = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'answer'").fetchone()[0]
    db.close()
    file = File(ledger)
    used = list(file.used(root))
    missed = 0
    count = 3000 if count == 'all' else int(count)
    for _ in range(count):
        at, bit = chance.choice(used), chance.randrange(8)
        changed = bytearray(file.bytes)
        changed[at] ^= 1 << bit
        with tempfile.TemporaryDirectory(dir='.') as folder:
            copy = folder + '/changed.db'
            with open(copy, 'wb') as out:
                out.write(changed)
            result = verify(program, copy)
        if result.returncode != 5:
            missed += 1
            tell(f'byte {at}, bit {bit}', result)
    return count, missed


def main():
    command, ledger = sys.argv[1], sys.argv[2]
    if command == 'digests':
        for run, digest in digests(connect(ledger)):
            print(run, digest)
    elif command == 'forge':
        forge(connect(ledger))
    else:
        tried, missed = {'values': try_values, 'bytes': try_bytes}[command](ledger, *sys.argv[3:])
        print(f'{tried} changes, {missed} not found', file=sys.stderr)
        sys.exit(missed > 0 or tried == 0)


main()
