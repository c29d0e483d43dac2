"""Tables of the page "Agreement of marks": every coefficient, by stage and category, and beside published ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from analysis.pages import bands, panel
from analysis.pages.display import Block, Fold, Group, Prose, Table
from analysis.pages.page import Column, Page

SAME = (
    "exact_agreement", "exact_agreement_expected", "adjacent_agreement", "adjacent_agreement_expected", "cohen_kappa",
    "scott_pi", "conger_kappa", "light_kappa", "fleiss_kappa", "fleiss_kappa_category", "brennan_prediger",
    "gwet_ac1", "gwet_ac2",
)  # fmt: skip
ORDER = ("kendall_w", "mean_spearman", "mean_kendall_tau")
DISTANCE = ("pair_difference", "average_deviation", "rwg", "finn", "lin_ccc", "overall_ccc")
RELIABLE = (
    "icc_11", "icc_1k", "icc_a1", "icc_ak", "icc_c1", "icc_ck", "g_coefficient", "dependability",
)  # fmt: skip
QUESTIONS = {"same": SAME, "order": ORDER, "distance": DISTANCE, "reliable": RELIABLE}
ALPHA_OF = {"nominal": "same", "ordinal": "order"}  # the question of Krippendorff's alpha at a level; else distance
OF_LEVELS = "fleiss_kappa_category"
COEFFICIENTS = ("krippendorff_alpha", *SAME, *ORDER, *DISTANCE, *RELIABLE)
_POINTS = {"g_coefficient": "here", "dependability": "here"}  # the point of a curve that holds now


def categories(page: Page) -> Block:
    """Agreement on the overall mark by category."""
    stage = panel.first_stage(page)
    found = [
        dict(row._asdict()) | {"label": page.label("category", entry.id)}
        for entry in page.edition.categories
        if (row := panel.alpha(page, stage, category=entry.id)) is not None
    ]
    if not found:
        return Prose("agreement-categories", (page.say("agreement.no_categories"),))
    columns = {
        "label": Column("agreement.columns.category"),
        "value": Column("agreement.columns.alpha", "number:2"),
        "low": Column("agreement.columns.interval", "interval:2"),
        "n_units": Column("agreement.columns.dossiers", "count"),
        "n_jurors": Column("agreement.columns.jurors", "count"),
    }
    return page.table("agreement.categories", pd.DataFrame(found), columns, stage=page.label("stage", stage))


def coefficients(page: Page) -> Group:
    """Every coefficient of the overall mark with its exact name, a table a question; later stages folded."""
    first, *later = panel.stages(page, "krippendorff_alpha") or [panel.first_stage(page)]
    rows = _coefficient_rows(page, first, "")
    asked = [_question(page, rows, question, first) for question in QUESTIONS]
    refused = _refused(page, rows)
    blocks = [
        *filter(None, asked),
        *([Prose("agreement-refused", refused)] if refused else []),
        _ways(page, rows, first),
    ]
    for stage in later:
        ids = {"stage": page.label("stage", stage)}
        blocks.append(_folded(page, "agreement.coefficients", _coefficient_rows(page, stage, ""), part=stage, **ids))
    return page.group(page.text("agreement.targets"), *blocks)


def criteria(page: Page) -> Group:
    """Every coefficient of each criterion, folded; below them where the words of the bands are published."""
    stage = panel.first_stage(page)
    blocks = []
    for place, criterion in enumerate(page.edition.criteria):
        ids = {"criterion": page.label("criterion", criterion.id), "stage": page.label("stage", stage)}
        rows = _coefficient_rows(page, stage, criterion.id)
        blocks.append(_folded(page, "agreement.by_criterion", rows, part=f"c{place}", **ids))
    said = (page.say("agreement.sources.text"), *bands.sources(COEFFICIENTS))
    blocks.append(Fold("agreement-sources", page.say("agreement.sources.title"), said))
    return page.group(page.text("agreement.folded"), *blocks)


def _folded(page: Page, key: str, rows: pd.DataFrame, *, part: str, **ids: str) -> Fold:
    """Give, folded, the coefficients that have a value, below those that have none with the reason."""
    known = rows[rows["value"].notna()].sort_values("question", kind="stable", key=_asked)
    table = page.table(f"{key}.table", known, _COLUMNS, part=part, **ids)
    return Fold(f"{key}-{part}".replace(".", "-"), page.say(f"{key}.title", **ids), _refused(page, rows), table)


def _refused(page: Page, rows: pd.DataFrame) -> tuple[str, ...]:
    """Say which coefficients have no value, and why: a sentence a reason."""
    without = rows[rows["value"].isna()]
    said = without.assign(why=[page.reason(row) for row in without.itertuples()])
    found = []
    for why, part in said.groupby("why", sort=False):
        names = [
            page.say("agreement.refused.name", name=name, variants="; ".join(dict.fromkeys(variants)))
            for name, variants in part.groupby("label", sort=False)["variant"]
        ]
        found.append(page.say("agreement.refused.reason", reason=why, names=", ".join(names)))
    return tuple(found)


def _asked(questions: pd.Series) -> pd.Series:
    return questions.map(list(QUESTIONS).index)


def _question(page: Page, rows: pd.DataFrame, question: str, stage: str) -> Table | None:
    """Give the table of the coefficients that answer a question; None where there are none."""
    here = rows[(rows["question"] == question) & rows["value"].notna()]
    if here.empty:
        return None
    words = {"question": page.say(f"agreement.question.{question}"), "stage": page.label("stage", stage)}
    return page.table("agreement.asked", here, _COLUMNS, part=question, **words)


_COLUMNS = {
    "label": Column("agreement.columns.coefficient"),
    "variant": Column("agreement.columns.variant"),
    "value": Column("agreement.columns.value", "number:3"),
    "low": Column("agreement.columns.these", "interval:3"),
    "like_low": Column("agreement.columns.like_these", "interval:3"),
    "band": Column("agreement.columns.band"),
    "n_units": Column("agreement.columns.dossiers", "count"),
}


def _ways(page: Page, rows: pd.DataFrame, stage: str) -> Fold:
    """Give, folded, how each interval was made."""
    columns = {name: _COLUMNS[name] for name in ("label", "variant")}
    columns |= {name: Column(f"agreement.columns.{name}") for name in ("method", "like_method")}
    label = page.label("stage", stage)
    return page.fold("agreement.ways", page.table("agreement.ways.table", rows, columns, stage=label))


def _coefficient_rows(page: Page, stage: str, criterion: str) -> pd.DataFrame:
    """Give the rows of every coefficient, each with both intervals; of a curve only the point that holds now."""
    rows = page.rows(measure=None, stage=stage, criterion=criterion, at=None)
    point = rows["measure"].map(_POINTS).fillna("")
    shown = (rows["at"] == point) | (rows["measure"] == OF_LEVELS) & (rows["at"] != panel.LIKE_THESE)
    rows = rows[rows["measure"].isin(COEFFICIENTS) & shown]
    rows = rows.assign(place=rows["measure"].map(COEFFICIENTS.index), level=pd.to_numeric(rows["at"], errors="coerce"))
    rows = panel.beside(page, rows.sort_values(["place", "level"], kind="stable", ignore_index=True))
    each = list(rows.itertuples())
    return rows.assign(
        question=[_question_of(row) for row in each],
        label=[_name(page, row) for row in each],
        variant=[panel.variant(page, row.variant) for row in each],
        band=[panel.band_word(page, row) for row in each],
        method=[panel.way_in_words(page, row.interval) for row in each],
        like_method=[panel.way_in_words(page, row.like_interval) for row in each],
    )


def _question_of(row: Any) -> str:
    if row.measure == "krippendorff_alpha":
        return ALPHA_OF.get(row.variant.partition(",")[0], "distance")
    return next(question for question, names in QUESTIONS.items() if row.measure in names)


def _name(page: Page, row: Any) -> str:
    name = page.label("measure", row.measure)
    if row.measure == OF_LEVELS:
        level = page.words.number(float(row.at), len(row.at.partition(".")[2]))
        return page.say("agreement.of_level", name=name, level=level)
    return name


def published(page: Page) -> Table:
    """What comparable panels reached in the literature, with ours first."""
    entries = [*_ours(page)]
    for entry in bands.published():
        entries.append({
            "panel": page.say(f"bands.published.{entry.id}"), "form": page.say(f"agreement.published.{entry.form}"),
            "value": entry.value, "low": entry.low, "high": entry.high, "source": entry.source,
            "reason": "", "interval_reason": "",
        })  # fmt: skip
    columns = {
        "panel": Column("agreement.columns.panel"),
        "form": Column("agreement.columns.form"),
        "value": Column("agreement.columns.value", "number:2"),
        "low": Column("agreement.columns.range_or_interval", "interval:2"),
        "source": Column("agreement.columns.source"),
    }
    return page.table("agreement.published", pd.DataFrame(entries), columns)


def _ours(page: Page) -> Iterator[dict[str, Any]]:
    """Give our own reliability of one mark, of the mean mark, and of a juror who judged in two stages."""
    stage = panel.first_stage(page)
    repeated = page.rows(measure="stage_consistency", stage=None, versus_type="stage", versus=None)
    rows = {
        "single": page.row(measure="icc_11", stage=stage), "average": page.row(measure="icc_1k", stage=stage),
        "repeat": next(repeated[repeated["value"].notna()].itertuples(index=False, name="Row"), None),
    }  # fmt: skip
    for form, row in rows.items():
        if row is not None:
            yield dict(row._asdict()) | {
                "panel": page.say(f"bands.published.ours_{form}"), "form": page.say(f"agreement.published.{form}"),
                "source": page.label("measure", row.measure),
            }  # fmt: skip
