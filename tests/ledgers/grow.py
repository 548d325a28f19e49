"""grow.py LEDGER N: N more jobs in an old ledger, each with the answer of job_quick under an ID of its own."""
import hashlib
import sqlite3
import sys

db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.row_factory = sqlite3.Row
job = dict(db.execute("SELECT * FROM job WHERE job_id = 'job_quick'").fetchone())
answer = dict(db.execute('SELECT * FROM answer WHERE id = ?', (job['object_answer_id'],)).fetchone())
newest = db.execute('SELECT max(id) FROM answer').fetchone()[0]
answer['run'] = db.execute('SELECT max(id) FROM run').fetchone()[0]
answer.update(times_seen=1, last_seen_at=None)
body = answer['body']
db.execute('BEGIN')


def insert(table, row):
    db.execute(f'INSERT INTO {table} ({", ".join(row)}) VALUES ({", ".join("?" * len(row))})', tuple(row.values()))


db.execute('PRAGMA defer_foreign_keys = ON')
for n in range(1, int(sys.argv[2]) + 1):
    job.update(id=1000000 + n, job_id=f'job_more{n:06}', last_answer_id=newest + n, object_answer_id=newest + n)
    answer.update(id=newest + n, job=job['id'], body=body.replace('job_quick', job['job_id']))
    answer['sha256'] = hashlib.sha256(answer['body'].encode()).digest()
    insert('job', job)
    insert('answer', answer)
db.execute('COMMIT')
db.execute('PRAGMA wal_checkpoint(TRUNCATE)').fetchone()
db.close()
