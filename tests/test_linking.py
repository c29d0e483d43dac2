"""Severities of several editions on one scale."""

import numpy as np
import pandas as pd
import pytest

from analysis.errors import NotDefined
from analysis.statistics import rasch
from analysis.statistics.jurors import severity_additive
from analysis.statistics.linking import link_editions


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
    links = link_editions(measures, errors)
    assert links.constant == pytest.approx([0, np.mean([0.4, 0.5, 0.3])])
    assert links.linked[3, 1] == pytest.approx(1.3)


def test_errors_of_the_constants_are_as_large_as_their_standard_errors():
    rng = np.random.default_rng(1)
    ratios = []
    for _ in range(100):
        measures, errors, constant = editions(rng)
        links = link_editions(measures, errors, drift=np.inf)
        ratios.append(((links.constant - constant)[1:] / links.se[1:]) ** 2)
    assert np.sqrt(np.mean(ratios)) == pytest.approx(1, abs=0.1)


def test_drifts_of_steady_jurors_have_unit_variance():
    rng = np.random.default_rng(2)
    z = [link_editions(*editions(rng)[:2], drift=np.inf).z for _ in range(30)]
    assert np.nanstd(z) == pytest.approx(1, abs=0.1)


def test_true_changes_between_editions_are_estimated():
    rng = np.random.default_rng(3)
    spreads = [link_editions(*editions(rng, change=0.2)[:2], drift=np.inf).spread for _ in range(40)]
    assert np.mean(spreads) == pytest.approx(0.2, abs=0.02)


def test_a_juror_who_became_severe_is_named_and_links_no_more():
    measures, errors, constant = editions(np.random.default_rng(4), error=0.05, change=0.0)
    juror = int((~np.isnan(measures)).sum(axis=1).argmax())  # of two editions nobody could say in which he changed
    edition = int(np.flatnonzero(~np.isnan(measures[juror]))[-1])
    measures[juror, edition] += 1
    links = link_editions(measures, errors)
    assert np.nanargmax(links.z) == juror * 5 + edition and not links.steady[juror, edition]
    assert links.constant == pytest.approx(constant, abs=0.1)


def test_of_two_common_jurors_who_disagree_neither_is_left_out():
    links = link_editions(np.array([[0.5, 0.5], [-0.5, 0.5]]), np.full((2, 2), 0.05))
    assert links.steady.all() and links.se[1] > 0.3


def test_editions_are_linked_through_an_edition_between_them():
    measures = np.array([[0.3, 0.1, np.nan], [np.nan, 0.4, 1.0]])
    links = link_editions(measures, np.where(np.isnan(measures), np.nan, 0.1))
    assert links.constant == pytest.approx([0, 0.2, 0.2 - 0.6])
    assert links.common.tolist() == [[1, 1, 0], [1, 2, 1], [0, 1, 1]]


def test_editions_without_a_common_juror_are_refused_by_number():
    measures = np.array([[0.3, 0.1, np.nan], [np.nan, np.nan, 1.0]])
    with pytest.raises(NotDefined, match=r"not_connected: .*1, 2; 3"):
        link_editions(measures, np.where(np.isnan(measures), np.nan, 0.1))


def dense(measures, errors):
    """Constants by weighted least squares on one column a juror and one an edition, first edition 0."""
    juror, edition = np.nonzero(~np.isnan(measures))
    design = np.zeros((len(juror), sum(measures.shape)))
    design[np.arange(len(juror)), juror] = 1
    design[np.arange(len(juror)), len(measures) + edition] = -1
    weight = 1 / errors[juror, edition]
    found = np.linalg.lstsq(design * weight[:, None], measures[juror, edition] * weight)[0][len(measures) :]
    return found - found[0]


def test_constants_are_those_of_dense_weighted_least_squares():
    rng = np.random.default_rng(5)
    measures, errors, _ = editions(rng, jurors=8, change=0.0)
    errors *= rng.uniform(1, 4, errors.shape)
    links = link_editions(measures, errors, drift=np.inf)
    assert links.spread == 0 and links.constant == pytest.approx(dense(measures, errors))


def test_severities_of_editions_linked_by_covariances_are_those_of_one_additive_model():
    rng = np.random.default_rng(6)
    marks = rng.normal(0, 1, (120, 1)) - rng.normal(0, 0.5, 7) + rng.normal(0, 0.3, (120, 7))
    for edition, absent in enumerate(([0, 1], [1, 2, 5], [3], [0, 6])):
        marks[np.ix_(range(30 * edition, 30 * edition + 30), absent)] = np.nan
    whole = severity_additive(marks)
    fits = [severity_additive(marks[start : start + 30]) for start in range(0, 120, 30)]
    same = np.array([fit.covariance / fit.residual_sd**2 for fit in fits]) * whole.residual_sd**2
    links = link_editions(np.array([fit.value for fit in fits]).T, same, drift=np.inf)
    linked = np.array([link_mean(links, fits, same, juror) for juror in range(7)])
    assert links.spread == 0 and linked - linked.mean() == pytest.approx(whole.value)


def link_mean(links, fits, covariances, juror):
    """Severity of a juror over editions: what explains all linked severities at once, by dense least squares."""
    rows, right = [], []
    for edition, fit in enumerate(fits):
        there = ~np.isnan(fit.value)
        value, vector = np.linalg.eigh(covariances[edition][np.ix_(there, there)])
        whitened = (vector / np.sqrt(np.where(value > 1e-12, value, np.inf))).T
        design = np.zeros((there.sum(), 7))
        design[np.arange(there.sum()), np.flatnonzero(there)] = 1
        rows.append(whitened @ design)
        right.append(whitened @ links.linked[there, edition])
    return np.linalg.lstsq(np.vstack(rows), np.concatenate(right))[0][juror]


def panels(rng, *, changes):
    """Simulate four editions of 25 dossiers: severities of eight jurors, of whom six sit in each edition."""
    severity = rng.normal(0, 0.6, 8)
    fits, true = [], np.full((8, 4), np.nan)
    for edition in range(4):
        there = rng.choice(8, 6, replace=False)
        true[there, edition] = severity[there] + changes * rng.normal(size=6)
        marks = np.full((25, 8), np.nan)
        marks[:, there] = rng.normal(0, 1, (25, 1)) - true[there, edition] + rng.normal(0, 0.5, (25, 6))
        fits.append(severity_additive(marks))
    return fits, true


def test_linked_severities_recover_the_simulated_ones_within_their_errors():
    rng, ratios, slopes = np.random.default_rng(7), [], []
    for _ in range(60):
        fits, true = panels(rng, changes=0.0)
        links = link_editions(np.array([f.value for f in fits]).T, np.array([f.covariance for f in fits]))
        error = links.linked - true + np.nanmean(true[:, 0])
        ratios.append(error / links.linked_se)
        there = ~np.isnan(true)
        slopes.append(np.polyfit(true[there], links.linked[there], 1)[0])
    assert np.sqrt(np.nanmean(np.array(ratios) ** 2)) == pytest.approx(1, abs=0.1)
    assert np.mean(slopes) == pytest.approx(1, abs=0.03)


def test_a_change_is_found_no_oftener_than_its_p_value_says():
    rng, p = np.random.default_rng(8), []
    for _ in range(80):
        fits, _ = panels(rng, changes=0.0)
        links = link_editions(np.array([f.value for f in fits]).T, np.array([f.covariance for f in fits]), drift=np.inf)
        p.extend(links.change_p[~np.isnan(links.change_p)])
    assert 0.01 < np.mean(np.array(p) < 0.05) < 0.07


def test_the_drift_of_a_juror_is_its_change_against_the_others():
    measures = np.array([[0.5, 0.2], [0.2, 0.0], [-0.4, -0.7], [-0.3, 0.5]])
    links = link_editions(measures, np.full((4, 2), 0.1), drift=np.inf)
    assert links.change[3, 0] == pytest.approx(0.8 + np.mean([0.3, 0.2, 0.3]))
    assert links.change[0, 0] == pytest.approx(-0.3 + np.mean([0.2, 0.3, -0.8]))


def test_two_editions_of_two_jurors_show_no_p_value_of_drift():
    links = link_editions(np.array([[0.5, 0.2], [-0.5, -0.2]]), np.full((2, 2), 0.1))
    assert np.isfinite(links.change).all() and np.isnan(links.change_p).all()


def test_a_variance_that_is_not_positive_is_refused():
    with pytest.raises(ValueError, match="variance"):
        link_editions(np.zeros((2, 2)), np.zeros((2, 2)))


@pytest.mark.real
def test_severities_of_fifteen_series_of_dancing_linked_are_those_of_one_model(shared):
    scores = pd.read_csv(shared / "data" / "strictly_come_dancing" / "results.csv")
    marks = scores[[column for column in scores if column.startswith("score_")]]
    marks, series = marks.where(marks > 0).to_numpy(float), scores["series"].to_numpy()
    fits = [severity_additive(marks[series == one]) for one in np.unique(series)]
    measures = np.array([fit.value for fit in fits]).T
    links = link_editions(measures, np.array([fit.covariance for fit in fits]))
    whole, there = severity_additive(marks), ~np.isnan(links.linked)
    mean = np.array([np.average(x[t], weights=1 / e[t] ** 2) if t.any() else np.nan
                     for x, e, t in zip(links.linked, links.linked_se, there, strict=True)])  # fmt: skip
    often = there.sum(axis=1) >= 2
    apart = (mean - whole.value)[often] - (mean - whole.value)[often].mean()
    allowed = np.hypot(links.spread, whole.se[often])
    assert len(fits) == 15 and often.sum() == 6
    assert (np.abs(apart) < 2 * allowed).all()


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
    links = link_editions(measures, errors)
    often = (~np.isnan(measures)).sum(axis=1) >= 3
    linked = np.nanmean(links.linked, axis=1)[often]
    assert len(series) == 15 and np.isfinite(links.constant).all()
    assert np.corrcoef(linked, severity_additive(marks).value[often])[0, 1] > 0.95
