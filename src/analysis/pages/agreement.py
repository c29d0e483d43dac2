"""Page "Agreement of marks": how alike the panel judged, criterion by criterion, in every coefficient.

What names a juror or a dossier is in `pairs`, the tables of all coefficients in `coefficients`.
"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from analysis.pages import bands, house, multiples, panel
from analysis.pages.display import Block, Fold, Group, Note, Prose, Table, Title
from analysis.pages.page import Column, Page

PLAIN = house.SERIES[5]._replace(symbol="circle")
NEAR = 0.16  # rows of a chart that two marks of one row stand apart, half of it


def title(page: Page) -> Title:
    """Head of the page."""
    return page.title("agreement.head")


def first(page: Page) -> Group:
    """The answer: how far two jurors differ, what a second panel would certify, alpha, and what all this rests on."""
    stage = panel.first_stage(page)
    difference, alpha = page.row(measure="pair_difference", stage=stage), panel.alpha(page, stage)
    again = page.row(measure="certified_again", stage="")
    said = (
        _alpha(page, alpha), _caution(page, alpha), _narrow(page, alpha),
        _uncertain(page, difference, again), _few(page, stage),
        page.say("agreement.first.based", **panel.counts(page, stage)),
    )  # fmt: skip
    return page.group(
        page.finding("agreement.first", _answer(page, difference, again)),
        _facts(page, stage, {"difference": difference, "alpha": alpha, "again": again}),
        Prose("agreement-based", tuple(filter(None, said))),
        _reading(page, alpha, again),
    )


def _has(row: Any) -> bool:
    return row is not None and not math.isnan(row.value)


def _answer(page: Page, difference: Any, again: Any) -> str:
    """Say in one sentence how far two jurors differ and how many a second panel would certify again."""
    blanks = {}
    if _has(difference):
        blanks["difference"] = panel.on_scale(page, difference)
    if _has(again):
        awarded = page.words.count("agreement.plural.of_awarded", int(again.n_units))
        blanks |= {"again": page.words.number(again.value), "awarded": awarded}
    if not blanks:
        return page.say("agreement.first.none", reason=page.reason(difference))
    key = "both" if len(blanks) == 3 else "pair" if "difference" in blanks else "again"
    return page.say(f"agreement.first.{key}", **blanks)


def _alpha(page: Page, row: Any) -> str:
    if not _has(row):
        return page.say("agreement.first.alpha_none", reason=page.reason(row))
    return page.say("agreement.first.alpha", verdict=panel.verdict(page, row))


def _caution(page: Page, alpha: Any) -> str:
    """What the verdict needs beside it: how sure the word is, and where its limits come from."""
    if not _has(alpha):
        return ""
    earned = bands.band(alpha.measure, alpha.value)
    return " ".join(filter(None, [panel.spans(page, alpha), page.say(f"bands.{earned.scheme}.caveat")]))


def _uncertain(page: Page, difference: Any, again: Any) -> str:
    """Say how sure the numbers of the first sentence are."""
    said = []
    if _has(difference) and not math.isnan(difference.low):
        said.append(page.say(
            "agreement.first.pair_interval", confidence=page.words.share(difference.confidence),
            low=page.words.number(difference.low, 2), high=page.words.number(difference.high, 2),
        ))  # fmt: skip
    if _has(again) and not math.isnan(again.low):
        said.append(page.say(
            "agreement.first.again_interval", confidence=page.words.share(again.confidence),
            low=page.words.number(again.low), high=page.words.number(again.high),
        ))  # fmt: skip
    return " ".join(said)


def _narrow(page: Page, row: Any) -> str:
    """Say how often intervals of so few offices hold the true value; empty where they do as often as they claim."""
    if not _has(row) or math.isnan(row.low) or row.n_offices is pd.NA:
        return ""
    share = bands.reached(int(row.n_offices))
    if share is None:
        return ""
    blanks = {"confidence": page.words.share(row.confidence), "share": page.words.share(share)}
    return page.say("agreement.first.narrow", offices=page.words.count("office", int(row.n_offices)), **blanks)


def _few(page: Page, stage: str) -> str:
    """Warn where so few jurors judged that an interval for others like them is only a rough guide."""
    row = page.row(measure="n_jurors", stage=stage)
    if not _has(row) or row.value >= panel.FEW:
        return ""
    return page.say("agreement.first.few", jurors=page.words.count("juror", row.value))


def _reading(page: Page, alpha: Any, again: Any) -> Block:
    """Say, folded, how to read an interval, for whom it holds, and what a second panel is."""
    share = page.competition.analysis.confidence
    blanks = {"confidence": panel.confidence(page), "per_hundred": page.words.number(100 * share)}
    said = [page.say("agreement.reading.interval", **blanks), page.say("agreement.reading.these")]
    other = panel.like_these(page, alpha) if _has(alpha) else None
    if other is not None and not math.isnan(other.low):
        ends = {"low": page.words.number(other.low, 2), "high": page.words.number(other.high, 2)}
        said.append(page.say("agreement.reading.like_these", **ends))
    if _has(again):
        said.append(page.say("agreement.reading.again"))
    return Fold("agreement-reading", page.say("agreement.reading.title"), tuple(said))


def _facts(page: Page, stage: str, rows: dict[str, Any]) -> Block:
    pairs = []
    if _has(rows["alpha"]):
        pairs.append((_alpha_label(page, rows["alpha"]), page.words.number(rows["alpha"].value, 2)))
    if _has(rows["difference"]):
        value = panel.points(page, rows["difference"], decimals=2)
        pairs.append((page.say("agreement.facts.difference"), value))
    if _has(rows["again"]):
        again, awarded = page.words.number(rows["again"].value), page.words.number(int(rows["again"].n_units))
        pairs.append((page.say("agreement.facts.again"), page.say("agreement.facts.of", part=again, whole=awarded)))
    judged = page.row(measure="n_dossiers", stage=stage)
    if _has(judged):
        pairs.append((page.words.noun("agreement.plural.judged", judged.value), page.words.number(judged.value)))
    return page.facts("agreement.facts", pairs)


def _alpha_label(page: Page, row: Any) -> str:
    if math.isnan(row.low):
        return page.say("agreement.facts.alpha")
    return page.say("agreement.facts.alpha_interval", interval=page.words.interval(row.low, row.high))


def design(page: Page) -> Prose:
    """Who judged which dossiers, stage by stage: how many jurors a dossier, and whether all are linked."""
    paragraphs = [_design(page, stage) for stage in panel.stages(page, "jurors_per_dossier")]
    return Prose("agreement-design", tuple(paragraphs) or (page.reason(None),))


def _design(page: Page, stage: str) -> str:
    per = page.rows(measure="jurors_per_dossier", stage=stage, at=None).set_index("at")["value"]
    label = page.label("stage", stage)
    if per["min"] == per["max"]:
        sentences = [page.say("agreement.design.per_dossier_same", stage=label, median=_short(page, per["median"]))]
    else:
        numbers = {name: _short(page, per[at]) for name, at in _ENDS.items()}
        sentences = [page.say("agreement.design.per_dossier", stage=label, **numbers)]
        harmonic = page.words.number(per["harmonic_mean"], 2)
        sentences.append(page.say("agreement.design.balance", harmonic=harmonic))
    parts = page.row(measure="components", stage=stage)
    key = "connected" if parts.value == 1 else "parted"
    sentences.append(page.say(f"agreement.design.{key}", components=_short(page, parts.value)))
    return " ".join(sentences)


_ENDS = {"minimum": "min", "maximum": "max", "median": "median"}


def forest(page: Page) -> Block:
    """Krippendorff's alpha of every criterion and of the overall mark, with intervals and the limits of the bands."""
    stage = panel.first_stage(page)
    rows = _by_criterion(page, stage)
    known = rows[rows["value"].notna()]
    if known.empty:
        return page.absent("agreement.forest", next(rows.itertuples(), None))
    fig = house.figure(page.words, height=house.rows_height(len(rows)), x=page.say("agreement.columns.alpha"))
    house.rows(fig, rows["label"])
    for limit, anchor in zip(bands.limits("krippendorff_alpha"), ("right", "left"), strict=True):
        house.reference(fig, x=limit, text=page.words.number(limit, 3).rstrip("0"), anchor=anchor)
    for mark, part in ((house.SERIES[0], rows[rows["criterion"] == ""]), (PLAIN, rows[rows["criterion"] != ""])):
        house.thick(fig, ends=panel.inner(part), at=part.index, mark=mark)
        house.intervals(
            fig, values=part["value"], ends=panel.ends(part), at=part.index, mark=mark,
            customdata=part["label"], hovertemplate="%{customdata}: %{x:.2f}<extra></extra>",
        )  # fmt: skip
    _other_jurors(page, fig, rows)
    lowest = rows[["value", "low", "like_low"]].min().min()
    fig.update_xaxes(range=[min(0.0, lowest - 0.02), 1.02])
    return page.figure("agreement.forest", fig, _forest_table(page, rows, stage), **_forest_words(page, rows, stage))


def _by_criterion(page: Page, stage: str) -> pd.DataFrame:
    """Alpha of each criterion in the order of the edition, last the overall mark."""
    names = [criterion.id for criterion in page.edition.criteria] + [""]
    found = [row for name in names if (row := panel.alpha(page, stage, criterion=name)) is not None]
    frame = pd.DataFrame(found, columns=page.results.columns)
    frame = frame.assign(label=[_criterion(page, name) for name in frame["criterion"]])
    return panel.beside(page, frame)


def _other_jurors(page: Page, fig: Any, rows: pd.DataFrame) -> None:
    """Draw, below that of the overall mark, the interval it has for jurors like these."""
    whole = rows[(rows["criterion"] == "") & rows["like_low"].notna()]
    for row in whole.itertuples():
        at, look = row.Index + 1.6 * NEAR, {"color": house.MUTED, "width": 1.2, "dash": "dot"}
        fig.add_scatter(
            x=[row.like_low, row.like_high], y=[at, at], mode="lines+markers", line=look, hoverinfo="skip",
            marker={"color": house.MUTED, "symbol": "line-ns-open", "size": 7},
        )  # fmt: skip


def _criterion(page: Page, name: str) -> str:
    return page.label("criterion", name) if name else page.say("composite")


def _forest_words(page: Page, rows: pd.DataFrame, stage: str) -> dict[str, str]:
    known = rows[rows["value"].notna()]
    apart = known[known["criterion"] != ""]
    lowest, highest = known.loc[known["value"].idxmin()], known.loc[known["value"].idxmax()]
    if len(apart) < 2:
        finding = page.say("agreement.forest.single")
    elif apart["high"].min() < apart["low"].max():
        least = apart.loc[apart["value"].idxmin(), "label"]
        finding = page.say("agreement.forest.lowest", criterion=least)
    else:
        finding = page.say("agreement.forest.even")
    variants = [panel.variant(page, name) for name in dict.fromkeys(known["variant"])]
    return panel.counts(page, stage) | {
        "finding": finding, "variant": page.words.listing(variants), "confidence": panel.confidence(page, known),
        "bands": bands.band("krippendorff_alpha", 1.0).short, "interval": panel.method(page, known),
        "low_label": lowest["label"], "low": page.words.number(lowest["value"], 2),
        "high_label": highest["label"], "high": page.words.number(highest["value"], 2),
    }  # fmt: skip


def _forest_table(page: Page, rows: pd.DataFrame, stage: str) -> Table:
    shown = rows.assign(
        variant=[panel.variant(page, name) for name in rows["variant"]],
        band=[panel.band_word(page, row) for row in rows.itertuples()],
    )
    columns = {
        "label": Column("agreement.columns.criterion"),
        "value": Column("agreement.columns.alpha", "number:2"),
        "low": Column("agreement.columns.these", "interval:2"),
        "like_low": Column("agreement.columns.like_these", "interval:2"),
        "band": Column("agreement.columns.band"),
        "n_units": Column("agreement.columns.dossiers", "count"),
        "n_scores": Column("agreement.columns.scores", "count"),
        "variant": Column("agreement.columns.variant"),
    }
    return page.table("agreement.forest.table", shown, columns, stage=page.label("stage", stage))


def shares(page: Page) -> Block:
    """How often marks are identical or one step apart, beside what chance would give."""
    stage = panel.first_stage(page)
    rows = _share_rows(page, stage)
    if rows.empty or rows["exact"].isna().all():
        found = page.rows(measure="exact_agreement", stage=stage, criterion=None)
        return page.absent("agreement.shares", next(found.itertuples(), None))
    fig = house.figure(page.words, height=house.rows_height(len(rows), row=44) + 30)
    house.rows(fig, rows["label"])
    for kind, place, shift in (("exact", 0, -NEAR), ("adjacent", 1, NEAR)):
        _share_marks(page, fig, rows, kind, place, shift)
    fig.update_layout(showlegend=True, legend={"font": {"size": 12}})
    widest = rows[["exact_high", "adjacent_high", "adjacent", "adjacent_expected"]].max().max()
    fig.update_xaxes(tickformat=".0%", range=[0, min(widest * 1.1, 1.02)])
    better = (rows["exact_low"].fillna(rows["exact"]) > rows["exact_expected"]).sum()
    key = "all" if better == len(rows) else "some" if better else "none"
    total = page.words.count("of_criterion", len(rows))
    finding = page.say(f"agreement.shares.{key}", n=int(better), total=total)
    words = panel.counts(page, stage) | {"finding": finding, "confidence": panel.confidence(page)}
    return page.figure("agreement.shares", fig, _share_table(page, rows, stage), **words)


def _share_rows(page: Page, stage: str) -> pd.DataFrame:
    entries = []
    for criterion in page.edition.criteria:
        entry: dict[str, Any] = {"label": page.label("criterion", criterion.id)}
        for name in ("exact", "adjacent"):
            row = page.row(measure=f"{name}_agreement", stage=stage, criterion=criterion.id)
            chance = page.row(measure=f"{name}_agreement_expected", stage=stage, criterion=criterion.id)
            entry[name] = row.value if row else math.nan
            entry[f"{name}_low"], entry[f"{name}_high"] = (row.low, row.high) if row else (math.nan, math.nan)
            entry[f"{name}_expected"] = chance.value if chance else math.nan
            entry["n"] = row.n_units if row else 0
        entries.append(entry)
    return pd.DataFrame(entries)


def _share_marks(page: Page, fig: Any, rows: pd.DataFrame, kind: str, place: int, shift: float) -> None:
    at, mark = [row + shift for row in rows.index], house.SERIES[place]
    name = page.say(f"agreement.shares.{kind}")
    hollow = {"color": house.PAPER, "symbol": mark.symbol, "size": 9, "line": {"color": mark.color, "width": 1.6}}
    expected = f"{name}: {page.say('agreement.shares.expected')}"
    fig.add_scatter(
        x=list(rows[f"{kind}_expected"].fillna(0)), y=at, mode="markers", marker=hollow, name=expected,
        hovertemplate="%{x:.0%}<extra></extra>",
    )  # fmt: skip
    ends = list(zip(rows[f"{kind}_low"], rows[f"{kind}_high"], strict=True))
    observed = f"{name}: {page.say('agreement.shares.observed')}"
    house.intervals(
        fig, values=rows[kind], ends=ends, at=at, mark=mark, name=observed, hovertemplate="%{x:.0%}<extra></extra>"
    )


def _share_table(page: Page, rows: pd.DataFrame, stage: str) -> Table:
    columns = {"label": Column("agreement.columns.criterion")}
    for kind in ("exact", "adjacent"):
        columns[kind] = Column(f"agreement.columns.{kind}", "share")
        columns[f"{kind}_expected"] = Column(f"agreement.columns.{kind}_expected", "share")
    columns["n"] = Column("agreement.columns.dossiers", "count")
    return page.table("agreement.shares.table", rows, columns, stage=page.label("stage", stage))


def distribution(page: Page) -> Block:
    """How the marks lie on the scale, a small histogram a criterion."""
    stage = panel.first_stage(page)
    rows = page.rows(measure="score_share", stage=stage, criterion=None, at=None)
    rows = rows[rows["value"].notna()].assign(level=pd.to_numeric(rows["at"]))
    criteria = [criterion for criterion in page.edition.criteria if criterion.id in set(rows["criterion"])]
    if not criteria:
        return page.absent("agreement.distribution", None)
    panels = [
        multiples.Panel(page.label("criterion", entry.id), "", *_levels(rows[rows["criterion"] == entry.id]))
        for entry in criteria
    ]
    fig = multiples.histograms(page, panels)
    upper = sum(_mode_is_high(page, entry.id, rows) for entry in criteria)
    key = "upper" if upper == len(criteria) else "mixed" if upper else "lower"
    total = page.words.count("of_criterion", len(criteria))
    finding = page.say(f"agreement.distribution.{key}", n=upper, total=total)
    shown = rows.assign(label=[page.label("criterion", name) for name in rows["criterion"]])
    columns = {
        "label": Column("agreement.columns.criterion"),
        "level": Column("agreement.columns.level", "number:1"),
        "value": Column("agreement.columns.share", "share:1"),
    }
    words = panel.counts(page, stage)
    table = page.table("agreement.distribution.table", shown.sort_values(["label", "level"]), columns, **words)
    return page.figure("agreement.distribution", fig, table, finding=finding, **words)


def _levels(rows: pd.DataFrame) -> tuple[list[float], list[float]]:
    ordered = rows.sort_values("level")
    return list(ordered["level"]), list(ordered["value"])


def _mode_is_high(page: Page, criterion: str, rows: pd.DataFrame) -> bool:
    """Tell whether the most frequent mark lies in the better half of the scale."""
    here = rows[rows["criterion"] == criterion]
    return page.edition.scale(criterion).percent(here.loc[here["value"].idxmax(), "level"]) > 50


def limits(page: Page) -> Note:
    """What agreement does not say."""
    return page.note("agreement.says_not")


def _short(page: Page, value: float) -> str:
    """Give a whole number without decimals, another with one."""
    return page.words.number(value, 0 if float(value).is_integer() else 1)
