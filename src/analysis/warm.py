"""Everything a page needs, loaded once: pages are made in processes forked from one that has imported this.

That process never holds a table, so a page for one audience starts with nothing of another's.
"""

import gc
import sys
from importlib import import_module

# Validation of notebooks imports this package's grammars where JupyterLab is installed: seconds, and no use here.
sys.modules.setdefault("rfc3987_syntax", None)

for name in ("pandas", "scipy.stats", "plotly.graph_objects", "pyarrow.parquet", "analysis.report", "analysis.pages"):
    import_module(name)

gc.freeze()
