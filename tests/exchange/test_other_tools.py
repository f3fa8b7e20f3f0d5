"""Exported battles in the hands of evalica; `benchmarks/exchange` does the same for arena-rank and TRL."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import evalica
import numpy as np
import pytest

from benchmarks.exchange.write import JUDGE, ONE_ORDER, case_of, fill
from db import Database


@pytest.fixture
def world(database: Database) -> Database:
    fill(database, n_prompts=25)
    return database


def test_exported_battles_give_the_same_strengths_in_evalica(world: Database, tmp_path: Path) -> None:
    scopes = ((JUDGE,), "judge"), ((), "human"), ((JUDGE, ONE_ORDER), "judge")
    for judges, lens in scopes:
        case = case_of(world, tmp_path, "any", lens, judges)
        battles = _read(tmp_path / case.file)
        assert len(battles) == case.n_rows
        names = list(case.strengths)
        theirs = _strengths(battles)[names].to_numpy()
        ours = np.exp(list(case.strengths.values()))
        np.testing.assert_allclose(theirs / theirs.sum(), ours / ours.sum(), rtol=1e-5)


def test_without_the_weights_a_vote_would_count_like_half_a_match(world: Database, tmp_path: Path) -> None:
    """The check above can fail: pooled rows of one and two orders need their weight."""
    case = case_of(world, tmp_path, "any", "judge", (JUDGE, ONE_ORDER))
    battles = [battle | {"weight": 1.0} for battle in _read(tmp_path / case.file)]
    theirs = _strengths(battles)[list(case.strengths)].to_numpy()
    ours = np.exp(list(case.strengths.values()))
    assert np.abs(theirs / theirs.sum() / (ours / ours.sum()) - 1).max() > 1e-3


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _strengths(battles: list[dict[str, Any]]) -> Any:
    winners = {"model_a": evalica.Winner.X, "model_b": evalica.Winner.Y}
    return evalica.bradley_terry(
        [battle["model_a"] for battle in battles],
        [battle["model_b"] for battle in battles],
        [winners.get(battle["winner"], evalica.Winner.Draw) for battle in battles],
        weights=[battle["weight"] for battle in battles],
        tolerance=1e-12,
        limit=100_000,
    ).scores
