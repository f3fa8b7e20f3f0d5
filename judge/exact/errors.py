"""What can go wrong with exact metrics.

JudgeError
`-- MetricError         a metric that cannot be: unknown name, unreadable argument; mend the words
    `-- VectorError     vectors that cannot be compared: other lengths, or without direction
"""

from judge.errors import JudgeError


class MetricError(JudgeError):
    """A metric that cannot be computed as it was asked for."""


class VectorError(MetricError):
    """Two vectors that cannot be compared."""
