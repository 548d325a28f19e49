"""Lines in which jobledger mostly waits, against freddysim in real time: their runs go side by side."""
import concurrent.futures
import math
import random
import statistics

from rows import Row

BURST = 20
POLLED = 200
MODEL = "ftg-3.0"
DONE = 'status=completed model=%s cost=0.01 time=1.5 confidence=0.9 data={"total":1}' % MODEL
BACKOFF_S = 1, 2, 4, 8, 16, 30
# Completion times: lognormal, median 4 s, 99 % under 60 s.
MEDIAN_S = 4
SIGMA = 1.16410


def side_by_side(rig, run):
    with concurrent.futures.ThreadPoolExecutor(rig.runs) as pool:
        return list(pool.map(run, range(rig.runs)))


def id_list(rig, ids):
    path = rig.path("ids.csv")
    path.write_text("job_id\n" + "".join(f"{job_id}\n" for job_id in ids))
    return path


def requests(log):
    """Time in seconds, job and HTTP status of each request that freddysim logged."""
    for line in log.read_text().splitlines():
        _, ms, _, path, status = line.split("\t")[:5]
        yield int(ms) / 1000, path.rpartition("/")[2], int(status)


def pacing(rig):
    """A bucket of BURST requests is refilled steadily: the last request waits for as many refills as go beyond it."""
    jobs, per_minute = (200, 100) if rig.scale >= 1 else (rig.size(1200, 40), 600)
    least_s = (jobs - BURST) * 60 / per_minute

    def run(_):
        ledger = rig.ledger(id_list(rig, (f"job_{i:06d}" for i in range(jobs))))
        with rig.freddysim([f"rate {per_minute}/min burst={BURST}", "headers x", f"default {DONE}"]) as sim:
            used = rig.jobledger(ledger, "fetch", "--base-url", sim.url, "-j", 16)
            refused = sum(status == 429 for _, _, status in requests(sim.log))
        return used.wall, float(refused)

    mine = side_by_side(rig, run)
    return [
        Row(f"pacing, {jobs} jobs / limit", "s", [wall for wall, _ in mine], [least_s] * rig.runs, most=1.03),
        Row("pacing, refusals", "429s", [refused for _, refused in mine], most=0, absolute=True),
    ]


def lives(seed):
    """One completion time from each of POLLED equal shares of the distribution: at most two minutes."""
    normal, draw = statistics.NormalDist(), random.Random(seed)
    shares = ((i + draw.uniform(0.4, 0.6)) / POLLED for i in range(POLLED))
    return [round(MEDIAN_S * math.exp(SIGMA * normal.inv_cdf(share)), 3) for share in shares]


def backoff(life):
    """Requests after the first, and seconds from completion to the one that learns of it."""
    asked, age = 0, 0
    while age < life:
        age += BACKOFF_S[min(asked, len(BACKOFF_S) - 1)]
        asked += 1
    return asked, age - life


def watched(log, life_of):
    """The same, of what freddysim was asked: a job's life begins with the first request for it."""
    times = {}
    for at, job_id, _ in requests(log):
        times.setdefault(job_id, []).append(at)
    return [(len(times[job_id]) - 1, max(times[job_id][-1] - times[job_id][0] - life, 0))
            for job_id, life in life_of.items()]


def means(pairs):
    pairs = list(pairs)
    return [statistics.mean(values) for values in zip(*pairs)]


def polling(rig):
    """The ledger has seen as many jobs of this kind before. Lasts as long as the longest life, about two minutes."""
    def run(i):
        past = {f"job_past{n:04d}": life for n, life in enumerate(lives(1000 + i))}
        life_of = {f"job_poll{n:04d}": life for n, life in enumerate(lives(i))}
        scenario = [f"on {job_id} {DONE} created=2026-01-01T00:00:00Z completed={ended(life)}"
                    for job_id, life in past.items()]
        scenario += [f"on {job_id} life={life} {DONE} created=null" for job_id, life in life_of.items()]
        ledger = rig.ledger(id_list(rig, past))
        with rig.freddysim(scenario) as sim:
            rig.fetch(ledger, sim.url)
            rig.jobledger(ledger, "ingest", id_list(rig, life_of))
            rig.fetch(ledger, sim.url, "--wait=10m")
            return means(watched(sim.log, life_of)), means(backoff(life) for life in life_of.values())

    runs = side_by_side(rig, run)
    return [
        Row("polling requests / backoff", "per job", [mine[0] for mine, _ in runs], [peer[0] for _, peer in runs],
            most=0.75),
        Row("polling delay / backoff", "s late", [mine[1] for mine, _ in runs], [peer[1] for _, peer in runs],
            most=0.85),
    ]


def ended(life):
    """2026-01-01T00:00:00Z and so many seconds, up to an hour."""
    return f"2026-01-01T00:{int(life) // 60:02d}:{life % 60:06.3f}Z"
