"""Judgements about KPIs that need statistics: fair rankings, smoothing, trends, causes, effects.

Every module asks `warehouse.query.answer` and returns frames or frozen records; none makes a page.
"""
