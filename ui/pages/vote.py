"""The vote answers: which response is better, said by somebody who does not know whose they are."""

import streamlit as st

from arena.vote import ROUND_VOTES, get_progress
from arena.vote.datasets import list_dataset_choices
from ui.components.ballot import (
    is_phone,
    show_panes,
    show_progress,
    show_prompt,
    show_reason_bar,
    show_rubric,
    show_vote_bar,
)
from ui.components.datasets import choose_name, stop_at_unknown
from ui.components.empty import show_empty
from ui.components.guest import read_guest, show_invites
from ui.components.held_keys import press_held_keys_once
from ui.components.voted import show_all_done, show_round_done
from ui.components.voter import get_place, show_notice
from ui.components.voter_name import ask_voter, show_voter
from ui.navigation import HOME, IMPORT, VOTE
from ui.state import database

st.title("Vote")
db = database()
guest = read_guest(db)
names = list_dataset_choices(db) if guest is None else [guest.dataset]
if not names:
    show_empty(
        "Pairs to vote on will be here",
        "There is no data yet. Load the demo or import responses of two contestants, then vote blind.",
        button="See how to begin",
        target=HOME,
    )
    st.stop()

if guest is None:
    stop_at_unknown(names, target=VOTE, purpose="Voting")
head = st.container(horizontal=True, vertical_alignment="bottom", key="vote_head")
with head:
    dataset = names[0] if guest is not None else choose_name(names)
voter = ask_voter(guest)
show_notice()
progress = get_progress(db, dataset, voter)
if progress.n_pairs == 0 and guest is not None:
    st.info("There is nothing to vote on yet. Come back to this address later.")
    st.stop()
if progress.n_pairs == 0:
    show_empty(
        "Nothing to compare yet",
        f"{dataset} has no prompt with the texts of two contestants or more. Import their responses first.",
        button="Import responses",
        target=IMPORT,
        query={"dataset": dataset},
    )
    st.stop()

place = get_place(db, dataset, voter)
with head:
    show_progress(progress)
    st.space("stretch")
    show_rubric(place.ballot, is_guest=guest is not None)
    if guest is None and not is_phone():
        show_invites(db, dataset)
    show_voter(voter)

is_round_done = progress.n_votes > place.n_more and progress.n_votes % ROUND_VOTES == 0
if place.cast is None and place.ballot is None:
    show_all_done(dataset, progress, is_guest=guest is not None)
elif place.cast is None and is_round_done:
    show_round_done(dataset, progress, is_guest=guest is not None)
elif place.ballot is not None:
    press_held_keys_once()
    show_prompt(place.ballot.messages)
    show_panes(place, place.ballot)
    if place.cast is None:
        show_vote_bar(place.ballot)
    else:
        show_reason_bar(place, place.cast)
