"""The probability of a verdict: renormalised over the menu, about the stored pair, or unknown."""

import asyncio
import math
from dataclasses import replace

import pytest

from judge import CallReply, Judgment, TokenLogprob, judge_order, load_rubric, make_spec, read_reply
from judge.litellm_client import LiteLLMClient
from tests.fake_llm import Reply, scripts, serve
from tests.judge.subjects import FENCE_KEY, PAIR, judge_for


def token(text: str, **top: float) -> TokenLogprob:
    alternatives = tuple((name, math.log(probability)) for name, probability in top.items())
    return TokenLogprob(text, alternatives[0][1] if alternatives else 0.0, alternatives)


def tagged(verdict: TokenLogprob, *after: str) -> CallReply:
    tokens = (
        token("A "),
        token("is "),
        token("fine. "),
        token("[["),
        verdict,
        token("]]"),
        *map(token, after),
    )
    return CallReply("".join(one.token for one in tokens), logprobs=tokens)


def test_the_probability_is_renormalised_over_the_menu() -> None:
    reading = read_reply(judge_for(), tagged(token("A", A=0.6, B=0.2, C=0.1, the=0.1)), "ab")
    assert reading.probability == pytest.approx(0.6 / 0.9)
    assert reading.expected_outcome == pytest.approx((0.6 + 0.05) / 0.9)


def test_the_expected_outcome_is_about_the_stored_pair() -> None:
    reading = read_reply(judge_for(), tagged(token("A", A=0.6, B=0.4)), "ba")
    assert reading.verdict == "b"
    assert reading.probability == pytest.approx(0.6)
    assert reading.expected_outcome == pytest.approx(0.4)


def test_a_letter_after_the_tag_is_not_the_verdict() -> None:
    reading = read_reply(judge_for(), tagged(token("A", A=0.7, B=0.3), " because", " B", " fails"), "ab")
    assert reading.probability == pytest.approx(0.7)


def test_spellings_of_one_verdict_add_up() -> None:
    verdict = TokenLogprob(
        "A", math.log(0.5), (("A", math.log(0.5)), (" A", math.log(0.25)), ("B", math.log(0.25)))
    )
    assert read_reply(judge_for(), tagged(verdict), "ab").probability == pytest.approx(0.75)


def test_json_verdicts_have_a_probability_too() -> None:
    tokens = tuple(map(token, ('{"', "reasoning", '": "', "x", '", "', "verdict", '": "')))
    verdict = token("tie", tie=0.5, A=0.3, C=0.2)
    reply = CallReply('{"reasoning": "x", "verdict": "tie"}', logprobs=(*tokens, verdict, token('"}')))
    reading = read_reply(judge_for(response_format="schema"), reply, "ab")
    assert reading.verdict == "tie"
    assert reading.probability == pytest.approx(0.5 / 0.8)


def test_a_menu_without_ties_leaves_them_out() -> None:
    spec = replace(judge_for(), verdicts=("a", "b"))
    assert read_reply(spec, tagged(token("A", A=0.4, C=0.5, B=0.1)), "ab").probability == pytest.approx(0.8)


@pytest.mark.parametrize(
    "reply",
    [
        CallReply("[[A]]"),
        CallReply("[[A]]", logprobs=()),
        CallReply("[[A]]", logprobs=(token("something"), token("else"))),
        CallReply("[[A]] [[A]]", logprobs=tuple(map(token, ("[[", "A", "]] [[", "A", "]]")))),
    ],
)
def test_without_one_place_for_the_verdict_it_is_unknown(reply: CallReply) -> None:
    reading = read_reply(judge_for(), reply, "ab")
    assert (reading.verdict, reading.probability, reading.expected_outcome) == ("a", None, None)


def test_log_probabilities_arrive_over_http() -> None:
    top = (("B", math.log(0.9)), ("A", math.log(0.1)))
    said = Reply("[[B]]", logprobs=(("[[", (("[[", 0.0),)), ("B", top), ("]]", (("]]", 0.0),))))

    async def run(api_base: str) -> Judgment:
        client = LiteLLMClient()
        spec = make_spec(
            "hosted_vllm/fake",
            load_rubric("style"),
            api_base=api_base,
            parameters={"logprobs": True, "top_logprobs": 5},
        )
        try:
            return await judge_order(spec, PAIR, "ab", 0, client.complete, FENCE_KEY)
        finally:
            await client.aclose()

    with serve(scripts.always(said)) as llm:
        judgment = asyncio.run(run(llm.api_base))
    assert judgment.verdict == "b"
    assert judgment.probability == pytest.approx(0.9)
    assert judgment.expected_outcome == pytest.approx(0.1)
