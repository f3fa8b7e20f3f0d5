"""Whatever a file holds, the report says what is wrong, where, and what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from arena.errors import UsageError
from arena.exchange import DRY_RUN, STRICT, ColumnMapping, Kind, detect, import_files
from db import Database

pytestmark = pytest.mark.on_sqlite

Query = Callable[[str], list[tuple[Any, ...]]]

UNREADABLE = [
    ("empty.csv", b"", r"is empty\. Give a file with at least one row"),
    ("blank.csv", b" \r\n \n", "is empty"),
    ("header.csv", b"prompt,category\n", "has a header but no rows"),
    ("list.json", b"[]", "holds an empty list"),
    ("latin.csv", "prompt\na b\nüber\n".encode("latin-1"), r"byte FC in line 3 .* Save it again as UTF-8"),
    ("binary.csv", b"prompt\nabc\x00def\n", "holds a NUL byte in line 2"),
    ("book.xlsx", b"PK\x03\x04rest", r"Excel workbook\. .*save the sheet as CSV"),
    ("photo.csv", b"\x89PNG\r\n\x1a\nrest", r"is an image \(PNG\), not a table"),
    ("photo.json", b"\xff\xd8\xff\xe0rest", r"is an image \(JPEG\)"),
    ("packed.gz", b"\x1f\x8brest", "compressed with gzip"),
    ("twice.csv", b"prompt,model,model\na,b,c\n", r"names 'model' twice \(columns 2 and 3\)"),
    ("open.csv", b'prompt\n"never closed\nmore\n', r"line 2: the quotes do not match"),
    ("lists.json", b'{"a": [{"x": 1}], "b": [{"y": 1}]}', r"object of lists \(a: 1, b: 1\)\. Save each list"),
    ("columns.json", b'{"prompt": ["a"], "category": ["b"]}', "object of columns .*Write one object a row"),
    ("deep.json", b"[" * 99_999, "nested too deeply"),
    ("unknown.csv", b"foo,bar\n1,2\n", r"these keys fit no format: foo, bar\. Nearest: prompts needs prompt"),
    ("notes.csv", b"prompt,notes,m1\na b,c,d\n", r"whether 'notes' holds .*'response:NAME'"),
    ("lone.csv", b"prompt,m1\na b,c\n", r"whether 'm1' holds .*'response:m1'"),
    ("wall.csv", b"prompt,category\n" + b"x" * 17_000_000 + b",a\n", "line 2 is longer than"),
]


@pytest.mark.parametrize(("name", "content", "says"), UNREADABLE, ids=[case[0] for case in UNREADABLE])
def test_an_unreadable_file_is_named_with_its_fault_and_its_cure(
    name: str, content: bytes, says: str, database: Database, query: Query
) -> None:
    report = import_files(database, [(name, content)], "d")
    assert report.n_bad == 1
    assert not report.is_landed
    (bad,) = report.bad_rows
    assert str(bad).startswith(name)
    assert re.search(says, str(bad), re.DOTALL)
    assert query("SELECT COUNT(*) FROM dataset") == [(0,)]


def test_a_folder_and_a_missing_file_are_refused_and_the_rest_lands(
    database: Database, tmp_path: Path
) -> None:
    good = tmp_path / "good.csv"
    good.write_text("prompt\nHello there\n")
    report = import_files(database, [tmp_path, tmp_path / "none.csv", good], "d")
    assert report.is_landed
    assert "is a folder. Name the files in it" in report.bad_rows[0].reason
    assert "There is no file" in report.bad_rows[1].reason
    assert report.totals[Kind.PROMPTS].n_new == 1


ROWS = [
    ("ragged.csv", "prompt,category\nok one,x\na,b,c\nonly\n", {3: "3 cells where", 4: "1 cells where"}),
    ("lines.csv", 'prompt,category\r\n"a\r\nb",x\r\n\r\nc,d,e\r\n', {5: "3 cells where"}),
    ("quote.csv", 'prompt,category\n"say "hi" now",x\ngood one,y\n', {2: "quotes do not match"}),
    ("rows.jsonl", '{"prompt": "a b"}\n{"prompt":\n[1]\n3\n', {2: "is not JSON", 3: "a list", 4: "a number"}),
    ("nul.jsonl", '{"prompt": "a b"}\n{"prompt": "\\u0000"}\n', {2: "NUL character"}),
    ("half.jsonl", '{"prompt": "a b"}\n{"prompt": "\\ud83d"}\n', {2: "half of a surrogate pair"}),
    ("deep.jsonl", '{"prompt": "a b"}\n{"prompt":' + "[" * 99_999 + "\n", {2: "nested too deeply"}),
    ("none.jsonl", '{"prompt": "a b"}\n{"prompt": null}\n{"prompt": " "}\n', {2: "missing", 3: "is empty"}),
    ("broken.json", '[\n{"prompt": "a b"},\n{"prompt": oops}\n]', {3: "breaks off in line 3"}),
    ("cut.json", '[\n{"prompt": "a b"},\n{"prompt": "c', {3: "breaks off in line 3"}),
    ("kind.jsonl", '{"prompt": "a b"}\n{"prompt": "c d", "kind": "x"}\n', {2: "preference or correctness"}),
    ("same.csv", "model_a,model_b,winner\nx,y,tie\nx,x,tie\n,y,tie\n", {3: "same contestant", 4: "empty"}),
    ("again.jsonl", '{"id": 1, "prompt": "a b"}\n{"id": 1, "prompt": "c d"}\n', {2: "has another text"}),
    (
        "nan.jsonl",
        '{"judge":"j","prompt":"p","model":"m","score":1}\n{"judge":"j","prompt":"p","model":"m","score":NaN}\n'
        '{"judge":"j","prompt":"p","model":"m","score":1e999}\n{"judge":"j","prompt":"p","model":"m"}\n',
        {2: "no finite number", 3: "no finite number", 4: "'score' is empty"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "bad"), ROWS, ids=[case[0] for case in ROWS])
def test_bad_rows_have_the_line_an_editor_shows_and_good_ones_land(
    name: str, text: str, bad: dict[int, str], database: Database, query: Query
) -> None:
    strict = import_files(database, [(name, text.encode())], "d", strictness=STRICT)
    assert not strict.is_landed
    assert "because strict was asked for" in strict.summary()
    assert query("SELECT COUNT(*) FROM prompt") == [(0,)]
    report = import_files(database, [(name, text.encode())], "d")
    assert report.is_landed
    assert {row.line: True for row in report.bad_rows} == dict.fromkeys(bad, True)
    for row in report.bad_rows:
        assert row.line is not None
        assert bad[row.line] in row.reason
    assert query("SELECT COUNT(*) FROM prompt") == [(1,)]


def test_bad_rows_are_all_counted_and_only_some_kept(database: Database) -> None:
    lines = "judge,prompt,model,score\n" + "j,p,m,x\n" * 1000
    report = import_files(database, [("bad.csv", lines.encode())], "d")
    assert report.n_bad == 1000
    assert len(report.bad_rows) == 200


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfprompt,category\r\nHello there,x\r\n",
        "prompt,category\nHello there,x\n".encode("utf-16"),
        b"prompt;category\nHello there;x\n",
        b"prompt\tcategory\nHello there\tx\n",
        b"prompt,category\rHello there,x\r",
        b" Prompt ,Category\nHello there,x\n",
        b",prompt,category\n0,Hello there,x\n",
        b'{"prompt": "Hello there", "category": "x"}',
        b'\xef\xbb\xbf[{"prompt": "Hello there", "category": "x"}]',
        b'{\n "prompt": "Hello there",\n "category": "x"\n}\n' * 2,
    ],
    ids=["bom", "utf-16", "semicolon", "tab", "cr", "case", "index", "object", "bom list", "pretty"],
)
def test_harmless_oddities_are_read(content: bytes, database: Database, query: Query) -> None:
    report = import_files(database, [("file", content)], "d")
    assert report.n_bad == 0, report.bad_rows
    assert query("SELECT messages FROM prompt") == [('[{"role":"user","content":"Hello there"}]',)]


def test_a_long_json_list_is_read_piece_by_piece(database: Database) -> None:
    rows = [{"prompt": f"question {n} " + "x" * 5000} for n in range(700)]
    report = import_files(database, [("long.json", json.dumps(rows, indent=1).encode())], "d", mode=DRY_RUN)
    assert report.totals[Kind.PROMPTS].n_new == 700


def test_a_mapping_renames_columns_and_fills_missing_ones(database: Database, query: Query) -> None:
    columns = {"frage": "prompt", "links": "shown_first", "rechts": "shown_second", "wer": "verdict"}
    mapping = ColumnMapping(columns, {"judge": "owl"})
    text = "frage,links,rechts,wer,rest\np1,x,y,A,z\n"
    assert detect(("f.csv", text.encode()), mapping).why == (
        "CSV with the keys frage (as prompt), links (as shown_first), rechts (as shown_second),"
        " wer (as verdict), judge (given)"
    )
    report = import_files(database, [("f.csv", text.encode())], "d", mapping=mapping)
    assert report.totals[Kind.JUDGMENTS].n_new == 1
    assert query("SELECT name FROM judge") == [("owl",)]


def test_a_mapping_of_a_column_that_no_file_has_is_refused(database: Database) -> None:
    with pytest.raises(UsageError, match=r"No file has a column 'wrong' to map\. Columns: prompt"):
        import_files(database, [("f.csv", b"prompt\na b\n")], "d", mapping=ColumnMapping({"wrong": "prompt"}))


def test_a_dataset_needs_a_name(database: Database) -> None:
    with pytest.raises(UsageError, match="Give the data set a name"):
        import_files(database, [("f.csv", b"prompt\na b\n")], " ")


def test_a_format_that_was_named_must_fit(database: Database) -> None:
    mapping = ColumnMapping(format="arena-battles")
    report = import_files(database, [("f.csv", b"prompt\na b\n")], "d", mapping=mapping)
    assert "lacks keys of 'arena-battles': it needs model_a, model_b, winner" in report.bad_rows[0].reason
