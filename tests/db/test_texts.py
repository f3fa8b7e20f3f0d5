"""Texts that are hard to keep come back the same from both databases."""

import random
from collections.abc import Iterator

import pytest

from arena.store import open_store
from db import Database
from db.datasets import list_contestants, list_tags
from db.judges import load_judge_averages
from db.match_filter import MatchQuery
from db.match_list import count_matches
from db.tables import CallRow, JudgmentRow
from tests.arena.filling import both_orders, import_rows, record
from tests.db.test_schema import add_pair


@pytest.fixture
def store(store_url: str) -> Iterator[Database]:
    database = open_store(store_url)
    yield database
    database.close()


def add_call(database: Database, raw_text: str, *, logprobs: list[object] | None = None) -> int:
    with database.write() as session:
        row = CallRow(
            key="k", model="m", parameters=[["stop", "\x00\ud83d"]], raw_text=raw_text, finish_reason="stop",
            latency_s=0.5, logprobs=logprobs,
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row.id


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("a\x00b", "a␀b"),
        ("half \ud83d of a pair", "half � of a pair"),
        ("whole \U0001f600 pair, é, 漢字, \u202e, tab\t and\r\nline", None),
        ("", None),
        ("quotes ' \" \\ %s :name {x} $1 ?", None),
    ],
)
def test_what_a_model_said_is_kept_as_far_as_a_database_can(
    store: Database, said: str, kept: str | None
) -> None:
    call_id = add_call(store, said)
    with store.read() as session:
        row = session.get_one(CallRow, call_id)
        assert row.raw_text == (said if kept is None else kept)
        assert row.parameters == [["stop", "\x00\ud83d"]]


def test_a_text_of_fifty_million_characters_comes_back(store: Database) -> None:
    long = "".join(random.Random(1).choices("abc é漢", k=1_000)) * 50_000
    call_id = add_call(store, long)
    with store.read() as session:
        assert session.get_one(CallRow, call_id).raw_text == long


def test_names_sort_the_same_everywhere(store: Database) -> None:
    names = ["beta", "Alpha", "alpha", "Ärger", "_x", "10", "9", "é", "Zeta", "a b", "ab"]
    rows = [
        {"prompt": f"p{i}", "model": name, "response": "r", "category": name} for i, name in enumerate(names)
    ]
    import_rows(store, "d", rows)
    with store.read() as session:
        assert [one.name for one in list_contestants(session, None)] == sorted(names)
        assert [one.tag for one in list_tags(session, None)] == sorted(names)


@pytest.mark.parametrize(
    ("looked_for", "n_found"),
    [("needle", 1), ("NEEDLE", 1), ("ähre", 0), ("ÄHRE", 1), ("50%", 1), ("5_%", 0)],
)
def test_a_search_finds_the_same_matches(store: Database, looked_for: str, n_found: int) -> None:
    rows = [
        {"id": "p", "prompt": "?", "model": model, "response": text}
        for model, text in (("a", "Needle, Ähre, 50% of it"), ("b", "other"))
    ]
    import_rows(store, "poems", rows)
    record(store, both_orders("p", "a", "b", "A"))
    with store.read() as session:
        assert count_matches(session, MatchQuery(text=looked_for)) == n_found


def test_averages_are_plain_floats(store: Database) -> None:
    ids = add_pair(store)
    call_id = add_call(store, "x")
    with store.write() as session:
        for order, shown in (
            ("ab", ("response_a_id", "response_b_id")),
            ("ba", ("response_b_id", "response_a_id")),
        ):
            session.add(
                JudgmentRow(
                    judge_id=ids["judge_id"], prompt_id=ids["prompt_id"], response_first_id=ids[shown[0]],
                    response_second_id=ids[shown[1]], shown_order=order, state="scored", verdict="a",
                    call_id=call_id, n_tokens_in=3 if order == "ab" else 4,
                )
            )  # fmt: skip
    with store.read() as session:
        averages = load_judge_averages(session, ids["judge_id"])
    assert averages.n_tokens_in == 3.5
    assert type(averages.n_tokens_in) is float
