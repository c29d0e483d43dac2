"""Pages: rows of results → words, charts, tables, findings. Only here is Plotly imported."""
