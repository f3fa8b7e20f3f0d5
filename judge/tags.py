"""Where a reply offers something: text outside thinking, and tags in it, quoted or not.

Which tags count is decided in `judge.reading`; nothing here knows a verdict. No rule looks at which tag
comes first or last.
"""

import re
from dataclasses import dataclass

from judge.mention import is_only_mentioned

_NAMES = r"(?:\w{1,12}:)?(?:think|thinking|thought|thoughts|reasoning|scratchpad|reflection|analysis)"
_OPEN = rf"(?:<|&lt;)\s?{_NAMES}\b(?:[^<>&]{{0,80}})(?:>|&gt;)"
_CLOSE = rf"(?:<|&lt;)\s?/\s?{_NAMES}\s*(?:>|&gt;)"
_MARK = re.compile(rf"(?P<open>{_OPEN})|(?P<close>{_CLOSE})", re.IGNORECASE)
_OTHER_THINKING = re.compile(
    r"\[THINK\].*?\[/THINK\]|◁think▷.*?◁/think▷|<\|begin_of_thought\|>.*?<\|end_of_thought\|>"
    r"|<\|channel\|>(?:analysis|commentary).*?<\|channel\|>final<\|message\|>",
    re.DOTALL | re.IGNORECASE,
)
_STRAY_CLOSE = re.compile(
    rf"\A.*(?:^[ \t]*{_CLOSE}|{_CLOSE}[ \t]*$)", re.DOTALL | re.IGNORECASE | re.MULTILINE
)
_OPEN_THINKING = re.compile(
    rf"(?:{_OPEN}|\[THINK\]|◁think▷|<\|begin_of_thought\|>|<\|channel\|>(?:analysis|commentary)).*\Z",
    re.DOTALL | re.IGNORECASE,
)
_TAG = re.compile(r"(?<!\[)\\?\[\\?\[[ \t*_\"']*([^\[\]\\\n]{1,80}?)[ \t*_\"']*\\?\]\\?\](?!\])")
_SCALE = re.compile(r"[*_ \t]{0,4}(?:/|out\s+of|of|von|sur|de)\s{0,3}(\d{1,4})\b", re.IGNORECASE)
_INDEXING = re.compile(r"[A-Za-z0-9_)\]]\Z")
_FULL_WIDTH = {ord("【"): "[", ord("】"): "]"} | {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
"""Letters, digits and brackets of an East Asian keyboard; one for one, so that places stay."""
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
    re.compile(
        r"<(blockquote|q|cite|code|pre|del|s|strike)\b[^<>]{0,80}>.*?(?:</\1\s*>|\Z)",
        re.DOTALL | re.IGNORECASE,
    ),
    re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL),
    re.compile(r"~~[^~\n]+~~"),
)


@dataclass(frozen=True)
class Tag:
    """One `[[content]]`, folded to lower case.

    Parameters
    ----------
    is_quoted : bool
        It stands in a quote, or is only spoken of.
    scale : int or None
        What it is out of, where that is written behind it: `[[4]]/10`.
    """

    content: str
    is_quoted: bool
    scale: int | None = None


def drop_thinking(text: str) -> str:
    """Remove thinking blocks: closed ones, one whose opening is missing, and one that never ends."""
    visible = _OTHER_THINKING.sub(" ", _drop_closed(text))
    visible = _STRAY_CLOSE.sub(" ", visible)
    return _OPEN_THINKING.sub(" ", visible).strip()


def _drop_closed(text: str) -> str:
    """Remove blocks with both marks, what is nested in them too.

    A block ends with its first closing mark, or, where more have been opened, with the last of those that
    follow each other: an opening mark that is only spoken of in a block has none.
    """
    kept, kept_to, n_open, start = list[str](), 0, 0, 0
    marks = list(_MARK.finditer(text))
    for place, mark in enumerate(marks):
        if mark["open"] is not None:
            start = start if n_open else mark.start()
            n_open += 1
            continue
        if not n_open:
            continue
        n_open -= 1
        is_followed = place + 1 < len(marks) and marks[place + 1]["close"] is not None
        if n_open and is_followed:
            continue
        kept.append(text[kept_to:start])
        kept_to, n_open = mark.end(), 0
    return " ".join((*kept, text[kept_to:]))


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
            is_quoted=_stands_in(spans, found.start(), found.end())
            or _stands_between(text, found)
            or is_only_mentioned(text, found.start(), found.end()),
            scale=_scale_after(text, found.end()),
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


def _scale_after(text: str, end: int) -> int | None:
    found = _SCALE.match(text, end)
    return None if found is None else int(found.group(1))


def _stands_in(spans: list[tuple[int, int]], start: int, end: int) -> bool:
    return any(low <= start and end <= high for low, high in spans)


def _stands_between(text: str, tag: re.Match[str]) -> bool:
    """Tell whether straight quotation marks on the tag's own line enclose it, whatever surrounds them."""
    line_start = text.rfind("\n", 0, tag.start()) + 1
    line_end = text.find("\n", tag.end())
    before = text[line_start : tag.start()]
    after = text[tag.end() : line_end if line_end >= 0 else len(text)]
    return before.count('"') % 2 == 1 and '"' in after
