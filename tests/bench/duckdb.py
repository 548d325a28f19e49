"""DuckDB beside the others, where npm's package can be had; else it is left out."""
import functools
import shutil
import statistics
import subprocess

from rig import CannotRun

PACKAGE = "@duckdb/node-api"


@functools.lru_cache
def _modules(home):
    """The folder of the modules, installed where they are missing; None without them."""
    folder = home / "duckdb"
    if not (folder / "node_modules" / PACKAGE).is_dir():
        if not shutil.which("npm") or not shutil.which("node"):
            return None
        folder.mkdir(parents=True, exist_ok=True)
        npm = ["npm", "install", "--no-audit", "--no-fund", "--fetch-retries=0", "--prefix", folder, PACKAGE]
        if subprocess.run(npm, capture_output=True, stdin=subprocess.DEVNULL, cwd=folder).returncode != 0:
            return None
    return folder / "node_modules"


def seconds(rig, rows, query):
    """The median time of a query over the rows of a CSV as table t, in DuckDB's own columns, in memory, with two
    threads. None without DuckDB."""
    modules = _modules(rig.home)
    out = rig.path("duckdb")
    if not modules:
        return None
    try:
        rig.run("node", rig.here / "duckdb_peer.cjs", modules, rows, rig.runs, query, stdout=out)
    except CannotRun:
        return None
    return statistics.median(map(float, out.read_text().split()))
