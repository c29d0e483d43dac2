"""The annual report names laureates only, states the rule, and says where there is nothing to say."""

import pytest

from analysis.pages import annual
from page_world import NEWEST, blocks, calls, competition, figures, html, page, tables, text, without


def awarded() -> set[str]:
    dossiers, offices = tables()["dossiers"], tables()["offices"].set_index("office")["name"]
    won = dossiers[(dossiers["edition"] == NEWEST) & (dossiers["outcome"] == "awarded")]
    return set(won["office"].map(offices))


def report(language: str = "pl", **changes):
    return page("annual_report", language, "public", **changes)


def edition(**changes):
    return competition().edition(NEWEST).model_copy(update=changes)


@pytest.mark.parametrize("language", ["pl", "en"])
def test_every_cell_of_the_notebook_shows_something(language):
    shown = report(language)
    assert all(text(getattr(annual, name)(shown)).strip() for name in calls("annual_report"))


def test_the_laureates_are_the_offices_awarded_in_this_edition():
    table = next(block for block in blocks(annual.laureates(report())) if block.kind == "table")
    assert {row[0].text for row in table.rows} == awarded()


def test_laureates_of_a_category_stand_in_the_order_of_the_polish_alphabet():
    shown = report()
    table = next(block for block in blocks(annual.laureates(shown)) if block.kind == "table")
    for category in {row[2].text for row in table.rows}:
        names = [row[0].text for row in table.rows if row[2].text == category]
        assert names == shown.words.sorted(names)


def test_offices_without_an_award_are_nowhere_on_the_report():
    shown = report()
    said = " ".join(html(getattr(annual, name)(shown)) for name in calls("annual_report"))
    losers = set(tables()["offices"]["name"]) - awarded()
    assert not [name for name in losers if name in said and not any(name in winner for winner in awarded())]


def test_four_facts_stand_on_the_first_screen():
    shown = report("en")
    pairs = annual.facts(shown).pairs
    assert len(pairs) == 4
    assert pairs[0][1] == shown.words.number(shown.row(measure="n_entrants", stage="").value)
    assert "Krippendorff 2004" in pairs[3][0]


def test_the_share_awarded_comes_with_its_base():
    shown = report("en")
    valid = shown.row(measure="n_valid", stage="").value
    assert f"of {shown.words.number(valid)} valid entries" in text(annual.first(shown))


@pytest.mark.parametrize(("differing", "said"), [(0, "exactly those the rule gives"), (2, "differ from the rule: 2")])
def test_the_report_says_whether_the_awards_follow_the_rule(differing, said):
    rows = report().results.copy()
    rows.loc[rows["measure"] == "n_award_differences", "value"] = differing
    assert said in text(annual.judging(report("en", results=rows)))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rule": "points", "value": 70}, "at least 70"),
        ({"rule": "places", "value": 12}, "fixed beforehand: 12"),
        ({"rule": "share", "value": 0.125}, "12.5%"),
        ({"rule": "recorded", "value": 0}, "no rule from scores to awards"),
    ],
)
def test_each_rule_is_put_in_words(changes, said):
    decision = competition().edition(NEWEST).decision.model_copy(update=changes)
    assert said in text(annual.judging(report("en", edition=edition(decision=decision))))


def test_weights_are_written_as_shares_only_where_they_add_up_to_one():
    doubled = tuple(
        entry.model_copy(update={"weight": 100 * entry.weight}) for entry in competition().edition(NEWEST).criteria
    )
    first = competition().edition(NEWEST).criteria[0]
    share = report("en").words.share(first.weight)
    table = next(block for block in blocks(annual.judging(report("en"))) if block.kind == "table")
    other = next(
        block
        for block in blocks(annual.judging(report("en", edition=edition(criteria=doubled))))
        if block.kind == "table"
    )
    assert table.rows[0][1].text == share
    assert other.rows[0][1].text == f"{100 * first.weight:g}"


def test_a_competition_without_categories_lists_laureates_without_that_column():
    table = next(
        block for block in blocks(annual.laureates(report(edition=edition(categories=())))) if block.kind == "table"
    )
    assert len(table.heads) == 2


def test_missing_awards_survey_and_statement_are_said_to_be_missing():
    bare = competition().model_copy(update={"statement": {}})
    held = report().tables | {"dossiers": report().tables["dossiers"].iloc[:0]}
    rows = without(report().results, "n_awarded", "share_awarded", "n_respondents")
    shown = report("en", competition=bare, tables=held, results=rows)
    assert "do not record which offices" in text(annual.laureates(shown))
    assert "the data record no awards" in text(annual.first(shown)).lower()
    assert "no survey" in text(annual.survey(shown))
    assert "no statement" in text(annual.statement(shown))


def test_areas_on_different_scales_are_shown_in_per_cent_of_each_scale():
    short = competition().edition(NEWEST).scales["points"].model_copy(update={"maximum": 5.0})
    first, *others = competition().edition(NEWEST).criteria
    mixed = edition(
        scales=competition().edition(NEWEST).scales | {"short": short},
        criteria=(first.model_copy(update={"scale": "short"}), *others),
    )
    shown = report("en", edition=mixed)
    figure = figures(annual.strengths(shown))[0]
    value = shown.row(measure="score_mean", stage="s1", criterion=others[0].id).value
    drawn = {row[0].text: row[1].number for row in figure.table.rows}
    assert "per cent" in figure.subtitle
    assert drawn[shown.label("criterion", others[0].id)] == pytest.approx(10 * value)


def test_the_statement_of_the_organizer_is_printed_word_for_word():
    assert competition().statement["pl"].strip() in " ".join(text(annual.statement(report())).split("  "))
