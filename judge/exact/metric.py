"""A metric by name and argument, as people write it: `number:1%`, `bleu:zh`, `regex:^yes`."""

import math
from dataclasses import dataclass
from importlib.metadata import version
from typing import Literal

from judge.exact.errors import MetricError
from judge.exact.pattern import check_pattern

Scale = Literal["share", "percent", "cosine", "perplexity"]


@dataclass(frozen=True)
class _Kind:
    title: str
    scale: Scale
    library: str | None = None
    default: str = ""
    is_check: bool = False
    needs_reference: bool = True
    is_lower_better: bool = False


_KINDS = {
    "exact": _Kind("exact match", "share", is_check=True),
    "contains": _Kind("contains the reference", "share", is_check=True),
    "regex": _Kind("matches the pattern", "share", "regex", is_check=True),
    "number": _Kind("right number", "share", is_check=True),
    "edit": _Kind("edit similarity", "share", "rapidfuzz"),
    "bleu": _Kind("BLEU", "percent", "sacrebleu", "13a"),
    "chrf": _Kind("chrF", "percent", "sacrebleu"),
    "ter": _Kind("TER", "percent", "sacrebleu", is_lower_better=True),
    "rouge-l": _Kind("ROUGE-L", "share"),
    "embedding": _Kind("semantic similarity", "cosine"),
    "perplexity": _Kind("perplexity", "perplexity", needs_reference=False, is_lower_better=True),
}
METRIC_NAMES = tuple(_KINDS)
BLEU_TOKENIZERS = ("13a", "intl", "zh", "char", "none")
OWN_VERSION = "1"


@dataclass(frozen=True)
class Metric:
    """One metric.

    Parameters
    ----------
    argument : str
        `regex`: the pattern, empty to take the references as patterns. `number`: tolerance, absolute as
        `0.01` or of the reference as `1%`. `bleu`: sacrebleu's tokenizer. `embedding`: `provider/model`.
    """

    name: str
    argument: str = ""

    @property
    def key(self) -> str:
        """What people write and the database keeps."""
        return f"{self.name}:{self.argument}" if self.argument else self.name

    @property
    def title(self) -> str:
        """What a column is called."""
        title = _KINDS[self.name].title
        return f"{title} ({self.argument})" if self.argument else title

    @property
    def scale(self) -> Scale:
        """Unit: `share` is 0 to 1, `percent` 0 to 100 (TER may be above), `cosine` -1 to 1."""
        return _KINDS[self.name].scale

    @property
    def is_check(self) -> bool:
        """Whether it says right (1) or wrong (0) and so may gate a judge on a `correctness` prompt."""
        return _KINDS[self.name].is_check

    @property
    def is_lower_better(self) -> bool:
        """Whether less is better, as with TER and perplexity."""
        return _KINDS[self.name].is_lower_better

    @property
    def needs_reference(self) -> bool:
        """Whether a prompt without references leaves it without a figure."""
        return _KINDS[self.name].needs_reference and not (self.name == "regex" and self.argument)

    @property
    def signature(self) -> str:
        """Version of what computes it, such as `sacrebleu 2.6.0`."""
        library = _KINDS[self.name].library
        return f"evenhand {OWN_VERSION}" if library is None else f"{library} {version(library)}"


def parse_metric(text: str) -> Metric:
    """Read `NAME` or `NAME:ARGUMENT`.

    Raises
    ------
    MetricError
        For an unknown name or an argument that the metric cannot use.
    """
    name, _, argument = text.strip().partition(":")
    name, argument = name.strip().lower(), argument.strip()
    if name not in _KINDS:
        raise MetricError(f"there is no metric '{name}'; there are {', '.join(METRIC_NAMES)}")
    if name == "regex" and argument:
        check_pattern(argument)
    elif name == "number" and argument:
        read_tolerance(argument)
    elif name == "bleu" and argument:
        if argument not in BLEU_TOKENIZERS:
            raise MetricError(f"bleu takes a tokenizer of {', '.join(BLEU_TOKENIZERS)}, not '{argument}'")
        argument = "" if argument == _KINDS[name].default else argument
    elif name == "embedding":
        if "/" not in argument:
            raise MetricError("name the embedding model, as embedding:openai/text-embedding-3-small")
    elif name != "regex" and argument:
        raise MetricError(f"{name} takes no argument")
    return Metric(name, argument)


@dataclass(frozen=True)
class Tolerance:
    """Largest distance from the reference: `absolute`, or `relative` times the reference's size."""

    absolute: float = 0.0
    relative: float = 1e-9

    def holds(self, number: float, reference: float) -> bool:
        """Tell whether a number is near enough."""
        return abs(number - reference) <= max(self.absolute, self.relative * abs(reference))


def read_tolerance(argument: str) -> Tolerance:
    """Read `0.01` (absolute) or `1%` (of the reference); empty is equality up to rounding."""
    if not argument:
        return Tolerance()
    try:
        size = float(argument.removesuffix("%"))
    except ValueError:
        size = math.nan
    if not (math.isfinite(size) and size >= 0):
        raise MetricError(f"'{argument}' is no tolerance; write 0.01, or 1% of the reference")
    return Tolerance(relative=size / 100) if argument.endswith("%") else Tolerance(absolute=size)
