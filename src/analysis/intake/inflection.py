"""Polish place names in their cases: from a form to the nominatives it may come from.

Words are folded (no case, no diacritics), so that ALL CAPS and missing diacritics give the same. A form has several
possible nominatives; two names meet where they share one. Morfeusz2, where it is installed, adds what its
dictionary knows; the endings alone do without it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import product

from analysis.intake.cells import fold

try:
    import morfeusz2
except ImportError:  # the extra `polish` is not installed
    morfeusz2 = None

NOMINATIVE, LOCATIVE, GENITIVE = "nominative", "locative", "genitive"
MOST = 64
"""Nominatives kept for one name of several words."""

_INVARIABLE = {"nad", "pod", "kolo", "przy", "na", "i", "zdroj"}
_GOVERNING = {"nad", "pod", "kolo", "przy", "na"}
"""After these words the name stays as it is: Nowe Miasto nad Pilicą."""

_ENDINGS = {
    LOCATIVE: """
        owie ow,owo,owa|wie w,wa,wo|bie b,ba,bo|pie p,pa,po|mie m,ma,mo|nie n,na,no|sie s,sa,so|zie z,za,zo|fie f,fa,fo
        dzie d,da,do|zdzie zd,zda,zdo|cie t,ta,to|scie st,sta,sto|rze r,ra,ro|le l,la,lo|ce ka,ko|dze ga|sze cha|ze ga
        ku k,ek,ko|gu g,go|chu ch,cho|cu c,ec,iec,ce|czu cz,cze|szu sz,sze|rzu rz,rze|zu z,ze|lu l,le,el|ju j,je
        niu n,nie|ciu c,cie|siu s,sie|ziu z,zie|wiu w,wie|piu p,pie|biu b,bie|miu m,mie|iu ,ie|u ,o
        ii ia|yi yja|i ,a,ia|y a,|iej a,ia|ej a|im i,ie|ym y,e|em e|ich ie,i|ych e,y|iach ie,i,ia|ach y,i,e,a
    """,
    GENITIVE: """
        ka k,ek,ko|ca c,iec,ec,ce|nia n,nie|wia w,wie|cia c,cie|bia b,bie|mia m,mie|ia ,ie|la l,le|ja j,je|a ,o,e
        iu |u |ii ia|yi yja|y a,|i ,a,ia|iej a,ia|ej a|iego i,ie|ego y,e|ow y,i,e,owy|ich ie,i|ych e,y
        ec ce|ek ki|ic ice|yc yce
    """,
}
_TABLES = {
    case: {
        ending: tuple(base.strip() for base in bases.split(","))
        for ending, _, bases in (entry.strip().partition(" ") for entry in re.split(r"[|\n]", rules.strip()))
    }
    for case, rules in _ENDINGS.items()
}
_IRREGULAR = {
    "miescie": ("miasto",),
    "miasta": ("miasto",),
    "bialymstoku": ("bialystok",),
    "bialegostoku": ("bialystok",),
    "krasnymstawie": ("krasnystaw",),
    "krasnegostawu": ("krasnystaw",),
    "debie": ("dab", "deb", "deba"),
    "wsi": ("wies",),
    "lobzie": ("lobez",),
    "lesie": ("las",),
    "kosciele": ("kosciol",),
}
_MARKS = {LOCATIVE: "loc", GENITIVE: "gen"}


@lru_cache(maxsize=65536)
def nominatives(word: str, case: str) -> frozenset[str]:
    """Give the nominatives that a folded word in a case may come from, by its ending.

    >>> sorted(nominatives("pile", LOCATIVE)), sorted(nominatives("poznania", GENITIVE))
    (['pil', 'pila', 'pilo'], ['poznan', 'poznanie'])
    """
    if case == NOMINATIVE or word in _INVARIABLE:
        return frozenset([word])
    if word in _IRREGULAR:
        return frozenset(_IRREGULAR[word])
    table = _TABLES[case]
    for length in range(min(5, len(word) - 1), 0, -1):
        if word[-length:] in table:
            return frozenset(word[:-length] + base for base in table[word[-length:]])
    if case == GENITIVE and word[-1] not in "aeiouy":  # plural names: Puław, Kielc
        return frozenset((f"{word}y", f"{word}i", f"{word}e"))
    return frozenset([word])


@lru_cache(maxsize=65536)
def known_nominatives(word: str, case: str) -> frozenset[str]:
    """Give the nominatives, folded, of a written word in a case as the dictionary knows them; none without it."""
    if morfeusz2 is None or case == NOMINATIVE:
        return frozenset()
    found = set()
    for _, _, (_, lemma, tag, *_) in _dictionary().analyse(word):
        parts = tag.split(":")
        if parts[0] in ("subst", "adj") and any(_MARKS[case] in part.split(".") for part in parts):
            found |= _agreeing(fold(lemma.split(":")[0]), parts[0])
    return frozenset(found)


def _agreeing(lemma: str, part: str) -> set[str]:
    """An adjective's lemma is masculine; the place may be of any gender."""
    if part == "subst":
        return {lemma}
    stem = lemma[:-1]
    return {lemma, f"{stem}a", f"{stem}e" if lemma.endswith("y") else f"{lemma}e", f"{lemma}a"}


@lru_cache(maxsize=1)
def _dictionary():
    return morfeusz2.Morfeusz(generate=False)


def names(words: tuple[str, ...], case: str, *, short: dict[str, tuple[str, ...]]) -> frozenset[str]:
    """Give the nominatives, folded, that a name of several written words in a case may come from.

    Parameters
    ----------
    words : tuple of str
        The words as they are written.
    case : str
        `NOMINATIVE`, `LOCATIVE` or `GENITIVE`.
    short : dict
        Folded short form → the words it stands for.
    """
    parts: list[list[str]] = []
    governed = False
    for word in words:
        near = fold(word)
        if near in short:
            parts.append(list(short[near]))
        elif governed:
            parts.append([near])
        else:
            parts.append(sorted(nominatives(near, case) | known_nominatives(word, case)))
        governed = governed or near in _GOVERNING or short.get(near, ("",))[0] in _GOVERNING
    total = 1
    for part in parts:
        total *= len(part)
    if total > MOST:
        parts = [part[:4] for part in parts]
    return frozenset(" ".join(choice) for choice in product(*parts))
