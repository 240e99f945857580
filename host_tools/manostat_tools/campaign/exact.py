"""Exact intervals of counts, and of quantiles by counts. Nothing here assumes a distribution."""

from scipy import stats


def at_most(failures: int, runs: int, confidence: float = 0.95) -> float:
    """Clopper-Pearson: no share of failures above this one is compatible with so few.

    One-sided: with 0 failures of n it is 1 - (1 - confidence)^(1/n), about 3/n at 95 %. ValueError
    unless 0 <= failures <= runs and 0 < confidence < 1. NaN without runs.
    """
    _check(failures, runs, confidence)
    if runs == 0:
        return float("nan")
    if failures == runs:
        return 1.0
    return float(stats.beta.ppf(confidence, failures + 1, runs - failures))


def share(failures: int, runs: int, confidence: float = 0.95) -> tuple[float, float]:
    """Clopper-Pearson, two-sided: the shares compatible with so many. As `at_most` for errors."""
    _check(failures, runs, confidence)
    if runs == 0:
        return float("nan"), float("nan")
    tail = (1.0 - confidence) / 2.0
    low = 0.0 if failures == 0 else float(stats.beta.ppf(tail, failures, runs - failures + 1))
    high = 1.0 if failures == runs else float(stats.beta.isf(tail, failures + 1, runs - failures))
    return low, high


def ranks(share_below: float, runs: int, confidence: float = 0.95) -> tuple[int, int] | None:
    """Ranks (from 1, smallest first) of the two values that hold a quantile between them.

    None where so few runs cannot hold it: 95 % of the 0.999 quantile need some thousands.
    ValueError unless 0 < share_below < 1.
    """
    if not 0.0 < share_below < 1.0:
        raise ValueError(f"share_below is {share_below}: it must be between 0 and 1")
    tail = (1.0 - confidence) / 2.0
    low = int(stats.binom.ppf(tail, runs, share_below))
    high = int(stats.binom.isf(tail, runs, share_below)) + 1
    return (low, high) if low >= 1 and high <= runs else None


def _check(failures: int, runs: int, confidence: float) -> None:
    if not 0 <= failures <= runs:
        raise ValueError(f"{failures} failures of {runs} runs")
    if not 0.0 < confidence < 1.0:
        raise ValueError(f"confidence is {confidence}: it must be between 0 and 1")
