"""Intake: raw files → tidy tables, with an account of every row and cell."""

from analysis.intake.editions import read_edition
from analysis.intake.files import sources
from analysis.intake.ledger import CODES
from analysis.intake.registers import Registers, read_registers

__all__ = ["CODES", "Registers", "read_edition", "read_registers", "sources"]
