"""Voters from outside: what their link opens, and the corner where a team makes and revokes links."""

from __future__ import annotations

import os
from typing import Final
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st
from streamlit.navigation.page import Page

from arena.store import Database
from arena.vote import VoteError
from arena.vote.guests import (
    MAX_LABEL_CHARS,
    Guest,
    Invite,
    create_invite,
    list_invites,
    open_invite,
    revoke_invite,
)
from ui.components.words import note
from ui.figures import moment
from ui.navigation import PAGES, VOTE
from ui.render import label
from ui.state import database

_INVITE: Final = "invite"
_FRESH: Final = "invite_fresh"
ONLY_GUESTS: Final = "EVENHAND_GUESTS_ONLY"
"""Set to 1, a server opens nothing but the vote, and that by a link only: for voters who are strangers."""


def guest_pages() -> list[Page] | None:
    """Return the one page that a guest sees; None for everybody else."""
    if _token() is None and os.environ.get(ONLY_GUESTS) != "1":
        return None
    return [st.Page(PAGES / VOTE.file, title=VOTE.title, icon=f":material/{VOTE.icon}:", default=True)]


def read_guest(db: Database) -> Guest | None:
    """Return what the link in the address opens, None where there is none; a void link ends the page."""
    token = _token()
    if token is None and os.environ.get(ONLY_GUESTS) != "1":
        return None
    try:
        return open_invite(db, token or "")
    except VoteError as error:
        st.info(label(error), icon=":material/link_off:")
        st.stop()


def _token() -> str | None:
    """Return the link's token; a session that began with a link stays with it."""
    token = st.query_params.get(_INVITE) or st.session_state.get(_INVITE)
    if token is not None:
        st.session_state[_INVITE] = token
    return token


def show_invites(db: Database, dataset: str) -> None:
    """Let the team invite voters from outside, and take invitations back."""
    with st.popover("Invite", icon=":material/link:", key="vote_invites"):
        st.markdown("A link for voters from outside: it opens this vote and shows nothing else.")
        who = st.text_input(
            "Who is invited", max_chars=MAX_LABEL_CHARS, placeholder="Support team", key="invite_label",
            help="Stands behind the name of everybody who votes by this link.",
        )  # fmt: skip
        if st.button("Make a link", type="primary", icon=":material/add_link:", key="invite_make"):
            try:
                st.session_state[_FRESH] = _address(create_invite(db, dataset, who))
            except VoteError as error:
                st.warning(label(error), icon=":material/info:")
        fresh = st.session_state.get(_FRESH)
        if fresh is not None:
            st.code(fresh, language=None, wrap_lines=True)
            note("Copy it now: only its hash is kept, so it cannot be shown again.")
        for invite in list_invites(db, dataset):
            _show_invite(invite)


def _show_invite(invite: Invite) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        said = "revoked" if invite.is_revoked else f"since {moment(invite.created_at)}"
        note(f"{invite.label} \N{MIDDLE DOT} {said}")
        if not invite.is_revoked:
            st.button(
                "Revoke", key=f"revoke_{invite.id}", on_click=_revoke, args=(invite.id,), type="tertiary"
            )


def _revoke(invite_id: int) -> None:
    revoke_invite(database(), invite_id)
    st.session_state.pop(_FRESH, None)


def _address(token: str) -> str:
    """Return the link: the app's root, since a guest's only page is its start."""
    here = urlsplit(st.context.url or "")
    path = here.path.removesuffix("/").removesuffix(VOTE.path)
    return urlunsplit((here.scheme, here.netloc, path or "/", urlencode({_INVITE: token}), ""))
