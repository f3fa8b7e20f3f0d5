"""Hostile text stays text."""

from __future__ import annotations

import html
import re

import pytest

from ui.render import (
    MAX_PLAIN_CHARS,
    MAX_RENDERED_CHARS,
    Formula,
    Prose,
    label,
    render_diff,
    render_markdown,
    render_plain,
    visible,
)

OUR_TAGS = {
    "div", "p", "span", "pre", "code", "mark", "ul", "ol", "li", "blockquote", "table", "thead", "tbody",
    "tr", "th", "td", "em", "strong", "s", "hr", "br",
}  # fmt: skip
OUR_ATTRIBUTES = {"class", "dir", "title", "style", "start"}

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "</div></div><h1>Vote A</h1>",
    "[click](javascript:alert(1))",
    "[click](JaVaScRiPt&colon;alert(1))",
    "[click](data:text/html;base64,PHNjcmlwdD4=)",
    "![pixel](https://tracker.example/p.png?who=voter)",
    '![x](https://e.example/"onerror="alert(1))',
    '[x](https://e.example/ "title\\" onmouseover=alert(1)")',
    "<https://e.example/auto>",
    "```html\n<script>alert(1)</script>\n```",
    '```"><script>alert(1)</script>\nx\n```',
    "`<b>`",
    "| a |\n|---|\n| <iframe src=//e.example> |",
    "[ref]: https://e.example 'x'\n[ref]",
    "<style>.stApp{display:none}</style>",
    "# <b onclick=x>heading</b>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<!-- --><script>",
    "$$\\href{javascript:alert(1)}{x}$$",
    "a\x00b\x1b[31mred\x1b[0m\x9b31m",
    ">" * 500 + "deep",
    "[" * 3000,
    "*_" * 3000,
]


def markup_of(text: str) -> str:
    return "".join(
        block.markup if isinstance(block, Prose) else html.escape(block.tex)
        for block in render_markdown(text)
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_only_our_own_tags_and_attributes_leave(text: str) -> None:
    for markup in (markup_of(text), str(render_plain(text)), str(render_diff(text, "x", side="a"))):
        tags = re.findall(r"<\s*/?\s*([a-zA-Z0-9]+)((?:[^<>\"]|\"[^\"]*\")*)>", markup)
        assert markup.count("<") == len(tags)
        assert {tag for tag, _ in tags} <= OUR_TAGS
        for _, attributes in tags:
            assert set(re.findall(r'([\w-]+)="[^"]*"', attributes)) <= OUR_ATTRIBUTES
            assert not re.search(r"\bon\w+=(?=[^\"]*$)", re.sub(r'"[^"]*"', '""', attributes))


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_can_be_fetched_or_followed(text: str) -> None:
    assert not re.search(
        r"<[^>]*\b(?:href|src|srcset|action|background)\s*=", re.sub(r'"[^"]*"', '""', markup_of(text))
    )


def test_an_image_shows_its_description_and_is_not_loaded() -> None:
    assert "image not loaded: a cat" in markup_of("![a cat](https://e.example/cat.png)")


def test_a_link_shows_its_text_and_its_address() -> None:
    assert markup_of("[docs](https://e.example/a)").count("https://e.example/a") == 1


def test_a_style_in_a_table_is_only_the_alignment() -> None:
    assert re.findall(r'style="([^"]*)"', markup_of("| a | b |\n|:--|--:|\n| 1 | 2 |")) == [
        "text-align:left", "text-align:right", "text-align:left", "text-align:right",
    ]  # fmt: skip


def test_markdown_is_laid_out() -> None:
    shown = markup_of("# Title\n\n- one\n- **two**\n\n```py\nx = 1 < 2\n```\n\n> quoted\n\n1. a\n\n~~gone~~")
    for piece in (
        "eh-heading eh-h1",
        "<li>",
        "<strong>two</strong>",
        "x = 1 &lt; 2",
        "<blockquote>",
        "<ol>",
        "<s>gone</s>",
    ):
        assert piece in shown


@pytest.mark.parametrize(
    "text",
    [
        "It costs $5 and $6.",
        "from $20,000 to $30,000",
        "set $HOME/bin:$PATH first",
        "ask $alice about this or bob$ now",
        "$ 5 or 6 $",
        "a\\$b\\$c",
    ],
)
def test_money_and_variables_are_no_formula(text: str) -> None:
    assert 'class="eh-tex"' not in markup_of(text)
    assert text.replace("\\", "") in markup_of(text)


@pytest.mark.parametrize("text", ["$$x^2$$", "\\[x^2\\]", "before\n\n$$\nx^2\n$$\n\nafter", "\\[\nx^2\n\\]"])
def test_a_display_formula_is_set_by_katex(text: str) -> None:
    assert Formula("x^2") in render_markdown(text)


@pytest.mark.parametrize(("before", "after"), [("\\(", "\\)"), ("$", "$")])
def test_a_formula_within_a_line_is_set_in_it(before: str, after: str) -> None:
    def written(tex: str) -> str:
        return markup_of(f"so {before}{tex}{after} holds").partition("</p>")[0]

    assert '">2<sup>3</sup> = 8 = 7 + 1</span> holds' in written("2^3 = 8 = 7 + 1")
    assert '">2<sup>50</sup> ≡ 1 (mod 7)</span>' in written("2^{50} \\equiv 1 \\pmod 7")
    assert "<i>a</i><sub>1</sub> &lt; <i>b</i></span>" in written("a_1 < b")
    assert "<span><i>a</i> + 1</span><span>2</span></span>" in written("\\frac{a+1}{2}")


@pytest.mark.parametrize(
    "tex", ["\\hat{x}", "\\foo x", "a_", "\\begin{matrix}a&b\\end{matrix}", "\\sqrt[3]{x}", "\\binom{n}{k}",
            "{" * 100, "\\left(" * 40, "x" * 301, "\\href{javascript:x}{y}", "\\color{red}x"],
)  # fmt: skip
def test_a_formula_within_a_line_that_is_not_understood_whole_keeps_its_source(tex: str) -> None:
    shown = markup_of(f"so \\({tex}\\) holds")
    assert '<code class="eh-formula">' in shown
    assert 'class="eh-tex"' not in shown


@pytest.mark.parametrize(
    "tex",
    [
        "\\href{javascript:x}{y}",
        "\\rule{900em}{900em}",
        "\\def\\x{\\x\\x}\\x",
        "a $ b",
        "x" * 5000,
        "\\htmlClass{a}{b}",
    ],
)
def test_a_formula_that_could_reach_outside_keeps_its_source(tex: str) -> None:
    assert not any(isinstance(block, Formula) for block in render_markdown(f"\\[{tex}\\]"))


def test_controls_are_seen_and_obeyed_by_nobody() -> None:
    assert visible("a\x00b\x1b[31m\tc\r\nd\x85") == "a\u2400b\u241b[31m\tc\nd\ufffd"


def test_marks_that_reorder_are_spelled_out() -> None:
    assert visible("file\u202egpj.exe") == "file\u27e6U+202E\u27e7gpj.exe"


def test_right_to_left_text_chooses_its_own_direction() -> None:
    assert 'dir="auto"' in markup_of("\u05e9\u05dc\u05d5\u05dd")


def test_a_huge_text_is_shown_plain_and_says_where_it_was_cut() -> None:
    text = "# word " * (MAX_PLAIN_CHARS // 4)
    shown = markup_of(text)
    assert len(shown) < MAX_PLAIN_CHARS * 1.1
    assert "too many to lay out" in shown
    assert "Cut here" in shown
    assert len(text) > MAX_RENDERED_CHARS


def test_an_empty_response_says_so() -> None:
    assert "Empty response" in markup_of("")


def test_a_diff_marks_what_the_other_does_not_have() -> None:
    shown = render_diff("the red fox", "the blue fox", side="a")
    assert shown == '<div class="eh-plain" dir="auto">the <mark class="eh-only-a">red</mark> fox</div>'


def test_a_diff_marks_neighbouring_words_in_one_piece() -> None:
    shown = render_diff("so the red fox runs, then", "so a blue cat sits, then", side="b")
    assert '<mark class="eh-only-b">the red fox runs</mark>, then' in shown


def test_a_diff_of_very_long_texts_is_refused_in_words() -> None:
    assert "Not compared" in render_diff("a " * 9000, "b", side="b")


@pytest.mark.parametrize(
    "text",
    [
        ":red[x]",
        ":material/home:",
        ":smile:",
        "$x$",
        "**b**",
        "[a](http://e)",
        "<b>",
        "`c`",
        "# h",
        "- l",
        "1. x",
    ],
)
def test_a_label_neither_styles_nor_links(text: str) -> None:
    shown = label(text)
    assert not re.search(r"(?<!\\)[*_`\[\]<>$#]", shown)
    assert not re.search(r":[\w/+-]+:", shown)
    assert re.sub(r"\\(?=[^\w\s])|\u2060", "", shown) == text
