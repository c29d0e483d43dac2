"""Pairs of jurors and dossiers they differ on: the parts of the page "Agreement of marks" for the organizer only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from analysis.pages import house, panel, roster
from analysis.pages.display import Block, Group, Prose, Table
from analysis.pages.page import Column, Page

PAIR = ["subject", "versus"]
FALSE_DISCOVERY = 0.05  # share of false alarms among the pairs and criteria called unlike
WORST = 10  # dossiers in the table of largest differences
CROSS, NARROW, MANY = 46, 30, 10  # pixels of a row of a matrix; of one with more jurors than MANY


def coscored(page: Page) -> Block:
    """How many dossiers each two jurors judged, a matrix a stage."""
    return _each_stage(page, "agreement.coscored", "coscored", _coscored)


def apart(page: Page) -> Block:
    """Dossiers on which overall marks lie farthest apart, and how far each two jurors do, stage by stage."""
    differences = _each_stage(page, "agreement.differences", "score_range", _differences)
    if not isinstance(differences, Group):
        return differences
    pairs = _each_stage(page, "agreement.pairs", "coscored", _pairs)
    return page.group(*differences.blocks, *(block for part in pairs.blocks for block in _flat(part)))


def _flat(part: Any) -> tuple[Block, ...]:
    return part.blocks if isinstance(part, Group) else (part,)


def _each_stage(page: Page, key: str, measure: str, block: Any) -> Group | Prose:
    """Give a block a stage; for other audiences than the organizer the sentence that says whom this part is for."""
    stages = panel.stages(page, measure)
    if page.audience != "organizer" or not stages:
        said = page.say("agreement.organizer_only") if page.audience != "organizer" else page.reason(None)
        return Prose(key.replace(".", "-"), (said,))
    return page.group(*(block(page, key, stage) for stage in stages))


def _pair_rows(page: Page, measure: str, stage: str, **keys: str | None) -> pd.DataFrame:
    of_pairs = {"subject_type": "juror", "subject": None, "versus_type": "juror", "versus": None}
    rows = page.rows(measure=measure, stage=stage, **of_pairs, **keys)
    return rows.assign(
        one=[page.label("juror", name) for name in rows["subject"]],
        other=[page.label("juror", name) for name in rows["versus"]],
    )


def _coscored(page: Page, key: str, stage: str) -> Block:
    rows = _pair_rows(page, "coscored", stage)
    judged = page.rows(measure="judged", stage=stage, subject_type="juror", subject=None).set_index("subject")["value"]
    names = _drawn(page, judged.index, judged)
    shared = rows[rows["value"] > 0]
    inside = _inside(shared, names)
    fig = _matrix(page, names, inside, [f"{value:g}" for value in inside["value"]])
    _corner(fig, names, range(len(names)), [f"<b>{judged[name]:g}</b>" for name in names])
    _dots(fig, names, inside)
    alone = len(judged) * (len(judged) - 1) // 2 - len(shared)
    if alone:
        finding = page.say("agreement.coscored.few", pairs=page.words.count("agreement.plural.pairs", alone))
    else:
        least = (
            page.words.count("dossier", int(shared["value"].min())) if len(shared) else page.words.count("dossier", 0)
        )
        finding = page.say("agreement.coscored.each", least=least)
    columns = {
        "one": Column("agreement.columns.juror"),
        "other": Column("agreement.columns.other"),
        "value": Column("agreement.columns.both", "count"),
    }
    words = panel.counts(page, stage) | {"most": _most(page, names, judged)}
    table = page.table(f"{key}.table", rows.sort_values(["one", "other"]), columns, part=stage, **words)
    return page.figure(key, fig, table, part=stage, finding=finding, **words)


def _pairs(page: Page, key: str, stage: str) -> Block:
    minimum = page.competition.disclosure.min_juror_dossiers
    together = _pair_rows(page, "coscored", stage).set_index(["subject", "versus"])["value"]
    rows = _pair_rows(page, "pair_difference", stage)
    rows = rows.assign(both=[together.get(pair, 0) for pair in zip(rows["subject"], rows["versus"], strict=True)])
    enough = rows[(rows["both"] >= minimum) & rows["value"].notna()]
    if enough.empty:
        said = page.say("agreement.pairs.few", stage=page.label("stage", stage), minimum=page.words.number(minimum))
        return Prose(f"agreement-pairs-{stage}", (said,))
    judged = page.rows(measure="judged", stage=stage, subject_type="juror", subject=None).set_index("subject")["value"]
    names = _drawn(page, {*rows["subject"], *rows["versus"]}, judged)
    inside = _inside(enough, names)
    fig = _matrix(page, names, inside, [page.words.number(value, 1) for value in inside["value"]])
    _dots(fig, names, inside)
    low, high = (panel.in_unit(page, enough["value"].agg(end), enough["uom"].iloc[0]) for end in ("min", "max"))
    which = "finding" if len(enough) > 1 else "finding_one"
    columns = {
        "one": Column("agreement.columns.juror"),
        "other": Column("agreement.columns.other"),
        "both": Column("agreement.columns.both", "count"),
        "value": Column("agreement.columns.difference", "number:2"),
        "spearman": Column("agreement.columns.spearman", "number:2"),
        "lin_ccc": Column("agreement.columns.ccc", "number:2"),
        "bias": Column("agreement.columns.bias", "number:2"),
        "low": Column("agreement.columns.interval", "interval:2"),
        "limit_low": Column("agreement.columns.limits", "interval:2"),
    }
    words = panel.counts(page, stage) | {"unit": panel.unit(page, enough), "minimum": page.words.number(minimum)}
    words["most"] = _most(page, names, judged)
    shown = _with_more(page, enough, stage).sort_values(["one", "other"])
    table = page.table(f"{key}.table", shown, columns, part=stage, **words)
    finding = page.say(f"agreement.pairs.{which}", low=low, high=high)
    figure = page.figure(key, fig, table, part=stage, finding=finding, **words)
    folded = _by_criterion(page, enough, stage)
    return page.group(figure, folded) if folded else figure


def _with_more(page: Page, rows: pd.DataFrame, stage: str) -> pd.DataFrame:
    """Add to pairs their rank correlation, concordance, mean difference with interval, and limits of agreement."""
    keys = pd.MultiIndex.from_frame(rows[PAIR])

    def of(measure: str, column: str = "value", at: str = "") -> list[float]:
        found = _pair_rows(page, measure, stage, at=at).set_index(PAIR)[column]
        return list(found.reindex(keys))

    return rows.assign(
        spearman=of("spearman"), lin_ccc=of("lin_ccc"), bias=of("bland_altman_bias"),
        low=of("bland_altman_bias", "low"), high=of("bland_altman_bias", "high"),
        limit_low=of("bland_altman_limit", at="lower"), limit_high=of("bland_altman_limit", at="upper"),
        interval_reason="",
    )  # fmt: skip


def _by_criterion(page: Page, pairs: pd.DataFrame, stage: str) -> Block | None:
    """Give kappa of each pair over the criteria, and on how many the two use the scale differently; folded."""
    kappas, tests = (_pair_rows(page, name, stage, criterion=None) for name in ("cohen_kappa", "stuart_maxwell"))
    kappas, tests = (frame[frame["value"].notna()].groupby(PAIR) for frame in (kappas, tests))
    entries = []
    for row in pairs.itertuples():
        pair = (row.subject, row.versus)
        if pair not in kappas.groups:
            continue
        kappa = kappas.get_group(pair).sort_values("value")
        tested = tests.get_group(pair)["q_value"].dropna() if pair in tests.groups else pd.Series(dtype=float)
        counts = {"part": page.words.number((tested < FALSE_DISCOVERY).sum()), "whole": page.words.number(len(tested))}
        entries.append({
            "one": row.one, "other": row.other, "kappa": kappa["value"].median(), "low": kappa["value"].iloc[0],
            "high": kappa["value"].iloc[-1], "least": page.label("criterion", kappa["criterion"].iloc[0]),
            "unlike": page.say("agreement.facts.of", **counts) if len(tested) else None,
        })  # fmt: skip
    if not entries:
        return None
    columns = {
        "one": Column("agreement.columns.juror"),
        "other": Column("agreement.columns.other"),
        "kappa": Column("agreement.columns.kappa", "number:2"),
        "low": Column("agreement.columns.kappa_range", "interval:2"),
        "least": Column("agreement.columns.least"),
        "unlike": Column("agreement.columns.unlike"),
    }
    words = {"stage": page.label("stage", stage), "limit": page.words.number(FALSE_DISCOVERY, 2)}
    shown = pd.DataFrame(entries).sort_values(["one", "other"])
    table = page.table("agreement.pair_criteria.table", shown, columns, part=stage, **words)
    return page.fold("agreement.pair_criteria", table, **words)


def _differences(page: Page, key: str, stage: str) -> Table:
    rows = page.rows(measure="score_range", stage=stage, subject_type="dossier", subject=None)
    rows = rows[rows["value"].notna()].nlargest(WORST, "value")
    dossiers = page.tables["dossiers"]
    entered = dossiers[dossiers["edition"] == page.edition.id].set_index("dossier")
    shown = rows.assign(
        office=[page.label("office", entered["office"].get(name, "")) for name in rows["subject"]],
        category=[page.label("category", entered["category"].get(name, "")) for name in rows["subject"]],
    )
    columns = {
        "subject": Column("agreement.columns.dossier"),
        "office": Column("agreement.columns.office"),
        "category": Column("agreement.columns.category"),
        "value": Column("agreement.columns.range", "number:2"),
        "n_jurors": Column("agreement.columns.jurors", "count"),
    }
    return page.table(key, shown, columns, part=stage, stage=page.label("stage", stage))


def _drawn(page: Page, ids: Iterable[str], judged: pd.Series) -> list[str]:
    """Give the jurors a matrix holds, in order: all, or of a large panel the `roster.MOST` who judged most."""
    most = judged[judged.index.isin(list(ids))].nlargest(roster.MOST).index
    return panel.jurors(page, most)


def _inside(rows: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    return rows[rows["subject"].isin(names) & rows["versus"].isin(names)]


def _most(page: Page, names: list[str], judged: pd.Series) -> str:
    """Say who stands on a matrix that does not hold the whole panel."""
    if len(judged) <= roster.MOST:
        return ""
    return " " + page.say("agreement.most", n=len(names), total=page.words.count("of_juror", len(judged)))


def _matrix(page: Page, names: list[str], rows: pd.DataFrame, texts: list[str]) -> Any:
    """Give a half matrix of pairs: the juror who stands later in the row, the earlier in the column."""
    labels = [page.label("juror", name) for name in names]
    place = {name: index for index, name in enumerate(names)}
    values = [[None] * len(names) for _ in names]
    written = [[""] * len(names) for _ in names]
    for row, text in zip(rows.itertuples(), texts, strict=True):
        low, high = sorted((place[row.subject], place[row.versus]))
        values[high][low], written[high][low] = row.value, text
    fig = house.figure(page.words, height=house.rows_height(len(names), row=NARROW if len(names) > MANY else CROSS))
    fig.add_heatmap(
        z=values, text=written, texttemplate="%{text}", colorscale=list(house.SEQUENTIAL), showscale=False,
        xgap=2, ygap=2, hoverinfo="skip", textfont={"size": 13},
    )  # fmt: skip
    house.rows(fig, labels)
    short = [house.wrap(_initials(label), 3) for label in labels]
    ticks = {"tickvals": list(range(len(names))), "ticktext": short, "tickangle": 0, "showgrid": False}
    return fig.update_xaxes(**ticks, side="bottom", range=[-0.5, len(names) - 0.5])


def _corner(fig: Any, names: list[str], places: Any, texts: list[str]) -> None:
    fig.add_scatter(
        x=list(places), y=list(places), mode="text", text=texts, textfont={"color": house.INK, "size": 13},
        hoverinfo="skip",
    )  # fmt: skip


def _dots(fig: Any, names: list[str], rows: pd.DataFrame) -> None:
    """Mark the pairs of the half matrix that have no number."""
    place = {name: index for index, name in enumerate(names)}
    there = {tuple(sorted((place[row.subject], place[row.versus]))) for row in rows.itertuples()}
    empty = [(low, high) for high in range(len(names)) for low in range(high) if (low, high) not in there]
    if empty:
        fig.add_scatter(
            x=[low for low, _ in empty], y=[high for _, high in empty], mode="text", text=["·"] * len(empty),
            textfont={"color": house.MUTED, "size": 16}, hoverinfo="skip",
        )  # fmt: skip


def _initials(name: str) -> str:
    """Give a name short enough for the foot of a narrow column: initials, without academic titles.

    >>> _initials("dr hab. Anna Nowak-Wzorcowa"), _initials("J07")
    ('A. N.-W.', 'J07')
    """
    words = [word for word in name.split() if word[:1].isupper()]
    if len(words) < 2:
        return name
    return " ".join("-".join(f"{part[0]}." for part in word.split("-") if part) for word in words)
