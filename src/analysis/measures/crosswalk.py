"""Which criteria of one edition are criteria of another: the crosswalk, and the core that runs through all editions."""

from __future__ import annotations

import pandas as pd

from analysis.config import Competition, Edition

COMPARABLE = ("same", "reworded", "rescaled")  # split, merged, new and dropped break a series


def links(crosswalk: pd.DataFrame, earlier: Edition, later: Edition) -> dict[str, str]:
    """Give the comparable criteria of two neighbouring editions, earlier id → later id.

    A criterion that the crosswalk does not name for these two editions is comparable where its id and its label
    are the same in both.
    """
    rows = crosswalk[(crosswalk["from_edition"] == earlier.id) & (crosswalk["to_edition"] == later.id)]
    comparable = rows[rows["relation"].isin(COMPARABLE)]
    linked = dict(zip(comparable["from_criterion"], comparable["to_criterion"], strict=True))
    labels = {criterion.id: criterion.label for criterion in later.criteria}
    for criterion in earlier.criteria:
        named = criterion.id in set(rows["from_criterion"]) or criterion.id in set(rows["to_criterion"])
        if not named and labels.get(criterion.id) == criterion.label:
            linked[criterion.id] = criterion.id
    known = {criterion.id for criterion in earlier.criteria}
    return {one: other for one, other in linked.items() if one in known and other in labels}


def judged(competition: Competition) -> list[Edition]:
    """Give the editions in which something was judged, not only asked in a survey."""
    return [edition for edition in competition.editions if edition.stages and edition.criteria]


def core(crosswalk: pd.DataFrame, competition: Competition) -> dict[str, list[str]]:
    """Give each edition's ids of the criteria that are comparable through all editions, in one order for all."""
    editions = judged(competition)
    if not editions:
        return {}
    first, *others = editions
    chains = [[criterion.id] for criterion in first.criteria]
    earlier = first
    for later in others:
        linked = links(crosswalk, earlier, later)
        chains = [[*chain, linked[chain[-1]]] for chain in chains if chain[-1] in linked]
        earlier = later
    return {edition.id: [chain[place] for chain in chains] for place, edition in enumerate(editions)}
