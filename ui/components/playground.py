"""The playground: one prompt, several contestants side by side, streamed; what it costs stands first."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from markupsafe import Markup
from streamlit.delta_generator import DeltaGenerator

from arena.errors import UsageError
from arena.generate import ContestantSpec
from arena.generate.playground import PlayEvent, estimate_play, play, warm_up
from ui.components.contestant_inputs import ask_contestants
from ui.components.keys import show_missing_key
from ui.components.responses import show_text
from ui.components.words import note
from ui.figures import seconds, usd
from ui.render import label, render_plain

MOST = 6
PANE_PX = 380


def show_playground(stored: list[ContestantSpec]) -> None:
    """Ask for a prompt and contestants, say the cost, and stream the answers on a press of the button."""
    warm_up()
    by_name = {contestant.name: contestant for contestant in stored}
    prompt = st.text_area("Prompt", key="play_prompt", height=120, placeholder="What shall they answer?")
    try:
        asked = ask_contestants(list(by_name), key="play")
    except UsageError as error:
        st.warning(label(error), icon=":material/error:")
        return
    contestants = [by_name.get(one.name, one) if one.model is None else one for one in asked][:MOST]
    if len(asked) > MOST:
        note(f"Only the first {MOST} fit side by side.")
    if not contestants or not prompt.strip():
        note("Write a prompt and choose who answers; the cost is said before anything is asked.")
        return
    estimate = estimate_play(contestants, prompt)
    note(estimate.sentence)
    is_idle = show_missing_key(estimate.missing_key)
    if st.button("Ask all", type="primary", icon=":material/play_arrow:", key="play_ask", disabled=is_idle):
        st.session_state["play_answers"] = _stream(contestants, prompt)
        st.rerun()
    _show_last()


def _stream(contestants: Sequence[ContestantSpec], prompt: str) -> list[dict[str, str]]:
    """Write the answers as they come; return them as plain values, to stay on the page."""
    texts = ["" for _ in contestants]
    endings = ["" for _ in contestants]
    panes = _panes([contestant.name for contestant in contestants])
    with play(contestants, prompt) as events:
        for event in events:
            texts[event.index] += event.text
            if event.is_end:
                endings[event.index] = _ending(event)
            # While it grows it is shown plain: Markdown of half a text jumps.
            panes[event.index].html(render_plain(texts[event.index]))
    return [
        {"name": contestant.name, "text": text, "ending": ending}
        for contestant, text, ending in zip(contestants, texts, endings, strict=True)
    ]


def _panes(names: Sequence[str]) -> list[DeltaGenerator]:
    panes = []
    for column, name in zip(st.columns(len(names)), names, strict=True):
        column.markdown(f"**{label(name)}**")
        panes.append(column.container(height=PANE_PX, border=True).empty())
    return panes


def _show_last() -> None:
    answers: list[dict[str, str]] = st.session_state.get("play_answers", [])
    if not answers:
        return
    for column, answer in zip(st.columns(len(answers)), answers, strict=True):
        with column:
            st.markdown(f"**{label(answer['name'])}**")
            with st.container(height=PANE_PX, border=True):
                if answer["text"]:
                    show_text([answer["text"]])
                st.html(Markup('<p class="eh-note">{}</p>').format(answer["ending"]))


def _ending(event: PlayEvent) -> str:
    if event.error is not None:
        return f"Failed: {event.error}"
    words = [] if event.finish_reason in ("", "stop") else [f"ended by {event.finish_reason}"]
    if event.n_tokens_out is not None:
        words.append(f"{event.n_tokens_out:,} tokens")
    words.append("cost unknown" if event.cost_usd is None else usd(event.cost_usd))
    if event.latency_s is not None:
        words.append(f"{seconds(event.latency_s)} s")
    return ", ".join(words)
