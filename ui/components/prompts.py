"""The prompts of a data set: filters, a table whose rows open, adding one, tagging and removing several."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import streamlit as st
from markupsafe import Markup

from arena.datasets import DatasetSummary, list_tags
from arena.errors import ArenaError
from arena.generate.coverage import preview
from arena.prompts import KINDS, PromptFilter, PromptPage, list_prompts, tag_prompts
from arena.store import Database
from ui.components.prompt_form import ask_new_prompt, show_removal
from ui.components.words import lead, note
from ui.figures import count, plural
from ui.navigation import RESPONSES, href
from ui.render import label, visible

PAGE_SIZE: Final = 50
MOST_AT_ONCE: Final = 1_000
_TABLE: Final = Markup(
    '<div class="eh-scroll"><table class="eh-table"><caption>Each opens, to be read and changed</caption>'
    '<thead><tr><th>Prompt</th><th class="eh-wide">Kind</th><th>Tags</th><th class="eh-num">References</th>'
    '<th class="eh-num">Responses</th></tr></thead><tbody>{}</tbody></table></div>'
)
_ROW: Final = Markup(
    '<tr><th scope="row"><a href="{}" target="_self">{}</a></th><td class="eh-wide">{}</td><td>{}</td>'
    '<td class="eh-num">{}</td><td class="eh-num">{}</td></tr>'
)


def show_prompts(database: Database, dataset: DatasetSummary) -> None:
    """Show the tab."""
    said = st.session_state.pop("prompts_said", None)
    if said:
        st.success(label(said), icon=":material/check_circle:")
    tags = [tag.tag for tag in list_tags(database, dataset.name)]
    wanted = _ask_filter(dataset.name, tags)
    first = PAGE_SIZE * (int(st.session_state.get("prompts_page", 1)) - 1)
    page = list_prompts(database, wanted, first=first, limit=PAGE_SIZE)
    if not page.rows and first:
        page = list_prompts(database, wanted, limit=PAGE_SIZE)
    is_filtered = bool(wanted.tag or wanted.kind or wanted.words)
    lead(plural(page.n_all, "prompt") + (" fit the filter." if is_filtered else "."))
    with st.expander("Add a prompt", icon=":material/add:", expanded=not page.n_all and not is_filtered):
        ask_new_prompt(database, dataset.name, tags)
    if page.rows and is_filtered:
        _show_many(database, wanted, page.n_all, tags)
    elif page.rows:
        note("Filter by tag, kind or words to tag or remove several at once.")
    if page.rows:
        _show_table(page, dataset.name)
    n_pages = math.ceil(page.n_all / PAGE_SIZE)
    if n_pages > 1:
        st.pagination(n_pages, key="prompts_page")


def _ask_filter(dataset: str, tags: Sequence[str]) -> PromptFilter:
    words, tag, kind = st.columns([3, 2, 2])
    typed = words.text_input(
        "Words", key="prompts_words", placeholder="in the text or the id", bind="query-params"
    )
    chosen = tag.selectbox("Tag", tags, None, key="prompts_tag", placeholder="Any", bind="query-params")
    of_kind = kind.selectbox("Kind", KINDS, None, key="prompts_kind", placeholder="Any", bind="query-params")
    return PromptFilter(dataset, chosen, of_kind, (typed or "").strip() or None)


def _show_table(page: PromptPage, dataset: str) -> None:
    body = Markup("").join(
        _ROW.format(
            href(RESPONSES, {"dataset": dataset, "prompt": row.id}),
            visible(preview(row.messages) or row.key)
            if row.messages
            else Markup("<em>{}</em>").format(visible(row.key)),
            row.kind,
            visible(", ".join(row.tags)),
            count(row.n_references),
            count(row.n_responses),
        )
        for row in page.rows
    )
    st.html(_TABLE.format(body))


def _show_many(database: Database, wanted: PromptFilter, n_all: int, tags: Sequence[str]) -> None:
    """Show what can be done to all that fit the filter."""
    with st.expander(
        f"With these {plural(n_all, 'prompt')}", icon=":material/checklist:", key="prompts_many"
    ):
        if n_all > MOST_AT_ONCE:
            note(f"At most {MOST_AT_ONCE:,} at once; narrow the filter.")
            return
        ids = [row.id for row in list_prompts(database, wanted, limit=MOST_AT_ONCE).rows]
        with st.form("prompts_tagging", border=False):
            added, removed = st.columns(2)
            add = added.multiselect(
                "Add tags", tags, key="prompts_add_tags", accept_new_options=True, placeholder="None"
            )
            remove = removed.multiselect("Remove tags", tags, key="prompts_remove_tags", placeholder="None")
            if st.form_submit_button("Tag", icon=":material/label:"):
                try:
                    tag_prompts(database, wanted.dataset, ids, add=[str(tag) for tag in add], remove=remove)
                except ArenaError as error:
                    st.error(label(error), icon=":material/error:")
                else:
                    st.session_state["prompts_said"] = f"{plural(len(ids), 'prompt')} tagged."
                    st.rerun()
        show_removal(database, wanted.dataset, ids, key="prompts")
