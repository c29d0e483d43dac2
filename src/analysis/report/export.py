"""Notebook or blocks → HTML by our own nbconvert template, checked before anyone sees it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import nbformat
from nbconvert.exporters import TemplateExporter

from analysis.config import Competition
from analysis.errors import DataError
from analysis.pages.display import MARK, Block
from analysis.pages.frame import Links, frame
from analysis.pages.words import Words
from analysis.shelf import SOURCE

_OUTSIDE = re.compile(
    r"<(?!a\b)[^>]*\b(?:src|srcset|href|data|poster)\s*=\s*[\"']?\s*(?:https?:)?//|url\(|@import", re.I
)
_SCRIPTS = re.compile(r"<script\b.*?</script>", re.S)


def export(notebook: Any, competition: Competition, language: str, links: Links, key: str) -> str:
    """Turn an executed notebook into the page, and check the page."""
    outputs = [
        output for cell in notebook.cells for output in cell.get("outputs", []) if MARK in output.get("metadata", {})
    ]
    titles = [output.metadata[MARK]["title"] for output in outputs if output.metadata[MARK]["kind"] == "title"]
    if len(titles) != 1:
        raise DataError(f"The notebook shows {len(titles)} titles; a page has one. Call page.title once.")
    figures = sum(output.data["text/html"].count("<figure ") for output in outputs)
    page = frame(
        competition,
        Words(language, competition.words.get(language)),
        links,
        title=titles[0],
        key=key[:16],
        charts=figures > 0,
    )
    exporter = TemplateExporter(
        template_name="template", template_file="index.html.j2", extra_template_basedirs=[str(SOURCE / "pages")]
    )
    html, _ = exporter.from_notebook_node(notebook, resources={"page": page})
    _check_page(html, figures)
    return html


def _check_page(html: str, figures: int) -> None:
    bare = _SCRIPTS.sub("", html)
    doubled = [name for name, n in Counter(re.findall(r'\bid="([^"]+)"', bare)).items() if n > 1]
    faults = {
        f"{bare.count('<figure ')} of {figures} figures are on the page": bare.count("<figure ") != figures,
        f"{bare.count('<h1>')} main headings": bare.count("<h1>") != 1,
        "something is loaded from outside": bool(_OUTSIDE.search(bare)),
        f"two blocks have the id {', '.join(doubled)}; give one a `part`": bool(doubled),
    }
    found = [fault for fault, is_there in faults.items() if is_there]
    if found:
        raise DataError(f"The page does not pass its checks: {'; '.join(found)}.")


def assemble(blocks: Sequence[Block], competition: Competition, language: str, links: Links, key: str) -> str:
    """Make a page of blocks that no notebook shows: colophon and door."""
    cell = nbformat.v4.new_code_cell("blocks")
    cell.outputs = [
        nbformat.v4.new_output("display_data", data=data, metadata=marks)
        for data, marks in (block._repr_mimebundle_() for block in blocks)
    ]
    return export(nbformat.v4.new_notebook(cells=[cell]), competition, language, links, key)
