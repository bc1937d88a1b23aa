"""The addresses the map draws from, over a real server: values, caching, and what is refused."""

import gzip
import json
import math
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import numpy as np
import pytest

from dashboards.context import MAP_KPIS, PAGE_THREADS
from dashboards.map import routes
from dashboards.map.areas import EDGES
from dashboards.map.sheet import MOST_BYTES
from dashboards.press import WAITING
from tests.support.map_county import publish_map_county
from tests.support.map_sheet import sent
from tests.support.marts import COUNTY
from tests.support.served import served
from warehouse.published import PublishedStore
from warehouse.query import Question, answer
from warehouse.settings import Settings

ASKED = f"county={COUNTY}&kpi=on_time_resolution_rate&level=town&from=2026-08-01&to=2026-10-31"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("map")
    publish_map_county(folder)
    return folder


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    with served(home) as found:
        yield found


def got(url: str) -> tuple[int, bytes, dict[str, str]]:
    try:
        with urllib.request.urlopen(url) as response:
            return response.status, response.read(), dict(response.headers)
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read(), dict(refused.headers)


def told(url: str) -> Any:
    status, body, _ = got(url)
    assert status == 200, body
    return json.loads(body)


def test_areas_come_by_level_as_the_warehouse_has_them_packed_or_plain(
    address: str, home: Path
) -> None:
    url = f"{address}/api/map/areas?county={COUNTY}"
    asked = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(asked) as response:
        assert response.headers["Content-Encoding"] == "gzip"
        packed = response.read()
    _, plain, headers = got(url)
    assert "Content-Encoding" not in headers
    assert gzip.decompress(packed) == plain
    areas = json.loads(plain)
    rows = (
        PublishedStore(Settings(home=home))
        .current()
        .sql(
            "select area_level, area_code, feature_id, west, area_km2 from mart.dim_areas"
            " where is_current and feature_id is not null order by 1, 3"
        )
    )
    for (level,), of_level in rows.group_by("area_level"):
        columns = areas.pop(str(level))
        assert columns["code"] == of_level["area_code"].to_list()
        assert columns["fid"] == of_level["feature_id"].to_list()
        assert columns["west"] == pytest.approx(of_level["west"].to_list(), abs=6e-6)
        assert columns["km2"] == pytest.approx(of_level["area_km2"].to_list(), abs=6e-4)
        assert {len(column) for column in columns.values()} == {len(of_level)}
    assert not areas


def test_the_set_up_says_how_large_a_county_and_its_areas_are(address: str) -> None:
    setup = told(f"{address}/api/map/setup?level=grid")
    areas = told(f"{address}/api/map/areas?county={COUNTY}")
    (county,) = zip(*(areas["county"][edge] for edge in EDGES), strict=True)
    assert setup["county"]["box"] == list(county)
    for level in setup["levels"]:
        middle = float(np.median(areas[level["level"]]["km2"]))
        assert level["side_m"] == pytest.approx(1_000 * math.sqrt(middle), rel=1e-3)


def test_values_are_those_of_the_warehouse_with_both_days_in(address: str, home: Path) -> None:
    status, body, _ = got(f"{address}/api/map/values?{ASKED}")
    rows = answer(
        PublishedStore(Settings(home=home)).current(),
        Question(
            kpi_id="on_time_resolution_rate",
            county_code=COUNTY,
            by=("town",),
            start=date(2026, 8, 1),
            end=date(2026, 11, 1),
        ),
    )
    assert status == 200
    np.testing.assert_array_equal(np.frombuffer(body, "<f8"), [np.nan, *rows["value"].drop_nulls()])


def test_a_card_has_the_number_its_parts_and_the_other_kpis(address: str, home: Path) -> None:
    card = told(f"{address}/api/map/card?{ASKED}&area=T01")
    rows = answer(
        PublishedStore(Settings(home=home)).current(),
        Question(
            kpi_id="on_time_resolution_rate",
            county_code=COUNTY,
            start=date(2026, 8, 1),
            end=date(2026, 11, 1),
            where={"town": "T01"},
        ),
    ).row(0, named=True)
    for part in ("value", "numerator", "denominator", "interval_low", "target", "status"):
        assert card[part] == rows[part]
    assert card["area"]["parents"] == [{"level": "county", "code": COUNTY, "name": "浏阳市"}]
    assert len(card["kpis"]) == len(MAP_KPIS)
    assert (
        next(one for one in card["kpis"] if one["kpi_id"] == "on_time_resolution_rate")["value"]
        == rows["value"]
    )


def test_a_department_narrows_values_and_card_alike(address: str) -> None:
    card = told(f"{address}/api/map/card?{ASKED}&area=T01&department=grid_centre")
    legend = told(f"{address}/api/map/legend?{ASKED}&department=grid_centre")
    assert card["denominator"] > 0
    assert sum(legend["counts"]) == 4
    status, body, _ = got(f"{address}/api/map/values?{ASKED}&department=none_such")
    assert status == 400
    assert "grid_centre" in json.loads(body)["error"]


@pytest.mark.parametrize(
    ("query", "named"),
    [
        (ASKED.replace("on_time_resolution_rate", "no_such_kpi"), "response_time_median"),
        (ASKED.replace("level=town", "level=street"), "community"),
        (ASKED.replace(COUNTY, "atlantis"), COUNTY),
        (ASKED.replace("2026-08-01", "2026-13-01"), "YYYY-MM-DD"),
        (ASKED.replace("2026-08-01", "2027-01-01"), "2027-01-01"),
    ],
)
@pytest.mark.parametrize("what", ["values", "legend"])
def test_a_question_that_cannot_be_answered_says_what_is_allowed(
    address: str, what: str, query: str, named: str
) -> None:
    status, body, headers = got(f"{address}/api/map/{what}?{query}")
    assert status == 400
    assert named in json.loads(body)["error"]
    assert headers["cache-control"] == "no-store"


def test_a_card_of_no_area_is_refused(address: str) -> None:
    status, body, _ = got(f"{address}/api/map/card?{ASKED}&area=nowhere")
    assert status == 400
    assert "T00" in json.loads(body)["error"]


def test_only_an_address_with_the_published_version_is_cached_for_ever(address: str) -> None:
    def caching(version: str) -> str:
        return got(f"{address}/api/map/values?{ASKED}{version}")[2]["cache-control"]

    assert "immutable" in caching("&version=1")
    assert caching("&version=2") == "no-store"
    assert caching("") == "no-store"


def test_a_tile_is_there_an_empty_one_is_204_and_the_rest_404(address: str) -> None:
    fingerprint = told(f"{address}/api/map/tiles?county={COUNTY}")["fingerprint"]
    base = f"{address}/tiles/{COUNTY}/{fingerprint}"
    status, body, headers = got(f"{base}/0/0/0.pbf")
    assert status == 200
    assert body
    assert "immutable" in headers["cache-control"]
    assert got(f"{base}/8/0/0.pbf")[0] == 204
    for wrong in (f"{base}/8/256/0.pbf", f"{address}/tiles/{COUNTY}/none/0/0/0.pbf"):
        assert got(wrong)[0] == 404
    assert got(f"{address}/tiles/%2e%2e/published/0/0/0.pbf")[0] == 404


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"{", 400, "JSON"),
        (b"[]", 400, "sheet"),
        (b'{"lang": "fr"}', 400, "zh"),
        (b'{"lang": "zh", "title": "\\ud800"}', 400, "UTF-8"),
        (b"\xff", 400, "UTF-8"),
        (b"[" * 200_000, 400, "nested"),
    ],
)
def test_a_sheet_that_is_none_is_refused_before_anything_is_printed(
    address: str, body: bytes, status: int, said: str
) -> None:
    assert posted(f"{address}/api/map/sheet.pdf", body) == (status, ANY)
    assert said in posted(f"{address}/api/map/sheet.pdf", body)[1]


def posted(url: str, body: bytes, **headers: str) -> tuple[int, str]:
    """Status and error of a request that is refused."""
    kept = {"Content-Type": "application/json"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    request = urllib.request.Request(url, data=body, headers=kept, method="POST")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    return refused.value.code, json.loads(refused.value.read())["error"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"codes": ["\\ud800"]}', "UTF-8"),
        (b"[" * 200_000, "nested"),
        (b'{"codes": 1}', "codes"),
        (b'{"codes": [{}], "county": {"a": [1]}}', "county"),
    ],
)
def test_a_choice_of_the_wrong_kind_is_a_mistake_of_who_asks(
    address: str, body: bytes, said: str
) -> None:
    status, error = posted(f"{address}/api/map/chosen", body)
    assert status == 400
    assert said in error


@pytest.mark.parametrize("path", ["chosen", "sheet.pdf"])
def test_other_sites_and_forms_are_refused(address: str, path: str) -> None:
    url = f"{address}/api/map/{path}"
    for site in ("cross-site", "same-site"):
        assert posted(url, b"{}", Sec_Fetch_Site=site)[0] == 403
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/jsonp"):
        status, error = posted(url, b"{}", Content_Type=kind)
        assert status == 415
        assert kind in error
    own = {"Sec_Fetch_Site": "same-origin", "Content_Type": "application/json; charset=utf-8"}
    assert posted(url, b"{}", **own)[0] == 400


def test_a_sheet_that_is_too_long_is_refused_by_its_header(address: str) -> None:
    connection = HTTPConnection(address.removeprefix("http://"), timeout=30)
    connection.putrequest("POST", "/api/map/sheet.pdf")
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", str(MOST_BYTES + 1))
    connection.endheaders()
    refused = connection.getresponse()
    assert refused.status == 413
    assert str(MOST_BYTES) in json.loads(refused.read())["error"]
    connection.close()


def test_prints_hold_up_no_answers_and_one_too_many_is_told_so(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_end = threading.Event()

    def slow(*_: object, **__: object) -> bytes:
        assert may_end.wait(60)
        return b"%PDF"

    monkeypatch.setattr(routes, "as_pdf", slow)
    url, body = f"{address}/api/map/sheet.pdf", json.dumps(sent()).encode()

    def printed() -> bytes:
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(url, data=body, headers=headers)
        with urllib.request.urlopen(request, timeout=60) as response:
            return bytes(response.read())

    assert WAITING >= PAGE_THREADS
    with ThreadPoolExecutor(1 + WAITING) as readers:
        jobs = [readers.submit(printed) for _ in range(1 + WAITING)]
        try:
            time.sleep(1)
            assert told(f"{address}/api/map/legend?{ASKED}")["counts"]
            status, error = posted(url, body)
        finally:
            may_end.set()
        assert status == 503
        assert "try again" in error
        assert [job.result() for job in jobs] == [b"%PDF"] * len(jobs)
