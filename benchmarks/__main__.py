"""Run every benchmark: `python -m benchmarks`."""

from benchmarks import agreement, components, rasch, reliability, report, survey_csv

agreement.main()
components.main()
rasch.main()
reliability.main()
report.main()
survey_csv.main()
