"""What holds a run up while it lasts: answers fail, or nothing answers at all.

It is stored in the run's row, so that every page and command says the same, after a refresh too. Judge runs,
generations and the lab use it alike.
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from arena.run.outage import wait_out
from arena.run.station import Client, Station, duration
from judge import CallError, CallReply, CallRequest, CallTimeoutError

QUIET_S: Final = 10.0
"""So long without an answer while calls are in flight is worth saying."""
USUAL_TIMES: Final = 3.0
"""And so many times what answers of this provider usually take."""
STEP_S: Final = 5.0


@dataclass
class Ear:
    """A client that knows since when calls are in flight of which none is answered.

    Parameters
    ----------
    timeout_s : float
        When the client gives a call up.
    whose : str
        Said after the number of calls, where others work on the same run.
    """

    client: Client
    timeout_s: float
    whose: str = ""
    _started: dict[int, float] = field(default_factory=dict)
    _heard_at: float = float("-inf")
    _latencies: deque[float] = field(default_factory=lambda: deque(maxlen=64))
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    async def complete(self, request: CallRequest) -> CallReply:
        clock = asyncio.get_running_loop().time
        number, started = next(self._numbers), clock()
        self._started[number] = started
        try:
            reply = await self.client.complete(request)
        except CallTimeoutError:
            raise
        except CallError:
            self._heard_at = clock()
            raise
        finally:
            del self._started[number]
        self._heard_at = clock()
        self._latencies.append(self._heard_at - started)
        return reply

    async def aclose(self) -> None:
        await self.client.aclose()

    def sentence(self, now: float) -> str | None:
        """Say for how long nothing has been heard, None where that is as usual; `now` by the loop's clock."""
        started = list(self._started.values())
        if not started:
            return None
        silent_s = now - max(started[0], self._heard_at)
        usual_s = statistics.median(list(self._latencies) or [0.0])
        if silent_s < max(QUIET_S, USUAL_TIMES * usual_s):
            return None
        calls = f"{len(started):,} call{'s' if len(started) > 1 else ''} in flight{self.whose}"
        silent = duration(silent_s // STEP_S * STEP_S)
        return f"No answer for {silent}; {calls}; timeout after {duration(self.timeout_s)}."


def say_hindrance(station: Station, ear: Ear) -> str | None:
    """Return what its calls wait for, None while they are answered."""
    now = time.monotonic()  # what an event loop's clock reads
    return ear.sentence(now) if station.outage is None else station.outage.sentence(now)


@dataclass
class Teller:
    """Stores what holds a run up when it is another than before; blocks, so call it in a thread."""

    store: Callable[[str | None], None]
    _told: str | None = None

    def tell(self, words: str | None) -> None:
        if words != self._told:
            wait_out(partial(self.store, words))
            self._told = words
