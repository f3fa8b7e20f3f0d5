"""What the judges page reads, remembered for a minute while nothing was added."""

from __future__ import annotations

import streamlit as st

from arena.audit import JudgeCard, get_cards
from arena.audit.board_effect import BoardEffect, get_board_effect
from arena.audit.voters import VoterCard, get_voters
from arena.datasets import DatasetSummary
from ui.state import database, database_url


def read_card(judge: str, dataset: DatasetSummary, marks: int) -> JudgeCard:
    """Return the card of one version; `marks` changes when a mark was set."""
    return _card(database_url(), judge, dataset, marks)


def read_board_effect(judge: str, dataset: DatasetSummary) -> BoardEffect:
    return _effect(database_url(), judge, dataset)


def read_voters(dataset: DatasetSummary) -> list[VoterCard]:
    return _voters(database_url(), dataset)


# The counts of the dataset are part of every key: they change with every match and vote.


@st.cache_data(max_entries=64, ttl=60, show_spinner=False)
def _card(url: str, judge: str, dataset: DatasetSummary, marks: int) -> JudgeCard:
    del url, marks
    return get_cards(database(), judge, dataset.name)[0]


@st.cache_data(max_entries=32, ttl=60, show_spinner=False)
def _effect(url: str, judge: str, dataset: DatasetSummary) -> BoardEffect:
    del url
    return get_board_effect(database(), judge, dataset.name)


@st.cache_data(max_entries=16, ttl=60, show_spinner=False)
def _voters(url: str, dataset: DatasetSummary) -> list[VoterCard]:
    del url
    return get_voters(database(), dataset.name)
