"""Which levels of the scales each juror and the panel use."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from analysis.config import Scale
from analysis.errors import NotDefined
from analysis.measures.coefficients import level_counts
from analysis.measures.rows import DESCRIBED, Rows
from analysis.measures.slices import Panel

FEWEST_JURORS = 5  # below it a panel would give its jurors away


def scale_name(scale: Scale) -> str:
    """Name a scale by its ends and step.

    >>> scale_name(Scale(minimum=0, maximum=10))
    '0-10 by 1'
    """
    steps = f" by {scale.step:g}" if scale.step else ""
    best = ", lowest best" if scale.direction == "lower" else ""
    return f"{scale.minimum:g}-{scale.maximum:g}{steps}{best}"


def add_scale_use(rows: Rows, panels: list[Panel]) -> None:
    """Add the share of each juror's and of the panel's marks on each level of each scale, over all its criteria."""
    marks: dict[tuple[str, str], list[np.ndarray]] = defaultdict(list)
    judged: dict[tuple[str, str], int] = defaultdict(int)
    scales: dict[str, Scale] = {}
    for panel in panels:
        for name in dict.fromkeys(map(scale_name, panel.scales)):
            mine = [place for place, scale in enumerate(panel.scales) if scale_name(scale) == name]
            scales[name] = panel.scales[mine[0]]
            for place, juror in enumerate(panel.jurors):
                given = panel.points[:, place, mine]
                marks[name, juror].append(given[np.isfinite(given)])
                judged[name, juror] += int(np.isfinite(given).any(axis=1).sum())
    for (name, juror), parts in marks.items():
        under = rows.under(subject_type="juror", subject=juror, variant=name)
        _shares(under, np.concatenate(parts), scales[name], n_units=judged[name, juror])
    for name, scale in scales.items():
        given = [np.concatenate(parts) for (of, _), parts in marks.items() if of == name]
        _panel_shares(rows.under(subject_type="panel", variant=name), [some for some in given if len(some)], scale)


def _shares(rows: Rows, given: np.ndarray, scale: Scale, **columns: int) -> None:
    if not scale.levels:
        stepless = NotDefined("wrong_level", "the scale has no steps, so no levels to count")
        rows.add("score_share", stepless, None, uom="share", **columns)
    elif len(given):
        for level, count in level_counts(given, scale).items():
            share = count / len(given)
            rows.add("score_share", share, DESCRIBED, uom="share", at=level, n_scores=len(given), **columns)


def _panel_shares(rows: Rows, given: list[np.ndarray], scale: Scale) -> None:
    if len(given) < FEWEST_JURORS:
        few = NotDefined("too_few_jurors", f"a panel is shown from {FEWEST_JURORS} jurors on; here {len(given)}")
        rows.add("score_share", few, None, uom="share", n_jurors=len(given))
    else:
        _shares(rows, np.concatenate(given), scale, n_jurors=len(given))
