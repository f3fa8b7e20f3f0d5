"""Under which name somebody votes: asked for once, kept in the session and in the address."""

from __future__ import annotations

from typing import Final

import streamlit as st

from arena.vote import FIRST_GUESS_S, MAX_NAME_CHARS, ROUND_VOTES, VoterNameError, sign_in
from arena.vote.guests import Guest
from ui.components.voter import leave_place
from ui.render import label
from ui.state import database

_VOTER: Final = "voter"


def ask_voter(guest: Guest | None = None) -> str:
    """Return the name that votes are kept under; until one is given, ask for it and end the page.

    A guest's name in the address is without the label of the link, which is put behind it.
    """
    name = st.query_params.get(_VOTER) or st.session_state.get(_VOTER)
    if name:
        try:
            signed_in = _sign_in(name, guest)
        except VoterNameError as error:
            _forget_voter()
            st.warning(label(error), icon=":material/info:")
        else:
            given = name if guest is not None else signed_in
            st.session_state[_VOTER] = st.query_params[_VOTER] = given
            return signed_in
    with st.container(border=True, width=640, key="voter_form"), st.form("voter_name", border=False):
        if guest is not None:
            minutes = round(ROUND_VOTES * FIRST_GUESS_S / 60)
            st.markdown(
                "You are invited to compare responses: two at a time, names hidden, sides random. A round of"
                f" {ROUND_VOTES} takes about {minutes} min; stop whenever you like."
            )
        given = st.text_input(
            "Your name as a voter",
            max_chars=MAX_NAME_CHARS,
            placeholder="Any name you will remember",
            help="Your votes are kept under it, so that you find your place again. Nothing else is stored.",
        )
        if st.form_submit_button("Start voting", type="primary", icon=":material/how_to_vote:"):
            try:
                signed_in = _sign_in(given, guest)
                kept = given if guest is not None else signed_in
                st.session_state[_VOTER] = st.query_params[_VOTER] = kept
            except VoterNameError as error:
                st.warning(label(error), icon=":material/info:")
            else:
                st.rerun()
    st.stop()


def _sign_in(name: str, guest: Guest | None) -> str:
    if guest is not None:
        return sign_in(database(), guest.voter(name))
    return name if st.session_state.get(_VOTER) == name else sign_in(database(), name)


def show_voter(name: str) -> None:
    """Say who votes, and let somebody else vote here."""
    with st.popover(label(name), icon=":material/person:"):
        st.markdown("Votes here are kept under this name. The address of this page brings you back to them.")
        st.button("Vote under another name", on_click=_leave_voter)


def _leave_voter() -> None:
    _forget_voter()
    leave_place()


def _forget_voter() -> None:
    st.session_state.pop(_VOTER, None)
    st.query_params.pop(_VOTER, None)
