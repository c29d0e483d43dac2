import ast
import json
import re
from pathlib import Path

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import REASONS, DataError
from analysis.pages.words import LANGUAGES, Words, blanks_of, load

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "src" / "analysis" / "pages").glob("*.py"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SUFFIXES = {
    "say": ("",), "text": ("",), "texts": ("",), "title": (".title", ".lead"), "section": (".title", ".intro"),
    "figure": (".title", ".subtitle", ".caption", ".alt"), "table": (".caption",), "note": (".text",),
    "fold": (".title", ".text"),
}  # fmt: skip


def texts(entry):
    return [entry] if isinstance(entry, str) else entry


def plurals(language):
    """Nouns that are counted: the key without its form → forms."""
    found = {}
    for key in load(language):
        if ".plural." in key:
            noun, _, form = key.rpartition(".")
            found.setdefault(noun, set()).add(form)
    return found


def used(source):
    """Literal keys of words in Python source, with everything their maker reads below them."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
            continue
        key, call = node.args[0].value, node.func
        if isinstance(call, ast.Name) and call.id == "Column":
            yield key
        if isinstance(call, ast.Attribute) and isinstance(key, str) and call.attr in SUFFIXES:
            yield from (key + suffix for suffix in SUFFIXES[call.attr])
        if isinstance(call, ast.Attribute) and call.attr == "count" and ast.unparse(call.value).endswith("words"):
            yield (key if "." in key else f"plural.{key}") + ".other"


def test_both_languages_have_the_same_keys():
    keys = [{key for key in load(language) if ".plural." not in key} for language in LANGUAGES]
    assert sorted(keys[0] ^ keys[1]) == []


def test_both_languages_have_the_same_blanks():
    polish, english = load("pl"), load("en")
    differing = [
        key for key in set(polish) & set(english)
        if set().union(*map(blanks_of, texts(polish[key]))) != set().union(*map(blanks_of, texts(english[key])))
    ]  # fmt: skip
    assert sorted(differing) == []


def test_both_languages_count_the_same_nouns():
    assert sorted(plurals("pl")) == sorted(plurals("en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_counted_noun_has_every_form_of_the_language(language):
    forms = set(Locale(language).plural_form.tags) | {"other"}
    assert {noun: found for noun, found in plurals(language).items() if found != forms} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_a_sentence_and_a_short_form(language):
    words = Words(language)
    assert [code for code in REASONS if not (words.has(f"reasons.{code}") and words.has(f"short.{code}"))] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_key_that_a_page_names_has_words(path):
    words = Words("pl")
    assert sorted(key for key in used(path.read_text("utf-8")) if not words.has(key)) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_key_that_a_notebook_names_has_words(path):
    cells = json.loads(path.read_text("utf-8"))["cells"]
    words = Words("pl")
    keys = [key for cell in cells if cell["cell_type"] == "code" for key in used("".join(cell["source"]))]
    assert sorted(key for key in keys if not words.has(key)) == []


def test_the_search_for_keys_finds_them():
    source = 'page.figure("a.b", fig, table)\nColumn("columns.n")\nwords.count("office", 2)\n"abc".count("a")'
    assert set(used(source)) == {
        "a.b.title",
        "a.b.subtitle",
        "a.b.caption",
        "a.b.alt",
        "columns.n",
        "plural.office.other",
    }


def test_a_missing_key_is_named():
    with pytest.raises(KeyError, match=r"no 'no\.such\.key'"):
        Words("pl").text("no.such.key")


def test_a_missing_blank_is_named():
    with pytest.raises(KeyError, match="blank 'high'"):
        Words("pl").text("from_to", low="1")


def test_a_number_must_be_formatted_before_it_fills_a_blank():
    with pytest.raises(TypeError, match=r"format 0\.849999 first"):
        Words("pl").text("from_to", low=0.849999, high="1")


@given(n=st.integers(0, 10**6))
def test_polish_nouns_follow_the_rule_of_grammars(n):
    # 1; 2-4 but not 12-14; the rest: Grzegorczykowa et al. (1998), Gramatyka współczesnego języka polskiego.
    if n == 1:
        noun = "urząd"
    elif n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14):
        noun = "urzędy"
    else:
        noun = "urzędów"
    assert Words("pl").count("office", n).split("\u00a0")[-1] == noun


@given(value=st.floats(-1e12, 1e12), decimals=st.integers(0, 6), language=st.sampled_from(LANGUAGES))
def test_a_written_number_reads_back_as_the_number(value, decimals, language):
    text = Words(language).number(value, decimals)
    read = float(text.replace("\u00a0", "").replace("\u2212", "-").replace(",", "."))
    assert read == pytest.approx(value, abs=0.5001 * 10**-decimals, rel=1e-12)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_small_negative_number_is_not_written_as_minus_zero(language):
    assert re.fullmatch(r"0.00", Words(language).number(-0.001, 2))


def test_names_stand_in_the_order_of_the_polish_alphabet():
    # Order of letters: PN-N-01220 / Słownik języka polskiego PWN.
    names = ["Zabrze", "Żary", "Źródła", "Ćmielów", "Czersk", "Łódź", "Lublin", "Świdnik", "Sopot", "Ostrów", "Ósmak"]
    expected = [
        "Czersk",
        "Ćmielów",
        "Lublin",
        "Łódź",
        "Ostrów",
        "Ósmak",
        "Sopot",
        "Świdnik",
        "Zabrze",
        "Źródła",
        "Żary",
    ]
    assert Words("en").sorted(names) == expected


def test_a_competition_puts_its_own_text_in_place_of_the_projects():
    own = {"common.plural.office.few": "{n} pary"}
    assert Words("pl", own).count("office", 3) == "3\u00a0pary"


def test_an_own_text_under_a_misspelt_key_is_refused_with_the_nearest_one():
    with pytest.raises(DataError, match=r"did you mean 'trends\.lead'"):
        Words("pl", {"trends.laed": "x"})


def test_an_own_text_with_a_blank_that_is_not_there_is_refused():
    with pytest.raises(DataError, match="there is no blank m; there are: n"):
        Words("en", {"common.plural.office.one": "{m} couple"})


def test_an_own_text_in_place_of_paragraphs_is_refused():
    paragraphs = next(key for key, entry in Words("en").entries.items() if isinstance(entry, list))
    with pytest.raises(DataError, match="give a list of texts"):
        Words("en", {paragraphs: "x"})
