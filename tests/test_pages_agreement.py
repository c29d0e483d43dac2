import dataclasses
import math

import numpy as np
import pandas as pd
import pytest

import panel_page
from analysis.pages import agreement, coefficients, components, dstudy, missing, pairs, panel, stages
from analysis.schema import RESULTS, conform
from analysis.statistics.registry import coefficients as registry

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
    once = dict.fromkeys(("forest", "shares", "distribution", "parts", "curve", "differences"), 1)
    assert drawn == {"coscored": 2, "handling": 2, **once}


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


def test_a_coefficient_without_value_is_named_with_its_reason_below_the_tables():
    page = panel_page.demo("2_agreement")
    stage = panel.first_stage(page)
    row = page.row(measure="kendall_w", stage=stage, variant="corrected for ties, complete units")
    assert row.reason.startswith("no_complete_units")
    said = next(block for block in coefficients.coefficients(page).blocks if block.name == "agreement-refused")
    sentence = next(text for text in said.paragraphs if text.startswith(page.reason(row)))
    assert f"{page.label('measure', 'kendall_w')} ({panel.variant(page, row.variant)}" in sentence


@pytest.mark.parametrize("language", ["pl", "en"])
def test_every_estimator_and_every_way_to_an_interval_has_words(language):
    page = panel_page.demo("2_agreement", language=language)
    shown = page.rows(**dict.fromkeys(("stage", "category", "criterion", "versus_type", "versus", "at")))
    shown = shown[shown["measure"].isin([*coefficients.COEFFICIENTS, *stages.LINKS])]
    ours = panel_page.demo("3_jurors", language=language).results
    ways = pd.concat([shown["interval"], ours.loc[ours["measure"] == "severity_additive", "interval"]])
    bare = [name for name in set(shown["variant"]) if not page.words.has(f"panel.variant.{name}")]
    bare += [way for way in set(ways) - {""} if not page.words.has(panel.way_key(way))]
    assert bare == []


def written(*rows, language="en", **shared):
    """Page of a small competition with these rows of the first stage, unless a row names another."""
    given = [{"edition": "e01", "stage": "s1", "confidence": 0.95, "uom": "coefficient"} | shared | row for row in rows]
    return panel_page.little("2_agreement", results=conform(pd.DataFrame(given), RESULTS), language=language)


DIFFERENCE = {"measure": "pair_difference", "value": 1.43, "low": 1.3, "high": 1.6, "uom": "points"}
AGAIN = {"measure": "certified_again", "stage": "", "value": 8.2, "low": 6, "high": 10, "n_units": 12, "uom": "count"}


def answer(*rows, **how):
    return panel_page.text(agreement.first(written(*rows, **how)).blocks[0]).strip()


def test_the_answer_is_one_sentence_of_both_numbers():
    assert answer(DIFFERENCE, AGAIN) == (
        "Two jurors who judge the same entry differ by 1.4 points on a 0–10 scale on average, "
        "and a second panel like this one, choosing among the same entries of the last stage, would certify about "
        "8 of 12 awarded entries again."
    )


def test_the_polish_answer_counts_in_polish():
    assert answer(DIFFERENCE, AGAIN, language="pl").endswith(
        "różnią się średnio o 1,4 pkt na skali 0–10, a druga taka sama komisja, wybierając spośród "
        "tych samych zgłoszeń ostatniego etapu, nagrodziłaby ponownie "
        "około 8 z 12 nagrodzonych zgłoszeń."
    )


def test_the_answer_says_what_is_known_where_the_other_number_is_not():
    refused = AGAIN | {"value": None, "low": None, "high": None, "reason": "too_few_units: two"}
    assert "certify" not in answer(DIFFERENCE, refused) and "1.4" in answer(DIFFERENCE, refused)
    assert answer(AGAIN).startswith("A second panel")


@pytest.mark.parametrize(("count", "warned"), [(5, True), (6, False)])
def test_below_six_jurors_the_page_says_that_other_panels_are_only_guessed_at(count, warned):
    page = written(DIFFERENCE, {"measure": "n_jurors", "value": count, "uom": "count"})
    assert ("rough guide" in panel_page.text(agreement.first(page))) == warned


ALPHA = {"measure": "krippendorff_alpha", "variant": "interval", "value": 0.4, "low": 0.3, "high": 0.5}
OTHERS = ALPHA | {"at": panel.LIKE_THESE, "low": 0.11, "high": 0.66}


def test_both_intervals_of_alpha_are_given_each_with_whom_it_is_for():
    page = written(ALPHA, OTHERS)
    fold = agreement.first(page).blocks[-1]
    assert "0.11 to 0.66" in panel_page.text(fold) and "0.3–" not in panel_page.text(fold)
    table = agreement.forest(written(ALPHA, OTHERS, ALPHA | {"criterion": "speed"})).table
    assert [cell.text for cell in table.rows[-1][2:4]] == ["0.30–0.50", "0.11–0.66"]


@pytest.mark.parametrize(("offices", "warned"), [(12, True), (29, True), (30, False)])
def test_with_few_offices_the_page_says_how_often_its_intervals_hold(offices, warned):
    said = panel_page.text(agreement.first(written(ALPHA | {"n_offices": offices})))
    assert ("held the true value only about" in said) == warned


def test_every_coefficient_of_the_registry_answers_a_question_of_the_page():
    names = {entry.name for entry in registry([0.0, 1.0, 2.0])}
    assert names - set(coefficients.COEFFICIENTS) == set()


def test_levels_of_a_coefficient_stand_in_order_with_a_decimal_comma():
    levels = [
        {"measure": "fleiss_kappa_category", "criterion": "speed", "at": at, "value": 0.1} for at in ("10", "9.5", "2")
    ]
    fold = coefficients.criteria(written(*levels, language="pl")).blocks[1]
    assert [row[0].text for row in fold.block.rows] == [f"kappa Fleissa, stopień {at}" for at in ("2", "9,5", "10")]


SHARES = {"dossier": 0.3, "juror": 0.1, "dossier:juror": 0.2, "dossier:criterion": 0.05, "juror:criterion": 0.05}


def parts_page(shares, henderson=None, kind="fixed"):
    variant = f"REML, dossier x juror x criterion, criteria {kind}"
    rows = [{"measure": "variance_share", "at": at, "value": share, "variant": variant} for at, share in shares.items()]
    for name, values in ((variant, shares), (variant.replace("REML", "Henderson I"), henderson or {})):
        rows += [{"measure": "variance_component", "at": at, "value": v, "variant": name} for at, v in values.items()]
    return written(*rows)


def test_the_parts_of_the_bar_follow_one_another_and_end_at_the_whole():
    figure = components.parts(parts_page(SHARES | {"residual": 0.3})).blocks[0]
    bars = [trace for trace in figure.chart["data"] if trace["type"] == "bar"]
    ends = [bar["base"][0] + bar["x"][0] for bar in bars]
    assert [bar["base"][0] for bar in bars] == pytest.approx([0, *ends[:-1]]) and ends[-1] == pytest.approx(1)
    assert figure.title.endswith("35% the entries, 35% the jurors")


def test_with_random_criteria_the_bar_has_six_parts_that_still_make_the_whole():
    shares = SHARES | {"criterion": 0.1, "residual": 0.2}
    figure = components.parts(parts_page(shares, kind="random")).blocks[0]
    widths = [trace["x"][0] for trace in figure.chart["data"] if trace["type"] == "bar"]
    assert len(widths) == components.MOST and sum(widths) == pytest.approx(1)


def test_the_part_on_which_two_estimates_differ_most_is_named_with_both():
    shares = SHARES | {"residual": 0.3}
    said = panel_page.text(components.parts(parts_page(shares, shares | {"juror": 0.19})).blocks[1])
    assert "Severity of jurors (0.100 against 0.190)" in said and "negative" not in said
    said = panel_page.text(components.parts(parts_page(shares, shares | {"juror": -0.02})).blocks[1])
    assert "negative" in said


def curve_page(needed, here=0.5):
    jurors = range(1, 13)
    rows = [
        {"measure": name, "at": str(n), "value": n / (n + 2), "low": n / (n + 4), "high": n / (n + 1),
         "variant": "criteria fixed", "interval": "generalized pivots, 4000 draws, jurors like these"}
        for name in ("dependability", "g_coefficient") for n in jurors
    ]  # fmt: skip
    rows += [
        {"measure": "dependability", "at": "here", "value": here},
        {"measure": "jurors_per_dossier", "at": "harmonic_mean", "value": 2.4, "uom": "count"},
        {"measure": "dependability_gain", "at": "3", "value": 0.1},
        {"measure": "jurors_needed", "variant": "dependability >= 0.8", "uom": "count"} | needed,
    ]
    return written(*rows)


def test_the_curve_marks_where_we_are():
    data = dstudy.curve(curve_page({"value": 8, "low": 5, "high": 14})).blocks[0].chart["data"]
    assert [(trace["x"], trace["y"]) for trace in data if len(trace["x"]) == 1] == [([2.4], [0.5])]


def test_the_title_of_the_curve_is_the_number_of_jurors_needed():
    shown = dstudy.curve(curve_page({"value": 8, "low": 5, "high": 14}))
    assert shown.blocks[0].title.endswith("each entry needs 8\u00a0jurors")
    assert "(95% interval: 5 to 14)" in panel_page.text(shown.blocks[1])
    assert "raises the reliability by 0.10: from 0.50 to 0.60" in panel_page.text(shown.blocks[1])


def test_where_the_interval_has_no_upper_end_the_page_says_from_how_many_on():
    shown = dstudy.curve(curve_page({"value": 8, "low": 5}))
    assert "5 and up, above 100" in panel_page.text(shown.blocks[1])


def test_where_no_number_of_jurors_is_enough_the_page_says_so():
    shown = dstudy.curve(curve_page({"reason": "too_many_jurors: more than 100"}))
    assert shown.blocks[0].title.startswith("More jurors alone")


def test_where_the_jurors_are_enough_the_page_says_so():
    shown = dstudy.curve(curve_page({"value": 2, "low": 1, "high": 4}, here=0.83))
    assert shown.blocks[0].title.startswith("The present number is enough: 2.4")


def handled(*values):
    variants = [variant for measure, variant, _ in missing.HANDLED if measure == "icc_a1"]
    rows = [
        {"measure": "icc_a1", "variant": variant, "value": value}
        for variant, value in zip(variants, values, strict=False)
    ]
    return missing.handling(written(*rows, ALPHA | {"value": 0.9})).blocks[0].title


def test_the_effect_of_missing_marks_is_told_within_one_coefficient():
    assert "from 0.30 to 0.44" in handled(0.3, 0.4, 0.44)
    assert handled(0.3, 0.31, 0.34).startswith("What is done about missing marks hardly changes the result: 0.30 to")
    assert handled(0.3).startswith("Only one way")


LINK = {"stage": "s2", "versus_type": "stage", "versus": "s1"}


@pytest.mark.parametrize(
    ("measure", "value", "ends", "said"),
    [
        ("stage_shift", -0.54, (-0.8, -0.3), "lower by 0.54 points"),
        ("stage_shift", 0.54, (0.3, 0.8), "higher by 0.54 points"),
        ("stage_shift", 0.1, (-0.3, 0.5), "did not clearly change"),
        ("stage_spread_ratio", 0.7, (0.6, 0.8), "closer together: their spread is 70%"),
        ("stage_spread_ratio", 0.9, (0.7, 1.1), "Nothing shows"),
        ("range_restriction", 0.45, (None, None), "their spread is 45% of the whole. So coefficients"),
        ("range_restriction", 1.1, (None, None), "differed no less"),
    ],
)
def test_a_link_between_stages_says_what_its_interval_allows(measure, value, ends, said):
    row = LINK | {"measure": measure, "value": value, "low": ends[0], "high": ends[1], "uom": "points"}
    assert said in panel_page.text(stages.links(written(row)))


BLANK = {"measure": "blank_marks", "uom": "share"}


def test_blanks_name_the_criterion_to_all_and_the_juror_to_the_organizer_only():
    page = written(
        BLANK | {"criterion": "speed", "value": 0.2}, BLANK | {"criterion": "clarity", "value": 0.0},
        BLANK | {"subject_type": "juror", "subject": "j7", "value": 0.2},
    )  # fmt: skip
    public = dataclasses.replace(page, audience="public")
    assert "most often on: Speed (20.0%" in panel_page.text(missing.blanks(public))
    assert "j7" in panel_page.text(missing.blanks(page)) and "j7" not in panel_page.text(missing.blanks(public))


def test_without_a_blank_the_page_says_that_there_is_none():
    assert "nobody left a blank" in panel_page.text(
        missing.blanks(written(BLANK | {"criterion": "speed", "value": 0.0}))
    )


def test_numbers_of_ways_that_differ_are_given_as_a_range():
    page = written(DIFFERENCE)
    texts = [f"jackknife over {n} offices, these jurors" for n in (85, 79, 81)]
    assert panel.method(page, pd.DataFrame({"interval": texts})) == "jackknife over 79–85 offices"


def pair(measure, value, **more):
    return {"subject_type": "juror", "subject": "j1", "versus_type": "juror", "versus": "j2"} | {
        "measure": measure, "value": value, "uom": "points"} | more  # fmt: skip


def test_the_table_of_pairs_gives_order_concordance_and_limits_beside_the_difference():
    page = written(
        pair("coscored", 20), pair("pair_difference", 1.2), pair("spearman", 0.61), pair("lin_ccc", 0.52),
        pair("bland_altman_bias", -0.3, low=-0.5, high=-0.1), pair("score_range", 2, subject_type="dossier"),
        pair("bland_altman_limit", -2.1, at="lower"), pair("bland_altman_limit", 1.5, at="upper"),
        pair("cohen_kappa", 0.47, criterion="speed", variant="quadratic weights"),
        pair("cohen_kappa", 0.61, criterion="clarity", variant="quadratic weights"),
        pair("stuart_maxwell", 4.0, criterion="speed", p_value=0.001, q_value=0.01),
        pair("stuart_maxwell", 1.0, criterion="clarity", p_value=0.4, q_value=0.4),
    )  # fmt: skip
    *_, figure, fold = pairs.apart(page).blocks
    assert [cell.text for cell in figure.table.rows[0][2:]] == [
        "20", "1.20", "0.61", "0.52", "−0.30", "−0.50 to −0.10", "−2.10 to 1.50",
    ]  # fmt: skip
    assert [cell.text for cell in fold.block.rows[0][2:]] == ["0.54", "0.47–0.61", "Speed", "1 of\u00a02"]


def test_an_interval_for_jurors_like_these_alone_stands_in_their_column():
    wide = {"low": 0.1, "high": 0.6, "interval": "generalized pivots, 4000 draws, jurors like these"}
    page = written({"measure": "dependability", "at": "here", "variant": "criteria fixed", "value": 0.4} | wide)
    row = next(panel.beside(page, page.rows(measure="dependability", at="here")).itertuples())
    assert (math.isnan(row.low), row.like_low, row.like_high) == (True, 0.1, 0.6)


def test_a_matrix_of_a_large_panel_holds_those_who_judged_most_and_says_so():
    judges = [{"subject_type": "juror", "subject": f"j{n:02d}", "measure": "judged", "value": n} for n in range(30)]
    together = pair("coscored", 5) | {"subject": "j28", "versus": "j29"}
    page = written(*judges, together, {"measure": "n_jurors", "value": 30})
    figure = pairs.coscored(page).blocks[0]
    assert len(figure.chart["data"][0]["z"]) == 24 and "24 of 30\u00a0jurors" in figure.subtitle
