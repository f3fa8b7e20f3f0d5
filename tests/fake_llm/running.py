"""Run a fake server: in a thread of this process, so that a script is any function, or as its own process."""

import asyncio
import json
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.fake_llm.reply import Script
from tests.fake_llm.server import FakeLLM

START_TIMEOUT_S = 300.0
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Running:
    """A server that answers; `server` is None where it runs in another process."""

    url: str
    server: FakeLLM | None

    @property
    def api_base(self) -> str:
        """What `--api-base` takes."""
        return f"{self.url}/v1"

    def stats(self) -> dict[str, Any]:
        """Ask the server what it counted."""
        with urllib.request.urlopen(f"{self.url}/_stats", timeout=60) as answer:
            counted: dict[str, Any] = json.load(answer)
        return counted

    def reset(self) -> None:
        """Make the server forget what it counted."""
        urllib.request.urlopen(f"{self.url}/_reset", data=b"", timeout=60).close()

    def let(self, n_free: int | None) -> None:
        """Set so many requests free to be answered, and hold the others; None: hold none any more."""
        urllib.request.urlopen(f"{self.url}/_let", data=json.dumps(n_free).encode(), timeout=60).close()


@contextmanager
def serve(
    script: Script, *, latency_s: float = 0.0, has_schema: bool = True, n_free: int | None = None
) -> Iterator[Running]:
    """Serve in a thread with its own event loop on a free loopback port; see `FakeLLM`."""
    server = FakeLLM(script, latency_s=latency_s, has_schema=has_schema, n_free=n_free)
    loop = asyncio.new_event_loop()
    runner = make_runner(server)
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    port = asyncio.run_coroutine_threadsafe(start(runner, 0), loop).result(START_TIMEOUT_S)
    try:
        yield Running(f"http://127.0.0.1:{port}", server)
    finally:
        asyncio.run_coroutine_threadsafe(_stop(runner), loop).result(START_TIMEOUT_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(START_TIMEOUT_S)
        loop.close()


def make_runner(server: FakeLLM) -> web.AppRunner:
    """Build a runner that notices when a client hangs up, and does not wait for hanging answers."""
    return web.AppRunner(
        server.application(), access_log=None, handler_cancellation=True, shutdown_timeout=0.05
    )


async def start(runner: web.AppRunner, port: int) -> int:
    """Listen on loopback; 0 takes a free port. Returns the port."""
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port, backlog=4096)
    await site.start()
    listening: int = runner.addresses[0][1]
    return listening


async def _stop(runner: web.AppRunner) -> None:
    await runner.cleanup()
    current = asyncio.current_task()
    rest = [task for task in asyncio.all_tasks() if task is not current]
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)


@contextmanager
def serve_in_process(*arguments: str) -> Iterator[Running]:
    """Serve as `python -m tests.fake_llm ARGUMENTS` on a free port, for load and for kill tests."""
    command = [sys.executable, "-m", "tests.fake_llm", "--port", "0", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline().strip()
        running = Running(line, None)
        _wait_for(running)
        yield running
    finally:
        process.terminate()
        process.wait(60)
        assert process.stdout is not None
        process.stdout.close()


def _wait_for(running: Running) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            running.stats()
        except OSError:
            if time.monotonic() > deadline:
                raise
        else:
            return
