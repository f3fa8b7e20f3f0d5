"""PostgreSQL refuses an index row above 2,704 bytes: long names are bad rows, never a broken import."""

from __future__ import annotations

import json

import pytest

from arena.errors import UsageError
from arena.exact import score_dataset
from arena.exchange import import_files
from arena.generate import ContestantSpec
from db import Database

FITS, LONG = "ü" * 500, "x" * 501
ROW = {"judge": "j", "prompt_id": "p", "shown_first": "a", "shown_second": "b", "verdict": "A"}


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"prompt_id": LONG}, "prompt's id"),
        ({"shown_first": LONG}, "contestant's name"),
        ({"shown_second": LONG}, "contestant's name"),
        ({"judge": LONG}, "judge's name"),
        ({"judge_version": LONG}, "judge's version"),
        ({"tags": ["ok", LONG]}, "tag"),
    ],
)
def test_a_long_name_is_a_bad_row_that_says_so(
    database: Database, changed: dict[str, object], what: str
) -> None:
    lines = [json.dumps(ROW | changed), json.dumps(ROW), json.dumps(ROW | {"prompt_id": FITS, "judge": FITS})]
    report = import_files(database, [("f.jsonl", "\n".join(lines).encode())], "d")
    assert report.n_bad == 1
    assert f"the {what} has 501 characters, at most 500 can be kept" in report.bad_rows[0].reason
    assert report.bad_rows[0].line == 1
    assert report.is_landed


def test_long_criteria_and_source_ids_are_bad_rows(database: Database) -> None:
    scores = f"judge,prompt,model,criterion,score\nj,p,m,{LONG},1\n"
    report = import_files(database, [("s.csv", scores.encode())], "d")
    assert "the criterion has 501 characters" in report.bad_rows[0].reason
    fastchat = json.dumps({"question_id": 1, "model_id": "m", "answer_id": LONG, "text": "t"})
    report = import_files(database, [("a.jsonl", fastchat.encode())], "d")
    assert "the response's id has 501 characters" in report.bad_rows[0].reason


def test_a_long_text_without_spaces_is_a_text_and_no_id(database: Database) -> None:
    rows = f"judge,prompt,shown_first,shown_second,verdict\nj,{'字' * 900},a,b,A\n"
    report = import_files(database, [("f.csv", rows.encode())], "d")
    assert (report.n_bad, report.is_landed) == (0, True)


def test_other_doors_refuse_long_names_too(database: Database) -> None:
    with pytest.raises(UsageError, match="longer than 500"):
        import_files(database, [], LONG)
    with pytest.raises(UsageError, match="at most 500"):
        ContestantSpec(LONG, "openai/x")
    with pytest.raises(UsageError, match="at most 500"):
        score_dataset(database, "d", [f"regex:{LONG}"])
