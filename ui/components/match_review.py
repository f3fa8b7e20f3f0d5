"""Does a reviewer agree with the judge? The answer is a mark that the disagreement queue reads."""

from __future__ import annotations

from typing import Final

import streamlit as st

from arena.audit.disagreements import mark_disagreement
from arena.matches import MatchDetail, StoredReview
from ui.components.words import note
from ui.figures import moment
from ui.state import database

_AGREE: Final = "judge_right"
_WRONG: Final = {
    "people_right": "another verdict is right",
    "rubric_unclear": "the rubric is unclear",
    "bad_prompt": "the prompt is bad",
}
_SAID: Final = {
    _AGREE: "You agree with the judge",
    **{mark: f"You disagree: {why}" for mark, why in _WRONG.items()},
}


def show_review(detail: MatchDetail) -> None:
    """Show the two buttons, or what was said; nothing for a person's own vote."""
    if detail.row.judge_kind == "human":
        return
    match_id = detail.row.id
    with st.container(horizontal=True, vertical_alignment="center", key="review"):
        if detail.review is not None:
            _show_said(match_id, detail.review)
            return
        st.button(
            "Agree", icon=":material/thumb_up:", key="review_agree", on_click=_mark, args=(match_id, _AGREE)
        )
        with st.popover("Disagree", icon=":material/thumb_down:"):
            st.radio("Because", list(_WRONG), format_func=_WRONG.__getitem__, key="review_why")
            st.text_input("Comment", key="review_comment", max_chars=1_000, placeholder="What it missed")
            st.button("Save", type="primary", key="review_save", on_click=_disagree, args=(match_id,))
        note("Do you agree with the verdict? It is kept with the match, and is no vote.")


def _show_said(match_id: int, review: StoredReview) -> None:
    comment = f": {review.comment}" if review.comment else ""
    note(f"{_SAID[review.mark]}{comment} ({moment(review.marked_at)})")
    st.button(
        "Take it back", icon=":material/undo:", key="review_undo", on_click=_mark, args=(match_id, None)
    )


def _mark(match_id: int, mark: str | None) -> None:
    mark_disagreement(database(), match_id, mark)


def _disagree(match_id: int) -> None:
    comment = str(st.session_state.get("review_comment", "")).strip()
    mark_disagreement(database(), match_id, st.session_state["review_why"], comment or None)
