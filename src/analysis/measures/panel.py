"""The panel beside a juror: the middle and the quartiles of the jurors of a stage."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from analysis.errors import NotDefined
from analysis.measures.rows import DESCRIBED, Rows
from analysis.measures.scale_use import FEWEST_JURORS

BESIDE = (
    "severity_additive",
    "deviation_from_others",
    "score_mean",
    "score_sd",
    "centrality",
    "range_used",
    "consensus_correlation",
    "halo",
    "identical_profiles",
    "infit",
    "outfit",
)
QUARTILES = {"lower_quartile": 0.25, "median": 0.5, "upper_quartile": 0.75}


def add_panel(rows: Rows) -> None:
    """Add quartiles over the jurors to the rows of a stage, of every measure that a juror is shown beside the panel."""
    values: dict[tuple[str, ...], list[float]] = defaultdict(list)
    for row in rows:
        beside = row.get("versus_type", "") in ("", "others") and row.get("subject", "")
        if row["measure"] in BESIDE and row.get("subject_type") == "juror" and beside:
            key = row["measure"], row["variant"], row["uom"], row.get("criterion", "")
            values[key].append(row.get("value", np.nan))
    for (measure, variant, uom, criterion), of_jurors in values.items():
        known = np.array(of_jurors)[np.isfinite(of_jurors)]
        few = NotDefined("too_few_jurors", f"a panel is shown from {FEWEST_JURORS} jurors on; here {len(known)}")
        under = rows.under(subject_type="panel", criterion=criterion, variant=variant)
        for at, share in QUARTILES.items():
            value = few if len(known) < FEWEST_JURORS else np.quantile(known, share)
            under.add(measure, value, DESCRIBED, uom=uom, at=at, n_jurors=len(known))
