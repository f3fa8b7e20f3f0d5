"""Small judges and texts that the judge room's tests share."""

from judge import (
    Criterion,
    JudgeSpec,
    Level,
    Message,
    Mode,
    Pair,
    Rubric,
    Single,
    Slate,
    load_rubric,
    make_spec,
)
from judge.spec import ResponseFormat

FENCE_KEY = b"0123456789abcdef0123456789abcdef"
PROMPT = (Message("user", "How do I undo my last commit but keep the changes?"),)
PAIR = Pair(PROMPT, ("Use `git reset --soft HEAD~1`; your changes stay staged.",), ("Create a repository.",))
SINGLE = Single(PROMPT, PAIR.response_a)
SLATE = Slate(PROMPT, (("one",), ("two two",), ("three three three",)))


def levels(*values: int) -> tuple[Level, ...]:
    return tuple(Level(value, f"means {value}") for value in values)


ONE = Rubric("one", "", (Criterion("quality", "How good is it?", levels(1, 2, 3, 4, 5)),))
TWO = Rubric(
    "two",
    "",
    (
        Criterion("truth", "Is it true?", levels(1, 2, 3), weight=3.0),
        Criterion("tone", "Is it kind?", levels(0, 1)),
    ),
)


def judge_for(
    mode: Mode = "pairwise", response_format: ResponseFormat = "tags", *, rubric: Rubric | None = None
) -> JudgeSpec:
    default = load_rubric("helpfulness") if mode == "pairwise" else ONE
    return make_spec("hosted_vllm/fake", rubric or default, mode=mode, response_format=response_format)
