"""One BLAS thread: two made small systems up to six times slower, and large ones on a busy machine too."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache

import numpy as np  # noqa: F401  BLAS must be loaded before the controller looks for it
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from ranking.arrays import LARGE


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


@cache
def _controller_of_both() -> ThreadpoolController:
    import scipy.linalg  # noqa: F401  it has a BLAS of its own

    return ThreadpoolController()


def one_blas_thread(n_contestants: int = 0) -> AbstractContextManager[object]:
    """Hold BLAS at one thread inside a `with`; SciPy's too, where its solvers are used."""
    controller = _controller_of_both() if n_contestants >= LARGE else _controller()
    limit: AbstractContextManager[object] = controller.limit(limits=1, user_api="blas")
    return limit
