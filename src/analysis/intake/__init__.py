"""Intake: raw files → tidy tables, with an account of every row and cell."""

from importlib import import_module

_DOORS = {
    "CODES": "ledger",
    "Examination": "editions",
    "RECORD": "regulations",
    "REVIEW_FILE": "review",
    "Registers": "registers",
    "examine_edition": "editions",
    "examine_registers": "registers",
    "read_edition": "editions",
    "read_registers": "registers",
    "rules_in_force": "regulations",
    "rules_sha256": "regulations",
    "sources": "files",
    "written": "regulations",
}
__all__ = sorted(_DOORS)


def __getattr__(name: str) -> object:
    """Fetch a door when it is asked for: the process that parses a workbook needs none of them, and starts sooner."""
    if name not in _DOORS:
        raise AttributeError(f"module 'analysis.intake' has no {name!r}")
    return getattr(import_module(f"analysis.intake.{_DOORS[name]}"), name)
