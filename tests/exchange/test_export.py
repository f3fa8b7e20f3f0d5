from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text as sql

from arena.errors import NotFoundError, UsageError
from arena.exchange import (
    ExportFilter,
    FileFormat,
    States,
    Texts,
    Upload,
    export_matches,
    export_preferences,
    export_responses,
    format_of,
    import_files,
    write_rows,
)
from db import Database

Query = Callable[[str], list[tuple[Any, ...]]]

JUDGMENTS = (
    "SELECT d.name, p.key, j.name, c1.name, c2.name, x.repetition, x.verdict, x.reason, x.shown_order,"
    " m.n_orders"
    " FROM judgment x JOIN match m ON m.id = x.match_id JOIN prompt p ON p.id = x.prompt_id"
    " JOIN dataset d ON d.id = p.dataset_id JOIN judge j ON j.id = x.judge_id"
    " JOIN response r1 ON r1.id = x.response_first_id JOIN response r2 ON r2.id = x.response_second_id"
    " JOIN contestant c1 ON c1.id = r1.contestant_id JOIN contestant c2 ON c2.id = r2.contestant_id"
    " WHERE d.name = '{}' ORDER BY 2, 3, 4, 5, 6"
)
RESPONSES = (
    "SELECT p.key, p.messages, c.name, r.sample_index, r.turns FROM response r"
    " JOIN prompt p ON p.id = r.prompt_id"
    " JOIN contestant c ON c.id = r.contestant_id JOIN dataset d ON d.id = p.dataset_id"
    " WHERE d.name = '{}' ORDER BY 1, 3, 4"
)

ANSWERS = "\n".join([
    json.dumps({"prompt_id": "p1", "prompt": "=1+1?", "model": "oak", "response": "=2", "tags": ["sum"]}),
    json.dumps({"prompt_id": "p1", "prompt": "=1+1?", "model": "elm", "response": '["2"]'}),
    json.dumps({"prompt_id": "p2", "prompt": "Hi,\nyou", "model": "oak", "response": ["one", "two"]}),
    json.dumps({"prompt_id": "p2", "prompt": "Hi,\nyou", "model": "elm", "response": ["@", "'=x"]}),
])  # fmt: skip
VERDICTS = (
    "judge,prompt_id,shown_first,shown_second,verdict,judge_kind\n"
    "bot,p1,oak,elm,A,\n"
    "bot,p1,elm,oak,B,\n"
    "bot,p2,oak,elm,A,\n"
    "bot,p2,elm,oak,A,\n"
    "ann,p1,elm,oak,B,human\n"
    "bob,p1,elm,oak,D,human\n"
    "cat,p1,elm,oak,what,\n"
)


@pytest.fixture
def filled(database: Database) -> Database:
    sources = [Upload("a.jsonl", ANSWERS.encode()), Upload("v.csv", VERDICTS.encode())]
    report = import_files(database, sources, "trees")
    assert report.n_bad == 0, report.summary()
    return database


def export(
    run: Callable[..., Any], database: Database, file_format: FileFormat = FileFormat.JSONL, **more: Any
) -> str:
    out = io.StringIO()
    run(database, ExportFilter(dataset="trees"), out, file_format, **more)
    return out.getvalue()


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_flip_is_two_rows_that_disagree_and_weigh_one_half(filled: Database) -> None:
    written = rows(export(export_matches, filled))
    flipped = [row for row in written if row["prompt_id"] == "p2"]
    assert [(row["model_a"], row["winner"], row["weight"]) for row in flipped] == [
        ("oak", "model_a", 0.5), ("elm", "model_a", 0.5),
    ]  # fmt: skip
    votes = [row for row in written if row["judge_kind"] == "human"]
    assert [(row["judge"], row["winner"], row["weight"]) for row in votes] == [
        ("ann", "model_b", 1.0), ("bob", "tie (bothbad)", 1.0),
    ]  # fmt: skip


def test_unscored_matches_are_counted_as_left_out_and_written_on_request(filled: Database) -> None:
    out = io.StringIO()
    report = export_matches(filled, ExportFilter(dataset="trees"), out, FileFormat.JSONL)
    assert (report.n_rows, report.n_left_out) == (6, 1)
    everything = rows(export(export_matches, filled, states=States.ALL))
    assert [(row["winner"], row["reason"]) for row in everything if row["judge"] == "cat"] == [
        (None, "off_menu")
    ]


@pytest.mark.parametrize("file_format", list(FileFormat))
@pytest.mark.parametrize("texts", list(Texts))
def test_exported_matches_come_back_as_the_same_judgments(
    filled: Database, query: Query, file_format: FileFormat, texts: Texts
) -> None:
    text = export(export_matches, filled, file_format, texts=texts, states=States.ALL)
    report = import_files(filled, [(f"back.{file_format.value}", text.encode())], "back")
    assert report.n_bad == 0, report.bad_rows
    before = [row[1:] for row in query(JUDGMENTS.format("trees"))]
    assert [row[1:] for row in query(JUDGMENTS.format("back"))] == before
    if texts is Texts.WITH:
        assert query(RESPONSES.format("back")) == query(RESPONSES.format("trees"))
    again = import_files(filled, [(f"back.{file_format.value}", text.encode())], "back")
    assert again.n_new == 0


@pytest.mark.parametrize("file_format", list(FileFormat))
def test_exported_responses_come_back_the_same(
    filled: Database, query: Query, file_format: FileFormat
) -> None:
    text = export(export_responses, filled, file_format)
    report = import_files(filled, [(f"back.{file_format.value}", text.encode())], "back")
    assert report.n_bad == 0, report.bad_rows
    assert query(RESPONSES.format("back")) == query(RESPONSES.format("trees"))
    assert query("SELECT COUNT(*) FROM prompt_tag WHERE tag = 'sum'") == [(2,)]


def test_cells_that_look_like_formulas_are_quoted_in_csv(filled: Database) -> None:
    text = export(export_responses, filled, FileFormat.CSV)
    cells = [cell for row in csv.DictReader(io.StringIO(text)) for cell in row.values()]
    assert "'=2" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_preferences_hold_consistent_matches_only(filled: Database) -> None:
    text = export(export_preferences, filled)
    first, second = rows(text)
    shown = ("chosen_model", "rejected_model", "margin", "agreement", "judge")
    assert {key: first[key] for key in shown} == {
        "chosen_model": "oak", "rejected_model": "elm", "margin": 1.0, "agreement": 1.0, "judge": "bot",
    }  # fmt: skip
    assert (second["judge"], second["margin"], second["agreement"]) == ("people", 0.5, 1.0)
    assert first["chosen"] == "=2"


def test_preferences_are_texts_or_conversations_but_never_both(filled: Database) -> None:
    for verdict in ("p2,oak,elm,A", "p2,elm,oak,B"):
        line = f"judge,prompt_id,shown_first,shown_second,verdict\nsure,{verdict}\n"
        import_files(filled, [("more.csv", line.encode())], "trees")
    written = rows(export(export_preferences, filled))
    assert len(written) == 3
    assert {type(row[key]) for row in written for key in ("prompt", "chosen", "rejected")} == {list}


def test_exported_preferences_import_as_preference_pairs(filled: Database, query: Query) -> None:
    text = export(export_preferences, filled)
    report = import_files(filled, [("pairs.jsonl", text.encode())], "back")
    assert report.files[0].detection is not None
    assert report.files[0].detection.format == "preference-pairs"
    assert report.n_bad == 0
    winners = set()
    for _, _, _, first, second, _, verdict, _, shown_order, _ in query(JUDGMENTS.format("back")):
        winners.add(first if (verdict == "a") == (shown_order == "ab") else second)
    assert winners == {"oak"}


def test_demo_data_say_in_every_row_that_they_are_invented(filled: Database) -> None:
    assert "invented" not in export(export_matches, filled)
    with filled.write() as session:
        session.execute(sql("UPDATE dataset SET is_invented = (1 = 1)"))
    for run in (export_matches, export_responses, export_preferences):
        written = rows(export(run, filled))
        assert written
        assert all("invented" in row["invented"] for row in written)


def test_board_rows_are_written_with_harmless_names() -> None:
    out = io.StringIO()
    n_rows = write_rows([{"contestant": "=oak", "rating": -12.5}], out, FileFormat.CSV)
    assert n_rows == 1
    assert out.getvalue() == "contestant,rating,evenhand\n'=oak,-12.5,leaderboard\n"


def test_a_file_appears_only_when_it_is_whole(filled: Database, tmp_path: Path) -> None:
    out = tmp_path / "battles.csv"
    export_matches(filled, ExportFilter(dataset="trees"), out, FileFormat.CSV)
    assert out.read_text(encoding="utf-8").startswith("prompt_id,model_a,model_b,winner")
    with pytest.raises(NotFoundError):
        export_matches(filled, ExportFilter(dataset="none"), tmp_path / "no.csv", FileFormat.CSV)
    with pytest.raises(UsageError, match="cannot be written"):
        export_matches(filled, ExportFilter(), tmp_path / "none" / "x.csv", FileFormat.CSV)
    assert [path.name for path in tmp_path.iterdir() if "no.csv" in path.name or "part" in path.name] == []


def test_the_ending_of_a_file_says_its_format() -> None:
    assert format_of(Path("a.CSV")) is FileFormat.CSV
    with pytest.raises(UsageError, match=r"End it in \.csv, \.json or \.jsonl"):
        format_of(Path("a.xlsx"))
