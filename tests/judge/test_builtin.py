"""Judges without a model: what they prefer, what they refuse, and that they never pretend."""

import asyncio
from dataclasses import replace

import pytest

from judge import (
    CallReply,
    CallRequest,
    JudgeSpec,
    Judgment,
    Mode,
    Pair,
    SpecError,
    judge_pair,
    judge_subject,
    load_rubric,
    make_spec,
    request_for,
)
from judge.calls import ShownOrder
from tests.judge.subjects import FENCE_KEY, PAIR, PROMPT, SINGLE, SLATE


async def never(_: CallRequest) -> CallReply:
    raise AssertionError("a built-in judge makes no call")


def builtin(name: str, mode: Mode = "pairwise", **parameters: int) -> JudgeSpec:
    return make_spec(f"builtin/{name}", load_rubric("helpfulness"), mode=mode, parameters=parameters)


def judged(spec: JudgeSpec, pair: Pair, order: ShownOrder = "ab") -> Judgment:
    return asyncio.run(judge_subject(spec, pair, order, 0, never, FENCE_KEY))


def test_longest_prefers_more_characters_in_both_orders() -> None:
    both = asyncio.run(judge_pair(builtin("longest"), PAIR, 0, never, FENCE_KEY))
    assert (both.ab.verdict, both.ba.verdict) == ("a", "a")
    assert both.ab.parse_path == "builtin"
    assert both.ab.cost_usd == 0


def test_longest_counts_all_turns_and_calls_equal_lengths_a_tie() -> None:
    assert judged(builtin("longest"), Pair(PROMPT, ("ab", "c"), ("abcd",))).verdict == "b"
    assert judged(builtin("longest"), Pair(PROMPT, ("ab", "c"), ("abc",))).verdict == "tie"


def test_first_flips_on_every_pair() -> None:
    both = asyncio.run(judge_pair(builtin("first"), PAIR, 0, never, FENCE_KEY))
    assert (both.ab.verdict, both.ba.verdict) == ("a", "b")


def test_random_depends_on_seed_and_content_alone() -> None:
    pairs = [Pair(PROMPT, (f"text {i}",), ("other",)) for i in range(200)]
    forward = [judged(builtin("random"), pair).verdict for pair in pairs]
    backward = [judged(builtin("random"), pair).verdict for pair in reversed(pairs)]
    assert forward == backward[::-1]
    assert 60 < forward.count("a") < 140
    assert forward != [judged(builtin("random", seed=1), pair).verdict for pair in pairs]


def test_reference_prefers_what_is_nearer_to_the_best_reference() -> None:
    pair = replace(PAIR, references=("entirely different", "git reset --soft HEAD~1 keeps changes staged"))
    assert judged(builtin("reference"), pair).verdict == "a"
    assert judged(builtin("reference"), pair, "ba").verdict == "a"
    assert judged(builtin("reference"), replace(pair, response_b=pair.response_a)).verdict == "tie"


def test_reference_without_a_reference_is_unscored_and_never_a_tie() -> None:
    judgment = judged(builtin("reference"), PAIR)
    assert (judgment.state, judgment.verdict, judgment.reason) == ("unscored", None, "no_verdict")
    assert "this prompt has none" in judgment.problem


def test_chrf_matches_sacrebleus_own_figure() -> None:
    from sacrebleu.metrics.chrf import CHRF

    pair = Pair(PROMPT, ("the cat sat on the mat",), ("a dog",), ("the cat is on the mat",))
    expected = CHRF().sentence_score("the cat sat on the mat", ["the cat is on the mat"]).score
    assert f"a {expected:.2f}" in judged(builtin("reference"), pair).reasoning


@pytest.mark.parametrize(
    ("name", "mode"), [("longest", "pointwise"), ("first", "pointwise"), ("reference", "pointwise")]
)
def test_a_judge_that_cannot_grade_one_response_refuses(name: str, mode: Mode) -> None:
    with pytest.raises(SpecError, match="only compares two responses"):
        asyncio.run(judge_subject(builtin(name, mode), SINGLE, "", 0, never, FENCE_KEY))


def test_random_grades_within_the_rubric() -> None:
    judgment = asyncio.run(judge_subject(builtin("random", "pointwise"), SINGLE, "", 0, never, FENCE_KEY))
    assert judgment.grades[0].level in (1, 2, 3, 4, 5)


def test_no_builtin_ranks_lists() -> None:
    with pytest.raises(SpecError, match="ranks no lists"):
        asyncio.run(judge_subject(builtin("random", "listwise"), SLATE, "ab", 0, never, FENCE_KEY))


def test_an_unknown_builtin_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(SpecError, match="builtin/longest"):
        judged(builtin("wisest"), PAIR)


def test_a_builtin_has_no_call_to_plan() -> None:
    with pytest.raises(SpecError, match="without a call"):
        request_for(builtin("longest"), PAIR, "ab", 0, FENCE_KEY)
