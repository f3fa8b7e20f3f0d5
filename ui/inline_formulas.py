"""Formulas within a line, as markup of our own tags: what is not understood whole stays as its source.

KaTeX sets formulas that stand alone; within a line Streamlit lets no markup of it through. So the TeX is read
by a library, and its tree written out with superscripts, subscripts, fractions and roots.
"""

from __future__ import annotations

import html
import unicodedata
from typing import Final
from xml.etree.ElementTree import Element

from latex2mathml import exceptions
from latex2mathml.converter import convert_to_element
from markupsafe import Markup, escape

MAX_CHARS: Final = 300
MAX_GROUPS: Final = 30

_FORMS: Final = {
    "msup": "{}<sup>{}</sup>",
    "msub": "{}<sub>{}</sub>",
    "munder": "{}<sub>{}</sub>",
    "msubsup": "{}<sub>{}</sub><sup>{}</sup>",
    "munderover": "{}<sub>{}</sub><sup>{}</sup>",
    "mfrac": '<span class="eh-fraction"><span>{}</span><span>{}</span></span>',
}
"""Element to markup of its parts, which must be as many as there are places."""
_KNOWN: Final = {"form", "fence", "stretchy", "separator", "mathvariant", "width", "display", "xmlns"}
"""Attributes that change nothing of what a formula says."""


class _UnknownFormError(Exception):
    """The formula has a part that has no markup here."""


_REFUSED: Final[tuple[type[Exception], ...]] = (
    _UnknownFormError,
    *(kind for kind in vars(exceptions).values() if isinstance(kind, type) and issubclass(kind, Exception)),
    StopIteration, ValueError, IndexError, KeyError,  # what the library stumbles over in broken TeX
)  # fmt: skip


def set_formula(tex: str) -> Markup | None:
    """Return the formula as markup with its source as title; None where some part of it is not understood."""
    if len(tex) > MAX_CHARS or tex.count("{") > MAX_GROUPS or tex.count("\\left") > MAX_GROUPS:
        return None
    try:
        inner = _write(convert_to_element(tex))
    except _REFUSED:
        return None
    return Markup('<span class="eh-tex" title="{}">{}</span>').format(tex, inner)


def _write(element: Element) -> Markup:
    parts = list(element)
    if not _KNOWN.issuperset(element.attrib):
        raise _UnknownFormError(element.attrib)
    match element.tag:
        case "mi":
            name = _text(element)
            is_variable = len(name) == 1 and name.isascii() and name.isalpha()
            return Markup("<i>{}</i>").format(name) if is_variable else escape(name)
        case "mn" | "mtext" | "mo":
            return escape(_text(element))
        case "mspace":
            return Markup(" ")
        case "mrow" | "math" | "mstyle" | "msqrt":
            row = Markup("").join(_spaced(parts))
            is_root = element.tag == "msqrt"
            return Markup('√<span class="eh-root">{}</span>').format(row) if is_root else row
        case tag if tag in _FORMS and _FORMS[tag].count("{}") == len(parts):
            return Markup(_FORMS[tag]).format(*map(_write, parts))
    raise _UnknownFormError(element.tag)


def _spaced(parts: list[Element]) -> list[Markup]:
    """Write a row; a sign between two others, not one before a number, stands between spaces."""
    written = []
    for place, part in enumerate(parts):
        markup = _write(part)
        is_between = 0 < place < len(parts) - 1 and parts[place - 1].tag != "mo"
        if part.tag == "mo" and is_between and unicodedata.category(_text(part)[0]) in ("Sm", "Pd"):
            markup = Markup(" {} ").format(markup)
        written.append(markup)
    return written


def _text(element: Element) -> str:
    text = html.unescape(element.text or "").replace("\N{NO-BREAK SPACE}", " ")
    if not text or "\\" in text:
        raise _UnknownFormError(text)
    return text.replace("-", "\N{MINUS SIGN}") if element.tag == "mo" else text
