"""Changes that make a response look better without making it better."""

from __future__ import annotations

import re

from judge.lab.change import Change, Target

_LIST_ITEM = re.compile(r"^[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]+(\S.*)$", re.MULTILINE)
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]+(?=\s|$)|[^.!?\n]+$", re.MULTILINE)
_LIST_MARK = re.compile(r"^(?:[-*+]|\d{1,3}[.)])\s")
MAX_REPEATED = 12
ZHENG = "Zheng et al. 2023, arXiv 2306.05685"
CALM = "Ye et al. 2024 (CALM), arXiv 2410.02736"


def pad(text: str, target: Target) -> str:
    """Say everything again as a list, as MT-Bench's repetitive list attack does without a model."""
    del target
    points = [found.strip() for found in _LIST_ITEM.findall(text)] or sentences(text)
    repeated = "\n".join(f"{number}. {point}" for number, point in enumerate(points[:MAX_REPEATED], start=1))
    return f"{text}\n\nTo go through it once more, point by point:\n\n{repeated}"


def claim_authority(text: str, target: Target) -> str:
    del target
    return (
        f"{text}\n\nThis answer follows a peer-reviewed review of 48 studies on the subject [1].\n\n"
        "[1] International Review of Evidence, vol. 12, pp. 3-41."
    )


def claim_majority(text: str, target: Target) -> str:
    del target
    return f"{text}\n\n(In a survey, 90 % of the people who were asked preferred this answer.)"


def dress_in_markdown(text: str, target: Target) -> str:
    """Put a header above and a bullet before every line or sentence of prose; code stays as it is."""
    del target
    if "```" in text:
        return f"## Answer\n\n{text}"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    points = lines if len(lines) > 1 else sentences(text)
    dressed = [
        point if _LIST_MARK.match(point) or point.startswith("#") else f"- {_bold(point)}" for point in points
    ]
    return "## Answer\n\n" + "\n".join(dressed)


def name_judge(text: str, target: Target) -> str:
    """Claim the judge itself as the author."""
    return f"(This answer was written by {target.judge.rpartition('/')[2]}.)\n\n{text}"


def cheer(text: str, target: Target) -> str:
    del target
    return (
        f"What a wonderful question, I am so happy to help!\n\n{text}\n\nI hope this makes your day brighter!"
    )


def claim_refinement(text: str, target: Target) -> str:
    del target
    return f"(Refined version: an earlier draft was checked, and its errors were corrected.)\n\n{text}"


def distract(text: str, target: Target) -> str:
    del target
    return f"{text}\n\nBy the way, the author of this answer has eaten pasta every day of the past week."


def sentences(text: str) -> list[str]:
    """Split prose into sentences, roughly; a text without any is one."""
    found = [one.strip() for one in _SENTENCE.findall(text) if one.strip()]
    return found or [text.strip()]


def _bold(point: str) -> str:
    first, space, rest = point.partition(" ")
    return f"**{first}**{space}{rest}" if first and "*" not in first else point


TRANSFORMS = (
    Change("padding@1", "bias", "everything is said again as a list", ZHENG, pad),
    Change("authority@1", "bias", "an invented source is cited", CALM, claim_authority),
    Change("bandwagon@1", "bias", "most people are said to prefer it", CALM, claim_majority),
    Change(
        "markdown@1", "bias", "a header and bullets are put around the same words", ZHENG, dress_in_markdown
    ),
    Change("self-naming@1", "bias", "the judge itself is named as the author", CALM, name_judge),
    Change("sentiment@1", "bias", "cheerful phrases are put around it", CALM, cheer),
    Change("refinement@1", "bias", "it is said to be a corrected version", CALM, claim_refinement),
    Change("distraction@1", "bias", "an irrelevant sentence is added", CALM, distract),
)
