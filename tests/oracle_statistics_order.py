"""What the rows of oracles/expected.csv on order, distance, closeness and replicates name."""

import numpy as np

from analysis.statistics.concordance import (
    kendall_w_pairs,
    kendall_w_uncorrected,
    mean_kendall_tau,
    mean_spearman,
    mean_spearman_fisher,
)
from analysis.statistics.distance import bland_altman, bland_altman_interval, lin_ccc, overall_ccc, repeatability
from analysis.statistics.replicates import icc_replicates
from analysis.statistics.stages import correlation
from analysis.statistics.within import average_deviation, average_deviation_by_unit, finn, rwg, rwg_by_unit

ONE_TO_TEN = range(1, 11)
WRIGHT, MINI = [0, 1], [2, 3]
FIRST_READINGS = [0, 2]


def limits(readings):
    found = bland_altman(readings[:, FIRST_READINGS], multiplier=2)
    return found.bias, found.sd, found.lower, found.upper


def lower_limit(readings):
    ends = bland_altman_interval(readings[:, FIRST_READINGS], of="lower", multiplier=2)
    return ends.low, ends.high


def replicates(rows):
    """Turn rows of a target's repeated marks into units × jurors × replicates."""
    targets = np.unique(rows[:, 0])
    most = max((rows[:, 0] == target).sum() for target in targets)
    marks = np.full((len(targets), rows.shape[1] - 1, most), np.nan)
    for place, target in enumerate(targets):
        found = rows[rows[:, 0] == target, 1:]
        marks[place, :, : len(found)] = found.T
    return marks


def icc_of_replicates(rows):
    found = icc_replicates(replicates(rows))
    return found.inter, found.intra


STATISTICS = {
    "kendall_w uncorrected": kendall_w_uncorrected,
    "kendall_w pairs": kendall_w_pairs,
    "mean_spearman": mean_spearman,
    "mean_spearman Fisher z": mean_spearman_fisher,
    "mean_kendall_tau": mean_kendall_tau,
    "overall_ccc": lambda readings: overall_ccc(readings[:, FIRST_READINGS]),
    "pearson": lambda x: correlation(*x[:, FIRST_READINGS].T, kind="pearson"),
    "lin_ccc": lambda readings: lin_ccc(readings[:, FIRST_READINGS]),
    "limits of agreement": limits,
    "interval of the lower limit": lower_limit,
    "repeatability": lambda readings: [repeatability(readings[:, who], multiplier=2) for who in (WRIGHT, MINI)],
    "rwg": lambda x: rwg(x, ONE_TO_TEN),
    "rwg by unit": lambda x: rwg_by_unit(x, ONE_TO_TEN),
    "average_deviation": average_deviation,
    "average_deviation by unit": average_deviation_by_unit,
    "finn one-way": lambda x: finn(x, ONE_TO_TEN),
    "finn two-way, complete units": lambda x: finn(x, ONE_TO_TEN, design="two_way"),
    "icc of replicates": icc_of_replicates,
}
