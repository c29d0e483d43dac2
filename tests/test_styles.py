import numpy as np
import pandas as pd
import pytest

from analysis.intake import styles

RNG = np.random.default_rng(5)
OPINION = RNG.normal(size=200)


def answers(count=4):
    """Answers 0-100 to items that share an opinion."""
    noise = RNG.normal(size=(200, count))
    return pd.DataFrame(50 + 10 * (OPINION[:, None] + noise), columns=[f"i{place}" for place in range(count)])


def test_an_item_the_other_way_round_is_the_only_one_named():
    frame = answers()
    assert styles.against(frame) == {}
    frame["i2"] = 100 - frame["i2"]
    assert list(styles.against(frame)) == ["i2"]


def test_items_that_share_nothing_are_not_named():
    frame = pd.DataFrame(RNG.normal(size=(200, 5)), columns=list("abcde"))
    assert styles.against(frame) == {}


def test_few_respondents_name_no_item():
    frame = answers().assign(i0=lambda frame: 100 - frame["i0"])
    assert styles.against(frame.head(styles.PEOPLE - 1)) == {}


def test_an_unanswered_item_is_no_reason_to_name_another():
    assert styles.against(answers().assign(i3=np.nan)) == {}


def test_the_same_answer_counts_from_eight_answers_on():
    same = [4.0] * styles.ALIKE
    frame = pd.DataFrame([same, [*same[:-1], 5.0], [*same[:-1], np.nan]])
    assert styles.alike(frame).tolist() == [True, False, False]


@pytest.mark.parametrize(("seconds", "fast"), [(66.0, True), (67.0, False), (np.nan, False)])
def test_below_a_third_of_the_median_time_is_too_fast(seconds, fast):
    assert styles.hurried(np.array([200.0] * 20 + [seconds]))[-1] == fast
