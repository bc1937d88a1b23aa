"""The KPI catalogue's page: lineage, examples, and which pages show what."""

import re
from itertools import pairwise

import pytest

from dashboards.catalogue_words import definition, result_words
from dashboards.data.catalogue import kpis_with
from dashboards.data.page_kpis import page_kpis, pages_with
from dashboards.data.subjects import SUBJECTS, subject_of
from dashboards.figures.lineage import Box, Column, lineage, placed
from dashboards.i18n import Lang
from dashboards.pages import PAGES
from dashboards.theme import LIGHT
from warehouse.catalogue import load_catalogue
from warehouse.catalogue.examples import in_both, load_examples
from warehouse.lineage import datasets_of, load_models, origin_of

KPIS = load_catalogue()


@pytest.mark.parametrize("kpi_id", KPIS)
def test_every_kpi_has_subject_examples_and_a_definition(kpi_id: str) -> None:
    kpi = KPIS[kpi_id]
    assert subject_of(kpi) in SUBJECTS
    examples = load_examples(kpi_id)
    assert examples
    for example in examples:
        assert example.records or example.expect["value"] is None
        for lang in Lang:
            assert result_words(kpi, example.expect, lang)[0]
    for lang in Lang:
        assert all(words or codes for _, words, codes in definition(kpi, lang))


def test_an_example_is_what_the_tests_run() -> None:
    first = load_examples("on_time_resolution_rate")[0]
    assert first.title.en.startswith("overdue counts against it")
    assert len(first.records) == 5
    assert first.records[0].fields["closed"] == "2026-10-15 10:00"
    value, parts = result_words(KPIS["on_time_resolution_rate"], first.expect, Lang.ZH)
    assert value == "50%"
    assert parts.startswith("分子 2 · 分母 4 · 不计入 0 · 未到期 1")


def test_a_text_in_one_language_stands_for_both() -> None:
    assert in_both("90%").zh == in_both("90%").en == "90%"
    assert in_both("1/2 天 / half a day").en == "half a day"


def test_cases_come_from_every_department_that_reports_them() -> None:
    assert {"city_cases", "grid_events", "police_incidents", "device_alerts"} <= set(
        datasets_of("fct_cases")
    )
    assert "waste_inspections" not in datasets_of("fct_cases")
    assert datasets_of("no_such_table") == ()


def test_what_all_tables_lean_on_is_no_origin() -> None:
    assert not [m.name for m in origin_of("fct_waste_inspections") if "counties" in m.name]


def test_a_model_read_through_a_macro_is_an_origin_too() -> None:
    assert "int_areas__versions" in {model.name for model in origin_of("fct_waste_inspections")}


def test_every_staging_model_of_a_department_has_its_dataset() -> None:
    models = load_models().values()
    assert {model.dataset for model in models if model.folder == "weather"} >= {"rain_gauges"}
    assert not [model for model in models if model.folder == "ops" and model.dataset]


def test_a_dataset_touches_the_kpis_made_of_it_scores_included() -> None:
    touched = {kpi.kpi_id for kpi in kpis_with(KPIS.values(), "waste_inspections")}
    assert touched == {"waste_sorting_accuracy_rate", "target_index"}


def test_pages_are_read_for_the_kpis_they_show() -> None:
    assert pages_with("response_time_median", PAGES)[:2] == ["/", "/map"]
    assert page_kpis(PAGES)["/kpis"] == ()


def test_no_box_lies_over_another_and_all_fit() -> None:
    left = tuple(Box(f"l{n}", f"left {n}", "note") for n in range(6))
    middle = (Box("m0", "middle", lines=("a", "b", "c")), Box("m1", "other"))
    columns = [
        Column("left", 150, left),
        Column("middle", 150, middle),
        Column("right", 80, (Box("r", "right"),)),
    ]
    joints = [(f"l{n}", "m0") for n in range(5)] + [("l5", "m1"), ("m0", "r"), ("m1", "r")]
    places = placed(columns, joints)
    for column in columns:
        boxes = sorted((places[box.key] for box in column.boxes), key=lambda place: place.y)
        assert boxes[0].y >= 0
        for above, below in pairwise(boxes):
            assert above.y + above.height <= below.y
    lowest = max(place.y + place.height for place in places.values())
    drawn = lineage(columns, joints, colours=LIGHT)
    height = float(re.search(r'height="([\d.]+)"', drawn)[1])  # type: ignore[index]
    assert lowest <= height
    assert drawn.count("<path") == len(joints)


def test_names_in_a_drawing_are_escaped() -> None:
    drawn = lineage([Column("<x>", 100, (Box("a", "a<b&c"),))], [], colours=LIGHT)
    assert "a&lt;b&amp;c" in drawn
    assert "<x>" not in drawn
