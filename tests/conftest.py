"""What every test has: hypothesis without a deadline, and the real data where they are."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "house", deadline=None, max_examples=50, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the long studies out unless they are asked for by name."""
    studies = Path(__file__).parent / "studies"
    asked = any("studies" in argument for argument in config.invocation_params.args)
    return True if collection_path == studies and not asked else None


@pytest.fixture(scope="session")
def shared() -> Path:
    """Give the folder of real data and reference values beside the repository; skip where it is absent."""
    folder = Path(__file__).parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}")
    return folder
