"""Of whom an interval of agreement speaks: other units before these jurors, or also before other jurors like these."""

from __future__ import annotations

from dataclasses import replace

from analysis.statistics.resample import Interval

THESE, LIKE_THESE = "these jurors", "jurors like these"
FEW_JURORS = 6  # from so many on, jurors stand for others like them


def speaking_of(interval: Interval, target: str, *, jurors: int) -> Interval:
    """Say in `interval.interval` of whom it speaks, and where few jurors stand for others; once is enough.

    Parameters
    ----------
    interval
        An interval of agreement or reliability.
    target
        `THESE` or `LIKE_THESE`.
    jurors
        Number of jurors who rated.
    """
    if interval.interval.endswith(target):
        return interval
    few = ", few jurors" if target == LIKE_THESE and jurors < FEW_JURORS else ""
    return replace(interval, interval=f"{interval.interval}{few}, {target}")
