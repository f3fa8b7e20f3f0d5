"""Every figure is defined once, with help and a source, and stands in the document."""

from __future__ import annotations

from pathlib import Path

import pytest

from arena.audit.definitions import DEFINITIONS
from arena.audit.words import CLAIMS
from judge.lab import CHANGES

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "audit.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", DEFINITIONS)
def test_a_figure_has_its_words_and_stands_in_the_document(name: str) -> None:
    definition = DEFINITIONS[name]
    assert definition.help.endswith(".")
    assert definition.source
    assert f"`{name}`" in DOCUMENT


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_the_lab_stands_in_the_document(change: str) -> None:
    assert f"`{change.partition('@')[0]}`" in DOCUMENT


def test_the_sentence_claims_only_from_figures_that_exist() -> None:
    assert set(CLAIMS) <= set(DEFINITIONS)
    assert all(f"`{name}`" in DOCUMENT for name in CLAIMS)
