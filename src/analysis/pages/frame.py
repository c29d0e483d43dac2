"""What stands around the blocks of a page: its words, style, script, and what it may load (nothing)."""

from __future__ import annotations

import base64
import functools
import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from importlib import resources
from typing import Any

from plotly.offline import get_plotlyjs

from analysis.config import Competition
from analysis.pages import house
from analysis.pages.words import Words

_STYLE_IDS = re.compile(r'getElementById\("([0-9a-f]{64})"\)')
# Contents of style elements and attributes the library makes: none (it fills them through the object model), and
# what emphasis in chart texts (`<b>`, `<i>`, `<sup>`, `<sub>`) becomes.
_LIBRARY_STYLES = ("", "font-weight:bold", "font-style:italic", "font-size:70%")


@dataclass(frozen=True)
class Links:
    """Relative ways from a page: to the door, to the colophon ("" = none), and to the page in other languages."""

    door: str
    colophon: str = ""
    others: tuple[tuple[str, str], ...] = ()


def frame(competition: Competition, words: Words, links: Links, *, title: str, key: str, charts: bool) -> dict:
    """Give what the page template needs besides the blocks.

    Parameters
    ----------
    competition
        Configuration: owner, kind of data.
    words
        Words of the page's language.
    links
        Relative ways from the page.
    title
        Title of the page, for the running head in print.
    key
        Key of the page, for its foot.
    charts
        Whether the page has a chart, and so needs the chart library.
    """
    css, js = _asset("page.css"), _asset("page.js")
    owner = _text(competition.title, words)
    running = _running(f"{title} · {owner}", "" if competition.data == "real" else words.text("page.csv_simulated"))
    said = ("site", "skip", "contents", "door", "colophon", "key", "no_script")
    return {
        "language": words.language,
        "owner": owner,
        "door": links.door,
        "colophon": links.colophon,
        "others": [
            {"language": name, "href": href, "text": Words(name).text("page.own")} for name, href in links.others
        ],
        "banner": "" if competition.data == "real" else words.text(f"page.{competition.data}"),
        "credit": _text(competition.credit, words),
        "words": {name: words.text(f"page.{name}") for name in said},
        "key": key,
        "css": css,
        "running": running,
        "js": js,
        "settings": _settings(competition, words, charts),
        "plotly": _library()[0] if charts else "",
        "policy": _policy((js, _library()[1]) if charts else (js,), (css, running)),
    }


def _settings(competition: Competition, words: Words, charts: bool) -> str:
    """Settings of the page script, as JSON that cannot end its element."""
    settings = {
        "language": words.language,
        "csv": "" if competition.data == "real" else words.text(f"page.csv_{competition.data}"),
        "words": {name: words.text(f"page.{name}") for name in ("csv", "picture")},
        "dark": house.DARK,
        "taken": _library()[2] if charts else [],
    }
    return json.dumps(settings, ensure_ascii=False, sort_keys=True).replace("<", "\\u003c")


def _text(text: dict[Any, str], words: Words) -> str:
    return text.get(words.language) or next(iter(text.values()), "")


def _running(head: str, mark: str) -> str:
    """Style of the printed sheet: A4, running title, page numbers."""
    return (
        "@page { size: A4; margin: 20mm 18mm 18mm;"
        f" @top-left {{ content: {_css(head)}; font: 8pt sans-serif; color: #56626d; }}"
        f" @top-right {{ content: {_css(mark)}; font: 8pt sans-serif; color: #56626d; }}"
        ' @bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif; color: #56626d; } }'
    )


def _css(text: str) -> str:
    """Quote a text for CSS; what could end the string or the element is written as a code point."""
    return (
        '"'
        + "".join(letter if letter.isalnum() or letter in " ·.,-" else f"\\{ord(letter):x} " for letter in text)
        + '"'
    )


def _policy(scripts: tuple[str, ...], styles: tuple[str, ...]) -> str:
    """Content security policy: nothing from anywhere, and of what is inside only what has these hashes."""
    return (
        f"default-src 'none'; script-src {' '.join(map(_hash, scripts))}; "
        f"style-src 'unsafe-hashes' {' '.join(map(_hash, (*styles, *_LIBRARY_STYLES)))}; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    """Source expression of an inline element: text or a ready expression."""
    if text.startswith("'sha256-"):
        return text
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@functools.cache
def _asset(name: str) -> str:
    return (resources.files("analysis.pages") / "template" / name).read_text("utf-8")


@functools.cache
def _library() -> tuple[str, str, list[str]]:
    """Chart library: packed (gzip, base64), source expression of what it unpacks to, ids of styles it would add."""
    source = get_plotlyjs()
    packed = gzip.compress(source.encode(), compresslevel=9, mtime=0)
    return base64.b64encode(packed).decode(), _hash(source), sorted(set(_STYLE_IDS.findall(source)))
