"""Matches as a table: who met, what each order said, who flipped; every row opens its evidence."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from markupsafe import Markup

from arena.matches import MatchFilter, MatchRow, PeopleCount
from ui.components.verdicts import verdict_chip, verdict_mark
from ui.match_address import with_match
from ui.navigation import MATCH, href
from ui.render import visible

_HEAD = Markup(
    '<tr><th>Prompt</th><th><span class="eh-side eh-side-a">A</span> Response A</th>'
    '<th title="Verdict with A shown first, then with B shown first">A first</th><th>B first</th>'
    '<th><span class="eh-side eh-side-b">B</span> Response B</th>'
    '<th class="eh-wide">Judge</th><th>People</th></tr>'
)
_ROW = Markup(
    '<tr><td class="eh-prompt"><a href="{link}">{prompt}</a></td><td class="eh-name">{a}</td>'
    '<td>{ab}</td><td class="eh-nowrap">{ba}{flip}</td><td class="eh-name">{b}</td>'
    '<td class="eh-wide eh-quiet">{judge}</td><td class="eh-quiet eh-people{nobody}">{people}</td></tr>'
)
_FLIP = Markup(
    ' <span class="eh-flip" role="img" aria-label="flip" title="A flip: the verdict changed with the order">'
    "\u21c4</span>"
)
_UNSHOWN = Markup('<span class="eh-quiet" title="This order was not judged">\N{EN DASH}</span>')


def show_match_table(rows: Sequence[MatchRow], wanted: MatchFilter) -> None:
    """Show one page of matches."""
    body = Markup("").join(_row(row, wanted) for row in rows)
    table = Markup(
        '<div class="eh-scroll"><table class="eh-table eh-matches">'
        "<thead>{}</thead><tbody>{}</tbody></table></div>"
    )
    st.html(table.format(_HEAD, body))


def people_in_short(people: Sequence[PeopleCount]) -> Markup:
    """Return what voters said, such as `2 x A, 1 x tie`."""
    parts = [Markup("{}\u00d7{}").format(one.n, verdict_mark(one.verdict)) for one in people]
    return Markup(", ").join(parts) or Markup("\N{EN DASH}")


def _row(row: MatchRow, wanted: MatchFilter) -> Markup:
    return _ROW.format(
        link=href(MATCH, with_match(wanted, row.id)),
        prompt=visible(row.prompt_preview) or f"Match {row.id}",
        a=visible(row.contestant_a),
        b=visible(row.contestant_b),
        ab=_order(row, "ab"),
        ba=_order(row, "ba"),
        flip=_FLIP if row.is_flip else "",
        judge=visible(row.judge),
        people=people_in_short(row.people),
        nobody="" if row.people else " eh-nobody",
    )


def _order(row: MatchRow, order: str) -> Markup:
    verdict = row.verdict_ab if order == "ab" else row.verdict_ba
    if verdict is None and row.n_orders == 1 and row.state == "scored":
        return _UNSHOWN
    return verdict_chip(verdict, shown_order="ab" if order == "ab" else "ba", reason=row.reason)
