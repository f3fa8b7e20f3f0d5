"""A worker in a process of its own, quick to notice the silent: `python -m tests.arena.run.worker URL`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from arena.run.distributed import serve_blocks
from arena.run.timing import Timing
from db import open_database
from judge.litellm_client import import_litellm

ROOT = Path(__file__).resolve().parents[3]
QUICK = Timing(sign_s=0.3, silent_s=6.0, look_s=0.1)


@contextmanager
def worker(url: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run one for the block; it ends with it, whatever state it is in."""
    environment = {
        **os.environ, "PYTHONPATH": str(ROOT), "LITELLM_LOCAL_MODEL_COST_MAP": "True", "DATABASE_URL": url,
    }  # fmt: skip
    process = subprocess.Popen([sys.executable, "-m", "tests.arena.run.worker"], cwd=ROOT, env=environment)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGCONT)
            process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def main() -> None:
    import_litellm()  # takes seconds, in which nothing else is heard

    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    database = open_database(os.environ["DATABASE_URL"])
    serve_blocks(database, stop, timing=QUICK)
    database.close()


if __name__ == "__main__":
    main()
