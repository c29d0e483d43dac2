"""Who and what a text in a file means: jurors, offices, dossiers, criteria, stages, by id, name or alias."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from analysis.intake.grid import hint, key


@dataclass
class Names:
    """Everything a thing is called: text → id, with case and doubled blanks ignored.

    Attributes
    ----------
    thing : str
        What is named, for errors: `juror`.
    listed : str
        Where such things are listed, for errors: `jurors.csv`.
    """

    thing: str
    listed: str
    ids: dict[str, str] = field(default_factory=dict)
    called: dict[str, str] = field(default_factory=dict)
    shared: dict[str, set[str]] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)

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
        return Names(self.thing, self.listed, dict(self.ids), dict(self.called), shared, dict(self.written))

    def find(self, text: str) -> str | None:
        """Give the id that a text means, or None where it means nothing or two things."""
        near = key(text)
        if near in self.ids:
            return self.ids[near]
        return None if near in self.shared else self.called.get(near)

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
        return f"there is no {self.thing} {text!r} in {self.listed}{hint(text, self.known())}"


def named(thing: str, listed: str, entries: Mapping[str, Iterable[str]]) -> Names:
    """Make `Names` of id → other names.

    >>> named("criterion", "edition.toml", {"staff": ["Kompetencje pracowników"]}).find("kompetencje  pracowników")
    'staff'
    """
    names = Names(thing, listed)
    for identifier, texts in entries.items():
        names.add(identifier, *texts)
    return names
