"""Rankings of lists: both directions, every pair out of both, and nothing out of a broken ranking."""

import asyncio
from dataclasses import replace

import pytest

from judge import CallReply, Judgment, SlateJudgment, judge_slate, read_reply, slate_pairs
from judge.calls import ShownOrder
from judge.litellm_client import LiteLLMClient
from judge.spec import ResponseFormat
from tests.fake_llm import scripts, serve
from tests.judge.subjects import FENCE_KEY, SLATE, judge_for

RANKINGS = [
    ("tag", "tags", "Two is best.\n\n[[2 > 1 > 3]]", ((1,), (0,), (2,))),
    ("group", "tags", "[[2 > 3 = 1]]", ((1,), (0, 2))),
    ("no spaces", "tags", "[[3>2>1]]", ((2,), (1,), (0,))),
    ("JSON", "schema", '{"reasoning": "x", "ranking": [[2], [1, 3]]}', ((1,), (0, 2))),
    ("JSON flat", "schema", '{"reasoning": "x", "ranking": [2, 1, 3]}', ((1,), (0,), (2,))),
    ("one missing", "tags", "[[2 > 1]]", "off_menu"),
    ("one too many", "tags", "[[2 > 1 > 3 > 4]]", "off_menu"),
    ("from zero", "tags", "[[0 > 1 > 2]]", "off_menu"),
    ("twice", "tags", "[[2 > 2 > 3]]", "conflicting"),
    ("two rankings", "tags", "[[2 > 1 > 3]] or [[1 > 2 > 3]]", "conflicting"),
    ("quoted", "tags", 'It says "[[2 > 1 > 3]]".', "no_verdict"),
    ("thinking", "tags", "<think>[[1 > 2 > 3]]</think>[[3 > 2 > 1]]", ((2,), (1,), (0,))),
    ("prose", "tags", "The second is best.", "no_verdict"),
    ("JSON words", "schema", '{"reasoning": "x", "ranking": ["second"]}', "off_menu"),
    ("JSON empty", "schema", '{"reasoning": "x", "ranking": []}', "no_verdict"),
    ("JSON true", "schema", '{"reasoning": "x", "ranking": [true, 2, 3]}', "off_menu"),
    ("JSON cut off", "schema", '{"reasoning": "x", "ranking": [[2], [1', "invalid_json"),
]


@pytest.mark.parametrize(
    ("name", "response_format", "text", "expected"), RANKINGS, ids=[row[0] for row in RANKINGS]
)
def test_each_text_ranks_as_the_table_says(
    name: str, response_format: ResponseFormat, text: str, expected: object
) -> None:
    reading = read_reply(judge_for("listwise", response_format), CallReply(text), "ab", n_responses=3)
    assert (reading.ranking if reading.state == "scored" else reading.reason) == expected, (name, reading)


def test_a_reversed_list_is_mapped_back() -> None:
    reading = read_reply(judge_for("listwise"), CallReply("[[1 > 2 = 3]]"), "ba", n_responses=3)
    assert reading.ranking == ((2,), (0, 1))


def test_a_list_and_its_reverse_give_every_pair_twice() -> None:
    async def run(api_base: str) -> SlateJudgment:
        client = LiteLLMClient()
        try:
            spec = replace(judge_for("listwise"), api_base=api_base)
            return await judge_slate(spec, SLATE, 0, client.complete, FENCE_KEY)
        finally:
            await client.aclose()

    with serve(scripts.longest) as llm:
        judged = asyncio.run(run(llm.api_base))
        assert llm.stats()["n_requests"] == 2
    assert judged.ab.ranking == judged.ba.ranking == ((2,), (1,), (0,))
    pairs = slate_pairs(judged, 3)
    assert [(pair.a_index, pair.b_index) for pair in pairs] == [(0, 1), (0, 2), (1, 2)]
    assert {(pair.ab, pair.ba) for pair in pairs} == {("b", "b")}


def test_ties_and_unscored_orders_stay_what_they_are() -> None:
    def ranked(order: ShownOrder, *groups: tuple[int, ...]) -> Judgment:
        return Judgment(order, 0, "scored" if groups else "unscored", ranking=groups)

    pairs = slate_pairs(SlateJudgment(ranked("ab", (0, 2), (1,)), ranked("ba")), 3)
    assert [(pair.ab, pair.ba) for pair in pairs] == [("a", None), ("tie", None), ("b", None)]
