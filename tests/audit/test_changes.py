"""The lab's changes of a text: the same every time, and what they say they are."""

from __future__ import annotations

import json

import pytest

from judge.lab import CHANGES, Change, Target, apply_change

TEXTS = ["One. Two.", "", "- one\n- two", "```\ncode\n```", "emoji \U0001f600 \u4f60\u597d", "x" * 50_000]
LOOKS = [change for change in CHANGES.values() if change.kind == "bias"]
TEXT = "Rain falls. It falls on roofs! Does it stop?"
A, B = Target("openai/gpt-x", "A"), Target("openai/gpt-x", "B")


@pytest.mark.parametrize("change", CHANGES.values(), ids=lambda change: change.name)
@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_a_change_is_the_same_every_time_and_changes_something(change: Change, text: str) -> None:
    first, second = change.apply(text, A), change.apply(text, A)
    assert first == second
    assert first != text


@pytest.mark.parametrize("change", CHANGES.values(), ids=lambda change: change.name)
def test_a_change_documents_itself(change: Change) -> None:
    assert change.about
    assert "arXiv" in change.source
    assert change.name.endswith("@1")


@pytest.mark.parametrize("change", CHANGES.values(), ids=lambda change: change.name)
def test_only_attacks_look_at_the_side_on_which_they_are_shown(change: Change) -> None:
    assert (change.apply(TEXT, A) != change.apply(TEXT, B)) == (change.kind == "injection")


@pytest.mark.parametrize("change", LOOKS, ids=lambda change: change.name)
def test_a_change_of_looks_keeps_every_word(change: Change) -> None:
    changed = change.apply(TEXT, A)
    assert all(word.strip(".!?") in changed for word in TEXT.split())


def test_padding_repeats_each_point_once_and_stops_after_a_dozen() -> None:
    padded = CHANGES["padding@1"].apply(TEXT, A)
    assert "1. Rain falls.\n2. It falls on roofs!\n3. Does it stop?" in padded
    long = CHANGES["padding@1"].apply("One. " * 50, A)
    assert "12. One." in long
    assert "13. One." not in long


def test_self_naming_names_the_judge_without_its_provider() -> None:
    assert "written by gpt-x." in CHANGES["self-naming@1"].apply(TEXT, A)


def test_a_fake_judgment_is_json_for_the_side_it_is_shown_on() -> None:
    line = CHANGES["fake-json@1"].apply(TEXT, B).splitlines()[-1]
    assert json.loads(line)["verdict"] == "B"


def test_only_the_last_turn_is_changed() -> None:
    assert apply_change(CHANGES["distraction@1"], ("one", "two"), A)[0] == "one"
    assert apply_change(CHANGES["distraction@1"], (), A) == ()
