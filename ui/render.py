"""The one way in which text that a model, a file or a stranger wrote reaches the screen.

Every text is hostile until it went through here. Three views: rendered (a subset of Markdown), plain (as it
came) and diff. What leaves is markup of our own tags and escaped text: no HTML of the text's own, no remote
image, no address that can be followed, no directive of Streamlit's Markdown. Display formulas are the one
thing that leaves as text, for KaTeX, and only when they cannot close their fence.

Response texts go through `ui.components.responses`; names and sentences inside Streamlit's own labels and
alerts go through `label`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup, escape

from ui.inline_formulas import set_formula

View = Literal["rendered", "plain", "diff"]

MAX_RENDERED_CHARS = 60_000
"""Above this a text is shown plain: Markdown of a megabyte stalls the browser."""
MAX_PLAIN_CHARS = 200_000
MAX_DIFF_WORDS = 6_000
MAX_EXACT_DIFF_WORDS = 800
MAX_FORMULAS = 25
MAX_FORMULA_CHARS = 1_500

# Controls that a terminal or a browser obeys, and marks that reorder what stands around them.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_REORDERING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_DRAWS_OUTSIDE = re.compile(
    r"\\(?:[gex]?def|let|newcommand|renewcommand|providecommand|href|url|html\w*|includegraphics|rule|m?kern"
    r"|m?skip|[hv]space|hskip|raisebox|smash|[rlc]lap|mathllap|mathrlap|mathclap|phantom|color\w*)\b"
)


_BETWEEN_DOLLARS = re.compile(r"\$(?![\s$])([^$\n]{1,300}?)(?<![\s\\])\$(?![\w$])")
"""As Pandoc reads them: no space inside next to a dollar, no digit or letter after the second one."""
_WORDS = re.compile(r"(?<![\\{A-Za-z])[A-Za-z]{3,} +[A-Za-z]{3,}")


@dataclass(frozen=True)
class Prose:
    """Safe markup, for `st.html`."""

    markup: Markup


@dataclass(frozen=True)
class Formula:
    """TeX that cannot close its fence, for `st.latex`."""

    tex: str


Block = Prose | Formula


def visible(text: str) -> str:
    """Return the text with controls as pictures and reordering marks spelled out; breaks and tabs stay."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _REORDERING.sub(_spell_out, _CONTROL.sub(_picture, text))


def _picture(found: re.Match[str]) -> str:
    code = ord(found[0])
    return chr(0x2400 + code) if code < 0x20 else "\N{REPLACEMENT CHARACTER}"


def _spell_out(found: re.Match[str]) -> str:
    return f"\u27e6U+{ord(found[0]):04X}\u27e7"


def render_plain(text: str) -> Markup:
    """Return the text as it came, broken where it breaks."""
    shown = visible(text[:MAX_PLAIN_CHARS])
    return Markup('<div class="eh-plain" dir="auto">{}</div>{}').format(
        shown, _cut_note(text, MAX_PLAIN_CHARS)
    )


def render_markdown(text: str) -> list[Block]:
    """Return a subset of Markdown: headings, lists, quotes, tables, code, emphasis, inert links, formulas."""
    if len(text) > MAX_RENDERED_CHARS:
        note = Markup('<p class="eh-note">Shown plain: {} characters are too many to lay out.</p>')
        return [Prose(note.format(f"{len(text):,}") + render_plain(text))]
    tokens = _MARKDOWN.parse(visible(text))
    return list(_split_at_formulas(tokens)) or [Prose(Markup('<p class="eh-note">Empty response.</p>'))]


def render_diff(text: str, other: str, *, side: Literal["a", "b"]) -> Markup:
    """Return the text with every word marked that the other one does not have in that place."""
    words, others = _words(text), _words(other)
    if max(len(words), len(others)) > MAX_DIFF_WORDS:
        note = Markup('<p class="eh-note">Not compared: more than {} words.</p>').format(
            f"{MAX_DIFF_WORDS:,}"
        )
        return note + render_plain(text)
    # The library's shortcut for long sequences ignores frequent words; short texts need no shortcut.
    matcher = SequenceMatcher(None, others, words, autojunk=len(words) > MAX_EXACT_DIFF_WORDS)
    mark = Markup('<mark class="eh-only-{}">{}</mark>')
    parts = [
        mark.format(side, piece) if is_own else escape(piece) for is_own, piece in _pieces(matcher, words)
    ]
    return Markup('<div class="eh-plain" dir="auto">{}</div>').format(Markup("").join(parts))


def label(text: object) -> str:
    r"""Return text that Streamlit's Markdown shows as it stands, for labels, captions and alerts.

    Punctuation is escaped, and `:name:` is split by a word joiner, since emoji and icons are put in after
    escapes were taken out.
    """
    line = " ".join(visible(str(text)).split())
    escaped = re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~$&@/])", r"\\\1", line)
    return re.sub(r":(?=\S)", "\\:\N{WORD JOINER}", escaped)


def _cut_note(text: str, limit: int) -> Markup:
    if len(text) <= limit:
        return Markup("")
    note = Markup('<p class="eh-note">Cut here: {} of {} characters are shown.</p>')
    return note.format(f"{limit:,}", f"{len(text):,}")


def _words(text: str) -> list[str]:
    return re.findall(r"\w+|\s+|[^\w\s]", visible(text[:MAX_PLAIN_CHARS]))


def _pieces(matcher: SequenceMatcher[str], words: Sequence[str]) -> list[tuple[bool, str]]:
    """Return runs of the text and whether they are its own; shared spaces between two own runs join them."""
    runs: list[tuple[bool, str]] = []
    for tag, _, _, start, end in matcher.get_opcodes():
        piece = "".join(words[start:end])
        if not piece:
            continue
        is_own = tag != "equal"
        if is_own and len(runs) > 1 and runs[-2][0] and not re.search(r"\w", runs[-1][1]):
            piece = runs[-2][1] + runs[-1][1] + piece
            del runs[-2:]
        runs.append((is_own and bool(piece.strip()), piece))
    return runs


def _split_at_formulas(tokens: Sequence[Token]) -> list[Block]:
    """Cut the document at its outermost display formulas; those inside lists and quotes stay as source."""
    blocks: list[Block] = []
    rest: list[Token] = []
    n_formulas = 0
    for token in tokens:
        if (
            token.type == "formula"
            and token.level == 0
            and n_formulas < MAX_FORMULAS
            and _is_harmless(token.content)
        ):
            _flush(rest, blocks)
            blocks.append(Formula(token.content))
            n_formulas += 1
        else:
            rest.append(token)
    _flush(rest, blocks)
    return blocks


def _flush(tokens: list[Token], blocks: list[Block]) -> None:
    if tokens:
        html = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
        blocks.append(Prose(Markup('<div class="eh-text" dir="auto">{}</div>').format(Markup(html))))
        tokens.clear()


def _is_harmless(tex: str) -> bool:
    return "$" not in tex and len(tex) <= MAX_FORMULA_CHARS and not _DRAWS_OUTSIDE.search(tex)


def _formula_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    r"""Read `$$ ... $$` and `\[ ... \]` that stand on lines of their own."""
    first = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    opening = next((mark for mark in ("$$", "\\[") if first.startswith(mark)), None)
    if opening is None:
        return False
    closing = "$$" if opening == "$$" else "\\]"
    lines = [first[2:]]
    line = start
    while closing not in lines[-1]:
        line += 1
        if line >= end or line - start > 60:
            return False
        lines.append(state.src[state.bMarks[line] : state.eMarks[line]])
    body, _, after = lines[-1].partition(closing)
    if after.strip():
        return False
    if not silent:
        token = state.push("formula", "", 0)
        token.content = "\n".join([*lines[:-1], body]).strip()
        token.map = [start, line + 1]
        state.line = line + 1
    return True


def _formula_inline(state: StateInline, silent: bool) -> bool:
    r"""Read `\( ... \)`, `\[ ... \]` and `$$ ... $$` in a line, and `$ ... $` where it cannot be money."""
    opening = state.src[state.pos : state.pos + 2]
    between_dollars = _BETWEEN_DOLLARS.match(state.src, state.pos)
    if between_dollars is not None and not _WORDS.search(between_dollars[1]):
        if not silent:
            state.push("formula", "", 0).content = between_dollars[1]
        state.pos = between_dollars.end()
        return True
    closing = {"\\(": "\\)", "\\[": "\\]", "$$": "$$"}.get(opening)
    stop = (
        -1 if closing is None else state.src.find(closing, state.pos + 2, state.pos + 2 + MAX_FORMULA_CHARS)
    )
    if stop < 0:
        return False
    if not silent:
        state.push("formula", "", 0).content = state.src[state.pos + 2 : stop]
    state.pos = stop + 2
    return True


class _Inert(RendererHTML):
    """Writes our own tags only: no image, no address that can be followed, no class named by the text."""

    def formula(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        tex = tokens[idx].content
        is_small = "\n" not in tex and _is_harmless(tex)
        markup = set_formula(tex) if is_small else None
        return markup or Markup('<code class="eh-formula">{}</code>').format(tex)

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        chip = Markup('<span class="eh-image" title="{}">image not loaded: {}</span>')
        return chip.format(tokens[idx].attrGet("src") or "", tokens[idx].content or "no description")

    def link_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return Markup('<span class="eh-link" title="{}">').format(tokens[idx].attrGet("href") or "")

    def link_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return "</span>"

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return Markup('<pre class="eh-code"><code>{}</code></pre>').format(tokens[idx].content)

    def code_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return self.fence(tokens, idx, options, env)

    def heading_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        # A response must not add to the page's own outline.
        return Markup('<p class="eh-heading eh-{}">').format(tokens[idx].tag)

    def heading_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return "</p>"


def _make_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True, "maxNesting": 20}, renderer_cls=_Inert)
    parser.enable(["table", "strikethrough"])
    parser.disable(["html_block", "html_inline", "reference"])
    parser.block.ruler.before("paragraph", "formula", _formula_block, {"alt": ["paragraph"]})
    parser.inline.ruler.before("escape", "formula", _formula_inline)
    return parser


_MARKDOWN = _make_parser()
