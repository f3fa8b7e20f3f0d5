"""The words of a board in plain English, one step away from wherever they are used."""

from __future__ import annotations

from typing import Final

import streamlit as st
from markupsafe import Markup

_WORDS: Final = {
    "not distinguished": "The evidence does not say which of them is better.",
    "rank 2\N{EN DASH}4": "Its place is somewhere from 2 to 4; more matches would narrow it.",
    "unscored": "The judge gave no usable verdict; the match counts for nobody, and its reason is kept.",
    "flip": "The verdict changed when the two responses changed places.",
    "both bad": "Neither response was acceptable. It rates as a tie unless it is left out.",
    "pooled": "Matches of several judges ranked together. Without your choice only one judge ranks.",
    "calibrated": (
        "The judge decides many pairs; where people decided the same ones, its errors are measured and taken"
        " out."
    ),
    "weight of the judge": (
        "How much its many verdicts add to people's votes: at 0 only votes count, at 1 it counts in full,"
        " corrected."
    ),
    "picked with the probability given": (
        "Each vote is weighted by how likely its pair was to be asked, so that pairs asked more often do not"
        " count more."
    ),
    "control": (
        "Ranks as they would be if all responses were equally long, equally formatted, or shown first equally"
        " often."
    ),
}


def show_words() -> None:
    """Show the button that opens the list."""
    with st.popover("What the words mean", icon=":material/help:"):
        items = Markup("").join(
            Markup("<dt>{}</dt><dd>{}</dd>").format(word, meaning) for word, meaning in _WORDS.items()
        )
        st.html(Markup('<dl class="eh-words">{}</dl>').format(items))
