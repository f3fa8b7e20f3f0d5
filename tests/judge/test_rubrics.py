"""Rubrics: shipped ones, YAML in and out, versions, and what is refused."""

import pytest

from judge import RubricError, load_rubric, parse_rubric, render_rubric, shipped_rubric_names
from judge.rubric import render_criteria
from tests.judge.subjects import TWO

GOOD = """
name: mine
criteria:
  - name: truth
    question: Is it true?
    levels:
      - {value: 2, description: yes indeed}
      - {value: 1, description: "no", examples: ["2 + 2 = 5"]}
"""


def test_the_five_shipped_rubrics_are_there() -> None:
    assert set(shipped_rubric_names()) == {"helpfulness", "correctness", "faithfulness", "safety", "style"}


@pytest.mark.parametrize("name", shipped_rubric_names())
def test_a_shipped_rubric_describes_three_to_five_levels_with_examples(name: str) -> None:
    rubric = load_rubric(name)
    assert rubric.name == name
    assert rubric.guidance
    for criterion in rubric.criteria:
        assert 3 <= len(criterion.levels) <= 5
        assert all(level.description and level.examples for level in criterion.levels)


@pytest.mark.parametrize("name", shipped_rubric_names())
def test_a_rubric_reads_back_from_yaml(name: str) -> None:
    rubric = load_rubric(name)
    again = parse_rubric(render_rubric(rubric))
    assert again == rubric
    assert again.version == rubric.version


def test_levels_may_stand_in_any_order() -> None:
    assert parse_rubric(GOOD).criteria[0].values == (1, 2)


def test_one_word_changes_the_version() -> None:
    assert parse_rubric(GOOD).version != parse_rubric(GOOD.replace("indeed", "quite")).version


def test_weights_count_in_the_mean_level() -> None:
    assert TWO.mean_level([3, 1]) == pytest.approx((3 * 3 + 1) / 4)


def test_reversing_the_levels_reverses_nothing_else() -> None:
    rubric = load_rubric("style")
    ascending = render_criteria(rubric).splitlines()
    descending = render_criteria(rubric, "descending").splitlines()
    assert ascending != descending
    assert sorted(ascending) == sorted(descending)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("name: mine", "name: ' '", "needs a name"),
        ("question: Is it true?", "question: ''", "needs a question"),
        ("value: 2", "value: 1", "without repeats"),
        ("value: 2", "value: 2.5", "criteria.0.levels.0.value"),
        ("value: 2", "value: high", "criteria.0.levels.0.value: give a whole number$"),
        ("question: Is it true?", "question: Is it true?\n    weight: heavy", "0.weight: give a number$"),
        ("name: mine", "name: 7", "name: give a text$"),
        ("description: yes indeed", "description: ' '", "level 2 needs a description"),
        ("question: Is it true?", "question: Is it true?\n    weight: 0", "above 0"),
        ("question: Is it true?", "question: Is it true?\n    weight: .inf", "above 0"),
        ("question: Is it true?", "question: Is it true?\n    wieght: 1", "criteria.0.wieght"),
        ("- name: truth", "- name: 'tr[u]th'", "brackets"),
        ("      - {value: 2, description: yes indeed}\n", "", "at least two levels"),
        ("criteria:", "criterion:", "criteria"),
    ],
)
def test_a_rubric_file_says_where_and_what_is_wrong(old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(RubricError, match=message) as caught:
        parse_rubric(GOOD.replace(old, new), source="mine.yaml")
    assert "mine.yaml" in str(caught.value)


def test_a_rubric_without_criteria_is_told_to_have_one() -> None:
    with pytest.raises(RubricError, match=r"rubric: criteria: give at least one$"):
        parse_rubric("name: x\ncriteria: []")


@pytest.mark.parametrize("text", ["", "- 1", "a: ["])
def test_a_file_that_is_no_rubric_is_refused(text: str) -> None:
    with pytest.raises(RubricError):
        parse_rubric(text)


def test_an_unknown_shipped_name_lists_the_known_ones() -> None:
    with pytest.raises(RubricError, match="helpfulness"):
        load_rubric("beauty")


def test_a_criterion_named_twice_is_refused() -> None:
    twice = GOOD + GOOD.split("criteria:\n")[1].replace("name: truth", "name: Truth")
    with pytest.raises(RubricError, match="names a criterion twice: truth"):
        parse_rubric(twice)
