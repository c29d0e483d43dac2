"""Everything a page needs, loaded once: pages are made in processes forked from one that has imported `warm`.

That process never holds a table, so a page for one audience starts with nothing of another's.
"""

from __future__ import annotations

import nbformat
import papermill

from analysis.config import Competition
from analysis.pages import display, house
from analysis.pages.frame import Links
from analysis.pages.words import LANGUAGES, Words
from analysis.report.export import assemble


def rehearse() -> None:
    """Run an empty notebook in this process, and make a page with one chart in every language."""
    cell = nbformat.v4.new_code_cell("n = 0", metadata={"tags": ["parameters"]})
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata=kernel)
    papermill.execute_notebook(notebook, None, {"n": "1"}, progress_bar=False, engine_name="friendly_office")
    title = {"pl": "-", "en": "-"}
    competition = Competition(id="rehearsal", title=title, organizer=title, data="simulated")
    for language in LANGUAGES:
        chart = house.figure(Words(language))
        house.intervals(chart, values=[1.0], ends=[(0.0, 2.0)], at=[0])
        house.series(chart, x=[1, 2], y=[1.0, 2.0])
        house.rows(house.band(house.reference(chart, x=1, text="-"), 0, 1), ["-"])
        table = display.Table("t", "-", (("-", "text"),), ((display.Cell("-"),),))
        figure = display.Figure("f", "-", "-", "-", "-", table, chart, "-")
        assemble([display.Title("-", "-", "-"), figure], competition, language, Links("-"), "-")
