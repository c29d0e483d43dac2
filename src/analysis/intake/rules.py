"""What holds between judgements: corrections, recusals, the scale, one mark a key, whole sessions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.config import Edition
from analysis.errors import DataError
from analysis.intake.cells import Missing, Number, parse
from analysis.intake.grid import Sheet, key
from analysis.intake.identity import Names
from analysis.intake.ledger import Account, Finding, Journal

KEY = ["stage", "dossier", "juror", "criterion"]


def said_key(row) -> str:
    """Name a judgement: `dossier D07, juror J3, standards`."""
    return f"dossier {row.dossier}, juror {row.juror}, {row.criterion}"


def correct(
    cells: pd.DataFrame,
    corrections: pd.DataFrame,
    *,
    names: Mapping[str, Names],
    missing: Mapping[str, str],
    journal: Journal,
) -> pd.DataFrame:
    """Apply the corrections of one edition to judgements that were read.

    Parameters
    ----------
    cells : DataFrame
        Judgements with `KEY`, `raw`, `value`, `missing`, `reject`, `corrected` and `sheet_of`.
    corrections : DataFrame
        Lines of corrections.csv of this edition.
    names : mapping
        `Names` of stage, dossier, juror and criterion.
    missing : mapping
        Texts that mean no score.

    Returns
    -------
    DataFrame
        The judgements, corrected; a line that fits no judgement, or whose `was` is not what the cell holds, is an
        error in `journal`.
    """
    index = cells.reset_index().groupby(KEY, sort=False)["index"].first()
    for line in corrections.itertuples():
        place = f"corrections.csv, line {line.line}"
        try:
            at = _place(line, names, place)
            becomes = _becomes(line, missing, place)
            if at not in index.index:
                said = ", ".join(f"{name} {part!r}" for name, part in zip(KEY, at, strict=True))
                raise DataError(f"{place}: no mark that is read has {said}. Correct or delete the line.")
            row = index[at]
            _still(cells.loc[row], line, place)
        except DataError as error:
            journal.fail("corrections.csv", str(error))
            continue
        cells.loc[row, ["missing", "reject", "proposal", "corrected"]] = [becomes[1], "", "", line.why]
        cells.loc[row, "value"] = becomes[0]
        cell = cells.loc[row]
        entry = Finding("corrected", cell["sheet_of"], cell["cell"], said_key(cell), cell["raw"], line.becomes)
        journal.findings.append(entry)
    return cells


def _place(line, names: Mapping[str, Names], place: str) -> tuple[str, ...]:
    found = []
    for name in KEY:
        text, known = getattr(line, name), names[name]
        only = next(iter(known.ids.values())) if len(known.ids) == 1 and not text else None
        identifier = only or known.find(text)
        if identifier is None:
            said = known.unknown(text)
            raise DataError(f"{place}: {said}{'' if said.endswith('?') else '.'} Correct it.")
        found.append(identifier)
    return tuple(found)


def _becomes(line, missing: Mapping[str, str], place: str) -> tuple[float, str]:
    read = parse(line.becomes, missing=missing)
    if isinstance(read, Number):
        return read.value, ""
    if isinstance(read, Missing):
        return np.nan, read.reason
    raise DataError(f"{place}: becomes {line.becomes!r} is neither a number nor a reason for none. Correct it.")


def _still(cell: pd.Series, line, place: str) -> None:
    """The cell must hold what the line says it was: the same text, or the same number."""
    was, raw = parse(line.was), parse(cell["raw"])
    same_number = isinstance(was, Number) and isinstance(raw, Number) and was.value == raw.value
    if not same_number and key(line.was) != key(cell["raw"]):
        raise DataError(
            f"{place}: was {line.was!r}, but {cell['sheet_of'].where}, {cell['cell']} holds {cell['raw']!r}. "
            "The file has changed since: look again, and correct or delete the line."
        )


def note_repairs(cells: pd.DataFrame, *, journal: Journal) -> None:
    """Note every mark that a fixed rule had to repair before it could be read."""
    for row in cells[cells["repair"] != ""].itertuples():
        entry = Finding(row.repair, row.sheet_of, row.cell, said_key(row), row.raw, f"{row.value:g}")
        journal.findings.append(entry)


def on_scale(cells: pd.DataFrame, edition: Edition, *, journal: Journal) -> None:
    """Keep an error for every mark that its scale does not allow."""
    for criterion, marks in cells[cells["value"].notna()].groupby("criterion", sort=False):
        scale = edition.scale(criterion)
        wrong = {value for value in marks["value"].unique() if not scale.allows(value)}
        steps = " in whole points" if scale.step == 1 else f" in steps of {scale.step:g}" if scale.step else ""
        for row in marks[marks["value"].isin(wrong)].itertuples():
            line = f"{edition.id},{row.stage},{row.dossier},{row.juror},{row.criterion},{row.raw},…,…"
            journal.fail(
                row.sheet_of.file,
                f"{row.sheet_of.where}, {row.cell}: juror {row.juror} gave dossier {row.dossier} {row.value:g} for "
                f"{row.criterion}; the scale is {scale.minimum:g} to {scale.maximum:g}{steps}. Mend the cell, or add a "
                f"line to corrections.csv: {line}",
            )


def recuse(cells: pd.DataFrame, recusals: pd.DataFrame, *, journal: Journal) -> pd.DataFrame:
    """Hold the register of recusals against the marks.

    A listed recusal gives an empty cell its reason; a mark in spite of one is set aside (`reject` becomes
    `recused_scored`); a recusal that only the sheet knows is noted.
    """
    pairs = pd.MultiIndex.from_frame(recusals[["dossier", "juror"]])
    listed = pd.MultiIndex.from_frame(cells[["dossier", "juror"]]).isin(pairs)
    cells.loc[listed & (cells["missing"] == "missing"), "missing"] = "recused"
    cells.loc[listed & cells["value"].notna(), "reject"] = "recused_scored"
    alone = cells[~listed & (cells["missing"] == "recused")].drop_duplicates(["dossier", "juror"])
    for row in alone.itertuples():
        entry = Finding(
            "recusal_not_listed", row.sheet_of, row.cell, f"dossier {row.dossier}, juror {row.juror}", row.raw
        )
        journal.findings.append(entry)
    return cells


def set_aside(cells: pd.DataFrame, accounts: Sequence[Account], *, journal: Journal) -> pd.DataFrame:
    """Quarantine every rejected cell, each with its finding, and give the others."""
    rejected = cells[cells["reject"] != ""]
    for reading, rows in rejected.groupby("reading", sort=False):
        accounts[reading].reject(rows["row"].to_numpy())
    for row in rejected.itertuples():
        entry = Finding(row.reject, row.sheet_of, row.cell, said_key(row), row.raw, row.proposal)
        journal.findings.append(entry)
    return cells[cells["reject"] == ""]


def one_mark_a_key(cells: pd.DataFrame, *, journal: Journal) -> None:
    """Keep an error for every judgement that stands in two places; two files that share several are one error."""
    doubled = cells[cells.duplicated(KEY, keep=False)]
    pairs: dict[tuple[str, str], list[tuple]] = {}
    for _, same in doubled.groupby(KEY, sort=False):
        one, other = (row for row in same.head(2).itertuples())
        pairs.setdefault((one.sheet_of.file, other.sheet_of.file), []).append((one, other))
    for (file, other_file), met in pairs.items():
        if file != other_file and len(met) > 1:
            journal.fail(file, _two_files(file, other_file, met))
            continue
        for one, other in met:
            journal.fail(
                file,
                f"{one.sheet_of.where}, {one.cell} ({one.raw!r}) and {other.sheet_of.where}, {other.cell} "
                f"({other.raw!r}): juror {one.juror} marked dossier {one.dossier} twice for {one.criterion} in stage "
                f"{one.stage}. Keep one.",
            )


def _two_files(file: str, other: str, met: Sequence[tuple]) -> str:
    """Say that two files hold the same judgements, and where what they say differs."""
    differing = [(one, two) for one, two in met if key(one.raw) != key(two.raw)]
    named = "; ".join(f"{one.cell} {one.raw!r} and {two.cell} {two.raw!r}" for one, two in differing[:3])
    more = f" ({named}{'; …' if len(differing) > 3 else ''})" if named else ""
    first = met[0]
    return (
        f"{file} and {other} both hold {len(met)} marks, from {first[0].cell} and {first[1].cell} on, of which "
        f"{len(differing)} differ{more}. Keep one of the two files, or take the marks that both hold out of one."
    )


def partial_sessions(cells: pd.DataFrame, *, journal: Journal) -> None:
    """Find marks that stand in another juror's place.

    Within a session a juror who sits marks every dossier that is marked at all. Where exactly two jurors do not, and
    what the one with fewer marks has is exactly what the other lacks, those marks most likely belong to the other.
    """
    marked = cells[cells["value"].notna() & (cells["session"] != "")]
    for (_, session, _), marks in marked.groupby(["stage", "session", "criterion"], sort=False):
        table = marks.pivot_table(index="dossier", columns="juror", values="value", aggfunc="size", fill_value=0) > 0
        counts = table.sum()
        partial = counts[counts < len(table)].sort_values(kind="stable")
        if len(partial) != 2 or partial.iloc[0] == partial.iloc[1]:
            continue
        few, many = partial.index
        if (table[few] ^ table[many]).all():
            for row in marks[marks["juror"] == few].itertuples():
                said = f"session {session}, dossier {row.dossier}, juror {few}"
                entry = Finding("partial_session", row.sheet_of, row.cell, said, row.raw, f"juror {many}")
                journal.findings.append(entry)


def marks_and_dossiers(cells: pd.DataFrame, dossiers: pd.DataFrame, sheet: Sheet, *, journal: Journal) -> None:
    """Note valid dossiers without any mark, and marks of dossiers that are no longer in."""
    marked = set(cells.loc[cells["value"].notna(), "dossier"])
    for row in dossiers.itertuples():
        if row.status == "valid" and row.dossier not in marked:
            journal.findings.append(Finding("unscored_dossier", sheet, "", f"dossier {row.dossier}"))
        elif row.status != "valid" and row.dossier in marked:
            journal.findings.append(Finding("withdrawn_scored", sheet, "", f"dossier {row.dossier}", row.status))
