"""Which criteria of one edition are criteria of another: the one place where it is worked out what is comparable.

Scales need no map of their own: marks are compared in per cent of the range, best = 100, so another range, another
step, ranks (1 = best) and a turned scale all meet there.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from analysis.config import Competition, Edition

COMPARABLE = ("same", "reworded", "rescaled")
GROUPED = ("split", "merged")


@dataclass(frozen=True)
class Chain:
    """What is comparable through all editions: one criterion after another, or a whole beside its parts.

    Attributes
    ----------
    name : str
        Id of the criterion in the newest edition; for a group, of the edition in which it is one criterion.
    shares : dict of dict
        Edition → criterion → its share of the mean, 0-1; one criterion has 1.
    """

    name: str
    shares: dict[str, dict[str, float]]

    @property
    def sense(self) -> str:
        """`criterion`, or `group` where some edition has it in parts."""
        return "group" if any(len(parts) > 1 for parts in self.shares.values()) else "criterion"


@dataclass(frozen=True)
class Comparability:
    """What the editions have in common, worked out once for numbers and pages alike.

    Attributes
    ----------
    editions : tuple of Edition
        The editions in which something was judged, in order.
    chains : tuple of Chain
        Criteria comparable through all of them, then groups.
    links : dict
        (earlier edition, later edition) → earlier criterion → later criterion, for neighbours, one by one.
    """

    editions: tuple[Edition, ...]
    chains: tuple[Chain, ...]
    links: dict[tuple[str, str], dict[str, str]]

    def core(self, edition: str) -> list[str]:
        """Give the criteria of an edition that are comparable one by one through all editions, in one order for all."""
        return [next(iter(chain.shares[edition])) for chain in self.chains if chain.sense == "criterion"]

    @property
    def groups(self) -> list[Chain]:
        """The wholes that are comparable with the mean of their parts only."""
        return [chain for chain in self.chains if chain.sense == "group"]

    def sense(self, edition: str, criterion: str) -> str:
        """Tell how a criterion of an edition is comparable through all: `criterion`, `group`, or empty."""
        return next((chain.sense for chain in self.chains if criterion in chain.shares[edition]), "")

    def frame(self) -> pd.DataFrame:
        """Give a row for each criterion of each edition: `edition criterion chain sense share`."""
        rows = [
            (edition.id, criterion.id, *self._place(edition.id, criterion.id))
            for edition in self.editions
            for criterion in edition.criteria
        ]
        return pd.DataFrame(rows, columns=["edition", "criterion", "chain", "sense", "share"])

    def _place(self, edition: str, criterion: str) -> tuple[str, str, float]:
        for chain in self.chains:
            if criterion in chain.shares[edition]:
                return chain.name, chain.sense, chain.shares[edition][criterion]
        return "", "", np.nan


def judged(competition: Competition) -> list[Edition]:
    """Give the editions in which something was judged, not only asked in a survey."""
    return [edition for edition in competition.editions if edition.stages and edition.criteria]


def comparability(crosswalk: pd.DataFrame, competition: Competition) -> Comparability:
    """Work out what is comparable between editions.

    Criteria linked as same, reworded or rescaled from each edition to the next, through all editions, are comparable
    one by one. A criterion that the crosswalk does not name for two neighbours is the same where its id and label are.
    What was split or merged is comparable as a group: the whole beside the mean of its parts (by `share`, else equal),
    provided that no part is new or dropped on the way. Everything else begins or ends a series.

    Parameters
    ----------
    crosswalk : DataFrame
        Table `crosswalk` of the schema.
    competition : Competition
        The editions and their criteria.
    """
    editions = tuple(judged(competition))
    steps = list(pairwise(editions))
    links = {(one.id, other.id): _links(crosswalk, one, other) for one, other in steps}
    singles = _singles(editions, links)
    groups = _groups(editions, crosswalk, links)
    return Comparability(editions, (*singles, *groups), links)


def _lines(crosswalk: pd.DataFrame, earlier: Edition, later: Edition) -> pd.DataFrame:
    return crosswalk[(crosswalk["from_edition"] == earlier.id) & (crosswalk["to_edition"] == later.id)]


def _links(crosswalk: pd.DataFrame, earlier: Edition, later: Edition) -> dict[str, str]:
    rows = _lines(crosswalk, earlier, later)
    comparable = rows[rows["relation"].isin(COMPARABLE)]
    linked = dict(zip(comparable["from_criterion"], comparable["to_criterion"], strict=True))
    labels = {criterion.id: criterion.label for criterion in later.criteria}
    named = {*rows["from_criterion"], *rows["to_criterion"]}
    for criterion in earlier.criteria:
        if criterion.id not in named and labels.get(criterion.id) == criterion.label:
            linked[criterion.id] = criterion.id
    known = {criterion.id for criterion in earlier.criteria}
    return {one: other for one, other in linked.items() if one in known and other in labels}


def _singles(editions: tuple[Edition, ...], links: dict[tuple[str, str], dict[str, str]]) -> list[Chain]:
    if not editions:
        return []
    chains = [[criterion.id] for criterion in editions[0].criteria]
    for linked in links.values():
        chains = [[*chain, linked[chain[-1]]] for chain in chains if chain[-1] in linked]
    ids = [edition.id for edition in editions]
    return [Chain(chain[-1], {e: {name: 1.0} for e, name in zip(ids, chain, strict=True)}) for chain in chains]


def _groups(
    editions: tuple[Edition, ...], crosswalk: pd.DataFrame, links: dict[tuple[str, str], dict[str, str]]
) -> list[Chain]:
    """Families of criteria that splits and mergers tie together, whole in every edition."""
    family = {(e.id, criterion.id): {(e.id, criterion.id)} for e in editions for criterion in e.criteria}
    before, after, shares = set(), set(), {}
    for earlier, later in pairwise(editions):
        ties = [(one, other, "", np.nan) for one, other in links[earlier.id, later.id].items()]
        rows = _lines(crosswalk, earlier, later)
        ties += list(_ties(rows[rows["relation"].isin(GROUPED)]))
        for one, other, relation, share in ties:
            start, end = (earlier.id, one), (later.id, other)
            if start not in family or end not in family:
                continue
            joint = family[start] | family[end]
            family |= dict.fromkeys(joint, joint)
            after.add(start)
            before.add(end)
            if np.isfinite(share):
                shares[end if relation == "split" else start] = share
    first, last = (editions[0].id, editions[-1].id) if editions else ("", "")
    chains = []
    for members in {id(joint): joint for joint in family.values()}.values():
        whole = all((m[0] == first or m in before) and (m[0] == last or m in after) for m in members)
        if whole and len(members) > len(editions):
            chains.append(_group(members, editions, shares))
    return chains


def _ties(rows: pd.DataFrame):
    share = rows["share"] if "share" in rows else pd.Series(np.nan, index=rows.index)
    return zip(rows["from_criterion"], rows["to_criterion"], rows["relation"], share, strict=True)


def _group(members: set[tuple[str, str]], editions: tuple[Edition, ...], shares: dict) -> Chain:
    parts = {}
    for edition in editions:
        names = [criterion.id for criterion in edition.criteria if (edition.id, criterion.id) in members]
        given = np.array([shares.get((edition.id, name), np.nan) for name in names])
        given = given / given.sum() if np.isfinite(given).all() else np.full(len(names), 1 / len(names))
        parts[edition.id] = dict(zip(names, given.tolist(), strict=True))
    names = [next(iter(shared)) for shared in reversed(parts.values()) if len(shared) == 1]
    return Chain(names[0] if names else next(iter(parts[editions[-1].id])), parts)
