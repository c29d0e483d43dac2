import numpy as np
import pandas as pd
import pytest

import panel_page
from analysis.pages import agreement, coefficients, pairs, panel

BOTH = [("pl", "organizer"), ("en", "organizer"), ("pl", "public"), ("en", "public")]
ALONE = np.array([[[5.0, 6.0], [np.nan, np.nan]], [[np.nan, np.nan], [7.0, 8.0]], [[4.0, 4.0], [np.nan, np.nan]]])


def twice(first, second):
    """Marks of two jurors on one criterion, given twice: as `speed` and as `clarity`."""
    marks = np.array([first, second], dtype=float).T
    return np.stack([marks, marks], axis=2)


@pytest.mark.parametrize(("language", "audience"), BOTH)
def test_every_cell_shows_a_block_with_text(language, audience):
    page = panel_page.demo("2_agreement", language=language, audience=audience)
    assert all(panel_page.text(block).strip() for block in panel_page.blocks(page).values())


def test_the_page_draws_a_chart_for_every_finding_it_illustrates():
    shown = panel_page.blocks(panel_page.demo("2_agreement"))
    drawn = {name: len(panel_page.figures(block)) for name, block in shown.items() if panel_page.figures(block)}
    assert drawn == {"coscored": 2, "forest": 1, "shares": 1, "distribution": 1, "differences": 1}


@pytest.mark.parametrize("language", ["pl", "en"])
def test_the_public_page_names_no_juror_and_no_dossier(language):
    page = panel_page.demo("2_agreement", language=language, audience="public")
    read = " ".join(block.html for block in panel_page.blocks(page).values())
    whole = panel_page.world()
    scored = whole["scores"][whole["scores"]["edition"] == "e10"]
    assert not [name for name in whole["jurors"]["name"] if name in read]
    assert not [name for column in ("juror", "dossier") for name in set(scored[column]) if f">{name}<" in read]


def test_the_public_reads_whom_the_parts_about_single_jurors_are_for():
    page = panel_page.demo("2_agreement", audience="public")
    for part in (pairs.coscored, pairs.apart):
        assert panel_page.text(part(page)).strip() == page.say("agreement.organizer_only")


def test_the_first_sentence_gives_the_difference_of_two_jurors_with_its_interval():
    page = panel_page.demo("2_agreement")
    row = page.row(measure="pair_difference", stage=panel.first_stage(page))
    said = panel_page.text(agreement.first(page))
    for number in (row.value, row.low, row.high):
        assert f"{number:.2f}".replace(".", ",") in said


def test_the_word_about_alpha_stands_beside_its_number_and_its_source():
    page = panel_page.demo("2_agreement", language="en")
    row = panel.alpha(page, panel.first_stage(page))
    assert panel.verdict(page, row).startswith(page.words.number(row.value, 2))
    assert "Krippendorff 2004" in panel.verdict(page, row)


def test_without_two_jurors_on_a_dossier_the_page_gives_the_reason_instead_of_numbers():
    page = panel_page.little("2_agreement", ALONE)
    shown = panel_page.blocks(page)
    assert page.reason("one_juror") in panel_page.text(shown["first"])
    assert [panel_page.figures(shown[name]) for name in ("forest", "shares", "differences")] == [[], [], []]


def test_without_any_score_every_cell_still_shows_something():
    page = panel_page.little("2_agreement", np.full((2, 2, 2), np.nan))
    assert all(panel_page.text(block).strip() for block in panel_page.blocks(page).values())


def test_a_panel_in_two_parts_is_called_so():
    marks = np.full((4, 4, 2), np.nan)
    marks[:2, :2], marks[2:, 2:] = 5, 6
    page = panel_page.little("2_agreement", marks)
    assert page.say("agreement.design.parted", components="2") in panel_page.text(agreement.design(page))


def forest_title(ends):
    """Title of the forest plot when the criteria have these intervals of alpha."""
    page = panel_page.little("2_agreement", twice([1, 4, 6, 8], [2, 3, 7, 8]))
    results = page.results.copy()
    for criterion, (low, high) in ends.items():
        here = (results["criterion"] == criterion) & (results["measure"] == "krippendorff_alpha")
        results.loc[here, ["value", "low", "high"]] = (low + high) / 2, low, high
    return agreement.forest(panel_page.little("2_agreement", results=results)).title


def test_the_forest_names_the_lowest_criterion_where_its_interval_stands_apart():
    assert forest_title({"speed": (0.1, 0.3), "clarity": (0.5, 0.7)}).endswith("Speed")


def test_the_forest_names_no_criterion_where_all_intervals_overlap():
    assert "Speed" not in forest_title({"speed": (0.1, 0.6), "clarity": (0.5, 0.7)})


def test_the_matrix_of_shared_dossiers_writes_each_pair_once():
    page = panel_page.demo("2_agreement")
    stage = panel.first_stage(page)
    drawn = panel_page.figures(pairs.coscored(page))[0].chart["data"][0]
    shared = page.rows(
        measure="coscored", stage=stage, subject_type="juror", subject=None, versus_type="juror", versus=None
    )
    written = sorted(value for line in drawn["z"] for value in line if value is not None)
    assert written == sorted(shared.loc[shared["value"] > 0, "value"])


def test_a_pair_with_few_shared_dossiers_is_not_judged():
    page = panel_page.little("2_agreement", twice([1, 4, 6, 8], [2, 3, 7, 8]))
    assert panel_page.figures(pairs.apart(page)) == []


def test_the_largest_differences_come_first():
    shown = pairs.apart(panel_page.demo("2_agreement")).blocks[0]
    ranges = [row[3].number for row in shown.rows]
    assert ranges == sorted(ranges, reverse=True) and len(ranges) == pairs.WORST


def test_our_own_reliability_stands_first_beside_the_published_ones():
    page = panel_page.demo("2_agreement")
    shown = coefficients.published(page)
    row = page.row(measure="icc_11", stage=panel.first_stage(page))
    assert shown.rows[0][2].number == pytest.approx(row.value)
    assert all(line[4].text for line in shown.rows)


def test_a_coefficient_without_value_shows_a_reason_in_its_cell():
    page = panel_page.demo("2_agreement")
    stage = panel.first_stage(page)
    row = page.row(measure="kendall_w", stage=stage)
    line = next(line for line in coefficients.coefficients(page).blocks[0].rows if line[0].text.startswith("W "))
    assert row.reason.startswith("no_complete_units")
    assert line[2].text == page.say("common.short.no_complete_units")


@pytest.mark.parametrize("language", ["pl", "en"])
def test_every_estimator_and_every_way_to_an_interval_has_words(language):
    page = panel_page.demo("2_agreement", language=language)
    shown = page.results[page.results["measure"].isin(coefficients.COEFFICIENTS)]
    ours = panel_page.demo("3_jurors", language=language).results
    ways = pd.concat([shown["interval"], ours.loc[ours["measure"] == "severity_additive", "interval"]])
    bare = [name for name in set(shown["variant"]) if not page.words.has(f"panel.variant.{name}")]
    bare += [way for way in set(ways) - {""} if not page.words.has(panel.way_key(way))]
    assert bare == []
