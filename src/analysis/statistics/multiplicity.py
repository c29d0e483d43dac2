"""Many tests at once."""

from __future__ import annotations

import numpy as np


def benjamini_hochberg(p_values: np.ndarray) -> np.ndarray:
    """P values corrected for the false discovery rate (q values) of their family.

    Parameters
    ----------
    p_values : array, shape (tests,)
        0-1; NaN where a test could not be made: it stays NaN and does not count.

    Returns
    -------
    array, shape (tests,)
        0-1, not below the p value.

    Source
    ------
    Benjamini & Hochberg (1995), J. R. Stat. Soc. B 57, 289-300.

    >>> benjamini_hochberg(np.array([0.01, 0.04, 0.03])).round(3)
    array([0.03, 0.04, 0.04])
    """
    p = np.asarray(p_values, dtype=float)
    made = np.flatnonzero(~np.isnan(p))
    order = made[np.argsort(-p[made], kind="stable")]  # largest first
    rank = np.arange(len(made), 0, -1)
    corrected = np.full(p.shape, np.nan)
    corrected[order] = np.minimum.accumulate(np.minimum(p[order] * len(made) / rank, 1.0))
    return corrected
