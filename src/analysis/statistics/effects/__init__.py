"""What a juror does that chance cannot explain: spread, range, randomness, halo, groups, order, pairs.

One effect is one function of `panel_marks`; each gives sizes, standard errors, p values, numbers of dossiers and the
power to have seen a size that counts. The correction for many jurors is the caller's (`statistics.multiplicity`).
"""

from analysis.statistics.effects.consensus import consensus_correlation
from analysis.statistics.effects.contrasts import (
    GroupEffects,
    criterion_severity,
    differential_severity,
    half_change,
    order_drift,
)
from analysis.statistics.effects.effect import Effects
from analysis.statistics.effects.halo import halo, identical_profiles
from analysis.statistics.effects.marks import PanelMarks, panel_marks
from analysis.statistics.effects.pairs import PairEffects, copying
from analysis.statistics.effects.spread import centrality, range_used

__all__ = [
    "Effects",
    "GroupEffects",
    "PairEffects",
    "PanelMarks",
    "centrality",
    "consensus_correlation",
    "copying",
    "criterion_severity",
    "differential_severity",
    "half_change",
    "halo",
    "identical_profiles",
    "order_drift",
    "panel_marks",
    "range_used",
]
