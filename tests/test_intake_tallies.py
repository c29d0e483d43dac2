"""Counts from paper boxes: read, accounted for, and measured as far as counts go."""

import numpy as np
import pandas as pd
import pytest

import page_world
from analysis.config import read_competition
from analysis.errors import DataErrors
from analysis.measures import survey
from analysis.pages import survey as survey_page
from analysis.schema import TALLIES, conform
from intake_folder import COMPETITION, DOSSIERS, EDITION, folder, workbook

SOURCE = """
[[surveys]]
file = "{file}"
layout = "box"
wave = "{wave}"
instrument = "clients"
label = {{ pl = "Skrzynka", en = "Box" }}
"""
LAYOUT = """
[box]
kind = "tallies"
office = "Urząd"
item = "Pytanie"
items = { "Czas oczekiwania" = "speed" }
exclude = [{ rule = "total", column = "Pytanie", pattern = "RAZEM" }]
[box.counts]
"źle" = "1"
"średnio" = "3"
"dobrze" = "5"
"nie dotyczy" = "not_applicable"
"""
HEAD = "Urząd;Pytanie;źle;średnio;dobrze;nie dotyczy\n"
ROWS = "o1;Czas oczekiwania;2;3;10;1\no1;Pomoc;0;5;10;\no2;speed;4;4;0;0\no1;RAZEM;2;8;20;1\n"


def made(path, content=HEAD + ROWS, layouts=LAYOUT, name="box.csv", wave="w1"):
    at = folder(path, edition=DOSSIERS + EDITION + SOURCE.format(file=name, wave=wave), layouts=layouts)
    at.write(competition_dot_toml=COMPETITION)
    (at.raw / "e01" / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return at


def counts(tables, **where):
    found = tables["tallies"].query(" and ".join(f"`{name}` == {value!r}" for name, value in where.items()))
    return dict(zip(found["at"], found["count"], strict=True))


def test_every_count_is_read_and_every_row_accounted_for(tmp_path):
    tables = made(tmp_path).read()
    assert counts(tables, office="o1", item="speed") == {"1": 2, "3": 3, "5": 10, "not_applicable": 1}
    assert counts(tables, office="o1", item="help") == {"1": 0, "3": 5, "5": 10, "not_applicable": 0}
    lines = tables["ledger"].query("kind == 'survey'").set_index("unit")
    assert lines.loc["row", ["read", "accepted", "excluded"]].tolist() == [4, 3, 1]
    assert lines.loc["cell", ["read", "accepted", "excluded"]].tolist() == [16, 12, 4]


def test_two_boxes_of_one_office_are_added_up(tmp_path):
    tables = made(tmp_path, HEAD + "o1;speed;1;2;3;0\no1;speed;1;1;1;0\n").read()
    assert counts(tables, office="o1", item="speed") == {"1": 2, "3": 3, "5": 4, "not_applicable": 0}


def test_a_workbook_of_counts_is_read_too(tmp_path):
    rows = [["Urząd", "Pytanie", "źle", "średnio", "dobrze", "nie dotyczy"], ["o1", "Pomoc", 1, 2, 3, 0]]
    tables = made(tmp_path, workbook(Skrzynka=rows), name="box.xlsx").read()
    assert counts(tables, item="help") == {"1": 1, "3": 2, "5": 3, "not_applicable": 0}


def test_per_cents_become_counts_of_their_base_and_must_add_up(tmp_path):
    head = HEAD.replace("\n", ";N\n")
    content = head + "o1;speed;10%;40%;50;0;60\no1;help;10;40;20;0;60\no2;speed;10;40;50;0;\n"
    tables = made(tmp_path, content, LAYOUT.replace("[box.counts]", 'base = "N"\n[box.counts]')).read()
    assert counts(tables, item="speed") == {"1": 6, "3": 24, "5": 30, "not_applicable": 0}
    assert tables["findings"].query("code == 'tally_total'")["count"].tolist() == [2]
    assert tables["tallies"]["item"].unique().tolist() == ["speed"]


@pytest.mark.parametrize(
    ("row", "code", "place"),
    [
        ("o1;Kolejka;1;2;3;0", "unknown_item", "line 2"),
        ("o1;speed;1,5;2;3;0", "not_a_count", "line 2, źle"),
        ("o1;speed;-1;2;3;0", "not_a_count", "line 2, źle"),
        ("o1;speed;dużo;2;3;0", "not_a_number", "line 2, źle"),
        ("o9;speed;1;2;3;0", "unknown_office", "line 2, Urząd"),
        ("o1;speed;;;;", "not_a_count", "line 2"),
    ],
)
def test_what_is_no_count_of_a_known_item_is_named(tmp_path, row, code, place):
    found = made(tmp_path, HEAD + row + "\no2;help;1;1;1;1\n").read()["findings"].query("code == @code")
    assert found["place"].tolist() == [place]


def test_an_answer_off_the_scale_is_set_aside(tmp_path):
    tables = made(tmp_path, layouts=LAYOUT.replace('"5"', '"7"')).read()
    assert (tables["findings"]["code"] == "off_scale_answer").sum() == 3 and "7" not in set(tables["tallies"]["at"])


def test_counts_and_answers_of_one_wave_are_refused(tmp_path):
    at = made(tmp_path, layouts=LAYOUT + '[plain]\nkind = "columns"\nitems = { "Czas" = "speed" }\n')
    more = SOURCE.format(file="web.csv", wave="w1").replace('"box"', '"plain"')
    at.write(e01__edition_dot_toml=DOSSIERS + EDITION + SOURCE.format(file="box.csv", wave="w1") + more)
    at.write(e01__web_dot_csv="Czas;x\n4;1\n")
    with pytest.raises(DataErrors, match="wave 'w1' has answers and counts"):
        at.read()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [('item = "Pytanie"\n', "", "tallies need `item`"), ('"not_applicable"', '"not_aplicable"', "did you mean")],
)
def test_a_layout_of_counts_that_cannot_work_is_refused(tmp_path, old, new, said):
    with pytest.raises(DataErrors, match=said):
        made(tmp_path, layouts=LAYOUT.replace(old, new)).read()


def test_counts_give_the_means_and_shares_of_the_same_answers_written_out(tmp_path):
    at = made(tmp_path)
    competition, tables = read_competition(at.raw), at.read()
    rows = survey.measure(tables, competition)
    answers = np.repeat([1.0, 3.0, 5.0, 1.0, 3.0], [2, 3, 10, 4, 4])
    value = rows.query("item == 'speed' and at == ''").set_index("measure")["value"]
    assert value["item_mean"] == pytest.approx(answers.mean())
    shares = rows.query("item == 'speed' and measure == 'item_share'").set_index("at")["value"]
    wanted = pd.Series(answers).value_counts(normalize=True)
    assert {level: shares[f"{level:g}"] for level in wanted.index} == pytest.approx(wanted.to_dict())
    assert value["item_missing"] == pytest.approx(1 / 24)


def test_what_needs_whole_questionnaires_is_not_defined_for_counts(tmp_path):
    at = made(tmp_path)
    rows = survey.measure(at.read(), read_competition(at.raw)).set_index("measure")
    assert rows.loc["index_mean", "reason"].startswith("only_counts") and np.isnan(rows.loc["index_mean", "value"])
    assert rows.loc["share_complete", "reason"].startswith("only_counts")


def test_the_survey_page_of_a_wave_of_counts_shows_its_questions_and_says_what_counts_cannot():
    held, wave = dict(page_world.tables()), page_world.competition().editions[-1].surveys[0].wave
    people, answers = held["respondents"], held["responses"]
    at = answers["value"].map("{:g}".format).where(answers["value"].notna(), answers["missing"])
    counted = answers.assign(at=at)[answers["wave"] == wave].groupby(list(TALLIES.key), as_index=False).size()
    held |= {"respondents": people[people["wave"] != wave], "responses": answers[answers["wave"] != wave]}
    held["tallies"] = conform(counted.rename(columns={"size": "count"}), TALLIES)
    results = survey.measure(held, page_world.competition())
    shown = page_world.page("6_survey", "en", tables=held, results=results)
    said = {name: page_world.text(getattr(survey_page, name)(shown)) for name in page_world.calls("6_survey")}
    assert shown.row(measure="n_respondents", edition=None, wave=wave).value > 100
    assert "Only counts by question are known" in said["first"]
    table = page_world.figures(survey_page.items(shown))[0].table
    assert len(table.rows) == len(page_world.competition().instruments["clients"].items)
