"""What a juror's letter says, when it calls a difference one, and that it gives nobody else away."""

import functools
import re
from html import unescape
from pathlib import Path

import pandas as pd
import pytest

import panel_page
import small
from analysis import disclosure
from analysis.measures import measure
from analysis.pages import juror_letter, juror_profile
from analysis.pages.frame import Links
from analysis.pages.page import Page
from analysis.pages.words import Words
from analysis.report.export import assemble
from analysis.schema import RESULTS, conform
from analysis.simulate import settings

CHROMIUM = Path("/usr/bin/chromium")
CELLS = ("title", "first", "profile", "scale_use", "criteria", "editions", "limits")


def row(name, value, **keys):
    found = {"edition": "e01", "stage": "s1", "subject_type": "juror", "subject": "j1", "measure": name}
    found |= {"value": value, "confidence": 0.95, "uom": "points", "n_units": 12, "variant": "v"}
    if value is None:
        found |= {"reason": "too_few_units", "interval_reason": "too_few_units"}
    return found | keys


def apart(value, low, high, **keys):
    return row("deviation_from_others", value, low=low, high=high, versus_type="others", n_jurors=5, **keys)


def quartiles(name, low, median, high, **keys):
    at = {"lower_quartile": low, "median": median, "upper_quartile": high}
    return [
        row(name, value, at=which, subject_type="panel", subject="", n_jurors=8, **keys) for which, value in at.items()
    ]


def letter(*rows, language="en", edition="e01", editions=("e01", "e02", "e03")):
    competition = small.competition(*(small.edition(name) for name in editions))
    tables = small.tables(jurors=pd.DataFrame({"juror": ["j1"], "name": ["Ada Zmyślona"]}))
    return Page(
        "juror_letter", competition, competition.edition(edition), language, "juror", Words(language),
        conform(pd.DataFrame(rows or None), RESULTS), tables, "j1",
    )  # fmt: skip


def text(block):
    shown = re.sub(r"<script.*?</script>", "", block.html, flags=re.S)
    return unescape(re.sub(r"<[^>]+>", " ", shown)).replace("\u00a0", " ")


JUDGED = row("judged", 12.0)
TRAITS = [row(name, 1.0, low=0.5, high=1.5, q_value=0.5) for name in juror_profile.TRAITS]
PANEL = [entry for name in juror_profile.TRAITS for entry in quartiles(name, 0.8, 1.0, 1.4)]


def test_the_first_sentence_tells_the_difference_with_its_interval():
    shown = text(juror_letter.first(letter(JUDGED, apart(-0.6, -1.0, -0.2))))
    assert (
        "on average 0.60 points lower than the others' marks of the same entries (95% interval: 0.20 to 1.00)" in shown
    )


def test_a_difference_whose_interval_holds_zero_is_called_none():
    assert "chance could explain" in text(juror_letter.first(letter(JUDGED, apart(0.3, -0.1, 0.7))))


def test_the_letter_tells_the_dossiers_marks_and_other_jurors_it_rests_on():
    shares = [row("score_share", 0.5, at=level, n_scores=24, uom="share") for level in ("5", "6")]
    shown = text(juror_letter.first(letter(JUDGED, apart(0.3, -0.1, 0.7), *shares)))
    assert "Based on 12 entries, 24 marks and 4 other jurors." in shown


def test_a_juror_of_the_second_stage_alone_gets_a_letter_about_it():
    rows = [JUDGED | {"stage": "s2"}, apart(0.6, 0.2, 1.0) | {"stage": "s2"}]
    assert "0.60 points higher" in text(juror_letter.first(letter(*rows)))


def test_the_other_stage_of_a_juror_is_told_in_a_line():
    later = [JUDGED | {"stage": "s2"}, apart(-0.6, -1.0, -0.2) | {"stage": "s2"}]
    shown = text(juror_letter.first(letter(JUDGED, apart(0.3, -0.1, 0.7), *later)))
    assert "s2: on average 0.60 points lower than the others' (0.20 to 1.00); 12 entries and 4 other jurors." in shown


def test_a_letter_without_any_row_says_so_and_is_whole():
    shown = " ".join(text(getattr(juror_letter, cell)(letter())) for cell in CELLS)
    assert "cannot be compared" in shown


@pytest.mark.parametrize(
    ("q", "said"), [(0.05, "by more than chance in: severity"), (0.06, "In no trait do you differ")]
)
def test_a_trait_is_called_different_only_after_the_correction_for_many(q, said):
    rows = [JUDGED, TRAITS[0] | {"q_value": q}, *TRAITS[1:], *PANEL]
    assert (
        juror_letter.profile(letter(*rows)).title.startswith(said) or said in juror_letter.profile(letter(*rows)).title
    )


def test_a_trait_without_a_number_says_that_there_are_too_few_marks():
    rows = [JUDGED, row("halo", None), *(entry for entry in TRAITS if entry["measure"] != "halo"), *PANEL]
    figure = juror_letter.profile(letter(*rows))
    assert any(note["text"] == "too few marks to judge" for note in figure.chart["layout"]["annotations"])


def test_a_panel_too_small_to_be_shown_leaves_the_own_numbers():
    block = juror_letter.profile(letter(JUDGED, *TRAITS))
    assert ("too small to be shown" in text(block), "1.00" in text(block)) == (True, True)


def test_a_value_at_the_panels_upper_quartile_stands_at_the_end_of_its_band():
    rows = [JUDGED, *(entry | {"value": 1.4} for entry in TRAITS), *PANEL]
    chart = juror_letter.profile(letter(*rows)).chart
    ends = [shape["x1"] for shape in chart["layout"]["shapes"] if shape["type"] == "rect"]
    assert chart["data"][-1]["x"] == pytest.approx(ends)


def test_a_panel_without_any_spread_does_not_break_the_profile():
    same = [entry for name in juror_profile.TRAITS for entry in quartiles(name, 1.0, 1.0, 1.0)]
    assert "(1.00–1.00)" in juror_letter.profile(letter(JUDGED, *TRAITS, *same)).alt


def test_the_criterion_named_is_the_farthest_of_those_that_chance_does_not_explain():
    rows = [
        apart(-2.0, -4.5, 0.5, criterion="speed", q_value=0.2),
        apart(0.9, 0.4, 1.4, criterion="clarity", q_value=0.01),
    ]
    assert (
        juror_letter.criteria(letter(JUDGED, *rows)).title == "Most unlike the others: Clarity, 0.90\u00a0points higher"
    )


def test_no_criterion_is_called_different_without_the_correction():
    rows = [
        apart(value, value - 0.1, value + 0.1, criterion=name) for name, value in (("speed", 2.0), ("clarity", 1.0))
    ]
    assert juror_letter.criteria(letter(JUDGED, *rows)).title == "Your marks and the others', by criterion"


@pytest.mark.parametrize("panel", [0, 1])
def test_the_outline_of_the_panel_is_drawn_where_it_may_be_shown(panel):
    own = [row("score_share", share, at=level, uom="share") for level, share in (("5", 0.4), ("6", 0.6))]
    whole = [entry | {"subject_type": "panel", "subject": "", "value": 0.5} for entry in own] * panel
    assert len(juror_letter.scale_use(letter(JUDGED, *own, *whole)).chart["data"]) == 1 + panel


def linked(name, value):
    return row("linked_severity", value, edition=name, low=value - 0.2, high=value + 0.2)


def test_a_letter_shows_no_edition_after_its_own():
    rows = [JUDGED | {"edition": "e02"}, linked("e01", 0.1), linked("e02", 0.2), linked("e03", 0.3)]
    assert juror_letter.editions(letter(*rows, edition="e02")).chart["data"][-1]["y"] == [0.1, 0.2]


def test_a_juror_of_one_edition_gets_no_history():
    assert juror_letter.editions(letter(JUDGED, linked("e01", 0.1))).blocks == ()


@pytest.mark.parametrize(("q", "said"), [(0.01, "more severe"), (0.3, "not changed by more than chance")])
def test_a_change_since_the_last_edition_is_called_one_only_after_the_correction(q, said):
    drift = row("severity_drift", 0.4, low=0.1, high=0.7, q_value=q, edition_to="e02")
    rows = [JUDGED | {"edition": "e02"}, linked("e01", 0.1), linked("e02", 0.5), drift]
    assert said in juror_letter.editions(letter(*rows, edition="e02")).title


# The simulated competition


@functools.cache
def demo():
    """Rows of jurors of the newest edition."""
    tables = {
        name: frame[frame["edition"] == "e10"] if "edition" in frame else frame
        for name, frame in panel_page.world().items()
    }
    return measure(
        "jurors", {name: frame.reset_index(drop=True) for name, frame in tables.items()}, settings.competition(), "e10"
    )


@functools.cache
def letters(language="pl"):
    """Juror → the blocks of the letter, made of what is released to that juror alone."""
    competition, tables = settings.competition(), panel_page.world()
    released = disclosure.released_competition(competition)
    found = {}
    for juror in sorted(set(tables["scores"].loc[tables["scores"]["edition"] == "e10", "juror"])):
        rows = disclosure.juror_results(demo(), tables["scores"], competition.disclosure, juror=juror)
        held = disclosure.juror_tables(tables, juror)
        page = Page(
            "juror_letter", released, released.edition("e10"), language, "juror", Words(language), rows, held, juror
        )
        found[juror] = [getattr(juror_letter, cell)(page) for cell in CELLS]
    return found


def test_no_letter_names_another_juror_an_office_or_a_dossier():
    tables, found = panel_page.world(), []
    for juror, blocks in letters().items():
        shown = " ".join(block.html for block in blocks)
        others = tables["jurors"][tables["jurors"]["juror"] != juror]
        private = {*others["juror"], *others["name"], *tables["offices"]["office"], *tables["offices"]["name"]}
        words = set(re.findall(r"[\w-]+", shown))
        found += [name for name in private if name in words or (" " in name and name in shown)]
        found += [name for name in tables["dossiers"]["dossier"] if name in words]
    assert not found


def test_every_letter_names_its_own_juror():
    names = panel_page.world()["jurors"].set_index("juror")["name"]
    assert all(names[juror] in blocks[0].html for juror, blocks in letters().items())


def test_no_letter_holds_a_number_of_another_juror_at_full_precision():
    rows = demo()[(demo()["subject_type"] == "juror") & (demo()["subject"] != "")]
    rows = rows[rows["value"].mul(1000).mod(1).between(0.001, 0.999)]  # simple fractions may be equal by chance
    for juror, blocks in letters().items():
        shown = {number for block in blocks for number in re.findall(r'data-v="([^"]+)"', block.html)}
        mine = (rows["subject"] == juror) | (rows["versus"] == juror)
        own = {f"{value:.12g}" for value in rows.loc[mine, "value"]}
        assert (len(shown & own) > 5, (shown - own) & {f"{value:.12g}" for value in rows.loc[~mine, "value"]}) == (
            True,
            set(),
        )


@pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium")
@pytest.mark.parametrize("language", ["pl", "en"])
def test_a_letter_is_printed_on_two_sheets_at_most(language, tmp_path):
    from playwright.sync_api import sync_playwright

    blocks = [
        part
        for block in max(letters(language).values(), key=lambda blocks: len(blocks[0].title))
        for part in getattr(block, "blocks", (block,))
    ]
    path = tmp_path / "letter.html"
    path.write_text(assemble(blocks, settings.competition(), language, Links("../index.html"), "key"), "utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1100, "height": 900})
        page.goto(path.as_uri())
        page.wait_for_selector(".main-svg")
        sheets = len(re.findall(rb"/Type\s*/Page\b(?!s)", page.pdf(prefer_css_page_size=True)))
        browser.close()
    assert 1 <= sheets <= 2
