"""Competitions with known truth and planted faults: the demo's folder, and its world without files."""

from analysis.simulate.folder import contents, write
from analysis.simulate.settings import SEED
from analysis.simulate.world import world

__all__ = ["SEED", "contents", "world", "write"]
