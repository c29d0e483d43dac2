"""The kinds of faults of the small competition: how each is planted, and what shows that intake has found it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd

from analysis.simulate import faults, plants
from analysis.simulate.answers import ANSWERS
from analysis.simulate.bench import Bench


@dataclass(frozen=True)
class Kind:
    """One kind of fault.

    `way`: how it is found. `read`: the file is read as if nothing were wrong with it, every value as it truly is;
    `found`: a finding with this code at this place; `refused`: the run stops with a sentence that names file and
    place; `measured`: a row of results with a reason in the place of a value. `code` is the finding that goes with
    it, or empty; `settings` are what `plant` needs to know.
    """

    plant: Callable[[Bench, dict], None]
    way: str
    code: str = ""
    settings: dict = field(default_factory=dict)


PLACES = ("Wiatrakowie Zmyślonym", "Kocich Górach Urojonych", "Zatoce Niebyłej", "Muchomorku Baśniowym")

KINDS: dict[str, Kind] = {
    # read as if nothing were wrong
    "windows_1250": Kind(plants.character_set, "read", "legacy_encoding", {"encoding": "cp1250"}),
    "byte_order_mark": Kind(plants.character_set, "read", "", {"encoding": "utf-8-sig"}),
    "separator_line": Kind(plants.separator_line, "read"),
    "merged_header": Kind(plants.merged_header, "read"),
    "decimal_comma": Kind(plants.decimal_comma, "read"),
    "not_applicable_or_blank": Kind(plants.not_applicable, "read"),
    "decomposed": Kind(
        lambda bench, fault: plants.respell(bench, fault, lambda name: unicodedata.normalize("NFD", name)), "read"
    ),
    "mojibake": Kind(lambda bench, fault: plants.respell(bench, fault, plants.mojibake), "read", "mojibake_repaired"),
    # named by a finding
    "date": Kind(
        plants.rewrite,
        "found",
        "date_in_number",
        {
            "edition": 2,
            "stages": [1],
            "fits": lambda value: 1 <= value <= 12 and value % 1 == 0.5,
            "write": lambda value, bench, grid: pd.Timestamp(2025, faults.MAY, int(value)).date(),
        },
    ),
    "words": Kind(
        plants.rewrite, "found", "not_a_number", {"stages": [1, 2], "fits": lambda value: True, "write": plants.words}
    ),
    "spreadsheet_error": Kind(
        plants.rewrite,
        "found",
        "error_value",
        {"stages": [1, 2], "fits": lambda value: True, "write": plants.error_text},
    ),
    "recused_scored": Kind(plants.recused_scored, "found", "recused_scored"),
    "hidden_row": Kind(plants.hidden_row, "found", "hidden_rows"),
    "wrong_total": Kind(plants.wrong_total, "found", "total_differs"),
    "swapped_columns": Kind(plants.swapped_columns, "found", "swapped_columns"),
    "late_mark": Kind(plants.late_mark, "found", "late_score"),
    "leading_zero": Kind(plants.leading_zero, "found", "leading_zero"),
    # refused with a sentence
    "out_of_range": Kind(
        plants.rewrite,
        "refused",
        "",
        {"stages": [1, 2], "fits": lambda value: value >= 3, "write": lambda value, bench, grid: value * 10},
    ),
    "half_point": Kind(
        plants.rewrite,
        "refused",
        "",
        {
            "edition": 1,
            "stages": [1, 2],
            "fits": lambda value: value >= 1,
            "write": lambda value, bench, grid: value - 0.5,
        },
    ),
    "two_versions": Kind(
        plants.two_versions, "refused", "", {"endings": (" (1)", "_v2", "_final", "_poprawiona", " — kopia")}
    ),
    "renamed_office": Kind(
        plants.renamed_office, "refused", "", {"name": "Centrum Obsługi Mieszkańca w", "places": PLACES}
    ),
    "same_name": Kind(plants.same_name, "refused", "", {"office": "U999"}),
    "unknown_criterion": Kind(plants.unknown_criterion, "refused", "", {"name": "Innowacyjność"}),
    # shown by a row of results without a value
    "two_entrants": Kind(plants.two_entrants, "measured"),
    "other_jury": Kind(plants.other_jury, "measured"),
} | {name: Kind(*entry) for name, entry in ANSWERS.items()}
"""Kind of fault → how it is planted and found, in the order in which they are planted together."""
