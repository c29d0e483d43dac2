"""Configuration: data beside data."""

from analysis.config.fields import MISSING, Id, Level, Text
from analysis.config.files import read_competition, read_toml
from analysis.config.layouts import (
    ExcludeRule,
    Join,
    JurorPlace,
    ScoreLayout,
    ScoreSource,
    SurveyLayout,
    SurveySource,
)
from analysis.config.models import (
    Analysis,
    Category,
    Competition,
    Criterion,
    Decision,
    Dimension,
    Disclosure,
    Edition,
    Instrument,
    Item,
    OfficeRegister,
    Scale,
    Special,
    Stage,
)

__all__ = [
    "MISSING",
    "Analysis",
    "Category",
    "Competition",
    "Criterion",
    "Decision",
    "Dimension",
    "Disclosure",
    "Edition",
    "ExcludeRule",
    "Id",
    "Instrument",
    "Item",
    "Join",
    "JurorPlace",
    "Level",
    "OfficeRegister",
    "Scale",
    "ScoreLayout",
    "ScoreSource",
    "Special",
    "Stage",
    "SurveyLayout",
    "SurveySource",
    "Text",
    "read_competition",
    "read_toml",
]
