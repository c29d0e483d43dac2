"""Bad input is one clear sentence (where, what was found, what to do), exit code 1, and nothing half-written."""

import sys
import zipfile

import pytest

from analysis import cli, starter


@pytest.fixture
def workspace(tmp_path):
    starter.write(tmp_path / "w")
    return tmp_path / "w"


@pytest.fixture
def run(monkeypatch, capsys):
    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["friendly-office", *map(str, arguments)])
        with pytest.raises(SystemExit) as ending:
            cli.main()
        said = capsys.readouterr()
        return ending.value.code, said.out, said.err

    return call


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    if old not in text:
        raise LookupError(old)
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def line_of(path, number):
    return path.read_text(encoding="utf-8").splitlines()[number - 1]


def processed(workspace):
    """What was written below data/processed, but for the lock and the names that a person has to settle."""
    folder = workspace / "data" / "processed"
    return [path.name for path in folder.rglob("*") if path.is_file() and path.name not in (".lock", "review.csv")]


def spoil_score(workspace):
    marks = workspace / "data" / "raw" / "e01" / "marks.csv"
    first = line_of(marks, 2)
    edit(marks, first, first.rsplit(",", 2)[0] + ",11,")


def spoil_juror(workspace):
    edit(workspace / "data" / "raw" / "e01" / "marks.csv", ",j1,", ",j9,")


def spoil_key(workspace):
    edit(workspace / "data" / "raw" / "competition.toml", "replicates", "replicats")


def spoil_missing(workspace):
    (workspace / "data" / "raw" / "e01" / "marks.csv").unlink()


def spoil_duplicate(workspace):
    marks = workspace / "data" / "raw" / "e01" / "marks.csv"
    marks.write_text(marks.read_text(encoding="utf-8") + line_of(marks, 2) + "\n", encoding="utf-8")


def spoil_workbook(workspace):
    (workspace / "data" / "raw" / "e01" / "marks.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    edit(workspace / "data" / "raw" / "e01" / "edition.toml", "marks.csv", "marks.xlsx")


def spoil_workbook_inside(workspace):
    with zipfile.ZipFile(workspace / "data" / "raw" / "e01" / "marks.xlsx", "w") as book:
        book.writestr("xl/workbook.xml", "<workbook>")
    edit(workspace / "data" / "raw" / "e01" / "edition.toml", "marks.csv", "marks.xlsx")


def spoil_header(workspace):
    edit(workspace / "data" / "raw" / "e01" / "marks.csv", "Criterion", "Criterium")


def spoil_criterion(workspace):
    edit(workspace / "data" / "raw" / "e01" / "marks.csv", ",Staff,", ",Stuff,")


def spoil_dossier(workspace):
    edit(workspace / "data" / "raw" / "e01" / "marks.csv", "D01", "D77")


def spoil_correction(workspace):
    head = "edition,stage,dossier,juror,criterion,was,becomes,why"
    text = f"{head}\ne01,s1,D01,j1,service,99,7,slip\n"
    (workspace / "data" / "raw" / "corrections.csv").write_text(text, encoding="utf-8")


def spoil_register(workspace):
    edit(workspace / "data" / "raw" / "jurors.csv", "juror,name", "juror,nmae")


CASES = {
    spoil_score: ["marks.csv", "line 2", "11", "0 to 10", "corrections.csv"],
    spoil_juror: ["marks.csv", "line 2", "j9", "jurors.csv"],
    spoil_key: ["competition.toml", "replicats", "replicates"],
    spoil_missing: ["marks.csv"],
    spoil_duplicate: ["marks.csv", "line 2", "line 74", "D01"],
    spoil_workbook: ["marks.xlsx"],
    spoil_workbook_inside: ["marks.xlsx"],
    spoil_header: ["marks.csv", "Criterion"],
    spoil_criterion: ["marks.csv", "Stuff", "layouts.toml"],
    spoil_dossier: ["marks.csv", "D77", "dossiers.csv"],
    spoil_correction: ["corrections.csv", "99"],
    spoil_register: ["jurors.csv", "nmae"],
}


@pytest.mark.parametrize("spoil", CASES, ids=lambda spoil: spoil.__name__.removeprefix("spoil_"))
def test_bad_input_ends_with_exit_code_1(run, workspace, spoil):
    spoil(workspace)
    assert run("clean", "--workspace", workspace, "--workers", 1)[0] == 1


@pytest.mark.parametrize("spoil", CASES, ids=lambda spoil: spoil.__name__.removeprefix("spoil_"))
def test_bad_input_is_named_with_its_place(run, workspace, spoil):
    spoil(workspace)
    said = run("clean", "--workspace", workspace, "--workers", 1)[2]
    assert not [word for word in CASES[spoil] if word not in said], said


@pytest.mark.parametrize("spoil", CASES, ids=lambda spoil: spoil.__name__.removeprefix("spoil_"))
def test_the_dry_run_names_bad_input_as_the_run_does_and_leaves_no_file(run, workspace, spoil):
    spoil(workspace)
    code, said, _ = run("check", "--workspace", workspace, "--workers", 1)
    said = " ".join(said.split())
    assert (code, [word for word in CASES[spoil] if word not in said]) == (1, []), said
    assert not (workspace / "data" / "processed").exists()


@pytest.mark.parametrize("spoil", CASES, ids=lambda spoil: spoil.__name__.removeprefix("spoil_"))
def test_bad_input_shows_no_traceback(run, workspace, spoil):
    spoil(workspace)
    said = run("clean", "--workspace", workspace, "--workers", 1)
    assert "Traceback" not in said[1] + said[2]


@pytest.mark.parametrize("spoil", CASES, ids=lambda spoil: spoil.__name__.removeprefix("spoil_"))
def test_bad_input_writes_no_table_and_no_page(run, workspace, spoil):
    spoil(workspace)
    run("all", "--workspace", workspace, "--workers", 1)
    assert (processed(workspace), (workspace / "reports").exists()) == ([], False)


def test_two_faults_are_named_in_one_run(run, workspace):
    spoil_score(workspace)
    spoil_criterion(workspace)
    said = run("clean", "--workspace", workspace, "--workers", 1)[2]
    assert "11" in said and "Stuff" in said


def test_a_correction_lets_a_mark_off_the_scale_through(run, workspace):
    spoil_score(workspace)
    dossier, juror = line_of(workspace / "data" / "raw" / "e01" / "marks.csv", 2).split(",")[:2]
    head = "edition,stage,dossier,juror,criterion,was,becomes,why"
    text = f"{head}\ne01,s1,{dossier},{juror},service,11,1,slip of the hand\n"
    (workspace / "data" / "raw" / "corrections.csv").write_text(text, encoding="utf-8")
    assert run("clean", "--workspace", workspace, "--workers", 1)[0] == 0


def test_the_account_of_72_marks_and_28_lines_of_registers_is_printed(run, workspace):
    said = run("clean", "--workspace", workspace, "--workers", 1)[1]
    assert "100 rows read = 100 accepted + 0 quarantined + 0 excluded" in said


def test_a_folder_without_a_workspace_is_refused(run, tmp_path):
    code, _, said = run("clean", "--workspace", tmp_path)
    assert (code, "friendly-office new" in said) == (1, True)


def test_an_unknown_edition_is_refused(run, workspace):
    code, _, said = run("report", "--workspace", workspace, "--edition", "e09")
    assert (code, "there are: e01" in said) == (1, True)


def test_an_audience_that_is_not_configured_is_refused(run, workspace):
    code, _, said = run("report", "--workspace", workspace, "--audience", "public")
    assert (code, "configured for organizer" in said) == (1, True)


def test_new_does_not_overwrite_a_folder(run, workspace):
    code, _, said = run("new", workspace)
    assert (code, "something here already" in said) == (1, True)


def test_a_new_workspace_leads_to_a_first_report(run, tmp_path):
    run("new", tmp_path / "mine")
    code, said, _ = run("all", "--workspace", tmp_path / "mine", "--workers", 2)
    assert (code, (tmp_path / "mine" / "reports" / "index.html").exists()) == (0, True), said
