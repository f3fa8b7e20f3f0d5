"""PostgreSQL killed with -9 under a run: the short version of `make soak`'s longest way to fail."""

import random

from benchmarks.soak.__main__ import soak

N_KILLS = 2


def test_a_run_goes_on_through_a_killed_postgresql_and_decides_everything_once() -> None:
    soaked = soak("postgres", N_KILLS, 198, random.Random(1))
    assert soaked.is_passed, soaked
    assert soaked.n_scored == soaked.n_planned == 198
