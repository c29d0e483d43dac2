import numpy as np
import pandas as pd
import pytest

import panel_page
import small
from analysis.config import MISSING
from analysis.intake import CODES
from analysis.pages import clean, complete
from analysis.pages.words import Words

STATES = {state for state, _ in CODES.values()}


def ledger(*parts):
    """Account of files: (name, read, accepted, quarantined, excluded), in cells."""
    names = ("file", "read", "accepted", "quarantined", "excluded")
    frame = pd.DataFrame([dict(zip(names, part, strict=True)) for part in parts])
    return frame.assign(edition="e01", kind="scores", unit="cell", sha256="ab" * 32, encoding="utf-8")


def finding(code, **changes):
    state, severity = CODES[code]
    entry = {"edition": "e01", "file": "e01/a.csv", "place": "line 4, Points", "code": code, "count": 1}
    return pd.DataFrame([entry | {"state": state, "severity": severity} | changes])


def page(**tables):
    given = {"ledger": ledger(("a.csv", 10, 8, 1, 1))} | tables
    return panel_page.little("1_clean", **given)


@pytest.mark.parametrize("language", ["pl", "en"])
def test_every_cell_shows_a_block_with_text(language):
    shown = panel_page.blocks(panel_page.demo("1_clean", language=language))
    assert all(panel_page.text(block).strip() for block in shown.values())


@pytest.mark.parametrize("language", ["pl", "en"])
@pytest.mark.parametrize("code", CODES)
def test_every_kind_of_finding_has_words_that_say_what_it_is_and_what_to_do(language, code):
    words = Words(language)
    assert words.text(f"clean.findings.{code}.what") and words.text(f"clean.findings.{code}.todo")


@pytest.mark.parametrize("language", ["pl", "en"])
def test_no_finding_has_words_that_intake_does_not_know(language):
    told = {key.split(".")[2] for key in Words(language).entries if key.startswith("clean.findings.")}
    assert told - set(CODES) == set()


@pytest.mark.parametrize("language", ["pl", "en"])
def test_every_state_and_every_reason_of_a_gap_has_words(language):
    words = Words(language)
    keys = [f"clean.state.{state}" for state in STATES]
    keys += [f"clean.missing.{reason}" for reason in MISSING]
    assert [key for key in keys if not words.has(key)] == []


def test_the_first_sentence_gives_the_account():
    said = panel_page.text(clean.first(page(ledger=ledger(("a.csv", 10, 8, 1, 1), ("b.csv", 5, 5, 0, 0)))))
    assert "15 cells from 2 files read: 13 accepted, 1 set aside, 1 left out by named rules." in said
    assert "adds up exactly in every file" in said


def test_a_file_whose_parts_do_not_add_up_is_named():
    said = panel_page.text(clean.first(page(ledger=ledger(("a.csv", 10, 8, 1, 0), ("b.csv", 5, 5, 0, 0)))))
    assert "does not add up in these files: a.csv." in said


@pytest.mark.parametrize(
    ("count", "said"), [(0, "Nothing needs a decision."), (1, "1 thing needs you."), (2, "2 things need you.")]
)
def test_the_first_sentence_counts_what_waits_for_a_person(count, said):
    found = [finding("error_value", place=f"line {line}, Points") for line in range(count)]
    shown = clean.first(page(findings=found) if found else page())
    assert said in panel_page.text(shown)


def test_a_finding_is_shown_with_address_names_and_what_to_do():
    given = finding("date_in_number", key="dossier d1, juror j1, speed", found="2025-05-06", done="6.5", sheet="Marks")
    registered = pd.DataFrame([{"juror": "j1", "name": "Ada Wzorcowa"}])
    cells = [cell.text for cell in clean.waiting(page(findings=given, jurors=registered)).rows[0]]
    assert cells[1:5] == ["a.csv, Marks, line 4, Points", "entry d1, Ada Wzorcowa, Speed", "2025-05-06", "6.5"]
    assert cells[5] == Words("en").text("clean.findings.date_in_number.todo")


def test_a_correction_is_shown_before_and_after_with_its_reason():
    place = {"file": "e01/a.csv", "sheet": "", "cell": "line 4, Points"}
    scores = small.scores([[[5, 5], [6, 6]]]).assign(corrected="")
    scores.loc[0, ["corrected", *place]] = ["slip, confirmed", *place.values()]
    given = finding("corrected", key="dossier d0, juror j0, speed", found="55", done="5.5")
    cells = [cell.text for cell in clean.corrections(page(findings=given, scores=scores)).rows[0]]
    assert cells[3:] == ["55", "5.5", "slip, confirmed"]


def test_what_is_on_record_is_counted_by_kind_and_file():
    given = [finding("partial", place=f"line {line}", count=2) for line in (4, 9)]
    rows = clean.on_record(page(findings=given)).rows
    assert [row[-1].number for row in rows] == [4]


def states(marks, **tables):
    shown = complete.completeness(page(scores=small.scores(marks), **tables)).blocks[0]
    return {(row[0].text, row[1].text): row[2].text for row in shown.table.rows}


def test_a_cell_is_full_in_part_empty_or_recused():
    given = np.array([[[5, 5], [5, np.nan], [np.nan, np.nan], [np.nan, np.nan]]])
    recusal = pd.DataFrame([{"edition": "e01", "dossier": "d0", "juror": "j3", "reason": "family"}])
    words = {name: Words("en").text(f"clean.cell.{name}") for name in complete.STATES}
    expected = {("j0", "d0"): "full", ("j1", "d0"): "part", ("j2", "d0"): "empty", ("j3", "d0"): "recused"}
    assert states(given, recusals=recusal) == {pair: words[state] for pair, state in expected.items()}


def test_missing_marks_are_counted_without_the_recused_ones():
    given = np.array([[[5, 5], [5, np.nan], [np.nan, np.nan]]])
    recusal = pd.DataFrame([{"edition": "e01", "dossier": "d0", "juror": "j2", "reason": "family"}])
    shown = complete.completeness(page(scores=small.scores(given), recusals=recusal)).blocks[0]
    assert shown.title.replace("\u00a0", " ").startswith("1 mark missing")


def test_the_register_of_recusals_names_people_and_reasons():
    recusal = pd.DataFrame([{"edition": "e01", "dossier": "d0", "juror": "j2", "reason": "family"}])
    registered = pd.DataFrame([{"juror": "j2", "name": "Ada Wzorcowa"}])
    cells = [cell.text for cell in clean.recusals(page(recusals=recusal, jurors=registered)).rows[0]]
    assert (cells[0], cells[1], cells[3]) == ("Ada Wzorcowa", "d0", "family")


def test_bars_show_the_numbers_of_the_account():
    drawn = clean.account(page(ledger=ledger(("a.csv", 10, 8, 1, 1)))).chart["data"]
    bars = [trace["x"] for trace in drawn if trace["type"] == "bar" and trace["x"]]
    assert bars == [[8], [1], [1]]


def test_a_juror_to_whom_a_dossier_does_not_apply_misses_no_mark():
    scores = small.scores(np.array([[[5, 5], [np.nan, np.nan]]]))
    scores.loc[scores["juror"] == "j1", "missing"] = "not_applicable"
    shown = complete.completeness(page(scores=scores)).blocks[0]
    assert shown.title.startswith("No mark is missing")
    assert {row[0].text for row in shown.table.rows} == {"j0"}
