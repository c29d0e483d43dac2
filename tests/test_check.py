"""The dry run: everything read and checked, every error named, nothing written; and the rules in force."""

import datetime as dt
import json
import os
import re
import sys

import numpy as np
import pytest

import analysis
import small
from analysis import cli, starter
from analysis.errors import DataError
from analysis.intake import regulations
from analysis.intake.deadlines import note_late
from analysis.intake.grid import Sheet
from analysis.intake.ledger import Account, Journal
from analysis.pages import dry_run

DAY = dt.date(2025, 6, 1)


@pytest.fixture
def workspace(tmp_path):
    starter.write(tmp_path / "w")
    return tmp_path / "w"


@pytest.fixture
def check(monkeypatch, capsys):
    def call(workspace, *arguments, columns=100):
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setattr(cli, "console", type(cli.console)(highlight=False, soft_wrap=True, width=columns))
        given = ["friendly-office", "check", "--workspace", str(workspace), "--workers", "1", *arguments]
        monkeypatch.setattr(sys, "argv", given)
        with pytest.raises(SystemExit) as ending:
            cli.main()
        said = capsys.readouterr()
        return ending.value.code, said.out + said.err

    return call


def joined(said):
    """What was printed without the breaks of its lines."""
    return re.sub(r"\s+", " ", said)


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    if old not in text:
        raise LookupError(old)
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def marks(workspace):
    return workspace / "data" / "raw" / "e01" / "marks.csv"


def spoil_marks(workspace, score, lines=(1,)):
    rows = marks(workspace).read_text(encoding="utf-8").splitlines()
    for line in lines:
        rows[line] = ",".join([*rows[line].split(",")[:3], score, ""])
    marks(workspace).write_text("\n".join(rows) + "\n", encoding="utf-8")


def state(folder):
    """Every file and folder with its time, and the bytes of the files."""
    paths = [folder, *sorted(folder.rglob("*"))]
    return {path: (os.stat(path).st_mtime_ns, path.read_bytes() if path.is_file() else b"") for path in paths}


def spoil_nothing(workspace):
    pass


def spoil_score(workspace):
    spoil_marks(workspace, "11")


def spoil_settings(workspace):
    edit(workspace / "data" / "raw" / "e01" / "edition.toml", "number", "nmber")


@pytest.mark.parametrize("spoil", [spoil_nothing, spoil_score, spoil_settings])
def test_nothing_is_written(check, workspace, spoil):
    spoil(workspace)
    before = state(workspace)
    check(workspace)
    assert state(workspace) == before


@pytest.mark.parametrize(("spoil", "code"), [(spoil_nothing, 0), (spoil_score, 1), (spoil_settings, 1)])
def test_the_exit_code_is_1_where_something_blocks(check, workspace, spoil, code):
    spoil(workspace)
    assert check(workspace)[0] == code


def test_a_finding_that_needs_a_person_does_not_block(check, workspace):
    spoil_marks(workspace, "six or so")
    code, said = check(workspace, "--language", "en")
    assert (code, "nothing blocks, 1 needs a decision" in joined(said)) == (0, True)


def test_errors_of_registers_marks_and_dossiers_are_named_in_one_run(check, workspace):
    spoil_score(workspace)
    edit(workspace / "data" / "raw" / "jurors.csv", "juror,name", "juror,nmae")
    edit(workspace / "data" / "raw" / "e01" / "dossiers.csv", "D02", "D01")
    said = joined(check(workspace)[1])
    assert [word for word in ("'nmae'", "the scale is 0 to 10", "D01") if word not in said] == []


def test_all_of_many_errors_of_one_file_are_shown(check, workspace):
    spoil_marks(workspace, "11", range(1, 26))
    assert check(workspace)[1].count("■") == 25


def test_errors_of_two_files_of_settings_are_named_in_one_run(check, workspace):
    spoil_settings(workspace)
    edit(workspace / "data" / "raw" / "layouts.toml", "\nkind =", "\nknid =")
    said = joined(check(workspace)[1])
    assert "nmber" in said and "layouts.toml" in said


def test_a_finding_stands_below_its_file_with_place_and_advice(check, workspace):
    spoil_marks(workspace, "six or so")
    said = check(workspace, "--language", "en")[1]
    below = joined(said[said.index("e01/marks.csv") :])
    assert "▲ needs a decision: text that is not a number (1) line 2, Points" in below
    assert "found “six or so”" in below and "→ Ask the juror for the mark" in below


def test_every_file_is_shown_with_its_account(check, workspace):
    said = joined(check(workspace, "--language", "en")[1])
    accounts = {
        "jurors.csv": "4 rows", "offices.csv": "12 rows", "e01/dossiers.csv": "12 rows", "e01/marks.csv": "72 rows",
    }  # fmt: skip
    lacking = [
        name for name, rows in accounts.items() if f"{name} {rows} read: {rows[:2].strip()} accepted" not in said
    ]
    assert lacking == []


def test_the_account_of_a_file_with_errors_is_not_called_settled(check, workspace):
    spoil_score(workspace)
    assert "72 rows read; the account is settled once" in joined(check(workspace, "--language", "en")[1])


def test_the_first_configured_language_is_spoken(check, workspace):
    edit(workspace / "data" / "raw" / "competition.toml", "languages = [", 'languages = ["pl", "en"] # [')
    assert "Niczego nie zapisano na dysku." in check(workspace)[1]


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_lines_are_no_longer_than_the_window_and_than_100_signs(check, workspace, columns):
    spoil_marks(workspace, "11", range(1, 4))
    lines = check(workspace, columns=columns)[1].splitlines()
    assert max(map(len, lines)) <= min(columns, 100)


def test_an_error_stands_under_the_file_its_sentence_begins_with():
    errors = [DataError("e01/a.csv, line 3: bad. Mend it."), DataError("b: odd.", file="b"), DataError("No file. Go.")]
    assert dry_run.by_file(errors, ["e01/a.csv", "e01/a"]) == {
        "e01/a.csv": ["line 3: bad. Mend it."], "b": ["odd."], "": ["No file. Go."],
    }  # fmt: skip


def test_a_second_look_after_mending_is_clean(check, workspace):
    spoil_score(workspace)
    first = check(workspace)[0]
    spoil_marks(workspace, "7")
    assert (first, check(workspace)[0]) == (1, 0)


def test_a_folder_without_raw_files_is_refused(tmp_path):
    import small_workspace

    with pytest.raises(DataError, match="holds no raw files"):
        small_workspace.workspace(tmp_path, {}).examine()


# The rules in force


def rules(**changes):
    competition = small.competition(small.edition(**changes))
    return regulations.rules_sha256(competition, competition.edition("e01"))


CHANGES = {
    "weight": {"decision": {"weights": {"s1": 0.4, "s2": 0.6}, "rule": "places", "value": 1}},
    "rule": {"decision": {"weights": {"s1": 0.5, "s2": 0.5}, "rule": "share", "value": 1}},
    "value": {"decision": {"weights": {"s1": 0.5, "s2": 0.5}, "rule": "places", "value": 2}},
    "tie_break": {
        "decision": {"weights": {"s1": 0.5, "s2": 0.5}, "rule": "places", "value": 1, "tie_break": ["median"]}
    },
    "scale": {"scales": {"ten": {"minimum": 0, "maximum": 12}}},
    "step": {"scales": {"ten": {"minimum": 0, "maximum": 10, "step": 0.5}}},
    "direction": {"scales": {"ten": {"minimum": 0, "maximum": 10, "direction": "lower"}}},
    "stage": {"stages": [{"id": "s1", "label": {}, "planned_jurors": 2}, {"id": "s2", "label": {}}]},
    "deadline": {"stages": [{"id": "s1", "label": {}, "closes": DAY}, {"id": "s2", "label": {}}]},
    "category": {"categories": [{"id": "large", "label": {}}]},
    "special": {"specials": [{"id": "debut", "label": {}}]},
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_decides_changes_the_fingerprint(change):
    assert rules(**CHANGES[change]) != rules()


def test_a_word_for_no_score_changes_the_fingerprint():
    one, other = small.competition(), small.competition(missing={"n/o": "not_scored"})
    assert len({regulations.rules_sha256(c, c.edition("e01")) for c in (one, other)}) == 2


def test_words_do_not_change_the_fingerprint():
    stages = [{"id": "s1", "label": {"en": "First"}}, {"id": "s2", "label": {"en": "Second"}}]
    assert rules(stages=stages, title={"en": "Another title"}, place={"en": "Elsewhere"}) == rules()


def test_the_order_in_which_rules_are_written_does_not_change_the_fingerprint():
    categories = [{"id": "large", "label": {}}, {"id": "lesser", "label": {}}]
    assert rules(categories=categories) == rules(categories=categories[::-1])


def test_the_public_configuration_has_the_same_fingerprint():
    from analysis.disclosure import released_competition

    competition = small.competition(small.edition(dossiers="list.csv"), disclosure={"key": "a key"})
    released = type(competition).model_validate(json.loads(released_competition(competition).model_dump_json()))
    found = {regulations.rules_sha256(entry, entry.edition("e01")) for entry in (competition, released)}
    assert len(found) == 1


def test_a_record_gives_back_the_rules_it_was_written_from():
    was = {"decision.rule": "places", "decision.value": 1.0}
    record = regulations.read_record(regulations.written(was, frozen=DAY), file="e01/rules.json")
    assert (record.rules, record.frozen, regulations.changes(record.rules, was)) == (was, DAY, [])


def test_a_rule_that_came_and_one_that_went_are_both_changes():
    found = regulations.changes({"stages.s1.planned_jurors": 2.0}, {"stages.s1.closes": "2025-06-01"})
    assert found == [("stages.s1.closes", "", "2025-06-01"), ("stages.s1.planned_jurors", "2", "")]


@pytest.mark.parametrize(
    "text", ["", "[]", '{"frozen": "soon", "sha256": "", "rules": {}}', '{"frozen": "2025-06-01"}']
)
def test_what_is_no_record_is_refused_by_name(text):
    with pytest.raises(DataError, match=r"e01/rules\.json: this is no record"):
        regulations.read_record(text, file="e01/rules.json")


def noted(tmp_path, text, **changes):
    """Codes, places, and what was and is, of a record held against the small competition."""
    (tmp_path / "e01").mkdir()
    (tmp_path / "e01" / "rules.json").write_text(text, encoding="utf-8")
    competition = small.competition(small.edition(**changes))
    journal = Journal("e01")
    regulations.hold(competition, competition.edition("e01"), raw=tmp_path, journal=journal)
    return [(found.code, found.place, found.found, found.done) for found in journal.findings]


def record():
    competition = small.competition()
    return regulations.written(regulations.rules_in_force(competition, competition.edition("e01")), frozen=DAY)


def test_rules_that_stand_are_only_noted_as_frozen(tmp_path):
    assert noted(tmp_path, record()) == [("rules_frozen", "", rules(), "")]


def test_a_changed_rule_is_named_with_what_it_was_and_is(tmp_path):
    found = noted(tmp_path, record(), **CHANGES["weight"])[1:]
    assert found == [
        ("rules_changed", "decision.weights.s1", "0.5", "0.4"), ("rules_changed", "decision.weights.s2", "0.5", "0.6"),
    ]  # fmt: skip


def test_a_record_edited_to_hide_a_change_is_found(tmp_path):
    text = record().replace('"decision.weights.s1": 0.5', '"decision.weights.s1": 0.4')
    assert "rules_record_edited" in [code for code, *_ in noted(tmp_path, text, **CHANGES["weight"])]


def test_freezing_writes_the_record_and_nothing_else(check, workspace):
    before = set(state(workspace))
    code, said = check(workspace, "--freeze", "e01", "--language", "en")
    new = workspace / "data" / "raw" / "e01" / "rules.json"
    assert (code, set(state(workspace)) - before, "Nothing else was written." in joined(said)) == (0, {new}, True)


def test_rules_are_not_frozen_while_something_blocks(check, workspace):
    spoil_score(workspace)
    before = state(workspace)
    check(workspace, "--freeze", "e01")
    assert state(workspace) == before


def test_a_record_is_not_overwritten(check, workspace):
    check(workspace, "--freeze", "e01")
    before = state(workspace)
    code, said = check(workspace, "--freeze", "e01")
    assert (code, "frozen already" in said, state(workspace) == before) == (1, True, True)


def test_a_rule_changed_after_freezing_is_named_by_the_next_check(check, workspace):
    check(workspace, "--freeze", "e01")
    edit(workspace / "data" / "raw" / "e01" / "edition.toml", "weight = 0.5", "weight = 0.4")
    said = joined(check(workspace, "--language", "en")[1])
    assert "criteria.service.weight" in said and "found “0.5” → 0.4" in said


def test_a_rule_changed_after_freezing_reaches_the_tables(workspace):
    analysis.open(workspace).freeze("e01", DAY)
    edit(workspace / "data" / "raw" / "e01" / "edition.toml", "weight = 0.5", "weight = 0.4")
    found = analysis.open(workspace).findings
    changed = found[found["code"] == "rules_changed"]
    assert changed[["edition", "file", "place", "severity"]].values.tolist() == [
        ["e01", "e01/rules.json", "criteria.service.weight", "act"]
    ]


# Marks after the deadline


def late(days, *, closes=DAY):
    """Findings about marks of one dossier by several jurors, each entered on its day."""
    stages = [{"id": "s1", "label": {}, "closes": closes}, {"id": "s2", "label": {}}]
    edition = small.competition(small.edition(stages=stages)).edition("e01")
    rows = small.scores([[[5, 6]] * len(days)])
    rows = rows.assign(file="e01/marks.csv", sheet="", cell=[f"line {n}" for n in range(len(rows))])
    rows["scored_at"] = rows["juror"].map({f"j{n}": day for n, day in enumerate(days)})
    none, lines = np.empty((0, 0)), np.empty(0, dtype=int)
    sheet = Sheet("e01/marks.csv", "", "utf-8", "", none, none, lines, lines)
    journal = Journal("e01", [Account(sheet, "scores", lines)])
    note_late(rows, edition, journal=journal)
    return journal.findings


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2025-06-02", 1),
        ("2025-06-02T00:01", 1),
        ("2026-01-01", 1),
        ("2025-06-01", 0),
        ("2025-06-01T23:59", 0),
        ("2025-05-31", 0),
        ("", 0),
    ],
)
def test_a_mark_is_late_from_the_day_after_its_stage_closed(day, said):
    assert len(late([day])) == said


def test_marks_of_one_juror_and_dossier_are_one_finding():
    found = late(["2025-06-09", "2025-05-01", "2025-06-03"])
    assert [(entry.key, entry.count) for entry in found] == [("dossier d0, juror j0", 2), ("dossier d0, juror j2", 2)]


def test_a_late_mark_is_named_with_its_day_and_the_deadline():
    assert late(["2025-06-09"])[0].found == "2025-06-09 > 2025-06-01"


def test_without_a_deadline_nothing_is_late():
    assert late(["2099-01-01"], closes=None) == []


def test_late_marks_of_a_file_reach_the_dry_run(check, workspace):
    edit(workspace / "data" / "raw" / "e01" / "edition.toml", 'id = "s1"', 'id = "s1"\ncloses = 2025-06-01')
    edit(workspace / "data" / "raw" / "layouts.toml", 'score = "Points"', 'score = "Points"\nscored_at = "Day"')
    rows = marks(workspace).read_text(encoding="utf-8").splitlines()
    days = ["Day", "2025-06-02", *["2025-05-30"] * (len(rows) - 2)]
    text = "\n".join(f"{row},{day}" for row, day in zip(rows, days, strict=True))
    marks(workspace).write_text(text + "\n", encoding="utf-8")
    said = joined(check(workspace, "--language", "en")[1])
    assert "a mark entered after its stage had closed (1)" in said and "2025-06-02 > 2025-06-01" in said
