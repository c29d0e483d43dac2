"""How a jury judged: raw files are cleaned, measured and reported.

Three lines are enough for a researcher:

    import analysis
    w = analysis.open(".")
    w.results
"""

from importlib import import_module

_DOORS = {"open": ("analysis.workspace", "open_workspace"), "begin": ("analysis.pages.page", "begin")}
__all__ = ["begin", "open"]


def __getattr__(name: str) -> object:
    """Fetch `open` and `begin` when they are asked for: importing a statistic must not load the pages."""
    if name not in _DOORS:
        raise AttributeError(f"module 'analysis' has no {name!r}")
    module, attribute = _DOORS[name]
    return getattr(import_module(module), attribute)
