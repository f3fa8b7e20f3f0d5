"""Text in, judgment out: templates, rubrics, the verdict boundary, and the one file that calls models.

Knows no database, no Streamlit, and nothing of `arena`, `ranking` or `db`.
"""
