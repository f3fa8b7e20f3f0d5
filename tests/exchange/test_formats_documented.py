"""docs/formats.md is a test: its examples are detected as what they stand under, its script runs."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from arena.exchange import ALL_FORMATS, Kind, detect, import_files
from db import Database

pytestmark = pytest.mark.on_sqlite

Query = Callable[[str], list[tuple[Any, ...]]]

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
SECTION = re.compile(r"^### `([a-z-]+)`\n(.*?)(?=^##)", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```(?:csv|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SECTIONS = {match[1]: match[2] for match in SECTION.finditer(TEXT)}


def test_every_format_is_documented() -> None:
    assert set(SECTIONS) == set(ALL_FORMATS)


@pytest.mark.parametrize("name", sorted(SECTIONS))
def test_documented_keys_and_examples_are_those_of_the_format(name: str) -> None:
    keys = SECTIONS[name].split("Keys: ")[1].split("\n")[0]
    for field in ALL_FORMATS[name].required:
        assert any(f"`{key}" in keys for key in (field.name, *field.synonyms)), field
    examples = BLOCK.findall(SECTIONS[name])
    assert examples
    for example in examples:
        assert detect(("example", example.encode())).format == name


def test_the_script_for_llmbar_gives_the_published_counts(
    database: Database, query: Query, shared: Path, tmp_path: Path
) -> None:
    (script,) = re.findall(r"^```python\n(import csv.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    (tmp_path / "llmbar.py").write_text(script)
    out = tmp_path / "llmbar.csv"
    subprocess.run([sys.executable, tmp_path / "llmbar.py", shared / "llmbar", out], check=True)
    report = import_files(database, [out], "llmbar")
    assert report.n_bad == 0
    assert report.totals[Kind.JUDGMENTS].n_new == 166 + 2 * 1130
    correct = query(
        "SELECT SUM(x.shown_order = 'ab' AND x.verdict = g.verdict_ab),"
        " SUM(x.shown_order = 'ba' AND x.verdict = g.verdict_ab)"
        " FROM judgment x JOIN judge j ON j.id = x.judge_id"
        " JOIN prompt_tag t ON t.prompt_id = x.prompt_id AND t.tag = 'Processed/FairEval'"
        " JOIN judge people ON people.kind = 'human'"
        " JOIN match g ON g.prompt_id = x.prompt_id AND g.judge_id = people.id"
        " WHERE j.name = 'ChatGPT/Vanilla_NoRules'"
    )
    assert correct == [(44, 32)]
