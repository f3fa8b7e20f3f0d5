"""Anchor sets: pairs under a name, drawn once, that link two judge versions once both have judged them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from arena.errors import UsageError
from arena.judges import find_judge
from arena.store import in_words
from db import Database, anchors, boards, datasets, judges
from db.anchors import StoredAnchors
from db.boards import MatchScope

PREFIX = "anchor:"
"""What a run's `pairs` begins with to judge the pairs of a set."""


@dataclass(frozen=True)
class AnchorSet:
    name: str
    dataset: str
    n_pairs: int
    n_prompts: int
    created_on: str

    @property
    def pairs(self) -> str:
        """What a run is given as `pairs`."""
        return f"{PREFIX}{self.name}"


def list_anchor_sets(database: Database, dataset: str) -> list[AnchorSet]:
    """Return the sets of a data set, oldest first."""
    with in_words(), database.read() as session:
        found = anchors.list_anchors(session, datasets.get_dataset_id(session, dataset))
    return [_anchor_set(one, dataset) for one in found]


def save_anchor_set(
    database: Database, dataset: str, name: str, judge: str, *, n_pairs: int = 200, seed: int = 0
) -> AnchorSet:
    """Draw pairs that this judge scored in both orders, as many prompts as there are, and keep them.

    Raises
    ------
    UsageError
        If the name is taken or empty, or the judge has scored no pair here in both orders.
    """
    name = name.strip()
    if not name or n_pairs < 1:
        raise UsageError("An anchor set needs a name and at least one pair.")
    with in_words(), database.write() as session:
        dataset_id = datasets.get_dataset_id(session, dataset)
        if name in {one.name for one in anchors.list_anchors(session, dataset_id)}:
            raise UsageError(f"There is an anchor set '{name}' already, and sets never change.")
        chosen = find_judge(judges.list_stored_judges(session), judge, mode="pairwise")
        found = boards.load_match_arrays(session, MatchScope(dataset_id, (chosen.id,)))
        rows = np.flatnonzero(found.n_orders == 2)
        if not len(rows):
            raise UsageError(f"'{judge}' has scored no pair of '{dataset}' in both orders yet.")
        drawn = _draw(found.prompt_id[rows], n_pairs, np.random.default_rng(seed))
        pairs = {(int(found.response_a[k]), int(found.response_b[k])) for k in rows[drawn].tolist()}
        anchors.add_anchors(session, dataset_id, name, sorted(pairs))
        stored = next(one for one in anchors.list_anchors(session, dataset_id) if one.name == name)
    return _anchor_set(stored, dataset)


def _draw(prompt_id: np.ndarray[tuple[int, ...], np.dtype[np.int64]], n_pairs: int, rng: np.random.Generator
          ) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:  # fmt: skip
    """Draw positions at random, one of every prompt before a prompt comes again."""
    order = rng.permutation(len(prompt_id))
    _, first = np.unique(prompt_id[order], return_inverse=True)
    turn = np.zeros(len(order), dtype=np.int64)
    by_prompt = np.argsort(first, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(first[by_prompt]) > 0])
    turn[by_prompt] = np.arange(len(order)) - np.repeat(starts, np.diff(np.r_[starts, len(order)]))
    drawn: np.ndarray[tuple[int, ...], np.dtype[np.int64]] = order[np.argsort(turn, kind="stable")][:n_pairs]
    return drawn


def _anchor_set(stored: StoredAnchors, dataset: str) -> AnchorSet:
    return AnchorSet(stored.name, dataset, stored.n_pairs, stored.n_prompts, f"{stored.created_at:%Y-%m-%d}")
