"""Prompts that a person edits: what may change, what stands, and what goes with a prompt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from arena.errors import NotFoundError, UsageError
from arena.prompts import (
    PromptDraft,
    PromptFilter,
    PromptInUseError,
    add_prompt,
    edit_prompt,
    get_prompt_state,
    list_prompts,
    remove_prompts,
    tag_prompts,
)
from arena.run import RunSpec, start_run
from arena.store import open_store
from db import Database
from tests.arena.filling import fill, import_rows, record


@pytest.fixture
def store(store_url: str) -> Iterator[Database]:
    database = open_store(store_url)
    rows: list[dict[str, Any]] = [
        {"id": "sea", "prompt": "Write about the Sea, 100 %.", "tags": ["water"], "reference": "Blue."},
        {"id": "sum", "prompt": "1 + 1?", "kind": "correctness", "reference": "2"},
    ]
    turns = [("user", "a"), ("assistant", "b"), ("user", "c")]
    talk = {"id": "talk", "messages": [{"role": role, "content": words} for role, words in turns]}
    import_rows(database, "poems", rows)
    import_rows(database, "poems", [talk])
    yield database
    database.close()


def ids_of(database: Database, **wanted: str) -> list[str]:
    return [row.key for row in list_prompts(database, PromptFilter("poems", **wanted)).rows]  # type: ignore[arg-type]


def test_filters_find_by_tag_kind_and_words_of_text_or_id(store: Database) -> None:
    assert ids_of(store) == ["sea", "sum", "talk"]
    assert (
        ids_of(store, tag="water")
        == ids_of(store, words="the sea")
        == ids_of(store, words="100 %")
        == ["sea"]
    )
    assert ids_of(store, kind="correctness") == ids_of(store, words="1 + 1") == ["sum"]
    assert ids_of(store, words="talk") == ["talk"]
    assert ids_of(store, words="%") == ["sea"]
    page = list_prompts(store, PromptFilter("poems"), first=1, limit=1)
    assert (page.n_all, [row.key for row in page.rows]) == (3, ["sum"])
    assert (page.rows[0].n_references, page.rows[0].n_responses) == (1, 0)


def test_a_prompt_nobody_answered_changes_in_place(store: Database) -> None:
    state = get_prompt_state(store, "poems", 1)
    draft = replace(state.draft, text="Write about rain.", system="Be brief.", tags=("sky", "wet"),
                    kind="correctness", references=("Grey.", "Wet."))  # fmt: skip
    edit_prompt(store, "poems", 1, draft)
    after = get_prompt_state(store, "poems", 1)
    assert after.draft == draft
    assert after.key == "sea"
    assert ids_of(store, tag="water") == []


def test_a_text_that_was_answered_stands_and_a_changed_one_is_a_new_prompt(store: Database) -> None:
    fill(store, n_prompts=1)
    (row,) = list_prompts(store, PromptFilter("poems", words="subject 0")).rows
    state = get_prompt_state(store, "poems", row.id)
    assert state.why_text_stands is not None
    assert "3 responses answer the text as it stands" in state.why_text_stands
    changed = replace(state.draft, text="Write about another subject.")
    with pytest.raises(PromptInUseError, match="Save the changed text as a new prompt"):
        edit_prompt(store, "poems", row.id, changed)
    edit_prompt(store, "poems", row.id, replace(state.draft, tags=("new",), kind="correctness"))
    new_id = add_prompt(store, "poems", changed)
    assert get_prompt_state(store, "poems", new_id).belongings.n_responses == 0
    assert get_prompt_state(store, "poems", row.id).belongings.n_responses == 3


def test_references_that_a_judge_has_read_stand(store: Database) -> None:
    fill(store, n_prompts=1, contestants=("alder", "birch"))
    (row,) = list_prompts(store, PromptFilter("poems", words="subject 0")).rows
    state = get_prompt_state(store, "poems", row.id)
    edit_prompt(store, "poems", row.id, replace(state.draft, references=("A good poem.",)))
    start_run(store, RunSpec("poems", "builtin/reference"))
    with store.write() as session:
        session.execute(text("UPDATE judgment SET state = 'unscored', reason = 'empty'"))
    state = get_prompt_state(store, "poems", row.id)
    assert (
        state.why_references_stand
        == "builtin/reference has judged responses by the references as they stand."
    )
    with pytest.raises(PromptInUseError, match="The references stay"):
        edit_prompt(store, "poems", row.id, replace(state.draft, references=()))


def test_several_turns_keep_their_text_and_take_tags(store: Database) -> None:
    state = get_prompt_state(store, "poems", 3)
    assert state.draft.text is None
    assert "several turns" in (state.why_text_stands or "")
    edit_prompt(store, "poems", 3, replace(state.draft, tags=("chat",)))
    assert ids_of(store, tag="chat") == ["talk"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"text": " "}, "The prompt is empty"),
        ({"kind": "poem"}, "is of kind preference or correctness"),
        ({"tags": ("a,b",)}, "is no tag"),
        ({"tags": ("x" * 501,)}, "is no tag"),
        ({"references": (" ",)}, "A reference is empty"),
    ],
)
def test_a_draft_that_cannot_be_is_a_sentence(change: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        replace(PromptDraft("fine"), **change)  # type: ignore[arg-type]


def test_the_same_text_twice_is_refused(store: Database) -> None:
    with pytest.raises(UsageError, match="has this prompt already"):
        add_prompt(store, "poems", PromptDraft("1 + 1?"))
    new_id = add_prompt(store, "poems", PromptDraft("Something new", tags=("a", "a "), references=("r", "r")))
    assert get_prompt_state(store, "poems", new_id).draft == PromptDraft(
        "Something new", tags=("a",), references=("r",)
    )
    with pytest.raises(UsageError, match="has this prompt already"):
        edit_prompt(store, "poems", new_id, PromptDraft("1 + 1?"))
    with pytest.raises(NotFoundError):
        edit_prompt(store, "poems", 999, PromptDraft("x"))


def test_several_are_tagged_at_once(store: Database) -> None:
    tag_prompts(store, "poems", [1, 2], add=["b", "a"], remove=["water"])
    assert [row.tags for row in list_prompts(store, PromptFilter("poems")).rows] == [
        ("a", "b"),
        ("a", "b"),
        (),
    ]
    with pytest.raises(NotFoundError):
        tag_prompts(store, "poems", [1, 999], add=["c"])
    assert ids_of(store, tag="c") == []


def test_a_removed_prompt_takes_what_hangs_on_it_and_nothing_else(store: Database) -> None:
    fill(store, n_prompts=2)
    record(store, [("p0", "alder", "birch", "A"), ("p1", "alder", "birch", "B")])
    first, second = (row.id for row in list_prompts(store, PromptFilter("poems", words="subject")).rows)
    gone = remove_prompts(store, "poems", [first])
    assert (gone.n_prompts, gone.n_responses, gone.n_judgments, gone.n_matches) == (1, 3, 1, 1)
    left = get_prompt_state(store, "poems", second).belongings
    assert (left.n_responses, left.n_matches) == (3, 1)
    assert remove_prompts(store, "poems", [999]).n_prompts == 0


def test_nothing_is_removed_under_a_run(store: Database) -> None:
    fill(store, n_prompts=1)
    start_run(store, RunSpec("poems", "builtin/longest"))
    with pytest.raises(UsageError, match="Pause or cancel it"):
        remove_prompts(store, "poems", [1])
    assert len(ids_of(store)) == 4
