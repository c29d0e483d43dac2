"""The survey page says what the clients answered, how many they were, and whom they stand for."""

import pytest

from analysis.pages import survey
from analysis.pages.waves import waves_of
from page_world import calls, competition, figures, html, nothing, page, tables, text, without

BOTH = [("pl", "organizer"), ("en", "organizer"), ("pl", "public"), ("en", "public")]


@pytest.mark.parametrize(("language", "audience"), BOTH)
def test_every_cell_of_the_notebook_comes_and_only_the_offices_may_be_left_out(language, audience):
    shown = page("6_survey", language, audience)
    silent = {name for name in calls("6_survey") if not text(getattr(survey, name)(shown)).strip()}
    assert silent == ({"offices"} if audience == "public" else set())


def test_the_answer_gives_base_interval_and_the_newest_wave():
    shown = page("6_survey", "en")
    wave = waves_of(shown)[-1].name
    index = shown.row(measure="index_mean", wave=wave)
    people = shown.row(measure="n_respondents", wave=wave)
    said = text(survey.first(shown))
    assert shown.words.interval(index.low, index.high) in said
    assert shown.words.number(people.value) in said
    assert shown.label("wave", wave) in said


def test_a_survey_without_a_described_draw_is_called_a_convenience_sample():
    assert "convenience sample" in text(survey.first(page("6_survey", "en")))
    assert "próbę okolicznościową" in text(survey.first(page("6_survey", "pl")))


def test_bars_of_a_question_are_all_its_answers_with_the_middle_halved_by_zero():
    chart = figures(survey.items(page("6_survey")))[0].chart
    bars = [trace for trace in chart["data"] if trace["type"] == "bar"]
    middle = bars[len(bars) // 2]
    whole = [sum(shares) for shares in zip(*(bar["x"] for bar in bars), strict=True)]
    assert len(bars) % 2 == 1
    assert whole == pytest.approx([1] * len(whole))
    assert middle["base"] == pytest.approx([-share / 2 for share in middle["x"]])


def test_questions_stand_in_the_order_of_their_means():
    table = figures(survey.items(page("6_survey")))[0].table
    means = [row[-2].number for row in table.rows]
    assert means == sorted(means, reverse=True)
    assert len(means) == len(competition().instruments["clients"].items)


def test_offices_with_too_few_questionnaires_are_not_shown():
    shown = page("6_survey")
    wave = waves_of(shown)[-1].name
    rows = shown.rows(measure="index_mean", wave=wave, subject_type="office", subject=None)
    least = competition().disclosure.min_respondents
    enough = rows[(rows["n_respondents"] >= least) & rows["value"].notna()]
    assert len(figures(survey.offices(shown))[0].table.rows) == len(enough)


def test_no_office_is_named_on_the_public_page():
    shown = page("6_survey", audience="public")
    said = " ".join(html(getattr(survey, name)(shown)) for name in calls("6_survey"))
    assert not [name for name in set(tables()["offices"]["name"]) if name in said]


def test_a_competition_without_a_survey_says_so():
    assert "no survey" in text(survey.first(page("6_survey", "en", results=nothing())))


@pytest.mark.parametrize("name", calls("6_survey")[2:])
def test_without_a_survey_the_other_cells_show_nothing(name):
    assert text(getattr(survey, name)(page("6_survey", results=nothing()))) == ""


def test_waves_on_another_scale_leave_the_chart_but_not_the_table():
    shown = page("6_survey", "en")
    rows = shown.results.copy()
    first = waves_of(shown)[0].name
    rows.loc[(rows["wave"] == first) & (rows["measure"] == "index_mean"), "uom"] = "POMP"
    figure = figures(survey.waves(page("6_survey", "en", results=rows)))[0]
    line = next(trace for trace in figure.chart["data"] if "text" in trace)
    drawn = [value for value in line["y"] if value is not None]
    assert len(figure.table.rows) == len(waves_of(shown))
    assert len(drawn) == len(waves_of(shown)) - 1


def test_changes_are_left_out_where_nothing_was_measured_twice():
    shown = page("6_survey")
    alone = page("6_survey", results=without(shown.results, "item_change"))
    assert text(survey.changes(alone)) == ""


def test_the_number_of_clear_changes_is_the_number_of_intervals_without_zero():
    shown = page("6_survey", "en")
    rows = shown.results.copy()
    newest = (rows["measure"] == "item_change") & (rows["wave"] == waves_of(shown)[-1].name)
    rows.loc[newest, ["low", "high"]] = [-0.1, 0.1]
    rows.loc[rows[newest].index[:3], ["low", "high"]] = [0.05, 0.15]
    title = figures(survey.changes(page("6_survey", "en", results=rows)))[0].title
    assert "3\u00a0questions" in title
