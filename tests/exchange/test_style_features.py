from __future__ import annotations

import pytest

from arena.style_features import StyleFeatures, get_style_features

CASES = [
    ((), StyleFeatures(0, 0, 0, 0, 0, 0)),
    (("",), StyleFeatures(0, 0, 0, 0, 0, 0)),
    (("one two",), StyleFeatures(7, 2, 0, 0, 0, 0)),
    (("one", "two three"), StyleFeatures(12, 3, 0, 0, 0, 0)),
    (("# Title\n\n## Part\n#tag",), StyleFeatures(21, 5, 2, 0, 0, 0)),
    (("- a\n* b\n1. c\n2) d\n  + e\n-f",), StyleFeatures(26, 11, 0, 5, 0, 0)),
    (("**bold** and __strong__ not **open",), StyleFeatures(34, 5, 0, 0, 2, 0)),
    (("```py\n# no\n- no\n**no**\n```\n- yes",), StyleFeatures(32, 9, 0, 1, 0, 1)),
    (("```\nnever closed\n# no",), StyleFeatures(21, 5, 0, 0, 0, 1)),
]


@pytest.mark.parametrize(("turns", "features"), CASES)
def test_markdown_is_counted_outside_code_blocks(turns: tuple[str, ...], features: StyleFeatures) -> None:
    assert get_style_features(turns) == features


def test_a_hostile_text_is_counted_in_linear_time() -> None:
    for text in ("`" * 100_000, "*" * 100_000, "- " * 50_000, "_" * 100_000, "~~~\n" * 25_000):
        get_style_features([text])
