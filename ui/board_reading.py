"""What the sections of a board read, each only when it is opened, and once for the same matches.

The counts of the data set are part of every key: they change with every match and vote.
"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from arena.board_charts.cycles import CyclesReport, get_cycles
from arena.board_charts.fragility import FragilityReport, get_fragility
from arena.board_charts.levels import LevelsReport, get_level_ranks
from arena.board_charts.over_time import History, get_history
from arena.board_charts.predictions import PredictionReport, get_predictions
from arena.contestant import ContestantReport, get_contestant_report
from arena.datasets import DatasetSummary
from arena.exact import ExactBoard, get_exact_board
from arena.leaderboard import BoardQuery
from ui.state import database, database_url

KEPT_S = 600


@dataclass(frozen=True)
class _Asked:
    """What makes two readings the same."""

    url: str
    query: BoardQuery
    dataset: DatasetSummary
    name: str = ""


def read_fragility(query: BoardQuery, dataset: DatasetSummary) -> FragilityReport:
    return _fragility(_Asked(database_url(), query, dataset))


def read_cycles(query: BoardQuery, dataset: DatasetSummary) -> CyclesReport:
    return _cycles(_Asked(database_url(), query, dataset))


def read_predictions(query: BoardQuery, dataset: DatasetSummary) -> PredictionReport:
    return _predictions(_Asked(database_url(), query, dataset))


def read_history(query: BoardQuery, dataset: DatasetSummary) -> History:
    return _history(_Asked(database_url(), query, dataset))


def read_level_ranks(query: BoardQuery, dataset: DatasetSummary) -> LevelsReport:
    return _level_ranks(_Asked(database_url(), query, dataset))


def read_contestant(query: BoardQuery, dataset: DatasetSummary, name: str) -> ContestantReport:
    return _contestant(_Asked(database_url(), query, dataset, name))


def read_exact(query: BoardQuery, dataset: DatasetSummary) -> ExactBoard:
    """Read the exact metrics of the query's data set and tags."""
    asked = BoardQuery(dataset=dataset.name, tags=query.tags)
    return _exact(_Asked(database_url(), asked, dataset))


@st.cache_data(max_entries=32, ttl=KEPT_S, show_spinner=False)
def _fragility(asked: _Asked) -> FragilityReport:
    return get_fragility(database(), asked.query)


@st.cache_data(max_entries=32, ttl=KEPT_S, show_spinner=False)
def _cycles(asked: _Asked) -> CyclesReport:
    return get_cycles(database(), asked.query)


@st.cache_data(max_entries=32, ttl=KEPT_S, show_spinner=False)
def _predictions(asked: _Asked) -> PredictionReport:
    return get_predictions(database(), asked.query)


@st.cache_data(max_entries=32, ttl=KEPT_S, show_spinner=False)
def _history(asked: _Asked) -> History:
    return get_history(database(), asked.query)


@st.cache_data(max_entries=32, ttl=KEPT_S, show_spinner=False)
def _level_ranks(asked: _Asked) -> LevelsReport:
    return get_level_ranks(database(), asked.query)


@st.cache_data(max_entries=64, ttl=KEPT_S, show_spinner=False)
def _contestant(asked: _Asked) -> ContestantReport:
    return get_contestant_report(database(), asked.query, asked.name)


@st.cache_data(max_entries=32, ttl=60, show_spinner=False)
def _exact(asked: _Asked) -> ExactBoard:
    return get_exact_board(database(), asked.dataset.name, tags=asked.query.tags)
