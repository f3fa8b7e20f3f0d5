"""What counts as a verdict, and what never does."""

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge import REASONS, VERDICTS, CallReply, Verdict, read_reply
from judge.calls import ShownOrder
from judge.spec import ResponseFormat
from tests.judge.subjects import ONE, TWO, judge_for
from tests.judge.verdict_texts import TEXTS

TAGS = judge_for()
SCHEMA = judge_for(response_format="schema")


def test_the_table_is_large_and_names_each_text_once() -> None:
    assert len(TEXTS) >= 60
    assert len({name for name, *_ in TEXTS}) == len(TEXTS)


@pytest.mark.parametrize(
    ("name", "response_format", "text", "expected"), TEXTS, ids=[row[0] for row in TEXTS]
)
def test_each_text_says_what_the_table_says(
    name: str, response_format: ResponseFormat, text: str, expected: str
) -> None:
    reading = read_reply(judge_for(response_format=response_format), CallReply(text), "ab")
    said = reading.verdict if reading.state == "scored" else reading.reason
    assert said == expected, (name, reading)
    assert (reading.reason is None) == (reading.state == "scored")
    assert (reading.problem == "") == (reading.state == "scored")


@pytest.mark.parametrize(
    ("order", "letter", "verdict"),
    [
        ("ab", "A", "a"),
        ("ab", "B", "b"),
        ("ba", "A", "b"),
        ("ba", "B", "a"),
        ("ba", "C", "tie"),
        ("ba", "D", "both_bad"),
    ],
)
def test_a_shown_side_is_mapped_back_to_the_stored_pair(order: ShownOrder, letter: str, verdict: str) -> None:
    assert read_reply(TAGS, CallReply(f"[[{letter}]]"), order).verdict == verdict


def test_a_cut_off_reply_is_truncated_whatever_it_holds() -> None:
    for text in ("[[A]]", '{"reasoning": "x", "verdict": "A"}', "", "A is"):
        assert read_reply(TAGS, CallReply(text, finish_reason="length"), "ab").reason == "truncated"


def test_the_providers_own_refusal_counts_before_any_text() -> None:
    assert read_reply(TAGS, CallReply("[[A]]", refusal="I will not."), "ab").reason == "refused"
    assert read_reply(TAGS, CallReply("[[A]]", finish_reason="content_filter"), "ab").reason == "refused"


def test_a_verdict_outside_the_judges_menu_is_off_menu() -> None:
    menu: tuple[Verdict, ...] = ("a", "b")
    assert read_reply(replace(TAGS, verdicts=menu), CallReply("[[C]]"), "ab").reason == "off_menu"
    text = '{"reasoning": "", "verdict": "tie"}'
    assert read_reply(replace(SCHEMA, verdicts=menu), CallReply(text), "ab").reason == "off_menu"


def test_how_the_answer_was_read_is_recorded() -> None:
    assert read_reply(TAGS, CallReply("[[A]]"), "ab").parse_path == "tag"
    assert read_reply(SCHEMA, CallReply('{"reasoning": "", "verdict": "A"}'), "ab").parse_path == "schema"
    assert (
        read_reply(SCHEMA, CallReply('{"reasoning": "", "verdict": "A",}'), "ab").parse_path == "json_repair"
    )


LEVELS = [
    ("tag", "tags", "Fine.\n\n[[4]]", 4),
    ("bold tag", "tags", "**[[5]]**", 5),
    ("level word", "tags", "[[Level 3]]", 3),
    ("named tag", "tags", "[[quality: 2]]", 2),
    ("after thinking", "tags", "<think>[[1]]?</think>[[2]]", 2),
    ("same twice", "tags", "[[3]] ... [[3]]", 3),
    ("quoted and another", "tags", 'It says "[[5]]". [[1]]', "conflicting"),
    ("quoted only", "tags", 'It says "[[5]]".', "no_verdict"),
    ("seven of ten", "tags", "7/10", "no_verdict"),
    ("seven of ten in a tag", "tags", "[[7/10]]", "off_menu"),
    ("half", "tags", "[[3.5]]", "off_menu"),
    ("out of ten behind the tag", "tags", "[[4]]/10", "off_menu"),
    ("out of ten in words", "tags", "**[[4]]** out of 10", "off_menu"),
    ("out of five behind the tag", "tags", "[[4]]/5", 4),
    ("full-width digit", "tags", "等级：［［４］］", 4),
    ("a number in words", "tags", "[[four]]", "no_verdict"),
    ("negated", "tags", "It is not [[4]].", "no_verdict"),
    ("JSON five of five", "schema", '{"criteria": [{"name": "quality", "level": "4/5"}]}', "off_menu"),
    (
        "JSON level twice",
        "schema",
        '{"criteria": [{"name": "quality", "level": 4, "Level": 2}]}',
        "conflicting",
    ),
    ("too high", "tags", "[[9]]", "off_menu"),
    ("negative", "tags", "[[-1]]", "off_menu"),
    ("words", "tags", "Level 4", "no_verdict"),
    ("two", "tags", "[[4]] or [[5]]", "conflicting"),
    ("range", "tags", "[[4-5]]", "off_menu"),
    ("R indexing", "tags", "x[[3]] is right. [[4]]", 4),
    ("JSON", "schema", '{"criteria": [{"name": "quality", "reasoning": "x", "level": 4}]}', 4),
    ("JSON as text", "schema", '{"criteria": [{"name": "Quality", "reasoning": "x", "level": "4"}]}', 4),
    ("JSON whole float", "schema", '{"criteria": [{"name": "quality", "level": 4.0}]}', 4),
    ("JSON half", "schema", '{"criteria": [{"name": "quality", "level": 4.5}]}', "off_menu"),
    ("JSON true", "schema", '{"criteria": [{"name": "quality", "level": true}]}', "off_menu"),
    ("JSON null", "schema", '{"criteria": [{"name": "quality", "level": null}]}', "no_verdict"),
    ("JSON without", "schema", '{"criteria": []}', "no_verdict"),
    ("JSON no list", "schema", '{"criteria": {"quality": 4}}', "invalid_json"),
    ("JSON unnamed", "schema", '{"criteria": [{"level": 4}]}', "invalid_json"),
    (
        "JSON twice",
        "schema",
        '{"criteria": [{"name": "quality", "level": 4}, {"name": "quality", "level": 5}]}',
        "conflicting",
    ),
    ("JSON and a tag", "schema", '{"criteria": [{"name": "quality", "level": 4}]}\n[[2]]', "conflicting"),
    ("JSON mended", "schema", '{"criteria": [{"name": "quality", "level": 4,}]}', 4),
    ("JSON cut off", "schema", '{"criteria": [{"name": "quality", "level": 4', "invalid_json"),
    ("refusal", "tags", "I cannot rate this content.", "refused"),
]


@pytest.mark.parametrize(
    ("name", "response_format", "text", "expected"), LEVELS, ids=[row[0] for row in LEVELS]
)
def test_each_text_gives_the_level_the_table_says(
    name: str, response_format: ResponseFormat, text: str, expected: int | str
) -> None:
    reading = read_reply(judge_for("pointwise", response_format, rubric=ONE), CallReply(text), "")
    said = reading.grades[0].level if reading.state == "scored" else reading.reason
    assert said == expected, (name, reading)


def test_several_criteria_are_read_all_or_none() -> None:
    judge = judge_for("pointwise", rubric=TWO)
    both = read_reply(judge, CallReply("[[truth: 3]]\n[[tone: 0]]"), "")
    assert [(grade.criterion, grade.level) for grade in both.grades] == [("truth", 3), ("tone", 0)]
    missing = read_reply(judge, CallReply("[[truth: 3]]"), "")
    assert (missing.state, missing.reason, missing.grades) == ("unscored", "no_verdict", ())
    assert "tone" in missing.problem
    assert read_reply(judge, CallReply("[[truth: 3]]\n[[tone: 3]]"), "").reason == "off_menu"


PIECES = (
    *("[[A]]", "[[B]]", "[[", "]]", '"', "`", "```", "\n", "> ", "<think>", "</think>", "{", "}", "7/10"),
    *('{"verdict": "A"}', '"verdict":', '"criteria"', "[", "]", "“", "”", "A", "tie", " ", "\\", "'"),
)
hostile = st.one_of(st.text(max_size=400), st.lists(st.sampled_from(PIECES), max_size=40).map("".join))


@settings(max_examples=400, deadline=None)
@given(hostile, st.sampled_from(["tags", "schema"]), st.sampled_from(["pairwise", "pointwise", "listwise"]))
def test_no_text_raises_and_every_failure_has_a_reason(
    text: str, response_format: ResponseFormat, mode: str
) -> None:
    order: ShownOrder = "" if mode == "pointwise" else "ba"
    reading = read_reply(judge_for(mode, response_format), CallReply(text), order)  # type: ignore[arg-type]
    if reading.state == "unscored":
        assert reading.reason in REASONS
        assert reading.verdict is None
        assert reading.grades == ()
    elif mode == "pairwise":
        assert reading.verdict in VERDICTS


@settings(max_examples=400, deadline=None)
@given(
    st.text(max_size=400).filter(
        lambda text: "[[" not in text.replace("［", "[").replace("【", "[") and "{" not in text
    )
)
def test_no_verdict_comes_out_of_a_text_that_offers_none(text: str) -> None:
    for judge in (TAGS, SCHEMA):
        assert read_reply(judge, CallReply(text), "ab").state == "unscored"


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.characters(exclude_characters="[]［］【】\\{"), max_size=200))
def test_two_different_tags_are_never_chosen_between(between: str) -> None:
    reading = read_reply(TAGS, CallReply(f"[[A]]{between}[[B]]"), "ab")
    assert reading.verdict is None or "think" in between.casefold()


def test_a_long_hostile_text_is_read_in_time() -> None:
    for piece in (
        '"a ',
        "<think>",
        "[[A",
        "```\n",
        "“",
        "{",
        '{"verdict":',
        "> [[A]]\n",
        "'x ",
        "</think>\n",
    ):
        started = time.process_time()
        for judge in (TAGS, SCHEMA):
            read_reply(judge, CallReply(piece * (20_000 // len(piece))), "ab")
        assert time.process_time() - started < 40.0, piece  # half a second where it was written
