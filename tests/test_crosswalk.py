"""What is comparable between editions, and what crosswalk.csv may say."""

import pandas as pd
import pytest

from analysis import measures
from analysis.config import Scale
from analysis.errors import DataErrors
from analysis.intake.crosswalk import check_crosswalk
from analysis.intake.ledger import Journal
from analysis.measures.crosswalk import comparability
from small import competition, edition, one, scores, tables

COLUMNS = ["from_edition", "from_criterion", "to_edition", "to_criterion", "relation", "share"]


def editions(*names, **scales):
    """Editions with these criteria each, `a b` a text; another scale of an edition by its id."""
    made = []
    for number, text in enumerate(names, start=1):
        name = f"e{number:02}"
        scale = scales.get(name, {"minimum": 0, "maximum": 10})
        listed = [{"id": key, "label": {"en": key}, "scale": "ten", "weight": 1} for key in text.split()]
        made.append(edition(name, criteria=listed, scales={"ten": scale}))
    return competition(*made)


def lines(*rows):
    frame = pd.DataFrame([dict(zip(COLUMNS, [*row, ""][:6], strict=True)) for row in rows], columns=COLUMNS)
    return frame.assign(line=range(2, len(rows) + 2))


def checked(settings, *rows):
    journal = Journal("")
    frame = check_crosswalk(lines(*rows), settings, journal=journal)
    return frame, [sentence for _, sentence in journal.errors]


SPLIT = (("e01", "b", "e02", "c", "split"), ("e01", "b", "e02", "d", "split"))


def test_a_split_criterion_is_comparable_with_its_parts_as_a_group_only():
    settings = editions("a b", "a c d")
    found = comparability(checked(settings, *SPLIT)[0], settings)
    assert found.core("e02") == ["a"] and [found.sense("e02", name) for name in "acd"] == [
        "criterion",
        "group",
        "group",
    ]
    assert found.groups[0].name == "b" and found.groups[0].shares == {"e01": {"b": 1}, "e02": {"c": 0.5, "d": 0.5}}


def test_merged_criteria_are_a_group_in_the_earlier_edition():
    settings = editions("c d", "b")
    rows = [("e01", name, "e02", "b", "merged") for name in "cd"]
    found = comparability(checked(settings, *rows)[0], settings)
    assert found.core("e01") == [] and found.groups[0].shares["e01"] == {"c": 0.5, "d": 0.5}


def test_shares_say_how_much_each_part_counts():
    settings = editions("a b", "a c d")
    rows = [(*SPLIT[0], "0,75"), (*SPLIT[1], "0.25")]
    assert comparability(checked(settings, *rows)[0], settings).groups[0].shares["e02"] == {"c": 0.75, "d": 0.25}


def test_a_group_lives_on_through_editions_and_breaks_where_a_part_is_dropped():
    lasting = editions("b", "c d", "c d")
    dropped = editions("b", "c d", "c")
    assert len(comparability(checked(lasting, *SPLIT)[0], lasting).groups) == 1
    assert comparability(checked(dropped, *SPLIT)[0], dropped).groups == []


def test_every_criterion_of_every_edition_has_one_line_in_the_frame():
    settings = editions("a b", "a c d")
    frame = comparability(checked(settings, *SPLIT)[0], settings).frame()
    assert frame[["edition", "criterion", "chain", "sense"]].to_numpy().tolist() == [
        ["e01", "a", "a", "criterion"],
        ["e01", "b", "b", "group"],
        ["e02", "a", "a", "criterion"],
        ["e02", "c", "b", "group"],
        ["e02", "d", "b", "group"],
    ]


def test_without_editions_nothing_is_comparable():
    found = comparability(lines(), competition(edition("e01", criteria=[], stages=[], decision={"weights": {}})))
    assert found.chains == () and found.frame().empty


def test_the_mark_on_the_whole_stands_beside_the_mean_of_its_parts():
    settings = editions("a b", "a c d")
    marks = [
        scores([[[1, 4]], [[2, 6]]], criteria=["a", "b"]),
        scores([[[1, 2, 10]], [[2, 4, 8]]], of="e02", criteria=["a", "c", "d"]),
    ]
    frame = measures.measure("trends", tables(scores=marks, crosswalk=checked(settings, *SPLIT)[0]), settings, "")
    found = [one(frame, measure="score_group", criterion="b", edition=name)["value"] for name in ("e01", "e02")]
    assert found == [pytest.approx(50), pytest.approx(60)]
    assert one(frame, measure="score_core", edition="e02", subject="")["value"] == pytest.approx(15)


def test_places_on_which_1_is_best_meet_points_in_per_cent_of_the_range():
    places, points = Scale(minimum=1, maximum=5, direction="lower"), Scale(minimum=0, maximum=20)
    assert [places.percent(value) for value in (1, 3, 5)] == [points.percent(value) for value in (20, 10, 0)]


def test_jurors_and_offices_are_the_same_people_and_places_in_every_edition():
    marks = [scores([[[4, 4], [4, 4]]]), scores([[[6, 6], [6, 6]]], of="e02")]
    frame = measures.measure("trends", tables(scores=marks), editions("speed clarity", "speed clarity"), "")
    assert [one(frame, measure=f"common_{noun}")["value"] for noun in ("jurors", "offices", "criteria")] == [2, 1, 2]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("e09", "a", "e02", "a", "same"), "line 2: there is no from_edition 'e09'"),
        (("e01", "a", "e02", "aa", "same"), "line 2: there is no to_criterion 'aa'"),
        (("e01", "a", "e02", "a", "sam"), "line 2: there is no relation 'sam'; did you mean 'same'?"),
        (("e01", "a", "e02", "", "same"), "line 2: to_criterion is empty, and same needs one. Fill it."),
        (("e01", "a", "e02", "c", "new"), "line 2: new has no from_criterion, but 'a' stands there."),
        (("e01", "b", "e02", "c", "dropped"), "line 2: dropped has no to_criterion, but 'c' stands there."),
        (("e01", "a", "e03", "a", "same"), "line 2: e01 and e03 are not neighbours; the one after e01 is e02."),
        (("e02", "a", "e01", "a", "same"), "line 2: e02 and e01 are not neighbours"),
        (("e01", "b", "e02", "c", "split"), "line 2: 'b' is split, but only one part is named."),
        (("e01", "b", "e02", "c", "merged"), "line 2: 'c' is merged, but only one part is named."),
        (("e01", "a", "e02", "a", "same", "0.5"), "line 2: share '0.5' is not a number above 0"),
        (("e01", "b", "e02", "c", "split", "half"), "line 2: share 'half' is not a number above 0"),
    ],
)
def test_a_line_that_cannot_be_true_is_one_sentence_with_its_line(row, said):
    _, errors = checked(editions("a b", "a c d", "a c d"), row)
    assert len([sentence for sentence in errors if said in sentence]) == 1
    assert all(sentence.startswith("crosswalk.csv, line 2: ") and sentence.endswith(".") for sentence in errors)


def test_lines_that_contradict_one_another_are_named_together():
    _, errors = checked(editions("a b", "a c d"), ("e01", "b", "e02", "c", "same"), ("e01", "b", "e02", "d", "split"))
    assert len(errors) == 1 and "lines 2 and 3: 'b' stands in 2 lines (same, split)" in errors[0]


def test_a_criterion_that_is_said_to_be_new_and_to_come_from_another_is_named():
    _, errors = checked(editions("a b", "a c"), ("e01", "b", "e02", "c", "same"), ("e01", "", "e02", "c", "new"))
    assert len(errors) == 1 and "lines 2 and 3: 'c' stands in 2 lines (new, same)" in errors[0]


def test_shares_that_do_not_add_up_are_named():
    _, errors = checked(editions("a b", "a c d"), (*SPLIT[0], "0.5"), (*SPLIT[1], "0.6"))
    assert len(errors) == 1 and "the shares of 'b' add up to 1.1, not 1" in errors[0]


def test_the_same_criterion_on_another_scale_is_rescaled():
    settings = editions("a", "a", e02={"minimum": 1, "maximum": 5, "direction": "lower"})
    _, errors = checked(settings, ("e01", "a", "e02", "a", "same"))
    assert len(errors) == 1 and "0-10 (higher is best) to 1-5 (lower is best). Write rescaled." in errors[0]
    assert checked(settings, ("e01", "a", "e02", "a", "rescaled"))[1] == []


def test_sound_lines_give_no_error():
    rows = [
        *SPLIT,
        ("e01", "a", "e02", "a", "same"),
        ("e02", "c", "e03", "", "dropped"),
        ("e02", "", "e03", "x", "new"),
    ]
    assert checked(editions("a b", "a c d", "a d x"), *rows)[1] == []


def test_errors_of_the_crosswalk_stop_the_reading_of_registers(tmp_path):
    from intake_folder import folder

    made = folder(tmp_path).write(
        crosswalk_dot_csv="from_edition,from_criterion,to_edition,to_criterion,relation\ne01,staff,e02,staff,same\n"
    )
    with pytest.raises(DataErrors, match=r"crosswalk\.csv, line 2: there is no to_edition 'e02'"):
        made.read()
