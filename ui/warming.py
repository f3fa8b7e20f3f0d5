"""What the first visitor would wait for, done when the server starts: imports, and the first board."""

from __future__ import annotations

import importlib
import logging
import pkgutil
import threading

from arena.errors import ArenaError

logger = logging.getLogger("evenhand")


def start_warming() -> None:
    """Do it beside the server's start, in a thread that nobody waits for."""
    threading.Thread(target=_warm, name="warming", daemon=True).start()


def _warm() -> None:
    try:
        warm()
    except ArenaError as error:
        logger.warning("nothing was read beforehand: %s", error)
    except Exception:  # the outermost loop of a thread: whatever it is, the page meets it again and says so
        logger.exception("nothing was read beforehand")


def warm() -> None:
    """Import what the pages do, and read the board that the leaderboard opens with.

    Raises
    ------
    ArenaError
        Where the database cannot be used.
    """
    import ui.charts
    import ui.components

    for package in (ui.components, ui.charts):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    from arena.datasets import list_datasets
    from arena.leaderboard import BoardQuery
    from ui.state import database, read_board

    datasets = list_datasets(database())
    if datasets:
        read_board(BoardQuery(datasets[0].name), datasets[0])
