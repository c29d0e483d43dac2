"""A workspace: its tidy tables and its results, made once and remembered."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

import pandas as pd

from analysis import disclosure, intake, measures
from analysis.config import Competition, read_competition
from analysis.engine import each
from analysis.errors import DataError, DataErrors
from analysis.schema import RESULT_KEY, RESULTS, TABLES, check, conform
from analysis.shelf import Shelf, digest, file_digest, folder_name, source_digest, versions

TIDY = tuple(name for name in TABLES if name != "results")
SLICES = "slices.json"
REGISTERED = ("offices", "jurors", "crosswalk", "succession", "review", "ledger", "findings")
READERS = ("pandas", "python-calamine", "morfeusz2")
NOTES = {  # beside results.csv, which has no room for a sentence
    "simulated": "Dane symulowane: urzędy i osoby są zmyślone.\nSimulated data: offices and people are made up.\n",
    "example": "Dane przykładowe z publicznego źródła.\nExample data from a public source.\n",
}
ENGINES = ("numpy", "scipy", "pandas")


def open_workspace(path: str | Path = ".", data: str | Path | None = None) -> Workspace:
    """Open the workspace at `path`: a folder with data/raw (or one released to an audience).

    Parameters
    ----------
    path
        The folder; from one inside it (such as notebooks/) the workspace above is found.
    data
        Where sources outside the workspace lie, if any.

    Raises
    ------
    DataError
        There is no workspace here, or its configuration has an error.
    """
    here = Path(path).resolve()
    for place in (here, *here.parents):
        if (place / "data" / "raw" / "competition.toml").exists():
            return Workspace(Shelf(place, Path(data) if data else None))
        if (place / "data" / "processed" / "release.json").exists():
            return Released(Shelf(place))
    raise DataError(f"{here}: no data/raw/competition.toml here or above. `friendly-office new DIR` makes a workspace.")


class Workspace:
    """What one competition's folder holds: configuration, tidy tables, results.

    `w.scores`, `w.dossiers` and the other tables of `schema.TABLES` are pandas frames; so is `w.results`.
    """

    audience, subject = "organizer", ""

    def __init__(self, shelf: Shelf):
        self.shelf = shelf
        self.workers = 1
        self._tables: dict[str, pd.DataFrame] | None = None
        self._digests: dict[str, str] = {}
        self._rows: dict[str, pd.DataFrame] = {}

    @cached_property
    def competition(self) -> Competition:
        """The configuration."""
        return read_competition(self.shelf.raw)

    def clean(self) -> dict[str, pd.DataFrame]:
        """Give the tidy tables, reading the raw files only if they, the configuration or the reader changed.

        Raises
        ------
        DataError
            Something in the raw files that a person has to mend; nothing is written then.
        """
        if self._tables is None:
            key = self._raw_key()
            noted = json.loads(self.shelf.read_text(self.shelf.processed / SLICES) or "{}")
            stored = noted.get("key") == key and all(self.shelf.stored_key(name) == key for name in TIDY)
            self._tables = self._fetch() if stored else self._read(key)
            self._digests = noted["slices"] if stored else self._note_slices(key)
        return self._tables

    def examine(self) -> intake.Examination:
        """Read and check everything, and write nothing: tables as far as they can be made, and every error."""
        registers, errors = intake.examine_registers(self.competition, self.shelf.raw, self.shelf.data)
        inputs = [
            (self.competition, registers, edition.id, self.shelf.raw, self.shelf.data)
            for edition in self.competition.editions
        ]
        readings = each(_examine_edition, inputs, workers=self.workers)
        errors += [error for reading in readings for error in reading.errors]
        tables = {}
        for name in TIDY:
            try:
                tables[name] = _joined(name, [reading.tables for reading in readings], getattr(registers, name, None))
            except DataError as error:
                errors.append(error)
                tables[name] = TABLES[name].empty()
        return intake.Examination(tables, tuple({str(error): error for error in errors}.values()))

    def freeze(self, edition: str, day: dt.date) -> Path:
        """Write the rules in force of an edition beside its edition.toml, as they stand on `day`, and give the path.

        Raises
        ------
        DataError
            There is no such edition, or its rules are frozen already.
        """
        rules = intake.rules_in_force(self.competition, self.competition.edition(edition))
        path = self.shelf.raw / edition / intake.RECORD
        if path.exists():
            raise DataError(f"{path}: the rules of {edition} are frozen already. Delete the file to freeze them anew.")
        return self.shelf.write_text(path, intake.written(rules, frozen=day))

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tidy tables (as `clean` gives them)."""
        return self.clean()

    def measure(self, noun: str, edition: str | None = None) -> pd.DataFrame:
        """Give the rows of `results` of a noun, of one edition or of all: the stored ones, or made now.

        Parameters
        ----------
        noun
            One of `measures.NOUNS`.
        edition
            Id of an edition; the pooled rows of a noun that has some come with it.
        """
        parts = measures.parts(noun, self.competition)
        if edition is not None:
            self.competition.edition(edition)
            parts = [part for part in parts if part in ("", edition)]
        frames = self._parts(noun, parts)
        return pd.concat(frames, ignore_index=True) if frames else RESULTS.empty()

    def measure_all(self, done: Callable[[str], object] | None = None) -> pd.DataFrame:
        """Make every row, write results.csv and give the rows; `done(noun)` is called after each noun."""
        frames = []
        for noun in measures.NOUNS:
            frames.append(self.measure(noun))
            if done:
                done(noun)
        results = _sorted(pd.concat(frames, ignore_index=True))
        self.shelf.export_results(results)
        if self.competition.data != "real":
            self.shelf.write_text(self.shelf.processed / "README.txt", NOTES[self.competition.data])
        return results

    @property
    def results(self) -> pd.DataFrame:
        """Every row of `results`."""
        return _sorted(pd.concat([self.measure(noun) for noun in measures.NOUNS], ignore_index=True))

    def __getattr__(self, name: str) -> pd.DataFrame:
        """Give a tidy table by its name."""
        if name in TIDY:
            return self.clean()[name]
        raise AttributeError(f"a workspace has no {name!r}; its tables are {', '.join(TIDY)}, results")

    def release(self, audience: str, subject: str = "") -> Path:
        """Write a folder that holds only what `audience` may see, and give its path.

        A page for that audience is made by a process that is given this folder and nothing else.

        Parameters
        ----------
        audience
            `public` or `juror`.
        subject
            Id of the juror whose folder it is; "" for the public.

        Raises
        ------
        DataError
            The configuration has no key for the office codes, or does not make pages for this audience; there is no
            such juror; or this folder was released itself.
        """
        if self.audience != "organizer":
            raise DataError(f"{self.shelf.root}: this folder was released to {self.audience!r}. Open the workspace.")
        if audience == "organizer" or audience not in self.competition.audiences:
            raise DataError(f"competition.toml: `audiences` does not hold {audience!r}, so nothing is released to it.")
        shelf = Shelf(self.shelf.processed / "releases" / audience / folder_name(subject))
        note, key = shelf.processed / "release.json", self._release_key(audience, subject)
        if json.loads(shelf.read_text(note) or "{}").get("key") == key:
            return shelf.root
        tables, rows = self._shown_to_juror(subject) if audience == "juror" else self._shown_to_public()
        settings = disclosure.released_competition(self.competition).model_dump(mode="json")
        note.unlink(missing_ok=True)  # written last: where it is, all is
        for name, frame in tables.items():
            shelf.keep(name, frame)
        for noun in measures.NOUNS:
            shelf.keep(noun, rows.get(noun, RESULTS.empty()), place="results")
        released = {"audience": audience, "subject": subject, "competition": settings, "key": key}
        shelf.write_text(note, json.dumps(released, ensure_ascii=False, sort_keys=True, indent=1))
        return shelf.root

    def _release_key(self, audience: str, subject: str) -> str:
        """Digest of all that a release rests on: raw files, configuration, program."""
        self.clean()
        source = source_digest("statistics", "measures", "schema.py", "disclosure.py")
        noted = self.shelf.read_text(self.shelf.processed / SLICES)
        return digest(audience, subject, noted, source, versions(ENGINES))

    def _shown_to_public(self) -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
        settings = self.competition.disclosure
        rows = {noun: disclosure.public_results(self.measure(noun), settings) for noun in measures.NOUNS}
        return disclosure.public_tables(self.clean()), rows

    def _shown_to_juror(self, juror: str) -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
        tables = self.clean()
        known = sorted(set(tables["scores"]["juror"]))
        if juror not in known:
            raise DataError(f"There is no juror {juror!r}, so nothing is released. There are: {', '.join(known)}.")
        shown = disclosure.juror_results(
            self.measure("jurors"), tables["scores"], self.competition.disclosure, juror=juror
        )
        return disclosure.juror_tables(tables, juror), {"jurors": shown}

    def _raw_key(self) -> str:
        files = intake.sources(self.competition, self.shelf.raw, self.shelf.data)
        names = [(str(path.name), file_digest(path)) for path in files]
        source = source_digest("intake", "schema.py", "config")
        return digest(names, self.competition.model_dump(mode="json"), source, versions(READERS))

    def _fetch(self) -> dict[str, pd.DataFrame]:
        return {name: self.shelf.fetch(name) for name in TIDY}

    def _read(self, key: str) -> dict[str, pd.DataFrame]:
        registers = intake.read_registers(self.competition, self.shelf.raw, self.shelf.data)
        inputs = [
            (self.competition, registers, edition.id, self.shelf.raw, self.shelf.data)
            for edition in self.competition.editions
        ]
        outcomes = each(_read_edition, inputs, workers=self.workers)
        errors = [error for outcome in outcomes if isinstance(outcome, list) for error in outcome]
        if errors:
            self._write_review(self.examine().tables["review"])
            raise DataErrors(errors)
        tables = {name: _joined(name, outcomes, getattr(registers, name, None)) for name in TIDY}
        self._write_review(tables["review"])
        with self.shelf.locked():
            self.shelf.remember_data()
            for name, frame in tables.items():
                self.shelf.store(name, frame, key=key)
        return tables

    def _write_review(self, review: pd.DataFrame) -> None:
        """Write what a person may decide: review.csv, to be filled in and put into the folder of raw data."""
        path = self.shelf.processed / intake.REVIEW_FILE
        if len(review) or path.exists():
            self.shelf.write_text(path, review.to_csv(index=False, lineterminator="\n"))

    def _note_slices(self, key: str) -> dict[str, str]:
        parts = ["", *(edition.id for edition in self.competition.editions)]
        slices = {part: _slice_digest(self._tables, part) for part in parts}
        self.shelf.write_text(self.shelf.processed / SLICES, json.dumps({"key": key, "slices": slices}, indent=1))
        return slices

    def _parts(self, noun: str, parts: list[str]) -> list[pd.DataFrame]:
        names = {part: f"{noun}-{part or 'all'}" for part in parts}
        self.clean()
        keys = {part: self._rows_key(noun, part) for part in parts if names[part] not in self._rows}
        for part, key in keys.items():
            if self.shelf.stored_key(names[part], "results") == key:
                self._rows[names[part]] = self.shelf.fetch(names[part], "results")
        missing = [part for part in parts if names[part] not in self._rows]
        inputs = [(noun, _slice(self.clean(), part), self.competition, part) for part in missing]
        made = each(measures.measure, inputs, workers=min(self.workers, len(inputs) or 1))
        for part, frame in zip(missing, made, strict=True):
            self.shelf.store(names[part], frame, key=keys[part], place="results")
            self._rows[names[part]] = frame
        return [self._rows[names[part]] for part in parts]

    def _rows_key(self, noun: str, part: str) -> str:
        settings = self.competition.model_dump(mode="json", exclude={"editions", "layouts", "title", "statement"})
        editions = [e.model_dump(mode="json") for e in self.competition.editions if part in ("", e.id)]
        source = source_digest("statistics", "measures", "schema.py")
        return digest(noun, part, settings, editions, self._digests[part], source, versions(ENGINES))


class Released(Workspace):
    """A folder released to an audience: stored tables and rows only, nothing to make them from."""

    @cached_property
    def _release(self) -> dict:
        return json.loads((self.shelf.processed / "release.json").read_text(encoding="utf-8"))

    @property
    def audience(self) -> str:
        """The audience the folder was released to."""
        return self._release["audience"]

    @property
    def subject(self) -> str:
        """Id of the juror it was released to, or "" for a whole audience."""
        return self._release["subject"]

    @cached_property
    def competition(self) -> Competition:
        """The configuration, as far as the audience may see it."""
        return Competition.model_validate(self._release["competition"])

    def clean(self) -> dict[str, pd.DataFrame]:
        """Give the released tables."""
        if self._tables is None:
            there = set(self.shelf.stored())
            self._tables = {name: self.shelf.fetch(name) if name in there else TABLES[name].empty() for name in TIDY}
        return self._tables

    def examine(self) -> intake.Examination:
        """Refuse: there are no raw files here.

        Raises
        ------
        DataError
            Always.
        """
        raise DataError(f"{self.shelf.root}: this folder was released and holds no raw files. Check the workspace.")

    def measure(self, noun: str, edition: str | None = None) -> pd.DataFrame:
        """Give the released rows of a noun."""
        there = noun in self.shelf.stored("results")
        rows = self.shelf.fetch(noun, "results") if there else RESULTS.empty()
        return rows if edition is None else rows[rows["edition"].isin(["", edition])].reset_index(drop=True)


def _read_edition(competition, registers, edition: str, raw: Path, data: Path | None):
    """Read one edition; what people can fix comes back as a list, so that one run names all of it."""
    try:
        return intake.read_edition(competition, registers, edition, raw, data)
    except DataErrors as found:
        return found.errors
    except DataError as error:
        return [error]


def _examine_edition(competition, registers, edition: str, raw: Path, data: Path | None) -> intake.Examination:
    """Examine one edition; an error that ends the reading at once leaves no table."""
    try:
        return intake.examine_edition(competition, registers, edition, raw, data)
    except DataError as error:
        return intake.Examination({}, (error,))


def _joined(name: str, editions: list[dict], register: pd.DataFrame | None) -> pd.DataFrame:
    frames = [tables[name] for tables in editions if name in tables]
    if register is not None and name in REGISTERED:
        frames.insert(0, register)
    table = TABLES[name]
    joined = conform(pd.concat(frames, ignore_index=True) if frames else table.empty(), table)
    if name in ("offices", "jurors", "review"):
        joined = joined.drop_duplicates(list(table.key), ignore_index=True)
    return check(joined, table)


def _slice(tables: dict[str, pd.DataFrame], part: str) -> dict[str, pd.DataFrame]:
    """Give the tables a part rests on: those of one edition, or all."""
    kept = {name: tables[name] for name in tables if name not in ("ledger", "findings", "comments", "review")}
    if not part:
        return kept
    return {
        name: frame[frame["edition"] == part].reset_index(drop=True) if "edition" in frame else frame
        for name, frame in kept.items()
    }


def _slice_digest(tables: dict[str, pd.DataFrame], part: str) -> str:
    """SHA-256 of the tables a part rests on: the memory's name for them."""
    return digest(*[part for name, frame in sorted(_slice(tables, part).items()) for part in (name, frame)])


def _sorted(results: pd.DataFrame) -> pd.DataFrame:
    return results.sort_values(list(RESULT_KEY), kind="stable", ignore_index=True)
