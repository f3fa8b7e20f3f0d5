"""What the built-in judges would say of the same pairs: honest baselines in every agreement table.

`longest`, `first` and `random` are worked out here from what is stored; `reference` reads texts, so it stands
here only where builtin/reference has judged these pairs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from arena.audit.evidence import Evidence, Pairs, find_pairs
from arena.outcomes import TIE, A, B

NAMES = ("longest", "first", "random", "reference")
SEED = 0
Codes = NDArray[np.int64]


def baseline_verdicts(evidence: Evidence, every: Pairs, rows: NDArray[np.int64]) -> dict[str, Codes]:
    """Return one verdict code a baseline and pair of `rows`, a flip as a tie, 0 where it has none."""
    pairs = Pairs(every.matches.take(rows))
    m = pairs.matches
    a, b = evidence.size_of(m.response_a, "length"), evidence.size_of(m.response_b, "length")
    longest = np.where((a < 0) | (b < 0), 0, np.where(a == b, TIE, np.where(a > b, A, B)))
    one_order = np.where(m.verdict_ab > 0, A, B)
    first = np.where(m.n_orders == 2, TIE, one_order)
    rng = np.random.default_rng(SEED)
    ab, ba = (rng.integers(A, B + 1, len(every))[rows] for _ in range(2))
    random = np.where((m.n_orders == 2) & (ab != ba), TIE, ab)
    return {"longest": longest, "first": first, "random": random, "reference": _reference(evidence, pairs)}


def _reference(evidence: Evidence, pairs: Pairs) -> Codes:
    said = np.zeros(len(pairs), dtype=np.int64)
    for judge_id in evidence.judge_ids("builtin"):
        if evidence.by_id[judge_id].name != "builtin/reference":
            continue
        stored = evidence.of_judge(judge_id).once
        row = find_pairs(stored, pairs.matches)
        said = np.where(row >= 0, stored.verdict[np.maximum(row, 0)] if len(stored) else 0, said)
    return said
