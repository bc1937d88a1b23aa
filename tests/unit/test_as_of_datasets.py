"""Every department's records tell of the time: none is forgotten when a county's "now" is found."""

import re

import yaml

from warehouse.project import project_folder

NO_NEWS = {"areas", "grids", "divisions", "rain_gauges"}
"""Boundaries, codes and where instruments stand tell nothing of what happened."""


def test_every_dataset_with_news_is_asked() -> None:
    staging = project_folder() / "models" / "staging" / "_landing__sources.yml"
    tables = yaml.safe_load(staging.read_text(encoding="utf-8"))["sources"][0]["tables"]
    model = project_folder() / "models/intermediate/counties/int_counties__newest_records.sql"
    asked = re.findall(r'"(\w+)": \[', model.read_text(encoding="utf-8"))
    assert set(asked) == {table["name"] for table in tables} - NO_NEWS
    assert len(asked) == len(set(asked))
