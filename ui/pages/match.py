"""One match: what happened here, and do I agree."""

import streamlit as st

from arena.matches import get_match
from ui.address import id_from_address
from ui.components.empty import show_empty
from ui.components.gold import show_gold
from ui.components.match_orders import show_orders, show_votes, whole_figures
from ui.components.match_review import show_review
from ui.components.match_way import show_way
from ui.components.responses import Side, ask_side, ask_view, show_sides, show_text
from ui.components.words import facts, invented_badge, lead, note
from ui.navigation import JUDGES, MATCHES, RUNS, Query, page_link
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
show_way(db, detail)

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
        **whole_figures(detail),
    }
)
show_review(detail)
with st.container(horizontal=True):
    if row.judge_kind != "human":
        page_link(JUDGES, "The judge's card", {"dataset": row.dataset}, icon=JUDGES.icon)
    if detail.run_id is not None:
        run: Query = {"dataset": row.dataset, "run": detail.run_id}
        page_link(RUNS, f"Run {detail.run_id}", run, icon=RUNS.icon)

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

st.subheader("What this voter saw" if row.judge_kind == "human" else "What the judge said")
show_orders(detail)
show_votes(detail)
show_gold(db, match_id)
