"""Who and what a text in a file means: jurors, offices, dossiers, criteria, stages, by id, name or alias."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from analysis.intake.grid import hint, key


class Finder(Protocol):
    """What understands a text that is none of the names a thing is called."""

    def find(self, text: str) -> str | None:
        """Give the one id that a text means, or None."""

    def title(self, text: str) -> str:
        """Give the official name of what a text means, or nothing."""

    def suggestions(self, text: str) -> list[tuple[str, str, float]]:
        """Give the ids that a text may mean, each with its official name and its likeness (0-100), best first."""


@dataclass
class Names:
    """Everything a thing is called: text → id, with case and doubled blanks ignored.

    Attributes
    ----------
    thing : str
        What is named, for errors: `juror`.
    listed : str
        Where such things are listed, for errors: `jurors.csv`.
    finder : Finder, optional
        What understands a text that is none of the names.
    """

    thing: str
    listed: str
    ids: dict[str, str] = field(default_factory=dict)
    called: dict[str, str] = field(default_factory=dict)
    shared: dict[str, set[str]] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    finder: Finder | None = None

    def add(self, identifier: str, *texts: str) -> None:
        """Add an id with its other names; a name of two things names neither."""
        self.ids[key(identifier)] = identifier
        for text in texts:
            near = key(text)
            if not near:
                continue
            if near in self.called and self.called[near] != identifier:
                self.shared.setdefault(near, {self.called[near]}).add(identifier)
            self.called.setdefault(near, identifier)
            self.written.setdefault(near, " ".join(text.split()))

    def copy(self) -> Names:
        """Give names of one's own to add to."""
        shared = {near: set(ids) for near, ids in self.shared.items()}
        return replace(self, ids=dict(self.ids), called=dict(self.called), shared=shared, written=dict(self.written))

    def find(self, text: str) -> str | None:
        """Give the id that a text means, or None where it means nothing or two things."""
        near = key(text)
        if near in self.ids:
            return self.ids[near]
        if near in self.shared:
            return None
        if near in self.called or self.finder is None:
            return self.called.get(near)
        return self.finder.find(text)

    def by_parts(self, text: str) -> bool:
        """Tell whether a text is none of the names, so that only the finder can understand it."""
        near = key(text)
        return self.finder is not None and near not in self.ids and near not in self.called

    def resolve(self, texts: Iterable[str]) -> dict[str, str | None]:
        """Give each distinct text with the id it means."""
        return {text: self.find(text) for text in set(texts)}

    def known(self) -> list[str]:
        """Give every text that is understood."""
        return [*self.ids.values(), *(self.written.get(near, near) for near in self.called)]

    def unknown(self, text: str) -> str:
        """Say that a text names nothing, and what may have been meant."""
        if key(text) in self.shared:
            both = " and ".join(sorted(self.shared[key(text)]))
            return f"{text!r} is the name of two ({both}); write the id"
        return f"there is no {self.thing} {text!r} in {self.listed}{self.nearest(text)}"

    def nearest(self, text: str) -> str:
        """Give `; did you mean 'x'?` for what a text may mean, or nothing."""
        if self.finder is None:
            return hint(text, self.known())
        near = self.finder.suggestions(text)
        if not near:
            return ""
        best = [f"{name!r} ({identifier})" for identifier, name, score in near if score == near[0][2]]
        return f"; did you mean {' or '.join(best)}?"


def named(thing: str, listed: str, entries: Mapping[str, Iterable[str]]) -> Names:
    """Make `Names` of id → other names.

    >>> named("criterion", "edition.toml", {"staff": ["Kompetencje pracowników"]}).find("kompetencje  pracowników")
    'staff'
    """
    names = Names(thing, listed)
    for identifier, texts in entries.items():
        names.add(identifier, *texts)
    return names
