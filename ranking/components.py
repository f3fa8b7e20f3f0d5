"""Which strengths exist: strongly connected components of who scored against whom.

Ford (1957), American Mathematical Monthly 64:28-33; Hunter (2004), assumption 1: the maximum is finite
exactly where every split of the contestants has a score from each side against the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ranking.arrays import IndexArray
from ranking.cells import Cells


@dataclass(frozen=True, eq=False)
class Components:
    """Strong component of each contestant, numbered by first member; `groups` are the weak ones."""

    label: IndexArray
    n_components: int
    size: IndexArray
    group: IndexArray
    n_groups: int


def find_components(cells: Cells, n_contestants: int) -> Components:
    """Find who compares with whom at finite strengths."""
    won, lost = cells.win + cells.tie > 0, cells.loss + cells.tie > 0
    winner = np.concatenate([cells.a[won], cells.b[lost]])
    loser = np.concatenate([cells.b[won], cells.a[lost]])
    if _is_one_component(winner, loser, n_contestants):
        one = np.zeros(n_contestants, dtype=np.intp)
        return Components(one, 1, np.array([n_contestants]), one, 1)
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    shape = (n_contestants, n_contestants)
    graph = csr_array((np.ones(len(winner), dtype=np.int8), (winner, loser)), shape=shape)
    n_components, label = connected_components(graph, directed=True, connection="strong")
    n_groups, group = connected_components(graph, directed=False)
    strong, weak = _by_first_member(label), _by_first_member(group)
    return Components(strong, n_components, np.bincount(strong, minlength=n_components), weak, n_groups)


def _is_one_component(winner: IndexArray, loser: IndexArray, n: int) -> bool:
    """Tell, for a table that fits, whether everyone reaches everyone: the common case, settled fast."""
    if not 0 < n <= 2000:
        return False
    beats = np.zeros((n, n), dtype=bool)
    beats[winner, loser] = True
    for graph in (beats, beats.T):
        reached = np.zeros(n, dtype=bool)
        frontier = reached.copy()
        frontier[0] = True
        while frontier.any():
            reached |= frontier
            frontier = graph[frontier].any(axis=0) & ~reached
        if not reached.all():
            return False
    return True


def has_upset(cells: Cells, n_contestants: int) -> bool:
    """Tell whether a model with a tie term has a finite maximum: some way round holds more wins than ties.

    Else strengths that put each winner two steps above the loser, and those that tied at most two apart,
    can grow with the tie term for ever, and the likelihood with them.
    """
    if ((cells.win > 0) & (cells.loss > 0)).any():
        return True
    won, lost, tied = cells.win > 0, cells.loss > 0, cells.tie > 0
    above = np.concatenate([cells.a[won], cells.b[lost], cells.a[tied], cells.b[tied]])
    below = np.concatenate([cells.b[won], cells.a[lost], cells.b[tied], cells.a[tied]])
    n_decided = int(won.sum() + lost.sum())
    reach = np.where(np.arange(len(above)) < n_decided, -1, 1)  # in steps, from `above` to `below`
    height = np.zeros(n_contestants, dtype=np.int64)
    for _ in range(n_contestants + 1):  # Bellman and Ford: settles unless a way round goes ever lower
        lower = height.copy()
        np.minimum.at(lower, below, height[above] + reach)
        if np.array_equal(lower, height):
            return False
        height = lower
    return True


def component_notes(cells: Cells, found: Components, names: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Say in words what has no finite strength: the notes, and each contestant's reason (or empty)."""
    reasons = ["" for _ in names]
    notes: list[str] = []
    if found.n_components == 1 and len(names) > 1:
        return notes, reasons
    for i in np.flatnonzero(found.size[found.label] == 1):
        reasons[i] = _single_reason(cells, int(i))
        notes.append(f"{names[i]} has no finite strength: {reasons[i]}.")
    many = [c for c in range(found.n_components) if found.size[c] > 1]
    if found.n_groups > 1:
        groups = [_listed(names, np.flatnonzero(found.group == g)) for g in range(found.n_groups)]
        notes.append(
            f"The contestants split into {found.n_groups} groups never matched: {'; '.join(groups)}."
        )
    if many and found.n_components > 1:
        parts = [_listed(names, np.flatnonzero(found.label == c)) for c in many]
        notes.append(f"Ratings compare only within a component: {'; '.join(parts)}.")
    for c in many:
        notes.extend(_between_notes(cells, found, c, names))
    return notes, reasons


def _between_notes(cells: Cells, found: Components, c: int, names: tuple[str, ...]) -> list[str]:
    """Say where a component of several never lost to, or never won against, the contestants outside it."""
    scored, conceded = _points(cells, found.label == c)
    members = _listed(names, np.flatnonzero(found.label == c))
    if scored > 0 and conceded == 0:
        return [f"{members} won everything against the others: the gap between them is not finite."]
    if conceded > 0 and scored == 0:
        return [f"{members} lost everything against the others: the gap between them is not finite."]
    return []


def _points(cells: Cells, inside: NDArray[np.bool_]) -> tuple[float, float]:
    """Points scored and conceded by those inside against those outside."""
    out, back = inside[cells.a] & ~inside[cells.b], inside[cells.b] & ~inside[cells.a]
    score, rest = cells.score, cells.weight - cells.score
    return float(score[out].sum() + rest[back].sum()), float(rest[out].sum() + score[back].sum())


def _single_reason(cells: Cells, i: int) -> str:
    mine = np.arange(int(max(cells.a.max(initial=i), cells.b.max(initial=i))) + 1) == i
    scored, conceded = _points(cells, mine)
    if scored == 0 and conceded == 0:
        return "it has no match"
    if conceded == 0:
        return "it won every match"
    if scored == 0:
        return "it lost every match"
    return "it only won against some and only lost against others, with no way back between them"


def _listed(names: tuple[str, ...], members: IndexArray, at_most: int = 8) -> str:
    shown = ", ".join(names[i] for i in members[:at_most])
    return shown if len(members) <= at_most else f"{shown} and {len(members) - at_most} more"


def _by_first_member(label: NDArray[np.integer]) -> IndexArray:
    """Renumber so that labels follow the order in which they first appear."""
    _, first, inverse = np.unique(label, return_index=True, return_inverse=True)
    order = np.empty(len(first), dtype=np.intp)
    order[np.argsort(first)] = np.arange(len(first))
    return order[inverse]
