"""Two versions of a judge on the same anchor pairs: drifted, or not distinguished.

An anchor set is stored under a name (`arena.anchors`), or is what two runs of one seed draw (`--pairs 200
--seed 7`). Compared are the pairs that both
versions scored: how often the verdict changed, and whether the change has a direction: towards what is
shown first, towards ties, towards a contestant. Each direction is a mean difference, clustered by prompt,
and Holm's adjustment keeps the chance of any false alarm at 5 %.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from arena.errors import UsageError
from arena.judges import find_judge, label_judges
from arena.outcomes import BOTH_BAD, OUTCOME, TIE
from arena.store import in_words
from db import Database, anchors, boards, datasets, judges
from db.boards import MatchArrays, MatchScope
from ranking.shares import clustered_ratio, clustered_share, holm_adjust

LEVEL = 0.05
MIN_PROMPTS = 5


@dataclass(frozen=True)
class Shift:
    """Mean of (after - before) over anchor pairs; `p_value` is Holm's, None where it cannot be said."""

    name: str
    value: float
    low: float | None
    high: float | None
    p_value: float | None
    n: int


@dataclass(frozen=True)
class Drift:
    """`verdict` is "drifted", "not distinguished" or "too few prompts".

    Of two different judges it is "different" in place of "drifted".
    """

    before: str
    after: str
    n_pairs: int
    n_prompts: int
    n_changed: int
    changed_low: float | None
    changed_high: float | None
    shifts: tuple[Shift, ...]
    verdict: str
    sentence: str


def get_drift(
    database: Database, before: str, after: str, dataset: str | None = None, *, anchor: str | None = None
) -> Drift:
    """Compare two judge versions on the pairs that both have scored in both orders.

    Parameters
    ----------
    anchor : str or None
        Name of an anchor set of the data set: only its pairs; None: every pair that they share.

    Raises
    ------
    UsageError
        If both are the same version, or share no pair, or an anchor set is named without its data set.
    """
    if anchor is not None and dataset is None:
        raise UsageError("An anchor set belongs to a data set: add --dataset D.")
    with in_words(), database.read() as session:
        dataset_id = None if dataset is None else datasets.get_dataset_id(session, dataset)
        stored = judges.list_stored_judges(session)
        chosen = [find_judge(stored, name, mode="pairwise") for name in (before, after)]
        if chosen[0].id == chosen[1].id:
            raise UsageError(f"'{before}' and '{after}' are the same version.")
        old, new = (boards.load_match_arrays(session, MatchScope(dataset_id, (one.id,))) for one in chosen)
        pairs = None
        if anchor is not None and dataset_id is not None:
            pairs = anchors.load_anchor_pairs(session, dataset_id, anchor)
        names = {fact.id: fact.name for fact in boards.load_contestant_facts(session, dataset_id)}
    labels = label_judges(stored)
    i, j = _shared(old, new, pairs)
    if not len(i):
        raise UsageError(
            "The two versions share no pair. Let the newer one judge the older one's anchor set (--pairs"
            " anchor:NAME), or the same --pairs N and --seed S."
        )
    found = _compare(labels[chosen[0].id], labels[chosen[1].id], old, new, i, j, names)
    return found if chosen[0].name == chosen[1].name else _of_two_judges(found)


def _of_two_judges(found: Drift) -> Drift:
    """Say that nothing drifted: these are not versions of one judge."""
    verdict = "different" if found.verdict == "drifted" else found.verdict
    said = found.sentence.replace(f": {found.verdict}", f": {verdict}", 1)
    return replace(found, verdict=verdict, sentence=f"Two different judges, not versions of one. {said}")


def _shared(
    old: MatchArrays, new: MatchArrays, pairs: set[tuple[int, int]] | None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the positions of the pairs that both judged in both orders, first repetition each."""

    def keys(arrays: MatchArrays) -> dict[tuple[int, int], int]:
        found: dict[tuple[int, int], int] = {}
        for index in np.flatnonzero(arrays.n_orders == 2).tolist():
            found.setdefault((int(arrays.response_a[index]), int(arrays.response_b[index])), index)
        return found

    first, second = keys(old), keys(new)
    both = sorted(first.keys() & second.keys() & (first.keys() if pairs is None else pairs))
    return (
        np.array([first[key] for key in both], dtype=np.int64),
        np.array([second[key] for key in both], dtype=np.int64),
    )


def _compare(
    before: str,
    after: str,
    old: MatchArrays,
    new: MatchArrays,
    i: NDArray[np.int64],
    j: NDArray[np.int64],
    names: dict[int, str],
) -> Drift:
    ab, ba = (old.verdict_ab[i], new.verdict_ab[j]), (old.verdict_ba[i], new.verdict_ba[j])
    prompt = old.prompt_id[i]
    changed = (ab[0] != ab[1]) | (ba[0] != ba[1])
    share = clustered_share(changed.astype(float), prompt)
    measures = dict[str, tuple[NDArray[np.float64], NDArray[np.bool_]]]()
    everywhere = np.ones(len(i), dtype=bool)
    lean = [OUTCOME[ab[k]] - OUTCOME[ba[k]] for k in (0, 1)]
    measures["towards what is shown first"] = (lean[1] - lean[0], everywhere)
    ties = [(np.isin(ab[k], (TIE, BOTH_BAD)) + 0.0 + np.isin(ba[k], (TIE, BOTH_BAD))) / 2 for k in (0, 1)]
    measures["towards ties"] = (ties[1] - ties[0], everywhere)
    gain = (OUTCOME[ab[1]] + OUTCOME[ba[1]] - OUTCOME[ab[0]] - OUTCOME[ba[0]]) / 2
    a, b = old.contestant_a[i], old.contestant_b[i]
    for contestant in np.union1d(a, b).tolist():
        signed = np.where(a == contestant, gain, -gain)
        measures[f"towards {names[contestant]}"] = (signed, (a == contestant) | (b == contestant))
    shifts = _shifts(measures, prompt)
    n_prompts = len(np.unique(prompt))
    found = [shift for shift in shifts if shift.p_value is not None and shift.p_value < LEVEL]
    verdict = "too few prompts" if n_prompts < MIN_PROMPTS else "drifted" if found else "not distinguished"
    said = f": {', '.join(say_direction(shift) for shift in found)}" if found else ""
    return Drift(
        before=before,
        after=after,
        n_pairs=len(i),
        n_prompts=n_prompts,
        n_changed=int(changed.sum()),
        changed_low=_number(share.low),
        changed_high=_number(share.high),
        shifts=shifts,
        verdict=verdict,
        sentence=f"{after} against {before}: {verdict}{said}. The verdict of {int(changed.sum()):,} of"
        f" {len(i):,} anchor pairs over {n_prompts:,} prompts changed.",
    )


def say_direction(shift: Shift) -> str:
    """Say a shift with its sign in words: `away from ties by 0.21`."""
    name = shift.name if shift.value >= 0 else f"away from {shift.name.removeprefix('towards ')}"
    return f"{name} by {abs(shift.value):.2f}"


def _shifts(
    measures: dict[str, tuple[NDArray[np.float64], NDArray[np.bool_]]], prompt: NDArray[np.int64]
) -> tuple[Shift, ...]:
    found = [
        (name, int(where.sum()), clustered_ratio(value[where], np.ones(int(where.sum())), prompt[where]))
        for name, (value, where) in measures.items()
    ]
    adjusted = holm_adjust([mean.p_value for _, _, mean in found])
    return tuple(
        Shift(name, float(mean.value), _number(mean.low), _number(mean.high), _number(float(p)), n)
        for (name, n, mean), p in zip(found, adjusted, strict=True)
    )


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
