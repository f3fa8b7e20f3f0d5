"""Rubrics: made, edited, exported and read back; a used version never changes."""

from dataclasses import replace
from pathlib import Path

import pytest

from arena.errors import NotFoundError, UsageError
from arena.rubrics import (
    Example,
    delete_rubric,
    export_rubric,
    find_rubric,
    list_rubric_versions,
    parse_rubric_text,
    preview_rubric,
    save_rubric,
)
from arena.run import RunSpec, estimate_run
from db import Database
from judge import Rubric, load_rubric, shipped_rubric_names
from tests.fake_llm import Request, scripts, serve
from tests.judging.working import asking, work

TEXT = """
name: brevity
description: Is it short?
guidance: Prefer the shorter.
criteria:
  - name: brevity
    question: How short is it?
    weight: 2
    levels:
      - {value: 3, description: one line, examples: ["yes"]}
      - {value: 1, description: long}
"""


def edited(rubric: Rubric) -> Rubric:
    return replace(rubric, guidance="Prefer the shorter one.")


def test_the_shipped_rubrics_are_there_before_anything_is_made(poems: Database) -> None:
    versions = list_rubric_versions(poems)
    assert tuple(one.label for one in versions) == shipped_rubric_names()
    assert not any(one.is_used for one in versions)


def test_a_rubric_goes_to_yaml_and_back_as_the_same_version(poems: Database) -> None:
    saved = save_rubric(poems, parse_rubric_text(TEXT))
    assert (saved.label, saved.is_shipped) == ("brevity", False)
    assert parse_rubric_text(export_rubric(saved.rubric)).version == saved.rubric.version
    assert find_rubric(poems, "brevity").rubric == parse_rubric_text(TEXT)
    again = save_rubric(poems, parse_rubric_text(TEXT))
    assert again.id == saved.id


def test_an_edit_replaces_a_version_that_no_judge_uses(poems: Database) -> None:
    saved = save_rubric(poems, parse_rubric_text(TEXT))
    save_rubric(poems, edited(saved.rubric), edited_from="brevity")
    assert find_rubric(poems, "brevity").rubric == edited(saved.rubric)


def test_a_used_version_stays_as_it_was_beside_the_edited_one(poems: Database) -> None:
    saved = save_rubric(poems, parse_rubric_text(TEXT))
    with serve(scripts.first) as llm:
        spec = asking(llm, pairs="2", rubric="brevity")
        work(poems, spec)
        new = save_rubric(poems, edited(saved.rubric), edited_from="brevity")
        used = find_rubric(poems, f"brevity@{saved.rubric.version[:8]}")
        assert used.is_used
        assert used.rubric == saved.rubric
        with pytest.raises(UsageError, match=r"2 versions\. Choose one"):
            estimate_run(poems, spec)
        status = work(poems, replace(spec, rubric=new.label))
        assert (status.n_scored, status.n_cached) == (4, 0)
    with pytest.raises(UsageError, match="used by 1 judge"):
        delete_rubric(poems, used.label)


def test_what_nobody_uses_can_be_deleted_and_what_is_shipped_cannot(poems: Database) -> None:
    save_rubric(poems, parse_rubric_text(TEXT))
    delete_rubric(poems, "brevity")
    with pytest.raises(NotFoundError, match="no rubric 'brevity'"):
        find_rubric(poems, "brevity")
    with pytest.raises(UsageError, match="comes with Evenhand"):
        delete_rubric(poems, "helpfulness")


def test_an_edited_shipped_rubric_stands_beside_the_shipped_one(poems: Database) -> None:
    shipped = load_rubric("helpfulness")
    saved = save_rubric(poems, edited(shipped), edited_from="helpfulness")
    assert saved.label.startswith("helpfulness@")
    assert load_rubric("helpfulness") == shipped
    assert estimate_run(poems, RunSpec("poems", "hosted_vllm/x", rubric=saved.label)).n_calls == 36


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "must be a mapping"),
        ("name: x", "criteria"),
        (TEXT.replace("value: 3", "value: 2.5"), "criteria.0.levels.0.value"),
        (TEXT.replace("{value: 1, description: long}", "{value: 3, description: long}"), "without repeats"),
        (TEXT.replace("weight: 2", "weight: 0"), "above 0"),
        (TEXT + "\nextra: 1", "extra"),
    ],
)
def test_what_is_no_rubric_is_refused_with_the_place(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        parse_rubric_text(text)


@pytest.mark.parametrize("mode", ["pairwise", "pointwise", "listwise"])
def test_a_preview_is_what_the_judge_reads_with_its_tokens(mode: str) -> None:
    preview = preview_rubric(parse_rubric_text(TEXT), mode=mode)  # type: ignore[arg-type]
    said = "\n".join(text for _, text in preview.messages)
    assert "Level 3: one line" in said
    assert ("Prefer the shorter." in said) == (mode != "pointwise")
    assert 0 < preview.n_tokens_of_rubric < preview.n_tokens


def test_a_preview_shows_levels_best_first_when_asked() -> None:
    said = preview_rubric(parse_rubric_text(TEXT), level_order="descending").messages[0][1]
    assert said.index("Level 3") < said.index("Level 1")


def test_a_preview_is_word_for_word_what_is_sent(poems: Database, tmp_path: Path) -> None:
    rubric = parse_rubric_text(TEXT)
    file = tmp_path / "brevity.yaml"
    file.write_text(TEXT)
    systems: list[str] = []

    def listen(request: Request) -> str:
        systems.append(request["messages"][0]["content"])
        return scripts.first(request)

    with serve(listen) as llm:
        work(poems, asking(llm, pairs="1", rubric=str(file)))
    preview = preview_rubric(rubric, example=Example("Hello?", ("one", "two")))
    assert set(systems) == {preview.messages[0][1]}
    assert "Hello?" in preview.messages[1][1]
