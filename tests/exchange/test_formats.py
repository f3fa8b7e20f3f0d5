"""Every format has a sample that is detected, read and counted, and changes nothing the second time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from arena.exchange import ALL_FORMATS, DRY_RUN, Confidence, ImportReport, detect, import_files
from arena.exchange import __file__ as package
from db import Database

pytestmark = pytest.mark.on_sqlite

Counted = Callable[[ImportReport], dict[str, tuple[int, int, int]]]
Query = Callable[[str], list[tuple[Any, ...]]]

SAMPLES = Path(package).parent / "samples"

BY_FORMAT = {
    "prompts": ["prompts.csv", "prompts.jsonl"],
    "pandalm-judgments": ["pandalm-judgments-testset-v1.json"],
    "autoarena-responses": ["autoarena-responses-heron.csv"],
}
FIRST = {
    "fastchat-reviews": ["fastchat-answers.jsonl"],
    "pandalm-judgments": ["pandalm-test-set.json"],
}
"""Files that a sample refers to."""

NEW = {
    "prompts": {"prompts": 4},
    "responses-long": {"prompts": 1, "responses": 2},
    "responses-wide": {"prompts": 2, "responses": 3},
    "openai-messages": {"prompts": 2, "responses": 1},
    "fastchat-questions": {"prompts": 2},
    "fastchat-answers": {"prompts": 1, "responses": 2},
    "fastchat-reviews": {"prompts": 1, "responses": 2, "judgments": 2, "matches": 1},
    "mt-bench-questions": {"prompts": 2},
    "mt-bench-answers": {"prompts": 1, "responses": 2},
    "mt-bench-pair-judgments": {"prompts": 1, "responses": 2, "judgments": 4, "matches": 2},
    "mt-bench-single-judgments": {"prompts": 1, "responses": 2, "judgments": 2, "scores": 2},
    "arena-battles": {"prompts": 2, "responses": 4, "judgments": 2, "matches": 2, "votes": 2},
    "arena-battles-one-hot": {"prompts": 2, "responses": 4, "judgments": 2, "matches": 2, "votes": 2},
    "recorded-judgments": {"prompts": 1, "responses": 2, "judgments": 2, "matches": 1},
    "recorded-scores": {"prompts": 1, "responses": 1, "judgments": 1, "scores": 2},
    "functional-results": {"prompts": 1, "responses": 2, "judgments": 2, "scores": 2},
    "pandalm-test-set": {"prompts": 2, "responses": 4, "judgments": 6, "matches": 6, "votes": 6},
    "pandalm-judgments": {"prompts": 2, "responses": 4, "judgments": 8, "matches": 8, "votes": 6},
    "alpacaeval-outputs": {"prompts": 1, "responses": 2},
    "alpacaeval-annotations": {"prompts": 2, "responses": 4, "judgments": 2, "matches": 2},
    "alpaca-instructions": {"prompts": 2},
    "preference-pairs": {"prompts": 2, "responses": 4, "judgments": 2, "matches": 2},
    "labelled-pairs": {"prompts": 2, "responses": 4, "judgments": 2, "matches": 2},
    "arena-hard-answers": {"prompts": 1, "responses": 2},
    "arena-hard-judgments": {"prompts": 2, "responses": 4, "judgments": 4, "matches": 2},
    "autoarena-head-to-heads": {"prompts": 2, "responses": 4, "judgments": 2, "matches": 2},
    "autoarena-responses": {"prompts": 2, "responses": 2},
    "unieval": {"prompts": 1, "responses": 2, "judgments": 4, "scores": 8},
}


def samples(name: str) -> list[Path]:
    files = BY_FORMAT.get(name) or [next(path.name for path in SAMPLES.glob(f"{name}.*"))]
    return [SAMPLES / file for file in files]


def test_every_format_has_a_sample_and_every_sample_a_format() -> None:
    assert set(NEW) == set(ALL_FORMATS)
    assert {path for name in ALL_FORMATS for path in samples(name)} == set(SAMPLES.iterdir())


@pytest.mark.parametrize("name", sorted(ALL_FORMATS))
def test_a_sample_is_detected_for_its_keys(name: str) -> None:
    for sample in samples(name):
        detection = detect(sample)
        assert detection.format == name
        for field in ALL_FORMATS[name].required:
            assert field.name in detection.why
        assert detection.confidence in (Confidence.CERTAIN, Confidence.LIKELY)


@pytest.mark.parametrize("name", sorted(ALL_FORMATS))
def test_a_sample_lands_once(name: str, database: Database, counted: Counted) -> None:
    files = [*samples(name), *(SAMPLES / file for file in FIRST.get(name, []))]
    dry = import_files(database, files, "samples", mode=DRY_RUN)
    report = import_files(database, files, "samples")
    assert report.n_bad == 0, report.bad_rows
    assert dry.totals == report.totals
    new = {kind: n for kind, (n, _, _) in counted(report).items() if kind != "judges"}
    assert new == NEW[name]
    again = import_files(database, files, "samples")
    assert (again.n_new, again.n_completed, again.n_bad) == (0, 0, 0)
    assert all(file.sample for file in report.files)


def test_all_samples_together_land_in_any_order(database: Database, query: Query) -> None:
    files = sorted(SAMPLES.iterdir(), reverse=True)
    assert import_files(database, files, "one").n_bad == 0
    assert import_files(database, files[::-1], "two").n_bad == 0
    counts = "SELECT COUNT(*) FROM match m JOIN dataset d ON d.id = m.dataset_id WHERE d.name = '{}'"
    assert query(counts.format("one")) == query(counts.format("two"))


VERDICTS = (
    "SELECT c.name, x.shown_order, x.verdict, x.reason FROM judgment x"
    " JOIN response r ON r.id = x.response_first_id JOIN contestant c ON c.id = r.contestant_id ORDER BY x.id"
)


def test_mt_bench_swapped_orders_are_mapped_back_once(database: Database, query: Query) -> None:
    import_files(database, [SAMPLES / "mt-bench-pair-judgments.jsonl"], "d")
    assert query(VERDICTS) == [
        ("heron", "ab", "a", None),
        ("wren", "ba", "a", None),
        ("heron", "ab", "tie", None),
        ("wren", "ba", None, "no_verdict"),
    ]
    assert query("SELECT n_orders, state, reason, verdict_ab, verdict_ba FROM match") == [
        (2, "scored", None, "a", "a"),
        (2, "unscored", "no_verdict", "tie", None),
    ]


def test_arena_hard_shows_the_baseline_first_in_the_first_game(database: Database, query: Query) -> None:
    import_files(database, [SAMPLES / "arena-hard-judgments.jsonl"], "d")
    assert [row[0] for row in query(VERDICTS)] == ["wren", "heron", "wren", "heron"]
    winners = query(
        "SELECT c.name, verdict_ab, verdict_ba FROM match m JOIN contestant c ON c.id = contestant_a_id"
    )
    assert winners == [("wren", "b", "b"), ("wren", "tie", None)]


def test_a_review_that_fastchat_could_not_read_is_unscored(database: Database, query: Query) -> None:
    files = [SAMPLES / "fastchat-answers.jsonl", SAMPLES / "fastchat-reviews.jsonl"]
    import_files(database, files, "d")
    assert query(VERDICTS) == [("heron", "ab", "a", None), ("wren", "ba", None, "no_verdict")]
    assert query("SELECT criterion, score FROM grade") == [("score", 8.0), ("score", 5.0)]
    assert query("SELECT reasoning FROM judgment")[0] == ("The first answer names the steps.",)


def test_votes_of_an_arena_are_of_unknown_probability(database: Database, query: Query) -> None:
    import_files(database, [SAMPLES / "arena-battles.jsonl"], "d")
    assert query("SELECT pick_rule, pick_probability, token FROM vote") == [("imported", None, None)] * 2
    assert query("SELECT kind, name FROM judge") == [("human", "arena_user_7"), ("human", "arena_user_8")]
    assert [row[2] for row in query(VERDICTS)] == ["a", "both_bad"]


def test_a_prompt_without_an_answerer_keeps_the_answer_as_reference(database: Database, query: Query) -> None:
    import_files(database, [SAMPLES / "openai-messages.jsonl"], "d")
    assert query("SELECT turns FROM reference") == [('["Lake Constance."]',)]
    assert query("SELECT turns FROM response") == [('["The Oder."]',)]


def test_system_prompts_references_tags_and_kinds_arrive(database: Database, query: Query) -> None:
    import_files(database, samples("prompts"), "d")
    assert query("SELECT kind FROM prompt WHERE key NOT LIKE 'tea%' ORDER BY kind") == [
        ("correctness",), ("preference",),
    ]  # fmt: skip
    assert query("SELECT tag, COUNT(*) FROM prompt_tag GROUP BY tag ORDER BY tag") == [
        ("arithmetic", 1), ("cooking", 2), ("easy", 1), ("writing", 1),
    ]  # fmt: skip
    (messages,) = query("SELECT messages FROM prompt WHERE key = 'tea-2'")[0]
    assert messages.startswith('[{"role":"system","content":"Answer in one sentence."}')
    assert query("SELECT turns FROM reference ORDER BY turns") == [
        ('["102"]',), ('["Two to three minutes at about 80 degrees."]',),
    ]  # fmt: skip


def test_preferences_without_a_shown_order_show_no_side_always_first(
    database: Database, query: Query
) -> None:
    lines = "\n".join(
        f'{{"prompt": "question {n}", "chosen": "yes {n}", "rejected": "no {n}"}}' for n in range(200)
    )
    import_files(database, [("pairs.jsonl", lines.encode())], "d")
    orders: dict[str, int] = dict(query("SELECT shown_order, COUNT(*) FROM judgment GROUP BY shown_order"))
    assert 70 < orders["ab"] < 130
    assert len(query("SELECT DISTINCT verdict FROM judgment")) == 1
