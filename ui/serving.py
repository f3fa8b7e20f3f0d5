"""What the server keeps beside the pages: the child process that works on runs."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import to_thread

from arena.errors import ArenaError
from arena.store import database_url

logger = logging.getLogger("evenhand")


@asynccontextmanager
async def runner_beside() -> AsyncIterator[None]:
    """Start the runner and stop it at the end; without a usable database the pages still say why."""
    try:
        from arena.run.embedded import start_runner

        runner = await to_thread.run_sync(start_runner, database_url())
    except (ArenaError, ImportError) as error:
        logger.warning("no runner was started: %s", error)
        yield
        return
    try:
        yield
    finally:
        await to_thread.run_sync(runner.stop)
