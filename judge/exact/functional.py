"""pass@k from functional tests that ran elsewhere."""

from judge.exact.errors import MetricError


def pass_at_k(n: int, n_passed: int, k: int) -> float:
    """Probability in [0, 1] that at least one of k samples passes, without bias, from n samples.

    References
    ----------
    Chen et al. (2021), Evaluating Large Language Models Trained on Code, equation 1:
    1 - C(n - c, k) / C(n, k).
    """
    if not 1 <= k <= n:
        raise MetricError(f"pass@{k} needs k from 1 to the {n} samples there are")
    if not 0 <= n_passed <= n:
        raise MetricError(f"{n_passed} of {n} samples cannot have passed")
    failing = 1.0
    for i in range(n - n_passed + 1, n + 1):  # their figure 3: a product, so no overflow
        failing *= max(0.0, 1.0 - k / i)
    return 1.0 - failing
