"""What a page is made of: findings, figures, tables, notes. Frozen blocks that show themselves in a notebook.

A block gives two faces: `text/html`, which our page template puts on the page, and, for a figure, the Plotly
MIME type, which JupyterLab draws. The metadata mark it as ours; the template shows nothing else. Every text is
escaped here, so no name in the data can become markup.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from html import escape
from typing import Any

from analysis.errors import DataError

MARK = "friendly-office"
PLOTLY = "application/vnd.plotly.v1+json"
_NOT_PLOTLY_MARKUP = re.compile(r"<(?!/?(?:br|b|i|sub|sup|extra) ?/?>)")


class Block:
    """A piece of a page; what follows from its `html`.

    Subclasses are frozen dataclasses with a `name` (its id on the page, e.g. `agreement-forest`).
    """

    kind = "block"

    @property
    def html(self) -> str:
        """The block as an HTML fragment, every text escaped."""
        raise NotImplementedError

    def marks(self) -> dict[str, Any]:
        """Metadata of the output: what the page template must know of the block."""
        return {"kind": self.kind}

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict, dict]:
        return {"text/html": self.html, "text/plain": self.kind}, {MARK: self.marks()}


@dataclass(frozen=True)
class Title(Block):
    """The head of a page: its one h1, the line above it (competition, edition) and the lead below."""

    title: str
    over: str
    lead: str
    kind = "title"

    @property
    def html(self) -> str:
        """Head as HTML."""
        lead = f'<p class="lead">{escape(self.lead)}</p>' if self.lead else ""
        return f'<p class="over">{escape(self.over)}</p><h1>{escape(self.title)}</h1>{lead}'

    def marks(self) -> dict[str, Any]:
        """Give the kind, and the title for the window."""
        return {"kind": self.kind, "title": self.title}


@dataclass(frozen=True)
class Section(Block):
    """A heading of the second rank with a sentence below it; stands in the page's contents."""

    name: str
    title: str
    intro: str
    kind = "section"

    @property
    def html(self) -> str:
        """Heading as HTML."""
        intro = f'<p class="intro">{escape(self.intro)}</p>' if self.intro else ""
        return f'<h2 id="{escape(self.name)}">{escape(self.title)}</h2>{intro}'

    def marks(self) -> dict[str, Any]:
        """Give the kind, and the line of the contents."""
        return {"kind": self.kind, "name": self.name, "title": self.title}


@dataclass(frozen=True)
class Finding(Block):
    """The answer in a sentence, large; `box` says beside it what it does not say."""

    name: str
    text: str
    box: str = ""
    box_title: str = ""
    kind = "finding"

    @property
    def html(self) -> str:
        """Sentence and box as HTML."""
        box = Note(f"{self.name}-box", self.box_title, (self.box,)).html if self.box else ""
        return f'<div class="finding"><p>{escape(self.text)}</p>{box}</div>'


@dataclass(frozen=True)
class Note(Block):
    """A box with a title: what a finding does not say."""

    name: str
    title: str
    paragraphs: tuple[str, ...]
    kind = "note"

    @property
    def html(self) -> str:
        """Box as HTML."""
        title = f'<p class="note-title">{escape(self.title)}</p>' if self.title else ""
        return f'<div class="note" role="note">{title}{_paragraphs(self.paragraphs)}</div>'


@dataclass(frozen=True)
class Prose(Block):
    """Paragraphs."""

    name: str
    paragraphs: tuple[str, ...]
    kind = "prose"

    @property
    def html(self) -> str:
        """Paragraphs as HTML."""
        return f'<div class="prose">{_paragraphs(self.paragraphs)}</div>'


@dataclass(frozen=True)
class Facts(Block):
    """A few big numbers, each with its words: pairs of (label, value), value already formatted."""

    name: str
    pairs: tuple[tuple[str, str], ...]
    kind = "facts"

    @property
    def html(self) -> str:
        """Numbers as an HTML description list."""
        items = "".join(f"<div><dt>{escape(label)}</dt><dd>{escape(value)}</dd></div>" for label, value in self.pairs)
        return f'<dl class="facts">{items}</dl>'


@dataclass(frozen=True)
class Cell:
    """A cell of a table: what is read, and the exact number for the download (NaN where there is none)."""

    text: str
    number: float | None = None


@dataclass(frozen=True)
class Table(Block):
    """A table with a caption; the first column names its rows.

    Parameters
    ----------
    name
        Its id on the page.
    caption
        What the table shows; required.
    heads
        Heads of the columns, each with `text` or `number` (alignment).
    rows
        One tuple of cells a row, as many as heads.

    Raises
    ------
    DataError
        There is no caption, or a row has another number of cells than there are heads.
    """

    name: str
    caption: str
    heads: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Cell, ...], ...]
    kind = "table"

    def __post_init__(self):
        if not self.caption.strip():
            raise DataError(f"Table {self.name!r} has no caption. Give it one.")
        if any(len(row) != len(self.heads) for row in self.rows):
            raise DataError(f"Table {self.name!r} has rows that do not match its {len(self.heads)} heads. Correct it.")

    @property
    def html(self) -> str:
        """Table as HTML, in a region that scrolls by keyboard where it is wide."""
        name = escape(self.name)
        heads = "".join(f'<th scope="col" class="{kind}">{escape(text)}</th>' for text, kind in self.heads)
        body = "".join(f"<tr>{self._row(row)}</tr>" for row in self.rows)
        return (
            f'<div class="scroll" tabindex="0" role="group" aria-labelledby="{name}-caption">'
            f'<table id="{name}"><caption id="{name}-caption">{escape(self.caption)}</caption>'
            f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
        )

    def _row(self, row: tuple[Cell, ...]) -> str:
        parts = []
        for index, (cell, (_, kind)) in enumerate(zip(row, self.heads, strict=True)):
            exact = "" if cell.number is None else f' data-v="{cell.number:.12g}"'
            tag, scope = ("th", ' scope="row"') if index == 0 else ("td", "")
            parts.append(f'<{tag}{scope} class="{kind}"{exact}>{escape(cell.text)}</{tag}>')
        return "".join(parts)


@dataclass(frozen=True)
class Figure(Block):
    """A chart with everything a reader needs who cannot see it, or does not trust it.

    Parameters
    ----------
    name
        Its id on the page.
    title, subtitle, caption
        The finding; what is plotted, unit and n; how to read it.
    alt
        Text alternative: what the chart shows, in a sentence or two.
    table
        The numbers behind it.
    chart
        The Plotly figure (`house.figure` makes one) or its JSON as a dict.
    fold
        Words of the fold that holds the table.

    Raises
    ------
    DataError
        One of the words or the table is missing, or the chart has nothing to draw.
    """

    name: str
    title: str
    subtitle: str
    caption: str
    alt: str
    table: Table
    chart: Any = field(repr=False)
    fold: str
    kind = "figure"

    def __post_init__(self):
        for part in ("title", "subtitle", "caption", "alt", "fold"):
            if not str(getattr(self, part) or "").strip():
                raise DataError(f"Figure {self.name!r} has no {part}. Give it one.")
        if not isinstance(self.table, Table):
            raise DataError(f"Figure {self.name!r} has no data table. Give it a Table.")
        chart = json.loads(self.chart.to_json(validate=False)) if hasattr(self.chart, "to_json") else self.chart
        chart = _plain(chart)
        if not chart.get("data"):
            raise DataError(f"Figure {self.name!r} draws nothing. Give it a trace, or show the reason as a sentence.")
        object.__setattr__(self, "chart", {"data": chart["data"], "layout": chart.get("layout", {})})

    @property
    def html(self) -> str:
        """Figure as HTML: words, an empty box with the chart's JSON beside it, and the folded table."""
        name, height = escape(self.name), int(self.chart["layout"].get("height", 420))
        data = json.dumps(self.chart, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        data = data.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
        return (
            f'<figure role="group" id="{name}" aria-labelledby="{name}-title">'
            f'<p class="title" id="{name}-title">{escape(self.title)}</p>'
            f'<p class="subtitle">{escape(self.subtitle)}</p>'
            f'<div class="pan"><div class="chart" role="img" aria-label="{escape(self.alt)}" data-height="{height}">'
            "</div></div>"
            f'<script type="application/json">{data}</script>'
            f"<figcaption>{escape(self.caption)}</figcaption>"
            f"<details><summary>{escape(self.fold)}</summary>{self.table.html}</details></figure>"
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict, dict]:
        data, marks = super()._repr_mimebundle_()
        return {PLOTLY: self._for_laboratory(), **data}, marks

    def _for_laboratory(self) -> dict[str, Any]:
        """Chart with its words inside, for JupyterLab, which draws the JSON alone."""
        title = {"text": escape(self.title), "subtitle": {"text": escape(self.subtitle)}, "x": 0, "xref": "container"}
        caption = {
            "text": "<br>".join(_lines(escape(self.caption))), "showarrow": False, "align": "left",
            "xref": "paper", "yref": "paper", "x": 0, "y": 0, "yshift": -60, "xanchor": "left", "yanchor": "top",
        }  # fmt: skip
        layout = dict(self.chart["layout"])
        margin = dict(layout.get("margin", {})) | {"t": 90, "b": 130}
        layout |= {"title": title, "margin": margin, "height": int(layout.get("height", 420)) + 120}
        layout["annotations"] = [*layout.get("annotations", []), caption]
        config = {"displaylogo": False, "showSendToCloud": False, "plotlyServerURL": ""}
        return {"data": self.chart["data"], "layout": layout, "config": config}


@dataclass(frozen=True)
class Fold(Block):
    """Something for those who want to know more, folded: a title, paragraphs, and perhaps another block."""

    name: str
    title: str
    paragraphs: tuple[str, ...] = ()
    block: Block | None = None
    kind = "fold"

    @property
    def html(self) -> str:
        """Fold as HTML."""
        inner = self.block.html if self.block else ""
        return (
            f'<details class="fold"><summary>{escape(self.title)}</summary>'
            f"{_paragraphs(self.paragraphs)}{inner}</details>"
        )


@dataclass(frozen=True)
class Group:
    """Several blocks from one cell, shown one after the other; none where there is nothing to say to this audience."""

    blocks: tuple[Block, ...]

    @property
    def html(self) -> str:
        """All blocks as HTML."""
        return "".join(block.html for block in self.blocks)

    def _ipython_display_(self) -> None:
        from IPython.display import display

        for block in self.blocks or (Prose("", ()),):
            display(block)


def _paragraphs(texts: tuple[str, ...]) -> str:
    return "".join(f"<p>{escape(text)}</p>" for text in texts)


def _plain(value: Any) -> Any:
    """Give the chart's JSON with only Plotly's own line breaks and emphasis left as markup in its texts."""
    if isinstance(value, str):
        return _NOT_PLOTLY_MARKUP.sub("&lt;", value) if "<" in value else value
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    return value


def _lines(text: str, width: int = 100) -> list[str]:
    lines = [""]
    for word in text.split(" "):
        if len(lines[-1]) + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
