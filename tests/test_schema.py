"""Every table states its columns, and `check` holds frames to them."""

import pandas as pd
import pytest

from analysis.errors import DataError
from analysis.schema import OFFICES, RESULTS, TABLES, TYPES, check, conform


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_an_empty_table_passes_its_own_check(table):
    assert list(check(table.empty(), table).columns) == table.names


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_every_column_has_a_known_type_and_a_meaning(table):
    assert all(column.type in TYPES and column.meaning for column in table.columns)


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_the_key_of_a_table_is_among_its_columns(table):
    assert set(table.key) <= set(table.names)


def test_results_has_the_columns_others_rely_on():
    assert RESULTS.names[:6] == ["edition", "edition_to", "wave", "stage", "category", "criterion"]


def test_conform_keeps_the_office_code_na_as_text():
    frame = conform(pd.DataFrame({"office": ["NA", "null"]}), OFFICES)
    assert frame["office"].tolist() == ["NA", "null"]


def test_check_names_a_column_that_is_not_in_the_schema():
    frame = OFFICES.empty().rename(columns={"name": "nmae"})
    with pytest.raises(DataError, match="nmae"):
        check(frame, OFFICES)


def test_check_names_a_column_of_another_type():
    frame = conform(pd.DataFrame({"office": ["a"]}), OFFICES).assign(name=1.0)
    with pytest.raises(DataError, match="column name is float64"):
        check(frame, OFFICES)


def test_check_names_a_doubled_key():
    with pytest.raises(DataError, match="2 rows share a key"):
        check(conform(pd.DataFrame({"office": ["a", "a"]}), OFFICES), OFFICES)
