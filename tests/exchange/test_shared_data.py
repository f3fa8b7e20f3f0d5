"""Real files with published numbers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from arena.exchange import DRY_RUN, ImportReport, Kind, import_files
from db import Database

Counted = Callable[[ImportReport], dict[str, tuple[int, int, int]]]
Query = Callable[[str], list[tuple[Any, ...]]]

CONTESTANTS = ["alpaca-13b", "bard", "gpt-3.5-turbo", "llama-13b", "vicuna-13b"]


def vicuna(shared: Path) -> list[Path]:
    return sorted((shared / "vicuna80").glob("*.jsonl"))


def names(query: Query) -> list[str]:
    return sorted(row[0] for row in query("SELECT name FROM contestant"))


def test_vicuna80_gives_80_prompts_5_contestants_400_responses_160_judgments(
    database: Database, shared: Path, query: Query, counted: Counted
) -> None:
    report = import_files(database, vicuna(shared), "vicuna80")
    assert report.is_landed
    assert report.n_bad == 0
    assert counted(report) == {
        "prompts": (80, 0, 0),
        "responses": (400, 0, 0),
        "judges": (3, 0, 0),
        "judgments": (160, 0, 0),
        "matches": (160, 0, 0),
    }
    assert names(query) == CONTESTANTS
    assert query("SELECT COUNT(*) FROM prompt_tag") == [(80,)]
    assert query("SELECT DISTINCT n_orders, state FROM match") == [(1, "scored")]
    assert query("SELECT COUNT(*) FROM response WHERE n_words IS NULL") == [(0,)]


def test_vicuna80_scores_add_up_to_the_published_totals(
    database: Database, shared: Path, query: Query
) -> None:
    import_files(database, vicuna(shared), "vicuna80")
    totals = query(
        "SELECT c.name, SUM(g.score) FROM grade g JOIN response r ON r.id = g.response_id"
        " JOIN contestant c ON c.id = r.contestant_id GROUP BY c.name ORDER BY c.name"
    )
    assert totals == [("bard", 664.0), ("gpt-3.5-turbo", 693.0), ("vicuna-13b", 655.5 + 638.0)]


def test_vicuna80_comes_out_the_same_file_by_file_in_the_worst_order(
    database: Database, shared: Path, query: Query
) -> None:
    files = vicuna(shared)
    reviews = [file for file in files if file.name.startswith("review")]
    worst = [*(f for f in files if f.name.startswith("answer")), *reviews, shared / "vicuna80/question.jsonl"]
    early = import_files(database, reviews, "vicuna80")
    assert early.n_bad == 160
    assert not early.is_landed
    assert "import the file of responses" in early.bad_rows[0].reason
    for file in worst:
        assert import_files(database, [file], "vicuna80").n_bad == 0
    assert query("SELECT COUNT(*) FROM prompt WHERE messages IS NOT NULL") == [(80,)]
    assert query("SELECT COUNT(*) FROM response") == [(400,)]
    assert query("SELECT COUNT(*) FROM match") == [(160,)]
    assert names(query) == CONTESTANTS


def test_a_second_import_of_vicuna80_changes_nothing(
    database: Database, shared: Path, counted: Counted, query: Query
) -> None:
    first = import_files(database, vicuna(shared), "vicuna80")
    tables = ("prompt", "response", "judgment", "match", "grade", "judge", "contestant", "prompt_tag")
    before = [query(f"SELECT COUNT(*) FROM {table}") for table in tables]
    second = import_files(database, vicuna(shared), "vicuna80")
    assert [query(f"SELECT COUNT(*) FROM {table}") for table in tables] == before
    assert second.n_new == 0
    assert {kind: n for kind, (_, n, _) in counted(second).items()} == {
        kind: n for kind, (n, _, _) in counted(first).items()
    }


@pytest.mark.parametrize("is_second", [False, True])
def test_a_dry_run_counts_what_the_real_one_does_and_changes_nothing(
    database: Database, shared: Path, query: Query, is_second: bool
) -> None:
    if is_second:
        import_files(database, vicuna(shared)[:4], "vicuna80")
    before = query("SELECT COUNT(*) FROM response")
    dry = import_files(database, vicuna(shared), "vicuna80", mode=DRY_RUN)
    assert not dry.is_landed
    assert query("SELECT COUNT(*) FROM response") == before
    assert query("SELECT COUNT(*) FROM dataset") == [(int(is_second),)]
    real = import_files(database, vicuna(shared), "vicuna80")
    assert dry.totals == real.totals
    assert [file.counts for file in dry.files] == [file.counts for file in real.files]


def test_position_bias_gives_the_published_counts_of_both_judges(
    database: Database, shared: Path, query: Query
) -> None:
    report = import_files(database, [shared / "position_bias/verdicts.csv"], "position")
    assert report.totals[Kind.JUDGMENTS].n_new == 7040
    assert report.totals[Kind.MATCHES].n_new == 3520
    sides = "CASE {} WHEN '{}' THEN 1 WHEN '{}' THEN -1 ELSE 0 END"
    score = f"{sides.format('verdict_ab', 'a', 'b')} + {sides.format('verdict_ba', 'b', 'a')}"
    counts = query(
        f"SELECT j.name, COUNT(*), COUNT(*) FILTER (WHERE {score} > 0), COUNT(*) FILTER (WHERE {score} < 0),"
        " COUNT(*) FILTER (WHERE verdict_ab = verdict_ba)"
        " FROM match m JOIN judge j ON j.id = m.judge_id WHERE n_orders = 2 GROUP BY j.name ORDER BY j.name"
    )
    assert counts == [("gpt-3.5-turbo-0125", 1120, 54, 217, 849), ("gpt-4-0613", 2400, 198, 245, 1957)]
    tags = query("SELECT tag, COUNT(*) FROM prompt_tag GROUP BY tag ORDER BY tag")
    assert tags == [("DevBench", 112), ("MTBench", 80)]
