"""Waiting for a database that does not answer: it restarts, or fails over, and the run goes on."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable
from typing import Final, TypeVar

from db import DatabaseUnreachableError, open_database

Answer = TypeVar("Answer")

LOG = logging.getLogger(__name__)
OUTAGE_S: Final = 120.0
FIRST_WAIT_S: Final = 0.1
LONGEST_WAIT_S: Final = 2.0
SERVER_STARTS_WITHIN_S: Final = 60.0


def wait_out(ask: Callable[[], Answer], patience_s: float = OUTAGE_S) -> Answer:
    """Ask the database, again and again while it does not answer; blocks, so call it in a thread.

    What is asked must do no harm when it is done twice: a commit whose answer was lost may have been made.

    Raises
    ------
    DatabaseUnreachableError
        If it still does not answer after `patience_s`.
    """
    deadline, wait_s = time.monotonic() + patience_s, FIRST_WAIT_S
    while True:
        try:
            return ask()
        except DatabaseUnreachableError as error:
            if time.monotonic() > deadline:
                raise
            LOG.warning("waiting for the database: %s", error)
        time.sleep(wait_s)  # in a thread: the database is away and nothing tells when it is back
        wait_s = min(LONGEST_WAIT_S, 2 * wait_s)


def wait_for_server(url: str) -> None:
    """Give a database server that starts together with its workers time to answer; then go on either way."""
    database = open_database(url)

    def ask() -> None:
        with database.read() as session:
            session.connection()

    with contextlib.suppress(DatabaseUnreachableError):
        wait_out(ask, SERVER_STARTS_WITHIN_S)
    database.close()
