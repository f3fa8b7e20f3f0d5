"""Normal forms of a text: for comparison, as words, as numbers. Any script."""

import unicodedata

import regex

_ARTICLES = frozenset({"a", "an", "the"})
_MINUS = str.maketrans("−‐‑–﹣", "-----")
_UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
_WORD = regex.compile(rf"{_UNSPACED}\p{{M}}*|(?:(?!{_UNSPACED})\w)+")
_PIECE = regex.compile(rf"{_UNSPACED}\p{{M}}*|(?:(?!{_UNSPACED})\S)+")
_NUMBER = regex.compile(
    r"(?<![\w.])[+-]?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?(?:[eE][+-]?\d+)?|(?<![\w.])[+-]?\.\d+"
)


def normalise(text: str) -> str:
    """Fold case and width, drop punctuation and English articles, and make every space one.

    Punctuation that makes another word or number stays: `-5`, `3.5`, `1/2`, `50%`, `C#`, `AT&T`. A text of
    nothing but articles keeps them, so that an answer `A` is one.

    References
    ----------
    Rajpurkar et al. (2016), SQuAD's `normalize_answer`, taken beyond ASCII and kept from merging numbers.
    """
    folded = unicodedata.normalize("NFKC", text).translate(_MINUS).casefold()
    words = "".join(_kept(folded, place) for place in range(len(folded))).split()
    without = [word for word in words if word not in _ARTICLES]
    return " ".join(without or words)


def _kept(text: str, place: int) -> str:
    """Return what stands for the character at a place: itself, a space, or nothing."""
    character = text[place]
    if not unicodedata.category(character).startswith("P") or character in "&@":
        return character
    before, after = text[place - 1 : place] if place else "", text[place + 1 : place + 2]
    if character in "+-.,:/" and after.isdigit() and (not before.strip() or before.isdigit()):
        return character
    if (character == "%" and before.isdigit()) or (character == "#" and before.isalpha()):
        return character
    return "" if character in ".'’" else " "


def split_normalised(text: str) -> list[str]:
    """Split the normal form at spaces; scripts that write none give one piece a letter."""
    return list(_PIECE.findall(normalise(text)))


def split_words(text: str) -> list[str]:
    """Split into words, case folded; scripts that write no spaces give one word a letter."""
    return list(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def last_number(text: str) -> float | None:
    """Read the last number, where models put their answer; None without one.

    Thousands are parted by commas, decimals by a point; digits of any script are read.
    """
    found = _NUMBER.findall(unicodedata.normalize("NFKC", text).translate(_MINUS))
    return float(found[-1].replace(",", "")) if found else None
