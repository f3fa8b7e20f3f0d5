"""A card's figures as rows: figure, value, drawn interval, n, people's own, the baseline's, help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st
from markupsafe import Markup

from arena.audit import Figure, JudgeCard
from arena.written import MINUS, points_of_percent, signed
from ui.components.scale import Scale, scale_over
from ui.components.words import lead
from ui.figures import NONE, count, percent, plural, usd
from ui.render import visible

_SPANS = {
    "share": Scale(0.0, 1.0),
    "difference": Scale(-1.0, 1.0),
    "score": Scale(-1.0, 1.0),
    "kappa": Scale(-0.5, 1.0),
}
_HEAD = Markup(
    '<tr><th>Figure</th><th class="eh-num">Value</th><th>95 % interval</th><th class="eh-num">n</th>'
    '<th class="eh-num">People</th><th class="eh-num" title="The built-in judge of that name">'
    'longest</th><th class="eh-num eh-wide" title="Two-sided, against no bias">p</th></tr>'
)
_ROW = Markup(
    '<tr><th scope="row"><span class="eh-help" title="{help}" tabindex="0">{label}'
    ' <span class="eh-mark" aria-label="{help}">?</span></span>{note}</th>'
    '<td class="eh-num">{value}</td><td>{interval}</td><td class="eh-num">{n}</td>'
    '<td class="eh-num">{people}</td><td class="eh-num">{longest}</td>'
    '<td class="eh-num eh-wide">{p}</td></tr>'
)
_GROUP = Markup('<tr class="eh-group"><th colspan="7" scope="rowgroup">{}</th></tr>')


def show_figures(card: JudgeCard) -> None:
    """Show every figure of the card, by group."""
    groups: dict[str, list[Figure]] = {}
    for figure in card.figures:
        groups.setdefault(figure.group, []).append(figure)
    body = Markup("").join(
        _GROUP.format(group) + Markup("").join(_row(figure) for figure in figures)
        for group, figures in groups.items()
    )
    table = Markup(
        '<div class="eh-scroll"><table class="eh-table"><thead>{}</thead><tbody>{}</tbody></table></div>'
    )
    st.html(table.format(_HEAD, body))
    st.html(
        '<p class="eh-note">Intervals are clustered by prompt. People and longest: their own figure on the'
        " same items. Under its least n a figure is not shown. pp: percentage points.</p>"
    )


def show_comparison(left: JudgeCard, right: JudgeCard) -> None:
    """Say how two judges differ, and show their figures side by side, each with its interval."""
    lead(compared_in_words(left, right))
    rows = Markup("").join(
        Markup('<tr><th scope="row">{}</th>{}{}</tr>').format(
            figure.label, _pair(figure), _pair(right.figure(figure.name))
        )
        for figure in left.figures
    )
    table = Markup(
        '<div class="eh-scroll"><table class="eh-table"><thead><tr><th>Figure</th>'
        '<th class="eh-num" colspan="2">{}</th><th class="eh-num" colspan="2">{}</th></tr></thead>'
        "<tbody>{}</tbody></table></div>"
    )
    names = [visible(f"{card.judge}@{card.version}") for card in (left, right)]
    st.html(table.format(*names, rows))


def compared_in_words(left: JudgeCard, right: JudgeCard) -> str:
    """Name the figures whose intervals do not overlap."""
    apart = {one.label: _lie_apart(one, right.figure(one.name)) for one in left.figures}
    n_known = sum(answer is not None for answer in apart.values())
    named = [name for name, answer in apart.items() if answer]
    names = f"{left.judge}@{left.version} beside {right.judge}@{right.version}"
    said = f"{len(named)} lie apart: {', '.join(named)}" if named else "none lie apart"
    return f"{names}: of {plural(n_known, 'interval')} that both have, {said}."


def _lie_apart(one: Figure, other: Figure | None) -> bool | None:
    """Tell whether two intervals do not overlap; None where there are not two."""
    if other is None or one.low is None or one.high is None or other.low is None or other.high is None:
        return None
    return one.high < other.low or other.high < one.low


def written(figure: Figure | None, value: float | None) -> str:
    """Write a value in the figure's unit."""
    if figure is None or value is None:
        return NONE
    if figure.unit == "share":
        return percent(value)
    if figure.unit == "difference":
        return points_of_percent(value)
    if figure.unit == "score":
        return signed(value, digits=2)
    if figure.unit == "usd":
        return usd(value)
    return f"{value:,.0f}\N{NO-BREAK SPACE}s" if figure.unit == "s" else f"{value:.2f}".replace("-", MINUS)


def _row(figure: Figure) -> Markup:
    note = Markup('<span class="eh-sub">{}</span>').format(visible(figure.note)) if figure.note else ""
    return _ROW.format(
        help=f"{figure.help} Source: {figure.source}.",
        label=figure.label,
        note=note,
        value=written(figure, figure.value),
        interval=_interval(figure),
        n=Markup('{}<span class="eh-sub">{}</span>').format(count(figure.n), figure.counted),
        people=NONE if figure.people is None else _aside(figure, figure.people.value, figure.people.n),
        longest=NONE if figure.longest is None else _aside(figure, figure.longest.value, figure.longest.n),
        p=_p(figure),
    )


def _aside(figure: Figure, value: float, n: int) -> Markup:
    return Markup('<span title="of {}">{}</span>').format(count(n), written(figure, value))


def _p(figure: Figure) -> Markup:
    if figure.p_value is None:
        return Markup("{}").format(NONE)
    alone = ""
    if figure.p_independent is not None:
        alone = Markup('<span class="eh-sub">if independent {}</span>').format(_small(figure.p_independent))
    return Markup("{}{}").format(_small(figure.p_value), alone)


def _small(p: float) -> str:
    return "< .001" if p < 0.001 else f"{p:.3f}".removeprefix("0")


def _pair(figure: Figure | None) -> Markup:
    return Markup('<td class="eh-num">{}</td><td>{}</td>').format(
        written(figure, None if figure is None else figure.value), _interval(figure)
    )


def _interval(figure: Figure | None) -> Markup:
    if figure is None or figure.value is None:
        is_short = figure is not None and figure.note.startswith("not enough data")
        words = "not enough data" if is_short else "not available"
        return Markup('<span class="eh-quiet">{}</span>').format(words)
    return interval(figure.value, figure.low, figure.high, _scale(figure), words=_words(figure))


def _scale(figure: Figure) -> Scale | None:
    if figure.unit in _SPANS:
        return _SPANS[figure.unit]
    known = [abs(value) for value in (figure.low, figure.high, figure.value) if value is not None]
    if figure.unit == "nats" and known:
        return Scale(-max(known) * 1.1 - 0.1, max(known) * 1.1 + 0.1)
    return scale_over([figure.low, figure.high, figure.value])


def _words(figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return f"{written(figure, figure.value)}, no interval"
    low, high = written(figure, figure.low), written(figure, figure.high)
    return f"{written(figure, figure.value)}, from {low} to {high}"


def interval(
    value: float,
    low: float | None,
    high: float | None,
    scale: Scale | None,
    *,
    words: str,
    middle: float = 0.0,
) -> Markup:
    """Draw a value with its interval on a scale, a line at the middle where the scale crosses it."""
    if scale is None:
        return Markup("{}").format(words)
    zero = Markup("")
    if scale.low < middle < scale.high:
        zero = Markup('<s style="left:{:.2f}%"></s>').format(100 * scale.place(middle))
    bar = Markup("")
    if low is not None and high is not None:
        left, right = scale.place(low), scale.place(high)
        bar = Markup('<i style="left:{:.2f}%;width:{:.2f}%"></i>').format(100 * left, 100 * (right - left))
    dot = Markup('<b style="left:{:.2f}%"></b>').format(100 * scale.place(value))
    return Markup('<div class="eh-interval" role="img" aria-label="{0}" title="{0}">{1}{2}{3}</div>').format(
        words, zero, bar, dot
    )


def show_table(head: Sequence[str], rows: Sequence[Mapping[str, str | Markup]], *, empty: str) -> None:
    """Show rows whose first column names them; text columns are escaped."""
    if not rows:
        st.html(Markup('<p class="eh-note">{}</p>').format(visible(empty)))
        return
    cells = Markup("").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(
                Markup('<th scope="row">{}</th>' if place == 0 else '<td class="eh-num">{}</td>').format(
                    row[name] if isinstance(row[name], Markup) else visible(str(row[name]))
                )
                for place, name in enumerate(head)
            )
        )
        for row in rows
    )
    heads = Markup("").join(
        Markup("<th>{}</th>" if place == 0 else '<th class="eh-num">{}</th>').format(name)
        for place, name in enumerate(head)
    )
    table = Markup(
        '<div class="eh-scroll"><table class="eh-table"><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>"
    )
    st.html(table.format(heads, cells))
