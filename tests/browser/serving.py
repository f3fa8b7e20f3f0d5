"""Serving the app as people do, on a free port, with a database of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

ROOT = Path(__file__).resolve().parents[2]
START_TIMEOUT_S = 300.0
N_PORTS_TRIED = 5
TAKEN = "is not available"
"""Said of a port that another process took between the look for a free one and the start."""


@dataclass(frozen=True)
class ServedApp:
    """A running app: its address, its database and its log."""

    url: str
    database_url: str
    log: Path
    pid: int

    def kill(self) -> None:
        """Kill the server with -9; its runner is left to notice."""
        os.kill(self.pid, signal.SIGKILL)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def serve_app(folder: Path, *, database_url: str | None = None) -> Iterator[ServedApp]:
    """Run `streamlit run app.py` in a process group of its own; end the whole group at the end."""
    database_url = database_url or f"sqlite:///{folder / 'evenhand.db'}"
    log = folder / "server.log"
    for _ in range(N_PORTS_TRIED):
        port = free_port()
        url, process = f"http://localhost:{port}", _start(port, folder, database_url, log)
        try:
            if _is_up(url, process, log):
                yield ServedApp(url, database_url, log, process.pid)
                return
        finally:
            _end(process)
        if TAKEN not in log.read_text():
            break
    raise RuntimeError(f"The app ended while starting:\n{log.read_text()}")


def _start(port: int, folder: Path, database_url: str, log: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", str(port)]
    environment = {**os.environ, "DATABASE_URL": database_url}
    with log.open("wb") as output:
        return subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip


def _is_up(url: str, process: subprocess.Popen[bytes], log: Path) -> bool:
    """Wait until it answers; False where it ended instead."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            return False
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=60) as answer:
                if answer.status == 200:
                    return True
        except (URLError, OSError):
            time.sleep(0.1)
    raise TimeoutError(f"The app did not answer within {START_TIMEOUT_S:.0f} s:\n{log.read_text()}")


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:  # else it was killed, and its runner ends by itself
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
