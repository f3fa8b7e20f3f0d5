"""A filter of matches as an address: a match opened from a list knows what comes next in that list."""

from __future__ import annotations

from typing import Final, Literal, cast, get_args

import streamlit as st

from arena.matches import MatchFilter
from ui.navigation import Query
from ui.way_back import carried

Outcome = Literal["scored", "decided", "tie", "both_bad", "flip", "unscored"]

ANY: Final = "any"
OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)
KINDS: Final = ("ai", "people")
AGREEMENTS: Final = ("agrees", "disagrees")


def filter_from_address() -> MatchFilter:
    """Return the filter that the address holds; what it does not know is left out."""
    get = st.query_params
    people = get.get("people")
    return MatchFilter(
        dataset=get.get("dataset") or None,
        judges=tuple(get.get_all("judge")),
        kind=_one_of(get.get("kind"), KINDS),
        contestants=tuple(get.get_all("contestant")),
        tags=tuple(get.get_all("tag")) if get.get("tag") != "all" else (),
        outcome=cast("Outcome | None", _one_of(get.get("outcome"), OUTCOMES)),
        reason=_known(get.get("reason")),
        disagrees_with_people=None if people not in AGREEMENTS else people == "disagrees",
        text=get.get("text") or None,
    )


def filter_to_query(wanted: MatchFilter) -> dict[str, str | list[str]]:
    """Return the address of a filter; what is any is left out."""
    query: dict[str, str | list[str] | None] = {
        "dataset": wanted.dataset,
        "judge": list(wanted.judges),
        "kind": wanted.kind,
        "contestant": list(wanted.contestants),
        "tag": list(wanted.tags),
        "outcome": wanted.outcome,
        "reason": wanted.reason,
        "people": {True: "disagrees", False: "agrees", None: None}[wanted.disagrees_with_people],
        "text": wanted.text,
    }
    return {name: value for name, value in query.items() if value}


def with_match(wanted: MatchFilter, match_id: int) -> Query:
    """Return the address of one match within the filter's list, and of where the list was opened."""
    return {"match": match_id, **filter_to_query(wanted), **carried()}


def _one_of(given: str | None, known: tuple[str, ...]) -> str | None:
    return given if given in known else None


def _known(given: str | None) -> str | None:
    return None if given in (None, "", ANY) else given
