"""Severities of several editions on one scale."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import NotDefined
from analysis.statistics import rasch
from analysis.statistics.jurors import severity_additive


def editions(rng, *, jurors=12, number=5, error=0.1, change=0.1):
    """Draw severities edition by edition, with their errors and the constants to be found."""
    there = rng.random((jurors, number)) < 0.7
    constant = rng.normal(0, 0.3, number)
    constant[0] = 0
    true = rng.normal(0, 0.5, (jurors, 1)) + rng.normal(0, change, (jurors, number))
    seen = true - constant + rng.normal(0, error, (jurors, number))
    return np.where(there, seen, np.nan), np.where(there, error, np.nan), constant


def test_two_editions_are_linked_by_the_mean_difference_of_their_common_jurors():
    measures = np.array([[0.5, 0.1], [0.2, -0.3], [-0.4, -0.7], [np.nan, 0.9]])
    errors = np.where(np.isnan(measures), np.nan, 0.1)
    links = rasch.link_editions(measures, errors)
    assert links.constant == pytest.approx([0, np.mean([0.4, 0.5, 0.3])])
    assert links.linked[3, 1] == pytest.approx(1.3)


def test_errors_of_the_constants_are_as_large_as_their_standard_errors():
    rng = np.random.default_rng(1)
    ratios = []
    for _ in range(200):
        measures, errors, constant = editions(rng)
        links = rasch.link_editions(measures, errors, drift=np.inf)
        ratios.append(((links.constant - constant)[1:] / links.se[1:]) ** 2)
    assert np.sqrt(np.mean(ratios)) == pytest.approx(1, abs=0.1)


def test_drifts_of_steady_jurors_have_unit_variance():
    rng = np.random.default_rng(2)
    z = [rasch.link_editions(*editions(rng)[:2], drift=np.inf).z for _ in range(50)]
    assert np.nanstd(z) == pytest.approx(1, abs=0.1)


def test_true_changes_between_editions_are_estimated():
    rng = np.random.default_rng(3)
    spreads = [rasch.link_editions(*editions(rng, change=0.2)[:2], drift=np.inf).spread for _ in range(50)]
    assert np.mean(spreads) == pytest.approx(0.2, abs=0.02)


def test_a_juror_who_became_severe_is_named_and_links_no_more():
    measures, errors, constant = editions(np.random.default_rng(4), error=0.05, change=0.0)
    juror = int((~np.isnan(measures)).sum(axis=1).argmax())  # of two editions nobody could say in which he changed
    edition = int(np.flatnonzero(~np.isnan(measures[juror]))[-1])
    measures[juror, edition] += 1
    links = rasch.link_editions(measures, errors)
    assert np.nanargmax(links.z) == juror * 5 + edition and not links.steady[juror, edition]
    assert links.constant == pytest.approx(constant, abs=0.1)


def test_of_two_common_jurors_who_disagree_neither_is_left_out():
    links = rasch.link_editions(np.array([[0.5, 0.5], [-0.5, 0.5]]), np.full((2, 2), 0.05))
    assert links.steady.all() and links.se[1] > 0.3


def test_editions_are_linked_through_an_edition_between_them():
    measures = np.array([[0.3, 0.1, np.nan], [np.nan, 0.4, 1.0]])
    links = rasch.link_editions(measures, np.where(np.isnan(measures), np.nan, 0.1))
    assert links.constant == pytest.approx([0, 0.2, 0.2 - 0.6])
    assert links.common.tolist() == [[1, 1, 0], [1, 2, 1], [0, 1, 1]]


def test_editions_without_a_common_juror_are_refused_by_number():
    measures = np.array([[0.3, 0.1, np.nan], [np.nan, np.nan, 1.0]])
    with pytest.raises(NotDefined, match=r"not_connected: .*1, 2; 3"):
        rasch.link_editions(measures, np.where(np.isnan(measures), np.nan, 0.1))


@pytest.mark.real
def test_judges_of_fifteen_series_of_dancing_are_linked_in_the_order_of_the_additive_model(shared):
    scores = pd.read_csv(shared / "data" / "strictly_come_dancing" / "results.csv")
    judges = [column for column in scores if column.startswith("score_")]
    marks = scores[judges].where(scores[judges] > 0).to_numpy(float)
    series = np.unique(scores["series"])
    measures, errors = np.full((2, len(judges), len(series)), np.nan)
    for place, one in enumerate(series):
        table = marks[scores["series"] == one]
        dance, judge = np.nonzero(~np.isnan(table))
        fit = rasch.fit(
            table[dance, judge],
            {"dance": dance, "judge": judge},
            scale=rasch.RatingScale(range(1, 11)),
            model=rasch.Model("dance"),
        )
        found = rasch.element_tables(fit)[1]
        measures[found.labels, place], errors[found.labels, place] = found.measure, found.joint_se
    links = rasch.link_editions(measures, errors)
    often = (~np.isnan(measures)).sum(axis=1) >= 3
    linked = np.nanmean(links.linked, axis=1)[often]
    assert len(series) == 15 and np.isfinite(links.constant).all()
    assert np.corrcoef(linked, severity_additive(marks).value[often])[0, 1] > 0.95
