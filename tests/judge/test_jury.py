"""Several judges: who votes, how they are summed, and which of them share a family."""

from dataclasses import replace

import pytest

from judge import (
    Grade,
    Judgment,
    PairJudgment,
    SpecError,
    Verdict,
    decide,
    family_of,
    is_doubtful,
    mean_levels,
    shares_family,
    vote_of,
)
from judge.jury import JuryVote
from tests.judge.subjects import judge_for


def pair_judgment(ab: Verdict | None, ba: Verdict | None) -> PairJudgment:
    return PairJudgment(
        Judgment("ab", 0, "scored" if ab else "unscored", verdict=ab),
        Judgment("ba", 0, "scored" if ba else "unscored", verdict=ba),
    )


def votes(*outcomes: float | None) -> list[JuryVote]:
    return [JuryVote(f"judge {index}", outcome) for index, outcome in enumerate(outcomes)]


def test_a_vote_is_the_mean_of_both_orders() -> None:
    spec = judge_for()
    assert vote_of(spec, pair_judgment("a", "a")).outcome == 1.0
    assert vote_of(spec, pair_judgment("a", "b")).outcome == 0.5
    assert vote_of(spec, pair_judgment("b", "tie")).outcome == 0.25
    assert vote_of(spec, pair_judgment("a", None)).outcome is None


def test_the_majority_wins_and_the_spread_is_kept() -> None:
    decision = decide(votes(1.0, 1.0, 0.0))
    assert decision.outcome == 1.0
    assert decision.spread == pytest.approx(0.5773502691896258)
    assert decide(votes(1.0, 1.0, 0.0), "mean").outcome == pytest.approx(2 / 3)


def test_an_unscored_member_never_votes() -> None:
    decision = decide(votes(1.0, None, None), "mean")
    assert (decision.outcome, decision.spread, decision.n_votes, decision.n_unscored) == (1.0, None, 1, 2)
    assert decide(votes(None)).outcome is None
    assert decide([]).outcome is None


def test_a_split_jury_has_no_majority() -> None:
    assert decide(votes(1.0, 0.0)).outcome is None
    assert decide(votes(1.0, 0.0, 0.5)).outcome is None
    assert decide(votes(0.5, 0.5, 1.0)).outcome == 0.5


def test_a_judge_of_a_contestants_family_is_marked_and_may_be_barred() -> None:
    kin = vote_of(replace(judge_for(), model="openai/gpt-4o"), pair_judgment("a", "a"), ["gpt", "llama"])
    other = vote_of(replace(judge_for(), model="anthropic/claude-3-opus"), pair_judgment("b", "b"), ["gpt"])
    assert (kin.has_clash, other.has_clash) == (True, False)
    assert decide([kin, other]).n_votes == 2
    barred = decide([kin, other], clashes="bar")
    assert (barred.outcome, barred.n_barred, len(barred.votes)) == (0.0, 1, 2)


def test_a_judge_cannot_sit_twice() -> None:
    vote = JuryVote("same", 1.0)
    with pytest.raises(SpecError, match="twice"):
        decide([vote, vote])


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("openai/gpt-4o-mini", "gpt"),
        ("o3-mini", "gpt"),
        ("anthropic/claude-3-5-haiku", "claude"),
        ("gemini/gemini-2.0-flash", "gemini"),
        ("together_ai/meta-llama/Llama-3-70b", "llama"),
        ("vicuna-13b", "llama"),
        ("ollama/qwen2.5:7b", "qwen"),
        ("deepseek-r1-distill-qwen-7b", "deepseek"),
        ("mistral/mixtral-8x7b", "mistral"),
        ("hosted_vllm/my-model", None),
    ],
)
def test_families_are_read_from_names(model: str, family: str | None) -> None:
    assert family_of(model) == family


def test_an_unknown_family_is_unknown_and_no_clash() -> None:
    assert shares_family("hosted_vllm/my-model", "gpt") is None
    assert shares_family("openai/gpt-4o", None) is None


def test_levels_are_averaged_over_those_who_graded() -> None:
    graded = [
        Judgment("", 0, "scored", grades=(Grade("truth", 1), Grade("tone", 0))),
        Judgment("", 0, "scored", grades=(Grade("truth", 3), Grade("tone", 0))),
        Judgment("", 0, "unscored", reason="refused"),
    ]
    truth, tone = mean_levels(graded)
    assert (truth.mean, truth.n_votes) == (2.0, 2)
    assert truth.spread == pytest.approx(2**0.5)
    assert (tone.mean, tone.spread) == (0.0, 0.0)


def test_a_match_is_doubtful_when_orders_disagree_or_the_judge_is_unsure() -> None:
    assert not is_doubtful(pair_judgment("a", "a"))
    assert is_doubtful(pair_judgment("a", "b"))
    assert is_doubtful(pair_judgment("a", None))
    sure = pair_judgment("a", "a")
    unsure = replace(sure, ab=replace(sure.ab, probability=0.6))
    assert is_doubtful(unsure)
    assert not is_doubtful(unsure, min_probability=0.5)
