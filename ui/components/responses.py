"""Two responses side by side, in panes of one height that scroll for themselves, through the one renderer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import streamlit as st
from markupsafe import Markup
from streamlit.delta_generator import DeltaGenerator

from ui.render import Formula, View, render_diff, render_markdown, render_plain, visible

VIEWS: Final[tuple[View, ...]] = ("rendered", "plain", "diff")
MAX_PANE_PX = 460
"""The stylesheet lets panes end sooner, both with the longer text."""

Tone = Literal["a", "b"]
Shown = Literal["both", "A", "B"]


@dataclass(frozen=True)
class Side:
    """One pane. `name` is empty where it must not be known; `turns` is None where the text is missing."""

    tone: Tone
    turns: Sequence[str] | None
    name: str = ""


def ask_view(*, key: str) -> View:
    """Let the reader choose between rendered, plain and diff; kept in the address."""
    return st.segmented_control(
        "Show as",
        VIEWS,
        key=key,
        bind="query-params",
        default="rendered",
        required=True,
        label_visibility="collapsed",
    )


def ask_side(*, key: str) -> Shown:
    """Let the reader see one response alone, as a phone needs it."""
    options: tuple[Shown, ...] = ("both", "A", "B")
    return st.segmented_control(
        "Responses",
        options,
        key=key,
        bind="query-params",
        default="both",
        required=True,
        label_visibility="collapsed",
    )


def show_sides(a: Side, b: Side, *, view: View, shown: Shown = "both") -> None:
    """Show both responses, or the one that was asked for, in panes of one height, as high as needed."""
    pairs = [(a, b), (b, a)] if shown == "both" else [(a, b)] if shown == "A" else [(b, a)]
    with st.container(key="two_panes"):
        columns = st.columns(len(pairs))
    for column, (side, other) in zip(columns, pairs, strict=True):
        with column:
            _show_side(side, other, view)


def show_text(turns: Sequence[str] | None, *, view: View = "rendered") -> None:
    """Show one text of one or several turns; says so where it is missing."""
    _write_turns(turns, None, "a", view)


def _show_side(side: Side, other: Side, view: View) -> None:
    head = Markup(
        '<p class="eh-pane-head"><span class="eh-side eh-side-{}">{}</span> <strong>{}</strong>'
        ' <span class="eh-quiet">{}</span></p>'
    )
    st.html(head.format(side.tone, side.tone.upper(), visible(side.name), _size(side.turns)))
    with st.container(height=MAX_PANE_PX, border=True, key=f"pane_{side.tone}"):
        _write_turns(side.turns, other.turns, side.tone, view)


def _write_turns(turns: Sequence[str] | None, others: Sequence[str] | None, tone: Tone, view: View) -> None:
    if turns is None:
        st.html(Markup('<p class="eh-note">The text is not stored: the source gave verdicts only.</p>'))
        return
    for index, text in enumerate(turns):
        if len(turns) > 1:
            st.html(Markup('<p class="eh-turn">Turn {}</p>').format(index + 1))
        if view == "plain":
            st.html(render_plain(text))
        elif view == "diff" and others is not None:
            st.html(render_diff(text, others[index] if index < len(others) else "", side=tone))
        else:
            _write_markdown(text)


def _write_markdown(text: str, into: DeltaGenerator | None = None) -> None:
    target = into or st
    for block in render_markdown(text):
        if isinstance(block, Formula):
            target.latex(block.tex)
        else:
            target.html(block.markup)


def _size(turns: Sequence[str] | None) -> str:
    return "" if turns is None else f"{sum(len(turn.split()) for turn in turns):,} words"
