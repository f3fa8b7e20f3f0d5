"""What the judges page reads, remembered for as long as nothing it rests on has changed."""

from __future__ import annotations

import streamlit as st

from arena.audit import JudgeCard, get_cards
from arena.audit.board_effect import BoardEffect, get_board_effect
from arena.audit.disagreements import Disagreement, get_disagreements
from arena.audit.evidence import Stamp, get_stamp
from arena.audit.next_labels import LabelPlan, plan_labels
from arena.audit.voters import VoterCard, get_voters
from arena.datasets import DatasetSummary
from arena.drift import Drift, get_drift
from arena.errors import ArenaError
from arena.jury import ClashRule, Jury, get_jury
from ui.components.judge_jury import JuryWish
from ui.state import database, database_url

N_LABELS = 10


def read_card(judge: str, dataset: DatasetSummary) -> JudgeCard:
    """Return the card of one version."""
    return _card(database_url(), judge, dataset.name, read_stamp(dataset))


def read_board_effect(judge: str, dataset: DatasetSummary) -> BoardEffect:
    return _effect(database_url(), judge, dataset.name, read_stamp(dataset))


def read_disagreements(judge: str, dataset: DatasetSummary) -> list[Disagreement]:
    return _disagreements(database_url(), judge, dataset.name, read_stamp(dataset))


def read_labels(judge: str, dataset: DatasetSummary, usd_per_vote: float) -> LabelPlan:
    return _labels(database_url(), judge, dataset.name, read_stamp(dataset), usd_per_vote)


def read_jury(wish: JuryWish, dataset: DatasetSummary) -> Jury | ArenaError:
    """Return the jury, or why it cannot sit."""
    try:
        return _jury(database_url(), wish, dataset.name, read_stamp(dataset))
    except ArenaError as error:
        return error


def read_drift(before: str, after: str, dataset: DatasetSummary, anchor: str | None) -> Drift | ArenaError:
    """Return the comparison, or why there is none."""
    try:
        return _drift(database_url(), before, after, dataset.name, anchor, read_stamp(dataset))
    except ArenaError as error:
        return error


def read_voters(dataset: DatasetSummary) -> list[VoterCard]:
    return _voters(database_url(), dataset.name, read_stamp(dataset))


def read_stamp(dataset: DatasetSummary) -> Stamp:
    """Look at most every few seconds whether something changed, and at once when a count did or a mark."""
    return _stamp(database_url(), dataset, int(st.session_state.get("marks", 0)))


@st.cache_data(max_entries=64, ttl=5, show_spinner=False)
def _stamp(url: str, dataset: DatasetSummary, marks: int) -> Stamp:
    del url, marks
    return get_stamp(database(), dataset.name)


@st.cache_data(max_entries=64, show_spinner=False)
def _card(url: str, judge: str, dataset: str, stamp: Stamp) -> JudgeCard:
    del url, stamp
    return get_cards(database(), judge, dataset)[0]


@st.cache_data(max_entries=32, show_spinner=False)
def _effect(url: str, judge: str, dataset: str, stamp: Stamp) -> BoardEffect:
    del url, stamp
    return get_board_effect(database(), judge, dataset)


@st.cache_data(max_entries=16, show_spinner=False)
def _disagreements(url: str, judge: str, dataset: str, stamp: Stamp) -> list[Disagreement]:
    del url, stamp
    return get_disagreements(database(), judge, dataset)


@st.cache_data(max_entries=16, show_spinner=False)
def _labels(url: str, judge: str, dataset: str, stamp: Stamp, usd_per_vote: float) -> LabelPlan:
    del url, stamp
    return plan_labels(database(), judge, dataset, n_labels=N_LABELS, usd_per_vote=usd_per_vote)


@st.cache_data(max_entries=16, show_spinner=False)
def _voters(url: str, dataset: str, stamp: Stamp) -> list[VoterCard]:
    del url, stamp
    return get_voters(database(), dataset)


@st.cache_data(max_entries=16, show_spinner=False)
def _jury(url: str, wish: JuryWish, dataset: str, stamp: Stamp) -> Jury:
    del url, stamp
    clashes: ClashRule = "bar" if wish.is_barred else "mark"
    return get_jury(database(), dataset, wish.members, wish.rule, clashes=clashes)


@st.cache_data(max_entries=16, show_spinner=False)
def _drift(url: str, before: str, after: str, dataset: str, anchor: str | None, stamp: Stamp) -> Drift:
    del url, stamp
    return get_drift(database(), before, after, dataset, anchor=anchor)
