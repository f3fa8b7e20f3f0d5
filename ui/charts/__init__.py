"""Vega-Lite specifications, built from plain rows. Each comes with its text alternative, made from the data.

A specification is a dictionary (`st.vega_lite_chart` takes it as it is, ten times cheaper than through
Altair); colours that mean something are fixed here, all others come from the theme. The heat map is drawn by
a script of our own, and is figures only.
"""
