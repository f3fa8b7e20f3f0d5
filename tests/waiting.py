"""Waiting for a state itself, however slow the machine is: no test's outcome may depend on its pace."""

from __future__ import annotations

import threading
from collections.abc import Callable

PATIENCE_S = 300.0
"""Far above what anything takes: only what never happens fails by it."""
LOOK_EVERY_S = 0.02


def wait_until(is_so: Callable[[], bool], otherwise: Callable[[], object] = lambda: "") -> None:
    """Look again and again; `otherwise` says what there is instead, should it never be so."""
    for _ in range(int(PATIENCE_S / LOOK_EVERY_S)):
        if is_so():
            return
        threading.Event().wait(LOOK_EVERY_S)
    raise AssertionError(f"it did not happen in {PATIENCE_S:.0f} s: {otherwise()}")
