"""The page over all editions says what the rows hold, and no more."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import measures
from analysis.pages import timeline, trends
from page_world import blocks, calls, competition, figures, html, nothing, page, tables, text

BOTH = [("pl", "organizer"), ("en", "organizer"), ("pl", "public"), ("en", "public")]


@pytest.mark.parametrize(("language", "audience"), BOTH)
def test_every_cell_of_the_notebook_shows_something(language, audience):
    shown = page("5_trends", language, audience)
    assert all(text(getattr(trends, name)(shown)).strip() for name in calls("5_trends"))


def test_no_office_is_named_on_the_public_page():
    shown = page("5_trends", audience="public")
    said = " ".join(html(getattr(trends, name)(shown)) for name in calls("5_trends"))
    names = set(tables()["offices"]["name"])
    assert not [name for name in names if name in said]


def test_every_value_of_the_trend_is_a_row_of_results():
    shown = page("5_trends")
    rows = shown.rows(measure="score_core")
    table = trends.scores(shown).table
    assert [row[1].number for row in table.rows] == pytest.approx(rows["value"].tolist())


def test_the_line_stops_where_a_year_is_missing_and_where_the_scale_changed():
    chart = trends.scores(page("5_trends")).chart
    line = next(trace for trace in chart["data"] if "text" in trace)
    gaps = [line["x"][place + 1] for place, value in enumerate(line["y"]) if value is None]
    years = [edition.year for edition in competition().editions]
    broken = [later for kind, later in zip(timeline.breaks(page("5_trends")), years[1:], strict=True) if kind]
    assert gaps == broken
    assert 2021 in broken  # the calendar has no edition in 2020


def test_the_answer_names_the_first_and_the_last_edition():
    said = text(trends.first(page("5_trends")))
    years = [str(edition.year) for edition in competition().editions]
    assert years[0] in said
    assert years[-1] in said


def test_one_edition_is_said_to_be_no_trend():
    alone = competition().model_copy(update={"editions": competition().editions[:1]})
    rows = measures.measure("trends", tables(), alone, "")
    shown = page("5_trends", "en", competition=alone, results=rows)
    assert "one edition only" in text(trends.first(shown))
    assert not figures(trends.changes(shown))


@pytest.mark.parametrize("name", calls("5_trends"))
def test_a_page_without_any_row_still_comes(name):
    shown = page("5_trends", results=nothing())
    assert isinstance(text(getattr(trends, name)(shown)), str)


@pytest.mark.parametrize(
    ("low", "high", "finding"),
    [(1, 3, "upward"), (-3, -1, "downward"), (-1, 1, "cannot be told from zero")],
)
def test_the_finding_on_the_last_change_follows_the_intervals(low, high, finding):
    shown = page("5_trends", "en")
    rows = shown.results.copy()
    changes = rows["measure"].isin(trends.CHANGES)
    rows.loc[changes, ["value", "low", "high"]] = [(low + high) / 2, low, high]
    title = figures(trends.changes(page("5_trends", "en", results=rows)))[0].title
    assert finding in title


def test_estimates_that_disagree_are_said_to_disagree():
    rows = page("5_trends", "en").results.copy()
    rows.loc[rows["measure"] == "score_change", ["value", "low", "high"]] = [2, 1, 3]
    rows.loc[rows["measure"] == "score_change_returning", ["value", "low", "high"]] = [0, -1, 1]
    title = figures(trends.changes(page("5_trends", "en", results=rows)))[0].title
    assert "depends on who is compared" in title


def test_returning_offices_are_for_the_organizer_only():
    name = trends.returning(page("5_trends", audience="organizer"))
    kinds = [block.kind for block in blocks(name)]
    assert "fold" in kinds
    assert "fold" not in [block.kind for block in blocks(trends.returning(page("5_trends", audience="public")))]


@given(st.floats(-50, 50), st.floats(0.1, 10), st.floats(-50, 50), st.floats(0.1, 10))
def test_two_estimates_differ_only_where_their_intervals_do_not_touch(one, half, other, other_half):
    start, end = Ends(one - half, one + half), Ends(other - other_half, other + other_half)
    touch = start.low <= end.high and end.low <= start.high
    assert (timeline.direction(start, end) == "same") == touch


def test_an_estimate_without_interval_gives_no_direction():
    assert timeline.direction(Ends(math.nan, math.nan), Ends(1, 2)) == "plain"


@given(st.lists(st.integers(1990, 2040), min_size=1, max_size=12))
def test_editions_stand_in_order_on_the_time_axis_each_in_its_year(years):
    at = timeline.places(sorted(years))
    assert at == sorted(set(at))
    assert [math.floor(place) for place in at] == sorted(years)


class Ends:
    """An interval."""

    def __init__(self, low: float, high: float):
        self.low, self.high = low, high
