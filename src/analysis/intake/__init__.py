"""Intake: raw files → tidy tables, with an account of every row and cell."""

from analysis.intake.editions import Examination, examine_edition, read_edition
from analysis.intake.files import sources
from analysis.intake.ledger import CODES
from analysis.intake.registers import Registers, examine_registers, read_registers
from analysis.intake.regulations import RECORD, rules_in_force, rules_sha256, written

__all__ = [
    "CODES",
    "RECORD",
    "Examination",
    "Registers",
    "examine_edition",
    "examine_registers",
    "read_edition",
    "read_registers",
    "rules_in_force",
    "rules_sha256",
    "sources",
    "written",
]
