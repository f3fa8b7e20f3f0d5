"""What the first visitor would wait for, done when the server starts: imports, a board, columns beside it."""

from __future__ import annotations

import importlib
import logging
import pkgutil
import threading
from typing import Final

from arena.errors import ArenaError

logger = logging.getLogger("evenhand")

_LATER: Final = ("scipy.special", "pyarrow")
"""What is imported only when it is used, and the leaderboard uses."""


def import_pages() -> None:
    """Import what the pages do, before anybody can ask for one.

    Two threads that import for the first time at once may meet modules that are half made.
    """
    import ui.charts
    import ui.components

    for package in (ui.components, ui.charts):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    for name in _LATER:
        importlib.import_module(name)


def start_reading() -> None:
    """Read the first board beside the server's start, in a thread that nobody waits for."""
    threading.Thread(target=_read, name="warming", daemon=True).start()


def _read() -> None:
    try:
        read_first_board()
    except ArenaError as error:
        logger.warning("nothing was read beforehand: %s", error)
    except Exception:  # the outermost loop of a thread: whatever it is, the page meets it again and says so
        logger.exception("nothing was read beforehand")


def read_first_board() -> None:
    """Read the board that the leaderboard opens with, if there is a data set: the newest that is no demo.

    Its switches rest on the same matches; the columns that some need beside are read after it.

    Raises
    ------
    ArenaError
        Where the database cannot be used.
    """
    from arena.board.evidence import load_evidence
    from arena.datasets import list_datasets
    from arena.demo.load import DEMO_DATASET
    from arena.leaderboard import BoardQuery
    from ui.state import database, read_board

    datasets = list_datasets(database())
    own = [dataset for dataset in datasets if dataset.name != DEMO_DATASET]
    for dataset in (own or datasets)[-1:]:
        read_board(BoardQuery(dataset.name), dataset)
        for rests_on_more in (
            BoardQuery(dataset.name, control=("length",)), BoardQuery(dataset.name, outcomes="probability"),
        ):  # fmt: skip
            load_evidence(database(), rests_on_more)
