"""Position: what swapping the shown order does to a judge's verdicts, and whether it repeats itself."""

from __future__ import annotations

import math
from collections import Counter
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arena.audit.definitions import MIN_PROMPTS, make_figure, missing_figure
from arena.audit.evidence import Evidence, Pairs
from arena.audit.joint_fit import fit_terms, term_figure, to_rows_by_order
from arena.audit.records import FairnessCell, Figure
from arena.board.positions import distinct_of, positions_of
from arena.written import percent, signed
from db.packed_matches import number_pairs
from ranking.shares import Clustered, binomial_p, clustered_ratio, clustered_share, sign_flip_p

MIN_CELL = 5
LISTED_CELLS = 12
N_CHANCE_DRAWS = 20_000


def position_figures(evidence: Evidence, pairs: Pairs) -> list[Figure]:
    both = pairs.two_orders
    lean, prompt, m = both.lean, both.prompt, both.matches
    same = m.verdict_ab == m.verdict_ba
    fairness = clustered_ratio(-lean, np.ones(len(both)), prompt)
    p_value = sign_flip_p(_sum_by(lean, prompt)) if len(both) else math.nan
    n_first, n_second = int((lean > 0).sum()), int((lean < 0).sum())
    note = "" if n_first + n_second or not len(both) else "no flip leans to either side"
    tested = Clustered(**{**vars(fairness), "p_value": p_value})
    return [
        make_figure("position.consistency", clustered_share(same, prompt)),
        make_figure("position.primacy", clustered_share(lean > 0, prompt)),
        make_figure("position.recency", clustered_share(lean < 0, prompt)),
        make_figure(
            "position.fairness", tested, p_independent=binomial_p(n_first, n_second), note=note,
            needs_prompts=MIN_PROMPTS,
        ),
        _cells_figure(evidence, both),
        _alpha(evidence, both),
    ]  # fmt: skip


def _sum_by(values: NDArray[Any], prompt: NDArray[Any]) -> NDArray[np.int64]:
    index = positions_of(distinct_of(prompt), prompt)
    return np.rint(np.bincount(index, values)).astype(np.int64)


def _alpha(evidence: Evidence, both: Pairs) -> Figure:
    n_prompts = len(distinct_of(both.prompt))
    if not len(both):
        return missing_figure("position.alpha", "not enough data: no pair scored in both orders")
    fitted = fit_terms(to_rows_by_order(evidence, both.matches), position=True)
    got = term_figure(fitted, "position", len(both), n_prompts)
    return make_figure("position.alpha", got, needs_prompts=MIN_PROMPTS)


def _cell_of_each(evidence: Evidence, both: Pairs) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Give each pair the number of its cell (contestants x tags), and the size of each cell."""
    m, tags = both.matches, evidence.prompts.tags
    labels: dict[tuple[str, ...], int] = {}
    prompts = distinct_of(m.prompt_id)
    tag = np.array([labels.setdefault(tags.get(p, ()), len(labels)) for p in prompts.tolist()], np.int64)
    top = int(m.contestant_b.max(initial=0)) + 1
    code = m.contestant_a.astype(np.int64) * top + m.contestant_b
    code *= len(labels) + 1
    code += tag[positions_of(prompts, m.prompt_id)]
    cell = positions_of(distinct_of(code), code)
    return cell, np.bincount(cell)


def _cells_figure(evidence: Evidence, both: Pairs) -> Figure:
    if not len(both):
        return missing_figure("position.fairness_cells", "not enough data: no pair scored in both orders")
    cell, size = _cell_of_each(evidence, both)
    weight = 1.0 / size[cell]
    got = clustered_ratio(-both.lean * weight, weight, both.prompt, null=None)
    values = np.bincount(cell, -both.lean) / size
    large = values[size >= MIN_CELL]
    note = f"{len(size):,} cells"
    if len(large):
        least, most = (signed(float(end), digits=2) for end in (large.min(), large.max()))
        note += f", from {least} to {most} where a cell has {MIN_CELL} pairs"
    return make_figure("position.fairness_cells", got, note=note)


def fairness_cells(evidence: Evidence, pairs: Pairs) -> tuple[FairnessCell, ...]:
    """Return the cells furthest from fair, of those with enough pairs."""
    both = pairs.two_orders
    if not len(both):
        return ()
    cell, size = _cell_of_each(evidence, both)
    value = np.bincount(cell, -both.lean) / size
    furthest = np.lexsort((-size, -np.abs(value)))
    furthest = furthest[size[furthest] >= MIN_CELL][:LISTED_CELLS]
    first = np.zeros(len(size), dtype=np.int64)
    first[cell[::-1]] = np.arange(len(cell))[::-1]
    names = {contestant.id: contestant.name for contestant in evidence.contestants}
    m = both.matches
    found = [
        FairnessCell(
            names[int(m.contestant_a[first[k]])],
            names[int(m.contestant_b[first[k]])],
            evidence.prompts.tags.get(int(m.prompt_id[first[k]]), ()),
            int(size[k]),
            float(value[k]),
        )
        for k in furthest
    ]
    return tuple(found)


def stability_figures(pairs: Pairs) -> list[Figure]:
    m = pairs.matches
    return [
        _stability("stability.ab", pairs, m.verdict_ab),
        _stability("stability.ba", pairs, m.verdict_ba),
    ]


def _stability(name: str, pairs: Pairs, verdict: NDArray[Any]) -> Figure:
    """Share of the most frequent verdict among the repetitions of a question, averaged over questions."""
    known = (verdict > 0) & (pairs.once is not pairs)
    m = pairs.matches.take(np.flatnonzero(known))
    said = verdict[known]
    _, first, question = np.unique(number_pairs(m), return_index=True, return_inverse=True)
    n_times = np.bincount(question)
    repeated = n_times >= 2
    if not repeated.any():
        return missing_figure(name, "not enough data: no question was asked twice; judge with --repeats 2")
    counts = np.zeros((len(n_times), 5))
    np.add.at(counts, (question, said), 1)
    share = (counts.max(axis=1) / n_times)[repeated]
    got = clustered_share(share, m.prompt_id[first][repeated])
    marginal = counts[repeated].sum(axis=0)[1:]
    chance = _chance(Counter(n_times[repeated].tolist()), marginal / marginal.sum())
    return make_figure(name, got, note=f"chance {percent(chance)}")


def _chance(sizes: Counter[int], shares: NDArray[np.float64]) -> float:
    """Give the stability of independent draws from these verdict shares."""
    total = sum(sizes.values())
    return sum(n * _chance_of(k, tuple(shares.tolist())) for k, n in sizes.items()) / total


@lru_cache(maxsize=256)
def _chance_of(k: int, shares: tuple[float, ...]) -> float:
    if k == 2:
        return (1 + sum(share**2 for share in shares)) / 2
    drawn = np.random.default_rng(0).multinomial(k, shares, N_CHANCE_DRAWS)
    return float(drawn.max(axis=1).mean() / k)


def position_warnings(pairs: Pairs, kind: str) -> list[str]:
    """Say where recorded verdicts look wrongly read rather than the judge biased."""
    both = pairs.two_orders
    m = both.matches
    decided = (m.verdict_ab <= 2) & (m.verdict_ba <= 2)
    n = int(decided.sum())
    if n < 2 * MIN_CELL or kind != "recorded":
        return []
    lean = both.lean[decided]
    n_same = int((lean == 0).sum())
    if n_same >= 0.35 * n:
        return []
    few = f"Only {n_same:,} of {n:,} decided pairs agree when the order is swapped, fewer than a coin would"
    n_lesser = min(int((lean > 0).sum()), int((lean < 0).sum()))
    if n_lesser > 0.2 * n:
        return [
            f"{few}, and the flips go both ways: the swapped order may have been mapped back twice, or not"
            " at all."
        ]
    # A judge that takes one side but for errors flips the other way only by two errors at once.
    if n_lesser < MIN_CELL or n_lesser <= n_same**2 / n:
        return []
    side = "first" if (lean > 0).sum() > (lean < 0).sum() else "second"
    return [
        f"{few}, and {n_lesser:,} flips go against the many towards the {side}, more than errors would: the"
        " source's verdicts may name a response where they were read as a shown side."
    ]
