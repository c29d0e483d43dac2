import re
from pathlib import Path

import pytest

import small_workspace
from analysis import report
from analysis.errors import DataError
from analysis.report import Job
from analysis.schema import RESULTS
from analysis.workspace import open_workspace

PROSE = "display.Prose('p', ('x',))"
TITLE = small_workspace.SHOWN[0]
FAULTY = {
    "1_clean": (TITLE, "1 / 0"),
    "2_agreement": (TITLE, "import os; os._exit(9)"),
    "3_jurors": (TITLE, "page.rows()"),
    "4_decisions": (TITLE, TITLE),
    "5_trends": (PROSE,),
    "6_survey": (TITLE, "page.group", "page.row(measure=None, criterion=None)"),
}


def render(workspace, notebooks, *, audience="organizer", languages=("pl",), **how):
    jobs = [Job(name, "e01", language, audience) for name in notebooks for language in languages]
    return report.render(workspace, jobs, workers=2, **how)


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.html"))}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """One page in both languages for both audiences: workspace, outcomes."""
    cells = (*small_workspace.SHOWN, "display.Prose('p', (workspace, str(len(page.tables['offices']))))")
    workspace = small_workspace.workspace(tmp_path_factory.mktemp("made"), {"2_agreement": cells})
    jobs = [
        Job("2_agreement", "e01", language, audience)
        for audience in ("organizer", "public")
        for language in ("pl", "en")
    ]
    return workspace, report.render(workspace, jobs, workers=2)


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    """A page for every fault: workspace, outcome by notebook."""
    workspace = small_workspace.workspace(tmp_path_factory.mktemp("faulty"), FAULTY)
    return workspace, {outcome.job.notebook: outcome for outcome in render(workspace, FAULTY)}


def html(made, path="organizer/pl/2_agreement-e01.html"):
    return (made[0].shelf.reports / path).read_text("utf-8")


# The plan


def test_notebooks_with_an_edition_are_planned_for_each_edition_and_others_once(tmp_path):
    workspace = small_workspace.workspace(tmp_path, {"2_agreement": (TITLE,)})
    small_workspace.workspace(tmp_path, {"5_trends": (TITLE,)}, per_edition=False)
    jobs = report.plan(
        workspace.competition, editions=["e01", "e02"], languages=["pl"], audiences=["organizer"],
        notebooks=workspace.shelf.notebooks,
    )  # fmt: skip
    assert [job.path for job in jobs] == [
        "organizer/pl/2_agreement-e01.html", "organizer/pl/2_agreement-e02.html", "organizer/pl/5_trends.html",
    ]  # fmt: skip


def test_the_public_gets_no_page_about_jurors_and_a_survey_page_only_where_there_is_a_survey(tmp_path):
    shown = dict.fromkeys(("1_clean", "3_jurors", "6_survey", "annual_report"), (TITLE,))
    workspace = small_workspace.workspace(tmp_path, shown)
    jobs = report.plan(
        workspace.competition, editions=["e01"], languages=["pl"], audiences=["public"],
        notebooks=workspace.shelf.notebooks,
    )  # fmt: skip
    assert [job.notebook for job in jobs] == ["annual_report"]


def test_every_juror_with_a_mark_gets_a_letter_in_a_folder_of_the_own(tmp_path):
    workspace = small_workspace.workspace(tmp_path, {"juror_letter": (TITLE,)}, audiences=["organizer", "juror"])
    path = workspace.shelf.notebooks / "juror_letter.ipynb"
    path.write_text(path.read_text("utf-8").replace("edition: str", 'juror: str = \\"j1\\"\\nedition: str'), "utf-8")
    jobs = report.plan(
        workspace.competition, editions=["e01"], languages=["pl"], audiences=["organizer", "juror"],
        notebooks=workspace.shelf.notebooks, jurors={"e01": ["j1", "j2"]},
    )  # fmt: skip
    assert [job.path for job in jobs] == [
        "juror/j1/pl/juror_letter-e01.html", "juror/j2/pl/juror_letter-e01.html",
    ]  # fmt: skip


# A page


def test_every_page_is_made(made):
    assert [(outcome.state, outcome.message) for outcome in made[1]] == [("made", "")] * 4


def test_a_page_has_its_language_one_main_heading_and_the_contents(made):
    page = html(made)
    assert '<html lang="pl">' in page
    assert len(re.findall("<h1>", page)) == 1
    assert '<a href="#who">' in page


def test_a_page_holds_every_figure_of_its_notebook(made):
    assert len(re.findall('<figure role="group"', html(made))) == 2


def test_a_page_shows_neither_code_nor_notes_of_the_notebook(made):
    assert "analysis.begin" not in html(made)
    assert "A note for the analyst" not in html(made)


def test_a_page_says_that_the_data_are_simulated(made):
    assert "Dane symulowane" in html(made)
    assert "Simulated data" in html(made, "organizer/en/2_agreement-e01.html")


def test_a_page_loads_nothing_from_outside(made):
    bare = re.sub(r"<script\b.*?</script>", "", html(made), flags=re.S)
    assert not re.search(r"https?:", bare)
    assert "default-src 'none'" in bare


def test_a_page_for_the_public_is_given_the_released_folder_only(made):
    workspace, _ = made
    assert f"<p>{workspace.shelf.root}</p><p>1</p>" in html(made)
    released = workspace.shelf.processed / "releases" / "public"
    assert f"<p>{released}</p><p>0</p>" in html(made, "public/pl/2_agreement-e01.html")


def test_an_edition_given_as_a_number_by_a_person_is_refused_by_the_notebook(tmp_path):
    workspace = small_workspace.workspace(tmp_path, {"2_agreement": (TITLE,)})
    outcome = report.render(workspace, [Job("2_agreement", 1, "pl", "organizer")])[0]
    assert (
        outcome.message
        == "2_agreement.ipynb, cell 'begin': Parameter edition: found 1 (int), not text. Give it in quotes."
    )


def test_a_parameter_the_notebook_does_not_have_is_refused_before_it_runs(tmp_path):
    workspace = small_workspace.workspace(tmp_path, {"2_agreement": (TITLE,)}, per_edition=False)
    with pytest.raises(DataError, match=r"2_agreement\.ipynb: its cell tagged `parameters` does not have edition"):
        render(workspace, ["2_agreement"])


# Once more


def test_a_second_run_makes_nothing_and_changes_no_byte(made):
    workspace, outcomes = made
    before = files(workspace.shelf.reports)
    again = report.render(workspace, [outcome.job for outcome in outcomes], workers=2)
    assert {outcome.state for outcome in again} == {"skipped"}
    assert files(workspace.shelf.reports) == before


@pytest.mark.parametrize("how", [{}, {"isolated": True}], ids=["again", "in a kernel of its own"])
def test_a_page_made_again_is_the_same_to_the_byte(made, how):
    workspace, outcomes = made
    before = files(workspace.shelf.reports)
    outcomes[0].path.unlink()
    again = report.render(workspace, [outcomes[0].job], **how)
    assert [outcome.state for outcome in again] == ["made"]
    assert files(workspace.shelf.reports) == before


def test_pages_are_made_again_when_a_row_changes(tmp_path):
    workspace = small_workspace.workspace(tmp_path, {"2_agreement": (TITLE,)})
    states = [render(workspace, ["2_agreement"])[0].state]
    workspace.shelf.store("survey", small_workspace.results().assign(value=0.5), place="results")
    states.append(render(open_workspace(tmp_path), ["2_agreement"])[0].state)
    workspace.shelf.store("survey", RESULTS.empty(), place="results")
    assert states == ["made", "made"]


# Faults


@pytest.mark.parametrize(
    ("notebook", "said"),
    [
        ("1_clean", r"1_clean\.ipynb, cell 'cell_1': ZeroDivisionError: division by zero"),
        ("2_agreement", r"2_agreement\.ipynb: its process ended early \(9\)"),
        ("3_jurors", r"3_jurors\.ipynb, cell 'cell_1': it shows something that is no block of a page"),
        ("4_decisions", r"4_decisions\.ipynb: The notebook shows 2 titles"),
        ("5_trends", r"5_trends\.ipynb: The notebook shows 0 titles"),
        ("6_survey", r"6_survey\.ipynb, cell 'cell_1': it shows something that is no block"),
    ],
)
def test_a_page_that_fails_says_where_and_why_and_leaves_nothing(faulty, notebook, said):
    _, outcomes = faulty
    assert outcomes[notebook].state == "failed"
    assert re.search(said, outcomes[notebook].message)
    assert not outcomes[notebook].path.exists()


def test_a_page_that_failed_is_on_the_door_with_its_reason(faulty):
    door = (faulty[0].shelf.reports / "index.html").read_text("utf-8")
    assert "division by zero" in door


def test_what_went_wrong_is_not_on_the_door_of_the_public(tmp_path):
    workspace = small_workspace.workspace(tmp_path, {"2_agreement": (TITLE,), "annual_report": (TITLE, "1 / 0")})
    render(workspace, ["2_agreement", "annual_report"], audience="public")
    assert "division by zero" in (workspace.shelf.reports / "index.html").read_text("utf-8")
    assert "division by zero" not in (workspace.shelf.reports / "public" / "index.html").read_text("utf-8")


def test_a_page_that_fails_leaves_the_one_before_it(tmp_path):
    workspace = small_workspace.workspace(tmp_path, {"2_agreement": (TITLE,)})
    before = render(workspace, ["2_agreement"])[0].path.read_bytes()
    workspace = small_workspace.workspace(tmp_path, {"2_agreement": (TITLE, "1 / 0")})
    outcome = render(workspace, ["2_agreement"])[0]
    assert (outcome.state, outcome.path.read_bytes()) == ("failed", before)


# Around the pages


@pytest.mark.parametrize(
    "door", ["index.html", "organizer/index.html", "public/index.html", "public/pl/2_agreement-e01.html"]
)
def test_every_link_leads_to_a_file(made, door):
    start = made[0].shelf.reports / door
    links = re.findall(r'<a [^>]*href="([^#"]+)"', start.read_text("utf-8"))
    assert links
    assert [link for link in links if not (start.parent / link).exists()] == []


@pytest.mark.parametrize("audience", ["organizer", "public"])
def test_an_audience_folder_can_be_handed_over_whole(made, audience):
    folder = made[0].shelf.reports / audience
    for page in folder.rglob("*.html"):
        links = re.findall(r'<a [^>]*href="([^#"]+)"', page.read_text("utf-8"))
        assert all((page.parent / link).resolve().is_relative_to(folder) for link in links)


def test_the_colophon_names_seed_versions_and_settings(made):
    page = html(made, "organizer/en/colophon.html")
    for said in ("20260101", "papermill", "Simulated data", "simulated"):
        assert said in page
