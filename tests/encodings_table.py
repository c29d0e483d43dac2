"""Polish survey files and single words, written in every character set that Polish programs use."""

from __future__ import annotations

import csv
import io

import numpy as np

UNICODE = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-16-le+bom", "utf-16-be+bom")
OLD = ("cp1250", "iso8859-2", "cp852", "mac_latin2")
SIZES = (1, 2, 3, 4, 5, 7, 10, 14, 20, 30, 50, 70, 100, 200, 300, 500, 1000)
SEEDS = range(3)
WORDS = (
    *("źle", "Świt", "ląd", "Łoś", "Ślązak", "Gżegżółka", "żółć", "ćma", "gęś", "łódź", "być", "koń"),
    *("świnia", "Źdźbło", "ósmy", "mąż", "Żuk", "pięć", "tłok", "wieś", "kość", "słoń", "dąb", "Ćmielów"),
)
PLACES = ("Łódź", "Gdańsk", "Świętomyśl", "Żółwin", "Bajkowo", "Źrebce", "Kraśnik", "Ćmin", "Nibywo", "Poznań")
COMMENTS = (
    *("bardzo dobrze", "źle", "Pani była miła", "za długo czekałem", "wszystko w porządku", "nie mam zdania"),
    *("świetna obsługa!", "kolejka… dłużyzna", "próg za wysoki", "więcej okienek", "", "–", "„dziękuję”", "1 200 zł"),
)
PEOPLE = (  # foreign names that the sets of Central Europe can write
    *("Müller", "Dvořák", "Šimůnek", "François", "Orbán", "Gödöllő", "Čapek", "Großmann", "Nováková", "Łukasiewicz"),
    *("Żak", "Ďurica", "Kowalska", "Wiśniewski", "Böhm", "Szűcs"),
)


def survey(rows: int, seed: int) -> str:
    """Write a survey of `rows` answers with Polish headers, decimal commas and foreign names."""
    rng = np.random.default_rng((rows, seed))
    sink = io.StringIO(newline="")
    writer = csv.writer(sink, delimiter=";", lineterminator="\r\n")
    writer.writerow(["Nr", "Urząd", "Osoba", "Jakość obsługi", "Średnia", "Uwagi"])
    for number in range(1, rows + 1):
        place, person, said = (rng.choice(texts) for texts in (PLACES, PEOPLE, COMMENTS))
        mean = f"{rng.uniform(1, 5):.2f}".replace(".", ",")
        writer.writerow([number, f"Urząd Gminy {place}", person, rng.integers(1, 6), mean, said])
    return sink.getvalue()


def written(text: str, encoding: str) -> tuple[str, bytes]:
    """Give a text as the character set can write it (typographic marks made plain where it has none), and its bytes."""
    if encoding.endswith("+bom"):
        plain = encoding.removesuffix("+bom")
        return text, "\ufeff".encode(plain) + text.encode(plain)
    lacking = {sign for sign in set(text) if not _writes(encoding, sign)}
    kept = text.translate({ord(sign): _PLAIN.get(sign, "?") for sign in lacking})
    return kept, kept.encode(encoding)


_PLAIN = {"…": "...", "–": "-", "„": "'", "”": "'"}


def _writes(encoding: str, sign: str) -> bool:
    try:
        sign.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
