"""Files damaged on purpose, of a small competition with workbooks, text files and a survey, and what became of them."""

from __future__ import annotations

import io
import random
import re
import resource
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from analysis import intake
from analysis.config import read_competition
from analysis.errors import DataError
from intake_folder import DOSSIERS, EDITION, folder, workbook

SOURCES = {
    "e01": DOSSIERS + EDITION + "[[scores]]\nfile = 'j*.xlsx'\nlayout = 'matrix'\n",
    "e02": DOSSIERS + EDITION + "[[scores]]\nfile = 'marks.csv'\nlayout = 'long'\n",
    "e03": EDITION + "[[surveys]]\nfile = 'survey.csv'\nlayout = 'poll'\nwave = 'w1'\ninstrument = 'clients'\n"
    "label = { pl = 'Fala', en = 'Wave' }\n",
}
"""One edition has the workbooks, one the marks as text, one the survey; a damaged file is read with its edition."""
LAYOUTS = """
[long]
kind = 'long'
dossier = ['Nr']
juror = 'Juror'
criterion = 'Kryterium'
score = 'Ocena'
[matrix]
kind = 'matrix'
dossier = ['Nr']
juror = { label = 'Juror' }
ignore = ['Data', 'Razem']
[poll]
kind = 'columns'
respondent = 'id'
office = 'urząd'
items = { 'Czas' = 'speed', 'Pomoc' = 'help' }
"""
COUNT = 12
NOTES = "Ł ą ę ś ż ź ó — „uwaga”"


@dataclass(frozen=True)
class Outcome:
    """What one damaged file came to, and what was said.

    Seconds are processor time of this process; those of the child are limited by the system (`child.SECONDS`).
    """

    kind: str
    how: str
    seconds: float
    said: str = ""


@dataclass
class World:
    """The small competition, its whole files by edition and name, and what its tables say when nothing is damaged."""

    raw: Path
    about: tuple
    whole: dict[tuple[str, str], bytes]
    sound: dict[str, dict[str, pd.DataFrame]] = field(default_factory=dict)

    def read(self, edition: str) -> dict[str, pd.DataFrame]:
        """Read one edition whole; the registers are read once."""
        return intake.read_edition(*self.about, edition, self.raw, None)


def world(path: Path) -> World:
    """Write the competition: two jurors in workbooks, one in a text file, and a survey."""
    editions = {
        name: text.replace("number = 1", f"number = {n}").replace("year = 2025", f"year = 202{n}")
        for n, (name, text) in enumerate(SOURCES.items(), start=1)
    }
    ids = [f"D{n}" for n in range(1, COUNT + 1)]
    dossiers = "dossier;office\n" + "".join(f"{name};o{name[1:]}\n" for name in ids)
    made = folder(path, edition=editions["e01"], layouts=LAYOUTS)
    raw = made.write(
        offices_dot_csv="office,name\n" + "".join(f"o{n},Urząd Gminy Bajkowo {n}\n" for n in range(1, COUNT + 1)),
        **{f"{name}__edition_dot_toml": text for name, text in editions.items()},
        e01__dossiers_dot_csv=dossiers,
        e02__dossiers_dot_csv=dossiers,
        e01__j1_dot_xlsx=sheet("j1", ids, 0),
        e01__j2_dot_xlsx=sheet("j2", ids, 1),
        e02__marks_dot_csv="Nr;Juror;Kryterium;Ocena;Uwagi\n"
        + "".join(
            f'{name};j3;{what};{n / 2:g};"{NOTES}"\n'.replace(".", ",")
            for n, name in enumerate(ids)
            for what in ("Kompetencje", "Obsługa")
        ),
        e03__survey_dot_csv="id;urząd;Czas;Pomoc\n"
        + "".join(f"r{n};Urząd Gminy Bajkowo {n % COUNT + 1};{n % 5 + 1};{(n + 2) % 5 + 1}\n" for n in range(30)),
    ).raw
    competition = read_competition(raw)
    names = [
        ("e01", "j1.xlsx"),
        ("e01", "j2.xlsx"),
        ("e02", "marks.csv"),
        ("e02", "dossiers.csv"),
        ("e03", "survey.csv"),
    ]
    whole = {place: raw.joinpath(*place).read_bytes() for place in names}
    start = World(raw, (competition, intake.read_registers(competition, raw)), whole)
    start.sound = {name: start.read(name) for name in SOURCES}
    return start


def sheet(juror: str, ids: list[str], shift: int) -> bytes:
    """A juror's workbook: a name, a header, a row an entry."""
    rows = [
        [name, (n + shift) % 20 / 2, (n + 3 * shift) % 20 / 2, NOTES if n % 5 else ""] for n, name in enumerate(ids)
    ]
    return workbook(Oceny=[["Juror", juror], [], ["Nr", "Kompetencje", "Obsługa", "Data"], *rows], Uwagi=[])


def try_out(start: World, place: tuple[str, str], kind: str, data: bytes) -> Outcome:
    """Put a damaged file in its place, read the whole edition, and put the whole file back."""
    path = start.raw.joinpath(*place)
    path.write_bytes(data)
    began, said = time.process_time(), ""
    try:
        how = judge(start.read(place[0]), start.sound[place[0]])
    except DataError as error:
        how, said = "refused", str(error)
        lines = said.splitlines()
        if not all(re.match(r".{3,2000}[.?…]$", line) for line in lines):
            how = "refused, but not in sentences"
    except Exception as error:  # the count of these is the result
        how, said = "traceback", f"{type(error).__name__}: {error}"
    seconds = time.process_time() - began
    path.write_bytes(start.whole[place])
    return Outcome(kind, how, seconds, said)


def judge(tables: dict[str, pd.DataFrame], sound: dict[str, pd.DataFrame]) -> str:
    """Tell whether every row is accounted for, and whether a changed value was named."""
    if not balanced(tables):
        return "rows unaccounted"
    same = values(tables) == values(sound)
    known = set(map(tuple, sound["findings"].drop(columns="count").to_numpy().tolist()))
    fresh = set(map(tuple, tables["findings"].drop(columns="count").to_numpy().tolist())) - known
    if same:
        return "read, nothing changed"
    return "read, changed and named" if fresh else "read, changed and not named"


def balanced(tables: dict[str, pd.DataFrame]) -> bool:
    """Tell if read = accepted + quarantined + excluded, and the tables hold as many cells as are accepted."""
    ledger = tables["ledger"]
    if (ledger["read"] != ledger["accepted"] + ledger["quarantined"] + ledger["excluded"]).any():
        return False
    cells = ledger[ledger["unit"] == "cell"].groupby(["kind", "file", "sheet"])["accepted"].sum()
    scores = tables["scores"].groupby(["file", "sheet"]).size()
    named = all(scores.get(place[1:], 0) == count for place, count in cells.items() if place[0] == "scores")
    return named and cells.get("survey", pd.Series(dtype=int)).sum() == len(tables["responses"])


def values(tables: dict[str, pd.DataFrame]) -> list:
    """What the tables say: who, what, how much."""
    scores = tables["scores"][["stage", "dossier", "juror", "criterion", "value", "missing"]]
    answers = tables["responses"][["respondent", "office", "item", "value", "missing"]]
    return [frame.fillna(-1).sort_values(list(frame.columns)).to_numpy().tolist() for frame in (scores, answers)]


def hurt_bytes(data: bytes, chance: random.Random) -> bytes:
    """Flip, cut, insert, repeat or blank bytes."""
    place, length = chance.randrange(len(data)), chance.choice([1, 2, 8, 64])
    way = chance.randrange(6)
    if way == 0:
        hurt = bytearray(data)
        for _ in range(chance.randint(1, 4)):
            hurt[chance.randrange(len(hurt))] = chance.randrange(256)
        return bytes(hurt)
    junk = bytes(chance.randrange(256) for _ in range(length))
    cut = {
        1: data[:place],
        2: data[:place] + data[place + length :],
        3: data[:place] + junk + data[place:],
        4: data[:place] + data[place : place + length] * 2 + data[place + length :],
    }
    return cut.get(way, data[:place] + bytes(length) + data[place + length :])


def hurt_xml(data: bytes, chance: random.Random) -> tuple[str, bytes]:
    """Damage the XML of a workbook: one of `XML`, in a part that has it."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = chance.choice(list(XML))
    XML[name](parts, chance)
    extra = parts.pop("again", None)
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
        if extra is not None:
            archive.fp.flush()
            archive.NameToInfo.pop(SHEET)
            archive.writestr(SHEET, extra)
    return name, sink.getvalue()


SHEET, STRINGS, STYLES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"
BOMB = b"<!DOCTYPE x [<!ENTITY a '" + b"a" * 500 + b"'><!ENTITY b '" + b"&a;" * 500 + b"'>"
BOMB += b"<!ENTITY c '" + b"&b;" * 500 + b"'>]>"


def _swap(part: str, pattern: bytes, *choices: bytes | Callable) -> Callable:
    """One occurrence of a pattern, at random, becomes one of the choices."""

    def change(parts: dict[str, bytes], chance: random.Random) -> None:
        met = list(re.finditer(pattern, parts[part]))
        one, made = chance.choice(met), chance.choice(choices)
        text = made(one, chance) if callable(made) else made
        parts[part] = parts[part][: one.start()] + text + parts[part][one.end() :]

    return change


def _drop(part: str) -> Callable:
    return lambda parts, chance: parts.pop(part)


def _cut(part: str) -> Callable:
    def change(parts: dict[str, bytes], chance: random.Random) -> None:
        parts[part] = parts[part][: chance.randrange(len(parts[part]))]

    return change


def _letters(part: str) -> Callable:
    """A few characters anywhere become others."""

    def change(parts: dict[str, bytes], chance: random.Random) -> None:
        text = parts[part]
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(text))
            put = chance.choice([b"", b"<", b">", b'"', b"9", b"A", b"&x;", b"/", b" ", b"\0", "ą".encode(), b"\xff"])
            text = text[:at] + put + text[at + chance.randint(0, 3) :]
        parts[part] = text

    return change


def _again(parts: dict[str, bytes], chance: random.Random) -> None:
    parts["again"] = parts[SHEET].replace(b"<v>1</v>", b"<v>2</v>")


def _other_sheet(parts: dict[str, bytes], chance: random.Random) -> None:
    book = chance.choice([b"worksheets/none.xml", b"../../../etc/passwd", b"sharedStrings.xml", b""])
    parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace(b"worksheets/sheet1.xml", book)


CELL, ROW, VALUE = rb' r="[A-Z]+[0-9]+"', rb'<row r="[0-9]+"', rb"<v>[^<]*</v>"
FAR = (b' r="XFD1048576"', b' r="A1048576"', b' r="ZZZ9"', b' r="A99999999"', b' r=""', b' r="b7"', b' r="$B$7"', b"")
XML: dict[str, Callable] = {
    "dimension": _swap(SHEET, rb'ref="[^"]*"', b'ref="A1"', b'ref="A1:XFD1048576"', b'ref="??"', b""),
    "address of a cell": _swap(SHEET, CELL, *FAR),
    "address of another cell": _swap(SHEET, CELL, lambda met, chance: b' r="B%d"' % chance.randint(1, 18)),
    "number of a row": _swap(SHEET, ROW, b'<row r="1048576"', b'<row r="4"', b'<row r="-1"', b'<row r="x"', b"<row"),
    "a row twice": _swap(SHEET, rb"<row.*?</row>", lambda met, chance: met[0] * 2),
    "value of a cell": _swap(SHEET, VALUE, *(b"<v>%s</v>" % text for text in
                             (b"NaN", b"3,5", b"1e400", b"", b"inf", b"-1", b"0x1F", b"9" * 400, b" 5 ", b"1_0"))),
    "no value": _swap(SHEET, VALUE, b"", b"<f>A1+1</f>", b"<f>A1</f><v></v>", b"<v>1</v><v>2</v>"),
    "type of a cell": _swap(SHEET, rb' t="s"', b' t="e"', b' t="b"', b' t="str"', b' t="d"', b' t="n"', b' t="?"', b""),
    "error": _swap(SHEET, rb"<c ([^>]*)><v>[^<]*</v>", lambda met, chance: b'<c %s t="e"><v>#DZIEL/0!</v>' % met[1]),
    "style of a cell": _swap(SHEET, rb"<c ", b'<c s="999" ', b'<c s="-1" ', b'<c s="x" '),
    "merged": _swap(SHEET, rb"</sheetData>", *(b'</sheetData><mergeCells><mergeCell ref="%s"/></mergeCells>' % area
                    for area in (b"B4:B6", b"A1:XFD1048576", b"?", b"C9:A1", b"A4:C4"))),
    "hidden": _swap(SHEET, rb"<row ", b'<row hidden="1" '),
    "entities": _swap(SHEET, rb"<worksheet", BOMB + b"<worksheet", b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><worksheet'),
    "element": _swap(SHEET, rb"<[/a-z][^>]*>", b"", b"<c>", b"</row>", b"<x/>"),
    "character set": _swap(SHEET, rb'encoding="UTF-8"', b'encoding="UTF-16"', b'encoding="cp1250"', b'encoding="?"'),
    "sheet cut": _cut(SHEET),
    "sheet letters": _letters(SHEET),
    "sheet gone": _drop(SHEET),
    "sheet elsewhere": _other_sheet,
    "sheet twice": _again,
    "strings gone": _drop(STRINGS),
    "strings cut": _cut(STRINGS),
    "strings letters": _letters(STRINGS),
    "string": _swap(STRINGS, rb"<si>.*?</si>", b"", b"<si/>", b"<si><t>" + b"x" * 40_000 + b"</t></si>"),
    "styles gone": _drop(STYLES),
    "styles cut": _cut(STYLES),
    "styles letters": _letters(STYLES),
    "book letters": _letters("xl/workbook.xml"),
    "relations letters": _letters("xl/_rels/workbook.xml.rels"),
    "types letters": _letters("[Content_Types].xml"),
    "bomb": _swap(STRINGS, rb"</sst>", b" " * 12_000_000 + b"</sst>"),
    "many rows": _swap(SHEET, rb"</sheetData>", b"<row/>" * 100_000 + b"</sheetData>"),
}  # fmt: skip


def hurt_text(data: bytes, chance: random.Random) -> tuple[str, bytes]:
    """Damage a text file: one of `TEXT`."""
    name = chance.choice(list(TEXT))
    return name, TEXT[name](data, chance)


def _insert(*choices: bytes) -> Callable:
    def change(data: bytes, chance: random.Random) -> bytes:
        at = chance.randrange(len(data))
        return data[:at] + chance.choice(choices) + data[at + chance.randint(0, 2) :]

    return change


def _lines(change: Callable) -> Callable:
    def changed(data: bytes, chance: random.Random) -> bytes:
        lines = data.splitlines(keepends=True)
        change(lines, chance)
        return b"".join(lines)

    return changed


def _set(data: bytes, chance: random.Random) -> bytes:
    names = ("cp1250", "iso8859-2", "cp852", "utf-16", "utf-16-le", "utf-8-sig", "utf-32", "utf-7")
    return data.decode().encode(chance.choice(names), errors="replace")


TEXT: dict[str, Callable] = {
    "quote": _insert(b'"', b'""', b'";"', b'"\n', b"'"),
    "zero byte": _insert(b"\0", b"\0" * 50, b"\x1a"),
    "odd bytes": _insert(b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xc4", b"\x81\x9d", b"\xe2\x80\xa8"),
    "separator": _insert(b";", b",", b"\t", b";" * 500, b"|"),
    "line end": _insert(b"\n", b"\r", b"\r\n", b"\x0b", b"\x0c", b"\x85", b"\n" * 300),
    "number": _insert(b"1.234", b"1e9", b"-", b"NaN", b"inf", b"03.maj", b"#DZIEL/0!", "٣".encode(), b"4/5"),
    "long field": _insert(b"x" * 200_000, b"9" * 5_000),
    "character set": _set,
    "line ends": lambda data, chance: data.replace(b"\n", chance.choice([b"\r", b"\r\n", b"\n\n", b"\n\r", b"\x1e"])),
    "separators": lambda data, chance: data.replace(b";", chance.choice([b",", b"\t", b"|", b"; ", b":", b";;"])),
    "line twice": _lines(lambda lines, chance: lines.insert(chance.randrange(len(lines)), chance.choice(lines))),
    "line gone": _lines(lambda lines, chance: lines.pop(chance.randrange(len(lines)))),
    "lines mixed": _lines(lambda lines, chance: chance.shuffle(lines)),
    "sep=": lambda data, chance: chance.choice([b"sep=;\n", b"sep=,\n", b"sep=\n", b"sep=;;\r\n"]) + data,
    "bytes": hurt_bytes,
}


def mutants(start: World, count: int, seed: int) -> list[Outcome]:
    """Try out so many damaged files, by turns a workbook's bytes, its XML, and a text file."""
    chance, outcomes = random.Random(seed), []
    for number in range(count):
        way = ("xlsx bytes", "xlsx XML", "csv")[number % 3]
        places = [place for place in start.whole if place[1].endswith(way.split()[0])]
        place = chance.choice(places)
        hurt = {"csv": hurt_text, "xlsx XML": hurt_xml}.get(way, lambda data, chance: ("", hurt_bytes(data, chance)))
        kind, data = hurt(start.whole[place], chance)
        outcomes.append(try_out(start, place, f"{way} {kind}".strip(), data))
    return outcomes


def report(outcomes: list[Outcome]) -> str:
    """A table: kinds of damage down, what became of them across."""
    ways = sorted({outcome.how for outcome in outcomes})
    groups: dict[str, Counter] = {}
    for outcome in outcomes:
        for group in (
            outcome.kind,
            " ".join(outcome.kind.split()[: 2 if outcome.kind.startswith("x") else 1]) + " (all)",
        ):
            groups.setdefault(group, Counter())[outcome.how] += 1
    lines = [f"{'':32}" + "".join(f"{way:>30}" for way in ways)]
    lines += [f"{kind:32}" + "".join(f"{met[way]:30d}" for way in ways) for kind, met in sorted(groups.items())]
    slow = max(outcomes, key=lambda outcome: outcome.seconds)
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1000
    lines.append(f"slowest: {slow.seconds:.2f} s ({slow.kind}); largest child: {child} MB")
    return "\n".join(lines)
