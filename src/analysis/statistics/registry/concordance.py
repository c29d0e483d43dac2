"""Lines of the coefficients of order: how far jurors put the units in the same order."""

from __future__ import annotations

from analysis.statistics import concordance as order
from analysis.statistics.registry.coefficient import ORDERED, Coefficient


def concordances() -> tuple[Coefficient, ...]:
    """Kendall's W, the means of Spearman's correlation and of Kendall's tau over pairs of jurors."""
    kept = {"levels": ORDERED, "high": 1, "perfect": 1, "invariances": ("monotone",)}
    return (
        Coefficient("kendall_w", "corrected for ties, complete units", order.kendall_w, order.resampled_kendall_w,
                    low=0, units="complete", **kept),
        Coefficient("kendall_w", "not corrected for ties, complete units", order.kendall_w_uncorrected,
                    order.resampled_kendall_w_uncorrected, low=0, units="complete", **kept),
        Coefficient("kendall_w", "corrected for ties, pairs of jurors on common units", order.kendall_w_pairs,
                    order.resampled_kendall_w_pairs, low=-1, **kept),
        Coefficient("mean_spearman", "mean over pairs of jurors", order.mean_spearman,
                    order.resampled_mean_spearman, low=-1, **kept),
        Coefficient("mean_spearman", "Fisher z", order.mean_spearman_fisher,
                    order.resampled_mean_spearman_fisher, low=-1, **kept),
        Coefficient("mean_kendall_tau", "tau-b, mean over pairs of jurors", order.mean_kendall_tau,
                    order.resampled_mean_kendall_tau, low=-1, **kept),
    )  # fmt: skip
