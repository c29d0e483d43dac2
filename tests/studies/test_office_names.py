"""Names of the 2,825 offices of local government in Poland as people write them, linked to the register.

A tenth of the offices is kept out of the register; half of the offices tuned the endings, the other half is reported.
The closed lists (adjectives of counties, names that several gminas share) cover the whole country.
"""

from __future__ import annotations

import random
import time
from collections import Counter, defaultdict
from pathlib import Path

import pandas as pd
import pytest
from tests.office_variants import SHORT, head, variants

from analysis.intake import inflection, matching
from analysis.intake.identity import named
from analysis.intake.matching import index_offices
from analysis.intake.offices import plain
from analysis.schema import OFFICES, conform

FILE = "polska_jednostki/baza_teleadresowa_jst_2021-05-19_cp1250.csv"
DIRECTORY = Path(__file__).parents[3] / "shared" / "data" / FILE
SEED = 20260922
OUTSIDE = 0.1
INVENTED = (
    *("Bajkowo", "Nibywo", "Zmyślona", "Urojów", "Fikcyjna Wola", "Nowy Zmyślin", "Bajdurzyn", "Wymyślin Dolny"),
    *("Koziołkowo Małe", "Niedoszłów", "Przykładów", "Wielka Nibylandia", "Bezimienne", "Gdziekolwiek", "Nigdziewo"),
)

pytestmark = pytest.mark.skipif(not DIRECTORY.exists(), reason="the directory of offices is not beside the repository")


def directory():
    """The directory; whether an office is kept out of the register, and whether it is in the half that is reported."""
    raw = pd.read_csv(DIRECTORY, sep=";", encoding="cp1250", dtype=str).fillna("")
    raw = raw.apply(lambda column: column.str.strip())
    heads = {"Kod_TERYT": "office", "nazwa_urzędu_JST": "name", "Województwo": "region", "miejscowość": "place"}
    raw = raw.rename(columns=heads | {"nazwa_samorządu": "unit", "typ_JST": "type"})
    rng = random.Random(SEED)
    raw["reported"] = [rng.random() < 0.5 for _ in range(len(raw))]
    raw["outside"] = [rng.random() < OUTSIDE for _ in range(len(raw))]
    return raw


def place_of(name, place):
    """The place in the nominative as the name means it, and its locative where the name has it."""
    rest = " ".join(name.removeprefix(head(name)).split())
    locative = rest.split(" ", 1)[1] if rest.startswith(("w ", "we ")) else ""
    bare = locative or rest
    same = plain(place)[:3] == plain(bare)[:3] and bare.count(" ") == place.count(" ")
    return (place if same or locative or not head(name) else rest), locative


def inflected(place, case):
    """The one form of a place in a case that the dictionary of inflection has, or nothing."""
    if inflection.morfeusz2 is None or " " in place or "-" in place:
        return ""
    dictionary = inflection.morfeusz2.Morfeusz(analyse=False)
    forms = set()
    for form, lemma, tag, labels, _ in dictionary.generate(place):
        part, *rest = tag.split(":")
        cases = rest[1].split(".") if len(rest) > 1 else []
        if lemma.split(":")[0] == place and part == "subst" and "nazwa_geograficzna" in labels and case in cases:
            forms.add(form)
    return forms.pop() if len(forms) == 1 else ""


@pytest.fixture(scope="module")
def written():
    """The directory, and (kind of variant, text, office) of every office of the half that is reported."""
    offices, rng, rows = directory(), random.Random(SEED + 1), []
    for row in offices[offices["reported"]].itertuples():
        place, locative = place_of(row.name, row.place)
        made = variants(
            row.name,
            place,
            unit=row.unit if row.type in ("P", "W") else "",
            cases=(locative or inflected(place, "loc"), inflected(place, "gen")),
            region=row.region,
            rng=rng,
        )
        rows += [(kind, text, row.office) for kind, text in made.items()]
    return offices, rows


def known(offices):
    register = conform(offices[~offices["outside"]], OFFICES)
    names = named("office", "offices.csv", {row.office: [row.name] for row in register.itertuples()})
    names.finder = index_offices(register)
    return set(register["office"]), names


@pytest.mark.parametrize(("dictionary", "least"), [(False, 0.75), (True, 0.88)], ids=["endings", "dictionary"])
def test_real_offices_are_found_by_their_variants_and_others_are_not(written, dictionary, least, monkeypatch):
    if dictionary and inflection.morfeusz2 is None:
        pytest.skip("morfeusz2 (the extra `polish`) is not installed")
    if not dictionary:
        monkeypatch.setattr(inflection, "morfeusz2", None)
    inflection.known_nominatives.cache_clear()
    offices, rows = written
    begun = time.monotonic()
    inside, names = known(offices)
    links = [(kind, text, office, names.find(text)) for kind, text, office in rows]
    spent = time.monotonic() - begun
    total, right, false = Counter(), Counter(), defaultdict(list)
    settled = 0
    for kind, text, office, link in links:
        if office in inside:
            total[kind] += 1
            right[kind] += link == office
            if link is None:
                settled += office in [near for near, *_ in names.finder.suggestions(text)]
        if link and link != office:
            false[kind].append(text)
    wrong = sum(map(len, false.values()))
    share = wrong / (right.total() + wrong)
    recall, reviewed = right.total() / total.total(), (right.total() + settled) / total.total()
    title = "endings and dictionary" if dictionary else "endings alone"
    print(f"\n{title}: {len(inside)} offices in the register, {len(rows)} names in {spent:.1f} s")
    for kind in total:
        part = f"{right[kind]:5} of {total[kind]:5} = {right[kind] / total[kind]:6.1%}"
        print(f"  {kind:20} {part}  false links {len(false[kind])}")
    print(f"  linked {recall:.1%}, with the review {reviewed:.1%}, false links {wrong} = {share:.2%} of all")
    assert recall >= least
    assert reviewed >= 0.97
    assert share <= 0.003
    assert spent < 60


def test_invented_offices_link_to_nothing(written):
    _, names = known(written[0])
    rng = random.Random(SEED + 2)
    texts = [
        text
        for place in INVENTED
        for kind in SHORT
        for text in variants(f"{kind} {place}", place, rng=rng).values()
        if kind != "Urząd Marszałkowski"
    ]
    linked = {text: names.find(text) for text in texts if names.find(text)}
    print(f"\n{len(texts)} names of invented offices, {len(linked)} linked")
    assert not linked


def test_offices_of_two_kinds_in_one_place_never_meet(written):
    offices, _ = written
    register = conform(offices[offices["type"] == "GM"], OFFICES)
    index = matching.index_offices(register)
    rural = offices[(offices["type"] == "GW") & offices["place"].isin(register["place"])]
    texts = [text for row in rural.itertuples() for text in (row.name, f"UG {row.place}", f"Gmina {row.place}")]
    print(f"\n{len(texts)} names of rural gminas whose town is in the register, all apart from it")
    assert len(texts) > 300
    assert not [text for text in texts if index.find(text)]
