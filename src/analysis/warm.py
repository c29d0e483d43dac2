"""Everything a page needs, loaded once: pages are made in processes forked from one that has imported this.

That process never holds a table, so a page for one audience starts with nothing of another's. A rehearsal in every
language makes it load what is loaded at first use: templates, validators of charts, the packed chart library.
"""

import gc
import sys
from importlib import import_module

# Validation of notebooks imports this package's grammars where JupyterLab is installed: seconds, and no use here.
sys.modules.setdefault("rfc3987_syntax", None)

for name in ("scipy.stats", "pyarrow.parquet", "analysis.measures"):
    import_module(name)

import_module("analysis.report.rehearsal").rehearse()
gc.freeze()
