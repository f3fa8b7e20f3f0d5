"""One prompt as a person writes it: text, system message, kind, tags, references."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from arena.errors import ArenaError
from arena.prompts import (
    KINDS,
    PromptDraft,
    PromptState,
    add_prompt,
    count_belongings,
    edit_prompt,
    remove_prompts,
)
from arena.store import Database
from ui.components.words import note
from ui.figures import count, plural
from ui.navigation import RESPONSES, page_link
from ui.render import label

EMPTY = PromptDraft(text=None)
_KIND_WORDS = {
    "preference": "Preference: people may like either",
    "correctness": "Correctness: there is a right answer",
}


def ask_new_prompt(database: Database, dataset: str, tags: Sequence[str]) -> None:
    """Show the form of a new prompt, and store it on a press of the button."""
    with st.form(f"prompt_new_{st.session_state.get('prompts_added', 0)}", border=False):
        text = st.text_area("Prompt", height=120, key="prompt_new_text")
        fields = _ask_fields(EMPTY, tags, key="prompt_new")
        if not st.form_submit_button("Add prompt", type="primary", icon=":material/add:"):
            return
    try:
        draft = _draft(text, fields)
        prompt_id = add_prompt(database, dataset, draft)
    except ArenaError as error:
        st.error(label(error), icon=":material/error:")
        return
    _forget("prompt_new")
    st.session_state["prompts_added"] = st.session_state.get("prompts_added", 0) + 1
    st.session_state["prompts_said"] = "The prompt is added."
    st.session_state["prompts_newest"] = prompt_id
    st.rerun()


def show_prompt_editor(database: Database, dataset: str, state: PromptState, tags: Sequence[str]) -> None:
    """Show the form of a stored prompt, with its two ways to save, and the removal."""
    key = f"prompt_{state.id}"
    if state.why_text_stands:
        note(state.why_text_stands)
    with st.form(f"{key}_form", border=False):
        is_written = state.draft.text is not None
        text = st.text_area(
            "Prompt", state.draft.text or "", height=120, key=f"{key}_text", disabled=not is_written
        )
        fields = _ask_fields(state.draft, tags, key=key, why_references_stand=state.why_references_stand)
        with st.container(horizontal=True):
            is_saved = st.form_submit_button("Save", type="primary", icon=":material/save:")
            is_copied = st.form_submit_button(
                "Save as a new prompt", icon=":material/content_copy:", disabled=not is_written
            )
    if is_saved or is_copied:
        _save(database, dataset, state, text if is_written else None, fields, as_new=is_copied)
    show_removal(database, dataset, [state.id], key=key)


class _Fields:
    """What the form gave beside the text."""

    def __init__(self, system: str, kind: str, tags: list[str], references: list[str]) -> None:
        self.system, self.kind, self.tags, self.references = system, kind, tags, references


def _ask_fields(
    draft: PromptDraft, tags: Sequence[str], *, key: str, why_references_stand: str | None = None
) -> _Fields:
    system = st.text_area(
        "System message", draft.system or "", height=80, key=f"{key}_system", placeholder="None"
    )
    kind = st.radio(
        "Kind", KINDS, KINDS.index(draft.kind), key=f"{key}_kind", format_func=_KIND_WORDS.__getitem__,
        horizontal=True,
    )  # fmt: skip
    options = sorted({*tags, *draft.tags})
    chosen = st.multiselect(
        "Tags", options, list(draft.tags), key=f"{key}_tags", accept_new_options=True, placeholder="None"
    )
    references = [
        st.text_area(
            f"Reference {place + 1}" if place < len(draft.references) else "Another reference",
            text, height=80, key=f"{key}_reference_{place}", disabled=why_references_stand is not None,
            help="A known good response, for exact checks and for judges that read references.",
        )
        for place, text in enumerate((*draft.references, ""))
    ]  # fmt: skip
    if why_references_stand:
        note(f"The references stay. {why_references_stand}")
    return _Fields(system, kind, [str(tag) for tag in chosen], references)


def _draft(text: str | None, fields: _Fields) -> PromptDraft:
    return PromptDraft(
        text,
        fields.system.strip() or None,
        "correctness" if fields.kind == "correctness" else "preference",
        tuple(tag.strip() for tag in fields.tags),
        tuple(reference for reference in fields.references if reference.strip()),
    )


def _save(
    database: Database, dataset: str, state: PromptState, text: str | None, fields: _Fields, *, as_new: bool
) -> None:
    try:
        draft = _draft(text, fields)
        if as_new:
            new_id = add_prompt(database, dataset, draft)
            page_link(
                RESPONSES, "The new prompt is added: open it", {"dataset": dataset, "prompt": new_id},
                icon="check_circle",
            )  # fmt: skip
            return
        edit_prompt(database, dataset, state.id, draft)
    except ArenaError as error:
        st.error(label(error), title="Nothing was changed", icon=":material/error:")
        return
    _forget(f"prompt_{state.id}")
    st.session_state["prompts_said"] = "Saved."
    st.rerun()


def _forget(prefix: str) -> None:
    """Let the form and the matrix show what is stored, not what was typed or read before."""
    st.cache_data.clear()
    for key in [key for key in st.session_state if str(key).startswith(f"{prefix}_")]:
        del st.session_state[key]


def show_removal(database: Database, dataset: str, prompt_ids: Sequence[int], *, key: str) -> None:
    """Show the button that removes prompts: it says what goes, offers the export, and asks once more."""
    asked = f"{key}_removing"
    n = plural(len(prompt_ids), "prompt")
    if not st.session_state.get(asked):
        st.button(
            f"Remove {n}", icon=":material/delete:", key=f"{key}_remove", on_click=_set, args=(asked, True)
        )
        return
    going = count_belongings(database, dataset, prompt_ids)
    parts = {
        "response": going.n_responses, "judgment": going.n_judgments, "match": going.n_matches,
        "vote": going.n_votes,
    }  # fmt: skip
    words = [plural(n_of, one, "matches" if one == "match" else None) for one, n_of in parts.items() if n_of]
    st.warning(
        f"{plural(going.n_prompts, 'prompt')} will be removed"
        + (f", with {', '.join(words)}." if words else "."),
        icon=":material/warning:",
    )
    with st.container(horizontal=True):
        page_link(RESPONSES, "Export first", {"dataset": dataset, "view": "Export"}, icon="download")
        st.button("Keep", key=f"{key}_keep", on_click=_set, args=(asked, False))
        if st.button(f"Remove {count(going.n_prompts)} for good", type="primary", key=f"{key}_gone"):
            _remove(database, dataset, prompt_ids, asked)


def _set(key: str, value: bool) -> None:
    st.session_state[key] = value


def _remove(database: Database, dataset: str, prompt_ids: Sequence[int], asked: str) -> None:
    try:
        gone = remove_prompts(database, dataset, prompt_ids)
    except ArenaError as error:
        st.error(label(error), title="Nothing was removed", icon=":material/error:")
        return
    st.cache_data.clear()
    st.session_state[asked] = False
    st.session_state["prompts_said"] = f"{plural(gone.n_prompts, 'prompt')} removed."
    st.query_params.pop("prompt", None)
    st.rerun()
