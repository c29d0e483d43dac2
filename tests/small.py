"""Small competitions and tables for tests: a few dossiers, jurors and criteria, written out."""

import numpy as np
import pandas as pd

from analysis import schema
from analysis.config import Competition

LABELS = {"speed": {"en": "Speed"}, "clarity": {"en": "Clarity"}}


def edition(name="e01", **changes):
    number = int(name[1:])
    settings = {
        "id": name,
        "number": number,
        "year": 2000 + number,
        "title": {"en": name},
        "scales": {"ten": {"minimum": 0, "maximum": 10}},
        "criteria": [{"id": key, "label": label, "scale": "ten", "weight": 1} for key, label in LABELS.items()],
        "stages": [{"id": "s1", "label": {}}, {"id": "s2", "label": {}}],
        "decision": {"weights": {"s1": 0.5, "s2": 0.5}, "rule": "places", "value": 1},
    }
    return settings | changes


def competition(*editions, **changes):
    settings = {"id": "small", "title": {}, "organizer": {}, "analysis": {"replicates": 200}}
    return Competition(**(settings | changes), editions=editions or (edition(),))


def scores(marks, *, of="e01", stage="s1", criteria=("speed", "clarity"), minimum=0, maximum=10):
    """Marks by dossier, juror and criterion; an office is named after the dossier."""
    marks = np.asarray(marks, dtype=float)
    rows = [
        {
            "edition": of,
            "stage": stage,
            "dossier": f"d{d}",
            "office": f"o{d}",
            "category": f"c{d % 2}",
            "juror": f"j{j}",
        }
        | {"criterion": criteria[c], "value": mark, "value_100": 100 * (mark - minimum) / (maximum - minimum)}
        | {"missing": "missing" if np.isnan(mark) else ""}
        for (d, j, c), mark in np.ndenumerate(marks)
    ]
    return pd.DataFrame(rows)


def dossiers(count, *, of="e01", outcomes=None, statuses=None):
    rows = [
        {"edition": of, "dossier": f"d{d}", "office": f"o{d}", "category": f"c{d % 2}"}
        | {"status": (statuses or {}).get(d, "valid"), "outcome": (outcomes or {}).get(d, "")}
        for d in range(count)
    ]
    return pd.DataFrame(rows)


def tables(**frames):
    """Every table of the schema: empty, or the frames given (a list of frames is laid one under another)."""
    given = {name: pd.concat(parts if isinstance(parts, list) else [parts]) for name, parts in frames.items()}
    return {
        name: schema.conform(given[name], table) if name in given else table.empty()
        for name, table in schema.TABLES.items()
    }


def one(frame, **keys):
    """The value of the only row with these keys (other key columns free)."""
    found = frame
    for name, value in keys.items():
        found = found[found[name] == value]
    assert len(found) == 1, found
    return found.iloc[0]
