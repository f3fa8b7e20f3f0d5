"""A pair as a voter sees it: the prompt, two panes of one height, and the bar at the bottom.

Nothing here knows whose responses they are; the token stays in the session. Lengths are not shown either.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st
from markupsafe import Markup

from arena.judges import list_rubrics
from arena.vote import MAX_COMMENT_CHARS, REASONS, Ballot, CastVote, Progress, PromptMessage, ShownVerdict
from ui.components.responses import Tone, show_text
from ui.components.voter import (
    HIDE_NAMES,
    Place,
    cant_tell,
    go_on,
    say_too_late,
    show_again,
    skip,
    take_hint,
    toggle_reason,
    undo,
    vote,
)
from ui.components.words import note
from ui.figures import plural, time_left

PANE_PX: Final = 380
_HINT: Final = Markup('<span class="eh-hint" role="status">{}</span>')
TONES: Final[tuple[Tone, Tone]] = ("a", "b")
PROMPT_PX: Final = 180
LONG_PROMPT_CHARS: Final = 600
RUBRICS: Final = {"preference": "helpfulness", "correctness": "correctness"}

_CHOICES: Final[tuple[tuple[ShownVerdict, str, str], ...]] = (
    ("A", "A is better", "A"),
    ("B", "B is better", "B"),
    ("tie", "Tie", "T"),
    ("both_bad", "Both bad", "X"),
)
_ASKED: Final = {
    "preference": "Which response would you rather have got? Read the prompt, then both responses to"
    " the end.",
    "correctness": "This prompt has a right answer. Which response is right, or comes nearer to it? How"
    " well it is written counts only between two that are equally right.",
}
_MEANT: Final[tuple[tuple[str, str, str], ...]] = (
    ("Tie", "T", "You would take either."),
    ("Both bad", "X", "You would send both back. Stored as such and counted apart; ratings can treat it as a"
     " tie or leave it out."),
    ("I can't tell", "N", "You have read both and do not know which is right. Stored as that, never as a tie;"
     " the pair does not come again."),
    ("Skip", "S", "Not now, or not your subject. Nothing is stored about the responses; you can have the pair"
     " back at the end."),
)  # fmt: skip
_MORE_KEYS: Final = " More keys: A and B choose, U takes back, 1 to 6 give a reason, Enter goes on."
_CHOSEN: Final = {"A": "A is better", "B": "B is better", "tie": "a tie", "both_bad": "both bad"}


def show_progress(progress: Progress) -> None:
    """Say how far the round is."""
    left = time_left(progress.seconds_left)
    words = Markup('<p class="eh-note"><strong>{} of {}</strong> votes \N{MIDDLE DOT} {}{}</p>')
    aside = f" \N{MIDDLE DOT} {plural(progress.n_skipped, 'pair')} set aside" if progress.n_skipped else ""
    aside += f" \N{MIDDLE DOT} {progress.n_cant_tell:,} can't tell" if progress.n_cant_tell else ""
    st.html(words.format(progress.n_votes, progress.n_goal, left, aside), width="content")


def show_rubric(ballot: Ballot | None, *, is_guest: bool) -> None:
    """Explain what is judged, in the words that AI judges get, and what each key does."""
    kind = "preference" if ballot is None else ballot.kind
    rubric = next((rubric for rubric in list_rubrics() if rubric.name == RUBRICS[kind]), None)
    with st.popover("Guide" if is_phone() else "What am I judging?", icon=":material/help:"):
        st.markdown(_ASKED[kind])
        if rubric is not None:
            st.markdown("\n".join(f"- {question}" for question in rubric.questions))
        has_answer = kind == "correctness"
        st.html(_choices_explained(has_answer=has_answer))
        st.caption("Sides are random, names stay hidden." + ("" if is_phone() else _MORE_KEYS))
        if not is_guest:
            st.toggle(
                "Hide the names that responses give themselves", True, key=HIDE_NAMES, on_change=show_again,
                help="'As GPT-4, I ...' reads '[name hidden]'. What is stored stays as it came.",
            )  # fmt: skip


def _choices_explained(*, has_answer: bool) -> Markup:
    item = Markup("<dt>{} <kbd>{}</kbd></dt><dd>{}</dd>")
    rows = [item.format(*row) for row in _MEANT if has_answer or row[1] != "N"]
    return Markup('<dl class="eh-words">{}</dl>').format(Markup("").join(rows))


def show_prompt(messages: Sequence[PromptMessage]) -> None:
    """Show the prompt; a long one scrolls and can be folded away."""
    n_chars = sum(len(message.content) for message in messages)
    if n_chars <= LONG_PROMPT_CHARS:
        with st.container(border=True, key="vote_prompt"):
            _show_messages(messages)
    else:
        with (
            st.expander("Prompt", expanded=True),
            st.container(height=PROMPT_PX, border=False, key="long_prompt"),
        ):
            _show_messages(messages)


def _show_messages(messages: Sequence[PromptMessage]) -> None:
    for message in messages:
        if len(messages) > 1:
            st.html(Markup('<p class="eh-turn">{}</p>').format(message.role))
        show_text([message.content])


def show_panes(place: Place, ballot: Ballot) -> None:
    """Show both responses side by side, or on a phone one at a time."""
    if is_phone():
        shown = st.segmented_control(
            "Response", ("A", "B"), default="A", required=True, width="stretch", key=f"side_{place.n_shown}",
            label_visibility="collapsed",
        )  # fmt: skip
        with st.container(border=True, key=f"pane_{place.n_shown}_{shown}"):
            show_text(ballot.turns_a if shown == "A" else ballot.turns_b)
        return
    with st.container(key="vote_panes"):
        columns = st.columns(2)
    for column, tone, turns in zip(columns, TONES, (ballot.turns_a, ballot.turns_b), strict=True):
        with column:
            head = Markup('<p class="eh-note"><span class="eh-side eh-side-{}">{}</span> Response {}</p>')
            st.html(head.format(tone, tone.upper(), tone.upper()))
            # A pane of its own for each pair: one that stays would stay scrolled to where it was left.
            with st.container(height=PANE_PX, border=True, key=f"pane_{tone}_{place.n_shown}"):
                show_text(turns)


def show_vote_bar(ballot: Ballot) -> None:
    """Show the choices, pinned to the bottom; where there is a right answer, not to know it is one."""
    has_answer = ballot.kind == "correctness"
    with st.bottom:
        _show_asked(take_hint(), has_answer=has_answer)
        with st.container(horizontal=True, gap="small", key="vote_bar"):
            for verdict, words, key in _CHOICES:
                st.button(
                    verdict if is_phone() and verdict in ("A", "B") else words, key=f"vote_{verdict}",
                    shortcut=_shortcut(key), on_click=vote, args=(verdict,),
                    type="primary" if verdict in ("A", "B") else "secondary",
                )  # fmt: skip
            if has_answer:
                words = "Can't tell" if is_phone() else "I can't tell"
                st.button(words, key="vote_cant_tell", shortcut=_shortcut("N"), on_click=cant_tell)
            st.button("Skip", key="vote_skip", shortcut=_shortcut("S"), on_click=skip, type="tertiary")
            show_undo()


def _show_asked(hint: str | None, *, has_answer: bool) -> None:
    """Ask, or say in the same line why the last press did not count; a phone has no room for more."""
    if hint is not None:
        st.html(Markup('<p class="eh-note">{}</p>').format(_HINT.format(hint)))
    elif has_answer:
        note(
            "There is a right answer: if you do not know it, say so."
            if is_phone()
            else "This prompt has a right answer. Which response is better? If you do not know, say so:"
            " a guess counts as if you knew."
        )
    elif not is_phone():
        note("Which response is better?")


def show_reason_bar(place: Place, cast: CastVote) -> None:
    """Show, after the choice, the reasons and the way to the next pair.

    The reasons are buttons: Enter on a chip of Streamlit's would unchoose it instead of going on.
    """
    comment = f"comment_{place.n_shown}"
    with st.bottom:
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="reason_bar"):
            said = Markup('<p class="eh-note">Your vote: <strong>{}</strong>. {}</p>')
            hint = take_hint()
            after = "Why?" if hint is None else _HINT.format(hint)
            st.html(said.format(_CHOSEN[cast.verdict], after), width="content")
            for number, reason in enumerate(REASONS, start=1):
                is_given = reason in place.reasons
                key = f"reason_{reason}_{place.n_shown}_{is_given:d}"
                # Another key when it is given: a new element has no focus, so that Enter goes on.
                st.button(
                    reason, key=key, shortcut=_shortcut(str(number)), on_click=toggle_reason, args=(reason,),
                    type="primary" if is_given else "secondary",
                )  # fmt: skip
            show_undo()
        with (
            st.form("vote_comment", border=False),
            st.container(horizontal=True, vertical_alignment="center", gap="small", key="comment_bar"),
        ):
            st.text_input(
                "Comment", key=comment, max_chars=MAX_COMMENT_CHARS, placeholder="Comment, if you like",
                label_visibility="collapsed",
            )  # fmt: skip
            st.form_submit_button(
                "Next pair", type="primary", shortcut=_shortcut("Enter"), on_click=go_on, args=(comment,),
                key="vote_next",
            )  # fmt: skip
        _listen_for_late_keys()


def _listen_for_late_keys() -> None:
    """Hear the keys of the choices after the choice too, to say that it stands; nothing of it is seen."""
    if is_phone():
        return
    with st.container(key="late_keys"):
        for verdict, words, key in _CHOICES:
            st.button(words, key=f"late_{verdict}", shortcut=key, on_click=say_too_late)
        st.button("Skip", key="late_skip", shortcut="S", on_click=say_too_late)


def show_undo(*, words: str = "Undo") -> None:
    """Offer to take back the last step; where there is none, pressing it says so."""
    st.button(words, key="vote_undo", shortcut=_shortcut("U"), on_click=undo, type="tertiary")


def _shortcut(key: str) -> str | None:
    """Return the key where there is a keyboard: on a phone its hint only takes room."""
    return None if is_phone() else key


def is_phone() -> bool:
    """Whether the browser says that it is a phone's."""
    return "Mobi" in (st.context.headers.get("User-Agent") or "")
