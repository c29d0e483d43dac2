"""Competitions with known truth and planted faults: the demo's folder and world, and a small pair of twins."""

from analysis.simulate.folder import contents, write
from analysis.simulate.kinds import KINDS, Kind
from analysis.simulate.settings import SEED
from analysis.simulate.twins import Twin, twin, write_twin
from analysis.simulate.world import world

__all__ = ["KINDS", "SEED", "Kind", "Twin", "contents", "twin", "world", "write", "write_twin"]
