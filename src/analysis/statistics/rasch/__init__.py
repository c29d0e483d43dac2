"""The many-facet Rasch model: measures of offices, jurors and criteria, and what is said of them."""

from analysis.statistics.rasch.categories import CategoryTable, category_tables
from analysis.statistics.rasch.connection import Bridges, bridges
from analysis.statistics.rasch.design import Anchors, Model, RatingScale
from analysis.statistics.rasch.elements import ElementTable, element_tables
from analysis.statistics.rasch.facets import FacetSummary, Separation, facet_summary
from analysis.statistics.rasch.interaction import Contrasts, InteractionTable, contrasts, interaction_table
from analysis.statistics.rasch.model import Fit, fit
from analysis.statistics.rasch.residuals import (
    DataSummary,
    ExactAgreements,
    UnexpectedMarks,
    data_summary,
    exact_agreements,
    unexpected_marks,
)

__all__ = [
    "Anchors",
    "Bridges",
    "CategoryTable",
    "Contrasts",
    "DataSummary",
    "ElementTable",
    "ExactAgreements",
    "FacetSummary",
    "Fit",
    "InteractionTable",
    "Model",
    "RatingScale",
    "Separation",
    "UnexpectedMarks",
    "bridges",
    "category_tables",
    "contrasts",
    "data_summary",
    "element_tables",
    "exact_agreements",
    "facet_summary",
    "fit",
    "interaction_table",
    "unexpected_marks",
]
