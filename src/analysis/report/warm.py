"""Importing this loads everything a page needs, once, and keeps it out of the collector's sight."""

import gc
from importlib import import_module

from analysis.report.rehearsal import rehearse

for name in ("scipy.stats", "pyarrow.parquet"):
    import_module(name)

rehearse()
gc.freeze()
