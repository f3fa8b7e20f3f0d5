"""The app's own runner: a child process, so that judging never slows a page and LiteLLM never enters it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from arena.generate.runner import generate_waiting
from arena.run.copies import keep_copies
from arena.run.runner import RUNNER_LOCK, run_waiting
from db import Database, DatabaseError, generation, open_database

ROOT = Path(__file__).resolve().parents[2]
LOOK_EVERY_S = 0.5
STOP_WITHIN_S = 10.0
START_AGAIN_S = 1.0
GIVES_WAY = 5
"""Added to the runner's niceness: it waits for providers most of its time, a page's reader for the page."""

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class RunnerProcess:
    """A running child; it ends with its parent, however the parent ends."""

    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """Let it save what is under way and end; a run it was working on waits for the next runner."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            self.process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start_runner(url: str, *options: str) -> RunnerProcess:
    """Start the child that works off this database's runs: `python -m arena worker OPTIONS`.

    It reads its standard input to learn of the parent's end: a pipe closes even when the parent is killed.
    """
    command = [sys.executable, "-m", "arena", "worker", "--with-parent", *options]
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(path for path in paths if path),
        "DATABASE_URL": url,  # not in the command: it can hold a password, and every user sees commands
    }
    return RunnerProcess(subprocess.Popen(command, stdin=subprocess.PIPE, cwd=Path.cwd(), env=environment))


def serve_runs(url: str, stop: threading.Event) -> None:
    """Work off runs as they come until asked to stop.

    On SQLite one process does, and the others wait for it to end. On a server every process takes its share
    of each run; a generation is worked off whole by whoever claims it.
    """
    database: Database = open_database(url)
    copies = threading.Thread(target=keep_copies, args=(database, stop), daemon=True)
    copies.start()
    try:
        if database.is_sqlite:
            _until_stopped(stop, lambda: _serve_alone(database, stop))
        else:
            _serve_beside_others(database, stop)
    finally:
        stop.set()
        copies.join(STOP_WITHIN_S / 5)
        database.close()


def _serve_alone(database: Database, stop: threading.Event) -> None:
    with RUNNER_LOCK.hold(database) as is_ours:
        while is_ours and not stop.is_set():
            run_waiting(database, lambda: not stop.is_set())
            generate_waiting(database, lambda: not stop.is_set())
            stop.wait(LOOK_EVERY_S)
    stop.wait(LOOK_EVERY_S)


def _serve_beside_others(database: Database, stop: threading.Event) -> None:
    from arena.run.distributed import serve_blocks

    generating = threading.Thread(target=_watch_generations, args=(database, stop))
    generating.start()
    try:
        _until_stopped(stop, lambda: serve_blocks(database, stop))
    finally:
        stop.set()
        generating.join()


def _watch_generations(database: Database, stop: threading.Event) -> None:
    """Start a process for generations when the first one waits: LiteLLM serves one event loop a process."""

    def watch() -> None:
        try:
            with database.read() as session:
                is_needed = bool(generation.list_runnable(session))
        except DatabaseError as error:
            LOG.warning("looking for generations again soon: %s", error)
            is_needed = False
        stop.wait(0 if is_needed else LOOK_EVERY_S)
        if not is_needed or stop.is_set():
            return
        child = start_runner(database.url, "--generations")
        try:
            while not stop.is_set() and child.process.poll() is None:
                stop.wait(LOOK_EVERY_S)
        finally:
            child.stop()

    _until_stopped(stop, watch)


def serve_generations(url: str, stop: threading.Event) -> None:
    """Work off generations as they come until asked to stop; each is taken by one process."""
    database: Database = open_database(url)

    def generate() -> None:
        generate_waiting(database, lambda: not stop.is_set())
        stop.wait(LOOK_EVERY_S)

    _until_stopped(stop, generate)
    database.close()


def _until_stopped(stop: threading.Event, work: Callable[[], None]) -> None:
    """Do the same over and over; where it breaks, say so and begin again."""
    while not stop.is_set():
        try:
            work()
        except Exception:  # the outermost loop: a worker outlives its database
            LOG.exception("the worker begins again")
            stop.wait(START_AGAIN_S)


def give_way_to_parent(stop: threading.Event) -> None:
    """Let the parent go first where processors are few; set `stop` when it is gone: standard input ends."""
    if hasattr(os, "nice"):
        os.nice(GIVES_WAY)

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 1024):  # without a buffer, whose lock would break the process's end
            pass
        stop.set()

    threading.Thread(target=watch, daemon=True).start()
