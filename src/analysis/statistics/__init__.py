"""Arrays in, numbers out: the statistics of a judged competition, with numpy and scipy only.

`ratings` is a float array, units × jurors, NaN where a juror did not rate a unit; a unit is what jurors rate in common
(a dossier), `cluster` says which office each unit belongs to. A function returns a number or a frozen dataclass whose
fields are columns of `results`, or raises `NotDefined`.
"""
