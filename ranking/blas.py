"""One BLAS thread for the small dense systems of this room: two made the same fit up to six times slower."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache

import numpy as np  # noqa: F401  BLAS must be loaded before the controller looks for it
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


def one_blas_thread() -> AbstractContextManager[object]:
    """Hold BLAS at one thread inside a `with`."""
    limit: AbstractContextManager[object] = _controller().limit(limits=1, user_api="blas")
    return limit
