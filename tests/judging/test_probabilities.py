"""Ranking by the probabilities of verdicts."""

import math

import pytest

from arena.errors import UsageError
from arena.probabilities import rank_by_probability
from db import Database
from tests.fake_llm import Reply, Request, read_prompt, scripts, serve
from tests.judging.working import asking, work


def lean(request: Request) -> Reply:
    """Give the later name a probability of 0.7, whatever is shown first."""
    shown = read_prompt(request)
    best, other = ("A", "B") if shown.first > shown.second else ("B", "A")
    alternatives = ((best, math.log(0.7)), (other, math.log(0.3)))
    tokens = (("[[", (("[[", 0.0),)), (best, alternatives), ("]]", (("]]", 0.0),)))
    return Reply(f"[[{best}]]", logprobs=tokens)


def test_expected_outcomes_rank_where_verdicts_alone_have_no_finite_rating(poems: Database) -> None:
    with serve(lean, has_schema=False) as llm:
        work(poems, asking(llm, parameters={"logprobs": True, "top_logprobs": 5}))
    standings = rank_by_probability(poems, "poems", "hosted_vllm/fake")
    assert [one.contestant for one in standings] == ["cedar", "birch", "alder"]
    assert {one.rating_by_verdict for one in standings} == {None}
    first, second, third = (one.rating or 0.0 for one in standings)
    assert first > second > third
    assert second == pytest.approx(1000)
    # Every win has probability 0.7; by symmetry s(x) + s(2x) = 1.4 for a gap of x nats.
    gap = (first - second) * math.log(10) / 400
    assert 1 / (1 + math.exp(-gap)) + 1 / (1 + math.exp(-2 * gap)) == pytest.approx(1.4, abs=1e-6)


def test_verdicts_without_a_probability_are_not_mixed_in(poems: Database) -> None:
    with serve(scripts.longest) as llm:
        work(poems, asking(llm))
    with pytest.raises(UsageError, match="36 of 36 verdicts"):
        rank_by_probability(poems, "poems", "hosted_vllm/fake")
