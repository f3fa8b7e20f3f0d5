"""Sentences, notes, badges and small lists of facts in our own markup; every text is escaped here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st
from markupsafe import Markup

from ui.render import visible


def lead(sentence: str) -> None:
    """Show the page's answer, before anything else."""
    st.html(Markup('<p class="eh-lead">{}</p>').format(visible(sentence)))


def notes(sentences: Sequence[str]) -> None:
    """Show what a reader must know to read the figures right; nothing where there is nothing."""
    if sentences:
        items = Markup("").join(Markup("<li>{}</li>").format(visible(text)) for text in sentences)
        st.html(Markup('<ul class="eh-notes">{}</ul>').format(items))


def note(sentence: str) -> None:
    st.html(Markup('<p class="eh-note">{}</p>').format(visible(sentence)))


def facts(pairs: Mapping[str, str]) -> None:
    """Show a line of `name value` pairs; nothing where there are none."""
    if not pairs:
        return
    rows = Markup("").join(
        Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(name, visible(value))
        for name, value in pairs.items()
    )
    st.html(Markup('<dl class="eh-facts">{}</dl>').format(rows))


def invented_badge() -> None:
    """Mark demo data wherever it is shown."""
    st.html('<span class="eh-badge">Invented demo data</span>')
