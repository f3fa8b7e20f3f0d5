"""A plan of more pairs than fit is drawn from without listing them, or refused with what to do."""

from __future__ import annotations

import numpy as np
import pytest

import arena.run.drawing as drawing
import arena.run.sparse as sparse
from arena.errors import UsageError
from arena.run import RunSpec
from arena.run.drawing import count_pairs, draw_items
from db import Database, datasets, planning
from db.planning import ResponseArrays
from tests.ui.filling import fill


@pytest.fixture
def responses() -> ResponseArrays:
    """Three prompts with 5, 2 and 4 responses; the last with two samples of each contestant."""
    sizes = [(1, 0, (1, 2, 3, 4, 5)), (2, 0, (1, 3)), (3, 0, (1, 2, 3, 4)), (3, 1, (1, 2, 3, 4))]
    rows = [(prompt, contestant, sample) for prompt, sample, ones in sizes for contestant in ones]
    prompt, contestant, sample = np.array(rows).T
    return ResponseArrays(100 + np.arange(len(rows)), prompt, contestant, sample)


def pairs_of(responses: ResponseArrays, wish: str, baseline_id: int = 0) -> list[tuple[int, int]]:
    items = draw_items(responses, RunSpec("poems", "builtin/longest", pairs=wish), baseline_id)
    return list(zip(items.first.tolist(), items.second.tolist(), strict=True))


def test_pairs_are_counted_as_they_are_listed(responses: ResponseArrays) -> None:
    assert count_pairs(responses) == len(pairs_of(responses, "all")) == 10 + 1 + 6 + 6


def test_a_draw_of_many_takes_each_pair_once_and_every_pair_in_the_end(
    responses: ResponseArrays, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = set(pairs_of(responses, "all"))
    monkeypatch.setattr(drawing, "MOST_PAIRS", 22)
    drawn = pairs_of(responses, "9")
    assert len(set(drawn)) == 9
    assert set(drawn) <= everything
    monkeypatch.setattr(drawing, "count_pairs", lambda _: 10**9)
    monkeypatch.setattr(drawing, "MOST_PAIRS", 10**8)
    assert set(pairs_of(responses, "23")) == everything


def test_all_of_too_many_pairs_is_refused_with_what_to_take(
    responses: ResponseArrays, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "MOST_PAIRS", 22)
    for wish in ("all", "adaptive", "23"):  # an adaptive run lists what is left at every round
        with pytest.raises(UsageError, match="These are 23 pairs, and one run plans 22 at most"):
            pairs_of(responses, wish)
    assert len(pairs_of(responses, "34%")) in (1, 10, 12)


def test_a_baseline_meets_everybody_on_the_same_prompt_and_sample(responses: ResponseArrays) -> None:
    contestant = dict(zip(responses.response_id.tolist(), responses.contestant_id.tolist(), strict=True))
    expected = {pair for pair in pairs_of(responses, "all") if 3 in {contestant[one] for one in pair}}
    found = pairs_of(responses, "baseline:cedar", baseline_id=3)
    assert len(found) == len(set(found))
    assert set(found) == expected
    assert all(contestant[a] < contestant[b] for a, b in found)


def test_a_part_of_a_large_data_set_is_drawn_as_from_all_of_it(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, n_prompts=9)
    monkeypatch.setattr(drawing, "MOST_PAIRS", 20)
    monkeypatch.setattr(sparse, "MOST_PAIRS", 20)
    for wish, names in (("5", ()), ("34%", ()), ("50%", ("alder", "cedar"))):
        spec = RunSpec("poems", "builtin/longest", pairs=wish, contestants=names, seed=3)
        with store.read() as session:
            ids = datasets.get_contestant_ids(session, 1, names or ("alder", "birch", "cedar"))
            everything = planning.load_responses(session, 1, ids)
            part = sparse.draw_part(session, 1, ids, spec)
        assert part is not None
        whole = draw_items(everything, spec)
        for name in ("prompt_id", "first", "second"):
            assert getattr(part.items, name).tolist() == getattr(whole, name).tolist()
        assert len(part.items) > 0
        assert len(part.responses.prompt_id) < len(everything.prompt_id)
    with store.read() as session, pytest.raises(UsageError, match="These are 27 pairs"):
        sparse.draw_part(session, 1, ids, RunSpec("poems", "builtin/longest"))
