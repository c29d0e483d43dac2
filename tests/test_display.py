import dataclasses
import json
import re

import numpy as np
import pandas as pd
import pytest

import small_workspace
from analysis.errors import DataError
from analysis.pages import display, house
from analysis.pages.page import Column, Page, begin
from analysis.pages.words import LANGUAGES, Words

HOSTILE = "<img src=x onerror=alert(1)> & \"Urząd\" 'B'"
TABLE = display.Table("t", HOSTILE, ((HOSTILE, "text"),), ((display.Cell(HOSTILE),),))


def chart():
    fig = house.figure(Words("pl"), x=HOSTILE)
    house.direct(fig, x=1, y=1, text=HOSTILE)
    return fig.add_scatter(x=[1], y=[1], text=[HOSTILE], name=HOSTILE)


def figure(**changes):
    parts = {"name": "f", "title": HOSTILE, "subtitle": HOSTILE, "caption": HOSTILE, "alt": HOSTILE, "table": TABLE}
    return display.Figure(**(parts | {"chart": chart(), "fold": HOSTILE} | changes))


BLOCKS = (
    display.Title(HOSTILE, HOSTILE, HOSTILE), display.Section("s", HOSTILE, HOSTILE),
    display.Finding("f", HOSTILE, HOSTILE, HOSTILE), display.Note("n", HOSTILE, (HOSTILE,)),
    display.Prose("p", (HOSTILE,)), display.Facts("f", ((HOSTILE, HOSTILE),)), TABLE, figure(),
    display.Fold("d", HOSTILE, (HOSTILE,), TABLE),
)  # fmt: skip


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.kind)
def test_no_text_becomes_markup(block):
    assert "onerror" in block.html
    assert "<img" not in block.html


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.kind)
def test_every_block_shows_itself_as_html_with_our_mark(block):
    data, marks = block._repr_mimebundle_()
    assert data["text/html"] == block.html
    assert marks[display.MARK]["kind"] == block.kind


def test_a_figure_also_shows_itself_where_only_its_json_is_drawn():
    data, _ = figure()._repr_mimebundle_()
    layout = json.loads(json.dumps(data[display.PLOTLY]))["layout"]
    assert "Urząd" in layout["title"]["text"]
    assert "Urząd" in layout["annotations"][-1]["text"]


@pytest.mark.parametrize("part", ["title", "subtitle", "caption", "alt"])
@pytest.mark.parametrize("missing", ["", " ", None])
def test_a_figure_without_one_of_its_words_is_an_error(part, missing):
    with pytest.raises(DataError, match=f"no {part}"):
        figure(**{part: missing})


def test_a_figure_without_a_table_is_an_error():
    with pytest.raises(DataError, match="no data table"):
        figure(table=None)


def test_a_figure_that_draws_nothing_is_an_error():
    with pytest.raises(DataError, match="draws nothing"):
        figure(chart=house.figure(Words("pl")))


def test_a_table_without_a_caption_is_an_error():
    with pytest.raises(DataError, match="no caption"):
        dataclasses.replace(TABLE, caption="")


def test_a_table_whose_rows_do_not_match_its_heads_is_an_error():
    with pytest.raises(DataError, match="1 heads"):
        dataclasses.replace(TABLE, rows=((display.Cell("a"), display.Cell("b")),))


def test_a_figure_made_twice_is_the_same_to_the_byte():
    assert figure().html == figure().html


def test_chart_texts_keep_line_breaks_and_emphasis_but_no_other_markup():
    fig = chart().add_annotation(text="a<br>b <b>c</b> <a href='x'>d</a>")
    assert figure(chart=fig).chart["layout"]["annotations"][-1]["text"] == "a<br>b <b>c</b> &lt;a href='x'>d&lt;/a>"


def test_a_table_marks_its_heads_and_the_names_of_its_rows():
    table = display.Table("t", "C", (("a", "text"), ("b", "number")), ((display.Cell("x"), display.Cell("1,5", 1.5)),))
    assert re.findall(r'scope="(\w+)"', table.html) == ["col", "col", "row"]
    assert 'data-v="1.5"' in table.html


# Colours


def luminance(color):
    """Relative luminance as in WCAG 2.1."""
    parts = np.array([int(color[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("mark", house.SERIES)
def test_a_categorical_colour_stands_out_from_both_papers(mark):
    dark = house.DARK.get(mark.color, mark.color)
    assert min(contrast(mark.color, house.PAPER), contrast(dark, house.DARK[house.PAPER])) >= 3


@pytest.mark.parametrize("color", [house.INK, house.MUTED])
def test_chart_text_is_readable_on_both_papers(color):
    assert min(contrast(color, house.PAPER), contrast(house.DARK[color], house.DARK[house.PAPER])) >= 4.5


def test_categories_differ_by_symbol_and_dash_too():
    assert len({mark.symbol for mark in house.SERIES}) == len({mark.dash for mark in house.SERIES}) == len(house.SERIES)


def test_every_colour_of_the_house_has_a_dark_partner():
    fig = house.intervals(chart(), values=[1], ends=[(0, 2)], at=[0])
    house.band(house.reference(fig, x=1, text="a"), 0, 1)
    scales = [color for _, color in (*house.DIVERGING, *house.SEQUENTIAL)]
    colors = set(re.findall(r"#[0-9a-f]{6}", fig.to_json())) | {mark.color for mark in house.SERIES} | set(scales)
    assert sorted(colors - set(house.DARK)) == []


# Pages


def page(language="pl"):
    competition = small_workspace.competition()
    tables = {"offices": pd.DataFrame({"office": ["b1"], "name": [HOSTILE]})}
    edition = competition.edition("e01")
    results = small_workspace.results()
    return Page("2_agreement", competition, edition, language, "organizer", Words(language), results, tables)


def test_rows_are_those_of_the_edition_and_pooled_over_what_is_not_named():
    assert len(page().rows(measure="krippendorff_alpha")) == 0
    assert list(page().rows(measure="krippendorff_alpha", criterion=None).value) == [0.71, 0.55]
    assert len(page().rows(measure="krippendorff_alpha", criterion=None, edition=None)) == 4


def test_row_gives_the_one_row_or_none():
    assert page().row(measure="krippendorff_alpha", criterion="time").value == 0.55
    assert page().row(measure="kendall_w") is None


def test_row_with_several_candidates_is_an_error():
    with pytest.raises(LookupError, match="2 rows"):
        page().row(measure="krippendorff_alpha", criterion=None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_are_in_the_language_of_the_page(language):
    expected = {"pl": ("Czas", "Edycja 2"), "en": ("Time", "Edition 2")}[language]
    assert (page(language).label("criterion", "time"), page(language).label("edition", "e02")) == expected


def test_an_id_without_a_label_is_shown_as_it_is():
    assert (page().label("juror", "j9"), page().label("office", "U-1"), page().label("stage", "s9")) == (
        "j9",
        "U-1",
        "s9",
    )


def test_a_cell_without_a_value_shows_a_short_reason():
    frame = pd.DataFrame(
        {"name": ["a"], "value": [np.nan], "low": [np.nan], "high": [np.nan], "reason": ["no_variation: x"]}
    )
    columns = {"name": Column("columns.name"), "value": Column("columns.value", "number:2"),
               "low": Column("columns.interval", "interval:2")}  # fmt: skip
    table = page().table("colophon.settings", frame, columns)
    assert [cell.text for cell in table.rows[0]] == ["a", "oceny równe", "oceny równe"]


# Parameters


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"edition": 10}, r"Parameter edition: found 10 \(int\), not text"),
        ({"edition": "e99"}, "Parameter edition: found 'e99'. Give one of: e01, e02"),
        ({"language": "de"}, "Parameter language: found 'de'"),
        ({"audience": "press"}, "Parameter audience: found 'press'"),
        ({"workspace": None}, "Parameter workspace"),
        ({"notebook": "7_magic"}, "Notebook '7_magic' is not known"),
    ],
)
def test_a_wrong_parameter_is_refused_in_a_sentence(tmp_path, changes, said):
    small_workspace.workspace(tmp_path, {})
    given = {"notebook": "2_agreement", "workspace": str(tmp_path), "edition": "e01"} | changes
    with pytest.raises(DataError, match=said):
        begin(**given)
