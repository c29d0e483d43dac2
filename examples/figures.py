"""The figures the examples must give, beside what they give: `python examples/figures.py DATA`.

The expected values were computed apart from this project and stand in the data's own descriptions.
"""

from __future__ import annotations

import csv
import io
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import ttest_ind

import analysis
from analysis.intake.text import read_text
from analysis.statistics.affinity import Affinity, fixed_affinity, permutation_affinity
from analysis.statistics.multiplicity import benjamini_hochberg
from analysis.statistics.resample import generator

HERE = Path(__file__).parent
SERIES_ALPHA = (
    *(0.7108, 0.8058, 0.7686, 0.7123, 0.7940, 0.7762, 0.8020, 0.7558),
    *(0.7870, 0.8485, 0.8134, 0.8083, 0.8212, 0.7674, 0.8410),
)
SERIES_MEAN = (
    *(6.519, 6.699, 7.009, 7.387, 7.535, 7.522, 7.201, 7.325),
    *(7.474, 7.274, 7.575, 7.426, 7.168, 7.861, 7.209),
)
SEVERITY = {  # points, relative to len, positive = more severe
    **{"craig": 1.043, "arlene": 0.573, "darcey": 0.147, "bruno": 0.051},
    **{"shirley": -0.023, "alesha": -0.107, "donny": -0.440, "jennifer": -0.604},
}
CHOPIN = {
    ("krippendorff_alpha", "interval"): (0.2229, 0.1303, 0.1752, 0.0625),
    ("krippendorff_alpha", "ordinal"): (0.2183, 0.1305, 0.1845, 0.0674),
    ("kendall_w", "corrected for ties, complete units"): (0.3118, 0.1999, 0.2250, 0.2498),
    ("icc_a1", "mean squares, complete units"): (0.2207, 0.1197, 0.1157, 0.1219),
    ("icc_c1", "mean squares, complete units"): (0.2613, 0.1405, 0.1337, 0.1607),
}
SOMERVILLE = {  # item: answers and mean by wave
    "happiness": (
        (6039, 193, 185, 826, 1463, 1265, 937),
        (3.9965, 4.0777, 4.1459, 4.0448, 4.0157, 3.9004, 3.9029),
    ),
    "city": ((5898, 193, 186, 831, 1469, 1265, 990), (4.0614, 4.1088, 4.3656, 4.3008, 4.1001, 3.9810, 3.9919)),
    "streets": ((None, 192, 185, 827, 1469, 1264, 995), (None, 3.3646, 3.5297, 3.3241, 3.0953, 3.0087, 2.8633)),
    "information": ((None, None, 183, 817, 1464, 1257, 912), (None, None, 4.2404, 4.0759, 4.0198, 3.9515, 3.7982)),
    "police": ((None, None, 181, 804, 1435, 1228, 722), (None, None, 3.7569, 3.8358, 3.7484, 3.4007, 3.3712)),
}
WAVES = (6167, 193, 186, 845, 1496, 1298, 1006)
HAPPINESS = {  # answers 1, 2, 3, 4, 5 by wave; in 2015 the harmonised release has one record more
    "w2011": (96, 206, 1085, 2888, 1764),
    "w2013": (6, 4, 30, 82, 71),
    "w2015": (4, 2, 25, 85, 68),
}


def strictly(w: analysis.workspace.Workspace) -> Iterator[tuple[str, float, float, int]]:
    """Give (figure, expected, found, decimals) of the marks of Strictly Come Dancing."""
    rows = w.results[(w.results[["subject_type", "category", "at"]] == "").all(axis=1)]
    alpha = rows[(rows.measure == "krippendorff_alpha") & (rows.variant == "interval") & (rows.criterion == "")]
    yield "alpha, all series", 0.7993, _one(alpha[alpha.edition == ""]), 4
    for edition, wanted in zip(w.editions.edition, SERIES_ALPHA, strict=True):
        yield f"alpha, {edition}", wanted, _one(alpha[alpha.edition == edition]), 4
    for edition, wanted in zip(w.editions.edition, SERIES_MEAN, strict=True):
        marks = w.scores[w.scores.edition == edition]["value"]
        yield f"mean mark, {edition}", wanted, marks.mean(), 3
    severity = w.results[(w.results.measure == "severity_additive") & (w.results.edition == "")]
    found = severity.set_index("subject")["value"]
    for juror, wanted in SEVERITY.items():
        yield f"severity, {juror} - len", wanted, found[juror] - found["len"], 3
    yield "misplaced marks found", 2, (w.findings.code == "partial_session").sum(), 0
    shifts = w.results[w.results.measure == "link_shift"]
    yield "links between neighbouring series", 14, shifts["value"].count(), 0
    yield "judges of several series far from one model", 0, (linked_severities(w)["apart"].abs() > 2).sum(), 0


def linked_severities(w: analysis.workspace.Workspace) -> pd.DataFrame:
    """Give the linked severities, a row a judge of several series: each series, their mean, and one model's severity.

    `apart`: mean less the severity of one additive model over all series, both less their means over these judges, in
    standard deviations of a judge's change from series to series and of the model's error.
    """
    rows = w.results[(w.results.edition != "") | (w.results.measure == "severity_additive")]
    linked = rows[rows.measure == "linked_severity"].pivot(index="subject", columns="edition", values="value")
    linked = linked[linked.notna().sum(axis=1) > 1]
    one = w.results[(w.results.measure == "severity_additive") & (w.results.edition == "")].set_index("subject")
    mean, whole = linked.mean(axis=1), one.loc[linked.index, "value"]
    change = np.sqrt(linked.var(axis=1).mean())
    apart = (mean - mean.mean()) - (whole - whole.mean())
    scale = np.hypot(change, one.loc[linked.index, "se"])
    return linked.assign(mean=mean, one_model=whole, apart=apart / scale)


def chopin(w: analysis.workspace.Workspace) -> Iterator[tuple[str, float, float, int]]:
    """Give (figure, expected, found, decimals) of the marks of the Chopin Competition."""
    rows = w.results[(w.results[["criterion", "category", "at"]] == "").all(axis=1) & (w.results.edition != "")]
    stages = [stage.id for stage in w.competition.editions[0].stages]
    for (measure, variant), values in CHOPIN.items():
        part = rows[(rows.measure == measure) & (rows.variant == variant)]
        for stage, wanted in zip(stages, values, strict=True):
            yield f"{measure} {variant}, {stage}", wanted, _one(part[part.stage == stage]), 4


def somerville(w: analysis.workspace.Workspace) -> Iterator[tuple[str, float, float, int]]:
    """Give (figure, expected, found, decimals) of the Somerville survey."""
    waves = [source.wave for edition in w.competition.editions for source in edition.surveys]
    rows = w.results[w.results.subject_type == ""]
    for wave, wanted in zip(waves, WAVES, strict=True):
        yield f"respondents, {wave}", wanted, _one(rows[(rows.measure == "n_respondents") & (rows.wave == wave)]), 0
    means = rows[rows.measure == "item_mean"].set_index(["item", "wave"])
    for item, (counts, values) in SOMERVILLE.items():
        for wave, count, wanted in zip(waves, counts, values, strict=True):
            if wanted is not None:
                yield f"answers, {item}, {wave}", count, means.loc[(item, wave), "n_respondents"], 0
                yield f"mean, {item}, {wave}", wanted, means.loc[(item, wave), "value"], 4


def somerville_raw(w: analysis.workspace.Workspace) -> Iterator[tuple[str, float, float, int]]:
    """Give (figure, expected, found, decimals) of the Somerville survey as it was typed in."""
    answers = w.responses[w.responses["item"] == "happiness"]
    for wave, counts in HAPPINESS.items():
        found = answers.loc[answers["wave"] == wave, "value"].value_counts()
        for level, wanted in enumerate(counts, start=1):
            yield f"happiness {level}, {wave}", wanted, found.get(float(level), 0), 0
    means = w.results[w.results.measure == "item_mean"].set_index(["item", "wave"])
    for item, (counts, values) in SOMERVILLE.items():
        for wave, count, wanted in zip(("w2011", "w2013"), counts[:2], values[:2], strict=True):
            if wanted is not None:
                yield f"answers, {item}, {wave}", count, means.loc[(item, wave), "n_respondents"], 0
                yield f"mean, {item}, {wave}", wanted, means.loc[(item, wave), "value"], 4


def without_twin(one: pd.DataFrame, other: pd.DataFrame) -> dict[str, tuple[float, ...]]:
    """Give the respondents of one table of answers to whom nobody in the other answered alike: id → answers.

    The two tables number people in different ways, so people are compared by all their answers together.
    """
    items = sorted(set(one["item"]) & set(other["item"]))
    people = [
        table.pivot(index="respondent", columns="item", values="value")[items].fillna(0) for table in (one, other)
    ]
    spare = Counter(people[1].itertuples(index=False, name=None))
    lone = {}
    for respondent, *answers in people[0].itertuples(name=None):
        if spare[tuple(answers)]:
            spare[tuple(answers)] -= 1
        else:
            lone[respondent] = tuple(answers)
    return lone


def transcriptions(w: analysis.workspace.Workspace) -> Iterator[tuple[str, float, float, int]]:
    """Give (figure, expected, found, decimals) of three transcriptions of the same marks."""
    cells = w.scores.groupby("edition").size()
    for edition, marks in zip(cells.index, (2575, 2575, 2574), strict=True):
        scores = w.scores[w.scores.edition == edition]
        yield f"cells, {edition}", 155 * 17, cells[edition], 0
        yield f"marks, {edition}", marks, scores["value"].count(), 0
        yield f"jurors, {edition}", 17, scores["juror"].nunique(), 0
    for edition, count in {"e02": 0, "e03": 2}.items():
        yield f"cells that differ, e01 and {edition}", count, len(differing_cells(w.scores, "e01", edition)), 0
    several = {juror: written for juror, written in spellings(w.scores).items() if len(written) > 1}
    yield "jurors with several spellings", 2, len(several), 0
    yield "most spellings of one juror", 3, max(map(len, several.values())), 0


def differing_cells(scores: pd.DataFrame, one: str, other: str) -> pd.DataFrame:
    """Give every cell that two editions write differently, numbers by value: stage, dossier, juror, both texts."""
    key = ["stage", "dossier", "juror", "criterion"]
    columns = [*key, "value_raw", "value", "cell"]
    sides = (scores.loc[scores.edition == edition, columns] for edition in (one, other))
    both = pd.merge(*sides, on=key, how="outer", suffixes=("", "_other"))
    texts = both[["value_raw", "value_raw_other"]].fillna("absent")
    numbers = texts.apply(pd.to_numeric, errors="coerce")
    same = (texts["value_raw"] == texts["value_raw_other"]) | (numbers["value_raw"] == numbers["value_raw_other"])
    return both[~same].reset_index(drop=True)


def spellings(scores: pd.DataFrame) -> dict[str, list[str]]:
    """Give the headers under which each juror stands, over all files."""
    written = scores.assign(header=scores["cell"].str.split(", ", n=1).str[1])
    return {juror: sorted(rows.unique()) for juror, rows in written.groupby("juror")["header"]}


def gminy(w: analysis.workspace.Workspace) -> Iterator[tuple[str, float, float, int]]:
    """Give (figure, expected, found, decimals) of the directory of offices."""
    (file,) = w.shelf.data.glob("polska_jednostki/baza_teleadresowa_jst_*_cp1250.csv")
    sheet = read_text(file.read_bytes(), file=file.name, sha256="")
    raw = csv.DictReader(io.StringIO(file.read_bytes().decode("cp1250"), newline=""), delimiter=";")
    yield "physical lines", 2835, file.read_bytes().count(b"\n"), 0
    yield "read as cp1250", 1, sheet.reader == "cp1250", 0
    yield "spellings of voivodeships in the file", 20, len({row["Województwo"] for row in raw}), 0
    yield "records read", 2825, w.ledger["read"].sum(), 0
    yield "records accepted", 2825, w.ledger["accepted"].sum(), 0
    yield "voivodeships", 16, w.offices["region"].nunique(), 0
    yield "rural gminas", 1529, (w.offices["kind"] == "gmina_wiejska").sum(), 0
    yield "counties", 314, (w.offices["kind"] == "powiat").sum(), 0
    yield "codes with their leading zero", 2825, (w.offices["terc"].str.len() == 7).sum(), 0


def figure_skating(w: analysis.workspace.Workspace) -> Iterator[tuple[str, float, float, int]]:
    """Give (figure, expected, found, decimals) of the judges' marks in figure skating."""
    scores, found = w.scores, w.findings.set_index("code")
    rows = w.ledger[(w.ledger.unit == "row") & (w.ledger.kind == "scores")]
    yield "rows read", 214_531, rows["read"].sum(), 0
    yield "marks of components", 8630 * 9 - 40, scores["value"].count(), 0
    yield "judges", 214, scores["juror"].nunique(), 0
    yield "performances", 1726, scores["dossier"].nunique(), 0
    yield "programs", 152, scores["session"].nunique(), 0
    yield "criteria", 5, scores["criterion"].nunique(), 0
    yield "marks of 0", 0, (scores["value"] == 0).sum(), 0
    yield "zeros of an empty place, set aside", 40, found.loc["constant_zero_juror", "count"], 0
    music = found[found["key"] == "criterion interpretation"].loc["several_spellings", "found"]
    for text, count in (("Music'", 1310), ("Music / Timing'", 274), ("Music/Timing'", 142)):
        yield f"spelling …{text}", 1, f"{text} × {9 * count}" in music, 0
    yield from own_country(senior_marks(w.shelf.data / "figure_skating_2016_2017"))


def senior_marks(folder: Path) -> pd.DataFrame:
    """Read every judge's marks of senior performances: criterion, score, points, judge's and skater's country."""
    marks = pd.read_csv(folder / "judge-scores.csv.gz").merge(pd.read_csv(folder / "judged-aspects.csv.gz"))
    marks = marks.merge(pd.read_csv(folder / "judge-goe.csv.gz"), on=["aspect_id", "judge"], how="left")
    performances = pd.read_csv(folder / "performances.csv")
    marks = marks.merge(performances[["performance_id", "competition", "program", "name", "nation"]])
    judges = pd.read_csv(folder / "judges.csv")
    judges["judge"] = "J" + judges["role"].str.extract(r"(\d+)")[0]
    marks = marks.merge(judges[["competition", "program", "judge", "clean_judge_name"]])
    marks = marks.merge(pd.read_csv(folder / "judge-country.csv"), on="clean_judge_name")
    component = marks["section"] == "components"
    points = np.where(component, marks["factor"] * marks["score"], marks["base_value"] + marks["judge_goe"])
    senior = ~marks["program"].str.upper().str.contains("JUNIOR")
    marks = marks.assign(
        points=points.round(2),
        own=marks["judge_country"] == marks["nation"],
        length=np.where(marks["program"].str.contains("SHORT"), "short", "free"),
        criterion=marks["aspect_desc"].str.split(r" of | /|/", regex=True).str[0],
    )
    return marks[senior & ~(component & (marks["score"] == 0))]


def performance_points(marks: pd.DataFrame) -> pd.DataFrame:
    """Add up the points of a judge for a performance; `level`: the judge within short or free programs."""
    keys = ["performance_id", "name", "clean_judge_name", "length", "own"]
    points = marks.groupby(keys, as_index=False)["points"].sum()
    return points.assign(level=points["clean_judge_name"] + ", " + points["length"])


def own_country(marks: pd.DataFrame) -> Iterator[tuple[str, float, float, int]]:
    """Give the figures of judges' marks for their own country by the source's method, and by fixed effects."""
    points = performance_points(marks)
    given = points.groupby("performance_id")["points"]
    apart = points["points"] - (given.transform("sum") - points["points"]) / (given.transform("count") - 1)
    apart -= apart.groupby(points["level"]).transform("mean")
    own, others = apart[points["own"]], apart[~points["own"]]
    yield "marks for own country", 1305, len(own), 0
    yield "marks for other countries", 13375, len(others), 0
    yield "own less other countries, source's method", 3.389, own.mean() - others.mean(), 3
    yield "its Welch t", 37.86, ttest_ind(own, others, equal_var=False).statistic, 2
    cube, flags, skaters = cube_of(points.assign(criterion="points", mark=points["points"]), judge="level")
    yield "own country, fixed effects", 3.257, fixed_affinity(cube, flags, cluster=skaters).value[-1], 3


def cube_of(marks: pd.DataFrame, *, judge: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Arrange `mark` by performance, judge and criterion; tell what is of the judge's country, and who skated."""
    places = [pd.factorize(marks[name], sort=True) for name in ("performance_id", judge, "criterion")]
    (performance, _), (juror, _), (criterion, _) = places
    cube = np.full([len(names) for _, names in places], np.nan)
    own = np.zeros(cube.shape[:2], dtype=bool)
    skaters = np.empty(len(cube), dtype=object)
    cube[performance, juror, criterion], own[performance, juror] = marks["mark"], marks["own"]
    skaters[performance] = marks["name"]
    return cube, own, skaters.astype(str)


def component_affinity(marks: pd.DataFrame) -> dict[str, Affinity]:
    """Compare component marks for own country with the others, in points of the scale, by both estimates."""
    components = marks[marks["section"] == "components"]
    cube, own, skaters = cube_of(components.assign(mark=components["score"]), judge="clean_judge_name")
    rng = generator(0, "own country")
    return {
        "permutation of skaters within judge and criterion": permutation_affinity(cube, own, cluster=skaters, rng=rng),
        "effects of judge and performance": fixed_affinity(cube, own, cluster=skaters),
    }


FIGURES = {
    "strictly": strictly,
    "chopin_2025": chopin,
    "chopin_transcriptions": transcriptions,
    "figure_skating": figure_skating,
    "gminy": gminy,
    "somerville": somerville,
    "somerville_raw": somerville_raw,
}


def _one(rows) -> float:
    (value,) = rows["value"]
    return value


def _compare(official: pd.DataFrame, typed: pd.DataFrame) -> None:
    """Print who is in one release of a wave of Somerville and not in the other."""
    print("\nthe two releases of the Somerville survey")
    for wave in HAPPINESS:
        one, other = (table[table["wave"] == wave] for table in (official, typed))
        for name, lone in (("harmonised", without_twin(one, other)), ("typed-in", without_twin(other, one))):
            told = "; ".join(f"{respondent} {answers}" for respondent, answers in list(lone.items())[:5])
            print(f"  {wave}: {len(lone)} only in the {name} release{': ' if lone else ''}{told}")


def _print_linked(w: analysis.workspace.Workspace) -> None:
    print("  severities linked over the series, points; last: mean, one model of all series, difference in SD")
    for judge, *values in linked_severities(w).itertuples(name=None):
        print(f"  {judge:10}" + "".join("      -" if np.isnan(value) else f"{value:7.2f}" for value in values))
    drifts = w.results[(w.results.measure == "severity_drift") & (w.results.q_value < 0.05)]
    for row in drifts.itertuples():
        print(f"  drift: {row.subject} {row.edition} to {row.edition_to}: {row.value:.2f}, q {row.q_value:.3f}")


def _print_own_country(w: analysis.workspace.Workspace) -> None:
    """Print the answer on the components: points more for own country, and how many judges show it."""
    for how, found in component_affinity(senior_marks(w.shelf.data / "figure_skating_2016_2017")).items():
        value, low, high, p = (getattr(found, name)[-1] for name in ("value", "low", "high", "p_value"))
        told = np.isfinite(found.value[:-1])
        flagged = (benjamini_hochberg(found.p_value[:-1]) < 0.05) & (found.value[:-1] > 0)
        print(f"  components, own country, {how}: {value:.3f} points, {low:.3f} to {high:.3f}, p {p:.1g}")
        print(f"    {flagged.sum()} of {told.sum()} judges with three own and three other performances at q < .05")
    print("  the source names 27 of 214 judges, p < .00001 of single performances shuffled; no proof of intent")


def _print_differences(w: analysis.workspace.Workspace) -> None:
    for other in ("e02", "e03"):
        for row in differing_cells(w.scores, "e01", other).itertuples():
            said = f"{row.stage}, contestant {row.dossier}, {row.juror}"
            print(f"  differs: {said}: e01 {row.value_raw!r}, {other} {row.value_raw_other!r}")
    for juror, written in spellings(w.scores).items():
        if len(written) > 1:
            print(f"  spelled: {juror}: {', '.join(written)}")


PRINTED = {
    "strictly": _print_linked,
    "chopin_transcriptions": _print_differences,
    "figure_skating": _print_own_country,
}


def main(data: str) -> int:
    """Print every figure; give the number of those that differ."""
    differing = 0
    for name, figures in FIGURES.items():
        w = analysis.open(HERE / name, data=data)
        print(f"\n{name}")
        for figure, wanted, found, decimals in figures(w):
            same = round(float(found), decimals) == wanted
            differing += not same
            print(f"  {figure:40} {wanted:>10.{decimals}f} {found:>10.{decimals}f}  {'ok' if same else 'DIFFERS'}")
        for found in w.findings[w.findings.code == "partial_session"].itertuples():
            print(f"  misplaced? {found.file} {found.place}: {found.key}; found {found.found}; {found.done}")
        if name in PRINTED:
            PRINTED[name](w)
    _compare(*(analysis.open(HERE / name, data=data).responses for name in ("somerville", "somerville_raw")))
    print(f"\n{differing} figures differ")
    return differing


if __name__ == "__main__":
    sys.exit(bool(main(sys.argv[1])))
