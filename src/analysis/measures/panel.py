"""The panel beside a juror: the middle and the quartiles of the jurors of a stage."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

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
    of_jurors: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        beside = row.get("versus_type", "") in ("", "others") and row.get("subject", "")
        if row["measure"] in BESIDE and row.get("subject_type") == "juror" and beside:
            of_jurors[row["measure"], row["variant"], row["uom"], row.get("criterion", "")].append(row)
    for (measure, variant, uom, criterion), own in of_jurors.items():
        values = np.array([row["value"] for row in own if "value" in row])
        few = too_few(own, len(values))
        under = rows.under(subject_type="panel", criterion=criterion, variant=variant)
        for at, share in QUARTILES.items():
            value = few or np.quantile(values, share)
            under.add(measure, value, DESCRIBED, uom=uom, at=at, n_jurors=len(values))


def too_few(own: list[dict[str, Any]], known: int) -> NotDefined | None:
    """Say why a panel is not shown: the jurors' own reason where none of them has a value."""
    if not known:
        return NotDefined(*own[0]["reason"].split(": ", 1))
    if known < FEWEST_JURORS:
        return NotDefined("too_few_jurors", f"a panel is shown from {FEWEST_JURORS} jurors on; here {known}")
    return None
