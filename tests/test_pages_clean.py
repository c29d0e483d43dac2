import numpy as np
import pandas as pd
import pytest

import panel_page
import small
from analysis.config import MISSING
from analysis.intake import CODES
from analysis.pages import clean, complete, in_force, irregular
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


def texts(table):
    """Rows of a table as texts, with plain blanks."""
    return [[cell.text.replace("\u00a0", " ") for cell in row] for row in table.rows]


def recusals(*pairs):
    return pd.DataFrame([{"edition": "e01", "dossier": d, "juror": j, "reason": "family"} for d, j in pairs])


def test_who_owes_marks_is_listed_with_the_entries():
    given = np.array([[[5, 5], [5, np.nan]], [[6, 6], [np.nan, np.nan]]])
    assert texts(complete.outstanding(page(scores=small.scores(given)))) == [["j1", "s1", "d1", "d0", "3"]]


def test_a_recused_juror_owes_no_mark():
    given = np.array([[[5, 5], [np.nan, np.nan]]])
    shown = complete.outstanding(page(scores=small.scores(given), recusals=recusals(("d0", "j1"))))
    assert "Nobody owes a mark" in panel_page.text(shown)


def test_of_many_entries_the_first_are_named_and_the_others_counted():
    given = np.full((complete.NAMED + 3, 2, 2), 5.0)
    given[:, 1] = np.nan
    row = texts(complete.outstanding(page(scores=small.scores(given))))[0]
    assert row[2].count("d") == complete.NAMED + 1 and row[2].endswith("and 3 more")


def planned(kind, jurors=2):
    stages = [{"id": "s1", "label": {}, "kind": kind, "planned_jurors": jurors}, {"id": "s2", "label": {}}]
    return small.competition(small.edition(stages=stages))


def staffed(kind, **tables):
    marks = small.scores(np.array([[[5, 5], [5, 5]], [[6, 6], [np.nan, np.nan]]]))
    given = {"ledger": ledger(("a.csv", 10, 8, 1, 1)), "scores": marks, "dossiers": small.dossiers(3)} | tables
    return complete.understaffed(panel_page.little("1_clean", competition=planned(kind), **given))


def test_entries_with_fewer_jurors_than_planned_are_named_the_unscored_ones_too():
    assert texts(staffed("independent")) == [["d1", "s1", "1", "0", "2"], ["d2", "s1", "0", "0", "2"]]


@pytest.mark.parametrize(("kind", "names"), [("panel", ["d2"]), ("independent", ["d1", "d2"])])
def test_a_recusal_excuses_from_a_panel_but_leaves_a_place_to_fill_elsewhere(kind, names):
    shown = staffed(kind, recusals=recusals(("d1", "j1")))
    assert [row[0] for row in texts(shown)] == names


def test_a_recusal_that_only_the_sheet_knows_excuses_from_a_panel_too():
    marks = small.scores(np.array([[[5, 5], [np.nan, np.nan]]]))
    marks.loc[marks["value"].isna(), "missing"] = "recused"
    assert "as many jurors as planned" in panel_page.text(staffed("panel", scores=marks, dossiers=small.dossiers(1)))


def test_a_withdrawn_entry_waits_for_nobody():
    shown = staffed("independent", dossiers=small.dossiers(3, statuses={1: "withdrawn", 2: "withdrawn"}))
    assert "as many jurors as planned" in panel_page.text(shown)


def test_a_total_is_shown_with_what_the_marks_give_and_the_difference():
    given = finding("total_differs", key="dossier d0, juror j0", found="47", done="44.5", place="F9")
    assert texts(irregular.totals(page(findings=given)))[0][3:] == ["47", "44.5", "2.50"]


def test_a_late_mark_is_shown_with_its_day_and_the_deadline():
    given = finding("late_score", key="dossier d0, juror j0", found="2025-06-09 > 2025-06-01", place="line 4, Points")
    assert "2025-06-09 > 2025-06-01" in panel_page.text(irregular.late(page(findings=given)))


def test_notes_of_one_sheet_stand_together_with_their_number():
    given = [finding("cell_note", place=f"C{row}", found=f"note {row}", sheet="Marks") for row in range(1, 10)]
    row = texts(irregular.workbooks(page(findings=given)))[0]
    assert row[1:4] == ["a.csv, Marks, C1, C2, C3, C4, C5, C6 …", "note 1, note 2, note 3 …", "9"]


def test_a_link_shows_what_was_written_and_whom_it_means():
    given = finding("office_linked", found="UM Bajkowo", done="Urząd Miejski w Bajkowie")
    links = irregular.offices(page(findings=given)).blocks[0]
    assert texts(links)[0][1:3] == ["UM Bajkowo", "Urząd Miejski w Bajkowie"]


def test_a_name_to_settle_is_shown_with_what_it_may_mean():
    review = {"kind": "office", "written": "UM Bajków", "suggested": "o1", "name": "Urząd Miejski w Bajkowie"}
    shown = irregular.suggestions(page(review=pd.DataFrame([review | {"score": 91.4}])))
    assert texts(shown) == [["UM Bajków", "Urząd Miejski w Bajkowie", "91", ""]]


@pytest.mark.parametrize("code", [code for code in irregular.IN_SECTIONS if CODES.get(code, ("", ""))[1] == "look"])
def test_what_a_section_shows_is_not_repeated_among_the_rest(code):
    shown = clean.worth_a_look(page(findings=finding(code, found="x")))
    assert "nothing worth a look" in panel_page.text(shown)


def test_every_code_of_a_section_is_one_that_intake_knows():
    assert set(irregular.IN_SECTIONS) - set(CODES) == set()


def test_what_needs_a_person_is_always_in_the_first_table():
    given = finding("rules_changed", place="decision.weights.s1", key="frozen 2025-06-01", found="0.4", done="0.5")
    assert texts(clean.waiting(page(findings=given)))[0][1] == "a.csv, decision.weights.s1"


def test_equal_repairs_of_one_file_are_counted_together():
    given = [finding("unit_removed", place=f"line {n}", found="4.5 pkt", done="4.5", count=1) for n in range(3)]
    assert texts(clean.repairs(page(findings=given)))[0][2:] == ["4.5 pkt", "4.5", "3"]


FROZEN = finding("rules_frozen", key="frozen 2025-06-01", found="ab" * 32, place="")
CHANGED = finding("rules_changed", place="decision.weights.s1", key="frozen 2025-06-01", found="0.4", done="0.5")
EDITED = finding("rules_record_edited", place="")


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([], "The rules of this edition are not frozen"),
        ([FROZEN], "The rules stand as they were frozen on 1 June 2025."),
        ([FROZEN, CHANGED], "The rules were frozen on 1 June 2025. 1 field has changed since then."),
        ([FROZEN, EDITED], "the record has been edited since and proves nothing"),
    ],
)
def test_the_page_says_whether_the_rules_stand(found, said):
    assert said in panel_page.text(in_force.rules(page(findings=found) if found else page()))


def test_a_changed_rule_is_shown_before_and_after():
    shown = in_force.rules(page(findings=[FROZEN, CHANGED])).blocks[1]
    assert texts(shown) == [["decision.weights.s1", "0.4", "0.5", "frozen on 1 June 2025"]]


def test_the_page_shows_every_rule_in_force():
    shown = in_force.rules(page()).blocks[-1].block
    assert ["decision.weights.s1", "0.5"] in texts(shown) and ["criteria.speed.maximum", "10"] in texts(shown)


@pytest.mark.parametrize("language", ["pl", "en"])
def test_the_fingerprint_of_the_rules_stands_on_the_annual_report_and_the_colophon(language):
    from analysis.pages import annual
    from analysis.pages.colophon import colophon

    shown = panel_page.little("1_clean", language=language)
    mark = in_force.fingerprint(shown)
    assert mark in panel_page.text(annual.method(shown))
    assert any(mark in panel_page.text(block) for block in colophon(shown, {}))
