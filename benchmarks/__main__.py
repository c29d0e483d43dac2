"""Run every benchmark: `python -m benchmarks`."""

from benchmarks import agreement

agreement.main()
