"""Where a reply offers something: text outside thinking, and tags in it, quoted or not.

Which tags count is decided in `judge.reading`; nothing here knows a verdict. No rule looks at which tag
comes first or last.
"""

import re
from dataclasses import dataclass

_NAMES = r"(?:think|thinking|thought|thoughts|reasoning|scratchpad|reflection|analysis)"
_CLOSED_THINKING = re.compile(
    rf"<({_NAMES})\b[^<>]{{0,80}}>.*?</\1\s*>|\[THINK\].*?\[/THINK\]|◁think▷.*?◁/think▷"
    r"|<\|channel\|>(?:analysis|commentary).*?<\|channel\|>final<\|message\|>",
    re.DOTALL | re.IGNORECASE,
)
_STRAY_CLOSE = re.compile(
    rf"\A.*(?:^[ \t]*</{_NAMES}\s*>|</{_NAMES}\s*>[ \t]*$)", re.DOTALL | re.IGNORECASE | re.MULTILINE
)
_OPEN_THINKING = re.compile(
    rf"(?:<{_NAMES}\b[^<>]{{0,80}}>|\[THINK\]|◁think▷|<\|channel\|>(?:analysis|commentary)).*\Z",
    re.DOTALL | re.IGNORECASE,
)
_TAG = re.compile(r"(?<!\[)\\?\[\\?\[[ \t*_\"']*([^\[\]\\\n]{1,80}?)[ \t*_\"']*\\?\]\\?\](?!\])")
_INDEXING = re.compile(r"[A-Za-z0-9_)\]]\Z")
_FULL_WIDTH = str.maketrans("［］【】", "[][]")
_WHOLE_WRAP = re.compile(
    r"\A\s*(?:```\w*\n(?P<fence>[^`]*)\n?```|`(?P<tick>[^`]*)`|[\"“](?P<quote>[^\"“”]*)[\"”])\s*\Z"
)

_QUOTES = (
    re.compile(r"^[ \t]*(?P<mark>```+|~~~+).*?(?:^[ \t]*(?P=mark)[ \t]*$|\Z)", re.DOTALL | re.MULTILINE),
    re.compile(r"(?<!`)(`{1,2})(?!`)[^`\n]+\1(?!`)"),
    re.compile(r"^[ \t]*>.*$", re.MULTILINE),
    re.compile(r"(?<!\w)\"(?=\S).{0,2000}?(?<=\S)\"(?!\w)", re.DOTALL),
    re.compile(r"[“„«「『‹].{0,2000}?[”“»」』›]", re.DOTALL),
    re.compile(r"(?<!\w)['‘](?=\S)[^'’\n]*?(?<=\S)['’](?!\w)"),
    re.compile(r"<blockquote\b.*?(?:</blockquote\s*>|\Z)", re.DOTALL | re.IGNORECASE),
)


@dataclass(frozen=True)
class Tag:
    """One `[[content]]`, with whether it stands in a quote; the content is folded to lower case."""

    content: str
    is_quoted: bool


def drop_thinking(text: str) -> str:
    """Remove thinking blocks: closed ones, one whose opening is missing, and one that never ends."""
    visible = _CLOSED_THINKING.sub(" ", text)
    visible = _STRAY_CLOSE.sub(" ", visible)
    return _OPEN_THINKING.sub(" ", visible).strip()


def unwrap(text: str) -> str:
    """Remove one code fence, or one pair of quotation marks, around the whole text."""
    found = _WHOLE_WRAP.match(text)
    if found is None:
        return text
    return next(group for group in found.group("fence", "tick", "quote") if group is not None)


def find_tags(visible: str) -> tuple[Tag, ...]:
    """Find every tag in a text without thinking, in no order that matters."""
    text = unwrap(visible).translate(_FULL_WIDTH)
    spans = [(found.start(), found.end()) for pattern in _QUOTES for found in pattern.finditer(text)]
    return tuple(
        Tag(
            content=" ".join(found.group(1).split()).casefold(),
            is_quoted=_stands_in(spans, found.start(), found.end()) or _stands_between(text, found),
        )
        for found in _TAG.finditer(text)
        if not _is_indexing(text, found)
    )


def quoted_spans(text: str) -> list[tuple[int, int]]:
    """Find the spans of quotes, code fences left out: an answer may be wrapped in one."""
    return [(found.start(), found.end()) for pattern in _QUOTES[1:] for found in pattern.finditer(text)]


def _is_indexing(text: str, tag: re.Match[str]) -> bool:
    """Tell `x[[0]]` of program code from a tag."""
    return tag.group(1).strip().isdecimal() and _INDEXING.search(text[: tag.start()][-1:]) is not None


def _stands_in(spans: list[tuple[int, int]], start: int, end: int) -> bool:
    return any(low <= start and end <= high for low, high in spans)


def _stands_between(text: str, tag: re.Match[str]) -> bool:
    """Tell whether straight quotation marks on the tag's own line enclose it, whatever surrounds them."""
    line_start = text.rfind("\n", 0, tag.start()) + 1
    line_end = text.find("\n", tag.end())
    before = text[line_start : tag.start()]
    after = text[tag.end() : line_end if line_end >= 0 else len(text)]
    return before.count('"') % 2 == 1 and '"' in after
