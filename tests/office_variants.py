"""Names of offices as people write them: variants of official names, with a fixed seed."""

from __future__ import annotations

import re
import unicodedata

SHORT = {
    "Urząd Miasta i Gminy": "UMiG",
    "Urząd Gminy i Miasta": "UGiM",
    "Urząd Marszałkowski": "UM",
    "Starostwo Powiatowe": "Starostwo",
    "Urząd Dzielnicy": "UD",
    "Urząd Miejski": "UM",
    "Urząd Miasta": "UM",
    "Urząd Gminy": "UG",
    "Powiatowy Urząd Pracy": "PUP",
}
UNITS = {
    "Urząd Miasta i Gminy": "Miasto i Gmina",
    "Urząd Gminy i Miasta": "Gmina i Miasto",
    "Urząd Miejski": "Miasto",
    "Urząd Miasta": "Miasto",
    "Urząd Gminy": "Gmina",
    "Urząd Dzielnicy": "Dzielnica",
}
KEYBOARD = "abcdefghijklmnoprstuwyz"


def bare(text):
    """The text without Polish diacritics."""
    decomposed = unicodedata.normalize("NFD", text.replace("ł", "l").replace("Ł", "L"))
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def head(name):
    """The words of the kind, as the official name has them; empty where they are none of these."""
    return next((words for words in SHORT if name.startswith(words + " ")), "")


def typo(text, rng):
    """The text with one letter lost, doubled, exchanged or swapped with the next."""
    at = rng.choice([i for i, sign in enumerate(text[:-1]) if sign.isalpha() and text[i + 1].isalpha()])
    return rng.choice(
        [
            text[:at] + text[at + 1 :],
            text[:at] + text[at] + text[at:],
            text[:at] + rng.choice(KEYBOARD) + text[at + 1 :],
            text[:at] + text[at + 1] + text[at] + text[at + 2 :],
        ]
    )


def variants(name, place, *, unit="", cases=("", ""), region="", rng):
    """Kind of variant → text, for one office.

    Parameters: its official name, its place in the nominative as the name means it, the name of the unit it
    serves, its place in the locative and the genitive where they are known, and its voivodeship.
    """
    locative, genitive = cases
    kind = head(name)
    rest = name.removeprefix(kind).strip()
    made = {"capitals": name.upper(), "no_diacritics": bare(name), "spaces": re.sub(" ", "  ", name) + " "}
    made["small_letters"] = name.lower()
    short = f"{SHORT[kind]} {place}" if kind in SHORT else name
    made["typo"] = typo(rng.choice([name, short]), rng)
    if kind in ("", "Urząd Marszałkowski"):
        return made | ({"unit": unit} if unit else {})
    made["short"] = short
    made["short_as_written"] = f"{SHORT[kind]} {rest}"
    made["short_bare_capitals"] = bare(short).upper()
    if region:
        made["voivodeship"] = f"{short}, woj. {region}"
    made["order"] = f"{place}, {kind}"
    made["order_short"] = f"{place} - {SHORT[kind]}"
    made["nominative"] = f"{kind} {place}"
    if locative:
        made["locative"] = f"{kind} w {locative}"
    if genitive and kind in ("Urząd Miasta", "Urząd Miejski"):
        made["genitive"] = f"Urząd Miasta {genitive}"
    if kind in UNITS:
        made["unit"] = f"{UNITS[kind]} {place}"
    if kind == "Starostwo Powiatowe" and unit:
        made["unit"] = unit
        made["adjective"] = f"Starostwo {unit.split(' ', 1)[1]}".removesuffix("i") + "ie"
    return made
