"""Run every benchmark: `python -m benchmarks`."""

from benchmarks import agreement, report

agreement.main()
report.main()
