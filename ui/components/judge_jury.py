"""A jury on the judges page: who sits on it, how it decides, and the ranking it comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, get_args

import streamlit as st
from markupsafe import Markup

from arena.errors import ArenaError
from arena.judges import JudgeSummary
from arena.jury import Jury, JuryRule, JuryStanding
from ui.components.judge_figures import interval, show_table
from ui.components.scale import Scale, scale_over
from ui.components.words import facts, lead, note, notes
from ui.figures import NONE, count, percent, points
from ui.render import label, visible

RULE_HELP: Final = (
    "Majority: the side that more members chose, open where none did. Mean: the mean of what they said, a"
    " flip or tie as half. A member without a verdict does not vote."
)
MEAN_RATING: Final = 1000.0
_HEAD = ("Contestant", "rating", "95 % interval", "matches", "note")


@dataclass(frozen=True)
class JuryWish:
    """Who sits and how they decide; `is_barred`: a judge leaves where a contestant is of its family."""

    members: tuple[str, ...]
    rule: JuryRule
    is_barred: bool


def ask_jury(judges: Mapping[str, JudgeSummary], chosen: str) -> JuryWish | None:
    """Ask who sits; None until there are two members."""
    names = sorted(judges, key=lambda name: (name != chosen, judges[name].kind == "builtin", name))
    asked = st.session_state.get("jury")
    if isinstance(asked, list):
        st.session_state["jury"] = [name for name in asked if name in judges]
    readers = [name for name in names if judges[name].kind != "builtin"]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        members = st.multiselect(
            "Members", names, default=readers[:3], key="jury", format_func=visible, width=440
        )
        rule: JuryRule = st.segmented_control(
            "Rule", get_args(JuryRule), default="majority", required=True, key="jury_rule", help=RULE_HELP
        )
        is_barred = st.toggle("Leave out a judge of a contestant's family", key="jury_bar")
    if len(members) < 2:
        note("A jury needs two members or more.")
        return None
    versions = tuple(f"{judges[name].name}@{judges[name].version}" for name in members)
    return JuryWish(versions, rule, is_barred)


def show_jury(jury: Jury | ArenaError) -> None:
    """Show what the jury decided, how far its members were apart, and its ranking."""
    if isinstance(jury, ArenaError):
        st.warning(label(jury), icon=":material/info:")
        return
    lead(jury.sentence)
    spread = NONE if jury.mean_spread is None else f"{jury.mean_spread:.2f}"
    facts(
        {
            "pairs": count(jury.n_pairs),
            "decided": count(jury.n_pairs - jury.n_open),
            "open": count(jury.n_open),
            "without dissent": count(jury.n_unanimous),
            "mean spread": spread,
            "votes left out": count(jury.n_barred),
        }
    )
    _standings(jury)
    st.subheader("How far members are apart")
    show_table(("Spread", "pairs", "share"), _spreads(jury), empty="No pair has two votes.")
    note(
        "Spread: the standard deviation of the members' scores of a pair: a win 1, a tie or flip 0.5, a loss"
        " 0."
    )
    notes([f"{clash}: it may favour it." for clash in jury.clashes])


def _standings(jury: Jury) -> None:
    scale = scale_over([value for row in jury.standings for value in (row.low, row.high, row.rating)])
    head = (*_HEAD[:2], _axis(scale), *_HEAD[3:])
    rows = [_row(row, scale, head) for row in jury.standings]
    show_table(head, rows, empty="The jury has decided no pair.")


def _axis(scale: Scale | None) -> str:
    if scale is None:
        return _HEAD[2]
    axis = Markup('<span class="eh-axis"><span>{}</span><span>{}</span><span>{}</span></span>')
    return axis.format(points(scale.low), _HEAD[2], points(scale.high))


def _row(row: JuryStanding, scale: Scale | None, head: Sequence[str]) -> dict[str, str | Markup]:
    drawn: str | Markup = NONE
    if row.rating is not None:
        ends = (
            "" if row.low is None or row.high is None else f", from {points(row.low)} to {points(row.high)}"
        )
        words = f"{points(row.rating)}{ends}"
        drawn = interval(row.rating, row.low, row.high, scale, words=words, middle=MEAN_RATING)
    cells = (row.contestant, points(row.rating), drawn, count(row.n_matches), row.note)
    return dict(zip(head, cells, strict=True))


def _spreads(jury: Jury) -> list[dict[str, str | Markup]]:
    known = [(one.decision.spread, one.n_pairs) for one in jury.decisions if one.decision.spread is not None]
    bands = (("none: all say the same", 0.0, 0.0), ("small: up to 0.25", 0.0, 0.25),
             ("large: above 0.25", 0.25, 1.0))  # fmt: skip
    counts = [
        (name, sum(n for spread, n in known if low < spread <= high or spread == low == high))
        for name, low, high in bands
    ]
    n_alone = jury.n_pairs - sum(n for _, n in known)
    if n_alone:
        counts.append(("not known: fewer than two votes", n_alone))
    if not known:
        return []
    return [{"Spread": name, "pairs": count(n), "share": percent(n / jury.n_pairs)} for name, n in counts]
