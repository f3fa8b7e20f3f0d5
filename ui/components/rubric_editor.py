"""Editing a rubric as YAML, beside the prompt as the judge will see it and its length in tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, get_args

import streamlit as st

from arena.rubrics import (
    Example,
    LevelOrder,
    Mode,
    ResponseFormat,
    Rubric,
    RubricVersion,
    delete_rubric,
    export_rubric,
    preview_rubric,
    save_rubric,
)
from arena.store import Database
from ui.components.words import facts, note
from ui.figures import plural
from ui.render import label, render_plain

NEW: Final = "new rubric"
EDITOR_PX: Final = 460
STARTER: Final = """\
name: my-rubric
description: What is this about, in one sentence?
guidance: How to weigh two responses against each other.
criteria:
  - name: quality
    question: What do the levels answer?
    weight: 1
    levels:
      - value: 1
        description: what the lowest level means
        examples: []
      - value: 2
        description: what the middle level means
      - value: 3
        description: what the highest level means
"""


def ask_version(versions: Sequence[RubricVersion]) -> RubricVersion | None:
    """Let the reader choose a version to read or edit; None: a new one. The choice stands in the address."""
    by_label = {one.label: one for one in versions}
    options = [*by_label, NEW]
    wanted = st.session_state.pop("rubric_next", None)
    if wanted in options:
        st.session_state["rubric"] = wanted
    elif st.session_state.get("rubric", st.query_params.get("rubric")) not in options:
        st.session_state["rubric"] = options[0]
    name = st.selectbox("Rubric", options, index=None, key="rubric", bind="query-params", width=340)
    return by_label.get(name or NEW)


def show_state(chosen: RubricVersion | None) -> None:
    """Say whether the version can still change."""
    if chosen is None:
        note("Begin with this, and save it under a name of its own.")
        return
    judges = "no judge yet" if not chosen.is_used else plural(chosen.n_judges, "judge version")
    facts({"version": chosen.rubric.version[:8], "used by": judges})
    if chosen.is_shipped:
        note("It comes with Evenhand and stays; an edited copy is saved beside it.")
    elif chosen.is_used:
        note("Judgments refer to its words, so it stays; an edited copy is saved beside it.")


def ask_yaml(chosen: RubricVersion | None) -> str:
    """Show the rubric's YAML to edit, or a file's in its place."""
    file = st.file_uploader("From a file", type=["yaml", "yml"], key="rubric_file")
    if file is not None:
        text = file.getvalue().decode("utf-8", "replace")
    else:
        text = STARTER if chosen is None else export_rubric(chosen.rubric)
    source = "file" if file is not None else "new" if chosen is None else chosen.rubric.version
    return st.text_area("YAML", text, height=EDITOR_PX, key=f"rubric_yaml_{source}")


def show_actions(
    database: Database, rubric: Rubric, chosen: RubricVersion | None, versions: Sequence[RubricVersion]
) -> None:
    """Offer to save, export or delete."""
    is_known = any(one.rubric.version == rubric.version for one in versions)
    save_column, export_column, delete_column = st.columns(3)
    if save_column.button(
        "Save", type="primary", icon=":material/save:", disabled=is_known, key="rubric_save"
    ):
        saved = save_rubric(database, rubric, edited_from=None if chosen is None else chosen.label)
        st.session_state["rubric_next"] = saved.label
        st.rerun()
    export_column.download_button(
        "Export",
        export_rubric(rubric),
        file_name=f"{rubric.name}.yaml",
        mime="application/yaml",
        icon=":material/download:",
        key="rubric_export",
    )
    can_go = chosen is not None and not chosen.is_shipped and not chosen.is_used
    if can_go and chosen is not None and delete_column.button(
        f"Delete {label(chosen.label)}", icon=":material/delete:", key="rubric_delete"
    ):  # fmt: skip
        delete_rubric(database, chosen.label)
        st.rerun()


def show_preview(rubric: Rubric) -> None:
    """Show what a judge with this rubric reads, for stand-in texts or the reader's own."""
    mode: Mode = st.segmented_control(
        "Mode", get_args(Mode), default="pairwise", required=True, key="rubric_mode"
    )
    form_column, order_column = st.columns(2)
    form: ResponseFormat = form_column.segmented_control(
        "Answer", ("tags", "schema"), default="tags", required=True, key="rubric_form"
    )
    order: LevelOrder = order_column.segmented_control(
        "Levels", get_args(LevelOrder), default="ascending", required=True, key="rubric_order"
    )
    prompt = st.text_input("Try a prompt", key="rubric_prompt", placeholder="(the prompt)")
    example = Example(prompt=prompt) if prompt else None
    preview = preview_rubric(rubric, mode=mode, response_format=form, level_order=order, example=example)
    facts(
        {
            "tokens": f"{preview.n_tokens:,}",
            "of the rubric": f"{preview.n_tokens_of_rubric:,}",
            "counted by": preview.token_source,
        }
    )
    for role, text in preview.messages:
        st.caption(role)
        with st.container(height=EDITOR_PX // 2):
            st.html(render_plain(text))
