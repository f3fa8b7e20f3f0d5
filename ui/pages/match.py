"""One match: what happened here, and do I agree."""

import streamlit as st

from arena.matches import get_match, get_neighbours
from ui.address import id_from_address
from ui.components.empty import show_empty
from ui.components.match_orders import show_orders, show_votes
from ui.components.responses import Side, ask_side, ask_view, show_sides, show_text
from ui.components.words import facts, invented_badge, lead, note
from ui.match_address import filter_from_address, filter_to_query, with_match
from ui.navigation import MATCH, MATCHES, RUNS, page_link, same_page_link
from ui.render import label
from ui.state import database

LONG_PROMPT_CHARS = 1_200

match_id = id_from_address("match")
if match_id is None:
    st.title("Match")
    show_empty(
        "No match was chosen",
        "The address of a match ends in ?match= and its number. Choose one from the list.",
        button="See all matches",
        target=MATCHES,
    )
    st.stop()

db = database()
detail = get_match(db, match_id)
row = detail.row
wanted = filter_from_address()
near = get_neighbours(db, wanted, match_id)
with st.container(horizontal=True, vertical_alignment="center"):
    page_link(
        MATCHES, "All of this list", filter_to_query(wanted) or {"dataset": row.dataset}, icon="arrow_back"
    )
    for text, other in (("Previous", near.previous_id), ("Next", near.next_id)):
        if other is not None:
            same_page_link(MATCH, text, with_match(wanted, other))
    note(f"{near.position:,} of {near.n_total:,}")

st.title(f"{label(row.contestant_a)} against {label(row.contestant_b)}", anchor=False)
if detail.is_invented:
    invented_badge()
lead(detail.sentence)
facts(
    {
        "match": str(match_id),
        "dataset": row.dataset,
        "judge": f"{row.judge} ({row.judge_kind})",
        "version": detail.judge_version[:8],
        "rubric": detail.rubric or "not known",
        "tags": ", ".join(detail.tags) or "none",
    }
)
if detail.run_id is not None:
    page_link(
        RUNS, f"Run {detail.run_id}", {"dataset": row.dataset, "run": detail.run_id}, icon="play_circle"
    )

st.subheader("Prompt")
messages = detail.messages
is_long = messages is not None and sum(len(content) for _, content in messages) > LONG_PROMPT_CHARS
with st.container(border=True, height=260 if is_long else "content", key="prompt"):
    if messages is None:
        show_text(None)
    for role, content in messages or ():
        if len(messages or ()) > 1:
            note(role)
        show_text([content])
for index, reference in enumerate(detail.references):
    with st.expander("Reference" if len(detail.references) == 1 else f"Reference {index + 1}"):
        show_text(reference)

st.subheader("Responses")
with st.container(horizontal=True):
    view = ask_view(key="show")
    shown = ask_side(key="side")
show_sides(
    Side("a", detail.turns_a, row.contestant_a),
    Side("b", detail.turns_b, row.contestant_b),
    view=view,
    shown=shown,
)

st.subheader("What the judge said")
show_orders(detail)
show_votes(detail)
