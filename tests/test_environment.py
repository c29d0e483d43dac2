"""The lists of packages agree, and the locks hold hashes and no addresses."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def bounds(requirements):
    return dict(re.match(r"([\w-]+)(.*)", entry).groups() for entry in requirements)


def test_environment_yml_asks_for_what_pyproject_asks_for():
    lines = re.findall(r"^  - ([\w-]+)(>=[\d.]+)$", (ROOT / "environment.yml").read_text(), re.MULTILINE)
    conda = dict(lines)
    wanted = {**bounds(PROJECT["dependencies"]), **bounds(PROJECT["optional-dependencies"]["lab"])}
    wanted["python"] = PROJECT["requires-python"]
    assert conda == {name: wanted[name] for name in conda}


def test_environment_yml_names_the_six_packages_of_a_notebook_project():
    text = (ROOT / "environment.yml").read_text()
    assert all(
        f"  - {name}>=" in text for name in ("jupyterlab", "pandas", "plotly", "scipy", "papermill", "nbconvert")
    )


@pytest.mark.parametrize("name", ["run", "dev", "lab"])
def test_every_line_of_a_lock_has_a_hash(name):
    entries = re.split(r"\n(?=\S)", (ROOT / "requirements" / f"{name}.txt").read_text().strip())
    assert all("--hash=sha256:" in entry for entry in entries)


@pytest.mark.parametrize("name", ["run", "dev", "lab"])
def test_a_lock_holds_no_address(name):
    assert "://" not in (ROOT / "requirements" / f"{name}.txt").read_text()


@pytest.mark.parametrize("name", ["run", "dev", "lab"])
def test_a_lock_pins_every_dependency_it_is_for(name):
    locked = set(re.findall(r"^([\w.-]+)==", (ROOT / "requirements" / f"{name}.txt").read_text(), re.MULTILINE))
    wanted = PROJECT["dependencies"] + PROJECT["optional-dependencies"].get(name, [])
    assert set(bounds(wanted)) <= {entry.lower() for entry in locked}


def test_jupyterlab_is_not_in_the_environment_that_renders():
    assert "\njupyterlab==" not in (ROOT / "requirements" / "run.txt").read_text()
