"""Keeping copies of long columns up to date while nothing else is asked of a runner's process."""

from __future__ import annotations

import logging
import threading
from typing import Final

from db import Database, DatabaseError
from db.keeping import keep_arrays

FIRST_AFTER_S: Final = 15.0
"""A server's first pages go first."""
EVERY_S: Final = 300.0

LOG = logging.getLogger(__name__)


def keep_copies(database: Database, stop: threading.Event) -> None:
    """Look now and then whether a large data set's copies are out of date, until asked to stop."""
    wait_s = FIRST_AFTER_S
    while not stop.wait(wait_s):
        wait_s = EVERY_S
        try:
            n_written = keep_arrays(database)
        except DatabaseError as error:  # read-only, gone or busy: boards read the rows themselves
            LOG.warning("no copies were written: %s", error)
        else:
            if n_written:
                LOG.info("copied the columns of %s large tables for the boards", n_written)
