"""Drawing: which responses or pairs of responses a run judges, and in which order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from arena.errors import UsageError
from arena.run.spec import RunSpec
from db.planning import ResponseArrays

MOST_PAIRS: Final = 10_000_000
"""A plan of them takes 2 GB in the process that plans."""


@dataclass(frozen=True)
class Items:
    """What is to be judged, each array of shape (n_items,).

    For a pair, `first` is the response of the contestant with the lower id; `second` is 0 for a single
    response. The order is the order of work: prompts in a random order, so that a run that stops early has
    judged a random share of them.
    """

    prompt_id: NDArray[np.int64]
    first: NDArray[np.int64]
    second: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.first)


def draw_prompts(prompt_ids: NDArray[np.int64], spec: RunSpec, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return the prompts in the order of work, a share of them where the run asks for one."""
    drawing = spec.drawing()
    prompts = rng.permutation(prompt_ids)
    return prompts[: max(1, round(drawing.share * len(prompts)))] if drawing.kind == "share" else prompts


def draw_items(responses: ResponseArrays, spec: RunSpec, baseline_id: int = 0) -> Items:
    """Choose what is judged, at random with the run's seed where the run asks for a part."""
    rng = np.random.default_rng(spec.seed)
    return choose_items(
        responses, draw_prompts(np.unique(responses.prompt_id), spec, rng), spec, rng, baseline_id
    )


def choose_items(
    responses: ResponseArrays,
    prompts: NDArray[np.int64],
    spec: RunSpec,
    rng: np.random.Generator,
    baseline_id: int = 0,
) -> Items:
    """Choose among the responses to prompts that have been drawn."""
    drawing = spec.drawing()
    if drawing.kind == "share":
        responses = take(responses, np.isin(responses.prompt_id, prompts))
    n_wanted = drawing.number or first_round(responses)
    if spec.mode != "pointwise" and not baseline_id and count_pairs(responses) > MOST_PAIRS:
        # A number is drawn without listing all pairs; an adaptive run lists them again in each later round.
        refuse_too_many(n_wanted if drawing.kind == "number" else count_pairs(responses))
        return _draw_of_many(responses, n_wanted, rng)
    items = all_items(responses, spec, baseline_id)
    if drawing.kind in ("number", "adaptive"):
        chosen = rng.permutation(np.arange(len(items)))[:n_wanted]
    else:
        by_id = np.argsort(prompts)
        position = by_id[np.searchsorted(prompts[by_id], items.prompt_id)]
        chosen = np.argsort(position, kind="stable")
    return Items(items.prompt_id[chosen], items.first[chosen], items.second[chosen])


def all_items(responses: ResponseArrays, spec: RunSpec, baseline_id: int = 0) -> Items:
    """Return everything that could be judged."""
    return _singles(responses) if spec.mode == "pointwise" else _pairs(responses, baseline_id)


def _singles(responses: ResponseArrays) -> Items:
    return Items(responses.prompt_id, responses.response_id, np.zeros_like(responses.response_id))


def _pairs(responses: ResponseArrays, baseline_id: int) -> Items:
    """Pair every two contestants' responses to one prompt, sample k with sample k.

    Responses come sorted by prompt, sample and contestant, so partners lie at growing distances.
    """
    if baseline_id:
        return _pairs_with(responses, baseline_id)
    n = len(responses.response_id)
    first: list[NDArray[np.int64]] = []
    second: list[NDArray[np.int64]] = []
    for distance in range(1, n):
        same = (responses.prompt_id[:-distance] == responses.prompt_id[distance:]) & (
            responses.sample_index[:-distance] == responses.sample_index[distance:]
        )
        here = np.flatnonzero(same)
        if not len(here):
            break
        first.append(here)
        second.append(here + distance)
    none = np.zeros(0, dtype=np.int64)
    a = np.concatenate(first) if first else none
    b = np.concatenate(second) if second else none
    return Items(responses.prompt_id[a], responses.response_id[a], responses.response_id[b])


def _pairs_with(responses: ResponseArrays, baseline_id: int) -> Items:
    """Pair the baseline's responses with everybody else's, in the order in which `_pairs` lists them."""
    starts, n = group_responses(responses)
    group = np.repeat(np.arange(len(starts)), n)
    is_baseline = responses.contestant_id == baseline_id
    at = np.full(len(starts), -1, dtype=np.int64)
    at[group[is_baseline]] = np.flatnonzero(is_baseline)
    others = np.flatnonzero(~is_baseline & (at[group] >= 0))
    a, b = np.minimum(others, at[group[others]]), np.maximum(others, at[group[others]])
    order = np.lexsort((a, b - a))
    a, b = a[order], b[order]
    return Items(responses.prompt_id[a], responses.response_id[a], responses.response_id[b])


def _draw_of_many(responses: ResponseArrays, n_wanted: int, rng: np.random.Generator) -> Items:
    """Draw different pairs, each equally likely, without listing all of them."""
    starts, n = group_responses(responses)
    drawn = draw_places(n, n_wanted, rng)
    a, b = starts[drawn.group] + drawn.first, starts[drawn.group] + drawn.second
    return Items(responses.prompt_id[a], responses.response_id[a], responses.response_id[b])


@dataclass(frozen=True)
class Places:
    """Pairs as a group and two places in it, `first` before `second`; each of shape (n_pairs,)."""

    group: NDArray[np.int64]
    first: NDArray[np.int64]
    second: NDArray[np.int64]


def draw_places(n_responses: NDArray[np.int64], n_wanted: int, rng: np.random.Generator) -> Places:
    """Draw different pairs, each equally likely, of groups of so many responses."""
    n_pairs = n_responses * (n_responses - 1) // 2
    up_to = np.cumsum(n_pairs)
    drawn = rng.choice(int(up_to[-1]), n_wanted, replace=False)
    group = np.searchsorted(up_to, drawn, side="right")
    index = drawn - (up_to[group] - n_pairs[group])
    # Pair `index` of a triangle: (0, 1); (0, 2), (1, 2); (0, 3), ...
    second = np.floor((1 + np.sqrt(8 * index + 1)) / 2).astype(np.int64)
    return Places(group, index - second * (second - 1) // 2, second)


def first_round(responses: ResponseArrays) -> int:
    """Return how many matches an adaptive run draws before anything is known."""
    n_contestants = len(np.unique(responses.contestant_id))
    return max(20, 4 * n_contestants)


def count_pairs(responses: ResponseArrays) -> int:
    """Count what `_pairs` would list: of a hundred contestants 4,950 for each prompt."""
    _, n = group_responses(responses)
    return int((n * (n - 1) // 2).sum())


def refuse_too_many(n_pairs: int) -> None:
    if n_pairs > MOST_PAIRS:
        raise UsageError(
            f"These are {n_pairs:,} pairs, and one run plans {MOST_PAIRS:,} at most. Take a share of"
            " the prompts, a smaller number of matches, a baseline, or fewer contestants."
        )


def group_responses(responses: ResponseArrays) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where the responses to each prompt with one sample index begin, and how many they are."""
    is_start = np.ones(len(responses.prompt_id), dtype=bool)
    is_start[1:] = (responses.prompt_id[1:] != responses.prompt_id[:-1]) | (
        responses.sample_index[1:] != responses.sample_index[:-1]
    )
    starts = np.flatnonzero(is_start)
    return starts, np.diff(np.r_[starts, len(responses.prompt_id)])


def take(responses: ResponseArrays, kept: NDArray[np.bool_]) -> ResponseArrays:
    return ResponseArrays(*(getattr(responses, name)[kept] for name in ResponseArrays.__dataclass_fields__))
