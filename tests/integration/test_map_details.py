"""What stands behind an area of the map, sums of sets, and files: persons do not show."""

import csv
import json
from datetime import date
from io import BytesIO, StringIO
from pathlib import Path

import geopandas
import openpyxl
import polars as pl
import pyogrio
import pytest

from dashboards.context import Context, Services
from dashboards.downloads import _page_csv, _page_workbook
from dashboards.i18n import Lang
from dashboards.map import areas as areas_module
from dashboards.map.asked import Asked, parse
from dashboards.map.chosen import chosen
from dashboards.map.class_words import ClassWords
from dashboards.map.detail import detail, risk_detail
from dashboards.map.files import areas_file, table
from dashboards.map.layers import LAYERS, PUBLIC_KINDS, layer
from dashboards.map.modes import shade
from dashboards.map.place import place
from geo.coordinates import from_cgcs2000
from geo.risk.assess import assess
from geo.risk.read import read_cases
from tests.support.recomputed.county import COUNTY, published_sample
from warehouse.analysis.funnel import funnel
from warehouse.errors import UsageError
from warehouse.published import PublishedStore
from warehouse.query import Question, answer

START, END = date(2026, 8, 1), date(2026, 11, 1)
RATE = "on_time_resolution_rate"


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    return Services(published_sample(tmp_path_factory, scale="town").settings).open()


@pytest.fixture(scope="module")
def codes(context: Context) -> list[str]:
    rows = context.sql(
        "select grid_code from mart.dim_grids where county_code = ? and is_current order by 1",
        COUNTY,
    )
    return rows["grid_code"].to_list()


def asked(context: Context, **given: str) -> Asked:
    days = {"from": "2026-08-01", "to": "2026-10-31"}
    return parse({"county": COUNTY, "kpi": RATE, "level": "grid", **days, **given}, context=context)


def test_a_set_has_the_value_of_all_its_rows_together(context: Context, codes: list[str]) -> None:
    some = codes[:7]
    rows = answer(
        context.published, Question(RATE, COUNTY, by=("grid",), start=START, end=END)
    ).filter(pl.col("area_code").is_in(some))
    told = chosen(context, asked(context), some)
    assert told["numerator"] == rows["numerator"].sum()
    assert told["denominator"] == rows["denominator"].sum()
    assert told["value"] == pytest.approx(told["numerator"] / told["denominator"])
    assert told["value"] != pytest.approx(rows["value"].mean(), abs=1e-6)


def test_a_set_of_all_grids_expects_what_the_county_does(
    context: Context, codes: list[str]
) -> None:
    told = chosen(context, asked(context, mode="risk"), codes)
    expected = assess(read_cases(context.published, COUNTY)).rows["expected_cases"].sum()
    assert told["expected"] == pytest.approx(expected)


def test_a_kpi_about_persons_is_refused_for_a_set(context: Context, codes: list[str]) -> None:
    one = asked(context, mode="gap", coverage="visit_coverage_rate")
    with pytest.raises(UsageError, match="persons"):
        chosen(context, one, codes[:50])


def test_residents_of_few_are_never_shown(
    context: Context, codes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def with_few(*_: object) -> pl.DataFrame:
        rows = context.sql(areas_module.AREAS, COUNTY)
        is_first = pl.col("area_code") == codes[0]
        return rows.with_columns(
            pl.when(is_first).then(3).otherwise("population").alias("population")
        )

    monkeypatch.setattr(areas_module, "areas_of", with_few)
    told = detail(context, asked(context), code=codes[0], lang=Lang.ZH)
    assert told["population"] is None
    assert told["is_population_hidden"]
    assert chosen(context, asked(context), codes[:2])["population"] is None


@pytest.mark.parametrize("wrong", [[], ["nowhere"]])
def test_a_set_of_nothing_or_of_the_unknown_is_refused(context: Context, wrong: list[str]) -> None:
    with pytest.raises(UsageError):
        chosen(context, asked(context), wrong)


def test_a_card_counts_the_cases_of_its_grid(context: Context, codes: list[str]) -> None:
    told = detail(context, asked(context), code=codes[3], lang=Lang.ZH)
    counted = context.sql(
        "select count(*) as n from mart.fct_cases where grid_code = ? and not is_void"
        " and not is_duplicate and dataset <> 'wristband_alerts'"
        " and reported_date >= cast(? as date)",
        codes[3],
        f"{told['months'][0]['month']}-01",
    )
    assert sum(month["cases"] for month in told["months"]) == counted.item()
    assert len(told["months"]) == 24
    assert told["open"]["overdue_count"] <= told["open"]["open_count"]
    assert {one["code"] for one in told["neighbours"]} <= set(codes)


def test_the_place_among_its_like_is_the_funnels(context: Context, codes: list[str]) -> None:
    told = detail(context, asked(context), code=codes[3], lang=Lang.ZH)["places"][RATE]
    rows = funnel(
        context.published, Question(RATE, COUNTY, by=("grid",), start=START, end=END)
    ).rows
    own = rows.filter(pl.col("area_code") == codes[3]).row(0, named=True)
    assert told["judgement"] == own["judgement"]
    assert told["rank"] == 1 + rows.filter(pl.col("value") < own["value"]).height
    assert told["of"] == rows.height


def test_risk_of_an_area_comes_with_reasons_that_add_up(context: Context, codes: list[str]) -> None:
    told = risk_detail(context, asked(context, mode="risk"), code=codes[3])
    assert 0.95 <= sum(one["share"] for one in told["reasons"]) <= 1.0001
    assert told["low"] <= told["expected"] <= max(told["high"], 1)
    assert 1 <= told["rank"] <= told["of"] == len(codes)


@pytest.mark.parametrize("name", list(LAYERS))
def test_a_layer_has_points_in_the_county(context: Context, name: str) -> None:
    told = layer(context, asked(context), name)
    assert not told["missing"]
    for longitude in told["points"]["longitude"]:
        assert 112 < longitude < 116


def test_low_ground_counts_households_by_grid_and_hides_the_few(context: Context) -> None:
    homes = context.people_sql(
        "select grid_code as code, household_key from mart.dim_households"
        " where is_low_ground and is_current and grid_code is not null"
    )
    counted = dict(homes.group_by("code").agg(pl.col("household_key").n_unique()).iter_rows())
    points = layer(context, asked(context), "low")["points"]
    shown = dict(zip(points["code"], points["low_count"], strict=True))
    assert shown == {code: None if count < 5 else count for code, count in counted.items()}
    assert None in shown.values()
    assert any(shown.values())


def test_without_the_file_about_persons_low_ground_is_missing(context: Context) -> None:
    services = Services(context.services.settings)
    services.store = PublishedStore(context.services.settings, with_people=False)
    closed = services.open()
    assert layer(closed, asked(closed), "low")["missing"] == "mart.dim_households"


def test_places_are_shown_of_public_kinds_only(context: Context) -> None:
    shown = set(layer(context, asked(context), "cases")["points"]["code"])
    families = context.sql(
        "select category_code, category_family from mart.dim_categories where county_code = ?",
        COUNTY,
    ).filter(pl.col("category_code").is_in(shown))["category_family"]
    assert set(families) <= set(PUBLIC_KINDS)
    assert not {"dispute", "help", "theft", "fraud", "security"} & set(families)


def test_files_say_their_datum_and_hold_what_is_shown(context: Context, tmp_path: Path) -> None:
    one = asked(context, mode="risk")
    name, body = areas_file(context, one, kind="geojson", datum="cgcs2000", focus="", lang=Lang.ZH)
    assert name.endswith("_cgcs2000.geojson")
    told = json.loads(body)
    assert told["about"]["datum"].startswith("CGCS2000")
    values = {
        feature["properties"]["area_code"]: feature["properties"]["value"]
        for feature in told["features"]
    }
    rows = table(context, one)
    assert values == dict(rows.select("area_code", "value").iter_rows())

    name, body = areas_file(context, one, kind="gpkg", datum="gcj02", focus="", lang=Lang.EN)
    assert name.endswith("_gcj02.gpkg")
    file = tmp_path / "map.gpkg"
    file.write_bytes(body)
    [[layer_name, _]] = pyogrio.list_layers(file)
    assert layer_name == "risk_grid_gcj02"
    info = pyogrio.read_info(file)
    assert "GCJ-02" in info["layer_metadata"]["about"]
    assert "GCJ-02" in info["crs"]
    shifted = geopandas.read_file(file).set_index("area_code").geometry
    plain = geopandas.GeoDataFrame.from_features(told["features"]).set_index("area_code").geometry
    for code in list(values)[:5]:
        x, y = plain[code].exterior.coords[0] if plain[code].geom_type == "Polygon" else (0, 0)
        east, north = from_cgcs2000([x], [y], datum="gcj02")
        xs, ys = shifted[code].geoms[0].exterior.coords.xy
        assert min(abs(a - east[0]) + abs(b - north[0]) for a, b in zip(xs, ys, strict=True)) < 1e-6


def test_a_file_of_a_town_has_its_own_grids_only(context: Context) -> None:
    town = context.sql(
        "select area_code from mart.dim_areas where area_level = 'town' and is_current"
        " order by 1 limit 1"
    ).item()
    rows = table(context, asked(context), focus=town)
    expected = context.sql(
        "select count(*) as n from mart.dim_grids where town_code = ? and is_current", town
    )
    assert rows.height == expected.item()


@pytest.mark.parametrize("mode", ["", "risk", "hotspots", "gap", "bivariate", "change"])
def test_excel_has_the_areas_worst_first(context: Context, codes: list[str], mode: str) -> None:
    query = f"page=/map&level=grid&kpi={RATE}&mode={mode}"
    _, body = _page_workbook(context.services, query)
    sheet = openpyxl.load_workbook(BytesIO(body)).worksheets[0]
    heads, *rows = sheet.iter_rows(values_only=True)
    assert sorted(row[2] for row in rows) == codes
    remark, named = heads.index("说明"), heads.index("分级")
    ranked = [row for row in rows if row[0] is not None]
    assert rows[: len(ranked)] == ranked
    assert [row[0] for row in ranked] == list(range(1, len(ranked) + 1))
    assert all(row[named] for row in ranked)
    assert all(row[remark] and not row[named] for row in rows[len(ranked) :])
    if mode == "risk":
        expected = assess(read_cases(context.published, COUNTY)).rows
        assert [row[2] for row in rows[:5]] == expected["area_code"].to_list()[:5]
        assert "%" in rows[0][-1]


def test_a_point_lies_in_the_areas_its_grid_lies_in(context: Context) -> None:
    rows = context.sql(
        "select grid_code, community_code, town_code, longitude, latitude from mart.dim_grids"
        " where county_code = ? and is_current and longitude is not null order by 1 limit 40",
        COUNTY,
    )
    for row in rows.iter_rows(named=True):
        given = {name: str(row[name]) for name in ("longitude", "latitude")}
        found = place(context, COUNTY, given)["areas"]
        around = [COUNTY, row["town_code"], row["community_code"], row["grid_code"]]
        assert [one["code"] for one in found] == around
    shifted = from_cgcs2000([row["longitude"]], [row["latitude"]], datum="gcj02")
    given = {"longitude": str(shifted[0][0]), "latitude": str(shifted[1][0]), "datum": "gcj02"}
    found = place(context, COUNTY, given)
    assert found["areas"][-1]["code"] == row["grid_code"]
    assert found["longitude"] == pytest.approx(row["longitude"], abs=2e-6)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"longitude": "116.4", "latitude": "39.9"}, "lies in none"),
        ({"longitude": "x", "latitude": "28"}, 'longitude "x"'),
        ({"longitude": "113", "latitude": "113"}, "-90 … 90"),
        ({"longitude": "113"}, 'latitude ""'),
        ({"longitude": "113.6", "latitude": "28.1", "datum": "bd09"}, "cgcs2000, gcj02"),
    ],
)
def test_a_point_that_is_none_of_the_countys_is_refused(
    context: Context, given: dict[str, str], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        place(context, COUNTY, given)


def csv_of(context: Context, query: str) -> tuple[str, list[dict[str, str]]]:
    name, body = _page_csv(context.services, f"page=/map&table=areas&level=grid&{query}")
    return name, list(csv.DictReader(StringIO(body.decode("utf-8-sig"))))


def test_an_area_without_a_value_has_the_reason_in_place_of_a_rank(context: Context) -> None:
    days = "period=custom&from=2026-10-31&to=2026-10-31"
    one = {"from": "2026-10-31", "to": "2026-10-31"}
    _, rows = csv_of(context, f"kpi={RATE}&{days}")
    flags = {row["代码"]: row for row in rows}
    without = table(context, asked(context, **one)).filter(pl.col("value").is_null())
    assert without.height > 0
    reasons = {"none_due": "无应办", "not_delivered": "该县未提供"}
    for code, why in without.select("area_code", "why_without").iter_rows():
        assert (flags[code]["名次"], flags[code]["说明"]) == ("", reasons[why])


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"breaks": "52.5,90"}, ["< 52.5", "52.5 – 90", "≥ 90"]),
        ({"mode": "change", "breaks": "2.25,10"}, None),
        ({"mode": "gap", "breaks": "10,20"}, ["无缺口", "< 10", "10 – 20", "≥ 20"]),
    ],
)
def test_classes_are_named_as_the_legend_does(
    context: Context, given: dict[str, str], expected: list[str] | None
) -> None:
    one = asked(context, classes="fixed", **given)
    words = ClassWords(context, one, shade(context, one), Lang.ZH).all()
    changed = ["< −10", "−10 – −2.25", "−2.25 – 0", "0 – +2.25", "+2.25 – +10", "≥ +10"]
    assert words == (expected or changed)


def test_the_highest_risk_is_named_by_rank_and_edge(context: Context) -> None:
    one = asked(context, mode="risk")
    made = shade(context, one)
    lowest, *others = ClassWords(context, one, made, Lang.EN).all()
    assert lowest.startswith("Lower half < ")
    assert len(others) == len(made.breaks)
    assert others[-1].startswith("Top 2% ")


def test_a_change_is_headed_as_one_and_has_both_figures(context: Context) -> None:
    name, rows = csv_of(context, f"kpi={RATE}&mode=change&compare=last_year")
    [head] = [one for one in rows[0] if "变化" in one and "个百分点" in one]
    assert "比去年同期" in head
    assert "变化" in name
    shown = [row for row in rows if row[head] and row["此前 (%)"] and row["本期 (%)"]]
    assert shown
    for row in shown:
        before, now = float(row["此前 (%)"]), float(row["本期 (%)"])
        assert float(row[head].lstrip("'")) == pytest.approx(now - before)


def test_pairs_have_the_gap_beside_the_risk(context: Context) -> None:
    _, rows = csv_of(context, f"kpi={RATE}&mode=bivariate")
    gaps = dict(table(context, asked(context, mode="bivariate")).select("area_code", "gap").rows())
    for row in rows:
        gap = gaps[row["代码"]]
        shown = row["覆盖缺口 (个百分点)"]
        assert (shown == "") if gap is None else (float(shown) == pytest.approx(100 * gap))


def test_files_of_different_maps_differ_in_name_and_say_what_they_are_of(context: Context) -> None:
    queries = [
        f"kpi={RATE}",
        "kpi=open_backlog",
        f"kpi={RATE}&mode=smoothed",
        f"kpi={RATE}&mode=change",
        f"kpi={RATE}&mode=change&compare=last_year",
        f"kpi={RATE}&department=grid_centre",
        "mode=risk",
        "mode=risk&horizon=month",
        "mode=hotspots&against=area",
        "mode=hotspots",
        "mode=gap",
        "mode=gap&coverage=visit_coverage_rate",
        "mode=bivariate",
    ]
    assert len({csv_of(context, query)[0] for query in queries}) == len(queries)
    name, body = _page_workbook(context.services, "page=/map&mode=risk&horizon=month&lang=en")
    assert "Risk_All kinds_The next four weeks" in name
    book = openpyxl.load_workbook(BytesIO(body))
    told = {row[0]: row[1] for row in book.worksheets[-1].iter_rows(values_only=True)}
    assert told["Foretold"] == "The next four weeks"
    assert told["Kind of case"] == "All kinds"

    one = asked(context, mode="change", compare="last_year", department="grid_centre")
    name, body = areas_file(context, one, kind="geojson", datum="cgcs2000", focus="", lang=Lang.ZH)
    about = json.loads(body)["about"]
    assert about["kpi"] == RATE
    assert (about["compare"], about["department"]) == ("last_year", "grid_centre")
    assert about["before_from"] == "2025-08-01"
    assert "2025" in about["words_zh"]["相比"]
    assert "变化" in name
