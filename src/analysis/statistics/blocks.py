"""Linear algebra of random terms inside one another's blocks: many small systems, then one dense one.

Notation of this module and of `reml`. V/σ² = I + Σ γ ZZ', γ a term's variance over the residual's. Terms that contain
the block factor (B) fall into one small system a block; fixed columns and all other terms (U) form one dense system.
W = (I + Σ_B γ ZZ')⁻¹ never appears: only its products with B, U and vectors, block by block.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_array, hstack

from analysis.statistics.terms import Design, level_codes

CHUNK = 2_000_000  # numbers of the largest array made in passing
FIXED = -1  # the term of a fixed column


@dataclass(frozen=True)
class Blocks:
    """Blocks of about one size, filled up with zeros to the same one.

    `within` = B'B (blocks, b, b), `across` = B'U (blocks, b, u). `columns` and `places` say which columns of B and
    of U these are, `terms` the term of each column of B; one past the last where filled up. `starts`: the first of each
    run of blocks with the same columns of U.
    """

    within: np.ndarray
    across: np.ndarray
    columns: np.ndarray
    places: np.ndarray
    terms: np.ndarray
    starts: np.ndarray


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
    if block not in factors:
        raise ValueError(f"no codes are given for the factor of the blocks, {block!r}")
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
    across = (block_rows @ csr_array(dense_rows.T)).tocoo()
    within = (block_rows @ csr_array(block_rows.T)).tocoo()
    met, pair = np.unique(owner[across.row] * width + across.col, return_inverse=True)
    holder, column = np.divmod(met, width)
    place, spot = rank_within(owner), rank_within(holder)  # where a column of B, of U stands in its block
    size, breadth = np.bincount(owner), np.bincount(holder)
    # blocks with the same columns of U side by side: their sums of roots are equal
    rounded, alike = rounded_up(size), np.bincount(holder, weights=np.sqrt(column + 2.0))
    order = np.lexsort((alike, rounded))
    position = np.empty_like(order)
    position[order] = np.arange(len(order))
    cells = [
        by_position(position[owner[within.row]], place[within.row], place[within.col], within.data),
        by_position(position[owner[across.row]], place[across.row], spot[pair], across.data),
        by_position(position[owner], place, np.arange(columns), terms),
        by_position(position[holder], spot, column),
    ]
    for start, stop in pieces(rounded[order], breadth[order]):
        b, u = size[order[start:stop]].max(), breadth[order[start:stop]].max()
        yield filled(cells, (start, stop), (b, u), (columns, width, outside))


def filled(
    cells: list[tuple[np.ndarray, ...]], span: tuple[int, int], shape: tuple[int, int], outside: tuple[int, int, int]
) -> Blocks:
    """Fill the blocks at a span of positions up to one shape."""
    (b, u), (columns, width, terms) = shape, outside
    number = span[1] - span[0]
    within, across = np.zeros((number, b, b)), np.zeros((number, b, u))
    of_blocks, of_dense, of_terms = (np.full((number, n), last) for n, last in ((b, columns), (u, width), (b, terms)))
    chosen = [[part[slice(*np.searchsorted(own[0], span))] for part in own] for own in cells]
    at, row, column, value = chosen[0]
    within[at - span[0], row, column] = value
    at, row, column, value = chosen[1]
    across[at - span[0], row, column] = value
    at, row, column, value = chosen[2]
    of_blocks[at - span[0], row], of_terms[at - span[0], row] = column, value
    at, row, column = chosen[3]
    of_dense[at - span[0], row] = column
    differs = (of_dense[1:] != of_dense[:-1]).any(axis=1)
    return Blocks(within, across, of_blocks, of_dense, of_terms, np.append(0, 1 + np.flatnonzero(differs)))


def by_position(position: np.ndarray, *parts: np.ndarray) -> tuple[np.ndarray, ...]:
    """Sort cells by the position of their block."""
    order = np.argsort(position, kind="stable")
    return position[order], *(part[order] for part in parts)


def rank_within(group: np.ndarray) -> np.ndarray:
    """Number the members of each group from 0 in their order."""
    order = np.argsort(group, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(group))[:-1]])
    rank = np.empty(len(group), dtype=int)
    rank[order] = np.arange(len(group)) - start[group[order]]
    return rank


def rounded_up(size: np.ndarray) -> np.ndarray:
    """Round sizes of blocks up so that few different ones are left and at most a quarter of a block is filling."""
    step = 2.0 ** np.maximum(np.floor(np.log2(size)) - 2, 0)
    return np.ceil(size / step) * step


def pieces(rounded: np.ndarray, breadth: np.ndarray) -> Iterator[tuple[int, int]]:
    """Cut sorted blocks into spans of one rounded size, of at most `CHUNK` numbers."""
    edges = [0, *(1 + np.flatnonzero(np.diff(rounded))), len(rounded)]
    for first, last in pairwise(edges):
        each = max(1, int(CHUNK // breadth[first:last].max() ** 2))
        yield from ((start, min(start + each, last)) for start in range(first, last, each))


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
        dense -= summed_products(blocks.across, core @ blocks.across, blocks, width)
    return Elimination(tuple(cores), float(log_determinant), dense)


def summed_products(left: np.ndarray, right: np.ndarray, blocks: Blocks, width: int) -> np.ndarray:
    """Add up the products left'right of all blocks (blocks, b, u), each at its block's columns of U."""
    places = blocks.places[blocks.starts]
    u = places.shape[1]
    left, right = left.reshape(-1, u), right.reshape(-1, u)
    edges = np.append(blocks.starts, len(blocks.places)) * blocks.columns.shape[1]
    alike = np.empty((len(places), u, u))
    for number, (start, stop) in enumerate(pairwise(edges)):
        np.matmul(left[start:stop].T, right[start:stop], out=alike[number])
    flat = places[:, :, None] * (width + 1) + places[:, None, :]
    total = np.bincount(flat.ravel(), weights=alike.ravel(), minlength=(width + 1) ** 2)
    return total.reshape(width + 1, width + 1)[:width, :width]


def own_products(left: np.ndarray, matrix: np.ndarray, blocks: Blocks) -> np.ndarray:
    """Multiply each block's left (blocks, b, u) by the square piece of a matrix at its columns of U."""
    edged = np.pad(matrix, (0, 1))
    rows = left.reshape(-1, left.shape[2])
    products = np.empty_like(rows)
    edges = np.append(blocks.starts, len(blocks.places)) * left.shape[1]
    for places, (start, stop) in zip(blocks.places[blocks.starts], pairwise(edges), strict=True):
        np.matmul(rows[start:stop], edged[places[:, None], places], out=products[start:stop])
    return products.reshape(left.shape)


def weighted_products(system: System, left: Elimination, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give C'WC and U'WC of the columns C (marks × any)."""
    squares, across = columns.T @ columns, edge(system.dense_rows @ columns)
    edged = edge(system.block_rows @ columns)
    for blocks, core in zip(system.blocks, left.cores, strict=True):
        own = edged[blocks.columns]
        moved = core @ own
        squares -= np.einsum("nbc,nbd->cd", own, moved)
        np.subtract.at(across, blocks.places, blocks.across.swapaxes(1, 2) @ moved)
    return squares, across[:-1]


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
        yield blocks, own, across, own_products(across, inner, blocks)
