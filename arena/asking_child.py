"""Child processes that call a model for a page: LiteLLM never enters the process that serves pages.

`arena.generate.asker` is such a child. Importing LiteLLM takes it seconds, so it is kept for the next press;
where two press at once, each has a child.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]


class Child:
    """One asking process."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self._process = subprocess.Popen(
            [sys.executable, "-m", "arena.generate.asker"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=environment,
        )  # fmt: skip

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, question: dict[str, Any]) -> Iterable[str]:
        """Give the lines of the answer as they come; they end early only where the child does."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(question) + "\n")
            self._process.stdin.flush()
        except OSError:
            return ()
        return self._process.stdout

    def kill(self) -> None:
        """End it from another thread than the one that asks, which then reads no more."""
        self._process.kill()

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()


@dataclass
class Children:
    """Children that wait for the next press, with the environment that each was started with."""

    waiting: list[Child] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self) -> Child:
        """Return a child that lives and knows today's keys, started now where none waits."""
        environment = _environment()
        with self.lock:
            fit = [one for one in self.waiting if one.is_alive and one.environment == environment]
            gone = [one for one in self.waiting if one not in fit]
            self.waiting = fit[1:]
        for one in gone:
            one.end()
        return fit[0] if fit else Child(environment)

    def give_back(self, child: Child) -> None:
        with self.lock:
            is_kept = child.is_alive and not self.waiting
            if is_kept:
                self.waiting.append(child)
        if not is_kept:
            child.end()

    @property
    def is_one_waiting(self) -> bool:
        with self.lock:
            return any(one.is_alive for one in self.waiting)

    def end_all(self) -> None:
        with self.lock:
            waiting, self.waiting = self.waiting, []
        for one in waiting:
            one.end()


CHILDREN: Final = Children()
atexit.register(CHILDREN.end_all)


def warm_up() -> None:
    """Start a child in advance, where none waits: it is ready when the first press comes."""
    CHILDREN.give_back(CHILDREN.take())


def _environment() -> dict[str, str]:
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}
