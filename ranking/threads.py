"""Many rows in two threads: what takes long in NumPy lets the other thread run."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

MANY_ROWS = 200_000  # under it a thread costs more than it saves

Result = TypeVar("Result")


def side_by_side(n_rows: int, some: Callable[[range], Result]) -> list[Result]:
    """Give what `some` makes of each span of rows: one span, or two at the same time."""
    if n_rows < MANY_ROWS:
        return [some(range(n_rows))]
    middle = n_rows // 2
    with ThreadPoolExecutor(max_workers=1) as pool:
        second = pool.submit(some, range(middle, n_rows))
        return [some(range(middle)), second.result()]
