"""Every character set of Polish programs reads back identical; a minute.

The table of files (1 to 1,000 rows), 24 single words, and files of 2 MB whose one Polish letter is their last byte.
`make studies` prints the table with -s. A file is always read rightly. One letter alone can be another letter in
another set (`ś` of the Mac is `ć` of Windows): there the more common set wins, and the table says how
often that is right.
"""

import pytest

from analysis.intake.text import decode, read_text
from encodings_table import OLD, SEEDS, SIZES, UNICODE, WORDS, survey, written

LETTERS = "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ"
LONG = "abc;1;tak\r\n" * 190_000
LEAST = {"cp852": (24, 16), "mac_latin2": (16, 11)}
"""Words and last letters that must be right where one letter can be two; elsewhere all of them."""


@pytest.mark.parametrize("encoding", [*UNICODE, *OLD])
def test_every_file_word_and_last_letter_reads_back_identical(encoding):
    files = [written(survey(rows, seed), encoding) for rows in SIZES for seed in SEEDS]
    words = [written(word, encoding) for word in WORDS]
    endings = [written(LONG + letter, encoding) for letter in LETTERS]
    right = [sum(decode(data, file="")[0] == text for text, data in part) for part in (files, words, endings)]
    said = "  ".join(f"{n}/{len(part)}" for n, part in zip(right, (files, words, endings), strict=True))
    print(f"{encoding:15} files, single words, one letter at the end of 2 MB: {said}")
    least = LEAST.get(encoding, (len(words), len(endings)))
    assert right[0] == len(files) and right[1] >= least[0] and right[2] >= least[1]


@pytest.mark.parametrize("encoding", [*UNICODE, *OLD])
def test_cells_of_a_thousand_rows_read_back_identical(encoding):
    text, data = written(survey(1000, 0), encoding)
    plain = read_text(text.encode(), file="", sha256="").cells
    assert (read_text(data, file="", sha256="").cells == plain).all()
