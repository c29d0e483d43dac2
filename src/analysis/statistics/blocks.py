"""Linear algebra of random terms inside one another's blocks: many small systems, then one dense one.

Notation of this module and of `reml`. V/σ² = I + Σ γ ZZ', γ a term's variance over the residual's. Terms that contain
the block factor (B) fall into one small system a block; fixed columns and all other terms (U) form one dense system.
W = (I + Σ_B γ ZZ')⁻¹ never appears: only its products with B, U and vectors, block by block.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, hstack

from analysis.statistics.terms import Design, level_codes

CHUNK = 2_000_000  # numbers of a chunk of blocks, so that memory does not grow with their number
FIXED = -1  # the term of a fixed column


@dataclass(frozen=True)
class Blocks:
    """Blocks of about one size, filled up with zeros to the same one.

    `within` = B'B (blocks, b, b), `across` = B'U (blocks, b, u). `columns` and `places` say which columns of B and
    of U these are, `terms` the term of each column of B; one past the last where filled up.
    """

    within: np.ndarray
    across: np.ndarray
    columns: np.ndarray
    places: np.ndarray
    terms: np.ndarray


@dataclass(frozen=True)
class System:
    """Cross products of a design: `block_rows` = B', `dense_rows` = U', `dense` = U'U, the term of each column."""

    design: Design
    block_rows: csr_array
    dense_rows: csr_array
    dense: np.ndarray
    block_terms: np.ndarray
    dense_terms: np.ndarray
    blocks: tuple[Blocks, ...]


@dataclass(frozen=True)
class Elimination:
    """What is left when the blocks are eliminated at given ratios.

    `cores` = Λ(I + ΛB'BΛ)⁻¹Λ of each block, `log_determinant` = log|W⁻¹|, `dense` = U'WU.
    """

    cores: tuple[np.ndarray, ...]
    log_determinant: float
    dense: np.ndarray


def block_system(design: Design, factors: Mapping[str, np.ndarray], block: str) -> System:
    """Sort the columns of a design into blocks and the rest, and form their cross products."""
    inside = [block in term.split(":") for term in design.terms]
    pieces = [design.indicator(term) for term in range(len(design.terms))]
    number = len(design.marks)
    of_blocks, of_dense = [i for i, own in enumerate(inside) if own], [i for i, own in enumerate(inside) if not own]
    blocked = csr_array(hstack([csr_array((number, 0)), *(pieces[i] for i in of_blocks)]))
    dense = csr_array(hstack([design.fixed, *(pieces[i] for i in of_dense)]))
    block_terms = np.repeat(np.array(of_blocks, dtype=int), [design.levels[i] for i in of_blocks])
    random = np.repeat(np.array(of_dense, dtype=int), [design.levels[i] for i in of_dense])
    dense_terms = np.concatenate([np.full(design.fixed.shape[1], FIXED), random])
    codes, _ = level_codes(factors[block], block, number)
    block_rows, dense_rows = csr_array(blocked.T), csr_array(dense.T)
    blocks = tuple(filled_blocks(block_rows, dense_rows, codes, block_terms, len(design.terms)))
    return System(design, block_rows, dense_rows, (dense_rows @ dense).toarray(), block_terms, dense_terms, blocks)


def filled_blocks(
    block_rows: csr_array, dense_rows: csr_array, codes: np.ndarray, terms: np.ndarray, outside: int
) -> Iterator[Blocks]:
    """Fill the cross products of each block into arrays of a common size, blocks of about one size together."""
    columns, width = block_rows.shape[0], dense_rows.shape[0]
    if not columns:
        return
    owner = np.empty(columns, dtype=int)  # the block of each column of B
    by_column = block_rows.tocoo()
    owner[by_column.row] = codes[by_column.col]
    place = rank_within(owner)
    across = (block_rows @ csr_array(dense_rows.T)).tocoo()
    met, pair = np.unique(owner[across.row] * width + across.col, return_inverse=True)
    spot = rank_within(met // width)  # where a column of U stands in its block
    within = (block_rows @ csr_array(block_rows.T)).tocoo()
    size, breadth = np.bincount(owner), np.bincount(met // width)
    for chosen in size_classes(size, breadth):
        b, u = size[chosen].max(), breadth[chosen].max()
        at = np.full(len(size), -1)
        at[chosen] = np.arange(len(chosen))
        part = Blocks(
            np.zeros((len(chosen), b, b)), np.zeros((len(chosen), b, u)), np.full((len(chosen), b), columns),
            np.full((len(chosen), u), width), np.full((len(chosen), b), outside),
        )  # fmt: skip
        keep = at[owner[within.row]] >= 0
        part.within[at[owner[within.row[keep]]], place[within.row[keep]], place[within.col[keep]]] = within.data[keep]
        keep = at[owner[across.row]] >= 0
        part.across[at[owner[across.row[keep]]], place[across.row[keep]], spot[pair[keep]]] = across.data[keep]
        own = np.flatnonzero(at[owner] >= 0)
        part.columns[at[owner[own]], place[own]], part.terms[at[owner[own]], place[own]] = own, terms[own]
        keep = at[met // width] >= 0
        part.places[at[met[keep] // width], spot[keep]] = met[keep] % width
        yield part


def rank_within(group: np.ndarray) -> np.ndarray:
    """Number the members of each group from 0 in their order."""
    order = np.argsort(group, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(group))[:-1]])
    rank = np.empty(len(group), dtype=int)
    rank[order] = np.arange(len(group)) - start[group[order]]
    return rank


def size_classes(size: np.ndarray, breadth: np.ndarray) -> Iterator[np.ndarray]:
    """Give blocks of about one size, at most `CHUNK` numbers a piece."""
    step = 2.0 ** np.maximum(np.floor(np.log2(np.maximum(size, 1))) - 2, 0)
    rounded = np.ceil(size / step) * step  # at most a quarter of a block is filling
    for value in np.unique(rounded):
        members = np.flatnonzero(rounded == value)
        each = max(1, int(CHUNK // breadth[members].max() ** 2))
        for start in range(0, len(members), each):
            yield members[start : start + each]


def eliminate(system: System, ratios: np.ndarray) -> Elimination:
    """Eliminate the blocks at given ratios of the variances to the residual's."""
    width = len(system.dense)
    root = np.sqrt(np.append(ratios, 0.0))
    cores, log_determinant, dense = [], 0.0, system.dense.copy()
    for blocks in system.blocks:
        scale = root[blocks.terms]
        scaled = scale[:, :, None] * blocks.within * scale[:, None, :] + np.eye(scale.shape[1])
        factor = np.linalg.cholesky(scaled)
        log_determinant += 2 * np.log(np.diagonal(factor, axis1=1, axis2=2)).sum()
        core = scale[:, :, None] * np.linalg.inv(scaled) * scale[:, None, :]
        cores.append(core)
        dense -= scattered(blocks.across.swapaxes(1, 2) @ (core @ blocks.across), blocks.places, width)
    return Elimination(tuple(cores), float(log_determinant), dense)


def scattered(parts: np.ndarray, places: np.ndarray, width: int) -> np.ndarray:
    """Add up square pieces of a matrix, each at its own rows and columns."""
    flat = places[:, :, None] * (width + 1) + places[:, None, :]
    total = np.bincount(flat.ravel(), weights=parts.ravel(), minlength=(width + 1) ** 2)
    return total.reshape(width + 1, width + 1)[:width, :width]


def gathered(matrix: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Give the square pieces of a matrix at the rows and columns of each block, zeros where filled up."""
    width = len(matrix)
    edged = np.zeros((width + 1, width + 1))
    edged[:width, :width] = matrix
    return edged[places[:, :, None], places[:, None, :]]


def weighted_products(system: System, left: Elimination, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give C'WC and U'WC of the columns C (marks × any)."""
    squares, across = columns.T @ columns, system.dense_rows @ columns
    edged = edge(system.block_rows @ columns)
    for blocks, core in zip(system.blocks, left.cores, strict=True):
        own = edged[blocks.columns]
        moved = core @ own
        squares -= np.einsum("nbc,nbd->cd", own, moved)
        np.subtract.at(edged_across := edge(across), blocks.places, blocks.across.swapaxes(1, 2) @ moved)
        across = edged_across[:-1]
    return squares, across


def edge(columns: np.ndarray) -> np.ndarray:
    """Add a row of zeros, the one that filled-up places point to."""
    return np.vstack([columns, np.zeros((1, columns.shape[1]))])


def block_effects(system: System, left: Elimination, rest: np.ndarray) -> np.ndarray:
    """Predict the effects of the columns of B from marks without their fixed and dense part."""
    edged = edge((system.block_rows @ rest)[:, None])[:, 0]
    effects = np.zeros(len(edged))
    for blocks, core in zip(system.blocks, left.cores, strict=True):
        effects[blocks.columns] = (core @ edged[blocks.columns][:, :, None])[:, :, 0]
    return effects[:-1]


def projected_blocks(
    system: System, left: Elimination, inner: np.ndarray
) -> Iterator[tuple[Blocks, np.ndarray, np.ndarray, np.ndarray]]:
    """Give of each piece of blocks K = B'WB, F = B'WU and F·inner."""
    for blocks, core in zip(system.blocks, left.cores, strict=True):
        own = blocks.within - blocks.within @ core @ blocks.within
        across = blocks.across - blocks.within @ (core @ blocks.across)
        yield blocks, own, across, across @ gathered(inner, blocks.places)
