"""The two ways something can be wrong: people can fix it, or the data do not define it."""


class DataError(Exception):
    """Something a person can fix in a file or a setting.

    The message is one sentence for that person: where (file, sheet, cell or line), what was found,
    what to do. It is shown as it is, without a traceback, and the command ends with exit code 1.

    Parameters
    ----------
    message
        The sentence.
    file
        The file it is about as the tables name it, or "": lists of errors are sorted by it.
    """

    def __init__(self, message: str = "", *, file: str = ""):
        self.file = file
        super().__init__(message)


class DataErrors(DataError):
    """Several `DataError`s found in one pass, so that people can fix them in one pass."""

    def __init__(self, errors: list[DataError]):
        self.errors = errors
        super().__init__("\n".join(str(error) for error in errors))


class NotDefined(Exception):
    """These data do not define this number.

    Not a failure: `measures` turns it into a row without a value, with `code` and the sentence as the reason.

    Parameters
    ----------
    code
        Short name of the reason, one of `REASONS`; `pages/words` has its sentence in every language.
    detail
        One English sentence with the figures met, for the table of results.

    >>> raise NotDefined("one_juror", "ICC(1,1) needs units with two scores; here none has.")
    Traceback (most recent call last):
    analysis.errors.NotDefined: one_juror: ICC(1,1) needs units with two scores; here none has.
    """

    def __init__(self, code: str, detail: str):
        if code not in REASONS:
            raise KeyError(f"{code!r} is not one of errors.REASONS")
        self.code, self.detail = code, detail
        super().__init__(f"{code}: {detail}")


REASONS = {
    "no_data": "there are no scores at all",
    "too_few_units": "too few offices or dossiers",
    "too_few_jurors": "too few jurors",
    "too_many_jurors": "more than 100 jurors would be needed",
    "many_jurors": "more jurors than the measure compares",
    "one_juror": "no unit was scored by two jurors",
    "no_complete_units": "too few units scored by every juror",
    "no_variation": "all scores are equal",
    "no_signal": "units differ less than chance alone would make them",
    "not_connected": "jurors and dossiers fall into parts that share nothing",
    "confounded": "two sources of variation cannot be told apart in this design",
    "no_maximum": "the likelihood has no maximum",
    "wrong_level": "the measure does not fit the declared level of the scale",
    "too_few_respondents": "too few respondents",
    "only_counts": "only counts by question are known, not who answered what",
    "one_item": "fewer than two items",
    "not_comparable": "no criterion is comparable between the editions",
    "no_repeat": "no office took part in both editions",
    "no_resampling": "too few resamples gave a value",
    "no_line": "no line divides the dossiers",
    "no_interval": "no interval is defined for this measure",
    "description": "a count or a description of these data, not an estimate",
    "never_modal": "the level is never the most probable one",
    "perfect": "every unit agrees perfectly, so resampling shows no variation",
    "suppressed": "fewer cases than may be shown",
}
