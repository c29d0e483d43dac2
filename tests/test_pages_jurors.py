import dataclasses
import math
from html import unescape

import numpy as np
import pandas as pd
import pytest

import panel_page
import small
from analysis.pages import (
    affinity,
    habits,
    house,
    jurors,
    linked,
    panel,
    placement,
    residuals,
    roster,
    ruler,
    sequence,
)
from analysis.schema import RESULTS


def drawn(figure):
    """Labels of a chart's rows, first on top."""
    return [text.replace("<br>", " ") for text in figure.chart["layout"]["yaxis"]["ticktext"]]


def filled(figure):
    """Number of filled dots of a chart."""
    dots = [trace for trace in figure.chart["data"] if trace["mode"] == "markers"]
    return sum(len(trace["y"]) for trace in dots if trace["marker"]["color"] == house.SERIES[0].color)


def marks(severities, dossiers=12, noise=0.3):
    """Marks of jurors with these severities on two criteria; everybody marks every dossier."""
    rng = np.random.default_rng(7)
    quality = rng.normal(6, 1, (dossiers, 1, 1))
    given = quality - np.array(severities)[None, :, None] + rng.normal(0, noise, (dossiers, len(severities), 2))
    return np.clip(np.round(given), 0, 10)


@pytest.mark.parametrize("language", ["pl", "en"])
def test_every_cell_shows_a_block_with_text(language):
    page = panel_page.demo("3_jurors", language=language)
    assert all(panel_page.text(block).strip() for block in panel_page.blocks(page).values())


def test_jurors_stand_in_one_order_on_every_chart():
    page = panel_page.demo("3_jurors")
    order = drawn(jurors.caterpillar(page))
    assert drawn(jurors.deviation(page)) == order
    assert drawn(jurors.later_stages(page).blocks[0]) == order
    names = [entry["text"].split("</b>")[0] for entry in jurors.scale_use(page).chart["layout"]["annotations"]]
    assert [name.removeprefix("<b>").replace("<br>", " ") for name in names] == [*map(roster.short, order)]
    assert [row[0].text for row in jurors.profiles(page).block.blocks[0].rows] == order


def test_jurors_who_truly_differ_are_named_as_clearly_apart():
    page = panel_page.little("3_jurors", marks([-2, 0, 0, 2]))
    said = panel_page.text(jurors.first(page))
    assert "j3" in said and "more than chance" in said
    assert filled(jurors.caterpillar(page)) >= 2


def test_jurors_who_do_not_differ_are_left_to_chance():
    page = panel_page.little("3_jurors", marks([0, 0, 0, 0], noise=1.0))
    said = panel_page.text(jurors.first(page))
    assert "could be chance" in said and page.say("jurors.first.clear_none") in said
    assert filled(jurors.caterpillar(page)) == 0


def test_the_severe_juror_stands_below_the_lenient_one():
    page = panel_page.little("3_jurors", marks([2, 0, -2]))
    assert drawn(jurors.caterpillar(page)) == ["j2", "j1", "j0"]


def test_a_juror_with_few_marks_is_named_and_not_drawn():
    given = marks([0, 0, 1])
    given[4:, 2] = np.nan
    page = panel_page.little("3_jurors", given)
    assert drawn(jurors.caterpillar(page)) == ["j0", "j1"] or drawn(jurors.caterpillar(page)) == ["j1", "j0"]
    assert "j2" in panel_page.text(jurors.first(page)).split("Too few marks")[1]


def test_the_cell_of_a_juror_with_few_marks_says_so():
    given = marks([0, 0, 1])
    given[4:, 2] = np.nan
    page = panel_page.little("3_jurors", given)
    line = next(row for row in jurors.profiles(page).block.blocks[0].rows if row[0].text == "j2")
    assert line[4].text == page.say("common.short.too_few_units")


def test_where_nobody_has_marks_enough_the_page_says_that_alone():
    page = panel_page.little("3_jurors", marks([0, 1], dossiers=3))
    shown = panel_page.blocks(page)
    assert "Nobody judged enough" in panel_page.text(shown["first"])
    assert all(panel_page.figures(block) == [] for block in shown.values())


def test_without_any_score_every_cell_still_shows_something():
    page = panel_page.little("3_jurors", np.full((2, 2, 2), np.nan))
    assert all(panel_page.text(block).strip() for block in panel_page.blocks(page).values())


def test_the_table_holds_the_rows_severities():
    page = panel_page.demo("3_jurors")
    found = page.rows(measure="severity_additive", stage=panel.first_stage(page), subject_type="juror", subject=None)
    table = jurors.caterpillar(page).table
    assert sorted(row[1].number for row in table.rows) == pytest.approx(sorted(found["value"]))


# Rows written out: what is said and drawn follows from them alone.

CLEAR, CHANCE = 0.001, 0.6
RASCH = "many-facet Rasch, joint maximum likelihood, corrected"


def row(measure, value, **keys):
    """A row of results of stage s1 of edition e01; a value with an interval half a unit either way."""
    return {"edition": "e01", "stage": "s1", "measure": measure, "value": value, "uom": "points", "n_units": 9} | keys


def of_jurors(measure, values, *, q=None, **keys):
    """Rows of jurors j0, j1, ... with a standard error, an interval and p and q values."""
    given = q or [CHANCE] * len(values)
    return [
        row(measure, value, subject_type="juror", subject=f"j{place}", p_value=given[place], q_value=given[place])
        | {"se": 0.25, "low": value - 0.5, "high": value + 0.5, "confidence": 0.95, "interval": "t"}
        | keys
        for place, value in enumerate(values)
    ]


def panel_of(count):
    """Rows that put `count` jurors on the page: j0 the most lenient."""
    test = row("severity_equal", 4.0, p_value=CHANCE, n_jurors=count, n_scores=90)
    return [test, *of_jurors("severity_additive", range(count)), *of_jurors("judged", [9] * count)]


def written(*parts, language="en", audience="organizer", **tables):
    frame = pd.DataFrame([entry for part in parts for entry in part])
    page = panel_page.little("3_jurors", results=frame, language=language, **tables)
    return dataclasses.replace(page, audience=audience)


def signs(figure):
    return [sign for line in figure.chart["data"][0]["text"] for sign in line if sign]


def bias(values, q, kind="criterion", names=("speed", "clarity")):
    return [
        row("bias", value, subject_type="juror", subject=f"j{place // 2}", versus_type=kind, versus=names[place % 2])
        | {"se": 0.2, "low": value - 0.4, "high": value + 0.4, "p_value": q[place], "q_value": q[place], "n_scores": 9}
        for place, value in enumerate(values)
    ]


@pytest.mark.parametrize("language", ["pl", "en"])
def test_a_page_without_any_rows_says_so_in_every_cell_and_draws_nothing(language):
    page = panel_page.little("3_jurors", results=RESULTS.empty(), language=language)
    shown = panel_page.blocks(page)
    assert all(panel_page.text(block).strip() for block in shown.values())
    assert all(panel_page.figures(block) == [] for block in shown.values())


def test_one_juror_alone_still_has_a_whole_page():
    page = panel_page.little("3_jurors", marks([0]))
    assert all(panel_page.text(block).strip() for block in panel_page.blocks(page).values())


def test_panels_without_common_dossiers_are_not_put_on_one_ruler():
    given = marks([0, 1, 0, 1])
    given[:6, :2], given[6:, 2:] = np.nan, np.nan
    page = panel_page.little("3_jurors", given)
    shown = panel_page.blocks(page)
    assert page.say("common.reasons.not_connected") in panel_page.text(shown["wright"])
    assert page.say("common.reasons.not_connected") in panel_page.text(shown["moves"])
    assert page.say("jurors.parts") in panel_page.text(shown["first"])


def test_a_large_panel_is_capped_on_charts_and_whole_in_tables():
    page = written(panel_of(30))
    shown = jurors.caterpillar(page)
    assert len(drawn(shown)) == roster.MOST
    assert len(shown.table.rows) == 30
    assert page.say("jurors.capped", n=24, total=page.words.count("of_juror", 30)) in unescape(jurors.first(page).html)


def test_the_middle_half_of_the_panel_is_shaded_where_it_is_known():
    ends = [row("severity_additive", end, subject_type="panel", at=at) for end, at in
            ((-0.5, "lower_quartile"), (0.5, "upper_quartile"))]  # fmt: skip
    shaded = [written(panel_of(5), part) for part in ([], ends)]
    assert ["middle half" in jurors.caterpillar(page).caption for page in shaded] == [False, True]


def test_dossiers_that_fair_averages_move_three_places_are_counted():
    of = {"subject_type": "dossier", "variant": RASCH}
    means = [row("observed_average", 9 - place, subject=f"d{place}", **of) for place in range(5)]
    fair = [row("fair_average", value, subject=f"d{place}", **of) for place, value in enumerate([5.5, 8, 7, 6, 5])]
    shown = placement.moves(written(panel_of(2), means, fair)).blocks[0]
    assert (
        shown.title.replace("\u00a0", " ") == "With severity levelled, 1 of 5 entries would move by at least 3 places"
    )
    assert [cell.text for cell in shown.table.rows[0]][-2:] == ["1", "4"]


def test_where_nothing_moves_three_places_a_sentence_stands_in_place_of_the_chart():
    of = {"subject_type": "dossier", "variant": RASCH}
    both = [row(name, 9 - place, subject=f"d{place}", **of) for name in ("observed_average", "fair_average")
            for place in range(5)]  # fmt: skip
    shown = placement.moves(written(panel_of(2), both))
    assert panel_page.figures(shown) == []
    assert "none of 5 entries would move" in panel_page.text(shown)


def test_the_ruler_shows_jurors_criteria_and_thresholds_below_the_dossiers():
    dossiers = [row("rasch_measure", value, subject_type="dossier", subject=f"d{value}") for value in (-1, 0, 2)]
    criteria = [row("rasch_measure", 0.1, subject_type="criterion", subject="speed", low=0.0, high=0.2)]
    steps = [
        row("threshold", value, at=str(at), variant="half-point, 0-10 by 0.5") for at, value in ((0.5, -1), (1, 1))
    ]
    page = written(panel_of(2), of_jurors("rasch_measure", [-0.2, 0.3], variant=RASCH), dossiers, criteria, steps)
    labels = [label for label in drawn(ruler.wright(page)) if label]
    assert labels == ["Entries", "j0", "j1", "Speed", "scale 0–10 by 0.5"]


def test_reliability_of_severities_is_said_not_to_be_agreement():
    name = f"{RASCH}, reliably different severities, population"
    whole = [row("rasch_reliability", 0.87, subject_type="juror", variant=name)]
    page = written(panel_of(2), of_jurors("rasch_measure", [-0.2, 0.3], variant=RASCH), whole)
    assert "Reliably different severities: 0.87. This is not agreement" in panel_page.text(ruler.elements(page))


def test_fit_beyond_the_limits_is_put_into_neutral_words():
    fits = of_jurors("infit", [0.3, 1.0, 1.7], variant=RASCH)
    page = written(panel_of(3), of_jurors("rasch_measure", [-0.2, 0, 0.2], variant=RASCH), fits)
    table = next(block for block in ruler.elements(page).blocks if block.kind == "table")
    said = [line[5].text for line in table.rows]
    assert said == ["closer to the model than usual", "within the usual limits", "farther from the model than usual"]


def test_a_habit_that_chance_does_not_explain_is_named_in_the_title():
    page = written(panel_of(3), of_jurors("centrality", [0.5, 1.0, 1.1], q=[CLEAR, CHANCE, CHANCE]))
    shown = habits.habits(page).blocks[0]
    assert shown.title == "Clearly unlike the panel: spread of marks: j0"
    assert filled(shown) == 1


def test_habits_that_chance_explains_name_nobody():
    page = written(panel_of(3), of_jurors("centrality", [0.5, 1.0, 1.1]))
    assert habits.habits(page).blocks[0].title == page.say("jurors.habits.nobody")


def test_a_habit_of_too_few_marks_is_a_word_and_no_dot():
    few = [row("centrality", math.nan, subject_type="juror", subject="j2", reason="too_few_units: 3 dossiers")]
    shown = habits.habits(written(panel_of(3), of_jurors("centrality", [1.0, 1.1]), few)).blocks[0]
    words = [text for trace in shown.chart["data"] for text in trace.get("text", ())]
    assert words == ["too few scores"]


def test_power_is_told_as_times_out_of_ten():
    power = of_jurors("power", [0.2, 0.6, 0.9], variant="centrality, 0.7")
    page = written(panel_of(3), of_jurors("centrality", [0.9, 1.0, 1.1]), power)
    assert "a spread of 0.7 of the others’: 6 in 10" in panel_page.text(habits.habits(page))


def test_only_cells_that_chance_does_not_explain_carry_a_sign():
    page = written(panel_of(2), bias([0.9, -0.9, 0.1, -0.8], q=[CLEAR, CHANCE, CHANCE, CLEAR]))
    shown = residuals.criteria(page)
    assert signs(shown) == [residuals.UP, residuals.DOWN]
    assert shown.title == "Otherwise than usual on a criterion: j0 (Speed) and j1 (Clarity)"


def test_of_many_dossiers_the_matrix_holds_the_largest_deviations():
    rows = [
        row("bias", size, subject_type="juror", subject="j0", versus_type="dossier", versus=f"d{place:02}")
        | {"se": 0.2, "low": size - 0.4, "high": size + 0.4, "p_value": CHANCE, "q_value": CHANCE}
        for place, size in enumerate(0.1 * step for step in range(20))
    ]
    shown = residuals.dossiers(written(panel_of(2), rows)).blocks[0]
    assert shown.chart["layout"]["xaxis"]["ticktext"] == [f"d{place:02}" for place in range(8, 20)]


def test_pairs_are_listed_only_where_chance_does_not_explain_them():
    of = {"subject_type": "juror", "subject": "j0", "versus_type": "juror"}
    rows = [
        row("copying", 0.3, versus=f"j{place}", p_value=q, q_value=q, **of) for place, q in ((1, CLEAR), (2, CHANCE))
    ]
    shown = sequence.pairs(written(panel_of(3), rows))
    table = next(block for block in shown.blocks if block.kind == "table")
    assert [[cell.text for cell in line[:2]] for line in table.rows] == [["j0", "j1"]]
    assert shown.blocks[-1].kind == "note"


def own(value, p, **keys):
    """Difference of all jurors towards their own region, both ways."""
    return [
        row("affinity", value, variant=f"own region, {way}", p_value=p, se=0.2, low=value - 0.4, high=value + 0.4)
        | {"confidence": 0.95, "interval": "t"}
        | keys
        for way in affinity.WAYS
    ]


def test_the_caution_stands_beside_the_finding_of_affinity():
    finding = affinity.affinity(written(panel_of(3), own(1.2, CLEAR))).blocks[0]
    assert "gave their own 1.20" in finding.text.replace("\u00a0", " ")
    assert "no proof of intent" in finding.box


def test_an_affinity_that_chance_explains_is_left_to_chance():
    finding = affinity.affinity(written(panel_of(3), own(1.2, CHANCE))).blocks[0]
    assert "could be chance" in finding.text


def test_an_affinity_of_two_dossiers_is_not_shown():
    shown = affinity.affinity(written(panel_of(3), own(1.2, CLEAR, n_units=2)))
    assert panel_page.text(shown).strip() == written(panel_of(3)).say("jurors.affinity.none")


def test_single_jurors_are_named_for_affinity_only_after_the_correction():
    single = of_jurors("affinity", [2.0, 0.1], q=[CLEAR, CHANCE], variant=f"own region, {affinity.WAYS[0]}")
    changed = of_jurors("recusal_effect", [1.0, 0.0], variant="own region", uom="count")
    shown = affinity.affinity(written(panel_of(3), own(1.2, CLEAR), single, changed))
    table = next(block for block in shown.blocks if block.kind == "table")
    assert [(line[0].text, line[-1].text) for line in table.rows] == [("j0", "1")]


@pytest.mark.parametrize("part", [affinity.affinity, sequence.pairs])
def test_affinity_and_pairs_are_for_the_organizer_only(part):
    of = {"subject_type": "juror", "subject": "j0", "versus_type": "juror", "versus": "j1"}
    pair = [row("copying", 0.3, p_value=CLEAR, q_value=CLEAR, **of)]
    page = written(panel_of(3), own(1.2, CLEAR), pair, audience="public")
    assert panel_page.text(part(page)).strip() == "This part is for the organizer only."


def editions():
    return small.competition(small.edition("e01"), small.edition("e02"))


def linked_rows(drift, q):
    lines = [
        entry | {"edition": edition}
        for edition in ("e01", "e02") for entry in of_jurors("linked_severity", [-1.0, 0.0, 1.0])
    ]  # fmt: skip
    changes = of_jurors("severity_drift", [drift, 0.0, 0.0], q=[q, CHANCE, CHANCE], edition_to="e02")
    return lines, changes, [row("link_shift", 0.2, edition_to="e02", n_jurors=3)]


def test_a_juror_whose_severity_changed_is_named_and_drawn_in_colour():
    page = written(panel_of(3), *linked_rows(2.0, CLEAR), competition=editions())
    shown = linked.linked(page).blocks[0]
    assert shown.title == "Severity clearly changed between editions: j0"
    coloured = [trace for trace in shown.chart["data"] if trace["line"]["color"] == house.SERIES[0].color]
    assert [trace["customdata"][0] for trace in coloured if "customdata" in trace] == ["j0"]


def test_severities_that_chance_explains_are_said_to_be_steady():
    page = written(panel_of(3), *linked_rows(0.3, CHANCE), competition=editions())
    assert linked.linked(page).blocks[0].title == page.say("jurors.linked.steady", n=page.words.count("of_juror", 3))


def test_an_edition_without_common_jurors_is_refused_in_words():
    lines = of_jurors("linked_severity", [0.0, 1.0])
    for entry in lines:
        entry |= {"value": math.nan, "reason": "not_connected: no common juror"}
    shift = [row("link_shift", math.nan, edition_to="e02", reason="not_connected: no common juror")]
    shown = linked.linked(written(panel_of(2), lines, shift, competition=editions()))
    assert panel_page.figures(shown) == []
    assert "cannot be set beside others" in panel_page.text(shown)
