import numpy as np
import pytest

import panel_page
from analysis.pages import house, jurors, panel


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
    assert [name.removeprefix("<b>").replace("<br>", " ") for name in names] == order
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
