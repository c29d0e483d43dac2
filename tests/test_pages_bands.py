import math

import pytest

from analysis.pages import bands
from analysis.pages.words import Words

MEASURES = [
    "krippendorff_alpha",
    "icc_a1",
    "kendall_w",
    "cronbach_alpha",
    "cohen_kappa",
    "lin_ccc",
    "rwg",
    "dependability",
]


@pytest.mark.parametrize("measure", MEASURES)
def test_a_limit_belongs_to_the_band_above_it(measure):
    for limit in bands.limits(measure):
        above, below = bands.band(measure, limit), bands.band(measure, math.nextafter(limit, -1))
        assert (above.low, below.high) == (limit, limit)


def test_the_bands_of_alpha_are_those_of_krippendorff():
    found = [bands.band("krippendorff_alpha", value).name for value in (-0.2, 0.66, 0.67, 0.79, 0.8, 1.0)]
    assert found == ["below", "below", "tentative", "tentative", "firm", "firm"]


def test_the_bands_of_icc_are_those_of_koo_and_li():
    found = [bands.band("icc_a1", value).name for value in (0.49, 0.5, 0.74, 0.75, 0.89, 0.9)]
    assert found == ["poor", "moderate", "moderate", "good", "good", "excellent"]


def test_the_bands_of_kappa_are_those_of_landis_and_koch():
    found = [bands.band("cohen_kappa", value).name for value in (-0.01, 0.2, 0.21, 0.6, 0.61, 0.81)]
    assert found == ["poor", "slight", "fair", "moderate", "substantial", "almost_perfect"]


def test_the_bands_of_concordance_are_those_of_mcbride():
    found = [bands.band("lin_ccc", value).name for value in (0.89, 0.9, 0.95, 0.99)]
    assert found == ["poor", "moderate", "substantial", "almost_perfect"]


def test_the_bands_of_rwg_are_those_of_lebreton_and_senter():
    found = [bands.band("rwg", value).name for value in (0.3, 0.5, 0.7, 0.9, 0.91)]
    assert found == ["lack", "weak", "moderate", "strong", "very_strong"]


def test_every_measure_has_one_scheme_of_bands():
    measures = [name for entry in bands._schemes().values() for name in entry["measures"]]
    assert len(measures) == len(set(measures))


def test_the_source_of_every_band_is_given_once():
    found = bands.sources([name for entry in bands._schemes().values() for name in entry["measures"]])
    assert sorted(found) == sorted(entry["source"] for entry in bands._schemes().values())


def test_a_missing_value_has_no_band():
    assert bands.band("icc_a1", math.nan) is None


@pytest.mark.parametrize("language", ["pl", "en"])
@pytest.mark.parametrize("measure", MEASURES)
def test_every_band_has_words_and_a_source_with_a_year(language, measure):
    words = Words(language)
    for value in (-1.0, *bands.limits(measure)):
        band = bands.band(measure, value)
        assert words.text(band.key) and words.text(band.brief)
        assert band.short[-4:].isdigit() and band.short[-4:] in band.source


@pytest.mark.parametrize("language", ["pl", "en"])
def test_every_published_panel_is_named_and_cited(language):
    words = Words(language)
    for entry in bands.published():
        assert words.has(f"bands.published.{entry.id}")
        assert words.has(f"agreement.published.{entry.form}")
        assert entry.id.split("_")[0] in entry.source.lower()
        assert not math.isnan(entry.value) or entry.low < entry.high
