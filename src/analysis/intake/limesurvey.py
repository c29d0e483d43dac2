"""LimeSurvey's ways of heading columns and writing answers, and its `.txt` of the questionnaire as a codebook."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from analysis.errors import DataError
from analysis.intake.cells import fold
from analysis.intake.grid import Sheet, key

MODES = {
    "code": "codes (Q1[SQ001])",
    "expression": "codes of the ExpressionScript (Q1_SQ001)",
    "code_text": "codes with texts (Q1[SQ001]. Text)",
    "full": "full texts (Question [Subquestion])",
    "abbreviated": "shortened texts (First words.. [Subquestion])",
}
"""The five ways an export heads its columns."""

THREE_WAY = (
    (("y", "yes", "tak"), ("u", "uncertain", "niepewny", "niepewna", "nie wiem"), ("n", "no", "nie")),
    (("i", "increase", "wzrost"), ("s", "same", "bez zmian", "tak samo"), ("d", "decrease", "spadek")),
)
"""Answers of the arrays yes/uncertain/no and increase/same/decrease, from the most to the least."""


@dataclass(frozen=True)
class Codebook:
    """What a questionnaire says: code of a column → its full texts; question → {folded label: code}."""

    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    answers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def read_structure(sheet: Sheet) -> Codebook:
    """Read the tab-separated structure of a questionnaire: a row a group, question, subquestion or answer and language.

    Raises
    ------
    DataError
        The file lacks the columns `class`, `name`, `text` or `language`.
    """
    header = [key(text) for text in sheet.cells[0]]
    lacking = [name for name in ("class", "name", "text", "language") if name not in header]
    if lacking:
        raise DataError(
            f"{sheet.where}: not the structure of a LimeSurvey questionnaire, for it lacks the column {lacking[0]!r}. "
            "Export the survey as a tab-separated structure (.txt)."
        )
    kinds, names, words, languages = (sheet.cells[1:, header.index(n)] for n in ("class", "name", "text", "language"))
    questions: dict[tuple[str, str], str] = {}
    texts: dict[str, list[str]] = {}
    answers: dict[str, dict[str, str]] = {}
    question = ""
    for kind, name, text, language in zip(kinds, names, words, languages, strict=True):
        plain = flat(text)
        if kind == "Q":
            question = name
            questions[name, language] = plain
            texts.setdefault(name, []).append(plain)
        elif kind == "SQ":
            whole = f"{questions.get((question, language), '')} [{plain}]"
            texts.setdefault(f"{question}[{name}]", []).append(whole)
        elif kind == "A":
            answers.setdefault(question, {})[fold(plain)] = name
    return Codebook({code: tuple(dict.fromkeys(said)) for code, said in texts.items()}, answers)


def flat(text: str) -> str:
    r"""Give a text of the questionnaire as a heading shows it: no tags, no line breaks, no doubled blanks.

    >>> flat("<p>Czas\\nzałatwienia  sprawy</p>")
    'Czas załatwienia sprawy'
    """
    return " ".join(re.sub(r"<[^>]*>", " ", text.replace("\\n", " ")).split())


def expression(name: str) -> str:
    """Give the ExpressionScript code of a column.

    >>> expression("Q1[SQ001]"), expression("Q2[SQ001][2]"), expression("Q3")
    ('Q1_SQ001', 'Q2_SQ001_1', 'Q3')
    """
    question, *parts = re.split(r"[\[\]]+", name.rstrip("]"))
    if len(parts) == 2 and parts[1].isdigit():
        parts[1] = str(int(parts[1]) - 1)
    return "_".join([question, *parts])


def headings(headers: Sequence[str], names: Sequence[str], *, book: Codebook, where: str) -> dict[str, str]:
    """Find the columns that a layout names by code, however the export heads them.

    Parameters
    ----------
    headers : sequence of str
        The header row.
    names : sequence of str
        Codes (Q1[SQ001]); a name that no column fits is left out.
    book : Codebook
        The questionnaire, empty where the layout names none.
    where : str
        The file, for errors.

    Returns
    -------
    dict
        Name → header.

    Raises
    ------
    DataError
        Some columns are headed in one way and some in another, or two columns fit one name.
    """
    found = {name: _fitting(headers, name, book) for name in names}
    found = {name: modes for name, modes in found.items() if modes}
    shared = [mode for mode in MODES if all(mode in modes for modes in found.values())]
    if found and not shared:
        one = next(iter(found))
        other = next((name for name, modes in found.items() if not set(modes) & set(found[one])), one)
        told = [f"{name!r} by {MODES[next(iter(found[name]))]}" for name in (one, other)]
        raise DataError(f"{where}: the headings are mixed: {told[0]}, {told[1]}. Export the survey again in one way.")
    chosen = {name: modes[shared[0]] for name, modes in found.items()}
    for name, fits in chosen.items():
        if len(fits) > 1:
            quoted = " and ".join(map(repr, fits[:2]))
            raise DataError(f"{where}: {name!r} may be {quoted}. Export the survey again with codes as headings.")
    return {name: fits[0] for name, fits in chosen.items()}


def _fitting(headers: Sequence[str], name: str, book: Codebook) -> dict[str, list[str]]:
    """Ways of heading → the headers that fit the name in that way."""
    tests: dict[str, Callable[[str], bool]] = {
        "code": lambda header: key(header) == key(name),
        "expression": lambda header: key(header) == key(expression(name)),
        "code_text": re.compile(re.escape(name) + r"(?![\w\[]).+", re.IGNORECASE | re.DOTALL).fullmatch,
        "full": lambda header: any(_same(header, text) for text in book.texts.get(name, ())),
        "abbreviated": lambda header: any(_shortened(header, text) for text in book.texts.get(name, ())),
    }
    fits = {mode: [header for header in headers if header and test(header)] for mode, test in tests.items()}
    return {mode: list(dict.fromkeys(several)) for mode, several in fits.items() if several}


def _same(header: str, text: str) -> bool:
    return key(flat(header).replace("_", " ")) == key(text.replace("_", " "))


def _shortened(header: str, text: str) -> bool:
    """Whether each part of the heading is the part of the text, or its beginning before two points."""
    one, other = (re.split(r" \[(?=[^\[]*\]$)", part.rstrip()) for part in (flat(header), text))
    if len(one) != len(other):
        return False

    def begins(part: str, whole: str) -> bool:
        part, whole = key(part.rstrip("] ")), key(whole.rstrip("] "))
        return whole.startswith(part.rstrip(".… ")) if part.endswith(("..", "…")) else part == whole

    return all(begins(part, whole) for part, whole in zip(one, other, strict=True))


def without_guard(texts: np.ndarray) -> np.ndarray:
    r"""Take away what an export adds: the apostrophe before a formula, `\n` for a line break inside a cell.

    >>> without_guard(np.array(["'=1+1", "a\\nb", "'tis"], dtype=object)).tolist()
    ['=1+1', 'a b', "'tis"]
    """
    plain = [text[1:] if text[:1] == "'" and text[1:2] in "=+-@" and len(text) > 1 else text for text in texts]
    return np.array([text.replace("\\n", " ") if "\\n" in text else text for text in plain] or [], dtype=object)


def three_way(distinct: Sequence[str], levels: Sequence[float]) -> dict[str, float]:
    """Give folded answers of a yes/uncertain/no or increase/same/decrease array with their levels.

    Empty where other answers occur, or the scale has not two or three levels.
    """
    met = {fold(text) for text in distinct if text and fold(text) != "n/a"}
    if len(levels) not in (2, 3) or not met or all(re.fullmatch(r"[0-9.,]+", text) for text in met):
        return {}
    values = (levels[-1], levels[1] if len(levels) == 3 else None, levels[0])
    for words in THREE_WAY:
        meant = {fold(w): v for group, v in zip(words, values, strict=True) for w in group if v is not None}
        if met <= set(meant):
            return meant
    return {}
