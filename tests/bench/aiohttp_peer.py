"""aiohttp_peer.py URL IN_FLIGHT DATABASE < IDS: what one would write in Python. It asks for the job objects, so many at
once, and keeps their fields and bodies in SQLite."""
import asyncio
import csv
import json
import sqlite3
import sys

import aiohttp

BATCH = 1000
FIELDS = "job_id", "status", "model_used", "processing_time", "cost_chf", "confidence", "created_at", "completed_at"


async def ask(session, url, ids, rows, db):
    for job_id in ids:
        async with session.get(f"{url}/{job_id}") as response:
            response.raise_for_status()
            body = await response.text()
        job = json.loads(body)
        rows.append((*(job[field] for field in FIELDS), body))
        if len(rows) >= BATCH:
            save(db, rows)


def save(db, rows):
    with db:
        db.executemany("INSERT INTO job VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    rows.clear()


async def main(url, in_flight, path):
    db = sqlite3.connect(path)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute(f"CREATE TABLE job (job_id TEXT PRIMARY KEY, {', '.join(FIELDS[1:])}, body TEXT)")
    rows = []
    ids = (row["job_id"] for row in csv.DictReader(sys.stdin))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=in_flight)) as session:
        await asyncio.gather(*(ask(session, url, ids, rows, db) for _ in range(in_flight)))
    save(db, rows)


asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
