"""What can go wrong in the judge room, split by whether trying again can help.

JudgeError
|-- SpecError                 a judge that cannot exist: wrong mode, parameter or menu
|-- RubricError               a rubric that cannot be read or used, with the place
|-- TemplateError             a template that cannot be read or rendered, with the place
|-- MissingReferenceError     the judge needs a reference and the prompt has none
`-- CallError                 a model call that brought no reply
    |-- TransientCallError    trying again can help; the caller owns when and how often
    |   |-- RateLimitError    429, with `retry_after_s` where the provider names it
    |   |-- ServerError       5xx, or a body that is no answer
    |   |-- CallTimeoutError  no answer in time
    |   `-- ConnectionLostError
    |-- ProviderCallError     every further call would fail alike: 401, 402, 403, 404, no quota
    |   `-- MissingKeyError   no key is set where the call is made; nothing was sent
    `-- FinalCallError        this call alone cannot succeed; becomes an unscored judgment
        |-- CallRejectedError 400, 413, 422: context too long, parameter not taken, content filter
        |-- GaveUpError       transient errors for longer than the caller is willing to wait
        `-- OverBudgetError   the caller's cap is reached
"""

from judge.judgment import Reason


class JudgeError(Exception):
    """Base of every error this room raises on purpose."""


class SpecError(JudgeError):
    """A judge that cannot exist as described."""


class RubricError(JudgeError):
    """A rubric that cannot be read or used."""


class TemplateError(JudgeError):
    """A template that cannot be read or rendered."""


class MissingReferenceError(JudgeError):
    """The judge needs a reference and the prompt has none."""


class CallError(JudgeError):
    """A model call that brought no reply.

    Parameters
    ----------
    message : str
        Without secrets: whoever raises it has redacted it.
    status_code : int or None
        HTTP status; None when no answer came.
    """

    reason: Reason = "api_error"

    def __init__(self, message: str, *, status_code: int | None = None) -> None:
        super().__init__(message)
        self.status_code = status_code


class TransientCallError(CallError):
    """Trying again can help; `retry_after_s` is what the provider asks for, None when it says nothing."""

    def __init__(
        self, message: str, *, status_code: int | None = None, retry_after_s: float | None = None
    ) -> None:
        super().__init__(message, status_code=status_code)
        self.retry_after_s = retry_after_s


class RateLimitError(TransientCallError):
    """The provider asks to slow down (429)."""


class ServerError(TransientCallError):
    """The provider failed (5xx), or answered with something that is no answer."""


class CallTimeoutError(TransientCallError):
    """No answer in time."""

    reason: Reason = "timeout"


class ConnectionLostError(TransientCallError):
    """The connection was refused or dropped before an answer."""


class ProviderCallError(CallError):
    """Every further call to this provider or model would fail alike: no key, no money, no such model."""


class MissingKeyError(ProviderCallError):
    """No key is set where the call is made, so nothing was sent; the message is a sentence for people."""


class FinalCallError(CallError):
    """Only this call cannot succeed. The room turns it into an unscored judgment."""


class CallRejectedError(FinalCallError):
    """The provider will not take this call (400, 413, 422); `reason` is `refused` for a content filter."""

    def __init__(self, message: str, *, status_code: int | None = None, reason: Reason = "api_error") -> None:
        super().__init__(message, status_code=status_code)
        self.reason = reason


class GaveUpError(FinalCallError):
    """Transient errors for longer than the caller is willing to wait; keeps the last one's reason."""

    def __init__(self, last: TransientCallError, *, n_attempts: int) -> None:
        super().__init__(f"{last} (gave up after {n_attempts} attempts)", status_code=last.status_code)
        self.reason = last.reason
        self.n_attempts = n_attempts


class OverBudgetError(FinalCallError):
    """The caller's cap in money or calls is reached."""

    reason: Reason = "over_budget"
