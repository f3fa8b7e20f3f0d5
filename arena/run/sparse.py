"""Drawing a small part of a large data set without reading the rest of it.

What is drawn is what `arena.run.drawing` draws of all responses with the same seed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arena.run.drawing import (
    MOST_PAIRS,
    Items,
    choose_items,
    draw_places,
    draw_prompts,
    group_responses,
    refuse_too_many,
)
from arena.run.spec import RunSpec
from db import Session, ballots, planning
from db.ballots import GroupArrays
from db.planning import ResponseArrays


@dataclass(frozen=True)
class Part:
    """What was drawn, and the responses among which it is."""

    responses: ResponseArrays
    items: Items


def draw_part(session: Session, dataset_id: int, contestant_ids: list[int], spec: RunSpec) -> Part | None:
    """Draw a share of prompts, or a number of very many pairs; None where everything has to be read.

    Raises
    ------
    UsageError
        If all pairs are asked for and too many.
    """
    kind = spec.drawing().kind
    rng = np.random.default_rng(spec.seed)
    if kind == "share":
        prompts = draw_prompts(_list_prompts(session, dataset_id, contestant_ids, spec), spec, rng)
        responses = planning.load_responses(session, dataset_id, contestant_ids, prompts)
        return Part(responses, choose_items(responses, prompts, spec, rng))
    if kind not in ("all", "adaptive", "number") or spec.mode == "pointwise" or spec.contestants:
        return None
    groups = ballots.load_groups(session, dataset_id)
    n_pairs = int((groups.n_responses * (groups.n_responses - 1) // 2).sum())
    if n_pairs <= MOST_PAIRS:
        return None
    n_wanted = spec.drawing().number if kind == "number" else n_pairs
    refuse_too_many(n_wanted)
    return _draw_of_groups(session, dataset_id, contestant_ids, groups, n_wanted, spec, rng)


def _list_prompts(
    session: Session, dataset_id: int, contestant_ids: list[int], spec: RunSpec
) -> NDArray[np.int64]:
    """Return the prompts to which any of the run's contestants has a response that can be judged."""
    if spec.contestants:
        return planning.list_judgeable_prompts(session, dataset_id, contestant_ids)
    return np.unique(ballots.load_groups(session, dataset_id).prompt_id)


def _draw_of_groups(
    session: Session,
    dataset_id: int,
    contestant_ids: list[int],
    groups: GroupArrays,
    n_wanted: int,
    spec: RunSpec,
    rng: np.random.Generator,
) -> Part:
    draw_prompts(np.unique(groups.prompt_id), spec, rng)  # the same numbers are drawn first
    drawn = draw_places(groups.n_responses, n_wanted, rng)
    chosen = np.unique(drawn.group)
    responses = planning.load_responses(
        session, dataset_id, contestant_ids, np.unique(groups.prompt_id[chosen])
    )
    at = _starts_of(groups, responses)[drawn.group]
    a, b = at + drawn.first, at + drawn.second
    return Part(responses, Items(responses.prompt_id[a], responses.response_id[a], responses.response_id[b]))


def _starts_of(groups: GroupArrays, responses: ResponseArrays) -> NDArray[np.int64]:
    """Return where each group begins among the responses, -1 where it was not read."""
    starts, _ = group_responses(responses)
    top = int(groups.sample_index.max()) + 1
    number = groups.prompt_id * top + groups.sample_index
    found = np.full(len(number), -1, dtype=np.int64)
    read = responses.prompt_id[starts] * top + responses.sample_index[starts]
    found[np.searchsorted(number, read)] = starts
    return found
