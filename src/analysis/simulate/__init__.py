"""Competitions with known truth and planted faults: the demo, and its world without files."""

from analysis.simulate.settings import SEED
from analysis.simulate.world import world

__all__ = ["SEED", "world"]
