"""What every object of the configuration shares: ids, texts, the refusal of unknown fields, hints."""

from __future__ import annotations

import difflib
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]*$")]
Text = dict[Literal["pl", "en"], str]
Level = Literal["nominal", "ordinal", "interval", "ratio"]
MISSING = (
    "missing",
    "not_scored",
    "not_applicable",
    "recused",
    "abstained",
    "dont_know",
    "refused",
    "not_shown",
)


class Model(BaseModel):
    """A frozen object that refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


def known(name: str, names: Any, where: str) -> None:
    """Refuse a name that is not among `names`, with the nearest one as a hint."""
    if name not in names:
        listed = ", ".join(sorted(names)) or "none"
        raise ValueError(f"{where}: there is no {name!r}{hint(name, names)}; there are: {listed}")


def hint(name: str, names: Any) -> str:
    """Give "; did you mean X?" for the name nearest to `name`, or nothing."""
    close = difflib.get_close_matches(name, list(names), n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""
