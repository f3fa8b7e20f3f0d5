"""How verdicts and votes count: the model, the rules for flips, ties and both bad, and whose votes count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, TypeVar, get_args

import streamlit as st

from arena.board.records import CONTROLS, BoardQuery, Method, Outcomes, Ties, Votes
from arena.outcomes import BothBad, Flips

OPTIONS: Final[dict[str, Sequence[str]]] = {
    "method": get_args(Method),
    "ties": get_args(Ties),
    "control": CONTROLS,
    "flips": get_args(Flips),
    "both_bad": get_args(BothBad),
    "votes": get_args(Votes),
    "outcomes": get_args(Outcomes),
}
"""What each setting may be, by its name in the address."""

Option = TypeVar("Option", bound=str)

_METHOD_HELP = (
    "bradley-terry: one strength per contestant from all matches, with intervals. elo: online, depends on the"
    " order of matches. win-rate: wins by share. mean-level: mean of pointwise levels."
)
_FLIPS_HELP = (
    "A verdict that changes with the shown order: mean counts half for each, tie makes it a tie, drop leaves"
    " it out."
)
_BOTH_BAD_HELP = "Counts as a tie, or is left out."
_VOTES_HELP = "Each vote counts, or the majority of a pair."
_TIES_HELP = "Half a win for each, or Davidson's model of ties."
_CONTROL_HELP = "Ranks as they would be if all responses were alike in this."
_OUTCOMES_HELP = (
    "verdict: what the judge said. probability: how sure its model was of each verdict, where the provider"
    " says so."
)
_AGREEMENT_HELP = "Votes count only of people who agree with the others' votes on the same pairs this often."
_GOLD_HELP = "Votes count only of people who judge this share of the pairs with a known answer right."
_SECONDS_HELP = "Votes count only of people whose votes take this long, by the median."


def ask_model(asked: BoardQuery) -> BoardQuery:
    """Ask for the method and its terms."""
    method: Method = _choose("Method", get_args(Method), "method", _METHOD_HELP)
    ties: Ties = _choose("Ties", get_args(Ties), "ties", _TIES_HELP)
    control = st.pills(
        "Control for",
        CONTROLS,
        key="control",
        bind="query-params",
        selection_mode="multi",
        help=_CONTROL_HELP,
    )
    return replace(asked, method=method, ties=ties, control=tuple(control))


def ask_counting(asked: BoardQuery) -> BoardQuery:
    """Ask how flips, both bad, several votes and unsure verdicts count."""
    flips: Flips = _choose("Flips", get_args(Flips), "flips", _FLIPS_HELP)
    both_bad: BothBad = _choose("Both bad", get_args(BothBad), "both_bad", _BOTH_BAD_HELP)
    asked = replace(asked, flips=flips, both_bad=both_bad)
    if asked.lens == "human":
        votes: Votes = _choose("Votes", get_args(Votes), "votes", _VOTES_HELP)
        return replace(asked, votes=votes)
    if asked.method == "mean-level":
        return asked
    outcomes: Outcomes = _choose("Outcomes", get_args(Outcomes), "outcomes", _OUTCOMES_HELP)
    return replace(asked, outcomes=outcomes)


def ask_vote_rule(asked: BoardQuery) -> BoardQuery:
    """Ask whose votes count; empty asks nothing."""
    if asked.method == "mean-level":
        return asked
    agreement = _number("Agree with other people, %", "agreement", 100, _AGREEMENT_HELP)
    gold = _number("Right on known pairs, %", "gold", 100, _GOLD_HELP)
    seconds = _number("Median time a vote, s", "seconds", 3600, _SECONDS_HELP)
    return replace(
        asked,
        min_agreement=None if agreement is None else agreement / 100,
        min_gold=None if gold is None else gold / 100,
        min_median_s=None if seconds is None else float(seconds),
    )


def _choose(label: str, options: Sequence[Option], key: str, explanation: str) -> Option:
    return st.selectbox(label, options, key=key, bind="query-params", help=explanation)


def _number(label: str, key: str, most: int, explanation: str) -> int | None:
    return st.number_input(
        f"At least: {label[0].lower()}{label[1:]}",
        min_value=0,
        max_value=most,
        value=None,
        key=key,
        bind="query-params",
        placeholder="Any",
        help=explanation,
    )
