"""TOML beside the data → frozen objects.

`competition.toml` says what holds for every edition (and `[defaults]` what an edition may say differently),
`eNN/edition.toml` what holds for one, `layouts.toml` how the files look. Nothing of one competition is in code.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from analysis.config.fields import Model, hint
from analysis.config.layouts import ScoreLayout, SurveyLayout
from analysis.config.models import Competition, Edition
from analysis.errors import DataError, DataErrors


def read_competition(raw: Path) -> Competition:
    """Read competition.toml, layouts.toml and every edition.toml below the folder of raw data.

    Raises
    ------
    DataError
        A file is missing or is not TOML, or a field is unknown, missing or of the wrong kind.
    """
    main = raw / "competition.toml"
    settings = read_toml(main)
    defaults = settings.pop("defaults", {})
    layouts = read_toml(raw / "layouts.toml") if (raw / "layouts.toml").exists() else {}
    scales = settings.get("scales", {})
    paths = sorted(raw.glob("*/edition.toml"))
    built = _all(
        [partial(_layout, name, entry, raw / "layouts.toml") for name, entry in layouts.items()]
        + [partial(_edition, path, defaults, scales) for path in paths]
    )  # the scales of the competition are there for every edition
    editions = built[len(layouts) :]
    competition = _build(
        Competition,
        {
            **_fields(settings, main, ("layouts", "editions")),
            "layouts": dict(zip(layouts, built, strict=False)),
            "editions": tuple(sorted(editions, key=lambda edition: edition.number)),
        },
        main,
    )
    _numbers_differ(competition.editions, raw)
    return competition


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file; duplicate keys are refused.

    Raises
    ------
    DataError
        The file is missing, is not UTF-8, or is not TOML.
    """
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise DataError(f"{path}: the file is missing. `friendly-office new` writes one with comments.") from None
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8 at byte {error.start}. Save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{path}: not TOML: {error}. Mend that line.") from None


def _all(builds: list[Callable[[], Any]]) -> list[Any]:
    """Call every build, so that one run names the errors of all files."""
    built, errors = [], []
    for build in builds:
        try:
            built.append(build())
        except DataError as error:
            errors += getattr(error, "errors", [error])
    if errors:
        raise DataErrors(errors)
    return built


def _edition(path: Path, defaults: dict, scales: dict) -> Edition:
    settings = _fields(read_toml(path), path, ("id",))
    merged = {"title": {}, **defaults, **settings, "id": path.parent.name}
    merged["scales"] = {**scales, **merged.get("scales", {})}
    return _build(Edition, merged, path)


def _layout(name: str, entry: dict, path: Path) -> ScoreLayout | SurveyLayout:
    kinds = dict.fromkeys(get_args(ScoreLayout.model_fields["kind"].annotation), ScoreLayout)
    kinds |= dict.fromkeys(get_args(SurveyLayout.model_fields["kind"].annotation), SurveyLayout)
    kind = entry.get("kind")
    if kind not in kinds:
        raise DataError(f"{path}: [{name}] kind is {kind!r}{hint(str(kind), kinds)}; use one of {', '.join(kinds)}.")
    return _build(kinds[kind], entry, path, f"[{name}] ")


def _fields(settings: dict, path: Path, reserved: tuple[str, ...]) -> dict:
    for name in reserved:
        if name in settings:
            raise DataError(f"{path}: {name!r} is not set here: it comes from the folder. Delete that line.")
    return settings


def _build(model: type[Model], settings: dict, path: Path, place: str = "") -> Any:
    try:
        return model(**settings)
    except ValidationError as error:
        raise DataErrors([DataError(_sentence(model, entry, path, place)) for entry in error.errors()]) from None


def _sentence(model: type[Model], entry: dict, path: Path, place: str) -> str:
    where = ".".join(str(part) for part in entry["loc"] if part != "function-after")
    if entry["type"] == "extra_forbidden":
        *parents, name = entry["loc"]
        close = hint(str(name), _names(model, parents))
        return f"{path}: {place}unknown field {where!r}{close}. Correct or delete it."
    if entry["type"] == "missing":
        return f"{path}: {place}the field {where!r} is missing. Add it."
    said = "" if entry["type"] == "value_error" else f" (found {entry['input']!r})"
    message = entry["msg"].removeprefix("Value error, ")
    return f"{path}: {place}{where}{': ' if where else ''}{message}{said}. Correct it."


def _names(model: Any, parents: list) -> list[str]:
    """Names of the fields of the model that stands at `parents` below `model`, as far as they can be followed."""
    for part in parents:
        if not isinstance(part, str) or part not in getattr(model, "model_fields", {}):
            continue
        model = _inner(model.model_fields[part].annotation)
    return list(getattr(model, "model_fields", {}))


def _inner(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = [_inner(part) for part in getattr(annotation, "__args__", ())]
    return next((part for part in found if part is not None), None)


def _numbers_differ(editions: tuple[Edition, ...], raw: Path) -> None:
    for one, other in pairwise(editions):
        if one.number == other.number:
            where = raw / other.id / "edition.toml"
            raise DataError(f"{where}: number {other.number} is taken by edition {one.id}. Give each its own.")
