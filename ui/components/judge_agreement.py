"""Where a judge and people agree: beside the baselines, in a confusion matrix, by kind, tag and voter."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from markupsafe import Markup

from arena.audit import JudgeCard
from arena.audit.records import AgreementRow, RaterPair
from ui.components.judge_figures import interval, show_table
from ui.components.scale import Scale
from ui.components.verdicts import verdict_mark
from ui.components.words import note
from ui.figures import NONE, count, percent

_SHARE = Scale(0.0, 1.0)
_HEAD = (
    "",
    "S1 (ties count)",
    "votes",
    "S2 (both decided)",
    "95 % interval",
    "decided votes",
    "kappa",
    "note",
)
VERDICTS = ("a", "b", "tie", "both_bad")


def show_agreement(card: JudgeCard) -> None:
    """Show every table of agreement that the card has."""
    st.subheader("Beside the built-in judges, on the same votes")
    show_table(
        _HEAD, [_row(row) for row in card.baselines], empty="People have not voted on this judge's pairs."
    )
    if card.confusion:
        st.subheader("What the judge said, where people said")
        show_table(("Judge", *map(verdict_mark, VERDICTS)), _confusion(card), empty="")
    _part("By kind of prompt", card.by_kind)
    with st.expander(f"By tag ({len(card.by_tag)})"):
        show_table(_HEAD, [_row(row) for row in card.by_tag], empty="No prompt with votes has a tag.")
    _part("By shown order, against the majority", card.by_order)
    st.subheader("Two voters on the same pairs")
    show_table(
        ("Voters", "pairs", "agree", "kappa"), _pairs(card.voters), empty="No two voters share 20 pairs."
    )
    st.subheader("Other judges on the same pairs")
    show_table(("Judge", "pairs", "agree", "kappa"), _pairs(card.other_judges),
               empty="No other judge scored 20 of these pairs.")  # fmt: skip
    note("Between two voters or two judges a tie and both bad count as one answer; pairs of raters with fewer"
         " than 20 pairs in common are not listed.")  # fmt: skip


def _part(title: str, rows: Sequence[AgreementRow]) -> None:
    if rows:
        st.subheader(title)
        show_table(_HEAD, [_row(row) for row in rows], empty="")


def _row(row: AgreementRow) -> dict[str, str | Markup]:
    drawn: str | Markup = NONE
    if row.s2 is not None:
        drawn = interval(row.s2, row.low, row.high, _SHARE, words=percent(row.s2))
    cells = (
        row.name, percent(row.s1), count(row.n_s1), percent(row.s2), drawn, count(row.n_s2),
        NONE if row.kappa is None else f"{row.kappa:.2f}", row.note,
    )  # fmt: skip
    return dict(zip(_HEAD, cells, strict=True))


def _confusion(card: JudgeCard) -> list[dict[str, str | Markup]]:
    counts = {(cell.judge, cell.person): cell.n for cell in card.confusion}
    return [
        {"Judge": verdict_mark(said)} | {verdict_mark(vote): count(counts[said, vote]) for vote in VERDICTS}
        for said in VERDICTS
    ]


def _pairs(pairs: Sequence[RaterPair]) -> list[dict[str, str | Markup]]:
    return [
        {
            "Voters": f"{pair.first} and {pair.second}",
            "Judge": pair.second,
            "pairs": count(pair.n),
            "agree": percent(pair.agreement),
            "kappa": NONE if pair.kappa is None else f"{pair.kappa:.2f}",
        }
        for pair in pairs
    ]
